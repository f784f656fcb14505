"""Geometry of a party's small charts: one an issue, all with the same days and the same scale, so that they compare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext

from positions.analysis.types import Point, Position, Segment, Series
from positions.web.chart_axis import DayScale, RoundLike, Tick, choose_days, place_ticks
from positions.web.charts import STATE_GLYPHS, say_point, say_series
from positions.web.palette import PartyInk
from positions.web.thinning import thin_series
from positions.web.words import clip_text, sign_stance

WIDTH, HEIGHT = 350.0, 150.0
LEFT, RIGHT, TOP, BOTTOM = 26.0, 84.0, 18.0, 24.0
STEP = (HEIGHT - TOP - BOTTOM) / 4
MARKS_MOST = 60
NAMED = 2


@dataclass(frozen=True, slots=True)
class SmallDot:
    """One coding: where, how it is drawn and the statement it leads to."""

    statement: str
    x: float
    y: float
    shape: str
    glyph: str
    is_hollow: bool
    has_ring: bool
    is_faint: bool
    title: str

    @property
    def diamond(self) -> str:
        """Corner points of a red line's diamond."""
        return f"{self.x},{self.y - 5} {self.x + 5},{self.y} {self.x},{self.y + 5} {self.x - 5},{self.y}"


@dataclass(frozen=True, slots=True)
class StandingLabel:
    """Who else stands at a level now, at the right edge."""

    y: float
    names: tuple[tuple[str, str], ...]
    words: str


@dataclass(frozen=True, slots=True)
class SmallChart:
    """One issue's line and dots for one party. Texts are for the template; nothing is slanted."""

    ink: PartyInk
    bands: tuple[tuple[float, float, str], ...]
    levels: tuple[tuple[float, str], ...]
    ticks: tuple[Tick, ...]
    solid: str
    dotted: str
    bars: tuple[tuple[float, float, float], ...]
    dots: tuple[SmallDot, ...]
    labels: tuple[StandingLabel, ...]
    thinned: int
    words: str

    width = WIDTH
    height = HEIGHT
    left = LEFT
    right = WIDTH - RIGHT
    bottom = HEIGHT - BOTTOM


def y_of(stance: int) -> float:
    """Pixels from the top for a stance."""
    return round(TOP + (2 - stance) * STEP, 1)


def shared_days(series: Sequence[Series], rounds: Sequence[RoundLike], until: date | None) -> tuple[date, date]:
    """The first and last day that all the charts of a page share."""
    days = [day for s in series for p in s.points for day in (p.earliest, p.latest)]
    return choose_days(days, rounds, until)


def draw_small(
    series: Series,
    ink: PartyInk,
    days: tuple[date, date],
    rounds: Sequence[RoundLike],
    others: Sequence[tuple[PartyInk, Position]],
    quotes: Mapping[str, str] | None = None,
) -> SmallChart:
    """The chart of one party on one issue over ``days``; ``others`` are the other parties' present positions."""
    scale = DayScale(*days, LEFT, WIDTH - RIGHT)
    fewer = thin_series([series], MARKS_MOST)
    return SmallChart(
        ink=ink,
        bands=tuple(_bands(rounds, scale)),
        levels=tuple((y_of(stance), sign_stance(stance)) for stance in range(2, -3, -1)),
        ticks=place_ticks(scale, 64),
        solid=" ".join(_trace(series.segments, scale, confirmed=True)),
        dotted=" ".join(_trace(series.segments, scale, confirmed=False)),
        bars=tuple((scale.at(s.start), y_of(s.high), y_of(s.low)) for s in series.segments if s.stance is None),
        dots=tuple(_dots(fewer.series[0], ink, scale, quotes or {})),
        labels=tuple(_labels(others)),
        thinned=fewer.all - fewer.drawn,
        words=say_series(series, ink.name),
    )


def _bands(rounds: Sequence[RoundLike], scale: DayScale) -> Iterator[tuple[float, float, str]]:
    for entry in rounds:
        first = entry.starts_on or entry.ends_on
        last = entry.ends_on or entry.starts_on
        if first is None or last is None or last < scale.first or first > scale.last:
            continue
        left, right = scale.at(first, 0), scale.at(last, 1)
        yield (
            left,
            max(2.0, round(right - left, 1)),
            gettext("Round {number}: {title}").format(number=entry.number, title=clip_text(entry.title, 80)),
        )


def _trace(segments: Sequence[Segment], scale: DayScale, *, confirmed: bool) -> Iterator[str]:
    before: Segment | None = None
    for segment in segments:
        start = scale.at(segment.start)
        heard = scale.at(max(segment.last_evidence_on, segment.start))
        end = scale.right if segment.end is None else scale.at(segment.end)
        left, right = (start, min(heard, end)) if confirmed else (heard, end)
        for level in dict.fromkeys((segment.low, segment.high) if segment.stance is None else (segment.stance,)):
            if right > left:
                yield f"M{left} {y_of(level)}H{right}"
        if confirmed and before is not None and before.stance is not None and segment.stance is not None:
            yield f"M{start} {y_of(before.stance)}V{y_of(segment.stance)}"
        before = segment


