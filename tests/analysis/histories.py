"""Random histories, dense enough that the rules of the method meet each other, and readable ones by hand."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from positions.analysis.types import Condition, History, Reading, RoundSpan, StatusEntry

FIRST_DAY = date(2022, 1, 1)
DAYS = [FIRST_DAY + timedelta(days=n) for n in range(6)]
INSTANTS = [datetime(2022, 2, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(5)]
NOW = datetime(2030, 1, 1, tzinfo=UTC)
TODAY = date(2030, 1, 1)
STATUSES = ("open", "met", "failed", "withdrawn")
MOVES = ("demand", "offer", "threat", "rejection")

_numbers = itertools.count(1)


def day(number: int) -> date:
    """The n-th day, the first is 1."""
    return FIRST_DAY + timedelta(days=number - 1)


def instant(number: int) -> datetime:
    """The n-th hour of the record, the first is 1."""
    return datetime(2022, 2, 1, tzinfo=UTC) + timedelta(hours=number - 1)


def read(stance: int | None, on: int, **facts: Any) -> Reading:
    """A reading of ``north`` on ``border`` in its own words on the n-th day; ``facts`` replace what they name."""
    number = next(_numbers)
    state = facts.get("state", "coded")
    values: dict[str, Any] = {
        "coding": f"c{number}",
        "statement": f"s{number}",
        "source": f"source-{number}",
        "party": "north",
        "issue": "border",
        "asserted_by": facts.get("party", "north"),
        "directness": "verbatim",
        "state": state,
        "stance": stance if state == "coded" else None,
        "move": "demand",
        "red_line": False,
        "status": "published",
        "recorded_at": instant(1),
        "retired_at": None,
        "earliest": day(on),
        "latest": day(on),
        "round": None,
        "conditions": (),
    }
    return Reading(**{**values, **facts})


def condition(*entries: tuple[str, int, int]) -> Condition:
    """A condition whose entries are (status, day, instant)."""
    return Condition(tuple(StatusEntry(status, day(on), instant(known)) for status, on, known in entries))


def meeting(number: int, starts: int | None, ends: int | None = None, *parties: str, status: str = "held") -> RoundSpan:
    """A round from one day to another."""
    first = None if starts is None else day(starts)
    last = first if ends is None else day(ends)
    return RoundSpan(number, status, first, last, frozenset(parties))


def history(*readings: Reading, parents: dict[str, str] | None = None, rounds: tuple[RoundSpan, ...] = ()) -> History:
    """A history of these readings."""
    return History(tuple(readings), parents or {}, rounds)


# ---------------------------------------------------------------- random histories


def _weighted(common: Any, rare: Any, times: int = 4) -> st.SearchStrategy[Any]:
    return st.sampled_from([*([common] * times), *rare])


def _conditions() -> st.SearchStrategy[tuple[Condition, ...]]:
    entry = st.builds(StatusEntry, st.sampled_from(STATUSES), st.sampled_from(DAYS[:5]), st.sampled_from(INSTANTS[:3]))
    one = st.builds(Condition, st.lists(entry, max_size=3).map(tuple))
    return st.one_of(st.just(()), st.just(()), st.lists(one, min_size=1, max_size=2).map(tuple))


@st.composite
def _chains(draw: st.DrawFn, sources: list[str]) -> dict[str, str]:
    """Each source derives from an earlier one or from none, so that no chain closes."""
    parents = {}
    for place, source in enumerate(sources[1:], start=1):
        parent = draw(st.integers(-1, place - 1))
        if parent >= 0:
            parents[source] = sources[parent]
    order = draw(st.permutations(sources))
    named = dict(zip(sources, order, strict=True))
    return {named[source]: named[parent] for source, parent in parents.items()}


@st.composite
def _rounds(draw: st.DrawFn, parties: list[str]) -> tuple[RoundSpan, ...]:
    spans = []
    for number in range(1, draw(st.integers(0, 4)) + 1):
        starts_on = draw(st.sampled_from([*DAYS, None]))
        ends_on = draw(st.sampled_from([*DAYS, None]))
        if starts_on and ends_on and ends_on < starts_on:
            starts_on, ends_on = ends_on, starts_on
        named = draw(st.sampled_from([frozenset(), frozenset(parties), frozenset(parties[:2]), frozenset(parties[1:])]))
        spans.append(RoundSpan(number, draw(_weighted("held", ["planned", "postponed"])), starts_on, ends_on, named))
    return tuple(spans)


@st.composite
def _readings(
    draw: st.DrawFn, parties: list[str], issues: list[str], sources: list[str], most: int, days: int = 5, own: int = 3
) -> tuple[Reading, ...]:
    readings = []
    for number in range(draw(st.integers(1, most))):
        party = draw(st.sampled_from(parties))
        state = draw(_weighted("coded", ["unclear", "abstained", "absent"], times=9))
        bounds = sorted((draw(st.sampled_from(DAYS[:days])), draw(st.sampled_from(DAYS[:days]))))
        status = draw(_weighted("published", ["submitted", "draft"], times=9))
        recorded = draw(st.integers(0, 2))
        retired = draw(_weighted(None, [3, 4], times=5))
        readings.append(
            Reading(
                coding=f"c{number}",
                # two codings may read one statement
                statement=f"s{draw(st.integers(0, number))}",
                source=draw(st.sampled_from(sources)),
                party=party,
                issue=draw(st.sampled_from(issues)),
                asserted_by=draw(_weighted(party, parties, times=own)),
                directness=draw(_weighted("verbatim", ["inferred", "inferred"])),
                state=state,
                stance=draw(st.integers(-2, 2)) if state == "coded" else None,
                move=draw(st.sampled_from(MOVES)),
                red_line=draw(st.sampled_from([False, False, True])),
                status=status,
                recorded_at=INSTANTS[recorded] if status == "published" else None,
                retired_at=None if retired is None else INSTANTS[retired],
                earliest=bounds[0],
                latest=bounds[1],
                round=draw(st.sampled_from([None, 1, 2, 3])),
                conditions=draw(_conditions()),
            )
        )
    return tuple(readings)


@st.composite
def histories(draw: st.DrawFn, *, parties: int = 3, most: int = 14) -> History:
    """A few parties, issues, days, sources and instants, and many readings of them."""
    names = [f"p{n:02d}" for n in range(parties)]
    issues = ["border", "transit"][: draw(st.integers(1, 2))]
    sources = [f"src{n}" for n in range(draw(st.integers(1, 5)))]
    return History(draw(_readings(names, issues, sources, most)), draw(_chains(sources)), draw(_rounds(names)))


@st.composite
def accounts(draw: st.DrawFn) -> History:
    """Two days on one issue, told by several parties in sources that mostly derive from each other: copies abound."""
    names, sources = ["p00", "p01", "p02"], ["src0", "src1", "src2", "src3"]
    readings = draw(_readings(names, ["border"], sources, 9, days=2, own=0))
    parents = draw(st.one_of(_chains(sources), st.just({"src1": "src0", "src2": "src1", "src3": "src2"})))
    return History(readings, parents, ())


@st.composite
def crowds(draw: st.DrawFn) -> History:
    """20 to 23 parties heard on one issue: now just as many as are compared unnamed, now more."""
    names = [f"p{n:02d}" for n in range(draw(st.integers(20, 23)))]
    steps = draw(st.lists(st.integers(-2, 2), min_size=len(names), max_size=len(names)))
    heard = draw(st.lists(st.sampled_from(DAYS[:3]), min_size=len(names), max_size=len(names)))
    base = tuple(
        read(stance, 1, coding=f"b{n}", statement=f"b{n}", source=f"b{n}", party=name, earliest=on, latest=on)
        for n, (name, stance, on) in enumerate(zip(names, steps, heard, strict=True))
    )
    more = draw(_readings(names[:4], ["border"], ["src0", "src1"], 6))
    return History((*base, *more), {}, draw(_rounds(names[:4])))


@st.composite
def bargains(draw: st.DrawFn) -> History:
    """Two or three parties that speak for themselves, day after day between held rounds: the ledger fills."""
    names = ["p00", "p01", "p02"][: draw(st.integers(2, 3))]
    said = st.tuples(
        st.sampled_from(names),
        st.sampled_from([(s,) for s in range(-2, 3)] + [(1, 2), (-2, -1), (0, 2), (-1, 0)]),
        st.integers(1, 7),
    )
    readings = tuple(
        read(stance, on, coding=f"c{n}{stance}", statement=f"s{n}", source=f"s{n}", party=party)
        for n, (party, stances, on) in enumerate(draw(st.lists(said, min_size=4, max_size=12)))
        for stance in stances
    )
    spans = st.tuples(
        st.integers(2, 6), st.integers(0, 2), st.sampled_from([(), (), tuple(names), ("p00", "p01"), ("p01",)])
    )
    rounds = tuple(
        meeting(number, starts, starts + length, *parties)
        for number, (starts, length, parties) in enumerate(draw(st.lists(spans, min_size=2, max_size=5)), start=1)
    )
    return History(readings, {}, rounds)


later_moments = st.tuples(st.integers(3, 9).map(day), st.just(NOW))
moments = st.tuples(st.sampled_from([*DAYS[:5], TODAY]), st.sampled_from([*INSTANTS, NOW]))
