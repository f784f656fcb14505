"""Cursor paging: by the values of the last row, so that no row is skipped or repeated while rows come and go.

A cursor is opaque and signed. It says at which row to go on, in which direction and in which order;
it holds nothing that the page it came from did not show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.core import signing
from django.db.models import F, Model, Q, QuerySet
from django.db.models.expressions import OrderBy
from rest_framework.pagination import BasePagination
from rest_framework.request import Request

from positions.api.parameters import Number, Parameter, Question, Refused
from positions.api.problems import BadParameters

DEFAULT_PAGE_ROWS = 100
MOST_PAGE_ROWS = 500

# without the time of signing: the same page has the same links whenever it is asked for
SIGNER = signing.Signer(salt=__name__)

T = TypeVar("T")
Term = tuple[str, bool]  # column or field, and whether it descends


@dataclass(frozen=True)
class Cursor:
    """A place in an ordered list: beside the row with these ``values``, looking forward or back."""

    order: str
    back: bool
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Page(Generic[T]):
    """Rows in order, and the cursors of the pages beside them; null where there are none."""

    rows: list[T]
    following: Cursor | None
    preceding: Cursor | None


@dataclass(frozen=True, kw_only=True)
class CursorParameter(Parameter):
    """``cursor``, as a previous answer's links carry it."""

    name: str = "cursor"
    description: str = "Where to go on; follow `next` and `previous` rather than making one."

    def read(self, raw: str, question: Question) -> Cursor:
        try:
            order, back, values = SIGNER.unsign_object(raw)
            return Cursor(order, back, tuple(_thaw(value) for value in values))
        except (signing.BadSignature, ValueError, TypeError, AttributeError):
            raise Refused("is not a cursor of this address; follow the links of an answer") from None


PAGING: tuple[Parameter, ...] = (
    CursorParameter(),
    Number(
        name="page_size",
        description=f"Rows on a page, at most {MOST_PAGE_ROWS}; {DEFAULT_PAGE_ROWS} by default.",
        low=1,
        high=MOST_PAGE_ROWS,
        schema={"type": "integer", "minimum": 1, "maximum": MOST_PAGE_ROWS, "default": DEFAULT_PAGE_ROWS},
    ),
)


class PagedAnswer(BasePagination):
    """The shape of a page in the OpenAPI document."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[Any]:
        return []


class MethodPage(PagedAnswer):
    """A page of what was worked out: it also says where the method is described."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        page = super().get_paginated_response_schema(schema)
        method = {"type": "string", "format": "uri", "description": "The section of the method page that says how."}
        return {
            **page,
            "required": [*page["required"], "method"],
            "properties": {**page["properties"], "method": method},
        }


def page_of_rows(
    rows: QuerySet[Any],
    terms: Sequence[Term],
    question: Question,
    loaded: Callable[[QuerySet[Any]], QuerySet[Any]] = lambda rows: rows,
) -> Page[Any]:
    """A page of a queryset. ``terms`` end with a unique column; nulls come last, whatever the direction.

    ``loaded`` adds what a payload needs; it is asked for the rows of the page alone.
    """
    columns = [Column(name, descends, _is_nullable(rows.model, name)) for name, descends in terms]
    order = _order_name(str(rows.model._meta.model_name), terms)
    cursor, size = _asked(question, order)
    back = cursor is not None and cursor.back
    if cursor is not None:
        rows = rows.filter(_beyond(columns, cursor))
    # First which rows, then all about them: joins would keep the planner from walking the index in order.
    ordered = rows.order_by(*(column.order_by(back) for column in columns))
    keys = list(ordered.select_related(None).prefetch_related(None).values_list("pk", flat=True)[: size + 1])
    # What narrowed the list need not be asked again, unless a column of the order comes with it.
    by_name = rows if rows.query.annotations else rows.model._default_manager.all()
    by_key = {row.pk: row for row in loaded(by_name.filter(pk__in=keys).order_by())}
    found = [by_key[key] for key in keys if key in by_key]
    return _page(found, cursor, size, order, lambda row: tuple(_value(row, column.name) for column in columns))


def last_page_of_rows(rows: QuerySet[Any], terms: Sequence[Term], question: Question, total: int) -> Cursor | None:
    """Where the last of the pages begins that lead from the first of ``total`` rows; null where that is the first."""
    size = question["page_size"] or DEFAULT_PAGE_ROWS
    before = (max(total, 1) - 1) // size * size
    if not before:
        return None
    columns = [Column(name, descends, _is_nullable(rows.model, name)) for name, descends in terms]
    ordered = rows.order_by(*(column.order_by(False) for column in columns))
    # what stands before it; gone when rows were withdrawn meanwhile
    beside = ordered.values_list(*(column.name for column in columns))[before - 1 : before].first()
    return None if beside is None else Cursor(_order_name(str(rows.model._meta.model_name), terms), False, beside)


def page_of_pages(
    name: str,
    fetch: Callable[[tuple[Any, ...] | None, int], tuple[list[T], bool]],
    whole: Callable[[], Iterable[T]],
    terms: Sequence[Term],
    question: Question,
) -> Page[T]:
    """A page of a computed list of which a part can be computed alone: only reading back takes the ``whole``.

    ``fetch`` gets the values of the row to go on after (null: from the first) and how many rows are
    wanted, and gives them with whether there are more.
    """
    order = _order_name(name, terms)
    cursor, size = _asked(question, order)
    if cursor is not None and cursor.back:
        return page_of_list(name, whole(), terms, question)
    found, more = fetch(cursor.values if cursor is not None else None, size)
    following = Cursor(order, False, tuple(getattr(found[-1], field) for field, _ in terms)) if more else None
    preceding = Cursor(order, True, tuple(getattr(found[0], field) for field, _ in terms)) if cursor and found else None
    return Page(found, following, preceding)


