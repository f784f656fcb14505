"""``issues/``."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from tests.api.conftest import Api
from tests.factories import make_issue, make_negotiation


def test_issue_payload(api: Api) -> None:
    negotiation = make_negotiation("talks")
    parent = make_issue(negotiation, "security")
    issue = make_issue(
        negotiation, "border", parent=parent, keywords=["line", "river"], reference_point="The line of 1990", rank=1
    )
    assert api.json(f"issues/{issue.pk}/") == {
        "id": str(issue.pk),
        "slug": "border",
        "negotiation": "talks",
        "title": "Border",
        "proposal": "Border is agreed",
        "pole_for": "Border is agreed",
        "pole_against": "No border",
        "reference_point": "The line of 1990",
        "keywords": ["line", "river"],
        "parent": "security",
        "rank": 1,
        "merged_into": None,
    }


def test_filters_and_ordering(api: Api) -> None:
    talks, other = make_negotiation("talks"), make_negotiation("other")
    made_parent = make_issue(talks, "security", rank=1)
    made_child = make_issue(talks, "border", parent=made_parent, rank=0, proposal="The old line returns")
    made_same = make_issue(other, "border", rank=2)
    parent, child, same = str(made_parent.pk), str(made_child.pk), str(made_same.pk)
    assert api.ids("issues/", negotiation="talks") == {parent, child}
    assert api.ids("issues/", slug="border") == {child, same}
    assert api.ids("issues/", slug="border", negotiation="talks") == {child}
    assert api.ids("issues/", parent="security") == {child}
    assert api.ids("issues/", q="old line") == {child}
    assert [row["id"] for row in api.rows("issues/")] == [child, parent, same]
    assert [row["id"] for row in api.rows("issues/", ordering="-rank")] == [same, parent, child]
    assert api.errors("issues/", slug="security", negotiation="other") == {"slug": ["there is no issue “security”"]}


@pytest.mark.parametrize("issues", [1, 3])
def test_list_costs_the_same_for_one_and_three(
    api: Api, django_assert_num_queries: DjangoAssertNumQueries, issues: int
) -> None:
    for _ in range(issues):
        negotiation = make_negotiation()
        make_issue(negotiation, parent=make_issue(negotiation))
    with django_assert_num_queries(2):
        assert len(api.json("issues/")["results"]) == 2 * issues
