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
