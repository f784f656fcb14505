"""The analysts' desk: stock Django admin in which every write is a service and every list knows its reader."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy

from positions.admin import (  # noqa: F401 - each module registers its pages
    changes,
    codebook,
    codings,
    conditions,
    issues,
    log,
    members,
    negotiations,
    parties,
    relations,
    rounds,
    sources,
    statements,
    suggestions,
    webhooks,
)

admin.site.site_header = gettext_lazy("Rapporteur desk")
admin.site.site_title = gettext_lazy("Rapporteur desk")
admin.site.index_title = gettext_lazy("What waits for you")
admin.site.index_template = "admin/desk.html"
admin.site.enable_nav_sidebar = True
