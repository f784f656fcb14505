"""Agreement between coders, as outsiders get it."""

from __future__ import annotations

from rest_framework import serializers

from positions.api.serializers.fields import EnumField, Payload
from positions.api.vocabularies import CodedField, Metric


class CoderAgreementSerializer(Payload):
    """Agreement between coders on one field; ``alpha`` is null where it is undefined, and ``reason`` says why."""

    field = EnumField(CodedField)
    metric = EnumField(Metric, source="agreement.metric")
    alpha = serializers.FloatField(source="agreement.alpha", allow_null=True)
    low = serializers.FloatField(
        source="agreement.low", allow_null=True, help_text="Lower end of the 95 % bootstrap interval."
    )
    high = serializers.FloatField(
        source="agreement.high", allow_null=True, help_text="Upper end of the 95 % bootstrap interval."
    )
    percent_agreement = serializers.FloatField(
        source="agreement.percent_agreement",
        allow_null=True,
        help_text="Share of equal pairs among all pairs of values of one unit, from 0 to 1.",
    )
    units = serializers.IntegerField(source="agreement.units", help_text="Units with values of two coders or more.")
    coders = serializers.IntegerField(help_text="Coders who gave a value.")
    multiple = serializers.IntegerField(
        help_text="Statements left out because a coder has several readings of them; 0 but for `issue` and `party`."
    )
    reason = serializers.CharField(source="agreement.reason", allow_null=True)
