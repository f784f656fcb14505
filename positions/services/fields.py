"""Checks shared by the writers: a model's own validators as a map of fields to messages, reasons, retirement."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext

from positions.exceptions import Conflict, Invalid
from positions.models import Coding, Issue, Party, Person, Statement
from positions.validators import text_fault


def field_errors(record: models.Model, exclude: Collection[str] = ()) -> dict[str, list[str]]:
    """What the validators and choices of the record's fields refuse, without any query."""
    relations = {field.name for field in record._meta.concrete_fields if field.is_relation}
    try:
        record.clean_fields(exclude={*exclude, *relations})
    except ValidationError as refusal:
        return {field: list(messages) for field, messages in refusal.message_dict.items()}
    return {}


def require_reason(reason: str) -> None:
    """Raise :class:`Invalid` when no reason is given, or one that cannot be kept."""
    if not reason.strip():
        raise Invalid({"reason": gettext("say why, in a few words: the record keeps it")})
    fault = text_fault(reason)
    if fault:
        raise Invalid({"reason": fault})


def require_in_force(record: Statement | Coding) -> None:
    """Raise :class:`Conflict` when the record was corrected or withdrawn meanwhile."""
    if record.retired_at is not None:
        raise Conflict(
            gettext("This was corrected or withdrawn at %(instant)s UTC; open what replaced it.")
            % {"instant": f"{record.retired_at:%Y-%m-%d %H:%M}"}
        )


def require_unmerged(record: Party | Person | Issue) -> None:
    """Raise :class:`Conflict` when the record was merged into another: it is kept for the history alone."""
    if record.merged_into_id is not None:
        raise Conflict(gettext("This was merged into another record; change that one."))
