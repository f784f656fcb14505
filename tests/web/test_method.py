"""The method page: docs/methodology.md with headings one can link to."""

from __future__ import annotations

import re

import pytest
from django.test import Client


@pytest.mark.django_db
def test_method_has_linked_headings_and_tables(client: Client) -> None:
    response = client.get("/method/")
    page = response.content.decode()
    targets = re.findall(r'<li><a href="#([^"]+)"', page)
    assert len(targets) >= 8
    assert all(f'id="{target}"' in page for target in targets)
    assert "one row means one coder’s reading of one passage" in page
    assert page.count("<table>") >= 3
