"""What every merge shares: the records in force that name a duplicate, and how they come to name the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext

from positions.enums import ChangeKind, CodingStatus
from positions.exceptions import Conflict, Invalid
from positions.models import ChangeSet, Coding, Issue, Negotiation, Party, Person, Statement
from positions.queries.access import Reader
from positions.services.events import record_event
from positions.services.housekeeping.changes import Step, count_of, record_change_set
from positions.services.housekeeping.reissue import (
    Replacement,
    Rereading,
    instant_for,
    lock_codings,
    lock_statements,
    replace_codings,
    replace_statements,
    standing_codings,
    twin_statement,
)
from positions.services.housekeeping.rows import change_row
from positions.services.housekeeping.undo import say_obstacles
from positions.services.statements import footing_for, twin_coding

# How many statements and codings in force one merge may correct in a request.
MERGED_AT_MOST = 5000

Named = Party | Person | Issue


@dataclass(frozen=True)
class MergePreview:
    """What a merge would do: how many of what would change, and the conflicts that must be resolved first."""

    title: str
    counts: Sequence[tuple[str, int]]
    conflicts: Sequence[str]
    notes: Sequence[str] = ()
    must_confirm: str = ""


@dataclass
class Renaming:
    """Within a merge: the steps taken so far, and how many records of each negotiation they touched."""

    reason: str
    steps: list[Step] = field(default_factory=list)
    touched: Counter[UUID] = field(default_factory=Counter)


def refuse_misfits(duplicate: Named, kept: Named) -> None:
    """Raise :class:`Invalid` for one and the same, :class:`Conflict` for what was merged already."""
    if duplicate.pk == kept.pk:
        raise Invalid({"into": gettext("is the same one; choose another")})
    for one in (duplicate, kept):
        if one.merged_into is not None:
            raise Conflict(
                gettext("“%(one)s” was merged into “%(other)s” already.") % {"one": one, "other": one.merged_into}
            )


def refuse_conflicts(preview: MergePreview) -> None:
    """Raise :class:`Conflict` with what must be resolved before a merge, or for more than a request corrects."""
    if preview.conflicts:
        raise Conflict(gettext("Resolve these first: %(obstacles)s") % {"obstacles": say_obstacles(preview.conflicts)})
    number = sum(count for name, count in preview.counts if name in ("statements", "codings"))
    if number > MERGED_AT_MOST:
        raise Invalid(
            gettext("%(number)s statements and codings are too many for one request; up to %(limit)s are merged.")
            % {"number": f"{number:,}", "limit": f"{MERGED_AT_MOST:,}"}
        )


def in_force() -> Q:
    """Codings that count or may come to count."""
    return Q(retired_at=None) & ~Q(status=CodingStatus.REJECTED)


def second_readings(codings: Iterable[Coding], place_of: Callable[[Coding], tuple[Any, ...]]) -> list[str]:
    """Where a merge would give a statement two published readings, or two of one coder, of the same thing."""
    found, seen = [], set[tuple[Any, ...]]()
    for coding in codings:
        published = coding.status == CodingStatus.PUBLISHED
        place = (*place_of(coding), "published" if published else coding.coder)
        if place in seen:
            words = (
                gettext("“%(statement)s” would have two published readings of the same issue for the same party")
                if published
                else gettext(
                    "“%(statement)s” would have two readings by %(coder)s of the same issue for the same party"
                )
            )
            found.append(words % {"statement": coding.statement, "coder": coding.coder})
        seen.add(place)
    return found


def rename_records(
    renaming: Renaming,
    statements: Iterable[UUID],
    codings: Iterable[UUID],
    facts_of: Callable[[Statement], dict[str, Any]],
    addressees_of: Callable[[Statement], tuple[Party, ...]],
    rename: Callable[[Coding], dict[str, Any]],
    party: tuple[Party, Party] | None = None,
) -> None:
    """Correct the statements and codings named, all at one instant; unpublished codings are changed in place.

    ``rename`` says which relations of a coding are to name another row; ``party`` is the pair whose
    burdens move with it.
    """
    current = lock_statements(set(statements))
    standing = standing_codings(row.pk for row in current)
    going = {coding.pk for listed in standing.values() for coding in listed}
    others = lock_codings(set(codings) - going)
    now = instant_for(current, [*others, *(coding for listed in standing.values() for coding in listed)])
    replacements = [
        Replacement(row, twin_statement(row, now, **facts_of(row)), addressees_of(row), standing.get(row.pk, []))
        for row in current
    ]
    renaming.steps += replace_statements(replacements, now, renaming.reason)
    along = [(coding, each.twin) for each in replacements for coding in each.codings]
    along += [(coding, coding.statement) for coding in others if coding.status == CodingStatus.PUBLISHED]
    rereadings = []
    for coding, statement in along:
        burdens = _burdens(coding, party)
        for name, value in rename(coding).items():
            setattr(coding, name, value)
        rereadings.append(Rereading(coding, twin_coding(coding, statement, now, renaming.reason), burdens))
    renaming.steps += replace_codings(rereadings, now)
    for coding in others:
        if coding.status != CodingStatus.PUBLISHED:
            renaming.steps += _rename_draft(coding, rename(coding), party)
    touched: list[Statement | Coding] = [*current, *others]
    touched += [coding for listed in standing.values() for coding in listed]
    renaming.touched.update(record.negotiation_id for record in touched)


def _burdens(coding: Coding, party: tuple[Party, Party] | None) -> dict[int, Party | None]:
    if party is None:
        return {}
    return {row.rank: party[1] for row in coding.conditions.all() if row.falls_on_id == party[0].pk}


def _rename_draft(coding: Coding, named: dict[str, Any], party: tuple[Party, Party] | None) -> list[Step]:
    steps = []
    columns = {f"{name}_id": value.pk for name, value in named.items()}
    if "party" in named:
        columns["footing"] = footing_for(coding.statement, named["party"])
    if columns:
        steps.append(change_row(coding, **columns))
    if party is not None:
        for condition in coding.conditions.all():
            if condition.falls_on_id == party[0].pk:
                steps.append(change_row(condition, falls_on_id=party[1].pk))
    return steps


def swap_on_rosters(renaming: Renaming, roster: str, duplicate: Named, kept: Named) -> None:
    """On each negotiation's roster, ``parties`` or ``persons``, put ``kept`` in the place of ``duplicate``."""
    for negotiation in Negotiation.objects.filter(**{roster: duplicate.pk}).order_by("slug"):
        names = getattr(negotiation, roster)
        joined = not names.filter(pk=kept.pk).exists()
        names.add(kept)
        names.remove(duplicate)
        renaming.steps.append(
            {"roster": roster, "negotiation": negotiation.pk, "left": duplicate.pk, "joined": joined, "for": kept.pk}
        )
        renaming.touched[negotiation.pk] += 1


