"""``relations/``: how one statement stands to another."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from positions.api.inputs.fields import Reason, require_same
from positions.api.inputs.relations import RelationInput
from positions.api.lookups import InNegotiation, Reference, ids_of
from positions.api.parameters import RETIRED, Instant, OneOf, ordering, wants_retired
from positions.api.serializers.relations import RelationSerializer
from positions.api.writing import WritableView
from positions.enums import RelationKind
from positions.models import Relation
from positions.queries.access import statements_for
from positions.queries.relations import relations_open_to
from positions.services.relations import relate_statements, withdraw_relation


class RelationView(WritableView):
    """Relations both of whose statements the reader may see. Analysts say and withdraw them."""

    collection = "relations"
    new = RelationInput
    takes_many = True

    queryset = Relation.objects.none()
    serializer_class = RelationSerializer
    noun = "relation"
    filters = (
        ids_of(relations_open_to, "relation"),
        InNegotiation(),
        OneOf(name="kind", description="What the one does to the other.", choices=RelationKind, lookup="kind__in"),
        Reference(
            name="statement",
            description="Id of the statement that does it.",
            lookup="statement",
            visible=statements_for,
            noun="statement",
        ),
        Reference(
            name="other",
            description="Id of the statement it is done to.",
            lookup="other",
            visible=statements_for,
            noun="statement",
        ),
        Instant(name="recorded_after", description="Said at this instant or later.", lookup="recorded_at__gte"),
        Instant(name="recorded_before", description="Said at this instant or earlier.", lookup="recorded_at__lte"),
        *RETIRED,
    )
    ordering = ordering("-recorded_at", recorded_at="recorded_at", kind="kind")

    def visible(self) -> QuerySet[Relation]:
        return relations_open_to(self.reader)

    def as_listed(self, rows: QuerySet[Relation]) -> QuerySet[Relation]:
        return rows if wants_retired(self.question) else rows.filter(retired_at=None)

    def loaded(self, rows: QuerySet[Relation]) -> QuerySet[Relation]:
        return rows.select_related("negotiation")

    def create_one(self, said: dict[str, Any]) -> Relation:
        statement = said["statement"]
        require_same(said, statement)
        return relate_statements(self.reader, statement, said["other"], said["kind"], said.get("note", ""))

    @extend_schema(request=Reason, responses={200: RelationSerializer})
    def withdraw(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take a relation out of the record from now on."""
        return self.write_below(Reason, lambda row, said: withdraw_relation(self.reader, row, said["reason"]))
