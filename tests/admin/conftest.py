"""Negotiations seen from the desk: one's own, and one that must not exist for its outsiders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User
from django.test import Client

from positions.enums import Role, Visibility
from positions.models import Coding, Issue, Negotiation, Party, Person, Round, Source, Statement
from tests.factories import (
    add_member,
    make_coding,
    make_condition,
    make_delegation,
    make_event,
    make_issue,
    make_negotiation,
    make_party,
    make_person,
    make_round,
    make_source,
    make_statement,
    make_user,
)

SignIn = Callable[[str], Client]


@dataclass
class Talks:
    """A negotiation with one of everything."""

    negotiation: Negotiation
    issue: Issue
    party: Party
    person: Person
    round: Round
    source: Source
    statement: Statement
    coding: Coding


def make_talks(word: str, visibility: str = Visibility.RESTRICTED, **fields: object) -> Talks:
    """Talks in which every name holds ``word``."""
    negotiation = make_negotiation(word.lower(), title=f"{word} talks", visibility=visibility, **fields)
    party, person = make_party(f"{word.lower()}-land", name=f"{word}land"), make_person(name=f"{word} envoy")
    negotiation.parties.add(party)
    negotiation.persons.add(person)
    issue = make_issue(negotiation, f"{word.lower()}-water", title=f"{word} water")
    held = make_round(negotiation, 1, title=f"{word} meeting")
    make_delegation(held, party, head=person, members=[(person, f"{word} delegate")])
    source = make_source(negotiation, title=f"{word} communiqué", key=f"{word.lower()}-source")
    statement = make_statement(source=source, asserted_by=party, speaker=person, note=f"{word} note", round=held)
    coding = make_coding(statement, issue=issue)
    make_condition(coding, f"{word} condition", falls_on=party)
    make_event(negotiation, subject_label=f"{word} event")
    return Talks(negotiation, issue, party, person, held, source, statement, coding)


@pytest.fixture
def talks(db: None) -> Talks:
    """The talks one takes part in."""
    return make_talks("Delta")


@pytest.fixture
def hidden(db: None) -> Talks:
    """Restricted talks one knows nothing of."""
    return make_talks("Hush")


def client_of(user: User) -> Client:
    """A browser in which ``user`` is signed in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def users(talks: Talks) -> dict[str, User]:
    """A member for each role, and an administrator who is no member."""
    people = {role: make_user(role, is_staff=True) for role in Role.values}
    for role, user in people.items():
        add_member(talks.negotiation, user, role)
    return {**people, "administrator": make_user("administrator", is_staff=True, is_superuser=True)}


@pytest.fixture
def sign_in(users: dict[str, User]) -> SignIn:
    """A browser for a role."""
    return lambda role: client_of(users[role])


@pytest.fixture
def analyst(sign_in: SignIn) -> Client:
    return sign_in("analyst")


@pytest.fixture
def lead(sign_in: SignIn) -> Client:
    return sign_in("lead")


@pytest.fixture
def administrator(sign_in: SignIn) -> Client:
    return sign_in("administrator")