def close_merge(
    reader: Reader,
    kind: ChangeKind,
    duplicate: Named,
    kept: Named,
    renaming: Renaming,
    negotiation: Negotiation | None,
    action: str,
) -> ChangeSet:
    """Mark the duplicate, keep the change set, and log it: with all shared things, and in each negotiation touched."""
    renaming.steps.append(change_row(duplicate, merged_into_id=kept.pk))
    change_set = record_change_set(
        reader,
        kind=kind,
        title=f"“{str(duplicate)[:100]}” merged into “{str(kept)[:100]}”",
        steps=renaming.steps,
        negotiation=negotiation,
        reason=renaming.reason,
    )
    touched: list[Negotiation | None] = list(
        Negotiation.objects.filter(pk__in=[pk for pk, number in renaming.touched.items() if number]).order_by("slug")
    )
    for place in [negotiation] if negotiation else [None, *touched]:
        number = renaming.touched[place.pk] if place else sum(renaming.touched.values())
        record_event(
            actor=reader.user,
            action=action,
            subject=duplicate,
            negotiation=place,
            reason=renaming.reason,
            before={"name": str(duplicate), "merged_into": None},
            after={
                "name": str(duplicate),
                "merged_into": str(kept),
                "kept": kept.pk,
                "changed": count_of(number, "record"),
                "change_set": change_set.pk,
            },
        )
    return change_set
