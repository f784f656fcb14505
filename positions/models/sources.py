"""Documents, and the immutable versions of their text."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, gettext_lazy

from positions.enums import Attribution, DerivationKind, Reliability, SourceKind, TextAccess, Tlp
from positions.models.base import FoldedText, Record, choice_constraint
from positions.models.negotiations import Negotiation
from positions.validators import validate_edtf, validate_language_tag, validate_plain_text


class Source(Record):
    """A document in which somebody states something, with its grade, marking and ground rule."""

    negotiation = models.ForeignKey(Negotiation, on_delete=models.PROTECT, related_name="sources")
    key = models.CharField(
        max_length=200, validators=[validate_plain_text], help_text=gettext_lazy("A name unique in the negotiation.")
    )
    title = models.CharField(max_length=500, validators=[validate_plain_text])
    kind = models.CharField(max_length=12, choices=SourceKind.choices, default=SourceKind.OTHER)
    publisher = models.CharField(max_length=300, blank=True, validators=[validate_plain_text])
    author = models.CharField(max_length=300, blank=True, validators=[validate_plain_text])
    url = models.URLField("address", max_length=2000, blank=True)
    archive_url = models.URLField("archived at", max_length=2000, blank=True)
    published_on = models.CharField(
        max_length=40,
        blank=True,
        validators=[validate_edtf],
        help_text=gettext_lazy("EDTF: 2022-01-09, 2022-01-09~, 2022-01 or 2022-01-28/2022-02-01."),
    )
    published_earliest = models.DateField(null=True, blank=True, editable=False)
    published_latest = models.DateField(null=True, blank=True, editable=False)
    language = models.CharField(max_length=35, default="en", validators=[validate_language_tag])
    reliability = models.CharField(max_length=1, choices=Reliability.choices, default=Reliability.F)
    tlp = models.CharField("TLP marking", max_length=12, choices=Tlp.choices, default=Tlp.CLEAR)
    attribution = models.CharField(
        "ground rule", max_length=15, choices=Attribution.choices, default=Attribution.ON_RECORD
    )
    text_access = models.CharField(max_length=7, choices=TextAccess.choices, default=TextAccess.PUBLIC)
    derived_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="derived_sources"
    )
    derivation_kind = models.CharField(max_length=11, choices=DerivationKind.choices, blank=True)
    note = models.TextField(blank=True, validators=[validate_plain_text])
    recorded_at = models.DateTimeField()
    folded = FoldedText(of=("title", "publisher", "author", "key"))

    class Meta:
        ordering = ["-published_latest", "title", "id"]
        constraints = [
            models.UniqueConstraint(fields=["negotiation", "key"], name="source_key_once"),
            choice_constraint("kind", SourceKind, "source_kind_known"),
            choice_constraint("reliability", Reliability, "source_reliability_known"),
            choice_constraint("tlp", Tlp, "source_tlp_known"),
            choice_constraint("attribution", Attribution, "source_attribution_known"),
            choice_constraint("text_access", TextAccess, "source_text_access_known"),
            models.CheckConstraint(
                condition=Q(derived_from__isnull=True) | ~Q(derived_from=F("id")), name="source_not_derived_from_itself"
            ),
            models.CheckConstraint(
                condition=Q(derived_from__isnull=True, derivation_kind="")
                | Q(derived_from__isnull=False, derivation_kind__in=DerivationKind.values),
                name="source_derivation_has_kind",
            ),
        ]
        indexes = [
            # sources/ ordered by publication within a negotiation
            models.Index(fields=["negotiation", "published_latest", "id"], name="source_by_publication"),
            # what a ground rule or a marking keeps from a reader: hardly ever anything, and then these few
            models.Index(fields=["attribution", "negotiation"], name="source_by_ground_rule"),
            models.Index(fields=["tlp", "negotiation"], name="source_by_marking"),
        ]

    def __str__(self) -> str:
        return self.title


class SourceText(Record):
    """One immutable version of a source's canonical text: line ends LF, no NUL, otherwise untouched."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="texts")
    version = models.PositiveIntegerField()
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    length = models.PositiveIntegerField(help_text=gettext_lazy("In Unicode code points."))
    extraction = models.CharField(
        max_length=60, default="plain text", help_text=gettext_lazy("How the text was taken from the document.")
    )
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["source", "version"]
        constraints = [models.UniqueConstraint(fields=["source", "version"], name="source_text_version_once")]
        indexes = [
            # the same text twice in one negotiation
            models.Index(fields=["sha256"], name="source_text_by_digest"),
        ]

    def __str__(self) -> str:
        return gettext("%(source)s, version %(version)s") % {"source": self.source, "version": self.version}
