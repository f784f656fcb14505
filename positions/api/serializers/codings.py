"""Codings and the conditions they hang on."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from rest_framework import serializers

from positions.analysis.evidence import status_of
from positions.analysis.types import Condition as ConditionFacts
from positions.analysis.types import StatusEntry
from positions.api.serializers.fields import EnumField, IdOf, InstantField, Payload, SlugOf, instant_text
from positions.api.serializers.succession import reason_for, successor_of
from positions.enums import (
    CodingState,
    CodingStatus,
    ConditionKind,
    ConditionStatus,
    Confidence,
    Footing,
    Move,
    Stance,
)
from positions.models import Coding, Condition
from positions.queries.conditions import entry_in_force
from positions.queries.evidence import Moment


def standing_status(condition: Condition, moment: Moment) -> str:
    """The status of a condition with its ``statuses`` and ``coding`` loaded (method, section 4)."""
    since = condition.coding.recorded_at or condition.coding.created_at
    entries = sorted(condition.statuses.all(), key=lambda entry: entry.rank)
    series = tuple(StatusEntry(entry.status, entry.on, entry.recorded_at or since) for entry in entries)
    return status_of(ConditionFacts(series), moment.as_of, moment.known_at)


class StatusField(EnumField):
    """A condition's status as of now."""

    def __init__(self, **options: Any) -> None:
        super().__init__(ConditionStatus, source="*", **options)

    def to_representation(self, value: Condition) -> str:
        return standing_status(value, self.context["moment"])


class CodingConditionSerializer(serializers.Serializer[Condition]):
    """What an offer or a threat depends on."""

    text = serializers.CharField()
    kind = EnumField(ConditionKind)
    falls_on = SlugOf(allow_null=True)
    status = StatusField(help_text="As of now.")


class CodingSerializer(Payload):
    """One coder's reading of one statement for one party on one issue.

    ``reason`` says why a retired coding was retired, or why one in force replaced the one it supersedes.
    """

    id = serializers.UUIDField()
    key = serializers.CharField()
    negotiation = SlugOf()
    statement = IdOf(source="statement_id")
    party = SlugOf()
    issue = SlugOf()
    stance = EnumField(Stance, allow_null=True)
    state = EnumField(CodingState)
    move = EnumField(Move)
    red_line = serializers.BooleanField()
    reciprocal = serializers.BooleanField()
    conditions = CodingConditionSerializer(many=True)
    confidence = EnumField(Confidence)
    footing = EnumField(Footing)
    coder = serializers.CharField(allow_null=True, help_text="Null for readers who are no members.")
    status = EnumField(CodingStatus)
    recorded_at = InstantField(allow_null=True, help_text="When it was published; null before.")
    retired_at = InstantField(allow_null=True, help_text="When it was corrected or withdrawn; null while in force.")
    supersedes = IdOf(source="supersedes.pk", allow_null=True)
    superseded_by = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField()

    def get_superseded_by(self, coding: Coding) -> UUID | None:
        return successor_of(coding)

    def get_reason(self, coding: Coding) -> str:
        return reason_for(self.reader, coding)

    def to_representation(self, coding: Coding) -> dict[str, Any]:
        shown = super().to_representation(coding)
        if "coder" in shown and not self.reader.is_member(coding.negotiation_id):
            shown["coder"] = None
        return shown


class ConditionStatusEntrySerializer(serializers.Serializer[Any]):
    """One dated entry of a condition's series, and the statement or reason that shows it."""

    status = EnumField(ConditionStatus)
    on = serializers.DateField()
    recorded_at = serializers.SerializerMethodField()
    statement = IdOf(source="statement.pk", allow_null=True)
    reason = serializers.CharField()

    def get_recorded_at(self, entry: Any) -> str | None:
        instant = entry.recorded_at or entry.condition.coding.recorded_at
        return None if instant is None else instant_text(instant)


class ConditionSerializer(Payload):
    """A condition with its whole series of statuses: of a past moment, the entries known by then."""

    id = serializers.UUIDField()
    negotiation = SlugOf(source="coding.negotiation")
    coding = IdOf(source="coding_id")
    statement = IdOf(source="coding.statement_id")
    party = SlugOf(source="coding.party")
    issue = SlugOf(source="coding.issue")
    text = serializers.CharField()
    kind = EnumField(ConditionKind)
    falls_on = SlugOf(allow_null=True)
    status = StatusField(help_text="As of now, or of the moment asked about.")
    since = serializers.SerializerMethodField(
        help_text="The day of the entry that says so; without one, of the statement."
    )
    stated_latest = serializers.DateField(
        source="coding.stated_latest", help_text="The day on which the statement counts that sets it."
    )
    statuses = ConditionStatusEntrySerializer(many=True)

    def get_since(self, condition: Condition) -> date:
        recorded_at = condition.coding.recorded_at or condition.coding.created_at
        entry = entry_in_force(condition.statuses.all(), recorded_at, self.context["moment"])
        return condition.coding.stated_latest if entry is None else entry.on
