"""Response headers that every page of the project carries, and the address a request came from."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers

from positions.web.health import healthz, readyz

GetResponse = Callable[[HttpRequest], HttpResponse]

CONTENT_POLICY = {
    "default-src": "'self'",
    "base-uri": "'none'",
    "object-src": "'none'",
    "frame-ancestors": "'self'",
    "form-action": "'self'",
    "img-src": "'self'",
}
# answers for programs, whose words are part of a contract
ENGLISH_ADDRESSES = ("/api/", "/oembed/")
ENDINGS_FOR_PEOPLE = ("svg", "png", "pdf", "docx", "html")
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
            response.xframe_options_exempt = True
        response.headers["Content-Security-Policy"] = "; ".join(f"{name} {value}" for name, value in policy.items())
        response.headers["Permissions-Policy"] = PERMISSIONS_POLICY
        return response


class Probes:
    """Answers ``/healthz`` and ``/readyz`` before any check of the host name: probes come by address."""

    views = {"/healthz": healthz, "/readyz": readyz}

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        view = self.views.get(request.path_info)
        return self.get_response(request) if view is None else view(request)


class ReaderLanguage(LocaleMiddleware):
    """Pages, and files made for people, in the reader's language: their choice, else what the browser accepts.

    The API and files that programs read (tables, citations) stay English whoever asks, and say so to caches
    by not varying.
    """

    def process_request(self, request: HttpRequest) -> None:
        if is_for_people(request.path_info):
            super().process_request(request)
        else:
            translation.activate(settings.LANGUAGE_CODE)
            request.LANGUAGE_CODE = settings.LANGUAGE_CODE

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if is_for_people(request.path_info):
            # the choice is kept in a cookie
            patch_vary_headers(response, ("Cookie",))
            return super().process_response(request, response)
        response.headers.setdefault("Content-Language", settings.LANGUAGE_CODE)
        return response


def is_for_people(path: str) -> bool:
    """Whether an address is a page, a picture or a document, not the API or a file of rows."""
    if path.startswith(ENGLISH_ADDRESSES):
        return False
    _, dot, ending = path.rpartition("/")[2].rpartition(".")
    return not dot or ending in ENDINGS_FOR_PEOPLE


class RequestSize:
    """Refuses a request whose body is larger than ``MAX_REQUEST_MEGABYTES`` before anything reads it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        if length <= settings.MAX_REQUEST_BYTES:
            return self.get_response(request)
        largest = settings.MAX_REQUEST_BYTES // 1_000_000
        problem = {
            "type": "about:blank",
            "title": "Content Too Large",
            "status": 413,
            "detail": f"A request may hold {largest} MB; split what you send, or raise MAX_REQUEST_MEGABYTES.",
            "errors": {},
        }
        return JsonResponse(problem, status=413, content_type="application/problem+json")


def client_address(request: HttpRequest) -> str | None:
    """Where the request came from, looking past as many proxies as ``PROXY_COUNT`` says there are."""
    proxies = settings.PROXY_COUNT
    forwarded: list[str] = [
        part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()
    ]
    if proxies and len(forwarded) >= proxies:
        return forwarded[-proxies]
    address: str | None = request.META.get("REMOTE_ADDR")
    return address
