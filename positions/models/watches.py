"""What people want to be told of, and what they were told."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from positions.enums import WatchDelivery, WatchKind
from positions.models.base import Record, choice_constraint
from positions.models.issues import Issue
from positions.models.negotiations import Negotiation
from positions.models.parties import Party
from positions.validators import validate_plain_text


class Watch(Record):
    """What a person wants to be told of in a negotiation, and how.

    ``party`` and ``issue`` narrow it where given. ``checked_at`` is until when it was looked for;
    ``place`` is the place in the log at which that was: while nothing is newer, nothing is looked for.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watches")
    negotiation = models.ForeignKey(Negotiation, on_delete=models.CASCADE, related_name="watches")
    kind = models.CharField(max_length=10, choices=WatchKind.choices)
    party = models.ForeignKey(Party, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=120, blank=True, validators=[validate_plain_text])
    delivery = models.CharField(max_length=7, choices=WatchDelivery.choices, default=WatchDelivery.DAILY)
    language = models.CharField(max_length=10, default="en")
    created_at = models.DateTimeField()
    checked_at = models.DateTimeField()
    place = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["-created_at", "id"]
        verbose_name_plural = "watches"
        constraints = [
            choice_constraint("kind", WatchKind, "watch_kind_known"),
            choice_constraint("delivery", WatchDelivery, "watch_delivery_known"),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.get_kind_display()}"


class Notice(Record):
    """One thing that a watch found. ``key`` tells it from every other, so that it is told once.

    ``facts`` hold slugs and ids; the words are made when it is read, of what its reader may see then.
    """

    watch = models.ForeignKey(Watch, on_delete=models.CASCADE, related_name="notices")
    key = models.CharField(max_length=64)
    found_at = models.DateTimeField()
    on = models.DateField(null=True)
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)
    # while a mail with it is under way
    claimed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-found_at", "id"]
        constraints = [models.UniqueConstraint(fields=["watch", "key"], name="notice_told_once")]
        indexes = [
            # what is still to be mailed
            models.Index(fields=["mailed_at", "found_at"], name="notice_by_mail"),
        ]

    def __str__(self) -> str:
        return f"{self.watch_id}: {self.key[:12]}"


class FeedToken(models.Model):
    """What opens a person's own Atom feed, and nothing else; only its hash is kept."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="feed_token"
    )
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["user"]

    def __str__(self) -> str:
        return f"feed of {self.user_id}"
