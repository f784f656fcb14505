"""A process with its rounds, the delegations that met at them, and its members."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, gettext_lazy

from positions.enums import ReviewPolicy, Role, RoundFormat, RoundStatus, Visibility
from positions.models.base import Record, choice_constraint
from positions.models.parties import Party, Person
from positions.validators import validate_plain_text, validate_slug


class Negotiation(Record):
    """A process with issues, parties, rounds, members and a visibility."""

    slug = models.CharField(max_length=100, unique=True, validators=[validate_slug])
    title = models.CharField(max_length=300, validators=[validate_plain_text])
    summary = models.TextField(blank=True, validators=[validate_plain_text])
    visibility = models.CharField(max_length=10, choices=Visibility.choices, default=Visibility.RESTRICTED)
    review_policy = models.CharField(max_length=6, choices=ReviewPolicy.choices, default=ReviewPolicy.SINGLE)
    parties = models.ManyToManyField(
        Party,
        blank=True,
        related_name="negotiations",
        help_text=gettext_lazy("The roster: who takes part or is followed."),
    )
    persons = models.ManyToManyField(
        Person, blank=True, related_name="negotiations", help_text=gettext_lazy("The roster: who speaks or negotiates.")
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["title", "slug"]
        constraints = [
            choice_constraint("visibility", Visibility, "negotiation_visibility_known"),
            choice_constraint("review_policy", ReviewPolicy, "negotiation_review_policy_known"),
        ]

    def __str__(self) -> str:
        return self.title


class Round(Record):
    """A meeting or other occasion of a negotiation, named by its number."""

    negotiation = models.ForeignKey(Negotiation, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=300, validators=[validate_plain_text])
    format = models.CharField(max_length=24, choices=RoundFormat.choices, default=RoundFormat.MULTILATERAL)
    venue = models.CharField(max_length=300, blank=True, validators=[validate_plain_text])
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    status = models.CharField(max_length=10, choices=RoundStatus.choices, default=RoundStatus.PLANNED)

    class Meta:
        ordering = ["negotiation", "number"]
        constraints = [
            models.UniqueConstraint(fields=["negotiation", "number"], name="round_number_once"),
            choice_constraint("format", RoundFormat, "round_format_known"),
            choice_constraint("status", RoundStatus, "round_status_known"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="round_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Delegation(Record):
    """A party at a round."""

    round = models.ForeignKey(Round, on_delete=models.CASCADE, related_name="delegations")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="delegations")
    head = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, blank=True, related_name="headed_delegations")

    class Meta:
        ordering = ["round", "party"]
        constraints = [models.UniqueConstraint(fields=["round", "party"], name="delegation_once")]

    def __str__(self) -> str:
        return gettext("%(party)s at %(round)s") % {"party": self.party, "round": self.round}


class DelegationMember(Record):
    """A person in a delegation, with the title they held on that date."""

    delegation = models.ForeignKey(Delegation, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="delegation_memberships")
    title = models.CharField(max_length=300, blank=True, validators=[validate_plain_text])
    rank = models.PositiveIntegerField(default=0, help_text=gettext_lazy("Order of precedence, the first is 0."))

    class Meta:
        ordering = ["delegation", "rank", "person"]
        constraints = [models.UniqueConstraint(fields=["delegation", "person"], name="delegation_member_once")]

    def __str__(self) -> str:
        return str(self.person)


class Member(Record):
    """A user's role in a negotiation."""

    negotiation = models.ForeignKey(Negotiation, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="negotiation_memberships")
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.VIEWER)

    class Meta:
        ordering = ["negotiation", "user"]
        constraints = [
            models.UniqueConstraint(fields=["negotiation", "user"], name="member_once"),
            choice_constraint("role", Role, "member_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.role}"
