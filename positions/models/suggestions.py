"""What people said to the machine's suggestions."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, gettext_lazy

from positions.models.base import Record
from positions.models.issues import Issue
from positions.models.parties import Party
from positions.models.sources import SourceText


class SuggestionRefusal(Record):
    """A suggested reading that somebody refused: it is not offered on this passage again.

    A suggestion itself is no record: it is worked out from the text, the codebook and the aliases.
    """

    text = models.ForeignKey(SourceText, on_delete=models.CASCADE, related_name="refused_suggestions")
    start = models.PositiveIntegerField(help_text=gettext_lazy("In Unicode code points of the text."))
    end = models.PositiveIntegerField()
    party = models.ForeignKey(Party, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    refused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    refused_by_name = models.CharField(max_length=150)
    refused_at = models.DateTimeField()

    class Meta:
        ordering = ["text", "start", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="suggestion_refusal_span_in_order"),
        ]

    def __str__(self) -> str:
        return gettext("%(start)s–%(end)s of %(text)s") % {"start": self.start, "end": self.end, "text": self.text}
