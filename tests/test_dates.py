"""EDTF of level 0 and 1: strict bounds, caps, and nothing but a refusal for the rest."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from positions.dates import Bounds, bounds_of, capped_bounds, closed_bounds
from positions.exceptions import Invalid


@pytest.mark.parametrize(
    ("value", "earliest", "latest"),
    [
        ("2022-01-09", date(2022, 1, 9), date(2022, 1, 9)),
        ("2022-01-09~", date(2022, 1, 9), date(2022, 1, 9)),
        ("2022-01-09?", date(2022, 1, 9), date(2022, 1, 9)),
        ("2022-01-09%", date(2022, 1, 9), date(2022, 1, 9)),
        ("2022-02", date(2022, 2, 1), date(2022, 2, 28)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2022-02~", date(2022, 2, 1), date(2022, 2, 28)),
        ("2022", date(2022, 1, 1), date(2022, 12, 31)),
        ("2022?", date(2022, 1, 1), date(2022, 12, 31)),
        ("2022-01-28/2022-02-01", date(2022, 1, 28), date(2022, 2, 1)),
        ("2022-01-28~/2022-02", date(2022, 1, 28), date(2022, 2, 28)),
        ("2021/2022", date(2021, 1, 1), date(2022, 12, 31)),
        ("2022-01-09/2022-01-09", date(2022, 1, 9), date(2022, 1, 9)),
        ("2022-01-09/..", date(2022, 1, 9), None),
        ("2022-01-XX", date(2022, 1, 1), date(2022, 1, 31)),
        ("2022-XX", date(2022, 1, 1), date(2022, 12, 31)),
        ("202X", date(2020, 1, 1), date(2029, 12, 31)),
        ("0001-01-01", date(1, 1, 1), date(1, 1, 1)),
        ("9999-12-31", date(9999, 12, 31), date(9999, 12, 31)),
    ],
)
def test_bounds(value: str, earliest: date, latest: date | None) -> None:
    assert bounds_of(value) == Bounds(earliest, latest)


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "yesterday",
        "2022-13",
        "2022-00-01",
        "2022-02-30",
        "2021-02-29",
        "2022-1-9",
        "09.01.2022",
        "2022-01-09T12:00:00Z",
        "2022-01-09 ",
        " 2022-01-09",
        "2022-01-09\n",
        "٢٠٢٢-٠١-٠٩",
        "２０２２-01-09",
        "../2022",
        "/2022",
        "2022-02-01/2022-01-28",
        "2023/2022",
        "..",
        "../..",
        "/",
        "0000",
        "0000-01-01",
        "-0001",
        "10000-01-01",
        "Y170000002",
        "2022-01-09/2022-01-10/2022-01-11",
        "2022-01-09;drop",
        "[2022-01-09,2022-01-10]",
        "{2022,2023}",
        pytest.param("x" * 10_000, id="long"),
        "2022\x00",
        "\ud800",
    ],
)
def test_anything_else_is_refused(value: str) -> None:
    with pytest.raises(Invalid):
        bounds_of(value)


def test_refusal_repeats_what_was_wrong() -> None:
    with pytest.raises(Invalid) as refusal:
        bounds_of("2022-02-30")
    assert refusal.value.errors == {"__all__": ["“2022-02-30” is not a day of the calendar"]}


def test_refusal_says_which_way_round() -> None:
    with pytest.raises(Invalid) as refusal:
        bounds_of("2022-02-01/2022-01-28")
    assert refusal.value.errors == {"__all__": ["“2022-02-01/2022-01-28” ends before it begins"]}


@settings(max_examples=150, deadline=None)
@given(st.text("0123456789X./?~%-", max_size=24))
def test_any_string_of_the_alphabet_has_bounds_or_is_refused(value: str) -> None:
    try:
        bounds = bounds_of(value)
    except Invalid:
        return
    assert bounds.latest is None or bounds.earliest <= bounds.latest


@given(st.text(max_size=30))
def test_any_text_has_bounds_or_is_refused(value: str) -> None:
    try:
        bounds_of(value)
    except Invalid:
        return


@given(st.dates())
def test_every_day_of_the_calendar_is_its_own_bounds(on: date) -> None:
    assert bounds_of(on.isoformat()) == Bounds(on, on)


@settings(max_examples=40, deadline=None)
@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.sampled_from("~?%"))
def test_qualifier_never_widens(on: date, qualifier: str) -> None:
    assert bounds_of(on.isoformat() + qualifier) == Bounds(on, on)


# ---------------------------------------------------------------- caps

CAP = date(2022, 1, 15)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2022-01-09", (date(2022, 1, 9), date(2022, 1, 9))),
        ("2022-01-15", (CAP, CAP)),
        ("2022-01", (date(2022, 1, 1), CAP)),
        ("2022-01-14/2022-02-01", (date(2022, 1, 14), CAP)),
        ("2022-01-09/..", (date(2022, 1, 9), CAP)),
    ],
)
def test_last_day_is_capped_by_the_publication(value: str, expected: tuple[date, date]) -> None:
    assert capped_bounds(value, CAP) == expected


@pytest.mark.parametrize("value", ["2022-01-16", "2022-02", "2022-01-16/..", "2023"])
def test_value_after_the_publication_is_refused(value: str) -> None:
    with pytest.raises(Invalid, match="lies after the source's publication"):
        capped_bounds(value, CAP)


def test_open_end_needs_a_cap() -> None:
    with pytest.raises(Invalid, match="has an open end and the source has no date of publication to close it"):
        capped_bounds("2022-01-09/..", None)
    assert capped_bounds("2022-01", None) == (date(2022, 1, 1), date(2022, 1, 31))


def test_date_of_publication_has_no_open_end() -> None:
    assert closed_bounds("2022-01") == (date(2022, 1, 1), date(2022, 1, 31))
    with pytest.raises(Invalid, match="has an open end; give the last day"):
        closed_bounds("2022-01/..")


@settings(max_examples=60, deadline=None)
@given(
    st.dates(date(1990, 1, 1), date(2030, 1, 1)),
    st.dates(date(1990, 1, 1), date(2030, 1, 1)),
    st.dates(date(1990, 1, 1), date(2030, 1, 1)),
)
def test_bounds_never_lie_after_the_cap(first: date, second: date, cap: date) -> None:
    start, end = sorted((first, second))
    value = f"{start}/{end}"
    if start > cap:
        with pytest.raises(Invalid):
            capped_bounds(value, cap)
    else:
        assert capped_bounds(value, cap) == (start, min(end, cap))
