"""``rounds/``."""

from __future__ import annotations

from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.api.conftest import Api
from tests.factories import make_delegation, make_negotiation, make_party, make_person, make_round


def test_round_payload(api: Api) -> None:
    held = make_round(
        make_negotiation("talks"), 2, title="Geneva", format="bilateral", venue="Palais", starts_on=date(2022, 1, 10)
    )
    head, aide = make_person("head"), make_person("aide")
    make_delegation(held, make_party("north"), head=head, members=[(head, "Minister"), (aide, "Envoy")])
    make_delegation(held, make_party("chair"))
    assert api.json(f"rounds/{held.pk}/") == {
        "id": str(held.pk),
        "negotiation": "talks",
        "number": 2,
        "title": "Geneva",
        "format": "bilateral",
        "venue": "Palais",
        "starts_on": "2022-01-10",
        "ends_on": "2022-01-10",
        "status": "held",
        "delegations": [
            {"party": "chair", "head": None, "members": []},
            {
                "party": "north",
                "head": "head",
                "members": [{"person": "head", "title": "Minister"}, {"person": "aide", "title": "Envoy"}],
            },
        ],
    }


def test_filters_and_ordering(api: Api) -> None:
    talks, north = make_negotiation("talks"), make_party("north")
    made_a = make_round(talks, 1, parties=[north], format="call", starts_on=date(2022, 1, 10))
    made_b = make_round(talks, 2, status="planned", starts_on=date(2022, 2, 10))
    made_c = make_round(make_negotiation("other"), 1, starts_on=None)
    a, b, c = str(made_a.pk), str(made_b.pk), str(made_c.pk)
    assert api.ids("rounds/", negotiation="talks") == {a, b}
    assert api.ids("rounds/", number="1") == {a, c}
    assert api.ids("rounds/", format="call") == {a}
    assert api.ids("rounds/", status="planned,postponed") == {b}
    assert api.ids("rounds/", party="north") == {a}
    assert api.ids("rounds/", starts_after="2022-02-10") == {b}
    assert api.ids("rounds/", starts_before="2022-02-09") == {a}
    assert [row["id"] for row in api.rows("rounds/", ordering="starts_on")] == [a, b, c]
    assert [row["id"] for row in api.rows("rounds/", ordering="-starts_on")] == [b, a, c]


@pytest.mark.parametrize("rounds", [1, 3])
def test_list_costs_the_same_for_one_and_three(
    api: Api, django_assert_num_queries: DjangoAssertNumQueries, rounds: int
) -> None:
    negotiation = make_negotiation()
    for _ in range(rounds):
        held = make_round(negotiation, parties=[make_party()])
        person = make_person()
        make_delegation(held, make_party(), head=person, members=[(person, "Envoy"), (make_person(), "Aide")])
    # which rows, the rows, delegations, members
    with django_assert_num_queries(4):
        assert len(api.json("rounds/")["results"]) == rounds
