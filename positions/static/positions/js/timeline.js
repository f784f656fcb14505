// A timeline's dots: a card on hover, focus and touch; arrow keys that walk them; dates dragged along the axis.
// Without this script each dot is a link with a title, and the form sets the dates.

import { bindBrush } from "./timeline_brush.js";
import { say } from "./wording.js";

const figures = document.querySelectorAll("[data-timeline]");

function takeWords(figure) {
  // The words leave <title> for aria-label, so that no second tooltip covers the card.
  const words = new Map();
  for (const dot of figure.querySelectorAll("a.dot")) {
    const title = dot.querySelector("title");
    const text = title?.textContent ?? "";
    title?.remove();
    dot.setAttribute("aria-label", text.split("\n").map((line) => line.replace(/\.$/, "")).join(". "));
    const known = words.get(keyOf(dot, text));
    if (!known || text.length > known.length) {
      words.set(keyOf(dot, text), text);
    }
    dot.dataset.card = keyOf(dot, text);
  }
  return words;
}

// The phone's chart has no quotations; the wide one says the same first line and the rest.
function keyOf(dot, text) {
  return `${dot.getAttribute("href")} ${text.split("\n")[0]}`;
}

function makeCard(figure) {
  const card = document.createElement("div");
  card.className = "dot-card";
  card.hidden = true;
  figure.append(card);
  return card;
}

function fillCard(card, dot, text) {
  const lines = text.split("\n");
  const link = document.createElement("a");
  link.href = dot.getAttribute("href");
  link.textContent = say("open-statement");
  link.tabIndex = -1;
  const parts = lines.map((line, place) => {
    const part = document.createElement("p");
    part.className = ["dot-card-reading", "dot-card-quote", "dot-card-who", "dot-card-grade"][place] ?? "dot-card-who";
    part.dir = "auto";
    part.textContent = line;
    return part;
  });
  card.replaceChildren(...parts, link);
}

function placeCard(figure, card, dot) {
  const frame = figure.getBoundingClientRect();
  const mark = (dot.querySelector(".target") ?? dot).getBoundingClientRect();
  card.hidden = false;
  const room = frame.width - card.offsetWidth;
  const middle = mark.left + mark.width / 2 - frame.left;
  card.style.left = `${Math.max(0, Math.min(room, middle - card.offsetWidth / 2))}px`;
  const above = mark.top - card.offsetHeight - 4;
  card.style.top = `${(above > 0 ? above : mark.bottom + 4) - frame.top}px`;
}

function bindCards(figure, words) {
  const card = makeCard(figure);
  let shown = null;
  let leaving = 0;

  function show(dot) {
    window.clearTimeout(leaving);
    if (shown !== dot || card.hidden) {
      shown = dot;
      fillCard(card, dot, words.get(dot.dataset.card) ?? "");
      placeCard(figure, card, dot);
    }
  }

  function hide() {
    window.clearTimeout(leaving);
    card.hidden = true;
    shown = null;
  }

  function hideSoon() {
    window.clearTimeout(leaving);
    leaving = window.setTimeout(() => {
      const focused = figure.querySelector("a.dot:focus-visible");
      if (focused) {
        show(focused);
      } else {
        hide();
      }
    }, 250);
  }

  card.addEventListener("pointerenter", () => window.clearTimeout(leaving));
  card.addEventListener("pointerleave", hideSoon);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !card.hidden) {
      hide();
    }
  });
  document.addEventListener("pointerdown", (event) => {
    if (!card.hidden && !card.contains(event.target) && !event.target.closest("a.dot")) {
      hide();
    }
  });
  for (const dot of figure.querySelectorAll("a.dot")) {
    let touched = false;
    dot.addEventListener("pointerenter", (event) => event.pointerType !== "touch" && show(dot));
    dot.addEventListener("pointerleave", (event) => event.pointerType !== "touch" && hideSoon());
    dot.addEventListener("pointerdown", (event) => {
      // A finger's first touch shows the card; the second, or the card's link, opens the statement.
      touched = event.pointerType === "touch" && shown !== dot;
    });
    dot.addEventListener("click", (event) => {
      if (touched) {
        event.preventDefault();
        touched = false;
        show(dot);
      }
    });
    dot.addEventListener("focus", () => dot.matches(":focus-visible") && show(dot));
    dot.addEventListener("blur", hideSoon);
  }
}

function placeOf(dot) {
  const target = dot.querySelector(".target");
  return { x: Number(target.getAttribute("cx")), y: Number(target.getAttribute("cy")) };
}

// Left and right: the same party, in time. Up and down: the nearest dot in time of the party drawn next to it.
function bindWalk(chart) {
  const parties = [...chart.querySelectorAll(".series")]
    .map((series) => [...series.querySelectorAll("a.dot")].map((dot) => ({ dot, ...placeOf(dot) })))
    .filter((marks) => marks.length > 0);
  parties.forEach((marks) => marks.sort((a, b) => a.x - b.x || a.y - b.y));
  const all = parties.flat();
  all.forEach(({ dot }, place) => dot.setAttribute("tabindex", place === 0 ? "0" : "-1"));

  function nearest(marks, x) {
    return marks.reduce((best, mark) => (Math.abs(mark.x - x) < Math.abs(best.x - x) ? mark : best));
  }

  function across(here, own, way) {
    const beside = parties
      .filter((marks) => marks !== own)
      .map((marks) => nearest(marks, here.x))
      .filter((mark) => (way < 0 ? mark.y < here.y : mark.y > here.y));
    beside.sort((a, b) => Math.abs(a.y - here.y) - Math.abs(b.y - here.y));
    return beside[0];
  }

  chart.addEventListener("keydown", (event) => {
    const own = parties.find((marks) => marks.some(({ dot }) => dot === event.target));
    if (!own || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const at = own.findIndex(({ dot }) => dot === event.target);
    const steps = {
      ArrowLeft: () => own[at - 1],
      ArrowRight: () => own[at + 1],
      ArrowUp: () => across(own[at], own, -1),
      ArrowDown: () => across(own[at], own, 1),
      Home: () => own[0],
      End: () => own.at(-1),
    };
    if (!(event.key in steps)) {
      return;
    }
    event.preventDefault();
    const next = steps[event.key]();
    if (next) {
      all.forEach(({ dot }) => dot.setAttribute("tabindex", dot === next.dot ? "0" : "-1"));
      next.dot.focus();
    }
  });
  chart.addEventListener("focusin", (event) => {
    const dot = event.target.closest("a.dot");
    if (dot) {
      all.forEach((mark) => mark.dot.setAttribute("tabindex", mark.dot === dot ? "0" : "-1"));
    }
  });
}

for (const figure of figures) {
  bindCards(figure, takeWords(figure));
  for (const chart of figure.querySelectorAll("svg.chart")) {
    bindWalk(chart);
    bindBrush(chart);
  }
  figure.querySelectorAll("[data-with-script]").forEach((hint) => {
    hint.hidden = false;
  });
}
