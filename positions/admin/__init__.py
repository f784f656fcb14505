"""The analysts' desk: stock Django admin in which every write is a service and every list knows its reader."""

from __future__ import annotations

from django.contrib import admin

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

admin.site.site_header = "Rapporteur desk"
admin.site.site_title = "Rapporteur desk"
admin.site.index_title = "What waits for you"
admin.site.index_template = "admin/desk.html"
admin.site.enable_nav_sidebar = True
