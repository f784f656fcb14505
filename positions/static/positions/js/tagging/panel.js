// The panel beside the text: shows a form's values, takes them in, and says what is wrong with them.

import { CodingView, fillSelect } from "./codings.js";
import { Combobox, findAmong } from "./combobox.js";
import { blankCoding } from "./form.js";
import { say } from "../wording.js";

const SELECTS = ["directness", "attribution", "credibility"];
const TEXTS = ["stated_on", "note", "reason"];

export class Panel {
  constructor(desk, text, { onChange, onSpan }) {
    this.desk = desk;
    this.text = text;
    this.onChange = onChange;
    this.onSpan = onSpan;
    this.form = null;
    this.active = 0;
    this.views = [];
    this.showsMore = false;
    this.element = document.getElementById("coding-form");
    this.buildBoxes();
    this.buildFields();
  }

  buildBoxes() {
    const { desk } = this;
    this.parties = new Combobox(byId("asserted-by-box"), {
      id: "asserted-by",
      find: desk.findParties,
      multiple: false,
      onChange: (box) => this.change({ asserted_by: [...box.value] }),
    });
    this.speaker = new Combobox(byId("speaker-box"), {
      id: "speaker",
      find: (words) => desk.findPersons(words, this.form.asserted_by[0]?.slug),
      free: true,
      placeholder: say("tag-speaker-example"),
      onChange: (box) => this.change({ speaker: box.single, speaker_label: box.single ? "" : box.words }),
    });
    this.addressees = new Combobox(byId("addressees-box"), {
      id: "addressees",
      find: desk.findParties,
      multiple: true,
      onChange: (box) => this.change({ addressees: [...box.value] }),
    });
    this.round = new Combobox(byId("round-box"), {
      id: "round",
      find: (words) => findAmong(desk.roundChoices, words),
      onChange: (box) => this.change({ round: box.single ? Number(box.single.slug) : null }),
    });
  }

  buildFields() {
    for (const name of SELECTS) {
      fillSelect(byId(name), this.desk.vocabularies[name]);
      byId(name).addEventListener("change", () => this.change({ [name]: byId(name).value }));
    }
    for (const name of TEXTS) {
      byId(name).addEventListener("input", () => this.change({ [name]: byId(name).value }));
    }
    byId("joint").addEventListener("change", () => this.setJoint(byId("joint").checked));
    byId("more-toggle").addEventListener("click", () => this.toggleMore());
    for (const name of ["span-start", "span-end"]) {
      byId(name).addEventListener("change", () => this.typeSpan());
    }
  }

  // Show a form. Everything typed from now on goes into it.
  show(form) {
    this.form = form;
    this.active = 0;
    this.views = form.codings.map((coding) => this.viewOf(coding));
    byId("codings").replaceChildren(...this.views.map((view) => view.element));
    this.showFaults({});
    this.draw();
  }

  viewOf(coding) {
    return new CodingView(this.desk, coding, {
      onChange: () => this.changed(),
      onAction: (action, view) => this.act(action, view),
    });
  }

  act(action, view) {
    const place = this.views.indexOf(view);
    if (action === "remove") {
      this.form.codings.splice(place, 1);
      this.views.splice(place, 1);
      view.element.remove();
      this.active = Math.min(this.active, this.views.length - 1);
      this.changed();
      this.draw();
    } else if (action === "another") {
      this.addCoding();
    } else if (action === "condition") {
      view.addCondition();
    } else if (place !== this.active && place >= 0) {
      this.active = place;
      this.drawCodings();
      this.onChange({ quiet: true });
    }
  }

  addCoding() {
    const coding = blankCoding();
    coding.confidence = this.form.codings[0]?.confidence ?? "medium";
    this.form.codings.push(coding);
    this.views.push(this.viewOf(coding));
    byId("codings").append(this.views.at(-1).element);
    this.active = this.views.length - 1;
    this.changed();
    this.draw();
  }

  nextCoding() {
    this.active = (this.active + 1) % this.views.length;
    this.drawCodings();
    this.onChange({ quiet: true });
  }

  get coding() {
    return this.views[this.active] ?? null;
  }

  get issue() {
    const slug = this.coding?.coding.issue;
    return this.desk.issues.find((issue) => issue.slug === slug) ?? null;
  }

  change(values) {
    Object.assign(this.form, values);
    this.changed();
    this.drawSummary();
  }

  changed() {
    this.drawCodings();
    this.onChange({});
  }

  setJoint(joint) {
    this.form.joint = joint;
    this.form.asserted_by = joint ? this.form.asserted_by : this.form.asserted_by.slice(0, 1);
    this.draw();
    this.onChange({});
    if (joint) {
      this.parties.input.focus();
    }
  }

