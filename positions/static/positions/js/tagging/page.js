// The tagging page: puts the text, its marks, the panel and the server together.

import { Caret } from "./caret.js";
import { drawCodebook } from "./codebook.js";
import { Desk } from "./desk.js";
import { Effort } from "./effort.js";
import { formOf } from "./form.js";
import { Guide } from "./guide.js";
import { Keys } from "./keys.js";
import { keyTable } from "./key_table.js";
import { drawLegend, Marks } from "./marks.js";
import { announce, clearNotice, notice } from "./notices.js";
import { SourceText } from "./offsets.js";
import { byId, Panel } from "./panel.js";
import { Passages } from "./passages.js";
import { nextForm, Saving } from "./saving.js";
import { Segments } from "./segments.js";
import { Server, SignedOut } from "./server.js";
import { Shelf } from "./shelf.js";
import { Standing } from "./standing.js";
import { drawStatements, openChooser, showDialogs } from "./statement_lists.js";
import { Watch } from "./watch.js";
import { say, sayCount } from "../wording.js";

class TaggingPage {
  constructor(root, state, server, shelf) {
    this.root = root;
    this.server = server;
    this.shelf = shelf;
    this.desk = new Desk(server, state);
    this.statements = new Map(state.statements.map((statement) => [statement.id, statement]));
    this.carried = null;
    this.dirty = false;
    this.effort = new Effort(byId("effort"));
    this.passages = new Passages(this);
    this.standing = new Standing(this);
    this.saving = new Saving(this, shelf, server);
    this.openText(root);
    this.panel = new Panel(this.desk, this.text, {
      onChange: ({ quiet }) => this.hearChange(quiet),
      onSpan: (start, end) => this.passages.typeSpan(start, end),
    });
    this.watch = new Watch(this, state.cursor);
    this.keys = new Keys(keyTable(this), { isBusy: () => this.saving.busy });
  }

  openText(root) {
    const element = byId("text");
    this.text = element ? new SourceText(element) : null;
    if (!this.text) {
      return;
    }
    this.segments = new Segments(this.text, root.dataset.language);
    this.guide = new Guide(this.text, this.segments);
    this.marks = new Marks(this.text, this.desk.issues, {
      onOpen: (statements) => this.open(statements),
      onDrawn: () => this.caret.restore(),
    });
    this.caret = new Caret(this.text, this.segments, {
      onSelect: (span) => this.passages.select(span),
      onPoint: (offset) => this.passages.point(offset),
      onBlank: () => this.say(say("tag-blank")),
    });
  }

  async start() {
    const draft = await this.shelf.findDraft();
    this.begin();
    if (draft) {
      this.takeUp(draft);
    }
    this.refresh();
    this.standing.showAside();
    this.standing.explainEmptiness();
    showDialogs(this);
    this.listen();
    this.watch.start();
    this.loadSuggestions();
    this.root.dataset.readyMs = String(Math.round(performance.now()));
  }

  listen() {
    const { element } = this.panel;
    element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    element.addEventListener("keydown", (event) => {
      // Enter in a field would save by surprise; it goes back to the text
      if (event.key === "Enter" && !event.defaultPrevented && !event.ctrlKey && event.target.matches("input")) {
        event.preventDefault();
        this.text?.root.focus({ preventScroll: true });
      }
    });
    this.root.addEventListener("click", (event) => {
      const action = event.target.closest("[data-action]")?.dataset.action;
      const actions = {
        accept: () => this.passages.accept(),
        refuse: () => this.passages.refuse(),
        saveNext: () => this.saveNext(),
        cancel: () => this.leave(),
        help: () => this.help(),
        undo: () => this.saving.undo(),
      };
      actions[action]?.();
    });
    byId("sheet-handle").addEventListener("click", () => this.openSheet(!this.root.classList.contains("sheet-open")));
    byId("statement-list").addEventListener("toggle", () => drawStatements(this));
    for (const mode of document.querySelectorAll("input[name=mode]")) {
      mode.addEventListener("change", () => this.keep());
    }
  }

  // An empty panel, with what carries over from the last statement.
  begin() {
    this.dirty = false;
    this.shelf.dropDraft();
    this.panel.show(nextForm(this));
    this.passages.drawPassage();
    this.showSaved();
  }

  takeUp({ form, sha256, submits, why }) {
    if (this.text && sha256 && sha256 !== this.desk.source.text?.sha256) {
      Object.assign(form, { start: null, end: null });
      notice("draft", say("tag-new-version"));
    } else {
      notice("draft", why ?? say("tag-took-up"), { quiet: true });
    }
    byId("tagging").querySelector(`input[name=mode][value=${submits === false ? "draft" : "submit"}]`).checked = true;
    this.panel.show(form);
    this.dirty = true;
    this.passages.drawPassage();
    this.keep();
  }

  hearChange(quiet) {
    drawCodebook(this.panel.issue);
    if (quiet) {
      return;
    }
    this.dirty = true;
    this.keep();
  }

  // Keep the panel on this machine.
  keep() {
    const { form } = this.panel;
    if (!this.dirty && form.start === null) {
      return;
    }
    this.shelf.keepDraft({ form, sha256: this.desk.source.text?.sha256, submits: this.saving.submits });
    this.showSaved();
  }

