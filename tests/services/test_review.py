"""From a submitted reading to the record: policies, decisions, adjudication, blindness, correction, withdrawal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from positions.enums import CodingStatus, ReviewPolicy, Role
from positions.exceptions import Conflict, Invalid, NotPermitted
from positions.models import Coding, Event, Negotiation, Statement
from positions.queries.access import Reader, codings_for
from positions.services.codebook import publish_codebook_version
from positions.services.coding import (
    adjudicate_codings,
    code_statement,
    coding_snapshot,
    correct_coding,
    edit_draft,
    facts_of,
    publish_coding,
    reject_coding,
    return_coding,
    submit_coding,
    withdraw_coding,
)
from positions.services.conditions import condition_facts
from tests.factories import RECORDED_AT, make_coding, make_condition, make_issue, make_statement
from tests.services.writing import logged, make_talks, member, only_event, refused, stances

pytestmark = pytest.mark.django_db

TICK = timedelta(microseconds=1)


def waiting(talks: Negotiation, *coders: Reader, status: str = CodingStatus.SUBMITTED) -> list[Coding]:
    """One reading by each coder of one statement, for one party, on one issue."""
    statement = make_statement(talks)
    issue = make_issue(talks)
    return [make_coding(statement, issue=issue, status=status, coder_user=coder.user) for coder in coders]


def visible(reader: Reader) -> set[Coding]:
    """What a reader sees, asked with the roles and rows of this moment."""
    return set(codings_for(reader))


# ---------------------------------------------------------------- policies


@pytest.mark.parametrize(
    ("policy", "status"),
    [
        (ReviewPolicy.NONE, CodingStatus.PUBLISHED),
        (ReviewPolicy.SINGLE, CodingStatus.SUBMITTED),
        (ReviewPolicy.DOUBLE, CodingStatus.SUBMITTED),
    ],
)
def test_submit_coding_publishes_only_where_nothing_is_reviewed(policy: str, status: str) -> None:
    talks = make_talks(policy)
    analyst = member(talks)
    [draft] = waiting(talks, analyst, status=CodingStatus.DRAFT)
    before = coding_snapshot(Coding.objects.get())
    submit_coding(analyst, draft)

    row = Coding.objects.get()
    published = status == CodingStatus.PUBLISHED
    assert (row.status, row.submitted_at is None, row.recorded_at is not None) == (status, False, published)
    event = only_event()
    assert (event.action, event.actor_name) == ("coding_submitted", row.coder)
    assert (event.before, event.after) == (logged(before), logged(coding_snapshot(row)))
    assert stances(talks) == ([1] if published else [])


def test_second_coder_without_review_conflicts_with_the_published_reading() -> None:
    talks = make_talks(ReviewPolicy.NONE)
    ana, ben = member(talks), member(talks)
    first, second = waiting(talks, ana, ben, status=CodingStatus.DRAFT)
    submit_coding(ana, first)
    with refused(Conflict):
        submit_coding(ben, second)
    assert Coding.objects.get(pk=second.pk).status == CodingStatus.DRAFT


def test_publish_coding_puts_it_into_the_record() -> None:
    talks = make_talks()
    reviewer = member(talks, Role.REVIEWER)
    [coding] = waiting(talks, member(talks))
    before = coding_snapshot(Coding.objects.get())
    publish_coding(reviewer, coding)

    row = Coding.objects.get()
    assert row.status == CodingStatus.PUBLISHED
    assert row.recorded_at is not None
    event = only_event()
    assert (event.action, event.actor) == ("coding_published", reviewer.user)
    assert (event.before, event.after) == (logged(before), logged(coding_snapshot(row)))
    assert (stances(talks, row.recorded_at), stances(talks, row.recorded_at - TICK)) == ([1], [])


def test_publish_coding_conflicts_with_a_published_rival() -> None:
    talks = make_talks()
    [coding] = waiting(talks, member(talks))
    make_coding(coding.statement, issue=coding.issue)
    reviewer = member(talks, Role.REVIEWER)
    with refused(Conflict):
        publish_coding(reviewer, coding)


def test_publish_coding_under_the_double_policy_conflicts() -> None:
    talks = make_talks(ReviewPolicy.DOUBLE)
    [coding] = waiting(talks, member(talks))
    lead = member(talks, Role.LEAD)
    with refused(Conflict):
        publish_coding(lead, coding)


def test_return_coding_makes_it_a_draft_that_can_be_handed_in_again() -> None:
    talks = make_talks()
    analyst, reviewer = member(talks), member(talks, Role.REVIEWER)
    [coding] = waiting(talks, analyst)
    return_coding(reviewer, coding, "Read the second half")

    row = Coding.objects.get()
    assert (row.status, row.comment) == (CodingStatus.DRAFT, "Read the second half")
    event = only_event()
    assert (event.action, event.reason, event.actor) == ("coding_returned", "Read the second half", reviewer.user)
    edit_draft(analyst, row, replace(facts_of(row), stance=-1))
    submit_coding(analyst, row)
    publish_coding(reviewer, row)
    assert (Coding.objects.get().comment, stances(talks)) == ("Read the second half", [-1])


def test_reject_coding_is_final() -> None:
    talks = make_talks()
    reviewer = member(talks, Role.REVIEWER)
    [coding] = waiting(talks, member(talks))
    reject_coding(reviewer, coding, "Nobody said so")

    row = Coding.objects.get()
    assert (row.status, row.comment, row.recorded_at) == (CodingStatus.REJECTED, "Nobody said so", None)
    assert (only_event().action, only_event().after) == ("coding_rejected", logged(coding_snapshot(row)))
    with refused(Conflict):
        return_coding(reviewer, row, "After all")


@pytest.mark.parametrize("comment", ["", " \n", "a\x00b", "\ud800"])
@pytest.mark.parametrize("decide", [return_coding, reject_coding])
def test_decision_needs_a_comment_that_can_be_kept(
    decide: Callable[[Reader, Coding, str], Coding], comment: str
) -> None:
    talks = make_talks()
    [coding] = waiting(talks, member(talks))
    reviewer = member(talks, Role.REVIEWER)
    with refused(Invalid, "comment"):
        decide(reviewer, coding, comment)


# ---------------------------------------------------------------- two blind coders


def test_adjudication_publishes_a_third_record_over_two_that_stay_submitted() -> None:
    talks = make_talks(ReviewPolicy.DOUBLE)
    first, second = waiting(talks, member(talks), member(talks))
    referee = member(talks, Role.REVIEWER)
    third = adjudicate_codings(referee, [first, second], replace(facts_of(first), stance=-2), "The second half decides")

    rows = {row.pk: row for row in Coding.objects.all()}
    assert {pk: row.status for pk, row in rows.items()} == {
        first.pk: "submitted",
        second.pk: "submitted",
        third.pk: "published",
    }
    assert (rows[third.pk].coder_user, rows[third.pk].reason) == (referee.user, "The second half decides")
    event = only_event()
    assert (event.action, event.subject_id, event.reason) == (
        "codings_adjudicated",
        str(third.pk),
        "The second half decides",
    )
    readings = [str(first.pk), str(second.pk)]
    assert event.after == logged({**coding_snapshot(rows[third.pk]), "readings": readings})
    assert stances(talks) == [-2]
    with refused(Conflict):
        adjudicate_codings(referee, [first, second], facts_of(first), "Once more")


def test_adjudication_takes_two_coders_of_one_question() -> None:
    talks = make_talks(ReviewPolicy.DOUBLE)
    ana, ben = member(talks), member(talks)
    first, second = waiting(talks, ana, ben)
    [elsewhere] = waiting(talks, ben)
    own = make_coding(first.statement, issue=first.issue, status=CodingStatus.SUBMITTED, coder_user=ana.user)
    referee, facts = member(talks, Role.REVIEWER), facts_of(first)
    for codings in ([], [first], [first, own], [first, elsewhere]):
        with refused(Invalid, "__all__"):
            adjudicate_codings(referee, codings, facts, "Why not")
    with refused(Invalid, "__all__"):
        adjudicate_codings(referee, [first, second], facts_of(elsewhere), "Why not")
    with refused(Invalid, "stance"):
        adjudicate_codings(referee, [first, second], replace(facts, stance=None), "Why not")
    with refused(Invalid, "key"):
        adjudicate_codings(referee, [first, second], replace(facts, key=first.key), "Why not")
    with refused(Invalid, "reason"):
        adjudicate_codings(referee, [first, second], facts, " ")
    with refused(NotPermitted):
        adjudicate_codings(ben, [first, second], facts, "Why not")


def test_blind_coders_see_neither_each_other_nor_drafts() -> None:
    talks = make_talks(ReviewPolicy.DOUBLE)
    ana, ben, third = member(talks), member(talks), member(talks)
    viewer, reviewer, lead = (member(talks, role) for role in (Role.VIEWER, Role.REVIEWER, Role.LEAD))
    hers, his = waiting(talks, ana, ben)
    draft = make_coding(hers.statement, issue=hers.issue, status=CodingStatus.DRAFT, coder_user=third.user)

    assert [visible(reader) for reader in (ana, ben, third, viewer)] == [{hers}, {his}, {draft}, set()]
    assert [visible(reader) for reader in (reviewer, lead)] == [{hers, his}, {hers, his, draft}]
    published = adjudicate_codings(reviewer, [hers, his], facts_of(hers), "Both agree")
    assert [visible(reader) for reader in (ana, ben, viewer)] == [{hers, published}, {his, published}, {published}]


def test_reviewer_who_codes_too_is_as_blind_on_that_statement_alone() -> None:
    talks = make_talks(ReviewPolicy.DOUBLE)
    ana, reviewer = member(talks), member(talks, Role.REVIEWER)
    _, own = waiting(talks, ana, reviewer)
    elsewhere = waiting(talks, ana, member(talks))
    assert visible(reviewer) == {own, *elsewhere}


def test_reading_of_one_blind_coder_is_closed_to_reviewers_until_the_second_hands_in() -> None:
    talks = make_talks(ReviewPolicy.DOUBLE)
    reviewer, lead = member(talks, Role.REVIEWER), member(talks, Role.LEAD)
    [first] = waiting(talks, member(talks))
    assert [visible(reader) for reader in (reviewer, lead)] == [set(), {first}]
    make_coding(first.statement, issue=first.issue, status=CodingStatus.DRAFT, coder_user=member(talks).user)
    assert visible(reviewer) == set()
    second = make_coding(
        first.statement, issue=first.issue, status=CodingStatus.SUBMITTED, coder_user=member(talks).user
    )
    assert visible(reviewer) == {first, second}


def test_single_review_shows_analysts_what_was_handed_in() -> None:
    talks = make_talks()
    ana = member(talks)
    [submitted] = waiting(talks, ana)
    [draft] = waiting(talks, ana, status=CodingStatus.DRAFT)
    [rejected] = waiting(talks, ana, status=CodingStatus.REJECTED)
    assert visible(ana) == {submitted, draft, rejected}
    assert visible(member(talks)) == {submitted, rejected}
    assert visible(member(talks, Role.VIEWER)) == set()


# ---------------------------------------------------------------- correction and withdrawal


def test_correct_coding_retires_the_old_reading_and_keeps_what_was_known() -> None:
    talks = make_talks()
    reviewer = member(talks, Role.REVIEWER)
    coding = make_coding(make_statement(talks), stance=2, conditions=["a pause"])
    make_condition(coding, "a letter", statuses=[("met", date(2022, 1, 20))])
    before = coding_snapshot(Coding.objects.get())
    publish_codebook_version(member(talks, Role.LEAD), talks, "Second thoughts", (), "Second thoughts.")
    kept = condition_facts(coding)
    corrected = correct_coding(reviewer, coding, replace(facts_of(coding), stance=-1), "Misread")

    old, new = Coding.objects.get(pk=coding.pk), Coding.objects.get(pk=corrected.pk)
    assert coding_snapshot(old) == {**before, "retired_at": new.recorded_at}
    assert (new.supersedes, new.reason, new.stance, new.coder_user) == (old, "Misread", -1, reviewer.user)
    assert (new.codebook.version, condition_facts(new), condition_facts(old)) == (2, kept, kept)
    event = Event.objects.exclude(action="codebook_version_added").get()
    assert (event.action, event.subject_id, event.reason) == ("coding_corrected", str(old.pk), "Misread")
    assert (event.before, event.after) == (logged(before), logged(coding_snapshot(new)))
    instant = new.recorded_at
    assert instant is not None
    known = [stances(talks, at) for at in (RECORDED_AT - TICK, RECORDED_AT, instant - TICK, instant)]
    assert known == [[], [2], [2], [-1]]
    with refused(Conflict):
        correct_coding(reviewer, old, facts_of(old), "Once more")


def test_correct_coding_onto_another_reading_in_force_conflicts() -> None:
    talks = make_talks()
    statement = make_statement(talks)
    one, other = make_coding(statement), make_coding(statement)
    reviewer = member(talks, Role.REVIEWER)
    with refused(Conflict):
        correct_coding(reviewer, one, replace(facts_of(one), issue=other.issue), "Wrong issue")
    assert Coding.objects.get(pk=one.pk).retired_at is None


def test_withdraw_coding_ends_it_from_now_on() -> None:
    talks = make_talks()
    reviewer = member(talks, Role.REVIEWER)
    coding = make_coding(make_statement(talks))
    before = coding_snapshot(Coding.objects.get())
    withdraw_coding(reviewer, coding, "Nobody said so")

    row = Coding.objects.get()
    assert row.retired_at is not None
    assert coding_snapshot(row) == {**before, "retired_at": row.retired_at, "withdrawal_reason": "Nobody said so"}
    event = only_event()
    assert (event.action, event.reason, event.actor) == ("coding_withdrawn", "Nobody said so", reviewer.user)
    assert (event.before, event.after) == (logged(before), logged(coding_snapshot(row)))
    assert (stances(talks, row.retired_at - TICK), stances(talks, row.retired_at)) == ([1], [])
    again = code_statement(member(talks), row.statement, facts_of(row))
    assert (again.status, again.supersedes) == (CodingStatus.DRAFT, None)


@pytest.mark.parametrize("reason", ["", "  ", "a\x00b", "\ud800"])
def test_correction_and_withdrawal_need_a_reason_that_can_be_kept(reason: str) -> None:
    talks = make_talks()
    reviewer = member(talks, Role.REVIEWER)
    coding = make_coding(make_statement(talks))
    facts = facts_of(coding)
    with refused(Invalid, "reason"):
        correct_coding(reviewer, coding, facts, reason)
    with refused(Invalid, "reason"):
        withdraw_coding(reviewer, coding, reason)


def test_analyst_corrects_where_nothing_is_reviewed() -> None:
    talks = make_talks(ReviewPolicy.NONE)
    coding = make_coding(make_statement(talks))
    corrected = correct_coding(member(talks), coding, replace(facts_of(coding), stance=0), "Misread")
    withdraw_coding(member(talks), corrected, "Nobody said so")
    assert (stances(talks), [event.action for event in Event.objects.order_by("id")]) == (
        [],
        ["coding_corrected", "coding_withdrawn"],
    )


def test_correction_survives_a_clock_that_was_set_back() -> None:
    talks = make_talks(ReviewPolicy.NONE)
    ahead = RECORDED_AT.replace(year=9000)
    coding = make_coding(make_statement(talks), recorded_at=ahead)
    corrected = correct_coding(member(talks), coding, facts_of(coding), "Misread")
    assert corrected.recorded_at == ahead + TICK
    assert Statement.objects.get().retired_at is None
