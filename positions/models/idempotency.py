"""What answers to repeated requests are kept in."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from positions.models.base import Record


class IdempotencyKey(Record):
    """A key that a user sent with a write, and the answer to it: for whoever sends the same again.

    ``status`` is null while the first request is being answered. Key and request are kept as digests
    alone. ``standing`` is what the user was allowed at the time, by negotiation.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="idempotency_keys")
    key_digest = models.CharField(max_length=64)
    request_digest = models.CharField(max_length=64)
    attempt = models.UUIDField()
    claimed_until = models.DateTimeField()
    expires_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    headers = models.JSONField(default=dict, blank=True)
    body = models.TextField(null=True, blank=True)  # noqa: DJ001 - null where the answer held a secret
    standing = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key_digest"], name="idempotency_key_once"),
            models.CheckConstraint(
                condition=Q(status__isnull=True) | Q(status__gte=200, status__lt=300),
                name="idempotency_key_keeps_what_was_done",
            ),
        ]
        indexes = [
            # the sweep: keys whose time is up
            models.Index(fields=["expires_at"], name="idempotency_key_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"key of {self.user}"
