"""``agreement/``: its shape, its filters, what a reader may count. The numbers are the business of tests/analysis."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from positions.enums import Attribution, DerivationKind, Role
from positions.models import Negotiation
from tests.api.conftest import Api
from tests.api.test_derived import MOST_QUERIES, say
from tests.factories import (
    add_member,
    make_coding,
    make_issue,
    make_negotiation,
    make_party,
    make_source,
    make_statement,
)


@pytest.fixture
def talks(db: None) -> Negotiation:
    """One paper in which north and south differ and east takes both sides; a copy of it the same day."""
    negotiation = make_negotiation("talks")
    border, transit = make_issue(negotiation, "border"), make_issue(negotiation, "transit")
    paper = make_source(negotiation, published_on="2022-01-05")
    copy = make_source(
        negotiation, published_on="2022-01-05", derived_from=paper, derivation_kind=DerivationKind.REPORT
    )
    north, south, east = (make_party(name) for name in ("north", "south", "east"))
    for source, party, issue, stance in (
        (paper, north, border, 2), (paper, south, border, -2), (copy, south, border, 2), (paper, north, transit, 1),
        (paper, south, transit, 2), (paper, east, transit, 1), (paper, east, transit, -1),
    ):  # fmt: skip
        statement = make_statement(source=source, asserted_by=party, stated_on="2022-01-05")
        make_coding(statement, issue=issue, stance=stance)
    return negotiation


def test_pairs_by_source(api: Api, talks: Negotiation) -> None:
    nothing = {"units": 0, "same": 0, "partial": 0, "opposite": 0, "mixed": 1, "same_share": None, "agreement": None}
    assert api.json("agreement/", negotiation="talks") == {
        "method": "http://testserver/method/#agreement",
        "parties": ["east", "north", "south"],
        "pairs": [
            {"a": "east", "b": "north", **nothing},
            {"a": "east", "b": "south", **nothing},
            {
                "a": "north", "b": "south", "units": 2, "same": 0, "partial": 1, "opposite": 1, "mixed": 0,
                "same_share": 0.0, "agreement": 0.375,
            },
        ],
    }  # fmt: skip
    assert api.json("agreement/", negotiation="talks") == api.json("agreement/", negotiation="talks", unit="source")


def test_pairs_by_occasion_without_copies(api: Api, talks: Negotiation) -> None:
    pairs = api.json("agreement/", negotiation="talks", unit="occasion", issue="border")["pairs"]
    assert [(pair["a"], pair["b"], pair["opposite"], pair["mixed"]) for pair in pairs] == [("north", "south", 1, 0)]


def test_filters_pick_pairs_and_units(api: Api, talks: Negotiation) -> None:
    def found(**asked: str) -> tuple[list[str], list[tuple[str, str, int]]]:
        answer = api.json("agreement/", negotiation="talks", **asked)
        return answer["parties"], [(pair["a"], pair["b"], pair["units"]) for pair in answer["pairs"]]

    assert found(party="south") == (["east", "north", "south"], [("east", "south", 0), ("north", "south", 2)])
    assert found(issue="transit,border", party="north,south") == (["north", "south"], [("north", "south", 2)])
    assert found(issue="border") == (["north", "south"], [("north", "south", 1)])
    assert found(issue="border", party="north") == (["north", "south"], [("north", "south", 1)])
    assert found(as_of="2022-01-04") == ([], [])
    assert found(known_at="2000-01-01T00:00:00Z") == ([], [])
    assert api.json("agreement/", negotiation="talks", fields="parties", issue="border") == {
        "parties": ["north", "south"]
    }


def test_refusals(api: Api, talks: Negotiation) -> None:
    assert set(api.errors("agreement/", negotiation="talks", unit="round")) == {"unit"}
    assert api.errors("agreement/", negotiation="talks", unit="source,occasion") == {
        "unit": ["takes one of source, occasion"]
    }
    assert api.errors("agreement/", negotiation="talks", party="nobody") == {"party": ["there is no party “nobody”"]}
    assert set(api.errors("agreement/", negotiation="talks", page_size="5")) == {"page_size"}
    assert api.errors("agreement/") == {"negotiation": ["is required"]}


def test_only_what_the_reader_may_see_is_counted(api: Api, talks: Negotiation) -> None:
    border = talks.issues.get(slug="border")
    say(talks, make_party("west"), border, 2, "2022-01-06", attribution=Attribution.CHATHAM_HOUSE)
    member = Api(add_member(talks, role=Role.ANALYST))
    assert "west" in member.json("agreement/", negotiation="talks")["parties"]
    assert "west" not in api.json("agreement/", negotiation="talks")["parties"]
    hidden = make_negotiation("hidden", visibility="restricted")
    refusals = [api("agreement/", negotiation=slug) for slug in (hidden.slug, "nowhere")]
    assert [(refusal.status_code, refusal.content) for refusal in refusals] == [(404, refusals[0].content)] * 2


def test_cost_is_the_same_for_one_and_three(api: Api) -> None:
    costs = []
    for parties in (1, 3):
        negotiation = make_negotiation(f"talks-{parties}")
        issue = make_issue(negotiation, "border")
        for _ in range(parties):
            say(negotiation, make_party(), issue, 1, "2022-01-05")
        with CaptureQueriesContext(connection) as queries:
            api.json("agreement/", negotiation=negotiation.slug, unit="occasion")
        costs.append(len(queries))
    assert costs[0] == costs[1] <= MOST_QUERIES
