"""The review page: what it shows, what it decides, and that a refused comment is kept."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from positions.enums import CodingStatus
from positions.models import Coding
from tests.admin.conftest import Talks, client_of
from tests.admin.test_pages import list_of
from tests.factories import make_coding, make_source, make_statement


def review_of(coding: Coding) -> str:
    return f"{list_of('coding')}{coding.pk}/review/"


@pytest.fixture
def waiting(talks: Talks, users: dict[str, User]) -> list[Coding]:
    return [
        make_coding(
            make_statement(source=make_source(talks.negotiation), asserted_by=talks.party),
            issue=talks.issue,
            status=CodingStatus.SUBMITTED,
            coder_user=users["analyst"],
        )
        for _ in range(3)
    ]


def test_each_decision_opens_the_next_reading(waiting: list[Coding], users: dict[str, User]) -> None:
    client = client_of(users["reviewer"])
    shown = sorted(waiting, key=lambda coding: str(coding.pk))
    page = client.get(review_of(shown[0])).context["shown"]
    assert (page.place, page.total, page.next) == (1, 3, shown[1].pk)
    for coding, decision in zip(shown, ("accept", "return", "reject"), strict=True):
        answer = client.post(review_of(coding), {"decision": decision, "comment": "Look again"})
        assert answer.status_code == 302, answer.context["form"].errors
    assert answer["Location"] == f"{list_of('coding')}?queue=review"
    statuses = [Coding.objects.get(pk=coding.pk).status for coding in shown]
    assert statuses == [CodingStatus.PUBLISHED, CodingStatus.DRAFT, CodingStatus.REJECTED]


def test_reading_decided_meanwhile_keeps_the_comment(waiting: list[Coding], users: dict[str, User]) -> None:
    client, coding = client_of(users["reviewer"]), waiting[0]
    assert client.post(review_of(coding), {"decision": "accept"}).status_code == 302
    page = client.post(review_of(coding), {"decision": "return", "comment": "My <b>words</b>"}).content.decode()
    assert "it is published. Nothing was saved; your comment is kept below." in page
    assert "My &lt;b&gt;words&lt;/b&gt;" in page


def test_return_without_a_comment_is_refused(waiting: list[Coding], users: dict[str, User]) -> None:
    page = client_of(users["reviewer"]).post(review_of(waiting[0]), {"decision": "return"})
    assert page.context["form"].errors == {"comment": ["Tell the coder why"]}


def test_coder_cannot_decide(waiting: list[Coding], users: dict[str, User]) -> None:
    client_of(users["analyst"]).post(review_of(waiting[0]), {"decision": "accept"})
    assert Coding.objects.get(pk=waiting[0].pk).status == CodingStatus.SUBMITTED
