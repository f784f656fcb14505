"""A timeline told without its picture: each party's line as a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from positions.analysis.types import Position, Series, Shift
from positions.web.words import FOOTING_WORDS, count_of, say_day_short, sign_position


def summarise_line(s: Series, stands: Position | None, moves: Sequence[Shift]) -> str:
    """Where a party stands and how it came there: ``unchanged at +2 since 17 Dec 2021, 8 statements``.

    ``s`` holds all its dots, ``moves`` its shifts of stance in order of time.
    """
    counted = count_of(len({p.statement for p in s.points}), "statement")
    if stands is None:
        return f"no stance found, {counted}"
    place = sign_position(stands.stance, stands.low, stands.high)
    place = f"mixed signals, {place}," if stands.stance is None else place
    before = moves[-1].before if moves else None
    told = "" if stands.footing == "own" else f", {FOOTING_WORDS[stands.footing]}"
    extras = told + ", under an open condition" * stands.conditional + ", a red line" * stands.red_line
    since = say_day_short(stands.since)
    if before is not None:
        start = sign_position(before.stance, before.low, before.high)
        return f"at {place} since {since}, {start} before{extras}, {counted}"
    if stands.since == stands.last_evidence_on:
        return f"at {place} on {since}, nothing newer found{extras}, {counted}"
    return f"unchanged at {place} since {since}{extras}, {counted}"
