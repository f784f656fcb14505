"""What a DNA file holds, as far as it has a place here.

In DNA a statement is a span of a document with the values of its type's variables: in the usual type
a person, an organisation, a concept, and whether they agree.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class DnaRoles:
    """Which statement type is read, and what its variables are called; without ``type``, the one that has them.

    ``person`` may be missing from the type.
    """

    type: str | None = None
    organisation: str = "organization"
    concept: str = "concept"
    agreement: str = "agreement"
    person: str = "person"


@dataclass(frozen=True, slots=True)
class DnaDocument:
    """A document; ``text`` as it is stored there, ``on`` the day of its date in UTC."""

    id: int
    title: str
    text: str
    author: str
    source: str
    section: str
    type: str
    notes: str
    on: date


@dataclass(frozen=True, slots=True)
class DnaSpan:
    """A span of a document with the values it was given, ``start`` and ``end`` in code points of the canonical text."""

    id: int
    document: int
    start: int
    end: int
    coder: str
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class DnaStatement:
    """A span of the type that is read. ``values`` of the span are its other variables; ``person`` may be empty."""

    span: DnaSpan
    organisation: str
    concept: str
    person: str
    stance: int


@dataclass(slots=True)
class DnaProject:
    """A file: its documents, what is read as statements, spans of other types by label, and the concepts' tree.

    ``aliases`` are those of organisations. ``left_aside`` says what has no place here.
    """

    documents: list[DnaDocument] = field(default_factory=list)
    statements: list[DnaStatement] = field(default_factory=list)
    other_spans: list[tuple[str, DnaSpan]] = field(default_factory=list)
    concepts: dict[str, str | None] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    left_aside: list[tuple[str, str]] = field(default_factory=list)
