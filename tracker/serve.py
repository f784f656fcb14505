"""Starts the whole installation, or one part of it.

``python -m tracker.serve`` sets up what is missing and runs web server and worker together until it
is told to stop. ``setup``, ``web``, ``worker``, ``beat`` as an argument do one of these, for hosts
where something else keeps the processes; ``check`` asks a running server whether it is ready.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import http.client
import json
import os
import signal
import socket
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

import django
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from tracker.catalogues import CatalogueBroken, compile_catalogues
from tracker.env import Environment, make_data_dir
from tracker.processes import Children

READY_WITHIN_SECONDS = 90.0
# where a server that listens everywhere is reached from its own machine
LOOPBACK_OF = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
QUEUES = "default,bulk,notify"
ROLES = ("setup", "web", "worker", "beat", "check")


class Refused(Exception):
    """The start cannot go on; the message is one line for whoever started it."""


class Stopped(BaseException):
    """Somebody asked the installation to stop."""


def main(arguments: list[str]) -> int:
    if len(arguments) > 1 or (arguments and arguments[0] not in ROLES):
        print(f"usage: python -m tracker.serve [{'|'.join(ROLES)}]", file=sys.stderr)
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
    environment: Environment = settings.ENVIRONMENT
    try:
        match arguments:
            case ["setup"]:
                set_up(environment)
            case ["web"]:
                run_instead(web_command(environment))
            case ["worker"]:
                run_instead(worker_command(environment))
            case ["beat"]:
                run_instead(beat_command())
            case ["check"]:
                require_ready(environment)
            case _:
                return serve(environment)
    except Refused as refusal:
        print(f"rapporteur: {refusal}", file=sys.stderr)
        return 1
    return 0


def serve(environment: Environment) -> int:
    """Run everything until stopped; 0 when asked to stop, 1 when a part stopped by itself."""
    began = time.monotonic()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, raise_stopped)
    children = Children()
    try:
        require_writable(environment.data_dir)
        lock = hold_data_dir(environment.data_dir)
        require_free_port(environment.bind_address, environment.port)
        set_up(environment)
        forget_killed_worker(environment)
        children.start("web server", web_command(environment))
        children.start("worker", [*worker_command(environment), "--beat", "--schedule", beat_schedule()])
        wait_until_ready(environment, children)
        announce(environment, time.monotonic() - began)
        while (dead := children.first_dead()) is None:
            time.sleep(0.5)
        raise Refused(f"the {dead.name} stopped by itself (exit status {dead.process.returncode}); see above")
    except Stopped:
        print("rapporteur: stopping", file=sys.stderr)
        return 0
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            # asked twice: do not wait any longer
            signal.signal(number, raise_stopped)
        with suppress(Stopped):
            children.stop()
        with suppress(NameError):
            os.close(lock)


def raise_stopped(number: int, frame: FrameType | None) -> NoReturn:
    raise Stopped


# ---------------------------------------------------------------- before the start


def require_writable(data_dir: Path) -> None:
    try:
        make_data_dir(data_dir)
        with tempfile.TemporaryFile(dir=data_dir):
            pass
    except OSError as error:
        raise Refused(
            f"cannot write to the data directory {data_dir} ({error.strerror}); choose another with RAPPORTEUR_DATA_DIR"
        ) from None


def hold_data_dir(data_dir: Path) -> int:
    """Keep a second installation out of the same data directory, as long as the file stays open."""
    lock = os.open(data_dir / "serve.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        owner = os.pread(lock, 20, 0).decode("ascii", "replace").strip()
        os.close(lock)
        raise Refused(f"already running on the data directory {data_dir} (process {owner or 'unknown'})") from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
    return lock


def require_free_port(address: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # as gunicorn does: connections of an earlier server that still fade away are no bar
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Refused(f"port {port} is in use on {address}; choose another with PORT=8001 make run") from None
            raise Refused(
                f"cannot listen on {address} port {port} ({error.strerror}); see PORT and BIND_ADDRESS"
            ) from None


def set_up(environment: Environment) -> None:
    """Bring translations, tables, demo and static files up to date; what has not changed costs nothing."""
    translate()
    django.setup()
    from django.db import DatabaseError

    from positions.models import Negotiation

    try:
        if migrations_missing():
            print("rapporteur: setting up the database", file=sys.stderr)
            call_command("migrate", verbosity=0, interactive=False)
        if environment.load_demo and not Negotiation.objects.exists():
            print("rapporteur: loading the demo", file=sys.stderr)
            call_command("load_demo")
    except DatabaseError as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise Refused(f"the database cannot be used: {reason}") from None
    except CommandError as error:
        raise Refused(f"setting up failed: {error}") from None
    collect_static()


def translate() -> None:
    try:
        compile_catalogues()
    except (CatalogueBroken, OSError) as error:
        raise Refused(f"the translations cannot be compiled: {error}") from None


def forget_killed_worker(environment: Environment) -> None:
    """A worker that was killed left a sign of life that would pass for the one about to start."""
    from positions.services.workers import forget_worker

    forget_worker(worker_name(environment))


def migrations_missing() -> bool:
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    from positions.queries.health import known_migrations

    return bool(known_migrations() - set(MigrationRecorder(connection).applied_migrations()))


def collect_static() -> None:
    """Collect and compress the static files, unless they are those of the last time."""
    from django.contrib.staticfiles.finders import get_finders

    found = hashlib.sha256(django.__version__.encode())
    for finder in get_finders():
        for path, storage in finder.list(None):
            status = os.stat(storage.path(path))
            found.update(f"{storage.path(path)}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    with suppress(OSError):
        if stamp.read_text(encoding="ascii") == found.hexdigest():
            return
    print("rapporteur: collecting static files", file=sys.stderr)
    try:
        call_command("collectstatic", verbosity=0, interactive=False)
        stamp.write_text(found.hexdigest(), encoding="ascii")
    except OSError as error:
        raise Refused(f"cannot write static files to {settings.STATIC_ROOT} ({error.strerror})") from None


# ---------------------------------------------------------------- the parts


def web_command(environment: Environment) -> list[str]:
    address = f"[{environment.bind_address}]" if ":" in environment.bind_address else environment.bind_address
    return [
        sys.executable, "-m", "gunicorn", "tracker.wsgi:application",
        "--bind", f"{address}:{environment.port}",
        "--worker-class", "gthread",
        "--workers", str(environment.web_workers),
        "--threads", str(environment.web_threads),
        "--timeout", "120",
        "--graceful-timeout", "8",
        "--log-level", "warning",
        "--no-control-socket",
    ]  # fmt: skip


def worker_command(environment: Environment) -> list[str]:
    return [
        sys.executable, "-m", "celery", "--quiet", "--skip-checks", "--app", "tracker", "worker",
        "--hostname", worker_name(environment),
        "--queues", QUEUES,
        "--loglevel", environment.log_level,
        "--without-gossip", "--without-mingle", "--without-heartbeat",
    ]  # fmt: skip


def beat_command() -> list[str]:
    return [
        sys.executable,
        "-m",
        "celery",
        "--quiet",
        "--skip-checks",
        "--app",
        "tracker",
        "beat",
        "--schedule",
        beat_schedule(),
    ]


def beat_schedule() -> str:
    return str(settings.CELERY_BEAT_SCHEDULE_FILENAME)


def worker_name(environment: Environment) -> str:
    return f"rapporteur-{environment.port}@{socket.gethostname()}"


def run_instead(command: list[str]) -> NoReturn:
    """Become the command, which then gets the signals meant for this process."""
    os.execv(command[0], command)


# ---------------------------------------------------------------- once started


def wait_until_ready(environment: Environment, children: Children) -> None:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while (fault := fault_of(environment)) is not None:
        if (dead := children.first_dead()) is not None:
            raise Refused(f"the {dead.name} did not start (exit status {dead.process.returncode}); see above")
        if time.monotonic() > deadline:
            raise Refused(f"not ready after {READY_WITHIN_SECONDS:.0f} seconds: {fault}")
        time.sleep(0.05)


def require_ready(environment: Environment) -> None:
    fault = fault_of(environment)
    if fault is not None:
        raise Refused(fault)


def fault_of(environment: Environment) -> str | None:
    """What keeps the server on this machine from being ready; null when nothing does."""
    address = LOOPBACK_OF.get(environment.bind_address, environment.bind_address)
    connection = http.client.HTTPConnection(address, environment.port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        answer = json.loads(connection.getresponse().read())
        faults = [f"{name}: {check['detail']}" for name, check in answer["checks"].items() if not check["ok"]]
    except (OSError, http.client.HTTPException):
        return "the web server does not answer"
    except (ValueError, KeyError, TypeError):
        return f"something else answers on port {environment.port}"
    finally:
        connection.close()
    return "; ".join(faults) or None


def announce(environment: Environment, seconds: float) -> None:
    host = f"[{environment.bind_address}]" if ":" in environment.bind_address else environment.bind_address
    print(f"Rapporteur is ready: http://{host}:{environment.port}/ (after {seconds:.1f} s)")
    credentials = environment.data_dir / "demo-credentials.json"
    if credentials.exists():
        print(f"Demo accounts:       {credentials}")
    print("Stop it with Ctrl-C.", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
