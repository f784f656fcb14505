// One reading in the panel: issue, stance or state, move, flags, conditions.

import { Combobox, findAmong } from "./combobox.js";
import { signed } from "./marks.js";
import { say } from "../wording.js";

export const STANCE_KEYS = [[2, "1"], [1, "2"], [0, "3"], [-1, "4"], [-2, "5"]];
export const STATE_KEYS = { unclear: "6", abstained: "7", absent: "8" };
export const MOVE_KEYS = {
  demand: "d", appeal: "a", offer: "o", concession: "c", rejection: "r", threat: "t", condition: "f", concern: "g",
  denial: "e", vote: "v", procedural: "z",
};

let numbers = 0;

export class CodingView {
  // `desk` gives {vocabularies, issues, findParties}; `onChange` hears of every change, `onAction` of the buttons.
  constructor(desk, coding, { onChange, onAction }) {
    numbers += 1;
    this.desk = desk;
    this.coding = coding;
    this.onChange = onChange;
    this.element = document.getElementById("coding-template").content.cloneNode(true).firstElementChild;
    this.id = `coding-${numbers}`;
    this.buildIssue();
    this.buildChips();
    this.buildMore();
    this.find(".remove-coding").addEventListener("click", () => onAction("remove", this));
    for (const action of ["condition", "another"]) {
      this.find(`[data-action=${action}]`).addEventListener("click", () => onAction(action, this));
    }
    this.element.addEventListener("focusin", () => onAction("activate", this));
    this.draw();
  }

  find(selector) {
    return this.element.querySelector(selector);
  }

  buildIssue() {
    this.issueBox = new Combobox(this.find(".issue-box"), {
      id: `${this.id}-issue`,
      find: (words) => findAmong(this.desk.issueChoices, words),
      onChange: (box) => this.change({ issue: box.single?.slug ?? null }),
    });
    this.find(".issue-label").htmlFor = `${this.id}-issue`;
    this.element.querySelector("[data-field=stance]").setAttribute("aria-label", say("tag-stance"));
    this.element.querySelector("[data-field=state]").setAttribute("aria-label", say("tag-no-stance"));
    this.element.querySelector("[data-field=move]").setAttribute("aria-label", say("tag-move"));
  }

  buildChips() {
    const { vocabularies } = this.desk;
    const stances = new Map(vocabularies.stance.map(({ value, label }) => [Number(value), label]));
    this.find(".scale").append(
      ...STANCE_KEYS.map(([stance, key]) => {
        const label = stances.get(stance) ?? "";
        const chip = this.chip({ stance, state: "coded" }, signed(stance), key, say(`tag-stance-${stance}`));
        chip.title = label;
        return chip;
      }),
    );
    const states = vocabularies.state.filter(({ value }) => value !== "coded");
    this.find(".states").append(
      ...states.map(({ value }) => this.chip({ state: value, stance: null }, say(`tag-state-${value}`), STATE_KEYS[value])),
    );
    this.find(".moves").append(
      ...vocabularies.move.map(({ value, label }) => this.chip({ move: value }, label.toLowerCase(), MOVE_KEYS[value])),
    );
    for (const button of this.element.querySelectorAll("[data-flag]")) {
      button.addEventListener("click", () => this.toggle(button.dataset.flag));
    }
  }

  chip(values, name, key, words = "") {
    const button = document.createElement("button");
    button.type = "button";
    button.dataset.values = JSON.stringify(values);
    const shownName = document.createElement("bdi");
    shownName.textContent = name;
    button.append(shownName);
    if (words) {
      const small = document.createElement("small");
      small.textContent = words;
      button.append(" ", small);
    }
    if (key) {
      const shown = document.createElement("kbd");
      shown.textContent = key;
      button.append(" ", shown);
    }
    button.addEventListener("click", () => this.change(values));
    return button;
  }

  buildMore() {
    this.partyBox = new Combobox(this.find(".party-box"), {
      id: `${this.id}-party`,
      find: this.desk.findParties,
      placeholder: say("tag-stating-party"),
      onChange: (box) => this.change({ party: box.single }),
    });
    this.find(".party-label").htmlFor = `${this.id}-party`;
    const confidence = this.find(".confidence");
    confidence.id = `${this.id}-confidence`;
    this.find(".confidence-label").htmlFor = confidence.id;
    fillSelect(confidence, this.desk.vocabularies.confidence);
    confidence.addEventListener("change", () => this.change({ confidence: confidence.value }));
  }

