"""Discourse networks by the published formulas, term by term, with no care for speed.

``x(i, j, k)`` is the number of statements of party ``i`` on issue ``j`` on side ``k``; statements are dropped
one by one by looking at every one that was kept before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import sqrt

from positions.analysis.network import Recipe, Stand

SIDES = (False, True)

Count = Callable[[str, str, bool], int]


def is_duplicate(stand: Stand, kept: Stand, recipe: Recipe) -> bool:
    """Whether a statement says again what a kept one said, within the same document or period."""
    if (stand.party, stand.issue) != (kept.party, kept.issue):
        return False
    if recipe.qualifier != "ignore" and stand.agrees != kept.agrees:
        return False
    here, there = stand.on, kept.on
    return {
        "keep": False,
        "document": stand.source == kept.source,
        "day": here == there,
        "week": here.strftime("%G %V") == there.strftime("%G %V"),
        "month": here.strftime("%Y %m") == there.strftime("%Y %m"),
        "year": here.strftime("%Y") == there.strftime("%Y"),
        "all": True,
    }[recipe.duplicates]


def slow_network(stands: Sequence[Stand], recipe: Recipe) -> tuple[list[str], list[str], list[list[float]]]:
    """Rows, columns and matrix."""
    kept: list[Stand] = []
    for stand in stands:
        if not any(is_duplicate(stand, earlier, recipe) for earlier in kept):
            kept.append(stand)
    parties = sorted({stand.party for stand in kept})
    issues = sorted({stand.issue for stand in kept})

    def x(i: str, j: str, k: bool) -> int:
        return len([s for s in kept if (s.party, s.issue, s.agrees) == (i, j, k)])

    if recipe.mode == "two":
        return parties, issues, [[_tie(x, i, j, parties, issues, recipe) for j in issues] for i in parties]
    return parties, parties, [[0 if i == h else _bond(x, i, h, issues, recipe) for h in parties] for i in parties]


def _tie(x: Count, i: str, j: str, parties: list[str], issues: list[str], recipe: Recipe) -> float:
    for_it, against = x(i, j, True), x(i, j, False)
    if recipe.qualifier == "combine":
        if for_it and against:
            return 3
        return 1 if for_it else 2 if against else 0
    weight = for_it + against if recipe.qualifier == "ignore" else for_it - against
    if recipe.normalisation == "activity":
        return weight / sum(x(i, other, k) for other in issues for k in SIDES)
    if recipe.normalisation == "prominence":
        return weight / sum(x(other, j, k) for other in parties for k in SIDES)
    return weight


def _bond(x: Count, i: str, h: str, issues: list[str], recipe: Recipe) -> float:
    congruence = sum(x(i, j, k) * x(h, j, k) for j in issues for k in SIDES)
    conflict = sum(x(i, j, k) * x(h, j, not k) for j in issues for k in SIDES)
    everything = sum(sum(x(i, j, k) for k in SIDES) * sum(x(h, j, k) for k in SIDES) for j in issues)
    weight: float = {
        "ignore": everything,
        "congruence": congruence,
        "conflict": conflict,
        "subtract": congruence - conflict,
    }[recipe.qualifier]
    cells = [(x(i, j, k), x(h, j, k)) for j in issues for k in SIDES]
    if recipe.normalisation == "average":
        return weight / (0.5 * (sum(a for a, _ in cells) + sum(b for _, b in cells)))
    if recipe.normalisation == "jaccard":
        only_i = sum(a for a, b in cells if b == 0)
        only_h = sum(b for a, b in cells if a == 0)
        return weight / (only_i + only_h + sum(a * b for a, b in cells))
    if recipe.normalisation == "cosine":
        return weight / (sqrt(sum(a**2 for a, _ in cells)) * sqrt(sum(b**2 for _, b in cells)))
    return weight
