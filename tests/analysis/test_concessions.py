"""Method, section 6: the ledger of concessions."""

from __future__ import annotations

import pytest

from positions.analysis.concessions import concessions
from positions.analysis.types import Concession, History, Reading, RoundSpan
from tests.analysis.histories import NOW, TODAY, day, history, meeting, read

# North and South stand at opposite ends; North comes closer on day 2.
APART = (read(-2, 1), read(2, 1, party="south"))
STEP = read(-1, 2)


def rows(*readings: Reading, rounds: tuple[RoundSpan, ...] = (), as_of: int | None = None) -> list[Concession]:
    return concessions(history(*readings, rounds=rounds), TODAY if as_of is None else day(as_of), NOW)


def test_row_whole() -> None:
    facts = history(
        read(-2, 1, statement="before"),
        read(2, 1, party="south"),
        read(-1, 2, statement="after"),
    )
    assert concessions(facts, TODAY, NOW) == [
        Concession("north", "south", "border", day(2), 1, "own", 4, 3, None, True, ("before",), ("after",))
    ]


@pytest.mark.parametrize(
    ("before", "after", "theirs", "counts"),
    [
        (-2, -1, 2, True),
        (-2, 2, 2, True),  # reversed, all the way
        (0, 1, 2, True),  # from neutral
        (-1, 0, 2, True),
        (-1, 0, 0, False),  # towards a neutral
        (1, 2, 2, False),  # towards one's own side
        (-1, -2, 2, False),  # away
        (-1, 1, 0, False),
        (-2, -2, 2, False),  # restated
        (-1, 2, 1, True),  # past the other, and nearer
        (-1, 1, -2, False),
    ],
)
def test_what_counts_as_a_concession(before: int, after: int, theirs: int, counts: bool) -> None:
    found = rows(read(before, 1), read(after, 2), read(theirs, 1, party="south"))
    assert [(row.party, row.other, row.gap_before, row.gap_after) for row in found] == (
        [("north", "south", abs(before - theirs), abs(after - theirs))] if counts else []
    )


def test_stressing_one_of_the_things_said_before_is_no_concession() -> None:
    assert rows(read(-2, 1), read(-1, 1), read(-1, 2), read(2, 1, party="south")) == []


def test_other_that_is_mixed_receives_no_concession() -> None:
    assert rows(*APART, read(-2, 1, party="south"), STEP) == []


def test_other_heard_only_on_the_day_receives_no_concession() -> None:
    assert rows(read(-2, 1), STEP, read(2, 2, party="south")) == []


def test_moved_first_on_the_earliest_day_of_the_pair() -> None:
    found = rows(*APART, STEP, read(1, 3, party="south"), read(0, 5))
    assert [(row.party, row.on, row.moved_first) for row in found] == [
        ("north", day(2), True),
        ("south", day(3), False),
        ("north", day(5), False),
    ]


def test_both_moved_first_on_one_day() -> None:
    assert [row.moved_first for row in rows(*APART, STEP, read(1, 2, party="south"))] == [True, True]


def test_moves_on_another_issue_do_not_count_for_first() -> None:
    found = rows(
        *APART,
        STEP,
        read(-2, 1, issue="transit"),
        read(2, 1, party="south", issue="transit"),
        read(-1, 4, issue="transit"),
    )
    assert [(row.issue, row.moved_first) for row in found] == [("border", True), ("transit", True)]


def test_answered_without_limit_while_fewer_than_two_rounds_followed() -> None:
    assert [row.answered for row in rows(*APART, STEP, read(1, 30, party="south"), rounds=(meeting(1, 3),))] == [
        True,
        None,
    ]


def test_not_answered_yet_is_null() -> None:
    assert [row.answered for row in rows(*APART, STEP, rounds=(meeting(1, 3),))] == [None]


TWO = (meeting(1, 3, 4), meeting(2, 5, 6))


def test_unanswered_once_the_second_round_is_over() -> None:
    assert [[row.answered for row in rows(*APART, STEP, rounds=TWO, as_of=n)] for n in (5, 6)] == [[None], [False]]


def test_answer_on_the_last_day_of_the_second_round_counts() -> None:
    assert rows(*APART, STEP, read(1, 6, party="south"), rounds=TWO)[0].answered is True


def test_answer_after_the_second_round_comes_too_late() -> None:
    assert rows(*APART, STEP, read(1, 7, party="south"), rounds=TWO)[0].answered is False


def test_answer_of_the_same_day_is_none() -> None:
    assert [row.answered for row in rows(*APART, STEP, read(1, 2, party="south"), rounds=TWO)] == [False, False]


@pytest.mark.parametrize(
    "ignored",
    [
        meeting(1, 2, 2),  # begins on the day of the move
        meeting(1, 3, 3, status="postponed"),
        meeting(1, None, None),
        meeting(1, 3, 3, "north", "chair"),  # the other party was not there
    ],
)
def test_rounds_that_do_not_count_for_an_answer(ignored: RoundSpan) -> None:
    assert [row.answered for row in rows(*APART, STEP, rounds=(ignored, meeting(2, 4)))] == [None]


def test_rounds_that_name_both_or_nobody_count_for_an_answer() -> None:
    assert [
        row.answered for row in rows(*APART, STEP, rounds=(meeting(1, 3, 3, "north", "south", "chair"), meeting(2, 4)))
    ] == [False]


def test_rounds_are_taken_by_their_first_days_not_their_numbers() -> None:
    found = rows(*APART, STEP, read(1, 6, party="south"), rounds=(meeting(1, 7), meeting(2, 3), meeting(3, 5)))
    assert found[0].answered is False


def test_overlapping_rounds_are_taken_by_their_first_days_not_their_last() -> None:
    overlapping = (meeting(1, 3, 9), meeting(2, 4, 5), meeting(3, 6, 6))
    assert rows(*APART, STEP, read(1, 6, party="south"), rounds=overlapping)[0].answered is False


def test_rows_are_sorted_by_issue_day_and_names() -> None:
    found = rows(*APART, STEP, read(1, 2, party="south"), read(2, 1, party="chair"), read(-1, 4, party="chair"))
    assert [(row.on, row.party, row.other) for row in found] == [
        (day(2), "north", "chair"),
        (day(2), "north", "south"),
        (day(2), "south", "north"),
        (day(4), "chair", "north"),
    ]


def pairs(facts: History, involving: set[str] | None) -> list[tuple[str, str]]:
    return [(row.party, row.other) for row in concessions(facts, TODAY, NOW, involving)]


def test_involving_keeps_pairs_in_which_a_named_party_takes_part() -> None:
    facts = history(*APART, STEP, read(2, 1, party="chair"))
    assert pairs(facts, None) == [("north", "chair"), ("north", "south")]
    assert pairs(facts, {"south"}) == [("north", "south")]
    assert pairs(facts, {"north"}) == [("north", "chair"), ("north", "south")]
    assert pairs(facts, {"nobody"}) == []
    assert pairs(facts, set()) == []


def test_involving_does_not_change_what_a_row_says() -> None:
    facts = history(*APART, STEP, read(1, 3, party="south"), read(2, 1, party="chair"))
    assert concessions(facts, TODAY, NOW, {"south"}) == [
        row for row in concessions(facts, TODAY, NOW) if "south" in (row.party, row.other)
    ]
