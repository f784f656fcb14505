"""What replaced a record, what it replaced, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from positions.models import Coding, Statement
from positions.queries.access import Reader


def load_succession(records: Iterable[Statement | Coding], visible: Callable[[], QuerySet[Any]]) -> None:
    """Load with each record what replaced it and what it replaced, as far as the reader may see it.

    Hardly any record was replaced or replaces another: two queries where some are, none otherwise.
    """
    listed = list(records)
    retired = [record for record in listed if record.retired_at is not None]
    if retired:
        prefetch_related_objects(retired, Prefetch("superseded_by", visible()))
    replacing = [record for record in listed if record.supersedes_id is not None]
    if replacing:
        prefetch_related_objects(replacing, Prefetch("supersedes", visible()))


def successor_of(record: Statement | Coding) -> UUID | None:
    """The id of what replaced the record, among those :func:`load_succession` loaded; null while it is in force."""
    if record.retired_at is None:
        return None
    return next((successor.pk for successor in record.superseded_by.all()), None)


def reason_for(reader: Reader, record: Statement | Coding) -> str:
    """Why a retired record was withdrawn or corrected; why one in force replaced the one it supersedes.

    The records beside it are loaded as far as the reader may see them: a reason that speaks
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
