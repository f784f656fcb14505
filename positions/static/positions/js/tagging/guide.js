// The way through a text: from suggestion to suggestion, and from sentence to sentence where nothing is suggested.

export class Guide {
  constructor(text, segments) {
    this.text = text;
    this.segments = segments;
    this.all = [];
    this.open = [];
    this.refused = new Set();
    this.current = null;
    this.taken = false;
  }

  setSuggestions(suggestions) {
    this.all = suggestions.filter((one) => one.start < one.end && one.end <= this.text.end);
    this.all.sort((a, b) => a.start - b.start || a.end - b.end);
  }

  // Leave out what was refused, and what statements cover by more than half.
  update(statements) {
    const spans = statements.filter((one) => Number.isInteger(one.start));
    this.open = this.all.filter((one) => {
      const half = (one.end - one.start) / 2;
      const isCovered = spans.some((span) => Math.min(span.end, one.end) - Math.max(span.start, one.start) > half);
      return !isCovered && !this.refused.has(one);
    });
    this.covered = spans;
    if (this.current && !this.open.includes(this.current)) {
      this.leave();
    }
    return this.open;
  }

  // The suggestion, or else the sentence, after or before an offset: {start, end, suggestion}; null at the ends.
  step(offset, forward) {
    const ahead = forward
      ? this.open.find((one) => one.start > offset || (one.start === offset && one !== this.current))
      : this.open.findLast((one) => one.start < offset);
    if (ahead) {
      return { start: ahead.start, end: ahead.end, suggestion: ahead };
    }
    return this.sentence(forward ? offset + 1 : offset, forward, { uncovered: forward });
  }

  sentence(offset, forward, { uncovered = false } = {}) {
    let found = this.segments.sentenceFrom(offset, forward);
    while (found && uncovered && this.isCovered(found)) {
      found = this.segments.sentenceFrom(found.end, forward);
    }
    return found && { ...found, suggestion: null };
  }

  isCovered({ start, end }) {
    const half = (end - start) / 2;
    return (this.covered ?? []).some((span) => Math.min(span.end, end) - Math.max(span.start, start) > half);
  }

  focus(suggestion) {
    this.current = suggestion;
    this.taken = false;
  }

  leave() {
    this.current = null;
    this.taken = false;
  }

  // The open suggestion over an offset, the shortest first.
  at(offset) {
    const over = this.open.filter((one) => one.start <= offset && offset < one.end);
    return over.sort((a, b) => a.end - a.start - (b.end - b.start))[0] ?? null;
  }

  refuse() {
    const refused = this.current;
    this.refused.add(refused);
    this.leave();
    return refused;
  }
}
