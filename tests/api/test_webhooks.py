"""``webhooks/`` and what was sent to each: lists, filters, secrets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from positions.models import IdempotencyKey, Webhook, WebhookDelivery
from tests.api.conftest import ROOT, Api
from tests.api.test_problems import assert_problem
from tests.factories import add_member, make_negotiation, make_user

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 3, 2, 12, tzinfo=UTC)


def make_webhook(owner: User, **facts: Any) -> Webhook:
    row = {"url": "https://receiver.example.org/hook", "secret": "whsec_x", "created_at": DAY, **facts}
    return Webhook.objects.create(owner=owner, **row)


def make_delivery(webhook: Webhook, **facts: Any) -> WebhookDelivery:
    row = {"type": "codings.changed", "created_at": DAY, **facts}
    return WebhookDelivery.objects.create(webhook=webhook, **row)


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_for_one_and_three(django_assert_num_queries: DjangoAssertNumQueries, count: int) -> None:
    user = make_user()
    for number in range(count):
        webhook = make_webhook(user)
        webhook.negotiations.set([make_negotiation(f"talks-{number}"), make_negotiation(f"others-{number}")])
    for _ in range(count):
        make_delivery(webhook, negotiation=webhook.negotiations.first())
    api = Api(user)
    with django_assert_num_queries(4):
        rows = api.json("webhooks/")["results"]
    assert [len(row["negotiations"]) for row in rows] == [2] * count
    with django_assert_num_queries(4):
        assert len(api.json(f"webhooks/{webhook.pk}/deliveries/")["results"]) == count


def test_webhooks_by_what_is_known_of_them() -> None:
    talks, others = make_negotiation("talks"), make_negotiation("others")
    user = make_user()
    of_talks = make_webhook(user, url="https://receiver.example.org/talks")
    of_talks.negotiations.set([talks])
    of_others = make_webhook(user, is_enabled=False, disabled_at=DAY, created_at=DAY.replace(day=9))
    of_others.negotiations.set([others])
    of_all = make_webhook(user)
    theirs = make_webhook(make_user())
    names = {str(each.pk): name for each, name in ((of_talks, "talks"), (of_others, "others"), (of_all, "all"))}
    api = Api(user)

    def found(**parameters: str) -> set[str]:
        return {names[key] for key in api.ids("webhooks/", **parameters)}

    assert found() == {"talks", "others", "all"}
    assert found(id=f"{of_talks.pk},{of_all.pk}") == {"talks", "all"}
    assert found(negotiation="talks") == {"talks", "all"}
    assert found(negotiation="others", is_enabled="true") == {"all"}
    assert found(url="https://receiver.example.org/talks") == {"talks"}
    assert found(created_after="2026-03-03T00:00:00Z") == found(disabled_after="2026-03-02T12:00:00Z") == {"others"}
    assert found(created_before="2026-03-02T12:00:00Z") == {"talks", "all"}
    assert found(disabled_before="2026-03-02T11:00:00Z") == set()
    assert set(api.errors("webhooks/", id=str(theirs.pk))) == {"id"}
    assert_problem(api("webhooks/", negotiation="nowhere"), 404)


def test_deliveries_by_how_they_fared() -> None:
    user = make_user()
    webhook = make_webhook(user)
    waits = make_delivery(webhook, attempts=2, last_status=503, last_attempt_at=DAY, next_attempt_at=DAY)
    done = make_delivery(webhook, type="ping", state="delivered", attempts=1, last_status=204, created_at=DAY)
    other = make_delivery(make_webhook(make_user()))
    names = {str(waits.pk): "waits", str(done.pk): "done"}
    api = Api(user)
    address = f"webhooks/{webhook.pk}/deliveries/"

    def found(**parameters: str) -> set[str]:
        return {names[key] for key in api.ids(address, **parameters)}

    assert found() == found(created_after="2026-03-02T12:00:00Z") == found(attempts_min="1") == {"waits", "done"}
    assert found(state="pending") == found(last_status="503") == found(attempts_min="2") == {"waits"}
    assert found(next_attempt_before="2026-03-02T12:00:00Z") == found(last_attempt_after="2026-03-02T12:00:00Z")
    assert found(next_attempt_after="2026-03-02T12:00:01Z") == found(last_attempt_before="2026-03-02T11:00:00Z")
    assert found(created_before="2026-03-02T11:00:00Z") == set()
    assert found(type="ping") == found(id=str(done.pk)) == {"done"}
    assert set(api.errors(address, id=str(other.pk))) == {"id"}
    assert_problem(api(f"webhooks/{other.webhook_id}/deliveries/"), 404)


def test_change_keeps_the_negotiations_that_are_out_of_sight() -> None:
    user = make_user()
    hidden = make_negotiation("hidden", visibility="restricted")
    webhook = make_webhook(user)
    webhook.negotiations.set([hidden])
    api = Api(user)
    address = f"{ROOT}webhooks/{webhook.pk}/"
    read = api.client.get(address)
    assert read.json()["negotiations"] == []
    changed = api.client.patch(address, {"is_enabled": False}, format="json", headers={"If-Match": read["ETag"]})
    assert changed.status_code == 200, changed.content
    assert list(webhook.negotiations.all()) == [hidden]


def test_secret_is_not_kept_for_who_asks_again() -> None:
    user = add_member(make_negotiation())
    api = Api(user)
    webhook = make_webhook(user)
    headers = {"Idempotency-Key": "k1", "If-Match": "*"}
    address = f"{ROOT}webhooks/{webhook.pk}/secret/"
    secret = api.client.post(address, {}, format="json", headers=headers).json()["secret"]
    assert secret.startswith("whsec_")
    assert secret not in str(list(IdempotencyKey.objects.values()))
    assert_problem(api.client.post(address, {}, format="json", headers=headers), 409)
    webhook.refresh_from_db()
    assert webhook.secret == secret
    pinged = [
        api.client.post(
            f"{ROOT}webhooks/{webhook.pk}/ping/", {}, format="json", headers={**headers, "Idempotency-Key": "k2"}
        )
        for _ in range(2)
    ]
    assert [answer.status_code for answer in pinged] == [202, 202]
    assert WebhookDelivery.objects.count() == 1
