// Marks over the text: statements by issue, suggestions, the passage at hand. The text itself is never touched where
// the browser has the CSS Custom Highlight API; elsewhere paragraphs are cut into flat runs. Letters stand in the margin.

import { say, sayCount } from "../wording.js";

export const STYLES = 40;
const LAYERS = ["coded", "suggested", "suggested-now", "opened", "passage"];
const LINE_PIXELS = 26;

// The letter of an issue: A to Z, then AA, AB …
export function letterOf(place) {
  const last = String.fromCharCode(65 + (place % 26));
  return place < 26 ? last : letterOf(Math.floor(place / 26) - 1) + last;
}

export function signed(stance) {
  if (stance === null || stance === undefined) {
    return "?";
  }
  return stance > 0 ? `+${stance}` : String(stance).replace("-", "−");
}

export class Marks {
  constructor(text, issues, { onOpen, onDrawn }) {
    this.text = text;
    this.places = new Map(issues.map((issue, place) => [issue.slug, place]));
    this.onOpen = onOpen;
    this.onDrawn = onDrawn;
    this.drawn = new Map();
    this.statements = [];
    this.layers = new Map();
    this.draws = typeof Highlight === "function" && Boolean(CSS.highlights);
    this.visible = new Set();
    this.observer = new IntersectionObserver((entries) => this.observe(entries), { rootMargin: "400px" });
    for (const element of text.elements) {
      this.observer.observe(element.parentElement);
    }
    new ResizeObserver(() => this.redraw()).observe(text.root);
  }

  observe(entries) {
    for (const entry of entries) {
      if (entry.isIntersecting) {
        this.visible.add(entry.target);
        this.drawMargin(entry.target);
      } else {
        this.visible.delete(entry.target);
      }
    }
  }

  // Show statements that stand on a passage.
  setStatements(statements) {
    this.statements = statements
      .filter((statement) => Number.isInteger(statement.start) && statement.end > statement.start)
      .sort((a, b) => a.start - b.start || b.end - a.end);
    const byIssue = new Map();
    for (const statement of this.statements) {
      for (const slug of new Set(statement.codings.map((coding) => coding.issue))) {
        const style = `issue-${(this.places.get(slug) ?? 0) % STYLES}`;
        byIssue.set(style, [...(byIssue.get(style) ?? []), statement]);
      }
    }
    for (let style = 0; style < STYLES; style += 1) {
      this.setLayer(`issue-${style}`, byIssue.get(`issue-${style}`) ?? []);
    }
    this.setLayer("coded", this.statements);
    this.redraw();
  }

  setSuggestions(suggestions) {
    this.setLayer("suggested", suggestions);
    this.redraw();
  }

  // The one thing at hand in a layer, or nothing.
  setSingle(layer, span) {
    this.setLayer(layer, span ? [span] : []);
    this.redraw();
  }

  setLayer(name, spans) {
    this.layers.set(name, spans);
    if (!this.draws) {
      return;
    }
    if (spans.length === 0) {
      CSS.highlights.delete(name);
      return;
    }
    const highlight = new Highlight(...spans.map((span) => this.text.rangeOf(span.start, span.end)));
    highlight.priority = name.startsWith("issue-") ? 1 : LAYERS.indexOf(name) * 2;
    CSS.highlights.set(name, highlight);
  }

  // Several changes in one go are drawn once.
  redraw() {
    window.cancelAnimationFrame(this.frame);
    this.frame = window.requestAnimationFrame(() => {
      if (!this.draws) {
        this.drawRuns();
      }
      for (const holder of this.visible) {
        this.drawMargin(holder);
      }
    });
  }

  // Without highlights: each paragraph in flat runs, each run with the classes of the marks over it.
  drawRuns() {
    const spans = [...this.layers].flatMap(([name, all]) => all.map(({ start, end }) => ({ start, end, name })));
    this.text.elements.forEach((element, place) => {
      const { start, end } = this.text.paragraphs[place];
      const inside = spans.filter((span) => span.start < end && span.end > start);
      const signature = JSON.stringify(inside);
      if (signature !== (this.drawn.get(element) ?? "[]")) {
        this.drawn.set(element, signature);
        element.replaceChildren(...this.runsOf(place, inside));
      }
    });
    this.onDrawn();
  }

