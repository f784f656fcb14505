"""Fewer dots where there are too many to tell apart: which stay, and how many of how many are drawn.

The lines are drawn from all the evidence whatever happens to the dots. What stays: a party's first and
last dot, one at every turn of its line, every red line, and of the rest as many as fit, evenly spread.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from positions.analysis.types import Point, Series
from positions.web.figure import MARKS_MOST


@dataclass(frozen=True, slots=True)
class Thinned:
    """The series with the dots that are drawn, and how many those are of how many."""

    series: tuple[Series, ...]
    drawn: int
    all: int

    @property
    def is_thinned(self) -> bool:
        return self.drawn < self.all


def thin_series(series: Sequence[Series], most: int = MARKS_MOST) -> Thinned:
    """At most ``most`` dots over all series, unless more must stay; each party keeps its share of the room."""
    count = sum(len(s.points) for s in series)
    if count <= most:
        return Thinned(tuple(series), count, count)
    musts = [needed_dots(s) for s in series]
    room = max(0, most - sum(len(needed) for needed in musts))
    optional = sum(len(s.points) for s in series) - sum(len(needed) for needed in musts)
    kept = []
    for s, needed in zip(series, musts, strict=True):
        rest = [p for p in s.points if p.coding not in needed]
        chosen = needed | {p.coding for p in _spread(rest, room * len(rest) // max(1, optional))}
        kept.append(replace(s, points=tuple(p for p in s.points if p.coding in chosen)))
    return Thinned(tuple(kept), sum(len(s.points) for s in kept), count)


def say_thinned(fewer: Thinned) -> str:
    """How many dots are drawn of how many, and which; for a note under the chart."""
    return _("%(drawn)d of %(all)d dots are drawn: the first, the last, every turn, every red line, some between.") % {
        "drawn": fewer.drawn,
        "all": fewer.all,
    }


def needed_dots(s: Series) -> set[str]:
    """The codings whose dots a party's line cannot do without."""
    if not s.points:
        return set()
    ranked = sorted(s.points, key=lambda p: (p.latest, p.set_aside is not None, p.coding))
    needed = {ranked[0].coding, ranked[-1].coding} | {p.coding for p in ranked if p.red_line}
    deciding: dict[tuple[object, int | None], str] = {}
    for p in ranked:
        deciding.setdefault((p.latest, p.stance), p.coding)
    for segment in s.segments:
        for stance in {segment.stance, segment.low, segment.high}:
            turn = deciding.get((segment.start, stance))
            if turn is not None:
                needed.add(turn)
    return needed


def _spread(points: Sequence[Point], most: int) -> list[Point]:
    """``most`` of the points, evenly spread over their order in time."""
    ranked = sorted(points, key=lambda p: (p.latest, p.coding))
    if most >= len(ranked):
        return ranked
    return [ranked[(2 * place + 1) * len(ranked) // (2 * most)] for place in range(most)]
