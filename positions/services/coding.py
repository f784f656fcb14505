"""Coding statements: a reading from draft to the record, its correction and its withdrawal."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext

from positions.enums import CodingState, CodingStatus, Confidence, Move, ReviewPolicy, Role, Stance
from positions.exceptions import Conflict, Invalid, NotPermitted
from positions.models import CodebookVersion, Coding, Issue, Negotiation, Party, Statement
from positions.models.names import name_status
from positions.queries.access import Reader
from positions.services.access import require_role
from positions.services.conditions import ConditionFacts, condition_errors, condition_facts, save_conditions
from positions.services.events import instant_after, record_event, snapshot
from positions.services.fields import field_errors, require_in_force, require_reason
from positions.services.statements import enrol, footing_for, role_to_correct
from positions.validators import is_machine_name


@dataclass(frozen=True, kw_only=True)
class CodingFacts:
    """One reading: who stands where on which issue, in which move and under which conditions."""

    party: Party
    issue: Issue
    state: str = CodingState.CODED
    stance: int | None = None
    move: str = Move.PROCEDURAL
    red_line: bool = False
    reciprocal: bool = False
    confidence: str = Confidence.MEDIUM
    conditions: tuple[ConditionFacts, ...] = ()
    key: str | None = None


def stance_errors(
    state: str, stance: int | None, move: str, conditions: Sequence[ConditionFacts]
) -> dict[str, list[str]]:
    """What the scale refuses: a stance out of range, a state that carries none, a conditional offer beyond ±1."""
    if state == CodingState.CODED:
        if stance is None:
            return {"stance": [gettext("a coded reading needs a stance from −2 to +2")]}
        if isinstance(stance, bool) or stance not in Stance.values:
            return {"stance": [gettext("%(stance)s is not on the scale; use −2, −1, 0, +1 or +2") % {"stance": stance}]}
        if move == Move.OFFER and conditions and abs(stance) > 1:
            return {"stance": [gettext("an offer that depends on a condition is at most ±1")]}
    elif stance is not None:
        return {
            "stance": [gettext("a reading in state “%(state)s” carries no stance; leave it empty") % {"state": state}]
        }
    return {}


def build_coding(
    statement: Statement,
    facts: CodingFacts,
    codebook: CodebookVersion,
    created_at: datetime,
    *,
    coder: str,
    coder_user: User | None,
    id: uuid.UUID | None = None,
) -> Coding:
    """An unsaved, checked draft. Raises :class:`Invalid` with the fields at fault."""
    coding = Coding(
        id=id or uuid.uuid4(), negotiation_id=statement.negotiation_id, statement=statement, party=facts.party,
        issue=facts.issue,
        state=facts.state, stance=facts.stance, move=facts.move, red_line=facts.red_line, reciprocal=facts.reciprocal,
        confidence=facts.confidence, codebook=codebook, coder=coder, coder_user=coder_user, created_at=created_at,
        footing=footing_for(statement, facts.party), stated_latest=statement.stated_latest,
    )  # fmt: skip
    coding.key = facts.key or str(coding.pk)
    errors = field_errors(coding, exclude=("stance",))
    for field, messages in stance_errors(facts.state, facts.stance, facts.move, facts.conditions).items():
        errors.setdefault(field, []).extend(messages)
    if facts.issue.negotiation_id != statement.negotiation_id:
        errors.setdefault("issue", []).append(gettext("belongs to another negotiation"))
    for place, condition in enumerate(facts.conditions):
        for field, messages in condition_errors(condition).items():
            errors.setdefault(f"conditions[{place}].{field}", []).extend(messages)
    if errors:
        raise Invalid(errors)
    return coding


def current_codebook(negotiation: Negotiation) -> CodebookVersion:
    """The newest version of the codebook; the first, still empty, is made when there is none."""
    newest = negotiation.codebook_versions.order_by("-version").first()
    return newest or CodebookVersion.objects.create(negotiation=negotiation, version=1, recorded_at=timezone.now())


def coder_name(reader: Reader) -> str:
    """The name a reading is kept under."""
    return reader.user.get_username() if reader.user else "system"


@transaction.atomic
def code_statement(reader: Reader, statement: Statement, facts: CodingFacts) -> Coding:
    """Add a draft reading. Raises :class:`Invalid`, and :class:`Conflict` when the statement is no longer in force."""
    require_role(reader, statement.negotiation, Role.ANALYST)
    statement = (
        Statement.objects.select_for_update(of=("self", "negotiation"), no_key=True)
        .select_related("negotiation", "source")
        .get(pk=statement.pk)
    )
    require_in_force(statement)
    coding = build_coding(
        statement,
        facts,
        current_codebook(statement.negotiation),
        timezone.now(),
        coder=coder_name(reader),
        coder_user=reader.user,
    )
    _refuse_taken_key(coding)
    _refuse_second_reading(coding)
    _save(coding, facts)
    _log(reader, "coding_drafted", coding, after=coding_snapshot(coding))
    return coding


@transaction.atomic
def edit_draft(reader: Reader, coding: Coding, facts: CodingFacts) -> Coding:
    """Change one's own draft. Raises :class:`Conflict` once it was handed in."""
    require_role(reader, coding.negotiation, Role.ANALYST)
    coding = _lock(coding)
    _require_own(reader, coding)
    _require_status(coding, CodingStatus.DRAFT)
    edited = build_coding(
        coding.statement,
        facts,
        coding.codebook,
        coding.created_at,
        coder=coding.coder,
        coder_user=coding.coder_user,
        id=coding.pk,
    )
    edited.key, edited.status, edited.comment = coding.key, coding.status, coding.comment
    edited.supersedes_id, edited.reason = coding.supersedes_id, coding.reason
    _refuse_second_reading(edited)
    before = coding_snapshot(coding)
    edited.save(force_update=True)
    coding.conditions.all().delete()
    _save_particulars(edited, facts)
    _log(reader, "coding_edited", edited, before=before, after=coding_snapshot(edited))
    return edited


