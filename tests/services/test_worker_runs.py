"""A real worker, on each broker: it runs jobs, gives signs of life, and its death costs nothing but time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.run import ROOT, clean_environment
from tests.stack import processes_with
from tracker.env import read_environment
from tracker.serve import worker_command

pytestmark = pytest.mark.worker

# longer than a minute: what a broker loses the next sweep rings for again
PATIENCE_SECONDS = 100.0


@dataclass
class Workplace:
    """A database, a broker, and the workers started on them."""

    environ: dict[str, str]
    data_dir: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_worker(self) -> subprocess.Popen[bytes]:
        command = [*worker_command(read_environment(self.environ, ROOT)), "--include", "tests.job_kinds"]
        with (self.data_dir / "worker.log").open("ab") as log:
            worker = subprocess.Popen(
                command, cwd=ROOT, env=self.environ, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
            )
        self.workers.append(worker)
        return worker

    def run(self, code: str) -> Any:
        """Run Python in a process that has this database and broker; the value of its variable ``answer``."""
        program = (
            "import json, django; django.setup()\n"
            "from datetime import timedelta\nfrom django.utils import timezone\n"
            "from positions.models import Job, WorkerHeartbeat\n"
            "from positions.queries.access import SYSTEM\nfrom positions.services.jobs import enqueue_job\n"
            f"import tests.job_kinds\n{code}\nprint(json.dumps(answer, default=str))"
        )
        environ = {**self.environ, "DJANGO_SETTINGS_MODULE": "tracker.settings"}
        output = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env=environ, capture_output=True, text=True, check=True
        )
        return json.loads(output.stdout)

    def wait_for(self, what: Callable[[], Any], wanted: Any) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (found := what()) != wanted and time.monotonic() < deadline:
            time.sleep(0.1)
        assert found == wanted, (self.data_dir / "worker.log").read_text()

    def wait_for_job(self, job: str, state: str) -> list[Any]:
        """Wait inside one process until the job is in that state; its result, errors and attempts."""
        row: list[Any] = self.run(
            "import time\n"
            f"for _ in range({int(PATIENCE_SECONDS * 10)}):\n"
            f"    row = Job.objects.get(pk={job!r})\n"
            f"    if row.state == {state!r}: break\n"
            "    time.sleep(0.1)\n"
            "answer = [row.state, row.result, row.errors, row.attempts]"
        )
        assert row[0] == state, (row, (self.data_dir / "worker.log").read_text())
        return row[1:]

    def stop(self) -> None:
        for worker in self.workers:
            if worker.poll() is None:
                worker.terminate()
                try:
                    worker.wait(timeout=15)
                except subprocess.TimeoutExpired:
                    os.killpg(worker.pid, signal.SIGKILL)
                    worker.wait()


@pytest.fixture(params=["files", "redis"])
def workplace(request: pytest.FixtureRequest, tmp_path: Path, stack_database: dict[str, str]) -> Iterator[Workplace]:
    broker = {"REDIS_URL": request.getfixturevalue("redis_url")} if request.param == "redis" else {}
    environ = clean_environment(str(tmp_path), LOG_LEVEL="INFO", **stack_database, **broker)
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environ, check=True)
    place = Workplace(environ, tmp_path)
    try:
        yield place
    finally:
        place.stop()


def test_worker_runs_what_waited_and_what_comes(workplace: Workplace) -> None:
    waiting = workplace.run("answer = enqueue_job(SYSTEM, 'test_echo', arguments={'n': 1}).pk")
    worker = workplace.start_worker()

    assert workplace.wait_for_job(waiting, "succeeded") == [{"echo": {"n": 1}}, [], 1]
    fresh = workplace.run("answer = enqueue_job(SYSTEM, 'test_echo', arguments={'n': 2}).pk")
    assert workplace.wait_for_job(fresh, "succeeded") == [{"echo": {"n": 2}}, [], 1]

    names = "answer = list(WorkerHeartbeat.objects.values_list('name', flat=True))"
    assert len(workplace.run(names)) == 1
    worker.terminate()
    assert worker.wait(timeout=15) == 0
    assert workplace.run(names) == []


def test_job_of_a_killed_worker_goes_on_where_it_stopped(workplace: Workplace, tmp_path: Path) -> None:
    steps = tmp_path / "steps"
    arguments = {"steps": 40, "file": str(steps), "pause": 0.1}
    worker = workplace.start_worker()
    job = workplace.run(f"answer = enqueue_job(SYSTEM, 'test_count_slowly', arguments={arguments!r}).pk")
    workplace.wait_for(lambda: steps.exists() and steps.read_text().count("\n") >= 3, True)

    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    workplace.wait_for(lambda: processes_with("RAPPORTEUR_DATA_DIR", str(workplace.data_dir)), [])
    done_before = steps.read_text().splitlines()
    assert len(done_before) < 40
    # a minute later, as far as the job knows
    workplace.run("answer = Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))")
    workplace.start_worker()

    assert workplace.wait_for_job(job, "succeeded") == [{"steps": 40}, [], 2]
    done = steps.read_text().splitlines()
    assert done[: len(done_before)] == done_before
    # the step under way when the worker died may be done again, no other
    numbers = [int(line.partition(":")[2]) for line in done]
    assert sorted(set(numbers)) == list(range(1, 41))
    assert len(numbers) <= 41
