"""What watches are written from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from positions.api.inputs.fields import Choice, Input, IssueIn, NegotiationIn, PartyIn, Text
from positions.api.inputs.negotiations import known_issue
from positions.api.names import Names
from positions.enums import WatchDelivery, WatchKind
from positions.models import Negotiation, Watch
from positions.services.watches import WatchFacts


class WatchInput(Input):
    """A new watch."""

    negotiation = NegotiationIn()
    kind = Choice(WatchKind)
    party = PartyIn(required=False, allow_null=True, help_text="Any party unless one is named.")
    issue = IssueIn(required=False, allow_null=True, help_text="Any issue unless one is named.")
    name = Text(max_length=120, required=False, allow_blank=True)
    delivery = Choice(WatchDelivery, required=False, help_text="`daily` unless said otherwise.")


class WatchChange(WatchInput):
    """What is to change of a watch."""

    is_change = True
    fixed = ("negotiation",)


def watch_facts(
    names: Names, negotiation: Negotiation, said: Mapping[str, Any], existing: Watch | None = None
) -> WatchFacts:
    """The facts of a watch; what a change does not name stays as it is."""
    columns = ("kind", "party", "issue", "name", "delivery")
    values: dict[str, Any] = {name: getattr(existing, name) for name in columns} if existing else {}
    values.update({name: said[name] for name in columns if name in said})
    if said.get("issue") is not None:
        values["issue"] = known_issue(names, negotiation, said["issue"])
    return WatchFacts(**values)
