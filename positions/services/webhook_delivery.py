"""Telling webhooks: what is due is a row before it is sent, tried for more than a day, and checked again each time.

A webhook's rows are written from the feed in one transaction with the place up to which it was read, so a
crash neither loses a change nor tells it under two ids. One worker at a time works for a webhook, under a
claim that runs out should the worker die; a ring that gets lost is made up for by the minute's sweep.
"""

from __future__ import annotations

import json
import logging
import random
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any
from uuid import UUID

from celery import current_app
from django.core.mail import send_mail
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from kombu.exceptions import KombuError
from kombu.exceptions import OperationalError as BrokerError
from standardwebhooks import Webhook as Signer

from positions.enums import DeliveryState
from positions.models import EventPlace, Webhook, WebhookDelivery
from positions.queries.access import reader_of
from positions.queries.feed import Change, Feed
from positions.services.outbound import Answer, post_message

log = logging.getLogger(__name__)

RUN_TASK = "positions.run_webhook"
QUEUE = "notify"
CLAIM = timedelta(seconds=60)
READ_AT_ONCE = 200
SENT_IN_ONE_RUN = 200
# Seconds from one try to the next: a little under 28 hours in all, with the jitter a little more.
DELAYS = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 21600, 21600, 28800)
LONGEST_WAIT = timedelta(hours=24)
GONE = 410


# ---------------------------------------------------------------- rings


def ring_after_events() -> None:
    """Once the transaction commits, let the webhooks hear that there is something new; once a transaction."""
    if not any(each[1] is _ring_all for each in connection.run_on_commit):
        transaction.on_commit(_ring_all, robust=True)


def _ring_all() -> None:
    ring_webhooks()


def ring_webhooks() -> int:
    """Ring for every webhook with something to do: changes it has not read, or messages that are due."""
    unread = EventPlace.objects.filter(place__gt=OuterRef("place"))
    due = WebhookDelivery.objects.filter(
        webhook=OuterRef("pk"), state=DeliveryState.PENDING, next_attempt_at__lte=timezone.now()
    )
    waiting = Webhook.objects.filter(Q(Exists(unread)) | Q(Exists(due)), is_enabled=True).order_by("pk")
    rung = 0
    for key in waiting.values_list("pk", flat=True):
        if not _send_ring(key, 0):
            break
        rung += 1
    return rung


def ring_webhook(webhook: Webhook) -> None:
    """Ring for one webhook once the transaction commits."""
    transaction.on_commit(partial(_send_ring, webhook.pk, 0), robust=True)


def _send_ring(key: UUID, seconds: float) -> bool:
    try:
        current_app.send_task(
            RUN_TASK, kwargs={"webhook_id": str(key)}, queue=QUEUE, retry=False, ignore_result=True,
            countdown=seconds or None,
        )  # fmt: skip
    except (BrokerError, KombuError, OSError) as error:
        log.warning("webhook %s waits for the sweep: the broker cannot be reached (%s)", key, type(error).__name__)
        return False
    return True


# ---------------------------------------------------------------- a run


def run_webhook(key: UUID) -> int:
    """Read what is new for a webhook and send what is due; how many messages were tried."""
    claim = _claim(key)
    if claim is None:
        return 0
    tried = 0
    try:
        collect_changes(key)
        while tried < SENT_IN_ONE_RUN and (delivery := _next_due(key)) is not None:
            try_delivery(delivery)
            tried += 1
            claim = _renew(key, claim)
            if claim is None:
                return tried
    finally:
        if claim is not None:
            Webhook.objects.filter(pk=key, claimed_until=claim).update(claimed_until=None)
    _ring_for_next(key)
    return tried


def _claim(key: UUID) -> datetime | None:
    now = timezone.now()
    free = Webhook.objects.filter(Q(claimed_until=None) | Q(claimed_until__lt=now), pk=key, is_enabled=True)
    until = now + CLAIM
    return until if free.update(claimed_until=until) else None


def _renew(key: UUID, claim: datetime) -> datetime | None:
    until = timezone.now() + CLAIM
    return until if Webhook.objects.filter(pk=key, claimed_until=claim).update(claimed_until=until) else None


def _next_due(key: UUID) -> WebhookDelivery | None:
    due = WebhookDelivery.objects.filter(
        webhook=key, webhook__is_enabled=True, state=DeliveryState.PENDING, next_attempt_at__lte=timezone.now()
    )
    return due.select_related("webhook__owner").order_by("next_attempt_at", "place").first()


def _ring_for_next(key: UUID) -> None:
    """Ring again for the next try where that is soon; what is later the sweep finds."""
    pending = WebhookDelivery.objects.filter(webhook=key, webhook__is_enabled=True, state=DeliveryState.PENDING)
    moment = pending.order_by("next_attempt_at").values_list("next_attempt_at", flat=True).first()
    if moment is not None:
        seconds = max(0.0, (moment - timezone.now()).total_seconds())
        if seconds < 60:
            _send_ring(key, seconds)


@transaction.atomic
def collect_changes(key: UUID) -> int:
    """Write a row for each new change that the webhook is to hear of, and up to where it was read; how many."""
    webhook = Webhook.objects.select_for_update(of=("self",)).select_related("owner").get(pk=key)
    if not webhook.owner.is_active:
        return 0
    wanted = set(webhook.negotiations.values_list("pk", flat=True))
    feed = Feed(reader_of(webhook.owner), webhook.created_at)
    now, made, place, more = timezone.now(), 0, webhook.place, True
    while more:
        changes, more = feed.after(place, READ_AT_ONCE)
        told = [each for each in changes if _is_wanted(webhook, wanted, each)]
        WebhookDelivery.objects.bulk_create(
            WebhookDelivery(
                webhook=webhook, place=each.place, type=type_of(each), negotiation=each.negotiation, created_at=now,
                next_attempt_at=now,
            )
            for each in told
        )  # fmt: skip
        made += len(told)
        place = changes[-1].place if changes else place
    Webhook.objects.filter(pk=key).update(place=place)
    return made


