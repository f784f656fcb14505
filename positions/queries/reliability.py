"""Agreement between the coders of a negotiation: whose first readings count, and for whom.

Readings count once they were handed in, whatever became of them; adjudicated third readings,
corrections and the machine's suggestions are nobody's independent reading. A figure can give a
reading away, so each reader gets figures over what they may know: see ``_countable``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from positions.analysis.coders import (
    METRICS_BY_FIELD,
    OF_STATEMENTS,
    Disagreement,
    FieldAgreement,
    FirstReading,
    agreement_on,
    coincidences_on,
    disagreements,
    first_of_each,
)
from positions.analysis.reliability import Value
from positions.enums import MACHINE_CODER, CodingStatus, ReviewPolicy, Role
from positions.models import CodebookVersion, Coding, Event, Issue, Negotiation, Party, Statement
from positions.queries.access import Reader, codings_for, parties_for, require_visible, statements_for

COLUMNS = (
    "pk", "statement_id", "party_id", "issue_id", "coder", "stance", "state", "move", "red_line", "codebook__version",
    "submitted_at", "created_at",
)  # fmt: skip
STANDING = ("status", "supersedes_id", "reason")
Unit = tuple[str, str, str]


@dataclass(frozen=True)
class Selection:
    """Which readings to compare: on some issues, of a pair of coders, made under one version; null for all."""

    issues: Sequence[Issue] | None = None
    coders: Sequence[str] | None = None
    codebook: int | None = None


EVERYTHING = Selection()


@dataclass(frozen=True)
class CoderReadings:
    """The first readings of a negotiation that count for one reader, and which of them they may look into.

    ``versions_of`` leads from a coding to the version of the statement it was made on.
    """

    readings: tuple[FirstReading, ...]
    open_units: frozenset[Unit]
    versions_of: Mapping[str, str]

    @property
    def coders(self) -> list[str]:
        """The coders' names, in alphabetical order."""
        return sorted({reading.coder for reading in self.readings})

    @property
    def codebooks(self) -> list[int]:
        """The versions of the codebook the readings were made under."""
        return sorted({reading.codebook for reading in self.readings})

    def chosen(self, selection: Selection, field: str = "") -> list[FirstReading]:
        """The selected readings, to be compared on ``field``.

        For ``issue`` and ``party`` these are all readings of the statements that somebody read for one of
        the issues: who saw another issue in them disagrees about it.
        """
        made = [
            reading
            for reading in self.readings
            if (selection.coders is None or reading.coder in selection.coders)
            and (selection.codebook is None or reading.codebook == selection.codebook)
        ]
        if selection.issues is None:
            return made
        wanted = {str(issue.pk) for issue in selection.issues}
        on_them = [reading for reading in made if reading.issue in wanted]
        if field not in OF_STATEMENTS:
            return on_them
        statements = {reading.statement for reading in on_them}
        return [reading for reading in made if reading.statement in statements]


def reliability_for(readings: CoderReadings, selection: Selection) -> list[FieldAgreement]:
    """Agreement on each field, over the readings that :func:`coder_readings_for` found for a reader."""
    return [agreement_on(field, readings.chosen(selection, field)) for field in METRICS_BY_FIELD]


def matrix_on(readings: CoderReadings, field: str, selection: Selection) -> dict[tuple[Value, Value], float]:
    """The coincidence matrix behind the agreement on ``field``."""
    return coincidences_on(field, readings.chosen(selection, field))


# ---------------------------------------------------------------- whose readings count


