"""Refusals: always problem+json, whatever went wrong."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from positions.api.resources.parties import PartyView
from positions.api.urls import RESOURCES
from positions.exceptions import Conflict, Invalid, NotPermitted
from tests.api.conftest import ROOT, Api
from tests.factories import add_member, make_negotiation, make_party, make_user

EVERY_LIST = (
    "negotiations", "rounds", "parties", "persons", "issues", "sources", "statements", "codings", "conditions",
    "events", "jobs", "positions", "matrix", "timeline", "shifts", "concessions", "me", "tokens", "schema",
)  # fmt: skip
WRITTEN = {"tokens", *(name for name, view in RESOURCES.items() if getattr(view, "new", None))}
READ_ONLY = [name for name in EVERY_LIST if name not in WRITTEN]


def assert_problem(answer: Any, status: int) -> dict[str, Any]:
    """The body of a refusal, its shape checked."""
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    body: dict[str, Any] = answer.json()
    assert set(body) == {"type", "title", "status", "detail", "errors"}
    assert (body["type"], body["status"]) == ("about:blank", status)
    assert body["title"]
    assert body["detail"]
    return body


def test_a_missing_record(api: Api) -> None:
    assert assert_problem(api("parties/nobody/"), 404) == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "No such party.",
        "errors": {},
    }


def test_bad_parameters(api: Api) -> None:
    body = assert_problem(api("parties/", kind="planet"), 400)
    assert body["title"] == "Bad Request"
    assert body["detail"].startswith("kind: “planet” is none of state, alliance, ")
    assert body["errors"] == {"kind": [body["detail"].removeprefix("kind: ")]}


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("name", READ_ONLY)
def test_writing_where_nothing_is_written(db: None, name: str, method: str) -> None:
    anonymous = getattr(Client(enforce_csrf_checks=True), method)(
        f"{ROOT}{name}/", data={"name": "X"}, content_type="application/json"
    )
    assert_problem(anonymous, 401)
    assert anonymous["WWW-Authenticate"] == "Bearer"
    user = Api(make_user()).client
    answer = getattr(user, method)(f"{ROOT}{name}/", data={"name": "X"}, format="json")
    assert_problem(answer, 405)
    assert answer["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("name", ["events", "jobs", "me", "tokens"])
def test_what_belongs_to_a_user_wants_one(api: Api, name: str) -> None:
    assert_problem(api(f"{name}/"), 401)


@pytest.mark.parametrize("token", ["x", "0" * 64, "€" * 20, "a b", "a" * 5000, "\x00" * 20, "%00" * 10])
def test_bad_token(db: None, token: str) -> None:
    answer = Client().get(f"{ROOT}parties/", headers={"Authorization": f"Bearer {token}".encode().decode("latin-1")})
    assert_problem(answer, 401)
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "address",
    ["", "nothing/", "parties/a/b/", "statements/x/text/", "parties/%ff/", "parties/%00/", "../secret/", "a" * 3000],
)
@pytest.mark.parametrize("method", ["get", "post", "delete", "options"])
def test_unknown_addresses(db: None, address: str, method: str) -> None:
    answer = getattr(Client(enforce_csrf_checks=True), method)(ROOT + address)
    if address == "../secret/":
        assert answer.status_code == 404
    elif "%" in address and method in ("post", "delete"):
        assert_problem(answer, 401)
    elif "%" in address and method == "options":
        assert answer.status_code == 204
    else:
        assert_problem(answer, 404)


def test_a_forgotten_last_slash_is_pointed_out(db: None) -> None:
    answer = Client().get("/api/v1/parties?q=a%26b")
    assert (answer.status_code, answer["Location"]) == (301, "/api/v1/parties/?q=a%26b")
    assert_problem(Client().get("/api/v1/nothing"), 404)
    assert_problem(Client().post("/api/v1/parties"), 404)


def test_media_types(api: Api) -> None:
    assert_problem(api.client.get(f"{ROOT}parties/", headers={"Accept": "text/html"}), 406)
    assert api.client.get(f"{ROOT}parties/", headers={"Accept": "text/html, */*;q=0.1"}).status_code == 200
    assert api.client.get(f"{ROOT}parties/", headers={"Accept": "nonsense"}).status_code in (200, 406)
    user = Api(make_user()).client
    assert_problem(user.post(f"{ROOT}tokens/", data="name=x", content_type="text/plain"), 415)
    body = assert_problem(user.post(f"{ROOT}tokens/", data="{", content_type="application/json"), 400)
    assert body["detail"] == (
        "The body cannot be read: is not JSON: Expecting property name enclosed in double quotes at line 1, column 2."
    )


def test_format_is_no_parameter_of_the_framework(api: Api) -> None:
    assert set(api.errors("parties/", format="json")) == {"format"}


def test_throttles_are_those_of_the_settings() -> None:
    assert [f"{each.__module__}.{each.__name__}" for each in PartyView.throttle_classes] == settings.REST_FRAMEWORK[
        "DEFAULT_THROTTLE_CLASSES"
    ]


@pytest.mark.parametrize(
    ("error", "status", "errors"),
    [
        (NotPermitted("This takes a lead."), 403, {}),
        (Invalid({"title": ["is empty"]}), 400, {"title": ["is empty"]}),
        (Invalid("Nothing fits."), 400, {"__all__": ["Nothing fits."]}),
        (Conflict("It was changed meanwhile."), 409, {}),
    ],
)
def test_errors_of_the_domain(api: Api, error: Exception, status: int, errors: dict[str, list[str]]) -> None:
    with mock.patch.object(PartyView, "list", side_effect=error):
        body = assert_problem(api("parties/"), status)
    assert (body["errors"], body["detail"]) == (errors, str(error))


def test_a_failure_of_ours_is_logged_and_says_nothing(db: None, caplog: pytest.LogCaptureFixture) -> None:
    client = Client(raise_request_exception=False)
    with mock.patch.object(PartyView, "visible", side_effect=RuntimeError("the secret of the house")):
        answer = client.get(f"{ROOT}parties/")
    body = assert_problem(answer, 500)
    assert "secret" not in str(body)
    assert "the secret of the house" in caplog.text


@pytest.mark.parametrize("name", EVERY_LIST)
def test_head_and_options(db: None, name: str) -> None:
    negotiation = make_negotiation("talks")
    user = add_member(negotiation)
    negotiation.issues.create(slug="border", title="Border", proposal="The border")
    asked = {
        "positions": "?negotiation=talks", "matrix": "?negotiation=talks", "shifts": "?negotiation=talks",
        "concessions": "?negotiation=talks", "timeline": "?negotiation=talks&issue=border",
    }.get(name, "")  # fmt: skip
    client = Api(user).client
    head, get = client.head(f"{ROOT}{name}/{asked}"), client.get(f"{ROOT}{name}/{asked}")
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", get["ETag"])
    options = client.options(f"{ROOT}{name}/")
    expected = "GET, POST, HEAD, OPTIONS" if name in WRITTEN else "GET, HEAD, OPTIONS"
    assert (options.status_code, options["Allow"]) == (204, expected)


def test_accept_language_changes_nothing(api: Api) -> None:
    make_party("north", is_listed=True)
    plain = api("parties/nobody/").content
    assert api.client.get(f"{ROOT}parties/nobody/", headers={"Accept-Language": "ru"}).content == plain
    assert reverse("api-parties") == f"{ROOT}parties/"
