"""Geometry of the step chart of one issue: where everything goes, as the dataclasses of ``chart_shapes``.

Drawn by templates/charts/step_chart.svg. No markup, no database; what the numbers mean is decided
in ``positions.analysis``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from django.utils.translation import gettext, ngettext

from positions.analysis.types import Point, Segment, Series, Shift
from positions.enums import Move
from positions.web.chart_axis import DayScale, RoundLike, choose_days, measure_text, place_bands, place_ticks
from positions.web.chart_lanes import Lanes, lay_lanes, shift_of, spread_labels, stack_dots
from positions.web.chart_shapes import WIDE, Bar, ChartSize, Dot, EndLabel, LevelCount, PartyMarks, ShiftMark, StepChart
from positions.web.palette import PartyInk
from positions.web.words import (
    FOOTING_WORDS,
    clip_text,
    count_of,
    name_stance,
    say_day,
    say_days,
    sign_position,
    sign_stance,
    sign_with_condition,
)

DOT_RADIUS = 5.5
NOTE_HEIGHT = 18.0
STATE_STEP = 13.0  # between marks without a stance that would overlap
TARGET_RADIUS = 12.0  # half of the 24 px a pointer needs
GREY_LABELS = 12  # more unranked parties than this are counted, not named
STATE_GLYPHS = {"unclear": "?", "abstained": "○", "absent": "×"}


def draw_steps(
    series: Sequence[Series],
    rounds: Sequence[RoundLike],
    inks: Mapping[str, PartyInk],
    shifts: Sequence[Shift] = (),
    quotes: Mapping[str, str] | None = None,
    *,
    size: ChartSize = WIDE,
    until: date | None = None,
    span: tuple[date | None, date | None] = (None, None),
    whole: Mapping[str, Series] | None = None,
    notes: Sequence[str] = (),
) -> StepChart:
    """Lay out the chart of one issue.

    ``series`` may hold any number of parties; those without an entry in ``inks`` are left out.
    ``quotes`` maps statements to what the reader may see of them, in lines; ``until`` is an ``as_of`` asked for;
    ``span`` the first and last day to show, where the reader chose them. Where a filter hides dots,
    ``whole`` has each party's series with them, for the words at the end of its line. ``notes`` stand
    under the axis.
    """
    drawn = sorted(
        (s for s in series if s.party in inks and (s.points or s.segments)), key=lambda s: _rank(inks[s.party])
    )
    crowd = {s.party for s in drawn if inks[s.party].slot is None}
    crowd = crowd if len(crowd) > GREY_LABELS else set()
    days = [day for s in drawn for p in (whole or {}).get(s.party, s).points for day in (p.earliest, p.latest)]
    first, last = _hold_span(span, choose_days(days, rounds, until))
    scale = DayScale(first, last, size.left, size.width - size.right)
    bands, label_top = place_bands(rounds, scale, label_length=size.label_length, rows=size.label_rows)
    lanes, places = _lay_out(drawn, scale, size, top=label_top + 4)
    marks = [places[p.coding] for s in drawn for p in s.points if p.stance is None]
    state_y = lanes.bottom + 16 if marks else None
    plot_bottom = lanes.bottom + 30 + STATE_STEP * max(marks) if marks else lanes.bottom
    labels, counts = _label_ends(drawn, whole or {}, lanes, inks, size, plot_bottom)
    targets = _measure_targets(drawn, scale, lanes, places, state_y)
    taken: list[tuple[float, float, float, float]] = [
        (x - 7, y - 7, x + 7, y + 7)
        for s in drawn
        for p in s.points
        for x, y in [_place_of(s, p, scale, lanes, places, state_y)]
    ]
    by_party: dict[str, list[Shift]] = {}
    for shift in shifts:
        if first <= shift.on <= last:
            by_party.setdefault(shift.party, []).append(shift)
    parties = tuple(
        PartyMarks(
            ink=inks[s.party],
            solid=" ".join(_trace(s, scale, lanes, confirmed=True, told=False)),
            dotted=" ".join(_trace(s, scale, lanes, confirmed=False, told=None)),
            told_solid=" ".join(_trace(s, scale, lanes, confirmed=True, told=True)),
            bars=tuple(_bars(s, scale, lanes, inks[s.party].name)),
            dots=tuple(_dots(s, scale, lanes, places, targets, state_y, inks[s.party], quotes or {})),
            label=labels.get(s.party),
            shifts=()
            if s.party in crowd
            else tuple(_mark_shifts(by_party.get(s.party, ()), s, scale, lanes, taken, inks[s.party].name, size)),
            is_crowd=s.party in crowd,
        )
        for s in drawn
    )
    return StepChart(
        size=size, height=plot_bottom + 30 + NOTE_HEIGHT * len(notes),
        plot_top=lanes.rows[0].top, plot_bottom=plot_bottom, label_top=label_top,
        rows=lanes.rows, state_y=state_y, ticks=place_ticks(scale, 58 if not size.is_narrow else 46), bands=bands,
        parties=parties[::-1] if crowd else parties, counts=counts, first=first, last=last,
        lines=tuple(say_series(s, inks[s.party].name) for s in drawn),
        notes=tuple((plot_bottom + 24 + NOTE_HEIGHT * place, text) for place, text in enumerate(notes, 1)),
    )  # fmt: skip


def _hold_span(span: tuple[date | None, date | None], fitting: tuple[date, date]) -> tuple[date, date]:
    """The days of the axis: those asked for, else those that fit, and at least one."""
    first, last = span[0] or fitting[0], span[1] or fitting[1]
    return (first, last) if first <= last else (first, first) if span[0] else (last, last)


def _rank(ink: PartyInk) -> tuple[int, str]:
    return (99 if ink.slot is None else ink.slot, ink.slug)


# ---------------------------------------------------------------- placing

Places = Mapping[str, int]  # coding → place in its stack


def _lay_out(drawn: Sequence[Series], scale: DayScale, size: ChartSize, top: float) -> tuple[Lanes, Places]:
    places: dict[str, int] = {}
    occupants: list[tuple[str, int, int]] = []
    for s in drawn:
        levels = {value for segment in s.segments for value in _levels_of(segment)}
        coded = sorted((p for p in s.points if p.stance is not None), key=lambda p: (p.set_aside is not None, p.latest))
        for level in sorted(levels | {p.stance for p in coded if p.stance is not None}):
            here = [p for p in coded if p.stance == level]
            stacked = dict(zip((p.coding for p in here), stack_dots([scale.at(p.latest) for p in here]), strict=True))
            places |= stacked
            occupants.append((s.party, level, max(stacked.values(), default=0)))
    marks = sorted((scale.at(p.latest), s.party, p.coding) for s in drawn for p in s.points if p.stance is None)
    places |= dict(zip((coding for *_, coding in marks), stack_dots([x for x, *_ in marks]), strict=True))
    lanes = lay_lanes(occupants, top=top, empty_height=size.empty_height, used_height=size.used_height, most_height=230)
    return lanes, places


def _levels_of(segment: Segment) -> tuple[int, ...]:
    return (segment.low, segment.high) if segment.stance is None else (segment.stance,)


def _place_of(
    s: Series, p: Point, scale: DayScale, lanes: Lanes, places: Places, state_y: float | None
) -> tuple[float, float]:
    if p.stance is None:
        return scale.at(p.latest), (state_y or lanes.bottom) + STATE_STEP * places[p.coding]
    return scale.at(p.latest), round(lanes.at[s.party, p.stance] + shift_of(places[p.coding]), 1)


def _measure_targets(
    drawn: Sequence[Series], scale: DayScale, lanes: Lanes, places: Places, state_y: float | None
) -> dict[str, float]:
    """How far each dot's pointer target may reach without covering its nearest neighbour."""
    spots = [(p.coding, *_place_of(s, p, scale, lanes, places, state_y)) for s in drawn for p in s.points]
    cells: dict[tuple[int, int], list[tuple[str, float, float]]] = {}
    for spot in spots:
        cells.setdefault((int(spot[1] // 24), int(spot[2] // 24)), []).append(spot)
    targets = {}
    for coding, x, y in spots:
        column, row = int(x // 24), int(y // 24)
        near = (
            o
            for i in (-1, 0, 1)
            for j in (-1, 0, 1)
            for o in cells.get((column + i, row + j), ())[:40]
            if o[0] != coding
        )
        closest = min((max(abs(o[1] - x), abs(o[2] - y)) for o in near), default=2 * TARGET_RADIUS)
        targets[coding] = round(max(DOT_RADIUS, min(TARGET_RADIUS, closest / 2)), 1)
    return targets


# ---------------------------------------------------------------- lines


def _trace(s: Series, scale: DayScale, lanes: Lanes, *, confirmed: bool, told: bool | None) -> Iterator[str]:
    """Path data of the level lines: up to the latest evidence (``confirmed``) or from there to the end.

    ``told`` picks segments on somebody else's account, or the others; null takes both.
    """
    before: Segment | None = None
    for segment in s.segments:
        is_told = segment.footing == "reported"
        if told is None or told == is_told:
            start, heard = scale.at(segment.start), scale.at(max(segment.last_evidence_on, segment.start))
            end = scale.right if segment.end is None else scale.at(segment.end)
            left, right = (start, min(heard, end)) if confirmed else (heard, end)
            for level in dict.fromkeys(_levels_of(segment)):
                y = lanes.at[s.party, level]
                if right > left:
                    yield f"M{left} {y}H{right}"
            if before is not None and segment.start >= scale.first and confirmed != (before.footing != segment.footing):
                yield from _step(s.party, before, segment, start, lanes)
        before = segment


def _step(party: str, before: Segment, after: Segment, x: float, lanes: Lanes) -> Iterator[str]:
    """The vertical part of a step, between the nearest levels of two segments."""
    ends = [(lanes.at[party, b], lanes.at[party, a]) for b in _levels_of(before) for a in _levels_of(after)]
    y1, y2 = min(ends, key=lambda pair: abs(pair[0] - pair[1]))
    if y1 != y2:
        yield f"M{x} {y1}V{y2}"


def _bars(s: Series, scale: DayScale, lanes: Lanes, name: str) -> Iterator[Bar]:
    for segment in s.segments:
        if segment.stance is None and segment.start >= scale.first:
            ys = sorted(lanes.at[s.party, level] for level in _levels_of(segment))
            title = gettext("{party}, {day}: mixed signals, from {low} to {high}").format(
                party=name, day=say_day(segment.start), low=sign_stance(segment.low), high=sign_stance(segment.high)
            )
            yield Bar(scale.at(segment.start), ys[0], ys[-1], title)


# ---------------------------------------------------------------- dots


def _dots(
    s: Series,
    scale: DayScale,
    lanes: Lanes,
    places: Places,
    targets: Mapping[str, float],
    state_y: float | None,
    ink: PartyInk,
    quotes: Mapping[str, str],
) -> Iterator[Dot]:
    for p in sorted(s.points, key=lambda p: (p.latest, p.set_aside is None, places[p.coding])):
        x, y = _place_of(s, p, scale, lanes, places, state_y)
        shape = (
            "glyph"
            if p.stance is None
            else "diamond"
            if p.red_line
            else "square"
            if p.footing == "inferred"
            else "circle"
        )
        early = scale.at(p.earliest)
        yield Dot(
            statement=p.statement, x=x, y=y, shape=shape, footing=p.footing, glyph=STATE_GLYPHS.get(p.state, "?"),
            has_ring=p.conditional, is_faint=p.set_aside is not None, target=targets[p.coding],
            title=say_point(p, ink.name, lines=quotes.get(p.statement, "")),
            whisker_from=early if x - early > DOT_RADIUS + 2 else None,
        )  # fmt: skip


def say_point(p: Point, name: str, quote: str = "", *, lines: str = "") -> str:
    """A dot in words, for its title and for readers who hear the chart; ``lines`` follow on lines of their own."""
    stance = f"{sign_stance(p.stance)} {name_stance(p.stance)}" if p.stance is not None else name_stance(None, p.state)
    place = say_days(p.earliest, p.latest)
    if p.round is not None:
        place = gettext("{day}, round {number}").format(day=place, number=p.round)
    extras = [str(FOOTING_WORDS[p.footing]), name_move(p.move)]
    extras += [gettext("red line")] * p.red_line + [gettext("under an open condition")] * p.conditional
    if p.set_aside == "copy":
        extras.append(gettext("a copy, set aside"))
    elif p.set_aside == "footing":
        extras.append(gettext("set aside, better evidence decides"))
    said = f" “{clip_text(quote, 140)}”" if quote else ""
    said += f"\n{lines}" if lines else ""
    return f"{name}, {place}: {stance}; {', '.join(extras)}.{said}"


def name_move(move: str) -> str:
    """``threat``; empty where the reading names no move."""
    return str(Move(move).label).lower() if move in Move else move


# ---------------------------------------------------------------- labels


def _label_ends(
    drawn: Sequence[Series],
    whole: Mapping[str, Series],
    lanes: Lanes,
    inks: Mapping[str, PartyInk],
    size: ChartSize,
    bottom: float,
) -> tuple[dict[str, EndLabel], tuple[LevelCount, ...]]:
    ended = [(s, s.segments[-1]) for s in drawn if s.segments]
    greys = [s.party for s, _ in ended if inks[s.party].slot is None]
    named = [(s, g) for s, g in ended if inks[s.party].slot is not None or len(greys) <= GREY_LABELS]
    unnamed = [g for s, g in ended if inks[s.party].slot is None and len(greys) > GREY_LABELS]
    line_ys = [lanes.at[s.party, _levels_of(g)[-1]] for s, g in named]
    counted: dict[int, int] = {}
    for segment in unnamed:
        counted[_levels_of(segment)[-1]] = counted.get(_levels_of(segment)[-1], 0) + 1
    count_ys = [lanes.middle(level) for level in counted]
    gap = 17.0 if not size.is_narrow else 14.0
    room = max(gap * 0.5, min(gap, (bottom - lanes.rows[0].top) / max(1, len(line_ys) + len(count_ys))))
    ys = spread_labels(line_ys + count_ys, gap=room, top=lanes.rows[0].top + 8, bottom=bottom - 4)
    right = size.width - size.right
    labels = {}
    for (s, segment), line_y, y in zip(named, line_ys, ys, strict=False):
        ink, note = inks[s.party], _note_of(whole.get(s.party, s), segment)
        name = ink.short if size.is_narrow else ink.name
        space = size.right - 20 - (0 if size.is_narrow else measure_text(note, 12) + 6)
        while len(name) > 3 and measure_text(name, 13) > space:
            name = name[: -2 if name.endswith("…") else -1].rstrip() + "…"
        labels[s.party] = EndLabel(right + 14, y, line_y, right, name, note, f"{ink.name}: {note}")
    counts = tuple(
        LevelCount(right + 14, y, f"+ {counted[level]}" if size.is_narrow else _say_others(counted[level]))
        for level, y in zip(counted, ys[len(line_ys) :], strict=True)
    )
    return labels, counts


def _say_others(count: int) -> str:
    return ngettext("and {count} other", "and {count} others", count).format(count=count)


def _note_of(s: Series, segment: Segment) -> str:
    latest = [
        p for p in s.points if p.latest == segment.last_evidence_on and p.set_aside is None and p.stance is not None
    ]
    note = sign_position(segment.stance, segment.low, segment.high)
    note = sign_with_condition(note, is_conditional=any(p.conditional for p in latest))
    if segment.footing == "reported":
        return gettext("{stance} told").format(stance=note)
    return gettext("{stance} inferred").format(stance=note) if segment.footing == "inferred" else note


def _mark_shifts(
    shifts: Sequence[Shift],
    s: Series,
    scale: DayScale,
    lanes: Lanes,
    taken: list[tuple[float, float, float, float]],
    name: str,
    size: ChartSize,
) -> Iterator[ShiftMark]:
    for shift in shifts:
        if (
            shift.steps is None
            or not shift.steps
            or shift.before is None
            or shift.before.stance is None
            or shift.after.stance is None
        ):
            continue
        ends = [lanes.at.get((s.party, level)) for level in (shift.before.stance, shift.after.stance)]
        if ends[0] is None or ends[1] is None:
            continue
        x, glyph = scale.at(shift.on), "▲" if shift.steps > 0 else "▼"
        words = "" if size.is_narrow else count_of(abs(shift.steps), "step")
        title = _say_move(shift.steps).format(
            party=name,
            count=abs(shift.steps),
            day=say_day(shift.on),
            before=sign_stance(shift.before.stance),
            after=sign_stance(shift.after.stance),
        )
        yield _fit_shift(x, (ends[0], ends[1]), glyph, words, title, taken, size)


def _say_move(steps: int) -> str:
    """The sentence for a move up or down by so many steps, with its placeholders."""
    if steps > 0:
        return ngettext(
            "{party} moved {count} step up on {day}, from {before} to {after}",
            "{party} moved {count} steps up on {day}, from {before} to {after}",
            steps,
        )
    return ngettext(
        "{party} moved {count} step down on {day}, from {before} to {after}",
        "{party} moved {count} steps down on {day}, from {before} to {after}",
        -steps,
    )


def _fit_shift(
    x: float,
    ends: tuple[float, float],
    glyph: str,
    words: str,
    title: str,
    taken: list[tuple[float, float, float, float]],
    size: ChartSize,
) -> ShiftMark:
    """Beside the middle of the step if that is free, else nearer an end, else left of it, else the glyph alone."""
    for text in dict.fromkeys((words, "")):
        width = 12 + measure_text(text, 12) + (3 if text else 0)
        for anchor, left in (("start", x + 6), ("end", x - 6 - width)):
            for share in (0.5, 0.35, 0.65, 0.22, 0.78):
                y = ends[0] + (ends[1] - ends[0]) * share
                box = (left, y - 8, left + width, y + 8)
                inside = left >= size.left and left + width <= size.width - size.right
                if inside and not any(
                    box[0] < b[2] and b[0] < box[2] and box[1] < b[3] and b[1] < box[3] for b in taken
                ):
                    taken.append(box)
                    return ShiftMark(
                        round(x + 6 if anchor == "start" else x - 6, 1), round(y, 1), glyph, text, anchor, title
                    )
    return ShiftMark(round(x + 5, 1), round(sum(ends) / 2, 1), glyph, "", "start", title)


# ---------------------------------------------------------------- words


def say_series(s: Series, name: str) -> str:
    """A party's line as one sentence."""
    if not s.segments:
        return gettext("{party}: no stance found, {marks}.").format(party=name, marks=count_of(len(s.points), "mark"))
    parts = []
    for segment in s.segments:
        stance = name_stance(segment.stance, "mixed")
        words = f"{stance} ({sign_position(segment.stance, segment.low, segment.high)})"
        if segment.footing != "own":
            words = f"{words}, {FOOTING_WORDS[segment.footing]},"
        parts.append(gettext("{stance} from {day}").format(stance=words, day=say_day(segment.start)))
    return gettext("{party}: {stretches}; latest evidence {day}.").format(
        party=name, stretches="; ".join(parts), day=say_day(s.segments[-1].last_evidence_on)
    )
