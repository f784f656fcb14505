"""The statements of one source as the tagging page shows them, and what changed in them since it last asked."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext

from positions.enums import CodingStatus, ReviewPolicy, Role
from positions.exceptions import Invalid, NotVisible
from positions.models import Coding, Condition, Event, Party, Person, Source, Statement
from positions.queries.access import (
    DRAFTING,
    Reader,
    codings_of_shown_statements,
    sources_for,
    statements_for,
)

Payload = dict[str, Any]

# Entries of the log that a cursor stands on. An entry numbered earlier but committed later changes them, so that
# nothing is missed as long as fewer than these many entries overtake it.
ENTRIES_WATCHED = 30
# Entries that tell of one statement each; any other may have changed every statement of the source.
STATEMENT_SUBJECTS = ("statement", "statementgroup", "coding", "condition", "relation")
# Entries after which no statement looks different.
IDLE = ("read_by_administrator", "suggestion_refused")
# What coders do before a reading is decided: under blind coding each knows only of their own.
BLIND = (*DRAFTING, "coding_submitted", "coding_recalled")


def source_for(reader: Reader, source_id: UUID | str) -> Source:
    """The source behind the page's address. Raises :class:`NotVisible`, whether it is hidden or does not exist."""
    try:
        found = sources_for(reader).select_related("negotiation").filter(pk=source_id).first()
    except (ValidationError, ValueError):
        found = None
    if found is None:
        raise NotVisible(gettext("No such source."))
    return found


def statement_for(reader: Reader, source: Source, statement_id: UUID | str) -> Statement:
    """A statement of the source, in force or not. Raises :class:`NotVisible`."""
    try:
        found = statements_for(reader).filter(source=source, pk=statement_id).first()
    except (ValidationError, ValueError):
        found = None
    if found is None:
        raise NotVisible(gettext("No such statement in this source."))
    return found


