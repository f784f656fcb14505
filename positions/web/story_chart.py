"""Geometry of the story of a negotiation: rounds, documents and shifts on one scale of days.

Drawn by templates/charts/story_chart.svg. No markup, no database.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from positions.web.chart_axis import Band, DayScale, RoundLike, Tick, choose_days, place_bands, place_ticks

MARKS_MOST = 2000
STACK_MOST = 8
MARK_GAP = 12.0  # marks nearer than this on a lane are stacked
MARK_REACH = 5.0
NEAR_DAYS = 60  # what lies farther from rounds and shifts than their span, or this, is left off the scale


@dataclass(frozen=True, slots=True)
class StorySize:
    """The room a story has, in pixels; where ``is_narrow`` the lanes' names stand above them."""

    width: float
    left: float
    right: float
    label_length: int
    label_rows: int
    is_narrow: bool = False


STORY_WIDE = StorySize(1080, 168, 14, label_length=18, label_rows=4)
STORY_NARROW = StorySize(372, 8, 8, label_length=0, label_rows=1, is_narrow=True)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something on a day: ``shape`` is ``document``, ``up``, ``down``, ``mixed`` or ``resolved``; ``href`` a path."""

    on: date
    shape: str
    href: str
    title: str
    is_reversal: bool = False
    is_hollow: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """Happenings of one kind of source or one party, in order of days; ``css_class`` and ``colour`` are its ink."""

    name: str
    full: str
    css_class: str
    colour: str
    happenings: Sequence[Happening]
    is_documents: bool = False


@dataclass(frozen=True, slots=True)
class StoryMark:
    """A happening in its place."""

    x: float
    y: float
    happening: Happening

    @property
    def outline(self) -> str:
        """Path data of the mark's shape."""
        reach, x, y = MARK_REACH, self.x, self.y
        if self.happening.shape == "document":
            return f"M{x - 3.5:.1f} {y - reach:.1f}h7v{2 * reach:.1f}h-7z"
        if self.happening.shape in ("mixed", "resolved"):
            side = reach + 1
            return f"M{x:.1f} {y - side:.1f}l{side} {side}l-{side} {side}l-{side} -{side}z"
        way = 1 if self.happening.shape == "up" else -1
        return f"M{x:.1f} {y - way * reach:.1f}l{reach + 0.5} {way * 2 * reach:.1f}h-{2 * reach + 1}z"

    @property
    def bar(self) -> str:
        """Path data of the stroke that marks a reversal, at the tip of its triangle; empty without one."""
        if not self.happening.is_reversal:
            return ""
        y = self.y - MARK_REACH - 2 if self.happening.shape == "up" else self.y + MARK_REACH + 2
        return f"M{self.x - 5:.1f} {y:.1f}h10"

    @property
    def fill_class(self) -> str:
        return "hollow" if self.happening.is_hollow or self.happening.shape == "resolved" else "solid"


@dataclass(frozen=True, slots=True)
class PlacedLane:
    """A lane with its line, its name's place and its marks."""

    lane: Lane
    label_x: float
    label_y: float
    line_y: float
    marks: tuple[StoryMark, ...]


@dataclass(frozen=True, slots=True)
class StoryChart:
    """The whole chart; ``left_out`` marks found no room, ``off_scale`` documents lie too far from everything else."""

    size: StorySize
    height: float
    plot_top: float
    plot_bottom: float
    held: tuple[Band, ...]
    planned: tuple[Band, ...]
    ticks: tuple[Tick, ...]
    lanes: tuple[PlacedLane, ...]
    first: date
    last: date
    left_out: int
    off_scale: int
    summary: str = ""

    @property
    def plot_right(self) -> float:
        return self.size.width - self.size.right

    @property
    def plot_height(self) -> float:
        return round(self.plot_bottom - self.plot_top, 1)

    @property
    def shapes(self) -> frozenset[str]:
        """The shapes on the chart, for a legend that names no others."""
        marks = [mark.happening for placed in self.lanes for mark in placed.marks]
        found = {happening.shape for happening in marks}
        found |= {"reversal" for happening in marks if happening.is_reversal}
        return frozenset(found | {"hollow" for happening in marks if happening.is_hollow})

    @property
    def is_empty(self) -> bool:
        return not (self.lanes or self.held or self.planned)

    @property
    def mark_count(self) -> int:
        return sum(len(placed.marks) for placed in self.lanes)


