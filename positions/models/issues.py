"""What is contested, and the codebook it is coded by."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, gettext_lazy

from positions.models.base import Record
from positions.models.negotiations import Negotiation
from positions.validators import validate_plain_text, validate_slug


class Issue(Record):
    """One contested question with a written proposal: what +2 and −2 mean.

    Proposal and poles are frozen once a coding of it is published; the service holds that.
    """

    negotiation = models.ForeignKey(Negotiation, on_delete=models.PROTECT, related_name="issues")
    slug = models.CharField(max_length=100, validators=[validate_slug])
    title = models.CharField(max_length=300, validators=[validate_plain_text])
    proposal = models.TextField(validators=[validate_plain_text], help_text=gettext_lazy("What +2 means."))
    pole_for = models.TextField(
        blank=True, validators=[validate_plain_text], help_text=gettext_lazy("The +2 pole in a few words.")
    )
    pole_against = models.TextField(
        blank=True, validators=[validate_plain_text], help_text=gettext_lazy("The −2 pole in a few words.")
    )
    reference_point = models.TextField(
        blank=True, validators=[validate_plain_text], help_text=gettext_lazy("What holds if nothing is agreed.")
    )
    keywords = models.JSONField(default=list, blank=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    rank = models.PositiveIntegerField(default=0, help_text=gettext_lazy("Order on pages, the first is 0."))
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="merged"
    )

    class Meta:
        ordering = ["negotiation", "rank", "slug"]
        constraints = [
            models.UniqueConstraint(fields=["negotiation", "slug"], name="issue_slug_once"),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="issue_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return self.title


class CodebookVersion(Record):
    """One version of a negotiation's coding rules; each coding points to the one it was made under."""

    negotiation = models.ForeignKey(Negotiation, on_delete=models.PROTECT, related_name="codebook_versions")
    version = models.PositiveIntegerField()
    text = models.TextField(blank=True, validators=[validate_plain_text])
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["negotiation", "version"]
        constraints = [models.UniqueConstraint(fields=["negotiation", "version"], name="codebook_version_once")]

    def __str__(self) -> str:
        return gettext("Codebook %(version)s") % {"version": self.version}


class CodebookEntry(Record):
    """What one version of the codebook says of one issue: its definition, poles, anchors and decision rules.

    ``anchors`` maps a stance, written "2" to "-2", to ``{"meaning": text, "examples": [text, …]}``.
    A coding made under a version is read by that version's words; those of the newest are also the
    issue's own.
    """

    version = models.ForeignKey(CodebookVersion, on_delete=models.CASCADE, related_name="entries")
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="codebook_entries")
    definition = models.TextField(blank=True, validators=[validate_plain_text])
    proposal = models.TextField(validators=[validate_plain_text], help_text=gettext_lazy("What +2 means."))
    pole_for = models.TextField(blank=True, validators=[validate_plain_text])
    pole_against = models.TextField(blank=True, validators=[validate_plain_text])
    reference_point = models.TextField(blank=True, validators=[validate_plain_text])
    anchors = models.JSONField(default=dict, blank=True)
    rules = models.TextField(
        "decision rules",
        blank=True,
        validators=[validate_plain_text],
        help_text=gettext_lazy("How coders decide the hard cases."),
    )

    class Meta:
        ordering = ["version", "issue__rank", "issue__slug"]
        verbose_name_plural = "codebook entries"
        constraints = [models.UniqueConstraint(fields=["version", "issue"], name="codebook_entry_once")]

    def __str__(self) -> str:
        return f"{self.issue}, {self.version}"