def _dots(series: Series, ink: PartyInk, scale: DayScale, quotes: Mapping[str, str]) -> Iterator[SmallDot]:
    for p in series.points:
        yield SmallDot(
            statement=p.statement,
            x=scale.at(p.latest),
            y=y_of(p.stance) if p.stance is not None else HEIGHT - BOTTOM + 1,
            shape=_shape(p),
            glyph=STATE_GLYPHS.get(p.state, ""),
            is_hollow=p.footing != "own",
            has_ring=p.conditional,
            is_faint=p.set_aside is not None,
            title=say_point(p, ink.name, quotes.get(p.statement, "")),
        )


def _shape(p: Point) -> str:
    return "glyph" if p.stance is None else "diamond" if p.red_line else "circle"


def _labels(others: Sequence[tuple[PartyInk, Position]]) -> Iterator[StandingLabel]:
    """Short names of at most :data:`NAMED` others a level; the rest is counted."""
    standing: dict[int, list[PartyInk]] = {}
    for ink, position in others:
        if position.stance is not None:
            standing.setdefault(position.stance, []).append(ink)
    for stance, inks in sorted(standing.items()):
        shown = [(ink.css_class, clip_text(ink.short, 8)) for ink in inks[:NAMED]]
        if len(inks) > NAMED:
            shown.append(("pr", f"+{len(inks) - NAMED}"))
        yield StandingLabel(y_of(stance), tuple(shown), ", ".join(ink.name for ink in inks))


@dataclass(frozen=True, slots=True)
class PairLine:
    """One of two parties on a chart they share."""

    ink: PartyInk
    solid: str
    dotted: str
    dots: tuple[SmallDot, ...]


@dataclass(frozen=True, slots=True)
class GapStretch:
    """Days on which two parties stood so many steps apart; ``steps`` is null while either has no single stance."""

    start: date
    end: date | None
    steps: int | None
    x: float = 0.0
    width: float = 0.0


@dataclass(frozen=True, slots=True)
class PairChart:
    """Two parties on one issue, with a strip below that says how far apart they stood."""

    bands: tuple[tuple[float, float, str], ...]
    levels: tuple[tuple[float, str], ...]
    ticks: tuple[Tick, ...]
    lines: tuple[PairLine, ...]
    gaps: tuple[GapStretch, ...]
    thinned: int
    words: str

    width = WIDTH
    height = HEIGHT + 18
    left = LEFT
    right = WIDTH - RIGHT
    bottom = HEIGHT - BOTTOM
    strip_y = HEIGHT - 2

    @property
    def drawn(self) -> int:
        return sum(len(line.dots) for line in self.lines)


def gap_stretches(a: Series | None, b: Series | None) -> list[GapStretch]:
    """How far apart two lines are, from the first day on which both have a position."""
    if a is None or b is None or not a.segments or not b.segments:
        return []
    days = sorted({s.start for s in (*a.segments, *b.segments)})
    first = max(a.segments[0].start, b.segments[0].start)
    found: list[GapStretch] = []
    for day in (day for day in days if day >= first):
        theirs, ours = _stance_on(a, day), _stance_on(b, day)
        steps = None if theirs is None or ours is None else abs(theirs - ours)
        if found and found[-1].steps == steps:
            continue
        if found:
            found[-1] = GapStretch(found[-1].start, day, found[-1].steps)
        found.append(GapStretch(day, None, steps))
    return found


def _stance_on(series: Series, day: date) -> int | None:
    holding = [s for s in series.segments if s.start <= day and (s.end is None or day < s.end)]
    return holding[0].stance if holding else None


def draw_pair(
    series: Sequence[Series | None], inks: Sequence[PartyInk], days: tuple[date, date], rounds: Sequence[RoundLike]
) -> PairChart:
    """The chart of two parties on one issue over ``days``; a null series is a party not heard on it."""
    scale = DayScale(*days, LEFT, WIDTH - RIGHT)
    lines, thinned = [], 0
    for one, ink in zip(series, inks, strict=True):
        if one is not None:
            fewer = thin_series([one], MARKS_MOST)
            thinned += fewer.all - fewer.drawn
            lines.append(
                PairLine(
                    ink,
                    " ".join(_trace(one.segments, scale, confirmed=True)),
                    " ".join(_trace(one.segments, scale, confirmed=False)),
                    tuple(_dots(fewer.series[0], ink, scale, {})),
                )
            )
    gaps = []
    for stretch in gap_stretches(*series):
        left = scale.at(stretch.start)
        right = scale.right if stretch.end is None else scale.at(stretch.end)
        gaps.append(GapStretch(stretch.start, stretch.end, stretch.steps, left, round(max(2.0, right - left), 1)))
    return PairChart(
        bands=tuple(_bands(rounds, scale)),
        levels=tuple((y_of(stance), sign_stance(stance)) for stance in range(2, -3, -1)),
        ticks=place_ticks(scale, 64),
        lines=tuple(lines),
        gaps=tuple(gaps),
        thinned=thinned,
        words=" ".join(say_series(one, ink.name) for one, ink in zip(series, inks, strict=True) if one is not None),
    )
