"""What the record lacks: who has said nothing on what, since when (method, section 4).

Silence is a gap in the record and no position: it says that nothing was found, not that nothing was said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from positions.analysis.evidence import follow_tracks
from positions.analysis.position import held_spans
from positions.analysis.types import History


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was found of one party on one issue.

    ``heard_on`` is the last day with any word, "no comment" too (null: never); ``evidence_on`` the last
    with a stance on the footing that decides. ``silent_at`` are the first days of the held rounds it
    attended after its evidence, or after it was heard where it never took a stance; all it attended
    where it was never heard.
    """

    party: str
    issue: str
    heard_on: date | None
    evidence_on: date | None
    silent_at: tuple[date, ...]

    @property
    def rounds_silent(self) -> int:
        return len(self.silent_at)


def coverage(
    history: History, parties: Iterable[str], issues: Iterable[str], as_of: date, known_at: datetime
) -> list[Coverage]:
    """Every pair of the parties and issues, in the order given, parties first."""
    tracks = follow_tracks(history, as_of, known_at)
    sessions = held_spans(history.rounds, as_of)
    named = list(issues)
    found = []
    for party in parties:
        starts = sessions.get(party, [])
        for issue in named:
            track = tracks.get((party, issue))
            heard_on = track.heard_on if track is not None else None
            footing = track.deciding if track is not None else None
            evidence_on = track.days[footing][-1].on if track is not None and footing is not None else None
            last = evidence_on or heard_on
            silent_at = tuple(start for start in starts if last is None or start > last)
            found.append(Coverage(party, issue, heard_on, evidence_on, silent_at))
    return found
