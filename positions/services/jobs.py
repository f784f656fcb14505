"""The life of a job: put in the queue, claimed under a lease, kept alive, ended, swept up after a crash.

The row is the truth. The broker only carries the news that there is something to do, so a broker
that is down or loses messages delays work and never loses it. Every change of state is a
conditional update, so two workers that believe they hold the same job cannot both write: the
number of the attempt tells them apart. Running what a job stands for is in job_runs.py.
"""

from __future__ import annotations

import logging
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from importlib import import_module
from itertools import takewhile
from typing import TYPE_CHECKING, Any
from uuid import UUID

from celery import current_app
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError

from positions import services
from positions.enums import JobState
from positions.exceptions import Conflict, Invalid, NotPermitted
from positions.models import Job, Negotiation
from positions.queries.access import Reader
from positions.services.events import record_event

if TYPE_CHECKING:
    from positions.services.job_runs import JobContext

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 3
# a job that waits longer than this was not rung, or the ring got lost
RING_PATIENCE = timedelta(seconds=30)
# … and is rung again only after this, so that a long queue does not fill the broker with repetitions
RING_INTERVAL = timedelta(minutes=10)
RUN_TASK = "positions.run_job"

JobFunction = Callable[["JobContext"], Mapping[str, Any] | None]


@dataclass(frozen=True)
class JobKind:
    """What jobs of a kind do, and the queue their rings go to."""

    function: JobFunction
    queue: str = "default"


@dataclass(frozen=True)
class JobError:
    """One thing that was wrong with a job's input, and where: a row counted from 1, a column or JSON path."""

    message: str
    row: int | None = None
    column: str | None = None


_kinds: dict[str, JobKind] = {}


def register_job_kind(name: str, function: JobFunction, *, queue: str = "default") -> None:
    """Let jobs of kind ``name`` be enqueued; called once, by the services module that owns the kind."""
    known = _kinds.get(name)
    if known is not None and known.function is not function:
        raise ValueError(f"two functions claim the job kind {name!r}")
    _kinds[name] = JobKind(function, queue)


def job_kind(name: str) -> JobKind | None:
    """The kind of that name, once every services module has had the chance to register it."""
    if name not in _kinds:
        for module in pkgutil.walk_packages(services.__path__, f"{services.__name__}."):
            import_module(module.name)
    return _kinds.get(name)


@transaction.atomic
def enqueue_job(
    reader: Reader,
    kind: str,
    *,
    negotiation: Negotiation | None = None,
    arguments: Mapping[str, Any] | None = None,
    progress_total: int | None = None,
) -> Job:
    """Put a job in the queue as part of the caller's transaction; a worker hears of it once that commits.

    The caller has checked that the reader may ask for it. Raises :class:`Invalid` for an unknown kind.
    """
    if job_kind(kind) is None:
        raise Invalid({"kind": gettext("there is no kind of job called “%(kind)s”") % {"kind": kind}})
    job = Job.objects.create(
        kind=kind,
        negotiation=negotiation,
        arguments=dict(arguments or {}),
        progress_total=progress_total,
        created_by=reader.user,
        created_at=timezone.now(),
    )
    record_event(actor=reader.user, action="job_created", subject=job, negotiation=negotiation, after={"kind": kind})
    transaction.on_commit(partial(ring_worker, job.pk, kind))
    return job


def ring_worker(job_id: UUID, kind: str) -> bool:
    """Tell the workers of a queued job. False when the broker cannot be reached: the sweep rings again."""
    known = job_kind(kind)
    queue = known.queue if known else "default"
    try:
        current_app.send_task(RUN_TASK, kwargs={"job_id": str(job_id)}, queue=queue, retry=False, ignore_result=True)
    except (BrokerError, KombuError, OSError) as error:
        log.warning("job %s waits for the sweep: the broker cannot be reached (%s)", job_id, type(error).__name__)
        return False
    return True


def claim_job(job_id: UUID) -> Job | None:
    """Take a queued job under a lease; null when somebody else has it or it is over."""
    now = timezone.now()
    claimed = Job.objects.filter(pk=job_id, state=JobState.QUEUED).update(
        state=JobState.RUNNING,
        attempts=F("attempts") + 1,
        lease_until=now + LEASE,
        heartbeat_at=now,
        started_at=Coalesce(F("started_at"), now),
    )
    return Job.objects.select_related("negotiation", "created_by").get(pk=job_id) if claimed else None


