"""``search/``: the statements of a negotiation that words find, with the sources, parties and issues found beside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from rest_framework.response import Response

from positions.api.derived_views import AS_OF, KNOWN_AT
from positions.api.lookups import InNegotiation
from positions.api.paging import MethodPage, Page
from positions.api.parameters import Filter, Parameter, Question, Refused, Words
from positions.api.resources.statements import StatementView, by_coding
from positions.api.serializers.fields import Payload
from positions.api.serializers.search import FoundBesideSerializer
from positions.enums import Role
from positions.models import Coding, Statement
from positions.queries.search import FoundBeside, found_beside, read_terms, statements_saying

# Which of several moments is meant, the moment asked about says.
LEFT_OUT = ("negotiation", "q", "retired", "retired_after", "retired_before")


class SearchPage(MethodPage):
    """A page of statements, and on the first one what else was found."""

    component = "Found{}List"

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        page = super().get_paginated_response_schema(schema)
        beside = {name: _listed(fields) for name, fields in BESIDE.items()}
        return {**page, "required": [*page["required"], *beside], "properties": {**page["properties"], **beside}}


BESIDE = {"sources": ("id", "title", "published_on"), "parties": ("slug", "name"), "issues": ("slug", "title")}


def _listed(fields: tuple[str, ...]) -> dict[str, Any]:
    properties = {name: {"type": "string", **({"format": "uuid"} if name == "id" else {})} for name in fields}
    item = {"type": "object", "required": list(fields), "properties": properties}
    return {"type": "array", "items": item, "description": "A few that all the words find; empty after the first page."}


class SearchedWords(Words):
    """Words that must all be found, in any order; those in quotation marks stand together."""

    def read(self, raw: str, question: Question) -> str:
        words = super().read(raw, question)
        if not read_terms(words):
            raise Refused("has no word to look for")
        return words


def _found(rows: QuerySet[Statement], words: str, question: Question) -> QuerySet[Statement]:
    return statements_saying(question.reader, rows, words)


class SearchView(StatementView):
    """The passages that all the words find: in what is said, in who says it, and for whom.

    The rows are those of ``statements/``, newest first. With ``as_of`` and ``known_at`` it looks through what had been
    said and was in the record by then.
    """

    pagination_class = SearchPage
    method_section = "search"
    filters: ClassVar[tuple[Filter, ...]] = (
        InNegotiation(required=True),
        SearchedWords(name="q", description="What to look for.", required=True, narrow=_found),
        *(each for each in StatementView.filters if each.name not in LEFT_OUT),
    )

    def asked_parameters(self) -> tuple[Parameter, ...]:
        return (*super().asked_parameters(), AS_OF, KNOWN_AT)

    def as_listed(self, rows: QuerySet[Statement]) -> QuerySet[Statement]:
        return by_coding(self.at_moment(rows), self.question)

    def at_moment(self, rows: QuerySet[Statement]) -> QuerySet[Statement]:
        """The statements in the record at the moment asked about."""
        as_of, known_at = self.question["as_of"], self.question["known_at"]
        if as_of is not None:
            rows = rows.filter(stated_latest__lte=as_of)
        if known_at is None:
            return rows.filter(retired_at=None)
        rows = rows.filter(Q(retired_at=None) | Q(retired_at__gt=known_at), recorded_at__lte=known_at)
        negotiation = self.question.negotiation
        if negotiation is not None and self.reader.has_role(negotiation.pk, Role.ANALYST):
            return rows
        # others see a statement from the moment on at which a reading of it was published
        return rows.filter(Exists(Coding.objects.filter(statement=OuterRef("pk"), recorded_at__lte=known_at)))

    def paged(
        self,
        page: Page[Any],
        payload: type[Payload],
        context: Mapping[str, Any],
        pinned: Mapping[str, str] | None = None,
    ) -> Response:
        question = self.question
        assert question.negotiation is not None
        beside = FoundBeside([], [], [])
        if question["cursor"] is None:
            beside = found_beside(self.reader, question["q"], question.negotiation)
        response = super().paged(page, payload, context, pinned)
        response.data = {**response.data, **FoundBesideSerializer(beside).data}
        return response
