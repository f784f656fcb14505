"""What the method's answers have in common: one negotiation, at a moment, whole or a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, ClassVar, TypeVar

from django.db.models import Choices
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from positions.api.audit import note_reads
from positions.api.conditional import tag_by
from positions.api.lookups import InNegotiation, Issues, Parties
from positions.api.paging import PAGING, MethodPage, Page, Term, link_to, page_of_list, page_of_pages
from positions.api.parameters import Day, Flag, Instant, Number, OneOf, Ordering, Parameter, fields_of
from positions.api.serializers.fields import Payload, field_names, instant_text
from positions.api.views import ApiView
from positions.models import Negotiation
from positions.queries.evidence import Moment

Row = TypeVar("Row")

AS_OF = Day(name="as_of", description="As of this day; today by default.")
KNOWN_AT = Instant(name="known_at", description="With what was known at this instant; now by default.")
PARTY = Parties(description="Slugs of the parties wanted.")
ISSUE = Issues(description="Slugs of the issues wanted.")


@dataclass(frozen=True)
class Pick:
    """A filter on computed rows: the parameter, and whether a row is kept for its value."""

    parameter: Parameter
    keeps: Callable[[Any, Any], bool]


def pick_one_of(name: str, description: str, choices: type[Choices] | tuple[str, ...]) -> Pick:
    """Rows whose field ``name`` is one of the members named; ``null`` among the choices stands for none."""

    def keeps(row: Any, wanted: Sequence[str]) -> bool:
        value = getattr(row, name)
        return ("null" if value is None else str(value).lower()) in wanted

    return Pick(OneOf(name=name, description=description, choices=choices), keeps)


def pick_flag(name: str, description: str) -> Pick:
    """Rows whose field ``name`` is true, or is false."""
    return Pick(Flag(name=name, description=description), lambda row, wanted: getattr(row, name) is wanted)


def pick_days(field: str, word: str, said: str) -> tuple[Pick, Pick]:
    """``<word>_after`` and ``<word>_before``: rows whose day ``field`` lies there, the day named included."""

    def after(row: Any, day: date) -> bool:
        value = getattr(row, field)
        return value is not None and value >= day

    def before(row: Any, day: date) -> bool:
        value = getattr(row, field)
        return value is not None and value <= day

    return (
        Pick(Day(name=f"{word}_after", description=f"{said} on this day or later."), after),
        Pick(Day(name=f"{word}_before", description=f"{said} on this day or earlier."), before),
    )


def pick_least(field: str, description: str) -> Pick:
    """``<field>_min``: rows whose number ``field`` is at least this."""
    parameter = Number(
        name=f"{field}_min", description=description, low=0, high=999_999_999, schema={"type": "integer", "minimum": 0}
    )
    return Pick(parameter, lambda row, least: getattr(row, field) >= least)


class DerivedView(ApiView):
    """A derived read: of one negotiation, as of a date, known at an instant."""

    serializer_class: type[Payload]
    parameters: ClassVar[tuple[Parameter, ...]] = (PARTY, ISSUE)
    # Filters on what was derived, applied to the rows.
    picks: ClassVar[tuple[Pick, ...]] = ()

    def asked_parameters(self) -> tuple[Parameter, ...]:
        return (
            InNegotiation(required=True),
            AS_OF,
            KNOWN_AT,
            *self.parameters,
            *(pick.parameter for pick in self.picks),
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

    def answer_whole(self, found: Any) -> Response:
        """An answer that is not paged."""
        payload = self.serializer_class(found, only=self.question["fields"], context=self.method_member)
        return Response(payload.data)


class PagedDerivedView(ViewSetMixin, DerivedView):
    """A derived read that is paged: the pages that follow answer for the moment of the first."""

    pagination_class = MethodPage
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

    @property
    def is_picking(self) -> bool:
        """Whether the query string filters on what was derived."""
        return any(self.question[pick.parameter.name] is not None for pick in self.picks)

    def picked(self, rows: Iterable[Row]) -> list[Row]:
        """The rows that match every filter given on what was derived."""
        given = [(pick, self.question[pick.parameter.name]) for pick in self.picks]
        asked = [(pick.keeps, value) for pick, value in given if value is not None]
        return [row for row in rows if all(keeps(row, value) for keeps, value in asked)]

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
        response = self.paged(page, self.serializer_class, {"reader": self.reader}, pinned)
        if self.question["known_at"] is None and (page.following or page.preceding):
            # asked a moment later the links name another instant and lead to the same rows
            links = {
                "next": link_to(self.request, page.following),
                "previous": link_to(self.request, page.preceding),
            }
            tag_by(response, {**response.data, **links})
        return response