def keep_job(job: Job, **progress: Any) -> bool:
    """Renew the lease and save progress with it; false when the job is no longer this attempt's."""
    now = timezone.now()
    return bool(_held(job).update(lease_until=now + LEASE, heartbeat_at=now, **progress))


def succeed_job(job: Job, result: Mapping[str, Any] | None, **progress: Any) -> bool:
    """Write the result; within the transaction of the work itself, the two stand or fall together."""
    return _end(job, JobState.SUCCEEDED, result=dict(result) if result is not None else None, **progress)


def fail_job(job: Job, errors: Sequence[JobError], **progress: Any) -> bool:
    """Write what was wrong; false when the job is no longer this attempt's."""
    return _end(job, JobState.FAILED, errors=[asdict(error) for error in errors], **progress)


@transaction.atomic
def cancel_job(reader: Reader, job: Job, *, reason: str = "") -> None:
    """Stop a job that has not ended; a running one notices at its next progress.

    Its creator and site administrators may. Raises :class:`NotPermitted`, :class:`Conflict` when it has ended.
    """
    if not reader.is_administrator and (reader.user is None or job.created_by_id != reader.user.pk):
        raise NotPermitted(gettext("Only whoever started a job, or a site administrator, can cancel it."))
    before = job.state
    changed = Job.objects.filter(pk=job.pk, state__in=(JobState.QUEUED, JobState.RUNNING)).update(
        state=JobState.CANCELLED, lease_until=None, finished_at=timezone.now()
    )
    job.refresh_from_db()
    if not changed:
        raise Conflict(gettext("The job has already ended: %(state)s.") % {"state": job.get_state_display().lower()})
    record_event(
        actor=reader.user,
        action="job_cancelled",
        subject=job,
        negotiation=job.negotiation,
        reason=reason,
        before={"state": before},
        after={"state": job.state},
    )


def sweep_jobs(*, now: datetime | None = None) -> dict[str, int]:
    """Put back what a dead worker left, give up what keeps killing workers, ring for what waits unheard.

    Returns how many jobs were ``requeued``, ``failed`` and ``rung``.
    """
    now = now or timezone.now()
    with transaction.atomic():
        # a row that is locked belongs to a job that is alive
        expired = list(_unlocked(Job.objects.filter(state=JobState.RUNNING, lease_until__lt=now)))
        given_up = [job for job in expired if job.attempts >= MAX_ATTEMPTS]
        for job in given_up:
            fail_job(job, [JobError(f"The worker stopped {job.attempts} times while running this job; see the log.")])
        requeued = [job for job in expired if job.attempts < MAX_ATTEMPTS]
        for job in requeued:
            _held(job).update(state=JobState.QUEUED, lease_until=None, heartbeat_at=None)
    unheard = Job.objects.filter(state=JobState.QUEUED).filter(
        Q(heartbeat_at__isnull=True, created_at__lt=now - RING_PATIENCE) | Q(heartbeat_at__lt=now - RING_INTERVAL)
    )
    waiting = {job.pk: job for job in [*requeued, *unheard.order_by("created_at")[:200]]}
    # the first ring that fails ends it: each would wait for the broker as long again
    rung = [job.pk for job in takewhile(lambda job: ring_worker(job.pk, job.kind), waiting.values())]
    # while a job waits, its heartbeat is when it was last rung
    Job.objects.filter(pk__in=rung, state=JobState.QUEUED).update(heartbeat_at=now)
    for job in given_up:
        log.error("job %s (%s) failed: its worker stopped %d times", job.pk, job.kind, job.attempts)
    return {"requeued": len(requeued), "failed": len(given_up), "rung": len(rung)}


def _held(job: Job) -> QuerySet[Job]:
    """The row, as long as this attempt holds it."""
    return Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempts=job.attempts)


def _end(job: Job, state: JobState, **fields: Any) -> bool:
    return bool(_held(job).update(state=state, lease_until=None, finished_at=timezone.now(), **fields))


def _unlocked(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Of these rows, those no transaction is writing to, locked; SQLite has one writer and needs no lock."""
    if connection.features.has_select_for_update_skip_locked:
        return jobs.select_for_update(skip_locked=True)
    return jobs
