"""What webhooks are written from."""

from __future__ import annotations

from rest_framework import serializers

from positions.api.inputs.fields import Choice, Flag, Input, Many, NegotiationIn, Text
from positions.enums import FeedKind


class WebhookInput(Input):
    """Where to send what."""

    url = Text(max_length=2000, help_text="Begins with `https://`; no private or local address.")
    description = Text(max_length=300, required=False, allow_blank=True)
    negotiations = Many(child=NegotiationIn(), required=False, help_text="None: all that you may see.")
    kinds = Many(child=Choice(FeedKind), required=False, help_text="None: every kind of change.")
    is_enabled = Flag(required=False)


class WebhookChange(WebhookInput):
    """What is to change of a webhook."""

    is_change = True


class ReplayInput(Input):
    """Which messages to send again: one, or all made since an instant."""

    delivery = serializers.UUIDField(required=False)
    since = serializers.DateTimeField(required=False)
