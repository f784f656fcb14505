"""Pages as somebody looked at them, kept under a name and a short address."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from positions.models.base import Record
from positions.models.negotiations import Negotiation
from positions.validators import validate_plain_text


class SavedView(Record):
    """A reading page with what its address asks for. It carries no rights: the page decides who may read it."""

    code = models.CharField(max_length=16, unique=True, help_text="The short address; unguessable.")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(max_length=80, validators=[validate_plain_text])
    page = models.CharField(max_length=40, help_text="The name of the page's address.")
    path = models.CharField(max_length=400)
    query = models.CharField(max_length=2000, blank=True)
    negotiation = models.ForeignKey(
        Negotiation, on_delete=models.CASCADE, null=True, blank=True, related_name="saved_views"
    )
    is_shared = models.BooleanField(default=False, help_text="With the members of the negotiation.")
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_shared=False) | Q(negotiation__isnull=False), name="saved_view_shared_in_negotiation"
            ),
        ]
        indexes = [
            # a person's own list
            models.Index(fields=["owner", "-created_at"], name="saved_view_by_owner"),
            # what members of a negotiation share
            models.Index(fields=["negotiation", "is_shared"], name="saved_view_shared"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """The page's path with its query."""
        return f"{self.path}?{self.query}" if self.query else self.path
