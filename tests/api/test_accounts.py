"""``me/`` and ``tokens/``."""

from __future__ import annotations

import importlib
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken
from knox.settings import knox_settings

from positions.models import Event, TokenTerms
from positions.queries.access import SYSTEM
from positions.services.tokens import create_token
from tests.api.conftest import ROOT, Api
from tests.api.test_problems import assert_problem
from tests.factories import add_member, make_negotiation, make_user

pytestmark = pytest.mark.django_db


def create(api: Api, **fields: Any) -> Any:
    """The answer to asking for a token."""
    return api.client.post(f"{ROOT}tokens/", data=fields, format="json")


def with_token(secret: str) -> Client:
    """A client that sends the token."""
    return Client(headers={"Authorization": f"Bearer {secret}"})


def test_me() -> None:
    talks = make_negotiation("talks", visibility="restricted")
    user = add_member(talks, make_user("jane", first_name="Jane", email="jane@example.org"), "reviewer")
    add_member(make_negotiation("other"), user, "viewer")
    assert Api(user).json("me/") == {
        "username": "jane",
        "first_name": "Jane",
        "last_name": "",
        "email": "jane@example.org",
        "is_administrator": False,
        "scope": "write",
        "memberships": [{"negotiation": "other", "role": "viewer"}, {"negotiation": "talks", "role": "reviewer"}],
    }
    assert Api(user).json("me/", fields="username") == {"username": "jane"}
    assert set(Api(user).errors("me/", user="john")) == {"user"}


def test_a_token_is_shown_once_and_works() -> None:
    api = Api(make_user("jane"))
    answer = create(api, name="notebook")
    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    made = answer.json()
    assert set(made) == {
        "id", "name", "scope", "created_at", "expires_at", "last_used_at", "is_current", "token",
    }  # fmt: skip
    assert (made["scope"], made["last_used_at"]) == ("read", None)
    listed = api.rows("tokens/")
    assert listed == [{name: value for name, value in made.items() if name != "token"}]
    assert api.json(f"tokens/{made['id']}/") == listed[0]
    assert made["token"] not in api("tokens/").content.decode()
    assert made["token"] not in str(list(Event.objects.values_list("after", flat=True)))
    event = Event.objects.get(action="token_created")
    assert event.after is not None
    assert (event.actor_name, event.after["name"], event.subject_type) == ("jane", "notebook", "user")
    me = with_token(made["token"]).get(f"{ROOT}me/").json()
    assert (me["username"], me["scope"]) == ("jane", "read")


def test_a_token_that_reads_writes_nothing() -> None:
    user = make_user()
    secret = create(Api(user), name="notebook", scope="read").json()["token"]
    client = with_token(secret)
    refused = (
        client.post(f"{ROOT}tokens/", data={"name": "child", "scope": "write"}, content_type="application/json"),
        client.delete(f"{ROOT}tokens/{client.get(f'{ROOT}tokens/').json()['results'][0]['id']}/"),
    )
    for answer in refused:
        assert assert_problem(answer, 403)["detail"] == "This token only reads; send one whose scope is “write”."
    assert AuthToken.objects.count() == 1


def test_a_token_without_terms_only_reads() -> None:
    _, secret = AuthToken.objects.create(user=make_user())
    client = with_token(secret)
    assert client.get(f"{ROOT}me/").json()["scope"] == "read"
    assert_problem(client.post(f"{ROOT}tokens/", data={"name": "child"}, content_type="application/json"), 403)


def test_use_of_a_token_is_noted_to_the_minute() -> None:
    user = make_user()
    client = with_token(create_token(SYSTEM, user))
    shown = client.get(f"{ROOT}tokens/").json()["results"][0]["last_used_at"]
    first = TokenTerms.objects.get().last_used_at
    assert first is not None
    assert shown == first.isoformat().replace("+00:00", "Z")
    client.get(f"{ROOT}me/")
    assert TokenTerms.objects.get().last_used_at == first
    long_ago = first - timedelta(minutes=2)
    TokenTerms.objects.update(last_used_at=long_ago)
    client.get(f"{ROOT}me/")
    again = TokenTerms.objects.get().last_used_at
    assert again is not None
    assert again >= first


def test_a_token_of_the_session_lives_as_long_as_allowed() -> None:
    made = create(Api(make_user()), name="notebook").json()
    wanted = timezone.now() + knox_settings.TOKEN_TTL
    expires_at = timezone.datetime.fromisoformat(made["expires_at"])  # type: ignore[attr-defined]
    assert abs(expires_at - wanted) < timedelta(minutes=1)


