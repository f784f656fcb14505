"""Krippendorff's alpha against the example he publishes, and where it is undefined."""

from __future__ import annotations

from fractions import Fraction

import pytest

from positions.analysis.reliability import agreement_of, coincidences_of

# Four coders, twelve units, values 1 to 5; a dot is no value (Krippendorff 2011, Computing alpha-reliability).
FOUR_CODERS = """
    1 2 3 3 2 1 4 1 2 . . .
    1 2 3 3 2 2 4 1 2 5 . 3
    . 3 3 3 2 3 4 2 2 5 1 .
    1 2 3 3 2 4 4 1 2 5 1 .
"""


def published_units() -> list[list[int]]:
    rows = [line.split() for line in FOUR_CODERS.strip().splitlines()]
    return [[int(row[unit]) for row in rows if row[unit] != "."] for unit in range(12)]


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("nominal", float(Fraction(113, 152))),
        ("ordinal", 0.815388),
        ("interval", float(Fraction(951, 1120))),
        ("ratio", 0.797403),
    ],
)
def test_alpha_reproduces_the_published_example(metric: str, expected: float) -> None:
    agreement = agreement_of(published_units(), metric)
    assert agreement.alpha == pytest.approx(expected, abs=5e-7)
    assert (agreement.units, agreement.values, agreement.reason) == (11, 40, None)


def test_interval_holds_alpha_and_repeats_with_its_seed() -> None:
    first, second = (agreement_of(published_units(), "ordinal") for _ in range(2))
    assert first == second
    assert first.low is not None
    assert first.high is not None
    assert first.alpha is not None
    assert first.low <= first.alpha <= first.high


def test_coincidences_of_the_published_example_sum_to_the_values() -> None:
    assert sum(coincidences_of(published_units()).values()) == pytest.approx(40)


def test_alpha_is_one_when_all_agree_on_several_values() -> None:
    agreement = agreement_of([[1, 1], [2, 2], [-2, -2]], "ordinal")
    assert (agreement.alpha, agreement.percent_agreement) == (1.0, 1.0)


def test_alpha_is_undefined_when_one_value_was_used() -> None:
    agreement = agreement_of([[1, 1], [1, 1]], "ordinal")
    assert (agreement.alpha, agreement.percent_agreement, agreement.reason) == (
        None,
        1.0,
        "only one value was ever used",
    )


def test_alpha_is_undefined_without_a_unit_of_two() -> None:
    agreement = agreement_of([[1], [2]], "nominal")
    assert (agreement.alpha, agreement.units, agreement.reason) == (None, 0, "no unit was coded by two coders")


def test_percent_agreement_counts_pairs_not_units() -> None:
    # two of six ordered pairs agree in the first unit, none of two in the second
    assert agreement_of([[1, 1, 2], [1, 2]], "nominal").percent_agreement == pytest.approx(2 / 8)
