"""Statements and codings of a bundle: matched with what is recorded, checked, and planned."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from positions.analysis.anchors import canonical_text
from positions.enums import CodingStatus
from positions.exceptions import Invalid
from positions.formats.bundle import BundleCoding, BundleCondition, BundleHistory, BundleStatement
from positions.models import Coding, Condition, Issue, Party, Source, Statement, StatementGroup
from positions.services.bundle_import.identity import KnownRecords, coding_place, statement_places
from positions.services.bundle_import.plan import Plan, free_ids
from positions.services.coding import CodingFacts, build_coding
from positions.services.conditions import ConditionFacts, StatusFacts, build_conditions
from positions.services.fields import field_errors
from positions.services.statements import StatementFacts, build_statement

STATEMENT_FIELDS = (
    "source_id", "start", "end", "exact", "asserted_by_id", "speaker_id", "speaker_label", "directness",
    "attribution", "credibility", "stated_on",
    "round_id", "note",
)  # fmt: skip
CODING_FIELDS = ("party_id", "issue_id", "stance", "state", "move", "red_line", "reciprocal", "confidence", "coder")
UNKNOWN_PARTY = Party(slug="")


class RecordPlanner:
    """Plans the statements and codings of one bundle."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.known = KnownRecords(None if plan.is_new else plan.negotiation)
        self.groups = dict(self.known.groups)
        self.pairs: list[tuple[BundleStatement, Statement]] = []
        self.coded: list[tuple[BundleCoding, Coding, bool]] = []
        self.free_statements = free_ids(Statement, (s.id for s in plan.bundle.statements))
        self.free_codings = free_ids(Coding, (c.id for s in plan.bundle.statements for c in s.codings))
        self.claimed: dict[object, str] = {}
        self.left_out: set[str | None] = set()

    def plan_all(self) -> None:
        """Plan every statement, then what they refer to among themselves."""
        for entry in self.plan.bundle.statements:
            if entry.history.retired_at is not None and not self.plan.keeps_history:
                self.plan.warn(
                    entry.path, "is no longer in force; only an administrator's import keeps history, so it is left out"
                )
                if entry.key not in self.known.statements:
                    self.left_out.add(entry.key)
                continue
            statement = self._plan_statement(entry)
            if statement is not None:
                self.pairs.append((entry, statement))
                self._plan_codings(entry, statement)
        self._plan_links()
        self._check_retired_statements()
        self._check_one_in_force()

    # ------------------------------------------------------------ statements

    def _plan_statement(self, entry: BundleStatement) -> Statement | None:
        plan = self.plan
        built = self._build_statement(entry)
        if built is None:
            return None
        issues = [plan.issues[coding.issue].pk for coding in entry.codings if coding.issue in plan.issues]
        places = list(statement_places(built, issues))
        span = self._span(entry.history)
        existing = self.known.statement(entry.key, places, span)
        if not self._claim(existing.pk if existing else (entry.key or (*places, span)), entry.path, "statement"):
            return None
        if existing is None:
            self._set_history(built, entry.history, entry.path)
            if entry.group:
                built.group = self._group(f"{entry.path}.group", entry.group)
            plan.add(built)
            addressees = {slug: plan.party(path, slug) for path, slug in entry.addressees}
            plan.addressees.append((built, [party for party in addressees.values() if party is not None]))
            plan.statements[built.key] = built
            return built
        changed = [
            name.removesuffix("_id") for name in STATEMENT_FIELDS if getattr(existing, name) != getattr(built, name)
        ]
        if {p.slug for p in existing.addressees.all()} != {slug for _, slug in entry.addressees}:
            changed.append("addressees")
        if changed:
            plan.refuse(
                entry.path,
                f"is recorded with another {', '.join(changed)}; "
                "the record is corrected by a statement that supersedes it",
            )
        self._retire(existing, entry.history, entry.path)
        plan.statements[existing.key] = existing
        return existing

    def _build_statement(self, entry: BundleStatement) -> Statement | None:
        plan = self.plan
        source = plan.sources.get(entry.source)
        if source is None:
            if entry.source and entry.source not in plan.sources:
                plan.refuse(f"{entry.path}.source", f"no source has the key “{entry.source[:60]}”")
            source = None
        asserted_by = plan.party(f"{entry.path}.asserted_by", entry.asserted_by)
        speaker = plan.person(f"{entry.path}.speaker", entry.speaker)
        held = plan.rounds.get(entry.round) if entry.round is not None else None
        if entry.round is not None and held is None:
            plan.refuse(f"{entry.path}.round", f"there is no round {entry.round}")
        for path, slug in entry.addressees:
            plan.party(path, slug)
        for coding in entry.codings:
            self._check_references(coding)
        if source is None:
            return None
        text = plan.texts.get(source.pk)
        facts = StatementFacts(
            asserted_by=asserted_by or UNKNOWN_PARTY,
            stated_on=entry.stated_on,
            start=entry.start,
            end=entry.end,
            exact=canonical_text(entry.exact),
            speaker=speaker,
            speaker_label=entry.speaker_label,
            directness=entry.directness,
            attribution=entry.attribution,
            credibility=entry.credibility,
            round=held,
            note=entry.note,
            key=entry.key,
        )
        recorded_at = entry.history.recorded_at if self.plan.keeps_history and entry.history.recorded_at else plan.now
        try:
            built = build_statement(
                source, text, facts, recorded_at, entry.id if entry.id in self.free_statements else None
            )
        except Invalid as refusal:
            if text is None and f"sources[{self._place_of(entry.source)}].text" in plan.faults:
                refusal.errors.pop("exact", None)  # the text itself was refused already
            plan.refuse_fields(entry.path, refusal)
            # The codings are still worth checking, against a stand-in that is never written.
            self._check_codings_alone(entry, source)
            return None
        if asserted_by is None:
            return None
        return built

    def _place_of(self, key: str) -> int:
        return next((place for place, source in enumerate(self.plan.bundle.sources) if source.key == key), -1)

    def _check_codings_alone(self, entry: BundleStatement, source: Source) -> None:
        stand_in = Statement(
            negotiation_id=source.negotiation_id,
            source=source,
            asserted_by=UNKNOWN_PARTY,
            directness=entry.directness,
            stated_latest=self.plan.now.date(),
        )
        for coding in entry.codings:
            self._build_coding(coding, stand_in)

    def _group(self, path: str, key: str) -> StatementGroup:
        group = self.groups.get(key)
        if group is None:
            group = self.groups[key] = StatementGroup(negotiation=self.plan.negotiation, key=key)
            if errors := field_errors(group):
                self.plan.refuse(path, errors["key"][0])
            self.plan.add(group)
        return group

    def _span(self, history: BundleHistory) -> tuple[datetime | None, datetime | None]:
        return (history.recorded_at, history.retired_at) if self.plan.keeps_history else (None, None)

    def _claim(self, identity: object, path: str, noun: str) -> bool:
        """Whether this is the first entry of the file that means this record."""
        first = self.claimed.setdefault((noun, identity), path)
        if first != path:
            self.plan.refuse(path, f"is the same {noun} as {first}")
        return first == path

    # ------------------------------------------------------------ codings

    def _check_references(self, entry: BundleCoding) -> tuple[Party | None, Issue | None]:
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

    def _build_coding(self, entry: BundleCoding, statement: Statement) -> tuple[Coding, list[ConditionFacts]] | None:
        plan = self.plan
        party, issue = self._check_references(entry)
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
                coder=entry.coder,
                coder_user=None,
                id=entry.id if entry.id in self.free_codings else None,
            )
        except Invalid as refusal:
            plan.refuse_fields(entry.path, refusal)
            return None
        return None if party is None or issue is None or codebook is None else (coding, conditions)

    def _plan_codings(self, entry: BundleStatement, statement: Statement) -> None:
        for coding_entry in entry.codings:
            if coding_entry.history.retired_at is not None and not self.plan.keeps_history:
                continue
            made = self._build_coding(coding_entry, statement)
            if made is None:
                continue
            built, conditions = made
            self._set_status(built, coding_entry)
            place, span = coding_place(built), self._span(coding_entry.history)
            existing = self.known.coding(coding_entry.key, place, span)
            if not self._claim(
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
            self.coded.append((coding_entry, built, True))

    def _set_status(self, coding: Coding, entry: BundleCoding) -> None:
        plan, history = self.plan, entry.history
        coding.status, coding.comment = entry.status, entry.comment
        if coding.status == CodingStatus.PUBLISHED and not plan.may_publish:
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

    def _set_history(self, statement: Statement, history: BundleHistory, path: str) -> None:
        if not self.plan.keeps_history:
            return
        statement.retired_at = history.retired_at
        statement.reason, statement.withdrawal_reason = history.reason, history.withdrawal_reason
        if statement.retired_at is not None and statement.retired_at <= statement.recorded_at:
            self.plan.refuse(f"{path}.retired_at", "is not later than recorded_at")

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
        self._retire(existing, entry.history, entry.path)
        plan.codings[existing.key] = existing
        self.coded.append((entry, existing, False))

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

    def _retire(self, existing: Statement | Coding, history: BundleHistory, path: str) -> None:
        if history.retired_at is None or existing.retired_at is not None or not self.plan.keeps_history:
            return
        if existing.recorded_at is not None and history.retired_at <= existing.recorded_at:
            self.plan.refuse(f"{path}.retired_at", "is not later than recorded_at")
        existing.retired_at, existing.withdrawal_reason = history.retired_at, history.withdrawal_reason
        self.plan.change(existing, ("retired_at", "withdrawal_reason"))

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

    # ------------------------------------------------------------ what refers to what

    def _plan_links(self) -> None:
        plan = self.plan
        statements = {**self.known.statements, **plan.statements}
        codings = {**self.known.codings, **plan.codings}
        for entry, statement in self.pairs:
            _link(plan, entry.path, entry.history, statement, statements, "statement")
        for coding_entry, coding, _ in self.coded:
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

    def _check_retired_statements(self) -> None:
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

    def _check_one_in_force(self) -> None:
        """Refuse two published codings of one statement, party and issue that are in force at one instant."""
        plan = self.plan
        paths = {coding.pk: entry.path for entry, coding, _ in self.coded}
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
