"""Registering sources and fixing their canonical text."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from positions.analysis.anchors import canonical_text
from positions.dates import capped_bounds, closed_bounds
from positions.enums import Attribution, DerivationKind, Reliability, Role, SourceKind, TextAccess, Tlp
from positions.exceptions import Conflict, Invalid
from positions.models import Coding, Negotiation, Source, SourceText, Statement
from positions.queries.access import Reader
from positions.services.access import require_role
from positions.services.events import record_event, snapshot
from positions.services.fields import field_errors
from positions.validators import MAX_TEXT_CHARACTERS, text_fault


@dataclass(frozen=True, kw_only=True)
class SourceFacts:
    """What is known of a document; ``key`` defaults to the record's id."""

    title: str
    kind: str = SourceKind.OTHER
    publisher: str = ""
    author: str = ""
    url: str = ""
    archive_url: str = ""
    published_on: str = ""
    language: str = "en"
    reliability: str = Reliability.F
    tlp: str = Tlp.CLEAR
    attribution: str = Attribution.ON_RECORD
    text_access: str = TextAccess.PUBLIC
    derived_from: Source | None = None
    derivation_kind: str = ""
    note: str = ""
    key: str | None = None


def build_source(
    negotiation: Negotiation, facts: SourceFacts, recorded_at: datetime, id: uuid.UUID | None = None
) -> Source:
    """An unsaved, checked source. Raises :class:`Invalid` with the fields at fault."""
    source = Source(id=id or uuid.uuid4(), negotiation=negotiation, recorded_at=recorded_at)
    apply_source_facts(source, facts)
    return source


def apply_source_facts(source: Source, facts: SourceFacts) -> None:
    """Set and check the facts of a source, saving nothing. Raises :class:`Invalid`."""
    for name in (
        "title", "kind", "publisher", "author", "url", "archive_url", "published_on", "language", "reliability", "tlp",
        "attribution", "text_access", "derived_from", "derivation_kind", "note",
    ):  # fmt: skip
        setattr(source, name, getattr(facts, name))
    source.key = facts.key or source.key or str(source.pk)
    errors = field_errors(source, exclude=("negotiation", "derived_from"))
    source.published_earliest = source.published_latest = None
    if facts.published_on and "published_on" not in errors:
        try:
            source.published_earliest, source.published_latest = closed_bounds(facts.published_on)
        except Invalid as refusal:
            errors.setdefault("published_on", []).extend(refusal.errors["__all__"])
    if facts.derived_from is None and facts.derivation_kind:
        errors.setdefault("derived_from", []).append(
            gettext("name the source it derives from, or leave the kind of derivation empty")
        )
    if facts.derived_from is not None:
        errors.setdefault("derived_from", []).extend(
            _derivation_faults(source, facts.derived_from, facts.derivation_kind)
        )
    errors = {field: messages for field, messages in errors.items() if messages}
    if errors:
        raise Invalid(errors)


def _derivation_faults(source: Source, parent: Source, kind: str) -> list[str]:
    if kind not in DerivationKind.values:
        return [gettext("say how it derives: %(offered)s") % {"offered": ", ".join(DerivationKind.values)}]
    if parent.negotiation_id != source.negotiation_id:
        return [gettext("chains never cross negotiations; choose a source of this one")]
    step: Source | None = parent
    while step is not None:
        if step.pk == source.pk:
            return [gettext("“%(key)s” derives from this source: that would be a circle") % {"key": parent.key}]
        step = step.derived_from
    return []


@transaction.atomic
def register_source(
    reader: Reader,
    negotiation: Negotiation,
    facts: SourceFacts,
    *,
    text: str | None = None,
    extraction: str = "plain text",
) -> Source:
    """Add a document, with its text where there is one.

    Raises :class:`Invalid` for bad fields, for a key already taken, and for the same text from the
    same publisher on the same date.
    """
    require_role(reader, negotiation, Role.ANALYST)
    source = build_source(negotiation, facts, timezone.now())
    if Source.objects.filter(negotiation=negotiation, key=source.key).exists():
        raise Invalid({"key": gettext("“%(key)s” already names a source of this negotiation") % {"key": source.key}})
    canonical = None if text is None else check_text(text)
    if canonical is not None:
        refuse_duplicate(source, canonical)
    source.save(force_insert=True)
    version = None
    if canonical is not None:
        version = build_text(source, canonical, extraction, source.recorded_at)
        version.save(force_insert=True)
    record_event(
        actor=reader.user,
        action="source_registered",
        subject=source,
        negotiation=negotiation,
        after={**snapshot(source), "sha256": version.sha256 if version else None},
    )
    return source


