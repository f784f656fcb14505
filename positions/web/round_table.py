"""One party round by round: what it said on each issue at each round, and where that leaves it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from positions.analysis.evidence import RANK, footing_of
from positions.analysis.position import Weighed, weigh
from positions.analysis.types import Position, Reading, Shift
from positions.models import Issue, Round
from positions.web.ledes import moved
from positions.web.matrix_table import MatrixCell, note_footing, tell_cell, tint_of
from positions.web.palette import PartyInk
from positions.web.record import PageRecord
from positions.web.words import count_of, name_stance, sign_position

ROUNDS_MOST = 12
CSV_COLUMNS = (
    "party", "issue", "round", "starts_on", "ends_on", "stance", "low", "high", "state", "footing", "steps",
    "statements",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RoundCell:
    """What the evidence of one round amounts to on its best footing."""

    sign: str
    tint: str
    edge: str
    note: str
    title: str


@dataclass(frozen=True, slots=True)
class RoundTable:
    """Rows of an issue, its cells by round (null: nothing said), and where the party stands now."""

    ink: PartyInk
    rounds: tuple[Round, ...]
    rows: tuple[tuple[Issue, tuple[RoundCell | None, ...], MatrixCell | None], ...]
    rounds_left_out: int


def lay_rounds(record: PageRecord, ink: PartyInk, stands: Sequence[Position], shifts: Sequence[Shift]) -> RoundTable:
    """The last rounds held and every issue the party was heard on."""
    held = [row.round for row in record.rounds if row.round.status == "held"]
    shown = held[-ROUNDS_MOST:]
    said, steps = _said_by(record, ink), _steps_of(ink, shifts)
    mine = {p.issue: p for p in stands if p.party == ink.slug}
    rows = []
    for slug, issue in record.issues.items():
        cells = tuple(
            tell_readings(
                said.get((slug, r.number), []),
                steps.get((slug, r.number)),
                ink,
                issue,
                gettext("round {number}").format(number=r.number),
            )
            for r in shown
        )
        if slug in mine or any(cells):
            rows.append((issue, cells, tell_cell(mine[slug], ink, issue) if slug in mine else None))
    return RoundTable(ink, tuple(shown), tuple(rows), len(held) - len(shown))


def list_rounds(record: PageRecord, ink: PartyInk, shifts: Sequence[Shift]) -> Iterator[tuple[object, ...]]:
    """What the party said at every round held, as rows of a file; rounds and issues with nothing said are left out."""
    said, steps = _said_by(record, ink), _steps_of(ink, shifts)
    for row in record.rounds:
        entry = row.round
        for slug in record.issues:
            readings = said.get((slug, entry.number), [])
            if readings and entry.status == "held":
                best, weighed = _weigh_best(readings)
                moves = steps.get((slug, entry.number))
                yield (
                    ink.slug, slug, entry.number, entry.starts_on or "", entry.ends_on or "",
                    "" if weighed.stance is None else weighed.stance, weighed.low, weighed.high, weighed.state, best,
                    "" if moves is None else moves, " ".join(sorted({r.statement for r in readings})),
                )  # fmt: skip


def _said_by(record: PageRecord, ink: PartyInk) -> dict[tuple[str, int], list[Reading]]:
    """The party's readings with a stance by issue and round."""
    said: dict[tuple[str, int], list[Reading]] = {}
    for reading in record.history.readings:
        if reading.party == ink.slug and reading.state == "coded" and reading.round is not None:
            said.setdefault((reading.issue, reading.round), []).append(reading)
    return said


def _steps_of(ink: PartyInk, shifts: Sequence[Shift]) -> dict[tuple[str, int], int | None]:
    return {(s.issue, n): s.steps for s in shifts if s.party == ink.slug and moved(s) for n in s.after.occasion.rounds}


def _weigh_best(readings: Sequence[Reading]) -> tuple[str, Weighed]:
    """The best footing among the readings, and what those on it amount to."""
    best = min((footing_of(r) for r in readings), key=lambda footing: RANK[footing])
    return best, weigh(r for r in readings if footing_of(r) == best)


def tell_readings(
    readings: Sequence[Reading], steps: int | None, ink: PartyInk, issue: Issue, where: str
) -> RoundCell | None:
    """What readings with a stance amount to on their best footing; null where there are none."""
    if not readings:
        return None
    best, weighed = _weigh_best(readings)
    note = f"{'▲' if steps > 0 else '▼'} {count_of(abs(steps), 'step')}" if steps else ""
    words = name_stance(weighed.stance, weighed.state)
    return RoundCell(
        sign=sign_position(weighed.stance, weighed.low, weighed.high),
        tint=tint_of(weighed.stance),
        edge={"reported": "told", "inferred": "inferred"}.get(best, "mixed" if weighed.stance is None else ""),
        note=note or note_footing(best),
        title=gettext("{party} on {issue}, {where}: {words}").format(
            party=ink.name, issue=issue.title, where=where, words=words
        ),
    )


def choose_party(inks: Mapping[str, PartyInk], stands: Sequence[Position], chosen: Sequence[str]) -> PartyInk | None:
    """The party asked for, else the one most is known of; null where nobody was heard."""
    heard = {p.party for p in stands}
    return next((inks[slug] for slug in (*chosen, *inks) if slug in heard), None)
