"""What can go wrong in the domain. Surfaces turn these into a form error, a problem+json or an exit code.

A message says what was wrong, where, and what to do about it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class PositionsError(Exception):
    """Base of all errors the domain raises on purpose."""


class NotVisible(PositionsError):
    """The thing does not exist, or the reader may not know that it does: the same answer for both."""


class NotPermitted(PositionsError):
    """The reader may see the thing, but their role does not allow the change."""


class Invalid(PositionsError):
    """A change was refused; ``errors`` maps a field (or ``__all__``) to its messages."""

    def __init__(self, errors: Mapping[str, Sequence[str] | str] | str) -> None:
        if isinstance(errors, str):
            errors = {"__all__": [errors]}
        self.errors: dict[str, list[str]] = {
            field: [messages] if isinstance(messages, str) else list(messages) for field, messages in errors.items()
        }
        super().__init__(
            "; ".join(f"{m}" if f == "__all__" else f"{f}: {m}" for f, ms in self.errors.items() for m in ms)
        )


class Conflict(PositionsError):
    """The record is no longer what the writer saw: it was changed, retired or decided meanwhile."""


class KeyReused(PositionsError):
    """An idempotency key came with a request other than the one it was first sent with."""


class BundleRefused(PositionsError):
    """A bundle was refused as a whole; ``problems`` lists (JSON path, message) in document order."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(f"{path}: {message}" for path, message in self.problems))


class LedgerTooWide(PositionsError):
    """More parties have evidence on the issue than are compared without being named."""


@dataclass(frozen=True)
class TableProblem:
    """One thing wrong with a table: its row as the file's own program counts it, its column, and what is wrong."""

    row: int | None
    column: str | None
    message: str

    def __str__(self) -> str:
        place = ", ".join(
            part for part in (f"row {self.row}" if self.row else "", self.column and f"column {self.column}") if part
        )
        return f"{place}: {self.message}" if place else self.message


class TableRefused(PositionsError):
    """A table was refused as a whole; ``problems`` lists what is wrong, in the order of its rows."""

    def __init__(self, problems: Sequence[TableProblem]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
