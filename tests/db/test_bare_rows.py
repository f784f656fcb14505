"""Bare rows of either engine are read as the ORM reads them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from django.db import connection

from positions.db import engine_for
from positions.db.places import codings_at
from positions.models import Coding
from positions.queries.evidence import bare_rows
from tests.factories import make_coding, make_issue, make_negotiation, make_party, make_statement

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "recorded_at",
    [
        datetime(2022, 2, 1, 12, 0, 0, 123456, tzinfo=UTC),
        datetime(2022, 2, 1, 12, 0, tzinfo=UTC),
        datetime(2022, 2, 1, 1, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
    ],
)
def test_ids_days_and_instants_of_bare_rows(recorded_at: datetime) -> None:
    engine = engine_for(connection.vendor)
    coding = make_coding(recorded_at=recorded_at)
    [(id, day, recorded, retired)] = bare_rows(
        Coding.objects.values_list(engine.bare_id("pk"), "stated_latest", "recorded_at", "retired_at")
    )
    assert engine.read_id(id) == str(coding.pk)
    assert engine.read_day(day) == date(2022, 1, 10)
    assert engine.read_instant(recorded) == recorded_at
    assert engine.read_instant(recorded).utcoffset() == timedelta(0)
    assert engine.read_instant(retired) is None


def test_empty_condition_gives_no_rows() -> None:
    assert bare_rows(Coding.objects.filter(pk__in=[]).values_list("pk")) == []


def test_codings_at_finds_published_codings_by_place() -> None:
    negotiation = make_negotiation()
    issue, party = make_issue(negotiation), make_party()
    first, second = (make_statement(negotiation, asserted_by=party) for _ in range(2))
    wanted = {make_coding(first, issue=issue).pk, make_coding(second, issue=issue).pk}
    make_coding(first, issue=issue, status="submitted")
    make_coding(make_statement(negotiation, asserted_by=party, stated_on="2022-01-09"), issue=issue)
    make_coding(make_statement(negotiation), party=party, issue=issue)  # reported
    make_coding(make_statement(negotiation, asserted_by=party))  # another issue
    raw_issue, raw_party = bare_rows(Coding.objects.filter(pk__in=wanted).values_list("issue_id", "party_id"))[0]
    places = [(raw_issue, raw_party, "own", date(2022, 1, 10)), (raw_issue, raw_party, "inferred", date(2022, 1, 10))]
    assert set(codings_at(connection, negotiation.pk, places)) == wanted
    assert codings_at(connection, make_negotiation().pk, places) == []
