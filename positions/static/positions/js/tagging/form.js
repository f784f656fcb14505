// What the panel holds, as plain values: made from defaults, a suggestion or a statement; checked; turned into a request.

import { newKey } from "./server.js";
import { say } from "../wording.js";

export const STATEMENT_FIELDS = [
  "asserted_by", "speaker", "speaker_label", "directness", "attribution", "credibility", "stated_on", "round",
  "addressees", "note",
];

export function blankCoding(issue = null) {
  return {
    key: newKey(), party: null, issue, state: "coded", stance: null, move: null, red_line: false, reciprocal: false,
    confidence: "medium", conditions: [], kept: false,
  };
}

// A new statement's panel. What was said last carries over; the defaults of the source fill the rest.
export function blankForm(defaults, last = null) {
  const from = last ?? {
    asserted_by: defaults.asserted_by ? [defaults.asserted_by] : [],
    speaker: defaults.speaker,
    speaker_label: defaults.speaker_label ?? "",
    addressees: defaults.addressees ?? [],
    issue: defaults.issue,
    ...pick(defaults, ["directness", "attribution", "credibility", "stated_on", "round"]),
  };
  return {
    ...structuredClone(pick(from, STATEMENT_FIELDS)),
    key: newKey(), start: null, end: null, note: "", joint: false, suggested: false, reason: "", editing: null,
    codings: [{ ...blankCoding(from.issue ?? null), confidence: defaults.confidence ?? "medium" }],
  };
}

// What the next statement takes over from this one.
export function carriedOver(form) {
  const carried = structuredClone(pick(form, STATEMENT_FIELDS));
  return { ...carried, asserted_by: carried.asserted_by.slice(0, 1), issue: form.codings.at(-1)?.issue ?? null };
}

export function formOf(statement) {
  return {
    ...structuredClone(pick(statement, STATEMENT_FIELDS)),
    asserted_by: [statement.asserted_by],
    key: newKey(), start: statement.start, end: statement.end, joint: false, suggested: false, reason: "",
    editing: pick(statement, ["id", "version", "published", "anchor_status"]),
    codings: statement.codings.map((coding) => ({
      ...structuredClone(coding),
      party: coding.party.slug === statement.asserted_by.slug ? null : coding.party,
      kept: coding.mine === false && coding.status !== "published",
    })),
  };
}

// Fill a fresh panel from a suggestion; what it leaves open stays as it was.
export function takeSuggestion(form, suggestion) {
  if (suggestion.party) {
    const isNew = form.asserted_by[0]?.slug !== suggestion.party.slug;
    form.asserted_by = [suggestion.party];
    if (isNew) {
      form.speaker = null;
      form.speaker_label = "";
    }
  }
  if (suggestion.speaker || suggestion.speaker_label) {
    form.speaker = suggestion.speaker ?? null;
    form.speaker_label = suggestion.speaker ? "" : suggestion.speaker_label;
  }
  const [coding] = form.codings;
  coding.issue = suggestion.issue ?? coding.issue;
  coding.move = suggestion.move ?? coding.move;
  form.start = suggestion.start;
  form.end = suggestion.end;
  form.suggested = true;
}

// Put a form on top of another version of its statement: a reading goes on where the other has one for the same party
// and issue. Without another version it becomes a statement of its own.
export function standOn(form, theirs) {
  form.key = newKey();
  form.editing = theirs?.editing ?? null;
  const about = (whole, coding) => `${coding.party?.slug ?? whole.asserted_by[0]?.slug} ${coding.issue}`;
  const standing = [...(theirs?.codings ?? [])];
  for (const coding of form.codings) {
    const place = standing.findIndex((one) => one.key === coding.key || about(theirs, one) === about(form, coding));
    coding.key = place < 0 ? newKey() : standing.splice(place, 1)[0].key;
  }
}

// What the server would refuse, in its own field names.
export function findFaults(form, text) {
  const faults = {};
  if (form.editing?.anchor_status !== "none") {
    if (!Number.isInteger(form.start) || !Number.isInteger(form.end)) {
      faults.start = [say("tag-select-first")];
    } else if (form.start < 0 || form.start >= form.end || form.end > text.end) {
      faults.start = [say("tag-passage-bounds", { end: text.end })];
    }
  }
  if (form.asserted_by.length === 0) {
    faults.asserted_by = [say("tag-choose-party")];
  }
  if (form.editing?.published && !form.reason.trim()) {
    faults.reason = [say("tag-why-corrected")];
  }
  form.codings.forEach((coding, place) => Object.assign(faults, codingFaults(coding, `codings[${place}]`)));
  return faults;
}

function codingFaults(coding, prefix) {
  const faults = {};
  if (!coding.issue) {
    faults[`${prefix}.issue`] = [say("tag-choose-issue")];
  }
  if (coding.state === "coded" && coding.stance === null) {
    faults[`${prefix}.stance`] = [say("tag-choose-stance")];
  }
  if (!coding.move) {
    faults[`${prefix}.move`] = [say("tag-choose-move")];
  }
  coding.conditions.forEach((condition, place) => {
    if (!condition.text.trim()) {
      faults[`${prefix}.conditions[${place}].text`] = [say("tag-say-condition")];
    }
  });
  if (coding.move === "offer" && coding.conditions.length && Math.abs(coding.stance ?? 0) > 1) {
    faults[`${prefix}.stance`] = [say("tag-offer-bounds")];
  }
  return faults;
}

// The request that saves the panel: {key, path, body}.
export function requestOf(form, exact, submit) {
  const slugs = form.asserted_by.map((party) => party.slug);
  const isJoint = slugs.length > 1;
  const body = {
    ...pick(form, ["key", "start", "end", "speaker_label", "directness", "attribution", "stated_on", "note", "suggested"]),
    exact,
    asserted_by: isJoint ? slugs : slugs[0],
    speaker: form.speaker?.slug ?? null,
    credibility: Number(form.credibility),
    round: form.round === null || form.round === "" ? null : Number(form.round),
    addressees: form.addressees.map((party) => party.slug),
    submit,
    codings: form.codings.map((coding) => ({
      ...pick(coding, ["key", "issue", "state", "move", "red_line", "reciprocal", "confidence"]),
      stance: coding.state === "coded" ? coding.stance : null,
      party: coding.party?.slug ?? (isJoint ? null : slugs[0]),
      conditions: coding.conditions.map((condition) => ({
        kind: condition.kind,
        text: condition.text.trim(),
        falls_on: condition.falls_on?.slug ?? null,
      })),
    })),
  };
  if (form.editing) {
    Object.assign(body, { version: form.editing.version, reason: form.reason.trim() });
  }
  return { key: form.key, path: form.editing ? `statements/${form.editing.id}/` : "statements/", body };
}

export function pick(from, names) {
  return Object.fromEntries(names.map((name) => [name, from[name]]));
}
