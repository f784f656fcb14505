"""The first sentence of a page, made from the data: phrases a template sets in bold and colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from positions.analysis.types import Position, Shift
from positions.models import Issue
from positions.web.palette import PartyInk
from positions.web.words import count_of, join_words, say_day, sign_position, sign_stance, spell_count

NAMED = 4  # parties, issues or places on the scale listed before the rest is counted


@dataclass(frozen=True, slots=True)
class Phrase:
    """A piece of a sentence; ``css_class`` colours a party's name, ``slug`` links an issue."""

    text: str
    css_class: str = ""
    issue: str = ""


def moved(shift: Shift) -> bool:
    """Whether the shift is a move along the scale."""
    return shift.kind in ("moved", "reversed")


def name_party(slug: str, inks: Mapping[str, PartyInk]) -> Phrase:
    ink = inks[slug]
    return Phrase(ink.name, ink.css_class)


def list_parties(slugs: Sequence[str], inks: Mapping[str, PartyInk]) -> list[Phrase]:
    """``Russia, NATO and 12 others``, each name coloured."""
    named = list(slugs) if len(slugs) <= NAMED else list(slugs[: NAMED - 1])
    phrases: list[Phrase] = []
    for index, slug in enumerate(named):
        is_last = index == len(named) - 1 and len(named) == len(slugs)
        phrases += [Phrase(" and " if is_last else ", ")] * bool(index) + [name_party(slug, inks)]
    return phrases + [Phrase(f" and {count_of(len(slugs) - len(named), 'other')}")] * (len(named) < len(slugs))


def tell_issue(positions: Sequence[Position], shifts: Sequence[Shift], inks: Mapping[str, PartyInk]) -> list[Phrase]:
    """The latest move, then who has held where; for the top of an issue's timeline."""
    if not positions:
        return [Phrase("Nobody’s position on this is in the record yet.")]
    phrases: list[Phrase] = []
    moves = sorted((s for s in shifts if moved(s)), key=lambda s: (s.on, s.party))
    if moves:
        phrases += _tell_move(moves[-1], inks)
        if len(moves) > 1:
            phrases.append(Phrase(f"; it is the latest of {spell_count(len(moves))} moves. "))
        else:
            phrases.append(Phrase(". "))
    movers = {shift.party for shift in moves}
    held = [p for p in positions if p.party not in movers]
    phrases += _tell_held([p for p in held if p.footing != "reported"], "held", inks, is_first=not moves)
    told = sorted((p.party for p in held if p.footing == "reported"), key=lambda s: _rank(s, inks))
    if told:
        verb = "is" if len(told) == 1 else "are"
        phrases += [*list_parties(told, inks), Phrase(f" {verb} known only from what others say. ")]
    return phrases


def _rank(slug: str, inks: Mapping[str, PartyInk]) -> tuple[int, str]:
    slot = inks[slug].slot
    return (99 if slot is None else slot, slug)


def _tell_move(shift: Shift, inks: Mapping[str, PartyInk]) -> list[Phrase]:
    steps = abs(shift.steps or 0)
    assert shift.before is not None  # a move has a side before
    rounds = (
        f" (round {join_words([str(n) for n in shift.after.occasion.rounds])})" if shift.after.occasion.rounds else ""
    )
    verb = "reversed itself, by" if shift.kind == "reversed" else "moved"
    tail = (
        f" {verb} {spell_count(steps)} {'step' if steps == 1 else 'steps'} on {say_day(shift.on)}{rounds},"
        f" from {sign_stance(shift.before.stance)} to {sign_stance(shift.after.stance)}"
    )
    phrases = [name_party(shift.party, inks), Phrase(tail)]
    changed = [g for g in shift.gaps or () if g.effect in ("narrowed", "widened") and g.party in inks]
    for effect in ("narrowed", "widened"):
        parties = sorted((g.party for g in changed if g.effect == effect), key=lambda s: _rank(s, inks))
        if parties:
            closed = effect == "narrowed" and all(g.after == 0 for g in changed if g.effect == effect)
            verb = "closing" if closed else effect[:-2] + "ing"
            phrases += [Phrase(f", {verb} the gap to "), *list_parties(parties, inks)]
    return phrases


