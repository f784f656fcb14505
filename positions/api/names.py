"""Records that request bodies name: looked up among what the reader may see, many at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from positions.models import Issue, Negotiation, Round
from positions.queries.access import (
    Reader,
    codings_for,
    issues_for,
    negotiations_for,
    parties_for,
    persons_for,
    rounds_for,
    sources_for,
    statements_for,
)

# by which column each kind is named, and among which rows
KINDS: Mapping[str, tuple[str, Callable[[Reader], QuerySet[Any]]]] = {
    "negotiation": ("slug", negotiations_for),
    "party": ("slug", parties_for),
    "person": ("slug", persons_for),
    "source": ("pk", lambda reader: sources_for(reader).select_related("negotiation")),
    "statement": ("pk", lambda reader: statements_for(reader).select_related("negotiation", "source")),
    "coding": ("pk", lambda reader: codings_for(reader).select_related("negotiation")),
}


class Names:
    """What the bodies of one request name. A hidden record is as unknown as one that does not exist."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._known: dict[str, dict[Any, Any]] = {kind: {} for kind in KINDS}
        self._issues: dict[UUID, dict[str, Issue]] = {}
        self._rounds: dict[UUID, dict[int, Round]] = {}

    def learn(self, kind: str, keys: Iterable[Any]) -> None:
        """Look up all of these at once, those not known yet."""
        column, visible = KINDS[kind]
        known = self._known[kind]
        wanted = {key for key in keys if key not in known}
        if not wanted:
            return
        found = {getattr(row, column): row for row in visible(self.reader).filter(**{f"{column}__in": wanted})}
        known.update({key: found.get(key) for key in wanted})

    def find(self, kind: str, key: Any) -> Any:
        """The record, or null."""
        if self._known[kind].get(key) is None:
            # the same request may have made it since it was looked up
            self._known[kind].pop(key, None)
            self.learn(kind, [key])
        return self._known[kind][key]

    def issue(self, negotiation: Negotiation, slug: str) -> Issue | None:
        """An issue of the negotiation."""
        if slug not in self._issues.get(negotiation.pk, {}):
            rows = issues_for(self.reader).filter(negotiation=negotiation)
            self._issues[negotiation.pk] = {issue.slug: issue for issue in rows}
        return self._issues[negotiation.pk].get(slug)

    def round(self, negotiation: Negotiation, number: int) -> Round | None:
        """A round of the negotiation."""
        if number not in self._rounds.get(negotiation.pk, {}):
            rows = rounds_for(self.reader).filter(negotiation=negotiation)
            self._rounds[negotiation.pk] = {held.number: held for held in rows}
        return self._rounds[negotiation.pk].get(number)
