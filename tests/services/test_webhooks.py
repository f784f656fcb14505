"""Webhooks: what is told, to whom, how often, and where nothing is ever sent."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from standardwebhooks import Webhook as Verifier

from positions.enums import Role, Visibility
from positions.exceptions import Invalid
from positions.models import Negotiation, Webhook, WebhookDelivery
from positions.queries.access import reader_of
from positions.services import webhook_delivery
from positions.services.outbound import Answer, post_message, target_fault
from positions.services.webhooks import WebhookFacts, replay, rotate_secret, save_webhook, send_test
from tests.api.conftest import Api
from tests.factories import add_member, make_event, make_negotiation, make_user

pytestmark = pytest.mark.django_db


class Receiver:
    """An address that answers as it is told, and notes what it was sent; the clock is the test's own."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.now = timezone.now()

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> Answer:
        self.got.append((url, headers, body))
        return self.answers.pop(0) if self.answers else Answer(204)

    def run(self, webhook: Webhook, **later: float) -> int:
        self.now += timedelta(**later)
        connection.check_constraints()
        return webhook_delivery.run_webhook(webhook.pk)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    with (
        mock.patch.object(webhook_delivery, "post_message", made.post),
        mock.patch("django.utils.timezone.now", side_effect=lambda: made.now),
        mock.patch.object(webhook_delivery, "_send_ring", return_value=True),
    ):
        yield made


def make_webhook(user: User, **facts: Any) -> Webhook:
    connection.check_constraints()
    return save_webhook(reader_of(user), WebhookFacts(url="https://receiver.example.org/hook", **facts))


def states(webhook: Webhook) -> list[str]:
    return list(webhook.deliveries.order_by("place").values_list("state", flat=True))


@pytest.fixture
def talks() -> Negotiation:
    return make_negotiation("talks", visibility=Visibility.RESTRICTED)


def test_receiver_that_fails_three_times_gets_each_change_once_in_effect(
    receiver: Receiver, talks: Negotiation
) -> None:
    webhook = make_webhook(add_member(talks))
    make_event(talks)
    make_event(make_negotiation("hidden", visibility=Visibility.RESTRICTED))
    receiver.answers = [Answer(500), Answer(None, "could not be reached"), Answer(302)]
    assert [receiver.run(webhook, seconds=step) for step in (0, 1, 6, 40, 140, 9999)] == [1, 0, 1, 1, 1, 0]
    assert states(webhook) == ["delivered"]
    names = {headers["webhook-id"] for _, headers, _ in receiver.got}
    assert (len(receiver.got), len(names)) == (4, 1)
    for _, headers, body in receiver.got:
        moment = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
        assert headers["webhook-signature"] == Verifier(webhook.secret).sign(
            headers["webhook-id"], moment, body.decode()
        )
    message = json.loads(receiver.got[0][2])
    assert (message["type"], message["data"]["negotiation"], message["data"]["id"]) == (
        "negotiations.changed", "talks", "talks",
    )  # fmt: skip
    assert "hidden" not in str(receiver.got)


def test_signature_is_verified_by_the_library_with_either_secret(receiver: Receiver) -> None:
    user = make_user()
    webhook = make_webhook(user)
    old = webhook.secret
    rotate_secret(reader_of(user), webhook)
    send_test(webhook)
    assert receiver.run(webhook, seconds=1) == 1
    _, headers, body = receiver.got[0]
    for secret in (old, webhook.secret):
        assert Verifier(secret).verify(body, headers)["type"] == "ping"
    receiver.now += timedelta(hours=25)
    send_test(webhook)
    WebhookDelivery.objects.update(next_attempt_at=receiver.now)
    receiver.run(webhook)
    assert receiver.got[-1][1]["webhook-signature"].count("v1,") == 1


