"""Shifts as pages tell them: who moved from where to where, by how much, with both quotations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from positions.analysis.types import Gap, Shift, Side
from positions.models import Issue, Statement
from positions.queries.access import Reader
from positions.web.palette import PartyInk
from positions.web.quotations import Quotation, quote_statement
from positions.web.words import say_day_short, sign_position, spell_count

GAPS_NAMED = 4
KIND_WORDS = {
    "first": _("first heard"),
    "restated": _("restated"),
    "moved": _("moved"),
    "reversed": _("reversed itself"),
    "mixed": _("became mixed"),
    "resolved": _("became clear again"),
}


GAP_WORDS = {
    "unchanged": _("to {party} unchanged, {before}"),
    "narrowed": _("to {party} narrowed, {before} → {after}"),
    "widened": _("to {party} widened, {before} → {after}"),
}


@dataclass(frozen=True, slots=True)
class ShiftSide:
    """One side of a shift: the stance in signs, the day in words, and the passages behind it."""

    stance: str
    on: date
    on_words: str
    rounds: tuple[int, ...]
    quotations: tuple[Quotation, ...]
    more: int


@dataclass(frozen=True, slots=True)
class ShiftCard:
    """A shift for a page. ``steps_words`` is empty where no steps are counted."""

    ink: PartyInk
    issue: str
    issue_title: str
    kind: str
    kind_words: str
    direction: str
    steps_words: str
    footing: str
    on: date
    on_words: str
    before: ShiftSide | None
    after: ShiftSide
    gaps: str
    extras: tuple[str, ...]
    from_x: int | None
    to_x: int | None

    @property
    def arrow(self) -> str:
        """Path data of the arrow on the card's scale, from the old stance to the rim of the new one's dot."""
        if self.from_x is None or self.to_x is None:
            return ""
        way = 1 if self.to_x > self.from_x else -1
        tip = self.to_x - 7 * way
        return f"M{self.from_x} 10H{tip}M{tip - 5 * way} 5.5L{tip} 10L{tip - 5 * way} 14.5"


def tell_shifts(
    shifts: Sequence[Shift],
    inks: Mapping[str, PartyInk],
    issues: Mapping[str, Issue],
    statements: Mapping[str, Statement],
    reader: Reader,
) -> list[ShiftCard]:
    """Cards in the order given; ``statements`` must hold those of :func:`quoted_in`."""
    return [_tell(shift, inks, issues, statements, reader) for shift in shifts]


def quoted_in(shifts: Sequence[Shift], most: int = 2) -> set[str]:
    """The statements whose text the cards of these shifts show."""
    sides = [side for shift in shifts for side in (shift.before, shift.after) if side is not None]
    return {statement for side in sides for statement in side.statements[:most]}


def _tell(
    shift: Shift,
    inks: Mapping[str, PartyInk],
    issues: Mapping[str, Issue],
    statements: Mapping[str, Statement],
    reader: Reader,
) -> ShiftCard:
    steps = abs(shift.steps or 0)
    return ShiftCard(
        ink=inks[shift.party],
        issue=shift.issue,
        issue_title=issues[shift.issue].title,
        kind=shift.kind,
        kind_words=str(KIND_WORDS[shift.kind]),
        direction="up" if (shift.steps or 0) > 0 else "down" if (shift.steps or 0) < 0 else "",
        steps_words=ngettext("{count} step", "{count} steps", steps).format(count=spell_count(steps)) if steps else "",
        footing=shift.footing,
        on=shift.on,
        on_words=say_day_short(shift.on),
        before=_side(shift.before, statements, reader) if shift.before else None,
        after=_side(shift.after, statements, reader),
        gaps=tell_gaps(shift.gaps, inks),
        extras=tuple(_extras(shift)),
        from_x=_scale_x(shift.before.stance) if shift.before and shift.after.stance is not None else None,
        to_x=_scale_x(shift.after.stance),
    )


def _scale_x(stance: int | None) -> int | None:
    return None if stance is None else 110 + 50 * stance


def _side(side: Side, statements: Mapping[str, Statement], reader: Reader, most: int = 2) -> ShiftSide:
    shown = [statements[key] for key in side.statements[:most] if key in statements]
    return ShiftSide(
        stance=sign_position(side.stance, side.low, side.high),
        on=side.occasion.on,
        on_words=say_day_short(side.occasion.on),
        rounds=side.occasion.rounds,
        quotations=tuple(quote_statement(statement, reader) for statement in shown),
        more=len(side.statements) - len(shown),
    )


def tell_gaps(gaps: Sequence[Gap] | None, inks: Mapping[str, PartyInk]) -> str:
    """``gap to United States narrowed, 1 → 0; to NATO unchanged, 2`` for the parties whose gap is known."""
    known = [gap for gap in gaps or () if gap.effect is not None and gap.party in inks]
    known.sort(key=lambda gap: (gap.effect == "unchanged", 99 if (slot := inks[gap.party].slot) is None else slot))
    parts = [
        GAP_WORDS[str(gap.effect)].format(party=inks[gap.party].name, before=gap.before, after=gap.after)
        for gap in known[:GAPS_NAMED]
    ]
    if rest := max(0, len(known) - GAPS_NAMED):
        parts.append(ngettext("{count} more", "{count} more", rest).format(count=rest))
    return gettext("Gap {gaps}").format(gaps="; ".join(parts)) if parts else ""


def _extras(shift: Shift) -> list[str]:
    words = {
        ("condition", "added"): gettext("a condition was added"),
        ("condition", "not_repeated"): gettext("the open condition was not repeated"),
        ("red_line", "declared"): gettext("declared a red line"),
        ("red_line", "not_repeated"): gettext("the red line was not repeated, which is no withdrawal"),
    }
    found = [words[key] for key in (("condition", shift.condition), ("red_line", shift.red_line)) if key in words]
    return found + [gettext("within the range of what it had said before")] * shift.within_range
