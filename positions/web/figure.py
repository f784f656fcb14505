"""What a drawn figure is made of, in pixels: frozen marks that templates/charts/figure.svg writes.

Every mark carries its light colours as attributes, so that a saved file needs no style sheet, and a
class by which a page recolours it for the reader's own paper. No database, no markup.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from positions.web.chart_axis import measure_text
from positions.web.palette import BAND, HAIR, INK, MUTED, PartyInk

WIDTH = 1080.0
MARGIN = 24.0
RIGHT_TO_LEFT = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI", "PDF", "PDI"})
MARKS_MOST = 2000  # readings, cells or rows' marks; beyond, a figure says how many it leaves out


@dataclass(frozen=True, slots=True)
class Word:
    """A line of text; ``y`` is its baseline."""

    kind: ClassVar[str] = "word"
    x: float
    y: float
    text: str
    size: float = 12
    anchor: str = "start"
    css_class: str = ""
    fill: str = INK
    is_bold: bool = False

    @property
    def shown(self) -> str:
        """The text, set apart from its surroundings where it may run from right to left.

        Only there: in a picture a mark of direction makes the whole line fall back to another face.
        """
        is_plain = all(unicodedata.bidirectional(c) not in RIGHT_TO_LEFT for c in self.text)
        return self.text if is_plain else f"\u2068{self.text}\u2069"


@dataclass(frozen=True, slots=True)
class Stroke:
    """A path; ``dash`` is empty for an unbroken line."""

    kind: ClassVar[str] = "stroke"
    d: str
    css_class: str = "hair"
    colour: str = HAIR
    width: float = 1
    dash: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle; ``name`` is a plain word by which a reader of the file finds it again."""

    kind: ClassVar[str] = "block"
    x: float
    y: float
    width: float
    height: float
    css_class: str = "band"
    fill: str = BAND
    title: str = ""
    edge: str = ""  # stroke colour, empty for none
    edge_dash: str = ""
    name: str = ""
    is_hatched: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """A filled outline."""

    kind: ClassVar[str] = "shape"
    d: str
    css_class: str = "ink-mark"
    colour: str = INK


@dataclass(frozen=True, slots=True)
class Spot:
    """A round mark: filled for own words, hollow for others' accounts."""

    kind: ClassVar[str] = "spot"
    x: float
    y: float
    radius: float = 5
    css_class: str = "party-mark"
    colour: str = INK
    is_hollow: bool = False
    dash: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Marks that lead somewhere; ``href`` is an address of the site, ``target`` half of the pointer's room."""

    kind: ClassVar[str] = "link"
    href: str
    title: str
    marks: tuple[Mark, ...]
    x: float
    y: float
    target: float = 12


@dataclass(frozen=True, slots=True)
class Panel:
    """A smaller chart set into the figure; ``template`` draws ``chart``."""

    kind: ClassVar[str] = "panel"
    x: float
    y: float
    template: str
    chart: object


Mark = Word | Stroke | Block | Shape | Spot | Link | Panel


@dataclass(frozen=True, slots=True)
class Figure:
    """A whole figure; ``lines`` is its content in words, one sentence each."""

    width: float
    height: float
    marks: tuple[Mark, ...]
    lines: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)  # data- attributes: what the axis spans

    @property
    def lines_shown(self) -> tuple[str, ...]:
        return self.lines[:24]

    @property
    def lines_left_out(self) -> int:
        return max(0, len(self.lines) - 24)


def fit_text(text: str, size: float, width: float) -> str:
    """The text on one line, cut with an ellipsis where it would be wider than ``width`` pixels."""
    flat = " ".join(text.split())
    if measure_text(flat, size) <= width:
        return flat
    kept = flat[: max(1, int(width / (size * 0.5)))]
    while len(kept) > 1 and measure_text(kept + "…", size) > width:
        kept = kept[:-1]
    return kept.rstrip(" ,;:.–") + "…"


def wrap_text(text: str, size: float, width: float, lines: int) -> list[str]:
    """The text on at most ``lines`` lines, broken at words; the last is cut where there is more."""
    words, found = text.split(), [""]
    for place, word in enumerate(words):
        tried = f"{found[-1]} {word}".strip()
        if measure_text(tried, size) <= width or not found[-1]:
            found[-1] = tried
        elif len(found) == lines:
            found[-1] = f"{found[-1]} {' '.join(words[place:])}"
            break
        else:
            found.append(word)
    return [fit_text(line, size, width) for line in found]


def party_word(x: float, y: float, text: str, ink: PartyInk | None, size: float = 13) -> Word:
    """A party's name in its colour; plain ink without one."""
    if ink is None:
        return Word(x, y, text, size, is_bold=True)
    return Word(x, y, text, size, css_class=f"party-text {ink.css_class}", fill=ink.colour, is_bold=True)


def head_figure(title: str, facts: str, width: float = WIDTH) -> tuple[list[Mark], float]:
    """The title and what it is of, at the top of a file; and the y below them."""
    marks: list[Mark] = [Word(MARGIN, 34, fit_text(title, 19, width - 2 * MARGIN), 19, is_bold=True)]
    marks.append(Word(MARGIN, 56, fit_text(facts, 13, width - 2 * MARGIN), 13, css_class="muted", fill=MUTED))
    return marks, 76.0


def foot_figure(y: float, notes: Sequence[str], marking: str, width: float = WIDTH) -> tuple[list[Mark], float]:
    """Notes under a figure and the marking it must carry, at its lower right; and its height."""
    marks: list[Mark] = []
    for note in notes:
        for line in wrap_text(note, 12, width - 2 * MARGIN, 3):
            y += 17
            marks.append(Word(MARGIN, round(y, 1), line, 12, css_class="muted", fill=MUTED))
    y += 24
    marks.append(Word(width - MARGIN, round(y, 1), marking, 11, "end", "muted", MUTED))
    return marks, round(y + 12, 1)