def test_webhook_is_switched_off_after_more_than_a_day_with_a_mail(receiver: Receiver, talks: Negotiation) -> None:
    user = add_member(talks, make_user(email="anna@example.org"))
    webhook = make_webhook(user)
    make_event(talks)
    began = receiver.now
    receiver.answers = [Answer(503)] * 12
    assert receiver.run(webhook) == 1
    while (due := webhook.deliveries.get().next_attempt_at) is not None:
        assert not mail.outbox
        receiver.now = due
        assert receiver.run(webhook) == 1
    assert timedelta(hours=27) < receiver.now - began < timedelta(hours=32)
    webhook.refresh_from_db()
    assert (states(webhook), webhook.is_enabled) == (["failed"], False)
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["anna@example.org"], "A webhook of yours was switched off")
    assert "talks" not in sent.body
    # what happened meanwhile is sent once it is switched on again, and what failed can be replayed
    make_event(talks)
    assert receiver.run(webhook) == 0
    save_webhook(reader_of(user), WebhookFacts(url=webhook.url), existing=webhook)
    assert receiver.run(webhook) == 1
    assert replay(webhook, since=began - timedelta(hours=1)) == 2
    WebhookDelivery.objects.update(next_attempt_at=receiver.now)
    assert receiver.run(webhook) == 2
    assert states(webhook) == ["delivered", "delivered"]
    assert len({headers["webhook-id"] for _, headers, _ in receiver.got}) == 2


def test_gone_switches_off_at_once_and_retry_after_is_heeded(receiver: Receiver, talks: Negotiation) -> None:
    webhook = make_webhook(add_member(talks))
    make_event(talks)
    receiver.answers = [Answer(429, "", "3600"), Answer(503, "", "nonsense"), Answer(410)]
    receiver.run(webhook)
    assert receiver.run(webhook, seconds=3500) == 0
    assert receiver.run(webhook, seconds=101) == 1
    assert receiver.run(webhook, seconds=40) == 1
    webhook.refresh_from_db()
    assert not webhook.is_enabled


@pytest.mark.parametrize("loss", ["membership", "account", "negotiation"])
def test_what_the_owner_may_not_see_any_more_is_withheld(receiver: Receiver, loss: str) -> None:
    negotiation = make_negotiation("talks", visibility=Visibility.INTERNAL if loss == "negotiation" else "restricted")
    user = make_user() if loss == "negotiation" else add_member(negotiation, role=Role.VIEWER)
    webhook = make_webhook(user)
    make_event(negotiation)
    receiver.answers = [Answer(500)]
    assert receiver.run(webhook) == 1
    if loss == "membership":
        negotiation.members.all().delete()
    elif loss == "account":
        User.objects.filter(pk=user.pk).update(is_active=False)
    else:
        Negotiation.objects.update(visibility="restricted")
    receiver.run(webhook, seconds=60)
    assert (states(webhook), len(receiver.got)) == (["withheld"], 1)


def test_filters_of_negotiation_and_kind(receiver: Receiver, talks: Negotiation) -> None:
    user = add_member(talks)
    other = make_negotiation("other")
    webhook = make_webhook(user, negotiations=[talks], kinds=["reread"])
    for negotiation in (talks, other):
        make_event(negotiation)
        make_event(negotiation, action="bundle_imported")
    assert receiver.run(webhook) == 1
    assert list(webhook.deliveries.values_list("type", flat=True)) == ["negotiations.reread"]
    # a run that another worker has in hand is left alone
    Webhook.objects.update(claimed_until=receiver.now + timedelta(seconds=30))
    make_event(talks, action="bundle_imported")
    assert receiver.run(webhook) == 0
    assert receiver.run(webhook, seconds=31) == 1


BAD_TARGETS = [
    "http://example.org/", "ftp://example.org/", "https://", "https://user@example.org/", "https://u:p@example.org/",
    "https://127.0.0.1/", "https://127.1/", "https://2130706433/", "https://0x7f000001/", "https://0177.0.0.1/",
    "https://[::1]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:a9fe:a9fe]/", "https://[fe80::1%25eth0]/",
    "https://10.0.0.1/", "https://192.168.1.1/", "https://172.16.0.1/", "https://169.254.169.254/latest/meta-data/",
    "https://100.64.0.1/", "https://0.0.0.0/", "https://224.0.0.1/", "https://255.255.255.255/", "https://[fd00::1]/",
    "https://[2002:7f00:1::]/", "https://localhost/", "https://LOCALHOST./", "https://printer.local/", "https://intranet/",
    "https://db.internal/", "https://example.org:22/", "https://example.org:99999/", "https://exa mple.org/",
    "https://example.org\\@127.0.0.1/", "javascript:alert(1)", "//example.org/", "",
]  # fmt: skip


@pytest.mark.parametrize("url", BAD_TARGETS)
def test_target_is_refused(url: str) -> None:
    assert target_fault(url)
    with pytest.raises(Invalid) as refusal:
        save_webhook(reader_of(make_user()), WebhookFacts(url=url))
    assert set(refusal.value.errors) == {"url"}
    assert post_message(url, b"{}", {}).status is None


