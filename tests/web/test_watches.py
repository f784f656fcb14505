"""The page of a person's watches, and the feed that a secret address opens."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from positions.enums import Role, Visibility, WatchKind
from positions.models import FeedToken, Negotiation, Notice, Watch
from positions.queries.access import reader_of
from positions.services.watches import WatchFacts, set_watch
from tests.factories import (
    add_member,
    make_coding,
    make_issue,
    make_negotiation,
    make_source,
    make_statement,
    make_user,
)

pytestmark = pytest.mark.django_db
ADDRESS = "/watches/"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def talks() -> Negotiation:
    negotiation = make_negotiation("talks", visibility=Visibility.RESTRICTED)
    make_issue(negotiation, "border", title="The border")
    return negotiation


@pytest.fixture
def anna(client: Client, talks: Negotiation) -> User:
    user = add_member(talks, make_user("anna", email="anna@example.org"), Role.VIEWER)
    client.force_login(user)
    return user


def notice(user: User, talks: Negotiation, number: int = 1, words: str = "We may open it.") -> Notice:
    """A statement that a watch of the user found."""
    watch = Watch.objects.filter(user=user).first() or set_watch(
        reader_of(user), talks, WatchFacts(kind=WatchKind.STATEMENT)
    )
    said = make_statement(source=make_source(talks, text=words), exact=words)
    coding = make_coding(said, issue=talks.issues.get(), stance=1)
    facts: dict[str, Any] = {
        "kind": "published",
        "party": coding.party.slug,
        "issue": "border",
        "statements": [str(said.pk)],
    }
    return Notice.objects.create(
        watch=watch, key=f"{number}", found_at=watch.created_at, on=said.stated_latest, facts=facts
    )


def test_is_for_who_is_signed_in(client: Client) -> None:
    for address in (ADDRESS, f"{ADDRESS}read/", f"{ADDRESS}feed/"):
        assert client.post(address).headers["Location"] == f"/signin/?next={address}"


def test_watch_is_set_changed_and_deleted_without_scripts(client: Client, talks: Negotiation, anna: User) -> None:
    page = client.get(ADDRESS, {"negotiation": "talks", "issue": "border"}).content.decode()
    assert '<option value="border" selected>' in page
    form = {"negotiation": "talks", "kind": "move", "issue": "border", "party": "", "delivery": "weekly", "name": "<i>"}
    assert client.post(ADDRESS, form).headers["Location"] == ADDRESS
    watch = Watch.objects.get()
    assert (watch.user, watch.kind, watch.delivery, watch.issue and watch.issue.slug) == (
        anna,
        "move",
        "weekly",
        "border",
    )
    assert "<bdi>&lt;i&gt;</bdi>" in client.get(ADDRESS).content.decode()
    client.post(f"{ADDRESS}{watch.pk}/delivery/", {"delivery": "page"})
    watch.refresh_from_db()
    assert (watch.delivery, watch.name) == ("page", "<i>")
    assert client.post(f"{ADDRESS}{watch.pk}/delivery/", {"delivery": "pigeon"}).status_code == 400
    assert client.get(f"{ADDRESS}{watch.pk}/delete/").status_code == 200
    client.post(f"{ADDRESS}{watch.pk}/delete/")
    assert not Watch.objects.exists()


def test_form_that_is_wrong_says_so(client: Client, anna: User) -> None:
    answer = client.post(ADDRESS, {"negotiation": "talks", "kind": "sneeze", "delivery": "daily", "issue": "unknown"})
    assert answer.status_code == 400
    assert answer.content.decode().count('class="problem" role="alert"') == 2
    refused = client.post(ADDRESS, {"negotiation": "talks", "kind": "review", "delivery": "daily"})
    assert refused.status_code == 400
    assert "reviewer" in refused.content.decode()
    assert not Watch.objects.exists()


def test_what_is_not_to_be_seen_does_not_exist(client: Client, talks: Negotiation, anna: User) -> None:
    stranger = Client()
    stranger.force_login(make_user())
    found = notice(anna, talks)
    assert "Talks" not in stranger.get(ADDRESS).content.decode()
    answers = [stranger.get(ADDRESS, {"negotiation": slug}) for slug in ("talks", "nowhere")]
    assert [answer.status_code for answer in answers] == [404, 404]
    for act in ("delivery", "delete"):
        assert stranger.post(f"{ADDRESS}{found.watch_id}/{act}/", {"delivery": "page"}).status_code == 404
    stranger.post(f"{ADDRESS}read/")
    found.refresh_from_db()
    assert found.read_at is None
    talks.members.filter(user=anna).delete()
    assert "We may open it." not in client.get(ADDRESS).content.decode()


def test_notices_are_read(client: Client, talks: Negotiation, anna: User) -> None:
    found = notice(anna, talks)
    page = client.get(ADDRESS).content.decode()
    assert "We may open it." in page
    assert f'href="/statements/{found.facts["statements"][0]}/"' in page
    assert 'class="unread"' in page
    client.post(f"{ADDRESS}read/")
    assert 'class="unread"' not in client.get(ADDRESS).content.decode()


def test_feed_opens_with_its_own_token_alone(client: Client, talks: Negotiation, anna: User) -> None:
    notice(anna, talks, words="We \u202emay <b>open</b> it & \x07leave.")
    answer = client.post(f"{ADDRESS}feed/")
    [address] = re.findall(r'<code id="secret"[^>]*>http://testserver([^<]+)</code>', answer.content.decode())
    assert "no-store" in answer.headers["Cache-Control"]
    assert address.rpartition("/")[2].removesuffix(".atom") not in str(FeedToken.objects.values())
    assert address not in client.get(ADDRESS).content.decode()
    feed = Client().get(address)
    assert feed["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = ET.fromstring(feed.content)
    [entry] = root.findall(f"{ATOM}entry")
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href", "").startswith("http://testserver/statements/")
    assert "We \u202emay <b>open</b> it & \ufffdleave." in (entry.findtext(f"{ATOM}summary") or "")
    assert Client().get(f"{ADDRESS}feed/{'x' * 43}.atom").status_code == 404
    client.post(f"{ADDRESS}feed/")
    assert Client().get(address).status_code == 404
    client.post(f"{ADDRESS}feed/", {"revoke": "1"})
    assert not FeedToken.objects.exists()


def test_feed_of_who_lost_sight_or_account_is_empty_or_gone(client: Client, talks: Negotiation, anna: User) -> None:
    notice(anna, talks)
    answer = client.post(f"{ADDRESS}feed/")
    [address] = re.findall(r'<code id="secret"[^>]*>http://testserver([^<]+)</code>', answer.content.decode())
    talks.members.filter(user=anna).delete()
    assert "<entry>" not in Client().get(address).content.decode()
    User.objects.update(is_active=False)
    assert Client().get(address).status_code == 404


def test_queries_do_not_grow(client: Client, talks: Negotiation, anna: User) -> None:
    counts = []
    for number in (1, 2, 3):
        notice(anna, talks, number)
        with CaptureQueriesContext(connection) as captured:
            client.get(ADDRESS, {"negotiation": "talks"})
        counts.append(len(captured))
    assert counts[0] == counts[2]
    assert counts[0] <= 20
