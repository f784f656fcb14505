"""Discourse networks: small cases by hand, and random statements against the formulas written out."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from positions.analysis.network import (
    NORMALISATIONS_OF,
    PERIODS,
    QUALIFIERS_OF,
    Network,
    Recipe,
    Stand,
    draw_network,
)
from tests.analysis.slow_networks import slow_network
from tests.analysis.test_reference import thorough

DUPLICATES = ("keep", *PERIODS)
RECIPES = [
    recipe
    for mode in QUALIFIERS_OF
    for qualifier, normalisation, duplicates in product(QUALIFIERS_OF[mode], NORMALISATIONS_OF[mode], DUPLICATES)
    if not (recipe := Recipe(mode, qualifier, normalisation, duplicates)).faults()
]


def stand(party: str, issue: str, side: str, on: str = "2022-01-03", source: str = "") -> Stand:
    return Stand(party, issue, side == "+", source or on, date.fromisoformat(on))


DEBATE = [
    stand("north", "border", "+"),
    stand("north", "border", "+"),
    stand("north", "transit", "-"),
    stand("south", "border", "+"),
    stand("south", "border", "-"),
    stand("south", "fishing", "+"),
    stand("east", "transit", "+"),
    stand("east", "transit", "-"),
    stand("west", "mines", "+"),
]


def weights(**recipe: str) -> tuple[tuple[int | float, ...], ...]:
    return draw_network(DEBATE, Recipe(**recipe)).matrix


def test_one_mode_by_hand() -> None:
    network = draw_network(DEBATE, Recipe(qualifier="congruence"))
    assert network == Network(
        ("east", "north", "south", "west"),
        ("east", "north", "south", "west"),
        ((0, 1, 0, 0), (1, 0, 2, 0), (0, 2, 0, 0), (0, 0, 0, 0)),
        (2, 3, 3, 1),
        (2, 3, 3, 1),
    )
    assert weights(qualifier="conflict") == ((0, 1, 0, 0), (1, 0, 2, 0), (0, 2, 0, 0), (0, 0, 0, 0))
    assert weights(qualifier="subtract") == ((0, 0, 0, 0),) * 4
    assert weights(qualifier="ignore") == ((0, 2, 0, 0), (2, 0, 4, 0), (0, 4, 0, 0), (0, 0, 0, 0))
    # 3 and 3 statements; the union is 1 (transit) + 1 (against the border) + 1 (fishing) + 2 × 1
    assert weights(qualifier="congruence", normalisation="average")[1][2] == 2 / 3
    assert weights(qualifier="congruence", normalisation="jaccard")[1][2] == 2 / 5
    assert weights(qualifier="congruence", normalisation="cosine")[1][2] == pytest.approx(2 / (5**0.5 * 3**0.5))


def test_two_modes_by_hand() -> None:
    network = draw_network(DEBATE, Recipe("two", "combine"))
    assert (network.rows, network.columns) == (
        ("east", "north", "south", "west"),
        ("border", "fishing", "mines", "transit"),
    )
    assert network.matrix == ((0, 0, 0, 3), (1, 0, 0, 2), (3, 1, 0, 0), (0, 0, 1, 0))
    assert (network.statements_of_row, network.statements_of_column) == ((2, 3, 3, 1), (4, 1, 1, 3))
    assert weights(mode="two") == ((0, 0, 0, 2), (2, 0, 0, 1), (2, 1, 0, 0), (0, 0, 1, 0))
    assert weights(mode="two", qualifier="subtract") == ((0, 0, 0, 0), (2, 0, 0, -1), (0, 1, 0, 0), (0, 0, 1, 0))
    assert weights(mode="two", normalisation="activity")[1] == (2 / 3, 0, 0, 1 / 3)
    assert weights(mode="two", normalisation="prominence")[1] == (2 / 4, 0, 0, 1 / 3)


@pytest.mark.parametrize(
    ("duplicates", "pair", "counted"),
    [
        ("week", ("2021-01-01", "2022-01-03"), 2),  # both the first week of a year for some calendars
        ("week", ("2020-12-31", "2021-01-01"), 1),  # week 53 of 2020 goes on into January
        ("week", ("2022-01-02", "2022-01-03"), 2),  # Sunday and Monday
        ("week", ("2019-12-30", "2020-12-28"), 2),  # weeks 1 and 53 of 2020
        ("month", ("2021-03-05", "2022-03-05"), 2),
        ("month", ("2022-03-01", "2022-03-31"), 1),
        ("year", ("2021-12-31", "2022-01-01"), 2),
        ("year", ("2022-01-01", "2022-12-31"), 1),
        ("day", ("2022-01-01", "2022-01-02"), 2),
        ("all", ("1999-01-01", "2022-01-02"), 1),
    ],
)
def test_period_belongs_to_its_year(duplicates: str, pair: tuple[str, str], counted: int) -> None:
    stands = [stand("north", "border", "+", on) for on in pair]
    network = draw_network(stands, Recipe("two", duplicates=duplicates))
    assert network.matrix == ((counted,),)
    assert network.statements_of_row == (counted,)


def test_duplicates_differ_by_side_unless_it_is_ignored() -> None:
    stands = [stand("north", "border", side, source="talk") for side in "+-+"]
    assert draw_network(stands, Recipe("two", "subtract", duplicates="document")).matrix == ((0,),)
    assert draw_network(stands, Recipe("two", "combine", duplicates="document")).matrix == ((3,),)
    assert draw_network(stands, Recipe("two", "ignore", duplicates="document")).matrix == ((1,),)
    other = [*stands, stand("north", "border", "+", source="letter")]
    assert draw_network(other, Recipe("two", "ignore", duplicates="document")).matrix == ((2,),)
    assert draw_network(other, Recipe("two", "ignore", duplicates="day")).matrix == ((1,),)


@pytest.mark.parametrize(
    ("recipe", "at_fault"),
    [
        (Recipe("one", "combine"), {"qualifier"}),
        (Recipe("two", "congruence"), {"qualifier"}),
        (Recipe("two", "conflict", "cosine"), {"qualifier", "normalisation"}),
        (Recipe("one", "ignore", "activity"), {"normalisation"}),
        (Recipe("one", "ignore", "prominence"), {"normalisation"}),
        (Recipe("two", "ignore", "average"), {"normalisation"}),
        (Recipe("two", "ignore", "jaccard"), {"normalisation"}),
        (Recipe("two", "combine", "activity"), {"normalisation"}),
    ],
)
def test_recipe_that_makes_no_sense_is_refused(recipe: Recipe, at_fault: set[str]) -> None:
    assert set(recipe.faults()) == at_fault
    with pytest.raises(ValueError, match="|".join(at_fault)):
        draw_network(DEBATE, recipe)


@pytest.mark.parametrize("mode", ["one", "two"])
def test_nothing_said_is_an_empty_network(mode: str) -> None:
    assert draw_network([], Recipe(mode)) == Network((), (), (), (), ())


names = st.sampled_from(["p0", "p1", "p2", "p3"])
days = st.builds(
    lambda new_year, offset: date(new_year, 1, 1) + timedelta(days=offset),
    st.sampled_from([2020, 2021, 2022]),
    st.sampled_from([-33, -3, -1, 0, 2, 4, 9, 40]),
)
debates = st.lists(
    st.builds(
        Stand, names, st.sampled_from(["i0", "i1", "i2"]), st.booleans(), st.sampled_from(["s0", "s1", "s2"]), days
    ),
    max_size=24,
)


@settings(thorough, max_examples=40)
@given(debates)
def test_random_debates_agree_with_the_formulas(stands: list[Stand]) -> None:
    for recipe in RECIPES:
        network = draw_network(stands, recipe)
        rows, columns, matrix = slow_network(stands, recipe)
        assert (list(network.rows), list(network.columns)) == (rows, columns)
        for ours, theirs in zip(network.matrix, matrix, strict=True):
            assert list(ours) == pytest.approx(theirs, abs=1e-12)
        if recipe.mode == "one":
            assert all(network.matrix[i][i] == 0 for i in range(len(rows)))
            assert network.matrix == tuple(zip(*network.matrix, strict=True))
