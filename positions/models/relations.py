"""How one statement stands to another."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from positions.enums import RelationKind
from positions.models.base import Record, choice_constraint
from positions.models.negotiations import Negotiation
from positions.models.statements import Statement
from positions.validators import validate_plain_text


class Relation(Record):
    """``statement`` answers, contradicts, clarifies, denies, repeats or withdraws ``other``, as somebody saw.

    Like all of the record it is never changed in place: ``recorded_at`` and ``retired_at`` bound the
    time in which the record says so.
    """

    negotiation = models.ForeignKey(Negotiation, on_delete=models.PROTECT, related_name="relations")
    kind = models.CharField(max_length=11, choices=RelationKind.choices)
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="relations")
    other = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="relations_to_it")
    seen_by = models.CharField(
        max_length=150,
        validators=[validate_plain_text],
        help_text=gettext_lazy("A user name, or the name an import gives."),
    )
    seen_by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    note = models.TextField(blank=True, validators=[validate_plain_text])
    recorded_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    withdrawal_reason = models.TextField(blank=True, validators=[validate_plain_text])

    class Meta:
        ordering = ["negotiation", "recorded_at", "id"]
        constraints = [
            choice_constraint("kind", RelationKind, "relation_kind_known"),
            models.CheckConstraint(condition=~Q(statement=F("other")), name="relation_not_to_itself"),
            models.UniqueConstraint(
                fields=["statement", "other", "kind"],
                condition=Q(retired_at__isnull=True),
                name="relation_once_in_force",
            ),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True) | Q(retired_at__gt=F("recorded_at")),
                name="relation_retired_after_record",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement} {self.get_kind_display().lower()} {self.other}"
