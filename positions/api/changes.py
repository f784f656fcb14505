"""``changes/``: every change since a cursor, in the order in which they were committed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import urlencode
from uuid import UUID

from django.core import signing
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from positions.api.audit import note_reads
from positions.api.lookups import InNegotiation
from positions.api.paging import DEFAULT_PAGE_ROWS, PAGING
from positions.api.parameters import Flag, Parameter, Question, Refused, fields_of
from positions.api.problems import BadParameters
from positions.api.serializers.changes import ChangeSerializer, FeedAnswer
from positions.api.serializers.fields import field_names
from positions.api.views import ApiView
from positions.models import EventPlace
from positions.queries.access import Reader
from positions.queries.feed import Change, Feed

SIGNER = signing.Signer(salt=__name__)


@dataclass(frozen=True)
class FeedCursor:
    """Behind which change to read on (null: from the first), for whom, of what, and since when there is a copy."""

    token: UUID | None
    began_at: datetime
    reader: str
    scope: str

    def written(self) -> str:
        parts = [self.token.hex if self.token else "", int(self.began_at.timestamp()), self.reader, self.scope]
        return SIGNER.sign_object(parts, compress=False)


@dataclass(frozen=True, kw_only=True)
class Since(Parameter):
    """``since``, as a previous answer gave it."""

    name: str = "since"
    description: str = "A `cursor` of an earlier answer: only what came after it. From the beginning without it."

    def read(self, raw: str, question: Question) -> FeedCursor:
        try:
            token, began, reader, scope = SIGNER.unsign_object(raw)
            return FeedCursor(UUID(token) if token else None, datetime.fromtimestamp(began, UTC), reader, scope)
        except (signing.BadSignature, ValueError, TypeError):
            raise Refused("is not a cursor of this feed; use one that an answer gave, or start without it") from None


class ChangesView(ApiView):
    """Every change since a cursor, in order, for keeping a copy: see docs/api.md, “The feed of changes”."""

    serializer_class = FeedAnswer
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Since(),
        InNegotiation(description="Slug of a negotiation: its changes alone, without those of shared names."),
        Flag(name="latest", description="Give the present cursor and no changes."),
        PAGING[1],
        fields_of(field_names(ChangeSerializer)),
    )

    def get(self, request: Request) -> Response:
        question = self.question
        cursor = self.asked_cursor()
        feed = Feed(self.reader, cursor.began_at, question.negotiation)
        changes: list[Change] = []
        if question["latest"]:
            newest, more = feed.newest(), False
            last = newest.token if newest else None
        else:
            changes, more = feed.after(self.place_of(cursor), question["page_size"] or DEFAULT_PAGE_ROWS)
            last = changes[-1].token if changes else cursor.token

        def cursor_at(token: UUID | None) -> str:
            return FeedCursor(token, cursor.began_at, cursor.reader, cursor.scope).written()

        if self.reader.is_administrator:
            note_reads(self.reader, [question.negotiation, *(change.negotiation for change in changes)])
        context = {"reader": self.reader, "request": request, "cursor_at": cursor_at}
        results = ChangeSerializer(changes, many=True, context=context, only=question["fields"]).data
        return Response(
            {
                "next": self.link_after(cursor_at(last)) if more else None,
                "previous": None,
                "cursor": cursor_at(last),
                "results": results,
            }
        )

    def asked_cursor(self) -> FeedCursor:
        """The cursor given, or one at the beginning. Raises :class:`BadParameters` for somebody else's."""
        question, reader = self.question, key_of(self.reader)
        scope = str(question.negotiation.pk) if question.negotiation else ""
        given: FeedCursor | None = question["since"]
        if given is not None and question["latest"]:
            raise BadParameters({"latest": ["gives a new cursor; leave `since` out"]})
        if given is None:
            # to the hour, so that the same question has the same answer for a while
            return FeedCursor(None, timezone.now().replace(minute=0, second=0, microsecond=0), reader, scope)
        if given.scope != scope:
            raise BadParameters({"since": ["was given for another choice of `negotiation`; start without it"]})
        if given.reader != reader:
            raise BadParameters({"since": ["was given to somebody who sees other things; start without it"]})
        return given

    def place_of(self, cursor: FeedCursor) -> int:
        """The place in the log. Raises :class:`BadParameters` for one it does not hold any more."""
        if cursor.token is None:
            return 0
        place = EventPlace.objects.filter(token=cursor.token).values_list("place", flat=True).first()
        if place is None:
            raise BadParameters({"since": ["names a change this installation does not know; start without it"]})
        return place

    def link_after(self, since: str) -> str:
        query: dict[str, Any] = {**self.request.query_params.dict(), "since": since}
        return self.request.build_absolute_uri(f"{self.request.path}?{urlencode(query)}")


def key_of(reader: Reader) -> str:
    """Who a cursor belongs to: another person, or the same one as administrator, has other changes behind it."""
    if reader.user is None:
        return ""
    return f"{reader.user.pk}{'+' if reader.is_administrator else ''}"
