"""Statements with the codings they carry."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import serializers

from positions.api.serializers.codings import CodingSerializer
from positions.api.serializers.fields import EnumField, IdOf, InstantField, Payload, SlugOf, SlugsOf
from positions.api.serializers.succession import reason_for, successor_of
from positions.enums import AnchorStatus, Attribution, Credibility, Directness
from positions.models import Statement


class StatementSerializer(Payload):
    """A passage of a source in which somebody states something.

    What ground rules and markings keep from the reader is empty or null: ``speaker`` and
    ``speaker_label``; the quotation (``exact``, ``start``, ``end``, ``prefix``, ``suffix``); its
    surroundings (``prefix``, ``suffix``) where the source's text is withheld. ``codings`` are those in
    force; of a retired statement, those in force when it was retired. ``reason`` says why a retired
    statement was retired, or why one in force replaced the one it supersedes.
    """

    id = serializers.UUIDField()
    key = serializers.CharField()
    negotiation = SlugOf()
    source = IdOf(source="source_id")  # type: ignore[assignment]
    start = serializers.IntegerField(allow_null=True, help_text="In Unicode code points of the source's text.")
    end = serializers.IntegerField(allow_null=True)
    exact = serializers.CharField()
    prefix = serializers.CharField()
    suffix = serializers.CharField()
    anchor_status = EnumField(AnchorStatus)
    asserted_by = SlugOf()
    speaker = SlugOf(allow_null=True)
    speaker_label = serializers.CharField()
    directness = EnumField(Directness)
    attribution = EnumField(Attribution)
    credibility = EnumField(Credibility)
    stated_on = serializers.CharField(help_text="EDTF, as entered.")
    stated_earliest = serializers.DateField()
    stated_latest = serializers.DateField(help_text="The day on which it counts.")
    round = serializers.IntegerField(source="round.number", allow_null=True)
    addressees = SlugsOf()
    group = IdOf(source="group_id", allow_null=True, help_text="The same for the statements of a joint text.")
    note = serializers.CharField(allow_null=True, help_text="Null for readers who are no members.")
    recorded_at = InstantField()
    retired_at = InstantField(allow_null=True, help_text="When it was corrected or withdrawn; null while in force.")
    supersedes = IdOf(source="supersedes.pk", allow_null=True)
    superseded_by = serializers.SerializerMethodField()
    reason = serializers.SerializerMethodField()
    codings = CodingSerializer(source="shown_codings", many=True)

    def get_superseded_by(self, statement: Statement) -> UUID | None:
        return successor_of(statement)

    def get_reason(self, statement: Statement) -> str:
        return reason_for(self.reader, statement)

    def to_representation(self, statement: Statement) -> dict[str, Any]:
        shown = super().to_representation(statement)
        hidden: dict[str, Any] = {}
        if statement.source_id in self.context["withheld"]:
            hidden.update(prefix="", suffix="")
        if not self.reader.sees_quote(statement):
            hidden.update(start=None, end=None, exact="", prefix="", suffix="")
        if not self.reader.sees_speaker(statement):
            hidden.update(speaker=None, speaker_label="")
        if not self.reader.is_member(statement.negotiation_id):
            hidden.update(note=None)
        return {**shown, **{name: value for name, value in hidden.items() if name in shown}}