@pytest.mark.parametrize("url", ["https://example.org/x?y=1", "https://example.org:8443/", "https://93.184.215.14/"])
def test_public_target_is_taken(url: str) -> None:
    assert target_fault(url) == ""


@pytest.mark.parametrize("number", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:10.0.0.1", "fe80::1"])
def test_name_that_stands_for_a_private_address_is_not_connected_to(number: str) -> None:
    family = socket.AF_INET6 if ":" in number else socket.AF_INET
    found = [(family, socket.SOCK_STREAM, 6, "", (number, 443))]
    with (
        mock.patch("socket.getaddrinfo", return_value=found),
        mock.patch("socket.socket.connect", side_effect=AssertionError("connected")),
    ):
        answer = post_message("https://rebound.example.org/", b"{}", {})
    assert answer == Answer(None, "the name stands for an address of this machine or of a private network")


def test_private_targets_can_be_allowed(settings: Settings) -> None:
    settings.WEBHOOK_PRIVATE_TARGETS = True
    assert target_fault("http://127.0.0.1:9000/") == ""
    assert target_fault("http://u:p@127.0.0.1:9000/")


def test_api_from_making_to_deleting(receiver: Receiver, talks: Negotiation) -> None:
    user = add_member(talks)
    api, stranger = Api(user), Api(make_user())
    body = {"url": "https://receiver.example.org/hook", "negotiations": ["talks"], "kinds": ["reread"]}
    made = api.client.post("/api/v1/webhooks/", body, format="json")
    assert made.status_code == 201
    address, secret = made["Location"], made.json()["secret"]
    assert secret.startswith("whsec_")
    shown = api(address)
    assert "secret" not in shown.json()
    assert shown.json()["negotiations"] == ["talks"]
    assert stranger(address).json()["detail"] == "No such webhook."
    assert stranger(f"{address}deliveries/").status_code == 404
    assert Api()("webhooks/").status_code == 401
    refused = api.client.post("/api/v1/webhooks/", {"url": "https://127.1/", "kinds": ["odd"]}, format="json")
    assert set(refused.json()["errors"]) == {"kinds[0]"}

    def post(act: str, sent: dict[str, Any], tag: str | None = None) -> Any:
        headers = {"If-Match": tag or api(address)["ETag"]}
        return api.client.post(f"{address}{act}/", sent, format="json", headers=headers)

    assert api.client.patch(address, {"kinds": []}, format="json").status_code == 428
    assert post("ping", {}, '"old"').status_code == 412
    changed = api.client.patch(address, {"kinds": []}, format="json", headers={"If-Match": shown["ETag"]})
    assert (changed.status_code, changed.json()["kinds"]) == (200, [])
    assert post("secret", {}).json()["secret"] != secret
    ping = post("ping", {})
    assert (ping.status_code, ping.json()["type"]) == (202, "ping")
    WebhookDelivery.objects.update(next_attempt_at=receiver.now)
    receiver.run(Webhook.objects.get())
    assert api.rows(f"{address}deliveries/", state="delivered")[0]["last_status"] == 204
    assert post("replay", {"delivery": ping.json()["id"]}).json() == {"replayed": 1}
    assert post("replay", {}).status_code == 400
    assert set(post("replay", {"delivery": "00000000-0000-4000-8000-000000000000"}).json()["errors"]) == {"delivery"}
    assert api.client.delete(address).status_code == 204
    assert api("webhooks/").json()["results"] == []


def test_log_in_the_admin_shows_each_their_own(receiver: Receiver, talks: Negotiation) -> None:
    user = add_member(talks, make_user("anna", is_staff=True))
    webhook = make_webhook(user, description="Newsroom")
    make_event(talks)
    receiver.run(webhook)
    other, root = make_user("ben", is_staff=True), make_user("root", is_staff=True, is_superuser=True)
    address = "/admin/positions/webhookdelivery/"
    for who, rows in ((user, 1), (other, 0), (root, 1)):
        client = Client()
        client.force_login(who)
        page = client.get(address, {"q": "Newsroom"})
        assert (page.status_code, page.content.decode().count("negotiations.changed</td>")) == (200, rows), who
        sent = {"action": "send_again", "_selected_action": [str(webhook.deliveries.get().pk)]}
        client.post(address, sent)
        assert states(webhook) == (["pending"] if rows else ["delivered"])
        assert webhook.secret not in client.get(f"/admin/positions/webhook/{webhook.pk}/change/").content.decode()
        receiver.run(webhook, seconds=5)
