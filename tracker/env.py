"""Everything the environment decides, read once, typed and checked: the only reader of ``os.environ``.

Each variable is described in docs/deployment.md; a test holds the two together. A value that cannot
be used stops the start with one line that names the variable, says what was wrong and what is
accepted. Values that may be secret are never repeated in that line.
"""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

T = TypeVar("T")

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
TRUE_WORDS = ("1", "true", "yes", "on")
FALSE_WORDS = ("0", "false", "no", "off")
HOST_NAME = re.compile(r"\*|\.?[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?|\[[0-9A-Fa-f:.]+\]", re.ASCII)
POSTGRESQL_OPTIONS = {
    "application_name", "connect_timeout", "sslmode", "sslrootcert", "sslcert", "sslkey", "target_session_attrs",
}  # fmt: skip
SHORTEST_SECRET_KEY = 32


class EnvironmentRefused(Exception):
    """A variable holds something the project cannot run with."""

    def __init__(self, variable: str, wrong: str, accepted: str) -> None:
        self.variable = variable
        super().__init__(f"{variable}: {wrong}; accepted: {accepted}")


@dataclass(frozen=True, kw_only=True)
class Database:
    """Where the tables are: a SQLite file, or a PostgreSQL server."""

    engine: str
    name: str
    user: str = ""
    password: str = ""
    host: str = ""
    port: str = ""
    options: tuple[tuple[str, str], ...] = ()
    pool_size: int = 0

    def __repr__(self) -> str:
        return f"Database(engine={self.engine!r}, name={self.name!r}, host={self.host!r}, port={self.port!r})"

    def as_settings(self) -> dict[str, Any]:
        """The value of ``DATABASES["default"]``."""
        if self.engine == "sqlite":
            return {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": self.name,
                "OPTIONS": {
                    "timeout": 20,
                    # a transaction takes the write lock when it begins, so that none fails half-way for want of it
                    "transaction_mode": "IMMEDIATE",
                    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA foreign_keys=ON;"
                    # a row that REPLACE throws out counts as deleted, so that the guards see it
                    "PRAGMA recursive_triggers=ON;",
                },
            }
        options: dict[str, Any] = dict(self.options)
        if self.pool_size:
            options["pool"] = {"min_size": 1, "max_size": self.pool_size, "timeout": 10}
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": self.name,
            "USER": self.user,
            "PASSWORD": self.password,
            "HOST": self.host,
            "PORT": self.port,
            "OPTIONS": options,
            # a pool keeps its own connections
            "CONN_MAX_AGE": 0 if self.pool_size else 60,
            "CONN_HEALTH_CHECKS": True,
        }


@dataclass(frozen=True, kw_only=True)
class Environment:
    """The checked environment."""

    embedded: bool
    data_dir: Path
    static_dir: Path
    database: Database
    redis_url: str | None
    secret_key: str | None
    debug: bool
    bind_address: str
    port: int
    allowed_hosts: tuple[str, ...]
    csrf_trusted_origins: tuple[str, ...]
    cors_origins: tuple[str, ...]
    public_address: str
    https: bool
    proxy_count: int
    log_level: str
    throttle_anonymous: int
    throttle_user: int
    token_days: int
    web_workers: int
    web_threads: int
    worker_concurrency: int
    load_demo: bool
    max_request_megabytes: int
    webhook_private_targets: bool
    email_url: str | None
    email_from: str

    def __repr__(self) -> str:
        return f"Environment(data_dir={str(self.data_dir)!r}, database={self.database!r})"


