"""The reader: a source's text with its statements marked, its grade, markings and ground rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from positions.models import Coding, Source, SourceText, Statement
from positions.queries.access import Reader, published_codings_for, sources_for, statements_for
from positions.queries.evidence import Moment
from positions.queries.withholding import text_for, withheld_reason
from positions.web.page_view import page
from positions.web.passages import cut_paragraphs, number_spans
from positions.web.query_string import BadParameter, read_moment
from positions.web.quotations import Quotation, quote_statement
from positions.web.words import sign_stance


@dataclass(frozen=True, slots=True)
class MarginNote:
    """A statement beside the text: its number there (null without a span), and how it is read."""

    number: int | None
    quotation: Quotation
    readings: tuple[tuple[str, str, str], ...]


@page
def source(request: HttpRequest, reader: Reader, pk: UUID) -> HttpResponse:
    asked = read_moment(request.GET)
    found = sources_for(reader).select_related("negotiation", "derived_from").filter(pk=pk).first()
    if found is None:
        raise Http404
    statements = list(_statements_of(reader, found, asked.moment))
    withheld = withheld_reason(reader, found)
    version = None if withheld else _text_asked(request, reader, found)
    placed = [
        s
        for s in statements
        if version is not None and s.text_id == version.pk and s.start is not None and s.end is not None
    ]
    spans = number_spans((str(s.pk), s.start or 0, s.end or 0) for s in placed)
    numbers = {span.statement: span.number for span in spans}
    parent = found.derived_from
    context = {
        "asked": asked,
        "source": found,
        "negotiation": found.negotiation,
        "version": version,
        "newest_version": _newest_number(request, found, version),
        "withheld": withheld,
        "paragraphs": list(cut_paragraphs(version.text, spans)) if version else [],
        "notes": sorted(_notes(statements, numbers, reader), key=lambda note: note.number or 10**9),
        "parent": parent if parent is not None and sources_for(reader).filter(pk=parent.pk).exists() else None,
        "children": list(sources_for(reader).filter(derived_from=found).order_by("published_earliest", "title")),
        "is_member": reader.is_member(found.negotiation_id),
    }
    return render(request, "source.html", context)


def _newest_number(request: HttpRequest, found: Source, version: SourceText | None) -> int:
    """The number of the newest version where an older one was asked for; else 0."""
    if version is None or not request.GET.get("text"):
        return 0
    newest = found.texts.order_by("-version").values_list("version", flat=True).first() or 0
    return newest if newest != version.version else 0


def _text_asked(request: HttpRequest, reader: Reader, found: Source) -> SourceText | None:
    """The version ``text`` names, the newest without it. Raises ``BadParameter``."""
    number = request.GET.get("text", "").strip()
    if not number:
        return text_for(reader, found)
    if not (number.isascii() and number.isdigit() and len(number) < 6):
        raise BadParameter("text", number, gettext("is not the number of a version; write it as 1"))
    version = found.texts.filter(version=int(number)).first()
    if version is None:
        raise BadParameter("text", number, gettext("there is no such version of this text"))
    return version


def _statements_of(reader: Reader, found: Source, moment: Moment) -> Iterable[Statement]:
    known = Q(recorded_at__lte=moment.known_at) & (Q(retired_at=None) | Q(retired_at__gt=moment.known_at))
    codings = (
        published_codings_for(reader)
        .filter(known)
        .select_related("party", "issue")
        .order_by("party__name", "issue__rank")
    )
    return (
        statements_for(reader)
        .filter(known, source=found)
        .select_related("source", "asserted_by", "speaker", "round")
        .prefetch_related(Prefetch("codings", queryset=codings, to_attr="readings"))
        .order_by("start", "end", "pk")
    )


def _notes(statements: Iterable[Statement], numbers: dict[str, int], reader: Reader) -> Iterable[MarginNote]:
    for statement in statements:
        codings: list[Coding] = statement.readings  # type: ignore[attr-defined]
        readings = tuple(
            (c.party.name, c.issue.title, sign_stance(c.stance) if c.stance is not None else c.state) for c in codings
        )
        yield MarginNote(numbers.get(str(statement.pk)), quote_statement(statement, reader), readings)
