"""Spans of source texts in which somebody states something."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy

from positions.enums import AnchorStatus, Attribution, Credibility, Directness
from positions.models.base import FoldedText, Record, choice_constraint
from positions.models.negotiations import Negotiation, Round
from positions.models.parties import Party, Person
from positions.models.sources import Source, SourceText
from positions.validators import validate_edtf, validate_plain_text


class StatementGroup(Record):
    """One joint passage: a statement for each asserting party on the same span, made in one step."""

    negotiation = models.ForeignKey(Negotiation, on_delete=models.PROTECT, related_name="statement_groups")
    key = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["negotiation", "key"], name="statement_group_key_once")]

    def __str__(self) -> str:
        return self.key


class Statement(Record):
    """A passage and who says it, on whose ground rule and when.

    Offsets count Unicode code points of ``text``. ``recorded_at`` and ``retired_at`` bound the time
    in which the record says so; a correction is a new statement that ``supersedes`` this one.
    """

    negotiation = models.ForeignKey(Negotiation, on_delete=models.PROTECT, related_name="statements", db_index=False)
    key = models.CharField(max_length=200, validators=[validate_plain_text])
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="statements", db_index=False)
    text = models.ForeignKey(SourceText, on_delete=models.PROTECT, null=True, blank=True, related_name="statements")
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    exact = models.TextField(blank=True)
    prefix = models.CharField(max_length=64, blank=True)
    suffix = models.CharField(max_length=64, blank=True)
    anchor_status = models.CharField(max_length=6, choices=AnchorStatus.choices, default=AnchorStatus.EXACT)
    group = models.ForeignKey(
        StatementGroup, on_delete=models.PROTECT, null=True, blank=True, related_name="statements"
    )
    asserted_by = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="asserted_statements")
    speaker = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="statements")
    speaker_label = models.CharField(max_length=300, blank=True, validators=[validate_plain_text])
    directness = models.CharField(max_length=12, choices=Directness.choices, default=Directness.VERBATIM)
    attribution = models.CharField(
        "ground rule", max_length=15, choices=Attribution.choices, default=Attribution.ON_RECORD
    )
    credibility = models.PositiveSmallIntegerField(choices=Credibility.choices, default=Credibility.UNJUDGED)
    stated_on = models.CharField(max_length=40, validators=[validate_edtf])
    stated_earliest = models.DateField(editable=False)
    stated_latest = models.DateField(editable=False)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, null=True, blank=True, related_name="statements")
    addressees = models.ManyToManyField(Party, blank=True, related_name="addressed_statements")
    note = models.TextField(blank=True, validators=[validate_plain_text])
    recorded_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    supersedes = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="superseded_by",
        db_index=False,
    )
    reason = models.TextField(
        blank=True,
        validators=[validate_plain_text],
        help_text=gettext_lazy("Why this record replaced the one it supersedes."),
    )
    withdrawal_reason = models.TextField(blank=True, validators=[validate_plain_text])
    folded = FoldedText(of=("exact",))
    folded_speaker = FoldedText(of=("speaker_label",))

    class Meta:
        ordering = ["-stated_latest", "id"]
        constraints = [
            models.UniqueConstraint(fields=["negotiation", "key"], name="statement_key_once"),
            choice_constraint("directness", Directness, "statement_directness_known"),
            choice_constraint("attribution", Attribution, "statement_attribution_known"),
            choice_constraint("credibility", Credibility, "statement_credibility_known"),
            choice_constraint("anchor_status", AnchorStatus, "statement_anchor_status_known"),
            models.CheckConstraint(
                condition=Q(
                    anchor_status=AnchorStatus.NONE, start__isnull=True, end__isnull=True, exact="", text__isnull=True
                )
                | (
                    ~Q(anchor_status=AnchorStatus.NONE)
                    & Q(start__isnull=False, end__isnull=False, end__gt=F("start"), text__isnull=False)
                    & ~Q(exact="")
                ),
                name="statement_span_or_none",
            ),
            models.CheckConstraint(
                condition=Q(stated_latest__gte=F("stated_earliest")), name="statement_bounds_in_order"
            ),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True) | Q(retired_at__gt=F("recorded_at")),
                name="statement_retired_after_record",
            ),
        ]
        indexes = [
            # statements/ by day within a negotiation, newest first
            models.Index(fields=["negotiation", "-stated_latest", "id"], name="statement_by_day"),
            # what a ground rule keeps from a reader: hardly ever anything, and then these few
            models.Index(fields=["attribution", "negotiation"], name="statement_by_ground_rule"),
            # what replaced a statement: hardly any has been replaced
            models.Index(fields=["supersedes"], condition=Q(supersedes__isnull=False), name="statement_by_superseded"),
            # the reader: the statements of a source in text order
            models.Index(fields=["source", "start"], name="statement_by_place"),
        ]

    def __str__(self) -> str:
        return self.exact[:80] or f"{self.asserted_by}, {self.stated_on}"
