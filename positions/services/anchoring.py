"""New versions of a source's text, and where its statements stand in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from positions.analysis.anchors import Anchor
from positions.analysis.reanchoring import Place, SearchedText, find_again
from positions.enums import AnchorStatus, CodingStatus, Role
from positions.exceptions import Conflict, Invalid
from positions.models import Coding, Source, SourceText, Statement
from positions.queries.access import Reader
from positions.services.access import require_role
from positions.services.events import instant_after, record_event
from positions.services.fields import field_errors, require_in_force, require_reason
from positions.services.relations import carry_relations, in_force
from positions.services.sources import build_text, check_text, digest_of, refuse_duplicate
from positions.services.statements import (
    build_statement,
    correct_statement,
    facts_of,
    newest_text,
    replace_statement,
    role_to_correct,
)

WAITING = (AnchorStatus.FUZZY, AnchorStatus.ORPHAN)


@dataclass
class TextReplacement:
    """A new version, and by anchor status the keys of the statements as they stand with it."""

    version: SourceText
    statements: dict[str, list[str]] = field(default_factory=dict)


@transaction.atomic
def add_text_version(
    reader: Reader, source: Source, text: str, *, extraction: str = "plain text", reason: str
) -> TextReplacement:
    """Give a source a new text; every statement in force is looked for in it.

    What stands there word for word, in the same place or in one other, is re-issued on the new text by
    a correction, with its codings and relations. What does not stays on the old text, marked fuzzy or
    orphan, until a person decides (:func:`settle_anchor`). Retired statements stay as they are. One
    event lists every statement with its old and its new place. Raises :class:`Invalid` for a bad text
    or no reason, :class:`Conflict` for a source without text or a text that is the newest already.
    """
    require_role(reader, source.negotiation, role_for_new_text(source))
    require_reason(reason)
    source = Source.objects.select_for_update(of=("self",)).select_related("negotiation").get(pk=source.pk)
    newest = newest_text(source)
    if newest is None:
        raise Conflict(gettext("This source has no text yet; enter its first one on the source's page."))
    canonical = check_text(text)
    if digest_of(canonical) == newest.sha256:
        raise Conflict(
            gettext("This is word for word the text the source has, version %(version)s; nothing changed.")
            % {"version": newest.version}
        )
    refuse_duplicate(source, canonical)
    standing = list(
        Statement.objects.select_for_update(of=("self",))
        .filter(source=source, retired_at=None, start__isnull=False)
        .select_related("asserted_by", "speaker", "round", "group")
        .prefetch_related("addressees")
        .order_by("start", "end", "key")
    )
    codings = _codings_of(standing)
    now = _instant_for(newest, standing, codings)
    version = build_text(source, canonical, extraction, now, newest.version + 1)
    if errors := field_errors(version, exclude=("text",)):
        raise Invalid(errors)
    version.save(force_insert=True)
    places = _place_again(standing, version, codings, reason)
    record_event(
        actor=reader.user,
        action="source_text_replaced",
        subject=source,
        negotiation=source.negotiation,
        reason=reason,
        before={"version": newest.version, "sha256": newest.sha256, "length": newest.length},
        after={
            "version": version.version,
            "sha256": version.sha256,
            "length": version.length,
            "extraction": extraction,
            "statements": places,
        },
    )
    done = TextReplacement(version)
    for place in places:
        done.statements.setdefault(place["anchor_status"], []).append(place["key"])
    return done


def role_for_new_text(source: Source) -> Role:
    """Who may give a source a new text: whoever may correct every statement that stands in the old one."""
    published = Coding.objects.filter(
        statement__source=source, statement__retired_at=None, status=CodingStatus.PUBLISHED, retired_at=None
    )
    reviewed = source.negotiation.review_policy != "none"
    return Role.REVIEWER if reviewed and published.exists() else Role.ANALYST


def _codings_of(statements: Iterable[Statement]) -> dict[Any, list[Coding]]:
    """By statement, the codings that a correction re-issues."""
    found: dict[Any, list[Coding]] = {}
    rows = Coding.objects.select_for_update(of=("self",)).filter(
        statement__in=[s.pk for s in statements], retired_at=None
    )
    for coding in rows.exclude(status=CodingStatus.REJECTED).select_related("party").order_by("pk"):
        found.setdefault(coding.statement_id, []).append(coding)
    return found


def _instant_for(newest: SourceText, statements: list[Statement], codings: dict[Any, list[Coding]]) -> datetime:
    """One instant after everything that ends at it."""
    return instant_after(
        newest.recorded_at,
        *(statement.recorded_at for statement in statements),
        *(coding.recorded_at for listed in codings.values() for coding in listed),
        *(relation.recorded_at for relation in in_force(statement.pk for statement in statements)),
    )


def _place_again(
    statements: list[Statement], version: SourceText, codings: dict[Any, list[Coding]], reason: str
) -> list[dict[str, Any]]:
    """Re-issue what is found, mark what is not; what the log says of each."""
    searched = SearchedText(version.text)
    replaced: dict[Any, Statement] = {}
    places = []
    for statement in statements:
        place = find_again(searched, anchor_of(statement))
        told = {
            "key": statement.key,
            "statement": str(statement.pk),
            "anchor_status": str(place.status),
            "before": [statement.start, statement.end],
            "after": None if place.start is None else [place.start, place.end],
        }
        if place.status in WAITING:
            Statement.objects.filter(pk=statement.pk).update(anchor_status=place.status)
        else:
            corrected = _on_new_text(statement, version, place)
            replace_statement(
                statement, corrected, tuple(statement.addressees.all()), codings.get(statement.pk, ()), reason
            )
            replaced[statement.pk] = corrected
            told |= {"key": corrected.key, "replaced_by": str(corrected.pk)}
        places.append(told)
    carry_relations(replaced, version.recorded_at, reason)
    return places


def _on_new_text(statement: Statement, version: SourceText, place: Place) -> Statement:
    facts = facts_of(statement, start=place.start, end=place.end)
    corrected = build_statement(version.source, version, facts, version.recorded_at)
    corrected.anchor_status = place.status
    return corrected


def anchor_of(statement: Statement) -> Anchor:
    """The anchor of a statement that has a span."""
    assert statement.start is not None
    assert statement.end is not None
    return Anchor(statement.start, statement.end, statement.exact, statement.prefix, statement.suffix)


def proposed_place(statement: Statement, text: SourceText) -> Place:
    """Where a waiting statement most likely stands in the newest text."""
    return find_again(SearchedText(text.text), anchor_of(statement))


def may_settle(reader: Reader, statement: Statement) -> bool:
    """Whether the statement waits for a person, and this reader may decide."""
    return (
        statement.retired_at is None
        and statement.anchor_status in WAITING
        and reader.has_role(statement.negotiation_id, role_to_correct(statement.negotiation.review_policy, statement))
    )


@transaction.atomic
def settle_anchor(
    reader: Reader, statement: Statement, start: int | None, end: int | None, exact: str, reason: str
) -> Statement:
    """Say where a waiting statement stands in the newest text; a correction moves it there with its codings.

    Raises :class:`Conflict` when it does not wait any more, :class:`Invalid` for a bad passage.
    """
    fresh = Statement.objects.select_for_update(of=("self",)).select_related("negotiation").get(pk=statement.pk)
    require_role(reader, fresh.negotiation, Role.ANALYST)
    require_in_force(fresh)
    if fresh.anchor_status not in WAITING:
        raise Conflict(gettext("Somebody has settled where this stands; look at it again."))
    if start is None and end is None and not exact.strip():
        raise Invalid({"exact": gettext("name the passage: its words, or where it starts and ends")})
    return correct_statement(reader, fresh, facts_of(fresh, start=start, end=end, exact=exact), reason)
