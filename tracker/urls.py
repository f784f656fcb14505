"""Which part of the project answers which address."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from positions.web.health import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("api/v1/", include("positions.api.urls")),
    path("admin/", admin.site.urls),
    path("", include("positions.web.urls")),
]
