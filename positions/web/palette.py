"""Colours of parties: eight slots that stay apart for colour-blind readers, grey for the rest.

Every colour passes 4.5:1 on its own paper (light, dark); a test holds that. In the pages a slot is a
CSS class (``p0`` … ``p7``, ``pr`` for the rest), so that the stylesheet chooses for dark paper; a
saved chart carries the light colours as attributes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

LIGHT_PAPER = "#fcfbf8"
DARK_PAPER = "#14161a"
LIGHT_INKS = ("#ab5a09", "#0d3f86", "#7c3bcf", "#147f82", "#4a3a05", "#7a2350", "#5d5fbd", "#8a5c3c")
DARK_INKS = ("#ee8f38", "#9ac6ff", "#bd7cf5", "#3fd6c0", "#efd65a", "#e0709f", "#9498e0", "#c39a7e")
LIGHT_REST = "#6a6c70"
DARK_REST = "#9a9da3"
INK, MUTED, HAIR, BAND = "#1c1d21", "#5b5e66", "#8d887c", "#e5ddcd"
TINTS = {
    "for-2": "#9fd0cb", "for-1": "#d4e9e5", "zero": "#e9e6df", "against-1": "#fae3cd", "against-2": "#f0b98a",
    "mixed": "#f4f1ea",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PartyInk:
    """How a party is named and coloured on a page; ``slot`` is null for the grey rest."""

    slug: str
    name: str
    short: str
    slot: int | None

    @property
    def css_class(self) -> str:
        return "pr" if self.slot is None else f"p{self.slot}"

    @property
    def colour(self) -> str:
        return LIGHT_REST if self.slot is None else LIGHT_INKS[self.slot]


def assign_slots(evidence: Mapping[str, int], chosen: Iterable[str] = ()) -> dict[str, int]:
    """Slots by rank: most evidence in the negotiation first, then slug, so that a party keeps its colour.

    ``chosen`` parties (a page's filter) that rank below the eighth take the slots of parties not
    shown, in rank order.
    """
    ranked = sorted(evidence, key=lambda slug: (-evidence[slug], slug))
    slots = {slug: slot for slot, slug in enumerate(ranked[: len(LIGHT_INKS)])}
    wanted: Sequence[str] = sorted(set(chosen), key=lambda slug: (-evidence.get(slug, 0), slug))
    if wanted:
        taken = {slots[slug] for slug in wanted if slug in slots}
        free = [slot for slot in range(len(LIGHT_INKS)) if slot not in taken]
        late = [slug for slug in wanted if slug not in slots]
        slots = {slug: slot for slug, slot in slots.items() if slug in wanted} | dict(zip(late, free, strict=False))
    return slots
