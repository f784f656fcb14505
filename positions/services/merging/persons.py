"""Merging a person who is in the register twice; people span negotiations, so site administrators do it."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from positions.enums import ChangeKind
from positions.models import Appointment, ChangeSet, Delegation, DelegationMember, Negotiation, Person, Statement
from positions.queries.access import Reader
from positions.services.access import require_administrator
from positions.services.fields import require_reason
from positions.services.housekeeping.rows import add_row, change_row, remove_row
from positions.services.merging.plan import (
    MergePreview,
    Renaming,
    close_merge,
    refuse_conflicts,
    refuse_misfits,
    rename_records,
    swap_on_rosters,
)


def preview_merging_persons(reader: Reader, duplicate: Person, kept: Person) -> MergePreview:
    """What merging ``duplicate`` into ``kept`` would do, and what must be resolved first."""
    require_administrator(reader)
    refuse_misfits(duplicate, kept)
    seats = DelegationMember.objects.filter(
        person=duplicate, delegation__in=kept.delegation_memberships.values("delegation")
    ).select_related("delegation__party", "delegation__round__negotiation")
    return MergePreview(
        title=gettext("Merge “%(duplicate)s” into “%(kept)s”") % {"duplicate": duplicate, "kept": kept},
        counts=[
            ("statements", _statements(duplicate).count()),
            ("delegations headed", duplicate.headed_delegations.count()),
            ("seats in delegations", duplicate.delegation_memberships.count()),
            ("posts", duplicate.appointments.count()),
            ("rosters", Negotiation.objects.filter(persons=duplicate).count()),
        ],
        conflicts=[
            gettext("both sit in one delegation: %(delegation)s, %(negotiation)s")
            % {"delegation": seat.delegation, "negotiation": seat.delegation.round.negotiation}
            for seat in seats
        ],
    )


def _statements(person: Person) -> QuerySet[Statement]:
    return Statement.objects.filter(speaker=person, retired_at=None)


@transaction.atomic
def merge_persons(reader: Reader, duplicate: Person, kept: Person, reason: str) -> ChangeSet:
    """Let everything in force that names ``duplicate`` name ``kept``; history keeps the duplicate.

    Raises :class:`Conflict` with what must be resolved first.
    """
    require_administrator(reader)
    require_reason(reason)
    locked = {row.pk: row for row in Person.objects.select_for_update().filter(pk__in=(duplicate.pk, kept.pk))}
    duplicate, kept = locked[duplicate.pk], locked[kept.pk]
    refuse_conflicts(preview_merging_persons(reader, duplicate, kept))
    renaming = Renaming(reason)
    rename_records(
        renaming,
        _statements(duplicate).values_list("pk", flat=True),
        (),
        lambda statement: {"speaker": kept},
        lambda statement: tuple(statement.addressees.all()),
        lambda coding: {},
    )
    for delegation in Delegation.objects.filter(head=duplicate).select_related("round"):
        renaming.steps.append(change_row(delegation, head_id=kept.pk))
        renaming.touched[delegation.round.negotiation_id] += 1
    for seat in DelegationMember.objects.filter(person=duplicate).select_related("delegation__round"):
        renaming.steps.append(change_row(seat, person_id=kept.pk))
        renaming.touched[seat.delegation.round.negotiation_id] += 1
    for post in Appointment.objects.filter(person=duplicate).order_by("pk"):
        renaming.steps.append(remove_row(post))
        if not kept.appointments.filter(party=post.party_id, title=post.title, starts_on=post.starts_on).exists():
            again = Appointment(
                person=kept, party_id=post.party_id, title=post.title, starts_on=post.starts_on, ends_on=post.ends_on
            )
            renaming.steps.append(add_row(again))
    swap_on_rosters(renaming, "persons", duplicate, kept)
    return close_merge(reader, ChangeKind.MERGE_PERSONS, duplicate, kept, renaming, None, "person_merged")
