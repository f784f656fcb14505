"""What coders are compared on: one value a coder and unit, the first they handed in (method, section 8).

A unit is a statement, a party and an issue for stance, state, move and red line. Which party and which
issue a coder saw in a statement is compared on the statement itself, and only where every coder has
exactly one reading of it: with several there is no telling which of them answer one another.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple

from positions.analysis.reliability import Agreement, Value, agreement_of, coincidences_of

METRICS_BY_FIELD = {
    "stance": "ordinal",
    "state": "nominal",
    "move": "nominal",
    "red_line": "nominal",
    "issue": "nominal",
    "party": "nominal",
}
OF_STATEMENTS = ("issue", "party")
OF_READINGS = ("stance", "state", "move", "red_line")
ONE_CODER = "only one coder handed in readings"
NOTHING = "nobody handed in a reading"


class FirstReading(NamedTuple):
    """What one coder first handed in on one unit. ``statement`` is the first version of the passage."""

    coding: str
    statement: str
    party: str
    issue: str
    coder: str
    stance: int | None
    state: str
    move: str
    red_line: bool
    codebook: int
    submitted_at: datetime

    @property
    def unit(self) -> tuple[str, str, str]:
        return (self.statement, self.party, self.issue)


@dataclass(frozen=True, slots=True)
class ComparedUnit:
    """The readings of one unit, each by another coder, by coder's name; at least two."""

    readings: tuple[FirstReading, ...]


@dataclass(frozen=True, slots=True)
class FieldAgreement:
    """How far coders agree on one field: ``coders`` gave values, ``multiple`` statements were left out."""

    field: str
    agreement: Agreement
    coders: int
    multiple: int


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A unit on which coders differ: ``fields`` names where, ``steps`` how far apart their stances lie."""

    readings: tuple[FirstReading, ...]
    fields: tuple[str, ...]
    steps: int


def first_of_each(readings: Iterable[FirstReading]) -> list[FirstReading]:
    """One reading for each coder and unit: the one handed in first."""
    kept: dict[tuple[str, tuple[str, str, str]], FirstReading] = {}
    for reading in sorted(readings, key=lambda r: (r.submitted_at, r.coding)):
        kept.setdefault((reading.coder, reading.unit), reading)
    return list(kept.values())


def agreement_on(field: str, readings: Sequence[FirstReading]) -> FieldAgreement:
    """Alpha with its interval on one field; null with a reason where it is undefined."""
    units, multiple = values_of(field, readings)
    coders = len({reading.coder for reading in readings if getattr(reading, field) is not None})
    found = _agreement(METRICS_BY_FIELD[field], tuple(sorted(tuple(sorted(unit)) for unit in units)))
    if found.alpha is None and coders < 2:
        reason = ONE_CODER if coders else NOTHING
        found = Agreement(found.metric, None, None, None, found.percent_agreement, found.units, found.values, reason)
    return FieldAgreement(field, found, coders, multiple)


@lru_cache(maxsize=256)
def _agreement(metric: str, units: tuple[tuple[Value, ...], ...]) -> Agreement:
    """The same values give the same figures: 2,000 resamples are drawn once."""
    return agreement_of(units, metric)


def values_of(field: str, readings: Sequence[FirstReading]) -> tuple[list[list[Value]], int]:
    """The values of each unit, and how many statements were left out because a coder has several readings."""
    if field not in OF_STATEMENTS:
        units: dict[tuple[str, str, str], list[Value]] = {}
        for reading in readings:
            value = getattr(reading, field)
            if value is not None:
                units.setdefault(reading.unit, []).append(value)
        return [values for values in units.values() if len(values) > 1], 0
    kept, multiple = statements_of(readings)
    return [[getattr(reading, field) for reading in unit.readings] for unit in kept], multiple


def statements_of(readings: Iterable[FirstReading]) -> tuple[list[ComparedUnit], int]:
    """Statements read by two coders or more, once by each; and how many were read more than once by somebody."""
    found: dict[str, dict[str, list[FirstReading]]] = {}
    for reading in readings:
        found.setdefault(reading.statement, {}).setdefault(reading.coder, []).append(reading)
    compared = [by_coder for by_coder in found.values() if len(by_coder) > 1]
    single = [by_coder for by_coder in compared if all(len(listed) == 1 for listed in by_coder.values())]
    units = [ComparedUnit(tuple(by_coder[name][0] for name in sorted(by_coder))) for by_coder in single]
    return units, len(compared) - len(single)


def coincidences_on(field: str, readings: Sequence[FirstReading]) -> dict[tuple[Value, Value], float]:
    """The coincidence matrix of one field."""
    return coincidences_of(values_of(field, readings)[0])


def disagreements(readings: Sequence[FirstReading]) -> list[Disagreement]:
    """Where coders differ, worst first.

    First the statements in which they saw another party or issue, then units by how many steps apart
    their stances lie, then by how many fields differ.
    """
    ranked: list[tuple[tuple[int, int, int], Disagreement]] = []
    for unit in statements_of(readings)[0]:
        fields = tuple(name for name in OF_STATEMENTS if len({getattr(r, name) for r in unit.readings}) > 1)
        if fields:
            ranked.append(((0, 0, -len(fields)), Disagreement(unit.readings, fields, 0)))
    for listed in _units(readings):
        fields = tuple(name for name in OF_READINGS if len({getattr(r, name) for r in listed}) > 1)
        if fields:
            stances = [r.stance for r in listed if r.stance is not None]
            steps = max(stances) - min(stances) if stances else 0
            ranked.append(((1, -steps, -len(fields)), Disagreement(tuple(listed), fields, steps)))
    ranked.sort(key=lambda pair: (*pair[0], pair[1].readings[0].unit))
    return [disagreement for _, disagreement in ranked]


def _units(readings: Iterable[FirstReading]) -> list[list[FirstReading]]:
    units: dict[tuple[str, str, str], list[FirstReading]] = {}
    for reading in readings:
        units.setdefault(reading.unit, []).append(reading)
    return [sorted(listed, key=lambda r: r.coder) for listed in units.values() if len(listed) > 1]
