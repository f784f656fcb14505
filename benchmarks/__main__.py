"""Measure on both engines, each in a temporary database, and print one table."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.servers import Unavailable, postgresql, scratch_database

ROOT = Path(__file__).resolve().parent.parent
HEAD = (
    f"{'engine':<11} {'question':<38} {'rows':>6} {'ours ms':>9} {'bare ms':>9} {'ratio':>6} "
    f"{'goal':>5} {'peak MB':>8} {'queries':>8}"
)


def run_on(engine: str, address: str, arguments: list[str]) -> list[dict[str, Any]]:
    """The figures of one engine, measured in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="rapporteur-bench-") as home:
        environment = {
            **os.environ,
            "RAPPORTEUR_DATA_DIR": home,
            "DATABASE_URL": address.format(home=home),
            "SECRET_KEY": "benchmark" * 6,
        }
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.measure", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    if done.returncode:
        raise SystemExit(f"The measurement on {engine} failed.")
    figures: list[dict[str, Any]] = json.loads(done.stdout)
    return figures


def print_table(engine: str, figures: list[dict[str, Any]]) -> None:
    """One line a question."""
    for f in figures:
        ratio = f["ours_ms"] / f["bare_ms"]
        print(
            f"{engine:<11} {f['question']:<38} {f['rows']:>6} {f['ours_ms']:>9.1f} {f['bare_ms']:>9.1f} "
            f"{ratio:>6.2f} {'' if f['goal'] is None else format(f['goal'], 'g'):>5} "
            f"{f['peak_mb']:>8.1f} {f['queries']:>8}"
        )


def main() -> None:
    """``python -m benchmarks [CODINGS]``: 100,000 codings unless told otherwise."""
    arguments = sys.argv[1:]
    print(HEAD, flush=True)
    print_table("SQLite", run_on("SQLite", "sqlite:///{home}/bench.sqlite3", arguments))
    sys.stdout.flush()
    try:
        with postgresql() as server, scratch_database(server) as address:
            print_table("PostgreSQL", run_on("PostgreSQL", address, arguments))
    except Unavailable as missing:
        raise SystemExit(f"PostgreSQL was not measured: {missing}") from None


if __name__ == "__main__":
    main()
