"""What pages of positions load: one negotiation's facts and names, in a fixed number of queries.

The codings come from ``positions.queries.evidence``, so they are those the reader may see at the
moment; the results are handed to ``positions.analysis``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, F, OuterRef, QuerySet, Subquery

from positions.analysis.types import Condition as ConditionFacts
from positions.analysis.types import History, Reading, RoundSpan, StatusEntry
from positions.db import engine_for
from positions.enums import AliasKind
from positions.models import Coding, Condition, Issue, Negotiation, Party, PartyAlias, Round, Statement
from positions.queries.access import Reader, issues_for, negotiation_for, published_codings_for, statements_for
from positions.queries.evidence import Moment, admitted_codings, bare_rows, parents_in
from positions.web.palette import PartyInk, assign_slots
from positions.web.words import clip_text

READING_FIELDS = (
    "pk", "statement_id", "statement__source_id", "party__slug", "issue__slug", "statement__asserted_by__slug",
    "statement__directness", "state", "stance", "move", "red_line", "status", "recorded_at", "retired_at",
    "statement__stated_earliest", "stated_latest", "statement__round__number",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ConditionText:
    """A condition of a coding as words, with its latest status at the moment asked about."""

    text: str
    kind: str
    facts: ConditionFacts


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """A party at a round, and who headed it (empty: not recorded)."""

    party: str
    name: str
    head: str


@dataclass(frozen=True, slots=True)
class RoundRow:
    """A round with its delegations, as pages list it."""

    round: Round
    delegations: tuple[DelegationRow, ...]


@dataclass(frozen=True, slots=True)
class PageRecord:
    """A negotiation as its reader sees it: facts for the analysis, names and colours for the page."""

    negotiation: Negotiation
    moment: Moment
    history: History
    issues: Mapping[str, Issue]
    parties: Mapping[str, Party]
    weights: Mapping[str, int]
    rounds: tuple[RoundRow, ...]
    codings: tuple[Coding, ...] = ()
    conditions: Mapping[str, tuple[ConditionText, ...]] | None = None

    def inks(self, chosen: Iterable[str] = ()) -> dict[str, PartyInk]:
        """Names and colours of every party of the negotiation."""
        slots = assign_slots(self.weights, chosen)
        return {
            slug: PartyInk(slug, party.name, short_name(party), slots.get(slug)) for slug, party in self.parties.items()
        }


def short_name(party: Party) -> str:
    """The English abbreviation, a short name as it is, a state's code, or the name cut short."""
    abbreviation = getattr(party, "abbreviation", None)
    if len(party.name) <= 9:
        return party.name
    return str(abbreviation or party.iso3 or clip_text(party.name, 11))


def read_row(row: Sequence[Any], conditions: tuple[ConditionFacts, ...] = ()) -> Reading:
    """A row of ``READING_FIELDS`` as the analysis reads it."""
    coding, statement, source, *facts = row
    return Reading._make((str(coding), str(statement), str(source), *facts, conditions))


def find_negotiation(reader: Reader, slug: str) -> tuple[Negotiation, dict[str, Issue]]:
    """The negotiation and its issues in their own order, in one query. Raises ``NotVisible``."""
    issues = issues_for(reader).filter(negotiation__slug=slug).select_related("negotiation").order_by("rank", "slug")
    found = {issue.slug: issue for issue in issues}
    if found:
        return next(iter(found.values())).negotiation, found
    return negotiation_for(reader, slug), found


def load_negotiation_record(
    reader: Reader, negotiation: Negotiation, issues: Mapping[str, Issue], moment: Moment
) -> PageRecord:
    """Everything coded in the negotiation; five queries, and two more where something may be kept back."""
    codings = admitted_codings(reader, negotiation, moment)
    engine = engine_for(connection.vendor)
    conditions = {key: tuple(c.facts for c in found) for key, found in load_condition_texts(codings).items()}
    readings = []
    # the driver's own rows: a negotiation may have a hundred thousand
    for row in bare_rows(codings.order_by().values_list(*READING_FIELDS)):
        coding, statement, source = (engine.read_id(value) for value in row[:3])
        days = (engine.read_day(row[14]), engine.read_day(row[15]))
        facts = (*row[3:10], bool(row[10]), row[11], moment.known_at, None, *days, row[16])
        readings.append(Reading._make((coding, statement, source, *facts, conditions.get(coding, ()))))
    return _assemble(reader, negotiation, issues, moment, tuple(readings))


def load_issue_record(
    reader: Reader, negotiation: Negotiation, issues: Mapping[str, Issue], issue: Issue, moment: Moment
) -> PageRecord:
    """What is coded on one issue, with the codings and statements themselves; as many queries."""
    codings = admitted_codings(reader, negotiation, moment).filter(issue=issue)
    found = tuple(
        codings.select_related(
            "statement__source", "statement__asserted_by", "statement__speaker", "statement__round", "party"
        ).order_by("party_id", "stated_latest", "pk")
    )
    conditions = load_condition_texts(codings)
    readings = tuple(_reading_of(coding, issue, conditions) for coding in found)
    return _assemble(reader, negotiation, issues, moment, readings, found, conditions)


