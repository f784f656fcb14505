"""Who takes part in a negotiation's record."""

from __future__ import annotations

from rest_framework import serializers

from positions.api.serializers.fields import EnumField, Payload, SlugOf
from positions.enums import Role


class MemberSerializer(Payload):
    """Somebody's role in a negotiation."""

    id = serializers.UUIDField()
    negotiation = SlugOf()
    username = serializers.CharField(source="user.username")
    role = EnumField(Role)
