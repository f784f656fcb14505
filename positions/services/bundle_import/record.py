"""Statements and codings of a bundle: matched with what is recorded, checked, and planned."""

from __future__ import annotations

from positions.analysis.anchors import canonical_text
from positions.enums import AnchorStatus
from positions.exceptions import Invalid
from positions.formats.bundle import BundleHistory, BundleStatement
from positions.models import Source, Statement, StatementGroup
from positions.services.bundle_import.codings import UNKNOWN_PARTY, CodingPlanner
from positions.services.bundle_import.identity import KnownRecords, statement_places
from positions.services.bundle_import.links import PlannedRecord
from positions.services.bundle_import.plan import Plan, free_ids
from positions.services.fields import field_errors
from positions.services.statements import StatementFacts, build_statement

STATEMENT_FIELDS = (
    "source_id", "start", "end", "exact", "asserted_by_id", "speaker_id", "speaker_label", "directness",
    "attribution", "credibility", "stated_on",
    "round_id", "note",
)  # fmt: skip


class RecordPlanner:
    """Plans the statements and codings of one bundle."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.known = KnownRecords(None if plan.is_new else plan.negotiation)
        self.groups = dict(self.known.groups)
        self.pairs: list[tuple[BundleStatement, Statement]] = []
        self.codings = CodingPlanner(plan, self.known)
        self.free = free_ids(Statement, (s.id for s in plan.bundle.statements))
        self.left_out: set[str | None] = set()

    def plan_all(self) -> PlannedRecord:
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
                self.codings.plan_codings(entry, statement)
        planned = PlannedRecord(self.plan, self.known, self.pairs, self.codings.coded, self.left_out)
        planned.plan_links()
        planned.check_retired_statements()
        planned.check_one_in_force()
        return planned

    def _plan_statement(self, entry: BundleStatement) -> Statement | None:
        plan = self.plan
        built = self._build_statement(entry)
        if built is None:
            return None
        issues = [plan.issues[coding.issue].pk for coding in entry.codings if coding.issue in plan.issues]
        places = list(statement_places(built, issues))
        span = plan.span(entry.history)
        existing = self.known.statement(entry.key, places, span)
        if not plan.claim(existing.pk if existing else (entry.key or (*places, span)), entry.path, "statement"):
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
        plan.retire(existing, entry.history.retired_at, entry.history.withdrawal_reason, entry.path)
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
            self.codings.check_references(coding)
        if source is None:
            return None
        text = plan.text(source, entry.text_version)
        if entry.text_version is not None and text is None:
            plan.refuse(f"{entry.path}.text_version", f"the source has no text {entry.text_version}")
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
            built = build_statement(source, text, facts, recorded_at, entry.id if entry.id in self.free else None)
        except Invalid as refusal:
            if text is None and f"sources[{self._place_of(entry.source)}].text" in plan.faults:
                refusal.errors.pop("exact", None)  # the text itself was refused already
            plan.refuse_fields(entry.path, refusal)
            # The codings are still worth checking, against a stand-in that is never written.
            self._check_codings_alone(entry, source)
            return None
        if asserted_by is None:
            return None
        if built.text is not None and entry.anchor_status != AnchorStatus.NONE:
            built.anchor_status = entry.anchor_status
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
            self.codings.build(coding, stand_in)

    def _group(self, path: str, key: str) -> StatementGroup:
        group = self.groups.get(key)
        if group is None:
            group = self.groups[key] = StatementGroup(negotiation=self.plan.negotiation, key=key)
            if errors := field_errors(group):
                self.plan.refuse(path, errors["key"][0])
            self.plan.add(group)
        return group

    def _set_history(self, statement: Statement, history: BundleHistory, path: str) -> None:
        if not self.plan.keeps_history:
            return
        statement.retired_at = history.retired_at
        statement.reason, statement.withdrawal_reason = history.reason, history.withdrawal_reason
        if statement.retired_at is not None and statement.retired_at <= statement.recorded_at:
            self.plan.refuse(f"{path}.retired_at", "is not later than recorded_at")
