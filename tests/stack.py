"""A whole installation for a test: web server and worker in processes of their own, on a free port."""

from __future__ import annotations

import atexit
import contextlib
import functools
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.run import ROOT, clean_environment
from tests.servers import free_port

START_SECONDS = 90.0
# the last line of a start: from then on it notices when one of its parts dies
READY = "Stop it with Ctrl-C."


@dataclass
class Stack:
    """``python -m tracker.serve``, what it said so far, and how to talk to it."""

    process: subprocess.Popen[bytes]
    port: int
    data_dir: Path
    environ: dict[str, str]
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def credentials(self) -> dict[str, dict[str, str]]:
        """The demo's accounts: name of the role to ``username``, ``password``, ``token``."""
        accounts: dict[str, dict[str, str]] = json.loads((self.data_dir / "demo-credentials.json").read_text())
        return accounts

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, str]:
        """Status and text of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")

    def manage(self, *arguments: str) -> str:
        """What a management command of this installation prints."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.environ, check=True, capture_output=True, text=True).stdout

    def shell(self, code: str) -> Any:
        """Run Python inside the installation's settings; the value of its variable ``answer``."""
        return json.loads(
            self.manage(
                "shell", "--verbosity", "0", "-c", f"import json\n{code}\nprint(json.dumps(answer, default=str))"
            )
        )

    def wait_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.get("/readyz")[0] == 200 and READY in self.said():
                    return
            time.sleep(0.1)
        raise AssertionError(f"the installation did not become ready:\n{self.said()}")

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def stop(self, number: int = signal.SIGINT) -> int:
        """Ask it to stop; its exit status."""
        self.process.send_signal(number)
        return self.process.wait(timeout=30)


@functools.cache
def shared_static_dir() -> str:
    """One directory of collected static files for all installations of this process."""
    directory = tempfile.mkdtemp(prefix="rapporteur-static-")
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return directory


def start_stack(data_dir: Path, **variables: str) -> Stack:
    """Start an installation and return at once."""
    port = int(variables.pop("PORT", "") or free_port())
    variables.setdefault("RAPPORTEUR_STATIC_DIR", shared_static_dir())
    environ = clean_environment(str(data_dir), PORT=str(port), **variables)
    log = data_dir.parent / f"{data_dir.name}.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tracker.serve"], cwd=ROOT, env=environ, stdout=output, stderr=subprocess.STDOUT
        )
    return Stack(process, port, data_dir, environ, log)


@contextlib.contextmanager
def running_stack(data_dir: Path, **variables: str) -> Iterator[Stack]:
    """An installation that is ready, stopped at the end of the block."""
    stack = start_stack(data_dir, **variables)
    try:
        stack.wait_ready()
        yield stack
    finally:
        if stack.process.poll() is None:
            stack.process.send_signal(signal.SIGTERM)
            try:
                stack.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                stack.process.kill()
                stack.process.wait()


def processes_with(variable: str, value: str) -> list[int]:
    """The ids of processes whose environment holds the variable with that value (Linux)."""
    wanted = f"{variable}={value}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            with contextlib.suppress(OSError):
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
    return found
