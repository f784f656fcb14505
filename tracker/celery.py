"""The Celery application, and the signs of life its worker gives. The tasks are in positions/tasks.py."""

from __future__ import annotations

import logging
import os
import threading
import warnings
from collections.abc import Callable
from typing import Any

from celery import Celery, platforms
from celery.signals import worker_ready, worker_shutdown

from tracker import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

# the warning against a worker run by root is about messages that carry code; ours takes JSON only
warnings.filterwarnings("ignore", category=platforms.SecurityWarning)  # type: ignore[attr-defined]

broker.register()
app = Celery("rapporteur")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 10.0


class Heartbeat:
    """A thread that sweeps once, then says every few seconds that the worker is alive, until it stops."""

    def __init__(self, worker: str) -> None:
        self.worker = worker
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.run, name="heartbeat", daemon=True)
        self.thread.start()

    def run(self) -> None:
        from positions.services.jobs import sweep_jobs
        from positions.services.webhook_delivery import ring_webhooks
        from positions.services.workers import forget_worker, record_worker_seen

        swept = False
        while not self.over.is_set():
            if self.attempt(record_worker_seen, self.worker) and not swept:
                swept = self.attempt(sweep_jobs) and self.attempt(ring_webhooks)
            self.over.wait(HEARTBEAT_SECONDS)
        self.attempt(forget_worker, self.worker)

    def attempt(self, write: Callable[..., Any], *arguments: Any) -> bool:
        """Whether the database took it; a heartbeat outlives a database that is away for a while."""
        from django.db import DatabaseError, connection

        try:
            write(*arguments)
        except DatabaseError as error:
            log.warning("the worker could not reach its database: %s", type(error).__name__)
            return False
        finally:
            connection.close()
        return True

    def stop(self) -> None:
        self.over.set()
        self.thread.join(timeout=5)


_heartbeats: list[Heartbeat] = []


@worker_ready.connect
def start_heartbeat(sender: Any, **_: Any) -> None:
    _heartbeats.append(Heartbeat(str(sender.hostname)))


@worker_shutdown.connect
def stop_heartbeat(**_: Any) -> None:
    while _heartbeats:
        _heartbeats.pop().stop()
