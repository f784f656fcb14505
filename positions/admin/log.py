"""What happened and what is running: the log, background work, workers. Only to look at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from positions.admin.base import ADMINISTRATOR, ScopedAdmin
from positions.admin.filters import scoped
from positions.admin.history import differences_of
from positions.admin.scope import reader_on
from positions.admin.words import name_action, say_number
from positions.models import Event, Job, WorkerHeartbeat


@admin.register(Event)
class EventAdmin(ScopedAdmin):
    """Who did what to what, when and why."""

    list_display = ("at", "actor_name", "action_words", "subject_type", "subject_label", "negotiation", "reason")
    list_filter = (scoped("negotiation"), "action", "subject_type")
    list_select_related = ("negotiation",)
    search_fields = ("actor_name", "action", "subject_label", "subject_id", "reason")
    search_help_text = gettext_lazy("Who, what was done, to what, or why")
    date_hierarchy = "at"
    ordering = ("-id",)
    fields = (
        "at",
        "actor_name",
        "action_words",
        "subject_type",
        "subject_label",
        "subject_id",
        "negotiation",
        "reason",
        "changed",
    )
    readonly_fields = ("action_words", "changed")

    @admin.display(description=gettext_lazy("what"), ordering="action")
    def action_words(self, event: Event) -> str:
        return name_action(event.action)

    @admin.display(description=gettext_lazy("before and after"))
    def changed(self, event: Event) -> SafeString:
        return SafeString(render_to_string("admin/positions/differences.html", {"differences": differences_of(event)}))

    def history_subjects(self, record: Any) -> list[tuple[str, str]]:
        """The events of the same subject."""
        return [(record.subject_type, record.subject_id)]


@admin.register(Job)
class JobAdmin(ScopedAdmin):
    """Background work that the reader started; all of it for administrators."""

    list_display = (
        "kind",
        "state",
        "progress",
        "negotiation",
        "created_by",
        "created_at",
        "started_at",
        "finished_at",
        "attempts",
    )
    list_filter = ("state", "kind", scoped("negotiation"))
    list_select_related = ("negotiation", "created_by")
    search_fields = ("kind", "created_by__username")
    search_help_text = gettext_lazy("Kind of work, or who started it")
    date_hierarchy = "created_at"
    ordering = ("-created_at", "id")

    @admin.display(description=gettext_lazy("progress"))
    def progress(self, job: Job) -> str:
        if job.progress_total is None:
            return say_number(job.progress_done)
        done, total = say_number(job.progress_done), say_number(job.progress_total)
        return gettext("%(done)s of %(total)s") % {"done": done, "total": total}

    def has_view_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return super().has_view_permission(request, None)


@admin.register(WorkerHeartbeat)
class WorkerHeartbeatAdmin(ScopedAdmin):
    """When each worker was last seen."""

    view_role = ADMINISTRATOR
    list_display = ("name", "seen_at")
    search_fields = ("name",)
    search_help_text = gettext_lazy("Name of the worker")
    date_hierarchy = "seen_at"
    ordering = ("-seen_at", "name")

    def get_list_filter(self, request: HttpRequest) -> Any:
        return (("seen_at", admin.DateFieldListFilter),) if reader_on(request).is_administrator else ()
