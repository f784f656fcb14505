"""What people refused of the machine's suggestions. Only to look at."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy

from positions.admin.base import ScopedAdmin
from positions.admin.filters import scoped
from positions.models import SuggestionRefusal


@admin.register(SuggestionRefusal)
class SuggestionRefusalAdmin(ScopedAdmin):
    """Which reading of which passage is not offered again, and who refused it."""

    list_display = ("text", "start", "end", "party", "issue", "refused_by_name", "refused_at")
    list_filter = (scoped("party"), scoped("issue"))
    list_select_related = ("text__source", "party", "issue")
    search_fields = ("text__source__title", "party__name", "issue__title", "refused_by_name")
    search_help_text = gettext_lazy("Source, party, issue, or who refused it")
    date_hierarchy = "refused_at"
    ordering = ("-refused_at", "id")
    fields = ("text", "start", "end", "party", "issue", "refused_by_name", "refused_at")
