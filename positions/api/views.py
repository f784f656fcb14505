"""What every address of the API has in common: who asks, what they ask, how answers are sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import APIException, Throttled
from rest_framework.generics import GenericAPIView
from rest_framework.pagination import BasePagination
from rest_framework.parsers import BaseParser
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from positions.api.audit import note_reads
from positions.api.authentication import BearerAuthentication, ReadOnlyUnlessSignedIn, token_scope
from positions.api.bodies import StrictJSONParser
from positions.api.conditional import make_conditional
from positions.api.method import method_address
from positions.api.once import HEADER as IDEMPOTENCY_KEY
from positions.api.once import once_per_key
from positions.api.paging import PAGING, Page, PagedAnswer, link_to, page_of_rows
from positions.api.parameters import Filter, Ordering, Parameter, Question, Refused, fields_of, read_question, read_uuid
from positions.api.schema import DocumentedSchema
from positions.api.serializers.fields import Payload, field_names
from positions.enums import TokenScope
from positions.exceptions import NotPermitted, NotVisible
from positions.models import Negotiation
from positions.queries.access import Reader, reader_of
from positions.validators import SLUG


class ApiView(GenericAPIView[Any]):
    """One address: JSON, token or session, strict parameters, ETags, problems."""

    authentication_classes = [BearerAuthentication, SessionAuthentication]
    permission_classes = [ReadOnlyUnlessSignedIn]
    renderer_classes = [JSONRenderer]
    parser_classes: Sequence[type[BaseParser]] = [StrictJSONParser]
    versioning_class = None
    metadata_class = None
    filter_backends = ()
    pagination_class: type[BasePagination] | None = None
    schema = DocumentedSchema()
    # Whether anonymous readers get an answer.
    is_open: ClassVar[bool] = True
    # Actions whose answers hold a secret: these are not kept for who asks again with the same key.
    secret_actions: ClassVar[tuple[str, ...]] = ()
    # Query parameters of a GET besides those that the kind of view brings along.
    parameters: ClassVar[tuple[Parameter, ...]] = ()
    # The heading of the method page that says how the answer is worked out; empty for what is stored.
    method_section: ClassVar[str] = ""

    @cached_property
    def reader(self) -> Reader:
        """Who asks, with their roles: looked up once a request."""
        return reader_of(self.request.user)

    @cached_property
    def question(self) -> Question:
        """What the query string asks. Raises what :func:`read_question` raises."""
        return read_question(self.request.query_params, self.asked_parameters(), self.reader)

    def asked_parameters(self) -> tuple[Parameter, ...]:
        """The query parameters that this address takes."""
        return self.parameters

    def refusals(self, method: str) -> tuple[int, ...]:
        """The statuses that the OpenAPI document announces as problems for a method."""
        # a token that is not valid is refused even where none is needed
        return (400, 401, 404, 406, 429)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who is refused before the throttles are asked is counted as well: guessing tokens costs requests."""
        try:
            super().initial(request, *args, **kwargs)
        except Throttled:
            raise
        except (APIException, NotPermitted):
            self.check_throttles(request)
            raise
        handler = getattr(self, "post", None) if request.method == "POST" else None
        if handler is not None and IDEMPOTENCY_KEY in request.headers and self.reader.user is not None:
            # the framework looks the handler up after this
            keeps_body = getattr(self, "action", "") not in self.secret_actions
            self.post = once_per_key(self.reader, handler, keeps_body=keeps_body)

    def check_permissions(self, request: Request) -> None:
        """Raises :class:`NotPermitted` where a token that only reads is sent with a write."""
        super().check_permissions(request)
        if request.method not in SAFE_METHODS and token_scope(request) == TokenScope.READ:
            raise NotPermitted("This token only reads; send one whose scope is “write”.")

    def options(self, request: Request, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]
        """The methods of the address, in ``Allow``."""
        return Response(status=204)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(response, Response):
            user = getattr(request, "_user", None)
            make_conditional(request._request, response, is_private=bool(user and user.is_authenticated))
        return response

    def paged(
        self,
        page: Page[Any],
        payload: type[Payload],
        context: Mapping[str, Any],
        pinned: Mapping[str, str] | None = None,
    ) -> Response:
        """A page as it is sent, with links to those beside it."""
        results = payload(page.rows, many=True, context=dict(context), only=self.question["fields"]).data
        links = {
            "next": link_to(self.request, page.following, pinned),
            "previous": link_to(self.request, page.preceding, pinned),
        }
        return Response({**links, **self.method_member, "results": results})

    @property
    def method_member(self) -> dict[str, str]:
        """``method``, the address of how the answer is worked out; nothing where it is only read."""
        return {"method": method_address(self.request, self.method_section)} if self.method_section else {}


class ResourceView(ViewSetMixin, ApiView):
    """The stored records of one kind: a filtered list, and one address each."""

    serializer_class: type[Payload]
    pagination_class = PagedAnswer
    lookup_field = "id"
    # What a record is called in a refusal.
    noun: ClassVar[str] = "record"
    filters: ClassVar[tuple[Filter, ...]] = ()
    ordering: ClassVar[Ordering]

    def visible(self) -> QuerySet[Any]:
        """The records that the reader may see."""
        raise NotImplementedError

    def loaded(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The same rows with what their payload needs, in a constant number of queries."""
        return rows

    def as_listed(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that a list shows, before its filters."""
        return rows

    def context_for(self, rows: Sequence[Any]) -> dict[str, Any]:
        """What the payloads of these rows need besides the rows."""
        return {"reader": self.reader}

    def negotiations_of(self, rows: Iterable[Any]) -> Sequence[Negotiation | None]:
        """The negotiations whose records these are, to note an administrator's look inside."""
        return [row.negotiation for row in rows]

    def asked_parameters(self) -> tuple[Parameter, ...]:
        fields = fields_of(field_names(self.serializer_class))
        if self.action == "retrieve":
            return (fields,)
        return (*self.filters, self.ordering, fields, *PAGING)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self.answer_list(self.as_listed(self.visible()))

    def answer_list(self, rows: QuerySet[Any]) -> Response:
        """A page of the rows that the query string asks for."""
        terms = [*self.ordering.terms(self.question), ("pk", False)]
        page = page_of_rows(self.narrowed(rows), terms, self.question, self.loaded)
        note_reads(
            self.reader,
            [self.question.negotiation, *self.negotiations_of(page.rows)] if self.reader.is_administrator else [],
        )
        return self.paged(page, self.serializer_class, self.context_for(page.rows))

    def narrowed(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that match every filter given."""
        question = self.question
        for each in self.filters:
            if each.name in question.values:
                rows = each.apply(rows, question[each.name], question)
        return rows

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        question = self.question
        row = self.found(self.loaded(self.visible()))
        note_reads(self.reader, self.negotiations_of([row]) if self.reader.is_administrator else [])
        return Response(self.serializer_class(row, context=self.context_for([row]), only=question["fields"]).data)

    def found(self, rows: QuerySet[Any]) -> Model:
        """The record at this address. Raises :class:`NotVisible`, whether it is hidden or does not exist."""
        wanted = self.kwargs[self.lookup_field]
        row: Model | None = rows.filter(**{self.lookup_field: wanted}).first() if self.is_key(wanted) else None
        if row is None:
            raise NotVisible(f"No such {self.noun}.")
        return row

    def is_key(self, wanted: str) -> bool:
        """Whether ``wanted`` can name a record at all."""
        if self.lookup_field == "slug":
            return SLUG.fullmatch(wanted) is not None
        try:
            read_uuid(wanted)
        except Refused:
            return False
        return True
