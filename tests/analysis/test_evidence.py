"""Method, sections 1 to 3: what is admitted, on which footing, what is a copy."""

from __future__ import annotations

from datetime import timedelta

import pytest

from positions.analysis.position import positions
from positions.analysis.types import History, Position, Reading
from tests.analysis.histories import NOW, TODAY, day, history, instant, meeting, read


def only(facts: History, as_of: int | None = None, known: int | None = None) -> Position:
    """The one position there is."""
    [found] = positions(facts, TODAY if as_of is None else day(as_of), NOW if known is None else instant(known))
    return found


def none_at(reading: Reading, as_of: int, known: int) -> bool:
    return positions(history(reading), day(as_of), instant(known)) == []


# ---------------------------------------------------------------- section 1


def test_coding_known_from_its_publication_on() -> None:
    reading = read(1, 1, recorded_at=instant(2))
    assert none_at(reading, 1, 1)
    assert not none_at(reading, 1, 2)


def test_coding_no_longer_known_from_its_retirement_on() -> None:
    reading = read(1, 1, recorded_at=instant(1), retired_at=instant(3))
    assert positions(history(reading), day(1), instant(3) - timedelta(microseconds=1)) != []
    assert none_at(reading, 1, 3)


@pytest.mark.parametrize("status", ["draft", "submitted", "rejected"])
def test_unpublished_coding_admits_nothing(status: str) -> None:
    assert positions(history(read(1, 1, status=status)), TODAY, NOW) == []


def test_published_coding_without_clock_admits_nothing() -> None:
    assert positions(history(read(1, 1, recorded_at=None)), TODAY, NOW) == []


def test_statement_counts_on_the_last_day_it_may_have_been_made() -> None:
    reading = read(1, 4, earliest=day(1))
    assert none_at(reading, 3, 1)
    assert only(history(reading), as_of=4).occasion.on == day(4)


@pytest.mark.parametrize("state", ["unclear", "abstained", "absent"])
def test_states_without_stance_make_no_position(state: str) -> None:
    assert positions(history(read(None, 1, state=state)), TODAY, NOW) == []


@pytest.mark.parametrize("state", ["unclear", "abstained", "absent"])
def test_states_without_stance_change_no_position(state: str) -> None:
    before = only(history(read(2, 1)))
    after = only(history(read(2, 1), read(None, 2, state=state)))
    assert (after.stance, after.since, after.occasion) == (before.stance, before.since, before.occasion)


def test_recorded_abstention_is_a_stance_of_zero() -> None:
    found = only(history(read(2, 1), read(0, 2, move="vote")))
    assert (found.stance, found.state, found.occasion.on) == (0, "coded", day(2))


# ---------------------------------------------------------------- section 2


def test_own_words_decide_over_inference_and_report() -> None:
    found = only(
        history(
            read(-2, 1),
            read(1, 2, directness="inferred"),
            read(2, 3, asserted_by="south"),
        )
    )
    assert (found.stance, found.footing, found.other_evidence) == (-2, "own", 2)


def test_inference_decides_over_report() -> None:
    found = only(history(read(1, 1, directness="inferred"), read(2, 3, asserted_by="south")))
    assert (found.stance, found.footing, found.other_evidence) == (1, "inferred", 1)


def test_inferred_words_of_somebody_else_are_a_report() -> None:
    assert only(history(read(1, 1, asserted_by="south", directness="inferred"))).footing == "reported"


def test_footing_decides_as_of_the_date() -> None:
    facts = history(read(2, 1, asserted_by="south"), read(-1, 3))
    assert (only(facts, as_of=2).footing, only(facts, as_of=2).stance) == ("reported", 2)
    assert (only(facts, as_of=3).footing, only(facts, as_of=3).stance) == ("own", -1)


def test_newer_report_does_not_replace_own_words() -> None:
    found = only(history(read(-2, 1), read(2, 5, asserted_by="south")))
    assert (found.stance, found.last_evidence_on, found.last_heard_on) == (-2, day(1), day(5))


# ---------------------------------------------------------------- section 3


