"""Vocabularies of derived answers: the analysis gives these words, nothing stores them."""

from __future__ import annotations

from django.db.models import TextChoices


class PositionState(TextChoices):
    """Whether the evidence of an occasion agrees on a side."""

    CODED = "coded", "All of it on one side, or neutral"
    MIXED = "mixed", "Both a negative and a positive stance"


class SetAside(TextChoices):
    """Why a coding does not count toward the line as of its own day."""

    COPY = "copy", "A source it derives from carries it the same day"
    FOOTING = "footing", "Evidence on a better footing was there"


class ShiftKind(TextChoices):
    """How an occasion differs from the one before it on the same footing."""

    FIRST = "first", "Nothing before on this footing"
    RESTATED = "restated", "Same stance and state"
    MOVED = "moved", "Another stance, its sign not reversed"
    REVERSED = "reversed", "The other side"
    MIXED = "mixed", "Coded before, mixed now"
    RESOLVED = "resolved", "Mixed before, coded now"


class CodedField(TextChoices):
    """What coders are compared on."""

    STANCE = "stance", "Stance, of the same statement, party and issue"
    STATE = "state", "State, of the same statement, party and issue"
    MOVE = "move", "Move, of the same statement, party and issue"
    RED_LINE = "red_line", "Red line, of the same statement, party and issue"
    ISSUE = "issue", "Issue, of the same statement"
    PARTY = "party", "Party, of the same statement"


class Metric(TextChoices):
    """How far apart two values count."""

    NOMINAL = "nominal", "Equal or not"
    ORDINAL = "ordinal", "By how many values lie between them"
    INTERVAL = "interval", "By their difference"
    RATIO = "ratio", "By their difference relative to their sum"


class RedLineEvent(TextChoices):
    """What an occasion makes of a red line."""

    DECLARED = "declared", "Spoken where none stood"
    REPEATED = "repeated", "Spoken again"
    NOT_REPEATED = "not_repeated", "Not spoken, which is no withdrawal"
    SOFTENED = "softened", "Not spoken, and nearer to neutral"
    CROSSED = "crossed", "The other side of the issue, or both"
