"""Quotations that check themselves: a span of a canonical text with the words it must hold.

Offsets count Unicode code points, as Python's strings do.
"""

from __future__ import annotations

from dataclasses import dataclass

from positions.exceptions import Invalid

CONTEXT_CHARACTERS = 32


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
