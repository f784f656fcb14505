"""What the worker is rung for: each task calls one service and returns."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from positions.services import idempotency, jobs, watches, webhook_delivery, workers
from positions.services.import_jobs import forget_imported_files
from positions.services.job_runs import execute_job
from positions.web.notices import compose_mail


@shared_task(name=jobs.RUN_TASK, ignore_result=True)
def run_job(*, job_id: str) -> None:
    execute_job(UUID(job_id))


@shared_task(name=webhook_delivery.RUN_TASK, ignore_result=True)
def run_webhook(*, webhook_id: str) -> None:
    webhook_delivery.run_webhook(UUID(webhook_id))


@shared_task(name="positions.sweep_jobs", ignore_result=True)
def sweep_jobs() -> None:
    jobs.sweep_jobs()
    webhook_delivery.ring_webhooks()
    workers.forget_silent_workers()
    idempotency.forget_expired_keys()
    forget_imported_files()


@shared_task(name="positions.tell_watches", ignore_result=True)
def tell_watches() -> None:
    watches.check_watches()
    watches.send_due_mails(compose_mail)
