"""What pages of positions load: one negotiation's facts and names, in a fixed number of queries.

The codings come from ``positions.queries.evidence``, so they are those the reader may see at the
moment; the results are handed to ``positions.analysis``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Count, F, OuterRef, Subquery

from positions.analysis.types import History, Reading, RoundSpan
from positions.enums import AliasKind, Tlp
from positions.models import Coding, Issue, Negotiation, Party, PartyAlias, Round, Statement
from positions.queries.access import Reader, issues_for, negotiation_for, published_codings_for, statements_for
from positions.queries.evidence import (
    ConditionText,
    Moment,
    admitted_codings,
    load_bare_readings,
    load_condition_texts,
    load_readings,
    parents_and_markings_in,
    reading_of,
)
from positions.web.palette import PartyInk, assign_slots
from positions.web.words import clip_text


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
    """A negotiation as its reader sees it: facts for the analysis, names and colours for the page.

    ``issues`` leaves out those merged into another one, unless something was known of them at the moment.
    ``tlps`` holds the marking of every source that is not ``CLEAR``, seen or not: ask for :attr:`marking`.
    """

    negotiation: Negotiation
    moment: Moment
    history: History
    issues: Mapping[str, Issue]
    parties: Mapping[str, Party]
    weights: Mapping[str, int]
    rounds: tuple[RoundRow, ...]
    codings: tuple[Coding, ...] = ()
    conditions: Mapping[str, tuple[ConditionText, ...]] | None = None
    tlps: Mapping[str, str] = field(default_factory=dict)

    @property
    def marking(self) -> Tlp:
        """The most restrictive marking of the sources behind the page, of those its reader may see."""
        return Tlp.strictest(self.tlps.get(reading.source, Tlp.CLEAR) for reading in self.history.readings)

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


def find_negotiation(reader: Reader, slug: str) -> tuple[Negotiation, dict[str, Issue]]:
    """The negotiation and its issues in their own order, the merged ones too, in one query. Raises ``NotVisible``."""
    issues = issues_for(reader).filter(negotiation__slug=slug).select_related("negotiation").order_by("rank", "slug")
    found = {issue.slug: issue for issue in issues}
    if found:
        return next(iter(found.values())).negotiation, found
    return negotiation_for(reader, slug), found


def load_negotiation_record(
    reader: Reader, negotiation: Negotiation, issues: Mapping[str, Issue], moment: Moment
) -> PageRecord:
    """Everything coded in the negotiation; five queries, and two more where something may be kept back."""
    readings = load_readings(admitted_codings(reader, negotiation, moment), admitted_at=moment.known_at, joined=True)
    return _assemble(reader, negotiation, issues, moment, tuple(readings))


def load_worded_record(
    reader: Reader, negotiation: Negotiation, issues: Mapping[str, Issue], moment: Moment
) -> PageRecord:
    """The same with the words of the conditions; as many queries."""
    codings = admitted_codings(reader, negotiation, moment)
    bare = load_bare_readings(codings, admitted_at=moment.known_at, joined=True)
    conditions = load_condition_texts(codings, [reading.coding for reading in bare])
    readings = tuple(
        reading._replace(conditions=tuple(c.facts for c in conditions.get(reading.coding, ()))) for reading in bare
    )
    return _assemble(reader, negotiation, issues, moment, readings, (), conditions)


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
    for coding in found:
        coding.issue = issue
    conditions = load_condition_texts(codings, [str(coding.pk) for coding in found])
    readings = tuple(reading_of(coding, tuple(c.facts for c in conditions.get(str(coding.pk), ()))) for coding in found)
    return _assemble(reader, negotiation, issues, moment, readings, found, conditions)


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
    spoken = {reading.issue for reading in readings}
    parents, tlps = parents_and_markings_in(negotiation)
    return PageRecord(
        negotiation=negotiation,
        moment=moment,
        history=History(readings, parents, spans),
        issues={slug: issue for slug, issue in issues.items() if issue.merged_into_id is None or slug in spoken},
        parties={party.slug: party for party in parties},
        weights={party.slug: int(getattr(party, "weight", 0)) for party in parties},
        rounds=rounds,
        codings=codings,
        conditions=conditions,
        tlps=tlps,
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
