"""``codings/`` and ``conditions/``."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from positions.enums import Attribution, CodingState, CodingStatus, Confidence, Directness, Move, ReviewPolicy, Role
from positions.models import ConditionStatusEntry
from positions.queries.access import reader_of
from positions.services.coding import correct_coding, facts_of, withdraw_coding
from tests.api.conftest import Api
from tests.factories import (
    RECORDED_AT,
    add_member,
    make_coding,
    make_condition,
    make_issue,
    make_negotiation,
    make_party,
    make_round,
    make_source,
    make_statement,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_coding_keeps_its_address_when_corrected(api: Api) -> None:
    negotiation = make_negotiation()
    reviewer = reader_of(add_member(negotiation, role=Role.REVIEWER))
    old = make_coding(make_statement(negotiation), stance=2)
    new = correct_coding(reviewer, old, facts_of(old, stance=1), "too strong")
    shown = api.json(f"codings/{old.pk}/")
    assert (shown["stance"], shown["superseded_by"], shown["reason"]) == (2, str(new.pk), "too strong")
    assert shown["retired_at"] == api.json(f"codings/{new.pk}/")["recorded_at"]
    follower = api.json(f"codings/{new.pk}/")
    assert (follower["supersedes"], follower["reason"], follower["retired_at"]) == (str(old.pk), "too strong", None)
    assert api.ids("codings/") == {str(new.pk)}
    assert api.ids("codings/", retired="true") == {str(old.pk), str(new.pk)}
    withdraw_coding(reviewer, new, "never said")
    assert api.ids("codings/") == set()
    assert api.json(f"codings/{new.pk}/")["reason"] == "never said"


def test_unpublished_codings_by_role() -> None:
    negotiation = make_negotiation()
    coder, colleague = add_member(negotiation), add_member(negotiation)
    statement = make_statement(negotiation)
    names = {str(make_coding(statement, coder_user=coder, status=status).pk): status.value for status in CodingStatus}
    readers = {
        "nobody": None,
        "outsider": make_user(),
        "viewer": add_member(negotiation, role=Role.VIEWER),
        "coder": coder,
        "colleague": colleague,
        "reviewer": add_member(negotiation, role=Role.REVIEWER),
        "lead": add_member(negotiation, role=Role.LEAD),
        "administrator": make_user(is_superuser=True),
    }
    handed_in = {"published", "submitted", "rejected"}
    expected = {
        "nobody": {"published"},
        "outsider": {"published"},
        "viewer": {"published"},
        "coder": {*handed_in, "draft"},
        "colleague": handed_in,
        "reviewer": handed_in,
        "lead": {*handed_in, "draft"},
        "administrator": {*handed_in, "draft"},
    }
    assert {name: {names[id] for id in Api(user).ids("codings/")} for name, user in readers.items()} == expected
    for name, user in readers.items():
        seen = {status for id, status in names.items() if Api(user)(f"codings/{id}/").status_code == 200}
        assert seen == expected[name]


def test_blind_readings_stay_apart() -> None:
    negotiation = make_negotiation(review_policy=ReviewPolicy.DOUBLE)
    one, two = add_member(negotiation), add_member(negotiation)
    statement = make_statement(negotiation)
    first = make_coding(statement, coder_user=one, status=CodingStatus.SUBMITTED)
    second = make_coding(statement, coder_user=two, status=CodingStatus.SUBMITTED)
    assert Api(one).ids("codings/") == {str(first.pk)}
    assert Api(two).ids("codings/", status="submitted") == {str(second.pk)}
    assert Api(one).ids("statements/", party=second.party.slug) == {str(statement.pk)}
    assert [c["id"] for c in Api(one).rows("statements/")[0]["codings"]] == [str(first.pk)]


def test_coder_filter_matches_only_where_coders_are_named() -> None:
    negotiation = make_negotiation()
    coding = make_coding(make_statement(negotiation), coder="amelie")
    assert Api().ids("codings/", coder="amelie") == set()
    assert Api(make_user()).ids("codings/", coder="amelie") == set()
    assert Api(add_member(negotiation, role=Role.VIEWER)).ids("codings/", coder="amelie") == {str(coding.pk)}
    assert Api(make_user(is_superuser=True)).ids("codings/", coder="amelie") == {str(coding.pk)}


def test_coding_filters(api: Api) -> None:
    talks = make_negotiation("talks")
    north, south = make_party("north"), make_party("south")
    border, monitors = make_issue(talks, "border"), make_issue(talks, "monitors")
    source, held = make_source(talks), make_round(talks, 4)
    mine = make_statement(source=source, asserted_by=north, round=held, stated_on="2022-01-05")
    told = make_statement(talks, asserted_by=south, directness=Directness.REPORTED)
    made_a = make_coding(
        mine, issue=border, stance=-2, move=Move.REJECTION, red_line=True, key="a", confidence=Confidence.HIGH
    )
    made_b = make_coding(
        told, party=north, issue=monitors, state=CodingState.UNCLEAR, move=Move.CONCERN, reciprocal=True,
        recorded_at=RECORDED_AT + timedelta(days=5),
    )  # fmt: skip
    a, b = str(made_a.pk), str(made_b.pk)
    assert api.ids("codings/", negotiation="talks") == {a, b}
    assert api.ids("codings/", key="a") == {a}
    assert api.ids("codings/", statement=str(mine.pk)) == {a}
    assert api.ids("codings/", source=str(source.pk)) == {a}
    assert api.ids("codings/", round="4") == {a}
    assert api.ids("codings/", party="north") == {a, b}
    assert api.ids("codings/", asserted_by="south") == {b}
    assert api.ids("codings/", issue="border") == {a}
    assert api.ids("codings/", state="unclear,absent") == {b}
    assert api.ids("codings/", stance="-2,-1") == {a}
    assert api.ids("codings/", move="concern") == {b}
    assert api.ids("codings/", footing="reported") == {b}
    assert api.ids("codings/", red_line="true") == {a}
    assert api.ids("codings/", reciprocal="true") == {b}
    assert api.ids("codings/", confidence="high") == {a}
    assert api.ids("codings/", status="published") == {a, b}
    assert api.ids("codings/", stated_before="2022-01-05") == {a}
    assert api.ids("codings/", stated_after="2022-01-06") == {b}
    assert api.ids("codings/", recorded_after="2022-02-03T00:00:00Z") == {b}
    assert api.ids("codings/", recorded_before="2022-02-03T00:00:00Z") == {a}
    assert [row["id"] for row in api.rows("codings/", ordering="stance")] == [a, b]
    assert [row["id"] for row in api.rows("codings/", ordering="-stance")] == [a, b]


def test_condition_payload(api: Api) -> None:
    negotiation = make_negotiation("talks")
    south = make_party("south")
    coding = make_coding(
        make_statement(negotiation, asserted_by=make_party("north")), issue=make_issue(negotiation, "i")
    )
    condition = make_condition(
        coding, "troops leave", falls_on=south, statuses=[("met", date(2022, 1, 12)), ("failed", date(2022, 1, 20))]
    )
    hidden = make_statement(negotiation, attribution=Attribution.OFF_RECORD)
    make_coding(hidden)
    ConditionStatusEntry.objects.create(
        condition=condition, status="open", on=date(2999, 1, 1), statement=hidden, reason="agreed", rank=2
    )
    instant = "2022-02-01T12:00:00Z"
    entry = {"recorded_at": instant, "statement": None, "reason": ""}
    assert api.json(f"conditions/{condition.pk}/") == {
        "id": str(condition.pk),
        "negotiation": "talks",
        "coding": str(coding.pk),
        "statement": str(coding.statement_id),
        "party": "north",
        "issue": "i",
        "text": "troops leave",
        "kind": "precondition",
        "falls_on": "south",
        "status": "failed",
        "since": "2022-01-20",
        "stated_latest": "2022-01-10",
        "statuses": [
            {"status": "met", "on": "2022-01-12", **entry},
            {"status": "failed", "on": "2022-01-20", **entry},
            {"status": "open", "on": "2999-01-01", **entry, "reason": "agreed"},
        ],
    }


def test_condition_status_is_the_latest_known(api: Api) -> None:
    coding = make_coding()
    tomorrow = timezone.now().date() + timedelta(days=1)
    plain = make_condition(coding, "plain")
    later = make_condition(coding, "later", statuses=[("met", tomorrow)])
    tie = make_condition(coding, "tie", statuses=[("met", date(2022, 1, 12)), ("withdrawn", date(2022, 1, 12))])
    old = make_condition(coding, "old", statuses=[("met", date(2022, 1, 12)), ("failed", date(2022, 1, 11))])
    unknown = make_condition(coding, "unknown")
    ConditionStatusEntry.objects.create(
        condition=unknown, status="met", on=date(2022, 1, 1), recorded_at=timezone.now() + timedelta(days=1)
    )
    shown = {row["text"]: row["status"] for row in api.rows("conditions/")}
    assert shown == {"plain": "open", "later": "open", "tie": "withdrawn", "old": "met", "unknown": "open"}
    by_status = {status: api.ids("conditions/", status=status) for status in ("open", "met", "failed", "withdrawn")}
    assert by_status == {
        "open": {str(plain.pk), str(later.pk), str(unknown.pk)},
        "met": {str(old.pk)},
        "failed": set(),
        "withdrawn": {str(tie.pk)},
    }


def test_condition_filters(api: Api) -> None:
    negotiation = make_negotiation("talks")
    reviewer = reader_of(add_member(negotiation, role=Role.REVIEWER))
    issue, south = make_issue(negotiation, "border"), make_party("south")
    coding = make_coding(make_statement(negotiation, asserted_by=make_party("north")), issue=issue)
    other = make_coding(make_statement(negotiation))
    a = str(make_condition(coding, "troops leave", kind="sequence", falls_on=south).pk)
    b = str(make_condition(other, "money").pk)
    assert api.ids("conditions/", negotiation="talks") == {a, b}
    assert api.ids("conditions/", coding=str(coding.pk)) == {a}
    assert api.ids("conditions/", statement=str(other.statement_id)) == {b}
    assert api.ids("conditions/", party="north") == {a}
    assert api.ids("conditions/", issue="border") == {a}
    assert api.ids("conditions/", kind="sequence") == {a}
    assert api.ids("conditions/", falls_on="south") == {a}
    assert api.ids("conditions/", q="troops") == {a}
    withdraw_coding(reviewer, other, "never said")
    assert api.ids("conditions/") == {a}
    assert api.ids("conditions/", retired="true") == {a, b}


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_for_one_and_three(
    api: Api, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    negotiation = make_negotiation()
    for _ in range(count):
        coding = make_coding(make_statement(negotiation))
        make_condition(
            coding, falls_on=make_party(), statuses=[("met", date(2022, 1, 12)), ("open", date(2022, 1, 13))]
        )
    # which rows, the rows, conditions, statuses
    with django_assert_num_queries(4):
        assert len(api.json("codings/")["results"]) == count
    # which rows, the rows, statuses
    with django_assert_num_queries(3):
        assert len(api.json("conditions/")["results"]) == count
