"""Reading JSON documents strictly, with every fault at its JSON path."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import UUID

from positions.exceptions import BundleRefused
from positions.validators import text_fault

MAX_DEPTH = 40
MOST_DIGITS = 400
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)

Parsed = TypeVar("Parsed")


def load_json(document: str | bytes) -> Any:
    """The parsed document.

    Raises :class:`BundleRefused` for broken JSON, repeated keys, NaN, or nesting without end.
    """
    try:
        if isinstance(document, bytes):
            document = document.decode("utf-8-sig")
        return json.loads(
            document,
            object_pairs_hook=_refuse_repeats,
            parse_constant=_refuse_constant,
            parse_float=_read_fraction,
            parse_int=_read_whole,
        )
    except UnicodeDecodeError as error:
        raise BundleRefused([("$", f"is not UTF-8: byte {error.start} cannot be read")]) from None
    except json.JSONDecodeError as error:
        raise BundleRefused([("$", f"is not JSON: {error.msg} at line {error.lineno}, column {error.colno}")]) from None
    except RecursionError:
        raise BundleRefused([("$", "is nested too deeply")]) from None
    except ValueError as error:
        raise BundleRefused([("$", str(error))]) from None


def _refuse_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        repeated = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"one object holds the key “{repeated[:60]}” twice")
    return found


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _read_fraction(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError(f"the number {digits[:40]} is too large")
    return value


def _read_whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"a number of {len(digits)} digits is too large")
    return int(digits)


@dataclass
class Findings:
    """What a document is refused for, and what it is only warned of, in document order."""

    problems: list[tuple[str, str]] = field(default_factory=list)
    warnings: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Node:
    """One object of the document; its getters note a problem and return a harmless value instead of raising."""

    value: dict[str, Any]
    path: str
    findings: Findings

    def at(self, key: str) -> str:
        """The JSON path of one of the object's members."""
        return f"{self.path}.{key}" if self.path else key

    def refuse(self, key: str, message: str) -> None:
        """Note a problem with one member; an empty key means the object itself."""
        self.findings.problems.append((self.at(key) if key else self.path, message))

    def warn_unknown(self, known: Sequence[str]) -> None:
        """Note members that nobody reads: a slip of the pen would otherwise lose data in silence."""
        for key in self.value:
            if key not in known:
                self.findings.warnings.append((self.at(key), "is not read; is the name right?"))

    def _typed(self, key: str, kind: type | tuple[type, ...], words: str, default: Parsed, *, required: bool) -> Any:
        value = self.value.get(key)
        if value is None:
            if required:
                self.refuse(key, "is missing" if key not in self.value else f"is null; it must be {words}")
            return default
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.refuse(key, f"must be {words}, not {_word_for(value)}")
            return default
        return value

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        """A string without NUL or lone surrogates; required ones are not empty."""
        value: str = self._typed(key, str, "text", default, required=required)
        fault = text_fault(value)
        if fault:
            self.refuse(key, fault)
            return default
        if required and key in self.value and isinstance(self.value[key], str) and not value.strip():
            self.refuse(key, "is empty")
        return value

    def optional_text(self, key: str) -> str | None:
        """A string, or null."""
        return None if self.value.get(key) is None else self.text(key) or None

    def integer(self, key: str, default: int | None = None, *, required: bool = False) -> int | None:
        """A whole number that a database column can hold."""
        value: int | None = self._typed(key, int, "a whole number", default, required=required)
        if value is not None and abs(value) > 2_000_000_000:
            self.refuse(key, "is too large a number")
            return default
        return value

    def flag(self, key: str) -> bool:
        """True or false; false when left out."""
        return bool(self._typed(key, bool, "true or false", False, required=False))

    def choice(self, key: str, choices: Sequence[str], default: str, *, required: bool = False) -> str:
        """One of a fixed vocabulary."""
        value: str = self._typed(key, str, f"one of {', '.join(choices)}", default, required=required)
        if value not in choices:
            self.refuse(key, f"“{value[:60]}” is none of {', '.join(choices)}")
            return default
        return value

    def day(self, key: str, *, required: bool = False) -> date | None:
        """A plain ISO day."""
        value = self._typed(key, str, "a day such as 2022-01-09", None, required=required)
        if value is None:
            return None
        try:
            if not ISO_DAY.fullmatch(value):
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            self.refuse(key, f"“{value[:40]}” is not a day; write 2022-01-09")
            return None

    def instant(self, key: str) -> datetime | None:
        """An ISO instant with its offset from UTC, in UTC."""
        value = self._typed(key, str, "an instant such as 2026-01-09T12:00:00Z", None, required=False)
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                raise ValueError
            return moment.astimezone(UTC)
        except (ValueError, OverflowError):
            self.refuse(key, f"“{value[:40]}” is not an instant with an offset; write 2026-01-09T12:00:00Z")
            return None

    def uuid(self, key: str) -> UUID | None:
        """A UUID, or null."""
        value = self._typed(key, str, "a UUID", None, required=False)
        if value is None:
            return None
        try:
            return UUID(value)
        except ValueError:
            self.refuse(key, f"“{value[:40]}” is not a UUID")
            return None

    def texts(self, key: str) -> list[tuple[str, str]]:
        """A list of strings, each with its path."""
        values = self._typed(key, list, "a list", [], required=False)
        found = []
        for place, value in enumerate(values):
            path = f"{self.at(key)}[{place}]"
            fault = text_fault(value) if isinstance(value, str) else f"must be text, not {_word_for(value)}"
            if fault:
                self.findings.problems.append((path, fault))
            else:
                found.append((path, value))
        return found

    def object(self, key: str, *, required: bool = False) -> Node | None:
        """A nested object, or null."""
        value = self._typed(key, dict, "an object", None, required=required)
        return None if value is None else Node(value, self.at(key), self.findings)

    def objects(self, key: str, *, required: bool = False) -> Iterator[Node]:
        """The objects of a list; anything else in it is a problem."""
        values = self._typed(key, list, "a list", [], required=required)
        for place, value in enumerate(values):
            path = f"{self.at(key)}[{place}]"
            if isinstance(value, dict):
                yield Node(value, path, self.findings)
            else:
                self.findings.problems.append((path, f"must be an object, not {_word_for(value)}"))

    def each(self, key: str, read: Callable[[Node], Parsed], *, required: bool = False) -> list[Parsed]:
        """``read`` over the objects of a list."""
        return [read(node) for node in self.objects(key, required=required)]


def _word_for(value: object) -> str:
    words: dict[type, str] = {
        bool: "true or false",
        int: "a number",
        float: "a fraction",
        str: "text",
        list: "a list",
        dict: "an object",
    }
    return words.get(type(value), "null")
