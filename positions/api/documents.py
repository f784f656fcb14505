"""``schema/``, ``docs/`` and the list of addresses at the top."""

from __future__ import annotations

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.plumbing import get_relative_url
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from positions.api.authentication import BearerAuthentication
from positions.api.views import ApiView


@cache
def build_document() -> dict[str, Any]:
    """The OpenAPI document: the same for everybody, made once a process."""
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return document


class SchemaView(ApiView):
    """The OpenAPI document, as JSON unless YAML is asked for."""

    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, OpenApiYamlRenderer2, OpenApiYamlRenderer]

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        assert not self.question.values
        return Response(build_document())


class DocsView(SpectacularSwaggerSplitView):
    """The document for people. Its icons are ``data:`` images, which the content policy has to allow here."""

    template_name = "api/docs.html"
    url_name = "api-schema"
    title = "Rapporteur API"
    authentication_classes = [BearerAuthentication]
    permission_classes: list[Any] = []

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        response: Any = super().dispatch(request, *args, **kwargs)
        response.csp_img_data = True
        return response

    def _get_schema_url(self, request: Request) -> str:
        return str(get_relative_url(reverse(self.url_name, request=request)))
