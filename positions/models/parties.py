"""Who can hold a position, and who speaks for them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, gettext_lazy

from positions.enums import AliasKind, PartyKind
from positions.models.base import Record, choice_constraint
from positions.validators import validate_language_tag, validate_plain_text, validate_slug, validate_wikidata_id


class Party(Record):
    """A state, alliance, bloc, chair or other body that can hold a position."""

    slug = models.CharField(max_length=100, unique=True, validators=[validate_slug])
    name = models.CharField(max_length=300, validators=[validate_plain_text])
    kind = models.CharField(max_length=12, choices=PartyKind.choices, default=PartyKind.STATE)
    iso3 = models.CharField(  # noqa: DJ001 - null in every payload, and unique notation
        "ISO 3166 code",
        max_length=3,
        null=True,
        blank=True,
        help_text=gettext_lazy("Three letters, states only: NAM is Namibia."),
    )
    wikidata_id = models.CharField("Wikidata item", max_length=20, blank=True, validators=[validate_wikidata_id])
    is_listed = models.BooleanField(
        "listed as public",
        default=False,
        help_text=gettext_lazy("Shown to everybody, whether or not a negotiation they see uses it."),
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="merged"
    )

    class Meta:
        ordering = ["name", "slug"]
        verbose_name_plural = "parties"
        constraints = [
            choice_constraint("kind", PartyKind, "party_kind_known"),
            models.CheckConstraint(
                condition=Q(iso3__isnull=True) | Q(iso3__regex=r"^[A-Z]{3}$"), name="party_iso3_three_capitals"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PartyAlias(Record):
    """Another name of a party: Moscow and the Kremlin mean Russia."""

    party = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="aliases")
    text = models.CharField(max_length=300, validators=[validate_plain_text])
    kind = models.CharField(max_length=12, choices=AliasKind.choices, default=AliasKind.NAME)
    language = models.CharField(max_length=35, default="en", validators=[validate_language_tag])

    class Meta:
        ordering = ["text", "language"]
        verbose_name = "alias"
        verbose_name_plural = "aliases"
        constraints = [
            models.UniqueConstraint(fields=["party", "text", "language"], name="party_alias_once"),
            choice_constraint("kind", AliasKind, "party_alias_kind_known"),
        ]

    def __str__(self) -> str:
        return self.text


class BlocMembership(Record):
    """A party belongs to a bloc between two days. A bloc's position is never copied onto its members."""

    bloc = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="bloc_members")
    member = models.ForeignKey(Party, on_delete=models.CASCADE, related_name="bloc_memberships")
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["bloc", "member", "starts_on"]
        constraints = [
            models.CheckConstraint(condition=~Q(bloc=F("member")), name="bloc_membership_not_in_itself"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="bloc_membership_ends_after_start",
            ),
            models.UniqueConstraint(fields=["bloc", "member", "starts_on"], name="bloc_membership_once"),
            models.UniqueConstraint(
                fields=["bloc", "member"], condition=Q(starts_on__isnull=True), name="bloc_membership_once_undated"
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(member)s in %(bloc)s") % {"member": self.member, "bloc": self.bloc}


class Person(Record):
    """Somebody who speaks for a party."""

    slug = models.CharField(max_length=100, unique=True, validators=[validate_slug])
    name = models.CharField(max_length=300, validators=[validate_plain_text])
    is_listed = models.BooleanField(
        "listed as public",
        default=False,
        help_text=gettext_lazy("Shown to everybody, whether or not a negotiation they see uses it."),
    )
    merged_into = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, editable=False, related_name="merged"
    )

    class Meta:
        ordering = ["name", "slug"]
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.name


class Appointment(Record):
    """A post a person held for a party, between two days where they are known."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="appointments")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="appointments")
    title = models.CharField(max_length=300, validators=[validate_plain_text])
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["person", "starts_on", "title"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="appointment_ends_after_start",
            ),
            models.UniqueConstraint(fields=["person", "party", "title", "starts_on"], name="appointment_once"),
            models.UniqueConstraint(
                fields=["person", "party", "title"],
                condition=Q(starts_on__isnull=True),
                name="appointment_once_undated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}, {self.title}"
