"""One round, and two accounts of it."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from positions.enums import Directness, SourceKind, Visibility
from positions.models import Source
from tests.factories import (
    make_coding,
    make_delegation,
    make_issue,
    make_person,
    make_round,
    make_source,
    make_statement,
)
from tests.web.conftest import CountQueries, Talks

pytestmark = pytest.mark.django_db
ADDRESS = "/n/river-talks/rounds/"


def account(talks: Talks, title: str, **stances: int) -> Source:
    """A readout of the first round in which one house tells where each party stands."""
    source = make_source(
        talks.negotiation, title=title, kind=SourceKind.READOUT, publisher=title, published_on="2022-01-10"
    )
    first = talks.negotiation.rounds.get(number=1)
    for slug, stance in stances.items():
        party = {"north": talks.north, "south": talks.south}[slug]
        statement = make_statement(
            source=source, asserted_by=party, stated_on="2022-01-10", round=first, directness=Directness.PARAPHRASE
        )
        make_coding(statement, party=party, issue=talks.issue, stance=stance)
    return source


def test_round_tells_who_met_what_was_said_and_what_moved(client: Client, talks: Talks) -> None:
    second = talks.negotiation.rounds.get(number=2)
    head = make_person(name="Ada North")
    delegation = second.delegations.get(party=talks.north)
    delegation.head = head
    delegation.save()
    statement = make_statement(
        source=make_source(talks.negotiation, published_on="2022-02-10"),
        asserted_by=talks.north,
        stated_on="2022-02-10",
        round=second,
    )
    make_coding(statement, party=talks.north, issue=talks.issue, stance=0)
    response = client.get(f"{ADDRESS}2/")
    assert "".join(p.text for p in response.context["lede"]) == (
        "North and South took part. 1 passage from 1 source. North moved, one shift in all."
    )
    assert [(d.ink.name, d.head) for d in response.context["delegations"]] == [("North", "Ada North"), ("South", "")]
    (at,) = response.context["issues"]
    assert [(s.ink.name, s.cell.sign, len(s.quotations), s.more) for s in at.said] == [("North", "0", 1, 0)]
    assert (response.context["before"].number, response.context["after"]) == (1, None)


def test_round_without_a_passage_says_so(client: Client, talks: Talks) -> None:
    assert "No passage of this round is in the record" in client.get(f"{ADDRESS}1/").content.decode()


@pytest.mark.parametrize("ending", ["99/", "99/readouts/", "99/readouts/readouts.csv"])
def test_unknown_round(client: Client, talks: Talks, ending: str) -> None:
    assert client.get(f"{ADDRESS}{ending}").status_code == 404


def test_accounts_are_compared_position_by_position(client: Client, talks: Talks) -> None:
    a, b = account(talks, "House A", north=2, south=1), account(talks, "House B", north=-1)
    response = client.get(f"{ADDRESS}1/readouts/?a={a.pk}&b={b.pk}")
    assert [(r.ink.name, r.kind) for r in response.context["rows"]] == [("North", "conflict"), ("South", "only_a")]
    assert response.context["lede"] == (
        "The accounts contradict each other on 1 position. "
        "Had you read only the first, you would know 2 of 2 positions; only the second, 1."
    )
    north = response.context["rows"][0]
    assert (north.a.cell.sign, north.b.cell.sign, north.later) == (
        "+2",
        "−1",
        "10 Feb 2022, in its own words: +1",
    )


def test_two_readouts_of_different_houses_are_the_first_choice(client: Client, talks: Talks) -> None:
    a, b = account(talks, "House A", north=2), account(talks, "House B", north=2)
    again = make_source(talks.negotiation, title="House A again", kind=SourceKind.READOUT, publisher="House A")
    statement = make_statement(source=again, asserted_by=talks.north, round=talks.negotiation.rounds.get(number=1))
    make_coding(statement, party=talks.north, issue=talks.issue, stance=1)
    context = client.get(f"{ADDRESS}1/readouts/").context
    assert {context["a"], context["b"]} == {a, b}
    assert client.get(f"{ADDRESS}1/readouts/?a={again.key}").context["b"] == b


@pytest.mark.parametrize(("query", "name"), [("a=nobody", "a"), ("b=00000000-0000-0000-0000-000000000000", "b")])
def test_unknown_account_is_named(client: Client, talks: Talks, query: str, name: str) -> None:
    response = client.get(f"{ADDRESS}1/readouts/?{query}")
    assert (response.status_code, response.context["problem"].name) == (400, name)


def test_one_account_cannot_be_compared_with_itself(client: Client, talks: Talks) -> None:
    a = account(talks, "House A", north=2)
    assert client.get(f"{ADDRESS}1/readouts/?a={a.key}&b={a.pk}").status_code == 400


def test_round_with_fewer_than_two_accounts(client: Client, talks: Talks) -> None:
    account(talks, "House A", north=2)
    response = client.get(f"{ADDRESS}1/readouts/")
    assert response.context["lede"] == "There are no two accounts of this round in the record."


def test_csv_of_accounts(client: Client, talks: Talks) -> None:
    a, b = account(talks, "House A", north=2), account(talks, "House B", north=1)
    answer = client.get(f"{ADDRESS}1/readouts/readouts.csv?a={a.pk}&b={b.pk}").content.decode()
    assert [(r["party"], r["kind"], r["stance_a"], r["stance_b"]) for r in csv.DictReader(io.StringIO(answer))] == [
        ("north", "strength", "2", "1")
    ]


@pytest.mark.parametrize("ending", ["1/", "1/readouts/"])
def test_pages_cost_the_same_for_one_and_three(talks: Talks, count_queries: CountQueries, ending: str) -> None:
    account(talks, "House A", north=2)
    account(talks, "House B", north=1)
    one, _ = count_queries(f"{ADDRESS}{ending}")
    for number in range(3):
        make_issue(talks.negotiation, f"more-{number}")
        make_delegation(make_round(talks.negotiation, 10 + number), talks.north)
        account(talks, f"House {number}", north=-1, south=2)
    three, _ = count_queries(f"{ADDRESS}{ending}")
    assert one == three
    assert one <= 12


def test_hidden_negotiation_has_no_rounds(client: Client, talks: Talks) -> None:
    talks.negotiation.visibility = Visibility.RESTRICTED
    talks.negotiation.save()
    assert {client.get(f"{ADDRESS}{ending}").status_code for ending in ("1/", "1/readouts/")} == {404}


def test_hostile_names_are_only_text(client: Client, talks: Talks) -> None:
    account(talks, "<script>alert(1)</script>\u202e", north=2)
    account(talks, "House B", north=1)
    content = client.get(f"{ADDRESS}1/readouts/").content.decode()
    assert "<script>alert" not in content
