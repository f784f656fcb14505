"""A person's watches."""

from __future__ import annotations

from rest_framework import serializers

from positions.api.serializers.fields import EnumField, InstantField, Payload, SlugOf
from positions.enums import WatchDelivery, WatchKind


class WatchSerializer(Payload):
    """What its owner wants to be told of, and how. Null ``party`` and ``issue`` stand for any."""

    id = serializers.UUIDField()
    negotiation = SlugOf()
    kind = EnumField(WatchKind)
    party = SlugOf(allow_null=True)
    issue = SlugOf(allow_null=True)
    name = serializers.CharField()
    delivery = EnumField(WatchDelivery)
    created_at = InstantField(help_text="From when on it watches.")
    checked_at = InstantField(help_text="Until when it was looked for.")
