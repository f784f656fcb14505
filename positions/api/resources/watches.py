"""``watches/``: what its owner wants to be told of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from positions.api.authentication import SignedIn
from positions.api.inputs.fields import Nothing
from positions.api.inputs.watches import WatchChange, WatchInput, watch_facts
from positions.api.lookups import InNegotiation, Issues, Parties, ids_of
from positions.api.parameters import Instant, OneOf, Words, ordering
from positions.api.serializers.watches import WatchSerializer
from positions.api.writing import WritableView
from positions.enums import WatchDelivery, WatchKind
from positions.models import Negotiation, Watch
from positions.queries.watches import watches_of
from positions.services.watches import change_watch, delete_watch, set_watch


class WatchView(WritableView):
    """The reader's own watches. What they found is on the page of their watches and in their feed."""

    collection = "watches"
    new, change = WatchInput, WatchChange
    related = ("negotiation", "party", "issue", "user")
    permission_classes = [SignedIn]
    is_open = False
    queryset = Watch.objects.none()
    serializer_class = WatchSerializer
    noun = "watch"
    filters = (
        ids_of(watches_of, "watch"),
        InNegotiation(),
        OneOf(name="kind", description="What is watched for.", choices=WatchKind, lookup="kind__in"),
        Parties(description="Slugs of parties.", lookup="party__in"),
        Issues(description="Slugs of issues.", lookup="issue__in"),
        OneOf(name="delivery", description="How it is told.", choices=WatchDelivery, lookup="delivery__in"),
        Words(name="name", description="Its name.", lookup="name"),
        Instant(name="created_after", description="Watching from this instant or later.", lookup="created_at__gte"),
        Instant(name="created_before", description="Watching from this instant or earlier.", lookup="created_at__lte"),
        Instant(name="checked_after", description="Looked for at this instant or later.", lookup="checked_at__gte"),
        Instant(name="checked_before", description="Looked for at this instant or earlier.", lookup="checked_at__lte"),
    )
    ordering = ordering("-created_at", created_at="created_at", checked_at="checked_at", name="name")

    def visible(self) -> QuerySet[Watch]:
        return watches_of(self.reader)

    def negotiations_of(self, rows: Iterable[Any]) -> Sequence[Negotiation]:
        # one's own wish tells nothing of the negotiation
        return ()

    def permit(self, row: Any) -> None:
        """Whoever sees a watch set it."""

    def create_one(self, said: dict[str, Any]) -> Watch:
        negotiation = said["negotiation"]
        return set_watch(self.reader, negotiation, watch_facts(self.names, negotiation, said))

    def change_one(self, row: Watch, said: dict[str, Any]) -> Watch:
        return change_watch(self.reader, row, watch_facts(self.names, row.negotiation, said, row))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Stop watching; what was found goes too. `If-Match` is heeded where it is sent."""
        return self.write_below(
            Nothing,
            lambda row, said: delete_watch(self.reader, row),
            answer=lambda gone: Response(status=204),
            needs_match=False,
        )
