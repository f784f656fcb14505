"""The feed under eight writers: nothing is skipped or told twice, and docs/mirror.py ends with an equal copy."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from positions.analysis.position import positions
from positions.analysis.types import Condition, History, Reading, RoundSpan, StatusEntry
from tests.run import ROOT
from tests.stack import Stack

pytestmark = pytest.mark.worker

STEPS = 6
# a mirror knows how a condition stands, not since when: since long before anybody asks
START, NOW = date(2022, 1, 1), datetime(2022, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def mirror_module() -> ModuleType:
    """docs/mirror.py."""
    spec = importlib.util.spec_from_file_location("mirror", ROOT / "docs" / "mirror.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def history_of(copy: dict[str, Any]) -> History:
    """What positions are derived from, taken from the copy alone."""
    readings = tuple(
        Reading(
            coding["id"], statement["id"], statement["source"], coding["party"], coding["issue"],
            statement["asserted_by"], statement["directness"], coding["state"], coding["stance"], coding["move"],
            coding["red_line"], coding["status"], datetime.fromisoformat(coding["recorded_at"]), None,
            date.fromisoformat(statement["stated_earliest"]), date.fromisoformat(statement["stated_latest"]),
            statement["round"],
            tuple(Condition((StatusEntry(each["status"], START, NOW),)) for each in coding["conditions"]),
        )
        for statement in copy["statements"].values()
        for coding in statement["codings"]
        if coding["status"] == "published"
    )  # fmt: skip
    rounds = tuple(
        RoundSpan(
            each["number"], each["status"], date.fromisoformat(each["starts_on"]), None,
            frozenset(seat["party"] for seat in each["delegations"]),
        )
        for each in copy["rounds"].values()
    )  # fmt: skip
    return History(readings, {}, rounds)


def test_reader_beside_eight_writers_misses_and_repeats_nothing(
    live_stack: Stack, mirror_module: ModuleType, tmp_path: Path
) -> None:
    account = live_stack.credentials["lead"]
    who = f"from tests.feed_writers import *\nopen_talks('mirrored', {account['username']!r})\nanswer = 1"
    live_stack.shell(who)
    mirror = mirror_module.Mirror(live_stack.url, tmp_path / "copy.json", account["token"])
    mirror.sync()
    poller = mirror_module.Mirror(live_stack.url, tmp_path / "unused.json", account["token"])
    since = poller.get("changes/", latest="true", negotiation="mirrored")["cursor"]
    seen: list[dict[str, Any]] = []
    rounds = 0

    def poll(since: str) -> str:
        while True:
            page = poller.get("changes/", negotiation="mirrored", since=since, page_size="7")
            if page is None:
                return since
            seen.extend(page["results"])
            since = page["cursor"]
            if page["next"] is None:
                return since

    code = f"import json; from tests.feed_writers import write; print(json.dumps(write('mirrored', {STEPS})))"
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "-c", code]
    said = tmp_path / "said"
    with said.open("wb") as output:
        writing = subprocess.Popen(command, cwd=ROOT, env=live_stack.environ, stdout=output)
    while writing.poll() is None:
        since = poll(since)
        rounds += 1
        if rounds % 3 == 0:
            # the mirror is stopped and started again: its file is all it has
            mirror = mirror_module.Mirror(live_stack.url, tmp_path / "copy.json", account["token"])
            mirror.sync()
    assert said.read_text().strip() == "[]"
    poll(since)
    mirror.sync()
    assert rounds > 3

    truth = live_stack.shell(
        "from positions.models import Event, EventPlace\n"
        "rows = EventPlace.objects.filter(event__negotiation__slug='mirrored').order_by('place')\n"
        "answer = [[str(row.token), row.event.action, row.event.subject_id, row.event.before, row.event.after]"
        " for row in rows.select_related('event') if row.event.action not in ('member_role_set',)]\n"
        "unplaced = Event.objects.filter(feed_place=None).count()\n"
        "assert unplaced == 0"
    )
    before_us = [row for row in truth if row[0] not in {each["event"] for each in seen}]
    assert [row[0] for row in truth[len(before_us) :]] == [each["event"] for each in seen]
    assert len(before_us) == 5  # made before the first look: the negotiation, three issues and the source
    assert Counter(each["action"] for each in seen)["negotiation_updated"] == 8 * STEPS
    # what everybody changed is told in the order in which it was changed
    chain = [(row[3]["summary"], row[4]["summary"]) for row in truth if row[1] == "negotiation_updated"]
    assert [after for _, after in chain[:-1]] == [before for before, _ in chain[1:]]
    # a reading is drafted, then published, whoever else writes meanwhile
    steps: dict[str, list[str]] = {}
    for each in seen:
        steps.setdefault(each["id"], []).append(each["action"])
    drafted = [actions for actions in steps.values() if "coding_drafted" in actions]
    assert len(drafted) == 8 * STEPS
    assert {actions[0] for actions in drafted} == {"coding_drafted"}

    copy = mirror.copy["negotiations"]["mirrored"]
    rows = mirror.rows("statements/", negotiation="mirrored")
    assert copy["statements"] == {row["id"]: row for row in rows}
    assert copy["record"] == mirror.get("negotiations/mirrored/")
    shown = mirror.rows("positions/", negotiation="mirrored", as_of="2022-02-01")
    derived = positions(history_of(copy), date(2022, 2, 1), datetime.now(UTC))
    facts = ("party", "issue", "stance", "low", "high", "state", "footing", "conditional", "evidence_count")
    assert [tuple(row[name] for name in facts) for row in shown] == [
        tuple(getattr(each, name) for name in facts) for each in derived
    ]
    assert len(shown) == 9
