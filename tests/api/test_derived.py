"""``positions/``, ``matrix/``, ``timeline/``, ``shifts/`` and ``concessions/``: the shapes, the filters, the moment.

What the numbers must be is the business of tests/analysis and of the acceptance checks.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from positions.enums import Attribution, Move
from positions.models import Coding, Negotiation
from tests.api.conftest import Api
from tests.factories import (
    make_coding,
    make_issue,
    make_negotiation,
    make_party,
    make_round,
    make_source,
    make_statement,
)

MOST_QUERIES = 14
DERIVED = ("positions", "matrix", "shifts", "concessions", "timeline")


def say(negotiation: Negotiation, party: Any, issue: Any, stance: int, on: str, **fields: Any) -> Coding:
    """The party takes a stance on an issue on a day."""
    conditions = fields.pop("conditions", ())
    coded = {name: fields.pop(name) for name in ("move", "red_line", "recorded_at", "state") if name in fields}
    statement = make_statement(
        source=make_source(negotiation, published_on=on),
        asserted_by=party,
        stated_on=fields.pop("stated_on", on),
        **fields,
    )
    return make_coding(statement, issue=issue, stance=stance, conditions=conditions, **coded)


@pytest.fixture
def talks(db: None) -> Negotiation:
    """North moves toward South, who answers."""
    negotiation = make_negotiation("talks")
    north, south = make_party("north"), make_party("south")
    border = make_issue(negotiation, "border", rank=1)
    make_issue(negotiation, "silent", rank=0)
    first = make_round(negotiation, 1, parties=[north, south], starts_on=date(2022, 1, 10), title="Geneva")
    make_round(negotiation, 2, parties=[north, south], starts_on=date(2022, 2, 10))
    say(negotiation, south, border, -1, "2022-01-01")
    say(negotiation, north, border, 2, "2022-01-02", red_line=True)
    say(
        negotiation, north, border, 1, "2022-01-10", round=first, conditions=["troops leave"], move=Move.OFFER,
        stated_on="2022-01-10~",
    )  # fmt: skip
    return negotiation


def test_positions(api: Api, talks: Negotiation) -> None:
    rows = api.rows("positions/", negotiation="talks", as_of="2022-03-01")
    statement = str(Coding.objects.get(stance=1).statement_id)
    assert [row["party"] for row in rows] == ["north", "south"]
    assert rows[0] == {
        "party": "north",
        "issue": "border",
        "stance": 1,
        "low": 1,
        "high": 1,
        "state": "coded",
        "footing": "own",
        "red_line": False,
        "conditional": True,
        "conditions": {"open": 1, "met": 0, "failed": 0, "withdrawn": 0},
        "occasion": {"on": "2022-01-10", "rounds": [1]},
        "since": "2022-01-10",
        "last_evidence_on": "2022-01-10",
        "last_heard_on": "2022-01-10",
        "evidence_count": 1,
        "evidence_total": 2,
        "source_count": 1,
        "other_evidence": 0,
        "rounds_silent": 1,
        "statements": [statement],
    }


def test_positions_filters_and_ordering(api: Api, talks: Negotiation) -> None:
    def found(**parameters: str) -> list[str]:
        return [row["party"] for row in api.rows("positions/", negotiation="talks", **parameters)]

    assert found(party="south") == ["south"]
    assert found(party="south,north") == ["north", "south"]
    assert found(issue="silent") == []
    assert found(issue="silent,border") == ["north", "south"]
    assert found(conditional="true") == ["north"]
    assert found(red_line="true") == []
    assert found(footing="own") == ["north", "south"]
    assert found(state="mixed") == []
    assert found(ordering="-party") == ["south", "north"]
    assert found(ordering="stance") == ["south", "north"]
    assert found(ordering="-last_evidence_on") == ["north", "south"]


def test_matrix(api: Api, talks: Negotiation) -> None:
    matrix = api.json("matrix/", negotiation="talks")
    assert (matrix["parties"], matrix["issues"]) == (["north", "south"], ["border"])
    assert matrix["cells"][0] == {
        "party": "north",
        "issue": "border",
        "stance": 1,
        "low": 1,
        "high": 1,
        "state": "coded",
        "footing": "own",
        "red_line": False,
        "conditional": True,
        "evidence_count": 1,
        "evidence_total": 2,
        "last_evidence_on": "2022-01-10",
    }
    assert api.json("matrix/", negotiation="talks", party="south")["parties"] == ["south"]
    assert api.json("matrix/", negotiation="talks", fields="issues") == {"issues": ["border"]}


def test_timeline(api: Api, talks: Negotiation) -> None:
    timeline = api.json("timeline/", negotiation="talks", issue="border", party="north")
    assert (timeline["issue"], len(timeline["series"])) == ("border", 1)
    assert timeline["rounds"][0] == {"number": 1, "title": "Geneva", "starts_on": "2022-01-10", "ends_on": "2022-01-10"}
    series, coding = timeline["series"][0], Coding.objects.get(stance=1)
    assert series["points"][1] == {
        "statement": str(coding.statement_id),
        "coding": str(coding.pk),
        "stated_on": "2022-01-10~",
        "earliest": "2022-01-10",
        "latest": "2022-01-10",
        "round": 1,
        "stance": 1,
        "state": "coded",
        "move": "offer",
        "red_line": False,
        "conditional": True,
        "footing": "own",
        "set_aside": None,
        "exact": "We will not accept this proposal.",
    }
    assert series["segments"] == [
        {
            "start": "2022-01-02", "end": "2022-01-10", "stance": 2, "low": 2, "high": 2, "state": "coded",
            "footing": "own", "last_evidence_on": "2022-01-02",
        },
        {
            "start": "2022-01-10", "end": None, "stance": 1, "low": 1, "high": 1, "state": "coded", "footing": "own",
            "last_evidence_on": "2022-01-10",
        },
    ]  # fmt: skip


def test_timeline_hides_quotations_on_deep_background(api: Api, talks: Negotiation) -> None:
    issue = talks.issues.get(slug="silent")
    say(talks, make_party("east"), issue, 1, "2022-01-05", attribution=Attribution.DEEP_BACKGROUND)
    points = api.json("timeline/", negotiation="talks", issue="silent")["series"][0]["points"]
    assert [point["exact"] for point in points] == [""]


def test_timeline_takes_one_issue(api: Api, talks: Negotiation) -> None:
    assert api.errors("timeline/", negotiation="talks") == {"issue": ["is required"]}
    assert api.errors("timeline/", negotiation="talks", issue="border,silent") == {"issue": ["takes one issue"]}


def test_shifts(api: Api, talks: Negotiation) -> None:
    rows = api.rows("shifts/", negotiation="talks", party="north")
    before, after = (
        str(coding.statement_id) for coding in Coding.objects.filter(party__slug="north").order_by("-stance")
    )
    assert [row["kind"] for row in rows] == ["first", "moved"]
    assert (rows[0]["before"], rows[0]["steps"], rows[0]["gaps"]) == (None, None, [])
    sides = {"low": 1, "high": 1, "state": "coded"}
    assert rows[1] == {
        "party": "north",
        "issue": "border",
        "on": "2022-01-10",
        "footing": "own",
        "kind": "moved",
        "steps": -1,
        "within_range": False,
        "condition": "added",
        "red_line": "not_repeated",
        "before": {
            "stance": 2, "low": 2, "high": 2, "state": "coded", "occasion": {"on": "2022-01-02", "rounds": []},
            "statements": [before],
        },
        "after": {"stance": 1, **sides, "occasion": {"on": "2022-01-10", "rounds": [1]}, "statements": [after]},
        "gaps": [{"party": "south", "before": 3, "after": 2, "effect": "narrowed", "same_side": False}],
    }  # fmt: skip


def test_shifts_filters_and_ordering(api: Api, talks: Negotiation) -> None:
    def found(**parameters: str) -> list[tuple[str, str]]:
        return [(row["party"], row["kind"]) for row in api.rows("shifts/", negotiation="talks", **parameters)]

    assert found(kind="moved") == [("north", "moved")]
    assert found(kind="first,reversed") == [("north", "first"), ("south", "first")]
    assert found(issue="silent") == []
    assert found(footing="reported") == []
    assert found(ordering="-on")[0] == ("north", "moved")
    gaps = api.rows("shifts/", negotiation="talks", kind="moved", with_="north")[0]["gaps"]
    assert gaps == []


def test_concessions(api: Api, talks: Negotiation) -> None:
    before, after = (
        str(coding.statement_id) for coding in Coding.objects.filter(party__slug="north").order_by("-stance")
    )
    row = {
        "party": "north",
        "other": "south",
        "issue": "border",
        "on": "2022-01-10",
        "steps": -1,
        "footing": "own",
        "gap_before": 3,
        "gap_after": 2,
        "answered": None,
        "moved_first": True,
        "statements_before": [before],
        "statements_after": [after],
    }
    assert api.rows("concessions/", negotiation="talks") == [row]
    assert api.rows("concessions/", negotiation="talks", party="north", other="south", issue="border") == [row]
    assert api.rows("concessions/", negotiation="talks", party="south") == []
    assert api.rows("concessions/", negotiation="talks", other="north") == []


def test_wide_ledger_wants_a_party(api: Api, talks: Negotiation) -> None:
    border = talks.issues.get(slug="border")
    for _ in range(19):
        say(talks, make_party(), border, 1, "2022-01-03")
    errors = api.errors("concessions/", negotiation="talks")
    assert set(errors) == {"party", "other"}
    assert "More than 20 parties" in errors["party"][0]
    assert len(api.rows("concessions/", negotiation="talks", party="north")) == 1
    assert api.rows("concessions/", negotiation="talks", issue="silent") == []
    assert api.rows("shifts/", negotiation="talks", kind="moved")[0]["gaps"] is None
    assert len(api.rows("shifts/", negotiation="talks", kind="moved", with_="south")[0]["gaps"]) == 1


@pytest.mark.parametrize("address", DERIVED)
def test_negotiation_is_required(api: Api, address: str) -> None:
    assert api.errors(f"{address}/")["negotiation"] == ["is required"]


@pytest.mark.parametrize("address", DERIVED)
def test_names_unknown_to_the_reader_are_refused(api: Api, talks: Negotiation, address: str) -> None:
    hidden = make_negotiation("hidden", visibility="restricted")
    say(hidden, make_party("ghost"), make_issue(hidden, "secret"), 1, "2022-01-05")
    asked = {"negotiation": "talks", "issue": "border"}
    assert api.errors(f"{address}/", **asked, party="ghost") == {"party": ["there is no party “ghost”"]}
    assert api.errors(f"{address}/", **asked, party="nobody") == {"party": ["there is no party “nobody”"]}
    assert api.errors(f"{address}/", negotiation="talks", issue="secret") == {"issue": ["there is no issue “secret”"]}
    assert api.errors(f"{address}/", **asked, as_of="yesterday")["as_of"][0].startswith("“yesterday” is not a day")
    assert set(api.errors(f"{address}/", **asked, known_at="2022-01-01")) == {"known_at"}
    assert set(api.errors(f"{address}/", **asked, known_at="2022-01-01T00:00:00")) == {"known_at"}
    assert set(api.errors(f"{address}/", **asked, known_at="9999-12-31T23:59:59-12:00")) == {"known_at"}
    assert set(api.errors(f"{address}/", **asked, isue="typo")) == {"isue"}


def test_the_moment_decides(api: Api, talks: Negotiation) -> None:
    say(
        talks, make_party("late"), talks.issues.get(slug="silent"), 1, "2022-01-05",
        recorded_at=datetime(2022, 6, 1, tzinfo=UTC),
    )  # fmt: skip

    def found(**parameters: str) -> list[tuple[str, int]]:
        return [(row["party"], row["stance"]) for row in api.rows("positions/", negotiation="talks", **parameters)]

    assert found(as_of="2022-01-01") == [("south", -1)]
    assert found(as_of="2022-01-09", known_at="2022-03-01T00:00:00Z") == [("north", 2), ("south", -1)]
    assert found(known_at="2022-01-01T00:00:00Z") == []
    assert ("late", 1) in found(known_at="2022-06-01T02:00:00+02:00")
    # a plus sign that was not escaped
    assert ("late", 1) in found(known_at="2022-06-01T02:00:00 02:00")
    assert ("late", 1) not in found(known_at="2022-06-01T01:59:59+02:00")


@pytest.mark.parametrize("address", ["positions", "shifts", "concessions"])
def test_pages_that_follow_keep_to_the_moment_of_the_first(api: Api, talks: Negotiation, address: str) -> None:
    border = talks.issues.get(slug="border")
    for name in ("east", "west"):
        say(talks, make_party(name), border, -2, "2022-01-02")
    whole = api.rows(f"{address}/", negotiation="talks")
    first = api.json(f"{address}/", negotiation="talks", page_size=1)
    say(talks, make_party("zulu"), border, -2, "2022-01-03", recorded_at=datetime(2999, 1, 1, tzinfo=UTC))
    rows, page = list(first["results"]), first
    while page["next"]:
        page = api.json(page["next"])
        rows += page["results"]
    assert rows == whole
    assert len(rows) > 1
    assert "known_at=" in first["next"]
    back = page
    while back["previous"]:
        back = api.json(back["previous"])
        assert back["results"][0] in rows
    assert back["results"] == first["results"]


@pytest.mark.parametrize("address", DERIVED)
def test_reads_cost_the_same_for_one_and_three(api: Api, address: str) -> None:
    costs = []
    for parties in (1, 3):
        negotiation = make_negotiation(f"talks-{parties}")
        issue = make_issue(negotiation, "border")
        for _ in range(parties):
            held = make_round(negotiation)
            say(negotiation, make_party(), issue, 1, "2022-01-05", round=held, conditions=["one", "two"])
        asked = {"issue": "border"} if address == "timeline" else {}
        with CaptureQueriesContext(connection) as queries:
            api.json(f"{address}/", negotiation=negotiation.slug, **asked)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= MOST_QUERIES
