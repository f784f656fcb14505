"""Taking a change to many records back: by corrections of what it corrected, while nothing was built on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from positions.enums import ChangeKind, CodingStatus, Role
from positions.exceptions import Conflict, Invalid
from positions.models import ChangeSet, Coding, Condition, ConditionStatusEntry, Negotiation, Party, Person, Statement
from positions.queries.access import Reader
from positions.services.access import require_administrator, require_role
from positions.services.events import instant_after, record_event
from positions.services.housekeeping.changes import Step
from positions.services.housekeeping.drafts import revive
from positions.services.housekeeping.reissue import (
    Replacement,
    Rereading,
    instant_for,
    lock_codings,
    lock_statements,
    replace_codings,
    replace_statements,
    rivals_of,
    standing_codings,
    twin_statement,
)
from positions.services.housekeeping.rows import row_obstacle, undo_row
from positions.services.statements import role_for_standing, twin_coding

LED = (ChangeKind.REASSIGN, ChangeKind.MERGE_ISSUES)
# The facts of a statement that changes to many records touch, by column and relation.
TOUCHED = {"stated_on": "stated_on", "round": "round_id", "asserted_by": "asserted_by_id", "speaker": "speaker_id"}


@dataclass
class WayBack:
    """What undoing a change set would correct, at one instant, and what stands in the way."""

    reason: str
    at: datetime | None = None
    replacements: list[Replacement] = field(default_factory=list)
    rereadings: list[Rereading] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)


def role_to_undo(reader: Reader, change_set: ChangeSet) -> Role | None:
    """Whom it takes to undo a change set; null for a site administrator."""
    if change_set.negotiation is None:
        return None
    if change_set.kind == ChangeKind.DELETE_DRAFTS:
        own = reader.user is not None and change_set.made_by_id == reader.user.pk
        return Role.ANALYST if own else Role.LEAD
    if change_set.kind in LED:
        return Role.LEAD
    return role_for_standing(change_set.negotiation.review_policy, True)


def may_undo(reader: Reader, change_set: ChangeSet) -> bool:
    """Whether the change set still stands and the reader's role lets them take it back."""
    role = role_to_undo(reader, change_set)
    allowed = reader.is_administrator or (role is not None and reader.has_role(_negotiation(change_set).pk, role))
    return change_set.undone_at is None and allowed


def _negotiation(change_set: ChangeSet) -> Negotiation:
    assert change_set.negotiation is not None
    return change_set.negotiation


@transaction.atomic
def undo_change_set(reader: Reader, change_set: ChangeSet) -> ChangeSet:
    """Take a change to many records back. Raises :class:`Conflict` with what stands in the way."""
    role = role_to_undo(reader, change_set)
    if role is None:
        require_administrator(reader)
    else:
        require_role(reader, _negotiation(change_set), role)
    change_set = ChangeSet.objects.select_for_update(of=("self",)).select_related("negotiation").get(pk=change_set.pk)
    if change_set.undone_at is not None:
        raise Conflict(
            gettext("This was undone at %(instant)s UTC by %(name)s.")
            % {"instant": f"{change_set.undone_at:%Y-%m-%d %H:%M}", "name": change_set.undone_by_name}
        )
    steps: list[Step] = change_set.steps
    way = way_back(steps, f"Undone: {change_set.title}")
    if way.obstacles:
        raise Conflict(
            gettext("It cannot be undone any more. %(obstacles)s") % {"obstacles": say_obstacles(way.obstacles)}
        )
    try:
        with transaction.atomic():
            _walk(way, steps)
    except IntegrityError:
        raise Conflict(gettext("It cannot be undone any more: what was there before would now stand twice.")) from None
    change_set.undone_at = instant_after(change_set.made_at)
    change_set.undone_by_name = reader.user.get_username() if reader.user else "system"
    change_set.save(update_fields=("undone_at", "undone_by_name"))
    for negotiation in _touched(change_set, way):
        record_event(
            actor=reader.user,
            action="change_undone",
            subject=change_set,
            negotiation=negotiation,
            reason=f"Undone: {change_set.title}",
            after={
                "statements": sum(1 for each in way.replacements if each.statement.negotiation_id == negotiation.pk)
                if negotiation
                else len(way.replacements),
                "codings": sum(1 for each in way.rereadings if each.coding.negotiation_id == negotiation.pk)
                if negotiation
                else len(way.rereadings),
                "steps": len(steps),
            },
        )
    return change_set


