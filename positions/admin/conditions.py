"""Conditions of offers and threats, and the dated series of their statuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext, gettext_lazy

from positions.admin.actions import ActionAdmin, Done, ObjectAction
from positions.admin.base import ScopedAdmin, ScopedInline, TabularInline
from positions.admin.board import StatusForm, answer_board
from positions.admin.filters import scoped
from positions.admin.scope import reader_on
from positions.admin.words import say_day
from positions.enums import ConditionStatus, Role
from positions.models import Condition, ConditionStatusEntry
from positions.queries.access import Reader
from positions.services.conditions import set_condition_status


def may_set(reader: Reader, condition: Condition) -> bool:
    """An analyst, while the reading is in force."""
    return condition.coding.retired_at is None and reader.has_role(condition.coding.negotiation_id, Role.ANALYST)


def ask_status(page: ActionAdmin, request: HttpRequest, condition: Condition) -> Callable[..., forms.BaseForm]:
    return lambda *args, **kwargs: StatusForm(*args, condition=condition, reader=reader_on(request), **kwargs)


def set_status(request: HttpRequest, condition: Condition, form: Any) -> Done:
    said = form.cleaned_data
    entry = set_condition_status(
        reader_on(request), condition, said["status"], said["on"], statement=said["statement"], reason=said["reason"]
    )
    return Done(gettext("%(status)s from %(on)s.") % {"status": entry.get_status_display(), "on": say_day(entry.on)})


class StatusInline(ScopedInline, TabularInline):
    model = ConditionStatusEntry
    fields = ("status", "on", "statement", "reason", "recorded_at")
    verbose_name_plural = gettext_lazy("statuses, in the order recorded")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ConditionStatusEntry]:
        return super().get_queryset(request).select_related("statement__asserted_by").order_by("rank")


@admin.register(Condition)
class ConditionAdmin(ActionAdmin):
    """What offers and threats depend on."""

    list_display = ("text", "kind", "falls_on", "status_now", "party", "issue", "coding_status")
    list_filter = (
        scoped("coding__negotiation"),
        "kind",
        scoped("falls_on"),
        scoped("coding__party"),
        scoped("coding__issue"),
        "coding__status",
        ("coding__retired_at", admin.EmptyFieldListFilter),
    )
    list_select_related = ("falls_on", "coding__party", "coding__issue", "coding__negotiation")
    search_fields = ("text", "falls_on__name", "coding__party__name", "coding__issue__title")
    search_help_text = gettext_lazy("Words of the condition, party or issue")
    date_hierarchy = "coding__stated_latest"
    ordering = ("-coding__stated_latest", "rank", "id")
    fields = ("text", "kind", "falls_on", "coding")
    change_list_template = "admin/positions/condition/change_list.html"
    inlines = (StatusInline,)
    object_actions = (
        ObjectAction("status", gettext_lazy("Set status…"), may_set, set_status, ask_status, tone="primary"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Condition]:
        newest = ConditionStatusEntry.objects.filter(condition=OuterRef("pk")).order_by("-rank").values("status")[:1]
        rows: QuerySet[Condition] = super().get_queryset(request).annotate(newest_status=Subquery(newest))
        return rows

    def get_urls(self) -> list[URLPattern]:
        board = self.admin_site.admin_view(self.board_view)
        return [path("board/", board, name="positions_condition_board"), *super().get_urls()]

    def board_view(self, request: HttpRequest) -> HttpResponse:
        """What is still open, and what came of the rest: all conditions in force of one negotiation."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return answer_board(self, request)

    @admin.display(description=gettext_lazy("status"), ordering="newest_status")
    def status_now(self, condition: Any) -> str:
        return str(ConditionStatus(condition.newest_status or ConditionStatus.OPEN).label)

    @admin.display(description=gettext_lazy("party"), ordering="coding__party__name")
    def party(self, condition: Condition) -> str:
        return condition.coding.party.name

    @admin.display(description=gettext_lazy("issue"), ordering="coding__issue__title")
    def issue(self, condition: Condition) -> str:
        return condition.coding.issue.title

    @admin.display(description=gettext_lazy("reading"), ordering="coding__status")
    def coding_status(self, condition: Condition) -> str:
        return gettext("retired") if condition.coding.retired_at else condition.coding.get_status_display().lower()


@admin.register(ConditionStatusEntry)
class ConditionStatusEntryAdmin(ScopedAdmin):
    """How conditions stood from which day on; an entry is added on the condition's page, never changed."""

    list_display = ("condition", "status", "on", "statement", "reason", "recorded_at")
    list_filter = ("status", scoped("condition__coding__negotiation"))
    list_select_related = ("condition__coding__negotiation", "statement__asserted_by")
    search_fields = ("condition__text", "reason", "statement__exact")
    search_help_text = gettext_lazy("Words of the condition, the reason or the statement")
    date_hierarchy = "on"
    ordering = ("-on", "condition", "rank")
