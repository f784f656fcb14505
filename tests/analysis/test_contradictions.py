"""One party on both sides of an issue, or two of its speakers apart."""

from __future__ import annotations

from typing import Any

from positions.analysis.contradictions import contradictions
from positions.analysis.types import History
from tests.analysis.histories import NOW, TODAY, history, read


def found(facts: History, speakers: dict[str, str] | None = None, **options: Any) -> list[tuple[str, str, str, int]]:
    return [
        (c.kind, c.earlier.statement, c.later.statement, c.steps)
        for c in contradictions(facts, TODAY, NOW, speakers=speakers or {}, **options)
    ]


def test_both_sides_within_the_window() -> None:
    facts = history(read(1, 1, statement="a"), read(-2, 5, statement="b"))
    assert found(facts, window_days=4) == [("both_sides", "a", "b", 3)]
    assert found(facts, window_days=3) == []


def test_neutral_is_no_side() -> None:
    assert found(history(read(0, 1), read(-2, 2))) == []


def test_only_what_stands_for_the_party_counts() -> None:
    told = history(read(2, 1, asserted_by="south"), read(-2, 2))
    copied = history(
        read(1, 1, statement="a", source="wire"),
        read(-1, 1, statement="b", source="paper"),
        parents={"paper": "wire"},
    )
    shown = history(read(2, 1, statement="a", directness="inferred"), read(-2, 2, statement="b"))
    assert found(told) == []
    assert found(copied) == []
    assert found(shown) == [("both_sides", "a", "b", 4)]


def test_one_passage_does_not_contradict_itself() -> None:
    assert found(history(read(1, 1, statement="a"), read(-1, 1, statement="a"))) == []


def test_two_speakers_two_steps_apart() -> None:
    facts = history(read(0, 1, statement="a"), read(2, 2, statement="b"), read(1, 3, statement="c"))
    assert found(facts, {"a": "minister", "b": "envoy", "c": "minister"}) == [("speakers", "a", "b", 2)]
    assert found(facts, {"a": "minister", "b": "minister"}) == []
    assert found(facts, {"b": "envoy"}) == []


def test_a_dispute_reads_as_a_chain() -> None:
    facts = history(read(1, 1, statement="a"), read(-1, 2, statement="b"), read(1, 3, statement="c"))
    assert found(facts) == [("both_sides", "a", "b", 2), ("both_sides", "b", "c", 2)]


def test_what_was_withdrawn_contradicts_nothing() -> None:
    retired = read(1, 1, statement="a")._replace(retired_at=NOW)
    assert found(history(retired, read(-1, 2, statement="b"))) == []
