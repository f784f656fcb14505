// The one place where Unicode code points, which the server counts, and UTF-16 units, which the browser counts, meet.
// A text is a list of paragraphs, each with one text node; what lies between two paragraphs is white space, its "gap".

const STEP = 512;
const LEADING = /^\s*/u;
const TRAILING = /\s*$/u;

function isPair(text, unit) {
  const high = text.charCodeAt(unit);
  if (high < 0xd800 || high > 0xdbff) {
    return false;
  }
  const low = text.charCodeAt(unit + 1);
  return low >= 0xdc00 && low <= 0xdfff;
}

// Code points in the text; a lone surrogate counts as one, as it does in Python.
export function countCodePoints(text) {
  let count = 0;
  for (let unit = 0; unit < text.length; unit += 1) {
    if (isPair(text, unit)) {
      unit += 1;
    }
    count += 1;
  }
  return count;
}

// Where every STEPth code point of a string begins, so that neither direction walks it whole.
class Paragraph {
  constructor(start, text, gap) {
    this.start = start;
    this.text = text;
    this.gap = gap;
    this.length = countCodePoints(text);
    this.end = start + this.length;
    this.steps = null;
  }

  buildSteps() {
    this.steps = [];
    let unit = 0;
    for (let point = 0; point <= this.length; point += 1) {
      if (point % STEP === 0) {
        this.steps.push(unit);
      }
      unit += isPair(this.text, unit) ? 2 : 1;
    }
  }

  unitAt(point) {
    if (this.length === this.text.length) {
      return point;
    }
    if (!this.steps) {
      this.buildSteps();
    }
    let unit = this.steps[Math.floor(point / STEP)];
    for (let left = point % STEP; left > 0; left -= 1) {
      unit += isPair(this.text, unit) ? 2 : 1;
    }
    return unit;
  }

  // A unit inside a surrogate pair belongs to the code point that begins before it.
  pointAt(unit) {
    if (this.length === this.text.length) {
      return unit;
    }
    if (!this.steps) {
      this.buildSteps();
    }
    const step = findLast(this.steps.length, (place) => this.steps[place] <= unit);
    let point = step * STEP;
    let at = this.steps[step];
    while (at < unit) {
      const width = isPair(this.text, at) ? 2 : 1;
      if (at + width > unit) {
        break;
      }
      at += width;
      point += 1;
    }
    return point;
  }
}

