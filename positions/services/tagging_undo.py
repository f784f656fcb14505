"""Taking back one's own step on the tagging page, while nothing was built on it.

What the record has seen stays in it: published readings and statements are corrected or withdrawn again,
never deleted. Drafts simply go, or say again what they said.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext

from positions.enums import CodingStatus, Role
from positions.exceptions import Conflict, Invalid
from positions.models import Coding, ConditionStatusEntry, Event, Issue, Party, Relation, Source, Statement
from positions.queries.access import Reader
from positions.services.access import require_role
from positions.services.coding import CodingFacts, code_statement, coding_snapshot, facts_of, submit_coding
from positions.services.conditions import ConditionFacts, copy_conditions
from positions.services.events import instant_after, record_event, snapshot
from positions.services.relations import in_force
from positions.services.statements import (
    build_statement,
    correct_statement,
    enrol,
    newest_text,
    role_for_standing,
    twin_coding,
    withdraw_statement,
)
from positions.services.statements import facts_of as facts_of_statement
from positions.services.tagging import TAGGED, Tagged, lock_source, marks_of, own_entry, repeat_answer, step_entry
from positions.services.tagging_edits import EDITED, WITHDRAWN, bring_to, remove_reading

UNDONE = "passage_undone"
TAKEN_BACK = "Taken back by the person who had just made the change."


@transaction.atomic
def undo_last_action(reader: Reader, source: Source, token: str) -> Tagged:
    """Undo the reader's own step that ``token`` names. Sent twice, it is done once.

    Raises :class:`Conflict`, with why, when something was built on it since.
    """
    require_role(reader, source.negotiation, Role.ANALYST)
    lock_source(source)
    event, subject = _step_named(reader, source, token)
    earlier = own_entry(reader, UNDONE, subject)
    if earlier is not None and earlier.after["step"]["undone"] == event.pk:
        standing = Statement.objects.filter(pk__in=event.after["step"]["statements"])
        return repeat_answer([*standing, subject], earlier)
    undo = {TAGGED: _undo_tagging, EDITED: _undo_edit, WITHDRAWN: _undo_withdrawal}[event.action]
    statements, gone = undo(reader, event)
    entry = record_event(
        actor=reader.user,
        action=UNDONE,
        subject=subject,
        negotiation=source.negotiation,
        reason=TAKEN_BACK,
        after=step_entry(undone=event.pk),
    )
    return Tagged(statements, gone, entry)


def _step_named(reader: Reader, source: Source, token: str) -> tuple[Any, Statement]:
    steps = Event.objects.filter(actor=reader.user, action__in=(TAGGED, EDITED, WITHDRAWN), subject_type="statement")
    event = steps.filter(pk=int(token)).first() if token.isascii() and token.isdigit() and len(token) < 19 else None
    subject = source.statements.filter(pk=event.subject_id).first() if event else None
    if event is None or subject is None:
        raise Conflict(gettext("There is nothing of yours to take back here."))
    return event, subject


def _undo_tagging(reader: Reader, event: Any) -> tuple[list[Statement], list[Statement]]:
    statements = _require_untouched(event)
    for statement in statements:
        for coding in statement.codings.filter(retired_at=None).exclude(status=CodingStatus.PUBLISHED):
            remove_reading(reader, coding, TAKEN_BACK)
    return [], [withdraw_statement(reader, statement, TAKEN_BACK) for statement in statements]


def _require_untouched(event: Any) -> list[Statement]:
    """The statements a step left, none of which has been changed, related or judged by since."""
    step = event.after["step"]
    rows = Statement.objects.select_for_update(of=("self",)).filter(pk__in=step["statements"]).order_by("pk")
    statements = list(rows.select_related("negotiation", "source"))
    if any(statement.retired_at is not None for statement in statements):
        raise Conflict(gettext("It was corrected or withdrawn since; change what stands there now."))
    ids = [statement.pk for statement in statements]
    readings = Coding.objects.filter(statement__in=ids, retired_at=None)
    if marks_of(readings) != step["readings"]:
        raise Conflict(gettext("Its readings were changed, decided or added to since; change them one by one."))
    if in_force(ids).filter(recorded_at__gt=event.at).exists():
        raise Conflict(gettext("It was related to another statement since; withdraw that relation first."))
    if ConditionStatusEntry.objects.filter(statement__in=ids, recorded_at__gt=event.at).exists():
        raise Conflict(gettext("It shows the status of a condition by now; it can be withdrawn, not taken back."))
    return statements


# ---------------------------------------------------------------- an edit


def _undo_edit(reader: Reader, event: Any) -> tuple[list[Statement], list[Statement]]:
    [statement] = _require_untouched(event)
    before, after = event.before["step"], event.after["step"]
    restored, twins = statement, {}
    if before["statement"] != str(statement.pk):
        facts = facts_of_statement(Statement.objects.get(pk=before["statement"]))
        restored = correct_statement(reader, statement, facts, TAKEN_BACK)
        twins = {str(coding.supersedes_id): coding for coding in restored.codings.filter(retired_at=None)}
    standing = {pk: twins[pk] if twins else Coding.objects.get(pk=pk) for pk in after["readings"]}
    for pk in after["added"]:
        remove_reading(reader, standing[pk], TAKEN_BACK)
    for was in before["readings"]:
        became = after["became"][was["id"]]
        _put_back(reader, restored, was, standing[became] if became else None)
    return [restored], [] if restored.pk == statement.pk else [statement]


def _put_back(reader: Reader, statement: Statement, was: dict[str, Any], now: Coding | None) -> None:
    """Make a reading again what it was: corrected, edited, handed in again or taken back as it takes."""
    status = CodingStatus(was["status"])
    if status == CodingStatus.PUBLISHED:
        original = Coding.objects.get(pk=was["id"])
        if now is None:
            _reinstate_coding(reader, original, statement)
        else:
            bring_to(reader, now, facts_of(original), status, TAKEN_BACK)
        return
    if now is not None and now.status == CodingStatus.PUBLISHED:
        remove_reading(reader, now, TAKEN_BACK)
        now = None
    facts = _facts_in(was)
    if now is None:
        now = code_statement(reader, statement, facts)
        if status == CodingStatus.SUBMITTED:
            submit_coding(reader, now)
    elif facts != facts_of(now) or now.status != status:
        bring_to(reader, now, facts, status, TAKEN_BACK)


def _facts_in(was: dict[str, Any]) -> CodingFacts:
    """The facts of a reading as the log kept them."""
    slugs = {slug for _, _, slug in was["conditions"] if slug}
    parties = {party.slug: party for party in Party.objects.filter(slug__in=slugs)}
    return CodingFacts(
        party=Party.objects.get(pk=was["party"]),
        issue=Issue.objects.get(pk=was["issue"]),
        conditions=tuple(
            ConditionFacts(text=text, kind=kind, falls_on=parties.get(slug)) for text, kind, slug in was["conditions"]
        ),
        **{name: was[name] for name in ("state", "stance", "move", "red_line", "reciprocal", "confidence")},
    )


def _reinstate_coding(reader: Reader, coding: Coding, statement: Statement) -> Coding:
    """A withdrawn reading back in the record: a new one that supersedes it."""
    require_role(reader, coding.negotiation, role_for_standing(coding.negotiation.review_policy, True))
    twin = _save_twin(coding, statement, instant_after(statement.recorded_at, coding.retired_at))
    record_event(
        actor=reader.user,
        action="coding_reinstated",
        subject=coding,
        negotiation=coding.negotiation,
        reason=TAKEN_BACK,
        before=coding_snapshot(coding),
        after=coding_snapshot(twin),
    )
    return twin


def _save_twin(coding: Coding, statement: Statement, now: datetime) -> Coding:
    twin = twin_coding(coding, statement, now, TAKEN_BACK)
    twin.save(force_insert=True)
    copy_conditions(coding.conditions.prefetch_related("statuses"), twin)
    return twin


# ---------------------------------------------------------------- a withdrawal


def _undo_withdrawal(reader: Reader, event: Any) -> tuple[list[Statement], list[Statement]]:
    """The statement back in the record, with all that left it at the same instant."""
    [pk] = event.after["step"]["statements"]
    statement = Statement.objects.select_for_update(of=("self",)).select_related("negotiation", "source").get(pk=pk)
    if statement.superseded_by.exists():
        raise Conflict(gettext("It was taken back already, or something else stands in its place."))
    standing = list(statement.codings.filter(retired_at=statement.retired_at).select_related("party", "negotiation"))
    was_published = any(coding.status == CodingStatus.PUBLISHED for coding in standing)
    require_role(reader, statement.negotiation, role_for_standing(statement.negotiation.review_policy, was_published))
    now, facts = instant_after(statement.retired_at), facts_of_statement(statement)
    try:
        restored = build_statement(statement.source, newest_text(statement.source), facts, now)
    except Invalid as refusal:
        raise Conflict(
            gettext("The source has a new text since, in which it does not stand: %(refusal)s") % {"refusal": refusal}
        ) from refusal
    restored.supersedes, restored.reason, restored.group = statement, TAKEN_BACK, statement.group
    restored.save(force_insert=True)
    restored.addressees.set(facts.addressees)
    enrol(restored.source, [restored.asserted_by, *facts.addressees], [restored.speaker])
    readings = [_save_twin(coding, restored, now) for coding in standing]
    _restore_relations(statement, restored, now)
    record_event(
        actor=reader.user,
        action="statement_reinstated",
        subject=statement,
        negotiation=statement.negotiation,
        reason=TAKEN_BACK,
        before=snapshot(statement),
        after={**snapshot(restored), "codings": [str(coding.pk) for coding in readings]},
    )
    return [restored], [statement]


def _restore_relations(statement: Statement, restored: Statement, now: datetime) -> None:
    """Say again what was said of the statement when it was withdrawn, where the other one is still in force."""
    ended = Relation.objects.filter(Q(statement=statement) | Q(other=statement), retired_at=statement.retired_at)
    for relation in ended.select_related("statement", "other"):
        other = relation.other if relation.statement_id == statement.pk else relation.statement
        if other.retired_at is None:
            Relation.objects.create(
                negotiation_id=relation.negotiation_id,
                kind=relation.kind,
                statement=restored if relation.statement_id == statement.pk else relation.statement,
                other=restored if relation.other_id == statement.pk else relation.other,
                seen_by=relation.seen_by,
                seen_by_user_id=relation.seen_by_user_id,
                note=relation.note,
                recorded_at=now,
            )
