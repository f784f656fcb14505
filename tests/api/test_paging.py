"""Cursor paging: no row skipped, none repeated, in either direction, over ties and missing values."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core import signing

from tests.api.conftest import Api
from tests.factories import make_coding, make_issue, make_negotiation, make_party, make_round, make_statement


def walk(api: Api, address: str, **parameters: Any) -> tuple[list[list[str]], list[list[str]]]:
    """The ids on each page, forward to the end and back to the beginning."""

    def ids(page: dict[str, Any]) -> list[str]:
        return [row.get("id") or row["slug"] for row in page["results"]]

    page = api.json(address, **parameters)
    assert page["previous"] is None
    there = [ids(page)]
    while page["next"]:
        page = api.json(page["next"])
        there.append(ids(page))
    back = [ids(page)]
    while page["previous"]:
        page = api.json(page["previous"])
        back.append(ids(page))
    return there, back[::-1]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
@pytest.mark.parametrize(
    "ordering", ["starts_on", "-starts_on", "number", "-number", "title,-starts_on", "-title,number"]
)
def test_walking_there_and_back_gives_every_row_once(api: Api, ordering: str, size: int) -> None:
    days = [date(2022, 1, 3), None, date(2022, 1, 1), date(2022, 1, 3), None, date(2022, 1, 2), date(2022, 1, 3)]
    negotiation = make_negotiation()
    for number, day in enumerate(days, start=1):
        make_round(negotiation, number, starts_on=day, title="odd" if number % 2 else "even")
    whole = [row["id"] for row in api.rows("rounds/", ordering=ordering)]
    assert len(set(whole)) == 7
    there, back = walk(api, "rounds/", ordering=ordering, page_size=size)
    assert [id for page in there for id in page] == whole
    assert [id for page in back for id in page] == whole
    assert all(len(page) == size for page in there[:-1])
    assert there == back or size > 1


def test_null_days_come_last_in_either_direction(api: Api) -> None:
    negotiation = make_negotiation()
    for number, day in ((1, None), (2, date(2022, 1, 1)), (3, date(2022, 1, 2))):
        make_round(negotiation, number, starts_on=day)
    assert [row["number"] for row in api.rows("rounds/", ordering="starts_on", page_size=1)] == [2, 3, 1]
    assert [row["number"] for row in api.rows("rounds/", ordering="-starts_on", page_size=1)] == [3, 2, 1]


def test_rows_that_come_and_go_do_not_shift_pages(api: Api) -> None:
    negotiation = make_negotiation()
    rounds = [make_round(negotiation, number) for number in (10, 20, 30, 40)]
    page = api.json("rounds/", page_size=2)
    rounds[0].delete()
    make_round(negotiation, 5)
    make_round(negotiation, 35)
    assert [row["number"] for row in api.rows(page["next"])] == [30, 35, 40]


def test_previous_of_the_last_page_is_full(api: Api) -> None:
    negotiation = make_negotiation()
    for number in range(1, 6):
        make_round(negotiation, number)
    page = api.json("rounds/", page_size=2)
    page = api.json(api.json(page["next"])["next"])
    assert [row["number"] for row in page["results"]] == [5]
    assert page["next"] is None
    page = api.json(page["previous"])
    assert [row["number"] for row in page["results"]] == [3, 4]
    assert page["next"]


def test_filters_stay_in_the_links(api: Api) -> None:
    negotiation = make_negotiation()
    for number in range(1, 5):
        make_round(negotiation, number, status="held" if number % 2 else "planned")
    first = api.json("rounds/", status="held", page_size=1, fields="number")
    assert first["results"] == [{"number": 1}]
    assert api.json(first["next"])["results"] == [{"number": 3}]
    assert api.json(first["next"])["next"] is None


@pytest.mark.parametrize("size", ["0", "-1", "501", "1000000000000", "ten", "1.5", "", "١"])
def test_page_size_has_bounds(api: Api, size: str) -> None:
    assert set(api.errors("rounds/", page_size=size)) == {"page_size"}


def test_page_size_of_500_is_served(api: Api) -> None:
    assert api.json("rounds/", page_size=500) == {"next": None, "previous": None, "results": []}


@pytest.mark.parametrize("address", ["rounds/", "shifts/", "positions/"])
def test_bad_cursors_are_refused(api: Api, address: str) -> None:
    negotiation = make_negotiation("talks")
    issue = make_issue(negotiation, "border")
    for number in range(2):
        make_round(negotiation)
        make_coding(make_statement(negotiation, asserted_by=make_party()), issue=issue, stance=number)
    asked = {"negotiation": "talks"}
    link = api.json(address, page_size=1, **asked)["next"]
    cursor = link.partition("cursor=")[2].partition("&")[0]
    foreign = api.json("sources/", page_size=1)["next"].partition("cursor=")[2]
    bad = [
        "nonsense", "", "%00", cursor[:-1], cursor + "x", "a" * 1900, foreign,
        signing.dumps(["rounds", False, []], salt="elsewhere"),
        signing.dumps("nothing like it", salt="positions.api.paging"),
        signing.dumps(["round:number,pk", False, ["x", {"u": "zz"}]], salt="positions.api.paging"),
    ]  # fmt: skip
    for each in bad:
        assert set(api.errors(address, cursor=each, **asked)) == {"cursor"}
    assert set(api.errors(address, cursor=cursor, ordering="-on" if address == "shifts/" else "-" + {
        "rounds/": "number", "positions/": "party",
    }.get(address, ""), **asked)) == {"cursor"}  # fmt: skip
