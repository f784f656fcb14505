// What is kept on this machine for one person and one source: half-filled panels, unsent work, versions set aside.
// Each tab holds a lock while it lives; what a dead tab left behind, a living one takes over.

import { newKey } from "./server.js";

const PREFIX = "rapporteur-tagging";
const TAB = `${PREFIX}-tab`;
const RELOAD_MS = 1_500;

export class Shelf {
  constructor(username, source) {
    this.prefix = `${PREFIX}/${encodeURIComponent(username)}/${source}/`;
    this.tab = null;
    this.full = false;
  }

  // Claim this tab's name. A duplicated tab brings the name of the one it was copied from and gets a new one.
  async open() {
    const remembered = readSession(TAB);
    const isOwn = remembered !== null && (await holdLock(this.lockOf(remembered)));
    this.tab = isOwn ? remembered : newKey();
    if (this.tab !== remembered) {
      await holdLock(this.lockOf(this.tab));
      writeSession(TAB, this.tab);
    }
  }

  lockOf(tab) {
    return `${this.prefix}tab/${tab}`;
  }

  async isAlive(tab) {
    if (tab === this.tab) {
      return true;
    }
    if (!navigator.locks) {
      return false;
    }
    const { held } = await navigator.locks.query();
    return held.some((lock) => lock.name === this.lockOf(tab));
  }

  put(kind, name, value) {
    try {
      localStorage.setItem(`${this.prefix}${kind}/${name}`, JSON.stringify(value));
      this.full = false;
    } catch {
      this.full = true;
    }
    return !this.full;
  }

  get(kind, name) {
    try {
      return JSON.parse(localStorage.getItem(`${this.prefix}${kind}/${name}`));
    } catch {
      return null;
    }
  }

  remove(kind, name) {
    try {
      localStorage.removeItem(`${this.prefix}${kind}/${name}`);
    } catch {
      // a browser that keeps nothing has nothing to remove
    }
  }

  // Everything of a kind, oldest first.
  all(kind) {
    const start = `${this.prefix}${kind}/`;
    const names = [];
    try {
      for (let place = 0; place < localStorage.length; place += 1) {
        const key = localStorage.key(place);
        if (key.startsWith(start)) {
          names.push(key.slice(start.length));
        }
      }
    } catch {
      return [];
    }
    const found = names.map((name) => [name, this.get(kind, name)]).filter(([, value]) => value !== null);
    return found.sort(([, a], [, b]) => (a.at ?? 0) - (b.at ?? 0));
  }

  keepDraft(draft) {
    return this.put("draft", this.tab, { ...draft, at: Date.now() });
  }

  dropDraft() {
    this.remove("draft", this.tab);
  }

  // This tab's half-filled panel, else the newest one whose tab is gone.
  async findDraft() {
    const own = this.get("draft", this.tab);
    if (own) {
      return own;
    }
    for (const [tab, draft] of this.all("draft").reverse()) {
      if (!(await this.isAlive(tab))) {
        this.remove("draft", tab);
        this.keepDraft(draft);
        return draft;
      }
    }
    return null;
  }
}

// Hold a lock until the page goes; false when somebody else does. After a reload the page before lets go in a moment.
function holdLock(name) {
  if (!navigator.locks) {
    return Promise.resolve(true);
  }
  return new Promise((resolve) => {
    const signal = AbortSignal.timeout(RELOAD_MS);
    const hold = () => {
      resolve(true);
      return new Promise(() => {});
    };
    navigator.locks.request(name, { signal }, hold).catch(() => resolve(false));
  });
}

function readSession(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

function writeSession(key, value) {
  try {
    sessionStorage.setItem(key, value);
  } catch {
    // without it a reload finds the draft through its dead lock
  }
}
