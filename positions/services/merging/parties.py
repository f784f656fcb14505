"""Merging a party that is in the register twice; parties span negotiations, so site administrators do it."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from positions.enums import ChangeKind
from positions.models import (
    Appointment,
    BlocMembership,
    ChangeSet,
    Coding,
    Delegation,
    Negotiation,
    Party,
    PartyAlias,
    Statement,
)
from positions.queries.access import Reader
from positions.services.access import require_administrator
from positions.services.fields import require_reason
from positions.services.housekeeping.rows import add_row, change_row, remove_row
from positions.services.merging.plan import (
    MergePreview,
    Renaming,
    close_merge,
    in_force,
    refuse_conflicts,
    refuse_misfits,
    rename_records,
    second_readings,
    swap_on_rosters,
)


def preview_merging_parties(reader: Reader, duplicate: Party, kept: Party) -> MergePreview:
    """What merging ``duplicate`` into ``kept`` would do, and what must be resolved first."""
    require_administrator(reader)
    refuse_misfits(duplicate, kept)
    notes = []
    if duplicate.kind != kept.kind:
        notes.append(
            gettext("One is a %(one)s, the other a %(other)s.")
            % {"one": duplicate.get_kind_display().lower(), "other": kept.get_kind_display().lower()}
        )
    return MergePreview(
        title=gettext("Merge “%(duplicate)s” into “%(kept)s”") % {"duplicate": duplicate, "kept": kept},
        counts=[
            ("statements", _statements(duplicate).count()),
            ("codings", _codings(duplicate).count()),
            ("delegations", duplicate.delegations.count()),
            ("posts held for it", duplicate.appointments.count()),
            ("bloc memberships", _memberships(duplicate).count()),
            ("other names", duplicate.aliases.count() + 1),
            ("rosters", Negotiation.objects.filter(parties=duplicate).count()),
        ],
        conflicts=_conflicts(duplicate, kept),
        notes=notes,
    )


def _statements(party: Party) -> QuerySet[Statement]:
    addressed = Statement.addressees.through.objects.filter(party=party).values("statement")
    return Statement.objects.filter(Q(asserted_by=party) | Q(pk__in=addressed), retired_at=None)


def _codings(party: Party) -> QuerySet[Coding]:
    burdened = party.burdens.values("coding")
    return Coding.objects.filter(in_force(), Q(party=party) | Q(pk__in=burdened))


def _memberships(party: Party) -> QuerySet[BlocMembership]:
    return BlocMembership.objects.filter(Q(bloc=party) | Q(member=party)).order_by("starts_on", "pk")


def _conflicts(duplicate: Party, kept: Party) -> list[str]:
    both = Coding.objects.filter(in_force(), party__in=(duplicate, kept), statement__retired_at=None)
    found = second_readings(
        both.filter(statement__in=both.filter(party=duplicate).values("statement"))
        .select_related("statement")
        .order_by("pk"),
        lambda coding: (coding.statement_id, coding.issue_id),
    )
    found += [
        gettext("both have a delegation at %(round)s, %(negotiation)s")
        % {"round": delegation.round, "negotiation": delegation.round.negotiation}
        for delegation in Delegation.objects.filter(
            party=duplicate, round__in=kept.delegations.values("round")
        ).select_related("round__negotiation")
    ]
    joint = Statement.objects.filter(retired_at=None, group__isnull=False)
    found += [
        gettext("both assert the joint text “%(statement)s”") % {"statement": statement}
        for statement in joint.filter(
            asserted_by=duplicate, group__in=joint.filter(asserted_by=kept).values("group")
        ).select_related("asserted_by")
    ]
    if BlocMembership.objects.filter(Q(bloc=duplicate, member=kept) | Q(bloc=kept, member=duplicate)).exists():
        found.append(gettext("one is a member of the other"))
    return found


@transaction.atomic
def merge_parties(reader: Reader, duplicate: Party, kept: Party, reason: str) -> ChangeSet:
    """Let everything in force that names ``duplicate`` name ``kept``; history keeps the duplicate.

    Raises :class:`Conflict` with what must be resolved first.
    """
    require_administrator(reader)
    require_reason(reason)
    locked = {row.pk: row for row in Party.objects.select_for_update().filter(pk__in=(duplicate.pk, kept.pk))}
    duplicate, kept = locked[duplicate.pk], locked[kept.pk]
    refuse_conflicts(preview_merging_parties(reader, duplicate, kept))
    renaming = Renaming(reason)
    rename_records(
        renaming,
        _statements(duplicate).values_list("pk", flat=True),
        _codings(duplicate).values_list("pk", flat=True),
        lambda statement: {"asserted_by": kept} if statement.asserted_by_id == duplicate.pk else {},
        lambda statement: _addressees(statement, duplicate, kept),
        lambda coding: {"party": kept} if coding.party_id == duplicate.pk else {},
        (duplicate, kept),
    )
    _rename_rows(renaming, duplicate, kept)
    swap_on_rosters(renaming, "parties", duplicate, kept)
    return close_merge(reader, ChangeKind.MERGE_PARTIES, duplicate, kept, renaming, None, "party_merged")


def _addressees(statement: Statement, duplicate: Party, kept: Party) -> tuple[Party, ...]:
    """Who is addressed after the merge, each once."""
    named = (kept if party.pk == duplicate.pk else party for party in statement.addressees.all())
    return tuple({party.pk: party for party in named}.values())


def _rename_rows(renaming: Renaming, duplicate: Party, kept: Party) -> None:
    for delegation in duplicate.delegations.select_related("round"):
        renaming.steps.append(change_row(delegation, party_id=kept.pk))
        renaming.touched[delegation.round.negotiation_id] += 1
    for post in Appointment.objects.filter(party=duplicate).order_by("pk"):
        renaming.steps.append(remove_row(post))
        again = Appointment(
            person_id=post.person_id, party=kept, title=post.title, starts_on=post.starts_on, ends_on=post.ends_on
        )
        held = Appointment.objects.filter(person=post.person_id, party=kept, title=post.title, starts_on=post.starts_on)
        if not held.exists():
            renaming.steps.append(add_row(again))
    for membership in _memberships(duplicate):
        bloc = kept.pk if membership.bloc_id == duplicate.pk else membership.bloc_id
        member = kept.pk if membership.member_id == duplicate.pk else membership.member_id
        renaming.steps.append(remove_row(membership))
        if not BlocMembership.objects.filter(bloc=bloc, member=member, starts_on=membership.starts_on).exists():
            renaming.steps.append(
                add_row(
                    BlocMembership(
                        bloc_id=bloc,
                        member_id=member,
                        starts_on=membership.starts_on,
                        ends_on=membership.ends_on,
                    )
                )
            )
    _move_names(renaming, duplicate, kept)


def _move_names(renaming: Renaming, duplicate: Party, kept: Party) -> None:
    taken = {(alias.text, alias.language) for alias in kept.aliases.all()}
    own = PartyAlias(party=duplicate, text=duplicate.name)
    for alias in (own, *duplicate.aliases.order_by("text", "language")):
        if alias is not own:
            renaming.steps.append(remove_row(alias))
        if (alias.text, alias.language) not in taken and alias.text != kept.name:
            taken.add((alias.text, alias.language))
            renaming.steps.append(
                add_row(PartyAlias(party=kept, text=alias.text, kind=alias.kind, language=alias.language))
            )
