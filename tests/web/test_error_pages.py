"""Error pages, and what every page promises: no inline script or style, no caching of what is private."""

from __future__ import annotations

import re

import pytest
from django.template.loader import render_to_string
from django.test import Client

from positions.enums import Role
from tests.factories import add_member
from tests.web.conftest import Talks


@pytest.mark.django_db
def test_missing_page(client: Client) -> None:
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert "There is no such page" in response.content.decode()


@pytest.mark.parametrize("name", ["400.html", "403.html", "403_csrf.html", "500.html"])
def test_error_page_needs_nothing(name: str) -> None:
    assert "<h1>" in render_to_string(name)


@pytest.mark.django_db
def test_pages_only_read(client: Client, talks: Talks) -> None:
    assert client.post(talks.timeline).status_code == 405


@pytest.mark.django_db
def test_no_page_has_inline_script_style_or_handler(client: Client, talks: Talks) -> None:
    client.force_login(add_member(talks.negotiation, role=Role.LEAD))
    statement = talks.source.statements.get()
    pages = ["/", "/method/", "/n/river-talks/", "/n/river-talks/matrix/", talks.timeline, "/nowhere/"]
    for page in (*pages, f"/sources/{talks.source.pk}/", f"/statements/{statement.pk}/"):
        response = client.get(page)
        text = response.content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", text), page
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
        assert "unsafe" not in response.headers["Content-Security-Policy"]


@pytest.mark.django_db
def test_pages_are_not_kept_by_shared_caches(client: Client, talks: Talks) -> None:
    response = client.get(talks.timeline)
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in response.headers["Vary"]
