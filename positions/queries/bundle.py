"""A whole negotiation as a bundle: what ``import_bundle`` reads, in an order that never depends on chance."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Prefetch, Q

from positions.enums import AnchorStatus, ConditionStatus
from positions.formats.bundle import ENTRY_TEXTS, FORMAT, SOURCE_TEXTS, anchors_in_order
from positions.models import (
    CodebookEntry,
    CodebookVersion,
    Coding,
    Condition,
    ConditionStatusEntry,
    Issue,
    Negotiation,
    Party,
    Person,
    Relation,
    Round,
    Source,
    SourceText,
    Statement,
)
from positions.queries.access import Reader, negotiation_for


def bundle_of(reader: Reader, slug: str) -> dict[str, Any]:
    """The bundle of a negotiation, drafts and history included. Raises :class:`NotVisible`.

    Meant for the command line and administrators: nothing is left out for ground rules.
    """
    negotiation = negotiation_for(reader, slug)
    return {
        "format": FORMAT,
        "negotiation": {
            name: getattr(negotiation, name) for name in ("slug", "title", "summary", "visibility", "review_policy")
        },
        "parties": [_party(p) for p in _parties(negotiation)],
        "persons": [_person(p) for p in _persons(negotiation)],
        "issues": [_issue(i) for i in _issues(negotiation)],
        "codebook": [_codebook(c) for c in _codebooks(negotiation)],
        "rounds": [_round(r) for r in _rounds(negotiation)],
        "sources": [_source(s, texts) for s, texts in _sources(negotiation)],
        "statements": [_statement(s) for s in _statements(negotiation)],
        **_relations(negotiation),
    }


# Sorted here and not by the database: engines and their collations order text differently.


def _parties(negotiation: Negotiation) -> Iterable[Party]:
    """The roster, and whoever the posts of its people name."""
    named = Q(negotiations=negotiation) | Q(appointments__person__negotiations=negotiation)
    parties = Party.objects.filter(named).distinct().select_related("merged_into").prefetch_related("aliases")
    return sorted(parties, key=lambda p: p.slug)


def _persons(negotiation: Negotiation) -> Iterable[Person]:
    people = negotiation.persons.select_related("merged_into").prefetch_related("appointments__party")
    return sorted(people, key=lambda p: p.slug)


def _issues(negotiation: Negotiation) -> Iterable[Issue]:
    return sorted(negotiation.issues.select_related("parent", "merged_into"), key=lambda i: (i.rank, i.slug))


def _codebooks(negotiation: Negotiation) -> Iterable[CodebookVersion]:
    return negotiation.codebook_versions.prefetch_related("entries__issue").order_by("version")


def _rounds(negotiation: Negotiation) -> Iterable[Round]:
    return negotiation.rounds.prefetch_related(
        "delegations__party", "delegations__head", "delegations__members__person"
    ).order_by("number")


def _sources(negotiation: Negotiation) -> Iterable[tuple[Source, list[SourceText]]]:
    for source in sorted(
        negotiation.sources.select_related("derived_from").prefetch_related("texts"), key=lambda s: s.key
    ):
        yield source, sorted(source.texts.all(), key=lambda text: text.version)


def _statements(negotiation: Negotiation) -> Iterable[Statement]:
    found = negotiation.statements.select_related(
        "source", "asserted_by", "speaker", "round", "supersedes", "group"
    ).prefetch_related(
        Prefetch("source__texts", SourceText.objects.defer("text")),
        "addressees",
        "codings__party",
        "codings__issue",
        "codings__codebook",
        "codings__supersedes",
        "codings__conditions__falls_on",
        "codings__conditions__statuses__statement",
    )
    return sorted(found, key=lambda s: (s.source.key, s.start is None, s.start or 0, s.end or 0, s.key))


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _slug(record: Party | Person | Issue | None) -> str | None:
    return None if record is None else record.slug


def _party(party: Party) -> dict[str, Any]:
    aliases = sorted(party.aliases.all(), key=lambda a: (a.text, a.language))
    return {
        "slug": party.slug,
        "name": party.name,
        "kind": party.kind,
        "iso3": party.iso3,
        "wikidata_id": party.wikidata_id,
        "aliases": [{"text": a.text, "kind": a.kind, "language": a.language} for a in aliases],
        **_merged(party),
    }


def _person(person: Person) -> dict[str, Any]:
    posts = sorted(person.appointments.all(), key=lambda a: (a.party.slug, a.title, a.starts_on or date.min))
    return {
        "slug": person.slug,
        "name": person.name,
        "appointments": [
            {"party": a.party.slug, "title": a.title, "starts_on": _day(a.starts_on), "ends_on": _day(a.ends_on)}
            for a in posts
        ],
        **_merged(person),
    }


def _issue(issue: Issue) -> dict[str, Any]:
    plain = ("slug", "title", "proposal", "pole_for", "pole_against", "reference_point", "keywords")
    words = {name: getattr(issue, name) for name in plain}
    return {"id": str(issue.pk), **words, "parent": _slug(issue.parent), **_merged(issue)}


def _merged(record: Party | Person | Issue) -> dict[str, Any]:
    return {"merged_into": _slug(record.merged_into)} if record.merged_into else {}


def _codebook(version: CodebookVersion) -> dict[str, Any]:
    entries = sorted(version.entries.all(), key=lambda e: (e.issue.rank, e.issue.slug))
    return {
        "version": version.version,
        "text": version.text,
        "recorded_at": _instant(version.recorded_at),
        **({"entries": [_codebook_entry(entry) for entry in entries]} if entries else {}),
    }


def _codebook_entry(entry: CodebookEntry) -> dict[str, Any]:
    return {
        "issue": entry.issue.slug,
        **{name: getattr(entry, name) for name in ENTRY_TEXTS},
        "anchors": anchors_in_order(entry.anchors),
    }


def _relations(negotiation: Negotiation) -> dict[str, Any]:
    found = sorted(
        negotiation.relations.select_related("statement", "other"),
        key=lambda r: (r.statement.key, r.other.key, r.kind, _instant(r.recorded_at) or ""),
    )
    return {"relations": [_relation(relation) for relation in found]} if found else {}


def _relation(relation: Relation) -> dict[str, Any]:
    return {
        "id": str(relation.pk),
        "kind": relation.kind,
        "statement": relation.statement.key,
        "other": relation.other.key,
        "seen_by": relation.seen_by,
        "note": relation.note,
        "recorded_at": _instant(relation.recorded_at),
        **({"retired_at": _instant(relation.retired_at)} if relation.retired_at else {}),
        **({"withdrawal_reason": relation.withdrawal_reason} if relation.withdrawal_reason else {}),
    }


def _round(held: Round) -> dict[str, Any]:
    delegations = sorted(held.delegations.all(), key=lambda d: d.party.slug)
    return {
        "id": str(held.pk),
        "number": held.number,
        "title": held.title,
        "format": held.format,
        "venue": held.venue,
        "starts_on": _day(held.starts_on),
        "ends_on": _day(held.ends_on),
        "status": held.status,
        "delegations": [
            {
                "party": d.party.slug,
                "head": _slug(d.head),
                "members": [{"person": m.person.slug, "title": m.title} for m in d.members.all()],
            }
            for d in delegations
        ],
    }


def _source(source: Source, texts: list[SourceText]) -> dict[str, Any]:
    names = (*SOURCE_TEXTS, "kind", "language", "reliability", "tlp", "attribution", "text_access")
    parent = source.derived_from
    return {
        "id": str(source.pk),
        "key": source.key,
        **{name: getattr(source, name) for name in names},
        "derived_from": None if parent is None else {"source": parent.key, "kind": source.derivation_kind},
        **({"earlier_texts": [_earlier_text(text) for text in texts[:-1]]} if len(texts) > 1 else {}),
        **({"text": texts[-1].text} if texts else {}),
    }


def _earlier_text(text: SourceText) -> dict[str, Any]:
    return {"text": text.text, "extraction": text.extraction, "recorded_at": _instant(text.recorded_at)}


def _anchor(statement: Statement) -> dict[str, Any]:
    """Where a statement stands, if not plainly in the newest text of its source."""
    if statement.text_id is None:
        return {}
    versions = {text.pk: text.version for text in statement.source.texts.all()}
    version = versions[statement.text_id]
    return {
        **({"text_version": version} if version != max(versions.values()) else {}),
        **({"anchor_status": statement.anchor_status} if statement.anchor_status != AnchorStatus.EXACT else {}),
    }


def _history(record: Statement | Coding) -> dict[str, Any]:
    """The record's clock; one “reason” where that is all there is, as files from elsewhere have it."""
    reasons = {"reason": record.reason, "withdrawal_reason": record.withdrawal_reason}
    if record.withdrawal_reason and not record.reason and record.supersedes_id is None:
        reasons = {"reason": record.withdrawal_reason, "withdrawal_reason": ""}
    only_replaced = record.reason and not record.withdrawal_reason and record.supersedes_id is None
    return {
        "recorded_at": _instant(record.recorded_at),
        **({"retired_at": _instant(record.retired_at)} if record.retired_at else {}),
        **({"supersedes": record.supersedes.key} if record.supersedes else {}),
        **{name: words for name, words in reasons.items() if words},
        # without it, the reason would be read as that of the withdrawal
        **({"withdrawal_reason": ""} if only_replaced and record.retired_at else {}),
    }


