"""From readings to evidence: what is admitted, on which footing it stands, what is a copy (method, sections 1 to 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from positions.analysis.types import Condition, ConditionCounts, History, Reading

OWN: Final = "own"
INFERRED: Final = "inferred"
REPORTED: Final = "reported"
FOOTINGS: Final = (OWN, INFERRED, REPORTED)
RANK: Final = {footing: rank for rank, footing in enumerate(FOOTINGS)}


def footing_of(reading: Reading) -> str:
    """On whose word the reading stands: ``own``, ``inferred`` or ``reported``."""
    if reading.party != reading.asserted_by:
        return REPORTED
    return INFERRED if reading.directness == "inferred" else OWN


def is_admitted(reading: Reading, as_of: date, known_at: datetime) -> bool:
    """Whether the reading is published, known at the instant and dated by the day."""
    return (
        reading.status == "published"
        and reading.recorded_at is not None
        and reading.recorded_at <= known_at
        and (reading.retired_at is None or reading.retired_at > known_at)
        and reading.latest <= as_of
    )


def status_of(condition: Condition, as_of: date, known_at: datetime) -> str:
    """The condition's status: the latest entry by day and instant, the later listed on a tie; ``open`` without one."""
    status, latest = "open", None
    for entry in condition.entries:
        if (
            entry.on <= as_of
            and entry.recorded_at <= known_at
            and (latest is None or (entry.on, entry.recorded_at) >= latest)
        ):
            status, latest = entry.status, (entry.on, entry.recorded_at)
    return status


def has_open_condition(readings: Iterable[Reading], as_of: date, known_at: datetime) -> bool:
    """Whether any condition of the readings is open."""
    return any(status_of(c, as_of, known_at) == "open" for r in readings if r.conditions for c in r.conditions)


def count_conditions(readings: Iterable[Reading], as_of: date, known_at: datetime) -> ConditionCounts:
    """How many conditions of the readings stand at each status; each coding's count, equal texts too."""
    counts = {"open": 0, "met": 0, "failed": 0, "withdrawn": 0}
    for reading in readings:
        for condition in reading.conditions:
            counts[status_of(condition, as_of, known_at)] += 1
    return ConditionCounts(**counts)


def ancestors_of(source: str, parents: Mapping[str, str]) -> list[str]:
    """The sources that ``source`` derives from, nearest first; a circle ends where it closes."""
    found: list[str] = []
    seen = {source}
    parent = parents.get(source)
    while parent is not None and parent not in seen:
        found.append(parent)
        seen.add(parent)
        parent = parents.get(parent)
    return found


def origin_of(source: str, parents: Mapping[str, str]) -> str:
    """The end of the source's chain: itself when it derives from nothing."""
    chain = ancestors_of(source, parents)
    return chain[-1] if chain else source


def split_copies(readings: list[Reading], parents: Mapping[str, str]) -> tuple[list[Reading], list[Reading]]:
    """Evidence of one party, issue, footing and day, parted into what stands and what is a copy."""
    if len(readings) < 2 or not parents:
        return readings, []
    carried: dict[str, set[str]] = {}
    for reading in readings:
        carried.setdefault(reading.asserted_by, set()).add(reading.source)
    kept: list[Reading] = []
    copies: list[Reading] = []
    for reading in readings:
        sources = carried[reading.asserted_by]
        is_copy = reading.source in parents and any(a in sources for a in ancestors_of(reading.source, parents))
        (copies if is_copy else kept).append(reading)
    return kept, copies


def latest_deciding(readings: Iterable[Reading]) -> set[str]:
    """The codings on the latest day of the footing that decides for their party and issue, copies included.

    ``readings`` are admitted ones; a position looks at the conditions of no others.
    """
    best: dict[tuple[str, str], tuple[int, int]] = {}
    found: dict[tuple[str, str], list[str]] = {}
    for reading in readings:
        if reading.state != "coded":
            continue
        pair = (reading.party, reading.issue)
        place = (-RANK[footing_of(reading)], reading.latest.toordinal())
        known = best.get(pair)
        if known is None or place > known:
            best[pair], found[pair] = place, [reading.coding]
        elif place == known:
            found[pair].append(reading.coding)
    return {coding for codings in found.values() for coding in codings}


@dataclass(slots=True)
class DayOfEvidence:
    """An occasion's evidence on one footing: ``kept`` after copies were set aside."""

    on: date
    kept: list[Reading]
    copies: list[Reading]


@dataclass(slots=True)
class Track:
    """Everything admitted for one party on one issue."""

    party: str
    issue: str
    admitted: list[Reading] = field(default_factory=list)
    days: dict[str, list[DayOfEvidence]] = field(default_factory=dict)
    heard_on: date | None = None

    @property
    def deciding(self) -> str | None:
        """The best footing present; null without evidence."""
        return next((footing for footing in FOOTINGS if footing in self.days), None)

    def evidence_on(self, footing: str) -> int:
        """Pieces of evidence on a footing, copies included."""
        return sum(len(day.kept) + len(day.copies) for day in self.days.get(footing, ()))


def follow_tracks(history: History, as_of: date, known_at: datetime) -> dict[tuple[str, str], Track]:
    """One track for each (party, issue) with an admitted reading, in the order of first appearance."""
    tracks: dict[tuple[str, str], Track] = {}
    buckets: dict[tuple[str, str], dict[tuple[str, date], list[Reading]]] = {}
    for reading in history.readings:
        if not is_admitted(reading, as_of, known_at):
            continue
        pair = (reading.party, reading.issue)
        track = tracks.get(pair)
        if track is None:
            track = tracks[pair] = Track(*pair)
            buckets[pair] = {}
        track.admitted.append(reading)
        state, latest = reading.state, reading.latest
        if state != "absent" and (track.heard_on is None or latest > track.heard_on):
            track.heard_on = latest
        if state == "coded":
            bucket = buckets[pair]
            key = (footing_of(reading), latest)
            if key in bucket:
                bucket[key].append(reading)
            else:
                bucket[key] = [reading]
    parents = history.parents
    for pair, by_day in buckets.items():
        days = tracks[pair].days
        for footing, on in sorted(by_day):
            evidence = by_day[footing, on]
            kept, copies = split_copies(evidence, parents) if len(evidence) > 1 else (evidence, [])
            days.setdefault(footing, []).append(DayOfEvidence(on, kept, copies))
    return tracks
