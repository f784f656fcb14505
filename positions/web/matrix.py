"""The matrix: every party on every issue as of a date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from positions.analysis.changes import MIXED, MOVED, RESOLVED, REVERSED, Change, changes
from positions.analysis.position import positions
from positions.analysis.shifts import shifts
from positions.analysis.types import Position, Side
from positions.queries.access import Reader
from positions.web.chart_files import link_chart
from positions.web.ledes import moved
from positions.web.matrix_table import MatrixCell, MatrixRow, MatrixTable, lay_matrix
from positions.web.page_view import page
from positions.web.query_string import Asked, BadParameter, read_moment, read_round_or_day, read_single, write_instant
from positions.web.record import PageRecord, find_negotiation, load_negotiation_record
from positions.web.take_away import write_csv
from positions.web.words import count_of, say_day, sign_position

SORTS = {
    "distance": _("widest apart first"),
    "own": _("in the negotiation’s own order"),
    "movement": _("latest movement first"),
}
MOVING = (MOVED, REVERSED, MIXED, RESOLVED)
CSV_COLUMNS = (
    "issue", "party", "stance", "low", "high", "state", "footing", "red_line", "conditional", "last_evidence_on",
    "evidence_count", "evidence_total", "rounds_silent",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MatrixAsked:
    """What the page, its chart and its CSV show; ``since`` is the day compared with, ``query`` the page's state."""

    record: PageRecord
    asked: Asked
    stands: Sequence[Position]
    since: date | None
    since_value: str
    sort: str
    table: MatrixTable

    @property
    def query(self) -> str:
        chosen = [("since", self.since_value)] if self.since else []
        chosen += [("sort", self.sort)] if self.sort != "distance" else []
        return replace(self.asked, filters=tuple(chosen)).whole_query


def load_matrix(query: QueryDict, reader: Reader, slug: str) -> MatrixAsked:
    """The matrix asked for. Raises ``NotVisible`` or ``BadParameter``."""
    sort = read_single(query, "sort") or "distance"
    if sort not in SORTS:
        raise BadParameter(
            "sort", sort, gettext("is no order of a matrix; use one of {names}").format(names=", ".join(SORTS))
        )
    asked = read_moment(query)
    record = load_negotiation_record(reader, *find_negotiation(reader, slug), asked.moment)
    stands = positions(record.history, asked.moment.as_of, asked.moment.known_at)
    since = read_since(query, record)
    table = lay_matrix(stands, record.inks(), record.issues) if since is None else lay_moves(record, since)
    table = replace(table, rows=tuple(sort_rows(table.rows, sort, record)))
    return MatrixAsked(record, asked, stands, since, read_single(query, "since"), sort, table)


