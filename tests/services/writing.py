"""What tests of the writers share: members of a negotiation, refusals that leave no trace, the log's own terms."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from positions.enums import ReviewPolicy, Role, Visibility
from positions.exceptions import Invalid, PositionsError
from positions.models import Event, Negotiation
from positions.queries.access import SYSTEM, Reader, reader_of
from positions.queries.evidence import Moment
from positions.queries.positions import positions_for
from tests.factories import add_member, make_negotiation
from tests.services.bundles import row_counts


def make_talks(policy: str = ReviewPolicy.SINGLE, visibility: str = Visibility.RESTRICTED) -> Negotiation:
    """A negotiation that does not exist for outsiders."""
    return make_negotiation(visibility=visibility, review_policy=policy)


def member(negotiation: Negotiation, role: Role = Role.ANALYST) -> Reader:
    """A new user with a role."""
    return reader_of(add_member(negotiation, role=role))


def outsiders() -> list[Reader]:
    """An anonymous reader, and the lead of something else."""
    return [Reader(), member(make_talks(), Role.LEAD)]


@contextmanager
def refused(error: type[PositionsError], *fields: str) -> Iterator[None]:
    """The block is refused, at these fields where it is invalid, and leaves every table as it was."""
    before = row_counts()
    with pytest.raises(error) as refusal:
        yield
    if isinstance(refusal.value, Invalid):
        assert sorted(refusal.value.errors) == sorted(fields)
    assert row_counts() == before


def logged(values: Any) -> Any:
    """What a snapshot becomes in the log."""
    return json.loads(json.dumps(values, cls=DjangoJSONEncoder))


def only_event() -> Event:
    """The one entry of the log."""
    return Event.objects.get()


def stances(negotiation: Negotiation, known_at: datetime | None = None) -> list[int | None]:
    """Every position as of summer 2022, as known at an instant: now by default."""
    moment = Moment(date(2022, 6, 1), known_at or timezone.now())
    return [position.stance for position in positions_for(SYSTEM, negotiation, moment)]
