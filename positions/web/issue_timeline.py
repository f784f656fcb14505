"""An issue's timeline: who stands where, what moved, and the passage behind every dot."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from positions.analysis.evidence import status_of
from positions.analysis.position import positions
from positions.analysis.shifts import shifts
from positions.analysis.timeline import timeline
from positions.analysis.types import Point, Position, Series, Shift
from positions.models import Coding, Issue
from positions.queries.access import Reader
from positions.web.chart_shapes import NARROW, WIDE, ChartSize, StepChart
from positions.web.charts import draw_steps
from positions.web.ledes import moved, tell_issue
from positions.web.page_view import page
from positions.web.palette import PartyInk
from positions.web.pictures import PictureFailed, draw_picture
from positions.web.query_string import Asked, read_moment, read_parties
from positions.web.quotations import Quotation, quote_statement
from positions.web.record import PageRecord, find_negotiation, load_issue_record
from positions.web.shift_cards import tell_shifts
from positions.web.words import count_of, name_stance, sign_position, sign_stance

ROWS_SHOWN = 80
NARROW_MOST = 400  # dots; beyond, a phone scrolls the wide chart


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One coding in the evidence table."""

    point: Point
    ink: PartyInk
    stance: str
    words: str
    quotation: Quotation
    conditions: tuple[tuple[str, str], ...]
    coding: Coding


@dataclass(frozen=True, slots=True)
class IssueTimeline:
    """All an issue's page needs, computed once for its HTML, SVG and CSV."""

    record: PageRecord
    issue: Issue
    asked: Asked
    inks: Mapping[str, PartyInk]
    series: tuple[Series, ...]
    positions: tuple[Position, ...]
    shifts: tuple[Shift, ...]
    rows: tuple[EvidenceRow, ...]

    @property
    def statement_count(self) -> int:
        return len({row.point.statement for row in self.rows})

    @property
    def source_count(self) -> int:
        return len({row.quotation.source for row in self.rows})


@page
def issue_timeline(request: HttpRequest, reader: Reader, slug: str, issue: str) -> HttpResponse:
    found = load_timeline(request.GET, reader, slug, issue)
    most = None if request.GET.get("evidence") == "all" else ROWS_SHOWN
    wide = draw_chart(found, WIDE)
    dots = sum(len(marks.dots) for marks in wide.parties)
    moves = sorted(
        (s for s in found.shifts if moved(s) or s.kind in ("mixed", "resolved")), key=lambda s: s.on, reverse=True
    )
    statements = {row.quotation.statement: row.coding.statement for row in found.rows}
    context = {
        "negotiation": found.record.negotiation,
        "issue": found.issue,
        "asked": found.asked,
        "lede": tell_issue(found.positions, found.shifts, found.inks),
        "counted": f"{count_of(found.statement_count, 'statement')} from {count_of(found.source_count, 'source')}.",
        "chart": wide,
        "chart_narrow": draw_chart(found, NARROW) if dots <= NARROW_MOST else None,
        "chart_title": f"{found.issue.title}: who stands where, over time",
        "statement_query": found.asked.query,
        "choices": [(ink, not found.asked.parties or ink.slug in found.asked.parties) for ink in _choices(found)],
        "cards": tell_shifts(moves, found.inks, found.record.issues, statements, reader),
        "gaps": list(_silences(found)),
        "rows": list(found.rows[:most]),
        "rows_left_out": len(found.rows) - len(found.rows[:most]),
        "segments": list(_segment_rows(found)),
    }
    return render(request, "issue_timeline.html", context)


