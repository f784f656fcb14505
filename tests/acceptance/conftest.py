"""Leaves the acceptance checks out where their data is missing, and says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import new_database
from tests.run import ROOT
from tests.stack import Stack, running_stack

CHECKS = ROOT.parent / "shared" / "acceptance"


@pytest.fixture(scope="module")
def fresh_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A running installation that holds the demo and nothing that another test left in it."""
    with new_database() as variables, running_stack(tmp_path_factory.mktemp("acceptance"), **variables) as stack:
        yield stack


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what cannot run, rather than skip it in silence."""
    if CHECKS.is_dir():
        return
    missing = [item for item in items if Path(item.path).is_relative_to(Path(__file__).parent)]
    if missing:
        items[:] = [item for item in items if item not in missing]
        config.hook.pytest_deselected(items=missing)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line nobody overlooks."""
    if not CHECKS.is_dir():
        terminalreporter.write_sep("=", "ACCEPTANCE DATA MISSING: the checks beside the project did not run", red=True)
