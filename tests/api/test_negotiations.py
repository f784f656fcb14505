"""``negotiations/``."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from positions.enums import Role
from tests.api.conftest import Api
from tests.factories import add_member, make_negotiation, make_user


def test_negotiation_payload(api: Api) -> None:
    make_negotiation("talks", title="The talks", summary="Who said what.")
    assert api.json("negotiations/talks/") == {
        "slug": "talks",
        "title": "The talks",
        "summary": "Who said what.",
        "visibility": "public",
        "review_policy": None,
    }


def test_list_holds_what_exists_for_the_reader(db: None) -> None:
    restricted = make_negotiation("a", visibility="restricted")
    make_negotiation("b", visibility="internal")
    make_negotiation("c", visibility="public")
    assert Api().ids("negotiations/") == {"c"}
    assert Api(make_user()).ids("negotiations/") == {"b", "c"}
    assert Api(add_member(restricted, role=Role.VIEWER)).ids("negotiations/") == {"a", "b", "c"}
    assert Api(make_user(is_superuser=True)).ids("negotiations/") == {"a", "b", "c"}


def test_filters_and_ordering(api: Api) -> None:
    make_negotiation("border", title="Zulu", summary="river")
    make_negotiation("trade", title="Alpha")
    assert api.ids("negotiations/", q="RIVER") == {"border"}
    assert api.ids("negotiations/", visibility="public") == {"border", "trade"}
    assert api.ids("negotiations/", visibility="internal,restricted") == set()
    assert [row["slug"] for row in api.rows("negotiations/")] == ["trade", "border"]
    assert [row["slug"] for row in api.rows("negotiations/", ordering="slug")] == ["border", "trade"]
    assert [row["slug"] for row in api.rows("negotiations/", ordering="-slug")] == ["trade", "border"]


@pytest.mark.parametrize("negotiations", [1, 3])
def test_list_costs_the_same_for_one_and_three(
    api: Api, django_assert_num_queries: DjangoAssertNumQueries, negotiations: int
) -> None:
    for _ in range(negotiations):
        make_negotiation()
    with django_assert_num_queries(2):
        assert len(api.json("negotiations/")["results"]) == negotiations
