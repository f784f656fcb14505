"""``annotations/``: statements as annotations of the W3C's model, in JSON-LD."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import F, QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from positions.api.audit import note_reads
from positions.api.paging import PAGING, Cursor, last_page_of_rows, link_to, page_of_rows
from positions.api.parameters import Choice, Filter, Parameter
from positions.api.resources.statements import StatementView
from positions.enums import Tlp
from positions.formats.webannotation.terms import MEDIA_TYPE
from positions.formats.webannotation.writing import (
    Described,
    Document,
    in_context,
    write_annotation,
    write_collection,
    write_page,
)
from positions.models import Source, Statement

COLLECTION, PAGE = "collection", "page"
# What is no longer in force is no annotation of the collection; its own address keeps answering.
LEFT_OUT = ("retired", "retired_after", "retired_before")


class JsonLdRenderer(JSONRenderer):
    """JSON under the name that says which model it follows."""

    media_type = "application/ld+json"
    format = "jsonld"


IRI = {"type": "string", "format": "uri"}
CONTEXT_SCHEMA = {"type": "array", "items": {"type": ["string", "object"]}}


def _schema(type: str, required: Sequence[str], **properties: Any) -> dict[str, Any]:
    members = {"id": IRI, "type": {"type": "string", "enum": [type]}, **properties}
    return {"type": "object", "required": ["id", "type", *required], "properties": members}


OBJECTS = {"type": "array", "items": {"type": "object"}}
ANNOTATION_SCHEMA = _schema(
    "Annotation",
    ("@context", "motivation", "creator", "created", "generator", "body", "target"),
    **{
        "@context": CONTEXT_SCHEMA,
        "motivation": {"type": "string", "enum": ["classifying", "highlighting"]},
        "creator": {"type": "object"},
        "created": {"type": "string", "format": "date-time"},
        "modified": {"type": "string", "format": "date-time"},
        "generator": {"type": "object"},
        "body": OBJECTS,
        "target": {"oneOf": [IRI, {"type": "object"}]},
    },
)
PAGE_SCHEMA = _schema(
    "AnnotationPage",
    ("@context", "partOf", "items"),
    **{"@context": CONTEXT_SCHEMA, "partOf": IRI, "next": IRI, "prev": IRI, "items": OBJECTS},
)
COLLECTION_SCHEMA = _schema(
    "AnnotationCollection",
    ("@context", "label", "total", "first", "last"),
    **{
        "@context": CONTEXT_SCHEMA,
        "label": {"type": "string"},
        "total": {"type": "integer", "minimum": 0},
        "first": _schema("AnnotationPage", ("items",), next=IRI, items=OBJECTS),
        "last": IRI,
    },
)


def _answers(schema: dict[str, Any]) -> dict[tuple[int, str], Any]:
    return {(200, media): schema for media in (JsonLdRenderer.media_type, JSONRenderer.media_type)}


class AnnotationView(StatementView):
    """Statements in force as annotations of the W3C's model: quotation, place in the text, codings."""

    renderer_classes = [JsonLdRenderer, JSONRenderer]
    takes_many = False
    filters: ClassVar[tuple[Filter, ...]] = tuple(each for each in StatementView.filters if each.name not in LEFT_OUT)
    view = Choice(
        name="view",
        description=f"`{COLLECTION}`: how many there are, with the first page; `{PAGE}`: that page alone, as a "
        f"`cursor` gives it in any case. By default `{COLLECTION}`.",
        choices=(COLLECTION, PAGE),
    )

    def asked_parameters(self) -> tuple[Parameter, ...]:
        return () if self.action == "retrieve" else (*self.filters, self.ordering, self.view, *PAGING)

    def loaded(self, rows: QuerySet[Statement]) -> QuerySet[Statement]:
        return (
            super()
            .loaded(rows)
            .annotate(
                text_version=F("text__version"), marking=F("source__tlp"), negotiation_title=F("negotiation__title")
            )
        )

    @extend_schema(operation_id="annotations_list", responses=_answers({"oneOf": [COLLECTION_SCHEMA, PAGE_SCHEMA]}))
    def read_all(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The annotations, as a collection with its first page, or another of its pages."""
        question = self.question
        rows = self.narrowed(self.as_listed(self.visible()))
        terms = [*self.ordering.terms(question), ("pk", False)]
        page = page_of_rows(rows, terms, question, self.loaded)
        negotiations = [question.negotiation, *self.negotiations_of(page.rows)]
        note_reads(self.reader, negotiations if self.reader.is_administrator else [])
        collection = self.address_without("cursor", "view", "page_size")
        document = write_page(
            self.annotations_of(page.rows),
            address=self.page_address(question["cursor"]),
            collection=collection,
            following=link_to(request, page.following, {"view": PAGE}),
            preceding=link_to(request, page.preceding, {"view": PAGE}),
        )
        if question["cursor"] is None and question["view"] != PAGE:
            total = rows.count()
            document = write_collection(
                document,
                address=collection,
                label=self.label(),
                total=total,
                last=self.page_address(last_page_of_rows(rows, terms, question, total)),
            )
        return self.answer_document(document, page.rows)

    @extend_schema(responses=_answers(ANNOTATION_SCHEMA))
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One statement as an annotation; of one that was replaced or withdrawn, with what became of it."""
        assert not self.question.values
        row = self.found(self.loaded(self.visible()))
        note_reads(self.reader, self.negotiations_of([row]) if self.reader.is_administrator else [])
        return self.answer_document(self.annotations_of([row])[0], [row])

    def annotations_of(self, rows: Sequence[Any]) -> list[Document]:
        """The rows as annotations, as far as the reader may read them."""
        shown = self.serializer_class(rows, many=True, context=self.context_for(rows)).data
        return [write_annotation(self.describe(row, statement)) for row, statement in zip(rows, shown, strict=True)]

    def describe(self, row: Any, statement: Any) -> Described:
        """What an annotation of the row says besides its payload."""
        return Described(
            statement=statement,
            address=self.iri_of("api-annotations-one", row.pk),
            page=self.iri_of("statement", row.pk),
            source=self.iri_of("source", row.source_id),
            text=self.iri_of("api-source-text", row.source_id),
            coding_addresses=[self.iri_of("api-codings-one", coding.pk) for coding in row.shown_codings],
            negotiation_title=row.negotiation_title,
            home=self.request.build_absolute_uri("/"),
            marking=row.marking,
            text_version=row.text_version,
        )

    def label(self) -> str:
        """What a collection is called."""
        question = self.question
        if question["source"] is not None:
            return f"Statements in “{Source.objects.get(pk=question['source']).title}”"
        if question.negotiation is not None:
            return f"Statements in the negotiation “{question.negotiation.title}”"
        return "Statements"

    def answer_document(self, document: Document, rows: Sequence[Any]) -> Response:
        """The document with its context, and the strictest marking of what it quotes."""
        is_plain = self.request.accepted_renderer.media_type == JSONRenderer.media_type
        response = Response(in_context(document), content_type=JSONRenderer.media_type if is_plain else MEDIA_TYPE)
        response.headers["X-TLP"] = Tlp.strictest(row.marking for row in rows)
        return response

    def iri_of(self, name: str, key: Any) -> str:
        return self.request.build_absolute_uri(reverse(name, args=[key]))

    def address_without(self, *names: str, **more: str) -> str:
        """The address asked for without some of its parameters."""
        kept = {name: value for name, value in self.request.query_params.dict().items() if name not in names} | more
        return self.request.build_absolute_uri(f"{self.request.path}{f'?{urlencode(kept)}' if kept else ''}")

    def page_address(self, cursor: Cursor | None) -> str:
        """The page at a cursor; without one the first."""
        found = link_to(self.request, cursor, {"view": PAGE})
        return found if found is not None else self.address_without("cursor", "view", view=PAGE)
