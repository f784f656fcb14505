"""The tagging page's JSON: what an analyst saves, and what nobody else sees."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from positions.models import Coding, Event, Statement
from tests.admin.conftest import Talks


def address(talks: Talks, tail: str = "") -> str:
    return f"/admin/positions/source/{talks.source.pk}/tag/{tail}"


def send(client: Client, talks: Talks, tail: str, content: Any) -> Any:
    body = content if isinstance(content, bytes | str) else json.dumps(content)
    return client.post(address(talks, tail), body, content_type="application/json")


def passage(talks: Talks, **changes: Any) -> dict[str, Any]:
    """A valid request on the second sentence of the source."""
    exact = "We are ready to talk about limits on both sides."
    text = talks.source.texts.get().text
    start = text.index(exact)
    content: dict[str, Any] = {
        "key": str(uuid.uuid4()), "start": start, "end": start + len(exact), "exact": exact,
        "asserted_by": talks.party.slug, "speaker": None, "speaker_label": "", "directness": "verbatim",
        "attribution": "on_record", "credibility": 6, "stated_on": "2022-01-10", "round": 1, "addressees": [],
        "note": "", "submit": True, "suggested": False, "codings": [reading(talks)],
    }  # fmt: skip
    return {**content, **changes}


def reading(talks: Talks, **changes: Any) -> dict[str, Any]:
    content: dict[str, Any] = {
        "key": str(uuid.uuid4()), "party": None, "issue": talks.issue.slug, "state": "coded", "stance": 1,
        "move": "offer", "red_line": False, "reciprocal": False, "confidence": "medium",
        "conditions": [{"kind": "reciprocity", "text": "limits on both sides", "falls_on": None}],
    }  # fmt: skip
    return {**content, **changes}


def test_saving_writes_statement_and_reading_at_once_and_once(analyst: Client, talks: Talks) -> None:
    content = passage(talks)
    first = send(analyst, talks, "statements/", content)
    assert first.status_code == 201, first.content
    again = send(analyst, talks, "statements/", content)
    assert again.status_code == 200
    assert again.json() == first.json()
    assert Statement.objects.count() == 2
    [payload] = first.json()["statements"]
    assert (payload["exact"], payload["by"]) == (content["exact"], "analyst")
    assert [(c["stance"], c["status"], c["mine"]) for c in payload["codings"]] == [(1, "submitted", True)]


def test_state_tells_all_the_page_needs(analyst: Client, talks: Talks) -> None:
    state = analyst.get(address(talks, "state/")).json()
    assert state["me"] == {"username": "analyst", "name": "analyst", "role": "analyst"}
    assert [one["id"] for one in state["statements"]] == [str(talks.statement.pk)]
