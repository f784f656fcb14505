"""Readings by the dozen: given to another coder, deleted as drafts, recoded as corrections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext

from positions.enums import ChangeKind, CodingStatus, Confidence, Role
from positions.exceptions import Invalid
from positions.models import ChangeSet, CodebookVersion, Coding, Issue, Member, Negotiation
from positions.models.names import name_status
from positions.queries.access import RANKS, Reader
from positions.services.access import require_role
from positions.services.coding import (
    build_coding,
    coder_name,
    coding_snapshot,
    current_codebook,
    facts_of,
)
from positions.services.events import record_event
from positions.services.fields import require_reason
from positions.services.housekeeping.changes import (
    Line,
    Preview,
    Step,
    count_of,
    record_change_set,
    require_few,
    require_one_negotiation,
)
from positions.services.housekeeping.drafts import draft_snapshot
from positions.services.housekeeping.reissue import Rereading, instant_for, lock_codings, replace_codings, rivals_of
from positions.services.statements import role_for_standing

UNPUBLISHED = (CodingStatus.DRAFT, CodingStatus.SUBMITTED)
CONFIDENCE_WORDS = {
    Confidence.LOW: gettext_lazy("low confidence"),
    Confidence.MEDIUM: gettext_lazy("medium confidence"),
    Confidence.HIGH: gettext_lazy("high confidence"),
}
READING = ("issue", "state", "stance", "move", "red_line", "reciprocal", "confidence")


@dataclass(frozen=True, kw_only=True)
class NewReading:
    """What recoding changes; null leaves a field as it is, a state other than coded takes the stance away."""

    issue: Issue | None = None
    state: str | None = None
    stance: int | None = None
    move: str | None = None
    red_line: bool | None = None
    reciprocal: bool | None = None
    confidence: str | None = None

    def changes(self) -> dict[str, Any]:
        """The fields that are to change."""
        said = {name: getattr(self, name) for name in READING if getattr(self, name) is not None}
        if not said:
            raise Invalid(gettext("Say what is to be read differently: nothing was filled in."))
        if self.state is not None and self.state != "coded":
            said["stance"] = None
        return said


# ---------------------------------------------------------------- another coder


def preview_reassigning(reader: Reader, codings: Sequence[Coding], coder: User) -> Preview:
    """What giving drafts and submitted readings to ``coder`` would do. Raises :class:`Invalid`."""
    require_few(codings)
    negotiation = require_one_negotiation(codings)
    require_role(reader, negotiation, Role.LEAD)
    member = Member.objects.filter(negotiation=negotiation, user=coder).first()
    if member is None or RANKS[member.role] < RANKS[Role.ANALYST] or not coder.is_active:
        raise Invalid(
            {
                "coder": gettext("%(name)s does not code here; choose a member from analyst up")
                % {"name": coder.get_username()}
            }
        )
    theirs = set(
        Coding.objects.filter(
            statement__in={coding.statement_id for coding in codings}, coder=coder.get_username(), retired_at=None
        )
        .exclude(status=CodingStatus.REJECTED)
        .values_list("statement", "party", "issue")
    )
    lines = []
    for coding in codings:
        place = (coding.statement_id, coding.party_id, coding.issue_id)
        refusal = _unpublished(coding)
        if not refusal and coding.coder_user_id != coder.pk and place in theirs:
            refusal = gettext("%(name)s has a reading of this statement for this party and issue") % {
                "name": coder.get_username()
            }
        theirs.add(place)
        after = coding.coder if coding.coder_user_id == coder.pk else coder.get_username()
        lines.append(Line(coding, coding.coder, after, refusal))
    title = ngettext("Give %(number)s reading to %(name)s", "Give %(number)s readings to %(name)s", len(codings))
    return Preview(title % {"number": f"{len(codings):,}", "name": coder.get_username()}, lines)


def _unpublished(coding: Coding) -> str:
    if coding.retired_at is not None:
        return gettext("was replaced or withdrawn meanwhile")
    if coding.status not in UNPUBLISHED:
        return gettext("is %(status)s: the record keeps who coded it") % {"status": name_status(coding.status)}
    return ""


@transaction.atomic
def reassign_codings(
    reader: Reader, codings: Sequence[Coding], coder: User, reason: str, *, leave_out_refused: bool = False
) -> ChangeSet:
    """Give drafts and submitted readings to another coder. Raises :class:`Invalid`, :class:`NotPermitted`."""
    locked, negotiation = lock_for_change(codings, reason)
    preview = preview_reassigning(reader, locked, coder)
    chosen = [line.record for line in preview.settle(leave_out_refused)]
    steps: list[Step] = [
        {
            "reassigned": coding.pk,
            "coder": coding.coder,
            "coder_user": coding.coder_user_id,
            "to": coder.get_username(),
            "to_user": coder.pk,
        }
        for coding in chosen
        if isinstance(coding, Coding)
    ]
    Coding.objects.filter(pk__in=[step["reassigned"] for step in steps]).update(
        coder=coder.get_username(), coder_user=coder
    )
    title = f"{count_of(len(steps), 'reading')} given to {coder.get_username()}"
    change_set = record_change_set(
        reader, kind=ChangeKind.REASSIGN, title=title, steps=steps, negotiation=negotiation, reason=reason
    )
    record_event(
        actor=reader.user,
        action="codings_reassigned",
        subject=change_set,
        negotiation=negotiation,
        reason=reason,
        after={"codings": steps},
    )
    return change_set


# ---------------------------------------------------------------- drafts that may go


def preview_deleting(reader: Reader, codings: Sequence[Coding]) -> Preview:
    """Which of the readings are drafts that the reader may delete: one's own, and a lead's all."""
    require_few(codings)
    negotiation = require_one_negotiation(codings)
    require_role(reader, negotiation, Role.ANALYST)
    lead = reader.has_role(negotiation.pk, Role.LEAD)
    lines = []
    for coding in codings:
        own = coding.coder_user_id == reader.user.pk if reader.user else coding.coder_user_id is None
        refusal = "" if own or lead else gettext("is somebody else's; its coder or a lead deletes it")
        if coding.status != CodingStatus.DRAFT or coding.retired_at is not None:
            refusal = gettext("is %(status)s; only drafts are deleted") % {
                "status": gettext("retired") if coding.retired_at else name_status(coding.status)
            }
        lines.append(Line(coding, gettext("draft"), gettext("deleted"), refusal))
    title = ngettext("Delete %(number)s draft", "Delete %(number)s drafts", len(codings))
    return Preview(title % {"number": f"{len(codings):,}"}, lines)


@transaction.atomic
def delete_drafts(
    reader: Reader, codings: Sequence[Coding], reason: str, *, leave_out_refused: bool = False
) -> ChangeSet:
    """Delete drafts; the change set keeps what they said and brings them back. Raises :class:`Invalid`."""
    locked, negotiation = lock_for_change(codings, reason)
    chosen = {line.record.pk for line in preview_deleting(reader, locked).settle(leave_out_refused)}
    drafts = [coding for coding in locked if coding.pk in chosen]
    steps: list[Step] = [{"deleted_draft": draft_snapshot(coding)} for coding in drafts]
    Coding.objects.filter(pk__in=chosen).delete()
    change_set = record_change_set(
        reader,
        kind=ChangeKind.DELETE_DRAFTS,
        title=f"{count_of(len(drafts), 'draft')} deleted",
        steps=steps,
        negotiation=negotiation,
        reason=reason,
    )
    # what the drafts said stays with the change set: the log of drafting is not everybody's to read
    record_event(
        actor=reader.user,
        action="drafts_deleted",
        subject=change_set,
        negotiation=negotiation,
        reason=reason,
        before={"codings": [coding.pk for coding in drafts]},
    )
    return change_set


# ---------------------------------------------------------------- recoding


def preview_recoding(reader: Reader, codings: Sequence[Coding], reading: NewReading) -> Preview:
    """What reading published codings differently would do, under the newest codebook. Raises :class:`Invalid`."""
    require_few(codings)
    negotiation = require_one_negotiation(codings)
    require_role(reader, negotiation, role_for_standing(negotiation.review_policy, True))
    lines, _ = _reread(reader, codings, reading, negotiation, newest_codebook(negotiation))
    title = ngettext("Recode %(number)s reading", "Recode %(number)s readings", len(codings))
    return Preview(title % {"number": f"{len(codings):,}"}, lines)


def newest_codebook(negotiation: Negotiation) -> CodebookVersion:
    """The newest version, or an unsaved first one: a preview writes nothing."""
    newest = negotiation.codebook_versions.order_by("-version").first()
    return newest or CodebookVersion(negotiation=negotiation, version=1, recorded_at=timezone.now())


def _reread(
    reader: Reader,
    codings: Sequence[Coding],
    reading: NewReading,
    negotiation: Negotiation,
    codebook: CodebookVersion,
) -> tuple[list[Line], list[Rereading]]:
    changes = reading.changes()
    if reading.issue is not None and reading.issue.merged_into_id is not None:
        raise Invalid({"issue": gettext("was merged into another one; choose that")})
    now = instant_for((), codings)
    refusals: dict[UUID, str] = {}
    rereadings = []
    for coding in codings:
        if coding.retired_at is not None:
            refusals[coding.pk] = gettext("was corrected or withdrawn meanwhile; open what replaced it")
        elif coding.status != CodingStatus.PUBLISHED:
            refusals[coding.pk] = gettext("is %(status)s; only published readings are recoded") % {
                "status": coding.status
            }
        elif any(getattr(coding, name) != value for name, value in changes.items()):
            try:
                twin = build_coding(
                    coding.statement,
                    facts_of(coding, **changes),
                    codebook,
                    now,
                    coder=coder_name(reader),
                    coder_user=reader.user,
                )
            except Invalid as refused:
                refusals[coding.pk] = "; ".join(str(said) for words in refused.errors.values() for said in words)
            else:
                twin.status = CodingStatus.PUBLISHED
                rereadings.append(Rereading(coding, twin))
    for pk, rival in rivals_of(rereadings).items():
        refusals[pk] = gettext("a reading of this statement for %(party)s on that issue is published already") % {
            "party": rival.party
        }
    fit = [each for each in rereadings if each.coding.pk not in refusals]
    twins = {each.coding.pk: each.twin for each in fit}
    lines = []
    for coding in codings:
        said = say_reading(coding)
        lines.append(Line(coding, said, say_reading(twins.get(coding.pk, coding)), refusals.get(coding.pk, "")))
    return lines, fit


def say_reading(coding: Coding) -> str:
    """A reading in a few words: issue, stance, move and marks."""
    stance = (
        coding.get_state_display()
        if coding.stance is None
        else f"{coding.stance:+d}".replace("+0", "0").replace("-", "−")
    )
    marks = [
        coding.issue.title,
        stance,
        coding.get_move_display().lower(),
        CONFIDENCE_WORDS[Confidence(coding.confidence)],
        *([gettext("red line")] if coding.red_line else []),
        *([gettext("reciprocal")] if coding.reciprocal else []),
    ]
    return " · ".join(str(mark) for mark in marks)


@transaction.atomic
def recode_codings(
    reader: Reader, codings: Sequence[Coding], reading: NewReading, reason: str, *, leave_out_refused: bool = False
) -> ChangeSet:
    """Correct published codings to a new reading, all at one instant. Raises :class:`Invalid`."""
    locked, negotiation = lock_for_change(codings, reason)
    require_role(reader, negotiation, role_for_standing(negotiation.review_policy, True))
    lines, rereadings = _reread(reader, locked, reading, negotiation, current_codebook(negotiation))
    Preview("", lines).settle(leave_out_refused)
    now = instant_for((), (each.coding for each in rereadings))
    before, steps = publish_twins(rereadings, now, reason)
    change_set = record_change_set(
        reader,
        kind=ChangeKind.RECODE,
        title=f"{count_of(len(steps), 'reading')} recoded",
        steps=steps,
        negotiation=negotiation,
        reason=reason,
    )
    changes = {name: str(value) for name, value in reading.changes().items()}
    record_event(
        actor=reader.user,
        action="codings_recoded",
        subject=change_set,
        negotiation=negotiation,
        reason=reason,
        before={"codings": before},
        after={**changes, "codings": steps},
    )
    return change_set


def publish_twins(
    rereadings: Sequence[Rereading], now: datetime, reason: str
) -> tuple[list[dict[str, Any]], list[Step]]:
    """Within a change: let each unsaved twin be the published correction of its coding at ``now``.

    Gives what the codings said, for the log, and the steps taken.
    """
    before = [coding_snapshot(each.coding) for each in rereadings]
    for each in rereadings:
        twin = each.twin
        twin.status, twin.supersedes, twin.reason = CodingStatus.PUBLISHED, each.coding, reason
        twin.created_at = twin.submitted_at = twin.recorded_at = now
    return before, replace_codings(rereadings, now)


def lock_for_change(codings: Sequence[Coding], reason: str) -> tuple[list[Coding], Negotiation]:
    """Within a change: the codings, few enough, locked, and the one negotiation they belong to.

    Raises :class:`Invalid` for too many, for several negotiations and without a reason.
    """
    require_few(codings)
    require_reason(reason)
    locked = lock_codings({coding.pk for coding in codings})
    return locked, require_one_negotiation(locked)
