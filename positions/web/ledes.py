"""The first sentence of a page, made from the data: phrases a template sets in bold and colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Formatter

from django.utils.translation import gettext, ngettext, pgettext

from positions.analysis.types import Position, Shift
from positions.models import Issue
from positions.web.palette import PartyInk
from positions.web.words import join_words, say_day, sign_position, sign_stance, spell_count

NAMED = 4  # parties, issues or places on the scale listed before the rest is counted


@dataclass(frozen=True, slots=True)
class Phrase:
    """A piece of a sentence; ``css_class`` colours a party's name, ``slug`` links an issue."""

    text: str
    css_class: str = ""
    issue: str = ""


Part = str | Phrase | Sequence[Phrase]


def compose(sentence: str, **parts: Part) -> list[Phrase]:
    """A translated sentence cut at its ``{placeholders}``, each filled with a text, a phrase or several."""
    phrases: list[Phrase] = []
    for literal, name, _, _ in Formatter().parse(sentence):
        if literal:
            phrases.append(Phrase(literal))
        if name is not None:
            part = parts[name]
            phrases += [Phrase(part)] if isinstance(part, str) else [part] if isinstance(part, Phrase) else part
    return phrases


def moved(shift: Shift) -> bool:
    """Whether the shift is a move along the scale."""
    return shift.kind in ("moved", "reversed")


def name_party(slug: str, inks: Mapping[str, PartyInk]) -> Phrase:
    ink = inks[slug]
    return Phrase(ink.name, ink.css_class)


def name_issue(slug: str, issues: Mapping[str, Issue]) -> Phrase:
    return Phrase(issues[slug].title, issue=slug)


def list_phrases(phrases: Sequence[Phrase]) -> list[Phrase]:
    """``a, b and c``."""
    most: list[Phrase] = list(phrases[:1])
    for phrase in phrases[1:-1]:
        most = compose(pgettext("a list", "{most}, {next}"), most=most, next=phrase)
    if len(phrases) < 2:
        return most
    return compose(pgettext("the end of a list", "{most} and {last}"), most=most, last=phrases[-1])


def list_parties(slugs: Sequence[str], inks: Mapping[str, PartyInk]) -> list[Phrase]:
    """``Russia, NATO and 12 others``, each name coloured."""
    if len(slugs) <= NAMED:
        return list_phrases([name_party(slug, inks) for slug in slugs])
    named: list[Phrase] = []
    for slug in slugs[: NAMED - 1]:
        party = name_party(slug, inks)
        named = compose(pgettext("a list", "{most}, {next}"), most=named, next=party) if named else [party]
    rest = len(slugs) - (NAMED - 1)
    return compose(
        ngettext("{parties} and {count} other", "{parties} and {count} others", rest), parties=named, count=f"{rest}"
    )


def tell_issue(positions: Sequence[Position], shifts: Sequence[Shift], inks: Mapping[str, PartyInk]) -> list[Phrase]:
    """The latest move, then who has held where; for the top of an issue's timeline."""
    if not positions:
        return [Phrase(gettext("Nobody’s position on this is in the record yet."))]
    phrases: list[Phrase] = []
    moves = sorted((s for s in shifts if moved(s)), key=lambda s: (s.on, s.party))
    if moves:
        move = _tell_move(moves[-1], inks)
        if len(moves) > 1:
            sentence = ngettext(
                "{move}; it is the latest of {count} move.", "{move}; it is the latest of {count} moves.", len(moves)
            )
            phrases += compose(sentence, move=move, count=spell_count(len(moves)))
        else:
            phrases += compose(gettext("{move}."), move=move)
        phrases.append(Phrase(" "))
    movers = {shift.party for shift in moves}
    held = [p for p in positions if p.party not in movers]
    phrases += _tell_held([p for p in held if p.footing != "reported"], inks)
    told = sorted((p.party for p in held if p.footing == "reported"), key=lambda s: _rank(s, inks))
    if told:
        sentence = ngettext(
            "{parties} is known only from what others say.", "{parties} are known only from what others say.", len(told)
        )
        phrases += [*compose(sentence, parties=list_parties(told, inks)), Phrase(" ")]
    return phrases


def _rank(slug: str, inks: Mapping[str, PartyInk]) -> tuple[int, str]:
    slot = inks[slug].slot
    return (99 if slot is None else slot, slug)


def _tell_move(shift: Shift, inks: Mapping[str, PartyInk]) -> list[Phrase]:
    steps = abs(shift.steps or 0)
    assert shift.before is not None  # a move has a side before
    day = say_day(shift.on)
    if shift.after.occasion.rounds:
        rounds = join_words([str(number) for number in shift.after.occasion.rounds])
        day = gettext("{day} (round {rounds})").format(day=day, rounds=rounds)
    if shift.kind == "reversed":
        sentence = ngettext(
            "{party} reversed itself, by {count} step on {day}, from {before} to {after}",
            "{party} reversed itself, by {count} steps on {day}, from {before} to {after}",
            steps,
        )
    else:
        sentence = ngettext(
            "{party} moved {count} step on {day}, from {before} to {after}",
            "{party} moved {count} steps on {day}, from {before} to {after}",
            steps,
        )
    move = compose(
        sentence,
        party=name_party(shift.party, inks),
        count=spell_count(steps),
        day=day,
        before=sign_stance(shift.before.stance),
        after=sign_stance(shift.after.stance),
    )
    changed = [g for g in shift.gaps or () if g.effect in ("narrowed", "widened") and g.party in inks]
    for effect in ("narrowed", "widened"):
        parties = sorted((g.party for g in changed if g.effect == effect), key=lambda s: _rank(s, inks))
        if parties:
            if effect == "widened":
                sentence = gettext("{move}, widening the gap to {parties}")
            elif all(g.after == 0 for g in changed if g.effect == effect):
                sentence = gettext("{move}, closing the gap to {parties}")
            else:
                sentence = gettext("{move}, narrowing the gap to {parties}")
            move = compose(sentence, move=move, parties=list_parties(parties, inks))
    return move


