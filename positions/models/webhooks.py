"""Addresses that are told of changes, and what was to be told to each."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from positions.enums import DeliveryState
from positions.models.base import Record, choice_constraint
from positions.models.negotiations import Negotiation


class Webhook(Record):
    """An address of a user's own that hears of changes they may see.

    ``place`` is up to where the feed was read for it: deliveries and place are written together.
    ``secret`` signs; after a rotation ``previous_secret`` signs too until ``previous_until``.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="webhooks")
    url = models.CharField(max_length=2000)
    description = models.CharField(max_length=300, blank=True)
    negotiations = models.ManyToManyField(Negotiation, blank=True, related_name="+")
    kinds = models.JSONField(default=list, blank=True)
    is_enabled = models.BooleanField(default=True)
    secret = models.CharField(max_length=100)
    previous_secret = models.CharField(max_length=100, blank=True)
    previous_until = models.DateTimeField(null=True, blank=True)
    place = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=300, blank=True)
    claimed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return self.description or self.url


class WebhookDelivery(Record):
    """One change, or a test, to be told to one webhook; its id names the message on every try."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    place = models.BigIntegerField(null=True, blank=True)
    type = models.CharField(max_length=60)
    negotiation = models.ForeignKey(
        Negotiation, on_delete=models.SET_NULL, null=True, blank=True, db_constraint=False, related_name="+"
    )
    state = models.CharField(max_length=9, choices=DeliveryState.choices, default=DeliveryState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    last_attempt_at = models.DateTimeField(null=True, blank=True)
    last_status = models.PositiveSmallIntegerField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-created_at", "-place", "id"]
        verbose_name_plural = "webhook deliveries"
        constraints = [
            models.UniqueConstraint(fields=["webhook", "place"], name="webhook_told_once"),
            choice_constraint("state", DeliveryState, "webhook_delivery_state_known"),
        ]
        indexes = [
            # what is due, for one webhook or for the sweep
            models.Index(fields=["state", "next_attempt_at"], name="webhook_delivery_due"),
        ]

    def __str__(self) -> str:
        return f"{self.type}, {self.state}"
