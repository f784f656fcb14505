"""The user who asks, and their tokens."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from positions.api.inputs.fields import Choice, Input, Text
from positions.api.serializers.fields import EnumField, InstantField, Payload, SlugOf
from positions.enums import Role, TokenScope


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
    scope = serializers.SerializerMethodField(
        help_text="What this request's token may do; a session may write as its user may."
    )
    memberships = MembershipSerializer(source="negotiation_memberships", many=True)

    @extend_schema_field(EnumField(TokenScope))
    def get_scope(self, user: User) -> str:
        scope: TokenScope = self.context["scope"]
        return scope.value


class TokenSerializer(Payload):
    """A token, without its secret."""

    id = serializers.UUIDField()
    name = serializers.CharField(help_text="What it was made for; empty for one made on the command line.")
    scope = EnumField(TokenScope)
    created_at = InstantField()
    expires_at = InstantField(allow_null=True, help_text="Null: never.")
    last_used_at = InstantField(allow_null=True, help_text="To the minute; null: not yet.")
    is_current = serializers.BooleanField(help_text="Whether it is the one this request came with.")


class NewTokenSerializer(TokenSerializer):
    """A token just made, with its secret: shown this once, kept only as a hash."""

    token = serializers.CharField()


class TokenRequestSerializer(Input):
    """What a new token is for, and until when it is good."""

    name = Text(max_length=100, help_text="What it is made for, in a few words.")
    scope = Choice(
        TokenScope, default=TokenScope.READ, help_text="What its tools may do: `read` unless said otherwise."
    )
    expires_at = serializers.DateTimeField(
        required=False,
        help_text="By default, and at most, the installation's limit from now; never past the token that asks.",
    )
