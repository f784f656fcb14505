"""Which part of the project answers which address."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path, re_path

from positions.api.problems import unknown_address
from positions.web.health import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("api/v1/", include("positions.api.urls")),
    re_path(r"^api/", unknown_address),
    path("admin/", admin.site.urls),
    path("", include("positions.web.urls")),
]
