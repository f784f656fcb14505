"""The derived reads: positions, timeline, shifts and concessions, for one reader at one moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import ceil
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import Collate

from positions.analysis.concessions import concessions
from positions.analysis.position import positions
from positions.analysis.shifts import PARTIES_COMPARED, shifts
from positions.analysis.timeline import timeline
from positions.analysis.types import Concession, History, Position, Series, Shift
from positions.db import engine_for
from positions.enums import CodingState
from positions.exceptions import LedgerTooWide
from positions.models import Coding, Issue, Negotiation, Party, Round
from positions.queries.access import Reader
from positions.queries.evidence import (
    Moment,
    admitted_codings,
    history_for,
    load_deciding_readings,
    parents_in,
    round_spans,
)
from positions.queries.matrix import Matrix, matrix_for

__all__ = [
    "Matrix",
    "Timeline",
    "concessions_for",
    "matrix_for",
    "positions_for",
    "positions_page_for",
    "shifts_for",
    "timeline_for",
]


@dataclass(frozen=True, slots=True)
class Timeline:
    """An issue's rounds and the series of the parties heard on it."""

    issue: Issue
    rounds: tuple[Round, ...]
    series: tuple[Series, ...]


def positions_for(
    reader: Reader,
    negotiation: Negotiation,
    moment: Moment,
    *,
    parties: Collection[Party] | None = None,
    issues: Collection[Issue] | None = None,
) -> list[Position]:
    """Every position with evidence, sorted by party and issue."""
    return positions(
        history_for(reader, negotiation, moment, parties=parties, issues=issues), moment.as_of, moment.known_at
    )


def positions_page_for(
    reader: Reader,
    negotiation: Negotiation,
    moment: Moment,
    *,
    limit: int,
    after: tuple[str, str] | None = None,
    parties: Collection[Party] | None = None,
    issues: Collection[Issue] | None = None,
) -> tuple[list[Position], bool]:
    """At most ``limit`` positions after the (party, issue) of ``after``, and whether there are more.

    Only the evidence of the page's parties and issues is read.
    """
    asked = list(issues) if issues is not None else list(Issue.objects.filter(negotiation=negotiation).only("slug"))
    heard = admitted_codings(reader, negotiation, moment).filter(issue__in=[issue.pk for issue in asked])
    waiting = _parties_from(heard, limit + 2, after=after, parties=parties)
    parents, rounds = parents_in(negotiation), tuple(round_spans(negotiation))
    found: list[Position] = []
    # Each party that waits has a position; as many are read as the page needs, more where they say little.
    reach = ceil(limit / max(1, len(asked)))
    while waiting and len(found) < limit:
        chunk, waiting = waiting[:reach], waiting[reach:]
        readings = load_deciding_readings(heard.filter(party__in=chunk), admitted_at=moment.known_at)
        chunk_positions = positions(History(tuple(readings), parents, rounds), moment.as_of, moment.known_at)
        found += [p for p in chunk_positions if after is None or (p.party, p.issue) > after]
        reach *= 2
    return found[:limit], len(found) > limit or bool(waiting)


def _parties_from(
    heard: QuerySet[Coding], most: int, *, after: tuple[str, str] | None, parties: Collection[Party] | None
) -> list[UUID]:
    """The first parties with evidence, by slug, from the one named in ``after`` on; one seek in an index a party."""
    evidence = heard.filter(state=CodingState.CODED, party=OuterRef("pk"))
    # The analysis sorts by code point, and so must the database, whatever its locale.
    by_code_point = engine_for(connection.vendor).CODE_POINT_COLLATION
    waiting = Party.objects.annotate(who=Collate("slug", by_code_point)).filter(Exists(evidence))
    if parties is not None:
        waiting = waiting.filter(pk__in=[party.pk for party in parties])
    if after is not None:
        waiting = waiting.filter(who__gte=after[0])
    return list(waiting.order_by("who").values_list("pk", flat=True)[:most])


def timeline_for(
    reader: Reader, negotiation: Negotiation, issue: Issue, moment: Moment, *, parties: Collection[Party] | None = None
) -> Timeline:
    """The line and dots of each party heard on the issue, with the negotiation's rounds."""
    history = history_for(reader, negotiation, moment, parties=parties, issues=[issue], with_rounds=False)
    rounds = tuple(Round.objects.filter(negotiation=negotiation).order_by("number"))
    return Timeline(issue, rounds, tuple(timeline(history, issue.slug, moment.as_of, moment.known_at)))


def shifts_for(
    reader: Reader,
    negotiation: Negotiation,
    moment: Moment,
    *,
    parties: Collection[Party] | None = None,
    issues: Collection[Issue] | None = None,
    kinds: Collection[str] | None = None,
    others: Collection[Party] | None = None,
) -> list[Shift]:
    """Every shift, sorted by party, issue and day; ``others`` names the parties wanted in the gaps.

    Gaps need everybody's evidence on the issue, so ``parties`` picks rows after the computation.
    """
    history = history_for(reader, negotiation, moment, issues=issues)
    named = None if others is None else {party.slug for party in others}
    found: Iterable[Shift] = shifts(history, moment.as_of, moment.known_at, named)
    if parties is not None:
        wanted = {party.slug for party in parties}
        found = (shift for shift in found if shift.party in wanted)
    return [shift for shift in found if kinds is None or shift.kind in kinds]


def concessions_for(
    reader: Reader,
    negotiation: Negotiation,
    moment: Moment,
    *,
    parties: Collection[Party] | None = None,
    issues: Collection[Issue] | None = None,
    others: Collection[Party] | None = None,
) -> list[Concession]:
    """The ledger's rows; ``parties`` picks movers and ``others`` those moved towards.

    Raises :class:`LedgerTooWide` where neither is named and an issue has too many parties to compare.
    """
    involving = None
    if parties is not None or others is not None:
        involving = {party.slug for party in (*(parties or ()), *(others or ()))}
    elif wide := _wide_issues(reader, negotiation, moment, issues):
        raise LedgerTooWide(
            f"More than {PARTIES_COMPARED} parties have evidence on “{wide[0]}”; "
            "name the movers with party= or those moved towards with other=."
        )
    rows = concessions(
        history_for(reader, negotiation, moment, issues=issues), moment.as_of, moment.known_at, involving
    )
    movers = None if parties is None else {party.slug for party in parties}
    targets = None if others is None else {party.slug for party in others}
    return [
        row for row in rows if (movers is None or row.party in movers) and (targets is None or row.other in targets)
    ]


def _wide_issues(
    reader: Reader, negotiation: Negotiation, moment: Moment, issues: Collection[Issue] | None
) -> list[str]:
    evidence = admitted_codings(reader, negotiation, moment).filter(state=CodingState.CODED)
    if issues is not None:
        evidence = evidence.filter(issue__in=issues)
    counted = (
        evidence.order_by()
        .values("issue__slug")
        .annotate(heard=Count("party", distinct=True))
        .filter(heard__gt=PARTIES_COMPARED)
    )
    return sorted(counted.values_list("issue__slug", flat=True))
