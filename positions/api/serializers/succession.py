"""What replaced a record, what it replaced, and why."""

from __future__ import annotations

from uuid import UUID

from positions.models import Coding, Statement
from positions.queries.access import Reader


def successor_of(record: Statement | Coding) -> UUID | None:
    """The id of what replaced the record, among the successors loaded with it: those the reader may see."""
    return next((successor.pk for successor in record.superseded_by.all()), None)


def reason_for(reader: Reader, record: Statement | Coding) -> str:
    """Why a retired record was withdrawn or corrected; why one in force replaced the one it supersedes.

    ``superseded_by`` and ``supersedes`` are loaded with what the reader may see: a reason that speaks
    of a hidden record is hidden with it, and one that speaks of a hidden speaker too. Why coders'
    readings were adjudicated as they were stays with the members.
    """
    if not reader.sees_speaker(record if isinstance(record, Statement) else record.statement):
        return ""
    if record.retired_at is not None:
        return record.withdrawal_reason or next((successor.reason for successor in record.superseded_by.all()), "")
    if record.supersedes_id is None:
        return record.reason if reader.is_member(record.negotiation_id) else ""
    return record.reason if record.supersedes is not None else ""
