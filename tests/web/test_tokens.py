"""The page of a person's own API tokens."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from knox.models import AuthToken
from pytest_django import DjangoAssertNumQueries

from positions.enums import TokenScope
from positions.models import Event, TokenTerms
from positions.services.tokens import cards_of, create_own_token
from tests.factories import make_user

pytestmark = pytest.mark.django_db
ADDRESS = "/account/tokens/"


@pytest.fixture
def anna(client: Client) -> User:
    user = make_user("anna")
    client.force_login(user)
    return user


def test_is_for_who_is_signed_in(client: Client) -> None:
    revoke = f"{ADDRESS}00000000-0000-4000-8000-000000000000/revoke/"
    for address in (ADDRESS, revoke):
        assert client.get(address).headers["Location"] == f"/signin/?next={address}"
        assert client.post(address, {"name": "x", "scope": "read"}).status_code == 302
    assert AuthToken.objects.count() == 0
    assert ADDRESS not in client.get("/").content.decode()


def test_menu_leads_to_it(client: Client, anna: User) -> None:
    assert f'href="{ADDRESS}"' in client.get("/").content.decode()


def test_secret_is_shown_once_and_works(client: Client, anna: User) -> None:
    answer = client.post(ADDRESS, {"name": "notebook <b>", "scope": "write", "expires_on": ""})
    (secret,) = re.findall(r'<code id="secret"[^>]*>([^<]+)</code>', answer.content.decode())
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]
    assert Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {secret}"}).json()["username"] == "anna"
    (card,) = cards_of(anna, None)
    assert (card.name, card.scope) == ("notebook <b>", "write")
    page = client.get(ADDRESS).content.decode()
    assert secret not in page
    assert "<bdi>notebook &lt;b&gt;</bdi>" in page
    assert [event.action for event in Event.objects.filter(actor=anna)] == ["token_created"]
    assert secret not in str(Event.objects.values_list("after", flat=True))


def test_expiry_is_the_end_of_the_day_or_the_latest_allowed(client: Client, anna: User) -> None:
    soon = (timezone.now() + timedelta(days=3)).date()
    client.post(ADDRESS, {"name": "a", "scope": "read", "expires_on": soon.isoformat()})
    last = client.get(ADDRESS).context["latest"].date()
    client.post(ADDRESS, {"name": "b", "scope": "read", "expires_on": last.isoformat()})
    expiry = {card.name: card.expires_at for card in cards_of(anna, None)}
    assert expiry["a"] == datetime(soon.year, soon.month, soon.day, 23, 59, 59, tzinfo=UTC)
    assert expiry["b"] is not None
    assert expiry["b"].date() == last


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"name": "", "scope": "read"}, "name"),
        ({"name": "   ", "scope": "read"}, "name"),
        ({"name": "n" * 101, "scope": "read"}, "name"),
        ({"name": "a\x00b", "scope": "read"}, "name"),
        ({"name": "x", "scope": "everything"}, "scope"),
        ({"name": "x"}, "scope"),
        ({"name": "x", "scope": "read", "expires_on": "yesterday"}, "expires_on"),
        ({"name": "x", "scope": "read", "expires_on": "2001-01-01"}, "expires_on"),
        ({"name": "x", "scope": "read", "expires_on": "9999-12-31"}, "expires_on"),
        ({"name": "x", "scope": "read", "expires_on": "0000-00-00"}, "expires_on"),
    ],
)
def test_refusals_stand_beside_the_field(client: Client, anna: User, asked: dict[str, str], field: str) -> None:
    answer = client.post(ADDRESS, asked)
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert 'class="problem" role="alert"' in answer.content.decode()
    assert AuthToken.objects.count() == 0


def test_revoking_asks_first(client: Client, anna: User) -> None:
    card = create_own_token(anna, "notebook", TokenScope.READ, None, None)
    revoke = f"{ADDRESS}{card.id}/revoke/"
    assert revoke in client.get(ADDRESS).content.decode()
    assert "“notebook” lose access at once" in client.get(revoke).content.decode()
    assert AuthToken.objects.count() == 1
    assert client.post(revoke).headers["Location"] == ADDRESS
    assert Client().get("/api/v1/me/", headers={"Authorization": f"Bearer {card.token}"}).status_code == 401
    assert client.post(revoke).status_code == client.get(revoke).status_code == 404


def test_tokens_of_others_do_not_exist(client: Client, anna: User) -> None:
    card = create_own_token(make_user("ben"), "bens", TokenScope.READ, None, None)
    assert "bens" not in client.get(ADDRESS).content.decode()
    assert client.post(f"{ADDRESS}{card.id}/revoke/").status_code == 404
    assert AuthToken.objects.count() == 1


def test_forms_are_guarded_against_other_sites(anna: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(anna)
    assert client.post(ADDRESS, {"name": "x", "scope": "read"}).status_code == 403
    assert AuthToken.objects.count() == 0


def test_last_use_is_shown(client: Client, anna: User) -> None:
    create_own_token(anna, "notebook", TokenScope.READ, None, None)
    assert ">never</td>" in client.get(ADDRESS).content.decode()
    TokenTerms.objects.update(last_used_at=datetime(2026, 3, 4, 5, 6, tzinfo=UTC))
    assert 'datetime="2026-03-04T05:06:00+00:00"' in client.get(ADDRESS).content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_costs_the_same_for_one_and_three(
    client: Client, anna: User, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for place in range(number):
        create_own_token(anna, f"tool {place}", TokenScope.READ, None, None)
    client.get(ADDRESS)
    with django_assert_num_queries(3):
        assert len(client.get(ADDRESS).context["tokens"]) == number
