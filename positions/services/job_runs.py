"""Running a claimed job: what its function is given, how its lease is kept, how it ends."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from positions.enums import JobState
from positions.exceptions import BundleRefused, Invalid, PositionsError, TableRefused
from positions.models import Job, Negotiation
from positions.queries.access import SYSTEM, Reader, reader_of
from positions.services.jobs import JobError, claim_job, fail_job, job_kind, keep_job, succeed_job

log = logging.getLogger(__name__)

RENEW_SECONDS = 10.0
SHOWN_EVERY_SECONDS = 0.5


class JobInterrupted(PositionsError):
    """The job was cancelled, or another worker took it over: stop, and write nothing more."""


class JobFailed(PositionsError):
    """The work cannot be done; ``errors`` say why, each with its place in the input."""

    def __init__(self, errors: list[JobError]) -> None:
        self.errors = errors
        super().__init__("; ".join(error.message for error in errors))


class JobContext:
    """What a job's function is given: its arguments, where an earlier attempt got to, and how to report.

    A function returns its result as a JSON object. One that writes everything in a single
    transaction calls :meth:`finish` inside it, so that work and result commit together.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self.arguments: dict[str, Any] = job.arguments
        self.cursor: Any = job.cursor
        self.finished = False
        self._shown: dict[str, Any] = {"progress_done": job.progress_done, "progress_total": job.progress_total}
        self._shown_at = 0.0

    @property
    def negotiation(self) -> Negotiation | None:
        return self.job.negotiation

    @property
    def reader(self) -> Reader:
        """Whoever asked for the job, with the roles they hold now; the system where nobody did."""
        return SYSTEM if self.job.created_by is None else reader_of(self.job.created_by)

    def progress(self, done: int, total: int | None = None, *, cursor: Any = None) -> None:
        """Report how far the work is. Raises :class:`JobInterrupted` when it should stop.

        With a ``cursor`` the report is part of the caller's transaction: call it in the one that wrote
        the batch, and a later attempt goes on from there. Without one it may be written a little later.
        """
        self._shown = {
            "progress_done": done,
            "progress_total": self._shown["progress_total"] if total is None else total,
        }
        if cursor is not None:
            self.cursor = cursor
            self._save(cursor=cursor)
        elif not connection.in_atomic_block and time.monotonic() - self._shown_at >= SHOWN_EVERY_SECONDS:
            # inside a transaction the write would lock the row against everybody until the end
            self._save()

    def cancelled(self) -> bool:
        """Whether the function should stop: somebody cancelled the job, or it is no longer this worker's."""
        return not Job.objects.filter(pk=self.job.pk, state=JobState.RUNNING, attempts=self.job.attempts).exists()

    def finish(self, result: Mapping[str, Any] | None = None) -> None:
        """Write the result in the caller's transaction. Raises :class:`JobInterrupted`: roll back."""
        if not succeed_job(self.job, result, **self._shown):
            raise JobInterrupted("The job was cancelled or taken over.")
        self.finished = True

    def renew(self) -> bool:
        """Keep the lease; false when it is lost."""
        return keep_job(self.job, **self._shown)

    def fail(self, errors: list[JobError]) -> None:
        fail_job(self.job, errors, **self._shown)

    def _save(self, **fields: Any) -> None:
        if not keep_job(self.job, **self._shown, **fields):
            raise JobInterrupted("The job was cancelled or taken over.")
        self._shown_at = time.monotonic()


def execute_job(job_id: UUID) -> str | None:
    """Claim and run a job; its final state, or null when there was nothing to claim.

    Only a failing database ends without a final state: the lease runs out and the sweep puts the job back.
    """
    job = claim_job(job_id)
    if job is None:
        log.info("job %s is not waiting any more", job_id)
        return None
    context = JobContext(job)
    kind = job_kind(job.kind)
    if kind is None:
        context.fail([JobError(f"This installation knows no kind of job called “{job.kind}”.")])
        return JobState.FAILED
    try:
        with kept_alive(context):
            result = kind.function(context)
            if not context.finished:
                context.finish(result)
        log.info("job %s (%s) succeeded", job.pk, job.kind)
        return JobState.SUCCEEDED
    except JobInterrupted:
        log.info("job %s (%s) was cancelled or taken over", job.pk, job.kind)
        return None
    except PositionsError as error:
        context.fail(error_entries(error))
        log.info("job %s (%s) failed: its input or its permission was refused", job.pk, job.kind)
    except (OperationalError, InterfaceError):
        log.exception("job %s (%s) lost the database; the sweep will put it back", job.pk, job.kind)
        return None
    except Exception as error:
        log.exception("job %s (%s) failed", job.pk, job.kind)
        context.fail([JobError(f"An unexpected error ({type(error).__name__}); the log has it under job {job.pk}.")])
    return JobState.FAILED


def error_entries(error: PositionsError) -> list[JobError]:
    """A refusal as entries of a job's list of errors."""
    if isinstance(error, JobFailed):
        return error.errors
    if isinstance(error, TableRefused):
        return [JobError(each.message, row=each.row, column=each.column) for each in error.problems]
    if isinstance(error, BundleRefused):
        return [JobError(message, column=path) for path, message in error.problems]
    if isinstance(error, Invalid):
        return [
            JobError(message, column=None if field == "__all__" else field)
            for field, messages in error.errors.items()
            for message in messages
        ]
    return [JobError(str(error))]


@contextmanager
def kept_alive(context: JobContext) -> Iterator[None]:
    """Renew the lease from a thread of its own, so that one long step is not taken for a dead worker."""
    over = threading.Event()

    def renew() -> None:
        try:
            while not over.wait(RENEW_SECONDS):
                try:
                    if not context.renew():
                        return
                except DatabaseError as error:
                    # a long transaction of the job itself may hold SQLite's only write lock
                    log.debug("the lease of job %s was not renewed this time: %s", context.job.pk, error)
        finally:
            connection.close()

    thread = threading.Thread(target=renew, name=f"lease-{context.job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(timeout=RENEW_SECONDS)
