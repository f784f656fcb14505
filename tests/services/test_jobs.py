"""The life of a job: enqueued, claimed, run, ended; what a crash, a cancellation and a lost broker do to it."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError as BrokerError
from pytest_django import DjangoCaptureOnCommitCallbacks

from positions.enums import JobState
from positions.exceptions import Conflict, Invalid, NotPermitted
from positions.models import Event, Job
from positions.queries.access import SYSTEM, Reader, reader_of
from positions.services import job_runs, jobs
from positions.services.job_runs import JobContext, JobInterrupted, execute_job
from positions.services.jobs import cancel_job, claim_job, enqueue_job, keep_job, succeed_job, sweep_jobs
from tests import job_kinds
from tracker import celery_app

pytestmark = pytest.mark.django_db

Capture = DjangoCaptureOnCommitCallbacks


@pytest.fixture
def rings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The jobs that workers were told of."""
    rung: list[str] = []

    def send_task(name: str, *, kwargs: dict[str, str], **options: Any) -> None:
        assert (name, options) == ("positions.run_job", {"queue": "default", "retry": False, "ignore_result": True})
        rung.append(kwargs["job_id"])

    monkeypatch.setattr(celery_app, "send_task", send_task)
    return rung


@pytest.fixture
def broker_down(monkeypatch: pytest.MonkeyPatch) -> None:
    def send_task(*arguments: Any, **options: Any) -> None:
        raise BrokerError("connection refused")

    monkeypatch.setattr(celery_app, "send_task", send_task)


@pytest.fixture
def analyst() -> Reader:
    return reader_of(User.objects.create_user("ana"))


