"""Whether a page can be saved as a view."""

from __future__ import annotations

from urllib.parse import urlencode

from django import template
from django.http import HttpRequest
from django.urls import reverse

from positions.services.saved_views import READING_PAGES

register = template.Library()


@register.simple_tag
def saving_address(request: HttpRequest | None) -> str:
    """Where a signed-in person saves the page they look at; empty on pages that are not read."""
    match = getattr(request, "resolver_match", None)
    if request is None or match is None or match.url_name not in READING_PAGES or not request.user.is_authenticated:
        return ""
    return f"{reverse('saved-view-add')}?{urlencode({'address': request.get_full_path()})}"
