"""Method, section 5: the line and the dots."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings

from positions.analysis.position import positions
from positions.analysis.timeline import timeline
from positions.analysis.types import History, Point, Segment, Series
from tests.analysis.histories import (
    DAYS,
    FIRST_DAY,
    INSTANTS,
    NOW,
    TODAY,
    condition,
    day,
    histories,
    history,
    instant,
    read,
)


def series_of(facts: History, as_of: date = TODAY) -> Series:
    [found] = timeline(facts, "border", as_of, NOW)
    return found


def test_line_follows_reports_only_until_own_words_appear() -> None:
    facts = history(read(2, 1, asserted_by="south"), read(-2, 3), read(1, 5, asserted_by="south"))
    assert series_of(facts).segments == (
        Segment(day(1), day(3), 2, 2, 2, "coded", "reported", day(1)),
        Segment(day(3), None, -2, -2, -2, "coded", "own", day(3)),
    )


def test_same_five_values_are_one_segment_to_the_last_evidence() -> None:
    facts = history(read(1, 1), read(1, 3), read(2, 4))
    assert series_of(facts).segments == (
        Segment(day(1), day(4), 1, 1, 1, "coded", "own", day(3)),
        Segment(day(4), None, 2, 2, 2, "coded", "own", day(4)),
    )


def test_change_of_range_alone_begins_a_segment() -> None:
    facts = history(read(2, 1), read(1, 1), read(2, 2))
    assert [(s.start, s.end, s.low, s.high) for s in series_of(facts).segments] == [
        (day(1), day(2), 1, 2),
        (day(2), None, 2, 2),
    ]


def test_better_footing_on_the_same_day_decides_it() -> None:
    facts = history(read(2, 1, asserted_by="south"), read(-1, 1))
    assert [(s.stance, s.footing) for s in series_of(facts).segments] == [(-1, "own")]


def test_evidence_after_the_date_is_not_on_the_line() -> None:
    assert series_of(history(read(1, 1), read(2, 3)), day(2)).segments == (
        Segment(day(1), None, 1, 1, 1, "coded", "own", day(1)),
    )


def test_marks_without_stance_are_points_and_no_line() -> None:
    found = series_of(history(read(None, 1, state="unclear", coding="c", statement="s", round=4)))
    point = Point("north", "s", "c", day(1), day(1), 4, None, "unclear", "demand", False, False, "own", None)
    assert found == Series("north", (point,), ())


def test_points_say_why_they_are_set_aside_as_of_their_own_day() -> None:
    facts = history(
        read(1, 1, coding="early-report", asserted_by="south"),
        read(1, 2, coding="original", source="a"),
        read(1, 2, coding="copy", source="b"),
        read(1, 3, coding="late-report", asserted_by="south", source="a"),
        read(1, 3, coding="late-copy", asserted_by="south", source="b"),
        read(None, 3, coding="mark", asserted_by="south", state="unclear"),
        parents={"b": "a"},
    )
    assert {point.coding: point.set_aside for point in series_of(facts).points} == {
        "early-report": None,
        "original": None,
        "copy": "copy",
        "late-report": "footing",
        "late-copy": "footing",
        "mark": None,
    }


def test_report_of_the_same_day_as_own_words_is_set_aside_for_its_footing() -> None:
    facts = history(read(1, 1, coding="own"), read(1, 1, coding="report", asserted_by="south"))
    assert {p.coding: p.set_aside for p in series_of(facts).points} == {"own": None, "report": "footing"}


def test_point_is_conditional_as_of_its_own_day() -> None:
    facts = history(
        read(1, 1, coding="later-met", conditions=(condition(("met", 3, 1)),)),
        read(1, 2, coding="met-then", conditions=(condition(("met", 2, 1)),)),
    )
    assert {p.coding: p.conditional for p in series_of(facts).points} == {"later-met": True, "met-then": False}


def test_points_are_ordered_by_their_days_then_names() -> None:
    facts = history(
        read(1, 3, coding="d", statement="s2", earliest=day(2)),
        read(1, 3, coding="c", statement="s1", earliest=day(2)),
        read(1, 3, coding="b", statement="s9", earliest=day(1)),
        read(1, 1, coding="a", statement="s9"),
    )
    assert [p.coding for p in series_of(facts).points] == ["a", "b", "c", "d"]


def test_series_are_sorted_and_of_one_issue() -> None:
    facts = history(read(1, 1, party="south"), read(1, 1, party="north"), read(1, 1, party="chair", issue="transit"))
    assert [series.party for series in timeline(facts, "border", TODAY, NOW)] == ["north", "south"]
    assert timeline(facts, "nothing", TODAY, NOW) == []


def test_correction_changes_the_line_from_its_instant_on() -> None:
    facts = history(read(2, 1, retired_at=instant(3)), read(-2, 1, recorded_at=instant(3)))
    assert [timeline(facts, "border", TODAY, instant(n))[0].segments[0].stance for n in (2, 3)] == [2, -2]


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(histories(most=10))
def test_segment_that_holds_a_day_is_the_position_as_of_that_day(facts: History) -> None:
    """The definition of the line, asked for each day of the history and some days after it."""
    last, known_at = DAYS[-1] + timedelta(days=2), INSTANTS[2]
    lines = {series.party: series.segments for series in timeline(facts, "border", last, known_at)}
    for offset in range((last - FIRST_DAY).days + 1):
        on = FIRST_DAY + timedelta(days=offset)
        stand = {
            p.party: (p.stance, p.state, p.low, p.high, p.footing)
            for p in positions(facts, on, known_at)
            if p.issue == "border"
        }
        drawn = {
            party: (s.stance, s.state, s.low, s.high, s.footing)
            for party, segments in lines.items()
            for s in segments
            if s.start <= on and (s.end is None or on < s.end)
        }
        assert drawn == stand
