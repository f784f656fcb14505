"""What changed between two deciding occasions, and what it did to the gaps (method, section 6)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from positions.analysis.evidence import DayOfEvidence, Track, follow_tracks, has_open_condition, status_of
from positions.analysis.position import Weighed, occasion_of, statements_of, weigh
from positions.analysis.timeline import deciding_days
from positions.analysis.types import Gap, History, Shift, Side

# An issue with more parties than this is compared only with those named.
PARTIES_COMPARED = 20
MOVES = ("moved", "reversed")


@dataclass(frozen=True, slots=True)
class Line:
    """A party's stance by day on one issue: ``stances[i]`` from ``days[i]`` on, null while mixed."""

    party: str
    days: list[date]
    stances: list[int | None]

    def standing_before(self, day: date) -> tuple[bool, int | None]:
        """Whether there is a position as of the day before, and its stance (null: mixed)."""
        index = bisect_left(self.days, day) - 1
        return (True, self.stances[index]) if index >= 0 else (False, None)


def draw_lines(tracks: Mapping[tuple[str, str], Track]) -> dict[str, list[Line]]:
    """By issue, the line of each party with evidence, sorted by party."""
    lines: dict[str, list[Line]] = {}
    for (party, issue), track in sorted(tracks.items()):
        decided = [(day.on, weigh(day.kept).stance) for _, day in deciding_days(track)]
        if decided:
            lines.setdefault(issue, []).append(
                Line(party, [on for on, _ in decided], [stance for _, stance in decided])
            )
    return lines


def shifts(
    history: History, as_of: date, known_at: datetime, with_parties: Collection[str] | None = None
) -> list[Shift]:
    """Every shift, sorted by party, issue and day, with its gaps to the parties wanted.

    Without ``with_parties`` the gaps are null on issues with more than :data:`PARTIES_COMPARED` parties.
    """
    tracks = follow_tracks(history, as_of, known_at)
    lines = draw_lines(tracks)
    found: list[Shift] = []
    for (party, issue), track in sorted(tracks.items()):
        others = [
            line
            for line in lines.get(issue, ())
            if line.party != party and (with_parties is None or line.party in with_parties)
        ]
        too_many = with_parties is None and len(lines.get(issue, ())) > PARTIES_COMPARED
        for shift in walk_shifts(track, known_at):
            found.append(replace(shift, gaps=None if too_many else gaps_of(shift, others)))
    return found


def walk_shifts(track: Track, known_at: datetime) -> list[Shift]:
    """The track's shifts in order of days, their gaps still empty."""
    found: list[Shift] = []
    before: tuple[str, DayOfEvidence, Weighed] | None = None
    for footing, day in deciding_days(track):
        weighed = weigh(day.kept)
        if before is None or before[0] != footing:
            found.append(
                Shift(
                    track.party,
                    track.issue,
                    day.on,
                    footing,
                    "first",
                    None,
                    False,
                    None,
                    None,
                    None,
                    _side(day, weighed),
                    (),
                )
            )
        else:
            found.append(_compare(track, footing, before[1], before[2], day, weighed, known_at))
        before = (footing, day, weighed)
    return found


def _side(day: DayOfEvidence, weighed: Weighed) -> Side:
    return Side(weighed.stance, weighed.low, weighed.high, weighed.state, occasion_of(day), statements_of(day.kept))


def _compare(
    track: Track,
    footing: str,
    day_before: DayOfEvidence,
    before: Weighed,
    day: DayOfEvidence,
    after: Weighed,
    known_at: datetime,
) -> Shift:
    kind, steps = _kind_and_steps(before, after)
    within = kind in ("moved", "resolved") and before.low <= after.low and after.high <= before.high
    return Shift(
        track.party,
        track.issue,
        day.on,
        footing,
        kind,
        steps,
        within,
        _condition_change(day_before, day, known_at),
        _red_line_change(day_before, day),
        _side(day_before, before),
        _side(day, after),
        (),
    )


def _kind_and_steps(before: Weighed, after: Weighed) -> tuple[str, int | None]:
    if before.stance is None:
        return ("restated", None) if after.stance is None else ("resolved", None)
    if after.stance is None:
        return "mixed", None
    steps = after.stance - before.stance
    if steps == 0:
        return "restated", 0
    return ("reversed" if before.stance * after.stance < 0 else "moved"), steps


def _condition_change(before: DayOfEvidence, after: DayOfEvidence, known_at: datetime) -> str | None:
    open_after = has_open_condition(after.kept, after.on, known_at)
    open_before = [c for r in before.kept for c in r.conditions if status_of(c, before.on, known_at) == "open"]
    if open_after:
        return None if open_before else "added"
    return "not_repeated" if any(status_of(c, after.on, known_at) == "open" for c in open_before) else None


def _red_line_change(before: DayOfEvidence, after: DayOfEvidence) -> str | None:
    was, is_now = any(r.red_line for r in before.kept), any(r.red_line for r in after.kept)
    if was == is_now:
        return None
    return "declared" if is_now else "not_repeated"


def gaps_of(shift: Shift, others: Collection[Line]) -> tuple[Gap, ...]:
    """Distances to each other party with a position as of the day before; empty unless the party moved."""
    if shift.kind not in MOVES or shift.before is None or shift.before.stance is None or shift.after.stance is None:
        return ()
    gaps = []
    for line in others:
        stands, theirs = line.standing_before(shift.on)
        if not stands:
            continue
        if theirs is None:
            gaps.append(Gap(line.party, None, None, None, None))
            continue
        before, after = abs(shift.before.stance - theirs), abs(shift.after.stance - theirs)
        effect = "narrowed" if after < before else "widened" if after > before else "unchanged"
        gaps.append(Gap(line.party, before, after, effect, shift.before.stance * theirs > 0))
    return tuple(gaps)
