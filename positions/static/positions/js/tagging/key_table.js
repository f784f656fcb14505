// What each key does. The overlay lists the table as it stands.

import { MOVE_KEYS, STANCE_KEYS, STATE_KEYS } from "./codings.js";
import { signed } from "./marks.js";
import { byId } from "./panel.js";

export function keyTable(page) {
  return [...textKeys(page), ...stanceKeys(page), ...moveKeys(page), ...fieldKeys(page), ...savingKeys(page)];
}

function textKeys(page) {
  const group = "In the text";
  const caretKeys = [
    ["← →", "a character on"], ["Ctrl ← →", "a word on; also with Alt"], ["↑ ↓", "a line on"],
    ["Home End", "to the ends of the paragraph; with Ctrl, of the text"], ["Shift", "with these: select"],
    ["Ctrl a", "select the whole text"],
  ];
  const inText = (run) => () => (page.text ? run() : page.say("This source has no text."));
  return [
    ...caretKeys.map(([shown, name]) => ({ key: `caret ${shown}`, shown, name, group })),
    { key: "n", name: "next suggestion, else next sentence", group, run: inText(() => page.passages.step(true)) },
    { key: "p", name: "the one before", group, run: inText(() => page.passages.step(false)) },
    { key: ".", name: "next sentence", group, run: inText(() => page.passages.stepSentence(true)) },
    { key: ",", name: "sentence before", group, run: inText(() => page.passages.stepSentence(false)) },
    { key: ">", name: "add the next sentence to the selection", group, run: inText(() => page.passages.extendSentence(true)) },
    { key: "<", name: "… the sentence before", group, run: inText(() => page.passages.extendSentence(false)) },
    { key: "Enter", shown: "↵", name: "open the statement at the caret, or go to the panel", group, run: () => enter(page) },
    { key: "y", name: "take the suggestion over", group, run: () => page.passages.accept() },
    { key: "x", name: "refuse the suggestion", group, run: () => page.passages.refuse() },
  ];
}

function enter(page) {
  const { form } = page.panel;
  if (page.guide?.current && !page.guide.taken) {
    page.passages.accept();
  } else if (form.start === null && page.caret) {
    page.passages.point(page.caret.focus);
  } else {
    page.openSheet(true);
    byId("asserted-by").focus();
  }
}

// Keys that code: on a suggestion they take it over first.
function coding(page, run) {
  return () => {
    page.passages.takeFirst();
    run(page.panel.coding);
  };
}

function stanceKeys(page) {
  const group = "Stance";
  const names = new Map(page.desk.vocabularies.stance.map(({ value, label }) => [Number(value), label]));
  const stances = STANCE_KEYS.map(([stance, key]) => ({
    key, name: names.get(stance) ?? signed(stance), group,
    run: coding(page, (view) => view.change({ stance, state: "coded" })),
  }));
  const states = Object.entries(STATE_KEYS).map(([state, key]) => ({
    key, name: page.desk.vocabularies.state.find(({ value }) => value === state)?.label ?? state, group,
    run: coding(page, (view) => view.change({ state, stance: null })),
  }));
  return [...stances, ...states];
}

function moveKeys(page) {
  return page.desk.vocabularies.move.filter(({ value }) => MOVE_KEYS[value]).map(({ value, label }) => ({
    key: MOVE_KEYS[value], name: label.toLowerCase(), group: "Move",
    run: coding(page, (view) => view.change({ move: value })),
  }));
}

function fieldKeys(page) {
  const group = "Fields";
  const open = (box) => {
    page.openSheet(true);
    box().openFrom(page.text?.root ?? byId("panel-title"));
  };
  return [
    { key: "w", name: "who states it: party", group, run: coding(page, () => open(() => page.panel.parties)) },
    { key: "i", name: "issue", group, run: coding(page, (view) => open(() => view.issueBox)) },
    { key: "s", name: "speaker", group, run: coding(page, () => open(() => page.panel.speaker)) },
    { key: "l", name: "red line", group, run: coding(page, (view) => view.toggle("red_line")) },
    { key: "b", name: "reciprocal: both sides bound", group, run: coding(page, (view) => view.toggle("reciprocal")) },
    { key: "k", name: "add a condition", group, run: coding(page, (view) => addCondition(page, view)) },
    { key: "j", name: "add another reading", group, run: coding(page, () => page.panel.addCoding()) },
    { key: "J", shown: "⇧ j", name: "go to the next reading", group, run: () => page.panel.nextCoding() },
    { key: "q", name: "said jointly by several parties", group, run: () => toggleJoint(page) },
    { key: "m", name: "more fields, or fewer", group, run: () => page.panel.toggleMore() },
    { key: "h", name: "codebook", group, run: () => toggle(byId("codebook")) },
  ];
}

function addCondition(page, view) {
  page.openSheet(true);
  view.addCondition();
}

function toggleJoint(page) {
  if (!page.panel.form.editing) {
    page.panel.setJoint(!page.panel.form.joint);
  }
}

function toggle(details) {
  details.open = !details.open;
}

function savingKeys(page) {
  const group = "Saving";
  return [
    { key: "Ctrl+Enter", shown: "Ctrl ↵", name: "save", group, chord: true, run: () => page.save() },
    { key: "Ctrl+Shift+Enter", shown: "Ctrl ⇧ ↵", name: "save and go to the next", group, chord: true, run: () => page.saveNext() },
    { key: "9", name: "submit on saving, or keep as draft", group, run: () => switchMode(page) },
    { key: "Ctrl+z", shown: "Ctrl z", name: "undo the last action (outside fields)", group, chord: true, outside: true, run: () => page.saving.undo() },
    { key: "Escape", shown: "Esc", name: "leave the field, then the passage", group, chord: true, run: () => page.leave() },
    { key: "?", name: "these keys", group, run: () => page.help() },
  ];
}

function switchMode(page) {
  document.querySelector("input[name=mode]:not(:checked)").checked = true;
  page.keep();
}
