"""Negotiations: opened by administrators, led by their leads."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy

from positions.admin.base import ADMINISTRATOR, ServiceAdmin
from positions.admin.imports import import_view
from positions.admin.members import MemberInline, save_members
from positions.admin.refusals import ServiceForm, ServiceRows
from positions.admin.scope import reader_on
from positions.enums import Role
from positions.models import Negotiation
from positions.services.negotiations import NegotiationFacts, create_negotiation, update_negotiation

SLUG_HELP = gettext_lazy("The address others rely on, such as european-security-2022. It never changes.")


class NegotiationForm(ServiceForm):
    class Meta:
        help_texts = {
            "slug": SLUG_HELP,
            "summary": gettext_lazy("What it is about, in a few sentences; shown on its first page."),
            "review_policy": gettext_lazy("What it takes for a coding to enter the record."),
        }


@admin.register(Negotiation)
class NegotiationAdmin(ServiceAdmin):
    """A process with issues, parties, rounds and members."""

    add_role, change_role = ADMINISTRATOR, Role.LEAD
    form = NegotiationForm
    change_list_template = "admin/positions/negotiation/change_list.html"
    list_display = ("title", "slug", "visibility", "review_policy", "created_at")
    list_filter = ("visibility", "review_policy")
    search_fields = ("title", "slug", "summary")
    search_help_text = gettext_lazy("Title, slug or summary")
    date_hierarchy = "created_at"
    ordering = ("title", "slug")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(lambda request: import_view(self, request))
        return [path("import/", view, name="positions_negotiation_import"), *super().get_urls()]

    def get_fields(self, request: HttpRequest, obj: Negotiation | None = None) -> Any:
        facts = ("title", "slug", "summary", "visibility", "review_policy")
        return facts if obj is None else (*facts, "created_at", "work", "roster")

    def get_readonly_fields(self, request: HttpRequest, obj: Negotiation | None = None) -> Any:
        return () if obj is None else ("slug", "created_at", "work", "roster")

    def get_inlines(self, request: HttpRequest, obj: Negotiation | None) -> Any:
        return () if obj is None else (MemberInline,)

    @admin.display(description=gettext_lazy("lists"))
    def work(self, negotiation: Negotiation) -> SafeString:
        """Links to everything that belongs to the negotiation."""
        models = (
            ("source", gettext("Sources")),
            ("statement", gettext("Statements")),
            ("coding", gettext("Codings")),
            ("issue", gettext("Issues")),
            ("round", gettext("Rounds")),
            ("codebookversion", gettext("Codebook")),
            ("event", gettext("Log")),
        )
        links = [(reverse(f"admin:positions_{model}_changelist"), negotiation.pk, label) for model, label in models]
        page = format_html('<a href="{}">{}</a>', reverse("negotiation", args=[negotiation.slug]), gettext("Its page"))
        return format_html(
            "{} · {}", page, format_html_join(" · ", '<a href="{}?negotiation__id__exact={}">{}</a>', links)
        )

    @admin.display(description=gettext_lazy("roster"))
    def roster(self, negotiation: Negotiation) -> str:
        """Parties and people; whoever is named in a record joins by itself."""
        parties = ", ".join(negotiation.parties.values_list("name", flat=True))
        persons = ", ".join(negotiation.persons.values_list("name", flat=True))
        return "; ".join(part for part in (parties, persons) if part) or gettext(
            "Nobody yet: whoever is named in a record joins by itself."
        )

    def write(
        self, request: HttpRequest, form: Any, rows: dict[str, ServiceRows], existing: Negotiation | None
    ) -> Model:
        reader, said = reader_on(request), form.cleaned_data
        facts = NegotiationFacts(
            slug=existing.slug if existing else said["slug"],
            **{name: said[name] for name in ("title", "summary", "visibility", "review_policy")},
        )
        if existing is None:
            return create_negotiation(reader, facts)
        saved = update_negotiation(reader, existing, facts)
        if "members" in rows and rows["members"].has_changed():
            save_members(reader, saved, rows["members"])
        return saved
