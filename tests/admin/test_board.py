"""The board of conditions: what is on it, in which order, how a status is set, and who sees none of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from positions.enums import ConditionStatus
from positions.exceptions import NotPermitted
from positions.models import Condition, ConditionStatusEntry
from positions.queries.access import SYSTEM, Reader
from positions.queries.conditions import conditions_on_board
from positions.services.coding import withdraw_coding
from tests.admin.conftest import SignIn, Talks
from tests.factories import make_coding, make_condition, make_party, make_statement

pytestmark = pytest.mark.django_db

BOARD = "/admin/positions/condition/board/"


def add_condition(talks: Talks, text: str, on: str, *statuses: tuple[str, date], **fields: Any) -> Condition:
    statement = make_statement(talks.negotiation, asserted_by=talks.party, stated_on=on)
    return make_condition(make_coding(statement, issue=talks.issue, **fields), text, statuses=statuses)


def texts(response: Any) -> list[tuple[str, list[str]]]:
    return [(label, [row.condition.text for row in rows]) for label, rows in response.context["groups"]]


def test_board_lists_open_ones_first_and_oldest_first(analyst: Client, talks: Talks) -> None:
    add_condition(talks, "later", "2022-01-09")
    add_condition(talks, "earlier", "2022-01-02")
    add_condition(talks, "done", "2022-01-01", ("met", date(2022, 1, 5)))
    add_condition(talks, "still to come", "2022-01-03", ("met", date(2999, 1, 5)))
    add_condition(talks, "undone", "2022-01-01", ("met", date(2022, 1, 5)), ("open", date(2022, 1, 4)))
    add_condition(talks, "draft", "2022-01-01", status="draft")
    withdraw_coding(SYSTEM, add_condition(talks, "gone", "2022-01-01").coding, "Never")
    shown = texts(analyst.get(BOARD))
    assert shown == [
        ("Open", ["earlier", "still to come", "later", "Delta condition"]),
        ("Met", ["done", "undone"]),
    ]


def test_board_is_filtered_by_status_party_and_issue(analyst: Client, talks: Talks) -> None:
    other = make_party("other", name="Other")
    talks.negotiation.parties.add(other)
    statement = make_statement(talks.negotiation, asserted_by=talks.party, stated_on="2022-01-02")
    coding = make_coding(statement, issue=talks.issue)
    make_condition(coding, "mine", falls_on=other, statuses=[("failed", date(2022, 1, 5))])
    assert texts(analyst.get(f"{BOARD}?status=failed")) == [("Failed", ["mine"])]
    assert texts(analyst.get(f"{BOARD}?party=other")) == [("Failed", ["mine"])]
    assert texts(analyst.get(f"{BOARD}?issue=delta-water&status=open")) == [("Open", ["Delta condition"])]
    for bad in ("status=done", "party=nobody", "issue=x", "negotiation=hush", "status=%00"):
        page = analyst.get(f"{BOARD}?{bad}")
        assert (page.status_code, texts(page)) == (200, [])
        assert "this is not offered" in page.content.decode()


def test_status_is_set_from_the_board_and_put_right_by_another(analyst: Client, talks: Talks) -> None:
    condition = talks.coding.conditions.get()
    opened = analyst.get(f"{BOARD}?status=open&set={condition.pk}&to=met")
    assert 'class="board-form"' in opened.content.decode()
    assert opened.context["form"].initial["status"] == "met"
    said = {"condition": str(condition.pk), "status": "met", "on": "2022-01-20", "statement": str(talks.statement.pk)}
    done = analyst.post(f"{BOARD}?status=open", said)
    assert (done.status_code, done.headers["Location"]) == (
        302,
        f"{BOARD}?status=open&negotiation=delta#condition-{condition.pk}",
    )
    analyst.post(BOARD, {**said, "status": "open", "statement": "", "reason": "<b>A slip</b>"})
    assert list(ConditionStatusEntry.objects.order_by("rank").values_list("status", "reason")) == [
        ("met", ""),
        ("open", "<b>A slip</b>"),
    ]
    page = analyst.get(BOARD).content.decode()
    assert "All 2 statuses" in page
    assert "&lt;b&gt;A slip&lt;/b&gt;" in page


def test_refused_status_comes_back_in_its_row_and_saves_nothing(analyst: Client, talks: Talks) -> None:
    condition = talks.coding.conditions.get()
    said = {"condition": str(condition.pk), "status": "met", "on": "2999-01-20"}
    page = analyst.post(BOARD, said)
    assert sorted(page.context["form"].errors) == ["on", "reason"]
    assert "Nothing was saved" in page.content.decode()
    withdraw_coding(SYSTEM, talks.coding, "Never")
    page = analyst.post(BOARD, {**said, "on": "2022-01-20", "reason": "Seen"})
    assert ConditionStatusEntry.objects.count() == 0
    assert page.status_code == 200


@pytest.mark.parametrize("wanted", ["nonsense", "00000000-0000-4000-8000-000000000000", "theirs", "\x00"])
def test_condition_that_is_not_there_is_said_so(analyst: Client, hidden: Talks, wanted: str) -> None:
    if wanted == "theirs":
        wanted = str(hidden.coding.conditions.get().pk)
    page = analyst.post(BOARD, {"condition": wanted, "status": "met", "on": "2022-01-20", "reason": "Seen"})
    assert (page.status_code, page.context["form"]) == (200, None)
    assert "Hush" not in page.content.decode()
    assert ConditionStatusEntry.objects.count() == 0


def test_board_is_the_analysts(sign_in: SignIn, talks: Talks, hidden: Talks) -> None:
    assert sign_in("viewer").get(BOARD).status_code == 403
    assert Client().get(BOARD).status_code == 302
    page = sign_in("lead").get(BOARD).content.decode()
    assert "Hush" not in page
    everything = sign_in("administrator").get(f"{BOARD}?negotiation=hush")
    assert texts(everything) == [("Open", ["Hush condition"])]
    with pytest.raises(NotPermitted):
        conditions_on_board(Reader(), talks.negotiation)


@pytest.mark.parametrize("number", [1, 3])
def test_queries_do_not_grow(analyst: Client, talks: Talks, number: int) -> None:
    for place in range(number):
        condition = add_condition(talks, f"number {place}", "2022-01-02")
        ConditionStatusEntry.objects.create(
            condition=condition, status=ConditionStatus.MET, on=date(2022, 1, 11), statement=talks.statement
        )
    analyst.get(BOARD)
    with CaptureQueriesContext(connection) as captured:
        analyst.get(BOARD)
    assert len(captured) == 10
