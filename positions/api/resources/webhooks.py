"""``webhooks/``: addresses of one's own that hear of changes, and what was sent to each."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from positions.api.authentication import SignedIn
from positions.api.inputs.fields import Nothing
from positions.api.inputs.webhooks import ReplayInput, WebhookChange, WebhookInput
from positions.api.lookups import InNegotiation, ids_of
from positions.api.parameters import Flag, Instant, Number, OneOf, Question, Words, ordering
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
from positions.models import Negotiation, Webhook, WebhookDelivery
from positions.queries.access import Reader, negotiations_for
from positions.services.webhooks import WebhookFacts, delete_webhook, replay, rotate_secret, save_webhook, send_test


def webhooks_of(reader: Reader) -> QuerySet[Webhook]:
    """One's own."""
    return Webhook.objects.filter(owner=reader.user) if reader.user else Webhook.objects.none()


def named_by(webhook: Webhook) -> list[Negotiation]:
    """The negotiations it is for, also those that its owner does not see at the moment; none: all."""
    named = Webhook.negotiations.through.objects.filter(webhook=webhook)
    return list(Negotiation.objects.filter(pk__in=named.values("negotiation")))


def those_that_hear_of(rows: QuerySet[Webhook], negotiation: Negotiation, question: Question) -> QuerySet[Webhook]:
    """Those for the negotiation, and those for all."""
    through = Webhook.negotiations.through.objects
    named = through.filter(negotiation=negotiation).values("webhook")
    return rows.filter(Q(pk__in=named) | ~Q(pk__in=through.values("webhook")))


def between(name: str, words: str, column: str) -> tuple[Instant, Instant]:
    """The filters ``…_after`` and ``…_before`` of an instant."""
    return (
        Instant(name=f"{name}_after", description=f"{words} at this instant or later.", lookup=f"{column}__gte"),
        Instant(name=f"{name}_before", description=f"{words} at this instant or earlier.", lookup=f"{column}__lte"),
    )


class WebhookView(WritableView):
    """One's own webhooks: see docs/api.md, “Webhooks”."""

    collection = "webhooks"
    new, change = WebhookInput, WebhookChange
    related = ("owner",)
    secret_actions = ("create", "rotate")
    permission_classes = [SignedIn]
    is_open = False
    queryset = Webhook.objects.none()
    serializer_class = WebhookSerializer
    noun = "webhook"
    filters = (
        ids_of(webhooks_of, "webhook"),
        InNegotiation(description="Slug of a negotiation: those that hear of it.", narrow=those_that_hear_of),
        Words(name="url", description="The whole address.", lookup="url", longest=2000),
        Flag(name="is_enabled", description="Whether it is switched on.", lookup="is_enabled"),
        *between("created", "Made", "created_at"),
        *between("disabled", "Switched off for its failures", "disabled_at"),
    )
    ordering = ordering("-created_at", created_at="created_at", url="url")

    def visible(self) -> QuerySet[Webhook]:
        return webhooks_of(self.reader)

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
            "url": row.url, "description": row.description, "negotiations": named_by(row),
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


def deliveries_of(reader: Reader) -> QuerySet[WebhookDelivery]:
    """Those to one's own webhooks."""
    return WebhookDelivery.objects.filter(webhook__in=webhooks_of(reader))


class DeliveryView(ResourceView):
    """What was sent to one webhook, newest first."""

    permission_classes = [SignedIn]
    is_open = False
    queryset = WebhookDelivery.objects.none()
    serializer_class = DeliverySerializer
    noun = "delivery"
    filters = (
        ids_of(deliveries_of, "delivery"),
        OneOf(name="state", description="How far it has come.", choices=DeliveryState, lookup="state__in"),
        Words(name="type", description="Type of message, such as `codings.changed`.", lookup="type"),
        Number(name="attempts_min", description="Tried at least so often.", lookup="attempts__gte", low=0, high=1000),
        Number(name="last_status", description="Status of the last answer.", lookup="last_status", low=100, high=599),
        *between("created", "Made", "created_at"),
        *between("next_attempt", "Due", "next_attempt_at"),
        *between("last_attempt", "Last tried", "last_attempt_at"),
    )
    ordering = ordering("-created_at", created_at="created_at")

    def visible(self) -> QuerySet[WebhookDelivery]:
        key = self.kwargs["id"]
        webhook = webhooks_of(self.reader).filter(pk=key).first() if self.is_key(key) else None
        if webhook is None:
            raise NotVisible("No such webhook.")
        return WebhookDelivery.objects.filter(webhook=webhook)

    def negotiations_of(self, rows: Any) -> list[Any]:
        return []