// The last place below `length` at which an ordered test holds; 0 when it holds nowhere.
export function findLast(length, holds) {
  let low = 0;
  let high = length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (holds(middle)) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

export class SourceText {
  constructor(root) {
    this.root = root;
    this.elements = [...root.querySelectorAll("[data-start]")];
    this.paragraphs = this.elements.map(
      (element) => new Paragraph(Number(element.dataset.start), element.textContent, element.dataset.gap ?? null),
    );
    this.places = new Map(this.elements.map((element, place) => [element, place]));
  }

  get start() {
    return this.paragraphs[0].start;
  }

  get end() {
    return this.paragraphs.at(-1).end;
  }

  // Paragraph and unit of an offset; an offset in a gap is the end of the paragraph before it.
  locate(offset) {
    const place = findLast(this.paragraphs.length, (at) => this.paragraphs[at].start <= offset);
    const paragraph = this.paragraphs[place];
    const point = Math.min(Math.max(offset - paragraph.start, 0), paragraph.length);
    return { place, unit: paragraph.unitAt(point) };
  }

  offsetAt(place, unit) {
    const paragraph = this.paragraphs[place];
    return paragraph.start + paragraph.pointAt(unit);
  }

  // The white space between a paragraph and the next; null when only the server knows it.
  gapAfter(place) {
    const paragraph = this.paragraphs[place];
    if (paragraph.gap === null) {
      const width = this.paragraphs[place + 1].start - paragraph.end;
      if (width > 2) {
        return null;
      }
      paragraph.gap = "\n".repeat(width);
    }
    return paragraph.gap;
  }

  // The words from one offset to another, exactly as they stand; null when a gap between them is not known.
  slice(start, end) {
    const from = this.locate(start);
    const to = this.locate(end);
    if (from.place === to.place) {
      return this.paragraphs[from.place].text.slice(from.unit, to.unit);
    }
    const parts = [this.paragraphs[from.place].text.slice(from.unit)];
    for (let place = from.place; place < to.place; place += 1) {
      const gap = this.gapAfter(place);
      if (gap === null) {
        return null;
      }
      parts.push(gap);
      const { text } = this.paragraphs[place + 1];
      parts.push(place + 1 === to.place ? text.slice(0, to.unit) : text);
    }
    return parts.join("");
  }

  // Learn the gaps from the whole text.
  learnGaps(whole) {
    const text = new Paragraph(0, whole, null);
    for (let place = 0; place + 1 < this.paragraphs.length; place += 1) {
      const { end } = this.paragraphs[place];
      this.paragraphs[place].gap = whole.slice(text.unitAt(end), text.unitAt(this.paragraphs[place + 1].start));
    }
  }

  // The span without white space at its ends; null when nothing else is in it.
  trim(start, end) {
    let { place, unit } = this.locate(start);
    let to = this.locate(end);
    for (;;) {
      const { text } = this.paragraphs[place];
      const until = place === to.place ? to.unit : text.length;
      unit += LEADING.exec(text.slice(unit, until))[0].length;
      if (unit < until) {
        break;
      }
      if (place >= to.place) {
        return null;
      }
      place += 1;
      unit = 0;
    }
    for (;;) {
      const { text } = this.paragraphs[to.place];
      const since = to.place === place ? unit : 0;
      const words = text.slice(since, to.unit);
      const kept = words.length - TRAILING.exec(words)[0].length;
      if (kept > 0) {
        return { start: this.offsetAt(place, unit), end: this.offsetAt(to.place, since + kept) };
      }
      to = { place: to.place - 1, unit: this.paragraphs[to.place - 1].text.length };
    }
  }

  // The text node and unit of an offset; a paragraph drawn without highlights has several text nodes.
  toDom(offset) {
    const { place, unit } = this.locate(offset);
    return this.nodeAt(place, unit);
  }

  nodeAt(place, unit) {
    const element = this.elements[place];
    if (element.childNodes.length === 1 && element.firstChild.nodeType === Node.TEXT_NODE) {
      return [element.firstChild, unit];
    }
    const nodes = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    let left = unit;
    let node = nodes.nextNode();
    for (let next = node; next && left > node.data.length; next = nodes.nextNode()) {
      if (next !== node) {
        left -= node.data.length;
        node = next;
      }
    }
    return [node, Math.min(left, node.data.length)];
  }

  rangeOf(start, end) {
    const [startContainer, startOffset] = this.toDom(start);
    const [endContainer, endOffset] = this.toDom(end);
    return new StaticRange({ startContainer, startOffset, endContainer, endOffset });
  }

  // The offset of a place in the document; places between paragraphs are the start of the next one.
  fromDom(node, offset) {
    const element = (node.nodeType === Node.TEXT_NODE ? node.parentElement : node).closest("[data-start]");
    if (element && this.places.has(element)) {
      const before = document.createRange();
      before.selectNodeContents(element);
      before.setEnd(node, offset);
      const unit = node === element.firstChild ? offset : before.toString().length;
      return this.offsetAt(this.places.get(element), unit);
    }
    const point = document.createRange();
    point.setStart(node, offset);
    const endsBefore = (place) => point.comparePoint(this.elements[place], 0) < 0;
    const place = findLast(this.elements.length, endsBefore);
    if (endsBefore(place)) {
      return place + 1 < this.paragraphs.length ? this.paragraphs[place + 1].start : this.end;
    }
    return this.paragraphs[place].start;
  }
}