def reloaded(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def let_lease_expire(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


# ---------------------------------------------------------------- enqueueing


def test_enqueued_job_is_rung_after_commit(
    analyst: Reader, rings: list[str], django_capture_on_commit_callbacks: Capture
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = enqueue_job(analyst, "test_echo", arguments={"word": "peace"})
        assert rings == []

    assert rings == [str(job.pk)]
    row = reloaded(job)
    assert (row.state, row.arguments, row.created_by, row.attempts) == (
        JobState.QUEUED,
        {"word": "peace"},
        analyst.user,
        0,
    )
    event = Event.objects.get(subject_type="job")
    assert (event.action, event.actor_name, event.subject_id, event.after) == (
        "job_created",
        "ana",
        str(job.pk),
        {"kind": "test_echo"},
    )


def test_job_of_a_transaction_that_fails_never_was(
    rings: list[str], django_capture_on_commit_callbacks: Capture
) -> None:
    def enqueue_and_fail() -> None:
        with transaction.atomic():
            enqueue_job(SYSTEM, "test_echo")
            raise ZeroDivisionError

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ZeroDivisionError):
        enqueue_and_fail()

    assert (Job.objects.count(), Event.objects.count(), rings) == (0, 0, [])


def test_unknown_kind_is_refused() -> None:
    with pytest.raises(Invalid, match="there is no kind of job called “juggle”"):
        enqueue_job(SYSTEM, "juggle")

    assert Job.objects.count() == 0


def test_kind_belongs_to_one_function() -> None:
    jobs.register_job_kind("test_echo", job_kinds.echo)

    with pytest.raises(ValueError, match="two functions claim the job kind 'test_echo'"):
        jobs.register_job_kind("test_echo", job_kinds.crash)


@pytest.mark.usefixtures("broker_down")
def test_broker_that_is_down_loses_nothing(
    django_capture_on_commit_callbacks: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        job = enqueue_job(SYSTEM, "test_echo")
    rung: list[UUID] = []

    def ring(job_id: UUID, kind: str) -> bool:
        rung.append(job_id)
        return True

    monkeypatch.setattr(jobs, "ring_worker", ring)

    assert sweep_jobs() == {"requeued": 0, "failed": 0, "rung": 0}
    later = timezone.now() + timedelta(seconds=31)
    assert sweep_jobs(now=later) == {"requeued": 0, "failed": 0, "rung": 1}
    assert rung == [job.pk]
    assert sweep_jobs(now=later + timedelta(minutes=9)) == {"requeued": 0, "failed": 0, "rung": 0}
    assert sweep_jobs(now=later + timedelta(minutes=11)) == {"requeued": 0, "failed": 0, "rung": 1}


@pytest.mark.usefixtures("broker_down")
def test_sweep_that_cannot_ring_tries_again_next_time() -> None:
    enqueue_job(SYSTEM, "test_echo")
    later = timezone.now() + timedelta(seconds=31)

    assert sweep_jobs(now=later) == {"requeued": 0, "failed": 0, "rung": 0}
    assert Job.objects.get().heartbeat_at is None


# ---------------------------------------------------------------- running


def test_job_runs_and_keeps_its_result() -> None:
    job = enqueue_job(SYSTEM, "test_echo", arguments={"word": "peace"})

    assert execute_job(job.pk) == JobState.SUCCEEDED

    row = reloaded(job)
    assert (row.state, row.result, row.errors, row.attempts, row.lease_until) == (
        JobState.SUCCEEDED,
        {"echo": {"word": "peace"}},
        [],
        1,
        None,
    )
    assert row.started_at is not None
    assert row.finished_at is not None


def test_job_is_claimed_once() -> None:
    job = enqueue_job(SYSTEM, "test_echo")

    assert claim_job(job.pk) is not None
    assert claim_job(job.pk) is None
    assert execute_job(job.pk) is None


def test_progress_and_cursor_are_kept(tmp_path: Any) -> None:
    arguments = {"steps": 3, "file": str(tmp_path / "steps"), "pause": 0}
    job = enqueue_job(SYSTEM, "test_count_slowly", arguments=arguments)
    Job.objects.filter(pk=job.pk).update(cursor=1)

    execute_job(job.pk)

    row = reloaded(job)
    assert (row.progress_done, row.progress_total, row.cursor, row.result) == (3, 3, 3, {"steps": 3})
    assert (tmp_path / "steps").read_text() == "1:2\n1:3\n"


@pytest.mark.parametrize(
    ("kind", "errors"),
    [
        (
            "test_refuse",
            [
                {"row": None, "column": "stance", "message": "is not between −2 and 2"},
                {"row": None, "column": None, "message": "nothing was written"},
            ],
        ),
        ("test_refuse_rows", [{"row": 3, "column": "party", "message": "unknown party “Atlantis”"}]),
    ],
)
def test_refused_job_lists_what_was_wrong(kind: str, errors: list[dict[str, Any]]) -> None:
    job = enqueue_job(SYSTEM, kind)

    assert execute_job(job.pk) == JobState.FAILED

    row = reloaded(job)
    assert (row.state, row.result, row.errors) == (JobState.FAILED, None, errors)


def test_unexpected_error_stays_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    job = enqueue_job(SYSTEM, "test_crash")

    with caplog.at_level(logging.ERROR):
        assert execute_job(job.pk) == JobState.FAILED

    message = f"An unexpected error (KeyError); the log has it under job {job.pk}."
    assert reloaded(job).errors == [{"row": None, "column": None, "message": message}]
    assert "a detail that stays in the log" in caplog.text


def test_kind_that_this_installation_lost_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    job = enqueue_job(SYSTEM, "test_echo")
    Job.objects.filter(pk=job.pk).update(kind="juggle")

    assert execute_job(job.pk) == JobState.FAILED

    assert reloaded(job).errors[0]["message"] == "This installation knows no kind of job called “juggle”."


def test_database_that_fails_leaves_the_job_to_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    def lose_database(job: JobContext) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setitem(jobs._kinds, "test_lose", jobs.JobKind(lose_database))
    job = enqueue_job(SYSTEM, "test_lose")

    assert execute_job(job.pk) is None

    assert reloaded(job).state == JobState.RUNNING


def test_job_acts_for_whoever_asked(analyst: Reader) -> None:
    asked = claim_job(enqueue_job(analyst, "test_echo").pk)
    by_system = claim_job(enqueue_job(SYSTEM, "test_echo").pk)

    assert asked is not None
    assert by_system is not None
    assert (JobContext(asked).reader.user, JobContext(asked).reader.is_administrator) == (analyst.user, False)
    assert JobContext(by_system).reader == SYSTEM


def test_finish_within_the_work_needs_no_second_word() -> None:
    job = claim_job(enqueue_job(SYSTEM, "test_echo").pk)
    assert job is not None
    context = JobContext(job)
    context.progress(5, 9)

    with transaction.atomic():
        context.finish({"rows": 5})

    row = reloaded(job)
    assert (row.state, row.result, row.progress_done, row.progress_total) == (JobState.SUCCEEDED, {"rows": 5}, 5, 9)


# ---------------------------------------------------------------- cancelling


def test_creator_cancels_a_waiting_job(analyst: Reader) -> None:
    job = enqueue_job(analyst, "test_echo")

    cancel_job(analyst, job, reason="wrong file")

    assert (job.state, execute_job(job.pk)) == (JobState.CANCELLED, None)
    event = Event.objects.get(action="job_cancelled")
    assert (event.reason, event.before, event.after) == ("wrong file", {"state": "queued"}, {"state": "cancelled"})


def test_running_job_notices_that_it_was_cancelled() -> None:
    job = claim_job(enqueue_job(SYSTEM, "test_echo").pk)
    assert job is not None
    context = JobContext(job)
    assert not context.cancelled()

    cancel_job(SYSTEM, reloaded(job))

    assert context.cancelled()
    with pytest.raises(JobInterrupted):
        context.progress(1, cursor=1)
    with pytest.raises(JobInterrupted):
        context.finish({})
    assert reloaded(job).state == JobState.CANCELLED


def test_cancelled_while_running_ends_without_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def cancelled_meanwhile(job: JobContext) -> dict[str, int]:
        cancel_job(SYSTEM, reloaded(job.job))
        return {"rows": 1}

    monkeypatch.setitem(jobs._kinds, "test_cancelled", jobs.JobKind(cancelled_meanwhile))
    job = enqueue_job(SYSTEM, "test_cancelled")

    assert execute_job(job.pk) is None

    assert (reloaded(job).state, reloaded(job).result) == (JobState.CANCELLED, None)


def test_job_that_ended_cannot_be_cancelled() -> None:
    job = enqueue_job(SYSTEM, "test_echo")
    execute_job(job.pk)

    with pytest.raises(Conflict, match="already ended: succeeded"):
        cancel_job(SYSTEM, reloaded(job))


def test_others_may_not_cancel(analyst: Reader) -> None:
    job = enqueue_job(analyst, "test_echo")

    for other in (Reader(), reader_of(User.objects.create_user("bob"))):
        with pytest.raises(NotPermitted):
            cancel_job(other, job)

    assert reloaded(job).state == JobState.QUEUED


# ---------------------------------------------------------------- dead workers


def test_expired_lease_puts_the_job_back(rings: list[str]) -> None:
    job = claim_job(enqueue_job(SYSTEM, "test_echo").pk)
    assert job is not None
    assert sweep_jobs() == {"requeued": 0, "failed": 0, "rung": 0}
    let_lease_expire(job)

    assert sweep_jobs() == {"requeued": 1, "failed": 0, "rung": 1}

    assert (reloaded(job).state, rings) == (JobState.QUEUED, [str(job.pk)])


@pytest.mark.usefixtures("rings")
def test_worker_that_lost_its_lease_writes_nothing_more() -> None:
    slow = claim_job(enqueue_job(SYSTEM, "test_echo").pk)
    assert slow is not None
    let_lease_expire(slow)
    sweep_jobs()
    second = claim_job(slow.pk)
    assert second is not None

    assert not keep_job(slow, progress_done=99)
    assert not succeed_job(slow, {"from": "the slow one"})
    assert succeed_job(second, {"from": "the second"})

    row = reloaded(slow)
    assert (row.result, row.progress_done, row.attempts) == ({"from": "the second"}, 0, 2)


@pytest.mark.usefixtures("rings")
def test_job_that_keeps_killing_workers_is_given_up() -> None:
    job = enqueue_job(SYSTEM, "test_echo")
    for attempt in (1, 2, 3):
        assert claim_job(job.pk) is not None, attempt
        let_lease_expire(job)
        outcome = sweep_jobs()

    assert outcome == {"requeued": 0, "failed": 1, "rung": 0}
    message = "The worker stopped 3 times while running this job; see the log."
    assert reloaded(job).errors == [{"row": None, "column": None, "message": message}]


def test_lease_is_renewed_while_one_step_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_runs, "RENEW_SECONDS", 0.01)
    renewed = threading.Event()
    job = claim_job(enqueue_job(SYSTEM, "test_echo").pk)
    assert job is not None
    context = JobContext(job)

    def renew() -> bool:
        renewed.set()
        return True

    monkeypatch.setattr(context, "renew", renew)

    with job_runs.kept_alive(context):
        assert renewed.wait(timeout=5)

    for thread in [thread for thread in threading.enumerate() if thread.name == f"lease-{job.pk}"]:
        thread.join(timeout=10)
        assert not thread.is_alive()
