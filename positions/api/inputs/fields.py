"""The fields of request bodies: strict about types, and references looked up among what the reader may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Choices
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from positions.api.names import Names
from positions.api.parameters import DAY, Refused, read_uuid, shorten
from positions.api.serializers.fields import EnumField
from positions.exceptions import Invalid, NotVisible
from positions.models import Source, Statement
from positions.validators import SLUG, text_fault, visible_characters

LARGEST = 2_000_000_000
WORDS: Mapping[type, str] = {
    bool: "true or false", int: "a number", float: "a number", str: "text", list: "a list", dict: "an object",
}  # fmt: skip


def word_for(value: object) -> str:
    """What kind of JSON value this is, in words."""
    return WORDS.get(type(value), "null")


class Input(serializers.Serializer[Any]):
    """The body of a write, or an object in it. A field that is not known is refused by name."""

    # A change names what it changes: nothing is required but ``always``, and ``fixed`` fields are not taken.
    is_change: ClassVar[bool] = False
    always: ClassVar[tuple[str, ...]] = ()
    fixed: ClassVar[tuple[str, ...]] = ()

    def get_fields(self) -> dict[str, Any]:
        fields = {name: field for name, field in super().get_fields().items() if name not in self.fixed}
        for name, field in fields.items():
            if self.is_change and name not in self.always:
                field.required = False
        return fields

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            raise ValidationError({"non_field_errors": [f"must be an object, not {word_for(data)}"]})
        known = ", ".join(self.fields)
        errors: dict[str, Any] = {
            shorten(name): [f"is no field here; it takes {known or 'none'}"] for name in data if name not in self.fields
        }
        said: dict[str, Any] = {}
        try:
            said = super().to_internal_value(data)
        except ValidationError as refusal:
            errors.update(refusal.detail if isinstance(refusal.detail, dict) else {"non_field_errors": refusal.detail})
        if errors:
            raise ValidationError(errors)
        return said


class Text(serializers.CharField):
    """Text, kept as it is: neither trimmed nor made of numbers."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if data is not serializers.empty and data is not None:
            if not isinstance(data, str):
                raise ValidationError([f"must be text, not {word_for(data)}"])
            if fault := text_fault(data):
                raise ValidationError([fault])
            if not self.allow_blank and not visible_characters(data):
                raise ValidationError(["is empty"])
        return super().run_validation(data)


