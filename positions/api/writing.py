"""What every write has in common: one transaction, an unchanged record underneath, the new state in the answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db import IntegrityError, transaction
from django.db.models import Model, QuerySet
from django.utils.http import parse_etags
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from positions.api.conditional import etag_of
from positions.api.inputs.fields import Input, learn_references, word_for
from positions.api.limits import MOST_AT_ONCE
from positions.api.names import Names
from positions.api.parameters import Parameter
from positions.api.problems import ManyRefused
from positions.api.views import ResourceView
from positions.enums import Role
from positions.exceptions import Conflict, Invalid, NotPermitted, NotVisible
from positions.services.access import require_role


class PreconditionRequired(APIException):
    """A change of a record without the version it is a change of."""

    status_code = 428
    default_detail = "Send the ETag of the record you read in If-Match, so that nobody's change is lost."


class PreconditionFailed(APIException):
    """A change of another version than the one that stands."""

    status_code = 412
    default_detail = "The record is no longer what you read; read it again and send its new ETag in If-Match."


class TooManyAtOnce(APIException):
    """More records than one request takes."""

    status_code = 413


class WritableView(ResourceView):
    """A resource that is written as well as read, through the services alone."""

    # The body of a new record, and of a change; null where there is none.
    new: ClassVar[type[Input] | None] = None
    change: ClassVar[type[Input] | None] = None
    # Whether an array of new records is taken, all of them or none.
    takes_many: ClassVar[bool] = False
    # What a service needs of a record besides its own columns.
    related: ClassVar[tuple[str, ...]] = ("negotiation",)
    # What a member must be to write; a service may ask for more.
    role: ClassVar[Role] = Role.ANALYST

    def create_one(self, said: dict[str, Any]) -> Model:
        """Make a record of what a body says."""
        raise NotImplementedError

    def change_one(self, row: Any, said: dict[str, Any]) -> Model:
        """Change a record as a body says; fields it does not name stay as they are."""
        raise NotImplementedError

    def rows(self) -> QuerySet[Any]:
        """Every record of the kind."""
        rows: QuerySet[Any] = self.visible().model._default_manager.all()
        return rows

    def permit(self, row: Any) -> None:
        """Raise :class:`NotPermitted` where the reader may see the record but not write to it at all."""
        require_role(self.reader, row.negotiation, self.role)

    # ---------------------------------------------------------------- what an address takes

    def asked_parameters(self) -> tuple[Parameter, ...]:
        return super().asked_parameters() if self.action in ("list", "retrieve") else ()

    def refusals(self, method: str) -> tuple[int, ...]:
        if method in SAFE_METHODS:
            return super().refusals(method)
        body = () if method == "DELETE" else (413, 415)
        key = (422,) if method == "POST" else ()
        match = (412, 428) if method == "PATCH" or (method == "POST" and self.action != "create") else ()
        return (400, 401, 403, 404, 406, 409, *((412,) if method == "DELETE" else ()), *match, *body, *key, 429)

    # ---------------------------------------------------------------- the verbs

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        assert self.new is not None
        assert not self.question.values
        body = request.data
        if isinstance(body, list) and self.takes_many:
            return self.create_many(body)
        with one_write():
            row = self.create_one(self.read_body(self.new, body))
            return self.created(row)

    def create_many(self, items: list[Any]) -> Response:
        """All of the items or none. Raises :class:`ManyRefused` with every faulty one."""
        assert self.new is not None
        if len(items) > MOST_AT_ONCE:
            raise TooManyAtOnce(f"{len(items):,} records were sent; one request takes {MOST_AT_ONCE:,}.")
        if not items:
            raise Invalid("The array is empty; send at least one record.")
        names = Names(self.reader)
        learn_references(names, self.new(), items)
        rows: list[Model] = []
        refusals: dict[int, Exception] = {}
        with one_write():
            for place, item in enumerate(items):
                try:
                    with one_write():
                        rows.append(self.create_one(self.read_body(self.new, item, names)))
                except (Invalid, Conflict, NotPermitted, NotVisible, ValidationError) as refusal:
                    refusals[place] = refusal
            if refusals:
                raise ManyRefused(len(items), refusals)
            return Response(self.represent_many(rows), status=201)

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        assert self.change is not None
        return self.write_below(self.change, self.change_one)

    def write_below(
        self,
        body: type[Input],
        write: Callable[[Any, dict[str, Any]], Any],
        *,
        permit: Callable[[Any], None] | None = None,
        answer: Callable[[Any], Response] | None = None,
        needs_match: bool = True,
    ) -> Response:
        """Write to the record at this address, as it stands and as the caller read it.

        ``write`` gets the record and what the ``body`` says, and gives what ``answer`` makes an answer of: by
        default the record as it stands now.
        """
        assert not self.question.values
        with one_write():
            row = self.found(self.visible())
            (permit or self.permit)(row)
            said = self.read_body(body, self.request.data)
            # everybody who writes to the record waits here, and then meets what the first one left
            locked = self.rows().select_related(*self.related).select_for_update(of=("self",)).get(pk=row.pk)
            if needs_match or "If-Match" in self.request.headers:
                self.require_match(self.found(self.loaded(self.visible())))
            return (answer or self.changed)(write(locked, said))

    def require_match(self, row: Model) -> None:
        """Raise unless ``If-Match`` names the record as it stands."""
        given = self.request.headers.get("If-Match")
        if given is None:
            raise PreconditionRequired()
        if given.strip() != "*" and self.tag_of(self.represent(row)) not in parse_etags(given):
            raise PreconditionFailed()

    # ---------------------------------------------------------------- bodies and answers

    def read_body(self, body: type[Input], data: Any, names: Names | None = None) -> dict[str, Any]:
        """What a body says. Raises :class:`ValidationError`."""
        if not isinstance(data, dict):
            raise ValidationError([f"must be an object, not {word_for(data)}"])
        self.names = names or Names(self.reader)
        asked = body(data=data, context={"names": self.names, "reader": self.reader})
        if names is None:
            learn_references(self.names, asked, [data])
        asked.is_valid(raise_exception=True)
        said: dict[str, Any] = asked.validated_data
        return said

    def represent(self, row: Model) -> Any:
        """The payload of a record that is loaded, as a GET sends it."""
        return self.serializer_class(row, context=self.context_for([row])).data

    def represent_many(self, rows: Sequence[Model]) -> list[Any]:
        """The payloads of records just written, in their order.

        Whoever wrote a record saw it, even where it is not for them to see from now on: a reading that
        they sent back to its coder.
        """
        keys = [row.pk for row in rows]
        loaded = {row.pk: row for row in self.loaded(self.rows().filter(pk__in=keys))}
        found = [loaded[key] for key in keys]
        return list(self.serializer_class(found, many=True, context=self.context_for(found)).data)

    def tag_of(self, payload: Any) -> str:
        """The ETag that a GET of the payload has."""
        return etag_of(JSONRenderer().render(payload))

    def created(self, row: Model) -> Response:
        """201 with the record and its address."""
        payload = self.represent_many([row])[0]
        headers = {"Location": self.address_of(row), "ETag": self.tag_of(payload)}
        return Response(payload, status=201, headers=headers)

    def changed(self, row: Model) -> Response:
        """200 with the record as it stands now."""
        payload = self.represent_many([row])[0]
        return Response(payload, headers={"ETag": self.tag_of(payload)})

    def address_of(self, row: Model) -> str:
        """The absolute address of a record."""
        key = getattr(row, self.lookup_field)
        return reverse(f"api-{self.collection}-one", kwargs={self.lookup_field: str(key)}, request=self.request)

    # What the resource is called in addresses.
    collection: ClassVar[str]


@contextmanager
def one_write() -> Iterator[None]:
    """One transaction. Raises :class:`Conflict` where two made the same at one moment."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise Conflict("Somebody else wrote the same at this moment; read what is there and try again.") from None
