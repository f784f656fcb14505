"""Headers on every answer, the limit on requests, and where a request came from."""

from __future__ import annotations

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils.translation import get_language, override
from pytest_django import Settings

from tracker.middleware import ReaderLanguage, ResponseHeaders, client_address

POLICY = (
    "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'self'; form-action 'self'; img-src 'self'"
)


def policy_of(**attributes: bool) -> tuple[str, bool]:
    """The content policy of a response with these attributes, and whether it may be framed anywhere."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = HttpResponse()
        for name, value in attributes.items():
            setattr(response, name, value)
        return response

    response = ResponseHeaders(answer)(RequestFactory().get("/"))
    return response.headers["Content-Security-Policy"], getattr(response, "xframe_options_exempt", False)


def test_every_answer_carries_the_headers(client: Client) -> None:
    headers = client.get("/healthz").headers

    assert headers["Content-Security-Policy"] == POLICY
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "SAMEORIGIN"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Permissions-Policy"] == "camera=(), geolocation=(), microphone=(), payment=(), usb=()"


def test_view_may_allow_data_images() -> None:
    assert policy_of(csp_img_data=True) == (POLICY.replace("img-src 'self'", "img-src 'self' data:"), False)


def test_view_may_be_embedded() -> None:
    assert policy_of(csp_embeddable=True) == (POLICY.replace("frame-ancestors 'self'", "frame-ancestors *"), True)


def test_oversized_request_is_refused_before_it_is_read(client: Client, settings: Settings) -> None:
    settings.MAX_REQUEST_BYTES = 2_000_000

    answer = client.generic("POST", "/api/v1/imports/", b"x", content_type="application/json", CONTENT_LENGTH="2000001")

    assert (answer.status_code, answer.headers["Content-Type"]) == (413, "application/problem+json")
    assert answer.json() == {
        "type": "about:blank",
        "title": "Content Too Large",
        "status": 413,
        "detail": "A request may hold 2 MB; split what you send, or raise MAX_REQUEST_MEGABYTES.",
        "errors": {},
    }


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "127.0.0.1"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (2, "198.51.100.1, 203.0.113.9", "198.51.100.1"),
        (2, "203.0.113.9", "127.0.0.1"),
        (1, "", "127.0.0.1"),
    ],
)
def test_address_is_the_one_the_last_trusted_proxy_saw(
    proxies: int, forwarded: str, address: str, settings: Settings
) -> None:
    settings.PROXY_COUNT = proxies

    assert client_address(RequestFactory().get("/", HTTP_X_FORWARDED_FOR=forwarded)) == address


@pytest.mark.parametrize(
    ("path", "follows_reader"),
    [
        ("/", True),
        ("/n/a/issues/b/", True),
        ("/n/a/issues/b/timeline.svg", True),
        ("/n/a/brief/brief.docx", True),
        ("/n/a/issues/b/timeline.csv", False),
        ("/statements/x/cite.bib", False),
        ("/oembed/", False),
        ("/api/v1/negotiations/", False),
    ],
)
def test_language_follows_the_reader_on_what_people_read(path: str, follows_reader: bool) -> None:
    seen = []

    def answer(request: HttpRequest) -> HttpResponse:
        seen.append(get_language())
        return HttpResponse()

    with override("en"):
        response = ReaderLanguage(answer)(RequestFactory(headers={"Accept-Language": "fr-CA, en;q=0.5"}).get(path))

    assert isinstance(response, HttpResponse)
    assert seen == ["fr" if follows_reader else "en"]
    assert response.headers["Content-Language"] == seen[0]
    assert response.headers.get("Vary", "") == ("Cookie, Accept-Language" if follows_reader else "")
