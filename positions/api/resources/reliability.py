"""``reliability/``: how far the coders of a negotiation agree, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from positions.api.audit import note_reads
from positions.api.lookups import InNegotiation, Issues
from positions.api.parameters import Filter, Number, Parameter, Question, Refused, fields_of, shorten, split_list
from positions.api.problems import BadParameters
from positions.api.serializers.fields import MethodField, Payload, field_names
from positions.api.serializers.reliability import CoderAgreementSerializer
from positions.api.views import ApiView
from positions.models import Negotiation
from positions.queries.reliability import CoderReadings, Selection, coder_readings_for, reliability_for


class ReliabilityAnswer(Payload):
    """Agreement on each field, whole."""

    results = CoderAgreementSerializer(many=True)
    method = MethodField()


@dataclass(frozen=True, kw_only=True)
class CoderPair(Filter):
    """Two coders by name; for members, because to others coders have no names."""

    name: str = "coders"
    description: str = "Two coders' names, separated by a comma: agreement between these alone. For members."
    many: bool = True

    def read(self, raw: str, question: Question) -> tuple[str, str]:
        negotiation = question.negotiation
        if negotiation is None or not question.reader.is_member(negotiation.pk):
            raise Refused("is for members of the negotiation; to others coders have no names")
        names = split_list(raw)
        if len(names) != 2:
            raise Refused("takes two coders, separated by a comma")
        return names[0], names[1]


class ReliabilityView(ApiView):
    """Agreement between coders: Krippendorff's alpha with its interval, and percent agreement beside it.

    It counts the reading each coder first handed in. Where two code blind, units that are not settled
    count only for those who may read them.
    """

    serializer_class = ReliabilityAnswer
    method_section = "agreement"
    parameters: ClassVar[tuple[Parameter, ...]] = (
        InNegotiation(required=True),
        Issues(description="Slugs of the issues wanted."),
        CoderPair(),
        Number(
            name="codebook",
            description="Version of the codebook the readings were made under.",
            schema={"type": "integer", "minimum": 1},
            low=1,
            high=999_999_999,
        ),
    )

    def asked_parameters(self) -> tuple[Parameter, ...]:
        return (*self.parameters, fields_of(field_names(CoderAgreementSerializer)))

    @property
    def negotiation(self) -> Negotiation:
        """The negotiation asked about, an administrator's look inside noted."""
        negotiation = self.question.negotiation
        assert negotiation is not None
        note_reads(self.reader, [negotiation])
        return negotiation

    @cached_property
    def readings(self) -> CoderReadings:
        """The readings that count for the reader."""
        return coder_readings_for(self.reader, self.negotiation)

    def get(self, request: Request) -> Response:
        asked = self.question
        readings = self.readings
        errors: dict[str, list[str]] = {}
        unknown = [name for name in asked["coders"] or () if name not in readings.coders]
        if unknown:
            errors["coders"] = [f"nobody called “{shorten(unknown[0])}” handed in a reading here that you may count"]
        if asked["codebook"] is not None and asked["codebook"] not in readings.codebooks:
            errors["codebook"] = [f"no reading here was made under version {asked['codebook']}"]
        if errors:
            raise BadParameters(errors)
        chosen = Selection(asked["issue"], asked["coders"], asked["codebook"])
        rows = CoderAgreementSerializer(reliability_for(readings, chosen), many=True, only=asked["fields"]).data
        return Response({"results": rows, **self.method_member})
