"""Discourse networks: who shares a side with whom on what, counted statement by statement.

The measures are those of Discourse Network Analysis (Leifeld 2017, Oxford Handbook of Political Networks,
ch. 12; the DNA manual, ch. 2): parties are the actors, issues the concepts, and the side taken the qualifier.
Throughout, ``x`` is the number of counted statements of a party on an issue on a side. Where the programs
in use depart from the published formula, docs/methodology.md says how.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt
from operator import add, mul
from typing import Final, NamedTuple

ONE, TWO = "one", "two"
IGNORE, CONGRUENCE, CONFLICT, SUBTRACT, COMBINE = "ignore", "congruence", "conflict", "subtract", "combine"
NONE, AVERAGE, JACCARD, COSINE = "none", "average", "jaccard", "cosine"
ACTIVITY, PROMINENCE = "activity", "prominence"
KEEP, DOCUMENT, DAY, WEEK, MONTH, YEAR, ALL = "keep", "document", "day", "week", "month", "year", "all"
AGREES, DISAGREES, BOTH = 1, 2, 3

QUALIFIERS_OF: Final = {ONE: (IGNORE, CONGRUENCE, CONFLICT, SUBTRACT), TWO: (IGNORE, SUBTRACT, COMBINE)}
NORMALISATIONS_OF: Final = {ONE: (NONE, AVERAGE, JACCARD, COSINE), TWO: (NONE, ACTIVITY, PROMINENCE)}

Number = int | float
Counts = list[int]


class Stand(NamedTuple):
    """One counted statement: a party takes a side on an issue, in a source, on a day."""

    party: str
    issue: str
    agrees: bool
    source: str
    on: date


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a network is made: the words of the ``networks/`` address."""

    mode: str = ONE
    qualifier: str = IGNORE
    normalisation: str = NONE
    duplicates: str = KEEP

    def faults(self) -> dict[str, str]:
        """What does not go together, by parameter; empty where the recipe makes sense."""
        found = {}
        if self.qualifier not in QUALIFIERS_OF[self.mode]:
            found["qualifier"] = (
                f"“{self.qualifier}” does not go with mode={self.mode}; use {', '.join(QUALIFIERS_OF[self.mode])}"
            )
        if self.normalisation not in NORMALISATIONS_OF[self.mode]:
            found["normalisation"] = (
                f"“{self.normalisation}” does not go with mode={self.mode}; "
                f"use {', '.join(NORMALISATIONS_OF[self.mode])}"
            )
        elif self.qualifier == COMBINE and self.normalisation != NONE:
            found["normalisation"] = (
                "does not go with qualifier=combine, whose weights are names of kinds and no amounts; use none"
            )
        return found


