"""Short lists typed one to a line: the conditions of a coding, the members of a delegation.

A line that was not touched keeps everything the record knows of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy

from positions.enums import ConditionKind
from positions.models import DelegationMember, Party, Person
from positions.queries.access import Reader, parties_for, persons_for, unmerged
from positions.services.conditions import ConditionFacts

Named = TypeVar("Named", Party, Person)

CONDITION_HELP = format_lazy(
    gettext_lazy(
        "One to a line: kind | what must happen | on whom it falls (may be left out). Kinds: {kinds}; "
        "the first letters are enough. Example: reciprocity | Moscow makes the same commitment | Russia"
    ),
    kinds=", ".join(ConditionKind.values),
)
MEMBER_HELP = gettext_lazy("One to a line: name | title held on that day (may be left out).")


def write_conditions(conditions: Sequence[ConditionFacts]) -> str:
    """The conditions as lines."""
    return "\n".join(_condition_line(condition) for condition in conditions)


def _condition_line(condition: ConditionFacts) -> str:
    text = " ".join(condition.text.split())
    if condition.falls_on is None:
        return f"{condition.kind} | {text}" + (" |" if "|" in text else "")
    return f"{condition.kind} | {text} | {condition.falls_on}"


def read_conditions(reader: Reader, lines: str, standing: Sequence[ConditionFacts] = ()) -> tuple[ConditionFacts, ...]:
    """The conditions that the lines say. Raises :class:`ValidationError` with the number of each bad line.

    A line as it stood keeps its condition; where as many lines as before come back, a changed line
    keeps the series of statuses of the one it stands for.
    """
    typed = [line.strip() for line in lines.split("\n") if line.strip()]
    known = {_condition_line(condition): condition for condition in standing}
    found, faults = [], []
    for place, line in enumerate(typed):
        if line in known:
            found.append(known[line])
            continue
        try:
            condition = _read_condition(reader, line)
        except ValidationError as fault:
            faults += [
                gettext("Line %(number)s: %(message)s") % {"number": place + 1, "message": message}
                for message in fault.messages
            ]
            continue
        if len(typed) == len(standing):
            condition = replace(condition, statuses=standing[place].statuses)
        found.append(condition)
    if faults:
        raise ValidationError(faults)
    return tuple(found)


def _read_condition(reader: Reader, line: str) -> ConditionFacts:
    parts = [part.strip() for part in line.split("|")]
    if len(parts) < 2:
        raise ValidationError(gettext("write the kind, a bar “|”, and what must happen"))
    kind, middle, last = parts[0], parts[1:], ""
    if len(middle) > 1:
        middle, last = middle[:-1], middle[-1]
    return ConditionFacts(
        kind=_read_kind(kind), text=" | ".join(middle), falls_on=find_party(reader, last) if last else None
    )


def _read_kind(words: str) -> str:
    wanted = words.casefold()
    fitting = [kind for kind in ConditionKind.values if wanted and kind.startswith(wanted)]
    if len(fitting) != 1:
        raise ValidationError(
            gettext("“%(words)s” is no kind of condition; use one of %(kinds)s")
            % {"words": words[:40], "kinds": ", ".join(ConditionKind.values)}
        )
    return fitting[0]


def find_party(reader: Reader, words: str) -> Party:
    """The party of that slug, code, name or alias. Raises :class:`ValidationError` for none or several."""
    visible = unmerged(parties_for(reader))
    exact = visible.filter(Q(slug=words.lower()) | Q(name__iexact=words) | Q(iso3=words.upper()))
    parties = list(exact[:2]) or list(visible.filter(aliases__text__iexact=words).distinct()[:2])
    if not parties:
        missing = gettext("there is no party called “%(words)s” that you can see; ask an administrator to add it")
        raise ValidationError(missing % {"words": words[:60]})
    return _only(parties, words)


def write_members(members: Sequence[DelegationMember]) -> str:
    """The members of a delegation as lines."""
    return "\n".join(_member_line(member) for member in members)


def _member_line(member: DelegationMember) -> str:
    return f"{member.person.name} | {member.title}" if member.title else member.person.name


def read_members(
    reader: Reader, lines: str, standing: Sequence[DelegationMember] = ()
) -> tuple[tuple[Person, str], ...]:
    """The persons and titles that the lines say. Raises :class:`ValidationError` with the number of each bad line."""
    known = {_member_line(member): (member.person, member.title) for member in standing}
    found: list[tuple[Person, str]] = []
    faults = []
    for place, line in enumerate((line.strip() for line in lines.split("\n") if line.strip()), start=1):
        if line in known:
            found.append(known[line])
            continue
        name, _, title = (part.strip() for part in line.partition("|"))
        try:
            found.append((find_person(reader, name), title))
        except ValidationError as fault:
            faults += [
                gettext("Line %(number)s: %(message)s") % {"number": place, "message": message}
                for message in fault.messages
            ]
    if not faults and len({person.pk for person, _ in found}) != len(found):
        faults.append(gettext("Name each person once."))
    if faults:
        raise ValidationError(faults)
    return tuple(found)


def find_person(reader: Reader, words: str) -> Person:
    """The person of that slug or name. Raises :class:`ValidationError` for none or several."""
    people = list(unmerged(persons_for(reader)).filter(Q(slug=words.lower()) | Q(name__iexact=words)).distinct()[:2])
    if not people:
        missing = gettext("there is no person called “%(words)s” that you can see; ask an administrator to add it")
        raise ValidationError(missing % {"words": words[:60]})
    return _only(people, words)


def _only(rows: list[Named], words: str) -> Named:
    if len(rows) > 1:
        raise ValidationError(gettext("“%(words)s” may mean several; write the slug instead") % {"words": words[:60]})
    return rows[0]
