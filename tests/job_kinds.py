"""Kinds of jobs for tests of the worker; ``celery … --include tests.job_kinds`` lets a real one know them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from positions.exceptions import Invalid
from positions.services.job_runs import JobContext, JobFailed
from positions.services.jobs import JobError, register_job_kind


def echo(job: JobContext) -> dict[str, Any]:
    return {"echo": job.arguments}


def count_slowly(job: JobContext) -> dict[str, Any]:
    """Count to ``steps``, one line in ``file`` for each, going on where an earlier attempt stopped."""
    steps = job.arguments["steps"]
    for step in range((job.cursor or 0) + 1, steps + 1):
        with Path(job.arguments["file"]).open("a") as file:
            file.write(f"{job.job.attempts}:{step}\n")
        job.progress(step, steps, cursor=step)
        time.sleep(job.arguments["pause"])
    return {"steps": steps}


def refuse(job: JobContext) -> None:
    raise Invalid({"stance": ["is not between −2 and 2"], "__all__": ["nothing was written"]})


def refuse_rows(job: JobContext) -> None:
    raise JobFailed([JobError("unknown party “Atlantis”", row=3, column="party")])


def crash(job: JobContext) -> None:
    raise KeyError("a detail that stays in the log")


register_job_kind("test_echo", echo)
register_job_kind("test_count_slowly", count_slowly)
register_job_kind("test_refuse", refuse)
register_job_kind("test_refuse_rows", refuse_rows)
register_job_kind("test_crash", crash)
