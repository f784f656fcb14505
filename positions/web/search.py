"""Search over statements, sources, parties and issues, with facets and the words found marked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from positions.enums import Move, Tlp
from positions.queries.access import Reader
from positions.queries.search import Facets, SearchResult, negotiations_offered, search_for
from positions.web.highlights import mark_terms
from positions.web.page_view import page
from positions.web.query_string import BadParameter, read_day
from positions.web.quotations import Quotation, quote_statement
from positions.web.words import count_of

FACET_NAMES = {
    "party": _("Party"),
    "issue": _("Issue"),
    "move": _("Move"),
    "round": _("Round"),
    "source": _("Source"),
}
LONGEST = 400


@dataclass(frozen=True, slots=True)
class FacetLink:
    """One value of a facet: how many statements have it, and the address that narrows to it (or no longer does)."""

    label: str
    count: int | None
    address: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FoundStatement:
    """A statement found, its words marked as far as the reader may read them."""

    quotation: Quotation
    pieces: tuple[tuple[str, bool], ...]
    negotiation: str
    negotiation_title: str


@page
def search(request: HttpRequest, reader: Reader) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    if len(words) > LONGEST:
        raise BadParameter("q", words, gettext("is longer than {most} characters").format(most=LONGEST))
    if "\x00" in words:
        raise BadParameter("q", words.replace("\x00", ""), gettext("holds a NUL character"))
    facets = read_facets(request)
    number = _whole(request, "page", least=1) or 1
    result = search_for(reader, words, facets, number)
    found = [_tell(statement, result, reader) for statement in result.statements]
    context = {
        "marking": Tlp.strictest(one.quotation.tlp for one in found),
        "words": words,
        "result": result,
        "found": found,
        "facets": list(_link_facets(request, result, facets)),
        "negotiations": negotiations_offered(reader),
        "asked_facets": facets,
        "counted": count_of(result.statement_count, "statement"),
        "pages": list(_link_pages(request, result)),
        "has_asked": bool(words) or facets != Facets(),
    }
    return render(request, "search.html", context)


def read_facets(request: HttpRequest) -> Facets:
    """The facets of the address. Raises :class:`BadParameter` for what is none."""
    asked = {name: request.GET.get(name, "").strip() for name in ("negotiation", "party", "issue", "move", "source")}
    if asked["move"] and asked["move"] not in Move.values:
        raise BadParameter(
            "move", asked["move"], gettext("is no move; use one of {moves}").format(moves=", ".join(Move.values))
        )
    source: UUID | None = None
    if asked["source"]:
        try:
            source = UUID(asked["source"])
        except ValueError:
            raise BadParameter("source", asked["source"], gettext("is not the id of a source")) from None
    for name in ("negotiation", "party", "issue"):
        if "\x00" in asked[name]:
            raise BadParameter(name, asked[name].replace("\x00", ""), gettext("holds a NUL character"))
    days = {name: request.GET.get(name, "").strip() for name in ("since", "until")}
    return Facets(
        negotiation=asked["negotiation"] or None,
        party=asked["party"] or None,
        issue=asked["issue"] or None,
        move=asked["move"] or None,
        round=_whole(request, "round", least=0),
        source=source,
        since=read_day("since", days["since"]) if days["since"] else None,
        until=read_day("until", days["until"]) if days["until"] else None,
    )


def _whole(request: HttpRequest, name: str, least: int) -> int | None:
    value = request.GET.get(name, "").strip()
    if not value:
        return None
    if not (value.isascii() and value.isdigit()) or len(value) > 6 or int(value) < least:
        raise BadParameter(name, value, gettext("must be a whole number of {least} or more").format(least=least))
    return int(value)


def _tell(statement: Any, result: SearchResult, reader: Reader) -> FoundStatement:
    quotation = quote_statement(statement, reader)
    return FoundStatement(
        quotation=quotation,
        pieces=tuple(mark_terms(quotation.text, result.terms)) if quotation.text else (),
        negotiation=statement.negotiation.slug,
        negotiation_title=statement.negotiation.title,
    )


def _link_facets(request: HttpRequest, result: SearchResult, facets: Facets) -> Iterator[tuple[str, list[FacetLink]]]:
    """The facets in their order, chosen values first; a facet with a single value left is not offered."""
    for name, title in FACET_NAMES.items():
        chosen = getattr(facets, name)
        counted = result.facets.get(name, [])
        links = [
            FacetLink(
                one.label, one.count, _address(request, name, None if _is(chosen, one.value) else one.value),
                _is(chosen, one.value),
            )
            for one in counted
        ]  # fmt: skip
        if chosen is not None and not any(link.is_chosen for link in links):
            links = [FacetLink(str(chosen), None, _address(request, name, None), True), *links]
        if len(links) > 1 or any(link.is_chosen for link in links):
            yield str(title), sorted(links, key=lambda link: not link.is_chosen)


def _is(chosen: object, value: str) -> bool:
    return chosen is not None and str(chosen) == value


def _address(request: HttpRequest, name: str, value: object) -> str:
    """This address with a parameter set, or left out; always from the first page."""
    pairs = {key: words for key, words in request.GET.items() if words and key not in (name, "page")}
    if value is not None:
        pairs[name] = str(value)
    return f"?{urlencode(pairs)}"


def _link_pages(request: HttpRequest, result: SearchResult) -> Iterator[tuple[str, str]]:
    if result.page > 1:
        yield pgettext("page of statements", "Newer"), _address(request, "page", result.page - 1)
    if result.page < result.pages:
        yield pgettext("page of statements", "Older"), _address(request, "page", result.page + 1)
