"""The layers of docs/architecture.md hold."""

from __future__ import annotations

import subprocess
import sys

from tests.run import ROOT


def test_imports_point_downward() -> None:
    command = [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert answer.returncode == 0, answer.stdout
