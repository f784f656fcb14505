"""Suggestions for a reader: what is left out, and that nothing the reader may not see shows through them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from positions.enums import MACHINE_CODER, CodingStatus, ReviewPolicy, Role
from positions.exceptions import NotPermitted, NotVisible
from positions.models import Issue, Negotiation, Party, Source, SourceText
from positions.queries.access import SYSTEM, Reader, reader_of
from positions.queries.suggestions import evaluate_suggestions, lexicon_for, refusals_for, suggestions_for
from positions.services.suggestions import refuse_suggestion
from tests.factories import (
    add_member,
    make_coding,
    make_issue,
    make_party,
    make_person,
    make_round,
    make_source,
    make_statement,
)
from tests.services.writing import make_talks, member, outsiders

pytestmark = pytest.mark.django_db

FIRST = "Freedonia rejects any limit on fishing."
SECOND = "Sylvania said that cormorants eat the herring."
TEXT = f"{FIRST} {SECOND}"
BIRDS = "The cormorants are after herring"


class Sea:
    """Two parties, a person and two issues, in talks that code by a policy."""

    def __init__(self, policy: str = ReviewPolicy.SINGLE) -> None:
        self.negotiation: Negotiation = make_talks(policy)
        self.freedonia: Party = make_party(name="Freedonia", aliases=["Fredonia"])
        self.sylvania: Party = make_party(name="Sylvania")
        self.negotiation.parties.set([self.freedonia, self.sylvania])
        self.negotiation.persons.add(make_person(name="Rufus Firefly", posts=[(self.freedonia, "President")]))
        self.fishing: Issue = make_issue(self.negotiation, "fishing", keywords=["fishing"])
        self.birds: Issue = make_issue(self.negotiation, "birds")
        self.source: Source = make_source(self.negotiation, text=TEXT)
        self.text: SourceText = self.source.texts.get()

    def read(self, reader: Reader) -> list[tuple[str | None, str | None]]:
        """Party and issue of what is suggested."""
        found = suggestions_for(reader, self.source)
        for suggestion in found:
            assert TEXT[suggestion.start : suggestion.end] == suggestion.exact
        return [(suggestion.party, suggestion.issue) for suggestion in found]

    def teach(self, **coding: Any) -> None:
        """Code cormorants and herring under the birds, twice, in another source."""
        other = make_source(self.negotiation, text=f"{BIRDS}. {BIRDS} again.")
        for exact in (BIRDS, f"{BIRDS} again"):
            statement = make_statement(source=other, exact=exact, asserted_by=self.sylvania)
            make_coding(statement, issue=self.birds, **coding)


def test_suggestions_are_for_analysts_and_up() -> None:
    sea = Sea()
    first = (sea.freedonia.slug, "fishing")
    for role in (Role.ANALYST, Role.REVIEWER, Role.LEAD):
        assert sea.read(member(sea.negotiation, role)) == [first, (sea.sylvania.slug, None)]
    with pytest.raises(NotPermitted):
        sea.read(member(sea.negotiation, Role.VIEWER))
    for reader in outsiders():
        with pytest.raises(NotVisible):
            sea.read(reader)
        with pytest.raises(NotVisible):
            lexicon_for(reader, sea.negotiation)


def test_source_without_text_has_none() -> None:
    sea = Sea()
    assert suggestions_for(SYSTEM, make_source(sea.negotiation, text=None)) == []


def test_stated_passage_is_left_out_for_its_party_and_issue_only() -> None:
    sea, reader = Sea(), SYSTEM
    statement = make_statement(source=sea.source, exact=FIRST.rstrip("."), asserted_by=sea.freedonia)
    assert sea.read(reader) == [(sea.sylvania.slug, None)]
    make_coding(statement, issue=sea.birds, status=CodingStatus.DRAFT)
    assert sea.read(reader) == [(sea.freedonia.slug, "fishing"), (sea.sylvania.slug, None)]
    make_coding(statement, issue=sea.fishing, status=CodingStatus.DRAFT)
    assert sea.read(reader) == [(sea.sylvania.slug, None)]


def test_refused_reading_is_not_offered_again() -> None:
    sea = Sea()
    analyst = member(sea.negotiation)
    refuse_suggestion(analyst, sea.text, 0, len(FIRST), sea.freedonia, sea.birds)
    assert len(sea.read(analyst)) == 2
    refuse_suggestion(analyst, sea.text, 0, len(FIRST), sea.freedonia, sea.fishing)
    assert sea.read(analyst) == [(sea.sylvania.slug, None)]
    assert sea.read(member(sea.negotiation)) == [(sea.sylvania.slug, None)]


def test_where_coding_is_blind_a_refusal_is_ones_own() -> None:
    sea = Sea(ReviewPolicy.DOUBLE)
    analyst, other, lead = (member(sea.negotiation, role) for role in (Role.ANALYST, Role.ANALYST, Role.LEAD))
    refuse_suggestion(other, sea.text, 0, len(FIRST), sea.freedonia, sea.fishing)
    assert len(sea.read(analyst)) == 2
    assert sea.read(other) == [(sea.sylvania.slug, None)]
    assert [refusals_for(reader).count() for reader in (analyst, other, lead, Reader(), SYSTEM)] == [0, 1, 1, 0, 1]


@pytest.mark.parametrize("role", [Role.ANALYST, Role.REVIEWER, Role.LEAD])
@pytest.mark.parametrize("status", [CodingStatus.DRAFT, CodingStatus.SUBMITTED])
def test_where_coding_is_blind_nothing_is_learnt_from_other_coders(role: str, status: str) -> None:
    sea = Sea(ReviewPolicy.DOUBLE)
    coder = add_member(sea.negotiation)
    reader = member(sea.negotiation, Role(role))
    before = suggestions_for(reader, sea.source)
    sea.teach(coder_user=coder, status=status)
    hidden = make_statement(source=sea.source, exact=FIRST, asserted_by=sea.freedonia)
    without_coding = suggestions_for(reader, sea.source)
    make_coding(hidden, issue=sea.birds, coder_user=coder, status=status)
    assert suggestions_for(reader, sea.source) == without_coding
    assert without_coding == [suggestion for suggestion in before if suggestion.party != sea.freedonia.slug]
    assert (sea.sylvania.slug, "birds") in sea.read(reader_of(coder))


@pytest.mark.parametrize("policy", [ReviewPolicy.SINGLE, ReviewPolicy.DOUBLE])
def test_published_readings_teach_everybody(policy: str) -> None:
    sea = Sea(policy)
    sea.teach()
    assert sea.read(member(sea.negotiation)) == [(sea.freedonia.slug, "fishing"), (sea.sylvania.slug, "birds")]


def test_machine_does_not_learn_from_itself() -> None:
    sea = Sea()
    sea.teach(coder=MACHINE_CODER, status=CodingStatus.SUBMITTED)
    assert (sea.sylvania.slug, None) in sea.read(SYSTEM)


def test_evaluation_learns_nothing_from_what_it_is_compared_with() -> None:
    sea = Sea()
    make_coding(make_statement(source=sea.source, exact=FIRST, asserted_by=sea.freedonia), issue=sea.fishing)
    make_coding(make_statement(source=sea.source, exact="the herring", asserted_by=sea.freedonia), issue=sea.birds)
    sea.teach()
    quality = evaluate_suggestions(SYSTEM, sea.negotiation)
    assert (quality.gold, quality.overlapped, quality.party_right, quality.issue_right) == (4, 2, 1, 1)
    assert (quality.suggested, quality.precision, quality.recall) == (2, 1.0, 0.5)


def test_drafts_are_no_gold() -> None:
    sea = Sea()
    draft = make_statement(source=sea.source, exact=FIRST, asserted_by=sea.freedonia)
    make_coding(draft, issue=sea.fishing, status=CodingStatus.DRAFT)
    quality = evaluate_suggestions(SYSTEM, sea.negotiation)
    assert (quality.gold, quality.suggested, quality.precision, quality.recall) == (0, 0, None, None)


def test_queries_do_not_grow_with_the_record() -> None:
    sea = Sea()
    reader = member(sea.negotiation)
    counts = []
    for number in (1, 3):
        for _ in range(number):
            party = make_party(aliases=["Somewhere"])
            sea.negotiation.parties.add(party)
            sea.negotiation.persons.add(make_person(posts=[(party, "envoy")]))
            make_round(sea.negotiation, parties=[party])
            make_issue(sea.negotiation)
            statement = make_statement(source=sea.source, exact="herring", asserted_by=party)
            make_coding(statement, issue=sea.fishing)
            refuse_suggestion(reader, sea.text, 0, 5 + number, party, None)
        with CaptureQueriesContext(connection) as queries:
            suggestions_for(reader, Source.objects.select_related("negotiation").get(pk=sea.source.pk))
        counts.append(len(queries) - 1)
    assert counts == [11, 11]
