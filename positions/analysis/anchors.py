"""Quotations that check themselves: a span of a canonical text with the words it must hold.

Offsets count Unicode code points, as Python's strings do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from positions.exceptions import Invalid

CONTEXT_CHARACTERS = 32
MOST_OCCURRENCES = 1000


@dataclass(frozen=True, slots=True)
class Anchor:
    """A span ``[start, end)`` of a text, its words, and the words around it."""

    start: int
    end: int
    exact: str
    prefix: str
    suffix: str


def canonical_text(text: str) -> str:
    """The text as it is fixed at ingest: line ends LF, otherwise untouched."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def anchor_span(text: str, start: int, end: int, exact: str | None = None) -> Anchor:
    """The anchor of a given span.

    Raises :class:`Invalid` out of range, on white space only, or when ``exact`` is not what stands there.
    """
    if not 0 <= start < end:
        raise Invalid({"start": f"a passage needs 0 ≤ start < end, not {start} and {end}"})
    if end > len(text):
        raise Invalid({"end": f"{end} lies beyond the end of the text, which has {len(text)} characters"})
    found = text[start:end]
    if not found.strip():
        raise Invalid({"exact": f"the passage from {start} to {end} holds only white space"})
    if exact is not None and exact != found:
        raise Invalid(
            {
                "exact": f"the quotation is not what stands at {start} to {end}: "
                f"the text has “{_shorten(found)}”, not “{_shorten(exact)}”"
            }
        )
    return Anchor(
        start, end, found, text[max(0, start - CONTEXT_CHARACTERS) : start], text[end : end + CONTEXT_CHARACTERS]
    )


def anchor_quotation(text: str, exact: str) -> Anchor:
    """The anchor of a quotation that occurs once. Raises :class:`Invalid` when it occurs never or more than once."""
    if not exact.strip():
        raise Invalid({"exact": "a quotation needs more than white space"})
    start = text.find(exact)
    if start < 0:
        raise Invalid({"exact": f"the source's text does not contain “{_shorten(exact)}”"})
    again = text.find(exact, start + 1)
    if again >= 0:
        raise Invalid(
            {"exact": f"“{_shorten(exact)}” occurs more than once, at {start} and {again}; give start and end"}
        )
    return anchor_span(text, start, start + len(exact), exact)


def _shorten(words: str, limit: int = 60) -> str:
    line = " ".join(words.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def find_quotation(text: str, exact: str, prefix: str = "", suffix: str = "", start: int | None = None) -> Anchor:
    """The anchor of a quotation taken elsewhere, where white space may run otherwise than in ``text``.

    Where the words occur more than once, those count that stand between ``prefix`` and ``suffix``, and then the
    one that begins at ``start``. The anchor's words are the text's own.

    Raises :class:`Invalid` when no place, or no single one, is left.
    """
    words = exact.split()
    if not words:
        raise Invalid({"exact": "a quotation needs more than white space"})
    places = _occurrences(text, re.escape(canonical_text(exact)))
    places = places or _occurrences(text, r"\s+".join(re.escape(word) for word in words))
    if not places:
        raise Invalid({"exact": f"the source's text does not contain “{_shorten(exact)}”"})
    likely = places
    if len(likely) > 1 and (prefix.strip() or suffix.strip()):
        likely = [place for place in places if _stands_between(text, place, prefix, suffix)] or places
    if len(likely) > 1:
        likely = [place for place in likely if place[0] == start] or likely
    if len(likely) > 1:
        several = ", ".join(str(place[0]) for place in likely[:5])
        raise Invalid(
            {
                "exact": f"“{_shorten(exact)}” occurs {len(likely)} times, at {several}; "
                "give more of the words before and after it"
            }
        )
    return anchor_span(text, *likely[0])


def _occurrences(text: str, pattern: str) -> list[tuple[int, int]]:
    """Every span that matches, overlapping ones too; a quotation that occurs a thousand times is as good as lost."""
    found: list[tuple[int, int]] = []
    expression, at = re.compile(pattern), 0
    while len(found) < MOST_OCCURRENCES and (match := expression.search(text, at)):
        found.append(match.span())
        at = match.start() + 1
    return found


def _stands_between(text: str, place: tuple[int, int], prefix: str, suffix: str) -> bool:
    """Whether the words around a span are those given, white space aside."""
    before, after = "".join(prefix.split()), "".join(suffix.split())
    left = "".join(text[max(0, place[0] - 4 * len(prefix) - 64) : place[0]].split())
    right = "".join(text[place[1] : place[1] + 4 * len(suffix) + 64].split())
    return left.endswith(before) and right.startswith(after)