  runsOf(place, spans) {
    const { start, end, text } = this.text.paragraphs[place];
    const cuts = new Set([start, end]);
    for (const span of spans) {
      cuts.add(Math.max(start, span.start)).add(Math.min(end, span.end));
    }
    const ordered = [...cuts].sort((a, b) => a - b);
    return ordered.slice(1).map((right, at) => {
      const left = ordered[at];
      const to = right === end ? text.length : this.text.locate(right).unit;
      const words = text.slice(this.text.locate(left).unit, to);
      const names = spans.filter((span) => span.start < right && span.end > left).map((span) => `in-${span.name}`);
      if (names.length === 0) {
        return document.createTextNode(words);
      }
      const run = document.createElement("mark");
      run.className = [...new Set(names)].join(" ");
      run.textContent = words;
      return run;
    });
  }

  // Statements over an offset, the shortest first.
  statementsAt(offset) {
    return this.statements
      .filter((statement) => statement.start <= offset && offset < statement.end)
      .sort((a, b) => a.end - a.start - (b.end - b.start));
  }

  // One button for each line on which statements begin. Buttons stay the same as long as their statements do: one that
  // is being pressed must not go.
  drawMargin(holder) {
    const place = this.text.places.get(holder.firstElementChild);
    const { start, end } = this.text.paragraphs[place];
    const here = this.statements.filter((statement) => statement.start >= start && statement.start < end);
    const lines = this.linesOf(holder, here);
    const key = lines.map(({ statements }) => statements.map(({ id, version }) => `${id} ${version}`).join()).join(";");
    let margin = holder.querySelector(".margin");
    if ((margin?.dataset.key ?? "") !== key) {
      margin?.remove();
      margin = document.createElement("div");
      margin.className = "margin";
      margin.dataset.key = key;
      margin.append(...lines.map(({ statements }) => this.buttonOf(statements)));
      holder.append(margin);
    }
    lines.forEach(({ top }, at) => {
      margin.children[at].style.top = `${top}px`;
    });
  }

  linesOf(holder, statements) {
    const frame = holder.getBoundingClientRect();
    const lines = [];
    for (const statement of statements) {
      const [node, unit] = this.text.toDom(statement.start);
      const point = document.createRange();
      point.setStart(node, unit);
      point.setEnd(node, Math.min(unit + 1, node.data.length));
      const top = (point.getClientRects()[0] ?? frame).top - frame.top;
      if (lines.length && top - lines.at(-1).top < LINE_PIXELS) {
        lines.at(-1).statements.push(statement);
      } else {
        lines.push({ top, statements: [statement] });
      }
    }
    return lines;
  }

  buttonOf(statements) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "margin-mark";
    // by keyboard it opens with Enter at the caret, or from the list
    button.tabIndex = -1;
    const [{ codings, exact, asserted_by: party }] = statements;
    const place = codings.length ? this.places.get(codings[0].issue) : undefined;
    const more = statements.reduce((sum, statement) => sum + Math.max(statement.codings.length, 1), -1);
    const letter = place === undefined ? "·" : `${letterOf(place)} ${signed(codings[0].stance)}`;
    button.textContent = more > 0 ? `${letter}…${more}` : letter;
    if (place !== undefined) {
      button.dataset.style = String(place % STYLES);
    }
    const issues = codings.map((one) => `${one.issue} ${signed(one.stance)}`).join(", ") || say("tag-not-coded");
    const words = exact.length > 80 ? `${exact.slice(0, 80)}…` : exact;
    const said = { mark: button.textContent, party: party.name, issues, words };
    button.setAttribute("aria-label", more > 0 ? sayCount("tag-mark-more", more, said) : say("tag-mark", said));
    button.addEventListener("click", () => this.onOpen(statements));
    return button;
  }
}

// The legend: letter, line and name of each issue that is marked in the text, with how often.
export function drawLegend(list, issues, statements) {
  const counts = new Map();
  for (const statement of statements) {
    for (const coding of statement.codings) {
      counts.set(coding.issue, (counts.get(coding.issue) ?? 0) + 1);
    }
  }
  const entries = issues.flatMap((issue, place) => {
    if (!counts.has(issue.slug)) {
      return [];
    }
    const entry = document.createElement("li");
    const letter = document.createElement("span");
    letter.className = "legend-letter";
    letter.dataset.style = String(place % STYLES);
    letter.textContent = letterOf(place);
    const name = document.createElement("span");
    name.className = `legend-name in-issue-${place % STYLES}`;
    name.dir = "auto";
    name.textContent = issue.title;
    entry.append(letter, " ", name, ` ${counts.get(issue.slug)}`);
    return [entry];
  });
  list.replaceChildren(...entries);
  list.hidden = entries.length === 0;
}
