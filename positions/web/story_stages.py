"""The stages of a negotiation: its rounds and the time between them, with what falls in each.

A document falls where its day of publication does. A shift falls at the round its evidence names, else
where its day does. No markup, no database.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext

from positions.analysis.types import Shift
from positions.models import Source
from positions.web.record import RoundRow


@dataclass(frozen=True, slots=True)
class Stage:
    """A round (``row``) or the time between two, and what falls in it, each in order of days."""

    row: RoundRow | None
    name: str
    shifts: list[Shift] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)


def cut_stages(held: Sequence[RoundRow], sources: Sequence[Source], shifts: Sequence[Shift]) -> list[Stage]:
    """The stages in order of time: every round, and of the times between them those in which something falls.

    Rounds without a date stand after the others. Sources must have a day; sources and shifts keep their order.
    """
    dated = sorted((row for row in held if _starts(row)), key=lambda row: (_starts(row), row.round.number))
    undated = [row for row in held if not _starts(row)]
    numbers = [row.round.number for row in dated]
    between = [Stage(None, _name_between(numbers, place)) for place in range(len(dated) + 1)]
    at = {row.round.number: Stage(row, _name_round(row)) for row in (*dated, *undated)}
    days = _Calendar(dated)
    for shift in shifts:
        _find(shift, days, at, between).shifts.append(shift)
    for source in sources:
        if source.published_latest is not None:
            number, place = days.look_up(source.published_latest)
            (between[place] if number is None else at[number]).sources.append(source)
    stages = [between[0]]
    for place, number in enumerate(numbers, 1):
        stages += [at[number], between[place]]
    stages += [at[row.round.number] for row in undated]
    return [stage for stage in stages if stage.row is not None or stage.shifts or stage.sources]


def _find(shift: Shift, days: _Calendar, at: dict[int, Stage], between: Sequence[Stage]) -> Stage:
    number, place = days.look_up(shift.on)
    named = [other for other in shift.after.occasion.rounds if other in at]
    if named and number not in named:
        number = named[0]
    return between[place] if number is None else at[number]


class _Calendar:
    """Which round a day falls in, and after how many rounds have begun."""

    def __init__(self, dated: Sequence[RoundRow]) -> None:
        self.dated = dated
        self.starts = [_starts(row) or date.min for row in dated]
        self.found: dict[date, tuple[int | None, int]] = {}

    def look_up(self, day: date) -> tuple[int | None, int]:
        """The number of the round that began last of those that hold the day (null: none), and how many began."""
        if day not in self.found:
            begun = bisect_right(self.starts, day)
            holding = (row.round for row in reversed(self.dated[:begun]) if last_day(row) >= day)
            entry = next(holding, None)
            self.found[day] = (None if entry is None else entry.number, begun)
        return self.found[day]


def _starts(row: RoundRow) -> date | None:
    return row.round.starts_on or row.round.ends_on


def last_day(row: RoundRow) -> date:
    """A dated round's last day: its first where no other is known."""
    return row.round.ends_on or row.round.starts_on or date.min


def _name_round(row: RoundRow) -> str:
    return gettext("Round {number}").format(number=row.round.number)


def _name_between(numbers: Sequence[int], place: int) -> str:
    if not numbers:
        return gettext("Outside any round")
    if place == 0:
        return gettext("Before round {number}").format(number=numbers[0])
    if place == len(numbers):
        return gettext("After round {number}").format(number=numbers[-1])
    return gettext("Between round {first} and round {second}").format(first=numbers[place - 1], second=numbers[place])
