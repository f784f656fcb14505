"""What relations between statements are written from."""

from __future__ import annotations

from positions.api.inputs.fields import Choice, Input, NegotiationIn, StatementIn, Text
from positions.enums import RelationKind


class RelationInput(Input):
    """What one statement is to another."""

    negotiation = NegotiationIn(required=False, help_text="That of the statements, which say it already.")
    kind = Choice(RelationKind)
    statement = StatementIn()
    other = StatementIn()
    note = Text(required=False, allow_blank=True)
