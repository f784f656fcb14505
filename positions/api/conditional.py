"""``ETag`` and ``If-None-Match``: an answer that the caller already has is not sent again."""

from __future__ import annotations

import hashlib

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from rest_framework.response import Response

VARY = ("Accept", "Authorization", "Cookie")


def make_conditional(request: HttpRequest, response: Response, *, is_private: bool) -> None:
    """Have the answer to a read carry a strong ETag of its body, and become a 304 where the caller has it.

    Caches may keep it but must ask again; what a signed-in reader sees stays out of shared ones.
    """
    patch_vary_headers(response, VARY)
    if request.method not in ("GET", "HEAD") or response.status_code != 200:
        patch_cache_control(response, no_store=True)
        return
    patch_cache_control(response, no_cache=True, **({"private": True} if is_private else {}))

    def tag(rendered: Response) -> HttpResponseBase | None:
        rendered.headers["ETag"] = etag_of(rendered.content)
        answer = get_conditional_response(request, etag=rendered.headers["ETag"], response=rendered)
        return None if answer is rendered else answer

    response.add_post_render_callback(tag)


def etag_of(body: bytes) -> str:
    """The strong ETag of an answer."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'
