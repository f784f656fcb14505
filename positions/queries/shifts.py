"""Shifts and concessions a page at a time: only the evidence that the page's rows rest on is read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.functions import Collate

from positions.analysis.concessions import concessions
from positions.analysis.evidence import follow_tracks
from positions.analysis.shifts import MOVES, PARTIES_COMPARED, draw_lines, gaps_of, walk_shifts
from positions.analysis.types import Concession, History, Shift
from positions.db import engine_for
from positions.enums import CodingState
from positions.models import Coding, Issue, Negotiation, Party
from positions.queries.access import Reader
from positions.queries.evidence import Moment, admitted_codings, load_readings, parents_in, round_spans

PARTIES_AT_ONCE = 4
ISSUES_AT_ONCE = 1


def parties_with_evidence(
    evidence: QuerySet[Coding], most: int, *, since: str = "", parties: Collection[Party] | None = None
) -> list[UUID]:
    """The first parties with a coded reading among ``evidence``, by slug from ``since`` on; a seek in an index each."""
    # The analysis sorts by code point, and so must the database, whatever its locale.
    by_code_point = engine_for(connection.vendor).CODE_POINT_COLLATION
    found = Party.objects.annotate(who=Collate("slug", by_code_point)).filter(
        Exists(evidence.filter(state=CodingState.CODED, party=OuterRef("pk"))), who__gte=since
    )
    if parties is not None:
        found = found.filter(pk__in=[party.pk for party in parties])
    return list(found.order_by("who").values_list("pk", flat=True)[:most])


def shifts_page_for(
    reader: Reader,
    negotiation: Negotiation,
    moment: Moment,
    *,
    limit: int,
    after: tuple[str, str, date, str] | None = None,
    parties: Collection[Party] | None = None,
    issues: Collection[Issue] | None = None,
    kinds: Collection[str] | None = None,
    footings: Collection[str] | None = None,
    others: Collection[Party] | None = None,
) -> tuple[list[Shift], bool]:
    """At most ``limit`` shifts after the (party, issue, day, footing) of ``after``, and whether there are more.

    The rows of ``shifts_for``, in its order. Parties are walked one after the other; what the others
    said is read for the issues of the page on which somebody moved.
    """
    admitted = admitted_codings(reader, negotiation, moment)
    if issues is not None:
        admitted = admitted.filter(issue__in=[issue.pk for issue in issues])
    parents = parents_in(negotiation)
    found: list[Shift] = []
    since, waiting = after[0] if after else "", True
    while waiting and len(found) <= limit:
        chunk = parties_with_evidence(admitted, PARTIES_AT_ONCE + 1, since=since, parties=parties)
        waiting = len(chunk) > PARTIES_AT_ONCE
        readings = load_readings(admitted.filter(party__in=chunk[:PARTIES_AT_ONCE]), admitted_at=moment.known_at)
        for shift in _walk(History(tuple(readings), parents, ()), moment):
            if after is not None and (shift.party, shift.issue, shift.on, shift.footing) <= after:
                continue
            if (kinds is None or shift.kind in kinds) and (footings is None or shift.footing in footings):
                found.append(shift)
        if waiting:
            since = Party.objects.values_list("slug", flat=True).get(pk=chunk[-1])
    page = found[:limit]
    return _with_gaps(page, admitted, moment, parents, others), len(found) > limit


def _walk(history: History, moment: Moment) -> Iterator[Shift]:
    tracks = follow_tracks(history, moment.as_of, moment.known_at)
    for pair in sorted(tracks):
        yield from walk_shifts(tracks[pair], moment.known_at)


def _with_gaps(
    page: list[Shift],
    admitted: QuerySet[Coding],
    moment: Moment,
    parents: dict[str, str],
    others: Collection[Party] | None,
) -> list[Shift]:
    """The shifts with their gaps; null where too many parties have evidence and none are named."""
    wide = set() if others is not None else set(wide_issues(admitted, {shift.issue for shift in page}))
    moved = {shift.issue for shift in page if shift.kind in MOVES} - wide
    if not moved:
        return [replace(shift, gaps=None) if shift.issue in wide else shift for shift in page]
    beside = admitted.filter(issue__slug__in=moved, state=CodingState.CODED)
    if others is not None:
        beside = beside.filter(party__in=[party.pk for party in others])
    readings = load_readings(beside, admitted_at=moment.known_at)
    lines = draw_lines(follow_tracks(History(tuple(readings), parents, ()), moment.as_of, moment.known_at))
    return [
        replace(
            shift,
            gaps=None
            if shift.issue in wide
            else gaps_of(shift, [line for line in lines.get(shift.issue, ()) if line.party != shift.party]),
        )
        for shift in page
    ]


def wide_issues(admitted: QuerySet[Coding], slugs: Collection[str] | None = None) -> list[str]:
    """The issues on which more parties have evidence than are compared with each other, sorted."""
    evidence = admitted.filter(state=CodingState.CODED)
    if slugs is not None:
        evidence = evidence.filter(issue__slug__in=slugs)
    counted = evidence.order_by().values("issue__slug").annotate(heard=Count("party", distinct=True))
    return sorted(counted.filter(heard__gt=PARTIES_COMPARED).values_list("issue__slug", flat=True))


def concessions_page_for(
    reader: Reader,
    negotiation: Negotiation,
    moment: Moment,
    *,
    limit: int,
    after: tuple[str, date, str, str] | None = None,
    parties: Collection[Party] | None = None,
    issues: Collection[Issue] | None = None,
    others: Collection[Party] | None = None,
) -> tuple[list[Concession], bool]:
    """At most ``limit`` rows of the ledger after the (issue, day, mover, other) of ``after``, and whether more come.

    The rows of ``concessions_for``, in its order, an issue at a time; the caller has made sure that no
    issue is too wide.
    """
    admitted = admitted_codings(reader, negotiation, moment)
    asked = issues if issues is not None else Issue.objects.filter(negotiation=negotiation).only("slug")
    waiting = sorted((issue for issue in asked if after is None or issue.slug >= after[0]), key=lambda i: i.slug)
    involving = None
    if parties is not None or others is not None:
        involving = {party.slug for party in (*(parties or ()), *(others or ()))}
    movers = None if parties is None else {party.slug for party in parties}
    targets = None if others is None else {party.slug for party in others}
    parents, rounds = parents_in(negotiation), tuple(round_spans(negotiation))
    found: list[Concession] = []
    while waiting and len(found) <= limit:
        chunk, waiting = waiting[:ISSUES_AT_ONCE], waiting[ISSUES_AT_ONCE:]
        readings = load_readings(admitted.filter(issue__in=chunk), admitted_at=moment.known_at)
        history = History(tuple(readings), parents, rounds)
        rows: Iterable[Concession] = concessions(history, moment.as_of, moment.known_at, involving)
        for row in rows:
            if after is not None and (row.issue, row.on, row.party, row.other) <= after:
                continue
            if (movers is None or row.party in movers) and (targets is None or row.other in targets):
                found.append(row)
    return found[:limit], len(found) > limit
