"""Dates as the pages and the desk write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.forms import DateField, ValidationError
from django.utils import formats


def test_dates_are_written_day_first() -> None:
    assert formats.date_format(date(2022, 1, 9)) == "9 January 2022"
    assert formats.date_format(datetime(2022, 1, 9, 15, 4, tzinfo=UTC), "DATETIME_FORMAT") == "9 January 2022, 15:04"


@pytest.mark.parametrize("entered", ["2022-01-09", "9 January 2022", "9 Jan 2022"])
def test_dates_are_read_where_they_mean_one_day(entered: str) -> None:
    assert DateField().clean(entered) == date(2022, 1, 9)


def test_date_that_could_mean_two_days_is_refused() -> None:
    with pytest.raises(ValidationError):
        DateField().clean("01/09/2022")
