"""Importing a bundle: all or nothing, every error with its place, idempotent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from positions.enums import Role
from positions.exceptions import BundleRefused, Invalid, NotPermitted
from positions.formats.bundle import Bundle, read_bundle
from positions.models import Member, Negotiation, Statement
from positions.queries.access import Reader, negotiations_for
from positions.services.access import require_role
from positions.services.bundle_import.documents import plan_sources
from positions.services.bundle_import.frame import (
    check_settings,
    plan_parties,
    plan_persons,
    plan_rounds,
    plan_settings,
)
from positions.services.bundle_import.issues import plan_codebooks, plan_issues
from positions.services.bundle_import.plan import Plan
from positions.services.bundle_import.record import RecordPlanner
from positions.services.bundle_import.relations import plan_relations
from positions.services.events import record_event
from positions.services.negotiations import seat_delegations
from positions.services.sources import recap_statements

PLANNING: tuple[tuple[str, Callable[[Plan], None]], ...] = (
    ("settings", plan_settings),
    ("settings", check_settings),
    ("parties", plan_parties),
    ("persons", plan_persons),
    ("issues", plan_issues),
    ("codebook", plan_codebooks),
    ("rounds", plan_rounds),
    ("sources", plan_sources),
)


@dataclass
class ImportReport:
    """What an import did: rows added and changed by kind, and what it left aside."""

    negotiation: Negotiation
    counts: dict[str, int] = field(default_factory=dict)
    warnings: list[tuple[str, str]] = field(default_factory=list)


@transaction.atomic
def import_bundle(
    reader: Reader,
    document: str | bytes | dict[str, Any],
    *,
    folder: Path | None = None,
    expected_slug: str | None = None,
    dry_run: bool = False,
    on_step: Callable[[str], None] | None = None,
) -> ImportReport:
    """Bring a whole negotiation into the record, or nothing of it.

    ``folder`` is where the texts named by ``text_file`` lie; no path leaves it. A bundle of another
    negotiation than ``expected_slug`` is refused. Raises
    :class:`BundleRefused` with every problem and its JSON path, :class:`NotPermitted` for whoever
    may not write to the negotiation. ``on_step`` is told what is being done.
    """
    tell = on_step or (lambda step: None)
    bundle, findings = read_bundle(document)
    if expected_slug is not None and bundle.slug != expected_slug:
        raise BundleRefused([("negotiation.slug", f"is “{bundle.slug[:60]}”; this import is for “{expected_slug}”")])
    negotiation, is_new = _negotiation_of(reader, bundle)
    plan = Plan(
        reader=reader,
        bundle=bundle,
        findings=findings,
        folder=folder,
        now=timezone.now(),
        negotiation=negotiation,
        is_new=is_new,
    )
    for step, run in PLANNING:
        tell(f"checking {step}")
        run(plan)
    tell("checking statements and codings")
    planned = RecordPlanner(plan).plan_all()
    plan_relations(planned)
    if findings.problems:
        raise BundleRefused(findings.problems)
    report = ImportReport(negotiation, plan.counts(), findings.warnings)
    if dry_run:
        tell("writing, to take it all back")
        with transaction.atomic():
            _write(plan)
            transaction.set_rollback(True)
        return report
    tell("writing")
    _write(plan)
    if plan.rows or plan.changes or plan.seats:
        record_event(
            actor=reader.user,
            action="bundle_imported",
            subject=negotiation,
            negotiation=negotiation,
            after={**report.counts, "sha256": _digest(document)},
        )
    return report


def _negotiation_of(reader: Reader, bundle: Bundle) -> tuple[Negotiation, bool]:
    existing = negotiations_for(reader).select_for_update(no_key=True).filter(slug=bundle.slug).first()
    if existing is not None:
        require_role(reader, existing, Role.ANALYST)
        return existing, False
    if not reader.is_administrator:
        raise NotPermitted(
            f"There is no negotiation “{bundle.slug[:60]}” that you may import into; "
            "a site administrator creates negotiations."
        )
    return (
        Negotiation(
            slug=bundle.slug,
            title=bundle.title,
            summary=bundle.summary,
            visibility=bundle.visibility,
            review_policy=bundle.review_policy,
            created_at=timezone.now(),
        ),
        True,
    )


def _write(plan: Plan) -> None:
    # What is retired makes room for what replaces it.
    retirements = [change for change in plan.changes if "retired_at" in change[1]]
    for row, fields in retirements:
        row.save(update_fields=fields, force_update=True)
    ordered = sorted(plan.rows, key=lambda row: row._meta.label)
    for model, rows in groupby(ordered, key=lambda row: row._meta.model):
        model._default_manager.bulk_create(list(rows), batch_size=500)
    for row, fields in plan.changes:
        if "retired_at" not in fields:
            row.save(update_fields=fields, force_update=True)
    through = Statement.addressees.through
    through.objects.bulk_create(through(statement=s, party=p) for s, parties in plan.addressees for p in parties)
    for held, delegations in plan.seats:
        seat_delegations(held, delegations)  # type: ignore[arg-type]
    for path, source in plan.redated:
        try:
            recap_statements(source)
        except Invalid as refusal:
            raise BundleRefused([(f"{path}.published_on", refusal.errors["published_on"][0])]) from refusal
    plan.negotiation.parties.add(*plan.parties.values())
    plan.negotiation.persons.add(*plan.persons.values())
    if plan.is_new and plan.reader.user is not None:
        Member.objects.create(negotiation=plan.negotiation, user=plan.reader.user, role=Role.LEAD)


def _digest(document: str | bytes | dict[str, Any]) -> str:
    raw = (
        document
        if isinstance(document, bytes)
        else (document if isinstance(document, str) else json.dumps(document, sort_keys=True)).encode(
            errors="surrogatepass"
        )
    )
    return hashlib.sha256(raw).hexdigest()
