"""The language of pages: the browser's, or the one chosen in the foot of the page."""

from __future__ import annotations

import re

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def language_of(text: str) -> tuple[str, str]:
    match = re.search(r'<html lang="([\w-]+)" dir="(\w+)">', text)
    assert match
    return match.group(1), match.group(2)


def test_page_speaks_what_the_browser_accepts(client: Client) -> None:
    answer = client.get("/method/", headers={"Accept-Language": "ru, en;q=0.8"})

    assert language_of(answer.text) == ("ru", "ltr")
    assert answer.headers["Content-Language"] == "ru"
    assert {"Cookie", "Accept-Language"} <= {name.strip() for name in answer.headers["Vary"].split(",")}
    assert language_of(client.get("/method/", headers={"Accept-Language": "de"}).text) == ("en", "ltr")


def test_chosen_language_stays_and_keeps_the_page(client: Client) -> None:
    page = client.get("/search/?q=a%26b&since=2022-01-01").text
    assert '<input type="hidden" name="next" value="/search/?q=a%26b&amp;since=2022-01-01">' in page

    answer = client.post("/language/", {"language": "fr", "next": "/search/?q=a%26b&since=2022-01-01"})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/search/?q=a%26b&since=2022-01-01")
    assert language_of(client.get("/search/", headers={"Accept-Language": "ru"}).text) == ("fr", "ltr")
    assert language_of(client.get("/nowhere/").text) == ("fr", "ltr")


@pytest.mark.parametrize("address", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"])
def test_choice_of_language_leads_nowhere_else(client: Client, address: str) -> None:
    answer = client.post("/language/", {"language": "fr", "next": address})

    assert answer.headers["Location"] == "/"


def test_unknown_language_changes_nothing(client: Client) -> None:
    client.post("/language/", {"language": "xx", "next": "/method/"})

    assert language_of(client.get("/method/").text) == ("en", "ltr")
