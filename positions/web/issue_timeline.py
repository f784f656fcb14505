"""An issue's timeline: who stands where, what moved, and the passage behind every dot."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext

from positions.analysis.evidence import status_of
from positions.analysis.position import positions
from positions.analysis.shifts import shifts
from positions.analysis.timeline import timeline
from positions.analysis.types import Point, Position, Series, Shift
from positions.enums import ConditionStatus
from positions.models import Coding, Issue
from positions.queries.access import Reader
from positions.web.chart_files import ChartFile, link_chart
from positions.web.chart_shapes import NARROW, WIDE, ChartSize, StepChart
from positions.web.chart_words import name_chart, summarise_line
from positions.web.charts import draw_steps
from positions.web.ledes import moved, tell_issue
from positions.web.page_view import page
from positions.web.palette import PartyInk
from positions.web.query_string import Asked, read_moment, read_parties
from positions.web.quotations import Quotation, quote_statement
from positions.web.record import PageRecord, find_negotiation, load_issue_record
from positions.web.shift_cards import tell_shifts
from positions.web.take_away import write_csv
from positions.web.thinning import say_thinned, thin_series
from positions.web.timeline_filters import DotFilter, FilterChoices, hide_dots, link_rounds, read_filters, without_span
from positions.web.words import clip_text, count_of, name_stance, sign_position, sign_stance

ROWS_SHOWN = 80
SUMMARIES_SHOWN = 20
BOXES_MOST = 16
NOTE_LENGTH = 130  # characters that fit under the wide chart
NARROW_MOST = 400  # dots; beyond, a phone scrolls the wide chart


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One coding in the evidence table."""

    point: Point
    ink: PartyInk
    stance: str
    words: str
    quotation: Quotation
    conditions: tuple[tuple[str, str, str], ...]
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
    chosen: DotFilter

    @property
    def statement_count(self) -> int:
        return len({row.point.statement for row in self.rows})

    @property
    def source_count(self) -> int:
        return len({row.quotation.source for row in self.rows})

    @property
    def drawn_rows(self) -> tuple[EvidenceRow, ...]:
        """The rows whose dots the filters leave on the chart."""
        return tuple(row for row in self.rows if self.chosen.admits(row.point, row.coding.statement.credibility))


@page
def issue_timeline(request: HttpRequest, reader: Reader, slug: str, issue: str) -> HttpResponse:
    found = load_timeline(request.GET, reader, slug, issue)
    most = None if request.GET.get("evidence") == "all" else ROWS_SHOWN
    wide = draw_chart(found, WIDE, has_poles=False)
    drawn, summaries = found.drawn_rows, list(_summaries(found))
    dots = sum(len(marks.dots) for marks in wide.parties)
    moves = sorted(
        (s for s in found.shifts if moved(s) or s.kind in ("mixed", "resolved")), key=lambda s: s.on, reverse=True
    )
    statements = {row.quotation.statement: row.coding.statement for row in found.rows}
    offered, more = _choices(found)
    # where some parties have no box, ticked boxes would leave those out
    ticked = set(found.asked.parties) or (set() if more else {ink.slug for ink in offered})
    context = {
        "negotiation": found.record.negotiation,
        "marking": found.record.marking,
        "take_away": link_chart(
            request, "issue-timeline", found.record.negotiation, found.asked.whole_query, slug, issue
        ),
        "issue": found.issue,
        "asked": found.asked,
        "lede": tell_issue(found.positions, found.shifts, found.inks),
        "counted": gettext("{statements} from {sources}.").format(
            statements=count_of(found.statement_count, "statement"), sources=count_of(found.source_count, "source")
        ),
        "chart": wide,
        "chart_narrow": draw_chart(found, NARROW) if dots <= NARROW_MOST else None,
        "chart_title": name_chart(found.issue),
        "statement_query": found.asked.query,
        "choices": [(ink, ink.slug in ticked) for ink in offered],
        "more_choices": more,
        "cards": tell_shifts(moves, found.inks, found.record.issues, statements, reader),
        "gaps": list(_silences(found)),
        "rows": list(drawn[:most]),
        "rows_left_out": len(drawn) - len(drawn[:most]),
        "rows_hidden": len(found.rows) - len(drawn),
        "rows_in_all": len(found.rows),
        "filters": FilterChoices.offered(found.chosen, [row.point for row in found.rows]),
        "whole_time": without_span(found.asked),
        "zooms": link_rounds(found.asked, [row.round for row in found.record.rounds]),
        "summaries": summaries[:SUMMARIES_SHOWN],
        "summaries_left_out": len(summaries[SUMMARIES_SHOWN:]),
        "segments": list(_segment_rows(found)),
    }
    return render(request, "issue_timeline.html", context)


def timeline_file(query: QueryDict, reader: Reader, slug: str, issue: str) -> ChartFile:
    """The chart as a file or frame of its own. Raises ``NotVisible``, ``Http404`` or ``BadParameter``."""
    found = load_timeline(query, reader, slug, issue)
    context = {"chart": draw_chart(found, WIDE), "statement_query": found.asked.query}
    return ChartFile(
        negotiation=found.record.negotiation,
        marking=found.record.marking,
        name=found.issue.slug,
        title=name_chart(found.issue),
        asked=found.asked,
        query=found.asked.whole_query,
        context=context,
        template="charts/step_chart.svg",
        narrow={**context, "chart": draw_chart(found, NARROW)},
        heading=found.issue.title,
        note=gettext("Each dot is one statement and leads to it."),
    )


