"""Recording, correcting and withdrawing statements."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from positions.analysis.anchors import Anchor, anchor_quotation, anchor_span
from positions.dates import capped_bounds
from positions.enums import AnchorStatus, Attribution, CodingStatus, Credibility, Directness, Footing, Role
from positions.exceptions import Invalid
from positions.models import Coding, Party, Person, Round, Source, SourceText, Statement, StatementGroup
from positions.queries.access import Reader
from positions.services.access import require_role
from positions.services.conditions import copy_conditions
from positions.services.events import instant_after, record_event, snapshot
from positions.services.fields import field_errors, require_in_force, require_reason
from positions.services.relations import carry_relations, end_relations, in_force


@dataclass(frozen=True, kw_only=True)
class StatementFacts:
    """What a passage says of itself: where it stands, who says it, when, and under which ground rule.

    A span is ``start`` and ``end`` (with ``exact`` checked when given), or ``exact`` alone where it
    occurs once, or nothing at all (a recorded vote, an absence).
    """

    asserted_by: Party
    stated_on: str
    start: int | None = None
    end: int | None = None
    exact: str = ""
    speaker: Person | None = None
    speaker_label: str = ""
    directness: str = Directness.VERBATIM
    attribution: str = Attribution.ON_RECORD
    credibility: int = Credibility.UNJUDGED
    round: Round | None = None
    addressees: tuple[Party, ...] = ()
    note: str = ""
    key: str | None = None


def resolve_anchor(text: str | None, start: int | None, end: int | None, exact: str) -> Anchor | None:
    """The anchor that a span or a quotation names; null where neither is given. Raises :class:`Invalid`."""
    if start is None and end is None and not exact:
        return None
    if text is None:
        raise Invalid({"exact": gettext("the source has no text to quote from")})
    if start is None and end is None:
        return anchor_quotation(text, exact)
    if start is None or end is None:
        raise Invalid({"start" if start is None else "end": gettext("give both start and end, or neither")})
    return anchor_span(text, start, end, exact or None)


def build_statement(
    source: Source, text: SourceText | None, facts: StatementFacts, recorded_at: datetime, id: uuid.UUID | None = None
) -> Statement:
    """An unsaved, checked statement. Raises :class:`Invalid` with the fields at fault."""
    errors: dict[str, list[str]] = {}
    statement = Statement(
        id=id or uuid.uuid4(),
        negotiation_id=source.negotiation_id,
        source=source,
        asserted_by=facts.asserted_by,
        speaker=facts.speaker,
        speaker_label=facts.speaker_label,
        directness=facts.directness,
        attribution=facts.attribution,
        credibility=facts.credibility,
        stated_on=facts.stated_on,
        round=facts.round,
        note=facts.note,
        recorded_at=recorded_at,
    )
    statement.key = facts.key or str(statement.pk)
    try:
        anchor = resolve_anchor(text.text if text else None, facts.start, facts.end, facts.exact)
    except Invalid as refusal:
        errors.update(refusal.errors)
        anchor = None
    if anchor is None:
        statement.anchor_status = AnchorStatus.NONE
    else:
        statement.anchor_status, statement.text = AnchorStatus.EXACT, text
        statement.start, statement.end = anchor.start, anchor.end
        statement.exact, statement.prefix, statement.suffix = anchor.exact, anchor.prefix, anchor.suffix
    statement.stated_earliest = statement.stated_latest = recorded_at.date()
    for field, messages in field_errors(statement, exclude=("exact", "prefix", "suffix")).items():
        errors.setdefault(field, []).extend(messages)
    if "stated_on" not in errors:
        try:
            statement.stated_earliest, statement.stated_latest = capped_bounds(facts.stated_on, source.published_latest)
        except Invalid as refusal:
            errors["stated_on"] = refusal.errors["__all__"]
    if facts.round is not None and facts.round.negotiation_id != source.negotiation_id:
        errors["round"] = [gettext("belongs to another negotiation")]
    if errors:
        raise Invalid(errors)
    return statement


def footing_for(statement: Statement, party: Party) -> Footing:
    """On whose word a coding of the statement for ``party`` stands (method, section 2)."""
    if party.pk != statement.asserted_by_id:
        return Footing.REPORTED
    return Footing.INFERRED if statement.directness == Directness.INFERRED else Footing.OWN


def newest_text(source: Source) -> SourceText | None:
    """The version of the source's text that new statements are anchored in."""
    return source.texts.order_by("-version").first()