@page
def matrix(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    found = load_matrix(request.GET, reader, slug)
    asked, since = found.asked, found.since
    context = {
        "negotiation": found.record.negotiation,
        "marking": found.record.marking,
        "asked": asked,
        "take_away": link_chart(request, "matrix", found.record.negotiation, found.query, slug),
        "since": since,
        "known_at_text": write_instant(asked.known_at) if asked.known_at else "",
        "since_query": f"since={found.since_value}" if since else "",
        "sorts": [(name, words, name == found.sort) for name, words in SORTS.items()],
        "matrix": found.table,
    }
    return render(request, "matrix.html", context)


def read_since(query: QueryDict, record: PageRecord) -> date | None:
    """The day or round with which to compare; null where the whole matrix is wanted. Raises ``BadParameter``."""
    value = read_single(query, "since")
    if not value:
        return None
    rounds = [row.round for row in record.rounds]
    day = read_round_or_day("since", value, rounds, is_start=False)
    if day > record.moment.as_of:
        raise BadParameter(
            "since",
            value,
            gettext("lies after {day}, the day it is compared with").format(day=say_day(record.moment.as_of)),
        )
    return day


def lay_moves(record: PageRecord, since: date) -> MatrixTable:
    """The matrix of what moved after a day: old and new in one cell, and nothing where nothing moved.

    A party first heard after the day, or known only on a lesser footing before it, counts from its
    first occasion on the footing that decides now.
    """
    moment = record.moment
    found = {
        (change.issue, change.party): change
        for change in changes(record.history, since, moment.as_of, moment.known_at)
        if _stood(change) is not None
    }
    inks = record.inks()
    table = lay_matrix([change.after for change in found.values()], inks, record.issues)
    rows = []
    for row in table.rows:
        cells = tuple(
            cell and _tell_move(cell, found[row.issue.slug, ink.slug])
            for cell, ink in zip(row.cells, table.parties, strict=True)
        )
        rows.append(replace(row, cells=cells, span_steps=None, low=None, high=None))
    return replace(table, rows=tuple(rows))


def _stood(change: Change) -> Position | Side | None:
    """Where the party stood before it moved; null where it did not move, or is back where it was."""
    moves = [s for s in change.shifts if s.kind in MOVING and s.footing == change.after.footing]
    before = change.before
    if before is not None and before.footing == change.after.footing:
        return before if change.kind in MOVING else None
    stood = moves[0].before if moves else None
    after = change.after
    return stood if stood is not None and (stood.stance, stood.state) != (after.stance, after.state) else None


def _tell_move(cell: MatrixCell, change: Change) -> MatrixCell:
    stood, after = _stood(change), change.after
    if stood is None:
        return cell
    old = sign_position(stood.stance, stood.low, stood.high)
    if stood.stance is None:
        words = gettext("became clear again")
    elif after.stance is None:
        words = gettext("became mixed")
    else:
        steps = after.stance - stood.stance
        words = f"{'▲' if steps > 0 else '▼'} {count_of(abs(steps), 'step')}"
        if stood.stance * after.stance < 0:
            words = gettext("{steps}, reversed itself").format(steps=words)
    title = gettext("{cell}; before: {stance}; {change}").format(cell=cell.title, stance=old, change=words)
    return replace(cell, sign=f"{old} → {cell.sign}", note=words, title=title)


def sort_rows(rows: Sequence[MatrixRow], sort: str, record: PageRecord) -> list[MatrixRow]:
    """The rows, which come widest apart first, in the order asked for; issues nobody moved on last."""
    own = {slug: place for place, slug in enumerate(record.issues)}
    if sort == "own":
        return sorted(rows, key=lambda row: own[row.issue.slug])
    if sort == "movement":
        found = shifts(record.history, record.moment.as_of, record.moment.known_at)
        latest: dict[str, date] = {}
        for shift in found:
            if moved(shift):
                latest[shift.issue] = max(shift.on, latest.get(shift.issue, shift.on))
        return sorted(rows, key=lambda row: latest.get(row.issue.slug, date.min), reverse=True)
    return list(rows)


@page
def matrix_csv(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    found = load_matrix(request.GET, reader, slug)
    shown = {
        (row.issue.slug, ink.slug)
        for row in found.table.rows
        for cell, ink in zip(row.cells, found.table.parties, strict=True)
        if cell is not None
    }
    stands = [p for p in found.stands if found.since is None or (p.issue, p.party) in shown]
    rows = list_positions(found.record, stands)
    return write_csv(f"{found.record.negotiation.slug}-matrix", found.record.marking, CSV_COLUMNS, rows)


def list_positions(record: PageRecord, stands: Iterable[Position]) -> Iterator[tuple[object, ...]]:
    """Positions as rows of a file, in the negotiation's own order of issues and parties."""
    place = {slug: number for number, slug in enumerate(record.issues)}
    rank = {party: number for number, party in enumerate(record.parties)}
    for p in sorted(stands, key=lambda p: (place[p.issue], rank[p.party])):
        yield (
            p.issue, p.party, "" if p.stance is None else p.stance, p.low, p.high, p.state, p.footing,
            str(p.red_line).lower(), str(p.conditional).lower(), p.last_evidence_on, p.evidence_count,
            p.evidence_total, p.rounds_silent,
        )  # fmt: skip