  toggleMore(shows = !this.showsMore) {
    this.showsMore = shows;
    byId("more").hidden = !shows;
    byId("more-toggle").setAttribute("aria-expanded", String(shows));
    this.drawCodings();
  }

  typeSpan() {
    const start = Number.parseInt(byId("span-start").value, 10);
    const end = Number.parseInt(byId("span-end").value, 10);
    if (Number.isInteger(start) && Number.isInteger(end)) {
      this.onSpan(start, end);
    }
  }

  draw() {
    const { form } = this;
    this.parties.multiple = form.joint;
    this.parties.set(form.asserted_by);
    byId("joint").checked = form.joint;
    byId("joint").disabled = Boolean(form.editing);
    this.speaker.set(form.speaker, form.speaker_label);
    this.addressees.set(form.addressees);
    this.round.set(this.desk.roundChoices.find((round) => Number(round.slug) === form.round) ?? null);
    for (const name of [...SELECTS, ...TEXTS]) {
      byId(name).value = form[name] ?? "";
    }
    this.drawSpan();
    this.drawHead();
    this.drawSummary();
    this.drawCodings();
  }

  drawSpan() {
    const { start, end } = this.form;
    const has = Number.isInteger(start) && Number.isInteger(end);
    const words = has ? (this.text?.slice(start, end) ?? "…") : "";
    byId("exact").textContent = words.length > 600 ? `${words.slice(0, 400)} … ${words.slice(-150)}` : words;
    byId("exact").hidden = !has;
    byId("span-start").value = has ? start : "";
    byId("span-end").value = has ? end : "";
    this.element.classList.toggle("idle", !has && !this.form.editing);
    byId("sheet-title").textContent = has ? words.slice(0, 120) : say("tag-no-passage-selected");
  }

  drawHead() {
    const { editing, codings } = this.form;
    const statuses = [...new Set(codings.map((coding) => coding.status).filter(Boolean))];
    byId("panel-title").textContent = say(editing ? "tag-statement" : "tag-new-statement");
    byId("panel-status").textContent = editing ? statuses.map((status) => say(`tag-status-${status}`)).join(", ") : "";
    byId("reason-row").hidden = !editing?.published;
    byId("withdraw").hidden = !editing;
  }

  drawSummary() {
    const { form, desk } = this;
    const label = (name) => desk.vocabularies[name].find(({ value }) => String(value) === String(form[name]))?.label ?? "";
    const parts = [
      form.addressees.length ? say("tag-to", { parties: form.addressees.map((party) => party.name).join(", ") }) : "",
      label("directness"),
      label("attribution").split(":")[0],
      form.stated_on,
      form.round === null || form.round === undefined ? "" : say("tag-round", { number: form.round }),
      say("tag-credibility", { grade: form.credibility }),
    ];
    byId("more-summary").textContent = parts.filter(Boolean).join(" · ");
  }

  drawCodings() {
    this.views.forEach((view, place) => {
      view.place(place + 1, this.views.length, place === this.active, this.showsMore);
    });
  }

  // Show faults beside their fields, those without a field below, and go to the first.
  showFaults(faults) {
    for (const row of this.element.querySelectorAll(".faulty")) {
      row.classList.remove("faulty");
      row.querySelectorAll(":scope > .field-error").forEach((error) => error.remove());
    }
    const list = byId("form-errors");
    const entries = Object.entries(faults).flatMap(([field, messages]) => {
      const row = this.rowOf(field);
      return [].concat(messages).map((message) => ({ field, message, row }));
    });
    for (const { row } of entries) {
      row?.classList.add("faulty");
    }
    list.replaceChildren(...entries.map(({ field, message, row }) => this.faultLine(field, message, row)));
    list.hidden = entries.length === 0;
    if (entries.some(({ row }) => row?.closest("#more, .coding-more"))) {
      this.toggleMore(true);
    }
  }

  faultLine(field, message, row) {
    const line = document.createElement("li");
    const target = row?.querySelector("input, select, textarea, button");
    if (!target) {
      line.textContent = message;
      return line;
    }
    const link = document.createElement("button");
    link.type = "button";
    link.className = "as-link";
    link.textContent = message;
    link.addEventListener("click", () => target.focus());
    line.append(link);
    line.dataset.field = field;
    return line;
  }

  rowOf(field) {
    const [, place, name] = /^codings\[(\d+)\]\.(\w+)/u.exec(field) ?? [];
    if (place !== undefined) {
      return this.views[Number(place)]?.find(`[data-field=${name}]`) ?? null;
    }
    if (["start", "end", "exact"].includes(field)) {
      return this.element.querySelector(".span-fields");
    }
    const known = /^\w+/u.exec(field)?.[0].replace("speaker_label", "speaker");
    return known ? this.element.querySelector(`[data-field=${known}]`) : null;
  }
}

export function byId(id) {
  return document.getElementById(id);
}
