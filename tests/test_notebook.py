"""docs/notebook.md: every block is run as it stands, a language at a time, against a running installation."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.run import ROOT
from tests.stack import Stack

pytestmark = pytest.mark.either_engine

BLOCKS: list[tuple[str, str]] = re.findall(
    r"^```(sh|python|r)\n(.*?)^```$",
    (ROOT / "docs" / "notebook.md").read_text(encoding="utf-8"),
    re.DOTALL | re.MULTILINE,
)
TALKS = "european-security-2022"
JOBS = 5
# What is left behind by the blocks of a language is written down by these, for the tests to compare.
SAY_PYTHON = """
import json
print("SAID" + json.dumps({
    "positions": [[str(cell) for cell in row] for row in positions[["party", "issue", "stance"]].fillna("").values],
    "pairs": int(table.notna().sum().sum()),
    "dots": sorted(map(list, dots[["party", "statement"]].values)),
    "open": int(steps["end"].isna().sum()),
    "shifts": [[*pair] for pair in shifts[["party", "issue", "on"]].values],
    "quotes": [quote for side in shifts["quotes_after"] for quote in side],
    "citations": citations,
    "codings": sorted(codings["id"]),
    "news": news["results"],
}))
"""
SAY_R = """
say <- function(name, words) cat(paste0("SAID ", name, "\\t", words, "\\n"), sep = "")
stances <- ifelse(is.na(positions$stance), "", positions$stance)
say("positions", paste(positions$party, positions$issue, stances, sep = "|"))
say("pairs", sum(!is.na(matrix)))
say("dots", paste(dots$party, dots$statement, sep = "|"))
say("days", sum(is.na(dots$stated_latest)))
say("shifts", paste(shifts$party, shifts$issue, shifts$on, sep = "|"))
say("quotes", unlist(shifts$quotes_after))
say("citations", gsub("[\\r\\n]", " ", citations))
say("codings", codings$id)
"""


def blocks_in(language: str) -> str:
    return "\n".join(code for name, code in BLOCKS if name == language)


def run(stack: Stack, command: list[str], folder: Path) -> str:
    """What a program prints that has only the variables the document tells of."""
    told = {"RAPPORTEUR_URL": stack.url, "RAPPORTEUR_TOKEN": stack.credentials["viewer"]["token"]}
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LD_LIBRARY_PATH") if name in os.environ}
    environ = {**kept, **told, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def rows(stack: Stack, address: str) -> list[dict[str, Any]]:
    """The rows of a list that fits on one page."""
    token = stack.credentials["viewer"]["token"]
    status, text = stack.get(
        f"/api/v1/{address}negotiation={TALKS}&page_size=500", {"Authorization": f"Bearer {token}"}
    )
    assert status == 200, text
    page = json.loads(text)
    assert page["next"] is None
    results: list[dict[str, Any]] = page["results"]
    return results


def pairs(found: list[dict[str, Any]], *names: str) -> list[list[str]]:
    return [["" if row[name] is None else str(row[name]) for name in names] for row in found]


POSITIONS, CODINGS, FOUND = "positions/?as_of=2022-02-01&", "codings/?", "search/?q=missiles&"
SHIFTS = "shifts/?on_after=2022-01-15&kind=moved,reversed&"


def test_every_job_is_done_in_every_language() -> None:
    text = (ROOT / "docs" / "notebook.md").read_text(encoding="utf-8")
    jobs = re.split(r"^## \d\. ", text, flags=re.MULTILINE)[1:]
    assert len(jobs) == JOBS
    assert [re.findall(r"^```(\w+)$", job, re.MULTILINE)[:3] for job in jobs] == [["sh", "python", "r"]] * JOBS
    assert set(re.findall(r"^```(\w+)$", text, re.MULTILINE)) == {"sh", "python", "r"}


def test_curl(live_stack: Stack, tmp_path: Path) -> None:
    assert shutil.which("curl"), "curl is missing; install it to run the blocks of docs/notebook.md"
    run(live_stack, ["bash", "-euo", "pipefail", "-c", blocks_in("sh")], tmp_path)

    def table(name: str) -> list[dict[str, str]]:
        with (tmp_path / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    positions = rows(live_stack, POSITIONS)
    assert [[row["party"], row["issue"], row["stance"]] for row in table("positions.csv")] == pairs(
        positions, "party", "issue", "stance"
    )
    assert len(positions) > 20
    assert [row["after_statements"].split() for row in table("shifts.csv")] == [
        row["after"]["statements"] for row in rows(live_stack, SHIFTS)
    ]
    assert {row["id"] for row in table("found.csv")} <= {row["id"] for row in rows(live_stack, FOUND)}
    assert table("found.csv")
    assert sorted(row["id"] for row in table("codings.csv")) == sorted(row["id"] for row in rows(live_stack, CODINGS))
    assert '"series":[{"party"' in (tmp_path / "timeline.json").read_text()
    assert '"results":[]' in (tmp_path / "changes.json").read_text()


def test_python(live_stack: Stack, tmp_path: Path) -> None:
    out = run(live_stack, [sys.executable, "-W", "error", "-c", blocks_in("python") + SAY_PYTHON], tmp_path)
    said = json.loads(out.partition("SAID")[2])
    positions, shifts, found = (rows(live_stack, address) for address in (POSITIONS, SHIFTS, FOUND))
    assert [[party, issue, stance.removesuffix(".0")] for party, issue, stance in said["positions"]] == pairs(
        positions, "party", "issue", "stance"
    )
    assert said["pairs"] == sum(row["stance"] is not None for row in positions)
    assert said["open"] > 0
    quotes = {row["id"]: row["exact"] for row in rows(live_stack, "statements/?")}
    assert said["dots"] == sorted(pairs(rows(live_stack, "codings/?issue=nato-open-door&"), "party", "statement"))
    assert said["shifts"] == pairs(shifts, "party", "issue", "on")
    assert said["quotes"] == [quotes[id] for row in shifts for id in row["after"]["statements"]]
    assert all(said["quotes"])
    assert len(said["citations"]) == len(found) > 0
    for citation, row in zip(said["citations"], found, strict=True):
        assert f"“{row['exact']}”" in citation
        assert citation.endswith(f"{live_stack.url}/statements/{row['id']}/")
    assert said["codings"] == sorted(row["id"] for row in rows(live_stack, CODINGS))
    assert said["news"] == []


def test_r(live_stack: Stack, tmp_path: Path) -> None:
    program = shutil.which("Rscript")
    assert program, "Rscript is missing; install r-base-core to run the blocks of docs/notebook.md (.ci/run does)"
    script = tmp_path / "notebook.R"
    script.write_text("options(warn = 2)\n" + blocks_in("r") + SAY_R, encoding="utf-8")
    said: dict[str, list[str]] = {}
    for line in run(live_stack, [program, "--vanilla", str(script)], tmp_path).splitlines():
        if line.startswith("SAID "):
            name, _, words = line.removeprefix("SAID ").partition("\t")
            said.setdefault(name, []).append(words)
    positions, shifts, found = (rows(live_stack, address) for address in (POSITIONS, SHIFTS, FOUND))
    assert [line.split("|") for line in said["positions"]] == pairs(positions, "party", "issue", "stance")
    assert said["pairs"] == [str(sum(row["stance"] is not None for row in positions))]
    on_issue = rows(live_stack, "codings/?issue=nato-open-door&state=coded&")
    assert sorted(line.split("|") for line in said["dots"]) == sorted(pairs(on_issue, "party", "statement"))
    assert said["days"] == ["0"]
    assert [line.split("|") for line in said["shifts"]] == pairs(shifts, "party", "issue", "on")
    quotes = {row["id"]: row["exact"] for row in rows(live_stack, "statements/?")}
    assert said["quotes"] == [quotes[id] for row in shifts for id in row["after"]["statements"]]
    addresses = {f"{live_stack.url}/statements/{row['id']}/" for row in found}
    assert {line.rpartition(" ")[2] for line in said["citations"]} <= addresses
    assert sorted(said["codings"]) == sorted(row["id"] for row in rows(live_stack, CODINGS))