def say_obstacles(obstacles: Sequence[str]) -> str:
    """What stands in the way, the first ten."""
    shown = "; ".join(obstacles[:10])
    return (
        gettext("%(shown)s; and %(number)s more.") % {"shown": shown, "number": f"{len(obstacles) - 10:,}"}
        if len(obstacles) > 10
        else f"{shown}."
    )


def _touched(change_set: ChangeSet, way: WayBack) -> list[Negotiation | None]:
    """The negotiations that get an event: the change's own, or each that a merge of shared names touched."""
    if change_set.negotiation is not None:
        return [change_set.negotiation]
    ids = {step["negotiation"] for step in change_set.steps if "negotiation" in step}
    ids |= {str(each.coding.negotiation_id) for each in way.rereadings}
    ids |= {str(each.statement.negotiation_id) for each in way.replacements}
    return [None, *Negotiation.objects.filter(pk__in=ids).order_by("slug")]


# ---------------------------------------------------------------- planning


def way_back(steps: Sequence[Step], reason: str) -> WayBack:
    """The corrections that restore what the steps changed, and what stands in their way."""
    way = WayBack(reason)
    statements = {UUID(step["became"]): UUID(step["statement"]) for step in steps if "statement" in step}
    codings = {UUID(step["became"]): UUID(step["coding"]) for step in steps if "coding" in step}
    way.obstacles += _rows_in_the_way(steps)
    current = lock_statements(statements)
    standing = standing_codings(statements)
    read = {coding.pk: coding for coding in lock_codings(codings)}
    old_statements = {row.pk: row for row in _old_statements(statements.values())}
    old_codings = {row.pk: row for row in lock_codings(codings.values())}
    for statement in current:
        if statement.retired_at is not None:
            way.obstacles.append(
                gettext("the statement “%(statement)s” was corrected or withdrawn since") % {"statement": statement}
            )
    for coding in read.values():
        if coding.retired_at is not None or coding.status != old_codings[codings[coding.pk]].status:
            way.obstacles.append(
                gettext("the reading by %(coder)s of “%(statement)s” was changed since")
                % {"coder": coding.coder, "statement": coding.statement}
            )
    if way.obstacles:
        return way
    now = instant_for(current, [*read.values(), *(coding for listed in standing.values() for coding in listed)])
    way.at = now
    _plan_statements(way, current, {new: old_statements[old] for new, old in statements.items()}, standing, now)
    before = {new: old_codings[old] for new, old in codings.items()}
    _plan_codings(way, list(read.values()), before, now, reason)
    for rival in rivals_of(way.rereadings).values():
        way.obstacles.append(
            gettext("“%(statement)s” has another published reading for %(party)s on %(issue)s")
            % {"statement": rival.statement, "party": rival.party, "issue": rival.issue}
        )
    return way


def _old_statements(ids: Iterable[UUID]) -> list[Statement]:
    rows = Statement.objects.filter(pk__in=list(ids)).select_related("asserted_by", "speaker", "round")
    return list(rows.prefetch_related("addressees"))


def _plan_statements(
    way: WayBack,
    current: Sequence[Statement],
    before: Mapping[UUID, Statement],
    standing: Mapping[UUID, list[Coding]],
    now: datetime,
) -> None:
    for statement in current:
        old = before[statement.pk]
        changes = {
            name: getattr(old, name)
            for name, column in TOUCHED.items()
            if getattr(old, column) != getattr(statement, column)
        }
        try:
            twin = twin_statement(statement, now, **changes)
        except Invalid as refusal:
            way.obstacles.append(
                gettext("the statement “%(statement)s”: %(refusal)s") % {"statement": statement, "refusal": refusal}
            )
            continue
        way.replacements.append(
            Replacement(statement, twin, tuple(old.addressees.all()), standing.get(statement.pk, []))
        )


