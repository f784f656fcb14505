"""The record of a negotiation as a bundle, as far as one reader may know it.

:func:`~positions.queries.bundle.bundle_of` writes everything; here each entry is made anew from what the
reader may see, member by member, so that what is added there one day stays out of here until somebody
decides about it. Positions, shifts and timelines of the two are the same to that reader.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from positions.enums import CodingStatus
from positions.models import Negotiation
from positions.queries.access import (
    Reader,
    codings_for,
    parties_for,
    persons_for,
    sources_for,
    statements_for,
)
from positions.queries.bundle import bundle_of
from positions.queries.relations import relations_open_to
from positions.queries.withholding import quote_shown, speaker_shown, withheld_texts

Entry = dict[str, Any]

HISTORY = ("recorded_at", "retired_at")
SOURCE = (
    "id", "key", "title", "publisher", "author", "url", "archive_url", "published_on", "kind", "language",
    "reliability", "tlp", "attribution", "text_access",
)  # fmt: skip
STATEMENT = (
    "id", "key", "source", "group", "asserted_by", "directness", "attribution", "credibility", "stated_on", "round",
    *HISTORY,
)  # fmt: skip
SPAN = ("start", "end", "exact", "text_version", "anchor_status")
CODING = (
    "id", "key", "party", "issue", "stance", "state", "move", "red_line", "reciprocal", "confidence", "status",
    "codebook", *HISTORY,
)  # fmt: skip
MEMBERS_OF_CODING = ("coder", "comment", "submitted_at")
REASONS = ("reason", "withdrawal_reason")
WITHHELD_TEXT = "Quotations only: the text of the source “{key}” is withheld."


def record_bundle_for(reader: Reader, negotiation: Negotiation) -> Entry:
    """What is published in the negotiation, with its history, in the format ``positions-bundle/1``.

    Of a source whose text the reader may not read, the text is made of the quotations they may read, so
    that each keeps its place in one. Where a chain of copies runs through a source that the reader may not
    see, it runs on from the next one they may; ``source_count`` may then be higher than here.
    """
    whole = bundle_of(reader, negotiation.slug)
    seen = Seen.of(reader, negotiation)
    is_member = reader.is_member(negotiation.pk)
    statements = [each for each in whole["statements"] if each["id"] in seen.statements]
    sources = {each["key"]: each for each in whole["sources"]}
    closed = {key for key, each in sources.items() if each["id"] not in seen.texts}
    quotations = _quotations(statements, closed, seen)
    head = whole["negotiation"]
    shown = {name: head[name] for name in ("slug", "title", "summary", "visibility")}
    bundle = {
        "format": whole["format"],
        "negotiation": {**shown, "review_policy": head["review_policy"]} if is_member else shown,
        "parties": [_named(each, seen.parties) for each in whole["parties"] if each["slug"] in seen.parties],
        "persons": [_person(each, seen) for each in whole["persons"] if each["slug"] in seen.persons],
        "issues": whole["issues"],
        "codebook": whole["codebook"],
        "rounds": [_round(each, seen) for each in whole["rounds"]],
        "sources": [
            _source(each, sources, seen, quotations) for each in whole["sources"] if each["id"] in seen.sources
        ],
        "statements": [_statement(each, seen, quotations, is_member) for each in statements],
    }
    relations = [each for each in whole.get("relations", ()) if each["id"] in seen.relations]
    return {**bundle, "relations": [_relation(each, is_member) for each in relations]} if relations else bundle


@dataclass
class Seen:
    """What the reader may see of a negotiation: ids, slugs, and the keys that may be referred to."""

    statements: set[str]
    quotes: set[str]
    speakers: set[str]
    codings: set[str]
    sources: set[str]
    texts: set[str]
    relations: set[str]
    parties: set[str]
    persons: set[str]
    statement_keys: set[str] = field(default_factory=set)
    coding_keys: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, reader: Reader, negotiation: Negotiation) -> Seen:
        """Asked of the same querysets that every other read starts from."""
        statements = statements_for(reader).filter(negotiation=negotiation).order_by()
        codings = codings_for(reader).filter(negotiation=negotiation, status=CodingStatus.PUBLISHED).order_by()
        codings = codings.filter(statement__in=statements.values("pk"))
        sources = list(sources_for(reader).filter(negotiation=negotiation))
        withheld = withheld_texts(reader, sources)
        return cls(
            statements=_ids(statements),
            quotes=_ids(statements.filter(quote_shown(reader))),
            speakers=_ids(statements.filter(speaker_shown(reader))),
            codings=_ids(codings),
            sources={str(source.pk) for source in sources},
            texts={str(source.pk) for source in sources if source.pk not in withheld},
            relations=_ids(relations_open_to(reader).filter(negotiation=negotiation).order_by()),
            parties=set(parties_for(reader).order_by().values_list("slug", flat=True)),
            persons=set(persons_for(reader).order_by().values_list("slug", flat=True)),
            statement_keys=set(statements.values_list("key", flat=True)),
            coding_keys=set(codings.values_list("key", flat=True)),
        )


def _ids(rows: Any) -> set[str]:
    return {str(pk) for pk in rows.values_list("pk", flat=True)}


def _pick(entry: Entry, names: Iterable[str]) -> Entry:
    return {name: entry[name] for name in names if name in entry}


def _named(entry: Entry, known: set[str]) -> Entry:
    """A party as it is; what it was merged into only where that is seen too."""
    shown = _pick(entry, ("slug", "name", "kind", "iso3", "wikidata_id", "aliases"))
    return {**shown, **_pick(entry, ("merged_into",))} if entry.get("merged_into") in known else shown


def _person(entry: Entry, seen: Seen) -> Entry:
    shown = _pick(entry, ("slug", "name"))
    shown["appointments"] = [post for post in entry["appointments"] if post["party"] in seen.parties]
    return {**shown, **_pick(entry, ("merged_into",))} if entry.get("merged_into") in seen.persons else shown


def _round(entry: Entry, seen: Seen) -> Entry:
    shown = _pick(entry, ("id", "number", "title", "format", "venue", "starts_on", "ends_on", "status"))
    shown["delegations"] = [
        {
            "party": seat["party"],
            "head": seat["head"] if seat["head"] in seen.persons else None,
            "members": [member for member in seat["members"] if member["person"] in seen.persons],
        }
        for seat in entry["delegations"]
        if seat["party"] in seen.parties
    ]
    return shown


def _source(entry: Entry, sources: dict[str, Entry], seen: Seen, quotations: Quotations) -> Entry:
    shown = _pick(entry, SOURCE)
    shown["derived_from"] = _derived_from(entry, sources, seen)
    if entry["id"] in seen.texts:
        return {**shown, **_pick(entry, ("text", "earlier_texts"))}
    text = quotations.text_of(entry["key"])
    return {**shown, "text": text} if text else shown


def _derived_from(entry: Entry, sources: dict[str, Entry], seen: Seen) -> Entry | None:
    """The nearest source up the chain that the reader may see; chains are followed through hidden ones."""
    link = entry["derived_from"]
    passed: set[str] = set()
    while link is not None and link["source"] not in passed:
        parent = sources[link["source"]]
        if parent["id"] in seen.sources:
            return {"source": link["source"], "kind": entry["derived_from"]["kind"]}
        passed.add(link["source"])
        link = parent["derived_from"]
    return None


@dataclass
class Quotations:
    """What may be quoted of sources whose text is withheld, and where each quotation stands in what is made of them."""

    texts: dict[str, list[str]] = field(default_factory=dict)

    def add(self, key: str, exact: str) -> None:
        """Have the text of a source hold a quotation."""
        held = self.texts.setdefault(key, [WITHHELD_TEXT.format(key=key)])
        if exact not in held:
            held.append(exact)

    def text_of(self, key: str) -> str:
        """The text made of a source's quotations; empty where there are none."""
        return "\n\n".join(self.texts.get(key, ()))

    def place_of(self, key: str, exact: str) -> Entry | None:
        """Its span in code points; null where the text of the source itself is there."""
        if key not in self.texts:
            return None
        before = self.texts[key][: self.texts[key].index(exact)]
        start = sum(len(each) + 2 for each in before)
        return {"start": start, "end": start + len(exact), "exact": exact}


