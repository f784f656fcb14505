"""Parameters that name a record: looked up among what the reader may see, never beyond."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Model, QuerySet

from positions.api.parameters import Filter, Question, Refused, read_uuid, shorten, split_list
from positions.models import Issue, Negotiation, Party, Person, Round
from positions.queries.access import (
    Reader,
    issues_for,
    negotiation_for,
    negotiations_for,
    parties_for,
    persons_for,
    rounds_for,
)
from positions.validators import SLUG

SLUG_SCHEMA: Mapping[str, Any] = {"type": "string", "pattern": f"^{SLUG.pattern}$", "maxLength": 100}
UUID_SCHEMA: Mapping[str, Any] = {"type": "string", "format": "uuid"}


@dataclass(frozen=True, kw_only=True)
class InNegotiation(Filter):
    """The negotiation, by slug. One that may not be seen answers as one that does not exist: 404."""

    name: str = "negotiation"
    description: str = "Slug of the negotiation."
    lookup: str = "negotiation"
    schema: Mapping[str, Any] = field(default_factory=lambda: SLUG_SCHEMA)

    def read(self, raw: str, question: Question) -> Negotiation:
        return negotiation_for(question.reader, raw if SLUG.fullmatch(raw) else "")


@dataclass(frozen=True, kw_only=True)
class Parties(Filter):
    """One or more parties by slug."""

    name: str = "party"
    many: bool = True
    schema: Mapping[str, Any] = field(default_factory=lambda: SLUG_SCHEMA)

    def read(self, raw: str, question: Question) -> list[Party]:
        return found_by_slug(parties_for(question.reader), raw, "party")


@dataclass(frozen=True, kw_only=True)
class Persons(Filter):
    """One or more persons by slug."""

    name: str = "speaker"
    many: bool = True
    schema: Mapping[str, Any] = field(default_factory=lambda: SLUG_SCHEMA)

    def read(self, raw: str, question: Question) -> list[Person]:
        return found_by_slug(persons_for(question.reader), raw, "person")


@dataclass(frozen=True, kw_only=True)
class Issues(Filter):
    """One or more issues by slug: of the negotiation asked about, or else of any the reader sees."""

    name: str = "issue"
    many: bool = True
    single: bool = False
    schema: Mapping[str, Any] = field(default_factory=lambda: SLUG_SCHEMA)

    def read(self, raw: str, question: Question) -> list[Issue]:
        visible = issues_for(question.reader)
        if question.negotiation is not None:
            visible = visible.filter(negotiation=question.negotiation)
        found = found_by_slug(visible, raw, "issue")
        if self.single and len(split_list(raw)) > 1:
            raise Refused("takes one issue")
        return found


@dataclass(frozen=True, kw_only=True)
class Rounds(Filter):
    """One or more rounds by number: of the negotiation asked about, or else of any the reader sees."""

    name: str = "round"
    many: bool = True
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string", "pattern": "^[0-9]{1,9}$"})

    def read(self, raw: str, question: Question) -> list[Round]:
        words = split_list(raw)
        wrong = [word for word in words if not (word.isascii() and word.isdigit() and len(word) <= 9)]
        if wrong:
            raise Refused(f"“{shorten(wrong[0])}” is not the number of a round")
        visible = rounds_for(question.reader).filter(number__in=[int(word) for word in words])
        if question.negotiation is not None:
            visible = visible.filter(negotiation=question.negotiation)
        found = list(visible)
        missing = [word for word in words if int(word) not in {held.number for held in found}]
        if missing:
            raise Refused(f"there is no round {missing[0]}")
        return found


@dataclass(frozen=True, kw_only=True)
class Reference(Filter):
    """One record by id, among the ``visible`` ones; a reference to a hidden one is refused as unknown."""

    visible: Callable[[Reader], QuerySet[Any]]
    noun: str
    schema: Mapping[str, Any] = field(default_factory=lambda: UUID_SCHEMA)

    def read(self, raw: str, question: Question) -> UUID:
        wanted = read_uuid(raw)
        if not self.visible(question.reader).filter(pk=wanted).exists():
            raise Refused(f"there is no {self.noun} “{wanted}”")
        return wanted


@dataclass(frozen=True, kw_only=True)
class Negotiations(Filter):
    """One or more negotiations by slug; unlike the one asked about, an unknown one is a bad value."""

    name: str = "slug"
    many: bool = True
    lookup: str = "pk__in"
    schema: Mapping[str, Any] = field(default_factory=lambda: SLUG_SCHEMA)

    def read(self, raw: str, question: Question) -> list[UUID]:
        return [found.pk for found in found_by_slug(negotiations_for(question.reader), raw, "negotiation")]


@dataclass(frozen=True, kw_only=True)
class Ids(Filter):
    """Several records by id, among the ``visible`` ones; a hidden one is refused as unknown."""

    visible: Callable[[Reader], QuerySet[Any]]
    noun: str
    name: str = "id"
    many: bool = True
    lookup: str = "pk__in"
    schema: Mapping[str, Any] = field(default_factory=lambda: UUID_SCHEMA)

    def read(self, raw: str, question: Question) -> list[UUID]:
        wanted = [read_uuid(word) for word in split_list(raw)]
        found = set(self.visible(question.reader).filter(pk__in=wanted).values_list("pk", flat=True))
        for missing in wanted:
            if missing not in found:
                raise Refused(f"there is no {self.noun} “{missing}”")
        return wanted


def ids_of(visible: Callable[[Reader], QuerySet[Any]], noun: str) -> Ids:
    """The ``id`` filter of a list."""
    return Ids(description="Ids of the records wanted.", visible=visible, noun=noun)


def found_by_slug(visible: QuerySet[Any], raw: str, noun: str) -> list[Any]:
    """The visible records that a comma list of slugs names. Raises :class:`Refused` for one that names none."""
    words = split_list(raw)
    slugs = [word for word in words if SLUG.fullmatch(word)]
    found: list[Model] = list(visible.filter(slug__in=slugs))
    missing = set(words) - {record.slug for record in found}  # type: ignore[attr-defined]
    if missing:
        first = next(word for word in words if word in missing)
        raise Refused(f"there is no {noun} “{shorten(first)}”")
    return found
