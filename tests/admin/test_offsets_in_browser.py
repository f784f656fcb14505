"""Code points and UTF-16 units: what is selected in a browser is what Python slices."""

from __future__ import annotations

import random
import re

import pytest
from playwright.sync_api import Page

from tests.stack import Stack

pytestmark = pytest.mark.browser


def utf16(text: str) -> int:
    """Its length in the units of a browser."""
    return len(text.encode("utf-16-le")) // 2


BUILD_TEXT = """paragraphs => {
  document.body.replaceChildren(...paragraphs.map(({ start, text }) => {
    const paragraph = document.createElement("p");
    paragraph.dataset.start = start;
    paragraph.textContent = text;
    return paragraph;
  }));
}"""
READ_SELECTIONS = """async selections => {
  const { SourceText } = await import("/static/positions/js/tagging/offsets.js");
  const text = new SourceText(document.body);
  const selection = getSelection();
  return selections.map(([from, fromUnit, to, toUnit]) => {
    const node = place => text.elements[place].firstChild;
    selection.setBaseAndExtent(node(from), fromUnit, node(to), toUnit);
    const start = text.fromDom(selection.anchorNode, selection.anchorOffset);
    const end = text.fromDom(selection.focusNode, selection.focusOffset);
    const [node1, unit1] = text.toDom(start);
    const back = node1 === selection.anchorNode && unit1 === selection.anchorOffset;
    return [start, end, text.slice(start, end), back];
  });
}"""
ALPHABET = "ab .,\n\u00e9e\u0301\u0645\u0631\u05d0\u200f\u200d\U0001f54a\U0001f469\U0001d517\ufeff\u4e2d"


def test_selections_come_back_as_python_slices_them(page: Page, live_stack: Stack) -> None:
    """Ten thousand selections over emoji, combining marks, right-to-left and zero-width characters."""
    chance = random.Random(2022)
    texts = ["".join(chance.choices(ALPHABET, k=chance.randint(1, 900))).strip("\n") or "x" for _ in range(40)]
    texts = [re.sub(r"\n\s*\n", "\n", text) for text in texts]
    whole = "\n\n".join(texts)
    starts = [sum(len(text) + 2 for text in texts[:place]) for place in range(len(texts))]
    spans = []
    for _ in range(10_000):
        first, last = sorted((chance.randrange(len(texts)), min(chance.randrange(len(texts)), len(texts) - 1)))
        last = first if chance.random() < 0.7 else last
        a, b = chance.randint(0, len(texts[first])), chance.randint(0, len(texts[last]))
        spans.append((first, min(a, b) if first == last else a, last, max(a, b) if first == last else b))
    page.goto(f"{live_stack.url}/admin/login/")
    page.evaluate(BUILD_TEXT, [{"start": at, "text": text} for at, text in zip(starts, texts, strict=True)])
    units = [(f, utf16(texts[f][:a]), t, utf16(texts[t][:b])) for f, a, t, b in spans]
    found = page.evaluate(READ_SELECTIONS, units)
    expected = []
    for f, a, t, b in spans:
        start, end = starts[f] + a, starts[t] + b
        expected.append([start, end, whole[start:end], True])
    assert found == expected
    assert page.evaluate(HALF_PAIR) == [2, 2, "\U0001f54a"]


HALF_PAIR = """async () => {
  const { SourceText } = await import("/static/positions/js/tagging/offsets.js");
  document.body.replaceChildren();
  const paragraph = document.body.appendChild(document.createElement("p"));
  paragraph.dataset.start = 0;
  paragraph.textContent = "ab\\u{1f54a}c";
  const text = new SourceText(document.body);
  const node = paragraph.firstChild;
  return [text.fromDom(node, 2), text.fromDom(node, 3), text.slice(2, 3)];
}"""
