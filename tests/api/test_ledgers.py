"""``red-lines/``, ``coverage/``, ``search/``, and ``conditions/`` at a moment: the rows of the pages."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from positions.api.urls import urlpatterns
from positions.enums import Attribution, ConditionStatus, Move, Role, Visibility
from positions.models import Coding, ConditionStatusEntry, Negotiation
from tests.api.conftest import Api
from tests.factories import (
    add_member,
    make_coding,
    make_condition,
    make_issue,
    make_negotiation,
    make_party,
    make_round,
    make_source,
    make_statement,
)

Say = Callable[..., Coding]


@pytest.fixture
def talks(db: None) -> Negotiation:
    """North draws two red lines, softens one and crosses the other; South sets a condition twice; East is silent."""
    negotiation = make_negotiation("talks")
    north, south, east = make_party("north", name="Nordland"), make_party("south"), make_party("east")
    border, ferry = make_issue(negotiation, "border", rank=1), make_issue(negotiation, "ferry", rank=0)
    make_issue(negotiation, "merged", rank=2, merged_into=border)
    for number, day in ((1, date(2022, 1, 10)), (2, date(2022, 2, 10)), (3, date(2022, 3, 10))):
        make_round(negotiation, number, starts_on=day, parties=[north, south, east])
    say(negotiation, north, border, -2, "2022-01-02", red_line=True)
    say(negotiation, north, border, -1, "2022-02-10")
    say(negotiation, north, ferry, 2, "2022-01-03", red_line=True)
    say(negotiation, north, ferry, -1, "2022-02-11")
    for said in ("2022-01-04", "2022-02-04"):
        say(negotiation, south, border, 1, said, move=Move.OFFER, conditions=[("Troops  leave", north)])
    say(negotiation, east, ferry, 0, "2022-01-05", state="unclear")
    return negotiation


def say(negotiation: Negotiation, party: Any, issue: Any, stance: int, on: str, **fields: Any) -> Coding:
    """The party takes a stance on an issue on a day; conditions are pairs of words and who would have to meet them."""
    conditions = fields.pop("conditions", ())
    statement = make_statement(
        source=make_source(negotiation, published_on=on), asserted_by=party, stated_on=on,
        **{name: fields.pop(name) for name in ("attribution",) if name in fields},
    )  # fmt: skip
    coding = make_coding(statement, issue=issue, stance=stance, **fields)
    for text, falls_on in conditions:
        make_condition(coding, text, falls_on=falls_on)
    return coding


def csv_rows(address: str) -> list[dict[str, str]]:
    """The rows of a page's CSV as anybody sees it."""
    return list(csv.DictReader(io.StringIO(Client().get(address).content.decode())))


