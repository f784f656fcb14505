"""What replaced a record, what it replaced, and why."""

from __future__ import annotations

from positions.models import Coding, Statement


def why_retired_or_replacing(record: Statement | Coding) -> str:
    """Why a retired record was withdrawn or corrected; why one in force replaced the one it supersedes.

    ``superseded_by`` and ``supersedes`` are loaded with what the reader may see: a reason that speaks
    of a hidden record is hidden with it.
    """
    if record.retired_at is not None:
        successor = next(iter(record.superseded_by.all()), None)
        return record.withdrawal_reason or (successor.reason if successor is not None else "")
    return record.reason if record.supersedes is not None or record.supersedes_id is None else ""
