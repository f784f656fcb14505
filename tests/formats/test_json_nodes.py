"""JSON documents are read strictly."""

# ruff: noqa: E501 - one case a line

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from positions.exceptions import BundleRefused
from positions.formats.json_nodes import Findings, Node, load_json


def fault_of(document: str | bytes) -> str:
    with pytest.raises(BundleRefused) as refusal:
        load_json(document)
    [(place, message)] = refusal.value.problems
    assert place == "$"
    return message


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("", "is not JSON: Expecting value at line 1, column 1"),
        ('{"a": 1,\n "b": }', "is not JSON: Expecting value at line 2, column 7"),
        ("{'a': 1}", "is not JSON: Expecting property name enclosed in double quotes at line 1, column 2"),
        ('{"a": 1} x', "is not JSON: Extra data at line 1, column 10"),
        ('{"a": 1, "a": 2}', "one object holds the key “a” twice"),
        ('[{"b": {"a": 1, "c": 2, "a": 2}}]', "one object holds the key “a” twice"),
        ("NaN", "NaN is not JSON"),
        ('{"a": [Infinity]}', "Infinity is not JSON"),
        ("-Infinity", "-Infinity is not JSON"),
        pytest.param("[" * 100_000, "is nested too deeply", id="deep lists"),
        pytest.param('{"a":' * 100_000, "is nested too deeply", id="deep objects"),
        (b'{"a": "\xff"}', "is not UTF-8: byte 7 cannot be read"),
        ('{"a": "tab\there"}', "is not JSON: Invalid control character at at line 1, column 11"),
        ("\ufeff{}", "is not JSON: Unexpected UTF-8 BOM (decode using utf-8-sig) at line 1, column 1"),
    ],
)
def test_document_that_is_no_json_is_refused(document: str | bytes, message: str) -> None:
    assert fault_of(document) == message


def test_number_of_many_digits_is_refused() -> None:
    assert "digits" in fault_of("9" * 10_000)


def test_utf16_is_refused() -> None:
    assert fault_of('{"a": 1}'.encode("utf-16")) == "is not UTF-8: byte 0 cannot be read"


def test_byte_order_mark_is_passed_over() -> None:
    assert load_json('\ufeff{"a": "é"}'.encode()) == {"a": "é"}


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(document: bytes) -> None:
    try:
        load_json(document)
    except BundleRefused as refusal:
        assert [place for place, _ in refusal.problems] == ["$"]  # noqa: PT017


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_is_read_as_it_is(value: Any) -> None:
    assert load_json(json.dumps(value)) == value
    assert load_json(json.dumps(value, ensure_ascii=False)) == value


# ---------------------------------------------------------------- members


def read_with(getter: str, value: Any, *arguments: Any, **options: Any) -> tuple[Any, list[tuple[str, str]]]:
    """What a getter gives for one member ``a`` of the object at ``x``, and the problems it notes."""
    findings = Findings()
    found = getattr(Node({"a": value}, "x", findings), getter)("a", *arguments, **options)
    return found, findings.problems


@pytest.mark.parametrize(
    ("getter", "value", "message"),
    [
        ("text", 1, "must be text, not a number"),
        ("text", True, "must be text, not true or false"),
        ("text", ["a"], "must be text, not a list"),
        ("text", {}, "must be text, not an object"),
        ("text", 1.5, "must be text, not a fraction"),
        ("text", "a\x00", "contains a NUL character at offset 1; remove it"),
        ("text", "\ud800", "contains a lone surrogate at offset 0; save the text as UTF-8 and try again"),
        ("integer", "1", "must be a whole number, not text"),
        ("integer", True, "must be a whole number, not true or false"),
        ("integer", 1.0, "must be a whole number, not a fraction"),
        ("integer", 2_000_000_001, "is too large a number"),
        ("integer", -(10**30), "is too large a number"),
        ("flag", 1, "must be true or false, not a number"),
        ("flag", "true", "must be true or false, not text"),
        ("day", "2022-02-30", "“2022-02-30” is not a day; write 2022-01-09"),
        ("day", "20220109", "“20220109” is not a day; write 2022-01-09"),
        ("day", "2022-W01-1", "“2022-W01-1” is not a day; write 2022-01-09"),
        ("day", 20220109, "must be a day such as 2022-01-09, not a number"),
        ("instant", "2022-01-09", "“2022-01-09” is not an instant with an offset; write 2026-01-09T12:00:00Z"),
        (
            "instant",
            "2022-01-09T12:00:00",
            "“2022-01-09T12:00:00” is not an instant with an offset; write 2026-01-09T12:00:00Z",
        ),
        (
            "instant",
            "0001-01-01T00:00:00+05:00",
            "“0001-01-01T00:00:00+05:00” is not an instant with an offset; write 2026-01-09T12:00:00Z",
        ),
        (
            "instant",
            "9999-12-31T23:00:00-05:00",
            "“9999-12-31T23:00:00-05:00” is not an instant with an offset; write 2026-01-09T12:00:00Z",
        ),
        ("uuid", "not-a-uuid", "“not-a-uuid” is not a UUID"),
        ("uuid", 5, "must be a UUID, not a number"),
        ("object", [], "must be an object, not a list"),
    ],
)
def test_member_of_the_wrong_kind_is_refused_at_its_path(getter: str, value: Any, message: str) -> None:
    found, problems = read_with(getter, value)
    assert problems == [("x.a", message)]
    assert not found


def test_choice_names_what_is_allowed() -> None:
    assert read_with("choice", "c", ("a", "b"), "a") == ("a", [("x.a", "“c” is none of a, b")])
    assert read_with("choice", "b", ("a", "b"), "a") == ("b", [])


def test_lists_are_refused_item_by_item() -> None:
    assert read_with("texts", ["ok", 1, "a\x00"]) == (
        [("x.a[0]", "ok")],
        [("x.a[1]", "must be text, not a number"), ("x.a[2]", "contains a NUL character at offset 1; remove it")],
    )
    found, problems = read_with("each", [{}, None, "a"], lambda node: node.path)
    assert (found, problems) == (
        ["x.a[0]"],
        [("x.a[1]", "must be an object, not null"), ("x.a[2]", "must be an object, not text")],
    )


@pytest.mark.parametrize(
    ("value", "message"), [("", "is empty"), (" \n", "is empty"), (None, "is null; it must be text")]
)
def test_required_text_is_not_empty(value: Any, message: str) -> None:
    assert read_with("text", value, required=True)[1] == [("x.a", message)]


def test_required_member_is_missed() -> None:
    findings = Findings()
    Node({}, "", findings).text("a", required=True)
    assert findings.problems == [("a", "is missing")]


def test_null_is_a_member_left_out() -> None:
    assert [read_with(getter, None) for getter in ("text", "integer", "flag", "day", "instant", "uuid", "object", "texts")] == [
        ("", []), (None, []), (False, []), (None, []), (None, []), (None, []), (None, []), ([], []),
    ]  # fmt: skip


def test_unknown_member_is_a_warning() -> None:
    findings = Findings()
    Node({"key": 1, "kye": 2}, "x", findings).warn_unknown(("key",))
    assert (findings.problems, findings.warnings) == ([], [("x.kye", "is not read; is the name right?")])
