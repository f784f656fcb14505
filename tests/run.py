"""What ``make test`` runs: the whole suite on SQLite, then what touches a database on PostgreSQL.

Usage: ``python -m tests.run [--database sqlite|postgresql] [arguments of pytest]``. A service that
is missing is said and fails the run, once everything else has been run.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.servers import Unavailable, postgresql, redis_server
from tracker.catalogues import compile_catalogues
from tracker.env import read_environment

ROOT = Path(__file__).resolve().parent.parent
ENGINES = ("sqlite", "postgresql")
WORKERS = "2"
NO_TEST_FOUND = 5


class Asked(dict[str, str]):
    """A mapping that notes which keys it is asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()

    def get(self, key: str, default: str | None = None) -> str | None:  # type: ignore[override]
        self.names.add(key)
        return default


def variables_read() -> set[str]:
    """The variables that tracker/env.py reads."""
    asked = Asked()
    read_environment(asked, ROOT)
    return asked.names


def clean_environment(data_dir: str, **variables: str) -> dict[str, str]:
    """This process's environment with none of the developer's own settings of the project in it."""
    ours = variables_read()
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "RAPPORTEUR_DATA_DIR": data_dir, **variables}


@contextlib.contextmanager
def database_variables(engine: str) -> Iterator[Mapping[str, str]]:
    if engine == "sqlite":
        yield {}
        return
    with postgresql() as url:
        yield {"DATABASE_URL": url, "TEST_DATABASE_URL": url, "SECRET_KEY": "for the tests alone, and no secret at all"}


def run_suite(engine: str, arguments: list[str], services: Mapping[str, str], *, may_be_empty: bool) -> str:
    """Run pytest once; a line that says what went wrong, empty when all is well."""
    with tempfile.TemporaryDirectory(prefix="rapporteur-data-") as data_dir:
        try:
            with database_variables(engine) as variables:
                environ = clean_environment(data_dir, **services, **variables)
                parallel = (
                    []
                    if any(a == "-n" or a.startswith(("-n", "--numprocesses")) for a in arguments)
                    else ["-n", WORKERS]
                )
                command = [sys.executable, "-m", "pytest", *parallel, "--dist", "loadgroup", *arguments]
                code = subprocess.run(command, cwd=ROOT, env=environ, check=False).returncode
        except Unavailable as missing:
            return f"not run: {missing}"
    if code == NO_TEST_FOUND:
        return "" if may_be_empty else "no test matches"
    return f"failed (pytest ended with {code})" if code else ""


def main(arguments: list[str]) -> int:
    engines = list(ENGINES)
    if arguments[:1] == ["--database"] and len(arguments) > 1:
        engines = [arguments[1]]
        arguments = arguments[2:]
    if unknown := [engine for engine in engines if engine not in ENGINES]:
        print(f"unknown database {unknown[0]!r}; choose from {', '.join(ENGINES)}", file=sys.stderr)
        return 2
    compile_catalogues()
    outcomes: dict[str, str] = {}
    with contextlib.ExitStack() as stack:
        services: dict[str, str] = {}
        try:
            services["TEST_REDIS_URL"] = stack.enter_context(redis_server())
        except Unavailable as missing:
            outcomes["redis"] = f"tests that need it cannot run: {missing}"
        for engine in engines:
            print(f"\n=== the suite on {engine} ===", flush=True)
            began = time.monotonic()
            # a choice of tests may hold none that touches a database
            fault = run_suite(engine, arguments, services, may_be_empty=outcomes.get("sqlite") == "")
            outcomes[engine] = fault
            print(f"=== {engine}: {fault or 'all passed'} ({time.monotonic() - began:.0f} s) ===", flush=True)
    print()
    for part, fault in outcomes.items():
        print(f"{part:<11} {fault or 'passed'}")
    return 1 if any(outcomes.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
