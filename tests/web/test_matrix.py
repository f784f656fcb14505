"""The order of the matrix, and its file."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from positions.enums import Visibility
from tests.factories import make_issue
from tests.web.conftest import Talks

pytestmark = pytest.mark.django_db
ADDRESS = "/n/river-talks/matrix/"


def order_of(client: Client, sort: str) -> list[str]:
    return [row.issue.slug for row in client.get(f"{ADDRESS}?sort={sort}").context["matrix"].rows]


def test_orders_of_the_issues(client: Client, talks: Talks) -> None:
    bridge, apart = make_issue(talks.negotiation, "bridge", rank=5), make_issue(talks.negotiation, "apart", rank=6)
    for issue, north, south in ((bridge, 1, 1), (apart, 2, -2)):
        talks.say(talks.north, "2022-01-11", north, issue)
        talks.say(talks.south, "2022-01-11", south, issue)
    talks.say(talks.north, "2022-02-20", 2, bridge)
    assert order_of(client, "") == order_of(client, "distance") == ["apart", "ferries", "bridge"]
    assert order_of(client, "own") == ["ferries", "bridge", "apart"]
    assert order_of(client, "movement") == ["bridge", "ferries", "apart"]


def test_unknown_order_is_named(client: Client, talks: Talks) -> None:
    response = client.get(f"{ADDRESS}?sort=colour")
    assert (response.status_code, response.context["problem"].name) == (400, "sort")


def test_csv_says_what_the_page_says(client: Client, talks: Talks) -> None:
    answer = client.get(f"{ADDRESS}matrix.csv?as_of=2022-03-01").content.decode()
    rows = list(csv.DictReader(io.StringIO(answer)))
    assert [(r["issue"], r["party"], r["stance"], r["conditional"], r["evidence_total"]) for r in rows] == [
        ("ferries", "north", "1", "true", "2"),
        ("ferries", "south", "-1", "false", "1"),
    ]


def test_hidden_negotiation_has_no_matrix_file(client: Client, talks: Talks) -> None:
    talks.negotiation.visibility = Visibility.RESTRICTED
    talks.negotiation.save()
    assert client.get(f"{ADDRESS}matrix.csv").status_code == 404


# ---------------------------------------------------------------- what moved


def moves_of(client: Client, query: str) -> list[tuple[str, list[tuple[str, str] | None]]]:
    table = client.get(f"/n/river-talks/matrix/?{query}").context["matrix"]
    return [(row.issue.slug, [cell and (cell.sign, cell.note) for cell in row.cells]) for row in table.rows]


def test_matrix_of_what_moved_since_a_day_or_a_round(client: Client, talks: Talks) -> None:
    bridges = make_issue(talks.negotiation, "bridges")
    talks.say(talks.south, "2022-01-12", -1, bridges)
    talks.say(talks.south, "2022-02-12", 2, bridges)
    for query in ("since=2022-01-31", "since=round-1", "since=2022-01-31&sort=own"):
        assert dict(moves_of(client, query)) == {
            "ferries": [None, ("+2 → +1 if", "▼ 1 step")],
            "bridges": [("−1 → +2", "▲ 3 steps, reversed itself"), None],
        }
    assert moves_of(client, "since=2022-01-31&as_of=2022-02-10") == [("ferries", [("+2 → +1 if", "▼ 1 step")])]


def test_nothing_moved_is_said(client: Client, talks: Talks) -> None:
    assert moves_of(client, "since=2022-02-28") == []
    assert (
        "Nobody moved along the scale after 28 February 2022"
        in client.get("/n/river-talks/matrix/?since=2022-02-28").content.decode()
    )


@pytest.mark.parametrize("since", ["soon", "round-9", "2022-13-01", "2022-03-01&as_of=2022-02-01"])
def test_bad_day_to_compare_with_is_named(client: Client, talks: Talks, since: str) -> None:
    response = client.get(f"/n/river-talks/matrix/?since={since}")
    assert (response.status_code, response.context["problem"].name) == (400, "since")
