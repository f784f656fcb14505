"""Codings of a bundle and their conditions: matched with what is recorded, checked, and planned."""

from __future__ import annotations

from positions.enums import MACHINE_CODER, CodingStatus
from positions.exceptions import Invalid
from positions.formats.bundle import BundleCoding, BundleCondition, BundleStatement
from positions.models import Coding, Condition, Issue, Party, Statement
from positions.services.bundle_import.identity import KnownRecords, coding_place
from positions.services.bundle_import.plan import Plan, free_ids
from positions.services.coding import CodingFacts, build_coding
from positions.services.conditions import ConditionFacts, StatusFacts, build_conditions
from positions.validators import is_machine_name

CODING_FIELDS = ("party_id", "issue_id", "stance", "state", "move", "red_line", "reciprocal", "confidence", "coder")
UNKNOWN_PARTY = Party(slug="")


class CodingPlanner:
    """Plans the codings of one bundle, statement by statement; ``coded`` pairs each entry with its record."""

    def __init__(self, plan: Plan, known: KnownRecords) -> None:
        self.plan, self.known = plan, known
        self.coded: list[tuple[BundleCoding, Coding]] = []
        self.free = free_ids(Coding, (c.id for s in plan.bundle.statements for c in s.codings))

    def check_references(self, entry: BundleCoding) -> tuple[Party | None, Issue | None]:
        plan = self.plan
        party = plan.party(f"{entry.path}.party", entry.party)
        issue = plan.issues.get(entry.issue)
        if issue is None and entry.issue:
            plan.refuse(f"{entry.path}.issue", f"no issue has the slug “{entry.issue[:60]}”; add it to “issues”")
        for condition in entry.conditions:
            plan.party(f"{condition.path}.falls_on", condition.falls_on)
        if entry.codebook is not None and entry.codebook not in plan.codebooks:
            plan.refuse(f"{entry.path}.codebook", f"there is no version {entry.codebook} of the codebook")
        return party, issue

    def build(self, entry: BundleCoding, statement: Statement) -> tuple[Coding, list[ConditionFacts]] | None:
        plan = self.plan
        party, issue = self.check_references(entry)
        conditions = [self._condition_facts(condition, statement) for condition in entry.conditions]
        codebook = (
            plan.codebooks.get(entry.codebook) if entry.codebook is not None else plan.codebooks[max(plan.codebooks)]
        )
        facts = CodingFacts(
            party=party or UNKNOWN_PARTY,
            issue=issue or Issue(negotiation_id=statement.negotiation_id),
            state=entry.state,
            stance=entry.stance,
            move=entry.move,
            red_line=entry.red_line,
            reciprocal=entry.reciprocal,
            confidence=entry.confidence,
            conditions=tuple(conditions),
            key=entry.key,
        )
        try:
            coding = build_coding(
                statement,
                facts,
                codebook or plan.codebooks[max(plan.codebooks)],
                plan.now,
                coder=MACHINE_CODER if is_machine_name(entry.coder) else entry.coder,
                coder_user=None,
                id=entry.id if entry.id in self.free else None,
            )
        except Invalid as refusal:
            plan.refuse_fields(entry.path, refusal)
            return None
        return None if party is None or issue is None or codebook is None else (coding, conditions)

    def plan_codings(self, entry: BundleStatement, statement: Statement) -> None:
        for coding_entry in entry.codings:
            if coding_entry.history.retired_at is not None and not self.plan.keeps_history:
                continue
            made = self.build(coding_entry, statement)
            if made is None:
                continue
            built, conditions = made
            self._set_status(built, coding_entry)
            place, span = coding_place(built), self.plan.span(coding_entry.history)
            existing = self.known.coding(coding_entry.key, place, span)
            if not self.plan.claim(
                existing.pk if existing else (coding_entry.key or (*place, span)), coding_entry.path, "coding"
            ):
                continue
            if existing is not None:
                self._match_coding(coding_entry, built, existing, statement, conditions)
                continue
            self._check_interval(coding_entry, built, statement)
            self.plan.add(built)
            rows, entries = build_conditions(built, conditions)
            self.plan.add(*rows, *entries)
            self.plan.codings[built.key] = built
            self.coded.append((coding_entry, built))

    def _set_status(self, coding: Coding, entry: BundleCoding) -> None:
        plan, history = self.plan, entry.history
        coding.status, coding.comment = entry.status, entry.comment
        if coding.status == CodingStatus.PUBLISHED and not self._may_publish(coding, entry):
            coding.status = CodingStatus.SUBMITTED
        if coding.status == CodingStatus.PUBLISHED:
            coding.recorded_at = history.recorded_at if plan.keeps_history and history.recorded_at else plan.now
        elif history.recorded_at is not None and plan.keeps_history:
            plan.refuse(f"{entry.path}.recorded_at", f"only a published coding has one, and this is {coding.status}")
        if coding.status != CodingStatus.DRAFT:
            coding.submitted_at = (entry.submitted_at if plan.keeps_history else None) or coding.recorded_at or plan.now
        coding.created_at = coding.submitted_at or plan.now
        if plan.keeps_history:
            coding.retired_at = history.retired_at
            coding.reason, coding.withdrawal_reason = history.reason, history.withdrawal_reason
        if coding.recorded_at and coding.retired_at and coding.retired_at <= coding.recorded_at:
            plan.refuse(f"{entry.path}.retired_at", "is not later than recorded_at")

    def _may_publish(self, coding: Coding, entry: BundleCoding) -> bool:
        """Whether “published” stands; for the machine's reading only as history, of what a person decided before."""
        plan = self.plan
        if coding.coder != MACHINE_CODER or not plan.may_publish:
            return plan.may_publish
        is_history = plan.keeps_history and entry.history.recorded_at is not None
        if not is_history:
            plan.warn(f"{entry.path}.status", "becomes “submitted”: a person decides on a reading by the machine")
        return is_history

    def _check_interval(self, entry: BundleCoding, coding: Coding, statement: Statement) -> None:
        if coding.recorded_at is None:
            return
        if coding.recorded_at < statement.recorded_at:
            self.plan.refuse(f"{entry.path}.recorded_at", "lies before its statement's recorded_at")
        if statement.retired_at is None:
            return
        if coding.retired_at is None or coding.retired_at > statement.retired_at:
            self.plan.refuse(
                f"{entry.path}.retired_at",
                "must not lie after its statement's retired_at: a statement takes its codings with it",
            )

    def _match_coding(
        self,
        entry: BundleCoding,
        built: Coding,
        existing: Coding,
        statement: Statement,
        conditions: list[ConditionFacts],
    ) -> None:
        """Bring an existing coding forward: into the record, out of it, or with newer statuses of its conditions."""
        plan = self.plan
        if existing.statement_id != statement.pk:
            plan.refuse(entry.path, f"“{existing.key}” is recorded as a coding of another statement")
            return
        changed = [
            name.removesuffix("_id") for name in CODING_FIELDS if getattr(existing, name) != getattr(built, name)
        ]
        if changed:
            plan.refuse(
                entry.path,
                f"is recorded with another {', '.join(changed)}; "
                "the record is corrected by a coding that supersedes it",
            )
            return
        self._match_conditions(entry, existing, conditions)
        if existing.retired_at is None and self._moves_on(entry, built.status, existing):
            fields = ("status", "comment", "submitted_at", "recorded_at")
            for name in fields:
                setattr(existing, name, getattr(built, name))
            self._check_interval(entry, existing, statement)
            plan.change(existing, fields)
        plan.retire(existing, entry.history.retired_at, entry.history.withdrawal_reason, entry.path)
        plan.codings[existing.key] = existing
        self.coded.append((entry, existing))

    def _moves_on(self, entry: BundleCoding, status: str, existing: Coding) -> bool:
        """Whether the file brings an existing coding nearer to a decision, and its reader may do so."""
        plan, ahead = self.plan, list(CodingStatus.values)
        if existing.status == CodingStatus.REJECTED or ahead.index(status) <= ahead.index(existing.status):
            return False
        if existing.status == CodingStatus.PUBLISHED:
            plan.refuse(f"{entry.path}.status", "is published already; what is published is withdrawn, never rejected")
            return False
        user = plan.reader.user
        is_anothers = existing.coder_user_id is not None and (user is None or existing.coder_user_id != user.pk)
        may = plan.may_lead if existing.status == CodingStatus.DRAFT and is_anothers else plan.may_publish
        if may or (status == CodingStatus.SUBMITTED and not is_anothers):
            return True
        plan.warn(f"{entry.path}.status", f"stays “{existing.status}”: your role does not decide on this coding")
        return False

    def _match_conditions(self, entry: BundleCoding, existing: Coding, conditions: list[ConditionFacts]) -> None:
        held = list(Condition.objects.filter(coding=existing).prefetch_related("statuses").order_by("rank"))
        if [(c.text, c.kind, c.falls_on_id) for c in held] != [
            (c.text, c.kind, c.falls_on.pk if c.falls_on else None) for c in conditions
        ]:
            self.plan.refuse(
                f"{entry.path}.conditions",
                "are recorded otherwise; the record is corrected by a coding that supersedes it",
            )
            return
        for condition, facts in zip(held, conditions, strict=True):
            held_entries = condition.statuses.all()
            known = {(e.status, e.on, instant, e.reason) for e in held_entries for instant in (e.recorded_at, None)}
            fresh = [e for e in facts.statuses if (e.status, e.on, e.recorded_at, e.reason) not in known]
            if fresh and self.plan.may_publish:
                _, entries = build_conditions(
                    existing, [ConditionFacts(text=facts.text, kind=facts.kind, statuses=tuple(fresh))]
                )
                for place, row in enumerate(entries, start=max((e.rank + 1 for e in held_entries), default=0)):
                    row.condition, row.rank = condition, place
                self.plan.add(*entries)

    def _condition_facts(self, entry: BundleCondition, statement: Statement) -> ConditionFacts:
        plan = self.plan
        statuses = [
            StatusFacts(
                status=e.status,
                on=e.on or plan.now.date(),
                recorded_at=e.recorded_at if plan.keeps_history else None,
                statement=self._stated(e.path, e.statement),
                reason=e.reason,
            )
            for e in entry.statuses
        ]
        if not statuses and entry.status != "open":
            statuses = [StatusFacts(status=entry.status, on=statement.stated_latest)]
        return ConditionFacts(
            text=entry.text,
            kind=entry.kind,
            falls_on=plan.party(f"{entry.path}.falls_on", entry.falls_on),
            statuses=tuple(statuses),
        )

    def _stated(self, path: str, key: str | None) -> Statement | None:
        """The statement a key names; those of the file are filled in once all are planned."""
        if key is None:
            return None
        return self.plan.statements.get(key) or self.known.statements.get(key) or Statement(key=key)
