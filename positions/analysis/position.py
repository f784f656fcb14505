"""Where a party stands on an issue as of a date, known at an instant (method, section 4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from positions.analysis.evidence import DayOfEvidence, Track, count_conditions, follow_tracks, origin_of
from positions.analysis.types import History, Occasion, Position, Reading, RoundSpan


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the evidence of one occasion amounts to; ``stance`` is null when it is mixed."""

    stance: int | None
    low: int
    high: int
    state: str


def weigh(readings: Iterable[Reading]) -> Weighed:
    """The stance farthest from 0, or ``mixed`` when both signs are there. Ordinal codes are never averaged."""
    stances = [reading.stance for reading in readings if reading.stance is not None]
    low, high = min(stances), max(stances)
    if low < 0 < high:
        return Weighed(None, low, high, "mixed")
    return Weighed(low if -low > high else high, low, high, "coded")


def occasion_of(day: DayOfEvidence) -> Occasion:
    """The day with the numbers of the rounds its evidence names."""
    return Occasion(day.on, tuple(sorted({r.round for r in day.kept if r.round is not None})))


def statements_of(readings: Iterable[Reading]) -> tuple[str, ...]:
    """The statements behind the readings, each once, sorted."""
    return tuple(sorted({reading.statement for reading in readings}))


def positions(history: History, as_of: date, known_at: datetime) -> list[Position]:
    """Every position that has evidence, sorted by party and issue."""
    tracks = follow_tracks(history, as_of, known_at)
    sessions = held_spans(history.rounds, as_of)
    found = (position_of(tracks[pair], history, sessions, as_of, known_at) for pair in sorted(tracks))
    return [position for position in found if position is not None]


def held_spans(rounds: Iterable[RoundSpan], as_of: date) -> dict[str, list[date]]:
    """For each party, the first days of the held rounds over by ``as_of`` whose delegations name it, ascending."""
    spans: dict[str, list[date]] = {}
    for span in rounds:
        if span.status == "held" and span.starts_on is not None and span.ends_on is not None and span.ends_on <= as_of:
            for party in span.parties:
                spans.setdefault(party, []).append(span.starts_on)
    return {party: sorted(starts) for party, starts in spans.items()}


def position_of(
    track: Track, history: History, sessions: dict[str, list[date]], as_of: date, known_at: datetime
) -> Position | None:
    """The position of one track, or null without evidence. ``sessions`` is :func:`held_spans`."""
    footing = track.deciding
    if footing is None or track.heard_on is None:
        return None
    days = track.days[footing]
    latest = days[-1]
    weighed = weigh(latest.kept)
    since = latest.on
    for day in reversed(days[:-1]):
        earlier = weigh(day.kept)
        if (earlier.stance, earlier.state) != (weighed.stance, weighed.state):
            break
        since = day.on
    conditions = count_conditions(latest.kept, as_of, known_at)
    return Position(
        party=track.party,
        issue=track.issue,
        stance=weighed.stance,
        low=weighed.low,
        high=weighed.high,
        state=weighed.state,
        footing=footing,
        red_line=any(r.red_line for r in latest.kept),
        conditional=conditions.open > 0,
        conditions=conditions,
        occasion=occasion_of(latest),
        since=since,
        last_evidence_on=latest.on,
        last_heard_on=track.heard_on,
        evidence_count=len(latest.kept),
        evidence_total=sum(len(day.kept) for day in days),
        source_count=len({origin_of(r.source, history.parents) for r in latest.kept}),
        other_evidence=sum(track.evidence_on(other) for other in track.days if other != footing),
        rounds_silent=sum(start > latest.on for start in sessions.get(track.party, ())),
        statements=statements_of(latest.kept),
    )
