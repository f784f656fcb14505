"""``ETag`` and ``If-None-Match``: an answer that the caller already has is not sent again.

A tag is made of what is sent and of nothing else, so that it tells of no change the reader may not see.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

VARY = ("Accept", "Authorization", "Cookie")


def tag_by(response: Response, content: Any) -> None:
    """Tag the answer weakly by ``content``: it says the same as another although its bytes may differ."""
    response.etag_basis = json.dumps(content, cls=JSONEncoder).encode()  # type: ignore[attr-defined]


def make_conditional(request: HttpRequest, response: Response, *, is_private: bool) -> None:
    """Have the answer to a read carry an ETag of its body, and become a 304 where the caller has it.

    The tag is strong, but for answers given to :func:`tag_by`. Caches may keep the answer but must ask
    again; what a signed-in reader sees stays out of shared ones.
    """
    patch_vary_headers(response, VARY)
    if request.method not in ("GET", "HEAD") or response.status_code != 200:
        patch_cache_control(response, no_store=True)
        return
    patch_cache_control(response, no_cache=True, **({"private": True} if is_private else {}))

    def tag(rendered: Response) -> HttpResponseBase | None:
        basis: bytes | None = getattr(rendered, "etag_basis", None)
        rendered.headers["ETag"] = etag_of(rendered.content) if basis is None else f"W/{etag_of(basis)}"
        answer = get_conditional_response(request, etag=rendered.headers["ETag"], response=rendered)
        return None if answer is rendered else answer

    response.add_post_render_callback(tag)


def etag_of(body: bytes) -> str:
    """The strong ETag of an answer."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'
