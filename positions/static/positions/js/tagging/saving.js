// From the panel to the record: saving, withdrawing, undoing, and what to do when the server sees it differently.

import { askWhichVersion, describe } from "./conflict.js";
import { blankForm, carriedOver, findFaults, formOf, requestOf, standOn } from "./form.js";
import { announce, clearNotice, notice } from "./notices.js";
import { Outbox } from "./outbox.js";
import { byId } from "./panel.js";
import { Away, Refused, SignedOut, newKey } from "./server.js";
import { say } from "../wording.js";

export class Saving {
  constructor(page, shelf, server) {
    this.page = page;
    this.shelf = shelf;
    this.server = server;
    this.undoable = [];
    this.busy = false;
    this.sending = null;
    this.refusal = null;
    this.outbox = new Outbox(shelf, server, {
      onSent: (item, answer) => this.take(item, answer),
      onRefused: (item, error) => this.hearRefusal(item, error),
      onState: (state, words) => page.standing.showConnection(state, words),
    });
  }

  get submits() {
    return document.querySelector("input[name=mode]:checked").value === "submit";
  }

  // Save what the panel holds; answers whether it is out of the panel.
  async save() {
    const { page } = this;
    const { form } = page.panel;
    const faults = findFaults(form, page.text ?? { end: 0 });
    page.panel.showFaults(faults);
    if (Object.keys(faults).length > 0) {
      announce(Object.values(faults).flat().join(" "));
      page.openSheet(true);
      return false;
    }
    const taken = page.effort.current;
    const outcome = await this.whileBusy(async () => {
      const exact = await page.exactOf(form);
      const item = { ...requestOf(form, exact, this.submits), form: structuredClone(form), taken };
      return this.send(item);
    });
    if (outcome === "refused") {
      return this.settleRefusal(form);
    }
    if (outcome === "unsent") {
      const words = say("tag-not-saved");
      notice("unsent", words, { tone: "warn" });
      return false;
    }
    clearNotice("unsent");
    if (!form.editing) {
      page.effort.record(taken);
    }
    page.desk.remember(form);
    page.carried = carriedOver(form);
    const where = say(outcome === "waiting" ? "tag-sent-later" : "tag-saved");
    announce(where);
    page.begin();
    page.refresh();
    return true;
  }

  send(item) {
    this.sending = item.key;
    return this.outbox.send(item);
  }

  async whileBusy(run) {
    this.busy = true;
    byId("panel").setAttribute("aria-busy", "true");
    try {
      return await run();
    } finally {
      this.busy = false;
      byId("panel").removeAttribute("aria-busy");
    }
  }

  // The server has kept an item, now or earlier.
  take(item, answer) {
    const { page } = this;
    if (!answer) {
      return;
    }
    if (item.form?.editing) {
      page.statements.delete(item.form.editing.id);
    }
    page.merge(answer.statements ?? [], answer.gone ?? []);
    if (answer.undo) {
      this.undoable.push(answer.undo);
      byId("undo").disabled = false;
    }
  }

  // What was refused while the panel waits is settled there; what was sent later is set aside with the reason.
  hearRefusal(item, error) {
    if (item.key === this.sending && this.busy) {
      this.refusal = error;
    } else if (item.form) {
      this.setAside(item.form, error.message);
    }
  }

  async settleRefusal(form) {
    const { status, problem, message } = this.refusal;
    if (status === 409) {
      return this.settleConflict(form, problem);
    }
    if (status === 403) {
      this.page.standing.showRefusal(message);
      return false;
    }
    this.page.panel.showFaults(problem.errors && Object.keys(problem.errors).length ? problem.errors : { "": [message] });
    this.page.openSheet(true);
    announce(message);
    return false;
  }

  async settleConflict(form, problem) {
    const { page } = this;
    const theirs = problem.current ? formOf(problem.current) : null;
    const { choice, reason } = await askWhichVersion({
      mine: describe(form, page.desk, page.text),
      theirs: theirs && describe(theirs, page.desk, page.text),
      lead: problem.detail ?? say("tag-changed-since"),
      needsReason: Boolean(form.editing && problem.current?.published),
      reason: form.reason,
    });
    if (problem.current) {
      page.merge([problem.current], []);
    } else if (form.editing) {
      page.merge([], [form.editing.id]);
    }
    if (choice === "theirs") {
      this.setAside(form, say("tag-aside-other-kept"));
      page.begin();
      page.refresh();
      return true;
    }
    form.reason = reason || form.reason;
    standOn(form, form.editing ? theirs : null);
    page.panel.show(form);
    page.keep();
    return choice === "mine" ? this.save() : false;
  }

  setAside(form, why) {
    this.shelf.put("aside", newKey(), { form, why, at: Date.now() });
    this.page.standing.showAside();
  }

  async withdraw(statement, reason) {
    const item = {
      key: newKey(),
      path: `statements/${statement.id}/withdrawal/`,
      body: { version: statement.version, reason },
    };
    const outcome = await this.whileBusy(() => this.send(item));
    if (outcome === "refused") {
      notice("withdrawal", this.refusal.message, { tone: "warn" });
      if (this.refusal.problem.current) {
        this.page.merge([this.refusal.problem.current], []);
      }
      return;
    }
    this.page.merge([], [statement.id]);
    announce(say("tag-withdrawn"));
    this.page.begin();
    this.page.refresh();
  }

  refuse(suggestion) {
    const { start, end } = suggestion;
    const body = { start, end, party: suggestion.party?.slug ?? null, issue: suggestion.issue ?? null };
    return this.outbox.send({ key: newKey(), path: "refusals/", body });
  }

  async undo() {
    const token = this.undoable.at(-1);
    if (!token) {
      announce(say("tag-nothing-to-undo"));
      return;
    }
    try {
      const answer = await this.whileBusy(() => this.server.post("undo/", { token }));
      this.undoable.pop();
      this.page.merge(answer.statements ?? [], answer.gone ?? []);
      this.page.refresh();
      clearNotice("undo");
      announce(say("tag-undone"));
    } catch (error) {
      this.explainUndo(error);
    }
    byId("undo").disabled = this.undoable.length === 0;
  }

  explainUndo(error) {
    if (error instanceof Refused) {
      this.undoable.pop();
      notice("undo", say("tag-not-undone", { why: error.message }), { tone: "warn" });
    } else if (error instanceof SignedOut) {
      this.page.standing.showConnection("signed-out", error.message);
    } else if (error instanceof Away) {
      notice("undo", say("tag-not-undone-away"), { tone: "warn" });
    } else {
      throw error;
    }
  }
}

// A panel for the next statement.
export function nextForm(page) {
  return blankForm(page.desk.defaults, page.carried);
}
