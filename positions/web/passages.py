"""A source's text cut into paragraphs and runs, so that overlapping statements need no nested markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

BLANK_LINES = re.compile(r"\n[^\S\n]*\n\s*")


@dataclass(frozen=True, slots=True)
class Span:
    """A statement's place in the text, in code points; ``number`` is its rank in text order, from 1."""

    statement: str
    start: int
    end: int
    number: int


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text under the same statements. ``opens`` and ``closes`` are those that begin and end with it."""

    text: str
    statements: tuple[str, ...]
    opens: tuple[Span, ...]
    closes: tuple[Span, ...]

    @property
    def depth(self) -> int:
        return len(self.statements)


@dataclass(frozen=True, slots=True)
class Paragraph:
    start: int
    runs: tuple[Run, ...]


def number_spans(places: Iterable[tuple[str, int, int]]) -> list[Span]:
    """Spans in text order, the longer first where two begin together."""
    ordered = sorted(places, key=lambda place: (place[1], -place[2], place[0]))
    return [Span(statement, start, end, number) for number, (statement, start, end) in enumerate(ordered, start=1)]


def cut_paragraphs(text: str, spans: Sequence[Span]) -> Iterator[Paragraph]:
    """Paragraphs of the text with their runs; a span may cross paragraphs."""
    for start, end in _paragraph_bounds(text):
        inside = [span for span in spans if span.start < end and span.end > start]
        yield Paragraph(start, tuple(_cut_runs(text, start, end, inside)))


def _paragraph_bounds(text: str) -> Iterator[tuple[int, int]]:
    start = len(text) - len(text.lstrip("\n"))
    for gap in BLANK_LINES.finditer(text, start):
        if gap.start() > start:
            yield start, gap.start()
        start = gap.end()
    if text[start:].strip():
        yield start, len(text)


def _cut_runs(text: str, start: int, end: int, spans: Sequence[Span]) -> Iterator[Run]:
    cuts = sorted({start, end, *(max(start, s.start) for s in spans), *(min(end, s.end) for s in spans)})
    for left, right in pairwise(cuts):
        over = [s for s in spans if s.start < right and s.end > left]
        opens = tuple(s for s in over if max(s.start, start) == left and s.start >= start)
        closes = tuple(s for s in over if s.end == right)
        yield Run(text[left:right], tuple(s.statement for s in over), opens, closes)


@dataclass(frozen=True, slots=True)
class Context:
    """A quotation between what comes before and after it in its paragraph or two."""

    before: str
    exact: str
    after: str


def quote_in_context(text: str, start: int, end: int, reach: int = 320) -> Context:
    """The passage with at most ``reach`` characters on each side, cut at words."""
    before, after = text[max(0, start - reach) : start], text[end : end + reach]
    if start > reach and " " in before:
        before = "… " + before.split(" ", 1)[1]
    if end + reach < len(text) and " " in after:
        after = after.rsplit(" ", 1)[0] + " …"
    # the sentence's own full stop would open the next paragraph
    return Context(before.lstrip("\n"), text[start:end], after.lstrip(".,;:!?").strip())