def _statement(statement: Statement) -> dict[str, Any]:
    plain = ("start", "end", "exact", "speaker_label", "directness", "attribution", "credibility", "stated_on", "note")
    codings = sorted(
        statement.codings.all(), key=lambda c: (c.party.slug, c.issue.slug, _instant(c.recorded_at) or "", c.key)
    )
    return {
        "id": str(statement.pk),
        "key": statement.key,
        **({"group": statement.group.key} if statement.group else {}),
        "source": statement.source.key,
        **_anchor(statement),
        "asserted_by": statement.asserted_by.slug,
        "speaker": _slug(statement.speaker),
        **{name: getattr(statement, name) for name in plain},
        "round": statement.round.number if statement.round else None,
        "addressees": sorted(party.slug for party in statement.addressees.all()),
        **_history(statement),
        "codings": [_coding(coding) for coding in codings],
    }


def _coding(coding: Coding) -> dict[str, Any]:
    plain = ("stance", "state", "move", "red_line", "reciprocal", "confidence", "coder", "status")
    conditions = sorted(coding.conditions.all(), key=lambda c: c.rank)
    return {
        "id": str(coding.pk),
        "key": coding.key,
        "party": coding.party.slug,
        "issue": coding.issue.slug,
        **{name: getattr(coding, name) for name in plain},
        **({"comment": coding.comment} if coding.comment else {}),
        "codebook": coding.codebook.version,
        **({"submitted_at": _instant(coding.submitted_at)} if coding.submitted_at else {}),
        **_history(coding),
        "conditions": [_condition(condition) for condition in conditions],
    }


def _condition(condition: Condition) -> dict[str, Any]:
    entries = sorted(condition.statuses.all(), key=lambda e: e.rank)
    return {
        "text": condition.text,
        "kind": condition.kind,
        "falls_on": _slug(condition.falls_on),
        "status": current_status(entries),
        "statuses": [
            {
                "status": e.status,
                "on": _day(e.on),
                "recorded_at": _instant(e.recorded_at),
                "statement": e.statement.key if e.statement else None,
                "reason": e.reason,
            }
            for e in entries
        ],
    }


def current_status(entries: Iterable[ConditionStatusEntry]) -> str:
    """The status of the latest entry by day and instant, whatever today is; the later listed on a tie."""
    status, latest = str(ConditionStatus.OPEN), None
    for entry in entries:
        moment = (entry.on, entry.recorded_at or datetime.min.replace(tzinfo=UTC))
        if latest is None or moment >= latest:
            status, latest = entry.status, moment
    return status
