"""Stances, days and counts in words."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from positions.web.words import (
    clip_text,
    count_of,
    join_words,
    say_days,
    say_edtf,
    say_instant,
    sign_position,
    sign_stance,
)


@pytest.mark.parametrize(("stance", "sign"), [(2, "+2"), (0, "0"), (-1, "−1"), (None, "–")])
def test_sign_stance(stance: int | None, sign: str) -> None:
    assert sign_stance(stance) == sign


def test_sign_position_of_mixed_signals_is_the_range() -> None:
    assert sign_position(None, -2, 1) == "−2 … +1"


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2022, 1, 9), date(2022, 1, 9), "9 January 2022"),
        (date(2022, 1, 9), date(2022, 1, 12), "9–12 January 2022"),
        (date(2022, 1, 28), date(2022, 2, 1), "28 January – 1 February 2022"),
        (date(2021, 12, 30), date(2022, 1, 9), "30 December 2021 – 9 January 2022"),
        (None, None, "no date"),
    ],
)
def test_say_days(first: date | None, last: date | None, words: str) -> None:
    assert say_days(first, last) == words


@pytest.mark.parametrize(
    ("value", "earliest", "latest", "words"),
    [
        ("2022-01-09~", date(2022, 1, 9), date(2022, 1, 9), "about 9 January 2022"),
        ("2022-01-09?", date(2022, 1, 9), date(2022, 1, 9), "9 January 2022 (uncertain)"),
        ("2022-01", date(2022, 1, 1), date(2022, 1, 31), "January 2022"),
        ("2022", date(2022, 1, 1), date(2022, 12, 31), "2022"),
        ("2022-01-28/2022-02-01", date(2022, 1, 28), date(2022, 2, 1), "28 January – 1 February 2022"),
    ],
)
def test_say_edtf(value: str, earliest: date, latest: date, words: str) -> None:
    assert say_edtf(value, earliest, latest) == words


def test_say_instant_names_its_offset() -> None:
    assert say_instant(datetime(2026, 11, 3, 14, 20, tzinfo=UTC)) == "3 November 2026, 14:20 UTC"


def test_counts_and_lists() -> None:
    assert [count_of(n, "round") for n in (0, 1, 2)] == ["no rounds", "1 round", "2 rounds"]
    assert [join_words(w) for w in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == ["", "a", "a and b", "a, b and c"]


def test_clip_text_cuts_at_a_word_and_flattens_lines() -> None:
    assert clip_text("one\n two  three four", 15) == "one two three…"
    assert clip_text("x" * 40, 10) == "x" * 9 + "…"
