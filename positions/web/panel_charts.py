"""Pages of small charts as one figure: a party on every issue, two parties beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from positions.queries.access import Reader
from positions.web.chart_files import ChartFile, figure_file, say_facts
from positions.web.compare import load_pair
from positions.web.figure import (
    MARGIN,
    MARKS_MOST,
    Figure,
    Mark,
    Panel,
    Word,
    fit_text,
    foot_figure,
    head_figure,
    party_word,
)
from positions.web.palette import MUTED, PartyInk
from positions.web.party_dossier import lay_panels, load_dossier
from positions.web.small_multiples import WIDTH as PANEL_WIDTH
from positions.web.small_multiples import PairChart, SmallChart

ACROSS = 3
GUTTER = 24.0


@dataclass(frozen=True, slots=True)
class Captioned:
    """A small chart with the issue it is of, where things stand, and a sentence under it."""

    title: str
    standing: str
    note: str
    chart: SmallChart | PairChart
    marks: int


def dossier_file(query: QueryDict, reader: Reader, slug: str, party: str) -> ChartFile:
    """A party's small charts. Raises ``NotVisible``, ``Http404`` or ``BadParameter``."""
    found = load_dossier(query, reader, slug, party)
    record = found.record
    panels = lay_panels(found)
    panels.sort(key=lambda panel: not panel.moved)
    title = _("%(party)s on every issue") % {"party": found.party.name}
    listed = [
        Captioned(panel.issue.title, f"{panel.sign} {panel.words}", panel.note, panel.chart, len(panel.chart.dots))
        for panel in panels
    ]
    figure = draw_panels(
        title, say_facts(record.negotiation, found.asked), listed, "charts/small_chart.svg", record.marking.label,
        [_("Hollow: not in its own words. Dotted: nothing newer. Right: where others stand."), *_say_thinned(listed)],
    )  # fmt: skip
    return figure_file(
        record.negotiation, record.marking, f"{slug}-{party}", title, found.asked, found.asked.whole_query, figure,
        _("Each dot is one statement and leads to it."),
    )  # fmt: skip


def compare_file(query: QueryDict, reader: Reader, slug: str) -> ChartFile:
    """Two parties on every issue either was heard on. Raises ``NotVisible`` or ``BadParameter``."""
    found = load_pair(query, reader, slug)
    record, pair = found.record, [ink for ink in (found.a, found.b) if ink is not None]
    title = (
        _("%(a)s and %(b)s") % {"a": pair[0].name, "b": pair[1].name} if len(pair) == 2 else _("Compare two parties")
    )
    listed = []
    for row in found.rows:
        apart = (
            ngettext("%(steps)d step apart", "%(steps)d steps apart", row.steps) % {"steps": row.steps}
            if row.steps is not None
            else _("no gap to count")
        )
        listed.append(
            Captioned(row.issue.title, apart, row.history, row.chart, sum(len(line.dots) for line in row.chart.lines))
        )
    notes = [_("The strip below a chart counts the steps between the two."), *_say_thinned(listed)]
    figure = draw_panels(
        title, say_facts(record.negotiation, found.asked), listed, "charts/pair_chart.svg", record.marking.label,
        notes, pair,
    )  # fmt: skip
    return figure_file(
        record.negotiation, record.marking, f"{slug}-compare", title, found.asked, found.query, figure,
        _("Each dot is one statement and leads to it."),
    )  # fmt: skip


def draw_panels(
    title: str,
    facts: str,
    panels: Sequence[Captioned],
    template: str,
    marking: str,
    notes: Sequence[str] = (),
    key: Sequence[PartyInk] = (),
) -> Figure:
    """The panels three in a row; those beyond two thousand marks are counted under the figure."""
    width = 2 * MARGIN + ACROSS * PANEL_WIDTH + (ACROSS - 1) * GUTTER
    marks, top = head_figure(title, facts, width)
    for place, ink in enumerate(key):
        marks.append(party_word(MARGIN + 260 * place, top + 8, fit_text(ink.name, 13, 250), ink))
    top += 22 if key else 0
    shown = _keep(panels)
    height = float(panels[0].chart.height) + 78 if panels else 0.0
    for place, panel in enumerate(shown):
        x = MARGIN + (place % ACROSS) * (PANEL_WIDTH + GUTTER)
        marks += _caption(panel, x, top + place // ACROSS * height)
        marks.append(Panel(x, round(top + place // ACROSS * height + 40, 1), template, panel.chart))
    bottom = top + -(-len(shown) // ACROSS) * height
    if not panels:
        marks.append(Word(MARGIN, top + 20, _("Nothing found in the record."), 14, css_class="muted", fill=MUTED))
        bottom = top + 24
    said = []
    if len(shown) < len(panels):
        said.append(
            _("%(drawn)d of %(all)d charts are drawn; the page and the CSV file have the rest.")
            % {"drawn": len(shown), "all": len(panels)}
        )
    foot, total = foot_figure(bottom, [*said, *notes], marking, width)
    lines = tuple(f"{panel.title}: {panel.chart.words}" for panel in panels)
    return Figure(width, total, (*marks, *foot), lines)


def _keep(panels: Sequence[Captioned]) -> list[Captioned]:
    kept: list[Captioned] = []
    for panel in panels:
        if kept and sum(one.marks for one in kept) + panel.marks > MARKS_MOST:
            break
        kept.append(panel)
    return kept


def _caption(panel: Captioned, x: float, y: float) -> list[Mark]:
    room = PANEL_WIDTH - 8
    return [
        Word(x, round(y + 14, 1), fit_text(panel.title, 13, room), 13, is_bold=True),
        Word(x, round(y + 31, 1), fit_text(panel.standing, 12, room), 12),
        Word(
            x, round(y + 54 + panel.chart.height, 1), fit_text(panel.note, 11, room), 11, css_class="muted", fill=MUTED
        ),
    ]


def _say_thinned(panels: Sequence[Captioned]) -> list[str]:
    left_out = sum(panel.chart.thinned for panel in panels)
    if not left_out:
        return []
    drawn = sum(panel.marks for panel in panels)
    return [
        _("%(drawn)d of %(all)d dots are drawn: the first, the last, every move and red line, and some between.")
        % {"drawn": drawn, "all": drawn + left_out}
    ]
