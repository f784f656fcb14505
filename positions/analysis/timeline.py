"""The line and the dots of an issue's timeline (method, section 5)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from positions.analysis.evidence import RANK, DayOfEvidence, Track, follow_tracks, footing_of, has_open_condition
from positions.analysis.position import Weighed, weigh
from positions.analysis.types import History, Point, Reading, Segment, Series


def deciding_days(track: Track) -> Iterator[tuple[str, DayOfEvidence]]:
    """The occasions that decide as of their own day, in order of days, each with its footing."""
    days = sorted(
        ((day.on, RANK[footing], footing, day) for footing, list_ in track.days.items() for day in list_),
        key=lambda d: d[:2],
    )
    best = len(RANK)
    for _, rank, footing, day in days:
        # On one day the best footing comes first, so a worse one of the same day never decides.
        if rank <= best:
            best = rank
            yield footing, day


def segments_of(track: Track) -> list[Segment]:
    """The stretches of days on which the track's position keeps stance, state, range and footing."""
    segments: list[Segment] = []
    start: date | None = None
    value: tuple[str, Weighed] | None = None
    evidence_on: date | None = None

    def close(end: date | None) -> None:
        if value is not None and start is not None and evidence_on is not None:
            footing, weighed = value
            segments.append(
                Segment(start, end, weighed.stance, weighed.low, weighed.high, weighed.state, footing, evidence_on)
            )

    for footing, day in deciding_days(track):
        current = (footing, weigh(day.kept))
        if current != value:
            close(day.on)
            start, value = day.on, current
        evidence_on = day.on
    close(None)
    return segments


def points_of(track: Track, known_at: datetime) -> list[Point]:
    """One point for each admitted reading, with why it is set aside as of its own day, if it is."""
    first_day = {footing: days[0].on for footing, days in track.days.items()}
    copies = {reading.coding for days in track.days.values() for day in days for reading in day.copies}

    def set_aside(reading: Reading, footing: str) -> str | None:
        if reading.state != "coded":
            return None
        if any(RANK[other] < RANK[footing] and on <= reading.latest for other, on in first_day.items()):
            return "footing"
        return "copy" if reading.coding in copies else None

    points = []
    for reading in track.admitted:
        footing = footing_of(reading)
        points.append(
            Point(
                party=reading.party,
                statement=reading.statement,
                coding=reading.coding,
                earliest=reading.earliest,
                latest=reading.latest,
                round=reading.round,
                stance=reading.stance,
                state=reading.state,
                move=reading.move,
                red_line=reading.red_line,
                conditional=bool(reading.conditions) and has_open_condition((reading,), reading.latest, known_at),
                footing=footing,
                set_aside=set_aside(reading, footing),
            )
        )
    return sorted(points, key=lambda p: (p.latest, p.earliest, p.statement, p.coding))


def timeline(history: History, issue: str, as_of: date, known_at: datetime) -> list[Series]:
    """The series of every party with an admitted reading on the issue, sorted by party."""
    tracks = follow_tracks(history, as_of, known_at)
    return [
        Series(party, tuple(points_of(track, known_at)), tuple(segments_of(track)))
        for (party, on_issue), track in sorted(tracks.items())
        if on_issue == issue
    ]
