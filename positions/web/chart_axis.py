"""The horizontal axis of a chart: days to pixels, ticks from days to centuries, bands of rounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from django.utils.translation import gettext

from positions.web.words import clip_text, say_days, write_day

CHARACTER_WIDTH = 0.56  # of the font size: the mean of a sans-serif text face
MANY_ROUNDS = 16
ROUND_FONT = 11.5
ROUND_ROW = 15.0


class RoundLike(Protocol):
    """What a chart needs of a round; null days keep it off the chart."""

    @property
    def number(self) -> int: ...
    @property
    def title(self) -> str: ...
    @property
    def starts_on(self) -> date | None: ...
    @property
    def ends_on(self) -> date | None: ...


@dataclass(frozen=True, slots=True)
class DayScale:
    """Maps days to pixels between ``left`` and ``right``; ``first`` and ``last`` are whole days."""

    first: date
    last: date
    left: float
    right: float

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def at(self, day: date, part: float = 0.5) -> float:
        """Pixel of a day; ``part`` 0 is its beginning, 0.5 its middle, 1 its end."""
        share = ((day - self.first).days + part) / self.days
        return round(self.left + min(max(share, 0.0), 1.0) * (self.right - self.left), 1)


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    label: str
    is_major: bool


@dataclass(frozen=True, slots=True)
class Band:
    """A round: a stripe, and a label on a row above the plot (null where there is no room).

    ``leader`` is the path from a raised label down to its stripe, empty on the lowest row.
    """

    x: float
    width: float
    label: str | None
    label_x: float
    label_y: float
    leader: str
    title: str
    number: int = 0


def measure_text(text: str, size: float) -> float:
    """An estimate of a text's width in pixels; wide scripts count a full square per character."""
    return sum(size if ord(c) > 0x2E7F else size * CHARACTER_WIDTH for c in text)


