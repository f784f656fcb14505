"""Merging duplicates: whatever names the one comes to name the other, by correction, and can be taken back."""

from __future__ import annotations

from positions.services.merging.issues import merge_issues, preview_merging_issues
from positions.services.merging.parties import merge_parties, preview_merging_parties
from positions.services.merging.persons import merge_persons, preview_merging_persons
from positions.services.merging.plan import MERGED_AT_MOST, MergePreview

__all__ = [
    "MERGED_AT_MOST",
    "MergePreview",
    "merge_issues",
    "merge_parties",
    "merge_persons",
    "preview_merging_issues",
    "preview_merging_parties",
    "preview_merging_persons",
]