def digest_of(content: object) -> str:
    """A short digest of JSON-ready content, by which two copies of it are told apart."""
    words = json.dumps(content, cls=DjangoJSONEncoder, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(words.encode("ascii")).hexdigest()[:16]


def named(record: Party | Person | None) -> dict[str, str] | None:
    """A party or person as ``{slug, name}``."""
    return None if record is None else {"slug": record.slug, "name": record.name}


# ---------------------------------------------------------------- payloads


def statement_payloads(reader: Reader, source: Source, ids: Collection[UUID] | None = None) -> list[Payload]:
    """The statements of the source in force, in the order of the text, with the readings the reader may see.

    ``ids`` picks some of them. A statement that sits in an older text has no ``start`` and ``end``.
    """
    in_force = statements_for(reader).filter(source=source, retired_at=None)
    return _payloads(reader, source, in_force if ids is None else in_force.filter(pk__in=list(ids)))


def _payloads(reader: Reader, source: Source, in_force: QuerySet[Statement]) -> list[Payload]:
    readings = (
        codings_of_shown_statements(reader)
        .filter(retired_at=None)
        .exclude(status=CodingStatus.REJECTED)
        .select_related("party", "issue")
        .prefetch_related(Prefetch("conditions", Condition.objects.order_by("rank").select_related("falls_on")))
        .order_by("issue__rank", "issue__slug", "party__slug", "created_at", "id")
    )
    rows = list(
        in_force.select_related("asserted_by", "speaker", "round")
        .prefetch_related("addressees", Prefetch("codings", readings, to_attr="shown_codings"))
        .order_by("start", "end", "recorded_at", "id")
    )
    if not rows:
        return []
    newest = source.texts.order_by("-version").values_list("pk", flat=True).first()
    makers = _makers_of(rows)
    return [_payload(reader, row, newest, makers.get(str(row.pk), "")) for row in rows]


def _payload(reader: Reader, row: Any, newest: UUID | None, maker: str) -> Payload:
    is_here = row.text_id == newest
    codings = [_coding_payload(reader, coding) for coding in row.shown_codings]
    content: Payload = {
        "id": str(row.pk),
        "key": row.key,
        "start": row.start if is_here else None,
        "end": row.end if is_here else None,
        "exact": row.exact,
        "anchor_status": row.anchor_status,
        "group": str(row.group_id) if row.group_id else None,
        "asserted_by": named(row.asserted_by),
        "speaker": named(row.speaker),
        "speaker_label": row.speaker_label,
        "directness": row.directness,
        "attribution": row.attribution,
        "credibility": row.credibility,
        "stated_on": row.stated_on,
        "round": row.round.number if row.round else None,
        "addressees": sorted((named(party) for party in row.addressees.all()), key=lambda party: party["name"]),
        "note": row.note,
        "recorded_at": row.recorded_at.isoformat(),
        "by": maker,
        "published": any(coding["status"] == CodingStatus.PUBLISHED for coding in codings),
        "codings": codings,
    }
    return {**content, "version": digest_of(content)}


def _coding_payload(reader: Reader, coding: Coding) -> Payload:
    content: Payload = {
        "id": str(coding.pk),
        "key": coding.key,
        "party": named(coding.party),
        "issue": coding.issue.slug,
        "state": coding.state,
        "stance": coding.stance,
        "move": coding.move,
        "red_line": coding.red_line,
        "reciprocal": coding.reciprocal,
        "confidence": coding.confidence,
        "conditions": [
            {"kind": condition.kind, "text": condition.text, "falls_on": named(condition.falls_on)}
            for condition in coding.conditions.all()
        ],
        "coder": coding.coder,
        "status": coding.status,
        "comment": coding.comment,
        "mine": reader.user is not None and coding.coder_user_id == reader.user.pk,
    }
    return {**content, "version": digest_of(content)}


def _makers_of(rows: Iterable[Statement]) -> dict[str, str]:
    """Who recorded or last corrected each statement, by user name, as the log has it; imports name nobody."""
    by_subject: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in rows:
        # a correction is logged with what it replaced
        subject = ("statement", str(row.supersedes_id or row.pk))
        by_subject[subject].append(str(row.pk))
        if row.group_id and not row.supersedes_id:
            by_subject["statementgroup", str(row.group_id)].append(str(row.pk))
    entries = Event.objects.filter(
        subject_type__in=("statement", "statementgroup"),
        subject_id__in=[subject for _, subject in by_subject],
        action__in=("statement_recorded", "joint_statement_recorded", "statement_corrected", "statement_reinstated"),
    ).order_by("id")
    found: dict[str, str] = {}
    for kind, subject_id, name in entries.values_list("subject_type", "subject_id", "actor_name"):
        for statement in by_subject.get((kind, subject_id), ()):
            found[statement] = name
    return found


# ---------------------------------------------------------------- changes


@dataclass(frozen=True)
class Changes:
    """What is new or different since a cursor, what is no longer in force, and the cursor to ask with next."""

    cursor: str
    statements: list[Payload]
    gone: list[str]


def cursor_now(reader: Reader, source: Source) -> str:
    """Where the log stands. Ask before reading the statements: what happens meanwhile is told twice, not never."""
    return _cursor_on(list(_entries(reader, source).values_list("pk", flat=True)[:ENTRIES_WATCHED]))


def _cursor_on(entries: list[int]) -> str:
    return f"{min(entries, default=0)}.{digest_of(entries)}"


def _entries(reader: Reader, source: Source) -> QuerySet[Event]:
    """The log of the source's negotiation, newest first, without what would tell a blind coder of the other."""
    entries = Event.objects.filter(negotiation=source.negotiation_id).exclude(action__in=IDLE).order_by("-id")
    blind = source.negotiation.review_policy == ReviewPolicy.DOUBLE
    if blind and not reader.has_role(source.negotiation_id, Role.LEAD):
        entries = entries.exclude(~Q(actor=reader.user), action__in=BLIND)
    return entries


def changes_since(reader: Reader, source: Source, cursor: str) -> Changes:
    """What happened to the source's statements since ``cursor``. One query when nothing happened.

    Something may be told more than once; its ``version`` says so. Raises :class:`Invalid` for a cursor
    that was never given out.
    """
    now = cursor_now(reader, source)
    if now == cursor:
        return Changes(now, [], [])
    oldest, _, rest = cursor.partition(".")
    if not (oldest.isascii() and oldest.isdigit() and len(oldest) < 19 and rest):
        raise Invalid({"cursor": gettext("is not a cursor given out by this page; ask for its state again")})
    since = _entries(reader, source).filter(pk__gte=int(oldest)).order_by("id")
    rows = since.values_list("subject_type", "subject_id", "action", "before", "after")
    subjects: dict[str, set[str]] = defaultdict(set)
    touched: set[str] = set()
    everything = int(oldest) == 0
    for kind, subject, action, before, after in rows[:1000]:
        everything = everything or kind not in STATEMENT_SUBJECTS
        subjects[kind].add(subject)
        if action == "coding_draft_deleted" and before:
            touched.add(str(before["statement"]))
        elif kind == "statement" and after:
            touched.add(str(after.get("id", subject)))
    if everything:
        gone = _gone(reader, source, Q(retired_at__gte=_instant_of(int(oldest))))
        return Changes(now, statement_payloads(reader, source), gone)
    chosen = Q(pk__in=_concerned(reader, subjects, touched)) | Q(group__in=subjects["statementgroup"])
    in_force = statements_for(reader).filter(chosen, source=source, retired_at=None)
    return Changes(now, _payloads(reader, source, in_force), _gone(reader, source, chosen))


def _concerned(reader: Reader, subjects: Mapping[str, set[str]], touched: set[str]) -> list[UUID]:
    """The statements that entries about themselves, their readings or the conditions of these speak of."""
    told = Q(pk__in=subjects["coding"]) | Q(conditions__in=subjects["condition"])
    readings = codings_of_shown_statements(reader).filter(told)
    found = {UUID(subject) for subject in (*subjects["statement"], *touched)}
    if subjects["coding"] or subjects["condition"]:
        found.update(readings.order_by().values_list("statement", flat=True))
    return list(found)


def _gone(reader: Reader, source: Source, chosen: Q) -> list[str]:
    retired = statements_for(reader).filter(chosen, source=source, retired_at__isnull=False).order_by("id")
    return [str(pk) for pk in retired.values_list("pk", flat=True)]


def _instant_of(entry: int) -> Any:
    """When an entry of the log was made, or the beginning of time: a subquery's value, to compare instants with."""
    return Event.objects.filter(pk=entry).values("at")[:1]
