"""Rows that are no part of the record proper: changed, removed and added in a way that can be taken back."""

from __future__ import annotations

from typing import Any

from django.db.models import Model
from django.utils.translation import gettext, gettext_lazy

from positions.enums import CodingStatus
from positions.models import (
    Appointment,
    BlocMembership,
    Coding,
    Condition,
    Delegation,
    DelegationMember,
    Issue,
    Party,
    PartyAlias,
    Person,
)
from positions.services.housekeeping.changes import Step
from positions.services.housekeeping.drafts import columns_of, typed

TABLES: dict[str, type[Model]] = {
    model._meta.model_name or "": model
    for model in (
        Appointment,
        BlocMembership,
        Coding,
        Condition,
        Delegation,
        DelegationMember,
        Issue,
        Party,
        PartyAlias,
        Person,
    )
}
# How people call a row of each.
ROWS = {
    "appointment": gettext_lazy("an appointment"),
    "blocmembership": gettext_lazy("a bloc membership"),
    "coding": gettext_lazy("a coding"),
    "condition": gettext_lazy("a condition"),
    "delegation": gettext_lazy("a delegation"),
    "delegationmember": gettext_lazy("a delegation member"),
    "issue": gettext_lazy("an issue"),
    "party": gettext_lazy("a party"),
    "partyalias": gettext_lazy("an alias"),
    "person": gettext_lazy("a person"),
}
# What identifies an added row when its page was saved since, which writes its list anew.
SAME_ROW: dict[str, tuple[str, ...]] = {
    "partyalias": ("party_id", "text", "language"),
    "blocmembership": ("bloc_id", "member_id", "starts_on", "ends_on"),
    "appointment": ("person_id", "party_id", "title", "starts_on", "ends_on"),
}


def _table(record: Model) -> str:
    return record._meta.model_name or ""


def change_row(record: Model, **columns: Any) -> Step:
    """Set columns of a row, named as they are stored (``party_id``)."""
    was = {name: getattr(record, name) for name in columns}
    type(record)._default_manager.filter(pk=record.pk).update(**columns)
    for name, value in columns.items():
        setattr(record, name, value)
    return {
        "changed": _table(record),
        "id": record.pk,
        "columns": {name: [was[name], value] for name, value in columns.items()},
    }


def remove_row(record: Model) -> Step:
    """Delete a row, and keep what it said."""
    step = {"removed": _table(record), "row": columns_of(record)}
    record.delete()
    return step


def add_row(record: Model) -> Step:
    """Save a new row."""
    record.save(force_insert=True)
    return {"added": _table(record), "row": columns_of(record)}


def row_obstacle(step: Step) -> str:
    """Why a step on a row cannot be taken back, in words; empty where it can."""
    if "changed" in step:
        return _changed_since(step)
    if "added" in step:
        gone = step["added"] != "partyalias" and _added(step) is None
        return gettext("%(row)s was changed or removed since") % {"row": _name(step["added"])} if gone else ""
    return ""


def undo_row(step: Step) -> None:
    """Take a step on a row back."""
    if "changed" in step:
        _rows(step["changed"]).filter(pk=step["id"]).update(**{name: was for name, (was, _) in step["columns"].items()})
    elif "added" in step:
        found = _added(step)
        if found is not None:
            found.delete()
    else:
        row = typed(TABLES[step["removed"]], step["row"])
        if not _rows(step["removed"]).filter(pk=row.pk).exists():
            row.save(force_insert=True)


def _rows(table: str) -> Any:
    return TABLES[table]._default_manager


def _added(step: Step) -> Model | None:
    names = SAME_ROW.get(step["added"], ("id",))
    found: Model | None = _rows(step["added"]).filter(**_equal(step["row"], names)).first()
    return found


def _equal(row: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {f"{name}__isnull" if row[name] is None else name: row[name] is None or row[name] for name in names}


def _changed_since(step: Step) -> str:
    record = _rows(step["changed"]).filter(pk=step["id"]).first()
    if record is None:
        return gettext("%(row)s was removed since") % {"row": _name(step["changed"])}
    if isinstance(record, Coding) and (record.retired_at is not None or record.status == CodingStatus.PUBLISHED):
        return gettext("the reading by %(coder)s was published or replaced since") % {"coder": record.coder}
    stale = [name for name, (_, became) in step["columns"].items() if str(getattr(record, name)) != str(became)]
    return (
        gettext("%(row)s “%(record)s” was changed since") % {"row": _name(step["changed"]), "record": record}
        if stale
        else ""
    )


def _name(table: str) -> str:
    return str(ROWS[table])
