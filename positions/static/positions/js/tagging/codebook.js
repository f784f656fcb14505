// The codebook's entry on the issue at hand, beside the coding.

import { signed } from "./marks.js";
import { byId } from "./panel.js";
import { say } from "../wording.js";

export function drawCodebook(issue) {
  byId("codebook").hidden = !issue;
  if (!issue || byId("codebook").dataset.issue === issue.slug) {
    return;
  }
  byId("codebook").dataset.issue = issue.slug;
  byId("codebook-issue").textContent = issue.title;
  const anchors = issue.entry?.anchors ?? {};
  const list = document.createElement("dl");
  for (const stance of [2, 1, 0, -1, -2]) {
    const anchor = anchors[String(stance)];
    const meaning = anchor?.meaning || { 2: issue.pole_for, [-2]: issue.pole_against }[stance];
    if (meaning) {
      list.append(element("dt", signed(stance)), anchorOf(meaning, anchor?.examples ?? []));
    }
  }
  const parts = [
    issue.entry?.definition && element("p", issue.entry.definition),
    element("p", say("tag-proposal", { words: issue.proposal })),
    issue.reference_point && element("p", say("tag-reference-point", { words: issue.reference_point })),
    list,
    issue.entry?.rules && element("p", issue.entry.rules, "rules"),
  ];
  byId("codebook-entry").replaceChildren(...parts.filter(Boolean));
}

function anchorOf(meaning, examples) {
  const entry = element("dd", meaning);
  for (const example of examples) {
    entry.append(element("q", example));
  }
  return entry;
}

function element(name, words, className = "") {
  const made = document.createElement(name);
  made.textContent = words;
  made.className = className;
  made.dir = "auto";
  return made;
}
