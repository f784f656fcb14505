"""Query parameters: each says what it means, reads its value and, where it filters, narrows a queryset.

A view lists what it takes; everything else is refused by name. Names of parties, issues, rounds and
sources are looked up among what the reader may see, so that a hidden one is as unknown as one that
does not exist: see lookups.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Choices, QuerySet
from django.http import QueryDict

from positions.api.problems import BadParameters
from positions.models import Negotiation
from positions.queries.access import Reader

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# A plus sign that was not escaped arrives as a space.
INSTANT = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)(Z|[+ -]\d{2}:\d{2})", re.ASCII)
LONGEST_VALUE = 2000
LONGEST_SEARCH = 200
# Something other than blanks, and no NUL.
NOT_BLANK = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"
FLAGS = {"true": True, "false": False}


class Refused(Exception):
    """A value that a parameter does not take, and why."""


@dataclass(frozen=True)
class Question:
    """What a request asks: who asks, about which negotiation if it names one, and the values given."""

    reader: Reader
    negotiation: Negotiation | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        """The value of a parameter; null where it was not given."""
        return self.values.get(name)


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One query parameter; ``schema`` describes its value for the OpenAPI document."""

    name: str
    description: str
    required: bool = False
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    many: bool = False

    @property
    def value_schema(self) -> Mapping[str, Any]:
        """What one value looks like, for the OpenAPI document."""
        return self.schema

    def read(self, raw: str, question: Question) -> Any:
        """The value of ``raw``. Raises :class:`Refused`."""
        return raw


Narrow = Callable[[QuerySet[Any], Any, Question], QuerySet[Any]]


@dataclass(frozen=True, kw_only=True)
class Filter(Parameter):
    """A parameter that narrows a list: by a ``lookup`` on the model, or by ``narrow`` where that is not enough."""

    lookup: str = ""
    narrow: Narrow | None = None

    def apply(self, rows: QuerySet[Any], value: Any, question: Question) -> QuerySet[Any]:
        """The rows that match; all of them where the view itself makes use of the value."""
        if self.narrow is not None:
            return self.narrow(rows, value, question)
        return rows.filter(**{self.lookup: value}) if self.lookup else rows


@dataclass(frozen=True, kw_only=True)
class Words(Filter):
    """Words to look for, or an exact name."""

    longest: int = LONGEST_SEARCH

    @property
    def value_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self.longest, "pattern": NOT_BLANK, **self.schema}

    def read(self, raw: str, question: Question) -> str:
        if not raw.strip():
            raise Refused("is empty; leave it out or give it a value")
        if len(raw) > self.longest:
            raise Refused(f"is longer than {self.longest} characters")
        return raw


@dataclass(frozen=True, kw_only=True)
class OneOf(Filter):
    """One or more members of a vocabulary, separated by commas."""

    choices: type[Choices] | tuple[str, ...]
    many: bool = True

    @property
    def value_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "enum": self.members}

    @property
    def members(self) -> list[str]:
        return [str(member) for member in (self.choices if isinstance(self.choices, tuple) else self.choices.values)]

    def read(self, raw: str, question: Question) -> list[str]:
        wanted = split_list(raw)
        unknown = [word for word in wanted if word not in self.members]
        if unknown:
            raise Refused(f"“{shorten(unknown[0])}” is none of {', '.join(self.members)}")
        return wanted


@dataclass(frozen=True, kw_only=True)
class Choice(OneOf):
    """One member of a vocabulary."""

    many: bool = False

    def read(self, raw: str, question: Question) -> Any:
        wanted = super().read(raw, question)
        if len(wanted) != 1:
            raise Refused(f"takes one of {', '.join(self.members)}")
        return wanted[0]


def choice(name: str, choices: type[Choices], usual: str, about: str) -> Choice:
    """A parameter that takes one member, each described; ``usual`` is what the view takes where none is named."""
    meanings = "\n".join(f"* `{value}`: {label}" for value, label in choices.choices)
    return Choice(name=name, description=f"{about} By default `{usual}`.\n\n{meanings}", choices=choices)


@dataclass(frozen=True, kw_only=True)
class Flag(Filter):
    """``true`` or ``false``."""

    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "boolean"})

    def read(self, raw: str, question: Question) -> bool:
        if raw not in FLAGS:
            raise Refused(f"“{shorten(raw)}” is neither true nor false")
        return FLAGS[raw]


@dataclass(frozen=True, kw_only=True)
class Day(Filter):
    """A day of the calendar, ``YYYY-MM-DD``."""

    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string", "format": "date"})

    def read(self, raw: str, question: Question) -> date:
        try:
            if DAY.fullmatch(raw):
                return date.fromisoformat(raw)
        except ValueError:
            pass
        raise Refused(f"“{shorten(raw)}” is not a day; write YYYY-MM-DD, such as 2022-01-10")


@dataclass(frozen=True, kw_only=True)
class Instant(Filter):
    """An ISO instant with its offset from UTC."""

    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string", "format": "date-time"})

    def read(self, raw: str, question: Question) -> datetime:
        found = INSTANT.fullmatch(raw)
        try:
            if found:
                offset = found[2].replace(" ", "+")
                return datetime.fromisoformat(f"{found[1]}{offset}").astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        raise Refused(f"“{shorten(raw)}” is not an instant with its offset from UTC; write 2022-01-10T12:00:00Z")


@dataclass(frozen=True, kw_only=True)
class Number(Filter):
    """A whole number within bounds."""

    low: int
    high: int

    @property
    def value_schema(self) -> Mapping[str, Any]:
        return {"minimum": self.low, "maximum": self.high, **self.schema}

    def read(self, raw: str, question: Question) -> int:
        if not re.fullmatch(r"-?[0-9]{1,9}", raw, re.ASCII) or not self.low <= int(raw) <= self.high:
            raise Refused(f"“{shorten(raw)}” is not a whole number from {self.low} to {self.high}")
        return int(raw)


