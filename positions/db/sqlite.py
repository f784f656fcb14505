"""SQLite: triggers that keep the log append-only and the record unchanged, and cheap reading of bare rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from uuid import UUID

from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F

from positions.db.guards import APPEND_ONLY, FROZEN, KEPT_WITH_CODING

# The collation in which text sorts by code point, as Python sorts it.
CODE_POINT_COLLATION = "BINARY"
# The parameters of an (issue, party, footing, day) in a list of values.
PLACE = "(%s, %s, %s, %s)"


def bare_id(path: str) -> F:
    """A UUID column for a bare row: the text it is stored as."""
    return F(path)


def write_id(value: UUID) -> str:
    """A UUID as a parameter of bare SQL: the text it is stored as."""
    return value.hex


def read_id(value: str) -> str:
    """A UUID of a bare row, in its usual notation."""
    return f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"


def read_day(value: date) -> date:
    """A date column of a bare row; the driver has converted it already."""
    return value


def read_instant(value: datetime | None) -> datetime | None:
    """An instant column of a bare row, which the driver leaves without its time zone."""
    return None if value is None else value.replace(tzinfo=UTC)


@contextmanager
def without_waiting(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """What is written within is left out, without an error, where another transaction has the write lock."""
    with connection.cursor() as cursor:
        patience = int(cursor.execute("PRAGMA busy_timeout").fetchone()[0])
        cursor.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    except OperationalError as error:
        if getattr(error.__cause__, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
            raise
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {patience}")


def guard_statements() -> list[str]:
    """SQL that installs every guard."""
    statements = []
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            statements.append(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
    for table, (in_record, columns) in FROZEN.items():
        changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns)
        statements.append(
            f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} WHEN {in_record} AND "
            f"({changed} OR (OLD.retired_at IS NOT NULL AND NEW.retired_at IS NOT OLD.retired_at)) "
            f"BEGIN SELECT RAISE(ABORT, '{table}: the record is corrected, never changed in place'); END"
        )
        statements.append(
            f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} WHEN {in_record} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: the record is withdrawn, never deleted'); END"
        )
    for table, status in KEPT_WITH_CODING.items():
        for verb in ("UPDATE", "DELETE"):
            statements.append(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} WHEN ({status}) = 'published' "
                f"BEGIN SELECT RAISE(ABORT, '{table}: what belongs to a published coding stays'); END"
            )
    return statements


def unguard_statements() -> list[str]:
    """SQL that removes every guard: for the reverse of the migration and for tests that empty tables."""
    names = [f"{table}_no_{verb}" for table in (*APPEND_ONLY, *KEPT_WITH_CODING) for verb in ("update", "delete")]
    names += [f"{table}_{guard}" for table in FROZEN for guard in ("frozen", "kept")]
    return [f"DROP TRIGGER IF EXISTS {name}" for name in names]


def feed_statements() -> list[str]:
    """SQL that gives each event its place in the order of commits: one transaction writes at a time."""
    place_it = (
        "CREATE TRIGGER positions_event_placed AFTER INSERT ON positions_event BEGIN "
        "INSERT INTO positions_eventplace (event_id, place, token) SELECT NEW.id, "
        "(SELECT coalesce(max(place), 0) + 1 FROM positions_eventplace), lower(hex(randomblob(16))); END"
    )
    earlier = (
        "INSERT INTO positions_eventplace (event_id, place, token) "
        "SELECT id, row_number() OVER (ORDER BY id), lower(hex(randomblob(16))) FROM positions_event"
    )
    return [place_it, earlier]


def unfeed_statements() -> list[str]:
    """SQL that takes that away again."""
    return ["DROP TRIGGER IF EXISTS positions_event_placed"]
