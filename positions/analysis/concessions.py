"""The concession ledger: who came closer to whom, first or in answer (method, section 6)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from positions.analysis.evidence import follow_tracks
from positions.analysis.shifts import MOVES, Line, draw_lines, walk_shifts
from positions.analysis.types import Concession, History, RoundSpan


def concessions(
    history: History, as_of: date, known_at: datetime, involving: Collection[str] | None = None
) -> list[Concession]:
    """The ledger's rows, sorted by issue, day, mover and other party.

    ``involving`` leaves out the pairs in which none of the named parties takes part; what a row says
    is the same with or without it. Issues without limit of parties: the caller holds that.
    """
    tracks = follow_tracks(history, as_of, known_at)
    lines = draw_lines(tracks)
    rows: list[Concession] = []
    for (party, issue), track in sorted(tracks.items()):
        for shift in walk_shifts(track, known_at):
            if shift.kind not in MOVES or shift.within_range or shift.before is None:
                continue
            before, after, steps = shift.before.stance, shift.after.stance, shift.steps
            if before is None or after is None or steps is None:
                continue
            for other in _counterparts(lines[issue], party, involving):
                stands, theirs = other.standing_before(shift.on)
                # Moving closer to one's own side, to a neutral or to a mixed party is no concession.
                if not stands or not theirs or before * theirs > 0 or abs(after - theirs) >= abs(before - theirs):
                    continue
                rows.append(
                    Concession(
                        party=party,
                        other=other.party,
                        issue=issue,
                        on=shift.on,
                        steps=steps,
                        footing=shift.footing,
                        gap_before=abs(before - theirs),
                        gap_after=abs(after - theirs),
                        answered=None,
                        moved_first=False,
                        statements_before=shift.before.statements,
                        statements_after=shift.after.statements,
                    )
                )
    return _judge(rows, history.rounds, as_of)


def _counterparts(lines: Iterable[Line], party: str, involving: Collection[str] | None) -> list[Line]:
    wanted = involving is None or party in involving
    return [
        line
        for line in lines
        if line.party != party and (wanted or (involving is not None and line.party in involving))
    ]


@dataclass(frozen=True, slots=True)
class _Meeting:
    starts_on: date
    ends_on: date
    parties: frozenset[str]


def _judge(rows: list[Concession], rounds: Iterable[RoundSpan], as_of: date) -> list[Concession]:
    """Fill in ``moved_first`` and ``answered``, which need the whole ledger of a pair."""
    meetings = sorted(
        (
            _Meeting(r.starts_on, r.ends_on, r.parties)
            for r in rounds
            if r.status == "held" and r.starts_on and r.ends_on
        ),
        key=lambda m: (m.starts_on, m.ends_on),
    )
    days: dict[tuple[str, str, str], list[date]] = {}
    for row in rows:
        days.setdefault((row.issue, row.party, row.other), []).append(row.on)
    judged = []
    for row in rows:
        theirs = days.get((row.issue, row.other, row.party), [])
        earliest = min([*days[row.issue, row.party, row.other], *theirs])
        pair = {row.party, row.other}
        after = [m for m in meetings if m.starts_on > row.on and (not m.parties or pair <= m.parties)]
        limit = after[1].ends_on if len(after) > 1 else None
        answered: bool | None = None
        if any(row.on < day and (limit is None or day <= limit) for day in theirs):
            answered = True
        elif limit is not None and limit <= as_of:
            answered = False
        judged.append(replace(row, answered=answered, moved_first=row.on == earliest))
    return sorted(judged, key=lambda c: (c.issue, c.on, c.party, c.other))
