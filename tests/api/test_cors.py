"""Scripts of other origins: none by default, named ones where the installation says so, never with cookies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.test import Client
from pytest_django import Settings

from tests.api.conftest import ROOT, Api
from tracker.env import EnvironmentRefused, read_environment

pytestmark = pytest.mark.django_db
ORIGIN = "https://newsroom.example.org"


def allowed(answer: Any) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.lower().startswith("access-control-")}


def preflight(address: str = f"{ROOT}parties/", origin: str = ORIGIN) -> Any:
    return Client().options(
        address, HTTP_ORIGIN=origin, HTTP_ACCESS_CONTROL_REQUEST_METHOD="GET",
        HTTP_ACCESS_CONTROL_REQUEST_HEADERS="authorization, if-none-match",
    )  # fmt: skip


def test_off_by_default(api: Api) -> None:
    assert project.CORS_ALLOWED_ORIGINS == []
    answer = api.client.get(f"{ROOT}parties/", headers={"Origin": ORIGIN})
    assert (answer.status_code, allowed(answer), allowed(preflight())) == (200, {}, {})


def test_named_origin_reads_the_api_alone_and_without_cookies(settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [ORIGIN]
    answer = Client().get(f"{ROOT}parties/", headers={"Origin": ORIGIN})
    assert allowed(answer) == {
        "access-control-allow-origin": ORIGIN,
        "access-control-expose-headers": ", ".join(project.CORS_EXPOSE_HEADERS),
    }
    assert "origin" in answer["Vary"].lower()
    before = preflight()
    assert before.status_code == 200
    assert before["access-control-allow-origin"] == ORIGIN
    assert {"authorization", "if-none-match"} <= set(before["access-control-allow-headers"].split(", "))
    assert "access-control-allow-credentials" not in before.headers
    for origin in ("https://other.example.org", "null", f"{ORIGIN}.evil.example", ORIGIN.replace("https", "http")):
        assert "access-control-allow-origin" not in preflight(origin=origin).headers
    for address in ("/", "/admin/login/", "/healthz"):
        assert allowed(Client().get(address, headers={"Origin": ORIGIN})) == {}


def test_refusals_may_be_read_too(settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS, settings.MAX_REQUEST_BYTES = [ORIGIN], 10
    missing = Client().get(f"{ROOT}parties/nobody/", headers={"Origin": ORIGIN})
    large = Client().post(f"{ROOT}tokens/", "x" * 11, content_type="application/json", headers={"Origin": ORIGIN})
    assert [answer.status_code for answer in (missing, large)] == [404, 413]
    assert {answer["access-control-allow-origin"] for answer in (missing, large)} == {ORIGIN}


@pytest.mark.parametrize(
    "origin",
    ["*", "newsroom.example.org", "https://*.example.org", f"{ORIGIN}/", f"{ORIGIN}/api", f"{ORIGIN}:443", "null",
     "https://user@example.org", "https://Newsroom.example.org", "ftp://example.org", "https://", f"{ORIGIN}:99999"],
)  # fmt: skip
def test_malformed_origin_stops_the_start(origin: str, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentRefused, match=r"^CORS_ORIGINS: "):
        read_environment({"CORS_ORIGINS": f"{ORIGIN},{origin}"}, tmp_path)


def test_origins_as_browsers_send_them(tmp_path: Path) -> None:
    origins = (ORIGIN, "http://localhost:3000", "https://[::1]:8443")
    assert read_environment({"CORS_ORIGINS": ", ".join(origins)}, tmp_path).cors_origins == origins
