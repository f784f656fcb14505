"""The examples of docs/api.md that are not under “Writing” are answered as they stand there."""

from __future__ import annotations

import itertools
import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from positions.enums import Role
from positions.services.tokens import create_own_token
from tests.api.test_guide import GUIDE
from tests.api.test_writing_guide import SECTION
from tests.factories import (
    add_member,
    make_coding,
    make_issue,
    make_negotiation,
    make_party,
    make_source,
    make_statement,
)

EXAMPLES = re.findall(r"```sh\n(curl .*?)```", GUIDE.replace(SECTION, ""), re.DOTALL)


def send(client: Client, example: str, token: str) -> Any:
    """The answer to a curl command."""
    words = shlex.split(example.replace("\\\n", " ").replace("$TOKEN", token))
    given: dict[str, list[str]] = {}
    for option, value in itertools.pairwise(words):
        if option.startswith("-"):
            given.setdefault(option, []).append(value)
    address = next(word for word in words if word.startswith("http"))
    path = address[address.index("/api/v1/") :]
    headers = dict(each.split(": ", 1) for each in given.get("-H", ()))
    if "-F" in given:
        form: dict[str, Any] = dict(each.split("=", 1) for each in given["-F"])
        form["file"] = SimpleUploadedFile(form["file"].removeprefix("@"), b"party,issue,stance,stated_on\n")
        return client.post(path, form, headers=headers)
    if "-d" in given:
        # the year of an example ends some day
        body = {name: value for name, value in json.loads(given["-d"][0]).items() if name != "expires_at"}
        return client.post(path, body, content_type=headers.pop("Content-Type"), headers=headers)
    return client.get(path, headers=headers)


@pytest.mark.django_db
def test_every_example_is_answered(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    talks = make_negotiation("european-security-2022")
    issue = make_issue(talks, "nato-open-door")
    for slug, stance in (("united-states", 2), ("russia", -2)):
        party = make_party(slug, is_listed=True)
        talks.parties.add(party)
        make_coding(make_statement(source=make_source(talks), asserted_by=party), issue=issue, stance=stance)
    token = create_own_token(add_member(talks, role=Role.LEAD), "tool", "write", None, None).token
    told = {}
    for example in EXAMPLES:
        answer = send(Client(), example, token)
        sent = b"".join(answer.streaming_content) if answer.streaming else answer.content
        told[example] = (answer.status_code, len(sent) > 0)
    assert set(told.values()) <= {(200, True), (201, True), (202, True)}, told
    assert len(EXAMPLES) == GUIDE.count("```sh\n") - SECTION.count("```sh\n")
    assert len(EXAMPLES) > 8
