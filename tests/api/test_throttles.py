"""Who may ask how often, and what they are told when it is too often."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from knox.models import AuthToken
from pytest_django import Settings

from positions.api.throttles import network_of
from positions.db.counters import CacheCounters, counters
from positions.services.tokens import create_own_token
from tests.api.conftest import ROOT
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def statuses(times: int, address: str = "parties/", **headers: Any) -> list[int]:
    client = Client()
    return [client.get(f"{ROOT}{address}", **headers).status_code for _ in range(times)]


def bearer(user: Any, name: str = "tool") -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Bearer {create_own_token(user, name, 'read', None, None).token}"}


def test_anonymous_address_is_told_when_to_come_back(settings: Settings) -> None:
    settings.THROTTLE_ANONYMOUS = 2
    assert statuses(2, REMOTE_ADDR="192.0.2.1") == [200, 200]
    refused = Client().get(f"{ROOT}parties/", REMOTE_ADDR="192.0.2.1")
    assert (refused.status_code, refused["Content-Type"]) == (429, "application/problem+json")
    assert 0 < int(refused["Retry-After"]) <= 60
    assert refused.json()["title"] == "Too Many Requests"
    assert statuses(1, REMOTE_ADDR="192.0.2.2") == [200]


def test_each_token_counts_for_itself(settings: Settings) -> None:
    settings.THROTTLE_ANONYMOUS, settings.THROTTLE_USER = 1, 2
    user = make_user()
    first, second = bearer(user, "first"), bearer(user, "second")
    assert statuses(3, **first) == [200, 200, 429]
    assert statuses(3, **second) == [200, 200, 429]
    client = Client()
    client.force_login(user)
    assert [client.get(f"{ROOT}me/").status_code for _ in range(3)] == [200, 200, 429]
    assert statuses(1) == [200]


def test_guessing_tokens_costs_requests(settings: Settings) -> None:
    settings.THROTTLE_ANONYMOUS = 2
    guesses = [{"HTTP_AUTHORIZATION": f"Bearer {letter * 64}"} for letter in "abc"]
    assert [statuses(1, **guess) for guess in guesses] == [[401], [401], [429]]
    assert statuses(1) == [429]


def test_refused_requests_of_anonymous_readers_count(settings: Settings) -> None:
    settings.THROTTLE_ANONYMOUS = 2
    assert statuses(3, "me/") == [401, 401, 429]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "others"),
    [
        (0, "203.0.113.5", "203.0.113.6"),  # nobody to believe: it is the peer that counts
        (1, "203.0.113.5", "198.51.100.1, 203.0.113.5"),  # what the client wrote itself does not matter
        (2, "203.0.113.5, 10.0.0.1", "1.2.3.4, 203.0.113.5, 10.0.0.2"),
    ],
)
def test_address_behind_proxies(settings: Settings, proxies: int, forwarded: str, others: str) -> None:
    settings.THROTTLE_ANONYMOUS = 1
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, "NUM_PROXIES": proxies}
    assert statuses(1, HTTP_X_FORWARDED_FOR=forwarded) == [200]
    assert statuses(1, HTTP_X_FORWARDED_FOR=others) == [429]
    if proxies:
        assert statuses(1, HTTP_X_FORWARDED_FOR=forwarded.replace("203.0.113.5", "203.0.113.99")) == [200]


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::1]", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("unknown", "unknown"),
    ],
)
def test_ipv6_is_counted_by_network(address: str, counted: str) -> None:
    assert network_of(address) == counted


def test_counters_hold_no_address_and_no_token(settings: Settings) -> None:
    user = make_user()
    headers = bearer(user)
    statuses(1, REMOTE_ADDR="192.0.2.77")
    statuses(1, **headers)
    kept = b"".join(path.read_bytes() for path in settings.DATA_DIR.glob("throttles.sqlite3*"))
    assert kept
    for secret in (b"192.0.2.77", AuthToken.objects.get().digest.encode(), headers["HTTP_AUTHORIZATION"][7:].encode()):
        assert secret not in kept


def test_counters_are_in_the_shared_cache_where_there_is_one(settings: Settings) -> None:
    settings.THROTTLES_IN_CACHE, settings.THROTTLE_ANONYMOUS = True, 2
    assert isinstance(counters(), CacheCounters)
    assert statuses(3) == [200, 200, 429]
    cache.clear()
    assert statuses(1) == [200]


def test_docs_and_schema_are_throttled_too(settings: Settings) -> None:
    settings.THROTTLE_ANONYMOUS = 1
    assert statuses(2, "schema/") == [200, 429]
