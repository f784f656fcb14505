"""How statements stand to one another: who says so, and what becomes of it when a statement is corrected."""

from __future__ import annotations

import pytest

from positions.enums import Role
from positions.exceptions import Conflict, Invalid, NotPermitted, NotVisible
from positions.models import Event, Relation, Statement
from positions.queries.access import SYSTEM
from positions.services.relations import relate_statements, withdraw_relation
from positions.services.statements import correct_statement, facts_of, withdraw_statement
from tests.factories import make_source, make_statement
from tests.services.writing import make_talks, member, only_event, outsiders, refused

pytestmark = pytest.mark.django_db


def two_statements() -> tuple[Statement, Statement]:
    talks = make_talks()
    source = make_source(talks)
    return make_statement(source=source), make_statement(source=source, exact="No comment on the rest.")


def in_force() -> list[tuple[str, object, object, str]]:
    return list(Relation.objects.filter(retired_at=None).values_list("kind", "statement", "other", "note"))


def test_relation_is_said_once_and_logged() -> None:
    answer, question = two_statements()
    analyst = member(answer.negotiation)
    relation = relate_statements(analyst, answer, question, "responds_to", "A day later")
    assert in_force() == [("responds_to", answer.pk, question.pk, "A day later")]
    assert analyst.user is not None
    assert (relation.seen_by, relation.seen_by_user) == (analyst.user.get_username(), analyst.user)
    event = only_event()
    assert (event.action, event.subject_id, event.negotiation) == (
        "statements_related",
        str(relation.pk),
        answer.negotiation,
    )
    with refused(Invalid, "kind"):
        relate_statements(SYSTEM, answer, question, "responds_to")
    relate_statements(SYSTEM, question, answer, "responds_to")
    relate_statements(SYSTEM, answer, question, "denies")


def test_relation_is_refused_to_outsiders_and_viewers() -> None:
    answer, question = two_statements()
    viewer = member(answer.negotiation, Role.VIEWER)
    relation = relate_statements(SYSTEM, answer, question, "repeats")
    for nobody in outsiders():
        with refused(NotVisible):
            relate_statements(nobody, answer, question, "denies")
        with refused(NotVisible):
            withdraw_relation(nobody, relation, "No")
    with refused(NotPermitted):
        relate_statements(viewer, answer, question, "denies")
    with refused(NotPermitted):
        withdraw_relation(viewer, relation, "No")


def test_misfits_are_refused_with_their_fields() -> None:
    answer, question = two_statements()
    with refused(Invalid, "kind", "note"):
        relate_statements(SYSTEM, answer, question, "likes", "\x00")
    with refused(Invalid, "other"):
        relate_statements(SYSTEM, answer, answer, "repeats")
    elsewhere = make_statement(make_talks())
    with refused(Invalid, "other"):
        relate_statements(SYSTEM, answer, elsewhere, "repeats")
    withdraw_statement(SYSTEM, question, "Never said")
    with refused(Conflict):
        relate_statements(SYSTEM, answer, question, "repeats")


def test_withdrawal_needs_a_reason_and_happens_once() -> None:
    relation = relate_statements(SYSTEM, *two_statements(), "contradicts")
    with refused(Invalid, "reason"):
        withdraw_relation(SYSTEM, relation, " ")
    gone = withdraw_relation(SYSTEM, relation, "Not so")
    assert gone.retired_at is not None
    assert (in_force(), gone.withdrawal_reason) == ([], "Not so")
    assert Event.objects.filter(action="relation_withdrawn", reason="Not so").count() == 1
    with refused(Conflict):
        withdraw_relation(SYSTEM, relation, "Not so")
    relate_statements(SYSTEM, relation.statement, relation.other, "contradicts")


def test_relations_follow_a_corrected_statement_on_either_side() -> None:
    answer, question = two_statements()
    relation = relate_statements(SYSTEM, answer, question, "clarifies", "See")
    corrected = correct_statement(SYSTEM, question, facts_of(question, note="n"), "The note")
    assert in_force() == [("clarifies", answer.pk, corrected.pk, "See")]
    relation.refresh_from_db()
    assert (relation.retired_at, relation.withdrawal_reason) == (corrected.recorded_at, "The note")
    again = correct_statement(SYSTEM, answer, facts_of(answer, note="n"), "The note")
    assert in_force() == [("clarifies", again.pk, corrected.pk, "See")]
    assert Relation.objects.get(retired_at=None).seen_by == relation.seen_by


def test_relations_leave_the_record_with_a_withdrawn_statement() -> None:
    answer, question = two_statements()
    relation = relate_statements(SYSTEM, answer, question, "clarifies")
    gone = withdraw_statement(SYSTEM, answer, "Never said")
    relation.refresh_from_db()
    assert (in_force(), relation.retired_at, relation.withdrawal_reason) == ([], gone.retired_at, "Never said")
