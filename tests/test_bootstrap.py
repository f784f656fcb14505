"""Setting up ``.venv``: only when something changed, and refused in one line when it cannot be done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tracker import bootstrap


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with both locks and an environment whose Python works."""
    for name in ("requirements.lock", "requirements-test.lock"):
        (tmp_path / name).write_text(f"# {name}\n")
    monkeypatch.setattr(bootstrap, "ROOT", str(tmp_path))
    for name, place in {
        "VENV": ".venv",
        "VENV_PYTHON": ".venv/bin/python",
        "STAMP": ".venv/installed.json",
        "LOG": ".venv/install.log",
    }.items():
        monkeypatch.setattr(bootstrap, name, str(tmp_path / place))
    monkeypatch.setattr(bootstrap, "matches_this_python", lambda: True)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    give_pip(tmp_path, "", 0)
    return tmp_path


def give_pip(checkout: Path, says: str, ends_with: int) -> None:
    """Let the environment's Python say something and end, whatever it is asked; it notes that it was."""
    python = checkout / ".venv" / "bin" / "python"
    python.write_text(f"#!/bin/sh\necho asked >>{checkout}/asked\ncat <<'END'\n{says}\nEND\nexit {ends_with}\n")
    python.chmod(0o755)


def times_installed(checkout: Path) -> int:
    asked = checkout / "asked"
    return len(asked.read_text().splitlines()) if asked.exists() else 0


def test_lock_is_installed_once(checkout: Path) -> None:
    bootstrap.prepare("requirements.lock")
    bootstrap.prepare("requirements.lock")

    assert times_installed(checkout) == 1


def test_changed_lock_is_installed_again(checkout: Path) -> None:
    bootstrap.prepare("requirements.lock")
    (checkout / "requirements.lock").write_text("# newer\n")
    bootstrap.prepare("requirements.lock")

    assert times_installed(checkout) == 2


def test_test_lock_covers_the_runtime_lock(checkout: Path) -> None:
    bootstrap.prepare("requirements-test.lock")
    bootstrap.prepare("requirements.lock")

    assert times_installed(checkout) == 1
    assert set(json.loads((checkout / ".venv" / "installed.json").read_text())) == {
        "requirements.lock",
        "requirements-test.lock",
    }


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        (
            "WARNING: Retrying … NewConnectionError\nERROR: No matching distribution found for django",
            "the package index cannot be reached; check the network, or the proxy and index settings of pip",
        ),
        ("ERROR: [Errno 28] No space left on device", "the disk is full"),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
            "THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
        ),
        ("", "no reason given"),
    ],
)
def test_failed_installation_is_one_line_and_tried_again(
    checkout: Path, says: str, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    give_pip(checkout, says, 1)

    with pytest.raises(SystemExit) as ended:
        bootstrap.prepare("requirements.lock")

    assert ended.value.code == 1
    assert capsys.readouterr().err.splitlines() == [
        "rapporteur: installing requirements.lock into .venv (once; takes a minute)",
        f"rapporteur: installing requirements.lock failed: {reason} (all of it: .venv/install.log)",
    ]
    give_pip(checkout, "", 0)
    bootstrap.prepare("requirements.lock")
    assert times_installed(checkout) == 2


def test_missing_lock_is_refused(checkout: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (checkout / "requirements.lock").unlink()

    with pytest.raises(SystemExit):
        bootstrap.prepare("requirements.lock")

    assert capsys.readouterr().err == "rapporteur: requirements.lock is missing; is this the whole checkout?\n"
