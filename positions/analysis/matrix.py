"""A matrix from as little evidence as decides it (method, section 4).

A cell needs the latest occasion on the best footing and the number of pieces on that footing that
are no copies; both can be picked from the evidence before it is read as a whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from positions.analysis.evidence import RANK, has_open_condition, split_copies
from positions.analysis.position import statements_of, weigh
from positions.analysis.types import Cell, Reading


class Tally(NamedTuple):
    """How many pieces of evidence, copies included, a pair has on one footing, and the day of the latest."""

    party: str
    issue: str
    footing: str
    evidence: int
    latest: date


@dataclass(frozen=True, slots=True)
class Deciding:
    """The footing that decides for a pair, and the day of its latest occasion."""

    footing: str
    evidence: int
    latest: date


def find_deciding(tallies: Iterable[Tally]) -> dict[tuple[str, str], Deciding]:
    """By (party, issue), the best footing present."""
    best: dict[tuple[str, str], Deciding] = {}
    for tally in tallies:
        pair = (tally.party, tally.issue)
        if pair not in best or RANK[tally.footing] < RANK[best[pair].footing]:
            best[pair] = Deciding(tally.footing, tally.evidence, tally.latest)
    return best


def make_cells(
    deciding: Mapping[tuple[str, str], Deciding],
    latest: Iterable[Reading],
    copies: Mapping[tuple[str, str, str], int],
    parents: Mapping[str, str],
    as_of: date,
    known_at: datetime,
) -> list[Cell]:
    """One cell a pair, sorted by party and issue.

    ``latest`` is the evidence of each pair's latest deciding occasion; ``copies`` counts, by party,
    issue and footing, the copies among all evidence.
    """
    by_pair: dict[tuple[str, str], list[Reading]] = {}
    for reading in latest:
        by_pair.setdefault((reading.party, reading.issue), []).append(reading)
    cells = []
    for pair in sorted(by_pair):
        decided = deciding[pair]
        kept, _ = split_copies(by_pair[pair], parents)
        weighed = weigh(kept)
        cells.append(
            Cell(
                *pair,
                stance=weighed.stance,
                low=weighed.low,
                high=weighed.high,
                state=weighed.state,
                footing=decided.footing,
                red_line=any(r.red_line for r in kept),
                conditional=has_open_condition(kept, as_of, known_at),
                evidence_count=len(kept),
                evidence_total=decided.evidence - copies.get((*pair, decided.footing), 0),
                last_evidence_on=decided.latest,
                statements=statements_of(kept),
            )
        )
    return cells
