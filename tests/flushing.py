"""Emptying the tables after a test that commits: the database's own guards would refuse it."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import TransactionTestCase

from positions.db import engine_for


def let_tables_be_emptied() -> None:
    """Take the guards away while a committing test cleans up, and put them back."""
    emptying = "_fixture_teardown"
    empty_tables = getattr(TransactionTestCase, emptying)

    def empty_without_guards(case: TransactionTestCase) -> Any:
        engine = engine_for(connection.vendor)
        with connection.cursor() as cursor:
            for statement in engine.unguard_statements():
                cursor.execute(statement)
        try:
            return empty_tables(case)
        finally:
            with connection.cursor() as cursor:
                for statement in engine.guard_statements():
                    cursor.execute(statement)

    setattr(TransactionTestCase, emptying, empty_without_guards)
