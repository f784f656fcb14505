"""The time axis: every span of days gets an axis, and labels never run into each other."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from positions.web.chart_axis import DayScale, choose_days, measure_text, place_bands, place_ticks


@dataclass(frozen=True)
class Meeting:
    number: int
    title: str
    starts_on: date | None
    ends_on: date | None


def labels_of(first: date, last: date) -> list[str]:
    return [tick.label for tick in place_ticks(DayScale(first, last, 0, 740)) if tick.label]


def test_days_name_the_year_once() -> None:
    assert labels_of(date(2021, 12, 30), date(2022, 1, 5)) == [
        "30 Dec 2021", "31 Dec", "1 Jan 2022", "2 Jan", "3 Jan", "4 Jan", "5 Jan",
    ]  # fmt: skip


def test_decades_get_round_years() -> None:
    assert labels_of(date(1850, 5, 1), date(1999, 5, 1)) == ["1860", "1880", "1900", "1920", "1940", "1960", "1980"]


@given(st.dates(), st.integers(0, 300_000))
def test_any_span_has_an_axis_without_colliding_labels(first: date, days: int) -> None:
    last = date.fromordinal(min(date.max.toordinal(), first.toordinal() + days))
    scale = DayScale(first, last, 0, 740)
    shown = [tick for tick in place_ticks(scale) if tick.label]
    for one, other in itertools.pairwise(shown):
        assert one.x + measure_text(one.label, 12) <= other.x


def test_axis_holds_one_date_and_no_date() -> None:
    assert choose_days([date(2024, 5, 1)], []) == (date(2024, 4, 28), date(2024, 5, 4))
    first, last = choose_days([], [])
    assert first < last


def test_axis_is_not_stretched_to_a_distant_date_asked_for() -> None:
    days = [date(2022, 1, 1), date(2022, 3, 1)]
    assert choose_days(days, [], date(2030, 1, 1))[1] < date(2022, 4, 1)


def test_axis_leaves_out_a_round_far_from_the_evidence() -> None:
    far = Meeting(9, "Far", date(2040, 1, 1), date(2040, 1, 1))
    assert choose_days([date(2022, 1, 1), date(2022, 3, 1)], [far])[1].year == 2022


def test_round_labels_of_a_row_never_collide() -> None:
    meetings = [Meeting(n, f"Session {n} of the group", date(2024, 5, 1) + timedelta(n // 2), None) for n in range(14)]
    bands, top = place_bands(meetings, DayScale(date(2024, 4, 1), date(2024, 6, 1), 132, 874), label_length=18, rows=4)
    rows: dict[float, list[tuple[float, float]]] = {}
    for band in bands:
        if band.label:
            half = measure_text(band.label, 11.5) / 2
            rows.setdefault(band.label_y, []).append((band.label_x - half, band.label_x + half))
    for spans in rows.values():
        ordered = sorted(spans)
        assert all(left[1] <= right[0] for left, right in itertools.pairwise(ordered))
    assert len(bands) == 14
    assert max(rows) < top


def test_many_rounds_are_numbered_and_thinned() -> None:
    meetings = [Meeting(n, "x" * 300, date(2024, 5, 1) + timedelta(n // 2), None) for n in range(60)]
    bands, _ = place_bands(meetings, DayScale(date(2024, 5, 1), date(2024, 5, 31), 132, 874), label_length=18, rows=4)
    labels = [band.label for band in bands if band.label]
    assert len(bands) == 60
    assert 10 < len(labels) < 60
    assert all(label.isdigit() for label in labels)
    assert all("Round" in band.title for band in bands)
