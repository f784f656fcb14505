"""What memberships are written from."""

from __future__ import annotations

from positions.api.inputs.fields import Choice, Input, NegotiationIn, Text
from positions.enums import Role


class MemberInput(Input):
    """Somebody's role in a negotiation."""

    negotiation = NegotiationIn()
    username = Text(max_length=150, help_text="The account's exact user name.")
    role = Choice(Role)


class MemberChange(MemberInput):
    """Another role."""

    is_change = True
    fixed = ("negotiation", "username")