def test_expiry_is_kept_within_limits() -> None:
    api = Api(make_user())
    soon = (timezone.now() + timedelta(days=2)).replace(microsecond=0)
    made = create(api, name="notebook", expires_at=soon.isoformat()).json()
    assert made["expires_at"] == soon.isoformat().replace("+00:00", "Z")
    past = create(api, name="notebook", expires_at="2001-01-01T00:00:00Z")
    assert assert_problem(past, 400)["errors"] == {"expires_at": ["lies in the past"]}
    far = create(api, name="notebook", expires_at="2999-01-01T00:00:00Z")
    assert "the latest allowed" in assert_problem(far, 400)["errors"]["expires_at"][0]
    assert set(assert_problem(create(api, name="x", expires_at="soon"), 400)["errors"]) == {"expires_at"}


def test_a_token_never_outlives_the_one_that_asked_for_it() -> None:
    user = make_user()
    secret = create_token(SYSTEM, user, expires_in=timedelta(hours=1))
    client = with_token(secret)
    made = client.post(f"{ROOT}tokens/", data={"name": "child"}, content_type="application/json").json()
    parent = client.get(f"{ROOT}tokens/?ordering=created_at").json()["results"][0]
    assert (parent["is_current"], parent["name"]) == (True, "")
    assert made["expires_at"] == parent["expires_at"]


@pytest.mark.parametrize(
    "fields", [{}, {"name": ""}, {"name": "  "}, {"name": "n" * 101}, {"name": "a\x00b"}, {"name": [1]}]
)
def test_name_is_required(fields: dict[str, Any]) -> None:
    assert set(assert_problem(create(Api(make_user()), **fields), 400)["errors"]) == {"name"}
    assert AuthToken.objects.count() == 0


def test_body_that_is_no_object() -> None:
    answer = Api(make_user()).client.post(f"{ROOT}tokens/", data=["notebook"], format="json")
    assert set(assert_problem(answer, 400)["errors"]) == {"__all__"}


def test_a_revoked_token_no_longer_works() -> None:
    api = Api(make_user())
    made = create(api, name="notebook").json()
    answer = api.client.delete(f"{ROOT}tokens/{made['id']}/")
    assert (answer.status_code, answer.content) == (204, b"")
    assert_problem(with_token(made["token"]).get(f"{ROOT}parties/"), 401)
    assert api.rows("tokens/") == []
    assert_problem(api.client.delete(f"{ROOT}tokens/{made['id']}/"), 404)
    assert Event.objects.filter(action="token_revoked").count() == 1


def test_tokens_of_others_do_not_exist() -> None:
    mine, theirs = Api(make_user()), Api(make_user())
    token = create(theirs, name="secret").json()["id"]
    assert mine.rows("tokens/") == []
    for id in (token, "00000000-0000-4000-8000-000000000000", "nonsense"):
        assert assert_problem(mine(f"tokens/{id}/"), 404)["detail"] == "No such token."
        assert assert_problem(mine.client.delete(f"{ROOT}tokens/{id}/"), 404)["detail"] == "No such token."
    assert len(theirs.rows("tokens/")) == 1


def test_expired_tokens_are_neither_good_nor_listed() -> None:
    user = make_user()
    _, secret = AuthToken.objects.create(user=user, expiry=timedelta(seconds=-1))
    assert Api(user).rows("tokens/") == []
    assert_problem(with_token(secret).get(f"{ROOT}parties/"), 401)


def test_token_made_on_the_command_line_has_no_name() -> None:
    user = make_user()
    secret = create_token(SYSTEM, user)
    assert [(row["name"], row["is_current"]) for row in Api(user).rows("tokens/")] == [("", False)]
    assert with_token(secret).get(f"{ROOT}tokens/").json()["results"][0]["is_current"] is True


def test_token_of_somebody_who_left() -> None:
    user = make_user()
    _, secret = AuthToken.objects.create(user=user)
    user.is_active = False
    user.save()
    assert_problem(with_token(secret).get(f"{ROOT}parties/"), 401)


def test_a_session_needs_its_csrf_token_to_write() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(f"{ROOT}me/").status_code == 200
    assert_problem(client.post(f"{ROOT}tokens/", data={"name": "x"}, content_type="application/json"), 403)


def test_paging_and_ordering() -> None:
    api = Api(make_user())
    for name in ("b", "a", "c"):
        create(api, name=name)
    assert [row["name"] for row in api.rows("tokens/", ordering="name", page_size=1)] == ["a", "b", "c"]
    assert [row["name"] for row in api.rows("tokens/", page_size=2)] == ["c", "a", "b"]


def test_tokens_made_before_they_had_terms_keep_writing() -> None:
    user = make_user()
    api = Api(user)
    create(api, name="notebook")
    AuthToken.objects.create(user=user)
    TokenTerms.objects.all().delete()
    migration = importlib.import_module("positions.migrations.0004_token_terms")
    migration.keep_terms(apps, None)
    assert sorted((row["name"], row["scope"]) for row in api.rows("tokens/")) == [("", "write"), ("notebook", "write")]
