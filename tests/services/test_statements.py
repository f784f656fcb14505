"""Recording passages, joint texts, and the corrections and withdrawals that take their codings along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from positions.enums import AnchorStatus, CodingStatus, ReviewPolicy, Role, Visibility
from positions.exceptions import Conflict, Invalid, NotPermitted, NotVisible
from positions.models import Coding, Negotiation, Statement, StatementGroup
from positions.queries.access import Reader
from positions.services.conditions import condition_facts
from positions.services.events import snapshot
from positions.services.statements import (
    StatementFacts,
    correct_statement,
    facts_of,
    record_joint_statement,
    record_statement,
    withdraw_statement,
)
from tests.factories import (
    RECORDED_AT,
    TEXT,
    make_coding,
    make_condition,
    make_party,
    make_person,
    make_round,
    make_source,
    make_statement,
)
from tests.services.writing import logged, make_talks, member, only_event, outsiders, refused, stances

pytestmark = pytest.mark.django_db

TICK = timedelta(microseconds=1)
QUOTE = "No comment on the rest."
START = TEXT.index(QUOTE)


def said(**changes: Any) -> StatementFacts:
    """The last sentence, said by a party of its own on the day of publication."""
    values: dict[str, Any] = {"stated_on": "2022-01-10", "exact": QUOTE, **changes}
    return StatementFacts(**{"asserted_by": make_party(), **values})


Call = Callable[[Reader, Statement], object]
CALLS: dict[str, tuple[Role, Call]] = {
    "record": (Role.ANALYST, lambda r, s: record_statement(r, s.source, facts_of(s))),
    "joint": (
        Role.ANALYST,
        lambda r, s: record_joint_statement(r, s.source, facts_of(s), [s.asserted_by, s.addressees.get()]),
    ),
    "correct": (Role.REVIEWER, lambda r, s: correct_statement(r, s, facts_of(s), "Slip")),
    "withdraw": (Role.REVIEWER, lambda r, s: withdraw_statement(r, s, "Not said")),
}
LESSER = {Role.ANALYST: Role.VIEWER, Role.REVIEWER: Role.ANALYST}


@pytest.mark.parametrize("name", CALLS)
def test_writer_is_refused_to_outsiders_and_lesser_roles(name: str) -> None:
    role, call = CALLS[name]
    talks = make_talks()
    statement = make_statement(talks, addressees=[make_party()])
    make_coding(statement)
    lesser = member(talks, LESSER[role])
    for nobody in outsiders():
        with refused(NotVisible):
            call(nobody, statement)
    with refused(NotPermitted):
        call(lesser, statement)

    Negotiation.objects.filter(pk=talks.pk).update(visibility=Visibility.INTERNAL)
    statement = Statement.objects.get(pk=statement.pk)
    anybody = outsiders()
    with refused(NotVisible):
        call(anybody[0], statement)
    with refused(NotPermitted):
        call(anybody[1], statement)


# ---------------------------------------------------------------- recording


def test_record_statement_anchors_the_quotation_and_enrols_who_is_named() -> None:
    talks = make_talks()
    analyst, source, speaker, addressee = member(talks), make_source(talks), make_person(), make_party()
    held = make_round(talks)
    facts = said(speaker=speaker, addressees=(addressee,), round=held, note="Twice", key="rest")
    statement = record_statement(analyst, source, facts)

    row = Statement.objects.get()
    assert (row.pk, row.negotiation, row.source, row.text) == (statement.pk, talks, source, source.texts.get())
    assert (row.start, row.end, row.exact, row.anchor_status) == (START, START + len(QUOTE), QUOTE, AnchorStatus.EXACT)
    assert (row.prefix, row.suffix) == (TEXT[START - 32 : START], "")
    assert replace(facts_of(row), key="rest", start=None, end=None) == facts
    assert (row.stated_earliest, row.stated_latest) == (date(2022, 1, 10), date(2022, 1, 10))
    assert (set(talks.parties.all()), set(talks.persons.all())) == ({facts.asserted_by, addressee}, {speaker})
    event = only_event()
    assert (event.action, event.actor, event.before) == ("statement_recorded", analyst.user, None)
    assert event.after == logged(snapshot(row))


def test_record_statement_counts_code_points() -> None:
    talks = make_talks()
    source = make_source(talks, text="🕊🕊 Wir sind für Frieden. Ende.")
    row = record_statement(member(talks), source, said(exact="", start=3, end=25))
    assert (row.start, row.end, row.exact) == (3, 25, "Wir sind für Frieden. ")


def test_record_statement_without_a_span_has_no_anchor() -> None:
    talks = make_talks()
    row = record_statement(member(talks), make_source(talks, text=None), said(exact=""))
    assert (row.anchor_status, row.text, row.start, row.end, row.exact) == (AnchorStatus.NONE, None, None, None, "")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"exact": "Never said."}, "exact"),
        ({"exact": "on"}, "exact"),
        ({"exact": " \n"}, "exact"),
        ({"start": START}, "end"),
        ({"end": START}, "start"),
        ({"start": 5, "end": 5}, "start"),
        ({"start": -1, "end": 5}, "start"),
        ({"start": 0, "end": 9999}, "end"),
        ({"start": 0, "end": 5}, "exact"),
        ({"stated_on": "2022-01-11"}, "stated_on"),
        ({"stated_on": "soon"}, "stated_on"),
        ({"stated_on": ""}, "stated_on"),
        ({"directness": "shouted"}, "directness"),
        ({"attribution": "whispered"}, "attribution"),
        ({"credibility": 7}, "credibility"),
        ({"speaker_label": "a\x00b"}, "speaker_label"),
        ({"note": "\ud800"}, "note"),
        ({"key": "taken"}, "key"),
    ],
)
def test_record_statement_names_the_field_at_fault(changes: dict[str, Any], field: str) -> None:
    talks = make_talks()
    source = make_source(talks)
    make_statement(source=source, key="taken")
    analyst, facts = member(talks), said(**changes)
    with refused(Invalid, field):
        record_statement(analyst, source, facts)


def test_record_statement_quoting_a_source_without_text_is_refused() -> None:
    talks = make_talks()
    analyst, source, facts = member(talks), make_source(talks, text=None), said()
    with refused(Invalid, "exact"):
        record_statement(analyst, source, facts)


def test_record_statement_names_every_fault_at_once() -> None:
    talks = make_talks()
    analyst, source = member(talks), make_source(talks)
    facts = said(exact="Never said.", round=make_round(), stated_on="soon")
    with refused(Invalid, "exact", "round", "stated_on"):
        record_statement(analyst, source, facts)


@pytest.mark.parametrize(
    ("stated_on", "latest"), [("2022-01", date(2022, 1, 10)), ("2021-12-01/..", date(2022, 1, 10)), ("2021", None)]
)
def test_stated_latest_never_lies_after_publication(stated_on: str, latest: date | None) -> None:
    talks = make_talks()
    row = record_statement(member(talks), make_source(talks), said(stated_on=stated_on))
    assert (row.stated_on, row.stated_latest) == (stated_on, latest or date(2021, 12, 31))


def test_open_end_without_publication_is_refused() -> None:
    talks = make_talks()
    analyst, source, facts = member(talks), make_source(talks, published_on=""), said(stated_on="2021-12-01/..")
    with refused(Invalid, "stated_on"):
        record_statement(analyst, source, facts)


def test_joint_statement_is_one_for_each_party_on_one_span() -> None:
    talks = make_talks()
    analyst, source, parties = member(talks), make_source(talks), [make_party(), make_party(), make_party()]
    made = record_joint_statement(analyst, source, said(asserted_by=parties[0]), parties)

    group = StatementGroup.objects.get()
    rows = {row.asserted_by: row for row in Statement.objects.all()}
    assert (set(rows), {row.group for row in rows.values()}) == (set(parties), {group})
    assert {(row.start, row.exact, row.recorded_at) for row in rows.values()} == {(START, QUOTE, made[0].recorded_at)}
    event = only_event()
    assert (event.action, event.subject_id) == ("joint_statement_recorded", str(group.pk))
    assert event.after == logged({"statements": [snapshot(rows[party]) for party in parties]})


def test_joint_statement_of_one_party_or_with_a_key_is_refused() -> None:
    talks = make_talks()
    analyst, source, one, other = member(talks), make_source(talks), make_party(), make_party()
    facts = said(asserted_by=one)
    for asserting in ([], [one], [one, one], [one, other, one]):
        with refused(Invalid, "asserted_by"):
            record_joint_statement(analyst, source, facts, asserting)
    with refused(Invalid, "key"):
        record_joint_statement(analyst, source, replace(facts, key="both"), [one, other])
    with refused(Invalid, "exact"):
        record_joint_statement(analyst, source, replace(facts, exact="Never said."), [one, other])


# ---------------------------------------------------------------- correction and withdrawal


def test_correct_statement_reissues_its_codings_at_one_instant() -> None:
    talks = make_talks()
    reviewer, right = member(talks, Role.REVIEWER), make_party()
    statement = make_statement(talks, stated_on="2022-01-10", addressees=[make_party()])
    issued = make_coding(statement, stance=2, conditions=["a pause"])
    make_condition(
        issued, "a letter", falls_on=right, statuses=[("open", date(2022, 1, 11)), ("met", date(2022, 1, 20))]
    )
    handed_in = make_coding(statement, status=CodingStatus.SUBMITTED, issue=issued.issue)
    draft = make_coding(statement, status=CodingStatus.DRAFT, issue=issued.issue)
    rejected = make_coding(statement, status=CodingStatus.REJECTED, issue=issued.issue)
    before, series = snapshot(Statement.objects.get()), condition_facts(issued)
    facts = facts_of(statement, asserted_by=right, stated_on="2022-01-08")
    corrected = correct_statement(reviewer, statement, facts, "It was the other side")

    old, new = Statement.objects.get(pk=statement.pk), Statement.objects.get(pk=corrected.pk)
    now = new.recorded_at
    assert snapshot(old) == {**before, "retired_at": now}
    assert (new.supersedes, new.reason, new.asserted_by) == (old, "It was the other side", right)
    assert list(new.addressees.all()) == list(old.addressees.all())
    twins = {twin.supersedes: twin for twin in new.codings.all()}
    assert set(twins) == {issued, handed_in, draft}
    assert {coding.retired_at for coding in twins if coding} == {now}
    assert Coding.objects.get(pk=rejected.pk).retired_at is None
    published = twins[issued]
    kept = ("party", "issue", "state", "stance", "move", "red_line", "coder", "status", "codebook")
    assert snapshot(published, *kept) == snapshot(issued, *kept)
    assert (published.recorded_at, published.footing, published.stated_latest) == (now, "reported", date(2022, 1, 8))
    assert (condition_facts(published), condition_facts(issued)) == (series, series)
    assert [(twins[c].status, twins[c].recorded_at) for c in (handed_in, draft)] == [
        ("submitted", None),
        ("draft", None),
    ]
    event = only_event()
    assert (event.action, event.subject_id, event.reason) == ("statement_corrected", str(old.pk), new.reason)
    assert (event.actor, event.before) == (reviewer.user, logged(before))
    after = logged(event.after)
    reissued = after.pop("codings")
    assert (after, sorted(reissued)) == (logged(snapshot(new)), sorted(str(t.pk) for t in twins.values()))


def test_correction_of_the_day_dates_the_new_coding_alone() -> None:
    talks = make_talks()
    statement = make_statement(talks)
    earlier = make_coding(statement, stance=2)
    facts = facts_of(statement, stated_on="2022-01-05")
    now = correct_statement(member(talks, Role.REVIEWER), statement, facts, "Said before").recorded_at
    assert [stances(talks, at) for at in (RECORDED_AT - TICK, now - TICK, now)] == [[], [2], [2]]
    days = Coding.objects.order_by("recorded_at").values_list("stated_latest", flat=True)
    assert (list(days), Coding.objects.get(pk=earlier.pk).retired_at) == ([date(2022, 1, 10), date(2022, 1, 5)], now)


def test_correction_of_a_joint_statement_stays_in_its_group() -> None:
    talks = make_talks(ReviewPolicy.NONE)
    analyst = member(talks)
    one, _ = record_joint_statement(analyst, make_source(talks), said(), [make_party(), make_party()])
    corrected = correct_statement(analyst, one, facts_of(one, note="Read out by the host"), "A note")
    assert (corrected.group, StatementGroup.objects.get().statements.count()) == (one.group, 3)


def test_correct_statement_refusals_leave_it_in_force() -> None:
    talks = make_talks()
    reviewer, statement = member(talks, Role.REVIEWER), make_statement(talks)
    make_coding(statement)
    facts = facts_of(statement)
    for reason in ("", " \t", "a\x00b", "\ud800"):
        with refused(Invalid, "reason"):
            correct_statement(reviewer, statement, facts, reason)
        with refused(Invalid, "reason"):
            withdraw_statement(reviewer, statement, reason)
    with refused(Invalid, "exact"):
        correct_statement(reviewer, statement, replace(facts, exact="Never said."), "Slip")
    with refused(Invalid, "key"):
        correct_statement(reviewer, statement, replace(facts, key=statement.key), "Slip")
    assert (Statement.objects.get().retired_at, Coding.objects.get().retired_at) == (None, None)


def test_withdraw_statement_takes_its_codings_along() -> None:
    talks = make_talks()
    reviewer, statement = member(talks, Role.REVIEWER), make_statement(talks)
    published, draft = make_coding(statement), make_coding(statement, status=CodingStatus.DRAFT)
    before = snapshot(Statement.objects.get())
    withdraw_statement(reviewer, statement, "A hoax")

    row = Statement.objects.get()
    now = row.retired_at
    assert now is not None
    assert snapshot(row) == {**before, "retired_at": now, "withdrawal_reason": "A hoax"}
    codings = Coding.objects.values_list("retired_at", "withdrawal_reason")
    assert list(codings) == [(now, "A hoax"), (now, "A hoax")]
    event = only_event()
    assert (event.action, event.reason, event.before) == ("statement_withdrawn", "A hoax", logged(before))
    after = logged(event.after)
    assert sorted(after.pop("codings")) == sorted([str(published.pk), str(draft.pk)])
    assert after == logged(snapshot(row))
    assert [stances(talks, at) for at in (now - TICK, now)] == [[1], []]


def test_retired_statement_is_neither_corrected_nor_withdrawn_again() -> None:
    talks = make_talks()
    reviewer, statement = member(talks, Role.REVIEWER), make_statement(talks)
    withdraw_statement(reviewer, statement, "A hoax")
    facts = facts_of(statement)
    with refused(Conflict):
        correct_statement(reviewer, statement, facts, "Slip")
    with refused(Conflict):
        withdraw_statement(reviewer, statement, "A hoax")


def test_analyst_corrects_what_nobody_published() -> None:
    talks = make_talks()
    analyst, statement = member(talks), make_statement(talks)
    make_coding(statement, status=CodingStatus.SUBMITTED)
    corrected = correct_statement(analyst, statement, facts_of(statement, note="Seen twice"), "A note")
    assert withdraw_statement(analyst, corrected, "A hoax").withdrawal_reason == "A hoax"