@page
def issue_timeline_csv(request: HttpRequest, reader: Reader, slug: str, issue: str) -> HttpResponse:
    found = load_timeline(request.GET, reader, slug, issue)
    rows: list[tuple[object, ...]] = []
    base = request.build_absolute_uri("/").rstrip("/")
    for row in reversed(found.drawn_rows):
        rows.append(_csv_row(row, found.issue, base))
    return write_csv(found.issue.slug, found.record.marking, CSV_COLUMNS, rows)


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
    chosen, asked = read_filters(query, [row.round for row in record.rounds], asked)
    inks = record.inks(asked.parties)
    wanted = set(asked.parties)
    history = record.history
    series = [
        s for s in timeline(history, issue.slug, moment.as_of, moment.known_at) if not wanted or s.party in wanted
    ]
    stands = [p for p in positions(history, moment.as_of, moment.known_at) if not wanted or p.party in wanted]
    moves = [s for s in shifts(history, moment.as_of, moment.known_at) if not wanted or s.party in wanted]
    rows = _evidence_rows(series, record, inks, reader)
    return IssueTimeline(record, issue, asked, inks, tuple(series), tuple(stands), tuple(moves), tuple(rows), chosen)


def draw_chart(found: IssueTimeline, size: ChartSize, *, has_poles: bool = True) -> StepChart:
    """The chart of a loaded timeline in a size; ``has_poles`` says what the scale's ends mean under the axis."""
    # a phone shows no titles; without quotations in them the page is a third lighter
    quotes = {} if size.is_narrow else {row.quotation.statement: row.quotation.in_lines for row in found.rows}
    rounds = [row.round for row in found.record.rounds if row.round.status in ("held", "planned")]
    chosen, series, moment = found.chosen, found.series, found.record.moment
    if chosen.until is not None and chosen.until < moment.as_of:
        # a line read from its right end: solid to the last evidence of the days shown
        kept = {s.party for s in series}
        earlier = timeline(found.record.history, found.issue.slug, chosen.until, moment.known_at)
        series = tuple(s for s in earlier if s.party in kept)
    grades = {str(coding.pk): coding.statement.credibility for coding in found.record.codings}
    fewer = thin_series(hide_dots(series, chosen, grades))
    notes = list(_scale_notes(found.issue, has_poles=has_poles))
    notes += [say_thinned(fewer)] if fewer.is_thinned and has_poles else []
    chart = draw_steps(
        fewer.series, rounds, found.inks, found.shifts, quotes, size=size,
        until=found.asked.until, span=(chosen.since, chosen.until), whole={s.party: s for s in series},
        notes=() if size.is_narrow else notes,
    )  # fmt: skip
    return replace(chart, dots_in_all=fewer.all)


def _scale_notes(issue: Issue, *, has_poles: bool) -> Iterator[str]:
    """What the ends of the scale mean, and what holds without an agreement: words, because it has no number."""
    notes = [("+2", issue.pole_for or issue.proposal), ("−2", issue.pole_against)] if has_poles else []
    for mark, words in (*notes, ("◇ " + gettext("If nothing is agreed"), issue.reference_point)):
        if words:
            yield f"{mark}: {clip_text(words, NOTE_LENGTH)}"


def _summaries(found: IssueTimeline) -> Iterator[tuple[PartyInk, str]]:
    """Each party's line in a sentence, coloured parties first."""
    stands = {position.party: position for position in found.positions}
    for s in sorted(found.series, key=lambda s: (99 if (slot := found.inks[s.party].slot) is None else slot, s.party)):
        if s.points:
            moves = [shift for shift in found.shifts if shift.party == s.party and shift.steps]
            yield found.inks[s.party], summarise_line(s, stands.get(s.party), sorted(moves, key=lambda m: m.on))


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
            (c.text, status, str(ConditionStatus(status).label).lower())
            for c in conditions.get(point.coding, ())
            for status in (status_of(c.facts, record.moment.as_of, record.moment.known_at),)
        )
        words = name_stance(point.stance, point.state)
        rows.append(
            EvidenceRow(
                point, inks[point.party], sign_stance(point.stance), words, quotations[point.statement], held, coding
            )
        )
    return rows


def _choices(found: IssueTimeline) -> tuple[list[PartyInk], list[PartyInk]]:
    """Parties heard on this issue: those with a box, heaviest first (at most sixteen and the chosen), and the rest."""
    heard = {reading.party for reading in found.record.history.readings}
    ranked = [slug for slug in found.record.parties if slug in heard]
    shown = ranked[:BOXES_MOST] + [slug for slug in found.asked.parties if slug not in ranked[:BOXES_MOST]]
    rest = sorted((found.inks[slug] for slug in ranked if slug not in shown), key=lambda ink: ink.name)
    return [found.inks[slug] for slug in shown], rest


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
