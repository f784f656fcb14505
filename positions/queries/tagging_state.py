"""What the tagging page starts from: the source, its reader, the words to choose from and the likely values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.db.models.enums import Choices

from positions.enums import (
    Attribution,
    CodingState,
    ConditionKind,
    Confidence,
    Credibility,
    DerivationKind,
    Directness,
    Move,
    SourceKind,
    Stance,
)
from positions.models import CodebookEntry, Coding, Negotiation, Round, Source
from positions.queries.access import Reader, parties_for, persons_for
from positions.queries.reasons import say_reason
from positions.queries.suggestions import suggestions_for
from positions.queries.tagging import Payload, cursor_now, named, statement_payloads

RECENT_READINGS = 60
RECENT_SHOWN = 12
VOCABULARIES: dict[str, type[Choices]] = {
    "stance": Stance,
    "state": CodingState,
    "move": Move,
    "directness": Directness,
    "attribution": Attribution,
    "credibility": Credibility,
    "confidence": Confidence,
    "condition_kind": ConditionKind,
}
# How near the words of most passages are to those who said them; other kinds give the words themselves.
USUAL_DIRECTNESS: dict[str, Directness] = {
    SourceKind.READOUT: Directness.PARAPHRASE,
    SourceKind.SUMMARY: Directness.PARAPHRASE,
    SourceKind.NEWS_REPORT: Directness.PRESS_REPORT,
}


def state_for(reader: Reader, source: Source) -> Payload:
    """Everything the page needs to begin, in a fixed number of queries."""
    negotiation = source.negotiation
    cursor = cursor_now(reader, source)
    rounds = list(negotiation.rounds.order_by("number"))
    recent = _recent_readings(reader, negotiation)
    return {
        "source": _source_payload(source),
        "me": _me_payload(reader, negotiation),
        "vocabularies": {
            name: [{"value": value, "label": str(label)} for value, label in choices.choices]
            for name, choices in VOCABULARIES.items()
        },
        "defaults": _defaults(source, rounds, recent),
        "issues": _issue_payloads(negotiation),
        "rounds": [
            {"number": held.number, "title": held.title, "starts_on": held.starts_on, "ends_on": held.ends_on}
            for held in rounds
        ],
        "recent": _recent_names(negotiation, recent),
        "statements": statement_payloads(reader, source),
        "cursor": cursor,
    }


def _source_payload(source: Source) -> Payload:
    negotiation = source.negotiation
    text = source.texts.order_by("-version").values("version", "sha256", "length").first()
    return {
        "id": str(source.pk),
        "title": source.title,
        "negotiation": {
            "slug": negotiation.slug,
            "title": negotiation.title,
            "review_policy": negotiation.review_policy,
        },
        "published_on": source.published_on,
        "language": source.language,
        "text": text,
    }


def _me_payload(reader: Reader, negotiation: Negotiation) -> Payload:
    assert reader.user is not None  # the page is for people who signed in
    role = "administrator" if reader.is_administrator else reader.roles.get(negotiation.pk, "")
    username = reader.user.get_username()
    return {"username": username, "name": reader.user.get_full_name() or username, "role": role}


def _issue_payloads(negotiation: Negotiation) -> list[Payload]:
    newest = negotiation.codebook_versions.order_by("-version").values("pk")[:1]
    entries = {entry.issue_id: entry for entry in CodebookEntry.objects.filter(version__in=newest)}
    return [
        {
            "slug": issue.slug,
            "title": issue.title,
            "proposal": issue.proposal,
            "pole_for": issue.pole_for,
            "pole_against": issue.pole_against,
            "reference_point": issue.reference_point,
            "keywords": issue.keywords,
            "entry": _entry_payload(entries.get(issue.pk)),
        }
        for issue in negotiation.issues.filter(merged_into=None).order_by("rank", "slug")
    ]


def _entry_payload(entry: CodebookEntry | None) -> Payload | None:
    if entry is None:
        return None
    return {"definition": entry.definition, "anchors": entry.anchors, "rules": entry.rules}


# ---------------------------------------------------------------- likely values


def _recent_readings(reader: Reader, negotiation: Negotiation) -> list[Coding]:
    """The reader's own last readings in the negotiation, newest first."""
    mine: QuerySet[Coding] = negotiation.codings.filter(coder_user=reader.user, retired_at=None)
    return list(
        mine.filter(statement__retired_at=None)
        .select_related("party", "issue", "statement__asserted_by", "statement__speaker")
        .prefetch_related("statement__addressees")
        .order_by("-created_at", "-id")[:RECENT_READINGS]
    )


