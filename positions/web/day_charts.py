"""Ledgers as figures on an axis of days: silences, conditions, red lines, a row each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from positions.analysis.coverage import Coverage
from positions.analysis.red_lines import RedLine
from positions.enums import RoundStatus
from positions.models import Round
from positions.queries.access import Reader
from positions.web.chart_axis import DayScale, choose_days
from positions.web.chart_files import ChartFile, figure_file, say_facts
from positions.web.conditions import ConditionRow, load_conditions
from positions.web.coverage import load_coverage, rank_silences
from positions.web.figure import Figure, Link, Mark, Spot, Stroke, Word
from positions.web.figure_rows import Draw, Row, day_axis, draw_rows
from positions.web.palette import PartyInk
from positions.web.query_string import Asked
from positions.web.record import PageRecord
from positions.web.red_lines import GLYPHS, KIND_WORDS, load_lines, say_status
from positions.web.words import say_day_short, sign_position, sign_stance


def coverage_file(query: QueryDict, reader: Reader, slug: str) -> ChartFile:
    """Who was heard and then silent, on one axis of days. Raises ``NotVisible`` or ``BadParameter``."""
    found = load_coverage(query, reader, slug)
    record = found.record
    quiet = rank_silences(found.pairs)
    days = [day for pair in quiet for day in (_last_heard(pair), *pair.silent_at)]
    scale, axis = day_axis(*choose_days(days, shown_rounds(record)), shown_rounds(record))
    rows = []
    for pair in quiet:
        ink, issue = found.inks[pair.party], record.issues[pair.issue]
        silent = ngettext("%(n)d round silent", "%(n)d rounds silent", pair.rounds_silent) % {"n": pair.rounds_silent}
        day = say_day_short(_last_heard(pair))
        words = _("%(party)s on %(issue)s: nothing found since %(day)s, %(silent)s.") % {
            "party": ink.name,
            "issue": issue.title,
            "day": day,
            "silent": silent,
        }
        rows.append(
            Row(
                ink.name,
                issue.title,
                ink,
                _silence(pair, ink, scale),
                1 + len(pair.silent_at),
                f"{day} · {silent}",
                words,
            )
        )
    title = _("Heard, then silent")
    notes = [_("Dot: latest evidence. Tick: a round the party attended since. Silence is a gap, not a position.")]
    if not rows:
        notes.insert(0, _("No party attended a round without being heard on what it had spoken of before."))
    figure = draw_rows(
        title, say_facts(record.negotiation, found.asked), rows, axis, notes=notes, marking=record.marking.label
    )
    return _file(record, f"{slug}-coverage", title, found.asked, found.asked.whole_query, figure, notes[-1])


def conditions_file(query: QueryDict, reader: Reader, slug: str) -> ChartFile:
    """What offers and threats hang on, and what came of it. Raises ``NotVisible`` or ``BadParameter``."""
    found = load_conditions(query, reader, slug)
    record = found.record
    days = [day for row in found.rows for day in (*row.stated_on, row.since)]
    scale, axis = day_axis(*choose_days(days, shown_rounds(record)), shown_rounds(record))
    rows = []
    for row in found.rows:
        whose = _("%(party)s, %(issue)s") % {"party": row.ink.name, "issue": row.issue.title}
        status = _("%(status)s since %(day)s") % {"status": row.status_words, "day": row.since_words}
        words = f"{row.text} ({whose}): {row.status_words}, {row.since_words}."
        rows.append(Row(row.text, whose, None, _condition(row, scale, found.asked), len(row.stated_on), status, words))
    title = _("Conditions")
    notes = [_("Dot: stated. Solid: between the first and the latest time. Dotted: nothing newer. Cross: failed.")]
    if not rows:
        notes.insert(0, _("No condition is in the evidence found."))
    figure = draw_rows(
        title, say_facts(record.negotiation, found.asked), rows, axis, notes=notes, marking=record.marking.label
    )
    return _file(record, f"{slug}-conditions", title, found.asked, found.query, figure, notes[-1])


def red_lines_file(query: QueryDict, reader: Reader, slug: str) -> ChartFile:
    """The life of each red line. Raises ``NotVisible`` or ``BadParameter``."""
    found = load_lines(query, reader, slug)
    record = found.record
    days = [entry.on for line in found.lines for entry in line.entries]
    scale, axis = day_axis(*choose_days(days, shown_rounds(record)), shown_rounds(record))
    rows = []
    for line in found.lines:
        ink, issue = found.inks[line.party], record.issues[line.issue]
        sign = sign_stance(line.stance) if line.stance is not None else _("mixed")
        label = _("%(party)s at %(stance)s") % {"party": ink.name, "stance": sign}
        words = f"{label}, {issue.title}: {say_status(line)}."
        draw = _red_line(line, ink, scale, found.asked)
        rows.append(Row(label, issue.title, ink, draw, len(line.entries), say_status(line), words))
    title = _("Red lines")
    notes = [
        _(
            "Filled diamond: declared or repeated. Hollow diamond: not repeated, which is no withdrawal. Triangle:"
            " softened. Cross: crossed."
        )
    ]
    if not rows:
        notes.insert(0, _("No party has declared a red line in the evidence found."))
    figure = draw_rows(
        title, say_facts(record.negotiation, found.asked), rows, axis, notes=notes, marking=record.marking.label
    )
    return _file(record, f"{slug}-red-lines", title, found.asked, found.asked.whole_query, figure, notes[-1])


def _file(record: PageRecord, name: str, title: str, asked: Asked, query: str, figure: Figure, note: str) -> ChartFile:
    return figure_file(record.negotiation, record.marking, name, title, asked, query, figure, note)


def shown_rounds(record: PageRecord) -> list[Round]:
    """The rounds that a chart shades: held or planned."""
    return [row.round for row in record.rounds if row.round.status in (RoundStatus.HELD, RoundStatus.PLANNED)]


def link_statement(statement: str, asked: Asked) -> str:
    """The address of a statement at the moment asked for."""
    return reverse("statement", args=[statement]) + asked.query


def _last_heard(pair: Coverage) -> date:
    return pair.evidence_on or pair.heard_on or date.min


def _silence(pair: Coverage, ink: PartyInk, scale: DayScale) -> Draw:
    def draw(y: float) -> Iterator[Mark]:
        dot, line = scale.at(_last_heard(pair)), f"party-line {ink.css_class}"
        yield Stroke(f"M{dot} {y}H{scale.right}", line, ink.colour, 1.6, "2 3")
        for day in pair.silent_at:
            yield Stroke(f"M{scale.at(day)} {y - 6}v12", line, ink.colour, 2)
        yield Spot(dot, y, 5, f"party-mark {ink.css_class}", ink.colour, title=say_day_short(_last_heard(pair)))

    return draw


def _condition(row: ConditionRow, scale: DayScale, asked: Asked) -> Draw:
    ink = row.ink
    each = row.statements if len(row.statements) == len(row.stated_on) else (row.statements[-1],) * len(row.stated_on)

    def draw(y: float) -> Iterator[Mark]:
        xs = [scale.at(day) for day in row.stated_on]
        ended = row.status != "open"
        end = scale.at(row.since) if ended else scale.right
        line = f"party-line {ink.css_class}"
        if xs[-1] > xs[0]:
            yield Stroke(f"M{xs[0]} {y}H{xs[-1]}", line, ink.colour, 2.2)
        if end > xs[-1]:
            yield Stroke(f"M{xs[-1]} {y}H{end}", line, ink.colour, 1.6, "2 3")
        for x, day, statement in zip(xs, row.stated_on, each, strict=True):
            spot = Spot(x, y, 5, f"party-mark {ink.css_class}", ink.colour)
            title = _("%(party)s stated it on %(day)s") % {"party": ink.name, "day": say_day_short(day)}
            yield Link(link_statement(statement, asked), title, (spot,), x, y)
        if ended:
            yield Word(end, y + 5, row.glyph, 14, "middle", is_bold=True)

    return draw


def _red_line(line: RedLine, ink: PartyInk, scale: DayScale, asked: Asked) -> Draw:
    def draw(y: float) -> Iterator[Mark]:
        first, last = scale.at(line.declared_on), scale.at(line.last_spoken_on)
        css_class = f"party-line {ink.css_class}"
        if last > first:
            yield Stroke(f"M{first} {y}H{last}", css_class, ink.colour, 2.2)
        end = scale.right if line.status not in ("softened", "crossed") else scale.at(line.entries[-1].on)
        if end > last:
            yield Stroke(f"M{last} {y}H{end}", css_class, ink.colour, 1.6, "2 3")
        for entry in line.entries:
            x = scale.at(entry.on)
            glyph = Word(x, y + 5.5, GLYPHS[entry.kind], 16, "middle", f"party-text {ink.css_class}", ink.colour)
            title = f"{ink.name}, {say_day_short(entry.on)}: {KIND_WORDS[entry.kind]}"
            title += f", {sign_position(entry.stance, entry.low, entry.high)}"
            if entry.statements:
                yield Link(link_statement(entry.statements[0], asked), title, (glyph,), x, y)
            else:
                yield glyph

    return draw