@page
def issue_timeline_svg(request: HttpRequest, reader: Reader, slug: str, issue: str) -> HttpResponse:
    found = load_timeline(request.GET, reader, slug, issue)
    response = HttpResponse(write_svg(request, found), content_type="image/svg+xml; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="{found.issue.slug}.svg"'
    return response


@page
def issue_timeline_png(request: HttpRequest, reader: Reader, slug: str, issue: str) -> HttpResponse:
    found = load_timeline(request.GET, reader, slug, issue)
    try:
        picture = draw_picture(write_svg(request, found), "png")
    except PictureFailed as failure:
        return HttpResponse(str(failure), status=503, content_type="text/plain; charset=utf-8")
    response = HttpResponse(picture, content_type="image/png")
    response.headers["Content-Disposition"] = f'inline; filename="{found.issue.slug}.png"'
    return response


def write_svg(request: HttpRequest, found: IssueTimeline) -> str:
    """The chart as a file of its own, its links with the whole address."""
    context = {
        "chart": draw_chart(found, WIDE),
        "chart_id": "timeline",
        "chart_title": f"{found.issue.title}: who stands where, over time",
        "statement_base": request.build_absolute_uri("/").rstrip("/"),
        "statement_query": found.asked.query,
    }
    return render_to_string("charts/step_chart.svg", context)


@page
def issue_timeline_csv(request: HttpRequest, reader: Reader, slug: str, issue: str) -> HttpResponse:
    found = load_timeline(request.GET, reader, slug, issue)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{found.issue.slug}.csv"'
    writer = csv.writer(response)
    writer.writerow(CSV_COLUMNS)
    base = request.build_absolute_uri("/").rstrip("/")
    for row in reversed(found.rows):
        writer.writerow([guard_cell(str(value)) for value in _csv_row(row, found.issue, base)])
    return response


CSV_COLUMNS = (
    "issue", "party", "stated_earliest", "stated_latest", "round", "state", "stance", "move", "red_line", "conditional",
    "footing", "set_aside", "quote", "asserted_by", "speaker", "ground_rule", "grade", "source", "tlp", "statement",
)  # fmt: skip


def _csv_row(row: EvidenceRow, issue: Issue, base: str) -> tuple[object, ...]:
    point, quotation = row.point, row.quotation
    return (
        issue.slug, point.party, point.earliest, point.latest, "" if point.round is None else point.round, point.state,
        "" if point.stance is None else point.stance, point.move, str(point.red_line).lower(),
        str(point.conditional).lower(), point.footing, point.set_aside or "", quotation.text, quotation.party,
        quotation.speaker, quotation.rule, quotation.grade, quotation.source_title, quotation.tlp,
        base + reverse("statement", args=[point.statement]),
    )  # fmt: skip


def guard_cell(value: str) -> str:
    """A cell no spreadsheet takes for a formula; plain negative numbers stay as they are."""
    risky = value[:1] in ("=", "+", "-", "@", "\t", "\r") and not value.lstrip("+-").isdigit()
    return f"'{value}" if risky else value


# ---------------------------------------------------------------- loading


def load_timeline(query: QueryDict, reader: Reader, slug: str, issue_slug: str) -> IssueTimeline:
    """The timeline asked for by the address. Raises ``NotVisible``, ``Http404`` or ``BadParameter``."""
    asked = read_moment(query)
    negotiation, issues = find_negotiation(reader, slug)
    issue = issues.get(issue_slug)
    if issue is None:
        raise Http404
    moment = asked.moment
    record = load_issue_record(reader, negotiation, issues, issue, moment)
    asked = read_parties(query, record.parties, asked)
    inks = record.inks(asked.parties)
    wanted = set(asked.parties)
    history = record.history
    series = [
        s for s in timeline(history, issue.slug, moment.as_of, moment.known_at) if not wanted or s.party in wanted
    ]
    stands = [p for p in positions(history, moment.as_of, moment.known_at) if not wanted or p.party in wanted]
    moves = [s for s in shifts(history, moment.as_of, moment.known_at) if not wanted or s.party in wanted]
    rows = _evidence_rows(series, record, inks, reader)
    return IssueTimeline(record, issue, asked, inks, tuple(series), tuple(stands), tuple(moves), tuple(rows))


def draw_chart(found: IssueTimeline, size: ChartSize) -> StepChart:
    """The chart of a loaded timeline in a size."""
    # a phone shows no titles; without quotations in them the page is a third lighter
    quotes = {} if size.is_narrow else {row.quotation.statement: row.quotation.text for row in found.rows}
    rounds = [row.round for row in found.record.rounds if row.round.status in ("held", "planned")]
    return draw_steps(found.series, rounds, found.inks, found.shifts, quotes, size=size, until=found.asked.until)


def _evidence_rows(
    series: list[Series], record: PageRecord, inks: Mapping[str, PartyInk], reader: Reader
) -> list[EvidenceRow]:
    codings = {str(coding.pk): coding for coding in record.codings}
    conditions = record.conditions or {}
    quotations: dict[str, Quotation] = {}
    rows = []
    for point in sorted(
        (p for s in series for p in s.points), key=lambda p: (p.latest, p.statement, p.party), reverse=True
    ):
        coding = codings[point.coding]
        if point.statement not in quotations:
            quotations[point.statement] = quote_statement(coding.statement, reader)
        held = tuple(
            (c.text, status_of(c.facts, record.moment.as_of, record.moment.known_at))
            for c in conditions.get(point.coding, ())
        )
        words = name_stance(point.stance, point.state)
        rows.append(
            EvidenceRow(
                point, inks[point.party], sign_stance(point.stance), words, quotations[point.statement], held, coding
            )
        )
    return rows


def _choices(found: IssueTimeline) -> list[PartyInk]:
    """Parties for the filter: those heard on this issue first to last by weight, at most sixteen and the chosen."""
    heard = {reading.party for reading in found.record.history.readings}
    ranked = [slug for slug in found.record.parties if slug in heard]
    shown = ranked[:16] + [slug for slug in found.asked.parties if slug not in ranked[:16]]
    return [found.inks[slug] for slug in shown]


def _silences(found: IssueTimeline) -> Iterator[tuple[PartyInk, Position]]:
    """Parties that attended rounds since they were last heard on the issue, longest silence first."""
    quiet = [p for p in found.positions if p.rounds_silent]
    for position in sorted(quiet, key=lambda p: (-p.rounds_silent, p.party)):
        yield found.inks[position.party], position


def _segment_rows(found: IssueTimeline) -> Iterator[dict[str, object]]:
    """The chart's lines as table rows."""
    for s in sorted(found.series, key=lambda s: (99 if (slot := found.inks[s.party].slot) is None else slot, s.party)):
        for segment in s.segments:
            yield {
                "ink": found.inks[s.party],
                "stance": sign_position(segment.stance, segment.low, segment.high),
                "words": name_stance(segment.stance, segment.state),
                "segment": segment,
            }