RETIRED = (
    Flag(name="retired", description="`true` also lists what was corrected or withdrawn."),
    Instant(
        name="retired_after",
        description="Corrected or withdrawn at this instant or later; lists these without `retired`.",
        lookup="retired_at__gte",
    ),
    Instant(
        name="retired_before",
        description="Corrected or withdrawn at this instant or earlier; lists these without `retired`.",
        lookup="retired_at__lte",
    ),
)
MERGED = Flag(name="retired", description="`true` also lists those merged into another.")


def wants_retired(question: Question) -> bool:
    """Whether what is no longer in force is wanted as well."""
    return bool(question["retired"]) or any(question[each.name] is not None for each in RETIRED[1:])


@dataclass(frozen=True, kw_only=True)
class Ordering(Parameter):
    """By what a list is ordered: ``columns`` maps each name outsiders use to a column; ``-`` turns it round."""

    columns: Mapping[str, str]
    default: tuple[str, ...]
    many: bool = True

    @property
    def value_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "enum": self.members}

    @property
    def members(self) -> list[str]:
        return [sign + name for name in self.columns for sign in ("", "-")]

    def read(self, raw: str, question: Question) -> tuple[str, ...]:
        wanted = split_list(raw)
        unknown = [word for word in wanted if word not in self.members]
        if unknown:
            raise Refused(
                f"“{shorten(unknown[0])}” orders nothing here; use {', '.join(self.columns)}, "
                "with - before it for descending"
            )
        names = [word.removeprefix("-") for word in wanted]
        if len(set(names)) != len(names):
            raise Refused("names the same field twice")
        return tuple(wanted)

    def terms(self, question: Question) -> list[tuple[str, bool]]:
        """Pairs of column and whether it descends, most significant first."""
        return [
            (self.columns[word.removeprefix("-")], word.startswith("-")) for word in question[self.name] or self.default
        ]


def ordering(default: str, **columns: str) -> Ordering:
    """An ``ordering`` parameter; ``default`` is what a caller would write for the order used without it."""
    names = ", ".join(f"`{name}`" for name in columns)
    return Ordering(
        name="ordering",
        description=f"Order by {names}; - in front turns it round, commas separate several. By default `{default}`.",
        columns=columns,
        default=tuple(default.split(",")),
    )


@dataclass(frozen=True, kw_only=True)
class Fields(Parameter):
    """Which fields to send."""

    known: tuple[str, ...]
    many: bool = True

    @property
    def value_schema(self) -> Mapping[str, Any]:
        return {"type": "string", "enum": list(self.known)}

    def read(self, raw: str, question: Question) -> tuple[str, ...]:
        wanted = split_list(raw)
        unknown = [word for word in wanted if word not in self.known]
        if unknown:
            raise Refused(f"“{shorten(unknown[0])}” is no field here; use {', '.join(self.known)}")
        return tuple(wanted)


def fields_of(known: Iterable[str]) -> Fields:
    """A ``fields`` parameter for a payload with the ``known`` fields."""
    return Fields(name="fields", description="Send only these fields, separated by commas.", known=tuple(known))


def read_uuid(raw: str) -> UUID:
    """Raises :class:`Refused` for what is not a UUID in its usual spelling."""
    if not re.fullmatch(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", raw, re.ASCII):
        raise Refused(f"“{shorten(raw)}” is not an id; ids are UUIDs")
    return UUID(raw)


def split_list(raw: str) -> list[str]:
    """The parts of a comma list, each once. Raises :class:`Refused` for an empty one."""
    parts = [part.strip() for part in raw.split(",")]
    if not all(parts):
        raise Refused("is empty or has an empty place; leave it out or separate values with single commas")
    return list(dict.fromkeys(parts))


def shorten(raw: str) -> str:
    """A value as it is quoted back: not too long, nothing invisible in it."""
    shown = "".join(character if character.isprintable() else "�" for character in raw[:61])
    return shown if len(shown) <= 60 else shown[:59] + "…"


def read_question(query: QueryDict, parameters: Iterable[Parameter], reader: Reader) -> Question:
    """The values of a query string.

    Raises :class:`BadParameters` with everything wrong in it, and
    :class:`~positions.exceptions.NotVisible` for a negotiation that is hidden or does not exist.
    """
    known = {parameter.name: parameter for parameter in parameters}
    errors: dict[str, list[str]] = {}
    given: dict[str, str] = {}
    for name, values in query.lists():
        if name not in known:
            errors[shorten(name)] = [f"is no parameter of this address; it takes {', '.join(sorted(known)) or 'none'}"]
        elif len(values) != 1:
            also = "; separate several values with commas" if known[name].many else ""
            errors[name] = [f"is given {len(values)} times; give it once{also}"]
        elif "\x00" in values[0] or len(values[0]) > LONGEST_VALUE:
            errors[name] = [
                "contains a NUL character" if "\x00" in values[0] else f"is longer than {LONGEST_VALUE} characters"
            ]
        else:
            given[name] = values[0]
    for name, parameter in known.items():
        if parameter.required and name not in given and name not in errors:
            errors[name] = ["is required"]
    question = Question(reader)
    # Several names are looked up within the negotiation, so it comes first.
    for name, parameter in sorted(known.items(), key=lambda pair: pair[0] != "negotiation"):
        if name not in given:
            continue
        try:
            value = parameter.read(given[name], question)
        except Refused as refusal:
            errors[name] = [str(refusal)]
            continue
        negotiation = value if name == "negotiation" else question.negotiation
        question = Question(reader, negotiation, {**question.values, name: value})
    if errors:
        raise BadParameters(errors)
    return question
