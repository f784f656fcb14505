"""Pages of what was merged into another record: kept for the history, out of the way, not to be changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from positions.admin.base import page_of

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = object


class MergedFilter(admin.SimpleListFilter):
    """What was merged into another record shows only where it is asked for."""

    title = gettext_lazy("merged")
    parameter_name = "merged"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("merged", gettext("Merged into another")), ("all", gettext("All"))]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": gettext("Not merged")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(merged_into__isnull=self.value() != "merged")


class MergedAside(_ModelAdmin):
    """A page that says what its record was merged into, and lets nobody change it then."""

    def has_change_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        merged = obj is not None and obj.merged_into_id is not None
        return not merged and super().has_change_permission(request, obj)

    def get_fields(self, request: HttpRequest, obj: Any | None = None) -> Any:
        fields = super().get_fields(request, obj)
        return fields if obj is None or obj.merged_into_id is None else ["merged_note", *fields]

    def get_readonly_fields(self, request: HttpRequest, obj: Any | None = None) -> Any:
        fields = super().get_readonly_fields(request, obj)
        return fields if obj is None or obj.merged_into_id is None else [*fields, "merged_note"]

    @admin.display(description=gettext_lazy("merged into"))
    def merged_note(self, record: Any) -> SafeString:
        kept: Model = record.merged_into
        return format_html('<a href="{}" dir="auto">{}</a>', page_of(kept), kept)
