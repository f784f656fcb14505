"""How one statement stands to another, as outsiders get it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from positions.api.serializers.fields import EnumField, IdOf, InstantField, Payload, SlugOf
from positions.enums import RelationKind
from positions.models import Relation


class RelationSerializer(Payload):
    """``statement`` answers, contradicts, clarifies, denies, repeats or withdraws ``other``, as somebody saw."""

    id = serializers.UUIDField()
    negotiation = SlugOf()
    kind = EnumField(RelationKind)
    statement = IdOf(source="statement_id")
    other = IdOf(source="other_id")
    seen_by = serializers.CharField(allow_null=True, help_text="Null for readers who are no members.")
    note = serializers.CharField(allow_null=True, help_text="Null for readers who are no members.")
    recorded_at = InstantField()
    retired_at = InstantField(allow_null=True, help_text="When it was withdrawn; null while in force.")
    reason = serializers.CharField(
        source="withdrawal_reason",
        allow_null=True,
        help_text="Why it was withdrawn; null for readers who are no members.",
    )

    def to_representation(self, relation: Relation) -> dict[str, Any]:
        shown = super().to_representation(relation)
        if not self.reader.is_member(relation.negotiation_id):
            shown.update({name: None for name in ("seen_by", "note", "reason") if name in shown})
        return shown
