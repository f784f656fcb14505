"""Method, section 6: kinds of shifts, conditions and red lines across them, gaps."""

from __future__ import annotations

import pytest

from positions.analysis.shifts import shifts
from positions.analysis.types import Gap, History, Occasion, Shift, Side
from tests.analysis.histories import NOW, TODAY, condition, day, history, read


def of_north(facts: History) -> list[Shift]:
    return [shift for shift in shifts(facts, TODAY, NOW) if shift.party == "north"]


def last(facts: History) -> Shift:
    return of_north(facts)[-1]


def test_first_has_nothing_before() -> None:
    facts = history(read(1, 1, statement="s", round=2, red_line=True, conditions=(condition(),)))
    after = Side(1, 1, 1, "coded", Occasion(day(1), (2,)), ("s",))
    assert of_north(facts) == [
        Shift("north", "border", day(1), "own", "first", None, False, None, None, None, after, ())
    ]


@pytest.mark.parametrize(
    ("before", "after", "kind", "steps"),
    [
        ([1], [1], "restated", 0),
        ([1, -1], [2, -2], "restated", None),
        ([1], [2], "moved", 1),
        ([2], [-0], "moved", -2),
        ([0], [-2], "moved", -2),
        ([0], [0], "restated", 0),
        ([1], [-1], "reversed", -2),
        ([-2], [2], "reversed", 4),
        ([1], [1, -1], "mixed", None),
        ([1, -1], [-1], "resolved", None),
        ([1, -1], [0], "resolved", None),
    ],
)
def test_kind_and_steps(before: list[int], after: list[int], kind: str, steps: int | None) -> None:
    found = last(history(*(read(s, 1) for s in before), *(read(s, 2) for s in after)))
    assert (found.kind, found.steps) == (kind, steps)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([1, 2], [1], True),  # moved to something said before
        ([0, 2], [1], True),  # between the two
        ([1, 2], [0], False),
        ([2], [1], False),
        ([-1, 2], [2], True),  # resolved within
        ([-1, 1], [2], False),
        ([1, 2], [1, 2], False),  # restated is never within range
        ([0, 2], [-1], False),  # reversed neither
    ],
)
def test_within_range(before: list[int], after: list[int], expected: bool) -> None:
    assert last(history(*(read(s, 1) for s in before), *(read(s, 2) for s in after))).within_range is expected


def test_report_after_own_words_is_no_shift() -> None:
    facts = history(read(1, 1), read(-2, 2, asserted_by="south"), read(2, 3))
    assert [(s.on, s.footing, s.kind, s.steps) for s in of_north(facts)] == [
        (day(1), "own", "first", None),
        (day(3), "own", "moved", 1),
    ]


def test_first_on_a_better_footing_is_compared_with_nothing() -> None:
    facts = history(
        read(1, 1, asserted_by="south"),
        read(2, 2, asserted_by="south"),
        read(-2, 3, directness="inferred"),
        read(-1, 4),
    )
    assert [(s.footing, s.kind) for s in of_north(facts)] == [
        ("reported", "first"),
        ("reported", "moved"),
        ("inferred", "first"),
        ("own", "first"),
    ]


def test_sides_carry_the_evidence_after_copies() -> None:
    facts = history(
        read(1, 1, statement="a", source="original", round=1),
        read(2, 1, statement="b", source="copy", round=2),
        read(2, 2, statement="c"),
        parents={"copy": "original"},
    )
    assert last(facts).before == Side(1, 1, 1, "coded", Occasion(day(1), (1,)), ("a",))
    assert last(facts).after == Side(2, 2, 2, "coded", Occasion(day(2), ()), ("c",))


# ---------------------------------------------------------------- conditions and red lines


def test_condition_added() -> None:
    assert last(history(read(1, 1), read(1, 2, conditions=(condition(),)))).condition == "added"


def test_condition_kept_is_no_change() -> None:
    assert last(history(read(1, 1, conditions=(condition(),)), read(1, 2, conditions=(condition(),)))).condition is None


def test_condition_not_repeated_while_still_open() -> None:
    assert last(history(read(1, 1, conditions=(condition(),)), read(1, 2))).condition == "not_repeated"