def _plan_codings(
    way: WayBack, read: Sequence[Coding], before: Mapping[UUID, Coding], now: datetime, reason: str
) -> None:
    """The old reading again where the change made another one; the others go along with their statement."""
    moved = {each.statement.pk: each.twin for each in way.replacements}
    along = [coding for each in way.replacements for coding in each.codings if coding.pk not in before]
    for coding in (*read, *along):
        old = before.get(coding.pk, coding)
        statement = moved.get(coding.statement_id, coding.statement)
        twin = twin_coding(old, statement, now, reason)
        twin.supersedes, twin.comment, twin.submitted_at = coding, coding.comment, coding.submitted_at
        burdens: dict[int, Party | None] = (
            {condition.rank: condition.falls_on for condition in old.conditions.all()} if old is not coding else {}
        )
        way.rereadings.append(Rereading(coding, twin, burdens))


def _rows_in_the_way(steps: Sequence[Step]) -> list[str]:
    found = [said for step in steps if (said := row_obstacle(step))]
    for step in steps:
        if "reassigned" in step:
            coding = Coding.objects.filter(pk=step["reassigned"]).first()
            if coding is None:
                found.append(gettext("a draft that %(coder)s got was deleted since") % {"coder": step["to"]})
            elif coding.status == CodingStatus.PUBLISHED or coding.retired_at or coding.coder != step["to"]:
                found.append(
                    gettext("the reading by %(coder)s of “%(statement)s” was changed since")
                    % {"coder": coding.coder, "statement": coding.statement}
                )
            elif _has_reading(coding.statement_id, coding.party_id, coding.issue_id, step["coder"]):
                found.append(
                    gettext("%(coder)s has another reading of “%(statement)s” now")
                    % {"coder": step["coder"], "statement": coding.statement}
                )
        elif "deleted_draft" in step:
            found += _draft_in_the_way(step["deleted_draft"])
    return found


def _draft_in_the_way(kept: dict[str, Any]) -> list[str]:
    statement = Statement.objects.filter(pk=kept["statement_id"]).first()
    if statement is None or statement.retired_at is not None:
        return [
            gettext("the statement “%(statement)s” of a draft was corrected or withdrawn since")
            % {"statement": statement}
        ]
    if _has_reading(kept["statement_id"], kept["party_id"], kept["issue_id"], kept["coder"]):
        return [
            gettext("%(coder)s has another reading of “%(statement)s” now")
            % {"coder": kept["coder"], "statement": statement}
        ]
    return []


def _has_reading(statement: Any, party: Any, issue: Any, coder: str) -> bool:
    rows = Coding.objects.filter(statement=statement, party=party, issue=issue, coder=coder, retired_at=None)
    return rows.exclude(status=CodingStatus.REJECTED).exists()


# ---------------------------------------------------------------- walking


def _walk(way: WayBack, steps: Sequence[Step]) -> None:
    if way.at is not None:
        replace_statements(way.replacements, way.at, way.reason)
        replace_codings(way.rereadings, way.at)
    for step in reversed(steps):
        if "reassigned" in step:
            user = User.objects.filter(pk=step["coder_user"]).first() if step["coder_user"] else None
            Coding.objects.filter(pk=step["reassigned"]).update(coder=step["coder"], coder_user=user)
        elif "deleted_draft" in step:
            coding, conditions, entries = revive(step["deleted_draft"])
            coding.save(force_insert=True)
            Condition.objects.bulk_create(conditions)
            ConditionStatusEntry.objects.bulk_create(entries)
        elif "roster" in step:
            _restore_roster(step)
        elif "changed" in step or "added" in step or "removed" in step:
            undo_row(step)


def _restore_roster(step: Step) -> None:
    """Put the name that left back, and take off the one that joined, where nothing else put it there."""
    negotiation = Negotiation.objects.get(pk=step["negotiation"])
    if step["roster"] == "parties":
        negotiation.parties.add(Party.objects.get(pk=step["left"]))
        if step["joined"]:
            negotiation.parties.remove(Party.objects.get(pk=step["for"]))
    else:
        negotiation.persons.add(Person.objects.get(pk=step["left"]))
        if step["joined"]:
            negotiation.persons.remove(Person.objects.get(pk=step["for"]))
