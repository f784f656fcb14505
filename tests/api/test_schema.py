"""``schema/`` and ``docs/``.

The document is checked in, so that every change of the API is a difference somebody accepts. To accept one:
``python manage.py spectacular --validate --fail-on-warn --file tests/api/openapi.yaml``.
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client

from positions.api.serializers.fields import Payload, field_names
from positions.api.urls import RESOURCES
from tests.api.conftest import ROOT, Api

ACCEPTED = Path(__file__).with_name("openapi.yaml")
REFRESH = "python manage.py spectacular --validate --fail-on-warn --file tests/api/openapi.yaml"


def generate() -> str:
    """The document as it is now; any warning of the generator is an error."""
    out = io.StringIO()
    call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return out.getvalue()


def test_document_is_the_accepted_one() -> None:
    assert yaml.safe_load(generate()) == yaml.safe_load(ACCEPTED.read_text(encoding="utf-8")), (
        f"accept it with: {REFRESH}"
    )


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "text/html, */*;q=0.5"])
def test_served_as_json_by_default(db: None, accept: str | None) -> None:
    answer = Client().get(f"{ROOT}schema/", headers={"Accept": accept} if accept else {})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    document = json.loads(answer.content)
    assert document["openapi"].startswith("3.1")
    assert f"{ROOT}statements/" in document["paths"]


@pytest.mark.parametrize("accept", ["application/yaml", "application/vnd.oai.openapi"])
def test_served_as_yaml_when_asked(db: None, accept: str) -> None:
    answer = Client().get(f"{ROOT}schema/", headers={"Accept": accept})
    assert answer["Content-Type"].startswith(accept)
    assert yaml.safe_load(answer.content)["info"]["title"] == "Rapporteur"


def test_every_address_documents_its_parameters_and_refusals() -> None:
    document = yaml.safe_load(ACCEPTED.read_text(encoding="utf-8"))
    for address, methods in document["paths"].items():
        for method, operation in methods.items():
            statuses = set(operation["responses"])
            assert "429" in statuses, (address, method)
            assert all(p["description"] for p in operation.get("parameters", []) if p["in"] == "query"), address
            for status in statuses & {"400", "401", "403", "404", "406", "415", "429"}:
                assert list(operation["responses"][status]["content"]) == ["application/problem+json"]
    listed = {p["name"] for p in document["paths"][f"{ROOT}statements/"]["get"]["parameters"]}
    known = {each.name for each in RESOURCES["statements"].filters} | {"ordering", "fields", "cursor", "page_size"}
    assert listed == known


@pytest.mark.parametrize("name", RESOURCES)
def test_document_has_every_field_of_a_payload(name: str) -> None:
    document = yaml.safe_load(ACCEPTED.read_text(encoding="utf-8"))
    serializer: type[Payload] = RESOURCES[name].serializer_class
    component: dict[str, Any] = document["components"]["schemas"][serializer.__name__.removesuffix("Serializer")]
    assert list(component["properties"]) == field_names(serializer)
    assert set(component["required"]) == set(field_names(serializer))


def test_docs_page_needs_no_inline_script(api: Api) -> None:
    page = Client().get(f"{ROOT}docs/", headers={"Accept": "text/html"})
    text = page.content.decode()
    assert page.status_code == 200
    assert text.count("<script") == text.count("<script src=") == 3
    assert "<style" not in text
    assert "style=" not in text
    assert page["Content-Security-Policy"].count("data:") == 1
    assert "img-src 'self' data:" in page["Content-Security-Policy"]
    assert "unsafe" not in page["Content-Security-Policy"]
    script = Client().get(f"{ROOT}docs/?script=")
    assert (script.status_code, script["Content-Type"]) == (200, "application/javascript")
    assert f'url: "{ROOT}schema/"' in script.content.decode()
    assert "data:" not in api("parties/").get("Content-Security-Policy", "")
