"""The bundle: one JSON document with a whole negotiation, history included (``positions-bundle/1``).

This package reads the document into dataclasses that know their JSON path. Whether what they name
exists, and whether a quotation stands in its text, is for the import to find out.
"""

from positions.formats.bundle.entries import (
    Bundle,
    BundleCodebook,
    BundleCodebookEntry,
    BundleCoding,
    BundleCondition,
    BundleDelegation,
    BundleHistory,
    BundleIssue,
    BundleParty,
    BundlePerson,
    BundleRelation,
    BundleRound,
    BundleSource,
    BundleStatement,
    BundleText,
)
from positions.formats.bundle.frame import ENTRY_TEXTS, SOURCE_TEXTS, anchors_in_order
from positions.formats.bundle.reading import FORMAT, read_bundle

__all__ = [
    "ENTRY_TEXTS",
    "FORMAT",
    "SOURCE_TEXTS",
    "Bundle",
    "BundleCodebook",
    "BundleCodebookEntry",
    "BundleCoding",
    "BundleCondition",
    "BundleDelegation",
    "BundleHistory",
    "BundleIssue",
    "BundleParty",
    "BundlePerson",
    "BundleRelation",
    "BundleRound",
    "BundleSource",
    "BundleStatement",
    "BundleText",
    "anchors_in_order",
    "read_bundle",
]
