"""Geometry of the small scale on which alpha and its interval stand between the two thresholds."""

from __future__ import annotations

import math
from dataclasses import dataclass

from django.utils.translation import gettext

from positions.analysis.reliability import RELIABLE, TENTATIVE, Agreement
from positions.web.words import write_number

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
        words=gettext("alpha {alpha}, interval {low} to {high}; {judged}").format(
            alpha=say_share(agreement.alpha),
            low=say_share(agreement.low),
            high=say_share(agreement.high),
            judged=judge(agreement.alpha),
        ),
    )


def say_share(value: float | None) -> str:
    """``.815``, ``1.000`` or ``−.120``: three places, as agreement is written; an en dash where there is none."""
    if value is None:
        return "–"
    text = write_number(abs(value), "0.000")
    zero = write_number(0, "0.000")
    # English statistics drop the zero of a share
    short = text.removeprefix("0") if text.startswith("0.") else text
    return f"−{short}" if value < 0 and text != zero else short


def judge(alpha: float) -> str:
    """On which side of the two conventional thresholds alpha lies."""
    if alpha >= RELIABLE:
        return gettext("at or above {threshold}").format(threshold=say_share(RELIABLE))
    if alpha >= TENTATIVE:
        return gettext("between {low} and {high}").format(low=say_share(TENTATIVE), high=say_share(RELIABLE))
    return gettext("below {threshold}").format(threshold=say_share(TENTATIVE))
