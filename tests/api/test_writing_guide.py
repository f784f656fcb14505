"""The examples of docs/api.md on writing are true: each is sent as it stands there."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import pytest

from positions.api.urls import ACTS
from positions.models import Coding
from tests.api.test_guide import GUIDE
from tests.api.writing import People, Writer, written
from tests.factories import make_coding, make_issue, make_party, make_source, make_statement

pytestmark = pytest.mark.django_db

SECTION = GUIDE[GUIDE.index("## Writing") : GUIDE.index("## When something is wrong")]
EXAMPLES = re.findall(r"```sh\n(curl -X POST.*?)```", SECTION, re.DOTALL)


def send(writer: Writer, example: str, **values: str) -> Any:
    """The answer to a curl command, its variables filled in."""
    for name, value in {**values, "(uuidgen)": "0b1c7f2e"}.items():
        example = example.replace(f"'${name}'", value).replace(f"${name}", value)
    words = shlex.split(example.replace("\\\n", " "))
    address = next(word for word in words if word.startswith("http"))
    headers = dict(words[place + 1].split(": ", 1) for place, word in enumerate(words) if word == "-H")
    body = json.loads(words[words.index("-d") + 1])
    return writer.send(
        "post",
        address[address.index("/api/v1/") :],
        body,
        match=headers.get("If-Match"),
        key=headers.get("Idempotency-Key"),
    )


def example_of(words: str) -> str:
    found = [example for example in EXAMPLES if words in example]
    assert len(found) == 1
    return str(found[0])


def test_recording_a_statement() -> None:
    people = People()
    make_party("united-states", is_listed=True)
    source = make_source(people.talks, text="We listened. We will answer in writing.", published_on="2022-01-12")
    made = written(send(people.analyst, example_of("/statements/"), SOURCE=str(source.pk), TOKEN="x"), 201)
    assert (made["start"], made["asserted_by"]) == (13, "united-states")


def test_correcting_a_coding() -> None:
    people = People()
    coding = make_coding(make_statement(people.talks), issue=make_issue(people.talks))
    tag = str(people.reviewer.tag(f"codings/{coding.pk}/"))
    example = example_of("/corrections/").replace('"If-Match: $ETAG"', shlex.quote(f"If-Match: {tag}"))
    made = written(send(people.reviewer, example, ID=str(coding.pk)), 201)
    assert (made["stance"], made["reason"], made["supersedes"]) == (-1, "The sentence is conditional.", str(coding.pk))


def test_many_rounds_once() -> None:
    people = People()
    first, again = (send(people.lead, example_of("/rounds/"), TOKEN="x") for _ in range(2))
    assert (first.status_code, [row["number"] for row in first.json()]) == (201, [1, 2])
    assert (again.content, again["Idempotency-Replayed"]) == (first.content, "true")


def test_submitting_a_coding() -> None:
    people = People()
    coding = make_coding(
        make_statement(people.talks),
        issue=make_issue(people.talks),
        status="draft",
        coder_user=people.users["analyst"],
    )
    assert '/codings/{id}/submission/", json={}, headers={"If-Match": coding.headers["ETag"]})' in SECTION
    address = f"codings/{coding.pk}/"
    answer = people.analyst.post(f"{address}submission/", {}, match=people.analyst(address).headers["ETag"])
    assert (written(answer, 200)["status"], Coding.objects.get().status) == ("submitted", "submitted")


def test_every_example_is_tried() -> None:
    assert len(EXAMPLES) == 3


def test_every_act_is_in_the_guide() -> None:
    assert {act for acts in ACTS.values() for act in acts if f"{act}/`" not in GUIDE} == set()
