"""Parties, people, blocs and accounts: administrators alone change them, and every fault has its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from knox.auth import TokenAuthentication
from knox.models import AuthToken

from positions.enums import Role
from positions.exceptions import Invalid, NotPermitted
from positions.models import Appointment, BlocMembership, Event, Party, Person
from positions.queries.access import Reader, reader_of
from positions.services.events import snapshot
from positions.services.parties import (
    AliasFacts,
    AppointmentFacts,
    PartyFacts,
    PersonFacts,
    save_party,
    save_person,
    set_bloc_memberships,
)
from positions.services.tokens import create_token, id_of
from positions.services.users import save_account
from tests.factories import make_party, make_person, make_user
from tests.services.writing import logged, make_talks, member, only_event, refused

pytestmark = pytest.mark.django_db

NAMIBIA = PartyFacts(slug="namibia", name="Namibia", iso3="NAM", wikidata_id="Q1030")
ADA = PersonFacts(slug="ada", name="Ada")


@pytest.fixture
def administrator() -> Reader:
    return reader_of(make_user("root", is_superuser=True))


Call = Callable[[Reader], object]
CALLS: dict[str, Call] = {
    "party": lambda r: save_party(r, NAMIBIA),
    "rename": lambda r: save_party(r, NAMIBIA, existing=Party.objects.first()),
    "person": lambda r: save_person(r, ADA),
    "bloc": lambda r: set_bloc_memberships(r, Party.objects.all()[0], []),
    "account": lambda r: save_account(r, "eve", "secret"),
    "token": lambda r: create_token(r, User.objects.get(username="ben")),
}


@pytest.mark.parametrize("name", CALLS)
def test_writer_takes_an_administrator(name: str) -> None:
    make_user("ben")
    make_party()
    for reader in (Reader(), member(make_talks(), Role.LEAD)):
        with refused(NotPermitted):
            CALLS[name](reader)


# ---------------------------------------------------------------- parties


def test_save_party_keeps_facts_and_aliases(administrator: Reader) -> None:
    aliases = (AliasFacts(text="Windhoek", kind="metonym"), AliasFacts(text="Namibie", language="fr"))
    save_party(administrator, replace(NAMIBIA, aliases=aliases, is_listed=True))
    row = Party.objects.get()
    assert (row.slug, row.name, row.kind, row.iso3, row.wikidata_id, row.is_listed) == (
        "namibia",
        "Namibia",
        "state",
        "NAM",
        "Q1030",
        True,
    )
    names = [["Namibie", "name", "fr"], ["Windhoek", "metonym", "en"]]
    event = only_event()
    assert (event.action, event.actor_name, event.negotiation, event.before) == ("party_added", "root", None, None)
    assert event.after == {**logged(snapshot(row)), "aliases": names}


def test_save_party_changes_what_is_said_and_leaves_other_aliases(administrator: Reader) -> None:
    party = make_party("namibia", aliases=["SWA"])
    before = logged(snapshot(party))
    save_party(administrator, NAMIBIA, existing=party)
    save_party(administrator, NAMIBIA, existing=party)
    event = only_event()
    assert (event.action, event.before) == ("party_updated", {**before, "aliases": [["SWA", "name", "en"]]})
    assert event.after == {**logged(snapshot(Party.objects.get())), "aliases": [["SWA", "name", "en"]]}
    save_party(administrator, replace(NAMIBIA, aliases=()), existing=party)
    assert (party.aliases.count(), Event.objects.count()) == (0, 2)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"slug": "taken"}, "slug"),
        ({"slug": "Na mibia"}, "slug"),
        ({"name": ""}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"kind": "planet"}, "kind"),
        ({"iso3": "nam"}, "iso3"),
        ({"iso3": "NA"}, "iso3"),
        ({"iso3": "NAMI"}, "iso3"),
        ({"iso3": "ÑAM"}, "iso3"),
        ({"iso3": "N4M"}, "iso3"),
        ({"wikidata_id": "1030"}, "wikidata_id"),
        ({"aliases": (AliasFacts(text="ok"), AliasFacts(text=""))}, "aliases[1].text"),
        ({"aliases": (AliasFacts(text="ok", kind="insult"),)}, "aliases[0].kind"),
        ({"aliases": (AliasFacts(text="ok", language="in English"),)}, "aliases[0].language"),
        ({"aliases": (AliasFacts(text="ok"), AliasFacts(text="ok", kind="metonym"))}, "aliases[1]"),
    ],
)
def test_save_party_names_the_place_at_fault(administrator: Reader, changes: dict[str, Any], field: str) -> None:
    make_party("taken")
    party = make_party("namibia-old", aliases=["SWA"])
    with refused(Invalid, field):
        save_party(administrator, replace(NAMIBIA, **changes))
    with refused(Invalid, field):
        save_party(administrator, replace(NAMIBIA, **changes), existing=party)
    row = Party.objects.get(pk=party.pk)
    assert (row.slug, [alias.text for alias in row.aliases.all()]) == ("namibia-old", ["SWA"])


def test_same_alias_in_two_languages_is_taken(administrator: Reader) -> None:
    aliases = (AliasFacts(text="Bonn"), AliasFacts(text="Bonn", language="de"))
    assert save_party(administrator, replace(NAMIBIA, aliases=aliases)).aliases.count() == 2


def test_empty_country_code_is_none(administrator: Reader) -> None:
    assert save_party(administrator, replace(NAMIBIA, iso3="")).iso3 is None


# ---------------------------------------------------------------- people


def test_save_person_keeps_dated_posts(administrator: Reader) -> None:
    party = make_party("north")
    post = AppointmentFacts(party=party, title="Envoy", starts_on=date(2020, 1, 1), ends_on=date(2020, 1, 1))
    person = save_person(administrator, replace(ADA, appointments=(post,)))
    assert list(Appointment.objects.values_list("person", "party", "title", "ends_on")) == [
        (person.pk, party.pk, "Envoy", date(2020, 1, 1))
    ]
    event = only_event()
    posts = [["north", "Envoy", "2020-01-01", "2020-01-01"]]
    assert (event.action, event.before, logged(event.after)["appointments"]) == ("person_added", None, posts)


def test_save_person_leaves_posts_that_are_not_named(administrator: Reader) -> None:
    person = make_person("ada", name="A.", posts=[(make_party(), "Envoy")])
    save_person(administrator, ADA, existing=person)
    save_person(administrator, ADA, existing=person)
    event = only_event()
    assert (event.action, logged(event.before)["name"], logged(event.after)["name"]) == ("person_updated", "A.", "Ada")
    assert person.appointments.count() == 1
    save_person(administrator, replace(ADA, appointments=()), existing=person)
    assert person.appointments.count() == 0


def test_save_person_names_every_place_at_fault(administrator: Reader) -> None:
    make_person("taken")
    party = make_party()
    post = AppointmentFacts(party=party, title="Envoy")
    backwards = replace(post, title="Minister", starts_on=date(2022, 1, 2), ends_on=date(2022, 1, 1))
    facts = PersonFacts(slug="taken", name="", appointments=(post, post, backwards, replace(post, title="")))
    places = ["appointments[1]", "appointments[2].ends_on", "appointments[3].title"]
    with refused(Invalid, "slug", "name", *places):
        save_person(administrator, facts)
    assert [person.slug for person in Person.objects.all()] == ["taken"]


# ---------------------------------------------------------------- blocs


def test_set_bloc_memberships_replaces_them(administrator: Reader) -> None:
    bloc, old, new = make_party("bloc", kind="bloc"), make_party("old"), make_party("new")
    BlocMembership.objects.create(bloc=bloc, member=old)
    periods = [(new, None, date(2020, 1, 1)), (new, date(2021, 1, 1), None)]
    set_bloc_memberships(administrator, bloc, periods)
    assert set(BlocMembership.objects.values_list("bloc", "member", "starts_on", "ends_on")) == {
        (bloc.pk, *(member.pk, start, end)) for member, start, end in periods
    }
    event = only_event()
    assert (event.action, event.subject_id, event.before) == (
        "bloc_memberships_set",
        str(bloc.pk),
        {"members": [["old", None, None]]},
    )
    assert sorted(logged(event.after)["members"], key=str) == [["new", "2021-01-01", None], ["new", None, "2020-01-01"]]


def test_set_bloc_memberships_refuses_itself_doubles_and_backward_dates(administrator: Reader) -> None:
    bloc, other = make_party("bloc", kind="bloc"), make_party()
    BlocMembership.objects.create(bloc=bloc, member=other)
    backwards = (other, date(2022, 1, 2), date(2022, 1, 1))
    double = [(other, None, None), (other, None, date(2022, 1, 1))]
    for members in ([(bloc, None, None)], [backwards], double):
        with refused(Invalid, "members"):
            set_bloc_memberships(administrator, bloc, members)
    assert [row.member for row in BlocMembership.objects.all()] == [other]


# ---------------------------------------------------------------- accounts


def test_save_account_adds_and_then_updates(administrator: Reader) -> None:
    save_account(administrator, "eve", "first", is_staff=True)
    User.objects.filter(username="eve").update(is_active=False)
    user = save_account(administrator, "eve", "second", is_superuser=True)
    row = User.objects.get(username="eve")
    assert (row.pk, row.is_staff, row.is_superuser, row.is_active) == (user.pk, False, True, True)
    assert (row.check_password("first"), row.check_password("second")) == (False, True)
    events = Event.objects.order_by("id")
    assert [event.action for event in events] == ["account_added", "account_updated"]
    assert events[0].after == {"username": "eve", "is_staff": True, "is_superuser": False}


def test_create_token_is_accepted_and_kept_as_a_hash_alone() -> None:
    reader = reader_of(make_user("ben"))
    assert reader.user is not None
    raw = create_token(reader, reader.user, expires_in=timedelta(days=1))
    user, kept = TokenAuthentication().authenticate_credentials(raw.encode())
    assert (user, kept) == (reader.user, AuthToken.objects.get())
    event = only_event()
    assert (event.action, event.actor_name) == ("token_created", "ben")
    assert event.after == logged({"token": str(id_of(kept)), "name": "", "scope": "write", "expires_at": kept.expiry})
    assert raw not in (kept.digest, str(event.after))
