// Characters as people see them, words and sentences of a text, as offsets in code points.

const ABBREVIATION = /(?:^|[\s(“"'])(?:\p{Lu}|Mr|Mrs|Ms|Dr|St|Gen|Sen|Rep|No|Art|vs|e\.g|i\.e|cf|(?:\p{Lu}\.)+\p{Lu})\.\s*$/u;

export class Segments {
  constructor(text, language) {
    this.text = text;
    this.segmenters = Object.fromEntries(
      ["grapheme", "word", "sentence"].map((granularity) => [granularity, makeSegmenter(language, granularity)]),
    );
    this.cached = { key: null, value: null };
  }

  segmentsOf(place, granularity) {
    const key = `${granularity} ${place}`;
    if (this.cached.key !== key) {
      this.cached = { key, value: this.segmenters[granularity].segment(this.text.paragraphs[place].text) };
    }
    return this.cached.value;
  }

  // The offset one character on, or back.
  character(offset, forward) {
    const { place, unit } = this.text.locate(offset);
    const { text } = this.text.paragraphs[place];
    if (forward ? unit >= text.length : unit <= 0) {
      return this.besides(place, forward);
    }
    const segment = this.segmentsOf(place, "grapheme").containing(forward ? unit : unit - 1);
    return this.text.offsetAt(place, forward ? segment.index + segment.segment.length : segment.index);
  }

  // The end of the next word, or the start of the one before.
  word(offset, forward) {
    let { place, unit } = this.text.locate(offset);
    const { text } = this.text.paragraphs[place];
    const segments = this.segmentsOf(place, "word");
    while (forward ? unit < text.length : unit > 0) {
      const segment = segments.containing(forward ? unit : unit - 1);
      unit = forward ? segment.index + segment.segment.length : segment.index;
      if (segment.isWordLike) {
        return this.text.offsetAt(place, unit);
      }
    }
    const end = this.text.offsetAt(place, unit);
    return end === offset ? this.besides(place, forward) : end;
  }

  // The sentence around an offset, without the white space at its ends.
  sentenceAt(offset) {
    const { place, unit } = this.text.locate(offset);
    const { text } = this.text.paragraphs[place];
    const segments = this.segmentsOf(place, "sentence");
    const at = Math.min(unit, text.length - 1);
    let first = segments.containing(at);
    let last = first;
    while (first.index > 0) {
      const before = segments.containing(first.index - 1);
      if (!ABBREVIATION.test(before.segment)) {
        break;
      }
      first = before;
    }
    while (ABBREVIATION.test(last.segment) && last.index + last.segment.length < text.length) {
      last = segments.containing(last.index + last.segment.length);
    }
    const start = this.text.offsetAt(place, first.index);
    const end = this.text.offsetAt(place, last.index + last.segment.length);
    return this.text.trim(start, end) ?? { start, end };
  }

  // The first sentence that begins at or after an offset, or the last one that begins before it; null at the ends.
  sentenceFrom(offset, forward) {
    const here = this.sentenceAt(offset);
    if (forward) {
      if (here.start >= offset) {
        return here;
      }
      const rest = this.text.trim(here.end, this.text.end);
      return rest ? this.sentenceAt(rest.start) : null;
    }
    if (here.start < offset) {
      return here;
    }
    const rest = this.text.trim(this.text.start, here.start);
    return rest ? this.sentenceAt(rest.end - 1) : null;
  }

  paragraphAt(offset) {
    const paragraph = this.text.paragraphs[this.text.locate(offset).place];
    return { start: paragraph.start, end: paragraph.end };
  }

  besides(place, forward) {
    const next = this.text.paragraphs[place + (forward ? 1 : -1)];
    if (!next) {
      return forward ? this.text.end : this.text.start;
    }
    return forward ? next.start : next.end;
  }
}

function makeSegmenter(language, granularity) {
  try {
    return new Intl.Segmenter(language, { granularity });
  } catch {
    return new Intl.Segmenter("en", { granularity });
  }
}
