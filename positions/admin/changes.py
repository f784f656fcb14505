"""Changes to many records: what was done together, by whom and why, and the button that takes it back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy

from positions.admin.actions import ActionAdmin, Done, NoForm, ObjectAction
from positions.admin.base import page_of
from positions.admin.filters import scoped
from positions.admin.scope import reader_on
from positions.admin.words import say_number
from positions.models import ChangeSet
from positions.services.housekeeping import may_undo, undo_change_set


def ask_nothing(page: ActionAdmin, request: HttpRequest, record: ChangeSet) -> type[NoForm]:
    """A page in between, so that nothing is undone by a slip."""
    return NoForm


def undo(request: HttpRequest, record: ChangeSet, form: Any) -> Done:
    undone = undo_change_set(reader_on(request), record)
    return Done(gettext("Undone. What was corrected was corrected back; the record keeps both."), page_of(undone))


@admin.register(ChangeSet)
class ChangeSetAdmin(ActionAdmin):
    """Changes to many records, to look at and to undo."""

    list_display = ("title", "kind", "negotiation", "made_by_name", "made_at", "standing_now")
    list_filter = (scoped("negotiation"), "kind")
    list_select_related = ("negotiation",)
    search_fields = ("title", "reason", "made_by_name")
    search_help_text = gettext_lazy("What was done, why, or by whom")
    date_hierarchy = "made_at"
    ordering = ("-made_at", "id")
    fields = (
        "title",
        "kind",
        "reason",
        "negotiation",
        "step_count",
        ("made_by_name", "made_at"),
        ("undone_by_name", "undone_at"),
    )
    readonly_fields = ("step_count",)
    object_actions = (
        ObjectAction(
            "undo",
            gettext_lazy("Undo…"),
            may_undo,
            undo,
            ask_nothing,
            intro=gettext_lazy(
                "Everything this changed is changed back, by corrections where it was published. "
                "That is possible while nothing was built on it; otherwise you are told what stands in the way."
            ),
            tone="danger",
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[ChangeSet]:
        """Without the steps, which only the way back needs."""
        return super().get_queryset(request).defer("steps")

    @admin.display(description=gettext_lazy("standing"))
    def standing_now(self, change_set: ChangeSet) -> str:
        return (
            gettext("undone by %(name)s") % {"name": change_set.undone_by_name}
            if change_set.undone_at
            else gettext("stands")
        )

    @admin.display(description=gettext_lazy("steps"))
    def step_count(self, change_set: ChangeSet) -> str:
        return say_number(len(change_set.steps))
