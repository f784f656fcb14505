"""Agreement between parties: small cases by hand, and random histories against the method read literally."""

from __future__ import annotations

from datetime import date, datetime
from itertools import combinations

import pytest
from hypothesis import given, settings

from positions.analysis import reference
from positions.analysis.agreement import OCCASION, SOURCE, UNITS, Agreement, PairAgreement, party_agreement
from positions.analysis.types import History, Position
from tests.analysis.histories import NOW, TODAY, accounts, day, histories, history, instant, moments, read
from tests.analysis.test_reference import thorough

Moment = tuple[date, datetime]

fewer = settings(thorough, max_examples=100)


def the_pair(facts: History, unit: str) -> PairAgreement:
    found = party_agreement(facts, unit, TODAY, NOW)
    assert found.parties == ("north", "south")
    (pair,) = found.pairs
    return pair


def test_pair_is_counted_by_source_and_by_occasion() -> None:
    facts = history(
        read(2, 1, source="a"),
        read(-2, 1, source="a", party="south"),
        read(1, 2, source="b"),
        read(1, 2, source="b", party="south"),
        read(0, 2, source="c", issue="transit"),
        read(2, 3, source="c", party="south", issue="transit"),
        read(1, 4, source="d", party="south"),
    )
    assert the_pair(facts, SOURCE) == PairAgreement("north", "south", 3, 1, 1, 1, 0, 1 / 3, (0 + 1 + 0.5) / 3)
    assert the_pair(facts, OCCASION) == PairAgreement("north", "south", 2, 1, 0, 1, 0, 0.5, 0.5)


@pytest.mark.parametrize("unit", UNITS)
def test_mixed_unit_is_left_out_and_counted(unit: str) -> None:
    facts = history(
        read(2, 1, source="a"),
        read(-1, 1, source="a"),
        read(1, 1, source="a", party="south"),
        read(1, 2, source="b"),
        read(-1, 2, source="b"),
        read(1, 2, source="b", party="south"),
        read(-1, 2, source="b", party="south"),
        # nobody answers this one
        read(1, 3, source="c"),
        read(-1, 3, source="c"),
    )
    assert the_pair(facts, unit) == PairAgreement("north", "south", 0, 0, 0, 0, 2, None, None)


def test_best_footing_of_the_unit_decides() -> None:
    told = read(-2, 1, source="a", asserted_by="gazette")
    facts = history(told, read(2, 2, source="b"), read(-2, 1, source="a", party="south"))
    assert the_pair(facts, SOURCE).same == 1
    facts = history(told, read(2, 1, source="a"), read(2, 1, source="a", party="south"))
    assert the_pair(facts, SOURCE).same == 1


def test_copy_counts_as_its_own_source_but_not_on_its_occasion() -> None:
    facts = history(
        read(2, 1, source="original"),
        read(-2, 1, source="copy"),
        read(2, 1, source="original", party="south"),
        read(-2, 1, source="copy", party="south"),
        parents={"copy": "original"},
    )
    assert the_pair(facts, SOURCE).same == 2
    assert the_pair(facts, OCCASION) == PairAgreement("north", "south", 1, 1, 0, 0, 0, 1.0, 1.0)


def test_passages_of_one_source_on_several_days_are_one_unit() -> None:
    facts = history(
        read(1, 1, source="a"), read(2, 5, source="a"), read(2, 3, source="a", party="south"), read(0, 9, source="b")
    )
    assert the_pair(facts, SOURCE).same == 1
    assert the_pair(facts, OCCASION).units == 0


def test_moment_decides_and_states_without_a_stance_do_not_count() -> None:
    facts = history(
        read(1, 1, source="a"),
        read(1, 2, source="a", party="south"),
        read(None, 1, source="a", party="east", state="unclear"),
        read(1, 1, source="a", party="west", status="submitted", recorded_at=None),
    )
    assert party_agreement(facts, SOURCE, day(1), NOW) == Agreement(("north",), ())
    assert party_agreement(facts, SOURCE, TODAY, instant(0)) == Agreement((), ())
    assert the_pair(facts, SOURCE).units == 1


# ---------------------------------------------------------------- the method, literally


def alone(facts: History, unit: str, place: object, moment: Moment) -> dict[tuple[str, str], Position]:
    """What the unit's evidence amounts to, as if nothing else had been written; a source's is one occasion."""
    readings = [r for r in reference.admitted(facts, *moment) if (r.source if unit == SOURCE else r.latest) == place]
    if unit == SOURCE:
        readings = [r._replace(earliest=day(1), latest=day(1)) for r in readings]
    found = reference.positions(History(tuple(readings), facts.parents, ()), *(TODAY, moment[1]))
    return {(position.party, position.issue): position for position in found}


def slow_agreement(facts: History, unit: str, moment: Moment) -> Agreement:
    heard = [r for r in reference.admitted(facts, *moment) if r.state == "coded"]
    parties = sorted({r.party for r in heard})
    places = {r.source if unit == SOURCE else r.latest for r in heard}
    values = [alone(facts, unit, place, moment) for place in places]
    pairs = []
    for a, b in combinations(parties, 2):
        shared = [
            (unit_values[a, issue], unit_values[b, issue])
            for unit_values in values
            for issue in ("border", "transit")
            if (a, issue) in unit_values and (b, issue) in unit_values
        ]
        plain = [(x.stance, y.stance) for x, y in shared if x.stance is not None and y.stance is not None]
        steps = [abs(x - y) for x, y in plain]
        same, opposite = steps.count(0), steps.count(4)
        pairs.append(
            PairAgreement(
                a,
                b,
                len(plain),
                same,
                len(plain) - same - opposite,
                opposite,
                len(shared) - len(plain),
                same / len(plain) if plain else None,
                sum(1 - s / 4 for s in steps) / len(plain) if plain else None,
            )
        )
    return Agreement(tuple(parties), tuple(pairs))


def assert_equals_slow(facts: History, moment: Moment) -> None:
    for unit in UNITS:
        fast, slow = party_agreement(facts, unit, *moment), slow_agreement(facts, unit, moment)
        assert fast.parties == slow.parties
        for ours, theirs in zip(fast.pairs, slow.pairs, strict=True):
            assert ours.agreement == pytest.approx(theirs.agreement, abs=1e-12)
            assert (ours.a, ours.b, ours.units, ours.same, ours.partial, ours.opposite, ours.mixed) == (
                theirs.a, theirs.b, theirs.units, theirs.same, theirs.partial, theirs.opposite, theirs.mixed,
            )  # fmt: skip
            assert ours.same_share == theirs.same_share


@fewer
@given(histories(parties=4, most=20), moments)
def test_random_histories_agree_with_the_slow_reading(facts: History, moment: Moment) -> None:
    assert_equals_slow(facts, moment)


@fewer
@given(accounts(), moments)
def test_random_copies_agree_with_the_slow_reading(facts: History, moment: Moment) -> None:
    assert_equals_slow(facts, moment)