def enrol(source: Source, parties: Iterable[Party | None], persons: Iterable[Person | None]) -> None:
    """Put who is named on the negotiation's roster."""
    source.negotiation.parties.add(*{party for party in parties if party is not None})
    source.negotiation.persons.add(*{person for person in persons if person is not None})


@transaction.atomic
def record_statement(reader: Reader, source: Source, facts: StatementFacts) -> Statement:
    """Record one passage of a source. Raises :class:`Invalid` where the quotation is not in the text."""
    require_role(reader, source.negotiation, Role.ANALYST)
    statement = build_statement(source, newest_text(source), facts, timezone.now())
    _refuse_taken_key(statement)
    _save(statement, facts.addressees)
    record_event(
        actor=reader.user,
        action="statement_recorded",
        subject=statement,
        negotiation=source.negotiation,
        after=snapshot(statement),
    )
    return statement


@transaction.atomic
def record_joint_statement(
    reader: Reader,
    source: Source,
    facts: StatementFacts,
    asserting: Sequence[Party],
    keys: Sequence[str] | None = None,
) -> list[Statement]:
    """Record a joint text: one statement for each asserting party on the same span, linked as a group.

    ``keys`` names the statements, in the order of the parties.
    """
    require_role(reader, source.negotiation, Role.ANALYST)
    if len({party.pk for party in asserting}) < 2:
        raise Invalid({"asserted_by": gettext("a joint text has at least two asserting parties")})
    if len({party.pk for party in asserting}) != len(asserting):
        raise Invalid({"asserted_by": gettext("name each asserting party once")})
    if facts.key is not None:
        raise Invalid({"key": gettext("the statements of a joint text cannot share one key")})
    group = StatementGroup(negotiation=source.negotiation)
    group.key = str(group.pk)
    group.save(force_insert=True)
    now, text, statements = timezone.now(), newest_text(source), []
    named = zip(asserting, keys, strict=True) if keys else ((party, None) for party in asserting)
    for party, key in named:
        statement = build_statement(source, text, replace(facts, asserted_by=party, key=key), now)
        _refuse_taken_key(statement)
        statement.group = group
        _save(statement, facts.addressees)
        statements.append(statement)
    record_event(
        actor=reader.user,
        action="joint_statement_recorded",
        subject=group,
        negotiation=source.negotiation,
        after={"statements": [snapshot(statement) for statement in statements]},
    )
    return statements


@transaction.atomic
def correct_statement(reader: Reader, statement: Statement, facts: StatementFacts, reason: str) -> Statement:
    """Replace a statement by a corrected one and re-issue its codings, all at one instant.

    The old records are retired, never changed. Raises :class:`Invalid` without a reason,
    :class:`Conflict` when the statement is no longer in force.
    """
    require_role(reader, statement.negotiation, role_to_correct(statement.negotiation.review_policy, statement))
    require_reason(reason)
    locked = Statement.objects.select_for_update(of=("self", "source"), no_key=True)
    statement = locked.select_related("source").get(pk=statement.pk)
    require_in_force(statement)
    standing = list(
        statement.codings.select_for_update(of=("self",)).filter(retired_at=None).exclude(status=CodingStatus.REJECTED)
    )
    now = instant_after(
        statement.recorded_at,
        *(coding.recorded_at for coding in standing),
        *(relation.recorded_at for relation in in_force([statement.pk])),
    )
    corrected = build_statement(statement.source, newest_text(statement.source), facts, now)
    _refuse_taken_key(corrected)
    before = snapshot(statement)
    reissued = replace_statement(statement, corrected, facts.addressees, standing, reason)
    carry_relations({statement.pk: corrected}, now, reason)
    record_event(
        actor=reader.user,
        action="statement_corrected",
        subject=statement,
        negotiation=statement.negotiation,
        reason=reason,
        before=before,
        after={**snapshot(corrected), "codings": [str(coding.pk) for coding in reissued]},
    )
    return corrected


def replace_statement(
    statement: Statement, corrected: Statement, addressees: Sequence[Party], standing: Iterable[Coding], reason: str
) -> list[Coding]:
    """Within a correction: retire a statement at the instant of its successor, and re-issue its codings on that.

    Relations are left to :func:`carry_relations`: several statements may be replaced at one instant.
    """
    corrected.supersedes, corrected.reason, corrected.group = statement, reason, statement.group
    Statement.objects.filter(pk=statement.pk).update(retired_at=corrected.recorded_at)
    _save(corrected, addressees)
    return [reissue_coding(coding, corrected, corrected.recorded_at, reason) for coding in standing]


