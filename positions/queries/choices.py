"""Type-ahead over parties and people: by any name, abbreviation or seat of power, the likely ones first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.utils.translation import gettext

from positions.enums import AliasKind
from positions.exceptions import Invalid
from positions.folding import folded
from positions.models import Appointment, Negotiation, PartyAlias
from positions.queries.access import Reader, parties_for, persons_for

CHOICES_SHOWN = 20
WORDS_READ = 200
WHOLE, BEGINNING, WORD, INSIDE = range(4)


@dataclass
class Candidate:
    """A party or person with every name it is found by; ``nearness`` is 0 for the likeliest."""

    slug: str
    name: str
    nearness: int
    # (name, hint shown when it is found by this name)
    names: list[tuple[str, str]] = field(default_factory=list)
    hint: str = ""


def choices_for(
    reader: Reader, negotiation: Negotiation, kind: str, words: str, party: str = ""
) -> list[dict[str, str]]:
    """At most twenty ``{slug, name, hint}``, best first: whole name, its beginning, that of a word, then inside one.

    Those used in the negotiation come before others, and the people of ``party`` before all. Raises
    :class:`Invalid` for a kind other than ``party`` and ``person``.
    """
    if kind not in ("party", "person"):
        raise Invalid({"kind": gettext("“%(kind)s” is none of party, person") % {"kind": kind[:60]}})
    candidates = _parties(reader, negotiation) if kind == "party" else _persons(reader, negotiation, party)
    wanted = folded(words[:WORDS_READ])
    ranked = []
    for candidate in candidates:
        fit, hint = _fit_of(candidate, wanted)
        if fit is not None:
            ranked.append(
                (fit == INSIDE, candidate.nearness, fit, folded(candidate.name), candidate.slug, candidate, hint)
            )
    ranked.sort(key=lambda found: found[:5])
    return [{"slug": one.slug, "name": one.name, "hint": hint} for *_, one, hint in ranked[:CHOICES_SHOWN]]


def _fit_of(candidate: Candidate, wanted: str) -> tuple[int | None, str]:
    best: tuple[int | None, str] = (None, "")
    for name, hint in candidate.names:
        fit = _fit(folded(name), wanted)
        if fit is not None and (best[0] is None or fit < best[0]):
            best = (fit, hint)
    return best


def _fit(name: str, wanted: str) -> int | None:
    """How well ``wanted`` fits a name; null where it does not occur in it."""
    place = name.find(wanted)
    if place < 0:
        return None
    if place == 0:
        return WHOLE if name == wanted else BEGINNING
    while place >= 0:
        if not name[place - 1].isalnum():
            return WORD
        place = name.find(wanted, place + 1)
    return INSIDE


def _parties(reader: Reader, negotiation: Negotiation) -> Iterable[Candidate]:
    at_table = set(negotiation.parties.values_list("pk", flat=True))
    visible = parties_for(reader).filter(merged_into=None)
    found: dict[UUID, Candidate] = {}
    for pk, slug, name in visible.order_by().values_list("pk", "slug", "name"):
        found[pk] = Candidate(slug, name, 0 if pk in at_table else 1)
    short: dict[UUID, str] = {}
    others: dict[UUID, list[str]] = defaultdict(list)
    for pk, text, kind in PartyAlias.objects.order_by("text").values_list("party", "text", "kind"):
        others[pk].append(text)
        if kind == AliasKind.ABBREVIATION:
            short.setdefault(pk, text)
    for pk, one in found.items():
        one.hint = short.get(pk, "")
        one.names = [(one.name, one.hint), (one.slug, one.hint), *((text, text) for text in others[pk])]
    return found.values()


def _persons(reader: Reader, negotiation: Negotiation, party: str) -> Iterable[Candidate]:
    at_table = set(negotiation.persons.values_list("pk", flat=True))
    visible = persons_for(reader).filter(merged_into=None)
    found: dict[UUID, Candidate] = {}
    for pk, slug, name in visible.order_by().values_list("pk", "slug", "name"):
        found[pk] = Candidate(slug, name, 1 if pk in at_table else 2)
    seen = parties_for(reader)
    posts = Appointment.objects.filter(party__in=seen).order_by("person", "-starts_on", "title")
    for pk, title, slug, name in posts.values_list("person", "title", "party__slug", "party__name"):
        if (one := found.get(pk)) is None:
            continue
        hint = f"{title}, {name}"
        one.hint = one.hint or hint
        one.names.append((title, hint))
        if slug == party:
            one.nearness = 0
            one.hint = hint
    for one in found.values():
        one.names = [(one.name, one.hint), (one.slug, one.hint), *one.names]
    return found.values()