def _defaults(source: Source, rounds: Iterable[Round], recent: list[Coding]) -> Payload:
    """What the next statement most likely says: of itself what the source says, of its maker what the last one said."""
    here = [reading for reading in recent if reading.statement.source_id == source.pk]
    last = next(iter(here or recent), None)
    said = last.statement if last else None
    return {
        "asserted_by": named(said.asserted_by) if said else None,
        "speaker": named(said.speaker) if said else None,
        "speaker_label": said.speaker_label if said else "",
        "directness": usual_directness(source),
        "attribution": source.attribution,
        "credibility": Credibility.UNJUDGED,
        "stated_on": source.published_on,
        "round": _round_on(source, rounds),
        "addressees": [named(party) for party in said.addressees.all()] if said else [],
        "issue": last.issue.slug if last and last.issue.merged_into_id is None else None,
        "confidence": last.confidence if last else Confidence.MEDIUM,
    }


def usual_directness(source: Source) -> Directness:
    """How near the passages of a source are to what was said, as a rule."""
    if source.derivation_kind == DerivationKind.TRANSLATION:
        return Directness.TRANSLATED
    return USUAL_DIRECTNESS.get(source.kind, Directness.VERBATIM)


def _round_on(source: Source, rounds: Iterable[Round]) -> int | None:
    """The round whose days hold the whole of the source's publication; the shortest where several do."""
    first, last = source.published_earliest, source.published_latest
    holding = [
        ((held.ends_on or held.starts_on) - held.starts_on, held.number)
        for held in rounds
        if held.starts_on and first and last and held.starts_on <= first and last <= (held.ends_on or held.starts_on)
    ]
    return min(holding)[1] if holding else None


def _recent_names(negotiation: Negotiation, recent: list[Coding]) -> Payload:
    """Parties and people used last by the reader, then those at the table, to choose from without typing."""
    parties = [reading.statement.asserted_by for reading in recent]
    parties += negotiation.parties.filter(merged_into=None).order_by("name")[:RECENT_SHOWN]
    persons = [reading.statement.speaker for reading in recent if reading.statement.speaker]
    persons += negotiation.persons.filter(merged_into=None).order_by("name")[:RECENT_SHOWN]
    return {"parties": _first_of(parties), "persons": _first_of(persons)}


def _first_of(records: Iterable[Any]) -> list[dict[str, str] | None]:
    found = {record.pk: record for record in records if record.merged_into_id is None}
    return [named(record) for record in list(found.values())[:RECENT_SHOWN]]


# ---------------------------------------------------------------- suggestions


def suggestion_payloads(reader: Reader, source: Source) -> list[Payload]:
    """What the machine suggests for the source's text, parties and people by name."""
    found = suggestions_for(reader, source)
    slugs = {slug for each in found for slug in (each.party, each.asserted_by) if slug}
    parties = {party.slug: named(party) for party in parties_for(reader).filter(slug__in=slugs)}
    speakers = {each.speaker for each in found if each.speaker}
    persons = {person.slug: named(person) for person in persons_for(reader).filter(slug__in=speakers)}
    return [
        {
            "start": each.start,
            "end": each.end,
            "exact": each.exact,
            "party": parties.get(each.party or ""),
            "asserted_by": parties.get(each.asserted_by or ""),
            "speaker": persons.get(each.speaker or ""),
            "speaker_label": each.speaker_label,
            "issue": each.issue,
            "move": each.move,
            "why": [say_reason(reason) for reason in each.why],
        }
        for each in found
    ]