class Flag(serializers.BooleanField):
    """``true`` or ``false``, and nothing that looks like it."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            raise ValidationError([f"must be true or false, not {word_for(data)}"])
        return data


class Whole(serializers.IntegerField):
    """A whole number that a column can hold."""

    def __init__(self, *, min_value: int = 0, max_value: int = LARGEST, **options: Any) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **options)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int | float) or data != int(data):
            raise ValidationError([f"must be a whole number, not {word_for(data)}"])
        return int(data)


class DayIn(serializers.DateField):
    """A day, ``YYYY-MM-DD``."""

    def to_internal_value(self, value: Any) -> date:
        try:
            if isinstance(value, str) and DAY.fullmatch(value):
                return date.fromisoformat(value)
        except ValueError:
            pass
        shown = f"“{shorten(value)}”" if isinstance(value, str) else word_for(value)
        raise ValidationError([f"{shown} is not a day; write YYYY-MM-DD, such as 2022-01-10"])


class Choice(EnumField):
    """A member of a vocabulary."""

    def __init__(self, vocabulary: type[Choices], **options: Any) -> None:
        super().__init__(vocabulary, **options)

    def to_internal_value(self, data: Any) -> Any:
        members = list(self.vocabulary.values)
        if isinstance(data, float) and data.is_integer():
            data = int(data)
        if type(data) is not type(members[0]) or data not in members:
            shown = f"“{shorten(str(data))}”" if isinstance(data, str | int | float) else word_for(data)
            raise ValidationError([f"{shown} is none of {', '.join(map(str, members))}"])
        return data


class Reference(serializers.Field[Any, Any, Any, Any]):
    """Another record, among what the reader may see."""

    kind: ClassVar[str]
    noun: ClassVar[str]

    @property
    def names(self) -> Names:
        names: Names = self.context["names"]
        return names

    def key_of(self, data: Any) -> Any:
        """What the record is named by. Raises :class:`ValidationError` for what names nothing."""
        if not isinstance(data, str):
            raise ValidationError([f"must be the slug of a {self.noun}, not {word_for(data)}"])
        if not SLUG.fullmatch(data):
            raise ValidationError([f"there is no {self.noun} “{shorten(data)}”"])
        return data

    def to_internal_value(self, data: Any) -> Any:
        key = self.key_of(data)
        record = self.names.find(self.kind, key)
        if record is None:
            raise ValidationError([f"there is no {self.noun} “{key}”"])
        if getattr(record, "merged_into_id", None) is not None:
            raise ValidationError([f"“{key}” was merged into another {self.noun}; name that one"])
        return record


SLUG_SCHEMA: dict[str, Any] = {"type": "string", "pattern": f"^{SLUG.pattern}$", "maxLength": 100}


@extend_schema_field(SLUG_SCHEMA)
class PartyIn(Reference):
    """A party, by slug."""

    kind = noun = "party"


@extend_schema_field(SLUG_SCHEMA)
class PersonIn(Reference):
    """A person, by slug."""

    kind = noun = "person"


@extend_schema_field(SLUG_SCHEMA)
class NegotiationIn(Reference):
    """A negotiation, by slug. One that may not be seen answers as one that does not exist: 404."""

    kind = noun = "negotiation"

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str) and (not SLUG.fullmatch(data) or self.names.find(self.kind, data) is None):
            raise NotVisible("No such negotiation.")
        return super().to_internal_value(data)


class ById(Reference):
    """Another record, by its id."""

    def key_of(self, data: Any) -> UUID:
        if not isinstance(data, str):
            raise ValidationError([f"must be the id of a {self.noun}, not {word_for(data)}"])
        try:
            return read_uuid(data)
        except Refused as refusal:
            raise ValidationError([str(refusal)]) from None


UUID_SCHEMA: dict[str, Any] = {"type": "string", "format": "uuid"}


@extend_schema_field(UUID_SCHEMA)
class SourceIn(ById):
    """A source, by id."""

    kind = noun = "source"


@extend_schema_field(UUID_SCHEMA)
class StatementIn(ById):
    """A statement, by id."""

    kind = noun = "statement"


@extend_schema_field(SLUG_SCHEMA)
class IssueIn(serializers.Field[Any, Any, Any, Any]):
    """An issue's slug: looked up once the negotiation is known."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            raise ValidationError([f"must be the slug of an issue, not {word_for(data)}"])
        return data


@extend_schema_field({"type": "integer", "minimum": 0, "maximum": LARGEST})
class RoundIn(Whole):
    """A round's number: looked up once the negotiation is known."""


class Reason(Input):
    """Why a record is withdrawn."""

    reason = Text(help_text="Why: the record keeps it.")


class Comment(Input):
    """What a reviewer tells the coder."""

    comment = Text(help_text="What the coder should know.")


class Nothing(Input):
    """No fields: the address says it all."""


class Many(serializers.ListField):
    """A list of values of one kind."""

    def to_internal_value(self, data: Any) -> list[Any]:
        if not isinstance(data, list):
            raise ValidationError([f"must be a list, not {word_for(data)}"])
        errors: dict[str, Any] = {}
        found = []
        for place, item in enumerate(data):
            try:
                found.append(self.child.run_validation(item))
            except ValidationError as refusal:
                errors[f"[{place}]"] = refusal.detail
        if errors:
            raise ValidationError(errors)
        return found


def learn_references(names: Names, body: Input, items: Iterable[Any]) -> None:
    """Look up at once everything that the items name, one query for each kind of record."""
    wanted: dict[str, set[Any]] = {}
    for item in items:
        _collect(body, item, wanted)
    for kind, keys in wanted.items():
        names.learn(kind, keys)


def _collect(field: Any, value: Any, wanted: dict[str, set[Any]]) -> None:
    if isinstance(field, Input) and isinstance(value, dict):
        for name, below in field.fields.items():
            if name in value:
                _collect(below, value[name], wanted)
    elif isinstance(field, Many) and isinstance(value, list):
        for item in value:
            _collect(field.child, item, wanted)
    elif isinstance(field, Reference):
        try:
            wanted.setdefault(field.kind, set()).add(field.key_of(value))
        except ValidationError:
            return


def require_same(said: Mapping[str, Any], record: Source | Statement) -> None:
    """Raise :class:`Invalid` where a body names another negotiation than that of what it belongs to."""
    named = said.get("negotiation")
    if named is not None and named.pk != record.negotiation_id:
        raise Invalid({"negotiation": f"is not that of the {record._meta.model_name}; leave it out"})
