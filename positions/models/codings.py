"""One coder's reading of one statement, and the conditions it hangs on."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, gettext_lazy

from positions.enums import CodingState, CodingStatus, ConditionKind, ConditionStatus, Confidence, Footing, Move, Stance
from positions.models.base import Record, choice_constraint
from positions.models.issues import CodebookVersion, Issue
from positions.models.negotiations import Negotiation
from positions.models.parties import Party
from positions.models.statements import Statement
from positions.validators import validate_plain_text


class Coding(Record):
    """One coder's reading of one statement for one party on one issue.

    ``recorded_at`` is the instant of publication (null before), ``retired_at`` that of correction or
    withdrawal. ``footing`` and ``stated_latest`` repeat what the statement says, so that one index
    answers every derived read; the services keep them equal and ``check_positions`` proves it.
    """

    negotiation = models.ForeignKey(Negotiation, on_delete=models.PROTECT, related_name="codings", db_index=False)
    key = models.CharField(max_length=200, validators=[validate_plain_text])
    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="codings")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="codings")
    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="codings")
    state = models.CharField(max_length=9, choices=CodingState.choices, default=CodingState.CODED)
    stance = models.SmallIntegerField(choices=Stance.choices, null=True, blank=True)
    move = models.CharField(max_length=10, choices=Move.choices)
    red_line = models.BooleanField(default=False)
    reciprocal = models.BooleanField(default=False)
    confidence = models.CharField(max_length=6, choices=Confidence.choices, default=Confidence.MEDIUM)
    codebook = models.ForeignKey(CodebookVersion, on_delete=models.PROTECT, related_name="codings")
    coder = models.CharField(
        max_length=150,
        validators=[validate_plain_text],
        help_text=gettext_lazy("A user name, or the name an import gives."),
    )
    coder_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="codings"
    )
    status = models.CharField(max_length=9, choices=CodingStatus.choices, default=CodingStatus.DRAFT)
    comment = models.TextField(
        blank=True,
        validators=[validate_plain_text],
        help_text=gettext_lazy("What the reviewer said on returning or rejecting it."),
    )
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)
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
    footing = models.CharField(max_length=8, choices=Footing.choices, editable=False)
    stated_latest = models.DateField(editable=False)

    class Meta:
        ordering = ["statement", "party", "issue", "created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["negotiation", "key"], name="coding_key_once"),
            models.UniqueConstraint(
                fields=["statement", "party", "issue"],
                condition=Q(status=CodingStatus.PUBLISHED, retired_at__isnull=True),
                name="coding_one_published_in_force",
            ),
            choice_constraint("state", CodingState, "coding_state_known"),
            choice_constraint("move", Move, "coding_move_known"),
            choice_constraint("confidence", Confidence, "coding_confidence_known"),
            choice_constraint("status", CodingStatus, "coding_status_known"),
            choice_constraint("footing", Footing, "coding_footing_known"),
            models.CheckConstraint(
                condition=Q(state=CodingState.CODED, stance__isnull=False, stance__in=Stance.values)
                | (~Q(state=CodingState.CODED) & Q(stance__isnull=True)),
                name="coding_stance_only_when_coded",
            ),
            models.CheckConstraint(
                condition=Q(status=CodingStatus.PUBLISHED, recorded_at__isnull=False)
                | (~Q(status=CodingStatus.PUBLISHED) & Q(recorded_at__isnull=True)),
                name="coding_recorded_when_published",
            ),
            models.CheckConstraint(
                condition=Q(retired_at__isnull=True) | Q(recorded_at__isnull=True) | Q(retired_at__gt=F("recorded_at")),
                name="coding_retired_after_record",
            ),
        ]
        indexes = [
            # timeline, matrix, shifts: the codings of an issue and party, by footing and day; nearly all are published,
            # and SQLite does not use a partial index for a condition that comes as a parameter
            models.Index(fields=["negotiation", "issue", "party", "footing", "stated_latest"], name="coding_by_day"),
            # a page of positions, a party across issues
            models.Index(fields=["negotiation", "party", "issue"], name="coding_by_party"),
            # what replaced a coding: hardly any has been replaced
            models.Index(fields=["supersedes"], condition=Q(supersedes__isnull=False), name="coding_by_superseded"),
            # queues: what waits for whom
            models.Index(fields=["status", "coder"], name="coding_by_status"),
        ]

    def __str__(self) -> str:
        stance = self.state if self.stance is None else f"{self.stance:+d}".replace("+0", "0")
        return gettext("%(party)s on %(issue)s: %(stance)s") % {
            "party": self.party,
            "issue": self.issue,
            "stance": stance,
        }


class Condition(Record):
    """What an offer or a threat depends on."""

    coding = models.ForeignKey(Coding, on_delete=models.CASCADE, related_name="conditions")
    text = models.TextField(validators=[validate_plain_text])
    kind = models.CharField(max_length=13, choices=ConditionKind.choices)
    falls_on = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, blank=True, related_name="burdens")
    rank = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["coding", "rank"]
        constraints = [
            choice_constraint("kind", ConditionKind, "condition_kind_known"),
            models.UniqueConstraint(fields=["coding", "rank"], name="condition_rank_once"),
        ]

    def __str__(self) -> str:
        return self.text[:80]


class ConditionStatusEntry(Record):
    """From a day on, a condition stands at a status, as a statement or a reason shows.

    A null ``recorded_at`` means: recorded together with the coding.
    """

    condition = models.ForeignKey(Condition, on_delete=models.CASCADE, related_name="statuses")
    status = models.CharField(max_length=9, choices=ConditionStatus.choices)
    on = models.DateField()
    recorded_at = models.DateTimeField(null=True, blank=True)
    statement = models.ForeignKey(
        Statement, on_delete=models.PROTECT, null=True, blank=True, related_name="condition_statuses"
    )
    reason = models.TextField(blank=True, validators=[validate_plain_text])
    rank = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["condition", "rank"]
        verbose_name_plural = "condition status entries"
        constraints = [
            choice_constraint("status", ConditionStatus, "condition_status_known"),
            models.UniqueConstraint(fields=["condition", "rank"], name="condition_status_rank_once"),
        ]

    def __str__(self) -> str:
        return f"{self.status} from {self.on}"
