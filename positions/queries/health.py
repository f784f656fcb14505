"""Whether this installation can do its work: database, tables, broker, worker.

What the answers say is safe to show anybody: no address, no name, no password.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from positions.models import WorkerHeartbeat

WORKER_SILENCE = timedelta(seconds=45)
BROKER_TIMEOUT_SECONDS = 1.0


@dataclass(frozen=True)
class Check:
    """One part of the installation: whether it is fine, and what is wrong with it if not."""

    name: str
    ok: bool
    detail: str = ""


def readiness() -> list[Check]:
    """Every part that a ready installation needs, checked now."""
    database = database_check()
    if not database.ok:
        unknown = "cannot be known without the database"
        return [database, Check("migrations", False, unknown), broker_check(), Check("worker", False, unknown)]
    return [database, migrations_check(), broker_check(), worker_check()]


def database_check() -> Check:
    def ask() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return ""

    return _checked("database", ask)


def migrations_check() -> Check:
    def ask() -> str:
        missing = known_migrations() - set(MigrationRecorder(connection).applied_migrations())
        return f"{len(missing)} not applied: run manage.py migrate" if missing else ""

    return _checked("migrations", ask)


def worker_check() -> Check:
    def ask() -> str:
        latest = WorkerHeartbeat.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()
        if latest is None:
            return "no worker has given a sign of life"
        silent = timezone.now() - latest
        return f"silent for {int(silent.total_seconds())} seconds" if silent > WORKER_SILENCE else ""

    return _checked("worker", ask)


def broker_check() -> Check:
    if str(settings.CELERY_BROKER_URL).startswith(("redis://", "rediss://", "unix://")):
        return _redis_check()
    folders = (settings.CELERY_BROKER_TRANSPORT_OPTIONS[f"data_folder_{way}"] for way in ("in", "out"))
    usable = all(os.path.isdir(folder) and os.access(folder, os.W_OK | os.X_OK) for folder in folders)
    return Check("broker", usable, "" if usable else "its folder in the data directory is missing or not writable")


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """The migrations that this code brings; they do not change while it runs."""
    return frozenset(MigrationLoader(None).disk_migrations or ())


def _redis_check() -> Check:
    client = redis.Redis.from_url(
        settings.CELERY_BROKER_URL,
        socket_connect_timeout=BROKER_TIMEOUT_SECONDS,
        socket_timeout=BROKER_TIMEOUT_SECONDS,
    )
    try:
        client.ping()
    except (redis.RedisError, OSError) as error:
        return Check("broker", False, f"does not answer ({type(error).__name__})")
    finally:
        client.close()
    return Check("broker", True)


def _checked(name: str, ask: Callable[[], str]) -> Check:
    try:
        fault = ask()
    except DatabaseError as error:
        return Check(name, False, f"does not answer ({type(error).__name__})")
    return Check(name, not fault, fault)