@transaction.atomic
def delete_draft(reader: Reader, coding: Coding) -> None:
    """Remove one's own draft; the log keeps what it said. Raises :class:`Conflict` once it was handed in."""
    require_role(reader, coding.negotiation, Role.ANALYST)
    coding = _lock(coding)
    _require_own(reader, coding)
    _require_status(coding, CodingStatus.DRAFT)
    _log(reader, "coding_draft_deleted", coding, before=coding_snapshot(coding))
    coding.delete()


@transaction.atomic
def submit_coding(reader: Reader, coding: Coding) -> Coding:
    """Hand in a draft; where the negotiation reviews nothing, that publishes it, unless it is the machine's."""
    require_role(reader, coding.negotiation, Role.ANALYST)
    coding = _lock(coding)
    _require_own(reader, coding)
    _require_status(coding, CodingStatus.DRAFT)
    before = coding_snapshot(coding)
    # what was handed in first is what agreement between coders is measured on
    coding.submitted_at = coding.submitted_at or timezone.now()
    if coding.negotiation.review_policy == ReviewPolicy.NONE and not is_machine_name(coding.coder):
        _publish(coding)
    else:
        coding.status = CodingStatus.SUBMITTED
        coding.save()
    _log(reader, "coding_submitted", coding, before=before, after=coding_snapshot(coding))
    return coding


@transaction.atomic
def recall_coding(reader: Reader, coding: Coding) -> Coding:
    """Take one's own submitted reading back, to a draft. Raises :class:`Conflict` once it was decided."""
    require_role(reader, coding.negotiation, Role.ANALYST)
    coding = _lock(coding)
    _require_own(reader, coding)
    _require_status(coding, CodingStatus.SUBMITTED)
    if _rivals(coding).exists():
        raise Conflict(gettext("A reading of this statement for this party and issue was published over this one."))
    before = coding_snapshot(coding)
    coding.status = CodingStatus.DRAFT
    coding.save()
    _log(reader, "coding_recalled", coding, before=before, after=coding_snapshot(coding))
    return coding


@transaction.atomic
def return_coding(reader: Reader, coding: Coding, comment: str) -> Coding:
    """Send a submitted reading back to its coder, as a draft with a comment."""
    return _decide(reader, coding, CodingStatus.DRAFT, "coding_returned", comment)


@transaction.atomic
def reject_coding(reader: Reader, coding: Coding, comment: str) -> Coding:
    """Refuse a submitted reading for good."""
    return _decide(reader, coding, CodingStatus.REJECTED, "coding_rejected", comment)


@transaction.atomic
def publish_coding(reader: Reader, coding: Coding) -> Coding:
    """Put a submitted reading into the record. Raises :class:`NotPermitted` to its own coder.

    Where two blind coders are wanted nothing is published but by adjudication.
    """
    require_role(reader, coding.negotiation, Role.REVIEWER)
    coding = _lock(coding)
    if coding.negotiation.review_policy == ReviewPolicy.DOUBLE:
        raise Conflict(gettext("This negotiation codes twice and blind; adjudicate the two readings instead."))
    _require_other(reader, coding)
    _require_person(reader, coding)
    _require_status(coding, CodingStatus.SUBMITTED)
    before = coding_snapshot(coding)
    _publish(coding)
    _log(reader, "coding_published", coding, before=before, after=coding_snapshot(coding))
    return coding


