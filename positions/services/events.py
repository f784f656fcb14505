"""The log's writer, and the snapshots it keeps of what changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import models
from django.utils import timezone, translation

from positions.models import Event, Negotiation
from positions.models.base import FoldedText
from positions.services.webhook_delivery import ring_after_events


def record_event(
    *,
    actor: User | None,
    action: str,
    subject: models.Model,
    negotiation: Negotiation | None,
    reason: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Event:
    """Append one entry. A null actor is the user ``system``: the command line and scheduled work.

    The log is read by everybody, so it names its subject in one language, whoever writes.
    """
    ring_after_events()
    with translation.override("en"):
        subject_label = str(subject)[:200]
    return Event.objects.create(
        at=timezone.now(),
        actor=actor,
        actor_name=actor.get_username() if actor else "system",
        action=action,
        subject_type=subject._meta.model_name or "",
        subject_id=str(subject.pk),
        subject_label=subject_label,
        negotiation=negotiation,
        reason=reason,
        before=before,
        after=after,
    )


def snapshot(record: models.Model, *fields: str) -> dict[str, Any]:
    """The record's columns, JSON-ready through the log's encoder; all of them when none are named."""
    chosen = [
        f for f in record._meta.concrete_fields if (not fields or f.name in fields) and not isinstance(f, FoldedText)
    ]
    return {field.name: getattr(record, field.attname) for field in chosen}


def instant_after(*moments: datetime | None) -> datetime:
    """Now, or the first microsecond after all ``moments`` should the clock have been set back."""
    now = timezone.now()
    return max([now, *(moment + timedelta(microseconds=1) for moment in moments if moment is not None)])
