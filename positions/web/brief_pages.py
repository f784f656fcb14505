"""The brief as a page to print, as a Word document and as PDF."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from positions.queries.access import Reader
from positions.web.brief import Brief, BriefChart, load_brief
from positions.web.brief_document import write_document
from positions.web.brief_pdf import PdfFailed, write_pdf
from positions.web.page_view import page
from positions.web.pictures import PictureFailed, draw_picture
from positions.web.take_away import mark_file, mark_name

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@page
def brief_page(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    brief = load_brief(request, reader, slug)
    context = {
        "brief": brief,
        "negotiation": brief.record.negotiation,
        "asked": brief.asked,
        "docx_address": reverse("brief-docx", args=[slug]) + _query_of(brief),
        "pdf_address": reverse("brief-pdf", args=[slug]) + _query_of(brief),
        "address": _page_of(request, brief, slug),
    }
    return render(request, "brief.html", context)


@page
def brief_docx(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    brief = load_brief(request, reader, slug)
    pictures = [_picture_of(chart) for chart in brief.charts]
    response = HttpResponse(write_document(brief, pictures, _page_of(request, brief, slug)), content_type=DOCX)
    response.headers["Content-Disposition"] = f'attachment; filename="{mark_name(brief.file_name, brief.marking)}.docx"'
    response.headers["X-TLP"] = brief.marking.value
    return response


@page
def brief_pdf(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    brief = load_brief(request, reader, slug)
    try:
        written = write_pdf(brief, [_draw(chart) for chart in brief.charts], _page_of(request, brief, slug))
    except PdfFailed as failure:
        return HttpResponse(str(failure), status=503, content_type="text/plain; charset=utf-8")
    return mark_file(HttpResponse(written, content_type="application/pdf"), brief.file_name, "pdf", brief.marking)


def _page_of(request: HttpRequest, brief: Brief, slug: str) -> str:
    """The whole address of the brief's page."""
    return request.build_absolute_uri(reverse("brief", args=[slug]) + _query_of(brief))


def _query_of(brief: Brief) -> str:
    """The query of the same brief in another form."""
    query = brief.asked.whole_query
    if brief.issue is None:
        return query
    joined = urlencode({"issue": brief.issue.slug})
    return f"{query}&{joined}" if query else f"?{joined}"


def _draw(chart: BriefChart) -> str:
    """The chart as SVG, as on the page."""
    context = {"chart": chart.chart, "chart_id": "chart", "chart_title": chart.title, "statement_base": ""}
    return render_to_string("charts/step_chart.svg", context)


def _picture_of(chart: BriefChart) -> bytes | None:
    """The chart as PNG; null where it cannot be drawn, and the document says so."""
    try:
        return draw_picture(_draw(chart), "png")
    except PictureFailed:
        return None