@transaction.atomic
def adjudicate_codings(reader: Reader, codings: Sequence[Coding], facts: CodingFacts, reason: str) -> Coding:
    """Publish a third record over two blind readings, which stay submitted.

    Raises :class:`NotPermitted` to either coder.
    """
    if (
        len(codings) < 2
        or len({(c.statement_id, c.party_id, c.issue_id) for c in codings}) != 1
        or len({c.coder for c in codings}) < 2
    ):
        raise Invalid(gettext("Adjudication takes the readings of two coders of one statement, party and issue."))
    if any(is_machine_name(coding.coder) for coding in codings):
        raise Invalid(gettext("A reading by the machine is no second coder's; adjudicate the readings of two people."))
    require_role(reader, codings[0].negotiation, Role.REVIEWER)
    require_reason(reason)
    locked = [_lock(coding) for coding in codings]
    for coding in locked:
        _require_other(reader, coding)
        _require_status(coding, CodingStatus.SUBMITTED)
    statement = locked[0].statement
    require_in_force(statement)
    if (facts.party.pk, facts.issue.pk) != (locked[0].party_id, locked[0].issue_id):
        raise Invalid(gettext("Adjudicate for the party and issue that were coded."))
    coding = build_coding(
        statement,
        facts,
        current_codebook(locked[0].negotiation),
        timezone.now(),
        coder=coder_name(reader),
        coder_user=reader.user,
    )
    coding.reason, coding.submitted_at = reason, timezone.now()
    _refuse_taken_key(coding)
    _publish(coding, new=True)
    _save_particulars(coding, facts)
    _log(
        reader,
        "codings_adjudicated",
        coding,
        reason=reason,
        after={**coding_snapshot(coding), "readings": [str(c.pk) for c in locked]},
    )
    return coding


@transaction.atomic
def correct_coding(reader: Reader, coding: Coding, facts: CodingFacts, reason: str) -> Coding:
    """Replace a published reading by a new one that retires it. What was known before stays known.

    Raises :class:`Conflict` when it is no longer in force, :class:`Invalid` without a reason.
    """
    require_role(reader, coding.negotiation, role_to_correct(coding.negotiation.review_policy, coding))
    require_reason(reason)
    coding = _lock(coding)
    require_in_force(coding)
    _require_status(coding, CodingStatus.PUBLISHED)
    now = instant_after(coding.recorded_at)
    corrected = build_coding(
        coding.statement,
        facts,
        current_codebook(coding.negotiation),
        now,
        coder=coder_name(reader),
        coder_user=reader.user,
    )
    corrected.supersedes, corrected.reason, corrected.submitted_at = coding, reason, now
    _refuse_taken_key(corrected)
    before = coding_snapshot(coding)
    Coding.objects.filter(pk=coding.pk).update(retired_at=now)
    _publish(corrected, now, new=True)
    _save_particulars(corrected, facts)
    _log(reader, "coding_corrected", coding, reason=reason, before=before, after=coding_snapshot(corrected))
    return corrected


@transaction.atomic
def publish_with_changes(reader: Reader, coding: Coding, facts: CodingFacts, reason: str) -> Coding:
    """Publish a submitted reading and at once correct it: what its coder handed in stays as it was written.

    Agreement is measured on the coder's reading, the record goes by the reviewer's. Raises what
    :func:`publish_coding` and :func:`correct_coding` raise; then neither happened.
    """
    return correct_coding(reader, publish_coding(reader, coding), facts, reason)


@transaction.atomic
def withdraw_coding(reader: Reader, coding: Coding, reason: str) -> Coding:
    """Take a published reading out of the record from now on."""
    require_role(reader, coding.negotiation, role_to_correct(coding.negotiation.review_policy, coding))
    require_reason(reason)
    coding = _lock(coding)
    require_in_force(coding)
    _require_status(coding, CodingStatus.PUBLISHED)
    before = coding_snapshot(coding)
    Coding.objects.filter(pk=coding.pk).update(retired_at=instant_after(coding.recorded_at), withdrawal_reason=reason)
    coding.refresh_from_db()
    _log(reader, "coding_withdrawn", coding, reason=reason, before=before, after=coding_snapshot(coding))
    return coding


