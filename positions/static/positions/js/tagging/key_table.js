// What each key does. The overlay lists the table as it stands.

import { MOVE_KEYS, STANCE_KEYS, STATE_KEYS } from "./codings.js";
import { signed } from "./marks.js";
import { byId } from "./panel.js";
import { say } from "../wording.js";

export function keyTable(page) {
  return [...textKeys(page), ...stanceKeys(page), ...moveKeys(page), ...fieldKeys(page), ...savingKeys(page)];
}

function textKeys(page) {
  const group = say("keys-in-text");
  const caretKeys = [
    ["← →", say("keys-character")], ["Ctrl ← →", say("keys-word")], ["↑ ↓", say("keys-line")],
    ["Home End", say("keys-ends")], ["Shift", say("keys-select")],
    ["Ctrl a", say("keys-select-all")],
  ];
  const inText = (run) => () => (page.text ? run() : page.say(say("tag-no-text")));
  return [
    ...caretKeys.map(([shown, name]) => ({ key: `caret ${shown}`, shown, name, group })),
    { key: "n", name: say("keys-next"), group, run: inText(() => page.passages.step(true)) },
    { key: "p", name: say("keys-before"), group, run: inText(() => page.passages.step(false)) },
    { key: ".", name: say("keys-next-sentence"), group, run: inText(() => page.passages.stepSentence(true)) },
    { key: ",", name: say("keys-sentence-before"), group, run: inText(() => page.passages.stepSentence(false)) },
    { key: ">", name: say("keys-add-next"), group, run: inText(() => page.passages.extendSentence(true)) },
    { key: "<", name: say("keys-add-before"), group, run: inText(() => page.passages.extendSentence(false)) },
    { key: "Enter", shown: "↵", name: say("keys-open"), group, run: () => enter(page) },
    { key: "y", name: say("keys-take-over"), group, run: () => page.passages.accept() },
    { key: "x", name: say("keys-refuse"), group, run: () => page.passages.refuse() },
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
  const group = say("tag-stance");
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
    key: MOVE_KEYS[value], name: label.toLowerCase(), group: say("tag-move"),
    run: coding(page, (view) => view.change({ move: value })),
  }));
}

function fieldKeys(page) {
  const group = say("keys-fields");
  const open = (box) => {
    page.openSheet(true);
    box().openFrom(page.text?.root ?? byId("panel-title"));
  };
  return [
    { key: "w", name: say("keys-party"), group, run: coding(page, () => open(() => page.panel.parties)) },
    { key: "i", name: say("keys-issue"), group, run: coding(page, (view) => open(() => view.issueBox)) },
    { key: "s", name: say("keys-speaker"), group, run: coding(page, () => open(() => page.panel.speaker)) },
    { key: "l", name: say("keys-red-line"), group, run: coding(page, (view) => view.toggle("red_line")) },
    { key: "b", name: say("keys-reciprocal"), group, run: coding(page, (view) => view.toggle("reciprocal")) },
    { key: "k", name: say("keys-condition"), group, run: coding(page, (view) => addCondition(page, view)) },
    { key: "j", name: say("keys-reading"), group, run: coding(page, () => page.panel.addCoding()) },
    { key: "J", shown: "⇧ j", name: say("keys-next-reading"), group, run: () => page.panel.nextCoding() },
    { key: "q", name: say("keys-joint"), group, run: () => toggleJoint(page) },
    { key: "m", name: say("keys-more"), group, run: () => page.panel.toggleMore() },
    { key: "h", name: say("keys-codebook"), group, run: () => toggle(byId("codebook")) },
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
  const group = say("keys-saving");
  return [
    { key: "Ctrl+Enter", shown: "Ctrl ↵", name: say("keys-save"), group, chord: true, run: () => page.save() },
    { key: "Ctrl+Shift+Enter", shown: "Ctrl ⇧ ↵", name: say("keys-save-next"), group, chord: true, run: () => page.saveNext() },
    { key: "9", name: say("keys-mode"), group, run: () => switchMode(page) },
    { key: "Ctrl+z", shown: "Ctrl z", name: say("keys-undo"), group, chord: true, outside: true, run: () => page.saving.undo() },
    { key: "Escape", shown: "Esc", name: say("keys-leave"), group, chord: true, run: () => page.leave() },
    { key: "?", name: say("keys-keys"), group, run: () => page.help() },
  ];
}

function switchMode(page) {
  document.querySelector("input[name=mode]:not(:checked)").checked = true;
  page.keep();
}
