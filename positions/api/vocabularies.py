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
