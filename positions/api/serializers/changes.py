"""The feed of changes."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from rest_framework import serializers

from positions.api.serializers.fields import EnumField, InstantField, Payload
from positions.enums import FeedKind
from positions.queries.feed import Change, Reference


def address_of(reference: Reference) -> str:
    """The path of a record in the API."""
    slugs = reference.resource in ("negotiations", "parties", "persons")
    return reverse(f"api-{reference.resource}-one", kwargs={"slug" if slugs else "id": reference.id})


class ReferenceSerializer(serializers.Serializer[Reference]):
    """A record and where to read it; ``is_visible`` is false for one to be dropped."""

    resource = serializers.CharField(help_text="The resource's name in the API, such as `codings`.")
    id = serializers.CharField(help_text="Its id there; of negotiations, parties and persons the slug.")
    address = serializers.SerializerMethodField()
    is_visible = serializers.BooleanField(help_text="False where the reader has to drop it.")

    def get_address(self, reference: Reference) -> str:
        address: str = self.context["request"].build_absolute_uri(address_of(reference))
        return address


class ChangeSerializer(Payload):
    """One change. ``action`` and ``actor`` are null for a reader to whom the log is not open."""

    cursor = serializers.SerializerMethodField()
    event = serializers.UUIDField(source="token", help_text="Names the change for good; a webhook tells the same.")
    at = InstantField()
    kind = EnumField(FeedKind)
    resource = serializers.CharField(source="subject.resource")
    id = serializers.CharField(source="subject.id")
    negotiation = serializers.SerializerMethodField()
    action = serializers.SerializerMethodField()
    actor = serializers.SerializerMethodField()
    records = ReferenceSerializer(many=True)

    def get_cursor(self, change: Change) -> str:
        """What to give as `since` to read on from here."""
        cursor: str = self.context["cursor_at"](change.token)
        return cursor

    def get_negotiation(self, change: Change) -> str | None:
        return change.negotiation.slug if change.negotiation else None

    def get_action(self, change: Change) -> str | None:
        return change.action or None

    def get_actor(self, change: Change) -> str | None:
        return change.actor or None


class FeedAnswer(serializers.Serializer[Any]):
    """A page of the feed. ``cursor`` is what to give as ``since`` next time, whether or not there is more now."""

    next = serializers.URLField(allow_null=True, help_text="The next page; null when there is no more for now.")
    previous = serializers.URLField(allow_null=True, help_text="Always null: a feed is read forward.")
    cursor = serializers.CharField()
    results = ChangeSerializer(many=True)
