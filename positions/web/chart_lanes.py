"""The vertical axis of a chart: five levels, and lanes that keep parties and dots apart on each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from positions.web.words import STANCE_WORDS, sign_stance

LEVELS = (2, 1, 0, -1, -2)
DOT_GAP = 11.0  # dots nearer than this are stacked
STACK_STEP = 8.0
STACK_MOST = 4


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One level of the scale as a horizontal band."""

    level: int
    top: float
    height: float

    @property
    def middle(self) -> float:
        return round(self.top + self.height / 2, 1)

    @property
    def sign(self) -> str:
        return sign_stance(self.level)

    @property
    def words(self) -> str:
        return str(STANCE_WORDS[self.level])


@dataclass(frozen=True, slots=True)
class Lanes:
    """Where each party runs on each level: ``at[party, level]`` is the y of its lane."""

    rows: tuple[LevelRow, ...]
    at: Mapping[tuple[str, int], float]
    bottom: float

    def middle(self, level: int) -> float:
        return next(row.middle for row in self.rows if row.level == level)


def stack_dots(xs: Sequence[float]) -> list[int]:
    """For dots in drawing order the place of each in its stack: 0 on the line, then 1, 2 … where they would overlap."""
    places: list[int] = []
    buckets: dict[int, list[tuple[float, int]]] = {}
    for x in xs:
        bucket = int(x // DOT_GAP)
        near = {
            place
            for b in (bucket - 1, bucket, bucket + 1)
            for other, place in buckets.get(b, ())
            if abs(other - x) < DOT_GAP
        }
        free = next((place for place in range(STACK_MOST) if place not in near), None)
        if free is not None:
            buckets.setdefault(bucket, []).append((x, free))
        places.append(STACK_MOST - 1 if free is None else free)
    return places


def shift_of(place: int) -> float:
    """Pixels from the lane's line for a place in a stack: alternately below and above."""
    return 0.0 if place == 0 else STACK_STEP * ((place + 1) // 2) * (1 if place % 2 else -1)


def lay_lanes(
    occupants: Iterable[tuple[str, int, int]],
    *,
    top: float,
    empty_height: float,
    used_height: float,
    most_height: float,
) -> Lanes:
    """Rows and lanes for ``(party, level, deepest stack place)`` triples in drawing order.

    A level nobody occupies is narrow; a used one grows with its lanes up to ``most_height``, and
    beyond that its lanes close up.
    """
    by_level: dict[int, list[tuple[str, float]]] = {level: [] for level in LEVELS}
    for party, level, deepest in occupants:
        by_level[level].append((party, 17.0 + STACK_STEP * deepest))
    rows: list[LevelRow] = []
    at: dict[tuple[str, int], float] = {}
    y = top
    for level in LEVELS:
        lanes = by_level[level]
        needed = sum(thickness for _, thickness in lanes)
        height = min(max(needed + 18, used_height), most_height) if lanes else empty_height
        squeeze = min(1.0, (height - 14) / needed) if needed else 1.0
        cursor = y + height / 2 - needed * squeeze / 2
        for party, thickness in lanes:
            at[party, level] = round(cursor + thickness * squeeze / 2, 1)
            cursor += thickness * squeeze
        rows.append(LevelRow(level, round(y, 1), round(height, 1)))
        y += height
    return Lanes(tuple(rows), at, round(y, 1))


def spread_labels(wanted: Sequence[float], *, gap: float, top: float, bottom: float) -> list[float]:
    """Positions as near as possible to the wanted ones, at least ``gap`` apart, in the order of the wanted ones.

    Pools neighbours that push each other (isotonic regression), then holds the ends.
    """
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    pools: list[list[float]] = []  # [sum of shifted wishes, members]
    for rank, index in enumerate(order):
        pools.append([wanted[index] - rank * gap, 1])
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] > pools[-1][0] / pools[-1][1]:
            total, members = pools.pop()
            pools[-1][0] += total
            pools[-1][1] += members
    flat = [pool[0] / pool[1] for pool in pools for _ in range(int(pool[1]))]
    highest = bottom - (len(wanted) - 1) * gap
    placed = [0.0] * len(wanted)
    for rank, index in enumerate(order):
        placed[index] = round(max(top, min(flat[rank], highest)) + rank * gap, 1)
    return placed