def test_interval_counts_on_its_last_day() -> None:
    assert only(history(read(1, 5, earliest=day(2)))).occasion.on == day(5)


def test_rounds_label_an_occasion_ascending_each_once() -> None:
    found = only(history(read(1, 1, round=3), read(1, 1, round=1), read(1, 1, round=3), read(1, 1)))
    assert found.occasion.rounds == (1, 3)


def test_round_never_decides_order() -> None:
    assert only(history(read(1, 1, round=9), read(-1, 2, round=1))).stance == -1


def test_copy_of_an_original_on_the_same_day_is_set_aside() -> None:
    found = only(history(read(1, 1, source="original"), read(2, 1, source="copy"), parents={"copy": "original"}))
    assert (found.stance, found.evidence_count, found.source_count) == (1, 1, 1)


def test_copy_through_a_source_without_evidence_is_set_aside() -> None:
    found = only(
        history(
            read(1, 1, source="original"),
            read(2, 1, source="second"),
            parents={"second": "between", "between": "original"},
        )
    )
    assert (found.stance, found.evidence_count) == (1, 1)


def test_copy_on_another_day_stands() -> None:
    found = only(history(read(1, 1, source="original"), read(2, 2, source="copy"), parents={"copy": "original"}))
    assert (found.stance, found.evidence_total) == (2, 2)


def test_copy_of_other_words_stands() -> None:
    facts = history(
        read(1, 1, source="original", asserted_by="south"),
        read(-2, 1, source="copy", asserted_by="chair"),
        parents={"copy": "original"},
    )
    assert (only(facts).state, only(facts).evidence_count) == ("mixed", 2)


def test_copy_on_another_footing_stands() -> None:
    facts = history(
        read(1, 1, source="original", directness="inferred"),
        read(2, 1, source="copy"),
        parents={"copy": "original"},
    )
    assert (only(facts).stance, only(facts).footing, only(facts).other_evidence) == (2, "own", 1)


def test_original_is_no_copy_of_its_copies() -> None:
    facts = history(read(1, 1, source="copy"), read(-1, 1, source="original"), parents={"copy": "original"})
    assert (only(facts).stance, only(facts).evidence_count) == (-1, 1)


def test_siblings_of_an_uncoded_original_all_stand_and_count_as_one_source() -> None:
    facts = history(read(1, 1, source="left"), read(2, 1, source="right"), parents={"left": "wire", "right": "wire"})
    found = only(facts)
    assert (found.stance, found.low, found.evidence_count, found.source_count) == (2, 1, 2, 1)


def test_rounds_that_only_a_copy_names_do_not_label_the_occasion() -> None:
    facts = history(
        read(1, 1, source="original", round=1), read(1, 1, source="copy", round=2), parents={"copy": "original"}
    )
    assert only(facts).occasion.rounds == (1,)


def test_original_not_yet_known_sets_nothing_aside() -> None:
    facts = history(
        read(1, 1, source="original", recorded_at=instant(3)), read(2, 1, source="copy"), parents={"copy": "original"}
    )
    assert only(facts, known=2).stance == 2
    assert only(facts, known=3).stance == 1


def test_copies_on_other_footings_are_counted_as_other_evidence() -> None:
    facts = history(
        read(1, 1),
        read(2, 1, source="original", asserted_by="south"),
        read(2, 1, source="copy", asserted_by="south"),
        parents={"copy": "original"},
    )
    assert only(facts).other_evidence == 2


def test_rounds_silent_counts_held_rounds_over_by_the_date_that_name_the_party() -> None:
    facts = history(
        read(1, 2),
        rounds=(
            meeting(1, 2, 2, "north"),  # not after the last evidence
            meeting(2, 3, 3, "north", "south"),
            meeting(3, 3, 4, "south"),  # does not name it
            meeting(4, 4, 4),  # names nobody
            meeting(5, 4, 5, "north", status="postponed"),
            meeting(6, None, None, "north"),
            meeting(7, 5, 6, "north"),
        ),
    )
    assert [only(facts, as_of=n).rounds_silent for n in (2, 3, 5, 6)] == [0, 1, 1, 2]