class Variables:
    """Typed access to the variables of a process; an empty value counts as not set."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ

    def parsed(self, name: str, parse: Callable[[str], T], accepted: str, default: T) -> T:
        raw = (self.environ.get(name) or "").strip()
        if not raw:
            return default
        try:
            return parse(raw)
        except ValueError as error:
            raise EnvironmentRefused(name, str(error) or f"cannot use {raw!r}", accepted) from None

    def text(self, name: str) -> str | None:
        return (self.environ.get(name) or "").strip() or None

    def flag(self, name: str, *, default: bool) -> bool:
        return self.parsed(name, parse_flag, "on or off", default)

    def number(self, name: str, *, default: int, low: int, high: int) -> int:
        accepted = f"a whole number from {low} to {high}"
        number = self.parsed(name, parse_number, accepted, default)
        if not low <= number <= high:
            raise EnvironmentRefused(name, f"{number} is out of range", accepted)
        return number

    def words(self, name: str, check: Callable[[str], str], accepted: str, default: tuple[str, ...]) -> tuple[str, ...]:
        def parse(raw: str) -> tuple[str, ...]:
            return tuple(check(word.strip()) for word in raw.split(",") if word.strip())

        return self.parsed(name, parse, accepted, default)

    def directory(self, name: str, *, default: Path, base: Path) -> Path:
        raw = self.text(name)
        return default if raw is None else Path(os.path.abspath(base / Path(raw).expanduser()))


def parse_flag(raw: str) -> bool:
    if raw.lower() in TRUE_WORDS:
        return True
    if raw.lower() in FALSE_WORDS:
        return False
    raise ValueError(f"{raw!r} is neither yes nor no")


def parse_number(raw: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,9}", raw, re.ASCII):
        raise ValueError(f"{raw!r} is not a whole number")
    return int(raw)


def check_host(word: str) -> str:
    if not HOST_NAME.fullmatch(word):
        raise ValueError(f"{word!r} is not a host name (give no scheme, port or path)")
    return word


def check_origin(word: str) -> str:
    parts = urlsplit(word)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path or parts.query or parts.fragment:
        raise ValueError(f"{word!r} is not an origin")
    return word


def check_exact_origin(word: str) -> str:
    """An origin as a browser sends it: scheme, host, and a port that is not the usual one."""
    check_origin(word)
    parts = split_url(word)
    usual = {"http": 80, "https": 443}[parts.scheme]
    host = parts.hostname or ""
    named = f"[{host}]" if ":" in host else host
    port = "" if parts.port in (None, usual) else f":{parts.port}"
    if "*" in host or not HOST_NAME.fullmatch(named) or word != f"{parts.scheme}://{named}{port}":
        raise ValueError(f"{word!r} is not an origin as browsers send it")
    return word


def check_address(raw: str) -> str:
    try:
        return str(ipaddress.ip_address(raw))
    except ValueError:
        raise ValueError(f"{raw!r} is not an IP address") from None


def check_log_level(raw: str) -> str:
    if raw.upper() not in LOG_LEVELS:
        raise ValueError(f"{raw!r} is not a level")
    return raw.upper()


def parse_redis_url(raw: str) -> str:
    parts = split_url(raw)
    if parts.scheme not in ("redis", "rediss", "unix") or not (parts.hostname or parts.scheme == "unix"):
        raise ValueError("this is not the address of a Redis server")
    if parts.scheme != "unix" and not re.fullmatch(r"/?[0-9]*", parts.path):
        raise ValueError("the path of a Redis address is a database number")
    return raw


def parse_email_url(raw: str) -> str:
    parts = split_url(raw)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("this is not the address of a mail server")
    return raw


def parse_database_url(raw: str, base: Path) -> Database:
    """``sqlite:///relative.sqlite3``, ``sqlite:////absolute.sqlite3``, ``postgres://user:password@host:port/name?sslmode=…``."""
    parts = split_url(raw)
    if parts.scheme == "sqlite":
        name = unquote(parts.path[1:])
        if parts.netloc or not name or parts.query:
            raise ValueError("a SQLite address is sqlite:/// and then the path of a file")
        return Database(engine="sqlite", name=os.path.abspath(base / name))
    if parts.scheme not in ("postgres", "postgresql"):
        raise ValueError(f"{parts.scheme or 'an address without a scheme'!r} is not a supported database")
    name = unquote(parts.path[1:])
    if not name or "/" in name:
        raise ValueError("the PostgreSQL address names no database")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    # a directory with the server's socket can only be given this way
    host = options.pop("host", "") or unquote(parts.hostname or "")
    unknown = sorted(set(options) - POSTGRESQL_OPTIONS)
    if unknown:
        raise ValueError(f"{unknown[0]!r} is not an option of a PostgreSQL address")
    return Database(
        engine="postgresql",
        name=name,
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        host=host,
        port=str(parts.port or ""),
        options=tuple(sorted(options.items())),
    )


def split_url(raw: str) -> SplitResult:
    """The parts of an address. Raises :class:`ValueError` that does not repeat it: it may hold a password."""
    try:
        parts = urlsplit(raw)
        _ = parts.port
    except ValueError:
        raise ValueError("the address cannot be read (percent-encode special characters of the password)") from None
    return parts


