"""as_of, known_at and party: read strictly, said in words, carried along."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.http import QueryDict

from positions.web.query_string import Asked, BadParameter, read_moment, read_parties


def ask(query: str) -> Asked:
    return read_moment(QueryDict(query))


def test_nothing_set_is_today_and_adds_nothing_to_links() -> None:
    asked = ask("")
    assert asked.query == ""
    assert asked.in_words == ""
    assert asked.moment.known_at.date() == asked.moment.as_of


def test_both_are_read_said_and_carried() -> None:
    asked = ask("as_of=2022-02-01&known_at=2026-10-12T09:40:00Z")
    assert asked.moment.as_of == date(2022, 2, 1)
    assert asked.moment.known_at == datetime(2026, 10, 12, 9, 40, tzinfo=UTC)
    assert asked.in_words == "Shown as of 1 February 2022, as the record stood on 12 October 2026, 09:40 UTC."
    assert asked.query == "?as_of=2022-02-01&known_at=2026-10-12T09%3A40%3A00Z"
    assert ask(asked.query.removeprefix("?")).moment == asked.moment


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("2026-10-12", datetime(2026, 10, 12, 23, 59, 59, 999999, UTC)),
        ("2026-10-12T09:40", datetime(2026, 10, 12, 9, 40, tzinfo=UTC)),
        ("2026-10-12T09:40:00+02:00", datetime(2026, 10, 12, 9, 40, tzinfo=timezone(timedelta(hours=2)))),
        ("2026-10-12T09:40:00%2B02:00", datetime(2026, 10, 12, 9, 40, tzinfo=timezone(timedelta(hours=2)))),
    ],
)
def test_known_at_forms(value: str, instant: datetime) -> None:
    assert ask(f"known_at={value}").moment.known_at == instant


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("as_of=yesterday", "as_of"),
        ("as_of=2022-02-30", "as_of"),
        ("as_of=2022-01-01&as_of=2022-01-02", "as_of"),
        ("as_of=２０２２-01-01", "as_of"),
        ("known_at=now", "known_at"),
        ("known_at=2026-10-12T25:00:00Z", "known_at"),
        ("known_at=0001-01-01T00:00:00%2B14:00", "known_at"),
    ],
)
def test_bad_value_names_its_parameter(query: str, name: str) -> None:
    with pytest.raises(BadParameter) as refusal:
        ask(query)
    assert refusal.value.name == name


def test_empty_value_counts_as_not_set() -> None:
    assert ask("as_of=&known_at=").query == ""


def test_parties_by_repetition_or_comma() -> None:
    asked = read_parties(QueryDict("party=north,south&party=north"), {"north", "south"}, ask(""))
    assert asked.parties == ("north", "south")
    assert asked.whole_query == "?party=north%2Csouth"


def test_unknown_party_is_refused() -> None:
    with pytest.raises(BadParameter) as refusal:
        read_parties(QueryDict("party=nobody"), {"north"}, ask(""))
    assert (refusal.value.name, refusal.value.value) == ("party", "nobody")