def coder_readings_for(reader: Reader, negotiation: Negotiation) -> CoderReadings:
    """The readings handed in on the negotiation that count for the reader. Raises ``NotVisible``."""
    require_visible(reader, negotiation)
    first_version = _first_versions(negotiation)
    aliases = _merged(negotiation)
    returned, sent_back = _handed_in_first(negotiation)
    found: list[FirstReading] = []
    stands: dict[str, tuple[str, str]] = {}
    published: set[Unit] = set()
    rows = Coding.objects.filter(negotiation=negotiation).order_by().values_list(*COLUMNS, *STANDING)
    for *columns, status, supersedes, reason in rows:
        reading = _placed(_reading(columns), first_version, aliases)
        if status == CodingStatus.PUBLISHED:
            published.add(reading.unit)
        if supersedes or reason or reading.coder == MACHINE_CODER or (status == CodingStatus.DRAFT and not columns[-2]):
            continue
        stands[reading.coding] = (str(columns[1]), status)
        found.append(returned.pop(reading.coding, reading))
    # what a reviewer sent back and its coder then deleted was handed in all the same
    for reading in (one for one in returned.values() if one.coding in sent_back):
        stands[reading.coding] = (reading.statement, CodingStatus.REJECTED)
        found.append(reading)
    seen = _seen_statements(reader, negotiation, first_version)
    moved = [_placed(reading, first_version, aliases) for reading in found]
    shown = [reading for reading in moved if seen is None or reading.statement in seen]
    return _countable(reader, negotiation, shown, stands, published)


def _placed(reading: FirstReading, first_version: Mapping[str, str], aliases: Mapping[str, str]) -> FirstReading:
    """The reading on the first version of its statement, for the party and issue that others were merged into."""
    return reading._replace(
        statement=first_version.get(reading.statement, reading.statement),
        party=aliases.get(reading.party, reading.party),
        issue=aliases.get(reading.issue, reading.issue),
    )


def _reading(row: Sequence[Any]) -> FirstReading:
    coding, statement, party, issue, coder, stance, state, move, red_line, codebook, submitted_at, created_at = row
    return FirstReading(
        str(coding), str(statement), str(party), str(issue), coder, stance, state, move, bool(red_line), codebook,
        submitted_at or created_at,
    )  # fmt: skip


def _handed_in_first(negotiation: Negotiation) -> tuple[dict[str, FirstReading], set[str]]:
    """What readings said when first handed in, of those that came back to their coder, and which a reviewer sent back.

    The log kept it. A coder may also take a reading back and change it: the first version counts all the same.
    """
    back = list(
        Event.objects.filter(negotiation=negotiation, action__in=("coding_returned", "coding_recalled"))
        .order_by()
        .values_list("subject_id", "action")
    )
    sent_back = {subject for subject, action in back if action == "coding_returned"}
    if not back:
        return {}, sent_back
    handed_in = Event.objects.filter(
        negotiation=negotiation, action="coding_submitted", subject_id__in={subject for subject, _ in back}
    )
    entries = list(handed_in.order_by("pk").values_list("subject_id", "after"))
    if not entries:
        return {}, sent_back
    versions = dict(CodebookVersion.objects.filter(negotiation=negotiation).values_list("pk", "version"))
    first: dict[str, FirstReading] = {}
    for subject, after in entries:
        if after is None or subject in first or after["coder"] == MACHINE_CODER or after["supersedes"] is not None:
            continue
        at = datetime.fromisoformat(after["submitted_at"])
        names = ("id", "statement", "party", "issue", "coder", "stance", "state", "move", "red_line")
        first[subject] = _reading([*(after[name] for name in names), versions[UUID(after["codebook"])], at, at])
    return first, sent_back


def _first_versions(negotiation: Negotiation) -> dict[str, str]:
    """From each corrected statement to the first version of the passage."""
    replaced = Statement.objects.filter(negotiation=negotiation, supersedes__isnull=False)
    before = {str(pk): str(earlier) for pk, earlier in replaced.order_by().values_list("pk", "supersedes_id")}
    first = {}
    for pk in before:
        earliest = pk
        while earliest in before:
            earliest = before[earliest]
        first[pk] = earliest
    return first


def _merged(negotiation: Negotiation) -> dict[str, str]:
    """From each party and issue that was merged into another to the one that stayed."""
    parties = Party.objects.filter(merged_into__isnull=False).order_by().values_list("pk", "merged_into_id")
    issues = Issue.objects.filter(negotiation=negotiation, merged_into__isnull=False).order_by()
    both = parties.union(issues.values_list("pk", "merged_into_id"), all=True)
    into = {str(pk): str(target) for pk, target in both}
    stayed = {}
    for pk in into:
        last = into[pk]
        while last in into:
            last = into[last]
        stayed[pk] = last
    return stayed


