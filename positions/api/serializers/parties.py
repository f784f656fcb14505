"""Parties and the people who speak for them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from positions.api.serializers.fields import EnumField, Payload, SlugOf
from positions.enums import AliasKind, PartyKind


class AliasSerializer(serializers.Serializer[Any]):
    """Another name of a party."""

    text = serializers.CharField()
    kind = EnumField(AliasKind)
    language = serializers.CharField(help_text="BCP 47.")


class PartySerializer(Payload):
    """Who can hold a position."""

    slug = serializers.CharField()
    name = serializers.CharField()
    kind = EnumField(PartyKind)
    iso3 = serializers.CharField(allow_null=True, help_text="ISO 3166-1 alpha-3, states only.")
    wikidata_id = serializers.CharField()
    is_listed = serializers.BooleanField(help_text="Whether everybody may know of it, used or not.")
    aliases = AliasSerializer(many=True)
    merged_into = SlugOf(allow_null=True, help_text="The party it was merged into; such parties are in no list.")


class AppointmentSerializer(serializers.Serializer[Any]):
    """A post held for a party; null days are not known."""

    party = SlugOf()
    title = serializers.CharField()
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)


class PersonSerializer(Payload):
    """Somebody who speaks for a party."""

    slug = serializers.CharField()
    name = serializers.CharField()
    is_listed = serializers.BooleanField(help_text="Whether everybody may know of them, named anywhere or not.")
    appointments = AppointmentSerializer(many=True)
    merged_into = SlugOf(allow_null=True, help_text="The person it was merged into; such people are in no list.")
