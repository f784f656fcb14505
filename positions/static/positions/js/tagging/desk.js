// What the page knows of the negotiation: vocabularies, issues, rounds, and whom a name could mean.

import { findAmong } from "./combobox.js";
import { letterOf } from "./marks.js";

export class Desk {
  constructor(server, state) {
    this.server = server;
    this.vocabularies = state.vocabularies;
    this.issues = state.issues;
    this.rounds = state.rounds;
    this.recent = state.recent;
    this.defaults = state.defaults;
    this.me = state.me;
    this.source = state.source;
    this.found = new Map();
    this.findParties = (words) => this.find("party", words);
    this.findPersons = (words, party) => this.find("person", words, party);
    this.issueChoices = this.issues.map((issue, place) => ({
      slug: issue.slug,
      name: issue.title,
      hint: letterOf(place),
      search: `${issue.slug} ${[].concat(issue.keywords ?? []).join(" ")} ${issue.proposal}`,
    }));
    this.roundChoices = this.rounds.map((round) => ({
      slug: String(round.number),
      name: `${round.number} · ${round.title}`,
      hint: round.starts_on ?? "",
    }));
  }

  get isReadOnly() {
    return this.me.role === "viewer";
  }

  async find(kind, words, party = "") {
    const recent = kind === "party" ? this.recent.parties : this.recent.persons;
    if (!words && !party) {
      return recent;
    }
    const query = new URLSearchParams({ kind, q: words, ...(party ? { party } : {}) }).toString();
    if (!this.found.has(query)) {
      try {
        this.found.set(query, (await this.server.get(`choices/?${query}`)).results);
      } catch {
        // without a connection, the ones used lately
        return findAmong(recent, words);
      }
    }
    return this.found.get(query);
  }

  // Remember a choice for when the connection is gone.
  remember(form) {
    for (const [list, value] of [...form.asserted_by.map((one) => ["parties", one]), ["persons", form.speaker]]) {
      if (value && !this.recent[list].some((one) => one.slug === value.slug)) {
        this.recent[list].unshift(value);
      }
    }
  }
}
