// Two versions of one statement side by side, with the fields that differ marked, and the choice between them.

import { signed } from "./marks.js";
import { byId } from "./panel.js";
import { say } from "../wording.js";

// A form in words: field name to what it says.
export function describe(form, desk, text) {
  const names = (parties) => parties.map((party) => party.name).join(", ");
  const label = (kind, value) => desk.vocabularies[kind].find((one) => String(one.value) === String(value))?.label ?? "–";
  const words = new Map([
    [say("tag-field-passage"), Number.isInteger(form.start) ? (text?.slice(form.start, form.end) ?? `${form.start}–${form.end}`) : "–"],
    [say("tag-field-party"), names(form.asserted_by)],
    [say("tag-field-speaker"), form.speaker?.name ?? form.speaker_label],
    [say("tag-field-addressees"), names(form.addressees)],
    [say("tag-field-directness"), label("directness", form.directness)],
    [say("tag-field-attribution"), label("attribution", form.attribution)],
    [say("tag-field-credibility"), label("credibility", form.credibility)],
    [say("tag-field-stated-on"), form.stated_on],
    [say("tag-field-round"), form.round ?? "–"],
    [say("tag-field-note"), form.note],
  ]);
  form.codings.forEach((coding) => {
    const issue = desk.issues.find((one) => one.slug === coding.issue)?.title ?? say("tag-no-issue");
    const party = coding.party?.name ?? names(form.asserted_by);
    words.set(say("tag-reading-of", { party, issue }), describeCoding(coding, label));
  });
  return words;
}

function describeCoding(coding, label) {
  const conditions = coding.conditions.map((one) => {
    const words = { kind: label("condition_kind", one.kind), condition: one.text };
    return one.falls_on ? say("tag-condition-on", { ...words, party: one.falls_on.name }) : say("tag-condition", words);
  });
  const parts = [
    coding.state === "coded" ? signed(coding.stance) : label("state", coding.state),
    label("move", coding.move),
    coding.red_line ? say("tag-red-line") : "",
    coding.reciprocal ? say("tag-reciprocal") : "",
    say(`tag-confidence-${coding.confidence}`),
    ...conditions,
  ];
  return parts.filter(Boolean).join(" · ");
}

// Ask which version to keep: {choice, reason}; closing the dialog means to go on editing one's own.
export function askWhichVersion({ mine, theirs, lead, needsReason, reason }) {
  const dialog = byId("conflict");
  byId("conflict-lead").textContent = lead;
  const fields = [...new Set([...mine.keys(), ...(theirs?.keys() ?? [])])];
  byId("conflict-table").tBodies[0].replaceChildren(...fields.map((field) => rowOf(field, mine, theirs)));
  byId("conflict-reason-row").hidden = !needsReason;
  byId("conflict-reason").value = reason;
  byId("conflict-error").hidden = true;
  dialog.querySelector("[data-choice=theirs]").textContent = say(theirs ? "tag-keep-theirs" : "tag-leave-withdrawn");
  dialog.showModal();
  return new Promise((resolve) => {
    const controller = new AbortController();
    const finish = (choice) => {
      controller.abort();
      dialog.close();
      resolve({ choice, reason: byId("conflict-reason").value.trim() });
    };
    dialog.addEventListener("click", (event) => {
      const choice = event.target.closest("[data-choice]")?.dataset.choice;
      if (choice === "mine" && needsReason && !byId("conflict-reason").value.trim()) {
        byId("conflict-error").textContent = say("tag-why-yours");
        byId("conflict-error").hidden = false;
        byId("conflict-reason").focus();
      } else if (choice) {
        finish(choice);
      }
    }, { signal: controller.signal });
    dialog.addEventListener("close", () => finish("edit"), { signal: controller.signal });
  });
}

function rowOf(field, mine, theirs) {
  const row = document.createElement("tr");
  const name = document.createElement("th");
  name.scope = "row";
  name.textContent = field;
  row.append(name);
  const differs = (mine.get(field) ?? "") !== (theirs?.get(field) ?? "");
  for (const side of [mine, theirs]) {
    const cell = document.createElement("td");
    cell.dir = "auto";
    cell.textContent = String(side ? side.get(field) || "–" : say("tag-withdrawn-version"));
    row.append(cell);
  }
  if (differs) {
    row.className = "differs";
    const word = document.createElement("span");
    word.className = "differs-word";
    word.textContent = say("tag-differs");
    name.append(" ", word);
  }
  return row;
}
