"""The fast modules give exactly what the slow, obvious reference gives, on random histories."""

from __future__ import annotations

from datetime import date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from positions.analysis import reference
from positions.analysis.concessions import concessions
from positions.analysis.position import positions
from positions.analysis.shifts import shifts
from positions.analysis.timeline import timeline
from positions.analysis.types import History
from tests.analysis.histories import accounts, bargains, crowds, histories, later_moments, moments

Moment = tuple[date, datetime]

thorough = settings(
    max_examples=300,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
brief = settings(thorough, max_examples=80)


def assert_same_answers(facts: History, moment: Moment) -> None:
    assert positions(facts, *moment) == reference.positions(facts, *moment)
    for issue in ("border", "transit"):
        assert timeline(facts, issue, *moment) == reference.timeline(facts, issue, *moment)
    assert shifts(facts, *moment) == reference.shifts(facts, *moment)
    assert concessions(facts, *moment) == reference.concessions(facts, *moment)


@thorough
@given(histories(), moments)
def test_fast_answers_equal_reference(facts: History, moment: Moment) -> None:
    assert_same_answers(facts, moment)


@thorough
@given(histories(parties=2, most=10), moments)
def test_fast_answers_equal_reference_between_two_parties(facts: History, moment: Moment) -> None:
    assert_same_answers(facts, moment)


@thorough
@given(accounts(), moments)
def test_fast_answers_equal_reference_where_sources_copy(facts: History, moment: Moment) -> None:
    assert_same_answers(facts, moment)


@thorough
@given(bargains(), later_moments)
def test_ledger_equals_reference_in_long_bargains(facts: History, moment: Moment) -> None:
    assert shifts(facts, *moment) == reference.shifts(facts, *moment)
    assert concessions(facts, *moment) == reference.concessions(facts, *moment)


@brief
@given(histories(parties=4), moments, st.sets(st.sampled_from(["p00", "p01", "p02", "p03", "nobody"])))
def test_named_parties_equal_reference(facts: History, moment: Moment, named: set[str]) -> None:
    assert shifts(facts, *moment, named) == reference.shifts(facts, *moment, named)
    everything = reference.concessions(facts, *moment)
    assert concessions(facts, *moment, named) == [row for row in everything if row.party in named or row.other in named]


@brief
@given(crowds(), moments)
def test_crowded_issue_equals_reference(facts: History, moment: Moment) -> None:
    assert_same_answers(facts, moment)
    assert shifts(facts, *moment, ["p01"]) == reference.shifts(facts, *moment, ["p01"])


@brief
@given(histories(), moments)
def test_answer_does_not_depend_on_order_of_readings(facts: History, moment: Moment) -> None:
    turned = History(facts.readings[::-1], facts.parents, facts.rounds[::-1])
    assert positions(turned, *moment) == positions(facts, *moment)
    assert shifts(turned, *moment) == shifts(facts, *moment)
    assert concessions(turned, *moment) == concessions(facts, *moment)
    assert timeline(turned, "border", *moment) == timeline(facts, "border", *moment)
