// The passage at hand: selected, typed, stepped to or suggested, and shown in the text and the panel.

import { drawCodebook } from "./codebook.js";
import { takeSuggestion } from "./form.js";
import { announce, notice } from "./notices.js";
import { byId } from "./panel.js";
import { say } from "../wording.js";

export class Passages {
  constructor(page) {
    this.page = page;
  }

  // Words have been selected.
  select(span, suggestion = null) {
    const { form } = this.page.panel;
    if (form.start === span.start && form.end === span.end && !suggestion) {
      return;
    }
    if (form.editing && this.page.dirty) {
      notice("passage", say("tag-editing-another"), {
        actions: [
          { name: say("tag-use-selected"), run: () => this.setSpan(span) },
          { name: say("tag-begin-new"), run: () => this.startOver(span) },
        ],
      });
      return;
    }
    if (form.editing) {
      this.page.begin();
    }
    if (this.page.guide.current !== suggestion) {
      this.page.guide.focus(suggestion);
      this.page.panel.form.suggested = false;
    }
    this.setSpan(span);
    this.page.effort.begin();
  }

  startOver(span) {
    this.page.saving.setAside(this.page.panel.form, say("tag-aside-passage"));
    this.page.begin();
    this.select(span);
  }

  setSpan({ start, end }) {
    Object.assign(this.page.panel.form, { start, end });
    this.page.panel.drawSpan();
    this.page.panel.showFaults({});
    this.drawPassage();
    this.page.keep();
  }

  typeSpan(start, end) {
    const span = this.page.text && start >= 0 && start < end && end <= this.page.text.end ? this.page.text.trim(start, end) : null;
    const error = byId("span-error");
    error.hidden = Boolean(span);
    if (!span) {
      error.textContent = say("tag-passage-words", { end: this.page.text?.end ?? 0 });
      announce(error.textContent);
      return;
    }
    this.page.guide.leave();
    this.setSpan(span);
    this.page.effort.begin();
    this.page.caret.select(span.start, span.end, { quiet: true });
  }

  drawPassage() {
    if (!this.page.text) {
      return;
    }
    const { form } = this.page.panel;
    const span = Number.isInteger(form.start) && Number.isInteger(form.end) ? form : null;
    this.page.marks.setSingle("passage", span);
    this.page.marks.setSingle("opened", form.editing ? span : null);
    this.page.marks.setSingle("suggested-now", this.page.guide.current);
    const { current, taken } = this.page.guide;
    byId("suggestion").hidden = !current || taken;
    if (current) {
      byId("suggestion").querySelector(".suggestion-why").textContent = this.wordsOf(current);
    }
    drawCodebook(this.page.panel.issue);
  }

  wordsOf(suggestion) {
    const issue = this.page.desk.issues.find((one) => one.slug === suggestion.issue)?.title;
    const speaker = suggestion.speaker?.name ?? suggestion.speaker_label;
    const what = [suggestion.party?.name, speaker, issue, this.moveOf(suggestion)].filter(Boolean).join(" · ");
    return say("tag-suggested", { what, why: [].concat(suggestion.why).join(" ") });
  }

  moveOf({ move }) {
    return this.page.desk.vocabularies.move.find(({ value }) => value === move)?.label.toLowerCase() ?? move;
  }

  // A click or Enter somewhere in the text.
  point(offset) {
    const statements = this.page.marks.statementsAt(offset);
    if (statements.length > 0) {
      this.page.open(statements);
      return;
    }
    const suggestion = this.page.guide.at(offset);
    if (suggestion) {
      this.go(suggestion, suggestion);
    }
  }

  go(span, suggestion) {
    this.page.caret.select(span.start, span.end, { quiet: true });
    this.page.text.root.focus({ preventScroll: true });
    this.select({ start: span.start, end: span.end }, suggestion);
    announce(suggestion ? this.wordsOf(suggestion) : (this.page.text.slice(span.start, span.end) ?? ""));
  }

  step(forward) {
    const { form } = this.page.panel;
    const from = this.page.guide.current?.start ?? (forward ? (form.start ?? this.page.caret.focus - 1) : (form.start ?? this.page.caret.focus));
    const next = this.page.guide.step(from, forward);
    this.goOrSay(next, forward);
  }

  stepSentence(forward) {
    const from = this.page.panel.form.start ?? this.page.caret.focus;
    const offset = forward && this.page.panel.form.start !== null ? from + 1 : from;
    this.goOrSay(this.page.guide.sentence(offset, forward), forward);
  }

  extendSentence(forward) {
    const { focus } = this.page.caret;
    const sentence = forward ? this.page.segments.sentenceFrom(focus, true) : this.page.segments.sentenceFrom(focus, false);
    if (sentence) {
      this.page.caret.move(forward ? sentence.end : sentence.start, true);
    }
  }

  goOrSay(next, forward) {
    if (next) {
      this.go(next, next.suggestion);
    } else {
      this.page.say(say(forward ? "tag-last" : "tag-first"));
    }
  }

  // A coding key on a suggestion takes it over first.
  takeFirst() {
    if (this.page.guide?.current && !this.page.guide.taken && !this.page.panel.form.editing) {
      this.accept();
    }
  }

  accept() {
    const { current } = this.page.guide;
    if (!current || this.page.guide.taken) {
      return;
    }
    this.page.guide.taken = true;
    takeSuggestion(this.page.panel.form, current);
    this.page.panel.show(this.page.panel.form);
    this.page.hearChange(false);
    this.drawPassage();
    announce(say("tag-taken-over"));
  }

  refuse() {
    if (!this.page.guide?.current) {
      return;
    }
    const refused = this.page.guide.refuse();
    this.page.saving.refuse(refused);
    const { form } = this.page.panel;
    Object.assign(form, { start: null, end: null });
    this.page.refresh();
    this.goOrSay(this.page.guide.step(refused.start, true), true);
    announce(say("tag-refused"));
  }
}
