"""Blind means blind: a coder under the policy “double” gets the same answers with a rival as without."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from positions.enums import CodingStatus, ConditionKind, ReviewPolicy, Role
from positions.models import Coding, Statement
from positions.queries.access import reader_of
from positions.services.coding import CodingFacts, adjudicate_codings, code_statement, facts_of, submit_coding
from positions.services.conditions import ConditionFacts
from tests.admin.conftest import Talks, client_of
from tests.factories import add_member, make_statement, make_user

WORDS = "only if the moon is blue"


@dataclass
class Blind:
    """A passage that ``rival`` reads; ``coder`` is to read it too, ``reviewer`` has not."""

    talks: Talks
    statement: Statement
    coder: User
    rival: User
    reviewer: User

    def read(self, user: User, stance: int, *conditions: str) -> Coding:
        """Hand in a reading as the services do, with its entries in the log."""
        reader = reader_of(user)
        listed = tuple(ConditionFacts(kind=ConditionKind.PRECONDITION, text=text) for text in conditions)
        facts = CodingFacts(party=self.talks.party, issue=self.talks.issue, stance=stance, conditions=listed)
        return submit_coding(reader, code_statement(reader, self.statement, facts))


@pytest.fixture
def blind(talks: Talks) -> Blind:
    talks.negotiation.review_policy = ReviewPolicy.DOUBLE
    talks.negotiation.save()
    people = {
        name: add_member(talks.negotiation, make_user(name, is_staff=True), role)
        for name, role in (("coder", Role.ANALYST), ("rival", Role.ANALYST), ("arbiter", Role.REVIEWER))
    }
    statement = make_statement(source=talks.source, asserted_by=talks.party)
    return Blind(talks, statement, people["coder"], people["rival"], people["arbiter"])


def pages_that_might_tell(blind: Blind) -> list[str]:
    """Every place in which the readings of a passage, or how many there are, could show."""
    slug, source, statement = blind.talks.negotiation.slug, blind.talks.source.pk, blind.statement.pk
    desk = "/admin/positions"
    return [
        f"/api/v1/codings/?negotiation={slug}",
        f"/api/v1/codings/?negotiation={slug}&status=submitted",
        f"/api/v1/codings/?negotiation={slug}&coder=rival",
        f"/api/v1/statements/?negotiation={slug}",
        f"/api/v1/statements/?negotiation={slug}&issue={blind.talks.issue.slug}",
        f"/api/v1/statements/{statement}/",
        f"/api/v1/sources/{source}/statements/",
        f"/api/v1/parties/?negotiation={slug}",
        f"/api/v1/positions/?negotiation={slug}",
        f"/api/v1/matrix/?negotiation={slug}",
        f"/api/v1/conditions/?negotiation={slug}",
        f"/api/v1/events/?negotiation={slug}",
        f"/api/v1/negotiations/{slug}/",
        f"/api/v1/issues/?negotiation={slug}",
        f"/api/v1/reliability/?negotiation={slug}",
        f"/n/{slug}/reliability/",
        f"/n/{slug}/",
        f"/statements/{statement}/",
        f"/sources/{source}/",
        "/search/?q=moon",
        "/",
        "/admin/",
        f"{desk}/coding/",
        f"{desk}/coding/?queue=review",
        f"{desk}/coding/?queue=adjudicate",
        f"{desk}/coding/?status__exact=submitted",
        f"{desk}/coding/?q=rival",
        f"{desk}/coding/?q=moon",
        f"{desk}/coding/?party__id__exact={blind.talks.party.pk}",
        f"{desk}/condition/",
        f"{desk}/condition/board/",
        f"{desk}/statement/",
        f"{desk}/statement/?q=moon",
        f"{desk}/statement/{statement}/change/",
        f"{desk}/statement/{statement}/history/",
        f"{desk}/source/",
        f"{desk}/source/{source}/change/",
        f"{desk}/source/{source}/history/",
        f"{desk}/source/{source}/tag/",
        f"{desk}/source/{source}/tag/state/",
        f"{desk}/source/{source}/tag/suggestions/",
        f"{desk}/issue/{blind.talks.issue.pk}/change/",
        f"{desk}/issue/{blind.talks.issue.pk}/history/",
        f"{desk}/event/",
    ]


def answers(client: Client, pages: list[str]) -> dict[str, tuple[int, str]]:
    return {page: (answer.status_code, told(answer)) for page in pages for answer in [client.get(page)]}


def told(answer: Any) -> str:
    """What an answer says, without what differs from one request to the next."""
    if answer.headers.get("Content-Type", "").startswith("application/json"):
        return json.dumps(answer.json(), sort_keys=True)
    lines = answer.content.decode().splitlines()
    said = "\n".join(line for line in lines if "csrfmiddlewaretoken" not in line)
    return re.sub(r"\d\d:\d\d(:\d\d)?", "", said)


def test_nobody_who_could_still_code_learns_of_the_rivals_reading(blind: Blind) -> None:
    clients, pages = [client_of(blind.coder), client_of(blind.reviewer)], pages_that_might_tell(blind)
    before = [answers(client, pages) for client in clients]
    assert {page: status for page, (status, _) in before[0].items() if status != 200} == {}
    secret = blind.read(blind.rival, -2, WORDS)
    for client, earlier in zip(clients, before, strict=True):
        expect_nothing_new(client, pages, earlier, secret)
    blind.read(blind.coder, 1)
    conditions = clients[1].get(f"/api/v1/conditions/?negotiation={blind.talks.negotiation.slug}")
    assert WORDS in conditions.content.decode()
    assert clients[1].get("/admin/positions/coding/?queue=adjudicate").context["cl"].result_count == 2


def test_coder_who_has_handed_in_learns_nothing_before_adjudication(blind: Blind) -> None:
    blind.read(blind.coder, 1)
    client, pages = client_of(blind.coder), pages_that_might_tell(blind)
    before = answers(client, pages)
    expect_nothing_new(client, pages, before, blind.read(blind.rival, -2, WORDS))


def expect_nothing_new(client: Client, pages: list[str], before: dict[str, tuple[int, str]], secret: Coding) -> None:
    """Every page answers as before, none has the rival's words, and what is the rival's own does not exist."""
    after = answers(client, pages)
    assert [page for page in pages if after[page] != before[page]] == []
    assert [page for page, (_, words) in after.items() if WORDS in words] == []
    desk = f"/admin/positions/coding/{secret.pk}"
    for page in (f"{desk}/change/", f"{desk}/history/", f"{desk}/review/", f"{desk}/adjudicate/"):
        assert client.get(page)["Location"] == "/admin/"
    assert client.get(f"/api/v1/codings/{secret.pk}/").status_code == 404
    address = f"/admin/positions/source/{secret.statement.source_id}/tag"
    cursor = client.get(f"{address}/state/").json()["cursor"]
    assert client.get(f"{address}/changes/", {"cursor": cursor}).json()["statements"] == []


def test_coder_learns_the_outcome_and_still_not_the_rivals_reading(blind: Blind) -> None:
    own, secret = blind.read(blind.coder, 1), blind.read(blind.rival, -2, WORDS)
    third = adjudicate_codings(reader_of(blind.reviewer), [own, secret], facts_of(own, stance=-1), "She says rather no")
    listed = client_of(blind.coder).get("/admin/positions/coding/").context["cl"].result_list
    shown = {coding.pk for coding in listed if coding.statement_id == blind.statement.pk}
    assert shown == {own.pk, third.pk}
    assert Coding.objects.get(pk=secret.pk).status == CodingStatus.SUBMITTED
