"""The engine of corrections of many records: all at one instant, a few queries for any number of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from positions.dates import capped_bounds
from positions.enums import CodingStatus
from positions.exceptions import Invalid
from positions.models import Coding, Condition, Negotiation, Party, Statement
from positions.services.conditions import copy_conditions
from positions.services.events import instant_after
from positions.services.fields import field_errors
from positions.services.housekeeping.changes import Step
from positions.services.relations import carry_relations, in_force
from positions.services.statements import twin_coding

# What a correction's new row has of its own.
OWN_COLUMNS = frozenset(("id", "key", "recorded_at", "retired_at", "supersedes", "reason", "withdrawal_reason"))
Burdens = Mapping[int, Party | None]


@dataclass
class Replacement:
    """A statement that is to be replaced, by ``twin`` with ``addressees``, and its codings that stand."""

    statement: Statement
    twin: Statement
    addressees: tuple[Party, ...]
    codings: list[Coding] = field(default_factory=list)


@dataclass
class Rereading:
    """A coding that is to be replaced by ``twin``; ``burdens`` says on whom the condition of a rank falls instead."""

    coding: Coding
    twin: Coding
    burdens: Burdens = field(default_factory=dict)


def lock_statements(ids: Collection[UUID]) -> list[Statement]:
    """The statements, locked, with everything that a twin is made of."""
    return list(
        Statement.objects.select_for_update(of=("self",))
        .filter(pk__in=list(ids))
        .select_related("negotiation", "source", "asserted_by", "speaker", "round", "group")
        .prefetch_related("addressees")
        .order_by("stated_latest", "pk")
    )


def lock_codings(ids: Collection[UUID]) -> list[Coding]:
    """The codings, locked, with everything that a twin is made of."""
    return _whole(Coding.objects.select_for_update(of=("self",)).filter(pk__in=list(ids)))


def standing_codings(statements: Iterable[UUID]) -> dict[UUID, list[Coding]]:
    """By statement, locked, the codings that a correction of it issues again."""
    rows = Coding.objects.select_for_update(of=("self",)).filter(statement__in=list(statements), retired_at=None)
    found: dict[UUID, list[Coding]] = {}
    for coding in _whole(rows.exclude(status=CodingStatus.REJECTED)):
        found.setdefault(coding.statement_id, []).append(coding)
    return found


def _whole(rows: Any) -> list[Coding]:
    return list(
        rows.select_related("negotiation", "statement__source", "codebook", "party", "issue")
        .prefetch_related("conditions__falls_on", "conditions__statuses__statement")
        .order_by("stated_latest", "pk")
    )


def twin_statement(statement: Statement, recorded_at: datetime, **changes: Any) -> Statement:
    """An unsaved copy with ``changes``, on the very span the statement has. Raises :class:`Invalid`."""
    twin = Statement(
        **{
            column.attname: getattr(statement, column.attname)
            for column in Statement._meta.concrete_fields
            if column.name not in OWN_COLUMNS
        },
        recorded_at=recorded_at,
        supersedes=statement,
    )
    twin.key = str(twin.pk)
    for name, value in changes.items():
        setattr(twin, name, value)
    errors = field_errors(twin, exclude=("exact", "prefix", "suffix"))
    if "stated_on" in changes and "stated_on" not in errors:
        try:
            bounds = capped_bounds(twin.stated_on, statement.source.published_latest)
            twin.stated_earliest, twin.stated_latest = bounds
        except Invalid as refusal:
            errors["stated_on"] = refusal.errors["__all__"]
    if errors:
        raise Invalid(errors)
    return twin


def instant_for(statements: Sequence[Statement], codings: Iterable[Coding]) -> datetime:
    """One instant after everything that ends at it."""
    return instant_after(
        *(statement.recorded_at for statement in statements),
        *(coding.recorded_at for coding in codings),
        *(relation.recorded_at for relation in in_force(statement.pk for statement in statements)),
    )


def replace_statements(replacements: Sequence[Replacement], now: datetime, reason: str) -> list[Step]:
    """Retire statements at ``now`` and save their twins; relations are carried. Codings are left to the caller."""
    if not replacements:
        return []
    Statement.objects.filter(pk__in=[each.statement.pk for each in replacements]).update(retired_at=now)
    for each in replacements:
        each.twin.reason, each.twin.recorded_at = reason, now
    Statement.objects.bulk_create([each.twin for each in replacements])
    through = Statement.addressees.through
    through.objects.bulk_create(
        through(statement_id=each.twin.pk, party_id=party.pk) for each in replacements for party in each.addressees
    )
    carry_relations({each.statement.pk: each.twin for each in replacements}, now, reason)
    return [{"statement": each.statement.pk, "became": each.twin.pk} for each in replacements]


def replace_codings(rereadings: Sequence[Rereading], now: datetime) -> list[Step]:
    """Retire codings at ``now`` and save their twins, with the same conditions and series."""
    if not rereadings:
        return []
    Coding.objects.filter(pk__in=[each.coding.pk for each in rereadings]).update(retired_at=now)
    Coding.objects.bulk_create([each.twin for each in rereadings])
    for each in rereadings:
        conditions: list[Condition] = list(each.coding.conditions.all())
        for condition in conditions:
            if condition.rank in each.burdens:
                condition.falls_on = each.burdens[condition.rank]
        if conditions:
            copy_conditions(conditions, each.twin)
    return [{"coding": each.coding.pk, "became": each.twin.pk} for each in rereadings]


def carried(replacements: Sequence[Replacement], now: datetime, reason: str) -> list[Rereading]:
    """The codings of replaced statements, issued again as they are."""
    return [
        Rereading(coding, twin_coding(coding, each.twin, now, reason))
        for each in replacements
        for coding in each.codings
    ]


def enrol_many(negotiation: Negotiation, parties: Iterable[Party | None], persons: Iterable[Any] = ()) -> None:
    """Put who is named on the roster."""
    negotiation.parties.add(*{party for party in parties if party is not None})
    negotiation.persons.add(*{person for person in persons if person is not None})


def rivals_of(rereadings: Sequence[Rereading]) -> dict[UUID, Coding]:
    """By coding, the published reading in force that a published twin would stand beside.

    The codings replaced in the same change are no rivals; two twins of one change may be.
    """
    leaving = {each.coding.pk for each in rereadings}
    wanted = {
        (each.twin.statement_id, each.twin.party_id, each.twin.issue_id): each
        for each in rereadings
        if each.twin.status == CodingStatus.PUBLISHED
    }
    taken: dict[tuple[Any, ...], Coding] = {}
    rows = Coding.objects.filter(
        statement__in={place[0] for place in wanted}, status=CodingStatus.PUBLISHED, retired_at=None
    )
    for coding in rows.exclude(pk__in=leaving):
        taken[(coding.statement_id, coding.party_id, coding.issue_id)] = coding
    found: dict[UUID, Coding] = {}
    for each in rereadings:
        place = (each.twin.statement_id, each.twin.party_id, each.twin.issue_id)
        if each.twin.status != CodingStatus.PUBLISHED:
            continue
        if place in taken:
            found[each.coding.pk] = taken[place]
        taken[place] = each.coding
    return found
