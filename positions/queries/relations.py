"""How statements stand to one another, for whoever may see both."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils.translation import pgettext_lazy

from positions.enums import RelationKind
from positions.models import Relation, Statement
from positions.queries.access import Reader, statements_for
from positions.queries.evidence import Moment

SEEN_FROM_THE_OTHER = {
    RelationKind.RESPONDS_TO: pgettext_lazy("how a statement stands to another", "Is answered by"),
    RelationKind.CONTRADICTS: pgettext_lazy("how a statement stands to another", "Is contradicted by"),
    RelationKind.CLARIFIES: pgettext_lazy("how a statement stands to another", "Is clarified by"),
    RelationKind.DENIES: pgettext_lazy("how a statement stands to another", "Is denied by"),
    RelationKind.REPEATS: pgettext_lazy("how a statement stands to another", "Is repeated by"),
    RelationKind.WITHDRAWS: pgettext_lazy("how a statement stands to another", "Is withdrawn by"),
}


def seen_from(statement: Statement, relation: Relation) -> tuple[str, Statement]:
    """The relation in words as seen from one of its statements, and the other one."""
    kind = RelationKind(relation.kind)
    if relation.statement_id == statement.pk:
        return str(kind.label), relation.other
    return str(SEEN_FROM_THE_OTHER[kind]), relation.statement


def relations_open_to(reader: Reader) -> QuerySet[Relation]:
    """The relations, in force or not, both of whose statements the reader may see."""
    if reader.is_administrator:
        return Relation.objects.all()
    seen = statements_for(reader).order_by().values("pk")
    return Relation.objects.filter(statement__in=seen, other__in=seen)


def relations_for(reader: Reader, statement: Statement, moment: Moment | None = None) -> QuerySet[Relation]:
    """The relations of a statement, in either direction, as known at the moment (now by default).

    Each comes with both statements, ready for their ground rules to be asked.
    """
    known_at = (moment or Moment.now()).known_at
    return (
        relations_open_to(reader)
        .filter(Q(statement=statement) | Q(other=statement), recorded_at__lte=known_at)
        .filter(Q(retired_at=None) | Q(retired_at__gt=known_at))
        .select_related(
            "statement__asserted_by",
            "statement__speaker",
            "statement__source",
            "statement__round",
            "other__asserted_by",
            "other__speaker",
            "other__source",
            "other__round",
        )
        .order_by("recorded_at", "pk")
    )
