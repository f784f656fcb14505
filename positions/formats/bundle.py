"""The bundle: one JSON document with a whole negotiation, history included (``positions-bundle/1``).

This module reads the document into dataclasses that know their JSON path. Whether what they name
exists, and whether a quotation stands in its text, is for the import to find out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from positions import enums
from positions.exceptions import BundleRefused
from positions.formats.json_nodes import Findings, Node, load_json
from positions.validators import SLUG

FORMAT = "positions-bundle/1"

Reference = tuple[str, str]  # JSON path, slug or key


class HasId(Protocol):
    """An entry that may bring the id its record is to have."""

    @property
    def path(self) -> str: ...
    @property
    def id(self) -> UUID | None: ...


@dataclass(frozen=True)
class BundleAlias:
    text: str
    kind: str
    language: str


@dataclass(frozen=True)
class BundleParty:
    path: str
    slug: str
    name: str
    kind: str
    iso3: str | None
    wikidata_id: str
    aliases: list[BundleAlias]


@dataclass(frozen=True)
class BundleAppointment:
    path: str
    party: str
    title: str
    starts_on: date | None
    ends_on: date | None


@dataclass(frozen=True)
class BundlePerson:
    path: str
    slug: str
    name: str
    appointments: list[BundleAppointment]


@dataclass(frozen=True)
class BundleIssue:
    path: str
    id: UUID | None
    slug: str
    title: str
    proposal: str
    pole_for: str
    pole_against: str
    reference_point: str
    keywords: list[str]
    parent: str | None
    given: frozenset[str]


@dataclass(frozen=True)
class BundleDelegation:
    path: str
    party: str
    head: str | None
    members: list[tuple[str, str, str]]  # path, person, title


@dataclass(frozen=True)
class BundleRound:
    path: str
    id: UUID | None
    number: int
    title: str
    format: str
    venue: str
    starts_on: date | None
    ends_on: date | None
    status: str
    delegations: list[BundleDelegation] | None
    given: frozenset[str]


@dataclass(frozen=True)
class BundleSource:
    path: str
    id: UUID | None
    key: str
    text: str | None
    text_file: str | None
    derived_from: str | None
    derivation_kind: str
    fields: dict[str, str]
    given: frozenset[str]


@dataclass(frozen=True)
class BundleStatus:
    path: str
    status: str
    on: date | None
    recorded_at: datetime | None
    statement: str | None
    reason: str


@dataclass(frozen=True)
class BundleCondition:
    path: str
    text: str
    kind: str
    falls_on: str | None
    status: str
    statuses: list[BundleStatus]


@dataclass(frozen=True)
class BundleHistory:
    """When a record entered the record, when it left, what it replaced, and why."""

    recorded_at: datetime | None
    retired_at: datetime | None
    supersedes: str | None
    reason: str
    withdrawal_reason: str


@dataclass(frozen=True)
class BundleCoding:
    path: str
    id: UUID | None
    key: str | None
    party: str
    issue: str
    stance: int | None
    state: str
    move: str
    red_line: bool
    reciprocal: bool
    confidence: str
    coder: str
    status: str
    comment: str
    codebook: int | None
    submitted_at: datetime | None
    conditions: list[BundleCondition]
    history: BundleHistory


@dataclass(frozen=True)
class BundleStatement:
    path: str
    id: UUID | None
    key: str | None
    group: str | None
    source: str
    start: int | None
    end: int | None
    exact: str
    asserted_by: str
    speaker: str | None
    speaker_label: str
    directness: str
    attribution: str
    credibility: int
    stated_on: str
    round: int | None
    addressees: list[Reference]
    note: str
    codings: list[BundleCoding]
    history: BundleHistory


@dataclass(frozen=True)
class BundleCodebook:
    path: str
    version: int
    text: str
    recorded_at: datetime | None


@dataclass
class Bundle:
    """A negotiation as its file has it."""

    slug: str
    title: str
    summary: str
    visibility: str
    review_policy: str
    given: frozenset[str] = frozenset()
    parties: list[BundleParty] = field(default_factory=list)
    persons: list[BundlePerson] = field(default_factory=list)
    issues: list[BundleIssue] = field(default_factory=list)
    codebook: list[BundleCodebook] = field(default_factory=list)
    rounds: list[BundleRound] = field(default_factory=list)
    sources: list[BundleSource] = field(default_factory=list)
    statements: list[BundleStatement] = field(default_factory=list)


def read_bundle(document: str | bytes | dict[str, Any]) -> tuple[Bundle, Findings]:
    """The bundle a document holds, with all that is wrong in its shape.

    Raises :class:`BundleRefused` where nothing can be read at all: broken JSON, another format.
    """
    value = document if isinstance(document, dict) else load_json(document)
    if not isinstance(value, dict):
        raise BundleRefused([("$", "must be an object")])
    if value.get("format") != FORMAT:
        raise BundleRefused([("format", f"must be “{FORMAT}”")])
    findings = Findings()
    root = Node(value, "", findings)
    root.warn_unknown(
        ("format", "negotiation", "parties", "persons", "issues", "codebook", "rounds", "sources", "statements")
    )
    head = root.object("negotiation", required=True) or Node({}, "negotiation", Findings())
    head.warn_unknown(("slug", "title", "summary", "visibility", "review_policy"))
    bundle = Bundle(
        slug=_slug(head, "slug"),
        title=head.text("title", required=True),
        summary=head.text("summary"),
        visibility=head.choice("visibility", enums.Visibility.values, enums.Visibility.RESTRICTED),
        review_policy=head.choice("review_policy", enums.ReviewPolicy.values, enums.ReviewPolicy.SINGLE),
        given=frozenset(head.value),
        parties=root.each("parties", _party),
        persons=root.each("persons", _person),
        issues=root.each("issues", _issue),
        codebook=root.each("codebook", _codebook),
        rounds=root.each("rounds", _round),
        sources=root.each("sources", _source),
        statements=root.each("statements", _statement),
    )
    _refuse_repeats(findings, [(p.path + ".slug", p.slug) for p in bundle.parties], "party")
    _refuse_repeats(findings, [(p.path + ".slug", p.slug) for p in bundle.persons], "person")
    _refuse_repeats(findings, [(i.path + ".slug", i.slug) for i in bundle.issues], "issue")
    _refuse_repeats(findings, [(r.path + ".number", str(r.number)) for r in bundle.rounds], "round")
    _refuse_repeats(findings, [(s.path + ".key", s.key) for s in bundle.sources], "source")
    _refuse_repeats(findings, [(c.path + ".version", str(c.version)) for c in bundle.codebook], "codebook version")
    _refuse_repeats(findings, [(s.path + ".key", s.key) for s in bundle.statements if s.key], "statement")
    codings = [coding for statement in bundle.statements for coding in statement.codings]
    kinds: tuple[tuple[str, Sequence[HasId]], ...] = (
        ("issue", bundle.issues),
        ("round", bundle.rounds),
        ("source", bundle.sources),
        ("statement", bundle.statements),
        ("coding", codings),
    )
    for noun, entries in kinds:
        _refuse_repeats(findings, [(e.path + ".id", str(e.id)) for e in entries if e.id], noun)
    _refuse_repeats(findings, [(c.path + ".key", c.key) for c in codings if c.key], "coding")
    return bundle, findings


def _refuse_repeats(findings: Findings, names: list[Reference], noun: str) -> None:
    first: dict[str, str] = {}
    for path, name in names:
        if name and name in first:
            findings.problems.append(
                (path, f"“{name}” names a {noun} twice; the first is {first[name].rpartition('.')[0]}")
            )
        first.setdefault(name, path)


def _slug(node: Node, key: str) -> str:
    value = node.text(key, required=True)
    if value and not SLUG.fullmatch(value):
        node.refuse(key, f"“{value[:60]}” is not a slug: use lower-case letters, digits and single hyphens")
    return value


def _key(node: Node) -> str | None:
    value = node.optional_text("key")
    if value is not None and len(value) > 200:
        node.refuse("key", "is longer than 200 characters")
    return value


def _party(node: Node) -> BundleParty:
    node.warn_unknown(("slug", "name", "kind", "iso3", "wikidata_id", "aliases"))
    return BundleParty(
        node.path,
        _slug(node, "slug"),
        node.text("name", required=True),
        node.choice("kind", enums.PartyKind.values, enums.PartyKind.STATE),
        node.optional_text("iso3"),
        node.text("wikidata_id"),
        node.each(
            "aliases",
            lambda a: BundleAlias(
                a.text("text", required=True),
                a.choice("kind", enums.AliasKind.values, "name"),
                a.text("language", "en"),
            ),
        ),
    )


def _person(node: Node) -> BundlePerson:
    node.warn_unknown(("slug", "name", "appointments"))
    return BundlePerson(
        node.path, _slug(node, "slug"), node.text("name", required=True), node.each("appointments", _appointment)
    )


def _appointment(node: Node) -> BundleAppointment:
    node.warn_unknown(("party", "title", "starts_on", "ends_on"))
    starts_on, ends_on = node.day("starts_on"), node.day("ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        node.refuse("ends_on", "lies before starts_on")
    return BundleAppointment(
        node.path, node.text("party", required=True), node.text("title", required=True), starts_on, ends_on
    )


def _issue(node: Node) -> BundleIssue:
    node.warn_unknown(
        ("id", "slug", "title", "proposal", "pole_for", "pole_against", "reference_point", "keywords", "parent")
    )
    return BundleIssue(
        node.path,
        node.uuid("id"),
        _slug(node, "slug"),
        node.text("title", required=True),
        node.text("proposal", required=True),
        node.text("pole_for"),
        node.text("pole_against"),
        node.text("reference_point"),
        [word for _, word in node.texts("keywords")],
        node.optional_text("parent"),
        frozenset(node.value),
    )


def _codebook(node: Node) -> BundleCodebook:
    node.warn_unknown(("version", "text", "recorded_at"))
    version = node.integer("version", required=True) or 0
    if version < 1:
        node.refuse("version", "counts from 1")
    return BundleCodebook(node.path, version, node.text("text"), node.instant("recorded_at"))


def _round(node: Node) -> BundleRound:
    node.warn_unknown(("id", "number", "title", "format", "venue", "starts_on", "ends_on", "status", "delegations"))
    starts_on, ends_on = node.day("starts_on"), node.day("ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        node.refuse("ends_on", "lies before starts_on")
    number = node.integer("number", required=True)
    if number is not None and number < 0:
        node.refuse("number", "cannot be negative")
    delegations = node.each("delegations", _delegation) if node.value.get("delegations") is not None else None
    return BundleRound(
        node.path,
        node.uuid("id"),
        number or 0,
        node.text("title", required=True),
        node.choice("format", enums.RoundFormat.values, enums.RoundFormat.MULTILATERAL),
        node.text("venue"),
        starts_on,
        ends_on,
        node.choice("status", enums.RoundStatus.values, enums.RoundStatus.HELD),
        delegations,
        frozenset(node.value),
    )


def _delegation(node: Node) -> BundleDelegation:
    node.warn_unknown(("party", "head", "members"))
    members = [(m.path, m.text("person", required=True), m.text("title")) for m in node.objects("members")]
    return BundleDelegation(node.path, node.text("party", required=True), node.optional_text("head"), members)


SOURCE_TEXTS = ("title", "publisher", "author", "url", "archive_url", "published_on", "note")


def _source(node: Node) -> BundleSource:
    node.warn_unknown(
        (
            "id",
            "key",
            "kind",
            "language",
            "reliability",
            "tlp",
            "attribution",
            "text_access",
            "derived_from",
            "text",
            "text_file",
            *SOURCE_TEXTS,
        )
    )
    fields = {name: node.text(name, required=name == "title") for name in SOURCE_TEXTS}
    fields |= {
        "kind": node.choice("kind", enums.SourceKind.values, enums.SourceKind.OTHER),
        "language": node.text("language", "en") or "en",
        "reliability": node.choice("reliability", enums.Reliability.values, enums.Reliability.F),
        "tlp": node.choice("tlp", enums.Tlp.values, enums.Tlp.CLEAR),
        "attribution": node.choice("attribution", enums.Attribution.values, enums.Attribution.ON_RECORD),
        "text_access": node.choice("text_access", enums.TextAccess.values, enums.TextAccess.PUBLIC),
    }
    parent = node.object("derived_from")
    if node.value.get("text") is not None and node.value.get("text_file") is not None:
        node.refuse("text_file", "give either text or text_file")
    return BundleSource(
        node.path,
        node.uuid("id"),
        node.text("key", required=True),
        node.text("text") if node.value.get("text") is not None else None,
        node.optional_text("text_file"),
        parent.text("source", required=True) if parent else None,
        parent.choice("kind", enums.DerivationKind.values, "", required=True) if parent else "",
        fields,
        frozenset(node.value),
    )


def _statement(node: Node) -> BundleStatement:
    node.warn_unknown(
        ("id", "key", "group", "source", "start", "end", "exact", "prefix", "suffix", "asserted_by", "speaker",
        "speaker_label", "directness",
         "attribution", "credibility", "stated_on", "round", "addressees", "note", "codings", *HISTORY)
    )  # fmt: skip
    return BundleStatement(
        path=node.path,
        id=node.uuid("id"),
        key=_key(node),
        group=node.optional_text("group"),
        source=node.text("source", required=True),
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
