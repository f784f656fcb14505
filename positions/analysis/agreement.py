"""How often parties agree, unit by unit (method, section 7).

A unit is a source × issue or an occasion × issue; the value of a party in it is what the method makes
of that unit's evidence alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations
from typing import Final

from positions.analysis.evidence import RANK, footing_of, is_admitted, split_copies
from positions.analysis.position import weigh
from positions.analysis.types import History, Reading

SOURCE: Final = "source"
OCCASION: Final = "occasion"
UNITS: Final = (SOURCE, OCCASION)
STANCES: Final = range(-2, 3)
WIDEST: Final = 4


@dataclass(frozen=True, slots=True)
class PairAgreement:
    """Two parties over the units that both have a value in, ``a`` before ``b`` by slug.

    ``units`` are those in which neither is mixed, parted into ``same`` (equal stance), ``opposite``
    (four steps apart) and ``partial`` (the rest); ``mixed`` counts the others. ``same_share`` is a share
    of ``units``, ``agreement`` the mean of 1 − distance ÷ 4 over them; both null where there are none.
    """

    a: str
    b: str
    units: int
    same: int
    partial: int
    opposite: int
    mixed: int
    same_share: float | None
    agreement: float | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """The parties with evidence, by slug, and every pair of them."""

    parties: tuple[str, ...]
    pairs: tuple[PairAgreement, ...]


@dataclass(slots=True)
class Profile:
    """One party's values as sets of units, each a bit: ``at`` by stance, ``mixed`` where both signs are there."""

    at: dict[int, int]
    mixed: int = 0


def party_agreement(history: History, unit: str, as_of: date, known_at: datetime) -> Agreement:
    """Every pair of parties that have evidence as of the day, known at the instant; ``unit`` is one of ``UNITS``."""
    evidence = (r for r in history.readings if r.state == "coded" and is_admitted(r, as_of, known_at))
    profiles = draw_profiles(evidence, unit, history.parents)
    parties = tuple(sorted(profiles))
    pairs = tuple(compare_profiles(a, b, profiles[a], profiles[b]) for a, b in combinations(parties, 2))
    return Agreement(parties, pairs)


def draw_profiles(evidence: Iterable[Reading], unit: str, parents: Mapping[str, str]) -> dict[str, Profile]:
    """By party, its value in each unit: on its best footing there, after copies were set aside."""
    cases: dict[tuple[str, tuple[object, str]], tuple[int, list[Reading]]] = {}
    for reading in evidence:
        place: object = reading.source if unit == SOURCE else reading.latest
        case, rank = (reading.party, (place, reading.issue)), RANK[footing_of(reading)]
        known = cases.get(case)
        if known is None or rank < known[0]:
            cases[case] = (rank, [reading])
        elif rank == known[0]:
            known[1].append(reading)
    bits: dict[tuple[object, str], int] = {}
    profiles: dict[str, Profile] = {}
    for (party, shared), (_, readings) in cases.items():
        # one source is no copy of itself, however many days its passages were spoken on
        kept = readings if unit == SOURCE else split_copies(readings, parents)[0]
        value = weigh(kept).stance
        bit = 1 << bits.setdefault(shared, len(bits))
        profile = profiles.setdefault(party, Profile(dict.fromkeys(STANCES, 0)))
        if value is None:
            profile.mixed |= bit
        else:
            profile.at[value] |= bit
    return profiles


def compare_profiles(a: str, b: str, ours: Profile, theirs: Profile) -> PairAgreement:
    """How often two parties take the same stance in one unit, and how far apart they are otherwise."""
    apart: Counter[int] = Counter()
    for stance, units in ours.at.items():
        if units:
            for other, shared in theirs.at.items():
                apart[abs(stance - other)] += (units & shared).bit_count()
    plain_ours, plain_theirs = _any_of(ours), _any_of(theirs)
    mixed = (ours.mixed & (plain_theirs | theirs.mixed) | theirs.mixed & plain_ours).bit_count()
    units, same, opposite = apart.total(), apart[0], apart[WIDEST]
    steps = sum(distance * count for distance, count in apart.items())
    return PairAgreement(
        a,
        b,
        units,
        same,
        units - same - opposite,
        opposite,
        mixed,
        same / units if units else None,
        1 - steps / (WIDEST * units) if units else None,
    )


def _any_of(profile: Profile) -> int:
    found = 0
    for units in profile.at.values():
        found |= units
    return found
