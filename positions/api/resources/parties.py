"""``parties/`` and ``persons/``: what all negotiations share, as far as the reader sees it used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from positions.api.inputs.parties import (
    PartyChange,
    PartyInput,
    PersonChange,
    PersonInput,
    party_facts,
    person_facts,
)
from positions.api.lookups import InNegotiation, Parties, Persons
from positions.api.parameters import MERGED, Flag, OneOf, Question, Words, ordering
from positions.api.serializers.parties import PartySerializer, PersonSerializer
from positions.api.writing import WritableView
from positions.enums import PartyKind
from positions.models import Appointment, Condition, Delegation, Negotiation, Party, PartyAlias, Person, Statement
from positions.queries.access import parties_for, persons_for, published_codings_for, statements_for
from positions.queries.withholding import speaker_shown
from positions.services.access import require_administrator
from positions.services.parties import save_party, save_person

LISTED = Flag(name="is_listed", description="Whether everybody may know of it, used or not.", lookup="is_listed")


def parties_used(rows: QuerySet[Party], negotiation: Negotiation, question: Question) -> QuerySet[Party]:
    """Parties that the reader sees in the negotiation; its members see its roster."""
    reader = question.reader
    statements = statements_for(reader).filter(negotiation=negotiation)
    codings = published_codings_for(reader).filter(negotiation=negotiation)
    used = (
        Q(Exists(Delegation.objects.filter(round__negotiation=negotiation, party=OuterRef("pk"))))
        | Q(Exists(statements.filter(asserted_by=OuterRef("pk"))))
        | Q(Exists(Statement.addressees.through.objects.filter(party=OuterRef("pk"), statement__in=statements)))
        | Q(Exists(codings.filter(party=OuterRef("pk"))))
        | Q(Exists(Condition.objects.filter(falls_on=OuterRef("pk"), coding__in=codings)))
    )
    if reader.is_member(negotiation.pk):
        used |= Q(Exists(Party.negotiations.through.objects.filter(party=OuterRef("pk"), negotiation=negotiation)))
    return rows.filter(used)


def persons_used(rows: QuerySet[Person], negotiation: Negotiation, question: Question) -> QuerySet[Person]:
    """People that the reader sees in the negotiation, as delegate or speaker; its members see its roster."""
    reader = question.reader
    delegations = Delegation.objects.filter(round__negotiation=negotiation)
    spoken = statements_for(reader).filter(speaker_shown(reader), negotiation=negotiation)
    used = (
        Q(Exists(delegations.filter(head=OuterRef("pk"))))
        | Q(Exists(delegations.filter(members__person=OuterRef("pk"))))
        | Q(Exists(spoken.filter(speaker=OuterRef("pk"))))
    )
    if reader.is_member(negotiation.pk):
        used |= Q(Exists(Person.negotiations.through.objects.filter(person=OuterRef("pk"), negotiation=negotiation)))
    return rows.filter(used)


def _party_named(rows: QuerySet[Party], value: str, question: Question) -> QuerySet[Party]:
    aliases = PartyAlias.objects.filter(party=OuterRef("pk"), text__icontains=value)
    return rows.filter(Q(name__icontains=value) | Q(Exists(aliases)))


def _posted_for(rows: QuerySet[Person], parties: list[Party], question: Question) -> QuerySet[Person]:
    return rows.filter(Exists(Appointment.objects.filter(person=OuterRef("pk"), party__in=parties)))


def _posted_as(rows: QuerySet[Person], title: str, question: Question) -> QuerySet[Person]:
    # only the posts that the payload shows
    shown = Appointment.objects.filter(party__in=parties_for(question.reader), title__icontains=title)
    return rows.filter(Exists(shown.filter(person=OuterRef("pk"))))


def _named(rows: QuerySet[Any], records: list[Any], question: Question) -> QuerySet[Any]:
    return rows.filter(pk__in=[record.pk for record in records])


class SharedView(WritableView):
    """What belongs to no negotiation: nothing to note when an administrator reads it, and theirs alone to write."""

    takes_many = True
    related = ()

    lookup_field = "slug"

    def as_listed(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows if self.question["retired"] else rows.filter(merged_into=None)

    def negotiations_of(self, rows: Iterable[Any]) -> Sequence[Negotiation]:
        return ()

    def permit(self, row: Any) -> None:
        require_administrator(self.reader)


class PartyView(SharedView):
    """Who can hold a position."""

    collection = "parties"
    new, change = PartyInput, PartyChange

    queryset = Party.objects.none()
    serializer_class = PartySerializer
    noun = "party"
    filters = (
        InNegotiation(description="Slug of a negotiation in which the party is used.", narrow=parties_used),
        Parties(name="slug", description="Slugs of parties.", narrow=_named),
        OneOf(name="kind", description="Kind of party.", choices=PartyKind, lookup="kind__in"),
        Words(name="iso3", description="ISO 3166-1 alpha-3 code.", lookup="iso3"),
        Words(name="wikidata_id", description="Wikidata item.", lookup="wikidata_id"),
        LISTED,
        Words(name="q", description="Words in the name or an alias.", narrow=_party_named),
        MERGED,
    )
    ordering = ordering("name,slug", name="name", slug="slug", kind="kind")

    def visible(self) -> QuerySet[Party]:
        return parties_for(self.reader)

    def loaded(self, rows: QuerySet[Party]) -> QuerySet[Party]:
        return rows.select_related("merged_into").prefetch_related(
            Prefetch("aliases", PartyAlias.objects.order_by("text", "language"))
        )

    def create_one(self, said: dict[str, Any]) -> Party:
        return save_party(self.reader, party_facts(said))

    def change_one(self, row: Party, said: dict[str, Any]) -> Party:
        return save_party(self.reader, party_facts(said, row), existing=row)


class PersonView(SharedView):
    """People, with the posts they held for parties that the reader may see."""

    collection = "persons"
    new, change = PersonInput, PersonChange

    queryset = Person.objects.none()
    serializer_class = PersonSerializer
    noun = "person"
    filters = (
        InNegotiation(description="Slug of a negotiation in which the person is named.", narrow=persons_used),
        Persons(name="slug", description="Slugs of people.", narrow=_named),
        Parties(description="Slugs of parties, one of which the person held a post for.", narrow=_posted_for),
        Words(name="post", description="Words in the title of a post held.", narrow=_posted_as),
        LISTED,
        Words(name="q", description="Words in the name.", lookup="name__icontains"),
        MERGED,
    )
    ordering = ordering("name,slug", name="name", slug="slug")

    def visible(self) -> QuerySet[Person]:
        return persons_for(self.reader)

    def loaded(self, rows: QuerySet[Person]) -> QuerySet[Person]:
        posts = Appointment.objects.filter(party__in=parties_for(self.reader)).select_related("party")
        return rows.select_related("merged_into").prefetch_related(
            Prefetch("appointments", posts.order_by("starts_on", "title", "pk"))
        )

    def create_one(self, said: dict[str, Any]) -> Person:
        return save_person(self.reader, person_facts(said))

    def change_one(self, row: Person, said: dict[str, Any]) -> Person:
        return save_person(self.reader, person_facts(said, row), existing=row)
