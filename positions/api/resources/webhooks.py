"""``webhooks/``: addresses of one's own that hear of changes, and what was sent to each."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from positions.api.authentication import SignedIn
from positions.api.inputs.fields import Nothing
from positions.api.inputs.webhooks import ReplayInput, WebhookChange, WebhookInput
from positions.api.parameters import Flag, OneOf, Words, ordering
from positions.api.serializers.webhooks import (
    DeliverySerializer,
    NewWebhookSerializer,
    ReplayedSerializer,
    WebhookSerializer,
)
from positions.api.views import ResourceView
from positions.api.writing import WritableView
from positions.enums import DeliveryState
from positions.exceptions import Invalid, NotVisible
from positions.models import Webhook, WebhookDelivery
from positions.queries.access import negotiations_for
from positions.services.webhooks import WebhookFacts, delete_webhook, replay, rotate_secret, save_webhook, send_test


class WebhookView(WritableView):
    """One's own webhooks: see docs/api.md, “Webhooks”."""

    collection = "webhooks"
    new, change = WebhookInput, WebhookChange
    related = ("owner",)
    permission_classes = [SignedIn]
    is_open = False
    queryset = Webhook.objects.none()
    serializer_class = WebhookSerializer
    noun = "webhook"
    filters = (
        Words(name="url", description="The whole address.", lookup="url", longest=2000),
        Flag(name="is_enabled", description="Whether it is switched on.", lookup="is_enabled"),
    )
    ordering = ordering("-created_at", created_at="created_at", url="url")

    def visible(self) -> QuerySet[Webhook]:
        return Webhook.objects.filter(owner=self.reader.user) if self.reader.user else Webhook.objects.none()

    def loaded(self, rows: QuerySet[Webhook]) -> QuerySet[Webhook]:
        return rows.prefetch_related(Prefetch("negotiations", negotiations_for(self.reader).order_by("slug")))

    def negotiations_of(self, rows: Any) -> list[Any]:
        return []

    def permit(self, row: Webhook) -> None:
        """They are one's own."""

    def create_one(self, said: dict[str, Any]) -> Webhook:
        return save_webhook(self.reader, WebhookFacts(**said))

    def change_one(self, row: Webhook, said: dict[str, Any]) -> Webhook:
        standing: dict[str, Any] = {
            "url": row.url, "description": row.description, "negotiations": list(row.negotiations.all()),
            "kinds": row.kinds, "is_enabled": row.is_enabled,
        }  # fmt: skip
        return save_webhook(self.reader, WebhookFacts(**{**standing, **said}), existing=row)

    @extend_schema(request=WebhookInput, responses={201: NewWebhookSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make a webhook. Its secret is in this answer and nowhere else."""
        return super().create(request, *args, **kwargs)

    def created(self, row: Any) -> Response:
        answer = super().created(row)
        answer.data = {**answer.data, "secret": row.secret}
        return answer

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete it, with what was still to be sent. `If-Match` is heeded where it is sent."""
        return self.write_below(
            Nothing,
            lambda row, said: delete_webhook(self.reader, row),
            answer=lambda gone: Response(status=204),
            needs_match=False,
        )

    @extend_schema(request=Nothing, responses={200: NewWebhookSerializer})
    def rotate(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Give it a new secret, shown this once; for 24 hours the one of before signs as well."""

        def answer(row: Webhook) -> Response:
            shown = self.changed(row)
            shown.data = {**shown.data, "secret": row.secret}
            return shown

        return self.write_below(Nothing, lambda row, said: rotate_secret(self.reader, row), answer=answer)

    @extend_schema(request=Nothing, responses={202: DeliverySerializer})
    def ping(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Send a message of type `ping`."""
        return self.write_below(
            Nothing,
            lambda row, said: send_test(row),
            answer=lambda sent: Response(DeliverySerializer(sent, context={"reader": self.reader}).data, status=202),
        )

    @extend_schema(request=ReplayInput, responses={202: ReplayedSerializer})
    def replay(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Send a message again, or all made since an instant, each under the id it had."""

        def write(row: Webhook, said: dict[str, Any]) -> int:
            if len(said) != 1:
                raise Invalid("Give either `delivery` or `since`.")
            delivery = None
            if "delivery" in said:
                delivery = row.deliveries.filter(pk=said["delivery"]).first()
                if delivery is None:
                    raise Invalid({"delivery": ["is no delivery of this webhook"]})
            return replay(row, delivery=delivery, since=said.get("since"))

        return self.write_below(ReplayInput, write, answer=lambda count: Response({"replayed": count}, status=202))


class DeliveryView(ResourceView):
    """What was sent to one webhook, newest first."""

    permission_classes = [SignedIn]
    is_open = False
    queryset = WebhookDelivery.objects.none()
    serializer_class = DeliverySerializer
    noun = "webhook"
    filters = (
        OneOf(name="state", description="How far it has come.", choices=DeliveryState, lookup="state__in"),
        Words(name="type", description="Type of message, such as `codings.changed`.", lookup="type"),
    )
    ordering = ordering("-created_at", created_at="created_at")

    def visible(self) -> QuerySet[WebhookDelivery]:
        own = Webhook.objects.filter(owner=self.reader.user) if self.reader.user else Webhook.objects.none()
        key = self.kwargs["id"]
        webhook = own.filter(pk=key).first() if self.is_key(key) else None
        if webhook is None:
            raise NotVisible("No such webhook.")
        return WebhookDelivery.objects.filter(webhook=webhook)

    def negotiations_of(self, rows: Any) -> list[Any]:
        return []
