"""``make run``: refusals in one line, and a start and stop that leave nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.run import ROOT, clean_environment
from tests.servers import free_port
from tests.stack import Stack, processes_with, running_stack


def serve_refused(data_dir: Path, **variables: str) -> tuple[int, str, str]:
    """What a start that cannot succeed answers: status, output, errors."""
    answer = subprocess.run(
        [sys.executable, "-m", "tracker.serve"],
        cwd=ROOT,
        env=clean_environment(str(data_dir), **variables),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return answer.returncode, answer.stdout, answer.stderr


def test_busy_port_is_refused_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        answer = serve_refused(tmp_path / "data", PORT=str(port))

    line = f"rapporteur: port {port} is in use on 127.0.0.1; choose another with PORT=8001 make run\n"
    assert answer == (1, "", line)


def test_data_directory_that_cannot_be_made_is_refused_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")

    code, output, errors = serve_refused(tmp_path / "file" / "data", SECRET_KEY="k" * 40, PORT=str(free_port()))

    assert (code, output) == (1, "")
    assert errors == (
        f"rapporteur: cannot write to the data directory {tmp_path}/file/data (Not a directory); "
        "choose another with RAPPORTEUR_DATA_DIR\n"
    )


def test_read_only_data_directory_is_refused_in_one_line(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir(mode=0o500)
    if os.access(data_dir, os.W_OK):
        # root may write anywhere but in a directory of the kernel's
        data_dir = Path("/proc/self")

    code, output, errors = serve_refused(data_dir, PORT=str(free_port()))

    assert (code, output, errors.count("\n")) == (1, "", 1)
    assert errors.startswith("rapporteur: ")
    assert str(data_dir) in errors


def test_database_that_does_not_answer_is_refused_in_one_line(tmp_path: Path) -> None:
    url = f"postgres://nobody:hidden-word@127.0.0.1:{free_port()}/none?connect_timeout=2"

    code, output, errors = serve_refused(tmp_path, DATABASE_URL=url, SECRET_KEY="k" * 40, PORT=str(free_port()))

    assert (code, output, errors.count("\n")) == (1, "", 1)
    assert errors.startswith("rapporteur: the database cannot be used: connection failed")
    assert "hidden-word" not in errors


def test_unknown_part_is_a_usage_error() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "tracker.serve", "everything"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (answer.returncode, answer.stderr) == (
        2,
        "usage: python -m tracker.serve [setup|web|worker|beat|check]\n",
    )


def test_old_python_is_refused_in_one_line() -> None:
    code = (
        "import sys, runpy\n"
        "sys.version_info = (3, 8, 18, 'final', 0)\n"
        "runpy.run_path('tracker/bootstrap.py', run_name='__main__')\n"
    )

    answer = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)

    line = f"rapporteur: Python 3.11 or newer is needed, this is 3.8 ({sys.executable}); set PYTHON=/path/to/python\n"
    assert (answer.returncode, answer.stdout, answer.stderr) == (1, "", line)


def test_old_python_can_read_the_bootstrap() -> None:
    """No syntax newer than Python 3.7 may stand between an old interpreter and the line it prints."""
    import ast

    ast.parse((ROOT / "tracker" / "bootstrap.py").read_text("utf-8"), feature_version=(3, 7))


@pytest.mark.smoke
@pytest.mark.worker
def test_installation_starts_and_stops_whole(tmp_path: Path, stack_database: dict[str, str]) -> None:
    data_dir = tmp_path / "data"
    with running_stack(data_dir, RAPPORTEUR_STATIC_DIR="", **stack_database) as stack:
        assert stack.get("/healthz")[0] == 200
        assert stack.get("/")[0] == 200
        assert len(processes_with("RAPPORTEUR_DATA_DIR", str(data_dir))) >= 5
        assert stat.S_IMODE((data_dir / "demo-credentials.json").stat().st_mode) == 0o600

        code = stack.stop(signal.SIGINT)

        assert code == 0, stack.said()
        assert processes_with("RAPPORTEUR_DATA_DIR", str(data_dir)) == []
    said = stack.said()
    assert f"Rapporteur is ready: http://127.0.0.1:{stack.port}/" in said
    assert f"{data_dir}/demo-credentials.json" in said


@pytest.mark.worker
def test_second_start_sets_up_nothing_and_keeps_others_out(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with running_stack(data_dir, LOAD_DEMO="off") as first:
        first.stop(signal.SIGTERM)
    already_said = len(first.said())
    with running_stack(data_dir, LOAD_DEMO="off") as second:
        said = second.said()[already_said:]
        assert "setting up" not in said
        assert "loading" not in said
        assert "collecting" not in said

        refused = serve_refused(data_dir, PORT=str(free_port()))

        line = f"rapporteur: already running on the data directory {data_dir} (process {second.process.pid})\n"
        assert refused == (1, "", line)


@pytest.mark.worker
@pytest.mark.parametrize(("part", "program"), [("web server", "gunicorn"), ("worker", "celery")])
def test_part_that_dies_takes_the_rest_along(tmp_path: Path, part: str, program: str) -> None:
    data_dir = tmp_path / "data"
    with running_stack(data_dir, LOAD_DEMO="off") as stack:
        os.kill(child_running(stack, program), signal.SIGKILL)

        assert stack.process.wait(timeout=30) == 1
        assert f"rapporteur: the {part} stopped by itself (exit status -9); see above\n" in stack.said()
        assert processes_with("RAPPORTEUR_DATA_DIR", str(data_dir)) == []


@pytest.mark.worker
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent is gone")
def test_children_of_a_killed_installation_stop(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    with running_stack(data_dir, LOAD_DEMO="off") as stack:
        stack.process.kill()
        stack.process.wait()

        deadline = time.monotonic() + 20
        while (left := processes_with("RAPPORTEUR_DATA_DIR", str(data_dir))) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert left == []


def child_running(stack: Stack, program: str) -> int:
    """The id of the installation's own child that runs the program."""
    for pid in processes_with("RAPPORTEUR_DATA_DIR", str(stack.data_dir)):
        status = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        if int(status[1]) == stack.process.pid and program in Path(f"/proc/{pid}/cmdline").read_text():
            return pid
    raise AssertionError(f"no child runs {program}")
