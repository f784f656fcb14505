"""What a statement's permalink loads: the statement and its versions, its codings with their history, its copies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q

from positions.analysis.evidence import ancestors_of, status_of
from positions.analysis.position import positions
from positions.analysis.timeline import timeline
from positions.analysis.types import Condition as ConditionFacts
from positions.analysis.types import History, Point, Position, StatusEntry
from positions.enums import Attribution, DerivationKind
from positions.exceptions import NotVisible
from positions.models import Coding, Condition, Source, Statement
from positions.queries.access import Reader, published_codings_for, sources_for, statements_for
from positions.queries.evidence import Moment, admitted_codings, load_bare_readings, parents_in


@dataclass(frozen=True, slots=True)
class StatusRow:
    """One dated entry of a condition: the statement or the reason that shows it."""

    status: str
    on: date
    recorded_at: datetime
    reason: str
    statement: str


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """A condition with its status at the moment asked about and the series behind it."""

    text: str
    kind: str
    falls_on: str
    status: str
    entries: tuple[StatusRow, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """A passage of the same party, issue and day in the language it was translated from or into."""

    statement: str
    text: str


@dataclass(frozen=True, slots=True)
class ChainLink:
    """A source of the statement's copy chain; ``carries`` lists its statements of the same occasion.

    ``beside`` holds their words where the source is a translation of the statement's own, or its original.
    """

    source: Source
    depth: int
    is_here: bool
    carries: tuple[str, ...]
    is_copy: bool
    beside: tuple[Beside, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementRecord:
    statement: Statement
    addressees: tuple[str, ...]
    replaced_by: tuple[Statement, ...]
    replaces: Statement | None
    codings: tuple[Coding, ...]
    past_codings: tuple[Coding, ...]
    conditions: Mapping[UUID, tuple[ConditionRow, ...]]
    points: Mapping[str, Point]
    positions: Mapping[tuple[str, str], Position]
    chain: tuple[ChainLink, ...]


def load_statement(reader: Reader, pk: UUID, moment: Moment) -> StatementRecord:
    """The statement as its reader may see it. Raises :class:`NotVisible`."""
    versions: dict[UUID, Statement] = {}
    addressees: list[str] = []
    joined = (
        statements_for(reader)
        .filter(Q(pk=pk) | Q(supersedes=pk) | Q(superseded_by=pk))
        .select_related("negotiation", "source", "text", "asserted_by", "speaker", "round", "group")
        .annotate(addressee=F("addressees__name"))
        .order_by("recorded_at", "addressee")
    )
    for row in joined:  # a row for each addressee
        versions.setdefault(row.pk, row)
        if row.pk == pk and row.addressee is not None and row.addressee not in addressees:
            addressees.append(row.addressee)
    statement = versions.get(pk)
    if statement is None:
        raise NotVisible("No such statement.")
    every = (
        published_codings_for(reader)
        .filter(statement=statement, recorded_at__lte=moment.known_at)
        .select_related("party", "issue", "codebook")
        .order_by("issue__rank", "party__name", "recorded_at")
    )
    codings = [c for c in every if c.retired_at is None or c.retired_at > moment.known_at]
    history = _load_history(reader, statement, codings, moment)
    pairs = {(c.party.slug, c.issue.slug) for c in codings}
    points = {
        point.coding: point
        for issue in {issue for _, issue in pairs}
        for series in timeline(history, issue, moment.as_of, moment.known_at)
        for point in series.points
    }
    stands = {
        (p.party, p.issue): p for p in positions(history, moment.as_of, moment.known_at) if (p.party, p.issue) in pairs
    }
    return StatementRecord(
        statement=statement,
        addressees=tuple(addressees),
        replaced_by=tuple(v for v in versions.values() if v.supersedes_id == pk),
        replaces=versions.get(statement.supersedes_id) if statement.supersedes_id else None,
        codings=tuple(codings),
        past_codings=tuple(c for c in every if c not in codings),
        conditions=_load_conditions(reader, codings, moment),
        points=points,
        positions=stands,
        chain=_load_chain(reader, statement, history, codings),
    )


def _load_history(reader: Reader, statement: Statement, codings: list[Coding], moment: Moment) -> History:
    """The lines of the coded parties on the coded issues, enough to say what decides."""
    lines = admitted_codings(reader, statement.negotiation, moment).filter(
        issue__in={c.issue_id for c in codings}, party__in={c.party_id for c in codings}
    )
    readings = load_bare_readings(lines, admitted_at=moment.known_at, joined=True)
    return History(tuple(readings), parents_in(statement.negotiation), ())


def _load_conditions(reader: Reader, codings: list[Coding], moment: Moment) -> dict[UUID, tuple[ConditionRow, ...]]:
    """The conditions of each coding with their dated statuses; one query."""
    recorded = {coding.pk: coding.recorded_at for coding in codings}
    seen = statements_for(reader).filter(pk=OuterRef("statuses__statement"))
    rows: Iterable[Sequence[Any]] = (
        Condition.objects.filter(coding__in=recorded)
        .annotate(is_seen=Exists(seen))
        .order_by("coding_id", "rank", "statuses__rank")
        .values_list(
            "pk", "coding_id", "text", "kind", "falls_on__name", "statuses__status", "statuses__on",
            "statuses__recorded_at", "statuses__reason", "statuses__statement_id", "is_seen",
        )
    )  # fmt: skip
    heads: dict[UUID, tuple[UUID, str, str, str]] = {}
    entries: dict[UUID, list[StatusRow]] = {}
    for pk, coding, text, kind, falls_on, status, on, recorded_at, reason, shown_by, is_seen in rows:
        heads[pk] = (coding, text, kind, falls_on or "")
        entries.setdefault(pk, [])
        if status is not None:  # null where a condition has no entry: the outer join's row
            known = recorded_at or recorded[coding]
            assert known is not None  # published codings have an instant
            entries[pk].append(StatusRow(status, on, known, reason, str(shown_by) if is_seen else ""))
    found: dict[UUID, list[ConditionRow]] = {}
    for pk, (coding, text, kind, falls_on) in heads.items():
        facts = ConditionFacts(tuple(StatusEntry(e.status, e.on, e.recorded_at) for e in entries[pk]))
        status = status_of(facts, moment.as_of, moment.known_at)
        shown = tuple(e for e in entries[pk] if e.on <= moment.as_of and e.recorded_at <= moment.known_at)
        found.setdefault(coding, []).append(ConditionRow(text, kind, falls_on, status, shown))
    return {coding: tuple(rows) for coding, rows in found.items()}


def _load_chain(reader: Reader, statement: Statement, history: History, codings: list[Coding]) -> tuple[ChainLink, ...]:
    """The sources that share an origin with the statement's, the origin first; empty where it stands alone."""
    parents = history.parents
    here = str(statement.source_id)
    root = ([here, *ancestors_of(here, parents)])[-1]
    members = {
        source for source in {*parents, *parents.values()} if source == root or root in ancestors_of(source, parents)
    }
    if len(members) < 2:
        return ()
    carried = _carried_by(statement, history, codings)
    others = [pk for source, statements in carried.items() if source != here for pk in statements]
    sources, words = _load_sources(reader, members, others)
    depths = {source: len(ancestors_of(source, parents)) for source in members}
    links = []
    for source in sorted(sources, key=lambda s: (depths[s], sources[s].published_earliest or date.max, s)):
        above = [a for a in ancestors_of(source, parents) if a in carried]
        is_copy = source in carried and bool(above)
        beside = words.get(source, ()) if _are_translations(sources[source], statement.source) else ()
        links.append(
            ChainLink(sources[source], depths[source], source == here, carried.get(source, ()), is_copy, tuple(beside))
        )
    return tuple(links) if len(links) > 1 else ()


