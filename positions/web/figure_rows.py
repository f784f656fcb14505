"""Figures of rows on one axis: days with the rounds behind them, or any other scale with named places."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import ngettext

from positions.web.chart_axis import Band, DayScale, RoundLike, Tick, place_bands, place_ticks
from positions.web.figure import (
    MARGIN,
    MARKS_MOST,
    WIDTH,
    Block,
    Figure,
    Mark,
    Stroke,
    Word,
    fit_text,
    foot_figure,
    head_figure,
    party_word,
)
from positions.web.palette import MUTED, PartyInk

LABEL_WIDTH = 300.0
NOTE_WIDTH = 214.0
ROW_HEIGHT = 34.0
HEAD_HEIGHT = 30.0
ROWS_MOST = 200

Draw = Callable[[float], Iterable[Mark]]  # the y of a row's middle → its marks


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a figure: who, on what, its marks, and a note at the right; without ``draw`` a heading."""

    label: str
    second: str = ""
    ink: PartyInk | None = None
    draw: Draw | None = None
    marks: int = 1
    note: str = ""
    words: str = ""
    height: float = ROW_HEIGHT


@dataclass(frozen=True, slots=True)
class Axis:
    """The horizontal axis of the rows: ticks with labels, guides through all rows, bands of rounds on a day axis."""

    left: float
    right: float
    ticks: tuple[Tick, ...] = ()
    guides: tuple[float, ...] = ()
    bands: tuple[Band, ...] = ()
    head: float = 0.0
    facts: Mapping[str, str] | None = None
    is_centred: bool = False


def plot_sides(width: float = WIDTH) -> tuple[float, float]:
    """Where the plot begins and ends, in pixels."""
    return MARGIN + LABEL_WIDTH, width - MARGIN - NOTE_WIDTH


def day_axis(first: date, last: date, rounds: Sequence[RoundLike]) -> tuple[DayScale, Axis]:
    """An axis of days with a band for each dated round and labels that keep apart."""
    left, right = plot_sides()
    scale = DayScale(first, last, left, right)
    bands, head = place_bands(rounds, scale, label_length=18, rows=4)
    facts = {"first": first.isoformat(), "last": last.isoformat(), "left": f"{left:g}", "right": f"{right:g}"}
    return scale, Axis(left, right, place_ticks(scale, 64), (), bands, head, facts)


def value_axis(places: Sequence[tuple[float, str]], at: Callable[[float], float]) -> Axis:
    """An axis of values: a guide and a label at each of the places."""
    left, right = plot_sides()
    ticks = tuple(Tick(at(value), label, False) for value, label in places)
    facts = {f"at-{place}": f"{value:g} {at(value):g}" for place, (value, _) in enumerate(places)}
    return Axis(left, right, ticks, tuple(tick.x for tick in ticks), facts=facts, is_centred=True)


def draw_rows(
    title: str, facts: str, rows: Sequence[Row], axis: Axis, *, notes: Sequence[str] = (), marking: str = ""
) -> Figure:
    """Lay the rows below each other; beyond :data:`ROWS_MOST` rows the figure says what it lacks."""
    shown = keep_rows(rows)
    marks, y = head_figure(title, facts)
    plot_top = y + axis.head
    bottom = plot_top + sum(row.height if row.draw else HEAD_HEIGHT for row in shown)
    under: list[Mark] = [
        Block(band.x, plot_top, band.width, round(bottom - plot_top, 1), title=band.title) for band in axis.bands
    ]
    for band in axis.bands:
        if band.label:
            label_y = round(y + band.label_y, 1)
            under.append(Word(band.label_x, label_y, band.label, 11.5, "middle"))
            if band.leader:
                under.append(
                    Stroke(f"M{round(band.x + band.width / 2, 1)} {label_y + 3}V{plot_top}", "hair", "#c9c0ad")
                )
    under += [Stroke(f"M{x} {plot_top}V{round(bottom, 1)}", "hair", "#dcd6c9") for x in axis.guides]
    marks += under
    y = plot_top
    for row in shown:
        if row.draw is None:
            y += HEAD_HEIGHT
            marks.append(party_word(MARGIN, y - 9, fit_text(row.label, 14, axis.right - MARGIN), row.ink, 14))
            continue
        middle = round(y + row.height / 2, 1)
        marks += _label_row(row, middle)
        marks += row.draw(middle)
        if row.note:
            words = fit_text(row.note, 11.5, NOTE_WIDTH - 12)
            marks.append(Word(axis.right + 12, middle + 4, words, 11.5, css_class="muted", fill=MUTED))
        y += row.height
    marks += _ticks(axis, round(bottom, 1))
    left_out = len([r for r in rows if r.draw]) - len([r for r in shown if r.draw])
    foot, height = foot_figure(bottom + (26 if axis.ticks else 8), [*say_left_out(rows, left_out), *notes], marking)
    lines = tuple(row.words for row in rows if row.words)
    return Figure(WIDTH, height, (*marks, *foot), lines, axis.facts or {})


def keep_rows(rows: Sequence[Row]) -> list[Row]:
    """The first rows that fit, without a heading that nothing follows."""
    kept: list[Row] = []
    count = drawn = 0
    for row in rows:
        if row.draw is not None:
            count, drawn = count + 1, drawn + row.marks
            if kept and (count > ROWS_MOST or drawn > MARKS_MOST):
                break
        kept.append(row)
    while kept and kept[-1].draw is None:
        kept.pop()
    return kept


def say_left_out(rows: Sequence[Row], left_out: int) -> list[str]:
    """What the figure lacks and where it is; empty where it lacks nothing."""
    if left_out <= 0:
        return []
    drawn = len([row for row in rows if row.draw]) - left_out
    return [
        ngettext(
            "%(drawn)d of %(all)d row is drawn; the CSV file has the rest.",
            "%(drawn)d of %(all)d rows are drawn; the CSV file has the rest.",
            drawn + left_out,
        )
        % {"drawn": drawn, "all": drawn + left_out}
    ]


def _label_row(row: Row, middle: float) -> list[Mark]:
    room = LABEL_WIDTH - 16
    if not row.second:
        return [party_word(MARGIN, middle + 4, fit_text(row.label, 13, room), row.ink)]
    second = Word(MARGIN, middle + 12, fit_text(row.second, 11.5, room), 11.5, css_class="muted", fill=MUTED)
    return [party_word(MARGIN, middle - 2, fit_text(row.label, 13, room), row.ink), second]


def _ticks(axis: Axis, bottom: float) -> list[Mark]:
    marks: list[Mark] = [Stroke(f"M{axis.left} {bottom}H{axis.right}")]
    for tick in axis.ticks:
        marks.append(Stroke(f"M{tick.x} {bottom}v{9 if tick.is_major else 5}"))
        if tick.label:
            anchor, x = ("middle", tick.x) if axis.is_centred else ("start", tick.x + 3)
            marks.append(Word(x, bottom + 18, tick.label, 11.5, anchor, "muted", MUTED, is_bold=tick.is_major))
    return marks
