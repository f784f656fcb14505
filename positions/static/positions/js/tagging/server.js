// The page's talk with its server: JSON in, JSON out, and one kind of error for each thing that can go wrong.

import { say } from "../wording.js";

const PATIENCE_MS = 15_000;

// The connection or the server is away: try again later.
export class Away extends Error {}

// The session is gone, or belongs to somebody else by now.
export class SignedOut extends Error {}

// The server has understood and says no; `problem` is its problem document.
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || say("tag-answered", { status }));
    this.status = status;
    this.problem = problem;
  }
}

export class Server {
  constructor({ base, username, token }) {
    this.base = base;
    this.username = username;
    this.token = token;
  }

  get(path) {
    return this.ask(path, { method: "GET" });
  }

  async post(path, content) {
    const request = () => ({
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": this.token },
      body: JSON.stringify(content),
    });
    try {
      return await this.ask(path, request());
    } catch (error) {
      if (!(error instanceof StaleToken)) {
        throw error;
      }
      await this.renew();
      return this.ask(path, request());
    }
  }

  async ask(path, request) {
    const response = await this.fetch(this.base + path, request);
    if (response.type === "opaqueredirect" || response.status === 401) {
      const { detail } = await response.json().catch(() => ({}));
      throw new SignedOut(detail || say("tag-session-ended"));
    }
    if (response.status === 204) {
      return null;
    }
    const isJson = (response.headers.get("Content-Type") ?? "").includes("json");
    if (response.status >= 500 || response.status === 429) {
      throw new Away(say("tag-answered", { status: response.status }));
    }
    if (!isJson) {
      throw response.status === 403 ? new StaleToken() : new Refused(response.status, {});
    }
    const answer = await response.json().catch(() => {
      throw new Away(say("tag-broke-off"));
    });
    if (!response.ok) {
      throw new Refused(response.status, answer);
    }
    return answer;
  }

  async fetch(address, request) {
    const signal = AbortSignal.timeout ? AbortSignal.timeout(PATIENCE_MS) : undefined;
    // on a shared browser the session may be another person's by now; the server compares
    const owner = encodeURIComponent(this.username);
    const headers = { Accept: "application/json", "X-Tagging-User": owner, ...request.headers };
    try {
      return await fetch(address, { redirect: "manual", credentials: "same-origin", signal, ...request, headers });
    } catch (error) {
      throw new Away(String(error));
    }
  }

  // After signing in again the form token is a new one. Only the person whose page this is may go on with it.
  async renew() {
    const response = await this.fetch(this.base, { method: "GET", headers: { Accept: "text/html" } });
    if (!response.ok) {
      throw new SignedOut(say("tag-session-ended"));
    }
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const owner = page.getElementById("tagging")?.dataset.username;
    if (owner !== this.username) {
      throw new SignedOut(say("tag-somebody-else", { name: this.username }));
    }
    this.token = page.querySelector("input[name=csrfmiddlewaretoken]").value;
  }
}

class StaleToken extends Error {}

export function newKey() {
  if (crypto.randomUUID) {
    return crypto.randomUUID();
  }
  // outside secure contexts there is no randomUUID
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const digits = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
