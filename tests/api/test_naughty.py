"""Hostile text in every parameter of every read: refused by name or answered, never a failure of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from positions.api.documents import build_document
from positions.enums import JobState, Role
from positions.models import Job, Negotiation, Source
from positions.services.job_runs import execute_job
from tests.api.conftest import Api
from tests.factories import add_member, make_coding, make_issue, make_negotiation, make_round, make_statement

NAUGHTY = (
    "",
    " ",
    "\x00",
    "x\x00y",
    "<script>alert(1)</script>",
    "'; DROP TABLE positions_coding; --",
    "%s%n%(x)s {0} {{7*7}}",
    "\u202eright to left\u202c",
    "zero\u200bwidth\ufeff",
    "\U0001f9ff\U00010348",
    "e\u0301\u0323" * 60,
    "=1+1",
    "../../etc/passwd",
    "1e309",
    "-1",
    "99999999999999999999999",
    "NaN",
    "0x10",
    "٣",
    "0000-01-01",
    "9999-12-31",
    "9999-12-31T23:59:59-23:59",
    "0001-01-01T00:00:00+23:59",
    "2022-02-30",
    "a" * 1900,
    ",",
    "null",
    "true",
    "*",
    "\\",
    "%",
    "_",
    "(",
    "[",
    "\ud7ff",
)


@pytest.fixture
def talks(db: None, settings: Settings) -> Negotiation:
    settings.THROTTLE_ANONYMOUS = 1_000_000
    negotiation = make_negotiation("talks")
    make_round(negotiation, 1)
    make_coding(make_statement(negotiation), issue=make_issue(negotiation, "border"), conditions=["x"])
    return negotiation


def reads() -> list[tuple[str, list[dict[str, Any]]]]:
    """Each address that is read without an id, with its query parameters."""
    found = []
    for address, methods in build_document()["paths"].items():
        if "{" not in address and "get" in methods:
            taken = [each for each in methods["get"].get("parameters", ()) if each["in"] == "query"]
            found.append((address, taken))
    return found


def test_whatever_is_sent_the_answer_is_ours(talks: Negotiation) -> None:
    client = Client(raise_request_exception=False)
    asked = 0
    for address, taken in reads():
        texts = [each["name"] for each in taken if "enum" not in str(each["schema"]) and each["name"] != "negotiation"]
        for place, naughty in enumerate(NAUGHTY):
            everywhere = {each["name"]: naughty for each in taken}
            # one at a time, so that what one parameter takes is looked for although others would be refused
            alone = {"negotiation": "talks", texts[place % len(texts)]: naughty} if texts else {}
            for query in (everywhere, alone)[place % 2 :] if len(naughty) > 60 else (everywhere, alone):
                answer: Any = client.get(address, query)
                asked += 1
                # a file is written while it is sent
                sent = b"".join(answer.streaming_content) if answer.streaming else answer.content
                assert answer.status_code in (200, 400, 401, 404), (address, query)
                if answer.status_code != 200:
                    assert answer["Content-Type"] == "application/problem+json", (address, query)
                    assert "\x00" not in sent.decode()
    assert asked > 1000


@pytest.mark.parametrize("name", ["file", "format", "negotiation", "dry_run", "create_missing"])
def test_whatever_a_form_says_the_answer_is_ours(
    talks: Negotiation, settings: Settings, tmp_path: Path, name: str
) -> None:
    settings.MEDIA_ROOT, settings.THROTTLE_USER = tmp_path, 1_000_000
    client = Client(raise_request_exception=False)
    client.force_login(add_member(talks, role=Role.LEAD))
    for naughty in NAUGHTY:
        for part in (naughty.encode("utf-8", "surrogatepass"), b"\xff" + naughty[:9].encode("utf-8", "surrogatepass")):
            form: dict[str, Any] = {
                "file": SimpleUploadedFile("table.csv", b"party\n"), "format": "csv", "negotiation": "talks",
                "dry_run": "true", "create_missing": "false",
            }  # fmt: skip
            if name == "file":
                form["file"] = SimpleUploadedFile(naughty.replace("/", "") or "x", part or b"x")
            else:
                form[name] = part
            answer = client.post("/api/v1/imports/", form)
            assert answer.status_code in (202, 400, 404), (name, naughty, answer.content)
            if answer.status_code == 202:
                # what is in the file is told by the job
                assert execute_job(Job.objects.latest("created_at").pk) in (JobState.SUCCEEDED, JobState.FAILED)
            else:
                assert answer["Content-Type"] == "application/problem+json"
    assert not Source.objects.exclude(negotiation__slug="talks").exists()


@pytest.mark.parametrize(
    "query", ["%00=1", "%FF=1", "negotiation=%FF%FE", "q=%ED%A0%80", "=", "&&&", "a=1;b=2", "[]=1"]
)
def test_broken_query_strings_are_refused(api: Api, query: str) -> None:
    answer = api.client.get(f"/api/v1/statements/?{query}")
    assert answer.status_code in (200, 400, 404)
    assert answer["Content-Type"] in ("application/json", "application/problem+json")


def test_cursors_that_were_tampered_with_or_belong_elsewhere(api: Api, talks: Negotiation) -> None:
    make_round(talks, 2)
    cursor = api.json("rounds/", page_size=1)["next"].partition("cursor=")[2].partition("&")[0].replace("%3A", ":")
    assert api.json("rounds/", page_size=1, cursor=cursor)["results"][0]["number"] == 2
    signer = signing.Signer(salt="positions.api.paging")
    order = "round:number,pk"
    forged = [
        cursor[:-1] + ("A" if cursor[-1] != "A" else "B"), cursor[1:], "x" * 500, signing.dumps([order, False, [1]]),
        *(signer.sign_object(each) for each in (1, [], [order], [order, False, 1], {"order": order}, [1, 2, 3],
          [order, 0, []], [order, False, [{"d": "9999-99-99"}, {"u": "x"}]])),
    ]  # fmt: skip
    for each in forged:
        assert set(api.errors("rounds/", page_size=1, cursor=each)) == {"cursor"}, each
    for address in ("parties/", "rounds/?ordering=-number", "positions/?negotiation=talks"):
        joint = "&" if "?" in address else "?"
        assert set(api.errors(f"{address}{joint}cursor={cursor}")) == {"cursor"}
