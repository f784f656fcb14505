"""From tables to the facts the analysis reads: the codings a reader may see, copy chains, rounds."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from positions.analysis.evidence import latest_deciding
from positions.analysis.types import Condition as ConditionFacts
from positions.analysis.types import History, Reading, RoundSpan, StatusEntry
from positions.db import engine_for
from positions.enums import Tlp
from positions.models import Coding, Condition, Delegation, Issue, Negotiation, Party, Round, Source
from positions.queries.access import Reader, published_codings_in


@dataclass(frozen=True, slots=True)
class Moment:
    """The date a question is asked about, and the instant whose knowledge answers it."""

    as_of: date
    known_at: datetime

    @classmethod
    def now(cls) -> Moment:
        """Today, with all that is known."""
        instant = timezone.now()
        return cls(instant.date(), instant)


@dataclass(frozen=True, slots=True)
class ConditionText:
    """A condition of a coding in words, with its dated statuses."""

    text: str
    kind: str
    facts: ConditionFacts


def admitted_codings(reader: Reader, negotiation: Negotiation, moment: Moment) -> QuerySet[Coding]:
    """The codings of the negotiation that the reader may see and the moment admits (method, section 1)."""
    return codings_at(published_codings_in(reader, negotiation), moment)


def codings_at(codings: QuerySet[Coding], moment: Moment) -> QuerySet[Coding]:
    """Those of the codings, of any negotiation, that the moment admits: published by then and not yet retired."""
    return codings.filter(
        Q(retired_at=None) | Q(retired_at__gt=moment.known_at),
        recorded_at__lte=moment.known_at,
        stated_latest__lte=moment.as_of,
    )


def history_for(
    reader: Reader,
    negotiation: Negotiation,
    moment: Moment,
    *,
    parties: Collection[Party] | None = None,
    issues: Collection[Issue] | None = None,
    with_rounds: bool = True,
) -> History:
    """What the method may look at: the admitted codings, picked by party and issue where these are named.

    A timeline does not look at rounds; it may leave them out.
    """
    codings = admitted_codings(reader, negotiation, moment)
    if issues is not None:
        codings = codings.filter(issue__in=[issue.pk for issue in issues])
    if parties is not None:
        codings = codings.filter(party__in=[party.pk for party in parties])
    return History(
        tuple(load_readings(codings, admitted_at=moment.known_at)),
        parents_in(negotiation),
        tuple(round_spans(negotiation)) if with_rounds else (),
    )


IDS = ("pk", "statement_id", "statement__source_id")
PARTIES = ("party", "statement__asserted_by")
COLUMNS = (
    "issue__slug", "statement__directness", "state", "stance", "move", "red_line", "status",
    "statement__stated_earliest", "stated_latest", "statement__round__number",
)  # fmt: skip
CLOCKS = ("recorded_at", "retired_at")


def load_readings(
    codings: QuerySet[Coding], *, admitted_at: datetime | None = None, joined: bool = False
) -> list[Reading]:
    """The readings of a queryset, with their conditions, in three queries however many there are; ``joined``, in two.

    Rows that the database has already admitted at an instant need no clock of their own: with
    ``admitted_at`` they carry that instant and are in force.
    """
    readings = load_bare_readings(codings, admitted_at=admitted_at, joined=joined)
    return with_conditions(readings, load_conditions(codings, [reading.coding for reading in readings]))


def load_deciding_readings(codings: QuerySet[Coding], *, admitted_at: datetime) -> list[Reading]:
    """The same with conditions only where a position looks at them: on the latest deciding occasions."""
    readings = load_bare_readings(codings, admitted_at=admitted_at)
    return with_conditions(readings, load_conditions(codings, sorted(latest_deciding(readings))))


def load_bare_readings(
    codings: QuerySet[Coding], *, admitted_at: datetime | None = None, joined: bool = False
) -> list[Reading]:
    """The readings of a queryset without their conditions, in two queries; in one where parties are ``joined``.

    Joining costs more than the query it spares where there are thousands of rows.
    """
    rows = _reading_rows(codings, admitted_at, joined)
    return _as_readings(rows, admitted_at, joined)


def load_readings_apart(codings: QuerySet[Coding], *, admitted_at: datetime) -> dict[UUID, list[Reading]]:
    """The readings of a queryset over several negotiations, by negotiation, without conditions, in one query."""
    rows = _reading_rows(codings, admitted_at, True, "negotiation_id")
    read_id = engine_for(connection.vendor).read_id
    found: dict[UUID, list[Reading]] = {}
    for row, reading in zip(rows, _as_readings(rows, admitted_at, True), strict=True):
        found.setdefault(UUID(read_id(row[-1])), []).append(reading)
    return found


def _reading_rows(
    codings: QuerySet[Coding], admitted_at: datetime | None, joined: bool, *ids_beside: str
) -> list[tuple[Any, ...]]:
    """Bare rows of a queryset: the reading's columns, then the ids named besides.

    They are read without the ORM's converters, which would cost more than everything else together.
    """
    bare_id = engine_for(connection.vendor).bare_id
    parties = [f"{path}__slug" if joined else bare_id(f"{path}_id") for path in PARTIES]
    clocks = CLOCKS if admitted_at is None else ()
    ids, beside = map(bare_id, IDS), map(bare_id, ids_beside)
    return bare_rows(codings.order_by().values_list(*ids, *parties, *COLUMNS, *clocks, *beside))


def _as_readings(rows: list[tuple[Any, ...]], admitted_at: datetime | None, joined: bool) -> list[Reading]:
    """The rows of :func:`_reading_rows` as the analysis reads them."""
    engine = engine_for(connection.vendor)
    read_id, read_day, read_instant = engine.read_id, engine.read_day, engine.read_instant
    named = {row[3] for row in rows} | {row[4] for row in rows}
    party = {slug: slug for slug in named} if joined else slugs_of(Party, named)
    return [
        Reading(
            read_id(r[0]), read_id(r[1]), read_id(r[2]), party[r[3]], r[5], party[r[4]], r[6], r[7], r[8],
            r[9], bool(r[10]), r[11],
            admitted_at or read_instant(r[15]), None if admitted_at else read_instant(r[16]), read_day(r[12]),
            read_day(r[13]), r[14],
        )
        for r in rows
    ]  # fmt: skip


def reading_of(coding: Coding, conditions: tuple[ConditionFacts, ...] = ()) -> Reading:
    """The reading of a coding that is loaded with its party, issue and statement anyway."""
    statement = coding.statement
    return Reading(
        str(coding.pk), str(statement.pk), str(statement.source_id), coding.party.slug, coding.issue.slug,
        statement.asserted_by.slug, statement.directness, coding.state, coding.stance, coding.move, coding.red_line,
        coding.status, coding.recorded_at, coding.retired_at, statement.stated_earliest, coding.stated_latest,
        statement.round.number if statement.round else None, conditions,
    )  # fmt: skip


def with_conditions(readings: list[Reading], conditions: Mapping[str, tuple[ConditionFacts, ...]]) -> list[Reading]:
    """The readings with the conditions of those that have some."""
    if not conditions:
        return readings
    return [r._replace(conditions=conditions[r.coding]) if r.coding in conditions else r for r in readings]


def bare_rows(query: QuerySet[Any, Any]) -> list[tuple[Any, ...]]:
    """The rows of a ``values_list`` as the database driver gives them."""
    try:
        sql, parameters = query.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def slugs_of(model: type[Party] | type[Issue], ids: Collection[str]) -> dict[str, str]:
    """Slugs by bare id. The few hundred rows of these tables are looked up by the ids that occur."""
    found = model._default_manager.filter(pk__in=[UUID(id) for id in ids]).order_by()
    return dict(bare_rows(found.values_list(engine_for(connection.vendor).bare_id("pk"), "slug")))


FEW = 500


def load_conditions(codings: QuerySet[Coding], ids: list[str]) -> dict[str, tuple[ConditionFacts, ...]]:
    """By coding, the conditions of those of ``ids`` that have some, their series in listed order."""
    texts = load_condition_texts(codings, ids)
    return {coding: tuple(condition.facts for condition in listed) for coding, listed in texts.items()}


def load_condition_texts(codings: QuerySet[Coding], ids: list[str]) -> dict[str, tuple[ConditionText, ...]]:
    """The same with their words; one query, and none where there are no ids."""
    if not ids:
        return {}
    wanted: Any = [UUID(id) for id in ids] if len(ids) <= FEW else codings.order_by().values("pk")
    engine = engine_for(connection.vendor)
    columns = ("text", "kind", "statuses__status", "statuses__on", "statuses__recorded_at", "coding__recorded_at")
    rows = bare_rows(
        Condition.objects.filter(coding__in=wanted)
        .order_by("coding_id", "rank", "statuses__rank")
        .values_list(engine.bare_id("pk"), engine.bare_id("coding_id"), *columns)
    )
    entries: dict[str, list[StatusEntry]] = {}
    order: dict[str, list[tuple[str, str, str]]] = {}
    for condition, coding, text, kind, status, on, recorded_at, with_coding in rows:
        if condition not in entries:
            entries[condition] = []
            order.setdefault(coding, []).append((condition, text, kind))
        instant = recorded_at or with_coding
        if status is not None and instant is not None:
            entries[condition].append(StatusEntry(status, engine.read_day(on), engine.read_instant(instant)))
    return {
        engine.read_id(coding): tuple(
            ConditionText(text, kind, ConditionFacts(tuple(entries[condition]))) for condition, text, kind in listed
        )
        for coding, listed in order.items()
    }


def parents_in(negotiation: Negotiation) -> dict[str, str]:
    """Which source derives from which, as the record stands now, whoever asks."""
    engine = engine_for(connection.vendor)
    chained = Source.objects.filter(negotiation=negotiation, derived_from__isnull=False).order_by()
    rows = bare_rows(chained.values_list(engine.bare_id("pk"), engine.bare_id("derived_from_id")))
    return {engine.read_id(source): engine.read_id(parent) for source, parent in rows}


def parents_and_markings_in(negotiation: Negotiation) -> tuple[dict[str, str], dict[str, str]]:
    """The same, and the markings of the sources that are not ``CLEAR``, in one query, whoever asks.

    Markings tell of sources the reader may not see: look up only those of evidence they were given.
    """
    sources = Source.objects.filter(Q(derived_from__isnull=False) | ~Q(tlp=Tlp.CLEAR), negotiation=negotiation)
    rows: Sequence[tuple[UUID, UUID | None, str]] = list(sources.order_by().values_list("pk", "derived_from_id", "tlp"))
    parents = {str(source): str(parent) for source, parent, _ in rows if parent is not None}
    return parents, {str(source): tlp for source, _, tlp in rows if tlp != Tlp.CLEAR}


def round_spans(negotiation: Negotiation) -> list[RoundSpan]:
    """The negotiation's rounds with the parties their delegations name."""
    named: dict[UUID, set[str]] = {}
    for held, party in (
        Delegation.objects.filter(round__negotiation=negotiation).order_by().values_list("round_id", "party__slug")
    ):
        named.setdefault(held, set()).add(party)
    rounds = Round.objects.filter(negotiation=negotiation).order_by("number")
    return [RoundSpan(r.number, r.status, r.starts_on, r.ends_on, frozenset(named.get(r.pk, ()))) for r in rounds]
