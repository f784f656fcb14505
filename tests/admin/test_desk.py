"""The first page of the desk, and the import of bundles."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from positions.enums import CodingStatus, ReviewPolicy, Role
from positions.exceptions import BundleRefused
from positions.models import Coding, Event, Negotiation
from tests.admin.conftest import Talks, client_of
from tests.admin.test_pages import list_of
from tests.factories import (
    add_member,
    make_coding,
    make_issue,
    make_negotiation,
    make_source,
    make_statement,
    make_user,
)

EMPTY = {"drafts": 0, "returned": 0, "review": 0, "adjudicate": 0, "orphaned": 0, "tagging": 0}
IMPORT = f"{list_of('negotiation')}import/"


def counts_on(client: Client) -> dict[str, int]:
    page = client.get("/admin/").content.decode()
    found = re.findall(r'queue=(\w+)">\s*<span class="number">(\d+)<', page)
    return {queue: int(number) for queue, number in found}


def listed_in(client: Client, queue: str) -> set[Any]:
    return {coding.pk for coding in client.get(f"{list_of('coding')}?queue={queue}").context["cl"].result_list}


def test_queues_count_what_waits_for_whom(talks: Talks, users: dict[str, User], hidden: Talks) -> None:
    def code(status: str, coder: User, **fields: Any) -> Coding:
        statement = make_statement(source=talks.source)
        return make_coding(statement, issue=talks.issue, status=status, coder_user=coder, **fields)

    draft = code(CodingStatus.DRAFT, users["analyst"])
    returned = code(CodingStatus.DRAFT, users["analyst"], comment="Again")
    waiting = code(CodingStatus.SUBMITTED, users["analyst"])
    code(CodingStatus.SUBMITTED, users["reviewer"])
    make_coding(make_statement(source=hidden.source), status=CodingStatus.SUBMITTED)
    analyst, reviewer = client_of(users["analyst"]), client_of(users["reviewer"])
    assert counts_on(analyst) == {**EMPTY, "drafts": 1, "returned": 1}
    assert counts_on(reviewer) == {**EMPTY, "review": 1}
    assert listed_in(analyst, "drafts") == {draft.pk}
    assert listed_in(analyst, "returned") == {returned.pk}
    assert listed_in(reviewer, "review") == {waiting.pk}
    assert counts_on(client_of(users["administrator"]))["review"] == 3


def test_adjudication_counts_passages_not_readings(users: dict[str, User]) -> None:
    twice = make_negotiation(review_policy=ReviewPolicy.DOUBLE)
    referee = add_member(twice, make_user(is_staff=True), Role.REVIEWER)
    coders = [add_member(twice) for _ in range(2)]
    statement, issue = make_statement(source=make_source(twice)), make_issue(twice)
    readings = {make_coding(statement, issue=issue, coder_user=c, status=CodingStatus.SUBMITTED).pk for c in coders}
    make_coding(statement, issue=make_issue(twice), coder_user=coders[0], status=CodingStatus.SUBMITTED)
    assert counts_on(client_of(referee)) == {**EMPTY, "adjudicate": 1}
    assert listed_in(client_of(referee), "adjudicate") == readings
    make_coding(statement, issue=issue)
    assert counts_on(client_of(referee))["adjudicate"] == 0


def test_first_page_asks_few_questions(
    talks: Talks, users: dict[str, User], django_assert_max_num_queries: Any
) -> None:
    for _ in range(3):
        make_source(talks.negotiation)
        add_member(make_negotiation(), users["lead"], Role.LEAD)
    client = client_of(users["lead"])
    with django_assert_max_num_queries(15):
        page = client.get("/admin/").content.decode()
    assert "Rapporteur desk" in page
    assert "Delta communiqué" in page


@pytest.mark.parametrize("role", ["analyst", "reviewer", "lead"])
def test_only_administrators_import(users: dict[str, User], role: str) -> None:
    assert client_of(users[role]).get(IMPORT).status_code == 403
    assert client_of(users[role]).post(IMPORT).status_code == 403


def upload(client: Client, document: bytes, **fields: str) -> Any:
    return client.post(IMPORT, {"bundle": SimpleUploadedFile("bundle.json", document), **fields})


def test_refused_bundle_shows_every_problem(administrator: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    problems = [(f"$.statements[{n}].exact", f"problem <b>{n}</b>") for n in range(40)]

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise BundleRefused(problems)

    monkeypatch.setattr("positions.admin.imports.import_bundle", refuse)
    page = upload(administrator, b"{}").content.decode()
    assert "40 problems. Nothing was imported." in page
    assert all(f"$.statements[{n}].exact" in page and f"problem &lt;b&gt;{n}&lt;/b&gt;" in page for n in range(40))


@pytest.mark.parametrize("document", [b"", b"not json", b"\xff\xfe", b"[]", b'{"format": "other"}'])
def test_what_is_no_bundle_is_said_so(administrator: Client, document: bytes) -> None:
    before = Event.objects.count()
    response = upload(administrator, document)
    assert response.status_code == 200
    page = response.content.decode()
    assert "Nothing was imported" in page or "The submitted file is empty." in page
    assert Event.objects.count() == before


def test_bundle_is_checked_then_imported(administrator: Client) -> None:
    document = (Path(__file__).parents[2] / "positions/demo/european-security-2022/bundle.json").read_bytes()
    bundle = json.loads(document)
    for source in bundle["sources"]:
        source.pop("text_file", None)
    slim = {**bundle, "sources": bundle["sources"], "statements": []}
    checked = upload(administrator, json.dumps(slim).encode(), dry_run="on").content.decode()
    assert "The bundle is sound." in checked
    assert not Negotiation.objects.filter(slug="european-security-2022").exists()
    response = upload(administrator, json.dumps(slim).encode())
    negotiation = Negotiation.objects.get(slug="european-security-2022")
    assert response.headers["Location"] == f"{list_of('negotiation')}{negotiation.pk}/change/"
    assert negotiation.issues.count() == 17
