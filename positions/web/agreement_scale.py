"""Geometry of the small scale on which alpha and its interval stand between the two thresholds."""

from __future__ import annotations

import math
from dataclasses import dataclass

from positions.analysis.reliability import RELIABLE, TENTATIVE, Agreement

WIDTH = 240
EDGE = 8


@dataclass(frozen=True, slots=True)
class AgreementScale:
    """From ``lowest`` to 1 over ``WIDTH`` pixels; x of alpha, of its interval and of the thresholds."""

    lowest: float
    alpha: float
    low: float
    high: float
    zero: float
    tentative: float
    reliable: float
    one: float
    words: str


def lowest_of(found: list[Agreement]) -> float:
    """Where scales that are read together begin: 0, or as far below it as an interval reaches, in fifths."""
    lows = [agreement.low for agreement in found if agreement.low is not None]
    return max(-1.0, math.floor(min([0.0, *lows]) * 5) / 5)


def draw_agreement(agreement: Agreement, lowest: float) -> AgreementScale | None:
    """The scale of one field; null where alpha is undefined."""
    if agreement.alpha is None or agreement.low is None or agreement.high is None:
        return None

    def place(value: float) -> float:
        share = (max(lowest, min(1.0, value)) - lowest) / (1 - lowest)
        return round(EDGE + share * (WIDTH - 2 * EDGE), 1)

    return AgreementScale(
        lowest=lowest,
        alpha=place(agreement.alpha),
        low=place(agreement.low),
        high=place(agreement.high),
        zero=place(0.0),
        tentative=place(TENTATIVE),
        reliable=place(RELIABLE),
        one=place(1.0),
        words=(
            f"alpha {say_share(agreement.alpha)}, interval {say_share(agreement.low)} to {say_share(agreement.high)}; "
            f"{judge(agreement.alpha)}"
        ),
    )


def say_share(value: float | None) -> str:
    """``.815``, ``1.000`` or ``−.120``: three places, as agreement is written; an en dash where there is none."""
    if value is None:
        return "–"
    text = f"{abs(value):.3f}".removeprefix("0")
    return f"−{text}" if value < 0 and text != ".000" else text


def judge(alpha: float) -> str:
    """On which side of the two conventional thresholds alpha lies."""
    if alpha >= RELIABLE:
        return "at or above .800"
    return "between .667 and .800" if alpha >= TENTATIVE else "below .667"
