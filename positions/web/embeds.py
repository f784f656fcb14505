"""Charts in other people's pages: a frame for each, and what oEmbed says of it.

A frame shows what anybody may see, whoever is signed in: it must not carry a reader's rights into a
page that is not ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import Resolver404, URLPattern, path, resolve, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from positions.exceptions import NotVisible
from positions.queries.access import Reader
from positions.web.chart_kinds import KINDS, ChartKind, kind_at
from positions.web.page_view import page
from positions.web.query_string import BadParameter

WIDTH, HEIGHT = 760, 520
LONGEST_ADDRESS = 2000
REFUSED = "url must be the address of a chart here."


def embed_paths() -> list[URLPattern]:
    """The address of every chart's frame."""
    return [path(f"{kind.route}embed/", _embed_view(kind), name=f"{kind.name}-embed") for kind in KINDS]


def _embed_view(kind: ChartKind) -> Callable[..., HttpResponse]:
    def answer(request: HttpRequest, reader: Reader, **names: str) -> HttpResponse:
        del reader  # a frame carries nobody's rights
        found = kind.load(request.GET, Reader(), **names)
        context = {
            "negotiation": found.negotiation,
            "asked": found.asked,
            "found": found,
            "chart_title": found.title,
            "chart_marking": found.marking,
            "statement_base": request.build_absolute_uri("/").rstrip("/"),
            "csv_address": request.build_absolute_uri(reverse(f"{kind.name}-csv", kwargs=names) + found.query),
            "page_address": request.build_absolute_uri(reverse(kind.page, kwargs=names) + found.query),
        }
        response = render(request, "embed.html", context)
        response.csp_embeddable = True  # type: ignore[attr-defined]
        response.headers["Cache-Control"] = "public, max-age=300"
        return response

    return page(answer)


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """oEmbed 1.0 for the address of a page with a chart, or of a frame, as JSON (https://oembed.com)."""
    if request.GET.get("format", "json") != "json":
        return JsonResponse({"error": "Only format=json is provided."}, status=501)
    address = request.GET.get("url", "")
    match = _resolve(request, address)
    if match is None:
        return JsonResponse({"error": REFUSED}, status=404)
    kind, names = match
    try:
        found = kind.load(QueryDict(urlsplit(address).query), Reader(), **names)
    except (NotVisible, Http404, BadParameter):
        return JsonResponse({"error": REFUSED}, status=404)
    width, height = _fit(request.GET.get("maxwidth"), WIDTH), _fit(request.GET.get("maxheight"), HEIGHT)
    frame = request.build_absolute_uri(reverse(f"{kind.name}-embed", kwargs=names) + found.query)
    title = f"{found.head} · {found.negotiation.title}"
    markup = format_html(
        '<iframe src="{}" width="{}" height="{}" title="{}" loading="lazy" frameborder="0"></iframe>',
        frame,
        width,
        height,
        title,
    )
    return JsonResponse(
        {
            "version": "1.0",
            "type": "rich",
            "provider_name": "Rapporteur",
            "provider_url": request.build_absolute_uri("/"),
            "title": title,
            "html": markup,
            "width": width,
            "height": height,
            "cache_age": 300,
        }
    )


def _resolve(request: HttpRequest, address: str) -> tuple[ChartKind, dict[str, str]] | None:
    try:
        parts = urlsplit(address if len(address) <= LONGEST_ADDRESS else "")
        match = resolve(parts.path)
    except (ValueError, Resolver404):
        return None
    if parts.netloc and parts.netloc != request.get_host():
        return None
    kind = kind_at(match.url_name)
    return (kind, match.kwargs) if kind is not None else None


def _fit(asked: str | None, most: int) -> int:
    return min(most, max(240, int(asked))) if asked and re.fullmatch(r"\d{1,5}", asked, re.ASCII) else most
