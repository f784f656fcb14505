"""Two parties side by side: how far apart they stand on each issue, and how that came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext, ngettext, pgettext

from positions.analysis.position import positions
from positions.analysis.timeline import timeline
from positions.analysis.types import Position, Series
from positions.enums import RoundStatus
from positions.models import Issue
from positions.queries.access import Reader
from positions.web.chart_files import link_chart
from positions.web.ledes import Phrase, compose, name_party
from positions.web.matrix_table import MatrixCell, tell_cell
from positions.web.page_view import page
from positions.web.palette import PartyInk
from positions.web.query_string import Asked, BadParameter, read_moment
from positions.web.record import PageRecord, find_negotiation, load_negotiation_record
from positions.web.small_multiples import GapStretch, PairChart, draw_pair, gap_stretches, shared_days
from positions.web.take_away import write_csv
from positions.web.words import count_of, say_day_short, spell_count

CSV_COLUMNS = ("issue", "a", "b", "stance_a", "stance_b", "steps", "same_side", "since", "widest", "narrowest")


@dataclass(frozen=True, slots=True)
class PairRow:
    """One issue: where both stand, the gap now and over time, and their chart."""

    issue: Issue
    a: MatrixCell | None
    b: MatrixCell | None
    steps: int | None
    same_side: bool | None
    history: str
    chart: PairChart
    stretches: tuple[GapStretch, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two parties as the reader sees them; either is null where the negotiation has fewer than two."""

    record: PageRecord
    asked: Asked
    inks: Mapping[str, PartyInk]
    a: PartyInk | None
    b: PartyInk | None
    rows: tuple[PairRow, ...]

    @property
    def query(self) -> str:
        """The state of the page, for its chart and its file."""
        pair = (("a", self.a.slug), ("b", self.b.slug)) if self.a and self.b else ()
        return replace(self.asked, filters=pair).whole_query


def load_pair(query: QueryDict, reader: Reader, slug: str) -> Pair:
    """The comparison asked for. Raises ``NotVisible`` or ``BadParameter``."""
    asked = read_moment(query)
    record = load_negotiation_record(reader, *find_negotiation(reader, slug), asked.moment)
    known = list(record.parties)
    chosen = [query.get(name, "").strip() for name in ("a", "b")]
    for name, value in zip(("a", "b"), chosen, strict=True):
        if value and value not in record.parties:
            raise BadParameter(name, value, gettext("no party of this name has a position in the negotiation"))
    if chosen[0] and chosen[0] == chosen[1]:
        raise BadParameter("b", chosen[1], gettext("is the same party as a; choose another"))
    for place in (0, 1):
        if not chosen[place]:
            chosen[place] = next((party for party in known if party not in chosen), "")
    inks = record.inks([party for party in chosen if party])
    pair = [inks.get(party) for party in chosen]
    rows = _rows(record, asked, pair[0], pair[1]) if pair[0] and pair[1] else []
    return Pair(record, asked, inks, pair[0], pair[1], tuple(rows))


def _rows(record: PageRecord, asked: Asked, a: PartyInk, b: PartyInk) -> list[PairRow]:
    moment = asked.moment
    stands = {
        (p.issue, p.party): p
        for p in positions(record.history, moment.as_of, moment.known_at)
        if p.party in (a.slug, b.slug)
    }
    rounds = [row.round for row in record.rounds if row.round.status in (RoundStatus.HELD, RoundStatus.PLANNED)]
    lines: dict[str, tuple[Series | None, Series | None]] = {}
    for slug in record.issues:
        found = {s.party: s for s in timeline(record.history, slug, moment.as_of, moment.known_at)}
        lines[slug] = (found.get(a.slug), found.get(b.slug))
    days = shared_days([s for pair in lines.values() for s in pair if s is not None], rounds, asked.until)
    rows = []
    for slug, pair in lines.items():
        if pair == (None, None):
            continue
        issue, stretches = record.issues[slug], tuple(gap_stretches(*pair))
        one, two = stands.get((slug, a.slug)), stands.get((slug, b.slug))
        steps, same = _apart(one, two)
        rows.append(
            PairRow(
                issue=issue,
                a=tell_cell(one, a, issue) if one is not None else None,
                b=tell_cell(two, b, issue) if two is not None else None,
                steps=steps,
                same_side=same,
                history=_say_gaps(stretches),
                chart=draw_pair(pair, (a, b), days, rounds),
                stretches=stretches,
            )
        )
    rows.sort(key=lambda row: (row.steps is None, -(row.steps or 0)))
    return rows


