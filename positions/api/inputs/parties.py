"""What parties and persons are written from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from positions.api.inputs.fields import Choice, DayIn, Flag, Input, Many, PartyIn, Text
from positions.enums import AliasKind, PartyKind
from positions.models import Party, Person
from positions.services.parties import AliasFacts, AppointmentFacts, PartyFacts, PersonFacts


class AliasIn(Input):
    """Another name of a party."""

    text = Text(max_length=300)
    kind = Choice(AliasKind, required=False, help_text="`name` unless said otherwise.")
    language = Text(max_length=35, required=False, help_text="BCP 47; `en` unless said otherwise.")


class PartyInput(Input):
    """A new party."""

    slug = Text(max_length=100)
    name = Text(max_length=300)
    kind = Choice(PartyKind, required=False, help_text="`state` unless said otherwise.")
    iso3 = Text(max_length=3, required=False, allow_null=True, help_text="ISO 3166-1 alpha-3, states only.")
    wikidata_id = Text(max_length=20, required=False, allow_blank=True)
    is_listed = Flag(required=False, help_text="Whether everybody may know of it, used or not.")
    aliases = Many(child=AliasIn(), required=False, help_text="All of them: those before go.")


class PartyChange(PartyInput):
    """What is to change of a party."""

    is_change = True


def party_facts(said: Mapping[str, Any], existing: Party | None = None) -> PartyFacts:
    """The facts of a party; aliases that are not named stay as they are."""
    names = [name for name in PartyFacts.__dataclass_fields__ if name != "aliases"]
    values: dict[str, Any] = {name: getattr(existing, name) for name in names} if existing else {}
    values.update(said)
    if "aliases" in said:
        values["aliases"] = tuple(AliasFacts(**alias) for alias in said["aliases"])
    return PartyFacts(**values)


class AppointmentIn(Input):
    """A post held for a party; null days are not known."""

    party = PartyIn()
    title = Text(max_length=300)
    starts_on = DayIn(required=False, allow_null=True)
    ends_on = DayIn(required=False, allow_null=True)


class PersonInput(Input):
    """A new person."""

    slug = Text(max_length=100)
    name = Text(max_length=300)
    is_listed = Flag(required=False, help_text="Whether everybody may know of them, named anywhere or not.")
    appointments = Many(child=AppointmentIn(), required=False, help_text="All of them: those before go.")


class PersonChange(PersonInput):
    """What is to change of a person."""

    is_change = True


def person_facts(said: Mapping[str, Any], existing: Person | None = None) -> PersonFacts:
    """The facts of a person; appointments that are not named stay as they are."""
    names = [name for name in PersonFacts.__dataclass_fields__ if name != "appointments"]
    values: dict[str, Any] = {name: getattr(existing, name) for name in names} if existing else {}
    values.update(said)
    if "appointments" in said:
        values["appointments"] = tuple(AppointmentFacts(**post) for post in said["appointments"])
    return PersonFacts(**values)
