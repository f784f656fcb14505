"""Merging duplicates: everything in force names the one that is kept, history the other, and there is a way back."""

from __future__ import annotations

from datetime import date, datetime
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from positions.enums import AliasKind, CodingStatus, Move, Role
from positions.exceptions import Conflict, Invalid, NotPermitted, NotVisible
from positions.models import (
    BlocMembership,
    Coding,
    Event,
    Issue,
    Negotiation,
    Party,
    Person,
    Statement,
    StatementGroup,
)
from positions.queries.access import SYSTEM, unmerged
from positions.queries.evidence import Moment
from positions.queries.positions import positions_for
from positions.services.housekeeping import undo_change_set
from positions.services.merging import (
    merge_issues,
    merge_parties,
    merge_persons,
    preview_merging_issues,
    preview_merging_parties,
)
from positions.services.statements import withdraw_statement
from tests.factories import (
    make_coding,
    make_condition,
    make_delegation,
    make_issue,
    make_negotiation,
    make_party,
    make_person,
    make_round,
    make_source,
    make_statement,
)
from tests.services.writing import make_talks, member, outsiders, refused

pytestmark = pytest.mark.django_db


def standing_of(negotiation: Negotiation, known_at: datetime | None = None) -> list[tuple[Any, ...]]:
    """Every position: party, issue, footing of the evidence, stance."""
    moment = Moment(date(2022, 6, 1), known_at or timezone.now())
    return [(p.party, p.issue, p.stance, p.state) for p in positions_for(SYSTEM, negotiation, moment)]


def random_talks(seed: int, parties: list[Party]) -> Negotiation:
    """Statements by and about three parties, with readings, conditions, addressees and drafts."""
    dice, talks = Random(seed), make_talks()
    issues, source = [make_issue(talks) for _ in range(2)], make_source(talks)
    for day in range(1, 9):
        by, about = dice.choice(parties), dice.choice(parties)
        statement = make_statement(
            source=source,
            asserted_by=by,
            stated_on=f"2022-01-{day:02}",
            addressees=dice.sample(parties, dice.randrange(3)),
        )
        coding = make_coding(statement, party=about, issue=dice.choice(issues), stance=dice.choice([-1, 0, 1]))
        if dice.random() < 0.5:
            make_condition(coding, falls_on=dice.choice(parties))
        draft = make_coding(
            statement, party=dice.choice(parties), issue=issues[0], status=CodingStatus.DRAFT, coder=f"c{day}"
        )
        make_condition(draft, falls_on=dice.choice(parties))
    talks.parties.add(*parties)
    return talks


@pytest.mark.parametrize("seed", range(4))
def test_merging_parties_and_undoing_it_restores_every_position(seed: int) -> None:
    parties = [make_party(f"land-{place}") for place in "abc"]
    talks = random_talks(seed, parties)
    duplicate, kept, _ = parties
    before, then = standing_of(talks), timezone.now()
    drafts = sorted(Coding.objects.filter(status="draft", retired_at=None).values_list("party__slug", "coder"))
    change = merge_parties(SYSTEM, duplicate, kept, "The same state twice")
    named = {party for party, *_ in standing_of(talks)}
    assert "land-a" not in named
    assert standing_of(talks, then) == before
    assert not Coding.objects.filter(retired_at=None, party=duplicate).exists()
    assert not Statement.objects.filter(retired_at=None, addressees=duplicate).exists()
    assert not Coding.objects.filter(retired_at=None, conditions__falls_on=duplicate).exists()
    call_command("check_positions", talks.slug)
    undo_change_set(SYSTEM, change)
    assert standing_of(talks) == before
    assert sorted(Coding.objects.filter(status="draft", retired_at=None).values_list("party__slug", "coder")) == drafts
    duplicate.refresh_from_db()
    assert duplicate.merged_into is None
    call_command("check_positions", talks.slug)


