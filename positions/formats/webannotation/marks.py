"""What an annotation says, as far as it has a place here, from whichever kind of file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Problem = tuple[str, str]


@dataclass(frozen=True)
class Target:
    """Where an annotation stands: the address of a document, and what is quoted there.

    ``start`` and ``end`` are what the file says; they may count in another text than ours.
    """

    path: str
    source: str
    exact: str = ""
    prefix: str = ""
    suffix: str = ""
    start: int | None = None
    end: int | None = None


@dataclass(frozen=True)
class Mark:
    """One annotation on one document. ``path`` is its place in the file, ``tags`` pairs of place and words.

    ``key`` is the outside name that one of our own annotations carries.
    """

    path: str
    id: str
    target: Target
    tags: tuple[tuple[str, str], ...]
    comment: str
    creator: str
    title: str
    key: str | None = None


@dataclass
class Marks:
    """The annotations of a file, why it is refused, and what was left aside in it."""

    marks: list[Mark] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def listed(value: Any) -> list[Any]:
    """One value or several, as JSON-LD writes them: always as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
