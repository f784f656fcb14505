"""The step chart: lines that hold, dots that tell their footing, labels that keep apart."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.template.loader import render_to_string

from positions.analysis.types import Occasion, Point, Segment, Series, Shift, Side
from positions.web.chart_lanes import spread_labels, stack_dots
from positions.web.chart_shapes import NARROW, WIDE, ChartSize, StepChart
from positions.web.charts import draw_steps, say_series
from positions.web.palette import PartyInk

JAN = date(2022, 1, 10)


def point(party: str = "north", on: date = JAN, stance: int | None = 2, **fields: object) -> Point:
    values: dict[str, object] = {
        "statement": f"s-{party}-{on}-{stance}", "coding": f"c-{party}-{on}-{stance}-{len(fields)}", "earliest": on,
        "round": None, "state": "coded", "move": "demand", "red_line": False, "conditional": False, "footing": "own",
        "set_aside": None,
    }  # fmt: skip
    return Point(party=party, latest=on, stance=stance, **{**values, **fields})  # type: ignore[arg-type]


def segment(start: date = JAN, end: date | None = None, stance: int | None = 2, **fields: object) -> Segment:
    low = high = stance or 0
    values: dict[str, object] = {
        "low": low, "high": high, "state": "coded", "footing": "own", "last_evidence_on": start,
    }  # fmt: skip
    return Segment(start=start, end=end, stance=stance, **{**values, **fields})  # type: ignore[arg-type]


def ink(slug: str, slot: int | None = 0) -> PartyInk:
    return PartyInk(slug, slug.title(), slug[:4], slot)


def draw(*series: Series, size: ChartSize = WIDE, shifts: tuple[Shift, ...] = (), slots: bool = True) -> StepChart:
    inks = {s.party: ink(s.party, n if slots and n < 8 else None) for n, s in enumerate(series)}
    return draw_steps(series, [], inks, shifts, size=size)


def moved(party: str, on: date, before: int, after: int) -> Shift:
    def side(stance: int) -> Side:
        return Side(stance, stance, stance, "coded", Occasion(on, ()), ())

    return Shift(party, "x", on, "own", "moved", after - before, False, None, None, side(before), side(after), ())


def test_line_is_solid_to_the_latest_evidence_and_dotted_to_the_edge() -> None:
    later = JAN + timedelta(30)
    series = Series("north", (point(), point(on=later)), (segment(last_evidence_on=later),))
    chart = draw(series)
    marks = chart.parties[0]
    first, second = (dot.x for dot in marks.dots)
    y = marks.dots[0].y
    assert marks.solid == f"M{first} {y}H{second}"
    assert marks.dotted == f"M{second} {y}H{chart.plot_right}"


def test_step_is_vertical_and_carries_its_shift() -> None:
    later = JAN + timedelta(30)
    series = Series("north", (point(), point(on=later, stance=1)), (segment(end=later), segment(later, stance=1)))
    chart = draw(series, shifts=(moved("north", later, 2, 1),))
    high, low = (dot.y for dot in chart.parties[0].dots)
    assert f"M{chart.parties[0].dots[1].x} {high}V{low}" in chart.parties[0].solid
    (mark,) = chart.parties[0].shifts
    assert (mark.glyph, mark.text) == ("▼", "1 step")


def test_change_of_footing_is_no_solid_step() -> None:
    later = JAN + timedelta(30)
    told = segment(end=later, stance=-1, footing="reported")
    series = Series("north", (point(stance=-1, footing="reported"), point(on=later)), (told, segment(later)))
    marks = draw(series).parties[0]
    assert "V" not in marks.solid + marks.told_solid
    assert "V" in marks.dotted


@pytest.mark.parametrize(
    ("fields", "shape", "is_hollow"),
    [
        ({}, "circle", False),
        ({"footing": "reported"}, "circle", True),
        ({"footing": "inferred"}, "square", True),
        ({"red_line": True}, "diamond", False),
        ({"red_line": True, "footing": "reported"}, "diamond", True),
        ({"stance": None, "state": "absent"}, "glyph", False),
    ],
)
def test_dot_shape_tells_the_reading(fields: dict[str, object], shape: str, is_hollow: bool) -> None:
    (dot,) = draw(Series("north", (point(**fields),), ())).parties[0].dots  # type: ignore[arg-type]
    assert (dot.shape, dot.is_hollow) == (shape, is_hollow)


def test_mixed_signals_are_a_bar_from_lowest_to_highest() -> None:
    mixed = segment(stance=None, state="mixed", low=-2, high=1)
    chart = draw(Series("north", (point(stance=-2), point(stance=1)), (mixed,)))
    (bar,) = chart.parties[0].bars
    ys = sorted(dot.y for dot in chart.parties[0].dots)
    assert (bar.top, bar.bottom) == (ys[0], ys[1])


def test_span_of_days_has_a_whisker() -> None:
    series = Series("north", (point(earliest=JAN - timedelta(60)),), (segment(),))
    (dot,) = draw(series).parties[0].dots
    assert dot.whisker_from is not None
    assert dot.whisker_from < dot.x


def test_marks_without_stance_stand_below_the_scale() -> None:
    chart = draw(Series("north", (point(stance=None, state="unclear"),), ()))
    assert chart.state_y is not None
    assert chart.parties[0].dots[0].y == chart.state_y > chart.rows[-1].top + chart.rows[-1].height


def test_marks_without_stance_on_one_day_keep_apart_inside_the_plot() -> None:
    series = [Series(f"p{n}", (point(f"p{n}", stance=None, state="absent"),), ()) for n in range(3)]
    chart = draw(*series)
    ys = sorted(marks.dots[0].y for marks in chart.parties)
    assert min(b - a for a, b in pairwise(ys)) >= 11
    assert ys[-1] + 8 < chart.plot_bottom


def test_notes_stand_inside_the_picture() -> None:
    series = Series("north", (point(),), (segment(),))
    chart = draw_steps([series], [], {"north": ink("north")}, notes=["one", "two"])
    assert [text for _, text in chart.notes] == ["one", "two"]
    assert chart.plot_bottom + 24 < chart.notes[0][0] < chart.notes[1][0] < chart.height - 4


def test_parties_on_one_level_get_lanes_of_their_own() -> None:
    chart = draw(*(Series(f"party-{n}", (point(f"party-{n}"),), (segment(),)) for n in range(6)))
    ys = [marks.dots[0].y for marks in chart.parties]
    assert min(b - a for a, b in pairwise(sorted(ys))) >= 11


def test_labels_keep_apart() -> None:
    chart = draw(*(Series(f"party-{n}", (point(f"party-{n}"),), (segment(),)) for n in range(8)))
    ys = sorted(marks.label.y for marks in chart.parties if marks.label)
    assert len(ys) == 8
    assert min(b - a for a, b in pairwise(ys)) >= 14


def test_dots_of_one_day_are_stacked() -> None:
    points = tuple(point(coding=f"c{n}", statement=f"s{n}") for n in range(3))
    ys = {dot.y for dot in draw(Series("north", points, (segment(),))).parties[0].dots}
    assert len(ys) == 3


def test_pointer_targets_do_not_cover_neighbours() -> None:
    points = tuple(point(coding=f"c{n}", on=JAN + timedelta(n)) for n in range(0, 40, 2))
    chart = draw(Series("north", points, (segment(last_evidence_on=JAN + timedelta(38)),)))
    for one, other in pairwise(chart.parties[0].dots):
        assert one.target + other.target <= max(abs(one.x - other.x), 11) + 0.2
        assert one.target <= 12


def test_two_hundred_parties_are_counted_where_they_cannot_be_named() -> None:
    series = [Series(f"party-{n:03}", (point(f"party-{n:03}"),), (segment(),)) for n in range(200)]
    chart = draw(*series)
    assert sum(marks.label is not None for marks in chart.parties) == 8
    assert [count.text for count in chart.counts] == ["and 192 others"]
    assert chart.height < 1200


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_svg_is_well_formed_and_holds_hostile_text(size: ChartSize) -> None:
    hostile = '<script>alert(1)</script>" onload="x" \u202eأهلا ' + "x" * 300
    chart = draw_steps(
        [Series("north", (point(),), (segment(),))], [], {"north": PartyInk("north", hostile, hostile, 0)}, size=size
    )
    text = render_to_string("charts/step_chart.svg", {"chart": chart, "chart_id": "c", "chart_title": hostile})
    root = ET.fromstring(text)
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    names = {name for element in root.iter() for name in element.attrib}
    assert not tags & {"script", "style", "foreignObject"}
    assert not {name for name in names if name.startswith("on") or name == "style"}
    assert "var(" not in text


def test_empty_chart_says_so() -> None:
    chart = draw()
    assert chart.is_empty
    text = render_to_string("charts/step_chart.svg", {"chart": chart, "chart_id": "c", "chart_title": "t"})
    assert "Nothing found" in text


def test_say_series_tells_the_line_in_words() -> None:
    later = JAN + timedelta(30)
    series = Series("north", (), (segment(end=later), segment(later, stance=1, footing="reported")))
    assert say_series(series, "North") == (
        "North: categorical for (+2) from 10 January 2022; qualified for (+1), told by somebody else, from"
        " 9 February 2022; latest evidence 9 February 2022."
    )


def test_spread_labels_moves_no_more_than_needed() -> None:
    assert spread_labels([50, 10, 51], gap=10, top=0, bottom=100) == [45.5, 10, 55.5]
    assert spread_labels([99, 100], gap=10, top=0, bottom=100) == [90, 100]


def test_stack_dots_reuses_the_line_once_there_is_room() -> None:
    assert stack_dots([0, 2, 4, 30, 31]) == [0, 1, 2, 0, 1]