def test_merged_party_leaves_its_names_posts_blocs_delegations_and_rosters_to_the_other() -> None:
    duplicate = make_party("roszia", name="Rossiya", aliases=["Moskva"])
    kept, bloc = make_party("russia", name="Russia", aliases=["Moscow"]), make_party("csto", name="CSTO")
    envoy = make_person(posts=[(duplicate, "Envoy"), (kept, "Envoy"), (duplicate, "Deputy")])
    BlocMembership.objects.create(bloc=bloc, member=duplicate, starts_on=date(1992, 5, 15))
    talks, other = make_talks(), make_talks()
    delegation = make_delegation(make_round(talks), duplicate)
    talks.parties.add(duplicate)
    other.parties.add(duplicate, kept)
    change = merge_parties(SYSTEM, duplicate, kept, "One state")
    kept.refresh_from_db()
    assert sorted(kept.aliases.values_list("text", flat=True)) == ["Moscow", "Moskva", "Rossiya"]
    assert kept.aliases.get(text="Rossiya").kind == AliasKind.NAME
    assert sorted(envoy.appointments.values_list("party__slug", "title")) == [("russia", "Deputy"), ("russia", "Envoy")]
    assert list(bloc.bloc_members.values_list("member__slug", "starts_on")) == [("russia", date(1992, 5, 15))]
    delegation.refresh_from_db()
    assert delegation.party == kept
    assert [list(n.parties.all()) for n in (talks, other)] == [[kept], [kept]]
    assert list(unmerged(Party.objects.filter(slug__startswith="ro"))) == []
    events = Event.objects.filter(action="party_merged")
    assert {e.negotiation_id for e in events} == {None, talks.pk, other.pk}
    undo_change_set(SYSTEM, change)
    assert sorted(duplicate.aliases.values_list("text", flat=True)) == ["Moskva"]
    assert sorted(kept.aliases.values_list("text", flat=True)) == ["Moscow"]
    assert sorted(envoy.appointments.values_list("party__slug", "title")) == [
        ("roszia", "Deputy"),
        ("roszia", "Envoy"),
        ("russia", "Envoy"),
    ]
    assert list(bloc.bloc_members.values_list("member__slug", flat=True)) == ["roszia"]
    assert list(talks.parties.all()) == [duplicate]
    assert set(other.parties.all()) == {duplicate, kept}
    delegation.refresh_from_db()
    assert delegation.party == duplicate
    assert Event.objects.filter(action="change_undone").count() == 3


def test_conflicts_of_two_parties_are_listed_and_refuse_the_merge() -> None:
    duplicate, kept = make_party("land-a"), make_party("land-b")
    talks = make_talks()
    issue, statement = make_issue(talks), make_statement(talks, exact="Both say so.", asserted_by=kept)
    for party in (duplicate, kept):
        make_coding(statement, party=party, issue=issue)
    make_round(talks, 3, parties=[duplicate, kept], title="Meeting")
    group, source = StatementGroup.objects.create(negotiation=talks, key="joint"), make_source(talks)
    for party in (duplicate, kept):
        make_statement(source=source, asserted_by=party, group=group, exact="No comment on the rest.")
    BlocMembership.objects.create(bloc=kept, member=duplicate)
    assert list(preview_merging_parties(SYSTEM, duplicate, kept).conflicts) == [
        "“Both say so.” would have two published readings of the same issue for the same party",
        f"both have a delegation at 3 Meeting, {talks}",
        "both assert the joint text “No comment on the rest.”",
        "one is a member of the other",
    ]
    with refused(Conflict):
        merge_parties(SYSTEM, duplicate, kept, "One state")


def test_merging_shared_names_takes_an_administrator_and_is_done_once() -> None:
    one, two, three = (make_party() for _ in range(3))
    lead = member(make_talks(), Role.LEAD)
    with refused(NotPermitted):
        merge_parties(lead, one, two, "One state")
    person, other = make_person(), make_person()
    with refused(NotPermitted):
        merge_persons(lead, person, other, "One woman")
    with refused(Invalid, "into"):
        merge_parties(SYSTEM, one, one, "One state")
    change = merge_parties(SYSTEM, one, two, "One state")
    with refused(Conflict):
        merge_parties(SYSTEM, one, three, "One state")
    with refused(Conflict):
        merge_parties(SYSTEM, three, one, "One state")
    with refused(NotPermitted):
        undo_change_set(lead, change)


def test_undoing_a_merge_says_what_was_built_on_it() -> None:
    duplicate, kept = make_party(), make_party()
    statement = make_statement(asserted_by=duplicate, exact="We will come.")
    change = merge_parties(SYSTEM, duplicate, kept, "One state")
    withdraw_statement(SYSTEM, statement.superseded_by.get(), "Never said")
    with pytest.raises(Conflict, match=r"“We will come\.” was corrected or withdrawn since"):
        undo_change_set(SYSTEM, change)


