"""What a search finds beside statements."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from positions.api.serializers.fields import Payload


class FoundSourceSerializer(serializers.Serializer[Any]):
    """A source found by its title, publisher or author."""

    id = serializers.UUIDField()
    title = serializers.CharField()
    published_on = serializers.CharField()


class FoundPartySerializer(serializers.Serializer[Any]):
    """A party found by a name."""

    slug = serializers.CharField()
    name = serializers.CharField()


class FoundIssueSerializer(serializers.Serializer[Any]):
    """An issue found by its title, proposal or keywords."""

    slug = serializers.CharField()
    title = serializers.CharField()


class FoundBesideSerializer(Payload):
    """A few sources, parties and issues that all the words find."""

    sources = FoundSourceSerializer(many=True)
    parties = FoundPartySerializer(many=True)
    issues = FoundIssueSerializer(many=True)
