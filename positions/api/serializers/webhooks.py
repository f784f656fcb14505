"""Webhooks and their deliveries."""

from __future__ import annotations

from rest_framework import serializers

from positions.api.serializers.fields import EnumField, InstantField, Payload, SlugsOf
from positions.enums import DeliveryState, FeedKind


class WebhookSerializer(Payload):
    """An address of one's own that hears of changes. Its secret is shown once, when it is made or rotated."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    description = serializers.CharField()
    negotiations = SlugsOf(help_text="Those still to be seen; none: all that you may see.")
    kinds = serializers.ListField(child=EnumField(FeedKind), help_text="None: every kind.")
    is_enabled = serializers.BooleanField()
    created_at = InstantField()
    disabled_at = InstantField(allow_null=True)
    disabled_reason = serializers.CharField()


class NewWebhookSerializer(WebhookSerializer):
    """With the secret, this once."""

    secret = serializers.CharField()


class DeliverySerializer(Payload):
    """One message to a webhook; its id, after `msg_` and without dashes, is its `webhook-id` on every try."""

    id = serializers.UUIDField()
    type = serializers.CharField(help_text="`ping`, or resource and kind, such as `codings.changed`.")
    state = EnumField(DeliveryState)
    attempts = serializers.IntegerField()
    created_at = InstantField()
    next_attempt_at = InstantField(allow_null=True)
    last_attempt_at = InstantField(allow_null=True)
    last_status = serializers.IntegerField(allow_null=True)
    last_error = serializers.CharField()


class ReplayedSerializer(Payload):
    """How many messages are to be sent again."""

    replayed = serializers.IntegerField()