def _tell_held(positions: Sequence[Position], inks: Mapping[str, PartyInk]) -> list[Phrase]:
    """``NATO and Ukraine have held at −2. ``, one clause for each place on the scale."""
    groups: dict[tuple[str, bool], list[str]] = {}
    for p in sorted(positions, key=lambda p: _rank(p.party, inks)):
        groups.setdefault((sign_position(p.stance, p.low, p.high), p.conditional), []).append(p.party)
    clauses: list[list[Phrase]] = []
    ranked = sorted(groups.items(), key=lambda g: -len(g[1]))
    told = ranked if len(ranked) <= NAMED else ranked[: NAMED - 1]
    for (stance, conditional), parties in told:
        sentence = _held_under_condition(len(parties)) if conditional else _held(len(parties))
        clauses.append(compose(sentence, parties=list_parties(parties, inks), stance=stance))
    rest = sum(len(parties) for _, parties in ranked[len(told) :])
    if rest:
        sentence = ngettext("{count} other has held elsewhere", "{count} others have held elsewhere", rest)
        clauses.append(compose(sentence, count=f"{rest}"))
    phrases: list[Phrase] = []
    for clause in clauses:
        phrases = compose(gettext("{clauses}; {clause}"), clauses=phrases, clause=clause) if phrases else clause
    return [*compose(gettext("{clauses}."), clauses=phrases), Phrase(" ")] if phrases else []


def _held(parties: int) -> str:
    return ngettext("{parties} has held at {stance}", "{parties} have held at {stance}", parties)


def _held_under_condition(parties: int) -> str:
    if parties == 2:
        return gettext("{parties} have held at {stance}, both under an open condition")
    return ngettext(
        "{parties} has held at {stance}, under an open condition",
        "{parties} have held at {stance}, all under an open condition",
        parties,
    )


def tell_negotiation(
    positions: Sequence[Position], shifts: Sequence[Shift], inks: Mapping[str, PartyInk], issues: Mapping[str, Issue]
) -> list[Phrase]:
    """Where the two most heard parties stand to each other, and who moved last."""
    if not positions:
        return [Phrase(gettext("Nothing is in the record yet."))]
    phrases = [*_tell_pair(positions, inks, issues), Phrase(" ")]
    moves = sorted((s for s in shifts if moved(s)), key=lambda s: (s.on, s.party, s.issue))
    if not moves:
        return [*phrases, Phrase(gettext("Nobody has moved along the scale so far."))]
    last = moves[-1]
    others = len({s.issue for s in moves if s.on == last.on and s.party == last.party}) - 1
    if others:
        sentence = ngettext(
            "The last to move was {party}, on {day}, on {issue} and {count} other issue.",
            "The last to move was {party}, on {day}, on {issue} and {count} other issues.",
            others,
        )
    else:
        sentence = gettext("The last to move was {party}, on {day}, on {issue}.")
    return phrases + compose(
        sentence,
        party=name_party(last.party, inks),
        day=say_day(last.on),
        issue=name_issue(last.issue, issues),
        count=f"{others}",
    )


def _tell_pair(
    positions: Sequence[Position], inks: Mapping[str, PartyInk], issues: Mapping[str, Issue]
) -> list[Phrase]:
    heard: dict[str, int] = {}
    for p in positions:
        heard[p.party] = heard.get(p.party, 0) + p.evidence_total
    pair = sorted(heard, key=lambda slug: (-heard[slug], slug))[:2]
    if len(pair) < 2:
        sentence = ngettext(
            "{party} is the only party heard, on {count} issue.",
            "{party} is the only party heard, on {count} issues.",
            len(positions),
        )
        return compose(sentence, party=name_party(pair[0], inks), count=f"{len(positions)}")
    a, b = ({p.issue: p.stance for p in positions if p.party == slug and p.stance is not None} for slug in pair)
    shared = [slug for slug in issues if slug in a and slug in b]
    names = {"a": name_party(pair[0], inks), "b": name_party(pair[1], inks)}
    if not shared:
        return compose(gettext("{a} and {b} have not both been heard on any issue."), **names)
    apart = sorted((s for s in shared if a[s] * b[s] < 0), key=lambda s: -abs(a[s] - b[s]))
    near = [s for s in shared if a[s] * b[s] > 0 and abs(a[s] - b[s]) <= 1]
    if apart:
        sentence = ngettext(
            "{a} and {b} stand on opposite sides of {count} issue, {issue}",
            "{a} and {b} stand on opposite sides of {count} issues, widest on {issue}",
            len(apart),
        )
        stand = compose(sentence, issue=name_issue(apart[0], issues), count=spell_count(len(apart)), **names)
    else:
        stand = compose(gettext("{a} and {b} are on opposite sides of no issue"), **names)
    if not near:
        return compose(gettext("{clauses}."), clauses=stand)
    sentence = ngettext(
        "{stand}; on {count} issue they are on the same side, at most one step apart.",
        "{stand}; on {count} issues they are on the same side, at most one step apart.",
        len(near),
    )
    return compose(sentence, stand=stand, count=spell_count(len(near)))
