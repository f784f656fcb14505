// The tagging page: puts the text, its marks, the panel and the server together.

import { Caret } from "./caret.js";
import { drawCodebook } from "./codebook.js";
import { Desk } from "./desk.js";
import { Effort } from "./effort.js";
import { formOf, takeSuggestion } from "./form.js";
import { Guide } from "./guide.js";
import { Keys } from "./keys.js";
import { keyTable } from "./key_table.js";
import { drawLegend, Marks } from "./marks.js";
import { announce, clearNotice, notice } from "./notices.js";
import { SourceText } from "./offsets.js";
import { byId, Panel } from "./panel.js";
import { nextForm, Saving } from "./saving.js";
import { Segments } from "./segments.js";
import { Server, SignedOut } from "./server.js";
import { Shelf } from "./shelf.js";
import { drawStatements, openChooser, showDialogs } from "./statement_lists.js";
import { Watch } from "./watch.js";

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
    this.saving = new Saving(this, shelf, server);
    this.openText(root);
    this.panel = new Panel(this.desk, this.text, {
      onChange: ({ quiet }) => this.hearChange(quiet),
      onSpan: (start, end) => this.typeSpan(start, end),
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
    this.marks = new Marks(this.text, this.desk.issues, { onOpen: (statements) => this.open(statements) });
    this.caret = new Caret(this.text, this.segments, {
      onSelect: (span) => this.select(span),
      onPoint: (offset) => this.point(offset),
      onBlank: () => this.say("Only white space is selected; select words."),
    });
  }

  async start() {
    this.begin();
    const draft = await this.shelf.findDraft();
    if (draft) {
      this.takeUp(draft);
    }
    this.refresh();
    this.showAside();
    this.explainEmptiness();
    showDialogs(this);
    this.listen();
    this.watch.start();
    this.loadSuggestions();
    this.root.dataset.ready = "true";
  }

  listen() {
    this.panel.element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.save();
    });
    this.root.addEventListener("click", (event) => {
      const action = event.target.closest("[data-action]")?.dataset.action;
      const run = { accept: "accept", refuse: "refuse", saveNext: "saveNext", cancel: "leave", help: "help" }[action];
      if (run) {
        this[run]();
      } else if (action === "undo") {
        this.saving.undo();
      }
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
    this.drawPassage();
    byId("saved-state").textContent = this.saving.outbox.waiting.length ? "Waiting to be sent" : "Nothing unsaved";
  }

  takeUp({ form, sha256, submits, why }) {
    if (this.text && sha256 && sha256 !== this.desk.source.text?.sha256) {
      Object.assign(form, { start: null, end: null });
      notice("draft", "The text has a new version since; select the passage again.");
    } else {
      notice("draft", why ?? "Took up what you had begun and not saved.", { quiet: true });
    }
    byId("tagging").querySelector(`input[name=mode][value=${submits === false ? "draft" : "submit"}]`).checked = true;
    this.panel.show(form);
    this.dirty = true;
    this.drawPassage();
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
    const kept = this.shelf.keepDraft({ form, sha256: this.desk.source.text?.sha256, submits: this.saving.submits });
    const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
    byId("saved-state").textContent = kept ? `Kept on this machine ${time}` : "This browser keeps nothing: save soon";
  }

  // Words have been selected.
  select(span, suggestion = null) {
    const { form } = this.panel;
    if (form.start === span.start && form.end === span.end && !suggestion) {
      return;
    }
    if (form.editing && this.dirty) {
      notice("passage", "You are editing another statement.", {
        actions: [
          { name: "Use the selected words as its passage", run: () => this.setSpan(span) },
          { name: "Leave it, begin a new one", run: () => this.startOver(span) },
        ],
      });
      return;
    }
    if (form.editing) {
      this.begin();
    }
    if (this.guide.current !== suggestion) {
      this.guide.focus(suggestion);
      this.panel.form.suggested = false;
    }
    this.setSpan(span);
    this.effort.begin();
  }

  startOver(span) {
    this.saving.setAside(this.panel.form, "Left for another passage.");
    this.begin();
    this.select(span);
  }

  setSpan({ start, end }) {
    Object.assign(this.panel.form, { start, end });
    this.panel.drawSpan();
    this.panel.showFaults({});
    this.drawPassage();
    this.keep();
  }

  typeSpan(start, end) {
    const span = this.text && start >= 0 && start < end && end <= this.text.end ? this.text.trim(start, end) : null;
    const error = byId("span-error");
    error.hidden = Boolean(span);
    if (!span) {
      error.textContent = `A passage lies between 0 and ${this.text?.end ?? 0}, begins before it ends, and holds words.`;
      announce(error.textContent);
      return;
    }
    this.guide.leave();
    this.setSpan(span);
    this.effort.begin();
    this.caret.select(span.start, span.end, { quiet: true });
  }

  drawPassage() {
    if (!this.text) {
      return;
    }
    const { form } = this.panel;
    const span = Number.isInteger(form.start) && Number.isInteger(form.end) ? form : null;
    this.marks.setSingle("passage", span);
    this.marks.setSingle("opened", form.editing ? span : null);
    this.marks.setSingle("suggested-now", this.guide.current);
    const { current, taken } = this.guide;
    byId("suggestion").hidden = !current || taken;
    if (current) {
      byId("suggestion").querySelector(".suggestion-why").textContent = this.wordsOf(current);
    }
    drawCodebook(this.panel.issue);
  }

  wordsOf(suggestion) {
    const issue = this.desk.issues.find((one) => one.slug === suggestion.issue)?.title;
    const speaker = suggestion.speaker?.name ?? suggestion.speaker_label;
    const what = [suggestion.party?.name, speaker, issue, suggestion.move].filter(Boolean).join(" · ");
    return `Suggested: ${what}. ${[].concat(suggestion.why).join(" ")}`;
  }

  // A click or Enter somewhere in the text.
  point(offset) {
    const statements = this.marks.statementsAt(offset);
    if (statements.length > 0) {
      this.open(statements);
      return;
    }
    const suggestion = this.guide.at(offset);
    if (suggestion) {
      this.go(suggestion, suggestion);
    }
  }

  go(span, suggestion) {
    this.caret.select(span.start, span.end, { quiet: true });
    this.text.root.focus({ preventScroll: true });
    this.select({ start: span.start, end: span.end }, suggestion);
    announce(suggestion ? this.wordsOf(suggestion) : (this.text.slice(span.start, span.end) ?? ""));
  }

  step(forward) {
    const { form } = this.panel;
    const from = this.guide.current?.start ?? (forward ? (form.start ?? this.caret.focus - 1) : (form.start ?? this.caret.focus));
    const next = this.guide.step(from, forward);
    this.goOrSay(next, forward);
  }

  stepSentence(forward) {
    const from = this.panel.form.start ?? this.caret.focus;
    const offset = forward && this.panel.form.start !== null ? from + 1 : from;
    this.goOrSay(this.guide.sentence(offset, forward), forward);
  }

  extendSentence(forward) {
    const { focus } = this.caret;
    const sentence = forward ? this.segments.sentenceFrom(focus, true) : this.segments.sentenceFrom(focus, false);
    if (sentence) {
      this.caret.move(forward ? sentence.end : sentence.start, true);
    }
  }

  goOrSay(next, forward) {
    if (next) {
      this.go(next, next.suggestion);
    } else {
      this.say(forward ? "That was the last one." : "That was the first one.");
    }
  }

  // A coding key on a suggestion takes it over first.
  takeFirst() {
    if (this.guide?.current && !this.guide.taken && !this.panel.form.editing) {
      this.accept();
    }
  }

  accept() {
    const { current } = this.guide;
    if (!current || this.guide.taken) {
      return;
    }
    this.guide.taken = true;
    takeSuggestion(this.panel.form, current);
    this.panel.show(this.panel.form);
    this.hearChange(false);
    this.drawPassage();
    announce("Taken over; choose the stance.");
  }

  refuse() {
    if (!this.guide?.current) {
      return;
    }
    const refused = this.guide.refuse();
    this.saving.refuse(refused);
    const { form } = this.panel;
    Object.assign(form, { start: null, end: null });
    this.refresh();
    this.goOrSay(this.guide.step(refused.start, true), true);
    announce("Refused.");
  }

  // Open statements for editing; several on the same words are offered first.
  async open(statements) {
    const waiting = statements.find((one) => one.waiting);
    if (waiting) {
      this.say("This one waits on this machine to be sent; it can be edited then.");
      return;
    }
    const statement = statements.length > 1 ? await openChooser(statements, this.desk) : statements[0];
    if (!statement) {
      return;
    }
    if (this.dirty) {
      this.saving.setAside(this.panel.form, "Set aside for another statement.");
    }
    this.guide?.leave();
    this.dirty = false;
    this.panel.show(formOf(statement));
    this.drawPassage();
    this.effort.end();
    this.openSheet(true);
    announce(`Opened: ${statement.exact.slice(0, 120)}`);
  }

  async save() {
    return !this.saving.busy && this.finishSaving(await this.saving.save(), false);
  }

  async saveNext() {
    return !this.saving.busy && this.finishSaving(await this.saving.save(), true);
  }

  finishSaving(done, goesOn) {
    if (done) {
      this.text?.root.focus({ preventScroll: true });
      if (goesOn && this.text) {
        const from = Math.max(this.caret.anchor, this.caret.focus);
        this.guide.leave();
        this.goOrSay(this.guide.step(Math.max(from - 1, 0), true), true);
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
      this.saving.setAside(this.panel.form, "Left without saving.");
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
    drawLegend(byId("legend"), this.desk.issues, shown);
    if (this.text) {
      this.marks.setStatements(shown);
      const open = this.guide.update(shown);
      this.marks.setSuggestions(open);
      const words = `${open.length} suggested passage${open.length === 1 ? "" : "s"} left`;
      byId("suggestion-count").textContent = this.guide.all.length ? words : "Nothing is suggested for this text.";
      this.drawPassage();
    }
    drawStatements(this);
    const count = this.statements.size;
    byId("statement-count").textContent = `${count} statement${count === 1 ? "" : "s"}`;
  }

  async loadSuggestions() {
    if (!this.text) {
      return;
    }
    try {
      this.guide.setSuggestions((await this.server.get("suggestions/")).suggestions);
      this.refresh();
    } catch {
      byId("suggestion-count").textContent = "Suggestions could not be fetched; tagging works without them.";
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

  showConnection(state, words = "") {
    this.root.dataset.connection = state;
    if (state === "online") {
      clearNotice("connection");
      return;
    }
    const { waiting } = this.saving.outbox;
    const kept = waiting.length ? ` ${waiting.length} kept on this machine, sent when the connection is back.` : "";
    if (state === "away") {
      const shown = `No connection.${kept} Go on working.`;
      notice("connection", shown, { tone: "warn", quiet: this.lastShown === shown });
      this.lastShown = shown;
    } else {
      const signIn = { name: "Sign in again", href: this.root.dataset.signIn };
      const stays = " Nothing is lost: sign in again in the new tab, then come back here.";
      notice("connection", `${words}${kept}${stays}`, { tone: "warn", actions: [signIn], quiet: this.lastShown === words });
      this.lastShown = words;
    }
  }

  // Versions not saved and not lost.
  showAside() {
    const aside = this.shelf.all("aside");
    if (aside.length === 0) {
      clearNotice("aside");
      return;
    }
    const [name, newest] = aside.at(-1);
    notice("aside", `${aside.length} set aside. The newest: ${newest.why}`, {
      quiet: true,
      actions: [
        {
          name: "Open it again",
          run: () => {
            this.shelf.remove("aside", name);
            this.takeUp({ form: newest.form, why: newest.why });
            this.showAside();
          },
        },
        {
          name: "Throw it away",
          run: () => {
            this.shelf.remove("aside", name);
            this.showAside();
          },
        },
      ],
    });
  }

  explainEmptiness() {
    if (this.desk.isReadOnly) {
      notice("read-only", "You may read this source and not tag it: a lead gives the role of analyst.", { tone: "warn" });
      this.panel.element.inert = true;
    } else if (this.desk.issues.length === 0) {
      notice("no-issues", "This negotiation has no issues yet; a coding needs one.", {
        actions: [{ name: "Add an issue", href: this.root.dataset.addIssue }],
      });
    }
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
    const action = isSignedOut ? { name: "Sign in", href: root.dataset.signIn } : null;
    notice("state", isSignedOut ? error.message : `The page could not be filled: ${error.message} Reload it.`, {
      tone: "warn",
      actions: action ? [action] : [],
    });
    return;
  }
  await new TaggingPage(root, state, server, shelf).start();
}

boot();
