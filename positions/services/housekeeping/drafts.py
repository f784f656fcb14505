"""A draft as a snapshot that brings it back, conditions and their series included."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from positions.models import Coding, Condition, ConditionStatusEntry
from positions.services.events import snapshot


def draft_snapshot(coding: Coding) -> dict[str, Any]:
    """Every column of a coding, its conditions and their statuses, by column name."""
    return {
        **columns_of(coding),
        "conditions": [
            {**columns_of(condition), "statuses": [columns_of(entry) for entry in condition.statuses.all()]}
            for condition in coding.conditions.all()
        ],
    }


def columns_of(record: Any) -> dict[str, Any]:
    """The record's columns by the name a row is made with (``party_id``)."""
    names = {column.name: column.attname for column in record._meta.concrete_fields}
    return {names[name]: value for name, value in snapshot(record).items()}


def revive(kept: dict[str, Any]) -> tuple[Coding, list[Condition], list[ConditionStatusEntry]]:
    """Unsaved rows from a snapshot as it comes back from JSON. A coder whose account is gone leaves a name."""
    values = {name: value for name, value in kept.items() if name != "conditions"}
    if values["coder_user_id"] is not None and not User.objects.filter(pk=values["coder_user_id"]).exists():
        values["coder_user_id"] = None
    coding = typed(Coding, values)
    conditions, entries = [], []
    for row in kept["conditions"]:
        conditions.append(typed(Condition, {name: value for name, value in row.items() if name != "statuses"}))
        entries += [typed(ConditionStatusEntry, entry) for entry in row["statuses"]]
    return coding, conditions, entries


def typed(model: Any, values: dict[str, Any]) -> Any:
    """An unsaved row whose columns have their Python types again."""
    columns = {column.attname: column for column in model._meta.concrete_fields}
    return model(**{name: columns[name].to_python(value) for name, value in values.items()})
