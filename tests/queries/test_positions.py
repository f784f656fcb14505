"""The derived reads say what the slow reference says of the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings

from positions.analysis import reference
from positions.analysis.types import Cell, History, Position
from positions.exceptions import LedgerTooWide
from positions.queries.access import SYSTEM, Reader, reader_of
from positions.queries.bundle import bundle_of
from positions.queries.evidence import Moment
from positions.queries.positions import (
    concessions_for,
    concessions_page_for,
    matrix_for,
    positions_for,
    positions_page_for,
    shifts_for,
    shifts_page_for,
    timeline_for,
)
from tests.analysis.histories import (
    NOW,
    TODAY,
    accounts,
    condition,
    crowds,
    histories,
    history,
    instant,
    meeting,
    moments,
    read,
)
from tests.factories import add_member
from tests.queries.histories import Stored, store

pytestmark = pytest.mark.django_db

random_rows = settings(
    max_examples=35,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
LATEST = Moment(TODAY, NOW)


@contextmanager
def stored(facts: History) -> Iterator[Stored]:
    """The history in the database for the length of the block."""
    with transaction.atomic():
        yield store(facts)
        transaction.set_rollback(True)


def cell_of(position: Position) -> Cell:
    return Cell(**{name: getattr(position, name) for name in Cell.__dataclass_fields__})


def all_pages(fetch: Callable[..., tuple[list[Any], bool]], *identity: str, limit: int = 2) -> list[Any]:
    """Every page of a read that gives a page at a time; each goes on after the last row of the one before."""
    found: list[Any] = []
    after: tuple[Any, ...] | None = None
    while True:
        page, more = fetch(limit=limit, after=after)
        found += page
        if not more:
            return found
        assert len(page) == limit
        after = tuple(getattr(page[-1], name) for name in identity)


def assert_reads_equal_reference(facts: History, as_of: date, known_at: datetime) -> None:
    with stored(facts) as rows:
        moment, expected = Moment(as_of, known_at), reference.positions(rows.history, as_of, known_at)
        analyst = reader_of(add_member(rows.negotiation))
        for reader in (SYSTEM, Reader(), analyst):
            assert positions_for(reader, rows.negotiation, moment) == expected
            matrix = matrix_for(reader, rows.negotiation, moment)
            assert list(matrix.cells) == [cell_of(position) for position in expected]
            assert matrix.parties == tuple(sorted({position.party for position in expected}))
            assert (
                all_pages(partial(positions_page_for, reader, rows.negotiation, moment), "party", "issue") == expected
            )
        for slug, issue in rows.issues.items():
            series = timeline_for(SYSTEM, rows.negotiation, issue, moment).series
            assert list(series) == reference.timeline(rows.history, slug, as_of, known_at)
        assert shifts_for(SYSTEM, rows.negotiation, moment) == reference.shifts(rows.history, as_of, known_at)
        ledger = reference.concessions(rows.history, as_of, known_at)
        try:
            assert concessions_for(SYSTEM, rows.negotiation, moment) == ledger
        except LedgerTooWide:
            assert max(len({p.party for p in expected if p.issue == issue}) for issue in rows.issues) > 20
        some = list(rows.parties.values())[:2]
        named = {party.slug for party in some}
        assert positions_for(SYSTEM, rows.negotiation, moment, parties=some) == [
            p for p in expected if p.party in named
        ]
        assert concessions_for(SYSTEM, rows.negotiation, moment, parties=some) == [
            row for row in ledger if row.party in named
        ]
        assert concessions_for(SYSTEM, rows.negotiation, moment, others=some) == [
            row for row in ledger if row.other in named
        ]
        told = reference.shifts(rows.history, as_of, known_at, named)
        assert shifts_for(SYSTEM, rows.negotiation, moment, others=some) == told
        in_pages = partial(shifts_page_for, SYSTEM, rows.negotiation, moment)
        place = ("party", "issue", "on", "footing")
        assert all_pages(in_pages, *place) == reference.shifts(rows.history, as_of, known_at)
        assert all_pages(partial(in_pages, others=some), *place) == told
        moved = [shift for shift in told if shift.kind == "moved" and shift.party in named]
        assert all_pages(partial(in_pages, others=some, parties=some, kinds=["moved"]), *place) == moved
        rows_in_pages = partial(concessions_page_for, SYSTEM, rows.negotiation, moment)
        place = ("issue", "on", "party", "other")
        assert all_pages(rows_in_pages, *place) == ledger
        assert all_pages(partial(rows_in_pages, parties=some), *place) == [row for row in ledger if row.party in named]


@random_rows
@given(histories(most=10), moments)
def test_reads_equal_reference(facts: History, moment: tuple[date, datetime]) -> None:
    assert_reads_equal_reference(facts, *moment)


@random_rows
@given(accounts(), moments)
def test_reads_equal_reference_where_sources_copy(facts: History, moment: tuple[date, datetime]) -> None:
    assert_reads_equal_reference(facts, *moment)


@settings(random_rows, max_examples=8)
@given(crowds(), moments)
def test_reads_equal_reference_in_a_crowd(facts: History, moment: tuple[date, datetime]) -> None:
    assert_reads_equal_reference(facts, *moment)


# ---------------------------------------------------------------- what is asked for

TALKS = history(
    read(-2, 1, recorded_at=instant(1), retired_at=instant(3)),
    read(-1, 1, recorded_at=instant(3), conditions=(condition(("met", 3, 4)),)),
    read(1, 3, recorded_at=instant(2)),
    read(2, 1, party="south"),
    read(1, 4, party="south", issue="transit"),
    rounds=(meeting(1, 2, 2, "north", "south"),),
)


def test_issue_and_kind_pick_rows() -> None:
    rows = store(TALKS)
    border = [rows.issues["border"]]
    assert {p.issue for p in positions_for(SYSTEM, rows.negotiation, LATEST, issues=border)} == {"border"}
    assert [c.party for c in matrix_for(SYSTEM, rows.negotiation, LATEST, issues=border).cells] == ["north", "south"]
    assert [s.kind for s in shifts_for(SYSTEM, rows.negotiation, LATEST, kinds=["reversed"])] == ["reversed"]
    assert [
        s.party for s in shifts_for(SYSTEM, rows.negotiation, LATEST, parties=[rows.parties["south"]], issues=border)
    ] == ["south"]
    assert positions_for(SYSTEM, rows.negotiation, LATEST, parties=[]) == []
    assert positions_for(SYSTEM, rows.negotiation, LATEST, issues=[]) == []


def test_parties_of_a_shift_are_picked_after_the_gaps() -> None:
    rows = store(TALKS)
    [_, moved] = shifts_for(SYSTEM, rows.negotiation, LATEST, parties=[rows.parties["north"]])
    assert [gap.party for gap in moved.gaps or ()] == ["south"]


def test_matrix_has_issues_in_their_own_order() -> None:
    rows = store(TALKS)
    rows.issues["border"].rank = 5
    rows.issues["border"].save()
    assert matrix_for(SYSTEM, rows.negotiation, LATEST).issues == ("transit", "border")


def test_timeline_brings_all_rounds_in_order() -> None:
    rows = store(TALKS)
    assert [r.number for r in timeline_for(SYSTEM, rows.negotiation, rows.issues["border"], LATEST).rounds] == [1]


def test_page_goes_on_after_the_last_pair() -> None:
    rows = store(TALKS)
    first, more = positions_page_for(SYSTEM, rows.negotiation, LATEST, limit=2)
    assert ([(p.party, p.issue) for p in first], more) == ([("north", "border"), ("south", "border")], True)
    rest, more = positions_page_for(SYSTEM, rows.negotiation, LATEST, limit=2, after=("south", "border"))
    assert ([(p.party, p.issue) for p in rest], more) == ([("south", "transit")], False)
    assert positions_page_for(SYSTEM, rows.negotiation, LATEST, limit=2, after=("zzz", "zzz")) == ([], False)


def test_ledger_of_a_crowd_wants_names() -> None:
    rows = store(history(*(read(1, 1, party=f"p{n:02d}") for n in range(21))))
    with pytest.raises(LedgerTooWide, match="More than 20 parties have evidence on “border”"):
        concessions_for(SYSTEM, rows.negotiation, LATEST)
    assert concessions_for(SYSTEM, rows.negotiation, LATEST, others=[rows.parties["p01"]]) == []


# ---------------------------------------------------------------- what it costs


def talks_of(size: int) -> History:
    """So many parties, each with two statements a day on two issues, conditions and copies."""
    said = [
        read(
            stance,
            on,
            party=f"p{n}",
            issue=issue,
            source=f"{kind}{n}",
            round=1,
            conditions=(condition(("met", 2, 1)), condition()),
        )
        for n in range(size)
        for issue in ("border", "transit")
        for on, stance in ((1, -1), (3, 1))
        for kind in ("a", "b")
    ]
    return history(
        *said,
        parents={f"b{n}": f"a{n}" for n in range(size)},
        rounds=(meeting(1, 1, 2, *(f"p{n}" for n in range(size))),),
    )


EXPORT_QUERIES = 22
QUERIES = {"positions": 6, "page": 8, "matrix": 10, "timeline": 5, "shifts": 6, "concessions": 7}


@pytest.mark.parametrize("size", [1, 3])
def test_query_counts_do_not_grow_with_the_record(size: int) -> None:
    rows = store(talks_of(size))
    asked: dict[str, Callable[[], object]] = {
        "positions": lambda: positions_for(SYSTEM, rows.negotiation, LATEST),
        "page": lambda: positions_page_for(SYSTEM, rows.negotiation, LATEST, limit=100),
        "matrix": lambda: matrix_for(SYSTEM, rows.negotiation, LATEST),
        "timeline": lambda: timeline_for(SYSTEM, rows.negotiation, rows.issues["border"], LATEST),
        "shifts": lambda: shifts_for(SYSTEM, rows.negotiation, LATEST),
        "concessions": lambda: concessions_for(SYSTEM, rows.negotiation, LATEST),
    }
    counts = {}
    for name, ask in asked.items():
        with CaptureQueriesContext(connection) as captured:
            ask()
        counts[name] = len(captured)
    assert counts == QUERIES


@pytest.mark.parametrize("size", [1, 3])
def test_query_count_of_an_export_does_not_grow_with_the_record(size: int) -> None:
    rows = store(talks_of(size))
    with CaptureQueriesContext(connection) as captured:
        bundle_of(SYSTEM, rows.negotiation.slug)
    assert len(captured) == EXPORT_QUERIES
