"""``watches/``: one's own, set, changed and deleted like everything else."""

from __future__ import annotations

import pytest

from positions.enums import Role, Visibility
from positions.models import Negotiation, Watch
from tests.api.conftest import ROOT, Api
from tests.factories import add_member, make_issue, make_negotiation, make_party

pytestmark = pytest.mark.django_db


@pytest.fixture
def talks() -> Negotiation:
    negotiation = make_negotiation("talks", visibility=Visibility.RESTRICTED)
    negotiation.parties.add(make_party("north"))
    make_issue(negotiation, "border")
    return negotiation


def test_watch_from_first_to_last(talks: Negotiation) -> None:
    api = Api(add_member(talks, role=Role.VIEWER))
    body = {"negotiation": "talks", "kind": "move", "party": "north", "issue": "border"}
    made = api.client.post(f"{ROOT}watches/", body, format="json")
    assert made.status_code == 201, made.content
    watch = made.json()
    assert {name: watch[name] for name in ("negotiation", "kind", "party", "issue", "name", "delivery")} == {
        **body, "name": "", "delivery": "daily",
    }  # fmt: skip
    address = made["Location"]
    change = {"issue": None, "delivery": "page", "name": "mine"}
    assert api.client.patch(address, change, format="json").status_code == 428
    changed = api.client.patch(address, change, format="json", headers={"If-Match": made["ETag"]})
    assert (changed.json()["party"], changed.json()["issue"], changed.json()["name"]) == ("north", None, "mine")
    assert [row["id"] for row in api.rows("watches/", negotiation="talks", delivery="page")] == [watch["id"]]
    assert api.client.delete(address).status_code == 204
    assert not Watch.objects.exists()


def test_watches_of_others_and_of_what_is_hidden_do_not_exist(talks: Negotiation) -> None:
    anna, ben = add_member(talks, role=Role.VIEWER), add_member(talks, role=Role.LEAD)
    api = Api(anna)
    made = api.client.post(f"{ROOT}watches/", {"negotiation": "talks", "kind": "red_line"}, format="json")
    assert Api(ben).rows("watches/") == []
    assert Api(ben)(made["Location"]).status_code == 404
    assert Api(ben).client.delete(made["Location"]).status_code == 404
    assert Api()("watches/").status_code == 401
    talks.members.filter(user=anna).delete()
    assert api.rows("watches/") == []
    again = api.client.post(f"{ROOT}watches/", {"negotiation": "talks", "kind": "move"}, format="json")
    assert again.status_code == 404


def test_watch_that_cannot_be_set(talks: Negotiation) -> None:
    api = Api(add_member(talks, role=Role.VIEWER))
    wrong = {"negotiation": "talks", "kind": "sneeze", "issue": "unknown", "colour": "red"}
    assert set(api.client.post(f"{ROOT}watches/", wrong, format="json").json()["errors"]) >= {"kind", "colour"}
    refused = api.client.post(f"{ROOT}watches/", {"negotiation": "talks", "kind": "review"}, format="json")
    assert refused.status_code == 403
