"""The matrix: every party on every issue as of a date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from positions.analysis.changes import MIXED, MOVED, RESOLVED, REVERSED, Change, changes
from positions.analysis.position import positions
from positions.analysis.shifts import shifts
from positions.analysis.types import Position, Side
from positions.queries.access import Reader
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


def load_matrix(request: HttpRequest, reader: Reader, slug: str) -> tuple[PageRecord, Asked, Sequence[Position]]:
    """What the page and its CSV show. Raises ``NotVisible`` or ``BadParameter``."""
    asked = read_moment(request.GET)
    record = load_negotiation_record(reader, *find_negotiation(reader, slug), asked.moment)
    return record, asked, positions(record.history, asked.moment.as_of, asked.moment.known_at)


@page
def matrix(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    sort = read_single(request.GET, "sort") or "distance"
    if sort not in SORTS:
        raise BadParameter(
            "sort", sort, gettext("is no order of a matrix; use one of {names}").format(names=", ".join(SORTS))
        )
    record, asked, stands = load_matrix(request, reader, slug)
    since = read_since(request, record)
    table = lay_matrix(stands, record.inks(), record.issues) if since is None else lay_moves(record, since)
    context = {
        "negotiation": record.negotiation,
        "marking": record.marking,
        "asked": asked,
        "csv_address": reverse("matrix-csv", args=[slug]),
        "since": since,
        "known_at_text": write_instant(asked.known_at) if asked.known_at else "",
        "since_query": f"since={request.GET.get('since', '').strip()}" if since else "",
        "sorts": [(name, words, name == sort) for name, words in SORTS.items()],
        "matrix": replace(table, rows=tuple(sort_rows(table.rows, sort, record))),
    }
    return render(request, "matrix.html", context)


def read_since(request: HttpRequest, record: PageRecord) -> date | None:
    """The day or round with which to compare; null where the whole matrix is wanted. Raises ``BadParameter``."""
    value = read_single(request.GET, "since")
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
    record, _, stands = load_matrix(request, reader, slug)
    rows: list[tuple[object, ...]] = []
    place = {slug: number for number, slug in enumerate(record.issues)}
    rank = {party: number for number, party in enumerate(record.parties)}
    for p in sorted(stands, key=lambda p: (place[p.issue], rank[p.party])):
        cells = (
            p.issue, p.party, "" if p.stance is None else p.stance, p.low, p.high, p.state, p.footing,
            str(p.red_line).lower(), str(p.conditional).lower(), p.last_evidence_on, p.evidence_count,
            p.evidence_total, p.rounds_silent,
        )  # fmt: skip
        rows.append(cells)
    return write_csv(f"{record.negotiation.slug}-matrix", record.marking, CSV_COLUMNS, rows)
