"""Method, section 4: what the latest occasion amounts to."""

from __future__ import annotations

import pytest

from positions.analysis.evidence import status_of
from positions.analysis.position import positions
from positions.analysis.types import Condition, ConditionCounts, Occasion, Position
from tests.analysis.histories import NOW, TODAY, condition, day, history, instant, meeting, read
from tests.analysis.test_evidence import only


def test_position_whole() -> None:
    """One position with every field filled in by a different rule."""
    facts = history(
        read(2, 1, statement="first", source="a"),
        read(1, 2, statement="second", source="b", round=2, conditions=(condition(), condition(("met", 2, 1)))),
        read(2, 2, statement="third", source="c", round=1, red_line=True),
        read(2, 2, statement="fourth", source="d"),
        read(0, 3, asserted_by="south"),
        read(None, 4, state="unclear"),
        read(None, 5, state="absent"),
        parents={"c": "wire", "b": "wire", "d": "c"},
        rounds=(meeting(3, 3, 4, "north"),),
    )
    assert positions(facts, day(5), NOW) == [
        Position(
            party="north",
            issue="border",
            stance=2,
            low=1,
            high=2,
            state="coded",
            footing="own",
            red_line=True,
            conditional=True,
            conditions=ConditionCounts(open=1, met=1),
            occasion=Occasion(day(2), (1, 2)),
            since=day(1),
            last_evidence_on=day(2),
            last_heard_on=day(4),
            evidence_count=2,
            evidence_total=3,
            source_count=1,
            other_evidence=1,
            rounds_silent=1,
            statements=("second", "third"),
        )
    ]


@pytest.mark.parametrize(
    ("stances", "expected"),
    [
        ([1, 2], (2, 1, 2, "coded")),
        ([-1, -2], (-2, -2, -1, "coded")),
        ([0, 1], (1, 0, 1, "coded")),
        ([0, -1], (-1, -1, 0, "coded")),
        ([0, 0], (0, 0, 0, "coded")),
        ([-1, 1], (None, -1, 1, "mixed")),
        ([-2, 0, 1], (None, -2, 1, "mixed")),
        ([2, 2], (2, 2, 2, "coded")),
    ],
)
def test_stance_is_the_farthest_from_zero_or_mixed(
    stances: list[int], expected: tuple[int | None, int, int, str]
) -> None:
    found = only(history(*(read(stance, 1) for stance in stances)))
    assert (found.stance, found.low, found.high, found.state) == expected


def test_only_the_latest_occasion_counts() -> None:
    found = only(history(read(-2, 1, red_line=True, conditions=(condition(),)), read(1, 2)))
    assert (found.stance, found.low, found.red_line, found.conditional, found.evidence_count, found.evidence_total) == (
        1,
        1,
        False,
        False,
        1,
        2,
    )


def test_since_is_the_first_day_of_the_unbroken_run() -> None:
    assert only(history(read(1, 1), read(2, 2), read(1, 3), read(1, 4))).since == day(3)


def test_since_looks_past_a_change_of_range() -> None:
    assert only(history(read(2, 1), read(1, 1), read(2, 2))).since == day(1)


def test_since_runs_on_one_footing_only() -> None:
    assert only(history(read(2, 1, asserted_by="south"), read(2, 2))).since == day(2)


def test_since_of_mixed_after_mixed_is_the_first() -> None:
    assert only(history(read(2, 1), read(-2, 1), read(1, 2), read(-1, 2))).since == day(1)


def test_last_heard_leaves_out_absence_only() -> None:
    facts = history(read(1, 1), read(None, 3, state="abstained"), read(None, 4, state="absent"))
    assert only(facts).last_heard_on == day(3)


def test_no_evidence_is_no_position() -> None:
    assert positions(history(), TODAY, NOW) == []


def test_positions_are_sorted_by_party_and_issue() -> None:
    facts = history(
        read(1, 1, party="south", issue="b"), read(1, 1, party="north", issue="z"), read(1, 1, party="south", issue="a")
    )
    assert [(p.party, p.issue) for p in positions(facts, TODAY, NOW)] == [
        ("north", "z"),
        ("south", "a"),
        ("south", "b"),
    ]


# ---------------------------------------------------------------- conditions


@pytest.mark.parametrize(
    ("conditions", "as_of", "known", "expected"),
    [
        (condition(), 5, 5, "open"),
        (condition(("met", 2, 1)), 1, 5, "open"),  # not yet by the day
        (condition(("met", 2, 3)), 5, 2, "open"),  # not yet known
        (condition(("met", 2, 1), ("failed", 1, 2)), 5, 5, "met"),  # the later day, not the later instant
        (condition(("met", 2, 1), ("failed", 2, 2)), 5, 5, "failed"),  # same day: the later instant
        (condition(("met", 2, 2), ("failed", 2, 2)), 5, 5, "failed"),  # a tie: the later listed
        (condition(("failed", 2, 2), ("met", 2, 2)), 5, 5, "met"),
        (condition(("met", 2, 1), ("open", 3, 1)), 5, 5, "open"),  # open again
    ],
)
def test_condition_status(conditions: Condition, as_of: int, known: int, expected: str) -> None:
    assert status_of(conditions, day(as_of), instant(known)) == expected


def test_conditions_of_every_coding_count_equal_ones_too() -> None:
    facts = history(read(1, 1, conditions=(condition(), condition())), read(1, 1, conditions=(condition(),)))
    assert only(facts).conditions == ConditionCounts(open=3)


def test_offer_whose_condition_failed_is_not_conditional_but_says_so() -> None:
    found = only(history(read(1, 1, move="offer", conditions=(condition(("failed", 3, 1)),))))
    assert (found.stance, found.conditional, found.conditions) == (1, False, ConditionCounts(failed=1))
    assert only(history(read(1, 1, conditions=(condition(("failed", 3, 1)),))), as_of=2).conditional is True
