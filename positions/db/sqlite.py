"""SQLite: triggers that keep the log append-only and the record unchanged."""

from __future__ import annotations

from positions.db.guards import APPEND_ONLY, FROZEN


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
    return statements


def unguard_statements() -> list[str]:
    """SQL that removes every guard: for the reverse of the migration and for tests that empty tables."""
    names = [f"{table}_no_{verb}" for table in APPEND_ONLY for verb in ("update", "delete")]
    names += [f"{table}_{guard}" for table in FROZEN for guard in ("frozen", "kept")]
    return [f"DROP TRIGGER IF EXISTS {name}" for name in names]