def _is_wanted(webhook: Webhook, negotiations: set[UUID], change: Change) -> bool:
    if webhook.kinds and change.kind not in webhook.kinds:
        return False
    return not negotiations or (change.negotiation is not None and change.negotiation.pk in negotiations)


def type_of(change: Change) -> str:
    """The type of a message, such as ``codings.changed``."""
    return f"{change.subject.resource}.{change.kind.value}"


# ---------------------------------------------------------------- one try


def try_delivery(delivery: WebhookDelivery) -> None:
    """Send a message once and write down what came of it; withhold what its owner may not know any more."""
    body = message_for(delivery)
    now = timezone.now()
    if body is None:
        _write(delivery, state=DeliveryState.WITHHELD, next_attempt_at=None, last_error="")
        return
    webhook = delivery.webhook
    answer = post_message(webhook.url, body, sign(webhook, delivery, body, now))
    tried: dict[str, Any] = {
        "attempts": delivery.attempts + 1,
        "last_attempt_at": now,
        "last_status": answer.status,
        "last_error": (answer.error or ("" if answer.is_success else f"answered {answer.status}"))[:300],
    }
    if answer.is_success:
        _write(delivery, state=DeliveryState.DELIVERED, next_attempt_at=None, **tried)
        return
    if answer.status == GONE:
        _write(delivery, state=DeliveryState.FAILED, next_attempt_at=None, **tried)
        switch_off(webhook, _("The address answered that it is gone (410)."))
        return
    if delivery.attempts >= len(DELAYS):
        _write(delivery, state=DeliveryState.FAILED, next_attempt_at=None, **tried)
        switch_off(webhook, _("A message could not be delivered for more than a day."))
        return
    _write(delivery, next_attempt_at=now + wait_after(delivery.attempts, answer, now), **tried)


def _write(delivery: WebhookDelivery, **fields: Any) -> None:
    WebhookDelivery.objects.filter(pk=delivery.pk).update(**fields)


def wait_after(failures: int, answer: Answer, now: datetime) -> timedelta:
    """How long to wait after a failed try, the first being 0: a little more than planned, or as long as was asked."""
    # jitter spreads load, it hides nothing
    planned = timedelta(seconds=DELAYS[failures] * random.uniform(1.0, 1.1))  # noqa: S311
    asked = timedelta(0)
    if answer.retry_after.isascii() and answer.retry_after.isdigit() and len(answer.retry_after) < 8:
        asked = timedelta(seconds=int(answer.retry_after))
    elif answer.retry_after:
        try:
            moment = parsedate_to_datetime(answer.retry_after)
            asked = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
        except (ValueError, TypeError, OverflowError):
            pass
    return max(planned, min(asked, LONGEST_WAIT))


def message_for(delivery: WebhookDelivery) -> bytes | None:
    """The body of a message, of what its owner may see now; null where that is nothing any more."""
    webhook = delivery.webhook
    if not webhook.owner.is_active:
        return None
    if delivery.place is None:
        return _body("ping", delivery.created_at, {"webhook": str(webhook.pk)})
    change = Feed(reader_of(webhook.owner), webhook.created_at).at(delivery.place)
    if change is None or type_of(change) != delivery.type:
        return None
    content = {
        "event": str(change.token),
        "kind": change.kind.value,
        "resource": change.subject.resource,
        "id": change.subject.id,
        "negotiation": change.negotiation.slug if change.negotiation else None,
        "records": [
            {"resource": each.resource, "id": each.id, "address": f"/api/v1/{each.resource}/{each.id}/"}
            for each in change.records
        ],
    }
    return _body(delivery.type, change.at, content)


def _body(kind: str, at: datetime, content: dict[str, Any]) -> bytes:
    stamp = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return json.dumps({"type": kind, "timestamp": stamp, "data": content}, separators=(",", ":")).encode("utf-8")


def sign(webhook: Webhook, delivery: WebhookDelivery, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks; the secret of before a rotation signs too for a while."""
    name = f"msg_{delivery.pk.hex}"
    secrets = [webhook.secret]
    if webhook.previous_secret and webhook.previous_until is not None and webhook.previous_until > now:
        secrets.append(webhook.previous_secret)
    signatures = [Signer(secret).sign(name, now.astimezone(UTC), body.decode("utf-8")) for secret in secrets]
    return {
        "Content-Type": "application/json",
        "webhook-id": name,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def switch_off(webhook: Webhook, reason: str) -> None:
    """Send nothing more to an address that does not answer, and let its owner know by mail."""
    changed = Webhook.objects.filter(pk=webhook.pk, is_enabled=True).update(
        is_enabled=False, disabled_at=timezone.now(), disabled_reason=reason[:300]
    )
    if not changed or not webhook.owner.email:
        return
    try:
        send_mail(
            _("A webhook of yours was switched off"),
            _(
                "%(reason)s\n\nThe webhook sends to %(url)s. Nothing is lost: once you switch it on again, what "
                "happened meanwhile is sent, and what failed can be replayed."
            )
            % {"reason": reason, "url": webhook.url},
            None,
            [webhook.owner.email],
        )
    except OSError as error:
        log.warning("the owner of webhook %s could not be told by mail (%s)", webhook.pk, type(error).__name__)
