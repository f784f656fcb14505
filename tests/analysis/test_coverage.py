"""Who has said nothing on what, since when."""

from __future__ import annotations

from datetime import date

from positions.analysis.coverage import coverage
from positions.analysis.position import positions
from positions.analysis.types import History
from tests.analysis.histories import NOW, TODAY, day, history, meeting, read

ROUNDS = (meeting(1, 1, None, "north", "south"), meeting(2, 3, None, "north"), meeting(3, 5, None, "north", "south"))


def told(facts: History, party: str = "north", as_of: date = TODAY) -> tuple[date | None, date | None, list[date]]:
    (found,) = coverage(facts, [party], ["border"], as_of, NOW)
    return found.heard_on, found.evidence_on, list(found.silent_at)


def test_rounds_attended_since_the_evidence() -> None:
    facts = history(read(2, 1), rounds=ROUNDS)
    assert told(facts) == (day(1), day(1), [day(3), day(5)])
    assert told(facts, as_of=day(4)) == (day(1), day(1), [day(3)])


def test_never_heard_lists_every_round_attended() -> None:
    assert told(history(read(2, 1), rounds=ROUNDS), "south") == (None, None, [day(1), day(5)])


def test_no_comment_is_heard_but_no_evidence() -> None:
    spoken = read(None, 3, state="unclear")
    assert told(history(spoken, rounds=ROUNDS)) == (day(3), None, [day(5)])
    assert told(history(read(1, 1), spoken, rounds=ROUNDS)) == (day(3), day(1), [day(3), day(5)])


def test_absence_is_not_being_heard() -> None:
    assert told(history(read(None, 3, state="absent"), rounds=ROUNDS)) == (None, None, [day(1), day(3), day(5)])


def test_rounds_not_held_or_not_attended_do_not_count() -> None:
    rounds = (meeting(1, 3, None, "north", status="cancelled"), meeting(2, 4, None, "south"), meeting(3, 5))
    assert told(history(read(1, 1), rounds=rounds)) == (day(1), day(1), [])


def test_silence_is_the_same_as_in_the_position() -> None:
    facts = history(read(2, 1), read(0, 4, asserted_by="south"), rounds=ROUNDS)
    (position,) = positions(facts, TODAY, NOW)
    (found,) = coverage(facts, ["north"], ["border"], TODAY, NOW)
    assert (found.rounds_silent, found.evidence_on) == (position.rounds_silent, position.last_evidence_on)


def test_pairs_come_in_the_order_given() -> None:
    found = coverage(history(), ["b", "a"], ["y", "x"], TODAY, NOW)
    assert [(c.party, c.issue) for c in found] == [("b", "y"), ("b", "x"), ("a", "y"), ("a", "x")]