def text_of(value: Any) -> str:
    """A value of the API as the CSV writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


MOMENTS = ["", "?as_of=2022-02-04", "?as_of=2022-02-10&known_at=2022-03-01T00:00:00Z", "?known_at=2022-01-01T00:00:00Z"]


@pytest.mark.parametrize("moment", MOMENTS)
def test_red_lines_are_those_of_the_page(api: Api, talks: Negotiation, moment: str) -> None:
    lines = api.rows(f"red-lines/{moment or '?'}&negotiation=talks")
    names = ("issue", "party", "footing", "declared_on", "last_spoken_on", "stance", "status", "rounds_silent")
    told = sorted(
        (*(text_of(line[name]) for name in names), entry["on"], entry["kind"], " ".join(entry["statements"]))
        for line in lines
        for entry in line["entries"]
    )
    assert told == sorted(tuple(row.values()) for row in csv_rows(f"/n/talks/red-lines/red-lines.csv{moment}"))


def test_red_line_as_it_is_sent(api: Api, talks: Negotiation) -> None:
    drawn = Coding.objects.filter(issue__slug="border", party__slug="north").order_by("stated_latest")
    first, second = (str(coding.statement_id) for coding in drawn)
    assert api.rows("red-lines/", negotiation="talks", issue="border") == [
        {
            "party": "north", "issue": "border", "footing": "own", "declared_on": "2022-01-02",
            "last_spoken_on": "2022-01-02", "stance": -2, "status": "softened", "rounds_silent": 3,
            "entries": [
                {
                    "on": "2022-01-02", "kind": "declared", "occasion": {"on": "2022-01-02", "rounds": []},
                    "stance": -2, "low": -2, "high": -2, "statements": [first],
                },
                {
                    "on": "2022-02-10", "kind": "softened", "occasion": {"on": "2022-02-10", "rounds": []},
                    "stance": -1, "low": -1, "high": -1, "statements": [second],
                },
            ],
        }
    ]  # fmt: skip


@pytest.mark.parametrize("moment", MOMENTS)
def test_coverage_is_that_of_the_page(api: Api, talks: Negotiation, moment: str) -> None:
    rows = api.rows(f"coverage/{moment or '?'}&negotiation=talks&page_size=4")
    names = ("party", "issue", "last_heard_on", "last_evidence_on", "rounds_attended", "rounds_silent", "never_heard")
    told = [tuple(text_of(row[name]) for name in names) for row in rows]
    page = [tuple(row.values()) for row in csv_rows(f"/n/talks/coverage/coverage.csv{moment}")]
    assert len(page) == 6
    assert told == sorted(page)
    assert all(len(row["silent_at"]) == row["rounds_silent"] for row in rows)


@pytest.mark.parametrize("moment", MOMENTS)
def test_conditions_at_a_moment_are_those_of_the_page(api: Api, talks: Negotiation, moment: str) -> None:
    latest = Coding.objects.get(party__slug="south", stated_latest="2022-02-04").conditions.get()
    ConditionStatusEntry.objects.create(
        condition=latest, rank=0, status=ConditionStatus.MET, on=date(2022, 2, 8), reason="they left",
        recorded_at=datetime(2022, 2, 20, tzinfo=UTC),
    )  # fmt: skip
    rows = api.rows(f"conditions/{moment or '?'}&negotiation=talks&ordering=stated_on")
    by_words: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows:
        words = " ".join(row["text"].split())
        by_words.setdefault((words, row["falls_on"], row["party"], row["issue"]), []).append(row)
    told = [
        (*key, rows[-1]["status"], rows[0]["stated_latest"], rows[-1]["stated_latest"], str(len(rows)),
         " ".join(row["statement"] for row in rows))
        for key, rows in by_words.items()
    ]  # fmt: skip
    page = [
        (" ".join(row["text"].split()), row["falls_on"], row["party"], row["issue"], row["status"],
         row["first_stated_on"], row["last_stated_on"], row["times_stated"], row["statements"])
        for row in csv_rows(f"/n/talks/conditions/conditions.csv{moment}")
    ]  # fmt: skip
    assert told == page
    assert all(entry["recorded_at"] == "2022-02-20T00:00:00Z" for row in rows for entry in row["statuses"])


def test_condition_stands_as_it_was_known_then(api: Api, talks: Negotiation) -> None:
    latest = Coding.objects.get(party__slug="south", stated_latest="2022-02-04").conditions.get()
    ConditionStatusEntry.objects.create(
        condition=latest, rank=0, status=ConditionStatus.MET, on=date(2022, 2, 8), reason="they left",
        recorded_at=datetime(2022, 2, 20, tzinfo=UTC),
    )  # fmt: skip

    def told(**moment: str) -> list[tuple[str, str, int]]:
        rows = api.rows("conditions/", negotiation="talks", ordering="stated_on", **moment)
        return [(row["status"], row["since"], len(row["statuses"])) for row in rows]

    assert told() == [("open", "2022-01-04", 0), ("met", "2022-02-08", 1)]
    assert told(known_at="2022-02-19T00:00:00Z") == [("open", "2022-01-04", 0), ("open", "2022-02-04", 0)]
    assert told(as_of="2022-02-07") == [("open", "2022-01-04", 0), ("open", "2022-02-04", 0)]
    assert told(as_of="2022-02-03") == [("open", "2022-01-04", 0)]
    assert told(status="met") == [("met", "2022-02-08", 1)]
    assert told(status="met", as_of="2022-02-07") == []


def test_drafts_have_no_part_in_the_ledger_of_a_moment(talks: Negotiation) -> None:
    lead = Api(add_member(talks, role=Role.LEAD))
    statement = make_statement(source=make_source(talks), asserted_by=talks.rounds.first().delegations.first().party)  # type: ignore[union-attr]
    make_coding(statement, issue=talks.issues.get(slug="border"), status="draft", recorded_at=None, conditions=["x"])
    assert len(lead.rows("conditions/", negotiation="talks")) == 3
    assert len(lead.rows("conditions/", negotiation="talks", as_of="2023-01-01")) == 2


@pytest.mark.parametrize(
    ("address", "parameters", "found"),
    [
        ("red-lines", {"status": "crossed"}, [("north", "ferry")]),
        ("red-lines", {"status": "softened,crossed", "ordering": "-issue"}, [("north", "ferry"), ("north", "border")]),
        ("red-lines", {"stance": "2"}, [("north", "ferry")]),
        ("red-lines", {"footing": "reported"}, []),
        ("red-lines", {"declared_after": "2022-01-03"}, [("north", "ferry")]),
        ("red-lines", {"declared_before": "2022-01-02"}, [("north", "border")]),
        ("red-lines", {"last_spoken_before": "2022-01-02"}, [("north", "border")]),
        ("red-lines", {"rounds_silent_min": "4"}, []),
        ("red-lines", {"party": "south"}, []),
        ("coverage", {"never_heard": "true"}, [("east", "border"), ("south", "ferry")]),
        ("coverage", {"last_heard_after": "2022-02-11"}, [("north", "ferry")]),
        ("coverage", {"last_evidence_before": "2022-02-04"}, [("south", "border")]),
        ("coverage", {"rounds_silent_min": "3"}, [("east", "border"), ("east", "ferry"), ("south", "ferry")]),
        ("coverage", {"rounds_attended_min": "4"}, []),
        ("coverage", {"party": "east", "issue": "ferry"}, [("east", "ferry")]),
        ("coverage", {"party": "north", "ordering": "-last_evidence_on"}, [("north", "ferry"), ("north", "border")]),
    ],
)
def test_filters_and_ordering(
    api: Api, talks: Negotiation, address: str, parameters: dict[str, str], found: list[tuple[str, str]]
) -> None:
    rows = api.rows(f"{address}/", negotiation="talks", **parameters)
    assert [(row["party"], row["issue"]) for row in rows] == found


def search_page(words: str, **parameters: str) -> list[str]:
    found = Client().get("/search/", {"q": words, "negotiation": "talks", **parameters}).context["found"]
    return [str(one.quotation.statement) for one in found]


@pytest.mark.parametrize("facets", [{}, {"party": "north"}, {"issue": "border"}, {"move": "offer"}])
def test_search_finds_what_the_page_finds(api: Api, talks: Negotiation, facets: dict[str, str]) -> None:
    whole = api.rows("statements/", negotiation="talks")
    for words in ("accept", "nordland", '"not accept" NORDLAND', "proposal south", "atlantis"):
        rows = api.rows("search/", negotiation="talks", q=words, page_size=2, **facets)
        assert [row["id"] for row in rows] == search_page(words, **facets), words
        assert all(row in whole for row in rows)
    assert api.rows("search/", negotiation="talks", q="accept", **facets)


def test_search_names_what_else_it_finds_on_the_first_page(api: Api, talks: Negotiation) -> None:
    talks.sources.update(title="Note of the Nordland delegation")
    for source in talks.sources.all():
        source.save()
    first = api.json("search/", negotiation="talks", q="nordland", page_size=1)
    assert first["parties"] == [{"slug": "north", "name": "Nordland"}]
    assert {one["title"] for one in first["sources"]} == {"Note of the Nordland delegation"}
    assert api.json("search/", negotiation="talks", q="border")["issues"] == [{"slug": "border", "title": "Border"}]
    second = api.json(first["next"])
    assert (second["parties"], second["sources"], second["issues"]) == ([], [], [])
    assert len(second["results"]) == 1


def test_search_at_a_moment(api: Api, talks: Negotiation) -> None:
    def days(**moment: str) -> list[str]:
        return [row["stated_on"] for row in api.rows("search/", negotiation="talks", q="nordland", **moment)]

    assert days() == ["2022-02-11", "2022-02-10", "2022-01-03", "2022-01-02"]
    assert days(as_of="2022-02-10") == ["2022-02-10", "2022-01-03", "2022-01-02"]
    assert days(known_at="2022-01-31T00:00:00Z") == []
    retired = Coding.objects.get(stated_latest="2022-02-11")
    at = datetime(2022, 4, 1, tzinfo=UTC)
    Coding.objects.filter(pk=retired.pk).update(retired_at=at)
    type(retired.statement).objects.filter(pk=retired.statement_id).update(retired_at=at)
    assert days() == ["2022-02-10", "2022-01-03", "2022-01-02"]
    assert days(known_at="2022-03-31T00:00:00Z")[0] == "2022-02-11"
    late = make_statement(
        source=make_source(talks), asserted_by=retired.party, recorded_at=datetime(2022, 1, 1, tzinfo=UTC)
    )
    make_coding(late, issue=retired.issue, recorded_at=datetime(2022, 5, 1, tzinfo=UTC))
    assert "2022-01-10" in days()
    assert "2022-01-10" not in days(known_at="2022-04-30T00:00:00Z")


def test_search_does_not_find_what_a_ground_rule_hides(api: Api, talks: Negotiation) -> None:
    north = talks.codings.filter(party__slug="north").first().party  # type: ignore[union-attr]
    say(talks, north, talks.issues.get(slug="ferry"), 1, "2022-01-20", attribution=Attribution.DEEP_BACKGROUND)
    everything = [row["id"] for row in api.rows("search/", negotiation="talks", q="accept")]
    insider = Api(add_member(talks, role=Role.ANALYST))
    assert len(insider.rows("search/", negotiation="talks", q="accept")) == len(everything) + 1


@pytest.mark.parametrize("words", ["", "  ", '""', "“”"])
def test_search_wants_words(api: Api, talks: Negotiation, words: str) -> None:
    assert set(api.errors("search/", negotiation="talks", q=words)) == {"q"}
    assert set(api.errors("search/")) == {"negotiation", "q"}


@pytest.mark.parametrize("address", ["red-lines", "coverage", "search"])
def test_hidden_negotiation_is_none(api: Api, address: str) -> None:
    make_negotiation("hidden", visibility=Visibility.RESTRICTED)
    answers = [api(f"{address}/", negotiation=slug, q="x") for slug in ("hidden", "nowhere")]
    if address != "search":
        answers = [api(f"{address}/", negotiation=slug) for slug in ("hidden", "nowhere")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


@pytest.mark.parametrize("address", ["red-lines/?", "coverage/?", "search/?q=accept&", "conditions/?as_of=2022-12-01&"])
def test_costs_the_same_for_one_and_three(api: Api, address: str) -> None:
    def count(slug: str, pairs: int) -> int:
        negotiation = make_negotiation(slug)
        for number in range(pairs):
            party, other = make_party(), make_party()
            make_round(negotiation, number, parties=[party])
            issue = make_issue(negotiation, f"issue-{number}")
            say(negotiation, party, issue, -2, "2022-01-02", red_line=True, conditions=[("they leave", other)])
        with CaptureQueriesContext(connection) as queries:
            assert (
                len(
                    api.json(address, negotiation=slug)
                    if "?" not in address
                    else api.json(f"{address}&negotiation={slug}")
                )
                > 2
            )
        return len(queries)

    assert count("one", 1) == count("three", 3)


def test_every_derived_answer_names_its_method(api: Api, talks: Negotiation) -> None:
    headings = set(re.findall(r'<h2 id="([^"]+)"', Client().get("/method/").content.decode()))
    derived = {
        pattern.name: pattern.callback.cls  # type: ignore[attr-defined]
        for pattern in urlpatterns
        if getattr(getattr(pattern.callback, "cls", None), "method_section", "") and "<" not in str(pattern.pattern)
    }
    assert {"api-positions", "api-matrix", "api-timeline", "api-shifts", "api-concessions", "api-reliability",
            "api-conditions", "api-red-lines", "api-coverage", "api-search"} <= set(derived)  # fmt: skip
    assert {name for name, view in derived.items() if view.method_section not in headings} == set()
    for name, view in derived.items():
        asked = {"negotiation": "talks", **({"issue": "border"} if name == "api-timeline" else {})}
        asked |= {"q": "accept"} if name == "api-search" else {}
        answer = api.json(reverse(str(name)), **asked)
        assert answer["method"] == f"http://testserver/method/#{view.method_section}", name
