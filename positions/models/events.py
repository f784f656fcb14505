"""The append-only log: who did what to what, when and why. Database triggers refuse to change it."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from positions.models.negotiations import Negotiation


class Event(models.Model):
    """One entry of the log.

    The actor's name is copied and the references carry no database constraint: an entry outlives
    what it speaks of.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    actor_name = models.CharField(max_length=150)
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    subject_label = models.CharField(max_length=200)
    negotiation = models.ForeignKey(
        Negotiation, on_delete=models.DO_NOTHING, null=True, db_constraint=False, related_name="+"
    )
    reason = models.TextField(blank=True)
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(null=True, encoder=DjangoJSONEncoder)

    class Meta:
        ordering = ["-id"]
        indexes = [
            # events/ of a negotiation, newest first
            models.Index(fields=["negotiation", "-id"], name="event_by_negotiation"),
            # the history of one record
            models.Index(fields=["subject_type", "subject_id", "-id"], name="event_by_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_name}: {self.action} {self.subject_label}"
