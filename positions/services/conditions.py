"""Conditions of codings, and the dated series of their statuses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from positions.enums import ConditionKind, ConditionStatus, Role
from positions.exceptions import Invalid
from positions.models import Coding, Condition, ConditionStatusEntry, Party, Statement
from positions.queries.access import Reader
from positions.services.access import require_role
from positions.services.events import record_event
from positions.services.fields import require_in_force
from positions.validators import text_fault


@dataclass(frozen=True, kw_only=True)
class StatusFacts:
    """From day ``on`` a condition has a status; a null ``recorded_at`` means: recorded with the coding."""

    status: str
    on: date
    recorded_at: datetime | None = None
    statement: Statement | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ConditionFacts:
    """What an offer or a threat depends on, and on whom that falls."""

    text: str
    kind: str
    falls_on: Party | None = None
    statuses: tuple[StatusFacts, ...] = ()


def condition_errors(facts: ConditionFacts) -> dict[str, list[str]]:
    """What is wrong with a condition, by field."""
    errors: dict[str, list[str]] = {}
    if not facts.text.strip():
        errors["text"] = [gettext("say what must happen")]
    fault = text_fault(facts.text)
    if fault:
        errors["text"] = [fault]
    if facts.kind not in ConditionKind.values:
        errors["kind"] = [
            gettext("“%(kind)s” is no kind of condition; use one of %(offered)s")
            % {"kind": facts.kind, "offered": ", ".join(ConditionKind.values)}
        ]
    for entry in facts.statuses:
        fault = text_fault(entry.reason)
        if fault:
            errors.setdefault("statuses", []).append(fault)
        if entry.status not in ConditionStatus.values:
            errors.setdefault("statuses", []).append(
                gettext("“%(status)s” is no status; use one of %(offered)s")
                % {"status": entry.status, "offered": ", ".join(ConditionStatus.values)}
            )
    return errors


def build_conditions(
    coding: Coding, conditions: Sequence[ConditionFacts]
) -> tuple[list[Condition], list[ConditionStatusEntry]]:
    """Unsaved conditions of a coding with their series, in the order given."""
    rows: list[Condition] = []
    entries: list[ConditionStatusEntry] = []
    for rank, facts in enumerate(conditions):
        condition = Condition(coding=coding, text=facts.text, kind=facts.kind, falls_on=facts.falls_on, rank=rank)
        rows.append(condition)
        entries += [
            ConditionStatusEntry(
                condition=condition,
                status=e.status,
                on=e.on,
                recorded_at=e.recorded_at,
                statement=e.statement,
                reason=e.reason,
                rank=place,
            )
            for place, e in enumerate(facts.statuses)
        ]
    return rows, entries


def save_conditions(coding: Coding, conditions: Sequence[ConditionFacts]) -> None:
    """Save the conditions of a coding that has none yet."""
    rows, entries = build_conditions(coding, conditions)
    Condition.objects.bulk_create(rows)
    ConditionStatusEntry.objects.bulk_create(entries)


def condition_facts(coding: Coding) -> tuple[ConditionFacts, ...]:
    """The conditions of a coding as they stand."""
    return tuple(
        _facts(condition)
        for condition in coding.conditions.prefetch_related("statuses__statement").select_related("falls_on")
    )


def copy_conditions(conditions: Iterable[Condition], coding: Coding) -> None:
    """Give ``coding`` the same conditions, series included."""
    save_conditions(coding, [_facts(condition) for condition in conditions])


def _facts(condition: Condition) -> ConditionFacts:
    return ConditionFacts(
        text=condition.text,
        kind=condition.kind,
        falls_on=condition.falls_on,
        statuses=tuple(
            StatusFacts(status=e.status, on=e.on, recorded_at=e.recorded_at, statement=e.statement, reason=e.reason)
            for e in condition.statuses.all()
        ),
    )


@transaction.atomic
def set_condition_status(
    reader: Reader, condition: Condition, status: str, on: date, *, statement: Statement | None = None, reason: str = ""
) -> ConditionStatusEntry:
    """Add an entry to a condition's series, shown by a statement or a reason.

    Raises :class:`Invalid` without either, for a day in the future, or for a statement of another
    negotiation; :class:`Conflict` when the coding is no longer in force.
    """
    locked = Coding.objects.select_for_update(of=("self",), no_key=True)
    coding = locked.select_related("negotiation").get(pk=condition.coding_id)
    require_role(reader, coding.negotiation, Role.ANALYST)
    require_in_force(coding)
    errors: dict[str, list[str]] = {}
    if status not in ConditionStatus.values:
        errors["status"] = [
            gettext("“%(status)s” is no status; use one of %(offered)s")
            % {"status": status, "offered": ", ".join(ConditionStatus.values)}
        ]
    if statement is None and not reason.strip():
        errors["reason"] = [gettext("name the statement that shows it, or say why")]
    if statement is not None and statement.negotiation_id != coding.negotiation_id:
        errors["statement"] = [gettext("belongs to another negotiation")]
    now = timezone.now()
    if on > now.date():
        errors["on"] = [
            gettext("%(day)s is still to come; a status is recorded once it holds") % {"day": on.isoformat()}
        ]
    fault = text_fault(reason)
    if fault:
        errors["reason"] = [fault]
    if errors:
        raise Invalid(errors)
    series = list(condition.statuses.order_by("rank"))
    entry = ConditionStatusEntry.objects.create(
        condition=condition,
        status=status,
        on=on,
        recorded_at=now,
        statement=statement,
        reason=reason,
        rank=series[-1].rank + 1 if series else 0,
    )
    record_event(
        actor=reader.user,
        action="condition_status_set",
        subject=condition,
        negotiation=coding.negotiation,
        reason=reason,
        before={"status": series[-1].status if series else ConditionStatus.OPEN},
        after={"status": status, "on": on, "statement": statement.pk if statement else None},
    )
    return entry