@dataclass(frozen=True, slots=True)
class Network:
    """A weighted network as a matrix: parties by parties (one mode) or parties by issues (two).

    Rows and columns are in the order of their slugs. In one mode the matrix is symmetric and its diagonal
    zero. ``statements_of_row`` and ``statements_of_column`` count the statements behind each.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    matrix: tuple[tuple[Number, ...], ...]
    statements_of_row: tuple[int, ...]
    statements_of_column: tuple[int, ...]


def draw_network(stands: Iterable[Stand], recipe: Recipe) -> Network:
    """The network of the statements given, which are in the order in which they were made.

    Raises :class:`ValueError` for a recipe with faults.
    """
    if faults := recipe.faults():
        raise ValueError("; ".join(f"{name} {words}" for name, words in faults.items()))
    counted = drop_duplicates(stands, recipe.duplicates, ignores_side=recipe.qualifier == IGNORE)
    cells = Counter((stand.party, stand.issue, stand.agrees) for stand in counted)
    parties = tuple(sorted({party for party, _, _ in cells}))
    issues = tuple(sorted({issue for _, issue, _ in cells}))
    agreeing = {party: [cells[party, issue, True] for issue in issues] for party in parties}
    opposing = {party: [cells[party, issue, False] for issue in issues] for party in parties}
    said = tuple(sum(agreeing[party]) + sum(opposing[party]) for party in parties)
    if recipe.mode == ONE:
        matrix = _relate(list(agreeing.values()), list(opposing.values()), recipe)
        return Network(parties, parties, matrix, said, said)
    heard = tuple(
        sum(agreeing[party][place] + opposing[party][place] for party in parties) for place in range(len(issues))
    )
    rows = [_affiliate(agreeing[party], opposing[party], recipe.qualifier) for party in parties]
    if recipe.normalisation == ACTIVITY:
        rows = [[weight / total for weight in row] for row, total in zip(rows, said, strict=True)]
    elif recipe.normalisation == PROMINENCE:
        rows = [[weight / total for weight, total in zip(row, heard, strict=True)] for row in rows]
    return Network(parties, issues, tuple(map(tuple, rows)), said, heard)


# ---------------------------------------------------------------- duplicates

PERIODS: Final[dict[str, Callable[[Stand], object]]] = {
    DOCUMENT: lambda stand: stand.source,
    DAY: lambda stand: stand.on,
    WEEK: lambda stand: stand.on.isocalendar()[:2],
    MONTH: lambda stand: (stand.on.year, stand.on.month),
    YEAR: lambda stand: stand.on.year,
    ALL: lambda stand: None,
}


def drop_duplicates(stands: Iterable[Stand], duplicates: str, *, ignores_side: bool) -> list[Stand]:
    """The first of each set of identical statements within one document or period; all of them with ``keep``.

    Statements are identical when party and issue are, and the side too unless the network ignores it. A
    week is that of ISO 8601 and belongs to one ISO year; a month belongs to one year.
    """
    if duplicates == KEEP:
        return list(stands)
    period = PERIODS[duplicates]
    first: dict[tuple[object, ...], Stand] = {}
    for stand in stands:
        first.setdefault((stand.party, stand.issue, ignores_side or stand.agrees, period(stand)), stand)
    return list(first.values())


# ---------------------------------------------------------------- two modes


def _affiliate(agreeing: Counts, opposing: Counts, qualifier: str) -> list[Number]:
    """A party's ties to the issues, before normalisation."""
    if qualifier == IGNORE:
        return list(map(add, agreeing, opposing))
    if qualifier == SUBTRACT:
        return [for_it - against for for_it, against in zip(agreeing, opposing, strict=True)]
    return [
        AGREES * (for_it > 0) + DISAGREES * (against > 0) for for_it, against in zip(agreeing, opposing, strict=True)
    ]


# ---------------------------------------------------------------- one mode


def _relate(agreeing: Sequence[Counts], opposing: Sequence[Counts], recipe: Recipe) -> tuple[tuple[Number, ...], ...]:
    """Ties between parties: each pair once, both ways."""
    # x as one vector per party, sides one after the other, and the same with the sides exchanged
    vectors = [for_it + against for for_it, against in zip(agreeing, opposing, strict=True)]
    turned = [against + for_it for for_it, against in zip(agreeing, opposing, strict=True)]
    size = _sizes(vectors, recipe.normalisation)
    matrix: list[list[Number]] = [[0] * len(vectors) for _ in vectors]
    for i, ours in enumerate(vectors):
        for j in range(i):
            congruence = sum(map(mul, ours, vectors[j]))
            conflict = sum(map(mul, ours, turned[j])) if recipe.qualifier != CONGRUENCE else 0
            weight: Number = _tie(congruence, conflict, recipe.qualifier)
            if weight and recipe.normalisation != NONE:
                weight /= size(i, j)
            matrix[i][j] = matrix[j][i] = weight
    return tuple(map(tuple, matrix))


def _tie(congruence: int, conflict: int, qualifier: str) -> int:
    """Products of counts, summed over issues: on the same side, on opposite sides, the difference, or all."""
    if qualifier == CONGRUENCE:
        return congruence
    if qualifier == CONFLICT:
        return conflict
    return congruence - conflict if qualifier == SUBTRACT else congruence + conflict


def _sizes(vectors: Sequence[Counts], normalisation: str) -> Callable[[int, int], float]:
    """By what the tie of two parties is divided: never 0 where there is a tie."""
    if normalisation == JACCARD:
        return lambda i, j: _union(vectors[i], vectors[j])
    if normalisation == COSINE:
        lengths = [sum(map(mul, vector, vector)) for vector in vectors]
        return lambda i, j: sqrt(lengths[i] * lengths[j])
    totals = [sum(vector) for vector in vectors]
    return lambda i, j: (totals[i] + totals[j]) / 2


def _union(ours: Counts, theirs: Counts) -> int:
    """What only one of them said, and the products of what both said."""
    return sum(a * b if a and b else a + b for a, b in zip(ours, theirs, strict=True))
