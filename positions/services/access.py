"""Permission checks every writer begins with, and the note kept of what administrators read."""

from __future__ import annotations

from django.utils.translation import gettext

from positions.enums import Role, Visibility
from positions.exceptions import NotPermitted, NotVisible
from positions.models import Negotiation
from positions.models.names import name_role
from positions.queries.access import Reader, negotiation_for
from positions.services.events import record_event


def require_role(reader: Reader, negotiation: Negotiation, role: Role) -> None:
    """Raise :class:`NotVisible` to outsiders of a hidden negotiation, :class:`NotPermitted` to lesser roles."""
    if reader.has_role(negotiation.pk, role):
        return
    hidden = negotiation.visibility == Visibility.RESTRICTED or (
        negotiation.visibility == Visibility.INTERNAL and reader.user is None
    )
    if hidden and not reader.is_member(negotiation.pk):
        raise NotVisible(gettext("No such negotiation."))
    raise NotPermitted(
        gettext("This takes the role of %(role)s in “%(negotiation)s”.")
        % {"role": name_role(role), "negotiation": negotiation.title}
    )


def require_administrator(reader: Reader) -> None:
    """Raise :class:`NotPermitted` to everybody but site administrators and the command line."""
    if not reader.is_administrator:
        raise NotPermitted(gettext("This takes a site administrator."))


def open_negotiation(reader: Reader, slug: str) -> Negotiation:
    """The negotiation behind an address. Raises :class:`NotVisible`; notes an administrator's look inside."""
    negotiation = negotiation_for(reader, slug)
    note_administrator_read(reader, negotiation)
    return negotiation


def note_administrator_read(reader: Reader, negotiation: Negotiation) -> None:
    """Log that a site administrator read a negotiation which is not public and not theirs."""
    if (
        reader.user is None
        or not reader.is_administrator
        or negotiation.pk in reader.roles
        or negotiation.visibility == Visibility.PUBLIC
    ):
        return
    record_event(actor=reader.user, action="read_by_administrator", subject=negotiation, negotiation=negotiation)
