"""Negotiations, their rounds and their issues."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from positions.api.serializers.fields import EnumField, Payload, SlugOf
from positions.enums import ReviewPolicy, RoundFormat, RoundStatus, Visibility
from positions.models import Delegation, Negotiation


class NegotiationSerializer(Payload):
    """A process with issues, parties and rounds."""

    slug = serializers.CharField()
    title = serializers.CharField()
    summary = serializers.CharField()
    visibility = EnumField(Visibility)
    review_policy = EnumField(ReviewPolicy, allow_null=True, help_text="Null for readers who are no members.")

    def to_representation(self, negotiation: Negotiation) -> dict[str, Any]:
        shown = super().to_representation(negotiation)
        if "review_policy" in shown and not self.reader.is_member(negotiation.pk):
            shown["review_policy"] = None
        return shown


class DelegateSerializer(serializers.Serializer[Any]):
    """A person in a delegation, with the title they held then."""

    person = SlugOf()
    title = serializers.CharField()


class DelegationSerializer(serializers.Serializer[Delegation]):
    """A party at a round."""

    party = SlugOf()
    head = SlugOf(allow_null=True)
    members = DelegateSerializer(many=True)


class RoundSerializer(Payload):
    """A meeting or other occasion of a negotiation."""

    id = serializers.UUIDField()
    negotiation = SlugOf()
    number = serializers.IntegerField()
    title = serializers.CharField()
    format = EnumField(RoundFormat)
    venue = serializers.CharField()
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    status = EnumField(RoundStatus)
    delegations = DelegationSerializer(many=True)


class IssueSerializer(Payload):
    """One contested question: what +2 and −2 mean, and what holds if nothing is agreed."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    negotiation = SlugOf()
    title = serializers.CharField()
    proposal = serializers.CharField(help_text="What +2 means.")
    pole_for = serializers.CharField()
    pole_against = serializers.CharField()
    reference_point = serializers.CharField()
    keywords = serializers.ListField(child=serializers.CharField())
    parent = SlugOf(allow_null=True)  # type: ignore[assignment]
    rank = serializers.IntegerField(help_text="Place among the negotiation's issues, from 0.")
    merged_into = SlugOf(allow_null=True, help_text="The issue it was merged into; such issues are in no list.")
