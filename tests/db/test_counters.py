"""Counting requests: exact over threads and processes, forgetful after a minute, never in the way."""

from __future__ import annotations

import logging
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.cache.backends.locmem import LocMemCache

from positions.db.counters import CacheCounters, Counters, FileCounters

NOW = 1_700_000_002.0


@pytest.fixture(params=["file", "cache"])
def counted(request: pytest.FixtureRequest, tmp_path: Path) -> Counters:
    """Either kind of counters, empty."""
    if request.param == "file":
        return FileCounters(tmp_path / "counts.sqlite3")
    cache = LocMemCache(str(tmp_path), {})
    # the clock of the test is not the clock of the cache
    cache.default_timeout = None
    return CacheCounters(cache)


def test_minute_is_full_and_empties(counted: Counters) -> None:
    assert [counted.admit("a", 3, NOW + second) for second in (0, 10, 20)] == [0, 0, 0]
    assert counted.admit("a", 3, NOW + 30) == pytest.approx(28)
    assert counted.admit("a", 3, NOW + 57.9) == pytest.approx(0.1)
    assert counted.admit("a", 3, NOW + 58) == 0
    assert counted.admit("a", 3, NOW + 58) == pytest.approx(10)


def test_refusals_are_not_counted(counted: Counters) -> None:
    counted.admit("a", 1, NOW)
    assert all(counted.admit("a", 1, NOW + second) > 0 for second in range(1, 57, 5))
    assert counted.admit("a", 1, NOW + 58) == 0


def test_keys_are_counted_apart(counted: Counters) -> None:
    assert [counted.admit(key, 1, NOW) for key in ("a", "b")] == [0, 0]
    assert counted.admit("a", 1, NOW) > 0
    counted.clear()
    assert counted.admit("a", 1, NOW) == 0


def test_wait_is_as_long_as_it_takes(counted: Counters) -> None:
    for second in (0, 0, 20, 40):
        assert counted.admit("a", 4, NOW + second) == 0
    assert counted.admit("a", 4, NOW + 41) == pytest.approx(17)
    # a smaller limit has to wait for more of them to pass
    assert counted.admit("a", 1, NOW + 41) == pytest.approx(57)


def test_threads_never_get_more_than_the_limit(tmp_path: Path) -> None:
    counters = FileCounters(tmp_path / "counts.sqlite3")
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: counters.admit("a", 50, NOW), range(80)))
    assert waits.count(0) == 50


ASK = """
import sys
from pathlib import Path
from positions.db.counters import FileCounters
counters = FileCounters(Path(sys.argv[1]))
print(sum(counters.admit("a", 100, 1_700_000_002.0) == 0 for _ in range(80)))
"""


def test_processes_count_together(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ASK, str(tmp_path / "counts.sqlite3")]
    asking = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    admitted = [int(each.communicate()[0]) for each in asking]
    assert (sum(admitted), max(admitted)) == (100, 80)


def test_old_counts_do_not_pile_up(tmp_path: Path) -> None:
    counters = FileCounters(tmp_path / "counts.sqlite3")
    for minute in range(5):
        counters.admit(f"key {minute}", 1, NOW + 61 * minute)
    assert counters.connection is not None
    assert counters.connection.execute("SELECT key FROM counts").fetchall() == [("key 4",)]


def test_damaged_file_refuses_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "counts.sqlite3").write_bytes(b"no database at all" * 100)
    with caplog.at_level(logging.ERROR):
        assert FileCounters(tmp_path / "counts.sqlite3").admit("a", 0, NOW) == 0
    assert "requests could not be counted" in caplog.text
