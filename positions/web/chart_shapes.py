"""What a step chart is made of, in pixels: frozen dataclasses that the chart templates draw.

Laid out by ``positions.web.charts``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from positions.web.chart_axis import Band, Tick
from positions.web.chart_lanes import LevelRow
from positions.web.palette import PartyInk


@dataclass(frozen=True, slots=True)
class ChartSize:
    """The room a chart has, in pixels."""

    width: float
    left: float
    right: float
    label_length: int
    label_rows: int
    empty_height: float
    used_height: float
    is_narrow: bool = False


WIDE = ChartSize(1080, 132, 206, label_length=18, label_rows=4, empty_height=40, used_height=68)
NARROW = ChartSize(372, 34, 84, label_length=0, label_rows=1, empty_height=34, used_height=60, is_narrow=True)


@dataclass(frozen=True, slots=True)
class Dot:
    """One statement; ``shape`` is ``circle``, ``diamond`` (red line), ``square`` (inferred), ``glyph`` (no stance)."""

    statement: str
    x: float
    y: float
    shape: str
    footing: str
    glyph: str
    has_ring: bool
    is_faint: bool
    target: float
    title: str
    whisker_from: float | None

    @property
    def is_hollow(self) -> bool:
        """Whether the statement is not in the party's own words."""
        return self.footing != "own"

    @property
    def fill_class(self) -> str:
        return "hollow" if self.is_hollow else "solid"

    @property
    def whisker_length(self) -> float:
        return round(self.x - (self.whisker_from or self.x), 1)

    @property
    def outline(self) -> str:
        """The polygon of a diamond or square."""
        reach = 7.4 if self.shape == "diamond" else 5.2
        corners = (
            ((0, -reach), (reach, 0), (0, reach), (-reach, 0))
            if self.shape == "diamond"
            else ((-reach, -reach), (reach, -reach), (reach, reach), (-reach, reach))
        )
        return " ".join(f"{self.x + dx:.1f},{self.y + dy:.1f}" for dx, dy in corners)


@dataclass(frozen=True, slots=True)
class Bar:
    """Mixed signals on one occasion, from the lowest to the highest stance."""

    x: float
    top: float
    bottom: float
    title: str


@dataclass(frozen=True, slots=True)
class EndLabel:
    """A party's name at the right end of its line, with a leader where it had to move."""

    x: float
    y: float
    line_y: float
    line_x: float
    name: str
    note: str
    full: str

    @property
    def leader(self) -> str:
        """Path data from the line's end to the label; empty where the label stands beside it."""
        if abs(self.y - self.line_y) < 3:
            return ""
        return f"M{self.line_x + 1} {self.line_y}h3L{self.x - 4} {self.y}"


@dataclass(frozen=True, slots=True)
class ShiftMark:
    """▲ or ▼ beside a step; ``text`` is empty where words found no room."""

    x: float
    y: float
    glyph: str
    text: str
    anchor: str
    title: str


@dataclass(frozen=True, slots=True)
class PartyMarks:
    """Everything drawn for one party: path data for what is confirmed and what only holds, then marks."""

    ink: PartyInk
    solid: str
    dotted: str
    told_solid: str
    bars: tuple[Bar, ...]
    dots: tuple[Dot, ...]
    label: EndLabel | None
    shifts: tuple[ShiftMark, ...]
    is_crowd: bool


@dataclass(frozen=True, slots=True)
class LevelCount:
    """How many grey parties end on a level without being named."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class StepChart:
    """A whole chart; ``lines`` is its content in words, one sentence a party."""

    size: ChartSize
    height: float
    plot_top: float
    plot_bottom: float
    label_top: float
    rows: tuple[LevelRow, ...]
    state_y: float | None
    ticks: tuple[Tick, ...]
    bands: tuple[Band, ...]
    parties: tuple[PartyMarks, ...]
    counts: tuple[LevelCount, ...]
    first: date
    last: date
    lines: tuple[str, ...]
    notes: tuple[tuple[float, str], ...] = ()
    dots_in_all: int = 0  # before thinning

    @property
    def dots_drawn(self) -> int:
        return sum(len(marks.dots) for marks in self.parties)

    @property
    def is_thinned(self) -> bool:
        return self.dots_drawn < self.dots_in_all

    @property
    def plot_width(self) -> float:
        return self.size.width - self.size.left - self.size.right

    @property
    def plot_right(self) -> float:
        return self.size.width - self.size.right

    @property
    def band_height(self) -> float:
        return round(self.plot_bottom - self.label_top, 1)

    @property
    def uses(self) -> frozenset[str]:
        """The kinds of mark on the chart, for a legend that names no others."""
        dots = [dot for marks in self.parties for dot in marks.dots]
        kinds = {dot.footing for dot in dots if dot.shape != "glyph"}
        kinds |= {"ring" for dot in dots if dot.has_ring} | {"red_line" for dot in dots if dot.shape == "diamond"}
        kinds |= {"faint" for dot in dots if dot.is_faint} | {"span" for dot in dots if dot.whisker_from is not None}
        kinds |= {"mixed" for marks in self.parties if marks.bars} | {"shift" for marks in self.parties if marks.shifts}
        kinds |= {"solid" for marks in self.parties if marks.solid} | {
            "dotted" for marks in self.parties if marks.dotted
        }
        return frozenset(kinds | {"state" for dot in dots if dot.shape == "glyph"})

    @property
    def is_empty(self) -> bool:
        return not any(marks.dots for marks in self.parties)
