"""Changes to many records at once: previewed, made in one transaction, kept with the steps that take them back."""

from __future__ import annotations

from positions.services.housekeeping.changes import AT_MOST, Line, Preview, Step, record_change_set

__all__ = ["AT_MOST", "Line", "Preview", "Step", "record_change_set"]