def _tell_held(
    positions: Sequence[Position], verb: str, inks: Mapping[str, PartyInk], *, is_first: bool
) -> list[Phrase]:
    """``NATO and Ukraine have held at −2. ``, one clause for each place on the scale."""
    groups: dict[tuple[str, bool], list[str]] = {}
    for p in sorted(positions, key=lambda p: _rank(p.party, inks)):
        groups.setdefault((sign_position(p.stance, p.low, p.high), p.conditional), []).append(p.party)
    phrases: list[Phrase] = []
    ranked = sorted(groups.items(), key=lambda g: -len(g[1]))
    told = ranked if len(ranked) <= NAMED else ranked[: NAMED - 1]
    for index, ((stance, conditional), parties) in enumerate(told):
        has = "has" if len(parties) == 1 else "have"
        both = "" if len(parties) == 1 else "both " if len(parties) == 2 else "all "
        phrases += [Phrase("; ")] * bool(index) + list_parties(parties, inks)
        phrases.append(
            Phrase(f" {has} {verb} at {stance}" + (f", {both}under an open condition" if conditional else ""))
        )
    del is_first
    rest = sum(len(parties) for _, parties in ranked[len(told) :])
    if rest:
        phrases.append(Phrase(f"; {count_of(rest, 'other')} {'has' if rest == 1 else 'have'} {verb} elsewhere"))
    return [*phrases, Phrase(". ")] if phrases else []


def tell_negotiation(
    positions: Sequence[Position], shifts: Sequence[Shift], inks: Mapping[str, PartyInk], issues: Mapping[str, Issue]
) -> list[Phrase]:
    """Where the two most heard parties stand to each other, and who moved last."""
    if not positions:
        return [Phrase("Nothing is in the record yet.")]
    phrases = _tell_pair(positions, inks, issues)
    moves = sorted((s for s in shifts if moved(s)), key=lambda s: (s.on, s.party, s.issue))
    if moves:
        last = moves[-1]
        others = len({s.issue for s in moves if s.on == last.on and s.party == last.party}) - 1
        phrases += [
            Phrase("The last to move was "),
            name_party(last.party, inks),
            Phrase(f", on {say_day(last.on)}, on "),
        ]
        phrases += [Phrase(issues[last.issue].title, issue=last.issue)]
        phrases.append(Phrase(f" and {count_of(others, 'other issue')}." if others else "."))
    else:
        phrases.append(Phrase("Nobody has moved along the scale so far."))
    return phrases


def _tell_pair(
    positions: Sequence[Position], inks: Mapping[str, PartyInk], issues: Mapping[str, Issue]
) -> list[Phrase]:
    heard: dict[str, int] = {}
    for p in positions:
        heard[p.party] = heard.get(p.party, 0) + p.evidence_total
    pair = sorted(heard, key=lambda slug: (-heard[slug], slug))[:2]
    if len(pair) < 2:
        return [
            name_party(pair[0], inks),
            Phrase(f" is the only party heard, on {count_of(len(positions), 'issue')}. "),
        ]
    a, b = ({p.issue: p.stance for p in positions if p.party == slug and p.stance is not None} for slug in pair)
    shared = [slug for slug in issues if slug in a and slug in b]
    names = [name_party(pair[0], inks), Phrase(" and "), name_party(pair[1], inks)]
    if not shared:
        return [*names, Phrase(" have not both been heard on any issue. ")]
    apart = sorted((s for s in shared if a[s] * b[s] < 0), key=lambda s: -abs(a[s] - b[s]))
    near = [s for s in shared if a[s] * b[s] > 0 and abs(a[s] - b[s]) <= 1]
    phrases = names
    if apart:
        where = ", " if len(apart) == 1 else ", widest on "
        phrases.append(Phrase(f" stand on opposite sides of {_count_issues(len(apart))}{where}"))
        phrases.append(Phrase(issues[apart[0]].title, issue=apart[0]))
    else:
        phrases.append(Phrase(" are on opposite sides of no issue"))
    phrases.append(
        Phrase(f"; on {_count_issues(len(near))} they are on the same side, at most one step apart. " if near else ". ")
    )
    return phrases


def _count_issues(number: int) -> str:
    return f"{spell_count(number)} {'issue' if number == 1 else 'issues'}"