def choose_days(days: Sequence[date], rounds: Sequence[RoundLike], until: date | None = None) -> tuple[date, date]:
    """First and last day of the axis: all evidence and the rounds near it, with air on both sides.

    ``until`` (an ``as_of`` the reader asked for) lengthens the axis by at most a third.
    """
    held = [day for entry in rounds for day in (entry.starts_on, entry.ends_on) if day is not None]
    anchors = list(days) or held or ([until] if until else [date(2000, 1, 1)])
    first, last = min(anchors), max(anchors)
    reach = timedelta(days=max((last - first).days // 2, 7))
    near = [day for day in held if _minus(first, reach) <= day <= _plus(last, reach)]
    first, last = min([first, *near]), max([last, *near])
    span = (last - first).days
    if until is not None and until > last:
        last = min(until, _plus(last, timedelta(days=max(span // 3, 2))))
    air = timedelta(days=max(round(span * 0.03), 3 if span < 5 else 1))
    return _minus(first, air), _plus(last, air)


def _minus(day: date, delta: timedelta) -> date:
    return date.fromordinal(max(1, day.toordinal() - delta.days))


def _plus(day: date, delta: timedelta) -> date:
    return date.fromordinal(min(date.max.toordinal(), day.toordinal() + delta.days))


# ---------------------------------------------------------------- ticks

STEPS: tuple[tuple[str, int, float], ...] = (
    ("day", 1, 1), ("day", 2, 2), ("week", 1, 7), ("month", 1, 30.4), ("month", 3, 91.3), ("month", 6, 182.6),
    *(("year", years, 365.25 * years) for years in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)),
)  # fmt: skip


def place_ticks(scale: DayScale, minimum_gap: float = 58.0) -> tuple[Tick, ...]:
    """Ticks at the finest step whose labels keep ``minimum_gap`` pixels apart."""
    pixels_a_day = (scale.right - scale.left) / scale.days
    unit, count, _ = next((step for step in STEPS if step[2] * pixels_a_day >= minimum_gap), STEPS[-1])
    ticks: list[Tick] = []
    year = 0
    for day in _days_of(scale, unit, count):
        x = scale.at(day, 0)
        if x > scale.right - 14:
            break
        is_new_year = unit != "year" and day.year != year
        year = day.year
        ticks.append(Tick(x, _label(day, unit, is_new_year), is_new_year))
    return tuple(_uncrowd(ticks, minimum_gap))


def _days_of(scale: DayScale, unit: str, count: int) -> Iterator[date]:
    if unit == "year":
        for number in range(max(1, -(-scale.first.year // count) * count), scale.last.year + 1, count):
            if date(number, 1, 1) >= scale.first:
                yield date(number, 1, 1)
    elif unit == "month":
        year, month = scale.first.year, scale.first.month
        while date(year, month, 1) <= scale.last:
            if (month - 1) % count == 0 and date(year, month, 1) >= scale.first:
                yield date(year, month, 1)
            if (year, month) == (9999, 12):
                return
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    else:
        ordinal = scale.first.toordinal()
        if unit == "week":
            ordinal += -scale.first.weekday() % 7
        for number in range(ordinal, scale.last.toordinal() + 1, 7 if unit == "week" else count):
            yield date.fromordinal(number)


def _label(day: date, unit: str, is_new_year: bool) -> str:
    if unit == "year":
        return str(day.year)
    if unit == "month":
        return write_day(day, "LLL y" if is_new_year else "LLL")
    return write_day(day, "d MMM y" if is_new_year else "d MMM")


def _uncrowd(ticks: list[Tick], gap: float) -> Iterator[Tick]:
    """Blank the label of a tick that the one before it would run into."""
    free_from = float("-inf")
    for tick in ticks:
        if tick.x < free_from:
            yield Tick(tick.x, "", tick.is_major)
            continue
        yield tick
        free_from = tick.x + max(measure_text(tick.label, 12) + 8, gap * 0.6)


# ---------------------------------------------------------------- rounds


def place_bands(
    rounds: Sequence[RoundLike], scale: DayScale, *, label_length: int, rows: int
) -> tuple[tuple[Band, ...], float]:
    """A stripe for each dated round on the axis, and the y at which stripes begin, below the labels.

    A label stands on the lowest row where it collides with none. Where there are many rounds, or no
    room, the number stands alone; then nothing does, and the stripe's title says which round it is.
    """
    shown = sorted((e for e in rounds if _is_on(e, scale)), key=lambda e: (e.starts_on or date.min, e.number))
    length, depth = (0, 1) if len(shown) > MANY_ROUNDS else (label_length, rows)
    taken: list[list[tuple[float, float]]] = [[] for _ in range(depth)]
    placed: list[tuple[RoundLike, float, float, str | None, float, int]] = []
    for entry in shown:
        left, right = _edges(entry, scale)
        texts = (
            [f"{entry.number} {clip_text(entry.title, length)}", str(entry.number)] if length else [str(entry.number)]
        )
        placed.append((entry, left, right, *_place_label(texts, (left + right) / 2, scale, taken)))
    used = max((row for *_, text, _, row in placed if text), default=0)
    top = 8.0 + ROUND_ROW * (used + 1) if placed else 6.0
    bands = []
    for entry, left, right, label, label_x, row in placed:
        label_y = round(top - 6 - ROUND_ROW * row, 1)
        leader = f"M{(left + right) / 2:.1f} {label_y + 3}V{top}" if label and row else ""
        title = gettext("Round {number}: {title}, {days}").format(
            number=entry.number, title=clip_text(entry.title, 160), days=say_days(entry.starts_on, entry.ends_on)
        )
        bands.append(
            Band(round(left, 1), round(right - left, 1), label, round(label_x, 1), label_y, leader, title, entry.number)
        )
    return tuple(bands), top


def _edges(entry: RoundLike, scale: DayScale) -> tuple[float, float]:
    first = entry.starts_on or entry.ends_on or scale.first
    left, right = scale.at(first, 0), scale.at(entry.ends_on or first, 1)
    middle = (left + right) / 2
    return (left, right - 1) if right - left >= 5 else (middle - 2, middle + 2)


def _is_on(entry: RoundLike, scale: DayScale) -> bool:
    first, last = entry.starts_on or entry.ends_on, entry.ends_on or entry.starts_on
    return first is not None and last is not None and last >= scale.first and first <= scale.last


def _place_label(
    texts: list[str], middle: float, scale: DayScale, taken: list[list[tuple[float, float]]]
) -> tuple[str | None, float, int]:
    for text in texts:
        half = measure_text(text, ROUND_FONT) / 2 + 5
        x = min(max(middle, scale.left + half - 5), scale.right - half + 5)
        for row, spans in enumerate(taken):
            if all(x + half <= left or x - half >= right for left, right in spans):
                spans.append((x - half, x + half))
                return text, x, row
    return None, middle, 0
