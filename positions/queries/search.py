"""Search over statements, sources, parties and issues: the same answers on both engines.

What is compared is folded once, when a record is written (``positions.folding``), and looked for as
plain text. All words must be found; words in quotation marks must stand together. A passage is found
by its words, by who asserts it and by who speaks it, as far as the reader may know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast

from positions.enums import Move
from positions.folding import folded
from positions.models import Issue, Negotiation, Party, PartyAlias, Source, Statement
from positions.queries.access import (
    Reader,
    codings_of_shown_statements,
    issues_for,
    negotiations_for,
    parties_for,
    persons_for,
    sources_for,
    statements_for,
)
from positions.queries.withholding import quote_shown, speaker_shown

MOST_TERMS = 12
LONGEST_QUERY = 400
PAGE_ROWS = 30
MOST_PAGES = 100
FACETS_SHOWN = 8
TERM = re.compile(r'"([^"]*)"|“([^”]*)”|«([^»]*)»|(\S+)')


@dataclass(frozen=True, slots=True)
class Facets:
    """What narrows a search; null leaves a facet open."""

    negotiation: str | None = None
    party: str | None = None
    issue: str | None = None
    move: str | None = None
    round: int | None = None
    source: UUID | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class FacetCount:
    """A value of a facet among the statements found, and how many have it."""

    value: str
    label: str
    count: int


@dataclass(frozen=True)
class SearchResult:
    """One page of statements, newest first, with what else was found by the same words."""

    terms: tuple[str, ...]
    statements: list[Statement]
    statement_count: int
    page: int
    pages: int
    sources: list[Source] = field(default_factory=list)
    parties: list[Party] = field(default_factory=list)
    issues: list[Issue] = field(default_factory=list)
    facets: Mapping[str, list[FacetCount]] = field(default_factory=dict)


def read_terms(words: str) -> tuple[str, ...]:
    """The folded words and quoted phrases of a query, each once, at most :data:`MOST_TERMS`."""
    found = []
    for match in TERM.finditer(words[:LONGEST_QUERY]):
        term = folded(next(group for group in match.groups() if group is not None)).strip('"“”«»')
        if term and term not in found:
            found.append(term)
    return tuple(found[:MOST_TERMS])


def search_for(reader: Reader, words: str, facets: Facets, page: int = 1) -> SearchResult:
    """What the reader may see of what the words find, in a bounded number of queries."""
    terms = read_terms(words)
    if not terms and facets == Facets():
        return SearchResult((), [], 0, 1, 1)
    names = _names_matching(reader, terms) if terms else _Names()
    found = _saying(reader, _narrow(reader, statements_for(reader).filter(retired_at=None), facets), terms, names)
    count = found.order_by().count()
    pages = max(1, min(MOST_PAGES, -(-count // PAGE_ROWS)))
    page = min(max(page, 1), pages)
    keys = list(
        found.order_by("-stated_latest", "pk").values_list("pk", flat=True)[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]
    )
    rows = (
        Statement.objects.filter(pk__in=keys)
        .select_related("source", "negotiation", "asserted_by", "speaker", "round")
        .order_by("-stated_latest", "pk")
    )
    first = page == 1 and facets == Facets(negotiation=facets.negotiation)
    return SearchResult(
        terms=terms,
        statements=list(rows),
        statement_count=count,
        page=page,
        pages=pages,
        sources=_sources(reader, terms, facets) if first and terms else [],
        parties=list(names.all_of[:FACETS_SHOWN]) if first else [],
        issues=_issues(reader, terms, facets) if first and terms else [],
        facets=_count_facets(reader, found) if count else {},
    )


def statements_saying(reader: Reader, rows: QuerySet[Statement], words: str) -> QuerySet[Statement]:
    """Those of ``rows``, statements the reader may see, that the words find; none where there are no words."""
    terms = read_terms(words)
    return _saying(reader, rows, terms, _names_matching(reader, terms)) if terms else rows.none()


def _saying(reader: Reader, rows: QuerySet[Statement], terms: tuple[str, ...], names: _Names) -> QuerySet[Statement]:
    for term in terms:
        rows = rows.filter(_says(reader, term, names))
    return rows


@dataclass(frozen=True)
class FoundBeside:
    """What else the words find in a negotiation: a few sources, parties and issues."""

    sources: list[Source]
    parties: list[Party]
    issues: list[Issue]


def found_beside(reader: Reader, words: str, negotiation: Negotiation) -> FoundBeside:
    """The sources, parties and issues that all the words find, at most :data:`FACETS_SHOWN` of each."""
    terms, facets = read_terms(words), Facets(negotiation=negotiation.slug)
    if not terms:
        return FoundBeside([], [], [])
    parties = _names_matching(reader, terms).all_of[:FACETS_SHOWN]
    return FoundBeside(_sources(reader, terms, facets), list(parties), _issues(reader, terms, facets))


@dataclass(frozen=True)
class _Names:
    """The parties and people whose names hold a term, by term, and the parties found by all terms together."""

    parties: Mapping[str, list[UUID]] = field(default_factory=dict)
    persons: Mapping[str, list[UUID]] = field(default_factory=dict)
    all_of: tuple[Party, ...] = ()


def _names_matching(reader: Reader, terms: tuple[str, ...]) -> _Names:
    """Names are few: they are folded and compared here. Three queries."""
    parties = {party.pk: party for party in parties_for(reader).filter(merged_into=None)}
    spoken: dict[UUID, list[str]] = {pk: [folded(party.name)] for pk, party in parties.items()}
    for pk, text in PartyAlias.objects.filter(party__in=parties).values_list("party_id", "text"):
        spoken[pk].append(folded(text))
    persons = {pk: folded(name) for pk, name in persons_for(reader).values_list("pk", "name")}
    return _Names(
        {term: [pk for pk, names in spoken.items() if any(term in name for name in names)] for term in terms},
        {term: [pk for pk, name in persons.items() if term in name] for term in terms},
        tuple(
            parties[pk] for pk, names in spoken.items() if any(all(term in name for term in terms) for name in names)
        ),
    )


def _says(reader: Reader, term: str, names: _Names) -> Q:
    said = quote_shown(reader) & Q(folded__contains=term)
    spoken = Q(folded_speaker__contains=term)
    if names.persons.get(term):
        spoken |= Q(speaker__in=names.persons[term])
    said |= speaker_shown(reader) & spoken
    return said | Q(asserted_by__in=names.parties[term]) if names.parties.get(term) else said


def _narrow(reader: Reader, rows: QuerySet[Statement], facets: Facets) -> QuerySet[Statement]:
    if facets.negotiation is not None:
        rows = rows.filter(negotiation__slug=facets.negotiation)
    if facets.round is not None:
        rows = rows.filter(round__number=facets.round)
    if facets.source is not None:
        rows = rows.filter(source=facets.source)
    if facets.since is not None:
        rows = rows.filter(stated_latest__gte=facets.since)
    if facets.until is not None:
        rows = rows.filter(stated_latest__lte=facets.until)
    wanted = {
        name: value for name, value in (("issue__slug", facets.issue), ("move", facets.move)) if value is not None
    }
    readings = codings_of_shown_statements(reader).filter(statement=OuterRef("pk"), retired_at=None, **wanted)
    if facets.party is not None:
        read = Q(Exists(readings.filter(party__slug=facets.party)))
        rows = rows.filter(read | Q(asserted_by__slug=facets.party) if not wanted else read)
    elif wanted:
        rows = rows.filter(Exists(readings))
    return rows


def _sources(reader: Reader, terms: tuple[str, ...], facets: Facets) -> list[Source]:
    found = sources_for(reader).select_related("negotiation")
    if facets.negotiation is not None:
        found = found.filter(negotiation__slug=facets.negotiation)
    for term in terms:
        found = found.filter(folded__contains=term)
    return list(found.order_by("-published_latest", "title", "pk")[:FACETS_SHOWN])


def _issues(reader: Reader, terms: tuple[str, ...], facets: Facets) -> list[Issue]:
    """Issues are few as well: their titles, proposals and keywords are compared here; one query."""
    listed = issues_for(reader).filter(merged_into=None).select_related("negotiation").order_by("negotiation", "rank")
    if facets.negotiation is not None:
        listed = listed.filter(negotiation__slug=facets.negotiation)
    found = []
    for issue in listed:
        words = folded(" ".join((issue.title, issue.proposal, issue.pole_against, *map(str, issue.keywords))))
        if all(term in words for term in terms):
            found.append(issue)
    return found[:FACETS_SHOWN]


def _count_facets(reader: Reader, found: QuerySet[Statement]) -> dict[str, list[FacetCount]]:
    """The commonest values of each facet among the statements found; one query."""
    readings = codings_of_shown_statements(reader).filter(retired_at=None, statement__in=found.order_by().values("pk"))
    held = found.filter(round__isnull=False)
    asked: tuple[tuple[QuerySet[Any], str, str, str, str], ...] = (
        (readings, "party", "party__slug", "party__name", "statement"),
        (readings, "issue", "issue__slug", "issue__title", "statement"),
        (readings, "move", "move", "move", "statement"),
        (held, "round", "round__number", "round__title", "pk"),
        (found, "source", "source_id", "source__title", "pk"),
    )
    counted = [
        rows.order_by()
        .annotate(facet=Value(facet), facet_value=Cast(value, CharField()), label=Cast(label, CharField()))
        .values_list("facet", "facet_value", "label")
        .annotate(n=Count(unit, distinct=True))
        for rows, facet, value, label, unit in asked
    ]
    facets: dict[str, list[FacetCount]] = {}
    for facet, value, label, number in counted[0].union(*counted[1:], all=True):
        named = str(Move(label).label) if facet == "move" else label
        # SQLite stores a UUID as bare digits
        shown = str(UUID(value)) if facet == "source" else value
        facets.setdefault(facet, []).append(FacetCount(shown, named, number))
    return {
        facet: sorted(counts, key=lambda count: (-count.count, count.label, count.value))[:FACETS_SHOWN]
        for facet, counts in facets.items()
    }


def negotiations_offered(reader: Reader) -> list[Negotiation]:
    """The negotiations a search can be narrowed to; one query."""
    return list(negotiations_for(reader).order_by("title")[:50])
