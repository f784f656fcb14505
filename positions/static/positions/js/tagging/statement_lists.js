// Statements as lists: all of the text, those on the same words, and the dialogs that need no form of their own.

import { letterOf, signed } from "./marks.js";
import { byId } from "./panel.js";

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
    rest.textContent = `and ${ordered.length - SHOWN} more, in the text`;
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
  const waits = statement.waiting ? " · waits to be sent" : "";
  head.textContent = `${codings.join(", ") || "not coded"} · ${statement.asserted_by.name}${waits}`;
  const words = document.createElement("span");
  words.dir = "auto";
  words.textContent = statement.exact.length > 140 ? `${statement.exact.slice(0, 140)}…` : statement.exact || "(no passage)";
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
      byId("withdrawal-error").textContent = "Say in a line why it is withdrawn.";
      byId("withdrawal-error").hidden = false;
      return;
    }
    page.saving.withdraw(statement, reason);
  });
}

function askReason(page) {
  const { published } = page.statements.get(page.panel.form.editing.id) ?? {};
  byId("withdrawal-lead").textContent = published
    ? "It is published: it leaves the record, and its history keeps it with your reason."
    : "It is not published yet; it goes, and the log keeps what it said.";
  byId("withdrawal-error").hidden = true;
  byId("withdrawal-reason").value = "";
  byId("withdrawal").showModal();
}
