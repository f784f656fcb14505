"""What site administrators read of negotiations that are not public and not theirs is noted in the log."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.db import DatabaseError, transaction

from positions.models import Negotiation
from positions.queries.access import Reader
from positions.services.access import note_administrator_read

logger = logging.getLogger("positions.api")


def note_reads(reader: Reader, negotiations: Iterable[Negotiation | None]) -> None:
    """Note each of the negotiations once. A log that cannot be written never breaks the read."""
    if not reader.is_administrator:
        return
    for negotiation in {
        negotiation.pk: negotiation for negotiation in negotiations if negotiation is not None
    }.values():
        try:
            with transaction.atomic():
                note_administrator_read(reader, negotiation)
        except DatabaseError:
            logger.exception("the read of %s by an administrator could not be noted", negotiation.slug)
