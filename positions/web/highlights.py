"""Where a search's words stand in a text, although they are compared without case and accents."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from positions.web.words import clip_text

AROUND = 90


def mark_terms(text: str, terms: Sequence[str], most: int = 260) -> list[tuple[str, bool]]:
    """Pieces of the text in order, each with whether it is one of the terms; around the first where it is long."""
    flat = " ".join(text.split())
    plain, places = _fold_with_places(flat)
    spans = sorted(_find(plain, places, terms))
    if len(flat) > most:
        start = max(0, (spans[0][0] if spans else 0) - AROUND)
        start = flat.rfind(" ", 0, start) + 1 if start else 0
        shown = clip_text(flat[start:], most)
        head = "… " if start else ""
        spans = [(a - start, b - start) for a, b in spans if a >= start and b - start <= len(shown)]
        flat, offset = head + shown, len(head)
        spans = [(a + offset, b + offset) for a, b in spans]
    pieces: list[tuple[str, bool]] = []
    end = 0
    for a, b in spans:
        if a < end:
            continue
        pieces += [(flat[end:a], False)] * (a > end) + [(flat[a:b], True)]
        end = b
    return pieces + [(flat[end:], False)] * (end < len(flat))


def _fold_with_places(text: str) -> tuple[str, list[int]]:
    """The folded text, and for each of its characters the place in the text it comes from."""
    plain: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for part in unicodedata.normalize("NFKD", character.casefold()):
            if not unicodedata.combining(part):
                for letter in part.casefold():
                    plain.append(letter)
                    places.append(place)
    return "".join(plain), places


def _find(plain: str, places: list[int], terms: Sequence[str]) -> list[tuple[int, int]]:
    found = []
    for term in terms:
        at = plain.find(term)
        while at >= 0:
            found.append((places[at], places[at + len(term) - 1] + 1))
            at = plain.find(term, at + len(term))
    return found
