"""Doing what was asked once, however often it is asked with the same key.

A key is claimed in a transaction of its own, so that a second request sees it at once. The answer is
kept in the transaction of the write itself: either both are there or neither is.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from positions.exceptions import Conflict, KeyReused
from positions.models import IdempotencyKey
from positions.queries.access import RANKS, Reader

KEPT = timedelta(hours=24)
# how long a request may take before another takes it for dead
CLAIMED = timedelta(minutes=10)


@dataclass(frozen=True)
class Answer:
    """What was answered; ``body`` is null where it held a secret that is not kept."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None


@dataclass(frozen=True)
class Claim:
    """The right to answer a request, as long as nobody takes it over."""

    key_id: uuid.UUID
    attempt: uuid.UUID


@transaction.atomic
def claim_key(reader: Reader, user: User, key: str, request: bytes) -> Claim | Answer:
    """Claim a key for a request, or get the answer it had.

    Raises :class:`KeyReused` where the key came with another request, and :class:`Conflict` while the
    first is being answered, or where the answer may not be repeated.
    """
    now = timezone.now()
    wanted = IdempotencyKey(
        user=user,
        key_digest=hashlib.sha256(key.encode()).hexdigest(),
        request_digest=hashlib.sha256(request).hexdigest(),
        attempt=uuid.uuid4(),
        claimed_until=now + CLAIMED,
        expires_at=now + KEPT,
    )
    IdempotencyKey.objects.filter(user=user, key_digest=wanted.key_digest, expires_at__lte=now).delete()
    IdempotencyKey.objects.bulk_create([wanted], ignore_conflicts=True)
    held = IdempotencyKey.objects.filter(user=user, key_digest=wanted.key_digest).first()
    if held is None:
        raise Conflict("The request that came first with this Idempotency-Key was just given up; send it again.")
    if held.pk == wanted.pk:
        return Claim(held.pk, held.attempt)
    if held.request_digest != wanted.request_digest:
        raise KeyReused("This Idempotency-Key came with another request; send each new request with a new key.")
    if held.status is None:
        return _take_over(held, wanted.attempt, now)
    if held.body is None:
        raise Conflict(
            "This was done already; its answer held a secret that is shown once and not kept. "
            "Revoke what was made and ask with a new Idempotency-Key."
        )
    if not _still_holds(reader, held.standing):
        raise Conflict("This was done already, and your roles have changed since; read the records themselves.")
    return Answer(held.status, held.headers, held.body)


def _take_over(held: IdempotencyKey, attempt: uuid.UUID, now: datetime) -> Claim:
    abandoned = IdempotencyKey.objects.filter(pk=held.pk, attempt=held.attempt, status=None, claimed_until__lte=now)
    if not abandoned.update(attempt=attempt, claimed_until=now + CLAIMED):
        raise Conflict("The first request with this Idempotency-Key is still being answered; ask again in a moment.")
    return Claim(held.pk, attempt)


def keep_answer(reader: Reader, claim: Claim, answer: Answer) -> None:
    """Keep the answer, within the transaction of the write. Raises :class:`Conflict` where the claim was lost."""
    kept = IdempotencyKey.objects.filter(pk=claim.key_id, attempt=claim.attempt, status=None).update(
        status=answer.status,
        headers=answer.headers,
        body=answer.body,
        standing=_standing(reader),
        expires_at=timezone.now() + KEPT,
    )
    if not kept:
        raise Conflict("This took so long that another request with the same Idempotency-Key took its place.")


def release_key(claim: Claim) -> None:
    """Give a key back that came with a request which changed nothing."""
    IdempotencyKey.objects.filter(pk=claim.key_id, attempt=claim.attempt, status=None).delete()


def forget_expired_keys(*, now: datetime | None = None) -> int:
    """Delete the keys whose time is up; how many they were."""
    deleted, _ = IdempotencyKey.objects.filter(expires_at__lte=now or timezone.now()).delete()
    return deleted


def _standing(reader: Reader) -> dict[str, Any]:
    return {
        "administrator": reader.is_administrator,
        "roles": {str(negotiation): role for negotiation, role in reader.roles.items()},
    }


def _still_holds(reader: Reader, standing: dict[str, Any]) -> bool:
    """Whether the reader may still do everything they could when the answer was given."""
    if reader.is_administrator:
        return True
    return not standing["administrator"] and all(
        reader.rank_in(uuid.UUID(negotiation)) >= RANKS[role] for negotiation, role in standing["roles"].items()
    )