def _load_sources(
    reader: Reader, members: Iterable[str], statements: list[str]
) -> tuple[dict[str, Source], dict[str, list[Beside]]]:
    """The sources, and the words of those of the statements that the reader may quote, in the order of the text.

    One query, a row for each statement. ``statements`` must be such as the reader sees.
    """
    found = sources_for(reader).filter(pk__in=members)
    if not statements:
        return {str(source.pk): source for source in found}, {}
    joined = found.annotate(said=FilteredRelation("statements", condition=Q(statements__pk__in=statements))).annotate(
        said_pk=F("said__pk"),
        said_words=F("said__exact"),
        said_under=F("said__attribution"),
        said_until=F("said__retired_at"),
    )
    sources: dict[str, Source] = {}
    words: dict[str, list[Beside]] = {}
    for row in joined.order_by("pk", "said__start", "said__pk"):
        sources[str(row.pk)] = row
        # what replaced a passage may have put it under a stricter rule, so no replaced one is quoted to outsiders
        is_free = Attribution.DEEP_BACKGROUND not in (row.attribution, row.said_under) and row.said_until is None
        if row.said_words and (is_free or reader.is_insider(row.negotiation_id)):
            words.setdefault(str(row.pk), []).append(Beside(str(row.said_pk), row.said_words))
    return sources, words


def _are_translations(a: Source, b: Source) -> bool:
    """Whether one of the two derives from the other by translation."""
    return any(
        one.derived_from_id == other.pk and one.derivation_kind == DerivationKind.TRANSLATION
        for one, other in ((a, b), (b, a))
    )


def _carried_by(statement: Statement, history: History, codings: list[Coding]) -> dict[str, tuple[str, ...]]:
    """Which sources carry evidence of the same day, party, issue and asserter, and in which statements."""
    pairs = {(c.party.slug, c.issue.slug) for c in codings}
    found: dict[str, set[str]] = {}
    for r in history.readings:
        same = r.latest == statement.stated_latest and r.asserted_by == statement.asserted_by.slug
        if same and (r.party, r.issue) in pairs:
            found.setdefault(r.source, set()).add(r.statement)
    return {source: tuple(sorted(statements)) for source, statements in found.items()}
