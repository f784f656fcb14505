// How things stand, in notices: the connection, what was set aside, and what is missing before one can tag.

import { clearNotice, notice } from "./notices.js";

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
    const kept = waiting.length ? ` ${waiting.length} kept on this machine, sent when the connection is back.` : "";
    if (state === "away") {
      const shown = `No connection.${kept} Go on working.`;
      notice("connection", shown, { tone: "warn", quiet: this.lastShown === shown });
      this.lastShown = shown;
    } else {
      const signIn = { name: "Sign in again", href: this.page.root.dataset.signIn };
      const stays = " Nothing is lost: sign in again in the new tab, then come back here.";
      notice("connection", `${words}${kept}${stays}`, { tone: "warn", actions: [signIn], quiet: this.lastShown === words });
      this.lastShown = words;
    }
  }

  // The server no longer takes anything from this person: a role withdrawn in the middle of work.
  showRefusal(message) {
    const quiet = this.lastRefusal === message;
    this.lastRefusal = message;
    notice("role", `${message} What you filled in stays here and on this machine.`, { tone: "warn", quiet });
  }

  // Versions not saved and not lost.
  showAside() {
    const aside = this.page.shelf.all("aside");
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
            this.page.shelf.remove("aside", name);
            this.page.takeUp({ form: newest.form, why: newest.why });
            this.showAside();
          },
        },
        {
          name: "Throw it away",
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
      notice("read-only", "You may read this source and not tag it: a lead gives the role of analyst.", { tone: "warn" });
      this.page.panel.element.inert = true;
    } else if (this.page.desk.issues.length === 0) {
      notice("no-issues", "This negotiation has no issues yet; a coding needs one.", {
        actions: [{ name: "Add an issue", href: this.page.root.dataset.addIssue }],
      });
    }
  }
}
