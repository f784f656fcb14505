"""Method, section 6: two accounts of one meeting."""

from __future__ import annotations

import pytest
from hypothesis import given

from positions.analysis.position import positions
from positions.analysis.readouts import Later, compare_accounts
from positions.analysis.types import History
from tests.analysis.histories import NOW, TODAY, day, histories, history, read


def kinds(facts: History) -> dict[tuple[str, str], str]:
    return {(row.issue, row.party): row.kind for row in compare_accounts(facts, "a", "b", TODAY, NOW)}


@pytest.mark.parametrize(
    ("by_a", "by_b", "kind"),
    [
        ([2], [2], "both"),
        ([1, -1], [2, -2], "both"),
        ([2], [1], "strength"),
        ([0], [-2], "strength"),
        ([1], [-1], "conflict"),
        ([1, -1], [1], "conflict"),
        ([1], [], "only_a"),
        ([], [0], "only_b"),
    ],
)
def test_kind_of_two_accounts(by_a: list[int], by_b: list[int], kind: str) -> None:
    facts = history(*(read(s, 1, source="a") for s in by_a), *(read(s, 1, source="b") for s in by_b))
    assert kinds(facts) == {("border", "north"): kind}


def test_each_account_stands_alone() -> None:
    # source b copies a, and a third source knows better: neither matters to what each account says
    facts = history(
        read(2, 1, source="a", asserted_by="south"),
        read(1, 1, source="b", asserted_by="south"),
        read(-2, 1, source="c"),
        parents={"b": "a"},
    )
    (row,) = compare_accounts(facts, "a", "b", TODAY, NOW)
    assert row.a is not None
    assert row.b is not None
    assert (row.a.stance, row.a.footing, row.b.stance, row.b.footing) == (2, "reported", 1, "reported")


def test_what_the_party_itself_said_later() -> None:
    facts = history(
        read(2, 1, source="a", asserted_by="south"),
        read(1, 2, source="b", asserted_by="south"),
        read(0, 2, statement="same day"),
        read(-1, 3, asserted_by="south", statement="hearsay"),
        read(1, 4, statement="later"),
        read(-2, 4, statement="later too"),
        read(2, 5, statement="last"),
    )
    (row,) = compare_accounts(facts, "a", "b", TODAY, NOW)
    assert row.later == Later(day(4), None, -2, 1, "mixed", ("later", "later too"))


def test_nothing_said_by_either() -> None:
    assert compare_accounts(history(read(1, 1)), "a", "b", TODAY, NOW) == ()


@given(histories())
def test_accounts_are_positions_of_histories_with_one_source(facts: History) -> None:
    sources = sorted({reading.source for reading in facts.readings})[:2]
    if len(sources) < 2:
        return
    rows = compare_accounts(facts, sources[0], sources[1], TODAY, NOW)
    for source, side in zip(sources, ("a", "b"), strict=True):
        alone = History(tuple(r for r in facts.readings if r.source == source), facts.parents, facts.rounds)
        told = [getattr(row, side) for row in rows if getattr(row, side) is not None]
        wanted = positions(alone, TODAY, NOW)
        assert [(p.party, p.issue, p.stance, p.statements) for p in sorted(told, key=lambda p: (p.party, p.issue))] == [
            (p.party, p.issue, p.stance, p.statements) for p in wanted
        ]
