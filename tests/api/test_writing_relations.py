"""``relations/``: what one statement is to another; who sees, says and withdraws it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from positions.models import Relation, Statement
from tests.api.test_problems import assert_problem
from tests.api.writing import MISSING, READERS, People, nothing_written, one_event, written
from tests.factories import make_coding, make_source, make_statement

pytestmark = pytest.mark.django_db


@pytest.fixture
def people() -> People:
    return People(visibility="public")


@pytest.fixture
def pair(people: People) -> tuple[Statement, Statement]:
    """Two statements in the record."""
    source = make_source(people.talks)
    first, second = make_statement(source=source), make_statement(source=source)
    make_coding(first)
    make_coding(second)
    return first, second


def body_of(pair: tuple[Statement, Statement], kind: str = "denies", **fields: str) -> dict[str, str]:
    return {"kind": kind, "statement": str(pair[0].pk), "other": str(pair[1].pk), **fields}


def test_a_relation_is_said_and_withdrawn(people: People, pair: tuple[Statement, Statement]) -> None:
    body = body_of(pair, note="Flatly.", negotiation="talks")
    with one_event("statements_related"):
        answer = people.analyst.post("relations/", body)
    made = written(answer, 201)
    assert {name: made[name] for name in body} == body
    assert (made["seen_by"], made["reason"]) == ("analyst", "")
    address = f"relations/{made['id']}/"
    read = people.analyst(address)
    assert (read.json(), read["ETag"], answer["Location"]) == (
        made,
        answer["ETag"],
        f"http://testserver/api/v1/{address}",
    )
    outside = people.anonymous.json(address)
    assert outside == {**made, "seen_by": None, "note": None, "reason": None}
    assert people.anonymous.ids("relations/", statement=str(pair[0].pk), kind="denies") == {made["id"]}
    with nothing_written():
        assert set(assert_problem(people.analyst.post("relations/", body), 400)["errors"]) == {"kind"}
    for name, status in {"anonymous": 401, "outsider": 403, "viewer": 403}.items():
        assert people.writer(name).act(address, "withdrawal", {"reason": "No."}).status_code == status
    with one_event("relation_withdrawn"):
        gone = written(people.analyst.act(address, "withdrawal", {"reason": "Misread."}), 200)
    assert (gone["reason"], gone["retired_at"] is None) == ("Misread.", False)
    assert_problem(people.analyst.act(address, "withdrawal", {"reason": "Again."}), 409)
    assert people.analyst.rows("relations/") == []
    assert people.analyst.ids("relations/", retired="true") == {made["id"]}


def test_who_may_say_one(people: People, pair: tuple[Statement, Statement]) -> None:
    kinds = ("denies", "denies", "denies", "denies", "repeats", "clarifies", "withdraws")
    statuses = {
        name: people.writer(name).post("relations/", body_of(pair, kind)).status_code
        for name, kind in zip(READERS, kinds, strict=True)
    }
    assert statuses == {"anonymous": 401, "outsider": 403, "viewer": 403, "analyst": 201, "reviewer": 201, "lead": 201,
                        "administrator": 201}  # fmt: skip


def test_hidden_statements_are_unknown(people: People, pair: tuple[Statement, Statement]) -> None:
    hidden = make_statement(source=make_source(people.talks, attribution="chatham_house"))
    make_coding(hidden)
    relation = written(people.analyst.post("relations/", body_of((pair[0], hidden))), 201)["id"]
    for name in ("anonymous", "viewer"):
        assert people.writer(name).rows("relations/") == []
        assert_problem(people.writer(name)(f"relations/{relation}/"), 404)
    unknown = people.viewer.post("relations/", {**body_of(pair), "other": MISSING})
    known = people.viewer.post("relations/", body_of((pair[0], hidden)))
    assert str(assert_problem(known, 400)).replace(str(hidden.pk), MISSING) == str(assert_problem(unknown, 400))


def test_many_cost_the_same_for_each(people: People, pair: tuple[Statement, Statement]) -> None:
    def count(*kinds: str) -> int:
        bodies = [body_of(pair, kind) for kind in kinds]
        with CaptureQueriesContext(connection) as caught:
            assert people.writer("analyst").post("relations/", bodies).status_code == 201
        return len(caught)

    one, three = count("denies"), count("repeats", "clarifies", "withdraws")
    assert (three - one) / 2 <= 9, (one, three)
    assert Relation.objects.count() == 4
    with CaptureQueriesContext(connection) as caught:
        people.writer("analyst").json("relations/", page_size=1)
    with CaptureQueriesContext(connection) as again:
        people.writer("analyst").json("relations/", page_size=3)
    assert len(caught) == len(again)