def read_environment(environ: Mapping[str, str], base: Path) -> Environment:
    """The environment, checked; relative paths are taken from ``base``. Raises :class:`EnvironmentRefused`."""
    read = Variables(environ)
    data_dir = read.directory("RAPPORTEUR_DATA_DIR", default=base / "var", base=base)
    embedded = read.text("DATABASE_URL") is None
    database = read.parsed(
        "DATABASE_URL",
        lambda raw: parse_database_url(raw, base),
        "sqlite:///file, or postgres://user:password@host:port/name with options such as ?sslmode=require",
        Database(engine="sqlite", name=str(data_dir / "rapporteur.sqlite3")),
    )
    pool_size = read.number("DATABASE_POOL_SIZE", default=0, low=0, high=200)
    if pool_size and database.engine != "postgresql":
        raise EnvironmentRefused("DATABASE_POOL_SIZE", "only PostgreSQL has a pool", "0, or a PostgreSQL DATABASE_URL")
    secret_key = read.text("SECRET_KEY")
    accepted_key = f"at least {SHORTEST_SECRET_KEY} random characters"
    if secret_key is None and not embedded:
        raise EnvironmentRefused("SECRET_KEY", "is required when DATABASE_URL is set", accepted_key)
    if secret_key is not None and len(secret_key) < SHORTEST_SECRET_KEY:
        raise EnvironmentRefused("SECRET_KEY", f"has only {len(secret_key)} characters", accepted_key)
    redis_url = read.parsed("REDIS_URL", parse_redis_url, "redis://host:port/number or rediss://…", None)
    return Environment(
        embedded=embedded,
        data_dir=data_dir,
        static_dir=read.directory("RAPPORTEUR_STATIC_DIR", default=data_dir / "static", base=base),
        database=Database(**{**vars(database), "pool_size": pool_size}),
        redis_url=redis_url,
        secret_key=secret_key,
        debug=read.flag("DEBUG", default=False),
        bind_address=read.parsed(
            "BIND_ADDRESS", check_address, "an IP address such as 127.0.0.1 or 0.0.0.0", "127.0.0.1"
        ),
        port=read.number("PORT", default=8000, low=1, high=65535),
        allowed_hosts=read.words(
            "ALLOWED_HOSTS",
            check_host,
            "host names separated by commas, such as positions.example.org",
            ("localhost", "127.0.0.1", "[::1]"),
        ),
        csrf_trusted_origins=read.words(
            "CSRF_TRUSTED_ORIGINS",
            check_origin,
            "origins separated by commas, such as https://positions.example.org",
            (),
        ),
        cors_origins=read.words(
            "CORS_ORIGINS",
            check_exact_origin,
            "origins separated by commas, such as https://newsroom.example.org",
            (),
        ),
        public_address=read.parsed(
            "PUBLIC_ADDRESS",
            check_exact_origin,
            "the origin under which people reach this installation, such as https://positions.example.org",
            f"http://localhost:{read.number('PORT', default=8000, low=1, high=65535)}",
        ),
        https=read.flag("HTTPS", default=False),
        proxy_count=read.number("PROXY_COUNT", default=0, low=0, high=10),
        log_level=read.parsed("LOG_LEVEL", check_log_level, ", ".join(LOG_LEVELS), "INFO"),
        throttle_anonymous=read.number("THROTTLE_ANONYMOUS", default=600, low=1, high=1_000_000),
        throttle_user=read.number("THROTTLE_USER", default=6000, low=1, high=1_000_000),
        token_days=read.number("TOKEN_DAYS", default=365, low=1, high=3650),
        # SQLite has one writer: one process, many threads
        web_workers=read.number("WEB_WORKERS", default=2 if redis_url else 1, low=1, high=64),
        web_threads=read.number("WEB_THREADS", default=8, low=1, high=256),
        worker_concurrency=read.number("WORKER_CONCURRENCY", default=2, low=1, high=64),
        load_demo=read.flag("LOAD_DEMO", default=True),
        webhook_private_targets=read.flag("WEBHOOK_PRIVATE_TARGETS", default=False),
        email_url=read.parsed("EMAIL_URL", parse_email_url, "smtp://user:password@host:port, or smtps://…", None),
        email_from=read.text("EMAIL_FROM") or "rapporteur@localhost",
        max_request_megabytes=read.number("MAX_REQUEST_MEGABYTES", default=64, low=1, high=2000),
    )


def make_data_dir(data_dir: Path) -> None:
    """The data directory, for its owner alone when it is new: restricted negotiations lie in it."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)


def stored_secret_key(data_dir: Path) -> str:
    """The installation's own key, made on first use; only its owner may read it."""
    path = data_dir / "secret-key"
    try:
        make_data_dir(data_dir)
        if not path.exists():
            draft = data_dir / f".secret-key-{secrets.token_hex(8)}"
            draft.touch(mode=0o600, exist_ok=False)
            try:
                draft.write_text(secrets.token_urlsafe(64), encoding="ascii")
                # whoever links first decides; the others read what it wrote
                os.link(draft, path)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        key = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "the file is not text"
        raise EnvironmentRefused(
            "RAPPORTEUR_DATA_DIR",
            f"cannot keep the secret key in {path} ({reason})",
            "a directory the server may write to",
        ) from None
    if len(key) < SHORTEST_SECRET_KEY:
        raise EnvironmentRefused(
            "SECRET_KEY", f"the one in {path} is damaged", "delete that file to have a new key made"
        )
    return key


def load_environment(base: Path) -> tuple[Environment, str]:
    """This process's environment and its secret key; a bad value ends the process with one line."""
    try:
        environment = read_environment(os.environ, base)
        return environment, environment.secret_key or stored_secret_key(environment.data_dir)
    except EnvironmentRefused as refusal:
        sys.exit(f"rapporteur: {refusal}")
