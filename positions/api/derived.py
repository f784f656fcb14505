"""``positions/``, ``matrix/``, ``timeline/``, ``shifts/`` and ``concessions/``: the method's answers at a moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from positions.analysis.types import Concession, Point, Position, Segment, Series, Shift
from positions.api.audit import note_reads
from positions.api.lookups import InNegotiation, Issues, Parties
from positions.api.paging import PAGING, Page, PagedAnswer, Term, page_of_list, page_of_pages
from positions.api.parameters import Day, Flag, Instant, OneOf, Ordering, Parameter, fields_of, ordering
from positions.api.serializers.derived import (
    ConcessionSerializer,
    MatrixSerializer,
    PositionSerializer,
    ShiftSerializer,
    TimelineSerializer,
)
from positions.api.serializers.fields import Payload, field_names, instant_text
from positions.api.views import ApiView
from positions.api.vocabularies import PositionState, ShiftKind
from positions.enums import Footing
from positions.models import Issue, Negotiation, Party, Statement
from positions.queries.evidence import Moment, admitted_codings
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

PARTY = Parties(description="Slugs of the parties wanted.")
ISSUE = Issues(description="Slugs of the issues wanted.")


class DerivedView(ApiView):
    """A derived read: of one negotiation, as of a date, known at an instant."""

    serializer_class: type[Payload]
    parameters: ClassVar[tuple[Parameter, ...]] = (PARTY, ISSUE)

    def asked_parameters(self) -> tuple[Parameter, ...]:
        return (
            InNegotiation(required=True),
            Day(name="as_of", description="As of this day; today by default."),
            Instant(name="known_at", description="With what was known at this instant; now by default."),
            *self.parameters,
            fields_of(field_names(self.serializer_class)),
        )

    @property
    def negotiation(self) -> Negotiation:
        """The negotiation asked about, an administrator's look inside noted."""
        negotiation = self.question.negotiation
        assert negotiation is not None
        note_reads(self.reader, [negotiation])
        return negotiation

    @cached_property
    def moment(self) -> Moment:
        """The moment asked about."""
        now = Moment.now()
        return Moment(self.question["as_of"] or now.as_of, self.question["known_at"] or now.known_at)


class PagedDerivedView(ViewSetMixin, DerivedView):
    """A derived read that is paged: the pages that follow answer for the moment of the first."""

    pagination_class = PagedAnswer
    ordering: ClassVar[Ordering]
    # The fields that tell two rows apart.
    identity: ClassVar[tuple[str, ...]]

    def asked_parameters(self) -> tuple[Parameter, ...]:
        return (*super().asked_parameters(), self.ordering, *PAGING)

    @property
    def terms(self) -> Sequence[Term]:
        """By what the rows are put in order: what was asked for, then what tells them apart."""
        asked = self.ordering.terms(self.question)
        names = {name for name, _ in asked}
        return [*asked, *((name, False) for name in self.identity if name not in names)]

    def answer(self, rows: Iterable[Any]) -> Response:
        """A page of the computed rows."""
        return self.send(page_of_list(self.serializer_class.__name__, rows, self.terms, self.question))

    def answer_pages(
        self,
        fetch: Callable[[tuple[Any, ...] | None, int], tuple[list[Any], bool]],
        whole: Callable[[], list[Any]],
    ) -> Response:
        """A page of rows that can be computed a page at a time, where they are wanted in their own order."""
        if self.terms != [(name, False) for name in self.identity]:
            return self.answer(whole())
        return self.send(page_of_pages(self.serializer_class.__name__, fetch, whole, self.terms, self.question))

    def send(self, page: Page[Any]) -> Response:
        """The page, with links that keep to its moment."""
        pinned = {"as_of": self.moment.as_of.isoformat(), "known_at": instant_text(self.moment.known_at)}
        return self.paged(page, self.serializer_class, {"reader": self.reader}, pinned)


