"""Relations of a bundle: matched with what is recorded, checked, and planned."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from positions.formats.bundle import BundleRelation
from positions.models import Relation, Statement
from positions.services.bundle_import.links import PlannedRecord
from positions.services.bundle_import.plan import Plan, free_ids
from positions.services.fields import field_errors

Pair = tuple[UUID, UUID, str]  # statement, other, kind


def plan_relations(planned: PlannedRecord) -> None:
    """How the statements of the file stand to one another; one relation of a kind is in force between two."""
    plan = planned.plan
    statements = {**planned.known.statements, **plan.statements}
    known = [] if plan.is_new else list(Relation.objects.filter(negotiation=plan.negotiation))
    free = free_ids(Relation, (entry.id for entry in plan.bundle.relations))
    everything = {relation.pk: relation for relation in known}
    paths: dict[UUID, str] = {}
    for entry in plan.bundle.relations:
        if entry.retired_at is not None and not plan.keeps_history:
            plan.warn(
                entry.path, "is no longer in force; only an administrator's import keeps history, so it is left out"
            )
            continue
        if planned.left_out & {entry.statement, entry.other}:
            plan.warn(entry.path, "names a statement that is left out, so it is left out too")
            continue
        built = _build(plan, entry, statements, free)
        if built is None:
            continue
        existing = _existing(known, built)
        identity = existing.pk if existing else (*_pair(built), *_span(plan, entry))
        if not plan.claim(identity, entry.path, "relation"):
            continue
        if existing is None:
            plan.add(built)
        else:
            _match(plan, entry, built, existing)
        kept = existing or built
        everything[kept.pk], paths[kept.pk] = kept, entry.path
        _check_interval(plan, entry.path, kept, built.statement, built.other)
    _refuse_rivals(plan, list(everything.values()), paths)
    _check_retired_statements(planned, list(everything.values()), paths)


def _span(plan: Plan, entry: BundleRelation) -> tuple[datetime | None, datetime | None]:
    """When the relation was recorded and retired, as far as this import keeps it."""
    return (entry.recorded_at, entry.retired_at) if plan.keeps_history and entry.retired_at else (None, None)


def _pair(relation: Relation) -> Pair:
    return (relation.statement_id, relation.other_id, relation.kind)


def _build(plan: Plan, entry: BundleRelation, statements: dict[str, Statement], free: set[UUID]) -> Relation | None:
    for name, key in (("statement", entry.statement), ("other", entry.other)):
        if key and key not in statements:
            plan.refuse(f"{entry.path}.{name}", f"no statement has the key “{key[:60]}”")
    statement, other = statements.get(entry.statement), statements.get(entry.other)
    if statement is None or other is None or statement.pk == other.pk:
        return None
    relation = Relation(
        negotiation=plan.negotiation,
        kind=entry.kind,
        statement=statement,
        other=other,
        seen_by=entry.seen_by,
        note=entry.note,
        recorded_at=entry.recorded_at if plan.keeps_history and entry.recorded_at else plan.now,
        retired_at=entry.retired_at if plan.keeps_history else None,
        withdrawal_reason=entry.withdrawal_reason if plan.keeps_history else "",
    )
    if entry.id is not None and entry.id in free:
        relation.id = entry.id
    if errors := field_errors(relation):
        for name, messages in errors.items():
            plan.refuse(f"{entry.path}.{name}", messages[0])
        return None
    return relation


def _existing(known: list[Relation], built: Relation) -> Relation | None:
    """The recorded relation that an entry means: one retired at the same instant, or the one in force."""
    same = [relation for relation in known if _pair(relation) == _pair(built)]
    if built.retired_at is None:
        return next((relation for relation in same if relation.retired_at is None), None)
    span = (built.recorded_at, built.retired_at)
    ended = next((relation for relation in same if (relation.recorded_at, relation.retired_at) == span), None)
    return ended or next((r for r in same if r.retired_at is None and r.recorded_at == built.recorded_at), None)


def _match(plan: Plan, entry: BundleRelation, built: Relation, existing: Relation) -> None:
    changed = [name for name in ("seen_by", "note") if getattr(existing, name) != getattr(built, name)]
    if changed:
        plan.refuse(
            entry.path,
            f"is recorded with another {', '.join(changed)}; the record is corrected by a relation of its own",
        )
        return
    plan.retire(existing, entry.retired_at, entry.withdrawal_reason, entry.path)


def _check_interval(plan: Plan, path: str, relation: Relation, *statements: Statement) -> None:
    for name, statement in zip(("statement", "other"), statements, strict=True):
        if relation.recorded_at < statement.recorded_at:
            plan.refuse(f"{path}.recorded_at", f"lies before the recorded_at of “{statement.key}”")
        if statement.retired_at is None:
            continue
        if relation.retired_at is None:
            plan.refuse(f"{path}.{name}", f"“{statement.key}” is no longer in force: its relations end with it")
        elif relation.retired_at > statement.retired_at:
            plan.refuse(f"{path}.retired_at", f"must not lie after the retired_at of “{statement.key}”")


def _refuse_rivals(plan: Plan, relations: list[Relation], paths: dict[UUID, str]) -> None:
    """Refuse two relations of one kind between the same two that are in force at one instant."""
    last: dict[Pair, Relation] = {}
    for relation in sorted(relations, key=lambda r: (r.recorded_at, paths.get(r.pk, ""))):
        holder = last.get(_pair(relation))
        if holder is not None and (holder.retired_at is None or holder.retired_at > relation.recorded_at):
            culprit = relation if relation.pk in paths else holder
            plan.refuse(
                paths.get(culprit.pk, "relations"),
                "two relations of one kind between the same statements would be in force at one instant",
            )
        last[_pair(relation)] = relation


def _check_retired_statements(planned: PlannedRecord, relations: list[Relation], paths: dict[UUID, str]) -> None:
    """Refuse to retire a statement and leave a recorded relation of it in force."""
    retired = {statement.pk: (entry.path, statement) for entry, statement in planned.pairs if statement.retired_at}
    for relation in relations:
        for id in (relation.statement_id, relation.other_id):
            if id not in retired or relation.pk in paths:
                continue
            path, statement = retired[id]
            until = statement.retired_at
            if until is not None and (relation.retired_at is None or relation.retired_at > until):
                planned.plan.refuse(f"{path}.retired_at", "leaves a relation of it in force: it takes them with it")