def _decide(reader: Reader, coding: Coding, status: CodingStatus, action: str, comment: str) -> Coding:
    require_role(reader, coding.negotiation, Role.REVIEWER)
    if not comment.strip():
        raise Invalid({"comment": gettext("tell the coder why")})
    coding = _lock(coding)
    _require_other(reader, coding)
    _require_status(coding, CodingStatus.SUBMITTED)
    before = coding_snapshot(coding)
    coding.status, coding.comment = status, comment
    errors = field_errors(coding, exclude=("stance",))
    if errors:
        raise Invalid(errors)
    coding.save()
    _log(reader, action, coding, reason=comment, before=before, after=coding_snapshot(coding))
    return coding


def _publish(coding: Coding, at: datetime | None = None, *, new: bool = False) -> None:
    if _rivals(coding).exists():
        raise Conflict(
            gettext(
                "A reading of this statement for this party and issue is already published; correct that one instead."
            )
        )
    require_in_force(coding.statement)
    coding.status = CodingStatus.PUBLISHED
    coding.recorded_at = at or instant_after(coding.statement.recorded_at)
    coding.save(force_insert=new, force_update=not new)


def _rivals(coding: Coding) -> QuerySet[Coding]:
    """Other readings in the record of the same statement, party and issue: there is one at most."""
    return Coding.objects.filter(
        statement_id=coding.statement_id,
        party_id=coding.party_id,
        issue_id=coding.issue_id,
        status=CodingStatus.PUBLISHED,
        retired_at=None,
    ).exclude(pk=coding.pk)


def _lock(coding: Coding) -> Coding:
    return (
        Coding.objects.select_for_update(of=("self",))
        .select_related("negotiation", "statement__source", "codebook", "party")
        .get(pk=coding.pk)
    )


def _save(coding: Coding, facts: CodingFacts) -> None:
    coding.save(force_insert=True)
    _save_particulars(coding, facts)


def _save_particulars(coding: Coding, facts: CodingFacts) -> None:
    save_conditions(coding, facts.conditions)
    enrol(coding.statement.source, [facts.party, *(condition.falls_on for condition in facts.conditions)], [])


def coding_snapshot(coding: Coding) -> dict[str, Any]:
    """The coding's columns and its conditions in words."""
    conditions = coding.conditions.order_by("rank").values_list("text", "kind", "falls_on__slug")
    return {**snapshot(coding), "conditions": [list(condition) for condition in conditions]}


def _require_own(reader: Reader, coding: Coding) -> None:
    own = coding.coder_user_id == reader.user.pk if reader.user else coding.coder_user_id is None
    if not own and not reader.has_role(coding.negotiation_id, Role.LEAD):
        raise NotPermitted(gettext("Only its coder, or a lead, may do this."))


def _require_other(reader: Reader, coding: Coding) -> None:
    if reader.user is not None and coding.coder_user_id == reader.user.pk:
        raise NotPermitted(gettext("A reviewer other than the coder decides."))


def _require_person(reader: Reader, coding: Coding) -> None:
    if reader.user is None and is_machine_name(coding.coder):
        raise NotPermitted(gettext("A person decides on a reading by the machine; run this --as a reviewer."))


def _require_status(coding: Coding, status: CodingStatus) -> None:
    if coding.retired_at is not None or coding.status != status:
        now = gettext("retired") if coding.retired_at is not None else name_status(coding.status)
        raise Conflict(
            gettext("This takes a reading that is %(status)s; it is %(now)s.")
            % {"status": name_status(status), "now": now}
        )


def _refuse_second_reading(coding: Coding) -> None:
    mine = Coding.objects.filter(
        statement_id=coding.statement_id,
        party_id=coding.party_id,
        issue_id=coding.issue_id,
        coder=coding.coder,
        retired_at=None,
    )
    if mine.exclude(pk=coding.pk).exclude(status=CodingStatus.REJECTED).exists():
        raise Invalid(
            gettext("You already have a reading of this statement for this party and issue; edit or correct that one.")
        )


def _refuse_taken_key(coding: Coding) -> None:
    if Coding.objects.filter(negotiation_id=coding.negotiation_id, key=coding.key).exists():
        raise Invalid({"key": gettext("“%(key)s” already names a coding of this negotiation") % {"key": coding.key}})


def _log(
    reader: Reader,
    action: str,
    coding: Coding,
    *,
    reason: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    record_event(
        actor=reader.user,
        action=action,
        subject=coding,
        negotiation=coding.negotiation,
        reason=reason,
        before=before,
        after=after,
    )


def facts_of(coding: Coding, **changes: Any) -> CodingFacts:
    """The facts of a coding as it stands, with ``changes`` laid over them; the key is left to be made anew."""
    values: dict[str, Any] = {
        name: getattr(coding, name) for name in CodingFacts.__dataclass_fields__ if name not in ("conditions", "key")
    }
    values["conditions"] = condition_facts(coding)
    return CodingFacts(**{**values, **changes})
