"""Positions, matrix, timeline, shifts, concessions, agreement: what the method derives, as outsiders get it."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from positions.api.serializers.fields import EnumField, MethodField, Payload
from positions.api.vocabularies import PositionState, SetAside, ShiftKind
from positions.enums import CodingState, Footing, Move, Stance


class OccasionSerializer(serializers.Serializer[Any]):
    """A day with evidence, and the numbers of the rounds that evidence names."""

    on = serializers.DateField()
    rounds = serializers.ListField(child=serializers.IntegerField())


class ConditionCountsSerializer(serializers.Serializer[Any]):
    """How many conditions of the evidence stand at each status."""

    open = serializers.IntegerField()
    met = serializers.IntegerField()
    failed = serializers.IntegerField()
    withdrawn = serializers.IntegerField()


class PositionSerializer(Payload):
    """Where a party stands on an issue as of a date, known at an instant. ``stance`` is null when mixed."""

    party = serializers.CharField()
    issue = serializers.CharField()
    stance = EnumField(Stance, allow_null=True)
    low = EnumField(Stance)
    high = EnumField(Stance)
    state = EnumField(PositionState)
    footing = EnumField(Footing)
    red_line = serializers.BooleanField()
    conditional = serializers.BooleanField()
    conditions = ConditionCountsSerializer()
    occasion = OccasionSerializer()
    since = serializers.DateField()
    last_evidence_on = serializers.DateField()
    last_heard_on = serializers.DateField()
    evidence_count = serializers.IntegerField()
    evidence_total = serializers.IntegerField()
    source_count = serializers.IntegerField()
    other_evidence = serializers.IntegerField()
    rounds_silent = serializers.IntegerField()
    statements = serializers.ListField(child=serializers.UUIDField())


class CellSerializer(serializers.Serializer[Any]):
    """A position in the matrix."""

    party = serializers.CharField()
    issue = serializers.CharField()
    stance = EnumField(Stance, allow_null=True)
    low = EnumField(Stance)
    high = EnumField(Stance)
    state = EnumField(PositionState)
    footing = EnumField(Footing)
    red_line = serializers.BooleanField()
    conditional = serializers.BooleanField()
    evidence_count = serializers.IntegerField()
    evidence_total = serializers.IntegerField()
    last_evidence_on = serializers.DateField()


class MatrixSerializer(Payload):
    """Who stands where: parties by slug, issues in the negotiation's order, a cell for each pair with evidence."""

    parties = serializers.ListField(child=serializers.CharField())
    issues = serializers.ListField(child=serializers.CharField())
    cells = CellSerializer(many=True)
    method = MethodField()


class TimelineRoundSerializer(serializers.Serializer[Any]):
    """A round of the negotiation."""

    number = serializers.IntegerField()
    title = serializers.CharField()
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)


class PointSerializer(serializers.Serializer[Any]):
    """One admitted coding. ``stated_on`` is EDTF as entered; ``exact`` is empty where a ground rule hides it."""

    statement = serializers.UUIDField()
    coding = serializers.UUIDField()
    stated_on = serializers.CharField()
    earliest = serializers.DateField()
    latest = serializers.DateField()
    round = serializers.IntegerField(allow_null=True)
    stance = EnumField(Stance, allow_null=True)
    state = EnumField(CodingState)
    move = EnumField(Move)
    red_line = serializers.BooleanField()
    conditional = serializers.BooleanField()
    footing = EnumField(Footing)
    set_aside = EnumField(SetAside, allow_null=True)
    exact = serializers.CharField()


class SegmentSerializer(serializers.Serializer[Any]):
    """A stretch of days with one position; ``end`` is the first day of the next, null for the last."""

    start = serializers.DateField()
    end = serializers.DateField(allow_null=True)
    stance = EnumField(Stance, allow_null=True)
    low = EnumField(Stance)
    high = EnumField(Stance)
    state = EnumField(PositionState)
    footing = EnumField(Footing)
    last_evidence_on = serializers.DateField()


class SeriesSerializer(serializers.Serializer[Any]):
    """A party's dots and line."""

    party = serializers.CharField()
    points = PointSerializer(many=True)
    segments = SegmentSerializer(many=True)


class TimelineSerializer(Payload):
    """An issue over time."""

    issue = serializers.CharField()
    rounds = TimelineRoundSerializer(many=True)
    series = SeriesSerializer(many=True)
    method = MethodField()


class SideSerializer(serializers.Serializer[Any]):
    """One side of a shift."""

    stance = EnumField(Stance, allow_null=True)
    low = EnumField(Stance)
    high = EnumField(Stance)
    state = EnumField(PositionState)
    occasion = OccasionSerializer()
    statements = serializers.ListField(child=serializers.UUIDField())


class GapSerializer(serializers.Serializer[Any]):
    """Distance in steps to another party, before and after; null where theirs is mixed."""

    party = serializers.CharField()
    before = serializers.IntegerField(allow_null=True)
    after = serializers.IntegerField(allow_null=True)
    effect = serializers.CharField(allow_null=True, help_text="`narrowed`, `widened` or `unchanged`.")
    same_side = serializers.BooleanField(allow_null=True)


class ShiftSerializer(Payload):
    """What changed between two consecutive deciding occasions."""

    party = serializers.CharField()
    issue = serializers.CharField()
    on = serializers.DateField()
    footing = EnumField(Footing)
    kind = EnumField(ShiftKind)
    steps = serializers.IntegerField(allow_null=True)
    within_range = serializers.BooleanField()
    condition = serializers.CharField(allow_null=True, help_text="`added`, `not_repeated` or null.")
    red_line = serializers.CharField(allow_null=True, help_text="`declared`, `not_repeated` or null.")
    before = SideSerializer(allow_null=True)
    after = SideSerializer()
    gaps = GapSerializer(
        many=True, allow_null=True, help_text="Null on an issue with more than 20 parties, unless `with` names some."
    )


class ConcessionSerializer(Payload):
    """A move toward another party, with what it answers and whether it was answered."""

    party = serializers.CharField()
    other = serializers.CharField()
    issue = serializers.CharField()
    on = serializers.DateField()
    steps = serializers.IntegerField()
    footing = EnumField(Footing)
    gap_before = serializers.IntegerField()
    gap_after = serializers.IntegerField()
    answered = serializers.BooleanField(allow_null=True, help_text="Null while it is too early to say.")
    moved_first = serializers.BooleanField()
    statements_before = serializers.ListField(child=serializers.UUIDField())
    statements_after = serializers.ListField(child=serializers.UUIDField())


class PairAgreementSerializer(Payload):
    """Two parties over the units that both have a value in; ``a`` comes before ``b``."""

    a = serializers.CharField()
    b = serializers.CharField()
    units = serializers.IntegerField(help_text="Shared units in which neither is mixed.")
    same = serializers.IntegerField(help_text="Of these, with equal stance.")
    partial = serializers.IntegerField(help_text="Of these, one to three steps apart.")  # type: ignore[assignment]
    opposite = serializers.IntegerField(help_text="Of these, four steps apart.")
    mixed = serializers.IntegerField(help_text="Shared units left out because one of them, or both, is mixed.")
    same_share = serializers.FloatField(allow_null=True, help_text="`same` / `units`; null where there are none.")
    agreement = serializers.FloatField(
        allow_null=True, help_text="Mean of 1 − |a − b| / 4 over `units`; null where there are none."
    )


class AgreementSerializer(Payload):
    """How often parties agree: those with evidence by slug, and each pair of them once."""

    parties = serializers.ListField(child=serializers.CharField())
    pairs = PairAgreementSerializer(many=True)
    method = MethodField()
