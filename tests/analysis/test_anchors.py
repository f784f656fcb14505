"""Quotations that check themselves: offsets count code points, whatever the script."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from positions.analysis.anchors import CONTEXT_CHARACTERS, Anchor, anchor_quotation, anchor_span, canonical_text
from positions.exceptions import Invalid

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)

EMOJI = "Before 👩‍👩‍👧 and 🇺🇦: agreed."
COMBINING = "Cafe\u0301 and naïve: e\u0301 is two code points."
HEBREW = "שלום — לא נסכים לכך."
MIXED_DIRECTION = "He said \u2067לא\u2069 twice."
ASTRAL = "𝔸 clause 𝔹 𠜎 end"


@pytest.mark.parametrize("text", [EMOJI, COMBINING, HEBREW, MIXED_DIRECTION, ASTRAL])
def test_any_span_of_any_script_is_its_slice(text: str) -> None:
    for start in range(len(text)):
        for end in range(start + 1, len(text) + 1):
            if text[start:end].strip():
                anchor = anchor_span(text, start, end)
                assert (anchor.exact, anchor.prefix + anchor.exact + anchor.suffix in text) == (text[start:end], True)


def test_span_whole() -> None:
    text = "x" * 40 + "quote" + "y" * 40
    assert anchor_span(text, 40, 45, "quote") == Anchor(
        40, 45, "quote", "x" * CONTEXT_CHARACTERS, "y" * CONTEXT_CHARACTERS
    )


def test_offsets_count_code_points_not_utf16_units() -> None:
    assert anchor_quotation("👍👍 yes", "yes").start == 3


@given(texts, st.data())
def test_span_of_any_text_anchors_to_its_slice(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, max(0, len(text) - 1)))
    end = data.draw(st.integers(start + 1, max(start + 1, len(text))))
    assume(end <= len(text) and text[start:end].strip() != "")
    anchor = anchor_span(text, start, end, text[start:end])
    assert text[anchor.start : anchor.end] == anchor.exact
    assert text[: anchor.start].endswith(anchor.prefix)
    assert text[anchor.end :].startswith(anchor.suffix)
    assert (len(anchor.prefix), len(anchor.suffix)) == (
        min(start, CONTEXT_CHARACTERS),
        min(len(text) - end, CONTEXT_CHARACTERS),
    )


@given(texts, st.integers(-100, 200), st.integers(-100, 200))
def test_any_offsets_anchor_or_are_refused(text: str, start: int, end: int) -> None:
    try:
        anchor = anchor_span(text, start, end)
    except Invalid as refusal:
        assert not (0 <= start < end <= len(text) and text[start:end].strip())
        assert set(refusal.errors) <= {"start", "end", "exact"}  # noqa: PT017
    else:
        assert anchor.exact == text[start:end]


@given(texts, st.data())
def test_quotation_anchors_where_it_stands_or_is_refused_as_repeated(text: str, data: st.DataObject) -> None:
    assume(text.strip() != "")
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    exact = text[start:end]
    assume(exact.strip() != "")
    places = [n for n in range(len(text)) if text.startswith(exact, n)]
    if len(places) > 1:
        with pytest.raises(Invalid, match="more than once"):
            anchor_quotation(text, exact)
    else:
        assert (anchor_quotation(text, exact).start, anchor_quotation(text, exact).end) == (start, end)


@pytest.mark.parametrize(
    ("start", "end", "exact", "field", "message"),
    [
        (-1, 3, None, "start", "a passage needs 0 ≤ start < end, not -1 and 3"),
        (3, 3, None, "start", "a passage needs 0 ≤ start < end, not 3 and 3"),
        (5, 2, None, "start", "a passage needs 0 ≤ start < end, not 5 and 2"),
        (0, 99, None, "end", "99 lies beyond the end of the text, which has 15 characters"),
        (3, 4, None, "exact", "the passage from 3 to 4 holds only white space"),
        (0, 3, "two", "exact", "the quotation is not what stands at 0 to 3: the text has “One”, not “two”"),
    ],
)
def test_bad_span_is_refused_with_its_field(start: int, end: int, exact: str | None, field: str, message: str) -> None:
    with pytest.raises(Invalid) as refusal:
        anchor_span("One word, twice", start, end, exact)
    assert refusal.value.errors == {field: [message]}


def test_near_quotation_is_not_the_quotation() -> None:
    for near in ("one", "One ", "Οne", "O\u200bne", "One\u0301"):  # case, space, Greek omicron, zero width, accent
        with pytest.raises(Invalid):
            anchor_span("One word", 0, 3, near)


def test_overlapping_repetition_is_a_repetition() -> None:
    with pytest.raises(Invalid) as refusal:
        anchor_quotation("aaa!", "aa")
    assert refusal.value.errors == {"exact": ["“aa” occurs more than once, at 0 and 1; give start and end"]}


@pytest.mark.parametrize(
    ("exact", "message"),
    [
        ("nowhere", "the source's text does not contain “nowhere”"),
        ("", "a quotation needs more than white space"),
        (" \n ", "a quotation needs more than white space"),
        ("x" * 100, f"the source's text does not contain “{'x' * 59}…”"),
    ],
)
def test_missing_quotation_is_refused(exact: str, message: str) -> None:
    with pytest.raises(Invalid) as refusal:
        anchor_quotation("One word", exact)
    assert refusal.value.errors == {"exact": [message]}


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("a\r\nb", "a\nb"),
        ("a\rb", "a\nb"),
        ("a\r\r\nb", "a\n\nb"),
        ("a\n\rb", "a\n\nb"),
        ("\ufeffa\u2028b\x85c\x0bd", "\ufeffa\u2028b\x85c\x0bd"),
    ],
)
def test_canonical_text_changes_line_ends_only(raw: str, canonical: str) -> None:
    assert canonical_text(raw) == canonical


@given(texts)
def test_canonical_text_is_stable(text: str) -> None:
    once = canonical_text(text)
    assert canonical_text(once) == once
    assert "\r" not in once
    assert once.replace("\n", "") == text.replace("\r", "").replace("\n", "")
