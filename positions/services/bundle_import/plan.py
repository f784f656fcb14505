"""What an import is going to write, and what it looks things up by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db import models
from django.utils import translation

from positions.enums import Role
from positions.exceptions import Invalid
from positions.formats.bundle import Bundle, BundleHistory
from positions.formats.json_nodes import Findings
from positions.models import (
    CodebookVersion,
    Coding,
    Issue,
    Negotiation,
    Party,
    Person,
    Relation,
    Round,
    Source,
    SourceText,
    Statement,
)
from positions.queries.access import Reader


@dataclass
class Plan:
    """The state of one import: the bundle, what it found, and the unsaved rows in the order of writing."""

    reader: Reader
    bundle: Bundle
    findings: Findings
    folder: Path | None
    now: datetime
    negotiation: Negotiation
    is_new: bool
    parties: dict[str, Party] = field(default_factory=dict)
    persons: dict[str, Person] = field(default_factory=dict)
    issues: dict[str, Issue] = field(default_factory=dict)
    codebooks: dict[int, CodebookVersion] = field(default_factory=dict)
    rounds: dict[int, Round] = field(default_factory=dict)
    sources: dict[str, Source | None] = field(default_factory=dict)
    texts: dict[UUID, dict[int, SourceText]] = field(default_factory=dict)
    text_in_file: dict[UUID, int] = field(default_factory=dict)
    statements: dict[str, Statement] = field(default_factory=dict)
    codings: dict[str, Coding] = field(default_factory=dict)
    rows: list[models.Model] = field(default_factory=list)
    changes: list[tuple[models.Model, tuple[str, ...]]] = field(default_factory=list)
    addressees: list[tuple[Statement, list[Party]]] = field(default_factory=list)
    seats: list[tuple[Round, object]] = field(default_factory=list)
    redated: list[tuple[str, Source]] = field(default_factory=list)
    faults: set[str] = field(default_factory=set)
    claimed: dict[object, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.faults = {path for path, _ in self.findings.problems}

    @property
    def keeps_history(self) -> bool:
        """Whether instants in the file are kept: only a site administrator or the command line may."""
        return self.reader.is_administrator

    @property
    def may_publish(self) -> bool:
        """Whether ``published`` in the file stands, or becomes ``submitted``."""
        return self.reader.has_role(self.negotiation.pk, Role.REVIEWER)

    @property
    def may_lead(self) -> bool:
        """Whether rounds, issues and settings may be added or changed."""
        return self.reader.has_role(self.negotiation.pk, Role.LEAD)

    def refuse(self, path: str, message: str) -> None:
        """Note a problem, unless something is already wrong at this place."""
        if path not in self.faults:
            self.faults.add(path)
            self.findings.problems.append((path, message))

    def refuse_fields(self, path: str, refusal: Invalid) -> None:
        """Note the problems of a record, each at its field."""
        for name, messages in refusal.errors.items():
            for message in messages:
                self.refuse(path if name == "__all__" else f"{path}.{name}", message)

    def warn(self, path: str, message: str) -> None:
        """Note something that the import leaves aside."""
        self.findings.warnings.append((path, message))

    def add(self, *rows: models.Model) -> None:
        """Plan to insert rows."""
        self.rows.extend(rows)

    def change(self, row: models.Model, fields: Iterable[str]) -> None:
        """Plan to update some columns of a row that exists."""
        self.changes.append((row, tuple(fields)))

    def party(self, path: str, slug: str | None) -> Party | None:
        """The party a slug names; an unknown one is a problem."""
        if not slug:
            return None
        party = self.parties.get(slug)
        if party is None:
            self.refuse(path, f"no party has the slug “{slug[:60]}”; add it to “parties”")
        return party

    def person(self, path: str, slug: str | None) -> Person | None:
        """The person a slug names; an unknown one is a problem."""
        if not slug:
            return None
        person = self.persons.get(slug)
        if person is None:
            self.refuse(path, f"no person has the slug “{slug[:60]}”; add them to “persons”")
        return person

    def text(self, source: Source, version: int | None) -> SourceText | None:
        """A version of a source's text: by its number, or the one the file quotes from, or the newest."""
        versions = self.texts.get(source.pk, {})
        if version is None:
            version = self.text_in_file.get(source.pk, max(versions, default=0))
        return versions.get(version)

    def span(self, history: BundleHistory) -> tuple[datetime | None, datetime | None]:
        """When a record was recorded and retired, as far as this import keeps it."""
        return (history.recorded_at, history.retired_at) if self.keeps_history else (None, None)

    def claim(self, identity: object, path: str, noun: str) -> bool:
        """Whether this is the first entry of the file that means this record."""
        first = self.claimed.setdefault((noun, identity), path)
        if first != path:
            self.refuse(path, f"is the same {noun} as {first}")
        return first == path

    def retire(
        self, existing: Statement | Coding | Relation, retired_at: datetime | None, reason: str, path: str
    ) -> None:
        """Plan to retire a record that is still in force here, where the file has it retired."""
        if retired_at is None or existing.retired_at is not None or not self.keeps_history:
            return
        if existing.recorded_at is not None and retired_at <= existing.recorded_at:
            self.refuse(f"{path}.retired_at", "is not later than recorded_at")
        existing.retired_at, existing.withdrawal_reason = retired_at, reason
        self.change(existing, ("retired_at", "withdrawal_reason"))

    def check(self, path: str, errors: dict[str, list[str]]) -> None:
        """Note what a record's own fields refuse."""
        self.refuse_fields(path, Invalid(errors))

    def require_lead(self, path: str, what: str) -> None:
        """Note a problem unless the reader leads the negotiation."""
        if not self.may_lead:
            self.refuse(path, f"only a lead {what}")

    def counts(self) -> dict[str, int]:
        """How many rows of each kind are added, and how many are changed."""
        with translation.override("en"):  # the log keeps the counts
            added = Counter(str(row._meta.verbose_name_plural) for row in self.rows)
        changed = {(row._meta.label, row.pk) for row, _ in self.changes}
        return {**dict(sorted(added.items())), **({"changed": len(changed)} if changed else {})}


def closes_circle(start: UUID, parents: Mapping[UUID, UUID | None]) -> bool:
    """Whether the way up from ``start`` comes back to it."""
    seen: set[UUID] = set()
    step = parents.get(start)
    while step is not None and step not in seen:
        if step == start:
            return True
        seen.add(step)
        step = parents.get(step)
    return False


def free_ids(model: type[models.Model], ids: Iterable[UUID | None]) -> set[UUID]:
    """Those of ``ids`` that no row has yet: a record keeps its id unless another instance's copy already holds it."""
    wanted = {id for id in ids if id is not None}
    taken: set[UUID] = set()
    listed = sorted(wanted)
    for start in range(0, len(listed), 500):
        taken |= set(model._default_manager.filter(pk__in=listed[start : start + 500]).values_list("pk", flat=True))
    return wanted - taken
