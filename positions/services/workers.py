"""Which workers are alive, by the sign of life each of them gives."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from positions.models import WorkerHeartbeat

FORGOTTEN_AFTER = timedelta(days=1)


def record_worker_seen(name: str) -> None:
    """Note that the worker is alive now."""
    WorkerHeartbeat.objects.update_or_create(name=name, defaults={"seen_at": timezone.now()})


def forget_worker(name: str) -> None:
    """Take a worker that stopped off the list."""
    WorkerHeartbeat.objects.filter(name=name).delete()


def forget_silent_workers() -> int:
    """Take workers off the list that gave no sign for a day; how many there were."""
    removed, _ = WorkerHeartbeat.objects.filter(seen_at__lt=timezone.now() - FORGOTTEN_AFTER).delete()
    return removed
