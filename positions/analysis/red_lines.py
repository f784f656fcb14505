"""What became of a party's red lines: declared, repeated, softened, crossed, or no longer mentioned.

A red line is what the party says it will not go beyond. Not repeating it is no withdrawal, so a line
stands from its declaration until the party itself goes against it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from positions.analysis.evidence import DayOfEvidence, Track, follow_tracks
from positions.analysis.position import Weighed, held_spans, occasion_of, statements_of, weigh
from positions.analysis.timeline import deciding_days
from positions.analysis.types import History, Occasion

DECLARED, REPEATED, NOT_REPEATED, SOFTENED, CROSSED = "declared", "repeated", "not_repeated", "softened", "crossed"


@dataclass(frozen=True, slots=True)
class RedLineEntry:
    """One deciding occasion in the life of a red line.

    ``kind`` is ``declared`` (with it, where none stood), ``repeated`` (with it again), ``softened``
    (without it, nearer to neutral than the line), ``crossed`` (on the other side of the issue, or on
    both) or ``not_repeated`` (without it, and otherwise where the line is). ``stance`` is null when mixed.
    """

    on: date
    kind: str
    occasion: Occasion
    stance: int | None
    low: int
    high: int
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RedLine:
    """A party's red line on an issue, on one footing, with what became of it.

    ``status`` is the kind of its latest entry. ``rounds_silent`` counts the held rounds that name the
    party, begun after the line was last spoken and over by the date asked for.
    """

    party: str
    issue: str
    footing: str
    declared_on: date
    last_spoken_on: date
    stance: int | None
    status: str
    rounds_silent: int
    entries: tuple[RedLineEntry, ...]


@dataclass(slots=True)
class _Standing:
    """A line under way: where it was drawn, when it was last spoken, and its entries so far."""

    footing: str
    drawn: Weighed
    spoken_on: date
    entries: list[RedLineEntry] = field(default_factory=list)


def red_lines(history: History, as_of: date, known_at: datetime) -> list[RedLine]:
    """Every red line, sorted by party, issue and day of declaration.

    Entries are the deciding occasions from the declaration on, as in :func:`walk_shifts`: once better
    evidence decides, the line drawn on the lesser footing is followed no further. A crossed line ends;
    one declared after that is another.
    """
    tracks = follow_tracks(history, as_of, known_at)
    sessions = held_spans(history.rounds, as_of)
    return [line for pair in sorted(tracks) for line in lines_of(tracks[pair], sessions.get(tracks[pair].party, []))]


def lines_of(track: Track, sessions: list[date]) -> list[RedLine]:
    """The red lines of one track; ``sessions`` are the first days of held rounds that name the party."""
    finished: list[_Standing] = []
    standing: _Standing | None = None
    for footing, day in deciding_days(track):
        weighed, spoken = weigh(day.kept), any(r.red_line for r in day.kept)
        if standing is not None and (standing.footing != footing or standing.entries[-1].kind == CROSSED):
            finished.append(standing)
            standing = None
        if standing is None:
            if spoken:
                standing = _Standing(footing, weighed, day.on, [_entry(day, weighed, DECLARED)])
            continue
        kind = REPEATED if spoken else _without(standing.drawn, weighed)
        if spoken:
            standing.spoken_on, standing.drawn = day.on, weighed
        standing.entries.append(_entry(day, weighed, kind))
    if standing is not None:
        finished.append(standing)
    return [
        RedLine(
            party=track.party,
            issue=track.issue,
            footing=line.footing,
            declared_on=line.entries[0].on,
            last_spoken_on=line.spoken_on,
            stance=line.drawn.stance,
            status=line.entries[-1].kind,
            rounds_silent=sum(start > line.spoken_on for start in sessions),
            entries=tuple(line.entries),
        )
        for line in finished
    ]


def _without(drawn: Weighed, now: Weighed) -> str:
    """What an occasion that does not speak the line makes of it."""
    if drawn.stance is None or drawn.stance == 0:
        return NOT_REPEATED
    if now.stance is None or now.stance * drawn.stance < 0:
        return CROSSED
    return SOFTENED if abs(now.stance) < abs(drawn.stance) else NOT_REPEATED


def _entry(day: DayOfEvidence, weighed: Weighed, kind: str) -> RedLineEntry:
    return RedLineEntry(
        day.on, kind, occasion_of(day), weighed.stance, weighed.low, weighed.high, statements_of(day.kept)
    )
