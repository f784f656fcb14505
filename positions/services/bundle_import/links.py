"""What the statements and codings of a bundle refer to among themselves, once all are planned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from positions.enums import CodingStatus
from positions.formats.bundle import BundleCoding, BundleHistory, BundleStatement
from positions.models import Coding, Statement
from positions.services.bundle_import.identity import KnownRecords
from positions.services.bundle_import.plan import Plan


@dataclass(frozen=True)
class PlannedRecord:
    """Every statement and coding of the file with its record, known or new; keys of what is left out."""

    plan: Plan
    known: KnownRecords
    pairs: list[tuple[BundleStatement, Statement]]
    coded: list[tuple[BundleCoding, Coding]]
    left_out: set[str | None]

    def plan_links(self) -> None:
        """Point corrections to what they supersede, and statuses to the statements that show them."""
        plan = self.plan
        statements = {**self.known.statements, **plan.statements}
        codings = {**self.known.codings, **plan.codings}
        for entry, statement in self.pairs:
            _link(plan, entry.path, entry.history, statement, statements, "statement")
        for coding_entry, coding in self.coded:
            _link(plan, coding_entry.path, coding_entry.history, coding, codings, "coding")
            for condition in coding_entry.conditions:
                for status in condition.statuses:
                    if status.statement and status.statement in self.left_out:
                        plan.warn(f"{status.path}.statement", "is left out, so the status stands without it")
                    elif status.statement and status.statement not in statements:
                        plan.refuse(f"{status.path}.statement", f"no statement has the key “{status.statement[:60]}”")
        for row in plan.rows:
            shown = getattr(row, "statement", None) if row._meta.model_name == "conditionstatusentry" else None
            if isinstance(shown, Statement):
                row.statement = statements.get(shown.key)  # type: ignore[attr-defined]

    def check_retired_statements(self) -> None:
        """Refuse to retire a statement and leave a published coding of it in force."""
        plan = self.plan
        paths = {statement.pk: entry.path for entry, statement in self.pairs if entry.history.retired_at is not None}
        retired = {statement.pk: statement.retired_at for _, statement in self.pairs if statement.pk in paths}
        for coding in self.known.codings.values():
            until = retired.get(coding.statement_id)
            if until is None or coding.status != CodingStatus.PUBLISHED:
                continue
            if coding.retired_at is None or coding.retired_at > until:
                plan.refuse(
                    f"{paths[coding.statement_id]}.retired_at",
                    f"leaves its coding “{coding.key}” in force: a statement takes its codings with it",
                )

    def check_one_in_force(self) -> None:
        """Refuse two published codings of one statement, party and issue that are in force at one instant."""
        plan = self.plan
        paths = {coding.pk: entry.path for entry, coding in self.coded}
        everything = {coding.pk: coding for coding in (*self.known.codings.values(), *plan.codings.values())}
        spans: dict[tuple[UUID, UUID, UUID], list[Coding]] = {}
        for coding in everything.values():
            if coding.status == CodingStatus.PUBLISHED:
                spans.setdefault((coding.statement_id, coding.party_id, coding.issue_id), []).append(coding)
        for rivals in spans.values():
            _refuse_overlaps(plan, rivals, paths)


def _refuse_overlaps(plan: Plan, rivals: Iterable[Coding], paths: dict[UUID, str]) -> None:
    until: datetime | None = None
    holder: Coding | None = None
    for coding in sorted(rivals, key=lambda c: (c.recorded_at or plan.now, paths.get(c.pk, ""))):
        start = coding.recorded_at or plan.now
        if holder is not None and (until is None or start < until):
            culprit, other = (coding, holder) if coding.pk in paths else (holder, coding)
            plan.refuse(
                paths.get(culprit.pk, "statements"),
                "two published codings of one statement, party and issue would be in force at one instant; "
                f"the other is {paths.get(other.pk, other.key)}",
            )
        if holder is None or (until is not None and (coding.retired_at is None or coding.retired_at > until)):
            until, holder = coding.retired_at, coding


def _link(
    plan: Plan,
    path: str,
    history: BundleHistory,
    record: Statement | Coding,
    known: dict[str, Statement] | dict[str, Coding],
    noun: str,
) -> None:
    """Point a correction to what it supersedes, which must have been retired by then."""
    if history.supersedes is None or not plan.keeps_history:
        return
    old = known.get(history.supersedes)
    if old is None:
        plan.refuse(f"{path}.supersedes", f"no {noun} has the key “{history.supersedes[:60]}”")
    elif old.pk == record.pk:
        plan.refuse(f"{path}.supersedes", "names the record itself")
    elif old.retired_at is None or (record.recorded_at is not None and old.retired_at > record.recorded_at):
        plan.refuse(f"{path}.supersedes", f"“{old.key}” must be retired by the time this one is recorded")
    elif record._state.adding:
        record.supersedes = old
