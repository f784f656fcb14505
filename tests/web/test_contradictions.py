"""One party on both sides of an issue, for all parties."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from positions.enums import Role, Visibility
from tests.factories import add_member, make_issue, make_negotiation, make_party
from tests.web.conftest import CountQueries, Talks

pytestmark = pytest.mark.django_db
ADDRESS = "/n/river-talks/contradictions/"


def lede_of(client: Client, address: str = ADDRESS) -> str:
    return "".join(phrase.text for phrase in client.get(address).context["lede"])


def turn(talks: Talks) -> None:
    """The south speaks for the ferries twenty days after it spoke against them."""
    talks.say(talks.south, "2022-01-31", 1)


def test_both_sides_with_both_quotes(client: Client, talks: Talks) -> None:
    turn(talks)
    ((ink, (row,)),) = client.get(ADDRESS).context["groups"]
    assert (ink.name, row.issue, row.words) == ("South", talks.issue, "On both sides, 20 days apart")
    assert (row.earlier.statement, row.later.statement) == (row.found.earlier.statement, row.found.later.statement)
    assert lede_of(client) == ("1 pair of passages within 30 days that cannot both be the party’s position: South.")


def test_window_in_days(client: Client, talks: Talks) -> None:
    turn(talks)
    assert lede_of(client, f"{ADDRESS}?window=19") == "Nobody was found on both sides of an issue within 19 days."
    assert len(client.get(f"{ADDRESS}?window=20").context["groups"]) == 1


@pytest.mark.parametrize("query", ["window=0", "window=366", "window=x", "window=²", "window=-3", "party=atlantis"])
def test_bad_value_is_named(client: Client, talks: Talks, query: str) -> None:
    response = client.get(f"{ADDRESS}?{query}")
    assert (response.status_code, response.context["problem"].name) == (400, query.split("=")[0])


def test_parties_and_moment_asked_for(client: Client, talks: Talks) -> None:
    turn(talks)
    for query in ("party=north", "as_of=2022-01-30", "known_at=1900-01-01"):
        assert client.get(f"{ADDRESS}?{query}").context["groups"] == []


def test_empty_negotiation_says_so(client: Client) -> None:
    make_negotiation("empty")
    assert lede_of(client, "/n/empty/contradictions/") == "Nobody was found on both sides of an issue within 30 days."


def test_csv_says_what_the_page_says(client: Client, talks: Talks) -> None:
    turn(talks)
    answer = client.get(f"{ADDRESS}contradictions.csv").content.decode()
    (row,) = csv.DictReader(io.StringIO(answer))
    assert (row["party"], row["kind"], row["days"], row["steps"], row["earlier_stance"], row["later_on"]) == (
        "south", "both_sides", "20", "2", "-1", "2022-01-31",
    )  # fmt: skip
    assert len(client.get(f"{ADDRESS}contradictions.csv?window=19").content.decode().splitlines()) == 1


def test_hidden_negotiation_has_no_contradictions(client: Client, talks: Talks) -> None:
    talks.negotiation.visibility = Visibility.RESTRICTED
    talks.negotiation.save()
    assert client.get(ADDRESS).status_code == client.get(f"{ADDRESS}contradictions.csv").status_code == 404


def test_hostile_names_are_only_text(client: Client, talks: Talks) -> None:
    hostile = "<script>alert(1)</script>\u202eevil"
    party, issue = make_party(name=hostile), make_issue(talks.negotiation, "hostile", title=hostile)
    for day, stance in (("2022-01-12", 2), ("2022-01-13", -2)):
        talks.say(party, day, stance, issue)
    text = client.get(ADDRESS).content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_page_costs_the_same_for_one_and_three(talks: Talks, count_queries: CountQueries) -> None:
    turn(talks)
    viewer = add_member(talks.negotiation, role=Role.VIEWER)
    one = [count_queries(ADDRESS, user)[0] for user in (None, viewer)]
    for number in range(2):
        issue = make_issue(talks.negotiation, f"more-{number}")
        talks.say(talks.south, "2022-01-13", 1, issue)
        talks.say(talks.south, "2022-01-14", -1, issue)
    assert [count_queries(ADDRESS, user)[0] for user in (None, viewer)] == one == [9, 12]
