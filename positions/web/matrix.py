"""The matrix: every party on every issue as of a date."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from positions.analysis.position import positions
from positions.analysis.shifts import shifts
from positions.analysis.types import Position
from positions.queries.access import Reader
from positions.web.issue_timeline import guard_cell
from positions.web.ledes import moved
from positions.web.matrix_table import MatrixRow, lay_matrix
from positions.web.page_view import page
from positions.web.query_string import Asked, BadParameter, read_moment, read_single
from positions.web.record import PageRecord, find_negotiation, load_negotiation_record
from positions.web.take_away import open_csv

SORTS = {"distance": "widest apart first", "own": "in the negotiation’s own order", "movement": "latest movement first"}
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
        raise BadParameter("sort", sort, f"is no order of a matrix; use one of {', '.join(SORTS)}")
    record, asked, stands = load_matrix(request, reader, slug)
    table = lay_matrix(stands, record.inks(), record.issues)
    context = {
        "negotiation": record.negotiation,
        "marking": record.marking,
        "asked": asked,
        "csv_address": reverse("matrix-csv", args=[slug]),
        "sorts": [(name, words, name == sort) for name, words in SORTS.items()],
        "matrix": replace(table, rows=tuple(sort_rows(table.rows, sort, record))),
    }
    return render(request, "matrix.html", context)


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
    response = open_csv(f"{record.negotiation.slug}-matrix", record.marking)
    writer = csv.writer(response)
    writer.writerow(CSV_COLUMNS)
    place = {slug: number for number, slug in enumerate(record.issues)}
    rank = {party: number for number, party in enumerate(record.parties)}
    for p in sorted(stands, key=lambda p: (place[p.issue], rank[p.party])):
        cells = (
            p.issue, p.party, "" if p.stance is None else p.stance, p.low, p.high, p.state, p.footing,
            str(p.red_line).lower(), str(p.conditional).lower(), p.last_evidence_on, p.evidence_count,
            p.evidence_total, p.rounds_silent,
        )  # fmt: skip
        writer.writerow([guard_cell(str(cell)) for cell in cells])
    return response
