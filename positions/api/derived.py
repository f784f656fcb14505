"""``positions/``, ``matrix/``, ``timeline/``, ``shifts/`` and ``concessions/``: the method's answers at a moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from positions.analysis.types import Concession, Point, Position, Segment, Series, Shift
from positions.api.derived_views import (
    ISSUE,
    PARTY,
    DerivedView,
    PagedDerivedView,
    pick_days,
    pick_flag,
    pick_least,
    pick_one_of,
)
from positions.api.lookups import Issues, Parties
from positions.api.parameters import OneOf, ordering
from positions.api.serializers.derived import (
    ConcessionSerializer,
    MatrixSerializer,
    PositionSerializer,
    ShiftSerializer,
    TimelineSerializer,
)
from positions.api.vocabularies import PositionState, ShiftKind
from positions.enums import Footing
from positions.models import Issue, Negotiation, Party, Statement
from positions.queries.evidence import admitted_codings
from positions.queries.positions import (
    concessions_for,
    concessions_page_for,
    matrix_for,
    positions_for,
    positions_page_for,
    refuse_wide_ledger,
    shifts_for,
    shifts_page_for,
    timeline_for,
)

STANCES = ("-2", "-1", "0", "1", "2", "null")
ANSWERED = ("true", "false", "null")


class PositionsView(PagedDerivedView):
    """Where each party stands on each issue: only pairs with evidence have a position."""

    serializer_class = PositionSerializer
    method_section = "position"
    picks = (
        pick_one_of("stance", "Where the party stands; `null` where signals are mixed.", STANCES),
        pick_one_of("state", "Whether the evidence is on one side.", PositionState),
        pick_one_of("footing", "On whose word it stands.", Footing),
        pick_flag("red_line", "Whether it is a red line."),
        pick_flag("conditional", "Whether a condition is open."),
        *pick_days("since", "since", "Held without a break since it was taken"),
        *pick_days("last_evidence_on", "last_evidence", "Last evidence"),
        *pick_days("last_heard_on", "last_heard", "Last heard"),
        pick_least("rounds_silent", "Silent through at least so many rounds it attended."),
        pick_least("source_count", "Resting on at least so many separate sources."),
    )
    ordering = ordering(
        "party,issue", party="party", issue="issue", stance="stance", since="since", last_evidence_on="last_evidence_on"
    )
    identity = ("party", "issue")

    def list(self, request: Request) -> Response:
        asked, negotiation = self.question, self.negotiation
        chosen: dict[str, Any] = {"parties": asked["party"], "issues": asked["issue"]}

        def whole() -> list[Position]:
            rows = positions_for(self.reader, negotiation, self.moment, **chosen)
            return self.picked(rows)

        def fetch(after: tuple[Any, ...] | None, limit: int) -> tuple[list[Position], bool]:
            place = None if after is None else (str(after[0]), str(after[1]))
            return positions_page_for(self.reader, negotiation, self.moment, limit=limit, after=place, **chosen)

        return self.answer(whole()) if self.is_picking else self.answer_pages(fetch, whole)


class ShiftsView(PagedDerivedView):
    """What changed between two consecutive deciding occasions, and what it did to the gaps."""

    serializer_class = ShiftSerializer
    method_section = "shifts"
    parameters = (
        PARTY,
        ISSUE,
        OneOf(name="kind", description="Kinds of shift.", choices=ShiftKind),
        OneOf(name="footing", description="On whose word it stands.", choices=Footing),
        Parties(name="with", description="Slugs of the parties wanted in `gaps`."),
    )
    picks = (
        *pick_days("on", "on", "Happened"),
        pick_flag("within_range", "Whether it lies within what the party had said the last time."),
        pick_one_of("condition", "What became of conditions.", ("added", "not_repeated", "null")),
        pick_one_of("red_line", "What became of the red line.", ("declared", "not_repeated", "null")),
    )
    ordering = ordering("party,issue,on", party="party", issue="issue", on="on")
    identity = ("party", "issue", "on", "footing")

    def list(self, request: Request) -> Response:
        asked, negotiation = self.question, self.negotiation
        chosen: dict[str, Any] = {
            "parties": asked["party"],
            "issues": asked["issue"],
            "kinds": asked["kind"],
            "others": asked["with"],
        }

        def whole() -> list[Shift]:
            rows = shifts_for(self.reader, negotiation, self.moment, **chosen)
            return self.picked(row for row in rows if asked["footing"] is None or row.footing in asked["footing"])

        def fetch(after: tuple[Any, ...] | None, limit: int) -> tuple[list[Shift], bool]:
            place = None if after is None else (after[0], after[1], after[2], after[3])
            return shifts_page_for(
                self.reader, negotiation, self.moment, limit=limit, after=place, footings=asked["footing"], **chosen
            )

        return self.answer(whole()) if self.is_picking else self.answer_pages(fetch, whole)


class ConcessionsView(PagedDerivedView):
    """Who came closer to whom, first or in answer. An issue with more than 20 parties wants ``party`` or ``other``."""

    serializer_class = ConcessionSerializer
    method_section = "shifts"
    parameters = (
        Parties(description="Slugs of the parties that moved."),
        ISSUE,
        Parties(name="other", description="Slugs of the parties moved towards."),
    )
    picks = (
        pick_one_of("footing", "On whose word it stands.", Footing),
        *pick_days("on", "on", "Made"),
        pick_one_of("answered", "Whether it was answered; `null` while it is too early to say.", ANSWERED),
        pick_flag("moved_first", "Whether the mover moved first."),
    )
    ordering = ordering("issue,on,party,other", issue="issue", on="on", party="party", other="other")
    identity = ("issue", "on", "party", "other")

    def list(self, request: Request) -> Response:
        asked, negotiation = self.question, self.negotiation
        chosen: dict[str, Any] = {"parties": asked["party"], "issues": asked["issue"], "others": asked["other"]}
        if asked["party"] is None and asked["other"] is None:
            refuse_wide_ledger(self.reader, negotiation, self.moment, asked["issue"])

        def whole() -> list[Concession]:
            return self.picked(concessions_for(self.reader, negotiation, self.moment, **chosen))

        def fetch(after: tuple[Any, ...] | None, limit: int) -> tuple[list[Concession], bool]:
            place = None if after is None else (after[0], after[1], after[2], after[3])
            return concessions_page_for(self.reader, negotiation, self.moment, limit=limit, after=place, **chosen)

        return self.answer(whole()) if self.is_picking else self.answer_pages(fetch, whole)


class MatrixView(DerivedView):
    """The positions as a table of parties and issues, whole."""

    serializer_class = MatrixSerializer
    method_section = "position"

    def get(self, request: Request) -> Response:
        asked = self.question
        matrix = matrix_for(self.reader, self.negotiation, self.moment, parties=asked["party"], issues=asked["issue"])
        return self.answer_whole(matrix)


@dataclass(frozen=True)
class QuotedPoint:
    """A point with the words behind it, as far as the reader may read them."""

    point: Point
    stated_on: str
    exact: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.point, name)


@dataclass(frozen=True)
class QuotedSeries:
    """A party's line and its dots with their words."""

    party: str
    points: list[QuotedPoint]
    segments: tuple[Segment, ...]


