"""List filters that offer only what the reader may see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from positions.admin.queues import QUEUES
from positions.admin.scope import NEGOTIATION_PATHS, desk_negotiations, desk_rows, reader_on
from positions.models import Negotiation, Party

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]

NEGOTIATION_ASKED = "negotiation__id__exact"


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """Rows of another table, of the negotiation already asked for where there is one."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: _ModelAdmin) -> list[tuple[Any, str]]:
        remote: type[Model] = field.remote_field.model
        reader = reader_on(request)
        rows = desk_rows(reader, remote)
        asked = request.GET.get(NEGOTIATION_ASKED)
        try:
            if remote is Party:
                negotiations = desk_negotiations(reader)
                chosen = negotiations.filter(pk=asked) if asked else negotiations
                rows = rows.filter(
                    pk__in=Negotiation.parties.through.objects.filter(negotiation__in=chosen).values("party")
                )
            elif asked and remote is not Negotiation and remote in NEGOTIATION_PATHS:
                rows = rows.filter(**{NEGOTIATION_PATHS[remote]: asked})
            return [
                (row.pk, str(row))
                for row in rows.order_by(*model_admin.admin_site.get_model_admin(remote).get_ordering(request))
            ]
        except (ValueError, TypeError) as error:
            raise IncorrectLookupParameters(str(error)) from error

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Refuse a value that is not offered: a guessed id must tell nothing."""
        offered = {str(value) for value, _ in self.lookup_choices}
        asked = (
            self.lookup_val
            if isinstance(self.lookup_val, list | tuple)
            else [self.lookup_val]
            if self.lookup_val
            else []
        )
        if any(str(value) not in offered for value in asked):
            raise IncorrectLookupParameters("not offered")
        return super().queryset(request, queryset)


class StandingFilter(admin.SimpleListFilter):
    """Records in force, unless the others are asked for."""

    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: _ModelAdmin) -> list[tuple[str, str]]:
        return [("retired", "Corrected or withdrawn"), ("all", "All")]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": "In force"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(retired_at__isnull=self.value() != "retired")


class QueueFilter(admin.SimpleListFilter):
    """What waits for the reader."""

    title = "queue"
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: _ModelAdmin) -> list[tuple[str, str]]:
        return [(queue.slug, queue.title) for queue in QUEUES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        chosen = next((queue for queue in QUEUES if queue.slug == self.value()), None)
        return queryset.filter(pk__in=chosen.rows(reader_on(request)).values("pk")) if chosen else queryset


def scoped(name: str) -> tuple[str, type[ScopedRelatedFilter]]:
    """An entry of ``list_filter`` for a relation."""
    return name, ScopedRelatedFilter
