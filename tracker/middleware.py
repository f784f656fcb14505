"""Response headers that every page of the project carries, and the address a request came from."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]

CONTENT_POLICY = {
    "default-src": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'self'",
    "form-action": "'self'",
    "img-src": "'self'",
}
PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


class ResponseHeaders:
    """Adds the content policy and its companions.

    A view may loosen two directives by an attribute on its response: ``csp_img_data`` lets the page
    show images from ``data:`` addresses (the API's own documentation does), ``csp_embeddable`` lets
    other sites put the page in a frame.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        policy = dict(CONTENT_POLICY)
        if getattr(response, "csp_img_data", False):
            policy["img-src"] = "'self' data:"
        if getattr(response, "csp_embeddable", False):
            policy["frame-ancestors"] = "*"
            response.xframe_options_exempt = True  # type: ignore[attr-defined]
        response.headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in policy.items())
        response.headers["Permissions-Policy"] = PERMISSIONS_POLICY
        return response


def client_address(request: HttpRequest) -> str | None:
    """Where the request came from, looking past as many proxies as ``PROXY_COUNT`` says there are."""
    proxies: int = settings.PROXY_COUNT
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if proxies and len(forwarded) >= proxies:
        return forwarded[-proxies]
    address: str | None = request.META.get("REMOTE_ADDR")
    return address
