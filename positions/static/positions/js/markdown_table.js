// Turns a table of the page into Markdown and offers it to be copied, beside the section's heading.

import { say } from "./wording.js";

const APART = "br, p, li, div, blockquote, .condition, .cell-note, .matrix-pole, .visually-hidden";

// Markdown reads these as its own; a pipe would end the cell.
function escapeText(text) {
  return text.replace(/[\\|`*_~&[\]<>]/g, "\\$&");
}

function textOf(cell) {
  const copy = cell.cloneNode(true);
  copy.querySelectorAll("svg, script, style, button").forEach((part) => part.remove());
  if (copy.querySelector(".visually-hidden")) {
    // a sign for the eye, with the same in words beside it
    copy.querySelectorAll("[aria-hidden='true']").forEach((part) => part.remove());
  }
  copy.querySelectorAll(APART).forEach((part) => {
    part.before(" ");
    part.after(" ");
  });
  return copy.textContent.replace(/\s+/g, " ").trim();
}

function addressOf(cell) {
  const link = cell.querySelector("a[href]");
  const whole = link ? new URL(link.getAttribute("href"), document.baseURI).href : "";
  return whole.replace(/[()|\s<>\\]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`);
}

export function cellToMarkdown(cell) {
  const text = escapeText(textOf(cell));
  const address = addressOf(cell);
  return address && text ? `[${text}](${address})` : text;
}

// A cell over several columns is followed by empty ones, so that the rows stay in step.
function rowToCells(row) {
  return [...row.cells].flatMap((cell) => [cellToMarkdown(cell), ...Array(Math.max(0, cell.colSpan - 1)).fill("")]);
}

export function tableToMarkdown(table) {
  const rows = [...table.rows].map(rowToCells);
  const width = Math.max(0, ...rows.map((row) => row.length));
  const filled = rows.map((row) => [...row, ...Array(width - row.length).fill("")]);
  const hasHead = table.tHead && table.tHead.rows.length > 0;
  const head = hasHead ? filled[0] : Array(width).fill("");
  const body = hasHead ? filled.slice(1) : filled;
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(Array(width).fill("---")), ...body.map(line)].join("\n");
}

function offer(table) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy-table";
  const name = say("copy-table");
  button.textContent = name;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(`${tableToMarkdown(table)}\n`);
      button.textContent = say("copied");
    } catch {
      button.textContent = say("not-copied");
    }
    window.setTimeout(() => {
      button.textContent = name;
    }, 1800);
  });
  const place = table.closest(".scroll") ?? table;
  const bar = document.createElement("p");
  bar.className = "copy-bar";
  bar.append(button);
  place.before(bar);
}

if (navigator.clipboard) {
  document.querySelectorAll("main table:not(.scale-rows, .copy-none)").forEach(offer);
}
