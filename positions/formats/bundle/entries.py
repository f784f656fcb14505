"""The entries of a bundle as dataclasses that know their JSON path."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

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
    merged_into: str | None


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
    merged_into: str | None


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
    merged_into: str | None
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
class BundleText:
    """An earlier version of a source's text; the first is version 1."""

    path: str
    text: str
    extraction: str
    recorded_at: datetime | None


@dataclass(frozen=True)
class BundleSource:
    path: str
    id: UUID | None
    key: str
    text: str | None
    text_file: str | None
    earlier_texts: list[BundleText]
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
    text_version: int | None
    anchor_status: str
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
class BundleCodebookEntry:
    """What a version of the codebook says of one issue; ``anchors`` as the record keeps them."""

    path: str
    issue: str
    texts: dict[str, str]
    anchors: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class BundleCodebook:
    path: str
    version: int
    text: str
    recorded_at: datetime | None
    entries: list[BundleCodebookEntry] | None


@dataclass(frozen=True)
class BundleRelation:
    """How one statement, named by its key, stands to another."""

    path: str
    id: UUID | None
    kind: str
    statement: str
    other: str
    seen_by: str
    note: str
    recorded_at: datetime | None
    retired_at: datetime | None
    withdrawal_reason: str


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
    relations: list[BundleRelation] = field(default_factory=list)
