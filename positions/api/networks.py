"""``networks/``: discourse networks, as JSON and as the files of other programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from positions.analysis.network import IGNORE, KEEP, NONE, ONE, Recipe
from positions.api.derived_views import DerivedView
from positions.api.lookups import Issues, Parties
from positions.api.parameters import Day, OneOf, choice
from positions.api.problems import BadParameters
from positions.api.serializers.networks import NetworkSerializer
from positions.api.vocabularies import (
    NetworkDuplicates,
    NetworkFormat,
    NetworkMode,
    NetworkNormalisation,
    NetworkQualifier,
)
from positions.enums import Footing
from positions.formats.graphs import Drawing, write_dl, write_gexf, write_graphml, write_matrix_csv
from positions.queries.network import DrawnNetwork, Selection, network_for
from positions.web.take_away import mark_name

# By format, the media type and what writes it.
FILES: Final[dict[str, tuple[str, Callable[[Drawing], bytes]]]] = {
    NetworkFormat.CSV: ("text/csv; charset=utf-8", write_matrix_csv),
    NetworkFormat.GRAPHML: ("application/graphml+xml", write_graphml),
    NetworkFormat.GEXF: ("application/gexf+xml", write_gexf),
    NetworkFormat.DL: ("text/plain; charset=utf-8", write_dl),
}


class WrittenFile(BaseRenderer):
    """Sends a body that is written already."""

    media_type = "*/*"
    charset = None

    def render(self, data: bytes, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return data


class NetworkView(DerivedView):
    """Who shares a side with whom on what: a discourse network of parties, or of parties and issues, whole.

    Every statement that takes a side counts, whoever tells it; see the method page for the measures.
    """

    serializer_class = NetworkSerializer
    method_section = "discourse-networks"
    parameters = (
        Parties(description="Slugs of the parties wanted: picks rows (in one mode columns too) after the computation."),
        Issues(description="Slugs of the issues: only statements on these count."),
        choice("mode", NetworkMode, ONE, "Who is tied to what."),
        choice("qualifier", NetworkQualifier, IGNORE, "What becomes of the sides taken."),
        choice("normalisation", NetworkNormalisation, NONE, "By what a tie is divided."),
        choice("duplicates", NetworkDuplicates, KEEP, "Within what identical statements count once."),
        Day(name="from", description="Only statements of this day or later count."),
        Day(name="to", description="Only statements of this day or earlier count."),
        Issues(name="exclude_issue", description="Slugs of issues: statements on these do not count."),
        OneOf(name="footing", description="Only statements on these footings count.", choices=Footing),
        choice("format", NetworkFormat, NetworkFormat.JSON, "In which notation the network comes."),
    )

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """A named format is wanted whatever ``Accept`` says."""
        named = request.query_params.get("format", NetworkFormat.JSON) in FILES
        return super().perform_content_negotiation(request, force or named)

    @extend_schema(
        responses={
            (200, "application/json"): NetworkSerializer,
            **{(200, media.partition(";")[0]): OpenApiTypes.STR for media, _ in FILES.values()},
        }
    )
    def get(self, request: Request) -> Response:
        asked = self.question
        recipe = Recipe(
            asked["mode"] or ONE,
            asked["qualifier"] or IGNORE,
            asked["normalisation"] or NONE,
            asked["duplicates"] or KEEP,
        )
        format = asked["format"] or NetworkFormat.JSON
        self.refuse_contradictions(recipe, format)
        chosen = Selection(
            asked["party"], asked["issue"], asked["exclude_issue"], asked["footing"], asked["from"], asked["to"]
        )
        negotiation = self.negotiation
        found = network_for(self.reader, negotiation, self.moment, recipe, chosen)
        if format in FILES:
            return self.answer_file(found, format, f"{negotiation.slug}-network")
        return self.answer_whole(as_payload(found.drawing))

    def refuse_contradictions(self, recipe: Recipe, format: str) -> None:
        """Raise :class:`BadParameters` where single values are fine but do not go together."""
        asked = self.question
        errors = {name: [words] for name, words in recipe.faults().items()}
        if asked["from"] and asked["to"] and asked["from"] > asked["to"]:
            errors["from"] = ["lies after “to”"]
            errors["to"] = ["lies before “from”"]
        if asked["fields"] is not None and format != NetworkFormat.JSON:
            errors["fields"] = [f"picks members of the JSON answer; leave it out with format={format}"]
        if errors:
            raise BadParameters(errors)

    def answer_file(self, found: DrawnNetwork, format: str, name: str) -> Response:
        """The network as a file that carries the marking of what it was made from."""
        media, write = FILES[format]
        self.request.accepted_renderer = WrittenFile()
        response = Response(write(found.drawing), content_type=media)
        response.headers["Content-Disposition"] = f'attachment; filename="{mark_name(name, found.marking)}.{format}"'
        response.headers["X-TLP"] = found.marking.value
        return response


def as_payload(drawing: Drawing) -> dict[str, Any]:
    """The members of the JSON answer."""
    return {
        "rows": [node.label for node in drawing.rows],
        "columns": [node.label for node in drawing.columns],
        "matrix": drawing.matrix,
        "row_slugs": [node.slug for node in drawing.rows],
        "column_slugs": [node.slug for node in drawing.columns],
        "row_statements": [node.statements for node in drawing.rows],
        "column_statements": [node.statements for node in drawing.columns],
    }
