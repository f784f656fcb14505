"""PostgreSQL: triggers that keep the log append-only and the record unchanged, and cheap reading of bare rows."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, date, datetime
from uuid import UUID

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField
from django.db.models.functions import Cast

from positions.db.guards import APPEND_ONLY, FROZEN, KEPT_WITH_CODING

# The collation in which text sorts by code point, as Python sorts it.
CODE_POINT_COLLATION = "C"
# The parameters of an (issue, party, footing, day) in a list of values; a list of values alone has no types.
PLACE = "(%s::uuid, %s::uuid, %s, %s::date)"


def bare_id(path: str) -> Cast:
    """A UUID column for a bare row: as text, which the server writes faster than the driver makes objects of it."""
    return Cast(path, CharField())


def write_id(value: UUID) -> UUID:
    """A UUID as a parameter of bare SQL."""
    return value


def read_id(value: str) -> str:
    """A UUID of a bare row, in its usual notation."""
    return value


def read_day(value: date) -> date:
    """A date column of a bare row."""
    return value


def read_instant(value: datetime | None) -> datetime | None:
    """An instant column of a bare row."""
    return None if value is None else value.astimezone(UTC)


def without_waiting(connection: BaseDatabaseWrapper) -> AbstractContextManager[None]:
    """Nothing to do: only rows are locked, and ``select_for_update(skip_locked=True)`` leaves out those that are."""
    return nullcontext()


def guard_statements() -> list[str]:
    """SQL that installs every guard."""
    refuse = (
        "CREATE FUNCTION positions_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    statements = [refuse]
    for table in APPEND_ONLY:
        for verb, level in (("UPDATE", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
            statements.append(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"FOR EACH {level} EXECUTE FUNCTION positions_refuse('{table} is append-only')"
            )
    for table, (in_record, columns) in FROZEN.items():
        changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)
        statements.append(
            f"CREATE TRIGGER {table}_frozen BEFORE UPDATE ON {table} FOR EACH ROW WHEN ({in_record} AND "
            f"({changed} OR (OLD.retired_at IS NOT NULL AND NEW.retired_at IS DISTINCT FROM OLD.retired_at))) "
            f"EXECUTE FUNCTION positions_refuse('{table}: the record is corrected, never changed in place')"
        )
        statements.append(
            f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW WHEN ({in_record}) "
            f"EXECUTE FUNCTION positions_refuse('{table}: the record is withdrawn, never deleted')"
        )
    for table, status in KEPT_WITH_CODING.items():
        # A trigger's own condition may hold no query here, so its function asks.
        statements.append(
            f"CREATE FUNCTION {table}_keep() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN IF ({status}) = 'published' THEN RAISE EXCEPTION '%', TG_ARGV[0] "
            "USING ERRCODE = 'integrity_constraint_violation'; END IF; "
            "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
        )
        for verb in ("UPDATE", "DELETE"):
            statements.append(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} FOR EACH ROW "
                f"EXECUTE FUNCTION {table}_keep('{table}: what belongs to a published coding stays')"
            )
    return statements


def unguard_statements() -> list[str]:
    """SQL that removes every guard: for the reverse of the migration and for tests that empty tables."""
    statements = [
        f"DROP TRIGGER IF EXISTS {table}_no_{verb} ON {table}"
        for table in APPEND_ONLY
        for verb in ("update", "delete", "truncate")
    ]
    statements += [
        f"DROP TRIGGER IF EXISTS {table}_{guard} ON {table}" for table in FROZEN for guard in ("frozen", "kept")
    ]
    for table in KEPT_WITH_CODING:
        statements += [f"DROP TRIGGER IF EXISTS {table}_no_{verb} ON {table}" for verb in ("update", "delete")]
        statements.append(f"DROP FUNCTION IF EXISTS {table}_keep()")
    return [*statements, "DROP FUNCTION IF EXISTS positions_refuse()"]


def feed_statements() -> list[str]:
    """SQL that gives each event its place in the order of commits.

    A deferred trigger takes a lock that the next transaction gets when this one is over and seen:
    places are handed out one transaction at a time. The lock's number is any that nothing else in the
    database uses. It is taken when nothing else is left to be locked, since two transactions could
    otherwise wait for each other: the checks of foreign keys lock rows at the commit too. So the event's
    own deferred trigger only makes a row, whose deferred trigger comes after all that was waiting.
    """
    make_row = (
        "CREATE FUNCTION positions_announce_event() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO positions_eventplace (event_id, token) VALUES (NEW.id, gen_random_uuid()); RETURN NULL; END $$"
    )
    place = "positions_place_event"
    place_row = (
        "CREATE FUNCTION positions_place_event() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "PERFORM pg_advisory_xact_lock(7302551604); "
        "UPDATE positions_eventplace SET place = nextval('positions_eventplace_order') WHERE event_id = NEW.event_id; "
        "RETURN NULL; END $$"
    )
    earlier = (
        "INSERT INTO positions_eventplace (event_id, place, token) SELECT id, nextval('positions_eventplace_order'), "
        "gen_random_uuid() FROM (SELECT id FROM positions_event ORDER BY id) AS earlier"
    )
    announced = "positions_event_announced AFTER INSERT ON positions_event"
    placed = "positions_event_placed AFTER INSERT ON positions_eventplace"
    deferred = "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
    return [
        "CREATE SEQUENCE positions_eventplace_order",
        make_row,
        place_row,
        f"CREATE CONSTRAINT TRIGGER {announced} {deferred} EXECUTE FUNCTION positions_announce_event()",
        earlier,
        f"CREATE CONSTRAINT TRIGGER {placed} {deferred} WHEN (NEW.place IS NULL) EXECUTE FUNCTION {place}()",
    ]


def unfeed_statements() -> list[str]:
    """SQL that takes that away again."""
    return [
        "DROP TRIGGER IF EXISTS positions_event_announced ON positions_event",
        "DROP TRIGGER IF EXISTS positions_event_placed ON positions_eventplace",
        "DROP FUNCTION IF EXISTS positions_announce_event()",
        "DROP FUNCTION IF EXISTS positions_place_event()",
        "DROP SEQUENCE IF EXISTS positions_eventplace_order",
    ]
