"""Every chart that can be taken away, in one list: its page, its addresses, and what loads it.

Each kind has ``<name>-svg``, ``<name>-png`` and ``<name>-embed`` here, and ``<name>-csv`` beside its page,
all with the query string of the page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path

from positions.queries.access import Reader
from positions.web.chart_files import ChartFile
from positions.web.day_charts import conditions_file, coverage_file, red_lines_file
from positions.web.issue_timeline import timeline_file
from positions.web.matrix_charts import matrix_file, overview_file, rounds_file
from positions.web.page_view import page
from positions.web.panel_charts import compare_file, dossier_file
from positions.web.pictures import PictureFailed, draw_picture
from positions.web.scale_charts import changes_file, concessions_file, reliability_file
from positions.web.story import story_file
from positions.web.take_away import mark_file

NEGOTIATION = "n/<slug:slug>/"


@dataclass(frozen=True, slots=True)
class ChartKind:
    """One chart: the URL name of its ``page``, the ``route`` where its addresses begin, its files' ``stem``."""

    name: str
    page: str
    route: str
    stem: str
    load: Callable[..., ChartFile]


KINDS = (
    ChartKind("issue-timeline", "issue-timeline", f"{NEGOTIATION}issues/<slug:issue>/", "timeline", timeline_file),
    ChartKind("negotiation", "negotiation", NEGOTIATION, "overview", overview_file),
    ChartKind("rounds", "negotiation", f"{NEGOTIATION}rounds/", "rounds", rounds_file),
    ChartKind("matrix", "matrix", f"{NEGOTIATION}matrix/", "matrix", matrix_file),
    ChartKind("changes", "changes", f"{NEGOTIATION}changes/", "changes", changes_file),
    ChartKind("story", "story", f"{NEGOTIATION}story/", "story", story_file),
    ChartKind("party-dossier", "party-dossier", f"{NEGOTIATION}parties/<slug:party>/", "party", dossier_file),
    ChartKind("compare", "compare", f"{NEGOTIATION}compare/", "compare", compare_file),
    ChartKind("concessions", "concessions", f"{NEGOTIATION}concessions/", "concessions", concessions_file),
    ChartKind("conditions", "conditions", f"{NEGOTIATION}conditions/", "conditions", conditions_file),
    ChartKind("red-lines", "red-lines", f"{NEGOTIATION}red-lines/", "red-lines", red_lines_file),
    ChartKind("coverage", "coverage", f"{NEGOTIATION}coverage/", "coverage", coverage_file),
    ChartKind("reliability", "reliability", f"{NEGOTIATION}reliability/", "reliability", reliability_file),
)


def kind_at(url_name: str | None) -> ChartKind | None:
    """The chart of a page, or of a frame, by the name of its address; a page with two shows its first."""
    for kind in KINDS:
        if url_name in (kind.page, f"{kind.name}-embed"):
            return kind
    return None


def write_svg(request: HttpRequest, found: ChartFile) -> str:
    """The chart as a file of its own, its links with the whole address."""
    context = {
        **found.context,
        "chart_id": "chart",
        "chart_title": found.title,
        "chart_marking": found.marking,
        "asked": found.asked,
        "statement_base": request.build_absolute_uri("/").rstrip("/"),
    }
    return render_to_string(found.template, context)


def chart_paths() -> list[URLPattern]:
    """The addresses of every chart's files."""
    paths = []
    for kind in KINDS:
        paths.append(path(f"{kind.route}{kind.stem}.svg", _svg_view(kind), name=f"{kind.name}-svg"))
        paths.append(path(f"{kind.route}{kind.stem}.png", _png_view(kind), name=f"{kind.name}-png"))
    return paths


def _svg_view(kind: ChartKind) -> Callable[..., HttpResponse]:
    def answer(request: HttpRequest, reader: Reader, **names: str) -> HttpResponse:
        found = kind.load(request.GET, reader, **names)
        response = HttpResponse(write_svg(request, found), content_type="image/svg+xml; charset=utf-8")
        return mark_file(response, found.name, "svg", found.marking)

    return page(answer)


def _png_view(kind: ChartKind) -> Callable[..., HttpResponse]:
    def answer(request: HttpRequest, reader: Reader, **names: str) -> HttpResponse:
        found = kind.load(request.GET, reader, **names)
        try:
            picture = draw_picture(write_svg(request, found), "png")
        except PictureFailed as failure:
            return HttpResponse(str(failure), status=503, content_type="text/plain; charset=utf-8")
        return mark_file(HttpResponse(picture, content_type="image/png"), found.name, "png", found.marking)

    return page(answer)
