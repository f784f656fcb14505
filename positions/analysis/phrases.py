"""Words of a text with their places, and a book of phrases that finds the longest ones among them.

Offsets count Unicode code points. Everything takes time in proportion to the text, whatever stands in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

# Letters and digits, with the combining marks that follow them: a word is never cut before an accent.
MARKS = "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u0610-\u061a\u064b-\u065f\u0900-\u0903\u093a-\u094f\u20d0-\u20ff"
WORD = re.compile(rf"[^\W_](?:[^\W_]|[{MARKS}])*")
# Scripts that write words without spaces between them: a name there is found inside a longer run.
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
CYRILLIC = re.compile("[а-яё]+")
CYRILLIC_ENDING = re.compile("[аеёиоуыэюяйь]+$")
GAP_CHARACTERS = frozenset(" \t\n\u00a0\u202f.-‐‑–/&'’ʼ")
LONGEST_GAP = 3
LONGEST_PHRASE = 16  # words; a longer name is found by another, shorter one or not at all


@dataclass(frozen=True, slots=True)
class Word:
    """One word: its span, the letters as written, and in the form that words are compared in."""

    start: int
    end: int
    raw: str
    key: str


@dataclass(frozen=True, slots=True)
class Hit(Generic[T]):
    """A phrase found at the words ``first`` to ``last``, both included."""

    first: int
    last: int
    meaning: T


def words_of(text: str) -> list[Word]:
    """The words of a text in order; runs of a script without spaces are cut into single characters."""
    found: list[Word] = []
    for match in WORD.finditer(text):
        raw, start = match.group(), match.start()
        if raw.isascii():
            found.append(Word(start, match.end(), raw, raw.lower()))
        elif UNSPACED.search(raw):
            found.extend(Word(start + place, start + place + 1, letter, letter) for place, letter in enumerate(raw))
        else:
            found.append(Word(start, match.end(), raw, comparable(raw)))
    return found


def comparable(raw: str) -> str:
    """A word without regard to case and to how its accents are stored."""
    return unicodedata.normalize("NFC", raw).casefold()


def stem_of(key: str) -> str:
    """A word without the ending of its plural, or of its case in a Cyrillic script."""
    if key.isascii():
        if len(key) > 4 and key.endswith("ies"):
            return key[:-3] + "y"
        if len(key) > 3 and key.endswith("s") and not key.endswith(("ss", "us", "is")):
            return key[:-1]
        return key
    if len(key) > 4 and CYRILLIC.fullmatch(key):
        return CYRILLIC_ENDING.sub("", key) or key
    return key


def fits_case(raw: str, wanted: str) -> bool:
    """Whether a word is written as the name has it, or in capitals throughout; small letters fit any.

    “US” does not fit “us”, “Chad” does not fit “chad”, and “CHAD” fits “Chad”.
    """
    if wanted == wanted.lower():
        return True
    return raw == wanted or (len(raw) > 2 and raw == wanted.upper()) or comparable_case(raw) == comparable_case(wanted)


def comparable_case(raw: str) -> str:
    """A word as written, with its accents stored in one way."""
    return raw if raw.isascii() else unicodedata.normalize("NFC", raw)


@dataclass(slots=True)
class _Node(Generic[T]):
    """One step of the book: what may follow, and what ends here."""

    following: dict[str, _Node[T]] = field(default_factory=dict)
    endings: list[tuple[tuple[str, ...] | None, bool, T]] = field(default_factory=list)


class PhraseBook(Generic[T]):
    """Phrases with their meanings, by words.

    ``inflected`` compares words without the ending of their plural or case; the case rules of
    :func:`fits_case` hold for a phrase added with ``as_written``.
    """

    def __init__(self, *, inflected: bool = False) -> None:
        self._root: _Node[T] = _Node()
        self._inflected = inflected

    def __bool__(self) -> bool:
        return bool(self._root.following)

    def add(self, phrase: str, meaning: T, *, as_written: bool = False, dotted: bool = False) -> None:
        """Remember a phrase; ``dotted`` adds its letters with points between them ("U.S." for "US")."""
        words = words_of(phrase)
        if not words or len(words) > LONGEST_PHRASE:
            return
        raws = tuple(word.raw for word in words) if as_written else None
        self._put([word.key for word in words], raws, False, meaning)
        if dotted and len(words) == 1 and 1 < len(phrase) <= 6 and phrase.isalpha():
            self._put([letter.casefold() for letter in phrase], tuple(phrase), True, meaning)

    def _put(self, keys: Sequence[str], raws: tuple[str, ...] | None, dotted: bool, meaning: T) -> None:
        node = self._root
        for key in keys:
            node = node.following.setdefault(self._form(key), _Node())
        node.endings.append((raws, dotted, meaning))

    def _form(self, key: str) -> str:
        return stem_of(key) if self._inflected else key

    def find(self, text: str, words: Sequence[Word]) -> Iterator[Hit[list[T]]]:
        """The longest phrase at each word where one begins, in order; they may overlap."""
        root = self._root.following
        inflected = self._inflected
        for first, word in enumerate(words):
            node = root.get(stem_of(word.key) if inflected else word.key)
            if node is not None:
                hit = self._longest(text, words, first, node)
                if hit is not None:
                    yield hit

    def _longest(self, text: str, words: Sequence[Word], first: int, node: _Node[T]) -> Hit[list[T]] | None:
        best: Hit[list[T]] | None = None
        last = first
        while True:
            if node.endings:
                meanings = [m for raws, dotted, m in node.endings if _is_written(text, words, first, raws, dotted)]
                if meanings:
                    best = Hit(first, last, meanings)
            last += 1
            if last == len(words) or not _adjoin(text, words[last - 1], words[last]):
                return best
            following = node.following.get(self._form(words[last].key))
            if following is None:
                return best
            node = following


def _is_written(text: str, words: Sequence[Word], first: int, raws: tuple[str, ...] | None, dotted: bool) -> bool:
    if raws is None:
        return True
    if not all(fits_case(words[first + place].raw, raw) for place, raw in enumerate(raws)):
        return False
    return not dotted or all(
        text[words[first + place].end : words[first + place + 1].start] == "." for place in range(len(raws) - 1)
    )


def _adjoin(text: str, before: Word, after: Word) -> bool:
    """Whether two words can belong to one phrase: nothing but a space, hyphen, point or apostrophe between."""
    gap = after.start - before.end
    return gap <= LONGEST_GAP and all(character in GAP_CHARACTERS for character in text[before.end : after.start])


def without_article(phrase: str, articles: Iterable[str]) -> str:
    """A name without the article it begins with: “the Kremlin” is also found as “Kremlin”."""
    head, _, rest = phrase.strip().partition(" ")
    return rest.strip() if rest.strip() and head.casefold() in articles else phrase.strip()
