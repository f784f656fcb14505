"""The first page: what a reader may see, what moved last, and how many queries that takes."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from positions.enums import CodingStatus, Role, Visibility
from tests.factories import add_member, make_coding, make_negotiation, make_statement, make_user
from tests.web.conftest import CountQueries, Talks

pytestmark = pytest.mark.django_db


def titles_for(user: User | None = None) -> list[str]:
    client = Client()
    if user:
        client.force_login(user)
    return [negotiation.title for negotiation in client.get("/").context["negotiations"]]


def test_lists_what_the_reader_may_see() -> None:
    for visibility in Visibility.values:
        make_negotiation(title=visibility.title(), visibility=visibility)
    member = make_user()
    restricted = make_negotiation(title="Ours", visibility=Visibility.RESTRICTED)
    add_member(restricted, member, Role.VIEWER)
    assert titles_for() == ["Public"]
    assert titles_for(make_user()) == ["Internal", "Public"]
    assert titles_for(member) == ["Internal", "Ours", "Public"]


def test_shows_the_latest_move_with_both_quotes(client: Client, talks: Talks) -> None:
    response = client.get("/")
    ((negotiation, card),) = response.context["moves"]
    assert (negotiation, card.ink.name, card.before.stance, card.after.stance) == (
        talks.negotiation,
        "North",
        "+2",
        "+1",
    )
    assert [len(side.quotations) for side in (card.before, card.after)] == [1, 1]


def test_as_of_before_the_move_shows_none(client: Client, talks: Talks) -> None:
    response = client.get("/?as_of=2022-02-01")
    assert response.context["moves"] == []
    assert "Shown as of 1 February 2022." in response.content.decode()


def test_bad_as_of_is_a_400_that_says_why(client: Client) -> None:
    response = client.get("/?as_of=yesterday")
    assert response.status_code == 400
    text = response.content.decode()
    assert "as_of" in text
    assert "yesterday" in text
    assert "write it as 2022-01-12" in text


def test_desk_counts_drafts_and_what_waits(client: Client, talks: Talks) -> None:
    analyst = add_member(talks.negotiation, role=Role.REVIEWER)
    statement = make_statement(source=talks.source, asserted_by=talks.south)
    make_coding(statement, issue=talks.issue, status=CodingStatus.DRAFT, coder_user=analyst, recorded_at=None)
    make_coding(statement, issue=talks.issue, status=CodingStatus.SUBMITTED, coder="other", recorded_at=None)
    assert client.get("/").context["queues"] == []
    client.force_login(analyst)
    found = {queue.slug: queue.count for queue in client.get("/").context["queues"]}
    assert (found["drafts"], found["review"]) == (1, 1)


@pytest.mark.parametrize("number", [1, 3])
def test_queries_do_not_grow_with_negotiations(talks: Talks, count_queries: CountQueries, number: int) -> None:
    for _ in range(number - 1):
        make_negotiation()
    member = add_member(talks.negotiation, role=Role.LEAD)
    assert count_queries("/")[0] == 7
    assert count_queries("/", member)[0] == 12
