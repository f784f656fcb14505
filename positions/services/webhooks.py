"""Webhooks of a user: made, changed, given a new secret, tested, told again, deleted."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from positions.enums import DeliveryState, FeedKind
from positions.exceptions import Conflict, Invalid, NotPermitted
from positions.models import EventPlace, Negotiation, Webhook, WebhookDelivery
from positions.queries.access import Reader
from positions.services.events import record_event
from positions.services.outbound import target_fault
from positions.services.webhook_delivery import ring_webhook
from positions.validators import text_fault

MOST_WEBHOOKS = 20
# For how long the secret of before signs beside the new one.
BOTH_SECRETS = timedelta(hours=24)


@dataclass(frozen=True, kw_only=True)
class WebhookFacts:
    """Where to send what. No ``negotiations``: all that the owner may see; no ``kinds``: every kind of change."""

    url: str
    description: str = ""
    negotiations: Sequence[Negotiation] = ()
    kinds: Sequence[str] = field(default_factory=tuple)
    is_enabled: bool = True


def new_secret() -> str:
    """A secret as Standard Webhooks has it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode("ascii")


@transaction.atomic
def save_webhook(reader: Reader, facts: WebhookFacts, *, existing: Webhook | None = None) -> Webhook:
    """Make a webhook, or change one's own. Raises :class:`Invalid` with the fields at fault."""
    if reader.user is None:
        raise NotPermitted("A webhook belongs to a person.")
    errors: dict[str, list[str]] = {}
    if fault := target_fault(facts.url):
        errors["url"] = [fault]
    elif len(facts.url) > 2000:
        errors["url"] = ["is longer than 2,000 characters"]
    if facts.description and (wrong := text_fault(facts.description)):
        errors["description"] = [wrong]
    if unknown := [kind for kind in facts.kinds if kind not in FeedKind.values]:
        errors["kinds"] = [f"“{unknown[0]}” is none of {', '.join(FeedKind.values)}"]
    if errors:
        raise Invalid(errors)
    now = timezone.now()
    webhook = existing
    if webhook is None:
        if Webhook.objects.filter(owner=reader.user).count() >= MOST_WEBHOOKS:
            raise Conflict(f"You have {MOST_WEBHOOKS} webhooks already; delete one first.")
        newest = EventPlace.objects.aggregate(newest=Max("place"))["newest"] or 0
        webhook = Webhook(owner=reader.user, created_at=now, secret=new_secret(), place=newest)
    elif webhook.owner_id != reader.user.pk:
        raise NotPermitted("Only its owner changes a webhook.")
    webhook.url, webhook.description = facts.url, facts.description
    webhook.kinds, webhook.is_enabled = list(dict.fromkeys(facts.kinds)), facts.is_enabled
    if facts.is_enabled:
        webhook.disabled_at, webhook.disabled_reason = None, ""
    webhook.save()
    webhook.negotiations.set(facts.negotiations)
    _log(reader, webhook, "webhook_updated" if existing else "webhook_added")
    ring_webhook(webhook)
    return webhook


@transaction.atomic
def delete_webhook(reader: Reader, webhook: Webhook) -> None:
    """Delete a webhook with what was still to be told."""
    _log(reader, webhook, "webhook_deleted")
    webhook.delete()


@transaction.atomic
def rotate_secret(reader: Reader, webhook: Webhook) -> Webhook:
    """Give the webhook a new secret; for a day the one of before signs as well."""
    webhook.previous_secret, webhook.previous_until = webhook.secret, timezone.now() + BOTH_SECRETS
    webhook.secret = new_secret()
    webhook.save(update_fields=["previous_secret", "previous_until", "secret"])
    _log(reader, webhook, "webhook_secret_rotated")
    return webhook


@transaction.atomic
def send_test(webhook: Webhook) -> WebhookDelivery:
    """Send a message of type ``ping``."""
    now = timezone.now()
    delivery = WebhookDelivery.objects.create(webhook=webhook, type="ping", created_at=now, next_attempt_at=now)
    ring_webhook(webhook)
    return delivery


@transaction.atomic
def replay(webhook: Webhook, *, delivery: WebhookDelivery | None = None, since: datetime | None = None) -> int:
    """Tell one delivery again, or all since an instant, each under the id it had; how many."""
    chosen = webhook.deliveries.exclude(state=DeliveryState.PENDING)
    if delivery is not None:
        chosen = chosen.filter(pk=delivery.pk)
    if since is not None:
        chosen = chosen.filter(created_at__gte=since)
    count = chosen.update(state=DeliveryState.PENDING, attempts=0, next_attempt_at=timezone.now(), last_error="")
    ring_webhook(webhook)
    return count


def _log(reader: Reader, webhook: Webhook, action: str) -> None:
    after: dict[str, Any] = {"url": webhook.url, "kinds": webhook.kinds, "is_enabled": webhook.is_enabled}
    record_event(actor=reader.user, action=action, subject=webhook, negotiation=None, after=after)
