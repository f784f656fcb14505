"""``reliability/``: shape, parameters, and what outsiders may not ask."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from positions.enums import CodingStatus, Role, Visibility
from positions.models import Negotiation
from tests.api.conftest import Api
from tests.factories import add_member, make_coding, make_issue, make_negotiation, make_statement

MOST_QUERIES = 12
FIELDS = ["field", "metric", "alpha", "low", "high", "percent_agreement", "units", "coders", "multiple", "reason"]


@pytest.fixture
def talks(db: None) -> Negotiation:
    """Three passages read by two, who differ on one."""
    negotiation = make_negotiation("talks")
    issue = make_issue(negotiation, "border")
    make_issue(negotiation, "silent")
    for anna, ben in ((2, 2), (-1, -1), (1, 2)):
        statement = make_statement(negotiation)
        make_coding(statement, issue=issue, stance=anna, coder="anna")
        make_coding(statement, issue=issue, stance=ben, coder="ben", status=CodingStatus.SUBMITTED)
    return negotiation


def test_reliability(api: Api, talks: Negotiation) -> None:
    rows = api.json("reliability/", negotiation="talks")["results"]
    assert [row["field"] for row in rows] == ["stance", "state", "move", "red_line", "issue", "party"]
    assert list(rows[0]) == FIELDS
    stance = rows[0]
    assert stance["low"] <= stance["alpha"] <= stance["high"] == 1.0
    assert {
        name: stance[name] for name in ("metric", "percent_agreement", "units", "coders", "multiple", "reason")
    } == {
        "metric": "ordinal",
        "percent_agreement": pytest.approx(2 / 3),
        "units": 3,
        "coders": 2,
        "multiple": 0,
        "reason": None,
    }
    assert {name: rows[1][name] for name in FIELDS} == {
        "field": "state",
        "metric": "nominal",
        "alpha": None,
        "low": None,
        "high": None,
        "percent_agreement": 1.0,
        "units": 3,
        "coders": 2,
        "multiple": 0,
        "reason": "only one value was ever used",
    }


def test_parameters_narrow(api: Api, talks: Negotiation) -> None:
    row = api.json("reliability/", negotiation="talks", issue="silent", fields="field,units,reason")["results"][0]
    assert row == {"field": "stance", "units": 0, "reason": "nobody handed in a reading"}
    assert api.json("reliability/", negotiation="talks", codebook="1")["results"][0]["units"] == 3
    member = Api(add_member(talks, role=Role.VIEWER))
    assert member.json("reliability/", negotiation="talks", coders="ben,anna")["results"][0]["units"] == 3


def test_bad_parameters_are_named(api: Api, talks: Negotiation) -> None:
    member = Api(add_member(talks, role=Role.VIEWER))
    assert set(api.errors("reliability/")) == {"negotiation"}
    assert set(api.errors("reliability/", negotiation="talks", as_of="2022-01-01")) == {"as_of"}
    assert set(api.errors("reliability/", negotiation="talks", issue="nowhere")) == {"issue"}
    assert set(api.errors("reliability/", negotiation="talks", codebook="2")) == {"codebook"}
    assert set(api.errors("reliability/", negotiation="talks", codebook="x")) == {"codebook"}
    assert set(api.errors("reliability/", negotiation="talks", fields="coder")) == {"fields"}
    assert api.errors("reliability/", negotiation="talks", coders="anna,ben") == {
        "coders": ["is for members of the negotiation; to others coders have no names"]
    }
    assert member.errors("reliability/", negotiation="talks", coders="anna") == {
        "coders": ["takes two coders, separated by a comma"]
    }
    assert member.errors("reliability/", negotiation="talks", coders="anna,carl") == {
        "coders": ["nobody called “carl” handed in a reading here that you may count"]
    }


def test_hidden_negotiation_answers_as_one_that_does_not_exist(api: Api, talks: Negotiation) -> None:
    Negotiation.objects.update(visibility=Visibility.RESTRICTED)
    hidden, missing = api("reliability/", negotiation="talks"), api("reliability/", negotiation="nowhere")
    assert (hidden.status_code, hidden.json()) == (404, missing.json())


def test_queries_do_not_grow(api: Api, talks: Negotiation) -> None:
    counts = []
    member = Api(add_member(talks))
    for _ in range(2):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            member.json("reliability/", negotiation="talks", issue="border")
        counts.append(len(queries))
        statement = make_statement(talks)
        make_coding(statement, issue=talks.issues.get(slug="border"), coder="anna")
    assert counts[0] == counts[1] <= MOST_QUERIES
