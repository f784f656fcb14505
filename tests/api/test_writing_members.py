"""``members/``: who takes part, in which role; for leads alone."""

from __future__ import annotations

import pytest

from positions.models import Member
from tests.api.test_problems import assert_problem
from tests.api.writing import READERS, People, nothing_written, one_event, written
from tests.factories import make_user

pytestmark = pytest.mark.django_db

BODY = {"negotiation": "talks", "username": "newcomer", "role": "analyst"}


@pytest.fixture
def people() -> People:
    make_user("newcomer")
    return People()


def test_a_member_comes_changes_and_goes(people: People) -> None:
    with one_event("member_role_set"):
        answer = people.lead.post("members/", BODY)
    made = written(answer, 201)
    assert made == {"id": str(Member.objects.get(user__username="newcomer").pk), **BODY}
    address = f"members/{made['id']}/"
    assert people.lead(address)["ETag"] == answer["ETag"]
    with nothing_written():
        assert set(assert_problem(people.lead.post("members/", BODY), 400)["errors"]) == {"username"}
        nobody = people.lead.post("members/", {**BODY, "username": "nobody"})
        assert set(assert_problem(nobody, 400)["errors"]) == {"username"}
        assert set(assert_problem(people.lead.patch(address, {"role": "king"}), 400)["errors"]) == {"role"}
    with one_event("member_role_set"):
        assert written(people.lead.patch(address, {"role": "reviewer"}), 200)["role"] == "reviewer"
    with one_event("member_removed"):
        assert people.lead.send("delete", address).status_code == 204
    assert_problem(people.lead(address), 404)


def test_the_last_lead_stays(people: People) -> None:
    address = f"members/{Member.objects.get(negotiation=people.talks, role='lead').pk}/"
    with nothing_written():
        assert_problem(people.lead.send("delete", address), 409)
        assert_problem(people.lead.patch(address, {"role": "viewer"}), 409)


def test_members_are_for_leads(people: People) -> None:
    member = Member.objects.get(negotiation=people.talks, role="viewer")
    listed = {name: people.writer(name)("members/", negotiation="talks").status_code for name in READERS}
    assert listed == {**dict.fromkeys(READERS, 200), "anonymous": 401, "outsider": 404}
    for name in ("viewer", "analyst", "reviewer"):
        assert people.writer(name).rows("members/") == []
        assert_problem(people.writer(name)(f"members/{member.pk}/"), 404)
        assert_problem(people.writer(name).patch(f"members/{member.pk}/", {"role": "lead"}), 404)
        for username in ("newcomer", "nobody"):
            assert_problem(people.writer(name).post("members/", {**BODY, "username": username}), 403)
    assert [row["role"] for row in people.lead.rows("members/", negotiation="talks", role="viewer,lead")] == [
        "lead", "viewer",
    ]  # fmt: skip
    assert len(people.lead.rows("members/")) == 4
    assert len(people.administrator.rows("members/")) == 5
