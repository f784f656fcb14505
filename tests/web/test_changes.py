"""What changed between two days or rounds."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from positions.enums import Visibility
from tests.factories import make_issue, make_negotiation
from tests.web.conftest import CountQueries, Talks

pytestmark = pytest.mark.django_db
ADDRESS = "/n/river-talks/changes/"


def lede_of(client: Client, query: str = "") -> str:
    return "".join(phrase.text for phrase in client.get(f"{ADDRESS}{query}").context["lede"])


def test_span_with_a_move(client: Client, talks: Talks) -> None:
    response = client.get(f"{ADDRESS}?from=2022-01-31&to=2022-02-28")
    (found,) = response.context["issues"]
    assert [(c.ink.name, c.before.stance, c.after.stance) for c in found.cards] == [("North", "+2", "+1")]
    assert [(row.ink.name, row.from_x, row.to_x, row.is_heard, row.is_conditional) for row in found.rows] == [
        ("North", 185, 145, True, True),
        ("South", 65, 65, False, False),
    ]
    assert [(name, [(t.ink.name, t.words) for t in told]) for name, told in found.lists] == [
        ("New condition", [("North", "+1 if, qualified for, 10 Feb 2022")]),
        ("Not heard", [("South", "stays at −1 of 11 Jan 2022")]),
    ]
    assert lede_of(client, "?from=2022-01-31&to=2022-02-28") == "North moved: one change, on Ferries. "


def test_days_in_which_everybody_is_heard_first(client: Client, talks: Talks) -> None:
    response = client.get(f"{ADDRESS}?from=2022-01-01&to=2022-01-31")
    (found,) = response.context["issues"]
    assert [(name, [t.ink.name for t in told]) for name, told in found.lists] == [("First heard", ["North", "South"])]
    assert [number for number, _ in response.context["counts"]] == [0, 2, 0, 0, 0, 2]


def test_without_days_since_the_last_meeting_but_one(client: Client, talks: Talks) -> None:
    span = client.get(f"{ADDRESS}?as_of=2022-03-01").context["span"]
    assert (span.since.isoformat(), span.until.isoformat()) == ("2022-01-10", "2022-03-01")


def test_rounds_as_ends(client: Client, talks: Talks) -> None:
    span = client.get(f"{ADDRESS}?from=round-2&to=round-2").context["span"]
    assert (span.since.isoformat(), span.until.isoformat()) == ("2022-02-09", "2022-02-10")
    assert lede_of(client, "?from=round-2&to=round-2") == "North moved: one change, on Ferries. "


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("from=2022-13-01&to=x", "to"),
        ("from=2022-13-01", "from"),
        ("to=yesterday", "to"),
        ("from=round-9", "from"),
        ("from=2022-03-01&to=2022-02-01", "to"),
        ("as_of=soon", "as_of"),
    ],
)
def test_bad_span_is_named(client: Client, talks: Talks, query: str, name: str) -> None:
    response = client.get(f"{ADDRESS}?{query}")
    assert (response.status_code, response.context["problem"].name) == (400, name)


def test_nothing_found(client: Client, talks: Talks) -> None:
    make_negotiation("empty")
    assert "Nothing was found" in client.get("/n/empty/changes/").content.decode()
    assert "Nothing was found" in client.get(f"{ADDRESS}?from=1900-01-01&to=1900-02-01").content.decode()
    assert client.get(f"{ADDRESS}?from=0001-01-01&to=9999-12-31").status_code == 200


def test_csv_says_what_the_page_says(client: Client, talks: Talks) -> None:
    answer = client.get(f"{ADDRESS}changes.csv?from=2022-01-31&to=2022-02-28").content.decode()
    (row,) = csv.DictReader(io.StringIO(answer))
    assert (row["party"], row["kind"], row["stance_before"], row["stance_after"], row["conditional_after"]) == (
        "north", "moved", "2", "1", "true",
    )  # fmt: skip


def test_page_costs_the_same_for_one_and_three(talks: Talks, count_queries: CountQueries) -> None:
    one, _ = count_queries(f"{ADDRESS}?from=2022-01-31")
    for number in range(3):
        issue = make_issue(talks.negotiation, f"more-{number}")
        talks.say(talks.south, "2022-01-13", -2, issue)
        talks.say(talks.south, "2022-02-13", -1, issue)
    three, _ = count_queries(f"{ADDRESS}?from=2022-01-31")
    assert one == three
    assert one <= 12


def test_hidden_negotiation_has_no_changes(client: Client, talks: Talks) -> None:
    talks.negotiation.visibility = Visibility.RESTRICTED
    talks.negotiation.save()
    assert client.get(ADDRESS).status_code == 404
    assert client.get(f"{ADDRESS}changes.csv").status_code == 404


def test_first_day_of_the_calendar_has_no_days_before_it(client: Client, talks: Talks) -> None:
    for address in ("changes/", "changes/changes.csv"):
        assert client.get(f"/n/{talks.negotiation.slug}/{address}?as_of=0001-01-01").status_code == 200
