"""The log, and background work."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from positions.api.serializers.fields import EnumField, InstantField, Payload, SlugOf
from positions.enums import JobState
from positions.models import Event, Job


@extend_schema_field({"type": "object", "additionalProperties": True})
class ObjectField(serializers.JSONField):
    """A JSON object as it was kept, or null."""


class SubjectSerializer(serializers.Serializer[Event]):
    """What an entry speaks of; the record itself may be gone."""

    type = serializers.CharField(source="subject_type")
    id = serializers.CharField(source="subject_id")
    label = serializers.CharField(source="subject_label")  # type: ignore[assignment]


class EventSerializer(Payload):
    """One entry of the append-only log.

    An entry about a coding that the reader may not see (another coder's draft, the other of two blind
    readings) says that something was done, not what the coding says.
    """

    id = serializers.IntegerField()
    at = InstantField()
    actor = serializers.CharField(source="actor_name", help_text="A user name, or `system`.")
    action = serializers.CharField()
    subject = SubjectSerializer(source="*")
    negotiation = SlugOf(allow_null=True)
    reason = serializers.CharField()
    before = ObjectField(allow_null=True, help_text="The record before, where there was one.")
    after = ObjectField(allow_null=True, help_text="The record after, where there is one.")

    def to_representation(self, event: Event) -> dict[str, Any]:
        shown = super().to_representation(event)
        if event.pk not in self.context["closed"]:
            return shown
        hidden: dict[str, Any] = {"reason": "", "before": None, "after": None}
        if "subject" in shown:
            hidden["subject"] = {**shown["subject"], "label": ""}
        return {**shown, **{name: value for name, value in hidden.items() if name in shown}}


class ProgressSerializer(serializers.Serializer[Job]):
    """How far a job has come; ``total`` is null while it is not known."""

    done = serializers.IntegerField(source="progress_done")
    total = serializers.IntegerField(source="progress_total", allow_null=True)


class JobSerializer(Payload):
    """Work that runs in the background."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    state = EnumField(JobState)
    negotiation = SlugOf(allow_null=True)
    progress = ProgressSerializer(source="*")
    result = ObjectField(allow_null=True)
    errors = serializers.JSONField(help_text="A list of `{row, column, message}`.")  # type: ignore[assignment]
    created_at = InstantField()
    started_at = InstantField(allow_null=True)
    finished_at = InstantField(allow_null=True)
