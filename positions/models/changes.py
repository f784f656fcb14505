"""Changes to many records at once, kept so that they can be taken back."""

from __future__ import annotations

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Q

from positions.enums import ChangeKind
from positions.models.base import Record, choice_constraint
from positions.models.negotiations import Negotiation
from positions.validators import validate_plain_text


class ChangeSet(Record):
    """One change to many records: what was done, by whom, and the steps that take it back.

    ``steps`` lists, in the order they were taken, what each record was and became; the service that
    made the change reads them to undo it.
    """

    negotiation = models.ForeignKey(
        Negotiation, on_delete=models.PROTECT, null=True, blank=True, related_name="change_sets"
    )
    kind = models.CharField(max_length=20, choices=ChangeKind.choices)
    title = models.CharField(max_length=300, validators=[validate_plain_text])
    reason = models.TextField(blank=True, validators=[validate_plain_text])
    steps = models.JSONField(default=list, encoder=DjangoJSONEncoder)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_by_name = models.CharField(max_length=150)
    made_at = models.DateTimeField()
    undone_by_name = models.CharField(max_length=150, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-made_at", "id"]
        constraints = [
            choice_constraint("kind", ChangeKind, "change_set_kind_known"),
            models.CheckConstraint(
                condition=Q(undone_at__isnull=True) | Q(undone_at__gt=F("made_at")), name="change_set_undone_after_made"
            ),
        ]

    def __str__(self) -> str:
        return self.title
