"""Who has said nothing on what, since when."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from positions.enums import Role, Visibility
from tests.factories import add_member, make_issue, make_negotiation, make_party
from tests.web.conftest import CountQueries, Talks

pytestmark = pytest.mark.django_db
ADDRESS = "/n/river-talks/coverage/"


def lede_of(client: Client, address: str = ADDRESS) -> str:
    return "".join(phrase.text for phrase in client.get(address).context["lede"])


def test_silence_after_a_round_is_told(client: Client, talks: Talks) -> None:
    response = client.get(ADDRESS)
    (silence,) = response.context["silences"]
    assert (silence.ink.name, silence.issue, silence.found.rounds_silent) == ("South", talks.issue, 1)
    assert silence.line.dot < silence.line.ticks[0] < silence.line.end
    assert lede_of(client) == (
        "Of 2 pairs of party and issue, 2 were heard. The longest silence is that of South on Ferries:"
        " nothing found since 11 Jan 2022, through 1 round."
    )


def test_grid_tells_last_heard_and_never(client: Client, talks: Talks) -> None:
    talks.say(talks.south, "2022-02-10", -2, make_issue(talks.negotiation, "bridge"))
    rows = client.get(ADDRESS).context["rows"]
    assert {issue.slug: [str(pair.heard_on) for pair in pairs] for issue, pairs in rows} == {
        "ferries": ["2022-02-10", "2022-01-11"],
        "bridge": ["None", "2022-02-10"],
    }


def test_as_of_a_day_before_the_second_round(client: Client, talks: Talks) -> None:
    response = client.get(f"{ADDRESS}?as_of=2022-01-31")
    assert response.context["silences"] == []
    assert lede_of(client, f"{ADDRESS}?as_of=2022-01-31").endswith(
        "Nobody was silent at a round it attended after it was heard."
    )


def test_known_at_before_anything_was_recorded(client: Client, talks: Talks) -> None:
    response = client.get(f"{ADDRESS}?known_at=1900-01-01")
    assert [str(pair.heard_on) for _, pairs in response.context["rows"] for pair in pairs] == ["None", "None"]


def test_parties_asked_for(client: Client, talks: Talks) -> None:
    assert client.get(f"{ADDRESS}?party=north").context["silences"] == []
    answer = client.get(f"{ADDRESS}?party=atlantis")
    assert (answer.status_code, answer.context["problem"].name) == (400, "party")


def test_empty_negotiation_says_so(client: Client) -> None:
    make_negotiation("empty")
    assert lede_of(client, "/n/empty/coverage/") == "Nothing is in the record yet."


def test_csv_lists_every_pair(client: Client, talks: Talks) -> None:
    make_issue(talks.negotiation, "unspoken")
    answer = client.get(f"{ADDRESS}coverage.csv").content.decode()
    rows = list(csv.DictReader(io.StringIO(answer)))
    assert [
        (r["party"], r["issue"], r["last_heard_on"], r["rounds_attended"], r["rounds_silent"], r["never_heard"])
        for r in rows
    ] == [
        ("north", "ferries", "2022-02-10", "2", "0", "false"),
        ("north", "unspoken", "", "2", "2", "true"),
        ("south", "ferries", "2022-01-11", "2", "1", "false"),
        ("south", "unspoken", "", "2", "2", "true"),
    ]


def test_hidden_negotiation_has_no_coverage(client: Client, talks: Talks) -> None:
    talks.negotiation.visibility = Visibility.RESTRICTED
    talks.negotiation.save()
    assert client.get(ADDRESS).status_code == client.get(f"{ADDRESS}coverage.csv").status_code == 404


def test_hostile_names_are_only_text(client: Client, talks: Talks) -> None:
    hostile = "<script>alert(1)</script>\u202eevil"
    talks.say(make_party(name=hostile), "2022-01-12", 2, make_issue(talks.negotiation, "hostile", title=hostile))
    text = client.get(ADDRESS).content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_page_costs_the_same_for_one_and_three(talks: Talks, count_queries: CountQueries) -> None:
    viewer = add_member(talks.negotiation, role=Role.VIEWER)
    one = [count_queries(ADDRESS, user)[0] for user in (None, viewer)]
    for number in range(3):
        talks.say(make_party(), "2022-01-13", 1, make_issue(talks.negotiation, f"more-{number}"))
    assert [count_queries(ADDRESS, user)[0] for user in (None, viewer)] == one == [7, 10]
