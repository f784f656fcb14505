"""The black-box checks that lie beside the project, against a running installation.

A clone without them runs everything else; ``conftest.py`` here says loudly that these did not run.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.conftest import CHECKS
from tests.run import ROOT
from tests.stack import Stack

pytestmark = [pytest.mark.acceptance, pytest.mark.xdist_group("acceptance")]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project folder as the checks expect it, with this interpreter."""
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text(f"#!/bin/sh\nexec '{sys.executable}' \"$@\"\n", encoding="utf-8")
    python.chmod(0o755)
    shutil.copy(ROOT / "manage.py", tmp_path / "manage.py")
    for package in ("tracker", "positions", "templates", "docs"):
        (tmp_path / package).symlink_to(ROOT / package)
    return tmp_path


@pytest.mark.parametrize(
    ("check", "by_option"), [("check_core.py", True), ("check_history.py", True), ("check_demo.py", False)]
)
def test_check_falls_short_nowhere(check: str, by_option: bool, fresh_stack: Stack, project: Path) -> None:
    address = ["--base", fresh_stack.url, "--project", str(project)] if by_option else [fresh_stack.url]
    command = [sys.executable, str(CHECKS / check), *address]
    environment = {**fresh_stack.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
    assert done.stdout.strip().splitlines()[-1:] != [], done.stderr[-2000:]
    assert done.stdout.strip().splitlines()[-1].endswith(" 0 fall short"), done.stdout[-3000:] + done.stderr[-2000:]
