"""A timeline told without its picture: each party's line as a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext

from positions.analysis.types import Position, Series, Shift
from positions.models import Issue
from positions.web.words import FOOTING_WORDS, count_of, say_day_short, sign_position


def name_chart(issue: Issue) -> str:
    """The title of an issue's timeline."""
    return gettext("{issue}: who stands where, over time").format(issue=issue.title)


def summarise_line(s: Series, stands: Position | None, moves: Sequence[Shift]) -> str:
    """Where a party stands and how it came there: ``unchanged at +2 since 17 Dec 2021, 8 statements``.

    ``s`` holds all its dots, ``moves`` its shifts of stance in order of time.
    """
    counted = count_of(len({p.statement for p in s.points}), "statement")
    if stands is None:
        return gettext("no stance found, {statements}").format(statements=counted)
    place = sign_position(stands.stance, stands.low, stands.high)
    place = gettext("mixed signals, {range},").format(range=place) if stands.stance is None else place
    before = moves[-1].before if moves else None
    extras = [] if stands.footing == "own" else [str(FOOTING_WORDS[stands.footing])]
    extras += [gettext("under an open condition")] * stands.conditional + [gettext("a red line")] * stands.red_line
    since = say_day_short(stands.since)
    if before is not None:
        start = sign_position(before.stance, before.low, before.high)
        told = gettext("at {place} since {day}, {before} before").format(place=place, day=since, before=start)
    elif stands.since == stands.last_evidence_on:
        told = gettext("at {place} on {day}, nothing newer found").format(place=place, day=since)
    else:
        told = gettext("unchanged at {place} since {day}").format(place=place, day=since)
    return ", ".join([told, *extras, counted])