@transaction.atomic
def withdraw_statement(reader: Reader, statement: Statement, reason: str) -> Statement:
    """Take a statement and its codings out of the record from now on; what was known before stays known."""
    require_role(reader, statement.negotiation, role_to_correct(statement.negotiation.review_policy, statement))
    require_reason(reason)
    statement = Statement.objects.select_for_update(of=("self",)).get(pk=statement.pk)
    require_in_force(statement)
    standing = list(statement.codings.select_for_update(of=("self",)).filter(retired_at=None))
    now = instant_after(
        statement.recorded_at,
        *(coding.recorded_at for coding in standing),
        *(relation.recorded_at for relation in in_force([statement.pk])),
    )
    before = snapshot(statement)
    end_relations(statement, now, reason)
    statement.codings.filter(retired_at=None).update(retired_at=now, withdrawal_reason=reason)
    Statement.objects.filter(pk=statement.pk).update(retired_at=now, withdrawal_reason=reason)
    statement.refresh_from_db()
    record_event(
        actor=reader.user,
        action="statement_withdrawn",
        subject=statement,
        negotiation=statement.negotiation,
        reason=reason,
        before=before,
        after={**snapshot(statement), "codings": [str(coding.pk) for coding in standing]},
    )
    return statement


def reissue_coding(coding: Coding, statement: Statement, now: datetime, reason: str) -> Coding:
    """Retire a coding and save its twin on the corrected statement, conditions and their series included."""
    conditions = list(coding.conditions.prefetch_related("statuses"))
    twin = twin_coding(coding, statement, now, reason)
    Coding.objects.filter(pk=coding.pk).update(retired_at=now)
    twin.save(force_insert=True)
    copy_conditions(conditions, twin)
    return twin


def twin_coding(coding: Coding, statement: Statement, now: datetime, reason: str) -> Coding:
    """The same reading, unsaved and without its conditions, on ``statement``; it supersedes ``coding``."""
    twin = Coding(
        negotiation_id=coding.negotiation_id, statement=statement, party_id=coding.party_id, issue_id=coding.issue_id,
        state=coding.state, stance=coding.stance, move=coding.move, red_line=coding.red_line,
        reciprocal=coding.reciprocal,
        confidence=coding.confidence, codebook_id=coding.codebook_id, coder=coding.coder,
        coder_user_id=coding.coder_user_id,
        status=coding.status, comment=coding.comment, created_at=now, submitted_at=coding.submitted_at,
        recorded_at=now if coding.status == CodingStatus.PUBLISHED else None, supersedes=coding, reason=reason,
        footing=footing_for(statement, coding.party), stated_latest=statement.stated_latest,
    )  # fmt: skip
    twin.key = str(twin.pk)
    return twin


def role_to_correct(review_policy: str, record: Statement | Coding) -> Role:
    """Who may correct or withdraw: an analyst what nobody published yet or needs no review, a reviewer the rest."""
    published = (
        record.codings.filter(status=CodingStatus.PUBLISHED).exists()
        if isinstance(record, Statement)
        else record.status == CodingStatus.PUBLISHED
    )
    return role_for_standing(review_policy, published)


def role_for_standing(review_policy: str, published: bool) -> Role:
    """The same, where it is known whether anything of the record is published."""
    return Role.REVIEWER if published and review_policy != "none" else Role.ANALYST


def _refuse_taken_key(statement: Statement) -> None:
    if Statement.objects.filter(negotiation_id=statement.negotiation_id, key=statement.key).exists():
        raise Invalid(
            {"key": gettext("“%(key)s” already names a statement of this negotiation") % {"key": statement.key}}
        )


def _save(statement: Statement, addressees: Sequence[Party]) -> None:
    statement.save(force_insert=True)
    statement.addressees.set(addressees)
    enrol(statement.source, [statement.asserted_by, *addressees], [statement.speaker])


def facts_of(statement: Statement, **changes: Any) -> StatementFacts:
    """The facts of a statement as it stands, with ``changes`` laid over them; the key is left to be made anew."""
    values: dict[str, Any] = {
        name: getattr(statement, name)
        for name in StatementFacts.__dataclass_fields__
        if name not in ("addressees", "key")
    }
    values["addressees"] = tuple(statement.addressees.all())
    return StatementFacts(**{**values, **changes})
