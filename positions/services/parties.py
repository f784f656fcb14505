"""Parties and people, which all negotiations share: only site administrators change them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from positions.enums import AliasKind, PartyKind
from positions.exceptions import Invalid
from positions.models import Appointment, BlocMembership, Party, PartyAlias, Person
from positions.queries.access import Reader
from positions.services.access import require_administrator
from positions.services.events import record_event, snapshot
from positions.services.fields import field_errors, require_unmerged


@dataclass(frozen=True, kw_only=True)
class AliasFacts:
    """Another name of a party, with its kind and language."""

    text: str
    kind: str = AliasKind.NAME
    language: str = "en"


@dataclass(frozen=True, kw_only=True)
class PartyFacts:
    """Who a party is; ``aliases`` is null where they are to stay as they are."""

    slug: str
    name: str
    kind: str = PartyKind.STATE
    iso3: str | None = None
    wikidata_id: str = ""
    is_listed: bool = False
    aliases: tuple[AliasFacts, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class AppointmentFacts:
    """A post held for a party."""

    party: Party
    title: str
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class PersonFacts:
    """Who a person is; ``appointments`` is null where they are to stay as they are."""

    slug: str
    name: str
    is_listed: bool = False
    appointments: tuple[AppointmentFacts, ...] | None = None


def build_party(facts: PartyFacts, existing: Party | None = None) -> Party:
    """An unsaved, checked party. Raises :class:`Invalid`."""
    party = existing or Party()
    party.slug, party.name, party.kind = facts.slug, facts.name, facts.kind
    party.iso3, party.wikidata_id, party.is_listed = facts.iso3 or None, facts.wikidata_id, facts.is_listed
    errors = field_errors(party)
    if party.iso3 and not (
        len(party.iso3) == 3 and party.iso3.isascii() and party.iso3.isalpha() and party.iso3.isupper()
    ):
        errors["iso3"] = [gettext("use the three capital letters of ISO 3166, such as NAM for Namibia")]
    if errors:
        raise Invalid(errors)
    return party


def build_aliases(party: Party, aliases: Sequence[AliasFacts]) -> list[PartyAlias]:
    """Unsaved, checked aliases of a party. Raises :class:`Invalid` with the place of each fault."""
    rows, errors = [], {}
    seen: set[tuple[str, str]] = set()
    for place, facts in enumerate(aliases):
        alias = PartyAlias(party=party, text=facts.text, kind=facts.kind, language=facts.language)
        for field, messages in field_errors(alias).items():
            errors[f"aliases[{place}].{field}"] = messages
        if (facts.text, facts.language) in seen:
            errors[f"aliases[{place}]"] = [gettext("is listed twice")]
        seen.add((facts.text, facts.language))
        rows.append(alias)
    if errors:
        raise Invalid(errors)
    return rows


@transaction.atomic
def save_party(reader: Reader, facts: PartyFacts, *, existing: Party | None = None) -> Party:
    """Add a party, or change ``existing``. Raises :class:`Invalid` for a slug in use."""
    require_administrator(reader)
    if existing is not None:
        require_unmerged(existing)
    before = _party_snapshot(existing) if existing else None
    party = build_party(facts, existing)
    if Party.objects.filter(slug=facts.slug).exclude(pk=party.pk).exists():
        raise Invalid({"slug": gettext("“%(slug)s” is already a party") % {"slug": facts.slug}})
    party.save()
    if facts.aliases is not None:
        rows = build_aliases(party, facts.aliases)
        party.aliases.all().delete()
        PartyAlias.objects.bulk_create(rows)
    after = _party_snapshot(party)
    if after != before:
        record_event(
            actor=reader.user,
            action="party_updated" if existing else "party_added",
            subject=party,
            negotiation=None,
            before=before,
            after=after,
        )
    return party


def _party_snapshot(party: Party) -> dict[str, Any]:
    return {
        **snapshot(party),
        "aliases": list(party.aliases.order_by("text", "language").values_list("text", "kind", "language")),
    }


@transaction.atomic
def save_person(reader: Reader, facts: PersonFacts, *, existing: Person | None = None) -> Person:
    """Add a person, or change ``existing``. Raises :class:`Invalid` for a slug in use or dates out of order."""
    require_administrator(reader)
    if existing is not None:
        require_unmerged(existing)
    before = _person_snapshot(existing) if existing else None
    person = existing or Person()
    person.slug, person.name, person.is_listed = facts.slug, facts.name, facts.is_listed
    errors = field_errors(person)
    if Person.objects.filter(slug=facts.slug).exclude(pk=person.pk).exists():
        errors["slug"] = [gettext("“%(slug)s” is already a person") % {"slug": facts.slug}]
    rows = [
        Appointment(person=person, party=a.party, title=a.title, starts_on=a.starts_on, ends_on=a.ends_on)
        for a in facts.appointments or ()
    ]
    for place, row in enumerate(rows):
        errors.update({f"appointments[{place}].{field}": messages for field, messages in field_errors(row).items()})
        if row.starts_on and row.ends_on and row.ends_on < row.starts_on:
            errors[f"appointments[{place}].ends_on"] = [gettext("lies before the first day")]
        if any((row.party.pk, row.title, row.starts_on) == (o.party.pk, o.title, o.starts_on) for o in rows[:place]):
            errors[f"appointments[{place}]"] = [gettext("is listed twice")]
    if errors:
        raise Invalid(errors)
    person.save()
    if facts.appointments is not None:
        person.appointments.all().delete()
        Appointment.objects.bulk_create(rows)
    after = _person_snapshot(person)
    if after != before:
        record_event(
            actor=reader.user,
            action="person_updated" if existing else "person_added",
            subject=person,
            negotiation=None,
            before=before,
            after=after,
        )
    return person


def _person_snapshot(person: Person) -> dict[str, Any]:
    posts = person.appointments.order_by("starts_on", "title").values_list(
        "party__slug", "title", "starts_on", "ends_on"
    )
    return {**snapshot(person), "appointments": list(posts)}


@transaction.atomic
def set_bloc_memberships(
    reader: Reader, bloc: Party, members: Sequence[tuple[Party, date | None, date | None]]
) -> None:
    """Replace who belongs to a bloc, and from when to when."""
    require_administrator(reader)
    for member, starts_on, ends_on in members:
        if member.pk == bloc.pk:
            raise Invalid({"members": gettext("a bloc is no member of itself")})
        if starts_on and ends_on and ends_on < starts_on:
            raise Invalid({"members": gettext("%(member)s: the last day lies before the first") % {"member": member}})
    if len({(member.pk, starts_on) for member, starts_on, _ in members}) != len(members):
        raise Invalid({"members": gettext("name each member once for each first day")})
    columns = ("member__slug", "starts_on", "ends_on")
    before = list(bloc.bloc_members.values_list(*columns))
    bloc.bloc_members.all().delete()
    BlocMembership.objects.bulk_create(
        BlocMembership(bloc=bloc, member=m, starts_on=s, ends_on=e) for m, s, e in members
    )
    after = list(bloc.bloc_members.values_list(*columns))
    if after != before:
        record_event(
            actor=reader.user,
            action="bloc_memberships_set",
            subject=bloc,
            negotiation=None,
            before={"members": before},
            after={"members": after},
        )