def page_of_list(name: str, rows: Iterable[T], terms: Sequence[Term], question: Question) -> Page[T]:
    """A page of the computed list ``name``, put in order by ``terms``; the fields they name tell any two rows apart."""
    order = _order_name(name, terms)
    cursor, size = _asked(question, order)

    def key_of(row: T) -> tuple[Any, ...]:
        return tuple(getattr(row, field) for field, _ in terms)

    keyed = [(key_of(row), row) for row in rows]
    for place, (_, descends) in reversed(list(enumerate(terms))):
        keyed.sort(key=_nulls_last(place, descends), reverse=descends)
    if cursor is not None:
        if cursor.back:
            keyed.reverse()
        sign = -1 if cursor.back else 1
        keyed = [pair for pair in keyed if sign * _compare(pair[0], cursor.values, terms) > 0]
    return _page([row for _, row in keyed[: size + 1]], cursor, size, order, key_of)


def _nulls_last(place: int, descends: bool) -> Callable[[tuple[tuple[Any, ...], Any]], tuple[Any, ...]]:
    """What to sort by so that nulls come last in either direction, as in the database."""

    def sort_key(pair: tuple[tuple[Any, ...], Any]) -> tuple[Any, ...]:
        value = pair[0][place]
        return (not descends,) if value is None else (descends, value)

    return sort_key


def link_to(request: Request, cursor: Cursor | None, pinned: Mapping[str, str] | None = None) -> str | None:
    """The absolute address of the page at a cursor, the other parameters as they were given or ``pinned``."""
    if cursor is None:
        return None
    token = SIGNER.sign_object([cursor.order, cursor.back, [_freeze(value) for value in cursor.values]])
    query = {**request.query_params.dict(), **(pinned or {}), "cursor": token}
    return request.build_absolute_uri(f"{request.path}?{urlencode(query)}")


def _asked(question: Question, order: str) -> tuple[Cursor | None, int]:
    cursor: Cursor | None = question["cursor"]
    if cursor is not None and (cursor.order != order or len(cursor.values) != order.count(",") + 1):
        raise BadParameters({"cursor": ["belongs to another address or another order; start again without it"]})
    return cursor, question["page_size"] or DEFAULT_PAGE_ROWS


def _order_name(name: str, terms: Sequence[Term]) -> str:
    return f"{name}:" + ",".join(("-" if descends else "") + column for column, descends in terms)


def _page(
    found: list[T], cursor: Cursor | None, size: int, order: str, key_of: Callable[[T], tuple[Any, ...]]
) -> Page[T]:
    more, rows = len(found) > size, found[:size]
    back = cursor is not None and cursor.back
    if back:
        rows.reverse()
    if not rows:
        return Page(rows, None, None)
    following = Cursor(order, False, key_of(rows[-1])) if back or more else None
    preceding = Cursor(order, True, key_of(rows[0])) if (more if back else cursor is not None) else None
    return Page(rows, following, preceding)


@dataclass(frozen=True)
class Column:
    """A column to order by; only one that may be null has to say where nulls go, which costs it its index."""

    name: str
    descends: bool
    nullable: bool

    def order_by(self, back: bool) -> OrderBy:
        descends = self.descends != back
        expression = F(self.name)
        if not self.nullable:
            return expression.desc() if descends else expression.asc()
        nulls = {"nulls_first": True} if back else {"nulls_last": True}
        return expression.desc(**nulls) if descends else expression.asc(**nulls)

    def beyond(self, value: Any, back: bool) -> Q:
        """Past ``value`` in the direction of reading."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if back else Q(pk__in=[])
        past = Q(**{f"{self.name}__{'lt' if self.descends != back else 'gt'}": value})
        return past | Q(**{f"{self.name}__isnull": True}) if self.nullable and not back else past

    def equals(self, value: Any) -> Q:
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})


def _beyond(columns: Sequence[Column], cursor: Cursor) -> Q:
    """The rows past the cursor's: equal in the first columns and beyond in the next, for each column."""
    condition, equal = Q(pk__in=[]), Q()
    for column, value in zip(columns, cursor.values, strict=True):
        condition |= equal & column.beyond(value, cursor.back)
        equal &= column.equals(value)
    return condition


def _is_nullable(model: type[Model], column: str) -> bool:
    name, _, rest = column.partition("__")
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    related = field.related_model if rest else None
    return bool(field.null) or (isinstance(related, type) and _is_nullable(related, rest))


def _value(row: Any, column: str) -> Any:
    for name in column.split("__"):
        row = getattr(row, name) if row is not None else None
    return row


def _compare(left: Sequence[Any], right: Sequence[Any], terms: Sequence[Term]) -> int:
    for mine, theirs, (_, descends) in zip(left, right, terms, strict=True):
        if mine == theirs:
            continue
        if mine is None or theirs is None:
            return 1 if mine is None else -1
        return (1 if mine > theirs else -1) * (-1 if descends else 1)
    return 0


def _freeze(value: Any) -> Any:
    match value:
        case datetime():
            return {"i": value.isoformat()}
        case date():
            return {"d": value.isoformat()}
        case UUID():
            return {"u": value.hex}
    return value


def _thaw(value: Any) -> Any:
    match value:
        case {"i": str(text)}:
            return datetime.fromisoformat(text)
        case {"d": str(text)}:
            return date.fromisoformat(text)
        case {"u": str(text)}:
            return UUID(text)
    return value
