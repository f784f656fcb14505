"""Sources and their canonical text."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from positions.api.serializers.fields import EnumField, IdOf, InstantField, Payload, SlugOf
from positions.enums import Attribution, DerivationKind, Reliability, SourceKind, TextAccess, Tlp
from positions.models import Source
from positions.queries.withholding import Withheld


class DerivationSerializer(serializers.Serializer[Source]):
    """The source that another derives from, and how."""

    source = IdOf(source="derived_from.pk")  # type: ignore[assignment]
    kind = EnumField(DerivationKind, source="derivation_kind")

    def to_representation(self, source: Source) -> Any:
        # loaded with the sources that the reader may see: a hidden one counts as none
        return None if source.derived_from is None else super().to_representation(source)


class SourceSerializer(Payload):
    """A document in which somebody states something.

    ``sha256`` and ``length`` describe the newest version of its text; they are null where there is
    none, or where a ground rule withholds it.
    """

    id = serializers.UUIDField()
    key = serializers.CharField()
    negotiation = SlugOf()
    title = serializers.CharField()
    kind = EnumField(SourceKind)
    publisher = serializers.CharField()
    author = serializers.CharField()
    url = serializers.CharField()
    archive_url = serializers.CharField()
    published_on = serializers.CharField(help_text="EDTF, as entered; empty where it is not known.")
    language = serializers.CharField(help_text="BCP 47.")
    reliability = EnumField(Reliability)
    tlp = EnumField(Tlp)
    attribution = EnumField(Attribution)
    text_access = EnumField(TextAccess)
    derived_from = DerivationSerializer(source="*", allow_null=True)
    sha256 = serializers.CharField(allow_null=True, help_text="Of the text's UTF-8 bytes, in hexadecimal.")
    length = serializers.IntegerField(allow_null=True, help_text="In Unicode code points.")
    note = serializers.CharField(allow_null=True, help_text="Null for readers who are no members.")
    recorded_at = InstantField()

    def to_representation(self, source: Source) -> dict[str, Any]:
        shown = super().to_representation(source)
        hidden: dict[str, Any] = {}
        if not self.reader.is_member(source.negotiation_id):
            hidden.update(note=None)
        if self.context["withheld"].get(source.pk) is Withheld.GROUND_RULE:
            hidden.update(sha256=None, length=None)
        return {**shown, **{name: value for name, value in hidden.items() if name in shown}}


class SourceTextSerializer(Payload):
    """The newest version of a source's canonical text; every offset counts its code points."""

    text = serializers.CharField()
    sha256 = serializers.CharField(help_text="Of the text's UTF-8 bytes, in hexadecimal.")
    length = serializers.IntegerField(help_text="In Unicode code points.")
    version = serializers.IntegerField()
