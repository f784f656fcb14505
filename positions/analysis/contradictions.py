"""One party on both sides of an issue within a few weeks, or two of its speakers apart.

A contradiction is no finding about sincerity: it shows two passages that cannot both be the party's
position, for a person to read. Only what stands for the party itself counts (own words and conduct),
never somebody else's account, and copies are set aside.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from positions.analysis.evidence import INFERRED, OWN, Track, follow_tracks
from positions.analysis.types import History, Reading

WINDOW_DAYS = 30
# Speakers of one party this many steps apart are worth a look, whichever side they are on.
SPEAKERS_APART_STEPS = 2


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two passages of one party on one issue, the earlier first.

    ``kind`` is ``both_sides`` (opposite signs) or ``speakers`` (two named speakers on one side or
    neutral, at least :data:`SPEAKERS_APART_STEPS` apart). ``steps`` is their distance, ``days`` the
    time between them; ``speakers`` names who said either, null where nobody is named.
    """

    party: str
    issue: str
    kind: str
    days: int
    steps: int
    earlier: Reading
    later: Reading
    speakers: tuple[str | None, str | None]


def contradictions(
    history: History,
    as_of: date,
    known_at: datetime,
    *,
    speakers: Mapping[str, str],
    window_days: int = WINDOW_DAYS,
) -> list[Contradiction]:
    """Every contradiction within ``window_days``, sorted by party, issue and day of the later passage.

    ``speakers`` names the speaker of a statement where the reader may know it. Of each passage only
    the nearest contradicting one before it is listed, so that a long dispute reads as a chain and not
    as every pair in it.
    """
    tracks = follow_tracks(history, as_of, known_at)
    window = timedelta(days=window_days)
    return [found for pair in sorted(tracks) for found in _of_track(tracks[pair], speakers, window)]


def _of_track(track: Track, speakers: Mapping[str, str], window: timedelta) -> list[Contradiction]:
    spoken = sorted(
        (r for footing in (OWN, INFERRED) for day in track.days.get(footing, ()) for r in day.kept),
        key=lambda r: (r.latest, r.statement, r.coding),
    )
    found = []
    for place, later in enumerate(spoken):
        for earlier in reversed(spoken[:place]):
            if later.latest - earlier.latest > window:
                break
            said_by = (speakers.get(earlier.statement), speakers.get(later.statement))
            if contradiction := _compare(track, earlier, later, said_by):
                found.append(contradiction)
                break
    return found


def _compare(
    track: Track, earlier: Reading, later: Reading, said_by: tuple[str | None, str | None]
) -> Contradiction | None:
    if earlier.stance is None or later.stance is None or earlier.statement == later.statement:
        return None
    steps = abs(earlier.stance - later.stance)
    if earlier.stance * later.stance < 0:
        kind = "both_sides"
    elif steps >= SPEAKERS_APART_STEPS and None not in said_by and said_by[0] != said_by[1]:
        kind = "speakers"
    else:
        return None
    days = (later.latest - earlier.latest).days
    return Contradiction(track.party, track.issue, kind, days, steps, earlier, later, said_by)
