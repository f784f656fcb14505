"""The brief as a page to print and as a Word document."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from positions.queries.access import Reader
from positions.web.brief import Brief, BriefChart, load_brief
from positions.web.brief_document import write_document
from positions.web.page_view import page
from positions.web.pictures import PictureFailed, draw_picture

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@page
def brief_page(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    brief = load_brief(request, reader, slug)
    context = {
        "brief": brief,
        "negotiation": brief.record.negotiation,
        "asked": brief.asked,
        "docx_address": reverse("brief-docx", args=[slug]) + _query_of(brief),
        "address": request.build_absolute_uri(),
    }
    return render(request, "brief.html", context)


@page
def brief_docx(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    brief = load_brief(request, reader, slug)
    address = request.build_absolute_uri(reverse("brief", args=[slug]) + _query_of(brief))
    pictures = [_picture_of(chart) for chart in brief.charts]
    response = HttpResponse(write_document(brief, pictures, address), content_type=DOCX)
    response.headers["Content-Disposition"] = f'attachment; filename="{brief.file_name}.docx"'
    return response


def _query_of(brief: Brief) -> str:
    """The query of the same brief in another form."""
    query = brief.asked.whole_query
    if brief.issue is None:
        return query
    joined = urlencode({"issue": brief.issue.slug})
    return f"{query}&{joined}" if query else f"?{joined}"


def _picture_of(chart: BriefChart) -> bytes | None:
    """The chart as PNG; null where it cannot be drawn, and the document says so."""
    context = {"chart": chart.chart, "chart_id": "chart", "chart_title": chart.title, "statement_base": ""}
    try:
        return draw_picture(render_to_string("charts/step_chart.svg", context), "png")
    except PictureFailed:
        return None
