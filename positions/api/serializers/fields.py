"""Fields and the base shared by the payloads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cached_property
from operator import attrgetter
from typing import Any

from django.db.models import Choices
from rest_framework import serializers

from positions.queries.access import Reader

# A field's name, what gets its value from a record, and what writes the value.
Step = tuple[str, Callable[[Any], Any], Callable[[Any], Any]]


class EnumField(serializers.Field[Any, Any, Any, Any]):
    """A member of a fixed vocabulary; the OpenAPI document names it once and refers to it."""

    def __init__(self, vocabulary: type[Choices], **options: Any) -> None:
        super().__init__(**options)
        self.vocabulary = vocabulary

    def to_representation(self, value: Any) -> Any:
        return value

    def describe(self) -> str:
        """Each member with its meaning, as a list."""
        return "\n".join(f"* `{value}`: {label}" for value, label in self.vocabulary.choices)


class InstantField(serializers.DateTimeField):
    """An instant in UTC, written with ``Z``."""

    def to_representation(self, value: datetime) -> str:
        return instant_text(value)


class SlugOf(serializers.CharField):
    """The slug of a related record."""

    def bind(self, field_name: str, parent: Any) -> None:
        # ``source`` names the related record; the field's own name does by default
        self.source = f"{self.source or field_name}.slug"
        super().bind(field_name, parent)


class SlugsOf(serializers.ListField):
    """The slugs of related records."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=serializers.CharField(), **options)

    def to_representation(self, related: Any) -> list[str]:
        return [record.slug for record in related.all()]


class IdOf(serializers.UUIDField):
    """The id of a related record, read from its foreign key without loading it."""


class MethodField(serializers.URLField):
    """The address of how the answer is worked out, which the view hands along as ``method``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(source="*", help_text="The section of the method page that says how.", **options)

    def to_representation(self, value: Any) -> str:
        return str(self.context["method"])


class Payload(serializers.Serializer[Any]):
    """A read-only payload; ``only`` keeps the named fields, in the payload's own order."""

    def __init__(self, *args: Any, only: Sequence[str] | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.only = None if only is None else set(only)

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        return {name: field for name, field in fields.items() if self.only is None or name in self.only}

    @property
    def reader(self) -> Reader:
        """Who reads."""
        reader: Reader = self.context["reader"]
        return reader

    @cached_property
    def _steps(self) -> list[Step]:
        """How each field gets its value from a record and writes it: looked up once, not for every record."""
        fields: list[Any] = list(self.fields.values())
        return [(field.field_name, read_path(field.source_attrs), field.to_representation) for field in fields]

    def to_representation(self, record: Any) -> dict[str, Any]:
        if isinstance(record, Mapping):
            return super().to_representation(record)
        shown: dict[str, Any] = {}
        for name, read, write in self._steps:
            value = read(record)
            shown[name] = None if value is None else write(value)
        return shown


def read_path(names: Sequence[str]) -> Callable[[Any], Any]:
    """What gives the attribute at the end of a path of names (the record itself where it is empty).

    Null as soon as something on the way is null.
    """
    if not names:
        return lambda record: record
    if len(names) == 1:
        return attrgetter(names[0])
    first, *rest = names

    def read(record: Any) -> Any:
        value = getattr(record, first)
        for name in rest:
            if value is None:
                return None
            value = getattr(value, name)
        return value

    return read


def instant_text(instant: datetime) -> str:
    """ISO 8601 in UTC, with ``Z``."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def field_names(payload: type[Payload]) -> list[str]:
    """The names of a payload's fields, in their order."""
    return list(payload().get_fields())