class TimelineView(DerivedView):
    """One issue over time, whole: every party's dots and line, with the words behind each dot."""

    serializer_class = TimelineSerializer
    method_section = "the-timeline"
    parameters = (PARTY, Issues(description="Slug of the issue.", required=True, many=False, single=True))

    def get(self, request: Request) -> Response:
        asked, negotiation = self.question, self.negotiation
        issue: Issue = asked["issue"][0]
        timeline = timeline_for(self.reader, negotiation, issue, self.moment, parties=asked["party"])
        said = self.load_statements(negotiation, issue, asked["party"])
        shown = {
            "issue": issue.slug,
            "rounds": timeline.rounds,
            "series": [self.quote(series, said) for series in timeline.series],
        }
        return self.answer_whole(shown)

    def load_statements(
        self, negotiation: Negotiation, issue: Issue, parties: list[Party] | None
    ) -> dict[str, Statement]:
        """The statements behind the issue's points, by id, with what replaced them."""
        codings = admitted_codings(self.reader, negotiation, self.moment).filter(issue=issue)
        if parties is not None:
            codings = codings.filter(party__in=parties)
        wanted = Statement.objects.filter(pk__in=codings.values("statement_id")).select_related("source")
        wanted = wanted.prefetch_related("superseded_by")
        columns = ("negotiation_id", "exact", "stated_on", "attribution", "retired_at", "source__attribution")
        return {str(statement.pk): statement for statement in wanted.only(*columns)}

    def quote(self, series: Series, said: dict[str, Statement]) -> QuotedSeries:
        """The series with the words of each of its points."""
        points = []
        for point in series.points:
            statement = said[point.statement]
            exact = statement.exact if self.reader.sees_quote(statement) else ""
            points.append(QuotedPoint(point, statement.stated_on, exact))
        return QuotedSeries(series.party, points, series.segments)
