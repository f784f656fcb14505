"""The party × issue matrix as rows and cells a template sets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from positions.analysis.types import Position
from positions.models import Issue
from positions.web.palette import PartyInk
from positions.web.words import (
    FOOTING_WORDS,
    count_of,
    name_stance,
    say_day,
    sign_position,
    sign_with_condition,
    write_day,
)


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """Where one party stands on one issue; ``tint`` and ``edge`` are CSS classes."""

    sign: str
    tint: str
    edge: str
    note: str
    is_conditional: bool
    is_red_line: bool
    evidence_count: int
    heard: str
    title: str


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One issue: a cell or null for each party of the table, and how far apart they stand."""

    issue: Issue
    cells: tuple[MatrixCell | None, ...]
    span_steps: int | None
    low: int | None
    high: int | None

    @property
    def low_x(self) -> int:
        return 32 + 14 * (self.low or 0)

    @property
    def high_x(self) -> int:
        return 32 + 14 * (self.high or 0)

    @property
    def span_words(self) -> str:
        if self.span_steps is None:
            return gettext("one voice") if any(self.cells) else gettext("nobody")
        return count_of(self.span_steps, "step") if self.span_steps else gettext("together")


@dataclass(frozen=True, slots=True)
class MatrixTable:
    parties: tuple[PartyInk, ...]
    rows: tuple[MatrixRow, ...]
    parties_left_out: int


def lay_matrix(
    positions: Sequence[Position],
    inks: Mapping[str, PartyInk],
    issues: Mapping[str, Issue],
    most_parties: int | None = None,
) -> MatrixTable:
    """Issues widest apart first, then in their own order; parties heaviest first, at most ``most_parties``."""
    heard = {p.party for p in positions}
    parties = [ink for slug, ink in inks.items() if slug in heard]
    shown = parties[:most_parties]
    by_pair = {(p.issue, p.party): p for p in positions}
    rows = []
    for issue in issues.values():
        found = [by_pair.get((issue.slug, ink.slug)) for ink in shown]
        if not any(found):
            continue
        ends = (
            [value for p in found if p is not None for value in (p.low, p.high)]
            if sum(p is not None for p in found) > 1
            else []
        )
        low, high = (min(ends), max(ends)) if ends else (None, None)
        cells = tuple(tell_cell(p, ink, issue) if p else None for p, ink in zip(found, shown, strict=True))
        rows.append(MatrixRow(issue, cells, None if low is None or high is None else high - low, low, high))
    rows.sort(key=lambda row: -1 if row.span_steps is None else row.span_steps, reverse=True)
    return MatrixTable(tuple(shown), tuple(rows), len(parties) - len(shown))


def tint_of(stance: int | None) -> str:
    """The CSS name of a stance's tint."""
    return "mixed" if stance is None else {0: "zero", 1: "for-1", 2: "for-2", -1: "against-1", -2: "against-2"}[stance]


def tell_cell(p: Position, ink: PartyInk, issue: Issue) -> MatrixCell:
    """One position as a cell."""
    sign = sign_position(p.stance, p.low, p.high)
    failed = p.conditions.failed and not p.conditional
    extras = [
        *([gettext("under an open condition")] if p.conditional else []),
        *([gettext("its condition failed")] if failed else []),
        *([gettext("red line")] if p.red_line else []),
        *([str(FOOTING_WORDS[p.footing])] if p.footing != "own" else []),
    ]
    words = ", ".join([name_stance(p.stance, p.state), *extras])
    return MatrixCell(
        sign=sign_with_condition(sign, is_conditional=p.conditional),
        tint=tint_of(p.stance),
        edge={"reported": "told", "inferred": "inferred"}.get(p.footing, "mixed" if p.stance is None else ""),
        note=gettext("condition failed") if failed else note_footing(p.footing),
        is_conditional=p.conditional,
        is_red_line=p.red_line,
        evidence_count=p.evidence_total,
        heard=write_day(p.last_evidence_on, "d MMM"),
        title=gettext("{party} on {issue}: {words}; {passages}, latest {day}").format(
            party=ink.name,
            issue=issue.title,
            words=words,
            passages=count_of(p.evidence_total, "passage"),
            day=say_day(p.last_evidence_on),
        ),
    )


def note_footing(footing: str) -> str:
    """``told`` or ``inferred``; empty for a party's own words."""
    if footing == "reported":
        return gettext("told")
    return gettext("inferred") if footing == "inferred" else ""
