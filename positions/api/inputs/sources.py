"""What sources are written from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from positions.api.inputs.fields import Choice, Input, NegotiationIn, SourceIn, Text
from positions.enums import Attribution, DerivationKind, Reliability, SourceKind, TextAccess, Tlp
from positions.models import Source
from positions.services.sources import SourceFacts, facts_of
from positions.validators import MAX_TEXT_CHARACTERS


class DerivationIn(Input):
    """The source that this one derives from, and how."""

    source = SourceIn()  # type: ignore[assignment]
    kind = Choice(DerivationKind)


class SourceInput(Input):
    """A new source, with its text where it has one."""

    negotiation = NegotiationIn()
    key = Text(max_length=200, required=False, help_text="A name unique in the negotiation; the id by default.")
    title = Text(max_length=500)
    kind = Choice(SourceKind, required=False, help_text="`other` unless said otherwise.")
    publisher = Text(max_length=300, required=False, allow_blank=True)
    author = Text(max_length=300, required=False, allow_blank=True)
    url = Text(max_length=2000, required=False, allow_blank=True)
    archive_url = Text(max_length=2000, required=False, allow_blank=True)
    published_on = Text(max_length=40, required=False, allow_blank=True, help_text="EDTF of level 0 to 1.")
    language = Text(max_length=35, required=False, help_text="BCP 47; `en` unless said otherwise.")
    reliability = Choice(Reliability, required=False, help_text="`F` unless said otherwise.")
    tlp = Choice(Tlp, required=False, help_text="`CLEAR` unless said otherwise.")
    attribution = Choice(Attribution, required=False, help_text="`on_record` unless said otherwise.")
    text_access = Choice(TextAccess, required=False, help_text="`public` unless said otherwise.")
    derived_from = DerivationIn(required=False, allow_null=True)
    note = Text(required=False, allow_blank=True)
    text = Text(
        max_length=MAX_TEXT_CHARACTERS,
        required=False,
        help_text="The canonical text. Once given it never changes; line ends become LF.",
    )


class SourceChange(SourceInput):
    """What is to change of a source; its text never does."""

    is_change = True
    fixed = ("negotiation", "text")


class TextIn(Input):
    """The text of a source that has none."""

    text = Text(max_length=MAX_TEXT_CHARACTERS)


def source_facts(said: Mapping[str, Any], existing: Source | None = None) -> SourceFacts:
    """The facts of a source: what is said, over what stands."""
    values = {name: value for name, value in said.items() if name not in ("negotiation", "text", "derived_from")}
    if "derived_from" in said:
        derivation = said["derived_from"] or {"source": None, "kind": ""}
        values.update(derived_from=derivation["source"], derivation_kind=derivation["kind"])
    return SourceFacts(**values) if existing is None else facts_of(existing, **values)
