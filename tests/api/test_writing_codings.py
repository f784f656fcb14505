"""Writing codings from draft to the record, and the statuses of conditions; by whom, and what is told to whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from positions.enums import ReviewPolicy
from positions.models import Coding, Issue, Statement
from tests.api.test_problems import assert_problem
from tests.api.writing import MISSING, READERS, People, nothing_written, one_event, written
from tests.factories import make_coding, make_condition, make_issue, make_party, make_source, make_statement

pytestmark = pytest.mark.django_db


class Desk(People):
    """With a statement of the north, and an issue."""

    def __init__(self, policy: str = ReviewPolicy.SINGLE, visibility: str = "restricted") -> None:
        super().__init__(policy, visibility)
        self.north = make_party("north", is_listed=True)
        self.issue: Issue = make_issue(self.talks, "river")
        self.statement: Statement = make_statement(source=make_source(self.talks), asserted_by=self.north)

    def body(self, **fields: Any) -> dict[str, Any]:
        return {"statement": str(self.statement.pk), "issue": "river", "stance": 2, "move": "demand", **fields}

    def draft(self, name: str = "analyst", **fields: Any) -> str:
        """The address of a new draft."""
        return f"codings/{written(self.writer(name).post('codings/', self.body(**fields)), 201)['id']}/"

    def submitted(self, name: str = "analyst", **fields: Any) -> str:
        address = self.draft(name, **fields)
        written(self.writer(name).act(address, "submission"), 200)
        return address


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_a_reading_from_draft_to_the_record(desk: Desk) -> None:
    conditions = [{"text": "They go first", "kind": "sequence", "falls_on": "north"}]
    body = desk.body(key="c1", party="north", red_line=True, reciprocal=True, confidence="high", conditions=conditions,
                     negotiation="talks", state="coded")  # fmt: skip
    with one_event("coding_drafted"):
        answer = desk.analyst.post("codings/", body)
    made = written(answer, 201)
    assert {field: made[field] for field in body if field != "conditions"} == {
        field: value for field, value in body.items() if field != "conditions"
    }
    assert made["conditions"] == [{**conditions[0], "status": "open"}]
    assert (made["status"], made["coder"], made["footing"]) == ("draft", "analyst", "own")
    address = f"codings/{made['id']}/"
    with one_event("coding_edited"):
        changed = written(desk.analyst.patch(address, {"stance": 1, "conditions": []}), 200)
    assert (changed["stance"], changed["conditions"], changed["red_line"]) == (1, [], True)
    with one_event("coding_submitted"):
        assert written(desk.analyst.act(address, "submission"), 200)["status"] == "submitted"
    with one_event("coding_recalled", "coding_submitted"):
        assert written(desk.analyst.act(address, "recall"), 200)["status"] == "draft"
        desk.analyst.act(address, "submission")
    with one_event("coding_published"):
        answer = desk.reviewer.act(address, "publication")
    published = written(answer, 200)
    assert (published["status"], answer["ETag"]) == ("published", desk.reviewer.tag(address))
    assert_problem(desk.analyst.patch(address, {"stance": 0}), 409)
    with one_event("coding_corrected"):
        answer = desk.reviewer.act(address, "corrections", {"stance": -1, "reason": "It is conditional."})
    corrected = written(answer, 201)
    assert (corrected["stance"], corrected["supersedes"], corrected["red_line"]) == (-1, made["id"], True)
    assert answer["Location"].endswith(f"/codings/{corrected['id']}/")
    with one_event("coding_withdrawn"):
        gone = written(desk.reviewer.act(f"codings/{corrected['id']}/", "withdrawal", {"reason": "Not said."}), 200)
    assert (gone["reason"], gone["retired_at"] is None) == ("Not said.", False)


def test_review_sends_back_or_refuses(desk: Desk) -> None:
    address = desk.submitted()
    assert set(assert_problem(desk.reviewer.act(address, "return"), 400)["errors"]) == {"comment"}
    with one_event("coding_returned"):
        returned = written(desk.reviewer.act(address, "return", {"comment": "Which river?"}), 200)
    assert (returned["status"], Coding.objects.get().comment) == ("draft", "Which river?")
    assert_problem(desk.reviewer(address), 404)
    written(desk.analyst.act(address, "submission"), 200)
    with one_event("coding_rejected"):
        assert written(desk.reviewer.act(address, "rejection", {"comment": "No."}), 200)["status"] == "rejected"
    assert_problem(desk.reviewer.act(address, "publication"), 409)


def test_where_nothing_is_reviewed_submitting_publishes() -> None:
    desk = Desk(ReviewPolicy.NONE)
    address = desk.draft()
    assert written(desk.analyst.act(address, "submission"), 200)["status"] == "published"


def test_a_draft_is_deleted(desk: Desk) -> None:
    address = desk.draft()
    stale = desk.analyst.send("delete", address, match='"0"')
    assert_problem(stale, 412)
    with one_event("coding_draft_deleted"):
        answer = desk.analyst.send("delete", address)
    assert (answer.status_code, answer.content, Coding.objects.count()) == (204, b"", 0)
    assert_problem(desk.analyst.send("delete", desk.submitted()), 409)


def test_who_may_code(desk: Desk) -> None:
    statuses = {name: desk.writer(name).post("codings/", desk.body()).status_code for name in READERS}
    assert statuses == {"anonymous": 401, "outsider": 400, "viewer": 400, "analyst": 201, "reviewer": 201, "lead": 201,
                        "administrator": 201}  # fmt: skip


@pytest.mark.parametrize(
    ("act", "body", "allowed"),
    [
        ("publication", {}, {"reviewer", "lead", "administrator"}),
        ("return", {"comment": "Why?"}, {"reviewer", "lead", "administrator"}),
        ("rejection", {"comment": "Why?"}, {"reviewer", "lead", "administrator"}),
        ("recall", {}, {"analyst", "lead", "administrator"}),
    ],
)
def test_who_decides(act: str, body: dict[str, Any], allowed: set[str]) -> None:
    desk = Desk(visibility="public")
    address = desk.submitted()
    hidden, visible = {"anonymous": 401, "outsider": 404, "viewer": 404}, READERS[3:]
    for name, status in hidden.items():
        assert desk.writer(name).act(address, act, body).status_code == status
    for name in visible:
        if name not in allowed:
            assert_problem(desk.writer(name).act(address, act, body), 403)
    with one_event(*[{"publication": "coding_published", "return": "coding_returned", "rejection": "coding_rejected",
                      "recall": "coding_recalled"}[act]]):  # fmt: skip
        name = next(name for name in visible if name in allowed)
        assert desk.writer(name).act(address, act, body).status_code == 200


@pytest.mark.parametrize("act", ["corrections", "withdrawal"])
def test_who_takes_back_what_is_published(act: str) -> None:
    desk = Desk(visibility="public")
    coding = make_coding(desk.statement, issue=desk.issue)
    done = 201 if act == "corrections" else 200
    for name, status in {"anonymous": 401, "outsider": 403, "viewer": 403, "analyst": 403, "reviewer": done}.items():
        answer = desk.writer(name).act(f"codings/{coding.pk}/", act, {"reason": "Why not."})
        assert answer.status_code == status, (name, answer.content)


@pytest.mark.parametrize("act", ["submission", "recall", "publication", "return", "rejection", "corrections",
                                 "withdrawal"])  # fmt: skip
def test_acts_need_the_version_they_act_on(desk: Desk, act: str) -> None:
    address = desk.submitted()
    other = desk.lead.tag(desk.draft("lead"))
    body = {"return": {"comment": "x"}, "rejection": {"comment": "x"}, "corrections": {"reason": "x"},
            "withdrawal": {"reason": "x"}}.get(act, {})  # fmt: skip
    with one_event():
        assert_problem(desk.lead.act(address, act, body, match=None), 428)
        assert_problem(desk.lead.act(address, act, body, match=other), 412)
        assert_problem(desk.lead.act(f"codings/{MISSING}/", act, body), 404)
        assert_problem(desk.lead.act(address, act, {"extra": 1}, match="*"), 400)


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"stance": 3}, {"stance"}),
        ({"stance": True}, {"stance"}),
        ({"stance": "2"}, {"stance"}),
        ({"stance": None}, {"stance"}),
        ({"state": "unclear"}, {"stance"}),
        ({"red_line": "true"}, {"red_line"}),
        ({"red_line": 1}, {"red_line"}),
        ({"issue": "lake"}, {"issue"}),
        ({"statement": MISSING}, {"statement"}),
        ({"move": "offer", "conditions": [{"text": "x", "kind": "sequence"}]}, {"stance"}),
        ({"conditions": [{"text": " ", "kind": "x", "on": 1}]}, {"conditions[0].text", "conditions[0].kind",
                                                               "conditions[0].on"}),
        ({"status": "published"}, {"status"}),
        ({"coder": "somebody"}, {"coder"}),
    ],
)  # fmt: skip
def test_bad_fields_are_named(desk: Desk, fields: dict[str, Any], errors: set[str]) -> None:
    with nothing_written():
        assert set(assert_problem(desk.analyst.post("codings/", desk.body(**fields)), 400)["errors"]) == errors


def test_another_reading_of_ones_own_is_refused(desk: Desk) -> None:
    desk.draft()
    with nothing_written():
        assert_problem(desk.analyst.post("codings/", desk.body()), 400)
        answer = desk.analyst.post("codings/", [desk.body(), desk.body(issue="lake")])
    assert [item["index"] for item in answer.json()["items"]] == [0, 1]


def test_many_readings_cost_the_same_for_each(desk: Desk) -> None:
    def count(many: int) -> int:
        bodies = [desk.body(issue=make_issue(desk.talks).slug) for _ in range(many)]
        with CaptureQueriesContext(connection) as caught:
            assert desk.writer("analyst").post("codings/", bodies).status_code == 201
        return len(caught)

    one, three = count(1), count(3)
    assert (three - one) / 2 <= 16, (one, three)


def test_two_blind_coders_learn_nothing_of_each_other() -> None:
    desk = Desk(ReviewPolicy.DOUBLE)
    mine = desk.draft("analyst", key="first", stance=2, conditions=[{"text": "Hush", "kind": "trigger"}])
    seen = [desk.reviewer.post("codings/", desk.body(stance=-2)), desk.reviewer(f"statements/{desk.statement.pk}/")]
    theirs = f"codings/{seen[0].json()['id']}/"
    seen.append(desk.reviewer.act(theirs, "submission"))
    seen.append(desk.reviewer(f"statements/{desk.statement.pk}/"))
    corrected = desk.reviewer.act(f"statements/{desk.statement.pk}/", "corrections", {"note": "x", "reason": "Note."})
    seen.append(corrected)
    assert [row["stance"] for row in written(corrected, 201)["codings"]] == [-2]
    for answer in seen:
        assert answer.status_code in (200, 201)
        assert not {"first", "Hush", mine.split("/")[1], "analyst"} & set(answer.content.decode().split('"'))
    for act in ("publication", "return", "rejection", "submission", "recall", "corrections", "withdrawal"):
        unknown = desk.reviewer.act(f"codings/{MISSING}/", act, {})
        assert assert_problem(desk.reviewer.act(mine, act, {}), 404) == assert_problem(unknown, 404)
    for method in ("patch", "delete"):
        assert_problem(desk.reviewer.send(method, mine, {}, match="*"), 404)


def test_corrections_keep_the_series_of_a_condition_that_stays(desk: Desk) -> None:
    coding = make_coding(desk.statement, issue=desk.issue, stance=1)
    condition = make_condition(coding, "They go first")
    address = f"conditions/{condition.pk}/"
    with one_event("condition_status_set"):
        answer = desk.analyst.act(address, "statuses", {"status": "met", "on": "2022-01-12", "reason": "They went."})
    made = written(answer, 201)
    assert (made["status"], made["statuses"][0]["reason"]) == ("met", "They went.")
    assert answer["Location"] == f"http://testserver/api/v1/{address}"
    kept = {"text": "They go first", "kind": condition.kind}
    fixed = desk.reviewer.act(
        f"codings/{coding.pk}/", "corrections",
        {"conditions": [kept, {"text": "We agree", "kind": "trigger"}], "reason": "One more."},
    )  # fmt: skip
    assert [each["status"] for each in written(fixed, 201)["conditions"]] == ["met", "open"]
    assert_problem(desk.analyst.act(address, "statuses", {"status": "open", "on": "2022-01-13", "reason": "x"}), 409)


def test_statuses_of_conditions_are_checked(desk: Desk) -> None:
    condition = make_condition(make_coding(desk.statement, issue=desk.issue))
    address = f"conditions/{condition.pk}/"
    with nothing_written():
        for body, errors in (
            ({"status": "met", "on": "2022-01-12"}, {"reason"}),
            ({"status": "done", "on": "2022-01-12", "reason": "x"}, {"status"}),
            ({"status": "met", "on": "2999-01-12", "reason": "x"}, {"on"}),
            ({"status": "met", "on": "2022-01-12", "statement": MISSING}, {"statement"}),
        ):
            assert set(assert_problem(desk.analyst.act(address, "statuses", body), 400)["errors"]) == errors
        good = {"status": "met", "on": "2022-01-12", "reason": "x"}
        for name, status in {"anonymous": 401, "outsider": 404, "viewer": 403}.items():
            assert desk.writer(name).act(address, "statuses", good).status_code == status
        assert_problem(desk.analyst.act(address, "statuses", good, match=None), 428)
