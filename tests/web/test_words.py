"""Stances, days and counts in words."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.utils.translation import override

from positions.web.words import (
    clip_text,
    count_of,
    join_words,
    say_day_short,
    say_days,
    say_edtf,
    say_instant,
    sign_position,
    sign_stance,
    spell_count,
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


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["9–12 January 2022", "28 January – 1 February 2022", "9 Sep 2022", "January 2022", "1,234", "three"]),
        ("fr", ["9–12 janvier 2022", "28 janvier – 1 février 2022", "9 sept. 2022", "janvier 2022", "1\u202f234", "3"]),
        ("ru", ["9–12 января 2022", "28 января – 1 февраля 2022", "9 сент. 2022", "январь 2022", "1\u00a0234", "3"]),
    ],
)
def test_dates_and_numbers_are_written_as_the_language_does(language: str, words: list[str]) -> None:
    with override(language):
        said = [
            say_days(date(2022, 1, 9), date(2022, 1, 12)),
            say_days(date(2022, 1, 28), date(2022, 2, 1)),
            say_day_short(date(2022, 9, 9)),
            say_edtf("2022-01", date(2022, 1, 1), date(2022, 1, 31)),
            spell_count(1234),
            spell_count(3),
        ]
        signs = [sign_stance(-1), sign_position(None, -2, 1)]

    assert said == words
    assert signs == ["−1", "−2 … +1"]


def test_signs_keep_their_order_amid_a_language_from_right_to_left() -> None:
    with override("ar"):
        assert (sign_stance(-1), sign_stance(0)) == ("\u2066−1\u2069", "0")
