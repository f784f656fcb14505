"""Timelines in other people's pages: a frame of its own, and what oEmbed says of it.

A frame shows what anybody may see, whoever is signed in: it must not carry a reader's rights into a
page that is not ours.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from positions.exceptions import NotVisible
from positions.queries.access import Reader
from positions.web.chart_shapes import NARROW, WIDE
from positions.web.chart_words import name_chart
from positions.web.issue_timeline import draw_chart, load_timeline
from positions.web.page_view import page
from positions.web.query_string import BadParameter

EMBEDDABLE = ("issue-timeline", "issue-timeline-embed")
WIDTH, HEIGHT = 760, 520
LONGEST_ADDRESS = 2000


@page
def issue_timeline_embed(request: HttpRequest, reader: Reader, slug: str, issue: str) -> HttpResponse:
    del reader  # a frame carries nobody's rights
    found = load_timeline(request.GET, Reader(), slug, issue)
    context = {
        "negotiation": found.record.negotiation,
        "issue": found.issue,
        "asked": found.asked,
        "chart": draw_chart(found, WIDE),
        "chart_narrow": draw_chart(found, NARROW),
        "chart_title": name_chart(found.issue),
        "chart_marking": found.record.marking,
        "statement_base": request.build_absolute_uri("/").rstrip("/"),
        "statement_query": found.asked.query,
        "page_address": request.build_absolute_uri(
            reverse("issue-timeline", args=[slug, issue]) + found.asked.whole_query
        ),
    }
    response = render(request, "embed.html", context)
    response.csp_embeddable = True  # type: ignore[attr-defined]
    response.headers["Cache-Control"] = "public, max-age=300"
    return response


@require_safe
def oembed(request: HttpRequest) -> HttpResponse:
    """oEmbed 1.0 for the address of a timeline, as JSON (https://oembed.com)."""
    if request.GET.get("format", "json") != "json":
        return JsonResponse({"error": "Only format=json is provided."}, status=501)
    address = request.GET.get("url", "")
    match = _resolve(request, address)
    if match is None:
        return JsonResponse({"error": "url must be the address of a timeline here."}, status=404)
    slug, issue = match
    try:
        found = load_timeline(QueryDict(urlsplit(address).query), Reader(), slug, issue)
    except (NotVisible, Http404, BadParameter):
        return JsonResponse({"error": "url must be the address of a timeline here."}, status=404)
    width, height = _fit(request.GET.get("maxwidth"), WIDTH), _fit(request.GET.get("maxheight"), HEIGHT)
    frame = request.build_absolute_uri(reverse("issue-timeline-embed", args=[slug, issue]) + found.asked.whole_query)
    title = f"{found.issue.title} · {found.record.negotiation.title}"
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


def _resolve(request: HttpRequest, address: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(address if len(address) <= LONGEST_ADDRESS else "")
        match = resolve(parts.path)
    except (ValueError, Resolver404):
        return None
    if parts.netloc and parts.netloc != request.get_host():
        return None
    return (match.kwargs["slug"], match.kwargs["issue"]) if match.url_name in EMBEDDABLE else None


def _fit(asked: str | None, most: int) -> int:
    return min(most, max(240, int(asked))) if asked and re.fullmatch(r"\d{1,5}", asked, re.ASCII) else most
