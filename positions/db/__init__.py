"""What differs between database engines: one module per engine, the same functions in each."""

from __future__ import annotations

from types import ModuleType

from positions.db import postgresql, sqlite

ENGINES: dict[str, ModuleType] = {"postgresql": postgresql, "sqlite": sqlite}


def engine_for(vendor: str) -> ModuleType:
    """The module for a connection's vendor. Raises :class:`KeyError` for an engine we do not support."""
    return ENGINES[vendor]
