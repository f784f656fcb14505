"""Geometry of the small scale that shows one move among the positions it came closer to or left."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext

from positions.web.palette import PartyInk
from positions.web.words import clip_text, sign_stance

WIDTH = 240
MIDDLE = 120
STEP = 48
LABEL_CHARACTERS = 26


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Who else stood at one place of the scale."""

    x: int
    names: str
    words: str
    anchor: str


@dataclass(frozen=True, slots=True)
class MoveScale:
    """From where to where somebody moved, and who stood where the day before; x in pixels."""

    ink: PartyInk
    from_x: int
    to_x: int
    is_conditional: bool
    neighbours: tuple[Neighbours, ...]
    words: str

    @property
    def arrow(self) -> str:
        """Path data from the rim of the old place to the rim of the new one."""
        way = 1 if self.to_x > self.from_x else -1
        start, tip = self.from_x + 6 * way, self.to_x - 7 * way
        return f"M{start} 34H{tip}M{tip - 5 * way} 30L{tip} 34L{tip - 5 * way} 38"

    @property
    def ticks(self) -> list[tuple[int, str]]:
        """The five places of the scale with their signs."""
        return [(place_of(stance), sign_stance(stance)) for stance in range(-2, 3)]


def place_of(stance: int) -> int:
    """Pixels from the left edge."""
    return MIDDLE + STEP * stance


def draw_move(
    ink: PartyInk, before: int, after: int, others: Iterable[tuple[PartyInk, int]], *, is_conditional: bool = False
) -> MoveScale:
    """The scale of a move from one stance to another among the others' stances."""
    standing: dict[int, list[PartyInk]] = {}
    for other, stance in others:
        standing.setdefault(stance, []).append(other)
    neighbours = []
    told = []
    for stance, inks in sorted(standing.items()):
        names = ", ".join(other.short for other in inks)
        words = ", ".join(other.name for other in inks)
        anchor = "start" if stance < -1 else "end" if stance > 1 else "middle"
        neighbours.append(Neighbours(place_of(stance), clip_text(names, LABEL_CHARACTERS), words, anchor))
        told.append(gettext("{parties} at {stance}").format(parties=words, stance=sign_stance(stance)))
    sentence = gettext("{party} from {before} to {after}").format(
        party=ink.name, before=sign_stance(before), after=sign_stance(after)
    )
    if told:
        sentence = f"{sentence}; {', '.join(told)}"
    return MoveScale(ink, place_of(before), place_of(after), is_conditional, tuple(neighbours), sentence)
