// Two versions of one statement side by side, with the fields that differ marked, and the choice between them.

import { signed } from "./marks.js";
import { byId } from "./panel.js";

// A form in words: field name to what it says.
export function describe(form, desk, text) {
  const names = (parties) => parties.map((party) => party.name).join(", ");
  const label = (kind, value) => desk.vocabularies[kind].find((one) => String(one.value) === String(value))?.label ?? "–";
  const words = new Map([
    ["Passage", Number.isInteger(form.start) ? (text?.slice(form.start, form.end) ?? `${form.start}–${form.end}`) : "–"],
    ["Party", names(form.asserted_by)],
    ["Speaker", form.speaker?.name ?? form.speaker_label],
    ["Addressees", names(form.addressees)],
    ["Directness", label("directness", form.directness)],
    ["Attribution", label("attribution", form.attribution)],
    ["Credibility", label("credibility", form.credibility)],
    ["Stated on", form.stated_on],
    ["Round", form.round ?? "–"],
    ["Note", form.note],
  ]);
  form.codings.forEach((coding) => {
    const issue = desk.issues.find((one) => one.slug === coding.issue)?.title ?? "no issue";
    const party = coding.party?.name ?? names(form.asserted_by);
    words.set(`Reading: ${party}, ${issue}`, describeCoding(coding, label));
  });
  return words;
}

function describeCoding(coding, label) {
  const conditions = coding.conditions.map((one) => {
    const whom = one.falls_on ? ` (on ${one.falls_on.name})` : "";
    return `${label("condition_kind", one.kind)}: ${one.text}${whom}`;
  });
  const parts = [
    coding.state === "coded" ? signed(coding.stance) : label("state", coding.state),
    label("move", coding.move),
    coding.red_line ? "red line" : "",
    coding.reciprocal ? "reciprocal" : "",
    `confidence ${coding.confidence}`,
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
  dialog.querySelector("[data-choice=theirs]").textContent = theirs ? "Keep theirs" : "Leave it withdrawn";
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
        byId("conflict-error").textContent = "Say in a line why yours is right: it is published, so this is a correction.";
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
    cell.textContent = String(side ? side.get(field) || "–" : "withdrawn");
    row.append(cell);
  }
  if (differs) {
    row.className = "differs";
    const word = document.createElement("span");
    word.className = "differs-word";
    word.textContent = "differs";
    name.append(" ", word);
  }
  return row;
}
