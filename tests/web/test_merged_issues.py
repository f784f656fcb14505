"""An issue that was merged into another one: in no page's list, at its own address, and as it was known before."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from positions.enums import Role
from positions.queries.access import reader_of
from positions.services.merging import merge_issues
from tests.factories import add_member, make_issue
from tests.web.conftest import Talks

pytestmark = pytest.mark.django_db

HOME = "/n/river-talks/"
PAGES = (
    "", "matrix/", "matrix/matrix.csv", "brief/", "changes/", "parties/south/", "rounds/1/", "rounds/1/readouts/",
    "compare/", "compare/compare.csv", "concessions/", "conditions/", "red-lines/", "contradictions/", "coverage/",
    "coverage/coverage.csv", "codebook/", "reliability/",
)  # fmt: skip


def test_merged_issue_is_in_no_list_but_at_its_address(client: Client, talks: Talks) -> None:
    kept = make_issue(talks.negotiation, "bridge", title="The old bridge")
    lost = make_issue(talks.negotiation, "crossing", title="Crossings by night")
    empty = make_issue(talks.negotiation, "toll", title="A toll for carts")
    talks.say(talks.north, "2022-02-11", 2, lost)
    before = datetime.now(UTC)
    lead = add_member(talks.negotiation, role=Role.LEAD)
    for each in (lost, empty):
        merge_issues(reader_of(lead), each, kept, "one and the same", confirmation="bridge")
    shown = {}
    for page in PAGES:
        answer = client.get(HOME + page)
        assert answer.status_code == 200, page
        shown[page] = answer.content.decode()
        assert "Crossings by night" not in shown[page], page
        assert "A toll for carts" not in shown[page], page
        assert "crossing" not in shown[page], page
    assert all("The old bridge" in shown[page] for page in ("", "matrix/", "brief/", "coverage/", "reliability/"))
    for address in ("issues/crossing/", "issues/toll/", "brief/?issue=crossing", "reliability/?issue=crossing"):
        answer = client.get(HOME + address)
        assert (answer.status_code, "Crossings by night" in answer.content.decode()) == (200, "toll" not in address)
    then = client.get(f"{HOME}matrix/", {"known_at": before.isoformat(), "as_of": "2022-02-11"}).content.decode()
    assert ("Crossings by night" in then, "A toll for carts" in then) == (True, False)
