// How things stand, in notices: the connection, what was set aside, and what is missing before one can tag.

import { clearNotice, notice } from "./notices.js";
import { say, sayCount } from "../wording.js";

export class Standing {
  constructor(page) {
    this.page = page;
    this.lastShown = "";
  }

  showConnection(state, words = "") {
    this.page.root.dataset.connection = state;
    if (state === "online") {
      clearNotice("connection");
      return;
    }
    const { waiting } = this.page.saving.outbox;
    const kept = waiting.length ? sayCount("tag-kept-here", waiting.length) : "";
    if (state === "away") {
      const shown = [say("tag-no-connection"), kept, say("tag-go-on")].filter(Boolean).join(" ");
      notice("connection", shown, { tone: "warn", quiet: this.lastShown === shown });
      this.lastShown = shown;
    } else {
      const signIn = { name: say("tag-sign-in-again"), href: this.page.root.dataset.signIn };
      const shown = [words, kept, say("tag-nothing-lost")].filter(Boolean).join(" ");
      notice("connection", shown, { tone: "warn", actions: [signIn], quiet: this.lastShown === words });
      this.lastShown = words;
    }
  }

  // The server no longer takes anything from this person: a role withdrawn in the middle of work.
  showRefusal(message) {
    const quiet = this.lastRefusal === message;
    this.lastRefusal = message;
    notice("role", `${message} ${say("tag-stays-here")}`, { tone: "warn", quiet });
  }

  // Versions not saved and not lost.
  showAside() {
    const aside = this.page.shelf.all("aside");
    if (aside.length === 0) {
      clearNotice("aside");
      return;
    }
    const [name, newest] = aside.at(-1);
    notice("aside", sayCount("tag-aside", aside.length, { why: newest.why }), {
      quiet: true,
      actions: [
        {
          name: say("tag-open-again"),
          run: () => {
            this.page.shelf.remove("aside", name);
            this.page.takeUp({ form: newest.form, why: newest.why });
            this.showAside();
          },
        },
        {
          name: say("tag-throw-away"),
          run: () => {
            this.page.shelf.remove("aside", name);
            this.showAside();
          },
        },
      ],
    });
  }

  explainEmptiness() {
    if (this.page.desk.isReadOnly) {
      notice("read-only", say("tag-read-only"), { tone: "warn" });
      this.page.panel.element.inert = true;
    } else if (this.page.desk.issues.length === 0) {
      notice("no-issues", say("tag-no-issues"), {
        actions: [{ name: say("tag-add-issue"), href: this.page.root.dataset.addIssue }],
      });
    }
  }
}
