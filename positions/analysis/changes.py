"""What moved between two days: each position as it was and as it is, and every shift on the way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from positions.analysis.position import positions
from positions.analysis.shifts import shifts
from positions.analysis.types import History, Position, Shift

NEW, MOVED, REVERSED, MIXED, RESOLVED, BETTER_KNOWN, UNCHANGED = (
    "new", "moved", "reversed", "mixed", "resolved", "better_known", "unchanged",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """A pair's position at both ends of a span, and its shifts within it (first day excluded, last included).

    ``kind`` compares the ends: ``new`` (no position before), ``moved``, ``reversed``, ``mixed`` (one
    value before, both signs now), ``resolved`` (the other way round), ``better_known`` (another
    footing decides now: what changed is whose word it stands on) or ``unchanged`` (heard again, same
    stance). ``steps`` is null unless both ends have a stance on one footing.
    """

    party: str
    issue: str
    kind: str
    steps: int | None
    before: Position | None
    after: Position
    shifts: tuple[Shift, ...]


def changes(history: History, since: date, until: date, known_at: datetime) -> list[Change]:
    """Every (party, issue) with evidence in the days after ``since`` up to ``until``, sorted by issue and party.

    Raises :class:`ValueError` when ``until`` lies before ``since``.
    """
    if until < since:
        raise ValueError("the span ends before it begins")
    before = {(p.issue, p.party): p for p in positions(history, since, known_at)}
    after = {(p.issue, p.party): p for p in positions(history, until, known_at)}
    on_the_way: dict[tuple[str, str], list[Shift]] = {}
    for shift in shifts(history, until, known_at):
        if shift.on > since:
            on_the_way.setdefault((shift.issue, shift.party), []).append(shift)
    found = []
    for pair in sorted(on_the_way):
        was, is_now = before.get(pair), after[pair]
        kind, steps = compare_ends(was, is_now)
        found.append(Change(pair[1], pair[0], kind, steps, was, is_now, tuple(on_the_way[pair])))
    return found


def compare_ends(before: Position | None, after: Position) -> tuple[str, int | None]:
    """What became of a position over a span, and by how many steps."""
    if before is None:
        return NEW, None
    if before.footing != after.footing:
        return BETTER_KNOWN, None
    if before.stance is None or after.stance is None:
        if before.stance == after.stance:
            return UNCHANGED, None
        return (RESOLVED if before.stance is None else MIXED), None
    steps = after.stance - before.stance
    if steps == 0:
        return UNCHANGED, 0
    return (REVERSED if before.stance * after.stance < 0 else MOVED), steps
