"""Which record of the database an entry of a bundle means.

By key where the entry has one. Without a key, a statement is its span, asserter, date and round (and
its issue where it has no span), a coding its statement, party, issue and coder: matched among the
records in force, and a retired entry also by its two instants.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from positions.models import Coding, Negotiation, Statement, StatementGroup

Record = TypeVar("Record", Statement, Coding)
Place = tuple[object, ...]
Span = tuple[datetime | None, datetime | None]


class KnownRecords:
    """The statements and codings a negotiation has already, by key and by what identifies them without one."""

    def __init__(self, negotiation: Negotiation | None) -> None:
        self.statements: dict[str, Statement] = {}
        self.codings: dict[str, Coding] = {}
        self.groups: dict[str, StatementGroup] = {}
        self._statement_places: dict[Place, Statement] = {}
        self._coding_places: dict[Place, Coding] = {}
        if negotiation is not None:
            self._load(negotiation)

    def _load(self, negotiation: Negotiation) -> None:
        issues: dict[UUID, set[UUID]] = {}
        for coding in Coding.objects.filter(negotiation=negotiation).select_related("statement"):
            issues.setdefault(coding.statement_id, set()).add(coding.issue_id)
            self.codings[coding.key] = coding
            self._coding_places[(*coding_place(coding), *_ended(coding))] = coding
        statements = Statement.objects.filter(negotiation=negotiation)
        for statement in statements.select_related("source").prefetch_related("addressees"):
            self.statements[statement.key] = statement
            for place in statement_places(statement, issues.get(statement.pk, ())):
                self._statement_places[(*place, *_ended(statement))] = statement
        self.groups = {group.key: group for group in StatementGroup.objects.filter(negotiation=negotiation)}

    def statement(self, key: str | None, places: Iterable[Place], span: Span) -> Statement | None:
        """The statement an entry means; ``span`` is when it was recorded and retired, as the entry has it."""
        if key is not None:
            return self.statements.get(key)
        return next((found for place in places if (found := _look_up(self._statement_places, place, span))), None)

    def coding(self, key: str | None, place: Place, span: Span) -> Coding | None:
        """The coding an entry means."""
        return self.codings.get(key) if key is not None else _look_up(self._coding_places, place, span)


def _look_up(places: dict[Place, Record], place: Place, span: Span) -> Record | None:
    recorded_at, retired_at = span
    if retired_at is None:
        return places.get(place)
    in_force = places.get(place)
    if in_force is not None and in_force.recorded_at != recorded_at:
        in_force = None
    return places.get((*place, recorded_at, retired_at)) or in_force


def _ended(record: Statement | Coding) -> Place:
    return () if record.retired_at is None else (record.recorded_at, record.retired_at)


def statement_places(statement: Statement, issues: Iterable[UUID]) -> Iterator[Place]:
    """What identifies a statement without a key: one place, or one an issue where it has no span."""
    place = (
        statement.source_id,
        statement.start,
        statement.end,
        statement.asserted_by_id,
        statement.stated_on,
        statement.round_id,
    )
    if statement.start is not None:
        yield place
        return
    named = sorted(issues, key=str)
    for issue in named or (None,):
        yield (*place, issue)


def coding_place(coding: Coding) -> Place:
    """What identifies a coding without a key."""
    return (coding.statement_id, coding.party_id, coding.issue_id, coding.coder)
