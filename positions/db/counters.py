"""How often something happened in the last minute, counted across the processes of one machine or all of them.

The counters lie apart from the record: in a small file of the data directory, which a long write to the database
does not lock, or in the cache that all machines share.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.core.cache import BaseCache, caches
from redis.exceptions import RedisError

# A minute is twelve slots; the one under way counts as whole.
SLOT_SECONDS = 5
SLOTS = 12
MINUTE = SLOT_SECONDS * SLOTS

logger = logging.getLogger(__name__)


class Counters(Protocol):
    """Counts events by key."""

    def admit(self, key: str, limit: int, now: float) -> float:
        """Count an event unless there were ``limit`` in the last minute.

        0 where it was counted; else the seconds until there may be room again, at most 60.
        """

    def clear(self) -> None:
        """Forget everything."""


def counters() -> Counters:
    """The installation's counters: in the cache where ``THROTTLES_IN_CACHE`` says so, else in the data directory."""
    if settings.THROTTLES_IN_CACHE:
        return CacheCounters(caches["default"])
    return _file_counters(Path(settings.DATA_DIR) / "throttles.sqlite3")


@cache
def _file_counters(path: Path) -> FileCounters:
    return FileCounters(path)


class FileCounters:
    """Counters in a SQLite file of their own: exact for all processes and threads of one machine."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = threading.Lock()
        self.connection: sqlite3.Connection | None = None
        self.owner = 0
        self.purged = 0

    def admit(self, key: str, limit: int, now: float) -> float:
        try:
            with self.lock:
                return self._admit(self._connect(), key, limit, int(now // SLOT_SECONDS), now)
        except (sqlite3.Error, OSError):
            # a reader is not refused because a counter cannot be kept
            logger.exception("requests could not be counted in %s", self.path)
            self._forget_connection()
            return 0

    def _admit(self, connection: sqlite3.Connection, key: str, limit: int, slot: int, now: float) -> float:
        connection.execute("BEGIN IMMEDIATE")
        try:
            wait = self._count(connection, key, limit, slot, now)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        return wait

    def _count(self, connection: sqlite3.Connection, key: str, limit: int, slot: int, now: float) -> float:
        if slot != self.purged:
            connection.execute("DELETE FROM counts WHERE slot <= ?", (slot - SLOTS,))
            self.purged = slot
        rows = connection.execute(
            "SELECT slot, number FROM counts WHERE key = ? AND slot > ? ORDER BY slot", (key, slot - SLOTS)
        ).fetchall()
        if sum(number for _, number in rows) >= limit:
            return until_room(dict(rows), limit, now)
        connection.execute(
            "INSERT INTO counts (key, slot, number) VALUES (?, ?, 1)"
            " ON CONFLICT (key, slot) DO UPDATE SET number = number + 1",
            (key, slot),
        )
        return 0

    def clear(self) -> None:
        if self.path.exists():
            with self.lock:
                self._connect().execute("DELETE FROM counts")

    def _connect(self) -> sqlite3.Connection:
        """The process's own connection: one made before a fork is not used after it."""
        if self.connection is None or self.owner != os.getpid():
            connection = sqlite3.connect(self.path, timeout=2, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA journal_mode=WAL")
            # what a crash of the machine loses here is a minute of counting
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS counts (key TEXT, slot INTEGER, number INTEGER, PRIMARY KEY (key, slot))"
                " WITHOUT ROWID"
            )
            self.connection, self.owner = connection, os.getpid()
        return self.connection

    def _forget_connection(self) -> None:
        if self.connection is not None and self.owner == os.getpid():
            with closing(self.connection):
                self.connection = None


class CacheCounters:
    """Counters in a cache that every machine shares and whose increments are atomic."""

    def __init__(self, cache: BaseCache, prefix: str = "requests") -> None:
        self.cache = cache
        self.prefix = prefix

    def admit(self, key: str, limit: int, now: float) -> float:
        slot = int(now // SLOT_SECONDS)
        names = {f"{self.prefix}:{key}:{each}": each for each in range(slot - SLOTS + 1, slot + 1)}
        current = next(name for name, each in names.items() if each == slot)
        try:
            self.cache.add(current, 0, timeout=MINUTE + SLOT_SECONDS)
            self.cache.incr(current)
            counted = {names[name]: int(number) for name, number in self.cache.get_many(names).items()}
            if sum(counted.values()) <= limit:
                return 0
            self.cache.decr(current)
        except (RedisError, OSError, ValueError):
            logger.exception("requests could not be counted in the cache")
            return 0
        counted[slot] -= 1
        return until_room(counted, limit, now)

    def clear(self) -> None:
        self.cache.clear()


def until_room(counted: dict[int, int], limit: int, now: float) -> float:
    """The seconds until enough slots have passed out of the minute for one event more."""
    left = sum(counted.values())
    for slot in sorted(counted):
        left -= counted[slot]
        if left < limit:
            return max(0.0, (slot + SLOTS) * SLOT_SECONDS - now)
    return float(MINUTE)
