"""Codings: the readings of statements, from draft to the record."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.translation import gettext, gettext_lazy

from positions.admin.actions import ActionAdmin
from positions.admin.base import holds, page_of
from positions.admin.bulk import BulkAdmin
from positions.admin.bulk_actions import CODING_ACTIONS as SEVERAL
from positions.admin.coding_actions import CODING_ACTIONS, may_edit
from positions.admin.coding_forms import ReadingForm, condition_lines, reading_errors, reading_facts
from positions.admin.filters import QueueFilter, StandingFilter, scoped
from positions.admin.finding import FindingAdmin
from positions.admin.refusals import ServiceRows
from positions.admin.review import ReviewAdmin
from positions.admin.scope import note_reads, reader_on
from positions.admin.starting import chosen_record, recall, remember, show_choice
from positions.admin.words import fill_in
from positions.enums import Role
from positions.exceptions import Invalid
from positions.models import Coding, Statement
from positions.services.coding import code_statement, delete_draft, submit_coding


class NewReadingForm(ReadingForm):
    """A reading of a statement that is there already."""

    condition_lines = condition_lines()

    class Meta(ReadingForm.Meta):
        pass


@admin.register(Coding)
class CodingAdmin(ReviewAdmin, FindingAdmin, BulkAdmin, ActionAdmin):
    """One coder's reading of one statement for one party on one issue."""

    add_role = Role.ANALYST
    change_form_template = "admin/positions/coding/change_form.html"
    list_display = (
        "party",
        "issue",
        "signed_stance",
        "move",
        "status",
        "coder",
        "passage",
        "stated_latest",
        "red_line",
        "confidence",
    )
    list_display_links = ("party", "issue")
    list_filter = (
        QueueFilter,
        scoped("negotiation"),
        "status",
        StandingFilter,
        scoped("codebook"),
        scoped("issue"),
        scoped("party"),
        "move",
        "state",
        "stance",
        "red_line",
        "reciprocal",
        "confidence",
        "footing",
    )
    list_select_related = ("negotiation", "party", "issue", "statement")
    search_fields = ("party__name", "issue__title", "coder", "key", "statement__exact", "conditions__text", "comment")
    search_help_text = gettext_lazy("Party, issue, coder, words of the quotation or of a condition, comment or key")
    date_hierarchy = "stated_latest"
    ordering = ("-created_at", "id")
    object_actions = CODING_ACTIONS
    bulk_actions = SEVERAL
    change_list_template = "admin/positions/coding/change_list.html"
    fieldsets = (
        (
            None,
            {"fields": [("party", "issue"), ("state", "stance"), ("move", "confidence"), ("red_line", "reciprocal")]},
        ),
        (gettext_lazy("Review"), {"fields": [("status", "coder"), "comment", ("created_at", "submitted_at")]}),
        (
            gettext_lazy("Record"),
            {
                "fields": [
                    ("recorded_at", "retired_at"),
                    "supersedes",
                    "reason",
                    "withdrawal_reason",
                    ("footing", "codebook"),
                    "key",
                ]
            },
        ),
    )

    @admin.display(description=gettext_lazy("stance"), ordering="stance")
    def signed_stance(self, coding: Coding) -> str:
        if coding.stance is None:
            return coding.get_state_display()
        return f"{coding.stance:+d}".replace("+0", "0").replace("-", "−")

    @admin.display(description=gettext_lazy("passage"))
    def passage(self, coding: Coding) -> str:
        words = " ".join(coding.statement.exact.split())
        return f"“{words[:80]}{'…' if len(words) > 80 else ''}”" if words else "–"

    # -- adding

    def get_fieldsets(self, request: HttpRequest, obj: Coding | None = None) -> Any:
        if obj is not None:
            return self.fieldsets
        return [
            (
                None,
                {
                    "fields": [
                        ("party", "issue"),
                        ("state", "stance"),
                        ("move", "confidence"),
                        ("red_line", "reciprocal"),
                        "condition_lines",
                    ]
                },
            )
        ]

    def get_form(self, request: HttpRequest, obj: Any | None = None, change: bool = False, **kwargs: Any) -> Any:
        statement = chosen_record(request, Statement)
        if obj is None and statement is not None:
            kwargs["form"] = type(
                "NewReadingForm", (NewReadingForm,), {"reader": reader_on(request), "within": statement.negotiation}
            )
        return super().get_form(request, obj, change=change, **kwargs)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        statement = chosen_record(request, Statement)
        if statement is None or not holds(request, Role.ANALYST, statement):
            return show_choice(
                self,
                request,
                Statement,
                Coding,
                "statement",
                gettext("Add a coding"),
                gettext("Choose the statement first"),
            )
        note_reads(request, statement.negotiation)
        context = {
            "statement": statement,
            "title": gettext("Add a coding"),
            "subtitle": str(statement),
            "can_submit": True,
            **(extra_context or {}),
        }
        answer: HttpResponse = super().add_view(request, form_url, context)
        return answer

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        statement = chosen_record(request, Statement)
        if statement is None:
            return {}
        return {
            "party": statement.asserted_by_id,
            "issue": recall(request, statement.negotiation, "issue"),
            "move": None,
        }

    def write(self, request: HttpRequest, form: Any, rows: dict[str, ServiceRows], existing: Any | None) -> Model:
        reader, statement = reader_on(request), chosen_record(request, Statement)
        if statement is None:
            raise Invalid(gettext("Choose the statement first."))
        try:
            coding = code_statement(reader, statement, reading_facts(form.cleaned_data))
            if "_submit" in request.POST:
                submit_coding(reader, coding)
        except Invalid as refusal:
            raise Invalid(reading_errors(refusal.errors)) from refusal
        remember(request, statement.negotiation, asserted_by=statement.asserted_by, issue=form.cleaned_data["issue"])
        return coding

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        words = {
            "draft": gettext("Kept as a draft: %(coding)s."),
            "submitted": gettext("Submitted: %(coding)s."),
            "published": gettext("Published: %(coding)s."),
        }.get(obj.status, gettext("Saved: %(coding)s."))
        link = format_html('<a href="{}" dir="auto">{}</a>', page_of(obj), obj)
        messages.success(request, fill_in(words, coding=link))
        if "_addanother" in request.POST:
            return HttpResponseRedirect(request.get_full_path())
        return HttpResponseRedirect(page_of(obj))

    # -- a draft may go

    def has_delete_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return holds(request, Role.ANALYST) if obj is None else may_edit(reader_on(request), obj)

    def delete_model(self, request: HttpRequest, obj: Coding) -> None:
        delete_draft(reader_on(request), obj)

    # -- looking

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        response = super().change_view(request, object_id, form_url, extra_context)
        shown = getattr(response, "context_data", None)
        if shown and shown.get("original") is not None:
            coding: Coding = shown["original"]
            shown["conditions"] = coding.conditions.select_related("falls_on").prefetch_related("statuses__statement")
            shown["statement"] = coding.statement
            shown["replaced_by"] = coding.superseded_by.first()
        return response

    def history_subjects(self, record: Any) -> list[tuple[str, str]]:
        """The reading, those it came from by correction, and its statement."""
        subjects, step = [], record
        while step is not None:
            subjects.append(("coding", str(step.pk)))
            step = step.supersedes
        return subjects
