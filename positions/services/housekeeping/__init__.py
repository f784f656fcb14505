"""Changes to many records at once: previewed, made in one transaction, kept with the steps that take them back."""

from __future__ import annotations

from positions.services.housekeeping.changes import AT_MOST, Line, Preview, Step, record_change_set
from positions.services.housekeeping.codings import (
    NewReading,
    delete_drafts,
    preview_deleting,
    preview_reassigning,
    preview_recoding,
    reassign_codings,
    recode_codings,
    say_reading,
)
from positions.services.housekeeping.statements import (
    move_statements,
    preview_moving,
    preview_redating,
    redate_statements,
)
from positions.services.housekeeping.undo import may_undo, undo_change_set, way_back

__all__ = [
    "AT_MOST",
    "Line",
    "NewReading",
    "Preview",
    "Step",
    "delete_drafts",
    "may_undo",
    "move_statements",
    "preview_deleting",
    "preview_moving",
    "preview_reassigning",
    "preview_recoding",
    "preview_redating",
    "reassign_codings",
    "recode_codings",
    "record_change_set",
    "redate_statements",
    "say_reading",
    "undo_change_set",
    "way_back",
]
