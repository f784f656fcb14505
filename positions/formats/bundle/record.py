"""Reading the record of a bundle: statements, codings, conditions and relations, with their history."""

from __future__ import annotations

from positions import enums
from positions.formats.bundle.entries import (
    BundleCoding,
    BundleCondition,
    BundleHistory,
    BundleRelation,
    BundleStatement,
    BundleStatus,
)
from positions.formats.json_nodes import Node


def _key(node: Node) -> str | None:
    value = node.optional_text("key")
    if value is not None and len(value) > 200:
        node.refuse("key", "is longer than 200 characters")
    return value


def read_statement(node: Node) -> BundleStatement:
    node.warn_unknown(
        ("id", "key", "group", "source", "text_version", "anchor_status", "start", "end", "exact", "prefix", "suffix",
         "asserted_by", "speaker", "speaker_label", "directness", "attribution", "credibility", "stated_on", "round",
         "addressees", "note", "codings", *HISTORY)
    )  # fmt: skip
    return BundleStatement(
        path=node.path,
        id=node.uuid("id"),
        key=_key(node),
        group=node.optional_text("group"),
        source=node.text("source", required=True),
        text_version=_text_version(node),
        anchor_status=_anchor_status(node),
        start=node.integer("start"),
        end=node.integer("end"),
        exact=node.text("exact"),
        asserted_by=node.text("asserted_by", required=True),
        speaker=node.optional_text("speaker"),
        speaker_label=node.text("speaker_label"),
        directness=node.choice("directness", enums.Directness.values, enums.Directness.VERBATIM),
        attribution=node.choice("attribution", enums.Attribution.values, enums.Attribution.ON_RECORD),
        credibility=node.integer("credibility", 6) or 0,
        stated_on=node.text("stated_on", required=True),
        round=node.integer("round"),
        addressees=node.texts("addressees"),
        note=node.text("note"),
        codings=node.each("codings", _coding),
        history=_history(node),
    )


def _text_version(node: Node) -> int | None:
    version = node.integer("text_version")
    if version is not None and version < 1:
        node.refuse("text_version", "counts from 1")
        return None
    return version


def _anchor_status(node: Node) -> str:
    """How the passage sits in the newest text; what waits for a person stands in an earlier one."""
    status = node.choice("anchor_status", enums.AnchorStatus.values, enums.AnchorStatus.EXACT)
    if status in (enums.AnchorStatus.FUZZY, enums.AnchorStatus.ORPHAN) and node.value.get("text_version") is None:
        node.refuse("anchor_status", f"is {status}: give text_version, the earlier text in which the passage stands")
    return status


HISTORY = ("recorded_at", "retired_at", "supersedes", "reason", "withdrawal_reason")


def _history(node: Node) -> BundleHistory:
    recorded_at, retired_at, supersedes = (
        node.instant("recorded_at"),
        node.instant("retired_at"),
        node.optional_text("supersedes"),
    )
    reason, withdrawal = node.text("reason"), node.text("withdrawal_reason")
    # One “reason” is why the record replaced another, or, where it replaced none, why it was withdrawn.
    if reason and "withdrawal_reason" not in node.value and supersedes is None and retired_at is not None:
        reason, withdrawal = "", reason
    if recorded_at and retired_at and retired_at <= recorded_at:
        node.refuse("retired_at", "is not later than recorded_at")
    return BundleHistory(recorded_at, retired_at, supersedes, reason, withdrawal)


def _coding(node: Node) -> BundleCoding:
    node.warn_unknown(
        ("id", "key", "party", "issue", "stance", "state", "move", "red_line", "reciprocal", "confidence",
        "conditions", "coder", "status",
         "comment", "codebook", "submitted_at", *HISTORY)
    )  # fmt: skip
    return BundleCoding(
        path=node.path,
        id=node.uuid("id"),
        key=_key(node),
        party=node.text("party", required=True),
        issue=node.text("issue", required=True),
        stance=node.integer("stance"),
        state=node.choice("state", enums.CodingState.values, enums.CodingState.CODED),
        move=node.choice("move", enums.Move.values, enums.Move.PROCEDURAL),
        red_line=node.flag("red_line"),
        reciprocal=node.flag("reciprocal"),
        confidence=node.choice("confidence", enums.Confidence.values, enums.Confidence.MEDIUM),
        coder=node.text("coder", "import") or "import",
        status=node.choice("status", enums.CodingStatus.values, enums.CodingStatus.PUBLISHED),
        comment=node.text("comment"),
        codebook=node.integer("codebook"),
        submitted_at=node.instant("submitted_at"),
        conditions=node.each("conditions", _condition),
        history=_history(node),
    )


def _condition(node: Node) -> BundleCondition:
    node.warn_unknown(("text", "kind", "falls_on", "status", "statuses"))
    return BundleCondition(
        node.path,
        node.text("text", required=True),
        node.choice("kind", enums.ConditionKind.values, enums.ConditionKind.PRECONDITION, required=True),
        node.optional_text("falls_on"),
        node.choice("status", enums.ConditionStatus.values, enums.ConditionStatus.OPEN),
        node.each("statuses", _status),
    )


def _status(node: Node) -> BundleStatus:
    node.warn_unknown(("status", "on", "recorded_at", "statement", "reason"))
    return BundleStatus(
        node.path,
        node.choice("status", enums.ConditionStatus.values, enums.ConditionStatus.OPEN, required=True),
        node.day("on", required=True),
        node.instant("recorded_at"),
        node.optional_text("statement"),
        node.text("reason"),
    )


def read_relation(node: Node) -> BundleRelation:
    node.warn_unknown(
        ("id", "kind", "statement", "other", "seen_by", "note", "recorded_at", "retired_at", "withdrawal_reason")
    )
    statement, other = node.text("statement", required=True), node.text("other", required=True)
    if statement and statement == other:
        node.refuse("other", "is the statement itself")
    recorded_at, retired_at = node.instant("recorded_at"), node.instant("retired_at")
    if recorded_at and retired_at and retired_at <= recorded_at:
        node.refuse("retired_at", "is not later than recorded_at")
    return BundleRelation(
        node.path,
        node.uuid("id"),
        node.choice("kind", enums.RelationKind.values, enums.RelationKind.RESPONDS_TO, required=True),
        statement,
        other,
        node.text("seen_by", "import") or "import",
        node.text("note"),
        recorded_at,
        retired_at,
        node.text("withdrawal_reason"),
    )
