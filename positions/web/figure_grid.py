"""Figures of cells: issues down, parties or rounds across, each cell a stance with its tint and its words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from positions.web.chart_axis import measure_text
from positions.web.figure import (
    MARGIN,
    MARKS_MOST,
    Block,
    Figure,
    Mark,
    Shape,
    Stroke,
    Word,
    fit_text,
    foot_figure,
    head_figure,
    wrap_text,
)
from positions.web.palette import HAIR, INK, LIGHT_PAPER, MUTED, TINTS, PartyInk

LABEL_WIDTH = 280.0
CELL_WIDTH, CELL_HEIGHT = 92.0, 46.0
NARROWEST = 700.0
COLUMNS_MOST = 60
EDGES = {"told": "6 3", "inferred": "1.5 2.5", "mixed": ""}


@dataclass(frozen=True, slots=True)
class GridCell:
    """One cell: the sign, the tint's name, a note below, and how it is known."""

    sign: str
    tint: str
    note: str = ""
    edge: str = ""
    is_hatched: bool = False
    title: str = ""
    name: str = ""
    is_red_line: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    ink: PartyInk | None = None
    second: str = ""


@dataclass(frozen=True, slots=True)
class GridRow:
    label: str
    second: str
    cells: tuple[GridCell | None, ...]
    note: str = ""


def draw_grid(
    title: str,
    facts: str,
    columns: Sequence[Column],
    rows: Sequence[GridRow],
    *,
    notes: Sequence[str] = (),
    marking: str = "",
    nothing: str = "",
) -> Figure:
    """Lay the cells out; what is beyond sixty columns or two thousand cells is counted under the figure."""
    across = list(columns[:COLUMNS_MOST])
    down = list(rows[: max(1, MARKS_MOST // max(1, len(across)))])
    width = max(NARROWEST, 2 * MARGIN + LABEL_WIDTH + CELL_WIDTH * len(across) + 96)
    marks, y = head_figure(title, facts, width)
    if not rows or not columns:
        marks.append(
            Word(MARGIN, y + 20, nothing or _("Nothing found in the record."), 14, css_class="muted", fill=MUTED)
        )
        foot, height = foot_figure(y + 24, notes, marking, width)
        return Figure(width, height, (*marks, *foot))
    left = MARGIN + LABEL_WIDTH
    for place, column in enumerate(across):
        marks += _head(column, left + CELL_WIDTH * place, y)
    y += 40
    for row in down:
        marks += _row(row, left, y, len(across))
        y += CELL_HEIGHT
    said = say_cells_left_out(len(across), len(columns), len(down), len(rows))
    foot, height = foot_figure(y + 6, [*said, *notes], marking, width)
    lines = tuple(cell.title + "." for row in rows for cell in row.cells if cell is not None and cell.title)
    return Figure(width, height, (*marks, *foot), lines)


def say_cells_left_out(columns: int, all_columns: int, rows: int, all_rows: int) -> list[str]:
    """How much of the grid is drawn, where that is not all of it."""
    said = []
    if columns < all_columns:
        said.append(
            ngettext(
                "%(drawn)d of %(all)d column is drawn; the CSV file has the rest.",
                "%(drawn)d of %(all)d columns are drawn; the CSV file has the rest.",
                all_columns,
            )
            % {"drawn": columns, "all": all_columns}
        )
    if rows < all_rows:
        said.append(
            ngettext(
                "%(drawn)d of %(all)d row is drawn; the CSV file has the rest.",
                "%(drawn)d of %(all)d rows are drawn; the CSV file has the rest.",
                all_rows,
            )
            % {"drawn": rows, "all": all_rows}
        )
    return said


def _head(column: Column, x: float, y: float) -> list[Mark]:
    css_class, fill = (f"party-text {column.ink.css_class}", column.ink.colour) if column.ink else ("", INK)
    middle = x + CELL_WIDTH / 2
    lines = wrap_text(column.label, 12, CELL_WIDTH - 8, 1 if column.second else 2)
    marks: list[Mark] = [
        Word(
            middle,
            y + 32 - 15 * (len(lines) - 1 - place) - 14 * bool(column.second),
            line,
            12,
            "middle",
            css_class,
            fill,
            is_bold=True,
        )
        for place, line in enumerate(lines)
    ]
    if column.second:
        words = fit_text(column.second, 10.5, CELL_WIDTH - 8)
        marks.append(Word(middle, y + 32, words, 10.5, "middle", "muted", MUTED))
    return marks


def _row(row: GridRow, left: float, y: float, columns: int) -> list[Mark]:
    lines = wrap_text(row.label, 12.5, LABEL_WIDTH - 14, 1 if row.second else 2)
    marks: list[Mark] = [Stroke(f"M{MARGIN} {y}H{left + CELL_WIDTH * columns + 84}", "hair", "#dcd6c9")]
    first = y + (20 if row.second or len(lines) > 1 else 27)
    marks += [Word(MARGIN, first + 15 * place, line, 12.5, is_bold=True) for place, line in enumerate(lines)]
    if row.second:
        words = fit_text(row.second, 11, LABEL_WIDTH - 14)
        marks.append(Word(MARGIN, first + 16, words, 11, css_class="muted", fill=MUTED))
    for place, cell in enumerate(row.cells[:columns]):
        marks += _cell(cell, left + CELL_WIDTH * place, y)
    if row.note:
        end = left + CELL_WIDTH * columns + 10
        marks.append(Word(end, y + 27, row.note, 11.5, css_class="muted", fill=MUTED))
    return marks


def _cell(cell: GridCell | None, x: float, y: float) -> list[Mark]:
    middle = x + CELL_WIDTH / 2
    if cell is None:
        return [Word(middle, y + 27, "·", 13, "middle", "muted", MUTED)]
    has_edge = cell.edge in EDGES
    block = Block(
        x + 2, y + 3, CELL_WIDTH - 4, CELL_HEIGHT - 6, f"tint-{cell.tint}", TINTS.get(cell.tint, LIGHT_PAPER),
        cell.title, HAIR if has_edge else "", EDGES.get(cell.edge, ""), cell.name, cell.is_hatched,
    )  # fmt: skip
    marks: list[Mark] = [block, Word(middle, y + (21 if cell.note else 28), cell.sign, 14, "middle", is_bold=True)]
    if cell.is_red_line:
        x, y_of = middle + measure_text(cell.sign, 14) / 2 + 11, y + (16 if cell.note else 23)
        marks.append(Shape(f"M{x:.1f} {y_of - 5}l5 5l-5 5l-5 -5Z"))
    if cell.note:
        marks.append(Word(middle, y + 36, fit_text(cell.note, 10, CELL_WIDTH - 8), 10, "middle"))
    return marks
