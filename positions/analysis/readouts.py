"""Two accounts of one meeting, laid side by side (method, section 6).

Each account is read alone: what the method makes of one source's readings, as if nothing else had
been written. What a party itself said afterwards stands beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from positions.analysis.evidence import OWN, Track, follow_tracks
from positions.analysis.position import Weighed, positions, statements_of, weigh
from positions.analysis.types import History, Position

BOTH, STRENGTH, CONFLICT, ONLY_A, ONLY_B = "both", "strength", "conflict", "only_a", "only_b"
KINDS = (CONFLICT, ONLY_A, ONLY_B, STRENGTH, BOTH)


@dataclass(frozen=True, slots=True)
class Later:
    """The first thing a party said in its own words after both accounts; ``stance`` is null when it is mixed."""

    on: date
    stance: int | None
    low: int
    high: int
    state: str
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Account:
    """One party's position on one issue by each account alone; null where an account does not state it.

    ``kind`` is ``both`` (same stance), ``strength`` (the same side, or one of them neutral, at another
    strength), ``conflict`` (opposite sides, or mixed in one only), ``only_a`` or ``only_b``.
    """

    issue: str
    party: str
    kind: str
    a: Position | None
    b: Position | None
    later: Later | None


def compare_accounts(
    history: History, source_a: str, source_b: str, as_of: date, known_at: datetime
) -> tuple[Account, ...]:
    """What two sources say of each party and issue that either of them speaks of, sorted by issue and party."""
    by_a = _account(history, source_a, as_of, known_at)
    by_b = _account(history, source_b, as_of, known_at)
    days = [p.last_evidence_on for p in (*by_a.values(), *by_b.values())]
    if not days:
        return ()
    heard = max(days)
    tracks = follow_tracks(history, as_of, known_at)
    rows = []
    for issue, party in sorted(by_a.keys() | by_b.keys()):
        a, b = by_a.get((issue, party)), by_b.get((issue, party))
        track = tracks.get((party, issue))
        rows.append(Account(issue, party, compare(a, b), a, b, None if track is None else said_after(track, heard)))
    return tuple(rows)


def _account(history: History, source: str, as_of: date, known_at: datetime) -> dict[tuple[str, str], Position]:
    alone = History(tuple(r for r in history.readings if r.source == source), {}, history.rounds)
    return {(p.issue, p.party): p for p in positions(alone, as_of, known_at)}


def compare(a: Position | None, b: Position | None) -> str:
    """How two accounts of one position relate. Raises :class:`ValueError` when there is neither."""
    if a is None and b is None:
        raise ValueError("there is no account to compare")
    if b is None:
        return ONLY_A
    if a is None:
        return ONLY_B
    if a.stance == b.stance and a.state == b.state:
        return BOTH
    if a.stance is None or b.stance is None or a.stance * b.stance < 0:
        return CONFLICT
    return STRENGTH


def said_after(track: Track, day: date) -> Later | None:
    """The track's first occasion in the party's own words after a day."""
    for occasion in track.days.get(OWN, ()):
        if occasion.on > day:
            weighed: Weighed = weigh(occasion.kept)
            return Later(
                occasion.on, weighed.stance, weighed.low, weighed.high, weighed.state, statements_of(occasion.kept)
            )
    return None
