"""The strip that shows a negotiation's rounds on their real time scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from positions.web.chart_axis import Band, DayScale, RoundLike, Tick, choose_days, place_bands, place_ticks

WIDTH = 1080.0


@dataclass(frozen=True, slots=True)
class RoundsStrip:
    """Bands above a line with ticks below it, in pixels."""

    width: float
    height: float
    top: float
    line_y: float
    bands: tuple[Band, ...]
    ticks: tuple[Tick, ...]


def draw_strip(rounds: Sequence[RoundLike]) -> RoundsStrip | None:
    """The strip, or null where fewer than two rounds have a date."""
    dated = [entry for entry in rounds if entry.starts_on or entry.ends_on]
    if len(dated) < 2:
        return None
    first, last = choose_days([], dated)
    scale = DayScale(first, last, 0, WIDTH)
    bands, top = place_bands(dated, scale, label_length=22, rows=4)
    line_y = top + 18
    return RoundsStrip(WIDTH, line_y + 26, top, line_y, bands, place_ticks(scale))
