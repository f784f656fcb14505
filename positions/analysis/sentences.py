"""Where sentences and quotations begin and end in a text, however badly it was typed.

Offsets count Unicode code points. A sentence begins and ends at the edge of a word and never
reaches across a blank line.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

LONGEST_SENTENCE = 1200  # code points; what runs on longer is cut at a space
OPENING = "“„«‹「『"
CLOSING = "”»›」』"
QUOTE_MARKS = OPENING + CLOSING + '"'
MARK = re.compile(f"[{QUOTE_MARKS}]")
# The end of a sentence: a stop with what closes after it, or a colon before quoted words.
STOPS = ".!?…؟۔।"
BREAK = re.compile(
    rf"(?<![{STOPS}])(?P<stop>[{STOPS}]++)(?:\s?[”»])?[\"'’)\]{CLOSING}“]{{0,3}}(?P<space>\s++)|[。！？]++[{CLOSING}]{{0,3}}"
    rf"|:\s*+(?=[\"{OPENING}])|\n(?=\s*+(?:[-–—•*·]|\(?\w{{1,3}}[.)])\s)"
)
ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Col|Lt|Capt|Sgt|Amb|Hon|St|Jr|Sr|vs|cf|e\.g|i\.e|No|Nos|Art|Arts|"
    r"para|paras|pp|Vol|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|approx|M|Mme|Mgr|г|им|т)|\b[^\W\d_])\.$"
)
BEGINS_SENTENCE = re.compile(r"[\"'‘(\[" + OPENING + r"¿¡–—-]*\s*(?:[^\W_])")
EDGES = " \t\n\r\f\v\u00a0\u2028\u2029\u200b\ufeff,;:–—-•*·" + QUOTE_MARKS + "'‘’()[]"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A span in a paragraph, numbered from 0; ``before_quote``: it ends in a colon before a quotation."""

    start: int
    end: int
    paragraph: int
    before_quote: bool


@dataclass(frozen=True, slots=True)
class Quotation:
    """The inside of a pair of quotation marks; one that is never closed ends with its paragraph."""

    start: int
    end: int


def sentences_of(text: str) -> list[Sentence]:
    """The sentences of a text in order, none longer than :data:`LONGEST_SENTENCE` unless it has no space to cut at."""
    found: list[Sentence] = []
    for number, (opens, closes) in enumerate(paragraphs_of(text)):
        for start, end, before_quote in _cut(text, opens, closes):
            first, last = trim(text, start, end)
            if first < last:
                found.append(Sentence(first, last, number, before_quote))
    return found


def paragraphs_of(text: str) -> Iterator[tuple[int, int]]:
    """The spans of what stands between lines that are empty."""
    start: int | None = None
    place = 0
    for line in text.split("\n"):
        if line.strip():
            start = place if start is None else start
        elif start is not None:
            yield start, place - 1
            start = None
        place += len(line) + 1
    if start is not None:
        yield start, len(text)


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
    begin = start
    for match in BREAK.finditer(text, start, end):
        if match.group("stop") and not _ends_sentence(text, match, end):
            continue
        yield from _pieces(text, begin, match.end(), match.group().startswith(":"))
        begin = match.end()
    yield from _pieces(text, begin, end, False)


def _pieces(text: str, begin: int, end: int, before_quote: bool) -> Iterator[tuple[int, int, bool]]:
    while end - begin > LONGEST_SENTENCE:
        space = max(text.rfind(mark, begin + LONGEST_SENTENCE // 2, begin + LONGEST_SENTENCE) for mark in " \n")
        if space < 0:
            break
        yield begin, space, False
        begin = space
    yield begin, end, before_quote


def _ends_sentence(text: str, match: re.Match[str], end: int) -> bool:
    after = BEGINS_SENTENCE.match(text, match.end(), min(end, match.end() + 12))
    if after is None:
        return match.end() >= end
    if after.group()[-1].islower():
        return "\n" in match.group("space")
    if match.group("stop") != ".":
        return True
    return ABBREVIATION.search(text, max(0, match.start() - 8), match.start() + 1) is None


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without white space, quotation marks, dashes and commas at its edges."""
    while start < end and text[start] in EDGES:
        start += 1
    while end > start and text[end - 1] in EDGES:
        end -= 1
    return start, end


def quotations_of(text: str) -> list[Quotation]:
    """The outermost quotations in order. Marks inside a quotation nest; nothing reaches across a paragraph."""
    found: list[Quotation] = []
    for start, end in paragraphs_of(text):
        depth, opened = 0, 0
        for place in (match.start() for match in MARK.finditer(text, start, end)):
            mark = text[place]
            if _opens(text, place, mark, depth):
                if depth == 0:
                    opened = place + 1
                depth += 1
            elif depth:
                depth -= 1
                if depth == 0 and place > opened:
                    found.append(Quotation(opened, place))
        if depth and end > opened:
            found.append(Quotation(opened, end))
    return found


def _opens(text: str, place: int, mark: str, depth: int) -> bool:
    """Whether a mark opens: by its shape, and for those used both ways by what stands beside it."""
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    if mark == '"':
        return depth == 0
    if mark == "“":  # closes after a German „, and where somebody typed it after the last stop
        return not (depth and (not after or after in " \n.,;") and before != ":")
    return mark in OPENING


def is_quoted(quotations: Sequence[Quotation], place: int) -> bool:
    """Whether a place lies inside a quotation."""
    return quotation_at(quotations, place) is not None


def quotation_at(quotations: Sequence[Quotation], place: int) -> Quotation | None:
    """The quotation that a place lies in, if any; ``quotations`` are in order."""
    number = bisect_right(quotations, place, key=lambda quotation: quotation.start) - 1
    if number < 0 or place >= quotations[number].end:
        return None
    return quotations[number]


def quotation_in(quotations: Sequence[Quotation], start: int, end: int) -> Quotation | None:
    """The first quotation that begins within a span, if any; ``quotations`` are in order."""
    number = bisect_right(quotations, start, key=lambda quotation: quotation.start)
    return quotations[number] if number < len(quotations) and quotations[number].start < end else None