  change(values) {
    Object.assign(this.coding, values);
    this.draw();
    this.onChange();
  }

  toggle(flag) {
    this.change({ [flag]: !this.coding[flag] });
  }

  addCondition() {
    const kind = this.coding.move === "threat" ? "trigger" : "precondition";
    this.coding.conditions.push({ kind, text: "", falls_on: null });
    this.drawConditions();
    this.onChange();
    this.find(".condition:last-child .words").focus();
  }

  draw() {
    const issue = this.desk.issues.find((one) => one.slug === this.coding.issue);
    this.issueBox.set(issue ? { slug: issue.slug, name: issue.title } : null);
    this.find(".proposal").textContent = issue ? `+2 = ${issue.proposal}` : "";
    for (const button of this.element.querySelectorAll("[data-values]")) {
      const values = Object.entries(JSON.parse(button.dataset.values));
      button.setAttribute("aria-pressed", String(values.every(([name, value]) => this.coding[name] === value)));
    }
    for (const button of this.element.querySelectorAll("[data-flag]")) {
      button.setAttribute("aria-pressed", String(Boolean(this.coding[button.dataset.flag])));
    }
    this.partyBox.set(this.coding.party);
    this.find(".confidence").value = this.coding.confidence;
    this.drawNote();
    if (this.element.querySelectorAll(".condition").length !== this.coding.conditions.length) {
      this.drawConditions();
    }
  }

  drawNote() {
    const note = this.find(".coding-note");
    const parts = [];
    if (this.coding.kept) {
      const status = say(`tag-status-${this.coding.status}`);
      const { coder } = this.coding;
      parts.push(coder ? say("tag-by-coder", { coder, status }) : say("tag-by-another", { status }));
    }
    if (this.coding.comment) {
      parts.push(say("tag-returned", { comment: this.coding.comment }));
    }
    note.textContent = parts.join(" · ");
    note.hidden = parts.length === 0;
  }

  drawConditions() {
    const template = document.getElementById("condition-template").content;
    const rows = this.coding.conditions.map((condition) => {
      const row = template.cloneNode(true).firstElementChild;
      const kind = row.querySelector(".kind");
      fillSelect(kind, this.desk.vocabularies.condition_kind);
      kind.value = condition.kind;
      kind.addEventListener("change", () => this.changeCondition(condition, { kind: kind.value }));
      const words = row.querySelector(".words");
      words.value = condition.text;
      words.addEventListener("input", () => this.changeCondition(condition, { text: words.value }));
      const box = new Combobox(row.querySelector(".falls-on"), {
        label: say("tag-falls-on"),
        placeholder: say("tag-on-whom"),
        find: this.desk.findParties,
        onChange: (chosen) => this.changeCondition(condition, { falls_on: chosen.single }),
      });
      box.set(condition.falls_on);
      row.querySelector(".remove").addEventListener("click", () => {
        this.coding.conditions.splice(this.coding.conditions.indexOf(condition), 1);
        this.drawConditions();
        this.onChange();
      });
      return row;
    });
    this.find(".conditions").replaceChildren(...rows);
  }

  changeCondition(condition, values) {
    Object.assign(condition, values);
    this.onChange();
  }

  // Number it among its siblings and show whether keys go to it.
  place(number, total, isActive, showsMore) {
    const issue = this.desk.issues.find((one) => one.slug === this.coding.issue);
    this.find(".coding-name").textContent = nameReading(number, total, isActive ? null : issue, this.coding.stance);
    this.find(".remove-coding").hidden = total === 1;
    this.element.classList.toggle("active", isActive);
    this.element.classList.toggle("alone", total === 1);
    this.find(".coding-more").hidden = !showsMore;
  }
}

function nameReading(number, total, issue, stance) {
  if (total === 1) {
    return say("tag-reading");
  }
  if (!issue) {
    return say("tag-reading-number", { number });
  }
  return say("tag-reading-on", { number, issue: issue.title, stance: signed(stance) });
}

export function fillSelect(select, choices, empty = null) {
  const options = choices.map(({ value, label }) => new Option(label, value));
  select.replaceChildren(...(empty === null ? options : [new Option(empty, ""), ...options]));
}
