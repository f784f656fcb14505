"""The OpenAPI document: what the views say of themselves, and where it is served."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import Direction, OpenApiParameter
from rest_framework import serializers

from positions.api.method import method_path
from positions.api.parameters import OneOf, Parameter
from positions.api.problems import MEDIA_TYPE
from positions.api.serializers.fields import EnumField

REFUSALS = {
    400: "A query parameter or a field that cannot be answered; `errors` names each.",
    401: "Nobody is signed in, or the token is not valid.",
    403: "The reader may see it, but not do or read this.",
    404: "It does not exist, or the reader may not know that it does: the same answer for both.",
    405: "The address does not take this method.",
    406: "No media type of the `Accept` header is served here.",
    415: "The body is not JSON.",
    429: "Too many requests; `Retry-After` says how many seconds to wait.",
}


class ProblemSerializer(serializers.Serializer[Any]):
    """A refusal, as RFC 9457 has it."""

    type = serializers.CharField(help_text="Always `about:blank`: the status says what kind of problem it is.")
    title = serializers.CharField(help_text="The status in words.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What was wrong, and what to do about it.")
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        help_text="A parameter or field, with what is wrong about it.",
    )


class EnumFieldExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """A vocabulary is one named component, whichever payload it appears in."""

    target_class = "positions.api.serializers.fields.EnumField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: str) -> Any:
        field: EnumField = self.target
        values = list(field.vocabulary.values)
        schema = {
            "type": "integer" if isinstance(values[0], int) else "string",
            "enum": values,
            "description": field.describe(),
        }
        component = ResolvedComponent(  # type: ignore[no-untyped-call]
            name=field.vocabulary.__name__, type=ResolvedComponent.SCHEMA, object=field.vocabulary, schema=schema
        )
        auto_schema.registry.register_on_missing(component)
        return component.ref


class DocumentedSchema(AutoSchema):
    """Takes parameters and refusals from the view's own declarations."""

    # an ApiView, whose declarations these are
    view: Any

    def get_override_parameters(self) -> list[Any]:
        return (
            [describe_parameter(parameter) for parameter in self.view.asked_parameters()]
            if self.method == "GET"
            else []
        )

    def get_auth(self) -> list[dict[str, list[str]]]:
        schemes: list[dict[str, list[str]]] = [{"token": []}, {"cookieAuth": []}]
        return schemes if self.method != "GET" or not self.view.is_open else [*schemes, {}]

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        operation = super().get_operation(*args, **kwargs)
        if operation is not None and self.view.method_section and self.method == "GET":
            operation["externalDocs"] = {
                "url": method_path(self.view.method_section),
                "description": "How it is worked out.",
            }
        return operation

    def get_paginated_name(self, serializer_name: str) -> str:
        return str(getattr(self.view.pagination_class, "component", "Paginated{}List")).format(serializer_name)

    def get_tags(self) -> list[str]:
        return self._tokenize_path()[:1]

    def _get_response_bodies(self, direction: Direction = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        if self.method == "GET":
            bodies["304"] = {"description": "The caller has this answer already (`If-None-Match`)."}
        problem = self.resolve_serializer(ProblemSerializer, "response").ref
        for status in self.view.refusals(self.method):
            bodies[str(status)] = {
                "description": f"{HTTPStatus(status).phrase}. {REFUSALS[status]}",
                "content": {MEDIA_TYPE: {"schema": problem}},
            }
        return dict(sorted(bodies.items()))


def describe_parameter(parameter: Parameter) -> OpenApiParameter:
    """A query parameter as the document has it; comma lists are arrays that are not exploded."""
    schema = dict(parameter.schema)
    if isinstance(parameter, OneOf):
        schema = {"type": "string", "enum": parameter.members}
    if parameter.many:
        schema = {"type": "array", "items": schema}
    return OpenApiParameter(
        parameter.name,
        schema,
        OpenApiParameter.QUERY,
        required=parameter.required,
        description=parameter.description,
        style="form" if parameter.many else None,
        explode=False if parameter.many else None,
    )
