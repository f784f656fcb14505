"""Drafting readings: who may do what, which facts are refused, and what editing leaves behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from positions.enums import CodingState, CodingStatus, Move, Role, Visibility
from positions.exceptions import Conflict, Invalid, NotPermitted, NotVisible
from positions.models import Coding, Event, Negotiation, Statement
from positions.queries.access import SYSTEM, Reader
from positions.services.coding import (
    CodingFacts,
    adjudicate_codings,
    code_statement,
    coding_snapshot,
    correct_coding,
    delete_draft,
    edit_draft,
    facts_of,
    publish_coding,
    reject_coding,
    return_coding,
    submit_coding,
    withdraw_coding,
)
from positions.services.conditions import ConditionFacts, StatusFacts
from tests.factories import RECORDED_AT, make_coding, make_issue, make_party, make_statement, make_user
from tests.services.writing import logged, make_talks, member, only_event, outsiders, refused

pytestmark = pytest.mark.django_db

PROVISO = ConditionFacts(text="the other side does the same", kind="reciprocity")


def reading(statement: Statement, **changes: Any) -> CodingFacts:
    """A guarded yes of the asserting party on an issue of its own."""
    values: dict[str, Any] = {"party": statement.asserted_by, "stance": 1, "move": Move.DEMAND, **changes}
    return CodingFacts(**{"issue": make_issue(statement.negotiation), **values})


def waiting(talks: Negotiation, *coders: Reader, status: str = CodingStatus.SUBMITTED) -> list[Coding]:
    """One reading by each coder of one statement, for one party, on one issue."""
    statement = make_statement(talks)
    issue = make_issue(talks)
    return [make_coding(statement, issue=issue, status=status, coder_user=coder.user) for coder in coders]


# ---------------------------------------------------------------- who may

Call = Callable[[Reader, Coding], object]
CALLS: dict[str, tuple[Role, str, Call]] = {
    "code": (Role.ANALYST, CodingStatus.DRAFT, lambda r, c: code_statement(r, c.statement, facts_of(c))),
    "edit": (Role.ANALYST, CodingStatus.DRAFT, lambda r, c: edit_draft(r, c, facts_of(c))),
    "delete": (Role.ANALYST, CodingStatus.DRAFT, delete_draft),
    "submit": (Role.ANALYST, CodingStatus.DRAFT, submit_coding),
    "return": (Role.REVIEWER, CodingStatus.SUBMITTED, lambda r, c: return_coding(r, c, "Look again")),
    "reject": (Role.REVIEWER, CodingStatus.SUBMITTED, lambda r, c: reject_coding(r, c, "Not said")),
    "publish": (Role.REVIEWER, CodingStatus.SUBMITTED, publish_coding),
    "adjudicate": (
        Role.REVIEWER,
        CodingStatus.SUBMITTED,
        lambda r, c: adjudicate_codings(r, list(c.statement.codings.all()), facts_of(c), "Both read"),
    ),
    "correct": (Role.REVIEWER, CodingStatus.PUBLISHED, lambda r, c: correct_coding(r, c, facts_of(c), "Slip")),
    "withdraw": (Role.REVIEWER, CodingStatus.PUBLISHED, lambda r, c: withdraw_coding(r, c, "Not said")),
}
LESSER = {Role.ANALYST: Role.VIEWER, Role.REVIEWER: Role.ANALYST}


@pytest.mark.parametrize("name", CALLS)
def test_writer_is_refused_to_outsiders_and_lesser_roles(name: str) -> None:
    role, status, call = CALLS[name]
    talks = make_talks()
    [coding] = waiting(talks, member(talks), status=status)
    make_coding(coding.statement, issue=coding.issue, status=CodingStatus.SUBMITTED, coder_user=make_user())
    lesser = member(talks, LESSER[role])
    for nobody in outsiders():
        with refused(NotVisible):
            call(nobody, coding)
    with refused(NotPermitted):
        call(lesser, coding)

    Negotiation.objects.filter(pk=talks.pk).update(visibility=Visibility.PUBLIC)
    coding = Coding.objects.get(pk=coding.pk)
    with refused(NotPermitted):
        call(Reader(), coding)


@pytest.mark.parametrize("name", ["edit", "delete", "submit"])
def test_draft_belongs_to_its_coder_and_to_leads(name: str) -> None:
    talks = make_talks()
    [coding] = waiting(talks, member(talks), status=CodingStatus.DRAFT)
    call = CALLS[name][2]
    other = member(talks, Role.REVIEWER)
    with refused(NotPermitted):
        call(other, coding)

    call(member(talks, Role.LEAD), coding)
    assert Event.objects.count() == 1


@pytest.mark.parametrize("name", ["return", "reject", "publish", "adjudicate"])
def test_decision_is_refused_to_the_coder(name: str) -> None:
    talks = make_talks()
    lead = member(talks, Role.LEAD)
    coding, _ = waiting(talks, lead, member(talks))
    with refused(NotPermitted):
        CALLS[name][2](lead, coding)


@pytest.mark.parametrize("name", [name for name in CALLS if name != "code"])
@pytest.mark.parametrize("status", CodingStatus.values)
def test_writer_conflicts_with_a_reading_in_another_status(name: str, status: str) -> None:
    takes, call = CALLS[name][1:]
    talks = make_talks()
    [coding] = waiting(talks, member(talks), status=status)
    make_coding(coding.statement, issue=coding.issue, status=CodingStatus.SUBMITTED, coder_user=make_user())
    lead = member(talks, Role.LEAD)
    if status == takes:
        call(lead, coding)
        assert Event.objects.count() == 1
    else:
        with refused(Conflict):
            call(lead, coding)


@pytest.mark.parametrize("name", CALLS)
def test_writer_conflicts_with_what_was_retired(name: str) -> None:
    _, status, call = CALLS[name]
    talks = make_talks()
    [coding] = waiting(talks, member(talks), status=status)
    make_coding(coding.statement, issue=coding.issue, status=CodingStatus.SUBMITTED, coder_user=make_user())
    later = RECORDED_AT + timedelta(days=1)
    Coding.objects.filter(pk=coding.pk).update(retired_at=later)
    Statement.objects.filter(pk=coding.statement_id).update(retired_at=later)
    lead = member(talks, Role.LEAD)
    with refused(Conflict):
        call(lead, coding)


# ---------------------------------------------------------------- drafts


def test_code_statement_adds_a_draft_and_enrols_who_is_named() -> None:
    talks = make_talks()
    analyst, statement, burdened = member(talks), make_statement(talks), make_party()
    entry = StatusFacts(status="met", on=date(2022, 1, 20), reason="seen")
    proviso = replace(PROVISO, falls_on=burdened, statuses=(entry,))
    facts = reading(statement, conditions=(proviso,), red_line=True, key="first")
    coding = code_statement(analyst, statement, facts)

    row = Coding.objects.get()
    assert (row.pk, row.status, row.stance, row.coder_user, row.recorded_at) == (
        coding.pk,
        CodingStatus.DRAFT,
        1,
        analyst.user,
        None,
    )
    assert replace(facts_of(row), key=row.key) == facts
    assert (row.codebook.version, row.stated_latest, row.footing) == (1, statement.stated_latest, "own")
    assert set(talks.parties.all()) == {statement.asserted_by, burdened}
    event = only_event()
    assert (event.action, event.actor_name, event.before) == ("coding_drafted", row.coder, None)
    assert event.after == logged(coding_snapshot(row))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"stance": None}, "stance"),
        ({"stance": 3}, "stance"),
        ({"stance": True}, "stance"),
        ({"state": CodingState.UNCLEAR}, "stance"),
        ({"state": "hidden", "stance": None}, "state"),
        ({"stance": 2, "move": Move.OFFER, "conditions": (PROVISO,)}, "stance"),
        ({"stance": -2, "move": Move.OFFER, "conditions": (PROVISO,)}, "stance"),
        ({"move": "shrug"}, "move"),
        ({"confidence": "total"}, "confidence"),
        ({"key": "taken"}, "key"),
        ({"key": "a\x00b"}, "key"),
        ({"conditions": (PROVISO, replace(PROVISO, text="  "))}, "conditions[1].text"),
        ({"conditions": (replace(PROVISO, text="\ud800"),)}, "conditions[0].text"),
        ({"conditions": (replace(PROVISO, kind="whim"),)}, "conditions[0].kind"),
        ({"conditions": (replace(PROVISO, statuses=(StatusFacts(status="lost", on=date(2022, 1, 20)),)),)},
         "conditions[0].statuses"),
    ],
)  # fmt: skip
def test_code_statement_names_the_field_at_fault(changes: dict[str, Any], field: str) -> None:
    talks = make_talks()
    analyst, statement = member(talks), make_statement(talks)
    make_coding(statement, key="taken")
    facts = reading(statement, **changes)
    with refused(Invalid, field):
        code_statement(analyst, statement, facts)


def test_code_statement_on_a_foreign_issue_is_refused() -> None:
    talks = make_talks()
    analyst, statement = member(talks), make_statement(talks)
    facts = reading(statement, issue=make_issue())
    with refused(Invalid, "issue"):
        code_statement(analyst, statement, facts)


@pytest.mark.parametrize(("move", "stance"), [(Move.THREAT, -2), (Move.OFFER, 1), (Move.OFFER, -1)])
def test_conditional_reading_within_its_bounds_is_taken(move: Move, stance: int) -> None:
    statement = make_statement(make_talks())
    coding = code_statement(SYSTEM, statement, reading(statement, move=move, stance=stance, conditions=(PROVISO,)))
    assert (coding.stance, coding.coder, coding.coder_user, only_event().actor_name) == (
        stance,
        "system",
        None,
        "system",
    )


def test_second_reading_is_refused_until_the_first_is_rejected() -> None:
    talks = make_talks()
    analyst = member(talks)
    [first] = waiting(talks, analyst)
    with refused(Invalid, "__all__"):
        code_statement(analyst, first.statement, facts_of(first))

    reject_coding(member(talks, Role.REVIEWER), first, "Not said")
    second = code_statement(analyst, first.statement, facts_of(first))
    assert {c.pk: c.status for c in Coding.objects.all()} == {first.pk: "rejected", second.pk: "draft"}


def test_edit_draft_replaces_the_reading_and_its_conditions() -> None:
    talks = make_talks()
    analyst = member(talks)
    [draft] = waiting(talks, analyst, status=CodingStatus.DRAFT)
    before = coding_snapshot(Coding.objects.get())
    edit_draft(analyst, draft, replace(facts_of(draft), stance=-1, conditions=(PROVISO,), key="ignored"))

    row = Coding.objects.get()
    assert (row.pk, row.key, row.stance, row.status) == (draft.pk, draft.key, -1, CodingStatus.DRAFT)
    assert facts_of(row).conditions == (PROVISO,)
    event = only_event()
    assert (event.action, event.before, event.after) == ("coding_edited", logged(before), logged(coding_snapshot(row)))


def test_edit_draft_with_a_fault_changes_nothing() -> None:
    talks = make_talks()
    analyst = member(talks)
    [draft] = waiting(talks, analyst, status=CodingStatus.DRAFT)
    before = coding_snapshot(Coding.objects.get())
    with refused(Invalid, "stance"):
        edit_draft(analyst, draft, replace(facts_of(draft), stance=5))
    assert coding_snapshot(Coding.objects.get()) == before


def test_delete_draft_keeps_what_it_said_in_the_log() -> None:
    talks = make_talks()
    analyst = member(talks)
    [draft] = waiting(talks, analyst, status=CodingStatus.DRAFT)
    before = logged(coding_snapshot(Coding.objects.get()))
    delete_draft(analyst, draft)

    assert Coding.objects.count() == 0
    event = only_event()
    assert (event.action, event.subject_id, event.before, event.after) == (
        "coding_draft_deleted",
        before["id"],
        before,
        None,
    )
