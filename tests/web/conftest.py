"""A small negotiation for page tests, and a way to count a page's queries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from positions.models import Coding, Issue, Negotiation, Party, Source
from tests.factories import (
    make_coding,
    make_issue,
    make_negotiation,
    make_party,
    make_round,
    make_source,
    make_statement,
)


@dataclass
class Talks:
    """Two parties, one issue, two rounds; the north moved from +2 to +1, the south holds −1."""

    negotiation: Negotiation
    issue: Issue
    north: Party
    south: Party
    source: Source

    def say(self, party: Party, on: str, stance: int | None, issue: Issue | None = None, **fields: object) -> Coding:
        """One more statement on the record, read for the party that makes it."""
        statement = make_statement(
            source=make_source(self.negotiation, published_on=on), asserted_by=party, stated_on=on
        )
        return make_coding(statement, party=party, issue=issue or self.issue, stance=stance, **fields)  # type: ignore[arg-type]

    @property
    def timeline(self) -> str:
        return f"/n/{self.negotiation.slug}/issues/{self.issue.slug}/"


@pytest.fixture
def talks(db: None) -> Talks:
    """The talks as described at :class:`Talks`."""
    negotiation = make_negotiation("river-talks", title="River talks")
    issue = make_issue(negotiation, "ferries", title="Ferries")
    north, south = make_party("north", name="North"), make_party("south", name="South")
    for number, day in ((1, date(2022, 1, 10)), (2, date(2022, 2, 10))):
        make_round(negotiation, number, starts_on=day, parties=[north, south])
    source = make_source(negotiation, title="Report of the first meeting")
    talks = Talks(negotiation, issue, north, south, source)
    first = make_statement(source=source, asserted_by=north)
    make_coding(first, party=north, issue=issue, stance=2)
    talks.say(south, "2022-01-11", -1)
    talks.say(north, "2022-02-10", 1, conditions=["the south opens its port"])
    return talks


CountQueries = Callable[..., tuple[int, HttpResponse]]


@pytest.fixture
def count_queries() -> CountQueries:
    """Fetches a page and says in how many queries; a user signs in before counting."""

    def count(address: str, user: User | None = None) -> tuple[int, HttpResponse]:
        client = Client()
        if user is not None:
            client.force_login(user)
        with CaptureQueriesContext(connection) as captured:
            response = client.get(address)
        assert response.status_code == 200
        return len(captured), response  # type: ignore[return-value]

    return count
