"""Child processes that start together and stop together."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

GRACE_SECONDS = 10.0
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform.startswith("linux") else None


@dataclass
class Child:
    """A process in a group of its own, with everything it starts."""

    name: str
    process: subprocess.Popen[bytes]

    def signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)

    def kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)


@dataclass
class Children:
    """The processes of one installation on this machine."""

    running: list[Child] = field(default_factory=list)

    def start(self, name: str, command: Sequence[str], environ: dict[str, str] | None = None) -> None:
        process = subprocess.Popen(
            command,
            env=environ,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=stop_with_parent,  # noqa: PLW1509 - one system call, no lock
        )
        self.running.append(Child(name, process))

    def first_dead(self) -> Child | None:
        """A child that ended although nobody stopped it."""
        return next((child for child in self.running if child.process.poll() is not None), None)

    def stop(self, grace: float = GRACE_SECONDS) -> None:
        """Ask every child to finish what it has in hand, then end what is left of their groups."""
        for child in self.running:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + grace
        try:
            for child in self.running:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.process.wait(timeout=max(0.0, deadline - time.monotonic()))
        finally:
            for child in self.running:
                child.kill_group()
                child.process.wait()
            self.running.clear()


def stop_with_parent() -> None:
    """Runs in the child before its program: a parent that was killed takes its children along."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
