"""What ground rules withhold from a reader, for many rows at once.

The rules are those of positions/queries/access.py, which speaks of one source or statement at a
time; the tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from uuid import UUID

from django.db.models import Q

from positions.enums import Attribution, Role, TextAccess
from positions.models import Source, Statement
from positions.queries.access import SPEAKER_WITHHELD, TEXT_WITHHELD, Reader, corrected_to

FROM_VIEWERS = (Attribution.DEEP_BACKGROUND, Attribution.CHATHAM_HOUSE)


class Withheld(Enum):
    """Why a text is withheld."""

    MEMBERS_ONLY = "copyright keeps it with the members"
    GROUND_RULE = "a ground rule keeps a passage from being quoted"


def withheld_texts(reader: Reader, sources: Iterable[Source]) -> dict[UUID, Withheld]:
    """The sources whose text the reader may not read, each with why."""
    closed = {source.pk: source for source in sources if not reader.is_insider(source.negotiation_id)}
    if not closed:
        return {}
    rows = Statement.objects.filter(source__in=list(closed), superseded_by=None, attribution__in=TEXT_WITHHELD)
    held: dict[UUID, set[str]] = {}
    for source_id, attribution in rows.order_by().values_list("source_id", "attribution").distinct():
        held.setdefault(source_id, set()).add(attribution)
    found: dict[UUID, Withheld] = {}
    for source in closed.values():
        is_member = reader.is_member(source.negotiation_id)
        rules = {str(rule) for rule in (FROM_VIEWERS if is_member else TEXT_WITHHELD)}
        if rules & {source.attribution, *held.get(source.pk, ())}:
            found[source.pk] = Withheld.GROUND_RULE
        elif source.text_access == TextAccess.MEMBERS and not is_member:
            found[source.pk] = Withheld.MEMBERS_ONLY
    return found


def speaker_shown(reader: Reader) -> Q:
    """Statements whose speaker the reader may know, as :meth:`Reader.sees_speaker` says for one."""
    return _free_of(reader, SPEAKER_WITHHELD)


def quote_shown(reader: Reader) -> Q:
    """Statements whose quotation the reader may read, as :meth:`Reader.sees_quote` says for one."""
    return _free_of(reader, (Attribution.DEEP_BACKGROUND,))


def _free_of(reader: Reader, rules: tuple[Attribution, ...]) -> Q:
    if reader.is_administrator:
        return Q()
    free = ~Q(attribution__in=rules) & ~Q(source__attribution__in=rules) & ~corrected_to(rules)
    return Q(negotiation_id__in=reader.ids_from(Role.ANALYST)) | free
