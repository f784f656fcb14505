// Looks for what colleagues saved, sends what waits, and stops while nobody looks at the page.

import { announce } from "./notices.js";
import { Away, Refused, SignedOut } from "./server.js";
import { say, sayCount } from "../wording.js";

const EVERY_MS = 5_000;

export class Watch {
  constructor(page, cursor) {
    this.page = page;
    this.cursor = cursor;
    this.running = null;
  }

  start() {
    const look = () => this.look();
    document.addEventListener("visibilitychange", look);
    window.addEventListener("focus", look);
    window.addEventListener("online", look);
    const { channel } = this.page.saving.outbox;
    channel?.addEventListener("message", look);
    this.timer = window.setInterval(look, EVERY_MS);
    look();
  }

  // One look at a time; a look asked for meanwhile follows it.
  async look() {
    if (document.hidden) {
      return;
    }
    if (this.running) {
      this.again = true;
      return;
    }
    this.running = this.lookOnce();
    await this.running;
    this.running = null;
    if (this.again) {
      this.again = false;
      this.look();
    }
  }

  async lookOnce() {
    const { page } = this;
    try {
      const query = new URLSearchParams({ cursor: this.cursor });
      const { cursor, statements, gone } = await page.server.get(`changes/?${query}`);
      this.cursor = cursor;
      this.take(statements, gone);
      page.standing.showConnection("online");
      await this.sendWaiting();
    } catch (error) {
      if (error instanceof SignedOut) {
        page.standing.showConnection("signed-out", error.message);
      } else if (error instanceof Away) {
        page.standing.showConnection("away");
      } else if (error instanceof Refused) {
        page.standing.showRefusal(error.message);
      } else {
        throw error;
      }
    }
  }

  take(statements, gone) {
    const { page } = this;
    const isNews = (one) => page.statements.get(one.id)?.version !== one.version;
    const news = statements.filter(isNews);
    const lost = gone.filter((id) => page.statements.has(id));
    if (news.length === 0 && lost.length === 0) {
      return;
    }
    page.merge(news, lost);
    page.refresh();
    const others = news.filter((one) => one.by && one.by !== page.desk.me.username);
    if (others.length > 0) {
      const names = [...new Set(others.map((one) => one.by))].join(", ");
      announce(sayCount("tag-arrived", others.length, { names }));
    }
  }

  async sendWaiting() {
    const { outbox, busy } = this.page.saving;
    if (busy || outbox.waiting.length === 0) {
      return;
    }
    const outcomes = await outbox.flush();
    if ([...outcomes.values()].includes("sent")) {
      announce(say("tag-all-sent"));
      this.page.refresh();
    }
  }
}
