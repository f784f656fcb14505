"""The environment: what is accepted, what is refused and how, and that every variable is documented."""

from __future__ import annotations

import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.run import ROOT, clean_environment, variables_read
from tracker.env import Database, EnvironmentRefused, parse_database_url, read_environment, stored_secret_key

KEY = "k" * 40


def test_embedded_default_needs_no_variable(tmp_path: Path) -> None:
    environment = read_environment({}, tmp_path)

    assert environment.embedded
    assert environment.data_dir == tmp_path / "var"
    assert environment.database == Database(engine="sqlite", name=str(tmp_path / "var" / "rapporteur.sqlite3"))
    assert (environment.port, environment.debug, environment.redis_url) == (8000, False, None)


def test_empty_value_counts_as_not_set(tmp_path: Path) -> None:
    assert read_environment({"DATABASE_URL": "", "PORT": " "}, tmp_path) == read_environment({}, tmp_path)


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        ({"PORT": "eighty"}, "PORT: 'eighty' is not a whole number; accepted: a whole number from 1 to 65535"),
        ({"PORT": "0"}, "PORT: 0 is out of range; accepted: a whole number from 1 to 65535"),
        ({"PORT": "99999"}, "PORT: 99999 is out of range; accepted: a whole number from 1 to 65535"),
        ({"DEBUG": "maybe"}, "DEBUG: 'maybe' is neither yes nor no; accepted: on or off"),
        (
            {"BIND_ADDRESS": "localhost"},
            "BIND_ADDRESS: 'localhost' is not an IP address; accepted: an IP address such as 127.0.0.1 or 0.0.0.0",
        ),
        (
            {"ALLOWED_HOSTS": "a.example,https://b.example"},
            (
                "ALLOWED_HOSTS: 'https://b.example' is not a host name (give no scheme, port or path); "
                "accepted: host names separated by commas, such as positions.example.org"
            ),
        ),
        (
            {"CSRF_TRUSTED_ORIGINS": "b.example"},
            (
                "CSRF_TRUSTED_ORIGINS: 'b.example' is not an origin; "
                "accepted: origins separated by commas, such as https://positions.example.org"
            ),
        ),
        (
            {"LOG_LEVEL": "loud"},
            "LOG_LEVEL: 'loud' is not a level; accepted: DEBUG, INFO, WARNING, ERROR, CRITICAL",
        ),
        (
            {"REDIS_URL": "http://x"},
            "REDIS_URL: this is not the address of a Redis server; accepted: redis://host:port/number or rediss://…",
        ),
        (
            {"DATABASE_URL": "postgres://h/d"},
            "SECRET_KEY: is required when DATABASE_URL is set; accepted: at least 32 random characters",
        ),
        ({"SECRET_KEY": "short"}, "SECRET_KEY: has only 5 characters; accepted: at least 32 random characters"),
        (
            {"DATABASE_POOL_SIZE": "4"},
            "DATABASE_POOL_SIZE: only PostgreSQL has a pool; accepted: 0, or a PostgreSQL DATABASE_URL",
        ),
    ],
)
def test_bad_value_is_refused_in_one_line(variables: dict[str, str], line: str, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentRefused) as refusal:
        read_environment(variables, tmp_path)

    assert str(refusal.value) == line


def test_postgresql_address_is_read_in_full() -> None:
    url = "postgres://ana:p%40ss%2Fword@db.example:5433/positions?sslmode=require&connect_timeout=5"

    database = parse_database_url(url, ROOT)

    assert database == Database(
        engine="postgresql",
        name="positions",
        user="ana",
        password="p@ss/word",
        host="db.example",
        port="5433",
        options=(("connect_timeout", "5"), ("sslmode", "require")),
    )
    assert "p@ss/word" not in repr(database)


def test_postgresql_socket_directory_is_a_host() -> None:
    database = parse_database_url("postgresql:///positions?host=/run/postgresql", ROOT)

    assert (database.host, database.name) == ("/run/postgresql", "positions")


@pytest.mark.parametrize(
    ("url", "name"),
    [("sqlite:///data/x.sqlite3", "/base/data/x.sqlite3"), ("sqlite:////srv/x.sqlite3", "/srv/x.sqlite3")],
)
def test_sqlite_address_is_a_path(url: str, name: str) -> None:
    assert parse_database_url(url, Path("/base")) == Database(engine="sqlite", name=name)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:hidden-word@h/d",
        "postgres://u:hidden-word@h/",
        "postgres://u:hidden-word@h/d/e",
        "postgres://u:hidden-word@h:port/d",
        "postgres://u:hidden-word@h/d?colour=red",
        "postgres://u:hidden-word@[h/d",
        "sqlite://hidden-word/x",
        "hidden-word",
    ],
)
def test_bad_database_address_is_refused_without_repeating_it(url: str, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentRefused) as refusal:
        read_environment({"DATABASE_URL": url, "SECRET_KEY": KEY}, tmp_path)

    assert refusal.value.variable == "DATABASE_URL"
    assert "hidden-word" not in str(refusal.value)


def test_pool_replaces_kept_connections(tmp_path: Path) -> None:
    variables = {"DATABASE_URL": "postgres://h/d", "SECRET_KEY": KEY, "DATABASE_POOL_SIZE": "9"}

    database = read_environment(variables, tmp_path).database.as_settings()

    assert database["OPTIONS"] == {"pool": {"min_size": 1, "max_size": 9, "timeout": 10}}
    assert database["CONN_MAX_AGE"] == 0


def test_secret_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    data_dir = tmp_path / "new"

    key = stored_secret_key(data_dir)

    assert len(key) >= 64
    assert stored_secret_key(data_dir) == key
    assert stat.S_IMODE((data_dir / "secret-key").stat().st_mode) == 0o600
    assert stat.S_IMODE(data_dir.stat().st_mode) == 0o700
    assert os.listdir(data_dir) == ["secret-key"]


def test_damaged_secret_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text("")

    with pytest.raises(EnvironmentRefused, match="is damaged; accepted: delete that file"):
        stored_secret_key(tmp_path)


def test_bad_value_ends_a_command_with_one_line(tmp_path: Path) -> None:
    environ = clean_environment(str(tmp_path / "data"), PORT="eighty")

    answer = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )

    line = "rapporteur: PORT: 'eighty' is not a whole number; accepted: a whole number from 1 to 65535\n"
    assert (answer.returncode, answer.stdout, answer.stderr) == (1, "", line)


def test_every_variable_is_documented() -> None:
    documented = set(
        re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "deployment.md").read_text("utf-8"), re.MULTILINE)
    )

    assert documented == variables_read()