def draw_story(
    lanes: Sequence[Lane],
    held: Sequence[RoundLike],
    planned: Sequence[RoundLike],
    *,
    size: StorySize = STORY_WIDE,
    until: date | None = None,
    marks_most: int = MARKS_MOST,
    summary: str = "",
) -> StoryChart:
    """Lay out the story. ``until`` is an ``as_of`` asked for; ``marks_most`` are drawn at most."""
    rounds = [entry for entry in (*held, *planned) if entry.starts_on or entry.ends_on]
    days = _days_shown(lanes, held, planned)
    first, last = choose_days(days, rounds, until)
    scale = DayScale(first, last, size.left, size.width - size.right)
    bands, top = place_bands(rounds, scale, label_length=size.label_length, rows=size.label_rows)
    on_scale = [[h for h in lane.happenings if first <= h.on <= last] for lane in lanes]
    thinned = _thin([len(found) for found in on_scale], marks_most)
    placed: list[PlacedLane] = []
    y = top + 6
    for lane, found, share in zip(lanes, on_scale, thinned, strict=True):
        if found:
            lane_placed, y = _place_lane(lane, _pick_evenly(found, share), scale, size, y)
            placed.append(lane_placed)
    bottom = round(y + 8, 1)
    expected = {entry.number for entry in planned}
    return StoryChart(
        size=size, height=bottom + 42, plot_top=top, plot_bottom=bottom,
        held=tuple(band for band in bands if band.number not in expected),
        planned=tuple(band for band in bands if band.number in expected),
        ticks=place_ticks(scale, 46 if size.is_narrow else 58), lanes=tuple(placed), first=first, last=last,
        left_out=sum(map(len, on_scale)) - sum(len(each.marks) for each in placed),
        off_scale=sum(len(lane.happenings) for lane in lanes) - sum(map(len, on_scale)),
        summary=summary,
    )  # fmt: skip


def _days_shown(lanes: Sequence[Lane], held: Sequence[RoundLike], planned: Sequence[RoundLike]) -> list[date]:
    """Days of shifts and rounds held, and of what lies not far from them; all documents where there is no other."""
    core = [happening.on for lane in lanes if not lane.is_documents for happening in lane.happenings]
    core += _days_of(held)
    documents = [happening.on for lane in lanes if lane.is_documents for happening in lane.happenings]
    if not core:
        return documents
    first, last = min(core), max(core)
    reach = max((last - first).days, NEAR_DAYS)
    from_day, to_day = first.toordinal() - reach, last.toordinal() + reach
    return core + [day for day in (*documents, *_days_of(planned)) if from_day <= day.toordinal() <= to_day]


def _days_of(rounds: Sequence[RoundLike]) -> list[date]:
    return [day for entry in rounds for day in (entry.starts_on, entry.ends_on) if day is not None]


def _thin(counts: Sequence[int], most: int) -> list[int]:
    """How many marks each lane keeps, in proportion and at least one, where there are more than ``most`` in all."""
    total = sum(counts)
    if total <= most:
        return list(counts)
    room = max(0, most - sum(1 for count in counts if count))
    return [min(count, 1 + count * room // total) if count else 0 for count in counts]


def _pick_evenly(found: Sequence[Happening], share: int) -> list[Happening]:
    return [found[place * len(found) // share] for place in range(share)]


def _place_lane(
    lane: Lane, found: Iterable[Happening], scale: DayScale, size: StorySize, top: float
) -> tuple[PlacedLane, float]:
    """The lane from ``top`` down, its marks stacked upwards from its line, and where the next begins."""
    free_from = [float("-inf")] * STACK_MOST
    spots: list[tuple[float, int, Happening]] = []
    for happening in sorted(found, key=lambda h: h.on):
        x = scale.at(happening.on)
        place = next((place for place, free in enumerate(free_from) if x >= free), None)
        if place is not None:
            free_from[place] = x + MARK_GAP
            spots.append((x, place, happening))
    step = 14.0
    deepest = max((place for _, place, _ in spots), default=0)
    head = 18.0 if size.is_narrow else 0.0
    line_y = round(top + head + step * (deepest + 1) + 6, 1)
    marks = tuple(StoryMark(x, round(line_y - 8 - step * place, 1), happening) for x, place, happening in spots)
    label_x, label_y = (size.left, round(top + 13, 1)) if size.is_narrow else (size.left - 12, round(line_y - 8, 1))
    return PlacedLane(lane, label_x, label_y, line_y, marks), line_y + 5


def group_by_lane(keys: Iterable[tuple[str, Happening]]) -> Mapping[str, list[Happening]]:
    """Happenings by the key of their lane, each in order of days."""
    lanes: dict[str, list[Happening]] = {}
    for key, happening in keys:
        lanes.setdefault(key, []).append(happening)
    for found in lanes.values():
        found.sort(key=lambda happening: happening.on)
    return lanes
