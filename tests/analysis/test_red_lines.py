"""What became of red lines."""

from __future__ import annotations

import pytest

from positions.analysis.red_lines import RedLine, red_lines
from positions.analysis.types import History
from tests.analysis.histories import NOW, TODAY, day, history, meeting, read


def lives(facts: History) -> list[list[tuple[int, str]]]:
    return [[(e.on.day, e.kind) for e in line.entries] for line in red_lines(facts, TODAY, NOW)]


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        ([-2], "not_repeated"),
        ([-1], "softened"),
        ([0], "softened"),
        ([1], "crossed"),
        ([-1, 1], "crossed"),
    ],
)
def test_occasion_that_does_not_speak_the_line(after: list[int], kind: str) -> None:
    facts = history(read(-2, 1, red_line=True), *(read(stance, 2) for stance in after))
    assert lives(facts) == [[(1, "declared"), (2, kind)]]


def test_line_is_declared_once_and_repeated() -> None:
    facts = history(read(-2, 1), read(-2, 2, red_line=True), read(-2, 3), read(-2, 4, red_line=True))
    (line,) = red_lines(facts, TODAY, NOW)
    assert [(e.on, e.kind) for e in line.entries] == [
        (day(2), "declared"),
        (day(3), "not_repeated"),
        (day(4), "repeated"),
    ]
    assert (line.declared_on, line.last_spoken_on, line.status, line.stance) == (day(2), day(4), "repeated", -2)


def test_crossed_line_ends_and_another_may_follow() -> None:
    facts = history(read(-2, 1, red_line=True), read(2, 2), read(2, 3), read(1, 4, red_line=True))
    assert lives(facts) == [[(1, "declared"), (2, "crossed")], [(4, "declared")]]


def test_line_told_by_others_ends_where_own_words_decide() -> None:
    facts = history(read(-2, 1, red_line=True, asserted_by="south"), read(-1, 2), read(-2, 3, red_line=True))
    assert lives(facts) == [[(1, "declared")], [(3, "declared")]]


def test_line_at_neutral_can_only_be_repeated() -> None:
    assert lives(history(read(0, 1, red_line=True), read(2, 2))) == [[(1, "declared"), (2, "not_repeated")]]


def test_rounds_silent_count_from_the_last_time_it_was_spoken() -> None:
    facts = history(
        read(-2, 1, red_line=True),
        read(-2, 4),
        rounds=(
            meeting(1, 1, 1, "north"),
            meeting(2, 2, 2, "north"),
            meeting(3, 3, 3, "south"),
            meeting(4, 5, 5, "north"),
        ),
    )
    lines: list[RedLine] = red_lines(facts, TODAY, NOW)
    assert [line.rounds_silent for line in lines] == [2]
