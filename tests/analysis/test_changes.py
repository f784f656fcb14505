"""What moved between two days."""

from __future__ import annotations

import pytest
from hypothesis import given

from positions.analysis.changes import changes
from positions.analysis.position import positions
from positions.analysis.shifts import shifts
from positions.analysis.types import History
from tests.analysis.histories import DAYS, NOW, day, histories, history, read


@pytest.mark.parametrize(
    ("before", "after", "kind", "steps"),
    [
        ([], [1], "new", None),
        ([1], [1], "unchanged", 0),
        ([1, -1], [2, -1], "unchanged", None),
        ([1], [2], "moved", 1),
        ([0], [-2], "moved", -2),
        ([1], [-1], "reversed", -2),
        ([1], [1, -1], "mixed", None),
        ([1, -1], [1], "resolved", None),
    ],
)
def test_kind_compares_the_ends(before: list[int], after: list[int], kind: str, steps: int | None) -> None:
    facts = history(*(read(s, 1) for s in before), *(read(s, 3) for s in after))
    assert [(c.kind, c.steps) for c in changes(facts, day(2), day(3), NOW)] == [(kind, steps)]


def test_ends_are_compared_and_the_way_is_listed() -> None:
    facts = history(read(1, 1), read(-2, 2), read(1, 3))
    (change,) = changes(facts, day(1), day(3), NOW)
    assert (change.kind, [(s.kind, s.on) for s in change.shifts]) == (
        "unchanged",
        [("reversed", day(2)), ("reversed", day(3))],
    )


def test_better_evidence_is_no_move() -> None:
    (change,) = changes(history(read(-2, 1, asserted_by="south"), read(2, 2)), day(1), day(2), NOW)
    assert (change.kind, change.steps) == ("better_known", None)


def test_silence_is_no_change() -> None:
    assert changes(history(read(1, 1)), day(1), day(5), NOW) == []


def test_span_that_ends_before_it_begins() -> None:
    with pytest.raises(ValueError, match="ends before it begins"):
        changes(history(), day(2), day(1), NOW)


@given(histories())
def test_changes_are_the_shifts_of_the_span_and_its_ends(facts: History) -> None:
    since, until = DAYS[1], DAYS[4]
    found = changes(facts, since, until, NOW)
    assert sorted((s.party, s.issue, s.on) for c in found for s in c.shifts) == sorted(
        (s.party, s.issue, s.on) for s in shifts(facts, until, NOW) if s.on > since
    )
    ends = {(p.party, p.issue): p for p in positions(facts, until, NOW)}
    starts = {(p.party, p.issue): p for p in positions(facts, since, NOW)}
    assert all((c.after, c.before) == (ends[c.party, c.issue], starts.get((c.party, c.issue))) for c in found)