def _apart(a: Position | None, b: Position | None) -> tuple[int | None, bool | None]:
    if a is None or b is None or a.stance is None or b.stance is None:
        return None, None
    return abs(a.stance - b.stance), a.stance * b.stance > 0


def _say_gaps(stretches: tuple[GapStretch, ...]) -> str:
    """``4 since 10 Jan 2022, 2 since 17 Feb 2022.``"""
    told = [
        gettext("{gap} from {day}").format(
            gap=pgettext("signals", "mixed") if s.steps is None else count_of(s.steps, "step"),
            day=say_day_short(s.start),
        )
        for s in stretches
    ]
    if not told:
        return gettext("Not both heard.")
    words = "; ".join(told[-3:])
    if earlier := max(0, len(told) - 3):
        sentence = ngettext("{gaps}, after {count} earlier change", "{gaps}, after {count} earlier changes", earlier)
        words = sentence.format(gaps=words, count=earlier)
    return f"{words[0].upper()}{words[1:]}."


@page
def compare(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    found = load_pair(request.GET, reader, slug)
    context = {
        "negotiation": found.record.negotiation,
        "marking": found.record.marking,
        "asked": found.asked,
        "parties": [found.inks[party] for party in found.record.parties],
        "a": found.a,
        "b": found.b,
        "rows": found.rows,
        "lede": tell_pair(found),
        "take_away": link_chart(request, "compare", found.record.negotiation, found.query, slug),
    }
    return render(request, "compare.html", context)


@page
def compare_csv(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    found = load_pair(request.GET, reader, slug)
    rows: list[tuple[object, ...]] = []
    for row in found.rows:
        known = [s.steps for s in row.stretches if s.steps is not None]
        cells = (
            row.issue.slug, found.a.slug if found.a else "", found.b.slug if found.b else "",
            row.a.sign.replace("−", "-") if row.a else "", row.b.sign.replace("−", "-") if row.b else "",
            "" if row.steps is None else row.steps, "" if row.same_side is None else str(row.same_side).lower(),
            row.stretches[-1].start if row.stretches else "", max(known, default=""), min(known, default=""),
        )  # fmt: skip
        rows.append(cells)
    return write_csv(f"{found.record.negotiation.slug}-compare", found.record.marking, CSV_COLUMNS, rows)


def tell_pair(found: Pair) -> list[Phrase]:
    """On how many issues the two stand opposite, apart on one side, and together."""
    if found.a is None or found.b is None:
        return [Phrase(gettext("Fewer than two parties have been heard in this negotiation."))]
    inks = found.inks
    both = [row for row in found.rows if row.steps is not None]
    names = {"a": name_party(found.a.slug, inks), "b": name_party(found.b.slug, inks)}
    if not both:
        return compose(gettext("{a} and {b} have no position on any issue in common."), **names)
    opposite = [row for row in both if row.same_side is False and (row.steps or 0) >= 1 and _sides(row)]
    together = [row for row in both if row.steps == 0]
    none = pgettext("of the issues", "none")
    counts = {
        "count": spell_count(len(both)),
        "opposite": spell_count(len(opposite)) if opposite else none,
        "together": spell_count(len(together)) if together else none,
    }
    if not opposite:
        sentence = ngettext(
            "{a} and {b} both stand on {count} issue: opposite each other on {opposite}; together on {together}.",
            "{a} and {b} both stand on {count} issues: opposite each other on {opposite}; together on {together}.",
            len(both),
        )
        return compose(sentence, **names, **counts)
    widest = max(opposite, key=lambda row: row.steps or 0)
    sentence = ngettext(
        "{a} and {b} both stand on {count} issue: opposite each other on {opposite}, widest on {issue};"
        " together on {together}.",
        "{a} and {b} both stand on {count} issues: opposite each other on {opposite}, widest on {issue};"
        " together on {together}.",
        len(both),
    )
    return compose(sentence, issue=Phrase(widest.issue.title, issue=widest.issue.slug), **names, **counts)


def _sides(row: PairRow) -> bool:
    """Whether both take a side, and not the same: neutral is none."""
    return bool(row.a and row.b and "0" not in (row.a.sign, row.b.sign))
