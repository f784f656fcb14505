"""Agreement between coders: Krippendorff's alpha with its bootstrap interval (method, section 8).

Source of the formulas: Krippendorff, K. (2019), Content Analysis, 4th edition, chapter 12; in the
notation used here, o(c, k) are the coincidences of values c and k, n(c) their marginals, n the
number of pairable values, and alpha = 1 − (n − 1) · Σ o(c, k)·δ²(c, k) / Σ n(c)·n(k)·δ²(c, k).
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

RESAMPLES = 2000
SEED = 20220110
RELIABLE = 0.800
TENTATIVE = 0.667

Value = Any
Coincidences = Mapping[tuple[Value, Value], float]
Metric = Callable[[Value, Value, Mapping[Value, float]], float]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far coders agree on one field.

    ``alpha``, ``low`` and ``high`` are null where undefined, and ``reason`` then says why.
    ``percent_agreement`` is the share of equal pairs among all pairs of values of one unit, from 0
    to 1; ``units`` counts the units with at least two values.
    """

    metric: str
    alpha: float | None
    low: float | None
    high: float | None
    percent_agreement: float | None
    units: int
    values: int
    reason: str | None


def nominal(c: Value, k: Value, marginals: Mapping[Value, float]) -> float:
    """Squared difference of values without an order."""
    return 0.0 if c == k else 1.0


def ordinal(c: Value, k: Value, marginals: Mapping[Value, float]) -> float:
    """Squared difference of ranks: how many values lie from one to the other, each end counted half."""
    low, high = min(c, k), max(c, k)
    between = sum(count for value, count in marginals.items() if low <= value <= high)
    return (between - (marginals[c] + marginals[k]) / 2) ** 2


def interval(c: Value, k: Value, marginals: Mapping[Value, float]) -> float:
    """Squared difference of numbers."""
    return float((c - k) ** 2)


def ratio(c: Value, k: Value, marginals: Mapping[Value, float]) -> float:
    """Squared difference of numbers, relative to their sum; 0 where both are 0."""
    return float(((c - k) / (c + k)) ** 2) if c + k else 0.0


METRICS: dict[str, Metric] = {"nominal": nominal, "ordinal": ordinal, "interval": interval, "ratio": ratio}


def coincidences_of(units: Sequence[Sequence[Value]]) -> dict[tuple[Value, Value], float]:
    """The coincidence matrix: every ordered pair of values of one unit, weighted by 1 / (values − 1)."""
    matrix: dict[tuple[Value, Value], float] = {}
    for values in units:
        if len(values) < 2:
            continue
        weight = 1 / (len(values) - 1)
        for pair in permutations(values, 2):
            matrix[pair] = matrix.get(pair, 0.0) + weight
    return matrix


def alpha_of(coincidences: Coincidences, metric: Metric) -> float | None:
    """Alpha of a coincidence matrix; null where nothing could have been disagreed about."""
    marginals: dict[Value, float] = {}
    for (c, _), count in coincidences.items():
        marginals[c] = marginals.get(c, 0.0) + count
    total = sum(marginals.values())
    values = list(marginals)
    difference = {(c, k): metric(c, k, marginals) for c in values for k in values if c != k}
    expected = sum(marginals[c] * marginals[k] * delta for (c, k), delta in difference.items())
    if total <= 1 or expected == 0:
        return None
    observed = sum(coincidences.get(pair, 0.0) * delta for pair, delta in difference.items())
    return 1 - (total - 1) * observed / expected


def agreement_of(
    units: Sequence[Sequence[Value]], metric: str, *, resamples: int = RESAMPLES, seed: int = SEED
) -> Agreement:
    """Agreement over units, each a sequence of one value a coder.

    The interval holds the middle 95 % of ``resamples`` draws of units with replacement, the same for
    the same seed; draws in which alpha is undefined are left out.
    """
    pairable = [tuple(values) for values in units if len(values) > 1]
    values = sum(map(len, pairable))
    if not pairable:
        return Agreement(metric, None, None, None, None, 0, 0, "no unit was coded by two coders")
    agreed = _share_agreed(pairable)
    alpha = alpha_of(coincidences_of(pairable), METRICS[metric])
    if alpha is None:
        return Agreement(metric, None, None, None, agreed, len(pairable), values, "only one value was ever used")
    low, high = _bootstrap(pairable, METRICS[metric], resamples, seed)
    return Agreement(metric, alpha, low, high, agreed, len(pairable), values, None)


def _share_agreed(units: Sequence[tuple[Value, ...]]) -> float:
    pairs = sum(len(values) * (len(values) - 1) for values in units)
    equal = sum(count * (count - 1) for values in units for count in Counter(values).values())
    return equal / pairs


def _bootstrap(units: Sequence[tuple[Value, ...]], metric: Metric, resamples: int, seed: int) -> tuple[float, float]:
    """The 2.5th and 97.5th percentile of alpha over resampled units."""
    patterns: Counter[Hashable] = Counter(tuple(sorted(values, key=repr)) for values in units)
    kinds: list[Any] = sorted(patterns, key=repr)
    matrices = [coincidences_of([kind]) for kind in kinds]
    weights = [patterns[kind] for kind in kinds]
    dice = random.Random(seed)  # noqa: S311 - a fixed seed is the point
    found: list[float] = []
    for _ in range(resamples):
        drawn = Counter(dice.choices(range(len(kinds)), weights, k=len(units)))
        matrix: dict[tuple[Value, Value], float] = {}
        for place, times in drawn.items():
            for pair, count in matrices[place].items():
                matrix[pair] = matrix.get(pair, 0.0) + count * times
        alpha = alpha_of(matrix, metric)
        if alpha is not None:
            found.append(alpha)
    found.sort()
    return _percentile(found, 0.025), _percentile(found, 0.975)


def _percentile(ordered: Sequence[float], share: float) -> float:
    """Linear interpolation between the closest ranks of a sorted sample."""
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
