"""Checks on single values."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from positions.validators import (
    text_fault,
    validate_edtf,
    validate_language_tag,
    validate_plain_text,
    validate_slug,
    validate_wikidata_id,
    visible_characters,
)


@pytest.mark.parametrize("value", ["russia", "nato-open-door", "2022", "a-1-b"])
def test_slug_accepted(value: str) -> None:
    validate_slug(value)


@pytest.mark.parametrize(
    "value",
    ["", "Russia", "a--b", "-a", "a-", "a_b", "a b", "a\n", "é", "а", "１", "../etc", "a/b", "a\x00", "\u200ba", "<b>"],
)
def test_slug_refused(value: str) -> None:
    with pytest.raises(ValidationError):
        validate_slug(value)


@pytest.mark.parametrize("value", ["en", "ru", "zh-Hant", "de-CH-1996"])
def test_language_tag_accepted(value: str) -> None:
    validate_language_tag(value)


@pytest.mark.parametrize(
    "value", ["", "e", "en_GB", "english language", "en-", "-en", "en\n", "en-toolongpart9", "рус"]
)
def test_language_tag_refused(value: str) -> None:
    with pytest.raises(ValidationError):
        validate_language_tag(value)


@pytest.mark.parametrize("value", ["Q0", "q159", "159", "Q", "Q159\n", "Q1 ", "Q" + "1" * 19, "Q१"])
def test_wikidata_id_refused(value: str) -> None:
    with pytest.raises(ValidationError):
        validate_wikidata_id(value)


def test_wikidata_id_accepted() -> None:
    validate_wikidata_id("Q159")
    validate_wikidata_id("Q" + "9" * 18)


@pytest.mark.parametrize("value", ["2022-01-09~", "2022-01", "2022-01-28/2022-02-01"])
def test_edtf_accepted(value: str) -> None:
    validate_edtf(value)


def test_edtf_refused_with_the_reason() -> None:
    with pytest.raises(ValidationError, match="is not a day of the calendar"):
        validate_edtf("2022-02-30")


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ("plain", None),
        ("👩‍👩‍👧 \u202e \u200b \ufeff \ufffe", None),
        ("", None),
        ("ab\x00c", "contains a NUL character at offset 2; remove it"),
        ("👍\x00", "contains a NUL character at offset 1; remove it"),
        ("a\ud800b", "contains a lone surrogate at offset 1; save the text as UTF-8 and try again"),
        ("👍\udfff", "contains a lone surrogate at offset 1; save the text as UTF-8 and try again"),
    ],
)
def test_text_fault(value: str, fault: str | None) -> None:
    assert text_fault(value) == fault


@given(st.text())
def test_plain_text_is_what_utf8_can_hold_without_nul(value: str) -> None:
    """Hypothesis' text has no surrogates."""
    if "\x00" in value:
        with pytest.raises(ValidationError):
            validate_plain_text(value)
    else:
        validate_plain_text(value)
        assert value.encode().decode() == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [("a", True), (" \u200b\ufeff\t\x07", False), ("", False), ("\u202e", False), ("👍", True), ("\u0301", True)],
)
def test_visible_characters(value: str, expected: bool) -> None:
    assert visible_characters(value) is expected
