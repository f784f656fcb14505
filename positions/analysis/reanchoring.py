"""Finding a quotation again in a new version of its text: exactly, moved, nearly, or not at all.

Nothing here decides for a person: a near match is a proposal. Time is bounded by the length of the
text, which is indexed once, and of the quotation; never by their product.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from positions.analysis.anchors import Anchor
from positions.enums import AnchorStatus

# A shorter quotation stands in many texts by chance: it needs its context to be told again.
TELLING_CHARACTERS = 16
# How many words of a quotation are looked up, the rarest first, and how often a word may occur to tell a place.
WORDS_LOOKED_UP = 24
TELLING_OCCURRENCES = 200
# Where a text has no words to speak of (Chinese, a list of figures), slices of this length are looked up.
SLICE = 6
PLACES_COMPARED = 4
# Longer quotations are compared word by word.
COMPARED_BY_CHARACTER = 1_200
NEAR_ENOUGH = 0.6
# How many characters before and after a near match are looked for to tell where it begins and ends.
CONTEXT_TOLD = 12
MOST_OCCURRENCES = 1_000

WORD = re.compile(r"\w+")
PIECE = re.compile(r"\w+|\W")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quotation stands in the new text: null offsets for an orphan; ``likeness`` is 1 for the same words."""

    status: AnchorStatus
    start: int | None
    end: int | None
    likeness: float


ORPHAN = Place(AnchorStatus.ORPHAN, None, None, 0.0)


@dataclass
class SearchedText:
    """A text and where its words stand; the index is made when the first near match is asked for."""

    text: str
    _words: dict[str, list[int]] = field(default_factory=dict)

    def places_of(self, word: str) -> list[int]:
        """The offsets of a word, whatever its case."""
        if not self._words:
            for found in WORD.finditer(self.text):
                self._words.setdefault(found.group().casefold(), []).append(found.start())
        return self._words.get(word.casefold(), [])


def find_again(searched: SearchedText, anchor: Anchor) -> Place:
    """Where the quotation of an earlier text stands in this one.

    At the same offsets: ``exact``. Elsewhere, once, or once between the same words: ``moved``. Only
    nearly, or in several places alike: ``fuzzy``, with the likeliest place. Else ``orphan``.
    """
    text = searched.text
    if text[anchor.start : anchor.end] == anchor.exact:
        return Place(AnchorStatus.EXACT, anchor.start, anchor.end, 1.0)
    starts = list(_occurrences(text, anchor.exact))
    if len(starts) == 1 and (len(anchor.exact) >= TELLING_CHARACTERS or _context(text, starts[0], anchor) > 0):
        return _moved(starts[0], anchor)
    if starts:
        ranked = sorted(((_context(text, start, anchor), start) for start in starts), reverse=True)
        best, start = ranked[0]
        if best > 0 and (len(ranked) == 1 or ranked[1][0] < best):
            return _moved(start, anchor)
        return Place(AnchorStatus.FUZZY, start, start + len(anchor.exact), 1.0)
    return _near(searched, anchor)


def _moved(start: int, anchor: Anchor) -> Place:
    return Place(AnchorStatus.MOVED, start, start + len(anchor.exact), 1.0)


def _occurrences(text: str, exact: str) -> Iterator[int]:
    start = text.find(exact)
    for _ in range(MOST_OCCURRENCES):
        if start < 0:
            return
        yield start
        start = text.find(exact, start + 1)


def _context(text: str, start: int, anchor: Anchor) -> int:
    """On how many sides the words around are the same: 0, 1 or 2; an end of the text tells nothing."""
    end = start + len(anchor.exact)
    before = bool(anchor.prefix.strip()) and text[:start].endswith(anchor.prefix)
    after = bool(anchor.suffix.strip()) and text.startswith(anchor.suffix, end)
    return before + after


def _near(searched: SearchedText, anchor: Anchor) -> Place:
    best = ORPHAN
    for guess in _guesses(searched, anchor):
        place = _compare(searched.text, anchor, guess)
        if place.likeness > best.likeness:
            best = place
    return best if best.likeness >= NEAR_ENOUGH else ORPHAN


