"""The facts the method reads and the answers it gives, all immutable.

Ids are opaque strings, parties and issues are slugs, rounds are numbers. Days are
:class:`datetime.date`, instants are timezone-aware :class:`datetime.datetime`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

# ---------------------------------------------------------------- what goes in


@dataclass(frozen=True, slots=True)
class StatusEntry:
    """One dated entry of a condition's series: from day ``on`` it has ``status``."""

    status: str
    on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of one coding, its entries in the order in which they are listed."""

    entries: tuple[StatusEntry, ...] = ()


class Reading(NamedTuple):
    """One coder's reading of one passage for one party on one issue, with its statement's facts.

    A tuple rather than a dataclass: a matrix reads a hundred thousand of them.

    ``recorded_at`` is the instant of publication (null before), ``retired_at`` the instant of
    correction or withdrawal (null while in force). ``earliest`` and ``latest`` bound the day the
    statement was made. ``round`` is null outside rounds.
    """

    coding: str
    statement: str
    source: str
    party: str
    issue: str
    asserted_by: str
    directness: str
    state: str
    stance: int | None
    move: str
    red_line: bool
    status: str
    recorded_at: datetime | None
    retired_at: datetime | None
    earliest: date
    latest: date
    round: int | None
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class RoundSpan:
    """A round as it stands now; ``parties`` are those its delegations name (empty: not recorded)."""

    number: int
    status: str
    starts_on: date | None
    ends_on: date | None
    parties: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class History:
    """All a derivation may look at: the readings one reader may see, copy chains and rounds.

    ``parents`` maps a source to the source it derives from; sources that derive from nothing
    are left out.
    """

    readings: tuple[Reading, ...]
    parents: Mapping[str, str]
    rounds: tuple[RoundSpan, ...]


# ---------------------------------------------------------------- what comes out


@dataclass(frozen=True, slots=True)
class Occasion:
    """A day with evidence, and the numbers of the rounds that evidence names, ascending."""

    on: date
    rounds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ConditionCounts:
    """How many conditions stand at each status."""

    open: int = 0
    met: int = 0
    failed: int = 0
    withdrawn: int = 0


@dataclass(frozen=True, slots=True)
class Position:
    """A party's stance on an issue as of a date, known at an instant (method, section 4)."""

    party: str
    issue: str
    stance: int | None
    low: int
    high: int
    state: str
    footing: str
    red_line: bool
    conditional: bool
    conditions: ConditionCounts
    occasion: Occasion
    since: date
    last_evidence_on: date
    last_heard_on: date
    evidence_count: int
    evidence_total: int
    source_count: int
    other_evidence: int
    rounds_silent: int
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """What a matrix shows of a position."""

    party: str
    issue: str
    stance: int | None
    low: int
    high: int
    state: str
    footing: str
    red_line: bool
    conditional: bool
    evidence_count: int
    evidence_total: int
    last_evidence_on: date
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """One admitted coding on the timeline; ``set_aside`` is null, ``copy`` or ``footing``.

    ``conditional`` says whether one of its conditions is open as of the point's own day.
    """

    party: str
    statement: str
    coding: str
    earliest: date
    latest: date
    round: int | None
    stance: int | None
    state: str
    move: str
    red_line: bool
    conditional: bool
    footing: str
    set_aside: str | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of days with one position; ``end`` is the first day of the next, null for the last."""

    start: date
    end: date | None
    stance: int | None
    low: int
    high: int
    state: str
    footing: str
    last_evidence_on: date


@dataclass(frozen=True, slots=True)
class Series:
    """A party's line and dots on one issue."""

    party: str
    points: tuple[Point, ...]
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a shift: what a deciding occasion amounts to, and its statements after copies."""

    stance: int | None
    low: int
    high: int
    state: str
    occasion: Occasion
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """Distance in steps between mover and another party, before and after; null where theirs is mixed."""

    party: str
    before: int | None
    after: int | None
    effect: str | None
    same_side: bool | None


@dataclass(frozen=True, slots=True)
class Shift:
    """A change between two consecutive deciding occasions on one footing (method, section 6).

    ``gaps`` is null where the issue has more parties than are compared without being named.
    """

    party: str
    issue: str
    on: date
    footing: str
    kind: str
    steps: int | None
    within_range: bool
    condition: str | None
    red_line: str | None
    before: Side | None
    after: Side
    gaps: tuple[Gap, ...] | None


@dataclass(frozen=True, slots=True)
class Concession:
    """A row of the ledger: ``party`` came closer to ``other`` on a day (method, section 6)."""

    party: str
    other: str
    issue: str
    on: date
    steps: int
    footing: str
    gap_before: int
    gap_after: int
    answered: bool | None
    moved_first: bool
    statements_before: tuple[str, ...]
    statements_after: tuple[str, ...]
