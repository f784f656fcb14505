"""Negotiations, rounds, issues, codebook and members: who may change them, and what can no longer change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from positions.enums import CodingStatus, Role, Visibility
from positions.exceptions import Conflict, Invalid, NotPermitted, NotVisible
from positions.models import CodebookVersion, Event, Issue, Member, Negotiation, Round
from positions.queries.access import SYSTEM, Reader, reader_of
from positions.services.access import note_administrator_read, open_negotiation
from positions.services.codebook import publish_codebook_version
from positions.services.events import snapshot
from positions.services.negotiations import (
    DelegationFacts,
    IssueFacts,
    NegotiationFacts,
    RoundFacts,
    create_negotiation,
    remove_member,
    save_issue,
    save_round,
    set_member_role,
    update_negotiation,
)
from tests.factories import (
    add_member,
    make_coding,
    make_issue,
    make_negotiation,
    make_party,
    make_person,
    make_round,
    make_statement,
    make_user,
)
from tests.services.writing import logged, make_talks, member, only_event, outsiders, refused

pytestmark = pytest.mark.django_db

TALKS = NegotiationFacts(slug="river-talks", title="River talks")
ROUND = RoundFacts(number=1, title="First", starts_on=date(2022, 1, 10), ends_on=date(2022, 1, 12), status="held")
ISSUE = IssueFacts(slug="border", title="Border", proposal="The border opens", pole_for="Open", pole_against="Closed")


def administrator() -> Reader:
    return reader_of(make_user(is_superuser=True))


Call = Callable[[Reader, Negotiation], object]
CALLS: dict[str, Call] = {
    "update": lambda r, n: update_negotiation(r, n, replace(TALKS, slug=n.slug)),
    "round": lambda r, n: save_round(r, n, ROUND),
    "issue": lambda r, n: save_issue(r, n, ISSUE),
    "codebook": lambda r, n: publish_codebook_version(r, n, "Code what is said.", (), "First."),
    "role": lambda r, n: set_member_role(r, n, n.members.get(role=Role.REVIEWER).user, Role.LEAD),
    "remove": lambda r, n: remove_member(r, n.members.get(role=Role.REVIEWER)),
}


@pytest.mark.parametrize("name", CALLS)
def test_writer_is_refused_to_all_but_leads(name: str) -> None:
    talks = make_talks()
    reviewer = member(talks, Role.REVIEWER)
    for nobody in outsiders():
        with refused(NotVisible):
            CALLS[name](nobody, talks)
    with refused(NotPermitted):
        CALLS[name](reviewer, talks)
    Negotiation.objects.filter(pk=talks.pk).update(visibility=Visibility.PUBLIC)
    shown = Negotiation.objects.get(pk=talks.pk)
    with refused(NotPermitted):
        CALLS[name](Reader(), shown)

    CALLS[name](member(talks, Role.LEAD), shown)
    assert Event.objects.count() == 1


# ---------------------------------------------------------------- the negotiation


def test_create_negotiation_makes_its_creator_lead_of_a_restricted_one() -> None:
    creator = administrator()
    talks = create_negotiation(creator, TALKS)
    row = Negotiation.objects.get()
    assert (row.pk, row.slug, row.visibility, row.review_policy) == (talks.pk, "river-talks", "restricted", "single")
    assert list(Member.objects.values_list("user", "role")) == [(creator.user and creator.user.pk, Role.LEAD)]
    assert list(CodebookVersion.objects.values_list("negotiation", "version", "text")) == [(talks.pk, 1, "")]
    event = only_event()
    assert (event.action, event.actor, event.negotiation) == ("negotiation_created", creator.user, row)
    assert (event.before, event.after) == (None, logged(snapshot(row)))


def test_create_negotiation_from_the_command_line_has_no_lead() -> None:
    create_negotiation(SYSTEM, TALKS)
    assert (Member.objects.count(), only_event().actor_name) == (0, "system")


def test_create_negotiation_takes_an_administrator() -> None:
    lead = member(make_talks(), Role.LEAD)
    with refused(NotPermitted):
        create_negotiation(lead, TALKS)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"slug": "taken"}, "slug"),
        ({"slug": "River Talks"}, "slug"),
        ({"title": ""}, "title"),
        ({"summary": "a\x00b"}, "summary"),
        ({"visibility": "secret"}, "visibility"),
        ({"review_policy": "triple"}, "review_policy"),
    ],
)
def test_create_negotiation_names_the_field_at_fault(changes: dict[str, Any], field: str) -> None:
    make_negotiation("taken")
    with refused(Invalid, field):
        create_negotiation(SYSTEM, replace(TALKS, **changes))


def test_update_negotiation_changes_all_but_the_slug() -> None:
    talks = make_talks()
    lead = member(talks, Role.LEAD)
    before = snapshot(talks)
    facts = NegotiationFacts(slug=talks.slug, title="New", summary="Words", visibility="public", review_policy="double")
    with refused(Invalid, "slug"):
        update_negotiation(lead, talks, replace(facts, slug="elsewhere"))
    update_negotiation(lead, talks, facts)
    update_negotiation(lead, talks, facts)
    row = Negotiation.objects.get()
    assert (row.title, row.summary, row.visibility, row.review_policy) == ("New", "Words", "public", "double")
    event = only_event()
    assert (event.action, event.before, event.after) == ("negotiation_updated", logged(before), logged(snapshot(row)))


def test_read_by_an_administrator_is_logged_where_it_is_not_theirs() -> None:
    talks, shown = make_talks(), make_talks(visibility=Visibility.PUBLIC)
    stranger = administrator()
    own = reader_of(add_member(talks, make_user(is_superuser=True)))
    for reader, negotiation in ((SYSTEM, talks), (own, talks), (stranger, shown), (member(talks), talks)):
        note_administrator_read(reader, negotiation)
    assert Event.objects.count() == 0
    assert open_negotiation(stranger, talks.slug) == talks
    event = only_event()
    assert (event.action, event.actor, event.negotiation) == ("read_by_administrator", stranger.user, talks)
    with refused(NotVisible):
        open_negotiation(Reader(), talks.slug)


# ---------------------------------------------------------------- rounds


def test_save_round_seats_delegations_and_enrols_them() -> None:
    talks = make_talks()
    lead, party, head, second = member(talks, Role.LEAD), make_party(), make_person(), make_person()
    seats = (DelegationFacts(party=party, head=head, members=((second, "Envoy"), (head, "Minister"))),)
    held = save_round(lead, talks, replace(ROUND, delegations=seats))
    row = Round.objects.get()
    assert (row.pk, row.number, row.title, row.starts_on, row.ends_on) == (
        held.pk,
        1,
        "First",
        date(2022, 1, 10),
        date(2022, 1, 12),
    )
    delegation = row.delegations.get()
    assert (delegation.party, delegation.head) == (party, head)
    assert list(delegation.members.values_list("person", "title")) == [(second.pk, "Envoy"), (head.pk, "Minister")]
    assert (set(talks.parties.all()), set(talks.persons.all())) == ({party}, {head, second})
    event = only_event()
    names = [[second.slug, "Envoy"], [head.slug, "Minister"]]
    assert (event.action, event.actor, event.before) == ("round_added", lead.user, None)
    assert logged(event.after)["delegations"] == [{"party": party.slug, "head": head.slug, "members": names}]


def test_save_round_leaves_delegations_that_are_not_named() -> None:
    talks = make_talks()
    lead, party = member(talks, Role.LEAD), make_party()
    held = make_round(talks, 1, parties=[party])
    save_round(lead, talks, ROUND, existing=held)
    save_round(lead, talks, ROUND, existing=held)
    assert [delegation.party for delegation in held.delegations.all()] == [party]
    event = only_event()
    assert (event.action, logged(event.before)["title"], logged(event.after)["title"]) == (
        "round_updated",
        "Round 1",
        "First",
    )
    save_round(lead, talks, replace(ROUND, delegations=()), existing=held)
    assert held.delegations.count() == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": 7}, "number"),
        ({"number": -1}, "number"),
        ({"title": ""}, "title"),
        ({"format": "brawl"}, "format"),
        ({"status": "over"}, "status"),
        ({"ends_on": date(2022, 1, 9)}, "ends_on"),
    ],
)
def test_save_round_names_the_field_at_fault(changes: dict[str, Any], field: str) -> None:
    talks = make_talks()
    make_round(talks, 7)
    lead, held = member(talks, Role.LEAD), make_round(talks, 2)
    with refused(Invalid, field):
        save_round(lead, talks, replace(ROUND, **changes))
    with refused(Invalid, field):
        save_round(lead, talks, replace(ROUND, **changes), existing=held)


def test_save_round_names_the_seat_at_fault() -> None:
    talks = make_talks()
    lead, one, other, person = member(talks, Role.LEAD), make_party(), make_party(), make_person()
    twice = DelegationFacts(party=one, members=((person, "Envoy"), (person, "a\x00b")))
    seats = (DelegationFacts(party=one), DelegationFacts(party=other), twice)
    with refused(Invalid, "delegations", "delegations[2].members", "delegations[2].members[1].title"):
        save_round(lead, talks, replace(ROUND, delegations=seats))


# ---------------------------------------------------------------- issues


def test_save_issue_adds_to_the_end_and_logs_changes_once() -> None:
    talks = make_talks()
    lead, parent = member(talks, Role.LEAD), make_issue(talks)
    issue = save_issue(lead, talks, replace(ISSUE, keywords=("line", "post"), parent=parent))
    row = Issue.objects.get(slug="border")
    assert (row.rank, row.keywords, row.parent, row.pole_against) == (1, ["line", "post"], parent, "Closed")
    added = only_event()
    assert (added.action, added.before, added.after) == ("issue_added", None, logged(snapshot(row)))
    renamed = replace(ISSUE, title="Frontier")
    save_issue(lead, talks, renamed, existing=issue)
    save_issue(lead, talks, renamed, existing=issue)
    changed = Event.objects.exclude(pk=added.pk).get()
    row = Issue.objects.get(slug="border")
    assert (row.title, row.rank, row.keywords, row.parent) == ("Frontier", 1, [], None)
    assert (changed.action, changed.before, changed.after) == ("issue_updated", added.after, logged(snapshot(row)))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"slug": "taken"}, "slug"),
        ({"slug": "Border!"}, "slug"),
        ({"title": ""}, "title"),
        ({"proposal": ""}, "proposal"),
    ],
)
def test_save_issue_names_the_field_at_fault(changes: dict[str, Any], field: str) -> None:
    talks = make_talks()
    make_issue(talks, "taken")
    lead = member(talks, Role.LEAD)
    with refused(Invalid, field):
        save_issue(lead, talks, replace(ISSUE, **changes))


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_parents_of_an_issue_never_close_to_a_circle(steps: int) -> None:
    talks = make_talks()
    lead, issue = member(talks, Role.LEAD), make_issue(talks, "border")
    last = issue
    for _ in range(steps - 1):
        last = make_issue(talks, parent=last)
    foreign = make_issue()
    with refused(Invalid, "parent"):
        save_issue(lead, talks, replace(ISSUE, parent=last), existing=issue)
    with refused(Invalid, "parent"):
        save_issue(lead, talks, replace(ISSUE, parent=foreign), existing=issue)


@pytest.mark.parametrize("retired", [False, True])
def test_poles_are_frozen_once_a_coding_is_published(retired: bool) -> None:
    talks = make_talks()
    lead = member(talks, Role.LEAD)
    issue = save_issue(SYSTEM, talks, ISSUE)
    coding = make_coding(make_statement(talks), issue=issue, status=CodingStatus.SUBMITTED)
    facts = replace(ISSUE, pole_for="Wide open")
    save_issue(lead, talks, facts, existing=issue)
    later = coding.created_at.replace(year=2023)
    type(coding).objects.update(
        status="published", recorded_at=coding.created_at, retired_at=later if retired else None
    )
    other = "Something else"
    for changed, fields in (
        (replace(facts, proposal=other), ["proposal"]),
        (replace(facts, pole_for=other), ["pole_for"]),
        (replace(facts, proposal=other, pole_against=other), ["proposal", "pole_against"]),
    ):
        with refused(Invalid, *fields):
            save_issue(lead, talks, changed, existing=Issue.objects.get())
    save_issue(lead, talks, replace(facts, title="Frontier", reference_point="War"), existing=Issue.objects.get())
    row = Issue.objects.get()
    assert (row.proposal, row.pole_for, row.pole_against, row.title) == (
        ISSUE.proposal,
        "Wide open",
        "Closed",
        "Frontier",
    )


# ---------------------------------------------------------------- members


def test_set_member_role_adds_changes_and_says_nothing_twice() -> None:
    talks = make_talks()
    lead, user = member(talks, Role.LEAD), make_user("ana")
    for role in (Role.VIEWER, Role.REVIEWER, Role.REVIEWER):
        set_member_role(lead, talks, user, role)
    assert Member.objects.get(user=user).role == Role.REVIEWER
    assert list(Event.objects.order_by("id").values_list("action", "before", "after")) == [
        ("member_role_set", None, {"user": "ana", "role": "viewer"}),
        ("member_role_set", {"role": "viewer"}, {"user": "ana", "role": "reviewer"}),
    ]
    with refused(Invalid, "role"):
        set_member_role(lead, talks, user, "boss")


def test_last_lead_neither_steps_down_nor_leaves() -> None:
    talks = make_talks()
    lead = member(talks, Role.LEAD)
    assert lead.user is not None
    only = Member.objects.get(user=lead.user)
    for reader in (lead, SYSTEM):
        with refused(Conflict):
            set_member_role(reader, talks, lead.user, Role.REVIEWER)
        with refused(Conflict):
            remove_member(reader, only)

    set_member_role(lead, talks, make_user(), Role.LEAD)
    remove_member(lead, only)
    event = Event.objects.latest("id")
    assert (event.action, event.before) == ("member_removed", {"user": lead.user.get_username(), "role": "lead"})
    assert talks.members.count() == 1
