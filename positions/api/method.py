"""Where the method page says how an answer is worked out."""

from __future__ import annotations

from django.urls import reverse
from rest_framework.request import Request


def method_path(section: str) -> str:
    """The path of a heading of the method page."""
    return f"{reverse('method')}#{section}"


def method_address(request: Request, section: str) -> str:
    """The same as an absolute address."""
    return request.build_absolute_uri(method_path(section))