def test_merged_person_leaves_words_seats_and_posts_to_the_other_and_back() -> None:
    duplicate, kept, land = make_person("a", name="A. Envoy"), make_person("b", name="Anna Envoy"), make_party()
    talks = make_talks()
    statement = make_statement(talks, speaker=duplicate, asserted_by=land)
    make_coding(statement)
    before = standing_of(talks)
    delegation = make_delegation(make_round(talks), land, head=duplicate, members=[(duplicate, "Head")])
    talks.persons.add(duplicate)
    change = merge_persons(SYSTEM, duplicate, kept, "One woman")
    assert [s.speaker for s in Statement.objects.filter(retired_at=None)] == [kept]
    delegation.refresh_from_db()
    assert (delegation.head, delegation.members.get().person, list(talks.persons.all())) == (kept, kept, [kept])
    assert standing_of(talks) == before
    undo_change_set(SYSTEM, change)
    assert [s.speaker for s in Statement.objects.filter(retired_at=None)] == [duplicate]
    delegation.refresh_from_db()
    assert (delegation.head, list(talks.persons.all())) == (duplicate, [duplicate])
    assert Person.objects.filter(merged_into=None).count() == 2


def test_two_people_in_one_delegation_are_not_merged() -> None:
    one, two = make_person(), make_person()
    make_delegation(make_round(), make_party(), members=[(one, "Head"), (two, "Deputy")])
    with refused(Conflict):
        merge_persons(SYSTEM, one, two, "One woman")


def test_issues_are_merged_by_a_lead_who_types_that_they_mean_the_same() -> None:
    talks = make_talks()
    lead, reviewer = member(talks, Role.LEAD), member(talks, Role.REVIEWER)
    kept = make_issue(talks, "water", keywords=["river"])
    duplicate = make_issue(talks, "waters", keywords=["dam"], title="Waters")
    child = make_issue(talks, "dams", parent=duplicate)
    coding = make_coding(make_statement(talks), issue=duplicate, stance=-2)
    draft = make_coding(make_statement(talks), issue=duplicate, status=CodingStatus.DRAFT)
    preview = preview_merging_issues(lead, duplicate, kept)
    assert preview.must_confirm == "water"
    assert any("differ in their pole for" in note for note in preview.notes)
    with refused(NotPermitted):
        merge_issues(reviewer, duplicate, kept, "The same", confirmation="water")
    for nobody in outsiders():
        with refused(NotVisible):
            merge_issues(nobody, duplicate, kept, "The same", confirmation="water")
    with refused(Invalid, "confirmation"):
        merge_issues(lead, duplicate, kept, "The same", confirmation="waters")
    then = timezone.now()
    change = merge_issues(lead, duplicate, kept, "The same", confirmation="water")
    assert [(i, s) for _, i, s, _ in standing_of(talks)] == [("water", -2)]
    assert [(i, s) for _, i, s, _ in standing_of(talks, then)] == [("waters", -2)]
    for row in (child, draft, kept, duplicate):
        row.refresh_from_db()
    assert (child.parent, draft.issue, kept.keywords) == (kept, kept, ["river", "Waters", "dam"])
    assert Coding.objects.get(supersedes=coding).codebook == coding.codebook
    call_command("check_positions", talks.slug)
    undo_change_set(lead, change)
    for row in (child, draft, kept):
        row.refresh_from_db()
    assert [(i, s) for _, i, s, _ in standing_of(talks)] == [("waters", -2)]
    assert (child.parent, draft.issue, kept.keywords) == (duplicate, duplicate, ["river"])


def test_issues_with_rival_readings_or_of_other_talks_are_not_merged() -> None:
    talks = make_talks()
    one, two = make_issue(talks), make_issue(talks)
    statement = make_statement(talks)
    make_coding(statement, issue=one, move=Move.OFFER)
    make_coding(statement, issue=two)
    elsewhere = make_issue(make_negotiation())
    with refused(Conflict):
        merge_issues(SYSTEM, one, two, "The same", confirmation=two.slug)
    with refused(Invalid, "into"):
        merge_issues(SYSTEM, one, elsewhere, "The same")
    assert Issue.objects.filter(merged_into=None).count() == 3
