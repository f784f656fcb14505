"""Saving, editing, withdrawing and taking back a tagged passage, all of it or nothing."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections

from positions.analysis.anchors import anchor_span, canonical_text
from positions.enums import ReviewPolicy, Role
from positions.exceptions import Conflict, Invalid, NotPermitted
from positions.models import Coding, Event, Issue, Negotiation, Party, Relation, Source, Statement
from positions.queries.access import Reader, reader_of
from positions.queries.tagging import statement_payloads
from positions.services.coding import publish_coding, reject_coding
from positions.services.conditions import ConditionFacts, set_condition_status
from positions.services.relations import relate_statements
from positions.services.statements import StatementFacts
from positions.services.tagging import Overtaken, Passage, PassageReading, Tagged, save_tagged_passage
from positions.services.tagging_edits import edit_tagged_passage, withdraw_tagged_passage
from positions.services.tagging_undo import undo_last_action
from tests.factories import add_member, make_issue, make_negotiation, make_party, make_source, make_statement, make_user

# SQLite has one writer at a time, and its test database one connection
two_connections = pytest.mark.postgresql_only
EXACT = "We are ready to talk about limits on both sides."


class Desk:
    """A source, and an analyst, a reviewer and a lead at work on it."""

    def __init__(self, review_policy: str = ReviewPolicy.SINGLE) -> None:
        self.negotiation: Negotiation = make_negotiation(review_policy=review_policy)
        self.source: Source = make_source(self.negotiation)
        self.party: Party = make_party()
        self.issue: Issue = make_issue(self.negotiation)
        self.analyst = self.hire(Role.ANALYST)
        self.reviewer = self.hire(Role.REVIEWER)

    def hire(self, role: str) -> Reader:
        return reader_of(add_member(self.negotiation, make_user(), role))

    def reading(self, **changes: Any) -> PassageReading:
        values: dict[str, Any] = {
            "key": str(uuid.uuid4()), "party": None, "issue": self.issue, "state": "coded", "stance": 1,
            "move": "offer", "confidence": "medium",
            "conditions": (ConditionFacts(text="limits on both sides", kind="reciprocity"),),
        }  # fmt: skip
        return PassageReading(**{**values, **changes})

    def passage(self, *readings: PassageReading, **changes: Any) -> Passage:
        facts = StatementFacts(asserted_by=self.party, stated_on="2022-01-10", exact=EXACT, start=34, end=82)
        values: dict[str, Any] = {
            "key": str(uuid.uuid4()), "asserting": (self.party,), "facts": facts, "readings": readings,
            "submit": True, "digest": str(uuid.uuid4()),
        }  # fmt: skip
        return Passage(**{**values, **changes})

    def save(self, *readings: PassageReading, by: Reader | None = None, **changes: Any) -> Tagged:
        return save_tagged_passage(by or self.analyst, self.source, self.passage(*readings, **changes))

    def edit(self, statement: Statement, *readings: PassageReading, by: Reader | None = None, **changes: Any) -> Tagged:
        reader, reason = by or self.analyst, changes.pop("reason", "")
        [shown] = statement_payloads(reader, self.source, [statement.pk])
        return edit_tagged_passage(reader, statement, self.passage(*readings, **changes), shown["version"], reason)

    def withdraw(self, statement: Statement, by: Reader | None = None, reason: str = "") -> Tagged:
        reader = by or self.analyst
        [shown] = statement_payloads(reader, self.source, [statement.pk])
        return withdraw_tagged_passage(reader, statement, shown["version"], reason)

    def undo(self, step: Tagged, by: Reader | None = None) -> Tagged:
        return undo_last_action(by or self.analyst, self.source, str(step.event.pk))

    def standing(self, by: Reader | None = None) -> list[tuple[str, list[tuple[Any, ...]]]]:
        """Statements in force with their readings, in what they say."""
        return [
            (
                one["note"],
                [
                    (c["issue"], c["stance"], c["status"], tuple(x["text"] for x in c["conditions"]))
                    for c in one["codings"]
                ],
            )
            for one in statement_payloads(by or self.reviewer, self.source)
        ]


@pytest.fixture
def desk(db: None) -> Desk:
    return Desk()


def noted(desk: Desk, note: str) -> StatementFacts:
    return replace(desk.passage().facts, note=note)


# ---------------------------------------------------------------- all or nothing


def test_fault_in_the_last_reading_leaves_nothing(desk: Desk) -> None:
    count = Event.objects.count()
    with pytest.raises(Invalid) as refused:
        desk.save(desk.reading(), desk.reading(issue=make_issue(desk.negotiation), stance=2))
    assert set(refused.value.errors) == {"codings[1].stance"}
    assert (Statement.objects.count(), Coding.objects.count(), Event.objects.count()) == (0, 0, count)


def test_second_reading_for_one_issue_is_told_at_its_place(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        desk.save(desk.reading(), desk.reading())
    assert set(refused.value.errors) == {"codings[1]"}


def test_joint_passage_refused_for_one_party_writes_none(desk: Desk) -> None:
    with pytest.raises(Invalid):
        desk.save(asserting=(desk.party, desk.party))
    assert Statement.objects.count() == 0


def test_reading_of_one_joint_party_goes_to_its_statement(desk: Desk) -> None:
    other = make_party()
    desk.save(desk.reading(party=other), asserting=(desk.party, other))
    assert [c.statement.asserted_by for c in Coding.objects.select_related("statement__asserted_by")] == [other]


def test_passage_without_review_is_published_at_once_and_undone_by_withdrawal(db: None) -> None:
    desk = Desk(ReviewPolicy.NONE)
    step = desk.save(desk.reading())
    assert desk.standing() == [("", [(desk.issue.slug, 1, "published", ("limits on both sides",))])]
    undone = desk.undo(step)
    assert ([s.pk for s in undone.gone], desk.standing()) == ([step.statements[0].pk], [])
    coding = Coding.objects.get()
    assert (coding.status, coding.retired_at is not None, bool(coding.withdrawal_reason)) == ("published", True, True)


# ---------------------------------------------------------------- once


def test_repeat_by_somebody_else_is_a_conflict(desk: Desk) -> None:
    passage = desk.passage(desk.reading())
    save_tagged_passage(desk.analyst, desk.source, passage)
    with pytest.raises(Overtaken) as refused:
        save_tagged_passage(desk.reviewer, desk.source, passage)
    assert refused.value.current == Statement.objects.get()


def test_repeat_after_a_correction_answers_with_what_stands_now(desk: Desk) -> None:
    passage = desk.passage(desk.reading())
    [statement] = save_tagged_passage(desk.analyst, desk.source, passage).statements
    [corrected] = desk.edit(statement, facts=noted(desk, "seen")).statements
    again = save_tagged_passage(desk.analyst, desk.source, passage)
    assert (again.statements, again.gone, again.is_repeat) == ([corrected], [statement], True)


@two_connections
@pytest.mark.django_db(transaction=True)
def test_two_identical_requests_at_once_write_once() -> None:
    desk = Desk()
    passage = desk.passage(desk.reading())
    found = at_once(lambda: save_tagged_passage(desk.analyst, desk.source, passage))
    assert sorted(step.is_repeat for step in found) == [False, True]
    assert {step.statements[0].pk for step in found} == {Statement.objects.get().pk}
    assert Coding.objects.count() == 1


@two_connections
@pytest.mark.django_db(transaction=True)
def test_two_edits_at_once_keep_one_and_refuse_the_other() -> None:
    desk = Desk()
    [statement] = desk.save(desk.reading()).statements
    [shown] = statement_payloads(desk.analyst, desk.source)
    notes = iter(["one", "two"])

    def edit() -> Any:
        passage = desk.passage(facts=noted(desk, next(notes)))
        try:
            return edit_tagged_passage(
                desk.analyst, Statement.objects.get(pk=statement.pk), passage, shown["version"], "because"
            )
        except Overtaken as refused:
            return refused

    found = at_once(edit)
    [refused] = [one for one in found if isinstance(one, Overtaken)]
    [edited] = [one for one in found if isinstance(one, Tagged)]
    assert refused.current == edited.statements[0] == Statement.objects.get(retired_at=None)


def at_once(run: Callable[[], Any]) -> list[Any]:
    """What ``run`` answers to two threads that begin together, each on its own connection."""
    barrier, found = Barrier(2), []

    def one() -> None:
        try:
            barrier.wait(timeout=10)
            found.append(run())
        finally:
            connections.close_all()

    threads = [Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return found


# ---------------------------------------------------------------- edits and their undo


def test_edit_of_drafts_adds_changes_and_removes_and_undo_puts_all_back(desk: Desk) -> None:
    gas, oil = make_issue(desk.negotiation, "gas"), make_issue(desk.negotiation, "oil")
    kept, gone = desk.reading(), desk.reading(issue=gas, stance=0)
    [statement] = desk.save(kept, gone, submit=False).statements
    before = desk.standing(desk.analyst)
    changed = replace(kept, stance=-1, move="rejection", conditions=())
    step = desk.edit(statement, changed, desk.reading(issue=oil), submit=False)
    assert sorted(desk.standing(desk.analyst)[0][1], key=str) == sorted(
        [(desk.issue.slug, -1, "draft", ()), ("oil", 1, "draft", ("limits on both sides",))], key=str
    )
    undone = desk.undo(step)
    assert (undone.statements, undone.gone) == ([statement], [])
    assert sorted(desk.standing(desk.analyst)[0][1], key=str) == sorted(before[0][1], key=str)


def test_edit_that_corrects_the_statement_and_its_drafts_is_undone_as_a_whole(desk: Desk) -> None:
    kept = desk.reading()
    [statement] = desk.save(kept).statements
    before = desk.standing()
    step = desk.edit(statement, replace(kept, stance=0), facts=noted(desk, "seen"))
    assert desk.standing() == [("seen", [(desk.issue.slug, 0, "submitted", ("limits on both sides",))])]
    undone = desk.undo(step)
    assert (desk.standing(), undone.gone) == (before, step.statements)


def test_undo_of_submitting_a_draft_makes_it_a_draft_again(desk: Desk) -> None:
    kept = desk.reading()
    [statement] = desk.save(kept, submit=False).statements
    step = desk.edit(statement, kept)
    assert [c.status for c in Coding.objects.all()] == ["submitted"]
    desk.undo(step)
    assert [c.status for c in Coding.objects.all()] == ["draft"]


def test_removing_a_published_reading_is_a_withdrawal_and_undo_puts_it_back(desk: Desk) -> None:
    kept = desk.reading()
    [statement] = desk.save(kept).statements
    published = publish_coding(desk.reviewer, Coding.objects.get())
    set_condition_status(desk.reviewer, published.conditions.get(), "met", date(2022, 2, 1), reason="seen")
    before = desk.standing()
    with pytest.raises(NotPermitted):
        desk.edit(statement, reason="wrong")
    step = desk.edit(statement, by=desk.reviewer, reason="wrong")
    assert desk.standing() == [("", [])]
    desk.undo(step, by=desk.reviewer)
    assert desk.standing() == before
    restored = Coding.objects.get(retired_at=None)
    assert (restored.supersedes, restored.status) == (published, "published")
    assert [entry.status for entry in restored.conditions.get().statuses.all()] == ["met"]


def test_correction_keeps_the_series_of_its_conditions(desk: Desk) -> None:
    kept = desk.reading()
    [statement] = desk.save(kept).statements
    published = publish_coding(desk.reviewer, Coding.objects.get())
    set_condition_status(desk.reviewer, published.conditions.get(), "met", date(2022, 2, 1), reason="seen")
    desk.edit(statement, replace(kept, confidence="high"), by=desk.reviewer, reason="surer")
    corrected = Coding.objects.get(retired_at=None)
    assert [entry.status for entry in corrected.conditions.get().statuses.all()] == ["met"]


def test_unchanged_published_statement_takes_another_reading_without_a_reason(desk: Desk) -> None:
    kept = desk.reading()
    [statement] = desk.save(kept).statements
    published = publish_coding(desk.reviewer, Coding.objects.get())
    step = desk.edit(statement, kept, desk.reading(issue=make_issue(desk.negotiation, "gas")))
    assert step.statements == [statement]
    assert sorted((c.issue.slug, c.status) for c in Coding.objects.select_related("issue")) == sorted(
        [(published.issue.slug, "published"), ("gas", "submitted")]
    )


def test_decided_reading_is_not_recalled(desk: Desk) -> None:
    kept = desk.reading()
    [statement] = desk.save(kept).statements
    reject_coding(desk.reviewer, Coding.objects.get(), "not a position")
    [shown] = statement_payloads(desk.analyst, desk.source)
    assert shown["codings"] == []
    desk.edit(statement, desk.reading())
    assert sorted(c.status for c in Coding.objects.all()) == ["rejected", "submitted"]


def test_edit_takes_one_asserting_party(desk: Desk) -> None:
    [statement] = desk.save().statements
    with pytest.raises(Invalid) as refused:
        desk.edit(statement, asserting=(desk.party, make_party()))
    assert set(refused.value.errors) == {"asserted_by"}


# ---------------------------------------------------------------- withdrawals and their undo


def test_withdrawal_is_undone_with_readings_and_relations(desk: Desk) -> None:
    [statement] = desk.save(desk.reading(), desk.reading(issue=make_issue(desk.negotiation, "gas"))).statements
    publish_coding(desk.reviewer, Coding.objects.get(issue=desk.issue))
    other = make_statement(source=desk.source, asserted_by=desk.party)
    relate_statements(desk.analyst, statement, other, "repeats")
    before = desk.standing()
    with pytest.raises(Invalid) as refused:
        desk.withdraw(statement, by=desk.reviewer)
    assert set(refused.value.errors) == {"reason"}
    step = desk.withdraw(statement, by=desk.reviewer, reason="not said")
    assert len(desk.standing()) == 1
    undone = desk.undo(step, by=desk.reviewer)
    assert (desk.standing(), undone.gone) == (before, [statement])
    assert Relation.objects.get(retired_at=None).statement == undone.statements[0]
    with pytest.raises(Conflict):
        undo_last_action(desk.analyst, desk.source, str(step.event.pk))
    again = desk.undo(step, by=desk.reviewer)
    assert (again.statements, again.is_repeat) == (undone.statements, True)


def test_withdrawal_sent_twice_is_done_once(desk: Desk) -> None:
    [statement] = desk.save(desk.reading()).statements
    [shown] = statement_payloads(desk.analyst, desk.source)
    first, second = (
        withdraw_tagged_passage(desk.analyst, Statement.objects.get(pk=statement.pk), shown["version"], "")
        for _ in range(2)
    )
    assert ([s.pk for s in second.gone], second.is_repeat, second.event) == ([statement.pk], True, first.event)


# ---------------------------------------------------------------- what stands in the way of an undo


def publish(desk: Desk, statement: Statement) -> None:
    publish_coding(desk.reviewer, Coding.objects.get(statement=statement))


def code_too(desk: Desk, statement: Statement) -> None:
    kept = desk.reading()
    desk.edit(statement, kept, by=desk.hire(Role.ANALYST))


def relate(desk: Desk, statement: Statement) -> None:
    relate_statements(desk.reviewer, statement, make_statement(source=desk.source), "repeats")


def correct(desk: Desk, statement: Statement) -> None:
    desk.edit(statement, facts=noted(desk, "seen"), by=desk.hire(Role.LEAD))


@pytest.mark.parametrize("build", [publish, code_too, relate, correct])
def test_undo_is_refused_once_something_was_built_on_it(desk: Desk, build: Callable[[Desk, Statement], None]) -> None:
    step = desk.save(desk.reading())
    build(desk, step.statements[0])
    before = desk.standing()
    with pytest.raises(Conflict):
        desk.undo(step)
    assert desk.standing() == before


def test_steps_are_undone_one_after_the_other(desk: Desk) -> None:
    kept = desk.reading()
    first = desk.save(kept, submit=False)
    second = desk.edit(first.statements[0], replace(kept, stance=0), submit=False)
    with pytest.raises(Conflict):
        desk.undo(first)
    desk.undo(second)
    desk.undo(first)
    assert desk.standing(desk.analyst) == []


def test_undo_in_another_source_finds_nothing(desk: Desk) -> None:
    step = desk.save(desk.reading())
    with pytest.raises(Conflict):
        undo_last_action(desk.analyst, make_source(desk.negotiation), str(step.event.pk))


# ---------------------------------------------------------------- offsets

PIECES = ["\u200b", "\u202e"]
PIECES += [
    "a",
    "e\u0301",
    "\n",
    "\r\n",
    " ",
    "\u00a0",
    "👩\u200d👩\u200d👧",
    "🜃",
    "שלום",
    "مرحبا",
    "한국어",
    "\u200b",
    "\u202e",
]


def test_ten_thousand_selections_hold_the_slice_between_their_offsets() -> None:
    dice = random.Random(1)
    texts = [canonical_text("".join(dice.choice(PIECES) for _ in range(length))) for length in (50, 3_000, 700_000)]
    assert len(texts[-1]) > 1_000_000
    for _ in range(10_000):
        text = dice.choice(texts)
        start = dice.randrange(len(text))
        end = min(len(text), start + dice.choice((1, 5, 80, 2_000)))
        if not text[start:end].strip():
            with pytest.raises(Invalid):
                anchor_span(text, start, end)
            continue
        anchor = anchor_span(text, start, end, text[start:end])
        assert text[anchor.start : anchor.end] == anchor.exact
        around = anchor.prefix + anchor.exact + anchor.suffix
        assert text[start - len(anchor.prefix) : start - len(anchor.prefix) + len(around)] == around
