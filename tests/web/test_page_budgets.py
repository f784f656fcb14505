"""What every page for reading may cost: twelve queries, 150 kB, and no script that holds it up."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from positions.models import Party, Source, Statement
from positions.services.demo import load_demo_negotiations
from positions.services.saved_views import READING_PAGES

MOST_QUERIES = 12
MOST_BYTES = 150_000
SCRIPT = re.compile(r"<script\b([^>]*)>")
SLUG = "european-security-2022"
ARGUMENTS: dict[str, tuple[object, ...]] = {
    "home": (),
    "search": (),
    "method": (),
    "issue-timeline": (SLUG, "inf-missiles-europe"),
    "party-dossier": (SLUG, "russia"),
    "round": (SLUG, 4),
    "readouts": (SLUG, 2),
}
QUERIES = {"search": "?q=missiles", "compare": "?a=russia&b=united-states"}


def address_of(name: str) -> str:
    """The page of the demo; a page of one record shows one with much on it."""
    if name == "source":
        return reverse(name, args=[Source.objects.order_by("-texts__length").values_list("pk", flat=True)[0]])
    if name == "statement":
        return reverse(name, args=[Statement.objects.filter(codings__party__slug="russia")[0].pk])
    return reverse(name, args=ARGUMENTS.get(name, (SLUG,))) + QUERIES.get(name, "")


def faults_of(client: Client, name: str) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(address_of(name))
    assert answer.status_code == 200, name
    page = answer.content.decode()
    scripts = [found for found in SCRIPT.findall(page) if 'type="application/json"' not in found]
    holding = [found for found in scripts if 'type="module"' not in found or "blocking" in found]
    return [
        *([f"{name}: {len(captured)} queries"] if len(captured) > MOST_QUERIES else []),
        *([f"{name}: {len(answer.content):,} bytes"] if len(answer.content) > MOST_BYTES else []),
        *(f"{name}: <script{found}> holds the page up" for found in holding),
    ]


@pytest.mark.django_db
def test_every_page_of_the_demo_keeps_to_its_budget(client: Client) -> None:
    load_demo_negotiations()
    assert Party.objects.filter(slug="russia").exists()
    assert [fault for name in sorted(READING_PAGES) for fault in faults_of(client, name)] == []