def _reading_of(coding: Coding, issue: Issue, conditions: Mapping[str, tuple[ConditionText, ...]]) -> Reading:
    statement = coding.statement
    return Reading(
        str(coding.pk), str(statement.pk), str(statement.source_id), coding.party.slug, issue.slug,
        statement.asserted_by.slug, statement.directness, coding.state, coding.stance, coding.move, coding.red_line,
        coding.status, coding.recorded_at, coding.retired_at, statement.stated_earliest, coding.stated_latest,
        statement.round.number if statement.round else None,
        tuple(c.facts for c in conditions.get(str(coding.pk), ())),
    )  # fmt: skip


def load_condition_texts(codings: QuerySet[Coding]) -> dict[str, tuple[ConditionText, ...]]:
    """The conditions of each coding that has some, in listed order, with their dated statuses; one query."""
    texts: dict[UUID, tuple[str, str, str]] = {}
    entries: dict[UUID, list[StatusEntry]] = {}
    rows = (
        Condition.objects.filter(coding__in=codings)
        .order_by("coding_id", "rank", "statuses__rank")
        .values_list(
            "pk", "coding_id", "text", "kind", "statuses__status", "statuses__on", "statuses__recorded_at",
            "coding__recorded_at",
        )
    )  # fmt: skip
    for pk, coding, text, kind, status, on, recorded_at, coding_recorded_at in rows:
        texts[pk] = (str(coding), text, kind)
        entries.setdefault(pk, [])
        if status is not None:  # null where a condition has no entry: the outer join's row
            known = recorded_at or coding_recorded_at
            assert known is not None  # published codings have an instant
            entries[pk].append(StatusEntry(status, on, known))
    found: dict[str, list[ConditionText]] = {}
    for pk, (owner, text, kind) in texts.items():
        found.setdefault(owner, []).append(ConditionText(text, kind, ConditionFacts(tuple(entries[pk]))))
    return {owner: tuple(listed) for owner, listed in found.items()}


def _assemble(
    reader: Reader,
    negotiation: Negotiation,
    issues: Mapping[str, Issue],
    moment: Moment,
    readings: tuple[Reading, ...],
    codings: tuple[Coding, ...] = (),
    conditions: Mapping[str, tuple[ConditionText, ...]] | None = None,
) -> PageRecord:
    rounds = _load_rounds(negotiation)
    spans = tuple(
        RoundSpan(
            row.round.number,
            row.round.status,
            row.round.starts_on,
            row.round.ends_on,
            frozenset(delegation.party for delegation in row.delegations),
        )
        for row in rounds
    )
    parties = _load_parties(reader, negotiation)
    return PageRecord(
        negotiation=negotiation,
        moment=moment,
        history=History(readings, parents_in(negotiation), spans),
        issues=issues,
        parties={party.slug: party for party in parties},
        weights={party.slug: int(getattr(party, "weight", 0)) for party in parties},
        rounds=rounds,
        codings=codings,
        conditions=conditions,
    )


def _load_rounds(negotiation: Negotiation) -> tuple[RoundRow, ...]:
    """The rounds in order, each with who met; one query, a row for each delegation."""
    joined = (
        Round.objects.filter(negotiation=negotiation)
        .annotate(
            party_slug=F("delegations__party__slug"),
            party_name=F("delegations__party__name"),
            head_name=F("delegations__head__name"),
        )
        .order_by("number", "party_name")
    )
    rounds: dict[int, Round] = {}
    delegations: dict[int, list[DelegationRow]] = {}
    for row in joined:
        rounds.setdefault(row.number, row)
        if row.party_slug is not None:
            delegations.setdefault(row.number, []).append(
                DelegationRow(row.party_slug, row.party_name, row.head_name or "")
            )
    return tuple(RoundRow(entry, tuple(delegations.get(number, ()))) for number, entry in rounds.items())


def _load_parties(reader: Reader, negotiation: Negotiation) -> list[Party]:
    """The parties with a published coding the reader may see, heaviest first; the weight is how many."""
    abbreviations = PartyAlias.objects.filter(
        party=OuterRef("pk"), kind=AliasKind.ABBREVIATION, language="en"
    ).order_by("text", "pk")
    seen = published_codings_for(reader).filter(negotiation=negotiation)
    return list(
        Party.objects.filter(codings__in=seen)
        .annotate(weight=Count("codings"), abbreviation=Subquery(abbreviations.values("text")[:1]))
        .order_by("-weight", "slug")
    )


def load_statements(reader: Reader, ids: Iterable[str]) -> dict[str, Statement]:
    """Statements by id, with what a quotation needs; one query."""
    found = statements_for(reader).filter(pk__in=set(ids)).select_related("source", "asserted_by", "speaker", "round")
    return {str(statement.pk): statement for statement in found}
