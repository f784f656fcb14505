"""The first page: the negotiations a reader may see, what moved last in each, and the desk's queues."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from positions.analysis.shifts import shifts
from positions.analysis.types import History, Shift
from positions.models import Coding, Issue, Negotiation, Party, Round, Source
from positions.queries.access import Reader, negotiations_for, published_codings_for
from positions.queries.evidence import Moment, load_readings_apart
from positions.queries.review import waiting_queues
from positions.queries.saved_views import own_views
from positions.web.ledes import moved
from positions.web.page_view import page
from positions.web.palette import PartyInk
from positions.web.query_string import read_moment
from positions.web.record import load_statements
from positions.web.shift_cards import ShiftCard, quoted_in, tell_shifts

NEGOTIATIONS_SHOWN = 60
RECENT_CODINGS = 80
MOVES_SHOWN = 3
VIEWS_SHOWN = 5


@page
def home(request: HttpRequest, reader: Reader) -> HttpResponse:
    asked = read_moment(request.GET)
    listed = list(_list_negotiations(reader)[: NEGOTIATIONS_SHOWN + 1])
    shown = listed[:NEGOTIATIONS_SHOWN]
    context = {
        "asked": asked,
        "negotiations": shown,
        "has_more": len(listed) > len(shown),
        "moves": find_latest_moves(reader, shown, asked.moment),
        "queues": waiting_queues(reader),
        "saved_views": own_views(reader)[:VIEWS_SHOWN],
    }
    return render(request, "home.html", context)


def _list_negotiations(reader: Reader) -> QuerySet[Negotiation]:
    """Negotiations with how many issues, rounds, sources and statements each has; one query."""

    def count(
        rows: QuerySet[Issue] | QuerySet[Round] | QuerySet[Coding] | QuerySet[Source], distinct: str = "pk"
    ) -> Subquery:
        per = rows.filter(negotiation=OuterRef("pk")).order_by().values("negotiation")
        return Subquery(per.annotate(n=Count(distinct, distinct=True)).values("n"), output_field=IntegerField())

    in_force = published_codings_for(reader).filter(retired_at=None)
    return negotiations_for(reader).annotate(
        issue_count=count(Issue.objects.all()),
        round_count=count(Round.objects.all()),
        statement_count=count(in_force, "statement"),
        party_count=count(in_force, "party"),
    )


def find_latest_moves(
    reader: Reader, negotiations: Iterable[Negotiation], moment: Moment
) -> list[tuple[Negotiation, ShiftCard]]:
    """The latest moves among the parties and issues heard last, newest first, in five queries.

    A move needs the whole line of its party on its issue, so those lines are loaded and no others.
    """
    by_id = {negotiation.pk: negotiation for negotiation in negotiations}
    codings = published_codings_for(reader).filter(
        Q(retired_at=None) | Q(retired_at__gt=moment.known_at),
        negotiation__in=by_id,
        recorded_at__lte=moment.known_at,
        stated_latest__lte=moment.as_of,
    )
    recent = codings.order_by("-stated_latest", "pk").values_list("issue_id", "party_id")[:RECENT_CODINGS]
    pairs = set(recent)
    if not pairs:
        return []
    lines = codings.filter(issue__in={issue for issue, _ in pairs}, party__in={party for _, party in pairs})
    readings = load_readings_apart(lines, admitted_at=moment.known_at)
    parents = {
        str(source): str(parent)
        for source, parent in Source.objects.filter(negotiation__in=by_id, derived_from__isnull=False).values_list(
            "pk", "derived_from_id"
        )
    }
    found: list[tuple[Negotiation, Shift]] = []
    for negotiation_id, rows in readings.items():
        history = History(tuple(rows), parents, ())
        moves = [shift for shift in shifts(history, moment.as_of, moment.known_at) if moved(shift)]
        found += [(by_id[negotiation_id], shift) for shift in moves]
    found.sort(key=lambda pair: (pair[1].on, pair[0].slug, pair[1].party, pair[1].issue), reverse=True)
    return _tell_moves(reader, found[:MOVES_SHOWN])


def _tell_moves(reader: Reader, found: list[tuple[Negotiation, Shift]]) -> list[tuple[Negotiation, ShiftCard]]:
    if not found:
        return []
    # without every party's line a list of gaps would be incomplete
    found = [(negotiation, replace(shift, gaps=None)) for negotiation, shift in found]
    moves = [shift for _, shift in found]
    names = Party.objects.filter(slug__in={shift.party for shift in moves}).values_list("slug", "name")
    inks = {slug: PartyInk(slug, name, name, None) for slug, name in names}
    issues = Issue.objects.filter(negotiation__in={n.pk for n, _ in found}, slug__in={s.issue for s in moves})
    titles = {(issue.negotiation_id, issue.slug): issue for issue in issues}
    statements = load_statements(reader, quoted_in(moves, most=1))
    cards = []
    for negotiation, shift in found:
        issue = titles[negotiation.pk, shift.issue]
        cards += [(negotiation, card) for card in tell_shifts([shift], inks, {issue.slug: issue}, statements, reader)]
    return cards
