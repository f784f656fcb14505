"""The OpenAPI document: what the views say of themselves, and where it is served."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import Direction, OpenApiParameter
from rest_framework import serializers

from positions.api.inputs.fields import Input
from positions.api.limits import MOST_AT_ONCE
from positions.api.method import method_path
from positions.api.parameters import Parameter
from positions.api.problems import MEDIA_TYPE
from positions.api.serializers.fields import EnumField

REFUSALS = {
    400: "A query parameter or a field that cannot be answered; `errors` names each.",
    401: "Nobody is signed in, or the token is not valid.",
    403: "The reader may see it, but not do or read this.",
    404: "It does not exist, or the reader may not know that it does: the same answer for both.",
    405: "The address does not take this method.",
    406: "No media type of the `Accept` header is served here.",
    409: "The record is no longer what the caller saw, or somebody wrote the same at the same moment.",
    412: "`If-Match` names another version of the record than the one that stands.",
    413: "The body is too large, or holds too many records.",
    415: "The body is not JSON in UTF-8.",
    422: "The `Idempotency-Key` came with another request before.",
    428: "`If-Match` is missing.",
    429: "Too many requests; `Retry-After` says how many seconds to wait.",
}

COMPONENTS = "#/components/schemas/"

# What any write may be refused with: a token that only reads, a key that came before.
EVERY_WRITE: dict[str, tuple[int, ...]] = {"POST": (403, 409, 422), "PUT": (403,), "PATCH": (403,), "DELETE": (403,)}
ANSWER_HEADERS = {
    "Location": "The address of the record that was made; not where several were.",
    "ETag": "What to send in `If-Match` with the next change.",
}
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag of the record as you read it, whole, or `*`.",
)
IF_MATCH_IF_SENT = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, description="The ETag of the record as you read it; may be left out."
)
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[!-~]{1,200}$"},
    OpenApiParameter.HEADER,
    description="A name for this request, such as a UUID: sent again within 24 hours it is not done again, "
    "but answered as the first time.",
)


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


class RefusedItemSerializer(serializers.Serializer[Any]):
    """One of several records sent together, and why it was refused."""

    index = serializers.IntegerField(help_text="Its place in the array, from 0.")
    status = serializers.IntegerField(help_text="What it would have been answered with alone.")
    detail = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField())
    )


class ManyProblemSerializer(ProblemSerializer):
    """A refusal of one record, or of several sent together: then with one of `items` for each faulty one."""

    items = RefusedItemSerializer(many=True, required=False)


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
        if self.method == "GET":
            return [describe_parameter(parameter) for parameter in self.view.asked_parameters()]
        taken = [IF_MATCH] if self.takes_match else []
        if self.method == "DELETE" and self.writes:
            taken = [IF_MATCH_IF_SENT]
        return [*taken, IDEMPOTENCY_KEY] if self.method == "POST" else taken

    @property
    def writes(self) -> bool:
        """Whether the view is one of a resource that is written."""
        return hasattr(self.view, "takes_many")

    @property
    def takes_match(self) -> bool:
        """Whether the operation changes a record that is there."""
        return self.writes and (self.method == "PATCH" or (self.method == "POST" and "{" in self.path))

    @property
    def takes_many(self) -> bool:
        """Whether the operation takes an array as well as one record."""
        return self.writes and self.view.takes_many and self.method == "POST" and self.view.action == "create"

    def get_request_serializer(self) -> Any:
        if self.writes and self.view.action in ("create", "partial_update"):
            return self.view.new if self.view.action == "create" else self.view.change
        return super().get_request_serializer()

    def _get_request_body(self, direction: Direction = "request") -> Any:
        body = super()._get_request_body(direction)  # type: ignore[no-untyped-call]
        for content in body["content"].values() if body and self.takes_many else ():
            content["schema"] = {"oneOf": [content["schema"], array_of(content["schema"])]}
        return body

    def _map_basic_serializer(self, serializer: Any, direction: Direction) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if isinstance(serializer, Input) and direction == "request":
            schema["additionalProperties"] = False
        return schema

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
        if self.method != "GET":
            for status in bodies.keys() & {"200", "201"}:
                bodies[status]["headers"] = {
                    name: {"schema": {"type": "string"}, "description": words}
                    for name, words in ANSWER_HEADERS.items()
                    if (status == "201" or name == "ETag") and self.writes
                }
                for content in bodies[status]["content"].values() if self.takes_many else ():
                    content["schema"] = {"oneOf": [content["schema"], array_of(content["schema"])]}
        body = ManyProblemSerializer if self.takes_many else ProblemSerializer
        problem = self.resolve_serializer(body, "response").ref
        for status in {*self.view.refusals(self.method), *EVERY_WRITE.get(self.method, ())}:
            bodies[str(status)] = {
                "description": f"{HTTPStatus(status).phrase}. {REFUSALS[status]}",
                "content": {MEDIA_TYPE: {"schema": problem}},
            }
        return dict(sorted(bodies.items()))


def array_of(schema: dict[str, Any]) -> dict[str, Any]:
    """As many of them as one request takes."""
    return {"type": "array", "items": schema, "minItems": 1, "maxItems": MOST_AT_ONCE}


def describe_parameter(parameter: Parameter) -> OpenApiParameter:
    """A query parameter as the document has it; comma lists are arrays that are not exploded."""
    schema = dict(parameter.value_schema)
    if parameter.many:
        schema = {"type": "array", "items": schema, "minItems": 1}
    return OpenApiParameter(
        parameter.name,
        schema,
        OpenApiParameter.QUERY,
        required=parameter.required,
        description=parameter.description,
        style="form" if parameter.many else None,
        explode=False if parameter.many else None,
    )


def allow_fewer_fields(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Where an address takes ``fields``, its records may come with some of their fields: said once for each record.

    A hook of the generator.
    """
    components = result["components"]["schemas"]
    for address in result["paths"].values():
        operation = address.get("get", {})
        if not any(parameter["name"] == "fields" for parameter in operation.get("parameters", ())):
            continue
        for content in operation["responses"]["200"].get("content", {}).values():
            place = content["schema"]
            listed = components.get(place.get("$ref", "").rpartition("/")[2], {}).get("properties", {}).get("results")
            allow_fewer_in(components, place if listed is None else listed["items"])
    return result


def allow_fewer_in(components: dict[str, Any], place: dict[str, Any]) -> None:
    """Have the reference at ``place`` also allow some of the fields of what it refers to."""
    name = place.get("$ref", "").rpartition("/")[2]
    if "properties" not in components.get(name, {}):
        return
    components[f"{name}Fields"] = {
        "type": "object",
        "description": "The fields asked for with `fields`.",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {
            field: {"$ref": f"{COMPONENTS}{name}/properties/{field}"} for field in components[name]["properties"]
        },
    }
    place["anyOf"] = [{"$ref": place.pop("$ref")}, {"$ref": f"{COMPONENTS}{name}Fields"}]
