"""The use of a token is noted beside whatever else is written, and never waits for it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client

from positions.models import TokenTerms
from positions.queries.access import SYSTEM
from positions.services.tokens import create_token
from tests.factories import make_user

PATIENCE_SECONDS = 20


@contextlib.contextmanager
def on_disk(directory: Path) -> Iterator[None]:
    """The database as installations have it: SQLite's as a file, where a writer makes others wait."""
    inner: Any = connections["default"]
    if inner.vendor != "sqlite":
        yield
        return
    inner.ensure_connection()
    options = {**inner.settings_dict["OPTIONS"], "timeout": PATIENCE_SECONDS}
    of_file = type(inner)({**inner.settings_dict, "NAME": str(directory / "record.sqlite3"), "OPTIONS": options})
    of_file.ensure_connection()
    inner.connection.backup(of_file.connection)
    connections["default"] = of_file
    try:
        yield
    finally:
        of_file.close()
        connections["default"] = inner


@contextlib.contextmanager
def somebody_writing() -> Iterator[None]:
    """A transaction of another connection that has written to the tokens and does not end."""
    other: Any = connections["default"].copy()
    other.set_autocommit(False)
    try:
        with other.cursor() as cursor:
            cursor.execute("UPDATE positions_tokenterms SET scope = scope")
        yield
    finally:
        other.rollback()
        other.close()


@pytest.mark.django_db(transaction=True)
def test_reading_with_a_token_while_somebody_writes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    client = Client(headers={"Authorization": f"Bearer {create_token(SYSTEM, make_user('jane'))}"})
    with on_disk(tmp_path):
        with somebody_writing():
            began = time.monotonic()
            answer = client.get("/api/v1/me/")
            took = time.monotonic() - began
            assert (answer.status_code, answer.json()["username"]) == (200, "jane")
            assert took < PATIENCE_SECONDS / 2
            assert TokenTerms.objects.get().last_used_at is None
        assert caplog.records == []
        assert client.get("/api/v1/me/").status_code == 200
        assert TokenTerms.objects.get().last_used_at is not None
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                # whoever writes something else waits as before
                assert cursor.execute("PRAGMA busy_timeout").fetchone() == (PATIENCE_SECONDS * 1000,)
