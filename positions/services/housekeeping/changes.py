"""A change to many records: what it would do, shown first, and the row that is kept of it afterwards.

``steps`` of a change set, in the order they were taken; each is one of

``{"statement": old, "became": new}``, ``{"coding": old, "became": new}``
    a correction: ``new`` supersedes ``old``;
``{"reassigned": coding, "coder": name, "coder_user": id, "to": name, "to_user": id}``
    an unpublished reading given to another coder;
``{"deleted_draft": snapshot}``
    a draft as it was, conditions included (:func:`draft_snapshot`);
``{"changed": table, "id": id, "columns": {name: [was, became]}}``,
``{"removed": table, "row": columns}``, ``{"added": table, "row": columns}``
    rows that are no part of the record proper (:mod:`positions.services.housekeeping.rows`);
``{"roster": "parties" | "persons", "negotiation": id, "left": id, "joined": bool, "for": id}``
    a name on a roster replaced by another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext

from positions.enums import ChangeKind
from positions.exceptions import Invalid
from positions.models import ChangeSet, Negotiation
from positions.queries.access import Reader
from positions.services.events import instant_after
from positions.services.fields import field_errors

Step = dict[str, Any]

# How many records one request changes: more would keep others from writing for too long.
AT_MOST = 1000


@dataclass(frozen=True)
class Line:
    """One record in a preview: what it says now and would say, or why it is refused; neither: it stays as it is."""

    record: Model
    before: str = ""
    after: str = ""
    refusal: str = ""

    @property
    def changes(self) -> bool:
        """Whether the record would change."""
        return not self.refusal and self.before != self.after


@dataclass(frozen=True)
class Preview:
    """What a change to many records would do. ``notes`` are what the reader should know besides."""

    title: str
    lines: Sequence[Line]
    notes: Sequence[str] = field(default=())

    @property
    def changed(self) -> list[Line]:
        """The records that would change."""
        return [line for line in self.lines if line.changes]

    @property
    def refused(self) -> list[Line]:
        """The records that cannot be changed, each with the reason."""
        return [line for line in self.lines if line.refusal]

    @property
    def unchanged(self) -> list[Line]:
        """The records that are so already."""
        return [line for line in self.lines if not line.changes and not line.refusal]

    def settle(self, leave_out_refused: bool) -> list[Line]:
        """What is to be changed. Raises :class:`Invalid` for refusals the reader did not leave out, and for nothing."""
        if self.refused and not leave_out_refused:
            raise Invalid(
                {"__all__": [f"{line.record}: {line.refusal}" for line in self.refused[:20]] + _more(self.refused)}
            )
        if not self.changed:
            raise Invalid(gettext("There is nothing to change: no record is left."))
        return self.changed


def _more(refused: Sequence[Line]) -> list[str]:
    return [gettext("… and %(number)s more") % {"number": f"{len(refused) - 20:,}"}] if len(refused) > 20 else []


def require_few(records: Sequence[Any]) -> None:
    """Raise :class:`Invalid` for more records than one request changes."""
    if len(records) > AT_MOST:
        raise Invalid(
            gettext("%(number)s records are too many at once; choose %(limit)s or fewer, and do the rest after them.")
            % {"number": f"{len(records):,}", "limit": f"{AT_MOST:,}"}
        )


def require_one_negotiation(records: Sequence[Any]) -> Negotiation:
    """The negotiation all ``records`` belong to. Raises :class:`Invalid` for none, or several."""
    found: dict[Any, Negotiation] = {record.negotiation_id: record.negotiation for record in records}
    if not found:
        raise Invalid(gettext("Choose at least one record."))
    if len(found) > 1:
        raise Invalid(gettext("Choose records of one negotiation: a change belongs to one, and so does its way back."))
    return next(iter(found.values()))


def record_change_set(
    reader: Reader,
    *,
    kind: ChangeKind,
    title: str,
    steps: Iterable[Step],
    negotiation: Negotiation | None,
    reason: str = "",
) -> ChangeSet:
    """Within a change: keep what was done and the steps that take it back. The caller records the event.

    A null ``negotiation`` is a change to what all negotiations share. Raises :class:`Invalid`.
    """
    change_set = ChangeSet(
        negotiation=negotiation,
        kind=kind,
        title=title[:300],
        reason=reason,
        steps=list(steps),
        made_by=reader.user,
        made_by_name=reader.user.get_username() if reader.user else "system",
        made_at=instant_after(),
    )
    if errors := field_errors(change_set, exclude=("steps",)):
        raise Invalid(errors)
    change_set.save(force_insert=True)
    return change_set


def count_of(number: int, one: str, many: str = "") -> str:
    """``1 reading``, ``1,000 readings``: for what the record keeps, which is in English."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