def _quotations(statements: Iterable[Entry], closed: set[str], seen: Seen) -> Quotations:
    """Those of the ``closed`` sources, by key."""
    found = Quotations()
    for entry in statements:
        if entry["source"] in closed and entry["exact"] and entry["id"] in seen.quotes:
            found.add(entry["source"], entry["exact"])
    return found


def _statement(entry: Entry, seen: Seen, quotations: Quotations, is_member: bool) -> Entry:
    shown = _pick(entry, STATEMENT)
    names_speaker = entry["id"] in seen.speakers
    if names_speaker:
        shown["speaker"] = entry["speaker"] if entry["speaker"] in seen.persons else None
        shown["speaker_label"] = entry["speaker_label"]
    if entry["exact"] and entry["id"] in seen.quotes:
        place = quotations.place_of(entry["source"], entry["exact"])
        shown |= _pick(entry, SPAN) if place is None else place
    if is_member:
        shown |= _pick(entry, ("note", *(REASONS if names_speaker else ())))
    if entry.get("supersedes") in seen.statement_keys:
        shown["supersedes"] = entry["supersedes"]
    shown["addressees"] = [slug for slug in entry["addressees"] if slug in seen.parties]
    shown["codings"] = [
        _coding(each, seen, is_member, names_speaker) for each in entry["codings"] if each["id"] in seen.codings
    ]
    return shown


def _coding(entry: Entry, seen: Seen, is_member: bool, names_speaker: bool) -> Entry:
    shown = _pick(entry, CODING)
    if is_member:
        shown |= _pick(entry, (*MEMBERS_OF_CODING, *(REASONS if names_speaker else ())))
    if entry.get("supersedes") in seen.coding_keys:
        shown["supersedes"] = entry["supersedes"]
    shown["conditions"] = [
        {
            **_pick(condition, ("text", "kind", "falls_on", "status")),
            "statuses": [
                {
                    **_pick(status, ("status", "on", "recorded_at", "reason")),
                    "statement": status["statement"] if status["statement"] in seen.statement_keys else None,
                }
                for status in condition["statuses"]
            ],
        }
        for condition in entry["conditions"]
    ]
    return shown


def _relation(entry: Entry, is_member: bool) -> Entry:
    shown = _pick(entry, ("id", "kind", "statement", "other", "recorded_at", "retired_at"))
    return {**shown, **_pick(entry, ("seen_by", "note", "withdrawal_reason"))} if is_member else shown
