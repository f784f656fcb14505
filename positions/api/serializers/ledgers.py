"""Red lines, coverage, and what a search finds, as outsiders get them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from positions.api.serializers.derived import OccasionSerializer
from positions.api.serializers.fields import EnumField, Payload
from positions.api.vocabularies import RedLineEvent
from positions.enums import Footing, Stance


class RedLineEntrySerializer(serializers.Serializer[Any]):
    """One deciding occasion in the life of a red line; ``stance`` is null when mixed."""

    on = serializers.DateField()
    kind = EnumField(RedLineEvent)
    occasion = OccasionSerializer()
    stance = EnumField(Stance, allow_null=True)
    low = EnumField(Stance)
    high = EnumField(Stance)
    statements = serializers.ListField(child=serializers.UUIDField())


class RedLineSerializer(Payload):
    """A party's red line on an issue, on one footing, with every occasion since it was declared.

    ``stance`` is where the line was last drawn, null when mixed; ``status`` the kind of the latest entry.
    """

    party = serializers.CharField()
    issue = serializers.CharField()
    footing = EnumField(Footing)
    declared_on = serializers.DateField()
    last_spoken_on = serializers.DateField()
    stance = EnumField(Stance, allow_null=True)
    status = EnumField(RedLineEvent)
    rounds_silent = serializers.IntegerField(help_text="Held rounds the party attended since the line was last spoken.")
    entries = RedLineEntrySerializer(many=True)


class CoverageSerializer(Payload):
    """What was found of a party on an issue. Silence is a gap in the record and no position."""

    party = serializers.CharField()
    issue = serializers.CharField()
    last_heard_on = serializers.DateField(
        allow_null=True, help_text="The last day with any word, “no comment” too; null where there was none."
    )
    last_evidence_on = serializers.DateField(
        allow_null=True, help_text="The last day with a stance on the footing that decides."
    )
    never_heard = serializers.BooleanField()
    rounds_attended = serializers.IntegerField(help_text="Held rounds that name the party.")
    rounds_silent = serializers.IntegerField(help_text="Those of them since it was last heard.")
    silent_at = serializers.ListField(child=serializers.DateField(), help_text="Their first days.")
