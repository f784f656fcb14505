"""The ledgers of a negotiation: concessions, conditions, red lines."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from django.test import Client

from positions.enums import ConditionStatus, Visibility
from positions.models import ConditionStatusEntry
from tests.factories import make_issue, make_negotiation, make_party
from tests.web.conftest import CountQueries, Talks

pytestmark = pytest.mark.django_db
ADDRESS = "/n/river-talks/"
LEDGERS = ("concessions", "conditions", "red-lines")


def lede_of(client: Client, address: str) -> str:
    lede = client.get(address).context["lede"]
    return lede if isinstance(lede, str) else "".join(phrase.text for phrase in lede)


def rows_of(client: Client, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(address).content.decode())))


def test_move_toward_the_other_side_is_a_concession(client: Client, talks: Talks) -> None:
    talks.say(talks.south, "2022-02-20", 0)
    response = client.get(f"{ADDRESS}concessions/")
    assert "".join(p.text for p in response.context["lede"]) == (
        "Two concessions, by North and South, out of two moves in two rounds held; one answered."
    )
    south, north = response.context["stories"]
    assert [
        (s.ink.name, t.ink.name, t.row.gap_before, t.row.gap_after, t.row.moved_first, t.answer)
        for s in (north, south)
        for t in s.toward
    ] == [("North", "South", 3, 2, True, "answered"), ("South", "North", 2, 1, False, "window still open")]
    assert [(n.x, n.words) for n in north.scale.neighbours] == [(72, "South")]
    assert [(n.x, n.words) for n in south.scale.neighbours] == [(168, "North")]
    assert response.context["others"] == []


def test_csv_of_concessions_says_what_the_page_says(client: Client, talks: Talks) -> None:
    (row,) = rows_of(client, f"{ADDRESS}concessions/concessions.csv")
    assert (row["party"], row["other"], row["steps"], row["moved_first"], row["answered"]) == (
        "north", "south", "-1", "true", "",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("south", "why"),
    [
        (2, "It moved away from 1 party."),
        (1, "It came closer to parties on its own side only."),
        (0, "Those it came closer to are on its own side or take none."),
        (None, "Nobody else’s position on this was known the day before."),
    ],
)
def test_other_moves_say_why_they_are_none(client: Client, talks: Talks, south: int | None, why: str) -> None:
    bridges = make_issue(talks.negotiation, "bridges", title="Bridges")
    talks.say(talks.north, "2022-01-10", 2, bridges)
    if south is not None:
        talks.say(talks.south, "2022-01-11", south, bridges)
    talks.say(talks.north, "2022-01-12", 1, bridges)
    (story,) = [s for s in client.get(f"{ADDRESS}concessions/").context["others"] if s.issue == bridges]
    assert story.why == why


def test_nobody_moved(client: Client) -> None:
    make_negotiation("empty")
    assert lede_of(client, "/n/empty/concessions/") == (
        "Nobody moved along the scale in the evidence found, so there is nothing to concede."
    )
    assert lede_of(client, "/n/empty/conditions/") == "No offer or threat in the evidence found hangs on a condition."
    assert lede_of(client, "/n/empty/red-lines/") == "No party has declared a red line in the evidence found."


def test_crowded_issue_asks_for_parties(client: Client, talks: Talks) -> None:
    for number in range(20):
        talks.say(make_party(f"party-{number}"), "2022-01-11", -1)
    response = client.get(f"{ADDRESS}concessions/")
    assert (response.context["wide"], response.context["stories"]) == ((talks.issue,), [])
    chosen = client.get(f"{ADDRESS}concessions/?party=south")
    assert [(s.ink.name, [t.ink.name for t in s.toward]) for s in chosen.context["stories"]] == [("North", ["South"])]


def test_condition_stands_open_until_something_is_entered(client: Client, talks: Talks) -> None:
    coding = talks.say(talks.north, "2022-02-12", 1, conditions=["the south opens  its Port"])
    ((ink, (row,)),) = client.get(f"{ADDRESS}conditions/").context["groups"]
    assert (ink, row.ink.name, row.status, len(row.statements), row.since) == (
        None,
        "North",
        "open",
        2,
        date(2022, 2, 10),
    )
    ConditionStatusEntry.objects.create(
        condition=coding.conditions.get(), status=ConditionStatus.MET, on=date(2022, 3, 1), reason="The port opened"
    )
    ((_, (row,)),) = client.get(f"{ADDRESS}conditions/").context["groups"]
    assert (row.status, row.since, row.reason) == ("met", date(2022, 3, 1), "The port opened")
    ((_, (row,)),) = client.get(f"{ADDRESS}conditions/?as_of=2022-02-28").context["groups"]
    assert (row.status, row.since) == ("open", date(2022, 2, 10))
    assert client.get(f"{ADDRESS}conditions/?status=open").context["groups"] == []
    assert [r["status"] for r in rows_of(client, f"{ADDRESS}conditions/conditions.csv")] == ["met"]


def test_unknown_status_is_named(client: Client, talks: Talks) -> None:
    response = client.get(f"{ADDRESS}conditions/?status=maybe")
    assert (response.status_code, response.context["problem"].name) == (400, "status")


def test_red_line_tells_its_life(client: Client, talks: Talks) -> None:
    talks.say(talks.south, "2022-01-12", -2, red_line=True)
    talks.say(talks.south, "2022-02-12", -1)
    response = client.get(f"{ADDRESS}red-lines/")
    ((ink, (story,)),) = response.context["groups"]
    assert (ink.name, story.stance, story.status_words) == ("South", "−2", "softened on 12 Feb 2022")
    assert [(e.words, e.stance) for e in story.entries] == [("declared", "−2"), ("softened", "−1")]
    assert lede_of(client, f"{ADDRESS}red-lines/") == "South drew 1 red line. 1 was softened; none stands."
    assert [r["kind"] for r in rows_of(client, f"{ADDRESS}red-lines/red-lines.csv")] == ["declared", "softened"]


@pytest.mark.parametrize("ledger", LEDGERS)
def test_ledger_costs_the_same_for_one_and_three(talks: Talks, count_queries: CountQueries, ledger: str) -> None:
    talks.say(talks.south, "2022-01-12", -2, red_line=True, conditions=["one"])
    one, _ = count_queries(f"{ADDRESS}{ledger}/")
    for number, day in enumerate(("2022-01-13", "2022-01-14", "2022-01-15")):
        issue = make_issue(talks.negotiation, f"more-{number}")
        talks.say(talks.south, day, -2, issue, red_line=True, conditions=["two", "three"])
        talks.say(talks.south, "2022-02-15", -1, issue)
    three, _ = count_queries(f"{ADDRESS}{ledger}/")
    assert (one, three) == (one, one)
    assert one <= 12


@pytest.mark.parametrize("ledger", LEDGERS)
@pytest.mark.parametrize("ending", ["", "{}.csv"])
def test_hidden_negotiation_has_no_ledger(client: Client, talks: Talks, ledger: str, ending: str) -> None:
    talks.negotiation.visibility = Visibility.RESTRICTED
    talks.negotiation.save()
    assert client.get(f"{ADDRESS}{ledger}/{ending.format(ledger)}").status_code == 404


def test_formula_in_a_condition_is_only_text(client: Client, talks: Talks) -> None:
    talks.say(talks.north, "2022-02-12", 1, conditions=["=1+1<script>"])
    texts = [r["text"] for r in rows_of(client, f"{ADDRESS}conditions/conditions.csv")]
    assert "'=1+1<script>" in texts
    assert "=1+1&lt;script&gt;" in client.get(f"{ADDRESS}conditions/").content.decode()
