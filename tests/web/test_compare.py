"""Two parties side by side."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.test import Client

from positions.enums import Visibility
from tests.factories import make_issue, make_negotiation
from tests.web.conftest import CountQueries, Talks

pytestmark = pytest.mark.django_db
ADDRESS = "/n/river-talks/compare/"


def test_gap_of_each_issue_and_over_time(client: Client, talks: Talks) -> None:
    bridges = make_issue(talks.negotiation, "bridges", title="Bridges")
    talks.say(talks.north, "2022-01-12", 2, bridges)
    response = client.get(f"{ADDRESS}?a=north&b=south")
    ferries, over_bridges = response.context["rows"]
    assert (ferries.issue.slug, ferries.a.sign, ferries.b.sign, ferries.steps, ferries.same_side) == (
        "ferries", "+1 if", "−1", 2, False,
    )  # fmt: skip
    assert [(s.start, s.end, s.steps) for s in ferries.stretches] == [
        (date(2022, 1, 11), date(2022, 2, 10), 3),
        (date(2022, 2, 10), None, 2),
    ]
    assert ferries.history == "3 steps from 11 Jan 2022; 2 steps from 10 Feb 2022."
    assert (over_bridges.steps, over_bridges.b, over_bridges.history) == (None, None, "Not both heard.")
    assert "".join(p.text for p in response.context["lede"]) == (
        "North and South both stand on one issue: opposite each other on one, widest on Ferries; together on none."
    )


def test_two_most_heard_parties_are_the_first_choice(client: Client, talks: Talks) -> None:
    context = client.get(ADDRESS).context
    assert (context["a"].slug, context["b"].slug) == ("north", "south")
    assert client.get(f"{ADDRESS}?a=south").context["b"].slug == "north"


@pytest.mark.parametrize(("query", "name"), [("a=nobody", "a"), ("b=nobody", "b"), ("a=north&b=north", "b")])
def test_bad_party_is_named(client: Client, talks: Talks, query: str, name: str) -> None:
    response = client.get(f"{ADDRESS}?{query}")
    assert (response.status_code, response.context["problem"].name) == (400, name)


def test_nobody_to_compare(client: Client) -> None:
    make_negotiation("empty")
    assert "Fewer than two parties" in client.get("/n/empty/compare/").content.decode()


def test_csv_says_what_the_page_says(client: Client, talks: Talks) -> None:
    (row,) = csv.DictReader(io.StringIO(client.get(f"{ADDRESS}compare.csv").content.decode()))
    assert (row["issue"], row["steps"], row["widest"], row["narrowest"], row["since"]) == (
        "ferries", "2", "3", "2", "2022-02-10",
    )  # fmt: skip


def test_page_costs_the_same_for_one_and_three(talks: Talks, count_queries: CountQueries) -> None:
    one, _ = count_queries(ADDRESS)
    for number in range(3):
        issue = make_issue(talks.negotiation, f"more-{number}")
        talks.say(talks.north, "2022-01-13", -2, issue)
        talks.say(talks.south, "2022-01-20", 2, issue)
    three, _ = count_queries(ADDRESS)
    assert one == three
    assert one <= 12


def test_hidden_negotiation_compares_nobody(client: Client, talks: Talks) -> None:
    talks.negotiation.visibility = Visibility.RESTRICTED
    talks.negotiation.save()
    assert client.get(ADDRESS).status_code == 404
    assert client.get(f"{ADDRESS}compare.csv").status_code == 404
