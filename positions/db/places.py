"""Bare SQL that the ORM has no words for, the same on every engine but for the types of its parameters."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper

from positions.db import engine_for


def codings_at(
    connection: BaseDatabaseWrapper, negotiation: UUID, places: Sequence[tuple[Any, Any, str, date]]
) -> list[UUID]:
    """The published codings at given (issue, party, footing, day), bare ids, found by index: one seek a place."""
    engine = engine_for(connection.vendor)
    values = ", ".join([engine.PLACE] * len(places))
    sql = (  # only placeholders are put in
        f"WITH place(issue_id, party_id, footing, day) AS (VALUES {values}) "  # noqa: S608
        "SELECT coding.id FROM place CROSS JOIN positions_coding coding "
        "WHERE coding.negotiation_id = %s AND coding.issue_id = place.issue_id "
        "AND coding.party_id = place.party_id AND coding.footing = place.footing "
        "AND coding.stated_latest = place.day AND coding.status = 'published'"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [*(value for place in places for value in place), engine.write_id(negotiation)])
        return [UUID(str(row[0])) for row in cursor.fetchall()]
