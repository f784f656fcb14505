"""Which dots of a timeline are drawn, and how much of its time: by move, footing, credibility and days.

A filter hides dots and never touches the line, which is drawn from all the evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext

from positions.analysis.types import Point, Series
from positions.enums import Footing, Move
from positions.web.chart_axis import RoundLike
from positions.web.query_string import Asked, BadParameter, read_round_or_day, read_single
from positions.web.quotations import CREDIBILITY_WORDS
from positions.web.words import FOOTING_WORDS, join_choices, join_words, say_day

SPAN_NAMES = ("from", "to")


@dataclass(frozen=True, slots=True)
class DotFilter:
    """What a reader narrows a timeline to; empty and null fields narrow nothing.

    ``least_credible`` is the poorest Admiralty grade of content still shown (1 is the best).
    ``since`` and ``until`` are the first and last day shown; ``pairs`` are the parameters as they were given.
    """

    moves: tuple[str, ...] = ()
    footings: tuple[str, ...] = ()
    least_credible: int | None = None
    since: date | None = None
    until: date | None = None
    pairs: tuple[tuple[str, str], ...] = ()

    def admits(self, point: Point, credibility: int) -> bool:
        """Whether the dot of ``point``, whose statement has this grade of content, is drawn."""
        return (
            (not self.moves or point.move in self.moves)
            and (not self.footings or point.footing in self.footings)
            and (self.least_credible is None or credibility <= self.least_credible)
            and (self.since is None or point.latest >= self.since)
            and (self.until is None or point.latest <= self.until)
        )

    @property
    def is_zoomed(self) -> bool:
        return self.since is not None or self.until is not None

    @property
    def in_words(self) -> str:
        """What is asked for, to stand after ``Shown:``; empty where nothing is."""
        parts = []
        if self.moves:
            moves = join_words([str(Move(move).label).lower() for move in self.moves])
            parts.append(gettext("moves: {moves}").format(moves=moves))
        if self.footings:
            parts.append(join_choices([str(FOOTING_WORDS[footing]) for footing in self.footings]))
        if self.least_credible is not None:
            words = gettext("content at least {credibility} (grade {grade})")
            parts.append(words.format(credibility=CREDIBILITY_WORDS[self.least_credible], grade=self.least_credible))
        if self.since:
            parts.append(gettext("from {day}").format(day=say_day(self.since)))
        if self.until:
            parts.append(gettext("to {day}").format(day=say_day(self.until)))
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Choice:
    """One value a filter offers, with its words and whether it is chosen."""

    value: str
    words: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """What the form offers: the moves and footings found, those chosen, and every grade."""

    chosen: DotFilter
    moves: tuple[Choice, ...]
    footings: tuple[Choice, ...]
    grades: tuple[Choice, ...]

    @classmethod
    def offered(cls, chosen: DotFilter, points: Iterable[Point]) -> FilterChoices:
        found = list(points)
        moves = {p.move for p in found} | set(chosen.moves)
        footings = {p.footing for p in found} | set(chosen.footings)
        grades = CREDIBILITY_WORDS.items()
        return cls(
            chosen,
            tuple(Choice(value, str(label), value in chosen.moves) for value, label in Move.choices if value in moves),
            tuple(
                Choice(value, str(FOOTING_WORDS[value]), value in chosen.footings)
                for value in Footing.values
                if value in footings
            ),
            tuple(Choice(str(grade), f"{grade}: {words}", grade == chosen.least_credible) for grade, words in grades),
        )


def read_filters(query: QueryDict, rounds: Sequence[RoundLike], asked: Asked) -> tuple[DotFilter, Asked]:
    """``move``, ``footing``, ``credibility``, ``from`` and ``to``, and the address that carries them on.

    Raises :class:`BadParameter`, which names the parameter.
    """
    moves = _read_choices(query, "move", Move.values)
    footings = _read_choices(query, "footing", Footing.values)
    grade, since_value, until_value = (read_single(query, name) for name in ("credibility", *SPAN_NAMES))
    if grade and grade not in {str(value) for value in CREDIBILITY_WORDS}:
        raise BadParameter(
            "credibility", grade, gettext("is no grade of content; write 1 (confirmed) to 6 (cannot be judged)")
        )
    since = read_round_or_day("from", since_value, rounds, is_start=True) if since_value else None
    until = read_round_or_day("to", until_value, rounds, is_start=False) if until_value else None
    if since and until and until < since:
        raise BadParameter(
            "to", until_value, gettext("lies before {day}, the first day asked for").format(day=say_day(since))
        )
    given = {
        "move": ",".join(moves), "footing": ",".join(footings), "credibility": grade,
        "from": since_value, "to": until_value,
    }  # fmt: skip
    pairs = tuple((name, value) for name, value in given.items() if value)
    chosen = DotFilter(moves, footings, int(grade) if grade else None, since, until, pairs)
    return chosen, replace(asked, filters=pairs)


def _read_choices(query: QueryDict, name: str, known: Sequence[str]) -> tuple[str, ...]:
    chosen = [word.strip() for value in query.getlist(name) for word in value.split(",") if word.strip()]
    for word in chosen:
        if word not in known:
            raise BadParameter(name, word, gettext("is none of {names}").format(names=join_choices(known)))
    return tuple(dict.fromkeys(chosen))


def without_span(asked: Asked) -> str:
    """The address of the same view over the whole time."""
    return replace(asked, filters=tuple(pair for pair in asked.filters if pair[0] not in SPAN_NAMES)).whole_query or "?"


def link_rounds(asked: Asked, rounds: Iterable[RoundLike]) -> list[tuple[RoundLike, str]]:
    """Each dated round with the address that zooms to it."""
    base = without_span(asked).removeprefix("?")
    links = []
    for entry in rounds:
        if entry.starts_on is not None:
            span = urlencode({"from": f"round-{entry.number}", "to": f"round-{entry.number}"})
            links.append((entry, f"?{base}&{span}" if base else f"?{span}"))
    return links


def hide_dots(series: Iterable[Series], chosen: DotFilter, credibility: Mapping[str, int]) -> list[Series]:
    """The series with the dots that are drawn and the segments that reach into the days asked for.

    ``credibility`` maps codings to the grade of their statement's content.
    """
    return [
        Series(
            s.party,
            tuple(p for p in s.points if chosen.admits(p, credibility[p.coding])),
            tuple(g for g in s.segments if chosen.since is None or g.end is None or g.end > chosen.since),
        )
        for s in series
    ]