def _guesses(searched: SearchedText, anchor: Anchor) -> list[int]:
    """The likeliest starts: where many of the quotation's telling words stand at the same distance."""
    votes: Counter[int] = Counter()
    width = max(8, len(anchor.exact) // 4)
    around = anchor.prefix + anchor.exact + anchor.suffix
    words = [(word.group(), word.start() - len(anchor.prefix)) for word in WORD.finditer(around)]
    found = sorted(((searched.places_of(word), offset) for word, offset in words), key=lambda pair: len(pair[0]))
    telling = [pair for pair in found if 0 < len(pair[0]) <= TELLING_OCCURRENCES][:WORDS_LOOKED_UP]
    if len(telling) < 2:
        telling += [
            (list(_occurrences(searched.text, anchor.exact[at : at + SLICE]))[:TELLING_OCCURRENCES], at)
            for at in _slices(len(anchor.exact))
        ]
    for places, offset in telling:
        for bucket in {max(0, place - offset) // width for place in places}:
            votes[bucket] += 2
            votes[bucket + 1] += 1
            votes[bucket - 1] += 1
    likeliest = sorted(votes, key=lambda bucket: (-votes[bucket], abs(bucket * width - anchor.start)))
    return [max(0, bucket) * width for bucket in likeliest[:PLACES_COMPARED]]


def _slices(length: int) -> list[int]:
    step = max(SLICE, length // WORDS_LOOKED_UP)
    return list(range(0, max(1, length - SLICE + 1), step))


def _compare(text: str, anchor: Anchor, guess: int) -> Place:
    """How like the quotation the words near ``guess`` are, and from where to where they run."""
    slack = max(16, len(anchor.exact) // 2)
    left = max(0, guess - slack)
    window = text[left : guess + len(anchor.exact) + slack]
    wanted, offered = _pieces(anchor.exact, len(anchor.exact)), _pieces(window, len(anchor.exact))
    blocks = [b for b in SequenceMatcher(None, wanted, offered, autojunk=False).get_matching_blocks() if b.size]
    if not blocks:
        return ORPHAN
    first, last = _core(blocks, len(wanted))
    start = left + sum(len(piece) for piece in offered[:first])
    end = left + sum(len(piece) for piece in offered[:last])
    start, end = _between_context(text, *_whole_words(text, start, end), anchor)
    if not text[start:end].strip():
        return ORPHAN
    matched = sum(sum(len(piece) for piece in wanted[b.a : b.a + b.size]) for b in blocks)
    likeness = 2 * matched / (len(anchor.exact) + max(end - start, 1))
    return Place(AnchorStatus.FUZZY, start, end, min(1.0, likeness))


def _between_context(text: str, start: int, end: int, anchor: Anchor) -> tuple[int, int]:
    """The span drawn to where the words before and after the quotation still stand, when they do so close by."""
    slack = max(16, len(anchor.exact) // 2)
    before, after = anchor.prefix[-CONTEXT_TOLD:], anchor.suffix[:CONTEXT_TOLD]
    if len(before.strip()) >= CONTEXT_TOLD // 2:
        found = text.rfind(before, max(0, start - slack), min(start + slack, end))
        start = start if found < 0 else found + len(before)
    if len(after.strip()) >= CONTEXT_TOLD // 2:
        found = text.find(after, max(start + 1, end - slack), end + slack + len(after))
        end = end if found < 0 else found
    return (start, end) if start < end else (end, end)


def _core(blocks: Sequence[tuple[int, int, int]], length: int) -> tuple[int, int]:
    """From where to where the offered pieces answer the wanted ones, stray single matches at the rims left out."""
    telling = [b for b in blocks if b[2] >= 3] or blocks
    first, last = telling[0], telling[-1]
    return max(0, first[1] - (first[0] if first[0] <= 3 else 0)), last[1] + last[2] + min(3, length - last[0] - last[2])


def _pieces(words: str, quoted: int) -> list[str]:
    return list(words) if quoted <= COMPARED_BY_CHARACTER else PIECE.findall(words)


def _whole_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The span widened to whole words, white space at its rims left out."""
    end = min(end, len(text))
    while 0 < start < len(text) and text[start - 1].isalnum() and text[start].isalnum() and text[start].isascii():
        start -= 1
    while 0 < end < len(text) and text[end - 1].isalnum() and text[end].isalnum() and text[end].isascii():
        end += 1
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
