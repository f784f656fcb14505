"""What waits for whom, and that no number tells of a rival's reading."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from positions.enums import AnchorStatus, CodingStatus, ReviewPolicy, Role
from positions.models import Coding, Event
from positions.queries.access import Reader, codings_for, events_for, reader_of
from positions.queries.evidence import Moment
from positions.queries.positions import positions_for
from positions.queries.review import stale_positions, waiting_queues
from positions.services.coding import CodingFacts, code_statement, facts_of, publish_with_changes, submit_coding
from tests.factories import (
    add_member,
    make_coding,
    make_issue,
    make_negotiation,
    make_party,
    make_round,
    make_source,
    make_statement,
    make_user,
)

pytestmark = pytest.mark.django_db
EMPTY = {"drafts": 0, "returned": 0, "review": 0, "adjudicate": 0, "orphaned": 0, "tagging": 0}


def counts(reader: Reader) -> dict[str, int]:
    return {queue.slug: queue.count for queue in waiting_queues(reader)}


def test_who_works_on_nothing_has_no_queue() -> None:
    viewer = add_member(make_negotiation(), role=Role.VIEWER)
    assert waiting_queues(reader_of(viewer)) == []
    assert waiting_queues(Reader()) == []


def test_orphaned_quotes_and_untagged_sources_of_own_negotiations() -> None:
    talks = make_negotiation()
    analyst = reader_of(add_member(talks))
    for negotiation in (talks, make_negotiation()):
        make_source(negotiation)
        make_source(negotiation, text=None)
        for status in (AnchorStatus.EXACT, AnchorStatus.FUZZY, AnchorStatus.ORPHAN):
            make_statement(source=make_source(negotiation), anchor_status=status)
    assert counts(analyst) == {**EMPTY, "orphaned": 2, "tagging": 1}


@pytest.mark.parametrize("number", [1, 3])
def test_all_queues_are_counted_in_one_query(number: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    talks = make_negotiation()
    analyst = reader_of(add_member(talks, role=Role.REVIEWER))
    for _ in range(number):
        make_source(talks)
    with django_assert_num_queries(1):
        assert counts(analyst)["tagging"] == number


def test_blind_coder_learns_nothing_of_the_rival() -> None:
    talks = make_negotiation(review_policy=ReviewPolicy.DOUBLE)
    first, second = (reader_of(add_member(talks, role=Role.REVIEWER)) for _ in range(2))
    referee = reader_of(add_member(talks, role=Role.REVIEWER))
    statement, issue = make_statement(source=make_source(talks)), make_issue(talks)
    facts = CodingFacts(party=statement.asserted_by, issue=issue, stance=1)
    own = submit_coding(second, code_statement(second, statement, facts))
    before = counts(second)
    submit_coding(first, code_statement(first, statement, facts))
    assert counts(second) == before == EMPTY
    assert list(codings_for(second)) == [own]
    assert list(events_for(second)) == []
    assert Event.objects.filter(negotiation=talks).count() == 4
    assert counts(referee)["adjudicate"] == 1


@pytest.mark.parametrize("number", [1, 3])
def test_stale_position_counts_held_rounds_the_party_sat_in(
    number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    talks = make_negotiation()
    analyst = reader_of(add_member(talks))
    party, absent = make_party(), make_party()
    for _ in range(number):
        make_coding(make_statement(source=make_source(talks), asserted_by=party, stated_on="2022-01-09"))
    make_coding(make_statement(source=make_source(talks), asserted_by=absent, stated_on="2022-01-09"))
    make_round(talks, parties=[party], starts_on=date(2022, 1, 12))
    make_round(talks, parties=[party], starts_on=date(2022, 1, 20))
    make_round(talks, parties=[party, absent], starts_on=date(2022, 2, 1))
    with django_assert_num_queries(4):
        found = stale_positions(analyst, date(2022, 1, 25))
    assert [(p.party, p.last_evidence_on, p.rounds_silent) for p in found] == [(party, date(2022, 1, 9), 2)] * number
    assert stale_positions(analyst, date(2022, 1, 25), at_least=3) == []
    assert stale_positions(Reader(), date(2022, 1, 25)) == []


def test_stale_positions_agree_with_the_derived_ones() -> None:
    talks = make_negotiation()
    analyst, party, other = reader_of(add_member(talks)), make_party(), make_party()
    issue, source = make_issue(talks), make_source(talks, published_on="2022-02-10")
    make_coding(make_statement(source=source, asserted_by=party, stated_on="2022-01-05"), issue=issue)
    # heard later, but in another's words, without a stance, or no longer in force
    make_coding(make_statement(source=source, asserted_by=other, stated_on="2022-01-25"), issue=issue, party=party)
    make_coding(make_statement(source=source, asserted_by=party, stated_on="2022-01-26"), issue=issue, state="unclear")
    gone = make_coding(make_statement(source=source, asserted_by=party, stated_on="2022-01-27"), issue=issue)
    Coding.objects.filter(pk=gone.pk).update(retired_at=timezone.now())
    # before and after it was heard; and one of two that began on one day
    for number, day in enumerate((2, 12, 20, 20), start=1):
        make_round(talks, number, parties=[party], starts_on=date(2022, 1, day))
    make_round(talks, 5, parties=[other], starts_on=date(2022, 1, 21))
    today = date(2022, 2, 1)
    derived = positions_for(analyst, talks, Moment(today, timezone.now()))
    expected = [(p.party, p.issue, p.last_evidence_on, p.rounds_silent) for p in derived if p.rounds_silent]
    found = stale_positions(analyst, today)
    assert [(p.party.slug, p.issue.slug, p.last_evidence_on, p.rounds_silent) for p in found] == expected
    assert expected == [(party.slug, issue.slug, date(2022, 1, 5), 3)]


def test_publishing_with_changes_keeps_what_was_handed_in() -> None:
    talks = make_negotiation(review_policy=ReviewPolicy.SINGLE)
    coder, reviewer = make_user(), reader_of(add_member(talks, role=Role.REVIEWER))
    reading = make_coding(
        make_statement(source=make_source(talks)), status=CodingStatus.SUBMITTED, coder_user=coder, stance=1
    )
    handed_in = reading.submitted_at
    changed = publish_with_changes(reviewer, reading, facts_of(reading, stance=2), "It says so twice.")
    reading.refresh_from_db()
    assert (reading.stance, reading.submitted_at, reading.coder) == (1, handed_in, coder.get_username())
    assert reading.retired_at == changed.recorded_at
    assert (changed.stance, changed.supersedes, changed.retired_at) == (2, reading, None)
    actions = Event.objects.filter(negotiation=talks).order_by("at", "pk").values_list("action", flat=True)
    assert sorted(actions) == ["coding_corrected", "coding_published"]