class PositionsView(PagedDerivedView):
    """Where each party stands on each issue: only pairs with evidence have a position."""

    serializer_class = PositionSerializer
    parameters = (
        PARTY,
        ISSUE,
        OneOf(name="state", description="Whether the evidence is on one side.", choices=PositionState),
        OneOf(name="footing", description="On whose word it stands.", choices=Footing),
        Flag(name="red_line", description="Whether it is a red line."),
        Flag(name="conditional", description="Whether a condition is open."),
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
            return [row for row in rows if self.is_wanted(row)]

        def fetch(after: tuple[Any, ...] | None, limit: int) -> tuple[list[Position], bool]:
            place = None if after is None else (str(after[0]), str(after[1]))
            return positions_page_for(self.reader, negotiation, self.moment, limit=limit, after=place, **chosen)

        narrowed = any(asked[name] is not None for name in ("state", "footing", "red_line", "conditional"))
        return self.answer(whole()) if narrowed else self.answer_pages(fetch, whole)

    def is_wanted(self, row: Position) -> bool:
        """Whether the position matches the filters on what was derived."""
        asked = self.question
        return (
            (asked["state"] is None or row.state in asked["state"])
            and (asked["footing"] is None or row.footing in asked["footing"])
            and asked["red_line"] in (None, row.red_line)
            and asked["conditional"] in (None, row.conditional)
        )


class ShiftsView(PagedDerivedView):
    """What changed between two consecutive deciding occasions, and what it did to the gaps."""

    serializer_class = ShiftSerializer
    parameters = (
        PARTY,
        ISSUE,
        OneOf(name="kind", description="Kinds of shift.", choices=ShiftKind),
        OneOf(name="footing", description="On whose word it stands.", choices=Footing),
        Parties(name="with", description="Slugs of the parties wanted in `gaps`."),
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
            return [row for row in rows if asked["footing"] is None or row.footing in asked["footing"]]

        def fetch(after: tuple[Any, ...] | None, limit: int) -> tuple[list[Shift], bool]:
            place = None if after is None else (after[0], after[1], after[2], after[3])
            return shifts_page_for(
                self.reader, negotiation, self.moment, limit=limit, after=place, footings=asked["footing"], **chosen
            )

        return self.answer_pages(fetch, whole)


class ConcessionsView(PagedDerivedView):
    """Who came closer to whom, first or in answer. An issue with more than 20 parties wants ``party`` or ``other``."""

    serializer_class = ConcessionSerializer
    parameters = (
        Parties(description="Slugs of the parties that moved."),
        ISSUE,
        Parties(name="other", description="Slugs of the parties moved towards."),
    )
    ordering = ordering("issue,on,party,other", issue="issue", on="on", party="party", other="other")
    identity = ("issue", "on", "party", "other")

    def list(self, request: Request) -> Response:
        asked, negotiation = self.question, self.negotiation
        chosen: dict[str, Any] = {"parties": asked["party"], "issues": asked["issue"], "others": asked["other"]}
        if asked["party"] is None and asked["other"] is None:
            refuse_wide_ledger(self.reader, negotiation, self.moment, asked["issue"])

        def whole() -> list[Concession]:
            return concessions_for(self.reader, negotiation, self.moment, **chosen)

        def fetch(after: tuple[Any, ...] | None, limit: int) -> tuple[list[Concession], bool]:
            place = None if after is None else (after[0], after[1], after[2], after[3])
            return concessions_page_for(self.reader, negotiation, self.moment, limit=limit, after=place, **chosen)

        return self.answer_pages(fetch, whole)


class MatrixView(DerivedView):
    """The positions as a table of parties and issues, whole."""

    serializer_class = MatrixSerializer

    def get(self, request: Request) -> Response:
        asked = self.question
        matrix = matrix_for(self.reader, self.negotiation, self.moment, parties=asked["party"], issues=asked["issue"])
        return Response(MatrixSerializer(matrix, only=asked["fields"]).data)


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
        return Response(TimelineSerializer(shown, only=asked["fields"]).data)

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
