"""Changes to many records: previewed, made at one instant, kept with their way back, and refused as a whole."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command

from positions.enums import CodingStatus, ReviewPolicy, Role
from positions.exceptions import Conflict, Invalid, NotPermitted, NotVisible
from positions.models import ChangeSet, Coding, Condition, Event, Negotiation, Statement
from positions.queries.access import change_sets_for
from positions.services.coding import edit_draft, facts_of, submit_coding
from positions.services.housekeeping import (
    AT_MOST,
    NewReading,
    delete_drafts,
    move_statements,
    preview_deleting,
    preview_moving,
    preview_reassigning,
    preview_recoding,
    preview_redating,
    reassign_codings,
    recode_codings,
    redate_statements,
    undo_change_set,
)
from positions.services.relations import relate_statements
from positions.services.statements import withdraw_statement
from tests.factories import make_coding, make_issue, make_party, make_round, make_source, make_statement
from tests.services.writing import make_talks, member, outsiders, refused, stances

pytestmark = pytest.mark.django_db


def statements_of(talks: Negotiation, number: int = 2, **fields: Any) -> list[Statement]:
    source, party, issue = make_source(talks), make_party(), make_issue(talks)
    found = [make_statement(source=source, asserted_by=party, **fields) for _ in range(number)]
    for statement in found:
        make_coding(statement, issue=issue, conditions=["others do"])
    return found


def standing(model: type[Statement | Coding], **fields: Any) -> list[Any]:
    return list(model.objects.filter(retired_at=None, **fields).order_by("pk"))


# ---------------------------------------------------------------- dates and rounds


def test_statements_are_dated_anew_at_one_instant_and_back_again() -> None:
    talks = make_talks()
    first, second = statements_of(talks)
    reviewer = member(talks, Role.REVIEWER)
    relate_statements(reviewer, first, second, "repeats")
    before = stances(talks)
    change = redate_statements(reviewer, [first, second], "2022-01-05", "The transcript says so")
    again = standing(Statement)
    assert {s.stated_on for s in again} == {"2022-01-05"}
    assert {s.supersedes_id for s in again} == {first.pk, second.pk}
    assert len({s.recorded_at for s in again}) == 1
    assert {c.stated_latest.isoformat() for c in standing(Coding)} == {"2022-01-05"}
    assert Condition.objects.filter(coding__retired_at=None).count() == 2
    assert talks.relations.filter(retired_at=None, statement__in=again, other__in=again).count() == 1
    event = Event.objects.latest("pk")
    assert (event.action, event.subject_id, event.reason) == (
        "statements_redated",
        str(change.pk),
        "The transcript says so",
    )
    undo_change_set(reviewer, change)
    assert {s.stated_on for s in standing(Statement)} == {"2022-01-10"}
    assert stances(talks) == before
    assert Event.objects.latest("pk").action == "change_undone"
    with pytest.raises(Conflict, match="was undone at"):
        undo_change_set(reviewer, change)
    call_command("check_positions", talks.slug)


def test_preview_says_what_changes_what_stays_and_what_is_refused() -> None:
    talks = make_talks()
    first, second = statements_of(talks)
    late = make_statement(source=make_source(talks, published_on="2022-01-02"), stated_on="2022-01-01")
    same = make_statement(talks, stated_on="2022-01-05")
    gone = make_statement(talks)
    reviewer = member(talks, Role.REVIEWER)
    withdraw_statement(reviewer, gone, "No")
    gone.refresh_from_db()
    preview = preview_redating(reviewer, [first, late, same, gone], "2022-01-05")
    assert [(line.record.pk, line.before, line.after) for line in preview.changed] == [
        (first.pk, "2022-01-10", "2022-01-05")
    ]
    assert [line.record.pk for line in preview.unchanged] == [same.pk]
    assert [(line.record.pk, line.refusal) for line in preview.refused] == [
        (late.pk, "“2022-01-05” lies after the source's publication (2022-01-02)"),
        (gone.pk, "was corrected or withdrawn meanwhile; open what replaced it"),
    ]
    assert list(preview.notes) == ["1 coding on them would be issued again."]
    with refused(Invalid, "__all__"):
        redate_statements(reviewer, [first, late], "2022-01-05", "Sure")
    change = redate_statements(reviewer, [first, late], "2022-01-05", "Sure", leave_out_refused=True)
    assert [step["statement"] for step in ChangeSet.objects.get(pk=change.pk).steps] == [str(first.pk)]
    with refused(Invalid, "stated_on"):
        redate_statements(reviewer, [second], "yesterday", "Sure")


def test_statements_move_to_a_round_of_their_negotiation() -> None:
    talks = make_talks()
    first, second = statements_of(talks)
    held = make_round(talks, 7)
    reviewer = member(talks, Role.REVIEWER)
    assert preview_moving(reviewer, [first], held).changed[0].after == str(held)
    change = move_statements(reviewer, [first, second], held, "Said there")
    assert [s.round for s in standing(Statement)] == [held, held]
    undo_change_set(reviewer, change)
    assert [s.round for s in standing(Statement)] == [None, None]
    elsewhere = make_round()
    make_statement()
    with refused(Invalid, "round"):
        move_statements(reviewer, standing(Statement, negotiation=talks), elsewhere, "Said there")
    with refused(Invalid, "__all__"):
        move_statements(reviewer, standing(Statement), held, "Said there")
    with refused(Invalid, "reason"):
        move_statements(reviewer, standing(Statement, negotiation=talks), held, " ")


def test_published_statements_take_a_reviewer_and_one_coded_by_nobody_an_analyst() -> None:
    talks = make_talks()
    coded, uncoded = statements_of(talks, 1)[0], make_statement(talks)
    analyst = member(talks)
    preview = preview_redating(analyst, [coded, uncoded], "2022-01-05")
    assert [line.refusal for line in preview.lines] == ["takes the role of reviewer: it is published", ""]
    redate_statements(analyst, [uncoded], "2022-01-05", "Sure")
    for nobody in outsiders():
        with refused(NotVisible):
            redate_statements(nobody, [coded], "2022-01-05", "Sure")


def test_undo_says_what_was_built_on_the_change() -> None:
    talks = make_talks()
    first, second = statements_of(talks)
    reviewer = member(talks, Role.REVIEWER)
    change = redate_statements(reviewer, [first, second], "2022-01-05", "Sure")
    withdraw_statement(reviewer, standing(Statement)[0], "Never said")
    with pytest.raises(Conflict, match=r"cannot be undone any more.*was corrected or withdrawn since"):
        undo_change_set(reviewer, change)
    analyst = member(talks)
    with refused(NotPermitted):
        undo_change_set(analyst, change)
    for nobody in outsiders():
        with refused(NotVisible):
            undo_change_set(nobody, change)


def test_too_many_records_are_refused_and_a_thousand_are_not() -> None:
    talks = make_talks()
    reviewer = member(talks, Role.REVIEWER)
    one = make_statement(talks)
    with refused(Invalid, "__all__"):
        redate_statements(reviewer, [one] * (AT_MOST + 1), "2022-01-05", "Sure")
    source = make_source(talks)
    many = [make_statement(source=source, asserted_by=one.asserted_by) for _ in range(60)]
    redate_statements(reviewer, many, "2022-01-05", "Sure")
    assert len(standing(Statement, stated_on="2022-01-05")) == 60


def test_correcting_many_takes_as_many_queries_as_correcting_few(django_assert_max_num_queries: Any) -> None:
    talks = make_talks()
    reviewer = member(talks, Role.REVIEWER)
    source, party = make_source(talks), make_party()
    many = [make_statement(source=source, asserted_by=party) for _ in range(20)]
    with django_assert_max_num_queries(30):
        redate_statements(reviewer, many, "2022-01-05", "Sure")


# ---------------------------------------------------------------- another coder, and drafts that go


def test_drafts_are_given_to_another_coder_and_back() -> None:
    talks = make_talks()
    lead, one, other = member(talks, Role.LEAD), member(talks), member(talks)
    assert one.user is not None
    assert other.user is not None
    statement, issue = make_statement(talks), make_issue(talks)
    draft = make_coding(statement, issue=issue, status=CodingStatus.DRAFT, coder_user=one.user)
    published = make_coding(make_statement(talks), coder_user=one.user)
    preview = preview_reassigning(lead, [draft, published], other.user)
    assert [line.refusal for line in preview.lines] == ["", "is published: the record keeps who coded it"]
    change = reassign_codings(lead, [draft], other.user, "On leave")
    draft.refresh_from_db()
    assert (draft.coder, draft.coder_user) == (other.user.get_username(), other.user)
    undo_change_set(lead, change)
    draft.refresh_from_db()
    assert (draft.coder, draft.coder_user) == (one.user.get_username(), one.user)
    change = reassign_codings(lead, [draft], other.user, "On leave")
    draft.refresh_from_db()
    submit_coding(other, draft)
    undo_change_set(lead, change)
    again = reassign_codings(lead, [draft], other.user, "On leave")
    make_coding(statement, party=draft.party, issue=issue, status=CodingStatus.DRAFT, coder_user=one.user)
    with pytest.raises(Conflict, match="has another reading"):
        undo_change_set(lead, again)


def test_reassigning_keeps_one_reading_a_coder_and_takes_a_lead() -> None:
    talks = make_talks(ReviewPolicy.DOUBLE)
    lead, one, other, viewer = member(talks, Role.LEAD), member(talks), member(talks), member(talks, Role.VIEWER)
    assert one.user is not None
    assert other.user is not None
    assert viewer.user is not None
    statement, issue = make_statement(talks), make_issue(talks)
    mine, theirs = (
        make_coding(statement, issue=issue, status=CodingStatus.SUBMITTED, coder_user=reader.user)
        for reader in (one, other)
    )
    assert preview_reassigning(lead, [mine], other.user).refused[0].refusal.endswith("for this party and issue")
    with refused(Invalid, "coder"):
        reassign_codings(lead, [theirs], viewer.user, "On leave")
    with refused(NotPermitted):
        reassign_codings(one, [mine], other.user, "Please")


def test_deleted_drafts_come_back_as_they_were() -> None:
    talks = make_talks()
    one, other, lead = member(talks), member(talks), member(talks, Role.LEAD)
    statement = make_statement(talks)
    mine = make_coding(
        statement, status=CodingStatus.DRAFT, coder_user=one.user, stance=-1, conditions=["=HYPERLINK(1) \u202e 🕊"]
    )
    theirs = make_coding(make_statement(talks), status=CodingStatus.DRAFT, coder_user=other.user)
    assert [line.refusal for line in preview_deleting(one, [mine, theirs]).lines] == [
        "",
        "is somebody else's; its coder or a lead deletes it",
    ]
    change = delete_drafts(one, [mine], "Tagged by mistake")
    assert not Coding.objects.filter(pk=mine.pk).exists()
    assert "HYPERLINK" not in str(Event.objects.latest("pk").before)
    assert list(change_sets_for(other)) == []
    assert list(change_sets_for(lead)) == [change] == list(change_sets_for(one))
    undo_change_set(one, change)
    back = Coding.objects.get(pk=mine.pk)
    assert (back.stance, back.coder_user, back.key, back.created_at) == (-1, one.user, mine.key, mine.created_at)
    assert [c.text for c in back.conditions.all()] == ["=HYPERLINK(1) \u202e 🕊"]
    edit_draft(one, back, facts_of(back, stance=1))
    again = delete_drafts(lead, [theirs], "Left")
    withdraw_statement(lead, theirs.statement, "Never said")
    with pytest.raises(Conflict, match="was corrected or withdrawn since"):
        undo_change_set(lead, again)


# ---------------------------------------------------------------- recoding


def test_published_readings_are_recoded_as_corrections_and_back() -> None:
    talks = make_talks()
    statements_of(talks, 2)
    reviewer = member(talks, Role.REVIEWER)
    codings, before = standing(Coding), stances(talks)
    known = codings[0].recorded_at
    assert before == [1]
    preview = preview_recoding(reviewer, codings, NewReading(stance=-1))
    assert "−1" in preview.changed[0].after
    change = recode_codings(reviewer, codings, NewReading(stance=-1, red_line=True), "The rule was misread")
    again = standing(Coding)
    assert {c.supersedes_id for c in again} == {c.pk for c in codings}
    assert {(c.stance, c.red_line, c.status, c.reason) for c in again} == {
        (-1, True, "published", "The rule was misread")
    }
    assert Condition.objects.filter(coding__in=again).count() == 2
    assert (stances(talks), stances(talks, known)) == ([-1], [1])
    undo_change_set(reviewer, change)
    assert stances(talks) == before
    assert {c.coder for c in standing(Coding)} == {"import"}
    call_command("check_positions", talks.slug)


def test_recoding_is_refused_where_the_scale_or_the_record_forbids_it() -> None:
    talks = make_talks()
    reviewer = member(talks, Role.REVIEWER)
    statement, other = make_statement(talks), make_issue(talks)
    offer = make_coding(statement, move="offer", conditions=["others do"])
    make_coding(statement, issue=other)
    draft = make_coding(make_statement(talks), status=CodingStatus.DRAFT)
    preview = preview_recoding(reviewer, [offer, draft], NewReading(stance=2))
    assert [line.refusal for line in preview.lines] == [
        "an offer that depends on a condition is at most ±1",
        "is draft; only published readings are recoded",
    ]
    assert "is published already" in preview_recoding(reviewer, [offer], NewReading(issue=other)).refused[0].refusal
    with refused(Invalid, "__all__"):
        recode_codings(reviewer, [offer], NewReading(issue=other), "Same thing")
    with refused(Invalid, "__all__"):
        recode_codings(reviewer, [offer], NewReading(), "Same thing")
    analyst = member(talks)
    with refused(NotPermitted):
        recode_codings(analyst, [offer], NewReading(stance=0), "Same thing")


def test_recoding_to_a_state_without_stance_takes_the_stance_away() -> None:
    talks = make_talks()
    coding = make_coding(make_statement(talks))
    recode_codings(member(talks, Role.REVIEWER), [coding], NewReading(state="unclear"), "No comment")
    assert [(c.state, c.stance) for c in standing(Coding)] == [("unclear", None)]
