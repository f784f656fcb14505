"""The user who asks, and their tokens."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from positions.api.serializers.fields import EnumField, InstantField, Payload, SlugOf
from positions.enums import Role


class MembershipSerializer(serializers.Serializer[Any]):
    """A role in a negotiation."""

    negotiation = SlugOf()
    role = EnumField(Role)


class MeSerializer(Payload):
    """Who asks, and what they may do where."""

    username = serializers.CharField()
    first_name = serializers.CharField()
    last_name = serializers.CharField()
    email = serializers.CharField()
    is_administrator = serializers.BooleanField(source="is_superuser")
    memberships = MembershipSerializer(source="negotiation_memberships", many=True)


class TokenSerializer(Payload):
    """A token, without its secret."""

    id = serializers.UUIDField()
    name = serializers.CharField(help_text="What it was made for; empty for one made on the command line.")
    created_at = InstantField()
    expires_at = InstantField(allow_null=True, help_text="Null: never.")
    is_current = serializers.BooleanField(help_text="Whether it is the one this request came with.")


class NewTokenSerializer(TokenSerializer):
    """A token just made, with its secret: shown this once, kept only as a hash."""

    token = serializers.CharField()


class TokenRequestSerializer(serializers.Serializer[Any]):
    """What a new token is for, and until when it is good."""

    name = serializers.CharField(max_length=100, help_text="What it is made for, in a few words.")
    expires_at = serializers.DateTimeField(
        required=False,
        help_text="By default, and at most, the installation's limit from now; never past the token that asks.",
    )