@transaction.atomic
def fix_text(reader: Reader, source: Source, text: str, *, extraction: str = "plain text") -> SourceText:
    """Fix the canonical text of a source that has none. Raises :class:`Conflict` when it has one already."""
    require_role(reader, source.negotiation, Role.ANALYST)
    source = Source.objects.select_for_update(no_key=True).get(pk=source.pk)
    if source.texts.exists():
        raise Conflict(gettext("The text of this source is already fixed; it never changes."))
    canonical = check_text(text)
    refuse_duplicate(source, canonical)
    version = build_text(source, canonical, extraction, timezone.now())
    version.save(force_insert=True)
    record_event(
        actor=reader.user,
        action="source_text_fixed",
        subject=source,
        negotiation=source.negotiation,
        after={"version": version.version, "sha256": version.sha256, "length": version.length},
    )
    return version


@transaction.atomic
def update_source(reader: Reader, source: Source, facts: SourceFacts) -> Source:
    """Change what is known of a document; its statements' last days follow its date of publication.

    Raises :class:`Invalid` when a statement would lie after the new date.
    """
    require_role(reader, source.negotiation, Role.ANALYST)
    source = Source.objects.select_for_update(no_key=True).get(pk=source.pk)
    before = snapshot(source)
    apply_source_facts(source, facts)
    if Source.objects.filter(negotiation=source.negotiation, key=source.key).exclude(pk=source.pk).exists():
        raise Invalid({"key": gettext("“%(key)s” already names a source of this negotiation") % {"key": source.key}})
    after = snapshot(source)
    if after == before:
        return source
    source.save()
    if before["published_latest"] != after["published_latest"]:
        recap_statements(source)
    record_event(
        actor=reader.user,
        action="source_updated",
        subject=source,
        negotiation=source.negotiation,
        before=before,
        after=after,
    )
    return source


def recap_statements(source: Source) -> None:
    """Derive again the last possible day of each statement of a source whose date changed. Raises :class:`Invalid`."""
    for statement in source.statements.all():
        try:
            earliest, latest = capped_bounds(statement.stated_on, source.published_latest)
        except Invalid as refusal:
            raise Invalid(
                {"published_on": gettext("statement %(key)s: %(refusal)s") % {"key": statement.key, "refusal": refusal}}
            ) from refusal
        if (earliest, latest) != (statement.stated_earliest, statement.stated_latest):
            Statement.objects.filter(pk=statement.pk).update(stated_earliest=earliest, stated_latest=latest)
            Coding.objects.filter(statement=statement).update(stated_latest=latest)


def check_text(text: str) -> str:
    """The canonical form of a text. Raises :class:`Invalid` for NUL, lone surrogates, emptiness or excess."""
    if len(text) > MAX_TEXT_CHARACTERS:
        raise Invalid(
            {
                "text": gettext(
                    "has %(length)s characters; the limit is %(limit)s. Split the document into several sources."
                )
                % {"length": f"{len(text):,}", "limit": f"{MAX_TEXT_CHARACTERS:,}"}
            }
        )
    fault = text_fault(text)
    if fault:
        raise Invalid({"text": fault})
    if not text.strip():
        raise Invalid({"text": gettext("holds only white space; leave it out where a source has no text")})
    return canonical_text(text)


def build_text(source: Source, canonical: str, extraction: str, recorded_at: datetime, version: int = 1) -> SourceText:
    """An unsaved version of a source's text."""
    return SourceText(
        source=source,
        version=version,
        text=canonical,
        sha256=digest_of(canonical),
        length=len(canonical),
        extraction=extraction,
        recorded_at=recorded_at,
    )


def digest_of(canonical: str) -> str:
    """SHA-256 of the text's UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(canonical.encode("utf-8")).hexdigest()


def same_text_elsewhere(negotiation: Negotiation, canonical: str) -> list[Source]:
    """Sources of the negotiation with the very same text: a warning that offers ``derived_from``."""
    versions = SourceText.objects.filter(sha256=digest_of(canonical), source__negotiation=negotiation)
    return [version.source for version in versions.select_related("source").defer("text")]


def refuse_duplicate(source: Source, canonical: str) -> None:
    """Raise :class:`Invalid` when another source with this text has the same publisher and date."""
    for other in same_text_elsewhere(source.negotiation, canonical):
        if other.pk != source.pk and other.publisher == source.publisher and other.published_on == source.published_on:
            raise Invalid(
                {
                    "text": gettext("“%(source)s” has the same text, publisher and date: it is the same document")
                    % {"source": other.title}
                }
            )


def facts_of(source: Source, **changes: Any) -> SourceFacts:
    """The facts of a source as it stands, with ``changes`` laid over them."""
    names = SourceFacts.__dataclass_fields__
    return SourceFacts(**{name: changes.get(name, getattr(source, name)) for name in names})
