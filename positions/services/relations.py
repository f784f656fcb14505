"""How one statement stands to another: said by a person, kept in the record, carried over corrections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from positions.enums import RelationKind, Role
from positions.exceptions import Conflict, Invalid
from positions.models import Relation, Statement
from positions.queries.access import Reader
from positions.services.access import require_role
from positions.services.events import instant_after, record_event, snapshot
from positions.services.fields import require_in_force, require_reason
from positions.validators import text_fault


@transaction.atomic
def relate_statements(reader: Reader, statement: Statement, other: Statement, kind: str, note: str = "") -> Relation:
    """Say that ``statement`` answers, contradicts, clarifies, denies, repeats or withdraws ``other``.

    Raises :class:`Invalid` for a statement of another negotiation, for one and the same, and for what
    is said already; :class:`Conflict` when either is no longer in force.
    """
    require_role(reader, statement.negotiation, Role.ANALYST)
    _refuse_misfits(statement, other, kind, note)
    locked = Statement.objects.select_for_update().filter(pk__in=(statement.pk, other.pk)).order_by("pk")
    found = {row.pk: row for row in locked}
    for row in found.values():
        require_in_force(row)
    if in_force(found).filter(statement=statement, other=other, kind=kind).exists():
        raise Invalid(
            {"kind": gettext("“%(relation)s” is said of these two already") % {"relation": RelationKind(kind).label}}
        )
    relation = Relation(
        negotiation=statement.negotiation,
        kind=kind,
        statement=found[statement.pk],
        other=found[other.pk],
        seen_by=reader.user.get_username() if reader.user else "system",
        seen_by_user=reader.user,
        note=note,
        recorded_at=instant_after(*(row.recorded_at for row in found.values())),
    )
    relation.save(force_insert=True)
    record_event(
        actor=reader.user,
        action="statements_related",
        subject=relation,
        negotiation=statement.negotiation,
        after=snapshot(relation),
    )
    return relation


def _refuse_misfits(statement: Statement, other: Statement, kind: str, note: str) -> None:
    errors: dict[str, list[str]] = {}
    if kind not in RelationKind.values:
        errors["kind"] = [
            gettext("“%(kind)s” is no relation; use one of %(offered)s")
            % {"kind": kind, "offered": ", ".join(RelationKind.values)}
        ]
    if other.pk == statement.pk:
        errors["other"] = [gettext("is the statement itself; choose another one")]
    elif other.negotiation_id != statement.negotiation_id:
        errors["other"] = [gettext("is no statement of this negotiation")]
    if fault := text_fault(note):
        errors["note"] = [fault]
    if errors:
        raise Invalid(errors)


@transaction.atomic
def withdraw_relation(reader: Reader, relation: Relation, reason: str) -> Relation:
    """Take a relation out of the record from now on. Raises :class:`Conflict` when it is not in force any more."""
    require_role(reader, relation.negotiation, Role.ANALYST)
    require_reason(reason)
    relation = Relation.objects.select_for_update(of=("self",)).select_related("negotiation").get(pk=relation.pk)
    if relation.retired_at is not None:
        raise Conflict(
            gettext("This was withdrawn at %(instant)s UTC.") % {"instant": f"{relation.retired_at:%Y-%m-%d %H:%M}"}
        )
    before = snapshot(relation)
    relation.retired_at, relation.withdrawal_reason = instant_after(relation.recorded_at), reason
    relation.save(update_fields=("retired_at", "withdrawal_reason"))
    record_event(
        actor=reader.user,
        action="relation_withdrawn",
        subject=relation,
        negotiation=relation.negotiation,
        reason=reason,
        before=before,
        after=snapshot(relation),
    )
    return relation


def in_force(statements: Iterable[UUID]) -> QuerySet[Relation]:
    """The relations in force to or from any of the statements."""
    ids = list(statements)
    return Relation.objects.filter(Q(statement__in=ids) | Q(other__in=ids), retired_at=None)


def carry_relations(replaced: Mapping[UUID, Statement], now: datetime, reason: str) -> list[Relation]:
    """Within a correction: end the relations of the replaced statements, and say the same of what replaced them.

    ``replaced`` maps each old statement to the new one; all at one instant, which must lie after every relation's.
    """
    carried = []
    for relation in in_force(replaced):
        Relation.objects.filter(pk=relation.pk).update(retired_at=now, withdrawal_reason=reason)
        carried.append(
            Relation(
                negotiation_id=relation.negotiation_id,
                kind=relation.kind,
                statement_id=replaced[relation.statement_id].pk
                if relation.statement_id in replaced
                else relation.statement_id,
                other_id=replaced[relation.other_id].pk if relation.other_id in replaced else relation.other_id,
                seen_by=relation.seen_by,
                seen_by_user_id=relation.seen_by_user_id,
                note=relation.note,
                recorded_at=now,
            )
        )
    return Relation.objects.bulk_create(carried)


def end_relations(statement: Statement, now: datetime, reason: str) -> int:
    """Within a withdrawal: the relations of a statement leave the record with it; how many did."""
    return in_force([statement.pk]).update(retired_at=now, withdrawal_reason=reason)
