"""What is contested: kept by the negotiation's leads."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from positions.admin.base import choose_within
from positions.admin.bulk import BulkAdmin
from positions.admin.bulk_actions import ISSUE_ACTIONS
from positions.admin.filters import scoped
from positions.admin.merged import MergedAside, MergedFilter
from positions.admin.refusals import ServiceForm, ServiceRows
from positions.admin.rounds import offer_led
from positions.admin.scope import reader_on
from positions.admin.widgets import WithinNegotiation
from positions.enums import Role
from positions.models import Issue
from positions.services.negotiations import IssueFacts, save_issue

FROZEN_HELP = gettext_lazy(
    "Frozen once a coding of the issue is published: then the codebook's next version changes it."
)


class IssueForm(ServiceForm):
    keyword_lines = forms.CharField(
        label=gettext_lazy("Keywords"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 60}),
        help_text=gettext_lazy("One to a line."),
    )
    rank = forms.IntegerField(
        label=gettext_lazy("Rank"),
        required=False,
        min_value=0,
        max_value=2_147_483_647,
        help_text=gettext_lazy("Order on pages, the first is 0; the next free one by default."),
    )

    class Meta:
        widgets = {
            "proposal": forms.Textarea(attrs={"rows": 3}),
            "pole_for": forms.Textarea(attrs={"rows": 2}),
            "pole_against": forms.Textarea(attrs={"rows": 2}),
            "reference_point": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {
            "slug": gettext_lazy("Its name in addresses and files, unique in the negotiation."),
            "proposal": format_lazy("{} {}", gettext_lazy("What +2 means, in one sentence."), FROZEN_HELP),
            "parent": gettext_lazy("The wider issue it is part of, of the same negotiation."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["keyword_lines"] = "\n".join(self.instance.keywords or [])
        if self.instance._state.adding:
            self.initial["rank"] = None
        elif "parent" in self.fields:
            choose_within(self, self.instance.negotiation, ["parent"])

    def clean_keyword_lines(self) -> tuple[str, ...]:
        words = (line.strip() for line in self.cleaned_data["keyword_lines"].split("\n"))
        return tuple(dict.fromkeys(word for word in words if word))


@admin.register(Issue)
class IssueAdmin(MergedAside, BulkAdmin):
    """Contested questions, each with a written proposal."""

    add_role = change_role = Role.LEAD
    form = IssueForm
    bulk_actions = ISSUE_ACTIONS
    list_display = ("title", "slug", "negotiation", "parent", "rank")
    list_filter = (scoped("negotiation"), MergedFilter)
    list_select_related = ("negotiation", "parent")
    search_fields = ("title", "slug", "proposal", "pole_for", "pole_against", "reference_point")
    search_help_text = gettext_lazy("Title, slug, proposal or poles")
    ordering = ("negotiation__title", "rank", "slug")
    fields = (
        "negotiation",
        ("title", "slug"),
        "proposal",
        ("pole_for", "pole_against"),
        "reference_point",
        "keyword_lines",
        ("parent", "rank"),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Issue | None = None) -> Any:
        merged = super().get_readonly_fields(request, obj)
        return merged if obj is None else ("negotiation", *merged)

    def get_form(self, request: HttpRequest, obj: Any | None = None, change: bool = False, **kwargs: Any) -> Any:
        return offer_led(super().get_form(request, obj, change=change, **kwargs), request)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "parent":
            kwargs["widget"] = WithinNegotiation(db_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def write(self, request: HttpRequest, form: Any, rows: dict[str, ServiceRows], existing: Issue | None) -> Model:
        said = form.cleaned_data
        names = ("slug", "title", "proposal", "pole_for", "pole_against", "reference_point", "parent", "rank")
        facts = IssueFacts(**{name: said[name] for name in names}, keywords=said["keyword_lines"])
        return save_issue(
            reader_on(request), existing.negotiation if existing else said["negotiation"], facts, existing=existing
        )