  // What is saved and what is not, in the corner.
  showSaved() {
    const waiting = this.saving.outbox.waiting.length;
    const { form } = this.panel;
    const time = new Date().toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    const parts = [
      waiting ? sayCount("tag-waiting", waiting) : "",
      this.dirty || form.start !== null ? say("tag-kept", { time }) : "",
    ].filter(Boolean);
    const words = this.shelf.full ? say("tag-save-soon") : parts.join(" · ") || say("tag-nothing-unsaved");
    byId("saved-state").textContent = words;
    byId("saved-state").dataset.waiting = String(waiting);
  }

  // Open statements for editing; several on the same words are offered first.
  async open(statements) {
    const waiting = statements.find((one) => one.waiting);
    if (waiting) {
      this.say(say("tag-edit-later"));
      return;
    }
    const statement = statements.length > 1 ? await openChooser(statements, this.desk) : statements[0];
    if (!statement) {
      return;
    }
    if (this.dirty) {
      this.saving.setAside(this.panel.form, say("tag-aside-another"));
    }
    this.guide?.leave();
    this.dirty = false;
    this.panel.show(formOf(statement));
    this.passages.drawPassage();
    this.effort.stop();
    this.openSheet(true);
    announce(say("tag-opened", { words: statement.exact.slice(0, 120) }));
  }

  async save() {
    this.settleField();
    return !this.saving.busy && this.finishSaving(await this.saving.save(), false);
  }

  async saveNext() {
    this.settleField();
    return !this.saving.busy && this.finishSaving(await this.saving.save(), true);
  }

  // A field takes in what was typed when it loses the focus.
  settleField() {
    const field = document.activeElement;
    if (field?.matches("#panel :is(input, textarea, select)")) {
      field.blur();
    }
  }

  finishSaving(done, goesOn) {
    if (done) {
      this.openSheet(false);
      this.text?.root.focus({ preventScroll: true });
      if (goesOn && this.text) {
        const from = Math.max(this.caret.anchor, this.caret.focus);
        this.guide.leave();
        this.passages.goOrSay(this.guide.step(Math.max(from - 1, 0), true), true);
      }
    }
    this.keys.release();
    return done;
  }

  // Leave a field, else the passage.
  leave() {
    if (document.activeElement?.closest("#panel") && this.text) {
      this.text.root.focus({ preventScroll: true });
      return;
    }
    if (this.dirty && (this.panel.form.start !== null || this.panel.form.editing)) {
      this.saving.setAside(this.panel.form, say("tag-aside-left"));
    }
    this.guide?.leave();
    this.begin();
    this.openSheet(false);
    if (this.caret) {
      this.caret.select(this.caret.focus, this.caret.focus, { quiet: true });
    }
  }

  help() {
    byId("keys").showModal();
  }

  openSheet(open) {
    this.root.classList.toggle("sheet-open", open);
    byId("sheet-handle").setAttribute("aria-expanded", String(open));
  }

  say(words) {
    notice("said", words);
    window.clearTimeout(this.sayTimer);
    this.sayTimer = window.setTimeout(() => clearNotice("said"), 6000);
  }

  // Take in statements as they are now, and drop those no longer in force.
  merge(statements, gone) {
    for (const id of gone) {
      this.statements.delete(id);
    }
    for (const statement of statements) {
      this.statements.set(statement.id, statement);
    }
  }

  // Statements in force, and the ones that wait to be sent.
  get shown() {
    const waiting = this.saving.outbox.waiting.filter((item) => item.form && !item.form.editing);
    const asStatements = waiting.map(({ form, key, body }) => ({
      ...form, id: key, exact: body.exact, asserted_by: form.asserted_by[0], waiting: true,
    }));
    return [...this.statements.values(), ...asStatements];
  }

  refresh() {
    const { shown } = this;
    this.showSaved();
    drawLegend(byId("legend"), this.desk.issues, shown);
    if (this.text) {
      this.marks.setStatements(shown);
      const open = this.guide.update(shown);
      this.marks.setSuggestions(open);
      const words = sayCount("tag-suggestions-left", open.length);
      byId("suggestion-count").textContent = this.guide.all.length ? words : say("tag-nothing-suggested");
      this.passages.drawPassage();
    }
    drawStatements(this);
    byId("statement-count").textContent = sayCount("tag-statements", this.statements.size);
  }

  async loadSuggestions() {
    try {
      const { suggestions } = await this.server.get("suggestions/");
      this.guide?.setSuggestions(suggestions);
      this.refresh();
    } catch {
      byId("suggestion-count").textContent = say("tag-no-suggestions");
    }
    this.root.dataset.suggested = "true";
  }

  async exactOf({ start, end, editing }) {
    if (editing?.anchor_status === "none" || !this.text) {
      return "";
    }
    const exact = this.text.slice(start, end);
    if (exact !== null) {
      return exact;
    }
    const answer = await fetch(this.root.dataset.text, { headers: { Accept: "application/json" } });
    this.text.learnGaps((await answer.json()).text);
    return this.text.slice(start, end);
  }
}

async function boot() {
  const root = byId("tagging");
  const token = root.querySelector("input[name=csrfmiddlewaretoken]").value;
  const server = new Server({ base: root.dataset.base, username: root.dataset.username, token });
  const shelf = new Shelf(root.dataset.username, root.dataset.source);
  await shelf.open();
  let state;
  try {
    state = await server.get("state/");
  } catch (error) {
    const isSignedOut = error instanceof SignedOut;
    const action = isSignedOut ? { name: say("tag-sign-in"), href: root.dataset.signIn } : null;
    notice("state", isSignedOut ? error.message : say("tag-not-filled", { why: error.message }), {
      tone: "warn",
      actions: action ? [action] : [],
    });
    return;
  }
  await new TaggingPage(root, state, server, shelf).start();
}

boot();
