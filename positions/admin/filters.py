"""List filters that offer only what the reader may see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from positions.admin.scope import NEGOTIATION_PATHS, desk_negotiations, desk_rows, reader_on
from positions.models import Negotiation, Party
from positions.queries.review import QUEUES

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]

NEGOTIATION_ASKED = "negotiation__id__exact"


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """Rows of another table, of the negotiation already asked for where there is one."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: _ModelAdmin) -> Any:
        remote: type[Model] = field.remote_field.model
        ordering = model_admin.admin_site.get_model_admin(remote).get_ordering(request)
        try:
            return [(row.pk, str(row)) for row in self.offered(remote, request).order_by(*ordering)]
        except (ValueError, ValidationError) as error:
            raise IncorrectLookupParameters(str(error)) from error

    def offered(self, remote: type[Model], request: HttpRequest) -> QuerySet[Any]:
        """The rows to choose from: parties on the roster, the others of the negotiation asked for."""
        reader, asked = reader_on(request), request.GET.get(NEGOTIATION_ASKED)
        rows = desk_rows(reader, remote)
        if remote is Party:
            negotiations = desk_negotiations(reader)
            chosen = negotiations.filter(pk=asked) if asked else negotiations
            roster = Negotiation.parties.through.objects.filter(negotiation__in=chosen)
            return rows.filter(pk__in=roster.values("party"))
        if asked and remote is not Negotiation and remote in NEGOTIATION_PATHS:
            return rows.filter(**{NEGOTIATION_PATHS[remote]: asked})
        return rows

    def has_output(self) -> bool:
        """Also with a single choice, where it is asked for."""
        return super().has_output() or bool(self.lookup_val)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Refuse a value that is not offered: a guessed id must tell nothing."""
        offered = {str(value) for value, _ in self.lookup_choices}
        asked: Any = self.lookup_val or []
        if any(str(value) not in offered for value in asked):
            raise IncorrectLookupParameters(gettext("not offered"))
        found = super().queryset(request, queryset)
        return queryset if found is None else found


class StandingFilter(admin.SimpleListFilter):
    """Records in force, unless the others are asked for."""

    title = gettext_lazy("standing")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: _ModelAdmin) -> list[tuple[str, str]]:
        return [("retired", gettext("Corrected or withdrawn")), ("all", gettext("All"))]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": gettext("In force")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(retired_at__isnull=self.value() != "retired")


class QueueFilter(admin.SimpleListFilter):
    """What waits for the reader."""

    title = gettext_lazy("queue")
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: _ModelAdmin) -> list[tuple[str, str]]:
        return [(queue.slug, str(queue.title)) for queue in QUEUES if queue.model is model_admin.model]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = next((queue for queue in QUEUES if queue.slug == self.value() and queue.model is queryset.model), None)
        return queryset.filter(pk__in=chosen.rows(reader_on(request)).values("pk")) if chosen else queryset


def scoped(name: str) -> tuple[str, type[ScopedRelatedFilter]]:
    """An entry of ``list_filter`` for a relation."""
    return name, ScopedRelatedFilter
