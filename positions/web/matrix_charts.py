"""The tables of stances as figures: the overview's and the whole matrix, and one party round by round."""

from __future__ import annotations

from django.http import QueryDict
from django.utils.translation import gettext as _

from positions.queries.access import Reader
from positions.web.chart_files import ChartFile, figure_file, say_facts
from positions.web.figure_grid import Column, GridCell, GridRow, draw_grid
from positions.web.matrix import load_matrix
from positions.web.matrix_table import MatrixCell, MatrixTable, lay_matrix
from positions.web.negotiation import PARTIES_SHOWN, load_overview
from positions.web.round_table import RoundCell, lay_rounds
from positions.web.words import say_day, say_day_short


def matrix_file(query: QueryDict, reader: Reader, slug: str) -> ChartFile:
    """The whole matrix, or what moved since a day. Raises ``NotVisible`` or ``BadParameter``."""
    found = load_matrix(query, reader, slug)
    negotiation, marking = found.record.negotiation, found.record.marking
    title, nothing = _("Who stands where"), _("No positions are in the record.")
    if found.since is not None:
        title = _("What moved since %(day)s") % {"day": say_day(found.since)}
        nothing = _("Nobody moved along the scale in these days.")
    columns, rows = _lay_cells(found.table)
    facts = say_facts(negotiation, found.asked)
    figure = draw_grid(title, facts, columns, rows, notes=[_key()], marking=marking.label, nothing=nothing)
    return figure_file(negotiation, marking, f"{slug}-matrix", title, found.asked, found.query, figure, _key())


def overview_file(query: QueryDict, reader: Reader, slug: str) -> ChartFile:
    """The overview's matrix: the parties most is known of. Raises ``NotVisible`` or ``BadParameter``."""
    found = load_overview(query, reader, slug)
    negotiation, marking = found.record.negotiation, found.record.marking
    table = lay_matrix(found.stands, found.inks, found.record.issues, PARTIES_SHOWN)
    title = _("Where each party stands")
    columns, rows = _lay_cells(table)
    notes = [_key()]
    if table.parties_left_out:
        notes.insert(0, _("Parties not shown here: %(count)d.") % {"count": table.parties_left_out})
    figure = draw_grid(
        title, say_facts(negotiation, found.asked), columns, rows, notes=notes, marking=marking.label,
        nothing=_("No positions are in the record."),
    )  # fmt: skip
    query_now = found.asked.whole_query
    return figure_file(negotiation, marking, f"{slug}-overview", title, found.asked, query_now, figure, _key())


def rounds_file(query: QueryDict, reader: Reader, slug: str) -> ChartFile:
    """What one party said on each issue at each round. Raises ``NotVisible`` or ``BadParameter``."""
    found = load_overview(query, reader, slug)
    record, ink = found.record, found.chosen
    title, columns, rows, notes = _("Round by round"), [], [], [_key()]
    if ink is not None and record.rounds:
        title = _("%(party)s, round by round") % {"party": ink.name}
        table = lay_rounds(record, ink, found.stands, found.shifts)
        columns = [
            Column(str(entry.number), second=say_day_short(entry.starts_on) if entry.starts_on else "")
            for entry in table.rounds
        ]
        columns.append(Column(_("now"), ink))
        for issue, cells, standing in table.rows:
            names = [f"{issue.slug} {entry.number}" for entry in table.rounds]
            drawn = [_round_cell(cell, name) for cell, name in zip(cells, names, strict=True)]
            drawn.append(_matrix_cell(standing, f"{issue.slug} {ink.slug}"))
            pole = issue.pole_for or issue.proposal
            rows.append(GridRow(issue.title, f"+2: {pole}", tuple(drawn)))
        if table.rounds_left_out:
            notes.insert(0, _("Earlier rounds not drawn here: %(count)d.") % {"count": table.rounds_left_out})
    figure = draw_grid(
        title, say_facts(record.negotiation, found.asked), columns, rows, notes=notes, marking=record.marking.label,
        nothing=_("Nothing was said at a round."),
    )  # fmt: skip
    query_now = found.asked.whole_query
    return figure_file(
        record.negotiation, record.marking, f"{slug}-rounds", title, found.asked, query_now, figure, _key()
    )


def _key() -> str:
    return _(
        "Categorical against −2, qualified against −1, neutral 0, qualified for +1, categorical for +2. Hatched, if:"
        " under an open condition. Diamond: a red line. Edged: mixed signals, or dashed where told by somebody else and"
        " dotted where inferred. An empty cell: nothing found, which is not 0."
    )


def _lay_cells(table: MatrixTable) -> tuple[list[Column], list[GridRow]]:
    columns = [Column(ink.name, ink) for ink in table.parties]
    rows = []
    for row in table.rows:
        cells = tuple(
            _matrix_cell(cell, f"{row.issue.slug} {ink.slug}")
            for cell, ink in zip(row.cells, table.parties, strict=True)
        )
        pole = row.issue.pole_for or row.issue.proposal
        rows.append(
            GridRow(row.issue.title, f"+2: {pole}", cells, row.span_words if row.span_steps is not None else "")
        )
    return columns, rows


def _matrix_cell(cell: MatrixCell | None, name: str) -> GridCell | None:
    if cell is None:
        return None
    note = f"{cell.heard} · {cell.evidence_count}{f' · {cell.note}' if cell.note else ''}"
    return GridCell(cell.sign, cell.tint, note, cell.edge, cell.is_conditional, cell.title, name, cell.is_red_line)


def _round_cell(cell: RoundCell | None, name: str) -> GridCell | None:
    return None if cell is None else GridCell(cell.sign, cell.tint, cell.note, cell.edge, False, cell.title, name)
