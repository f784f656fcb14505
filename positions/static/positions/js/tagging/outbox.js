// Work on its way to the server. Everything is written down here first and crossed out when the server has answered,
// so that a lost connection, a lost session or a closed lid loses nothing and sends nothing twice.

import { Away, Refused, SignedOut } from "./server.js";

export class Outbox {
  constructor(shelf, server, { onSent, onRefused, onState }) {
    this.shelf = shelf;
    this.server = server;
    this.onSent = onSent;
    this.onRefused = onRefused;
    this.onState = onState;
    this.channel = typeof BroadcastChannel === "function" ? new BroadcastChannel(shelf.prefix) : null;
  }

  get waiting() {
    return this.shelf.all("outbox").map(([, item]) => item);
  }

  // Write an item down and try to send it. Answers "sent", "refused", "waiting", or "unsent" when it could not be kept.
  async send(item) {
    const kept = this.shelf.put("outbox", item.key, { ...item, tab: this.shelf.tab, at: Date.now() });
    if (!kept) {
      const outcome = await this.sendItem(item);
      return outcome === "waiting" ? "unsent" : outcome;
    }
    return (await this.flush()).get(item.key) ?? "waiting";
  }

  // Send what waits, in order, one tab at a time; a tab leaves alone what another living tab will send itself.
  async flush() {
    const outcomes = new Map();
    const run = async () => {
      for (const [, item] of this.shelf.all("outbox")) {
        if (item.tab !== this.shelf.tab && (await this.shelf.isAlive(item.tab))) {
          continue;
        }
        const outcome = await this.sendItem(item);
        outcomes.set(item.key, outcome);
        if (outcome === "waiting") {
          break;
        }
      }
    };
    if (navigator.locks) {
      await navigator.locks.request(`${this.shelf.prefix}sending`, run);
    } else {
      await run();
    }
    return outcomes;
  }

  async sendItem(item) {
    try {
      const answer = await this.server.post(item.path, item.body);
      this.shelf.remove("outbox", item.key);
      this.onState("online");
      this.onSent(item, answer);
      this.channel?.postMessage("changed");
      return "sent";
    } catch (error) {
      if (error instanceof Away) {
        this.onState("away");
        return "waiting";
      }
      if (error instanceof SignedOut) {
        this.onState("signed-out", error.message);
        return "waiting";
      }
      if (error instanceof Refused) {
        this.shelf.remove("outbox", item.key);
        this.onRefused(item, error);
        return "refused";
      }
      throw error;
    }
  }
}
