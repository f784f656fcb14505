// Statements as lists: all of the text, those on the same words, and the dialogs that need no form of their own.

import { letterOf, signed } from "./marks.js";
import { byId } from "./panel.js";
import { say, sayCount } from "../wording.js";

const SHOWN = 400;

export function drawStatements(page) {
  if (!byId("statement-list").open) {
    return;
  }
  const ordered = page.shown.sort((a, b) => (a.start ?? Infinity) - (b.start ?? Infinity));
  const entries = ordered.slice(0, SHOWN).map((statement) => {
    const entry = document.createElement("li");
    entry.append(buttonOf(statement, page.desk, () => page.open([statement])));
    return entry;
  });
  if (ordered.length > SHOWN) {
    const rest = document.createElement("li");
    rest.textContent = sayCount("tag-more-in-text", ordered.length - SHOWN);
    entries.push(rest);
  }
  byId("statements").replaceChildren(...entries);
}

function buttonOf(statement, desk, run) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "statement";
  const codings = statement.codings.map((coding) => {
    const place = desk.issues.findIndex((issue) => issue.slug === coding.issue);
    return `${place < 0 ? "–" : letterOf(place)} ${signed(coding.stance)}`;
  });
  const head = document.createElement("span");
  head.className = "statement-head";
  const waits = statement.waiting ? say("tag-waits") : "";
  const parts = [codings.join(", ") || say("tag-not-coded"), statement.asserted_by.name, waits];
  head.textContent = parts.filter(Boolean).join(" · ");
  const words = document.createElement("span");
  words.dir = "auto";
  words.textContent = statement.exact.length > 140 ? `${statement.exact.slice(0, 140)}…` : statement.exact || say("tag-no-passage");
  button.append(head, words);
  button.addEventListener("click", run);
  return button;
}

// Ask which of several statements on the same words is meant; null when none.
export function openChooser(statements, desk) {
  const dialog = byId("chooser");
  return new Promise((resolve) => {
    let chosen = null;
    const entries = statements.map((statement) => {
      const entry = document.createElement("li");
      entry.append(buttonOf(statement, desk, () => {
        chosen = statement;
        dialog.close();
      }));
      return entry;
    });
    byId("chooser-list").replaceChildren(...entries);
    dialog.addEventListener("close", () => resolve(chosen), { once: true });
    dialog.showModal();
  });
}

// The overlay of keys and the question before a withdrawal.
export function showDialogs(page) {
  page.keys.draw(byId("keys-list"));
  const singleKeys = byId("single-keys");
  singleKeys.checked = page.keys.singleKeysOn;
  singleKeys.addEventListener("change", () => page.keys.switchSingleKeys(singleKeys.checked));
  byId("withdraw").addEventListener("click", () => askReason(page));
  byId("withdrawal-form").addEventListener("submit", (event) => {
    if (event.submitter?.value !== "withdraw") {
      return;
    }
    const statement = page.statements.get(page.panel.form.editing?.id);
    const reason = byId("withdrawal-reason").value.trim();
    if (!statement || (statement.published && !reason)) {
      event.preventDefault();
      byId("withdrawal-error").textContent = say("tag-why-withdrawn");
      byId("withdrawal-error").hidden = false;
      return;
    }
    page.saving.withdraw(statement, reason);
  });
}

function askReason(page) {
  const { published } = page.statements.get(page.panel.form.editing.id) ?? {};
  byId("withdrawal-lead").textContent = published
    ? say("tag-withdraw-published")
    : say("tag-withdraw-draft");
  byId("withdrawal-error").hidden = true;
  byId("withdrawal-reason").value = "";
  byId("withdrawal").showModal();
}
