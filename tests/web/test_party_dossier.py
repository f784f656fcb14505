"""One party across a negotiation."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from positions.enums import Attribution, Visibility
from tests.factories import make_coding, make_issue, make_party, make_person, make_source, make_statement
from tests.web.conftest import CountQueries, Talks

pytestmark = pytest.mark.django_db
ADDRESS = "/n/river-talks/parties/"


def test_panels_tell_where_the_party_stands_and_what_moved(client: Client, talks: Talks) -> None:
    bridges = make_issue(talks.negotiation, "bridges", title="Bridges")
    talks.say(talks.north, "2022-01-12", -2, bridges, red_line=True)
    response = client.get(f"{ADDRESS}north/")
    assert "".join(p.text for p in response.context["lede"]) == (
        "North moved on one of two issues. It stands at −2 on one, at +1 under a condition on one."
    )
    assert [(p.issue.slug, p.sign, p.note) for p in response.context["moved"]] == [
        ("ferries", "+1 if", "Moved 10 Feb 2022, from +2 of 10 Jan 2022.")
    ]
    assert [(p.issue.slug, p.sign, p.note) for p in response.context["held"]] == [
        ("bridges", "−2", "Unchanged since 12 Jan 2022, 1 passage. Not heard in 1 later round.")
    ]
    assert [(issue.slug, words) for issue, _, words in response.context["lines"]] == [
        ("bridges", "declared 12 Jan 2022, last spoken 12 Jan 2022, 1 round since")
    ]


def test_charts_share_days_and_scale(client: Client, talks: Talks) -> None:
    bridges = make_issue(talks.negotiation, "bridges")
    talks.say(talks.north, "2022-01-12", 2, bridges)
    response = client.get(f"{ADDRESS}north/")
    charts = [panel.chart for panel in (*response.context["moved"], *response.context["held"])]
    assert len({chart.ticks for chart in charts}) == 1
    assert len({chart.levels for chart in charts}) == 1
    assert len({chart.bands for chart in charts}) == 1
    ferries, over_bridges = charts
    assert [(dot.y, dot.has_ring) for dot in ferries.dots] == [(18.0, False), (45.0, True)]
    assert [dot.y for dot in over_bridges.dots] == [18.0]
    assert [(label.y, label.words) for label in ferries.labels] == [(99.0, "South")]


def test_contradictions_name_speakers_only_to_those_who_may_know(client: Client, talks: Talks) -> None:
    bridges = make_issue(talks.negotiation, "bridges")
    for day, stance, rule in (("2022-03-01", 0, Attribution.ON_RECORD), ("2022-03-05", 2, Attribution.ON_BACKGROUND)):
        statement = make_statement(
            source=make_source(talks.negotiation, published_on=day), asserted_by=talks.south, stated_on=day,
            speaker=make_person(), attribution=rule,
        )  # fmt: skip
        make_coding(statement, party=talks.south, issue=bridges, stance=stance)
    assert client.get(f"{ADDRESS}south/").context["contradictions"] == []
    talks.say(talks.south, "2022-03-08", -1, bridges)
    (row,) = client.get(f"{ADDRESS}south/").context["contradictions"]
    assert (row.found.kind, row.words) == ("both_sides", "On both sides, 3 days apart")


def test_party_without_evidence_here_has_no_dossier(client: Client, talks: Talks) -> None:
    make_party("elsewhere")
    assert client.get(f"{ADDRESS}elsewhere/").status_code == 404
    assert client.get(f"{ADDRESS}nobody/").status_code == 404


def test_dossier_before_the_first_word(client: Client, talks: Talks) -> None:
    response = client.get(f"{ADDRESS}north/?as_of=1900-01-01")
    assert "has taken no position" in response.content.decode()


def test_csv_says_what_the_page_says(client: Client, talks: Talks) -> None:
    answer = client.get(f"{ADDRESS}north/party.csv").content.decode()
    (row,) = csv.DictReader(io.StringIO(answer))
    assert (row["issue"], row["stance"], row["conditional"], row["since"]) == ("ferries", "1", "true", "2022-02-10")


def test_page_costs_the_same_for_one_and_three(talks: Talks, count_queries: CountQueries) -> None:
    one, _ = count_queries(f"{ADDRESS}north/")
    for number in range(3):
        issue = make_issue(talks.negotiation, f"more-{number}")
        talks.say(talks.north, "2022-01-13", -2, issue, conditions=["one"])
        talks.say(talks.north, "2022-01-20", 2, issue, red_line=True)
    three, _ = count_queries(f"{ADDRESS}north/")
    assert one == three
    assert one <= 12


def test_hidden_negotiation_has_no_dossier(client: Client, talks: Talks) -> None:
    talks.negotiation.visibility = Visibility.RESTRICTED
    talks.negotiation.save()
    assert client.get(f"{ADDRESS}north/").status_code == 404
    assert client.get(f"{ADDRESS}north/party.csv").status_code == 404