def _seen_statements(
    reader: Reader, negotiation: Negotiation, first_version: Mapping[str, str]
) -> frozenset[str] | None:
    """First versions of the statements that the reader may see in some version; null: all of them."""
    if reader.is_insider(negotiation.pk):
        return None
    visible = statements_for(reader).filter(negotiation=negotiation).order_by().values_list("pk", flat=True)
    return frozenset(first_version.get(str(pk), str(pk)) for pk in visible)


def _countable(
    reader: Reader,
    negotiation: Negotiation,
    readings: Sequence[FirstReading],
    stands: Mapping[str, tuple[str, str]],
    published: Collection[Unit],
) -> CoderReadings:
    """What counts for the reader, and what they may look into.

    Where two code blind, a unit counts once it is settled: a reading of it is published, or all of them
    were rejected. Until then its agreement would tell a coder, or whoever passes it on to one, what the
    other saw. It counts earlier for those who may read all its readings anyway, two or more: a coder's own
    reading that counted alone would tell, by counting no more, that the other had handed in. A unit may be
    looked into by the same rule, whatever the policy.
    """
    is_blind = negotiation.review_policy == ReviewPolicy.DOUBLE
    readable: set[str] | None = None
    if not reader.has_role(negotiation.pk, Role.LEAD):
        mine = codings_for(reader).filter(negotiation=negotiation).order_by()
        readable = {str(pk) for pk in mine.values_list("pk", flat=True)} if reader.is_insider(negotiation.pk) else set()
    units: dict[Unit, list[FirstReading]] = {}
    for reading in readings:
        units.setdefault(reading.unit, []).append(reading)
    is_open = {
        unit
        for unit, listed in units.items()
        if unit in published
        or readable is None
        or (
            (not is_blind or len({r.coder for r in listed}) > 1)
            and (
                all(stands[r.coding][1] == CodingStatus.REJECTED for r in listed)
                or all(r.coding in readable for r in listed)
            )
        )
    }
    if is_blind:
        readings = [reading for reading in readings if reading.unit in is_open]
    versions_of = {reading.coding: stands[reading.coding][0] for reading in readings}
    return CoderReadings(tuple(first_of_each(readings)), frozenset(is_open), versions_of)


# ---------------------------------------------------------------- the worst of them


@dataclass(frozen=True)
class QuotedDisagreement:
    """A disagreement with the passages its readings were made on."""

    found: Disagreement
    statements: tuple[Statement, ...]


def worst_units_for(
    reader: Reader,
    negotiation: Negotiation,
    readings: CoderReadings,
    selection: Selection,
    limit: int,
) -> tuple[list[QuotedDisagreement], int]:
    """The units on which the chosen readings differ most, and how many differ in all; members only.

    A unit whose readings are not all open to the reader is neither shown nor counted.
    """
    if not reader.is_member(negotiation.pk):
        return [], 0
    open_to_me = [reading for reading in readings.chosen(selection, "issue") if reading.unit in readings.open_units]
    found = disagreements(open_to_me)
    shown = found[:limit]
    wanted = {readings.versions_of[r.coding] for each in shown for r in each.readings}
    rows = statements_for(reader).filter(pk__in=wanted).select_related("source", "asserted_by", "speaker", "round")
    statements = {str(statement.pk): statement for statement in rows.prefetch_related("superseded_by")}
    quoted = []
    for each in shown:
        passages = dict.fromkeys(readings.versions_of[r.coding] for r in each.readings)
        quotes = tuple(statements[pk] for pk in passages if pk in statements)
        if quotes:
            quoted.append(QuotedDisagreement(each, quotes))
    return quoted, len(found)


def party_names(reader: Reader, ids: Collection[str]) -> dict[str, str]:
    """Names of the parties that the reader may see, by id."""
    if not ids:
        return {}
    rows = parties_for(reader).filter(pk__in=ids).order_by().values_list("pk", "name")
    return {str(pk): name for pk, name in rows}