def test_condition_met_in_between_is_no_change() -> None:
    assert last(history(read(1, 1, conditions=(condition(("met", 2, 1)),)), read(1, 2))).condition is None


def test_condition_met_only_later_was_not_repeated() -> None:
    assert last(history(read(1, 1, conditions=(condition(("met", 3, 1)),)), read(1, 2))).condition == "not_repeated"


def test_condition_open_again_only_after_was_not_open_before() -> None:
    facts = history(read(1, 1, conditions=(condition(("met", 1, 1), ("open", 2, 1)),)), read(1, 2))
    assert last(facts).condition is None


def test_condition_beside_one_that_was_met_is_added_by_its_own_day() -> None:
    facts = history(read(1, 1, conditions=(condition(("met", 1, 1)),)), read(1, 2, conditions=(condition(),)))
    assert last(facts).condition == "added"


def test_red_line_declared_and_not_repeated() -> None:
    facts = history(read(-2, 1), read(-2, 2, red_line=True), read(-2, 3, red_line=True), read(-2, 4))
    assert [s.red_line for s in of_north(facts)] == [None, "declared", None, "not_repeated"]


# ---------------------------------------------------------------- gaps


def test_gaps_to_everybody_who_stood_somewhere_the_day_before() -> None:
    facts = history(
        read(-1, 1),
        read(1, 3),
        read(2, 1, party="ahead"),
        read(-2, 2, party="behind"),
        read(0, 2, party="middle"),
        read(2, 2, party="torn"),
        read(-2, 2, party="torn"),
        read(2, 3, party="late"),  # speaks only on the day itself
        read(None, 1, party="quiet", state="unclear"),
    )
    assert last(facts).gaps == (
        Gap("ahead", 3, 1, "narrowed", False),
        Gap("behind", 1, 3, "widened", True),
        Gap("middle", 1, 1, "unchanged", False),
        Gap("torn", None, None, None, None),
    )


def test_gap_is_measured_to_where_the_other_stood_the_day_before() -> None:
    facts = history(read(-2, 1), read(-1, 3), read(2, 1, party="south"), read(-2, 3, party="south"))
    assert last(facts).gaps == (Gap("south", 4, 3, "narrowed", False),)


def test_other_side_is_told_by_any_footing() -> None:
    facts = history(read(-2, 1), read(-1, 3), read(2, 2, party="south", asserted_by="chair"))
    assert last(facts).gaps == (Gap("south", 4, 3, "narrowed", False),)


@pytest.mark.parametrize(("before", "after"), [([1], [1]), ([1], [1, -1]), ([1, -1], [1])])
def test_other_kinds_have_no_gaps(before: list[int], after: list[int]) -> None:
    facts = history(*(read(s, 1) for s in before), *(read(s, 2) for s in after), read(2, 1, party="south"))
    assert [s.gaps for s in of_north(facts)] == [(), ()]


def crowd(size: int) -> History:
    others = (read(1, 1, party=f"p{n:02d}") for n in range(size - 1))
    return history(read(-1, 1), read(1, 2), *others)


def test_gaps_are_given_for_twenty_parties() -> None:
    assert len(last(crowd(20)).gaps or ()) == 19


def test_gaps_are_null_on_every_shift_above_twenty_parties() -> None:
    assert {s.gaps for s in shifts(crowd(21), TODAY, NOW)} == {None}


def test_named_parties_have_gaps_above_twenty() -> None:
    found = [s for s in shifts(crowd(21), TODAY, NOW, ["p07", "nobody"]) if s.kind == "reversed"]
    assert [s.gaps for s in found] == [(Gap("p07", 2, 0, "narrowed", False),)]


def test_crowd_is_counted_as_of_the_date() -> None:
    facts = history(read(-1, 1), read(1, 2), *(read(1, 1 if n < 19 else 3, party=f"p{n:02d}") for n in range(20)))
    assert {s.gaps is None for s in shifts(facts, day(2), NOW)} == {False}
    assert {s.gaps is None for s in shifts(facts, day(3), NOW)} == {True}


def test_parties_heard_without_stance_do_not_count_towards_the_crowd() -> None:
    facts = history(*crowd(20).readings, read(None, 1, party="quiet", state="unclear"))
    assert last(facts).gaps is not None
