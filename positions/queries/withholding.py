"""What ground rules withhold of the rows a reader sees: whole texts, quotations, speakers.

For one statement, :class:`Reader` itself answers (``sees_quote``, ``sees_speaker``); here are the same
rules for many rows at once, and what becomes of a source's text.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from uuid import UUID

from django.db.models import Q

from positions.enums import Attribution, Role, TextAccess
from positions.models import Source, SourceText, Statement
from positions.queries.access import SPEAKER_WITHHELD, TEXT_WITHHELD, Reader, corrected_to

# A member reads a text that holds words off the record; these rules keep it from viewers too.
TEXT_WITHHELD_FROM_VIEWERS = (Attribution.DEEP_BACKGROUND, Attribution.CHATHAM_HOUSE)


class Withheld(Enum):
    """Why a text is withheld, in words."""

    GROUND_RULE = "The text is withheld: a ground rule keeps a passage of this source from being quoted."
    MEMBERS_ONLY = "Only members may read the whole text of this source; its quotations are shown."


def withheld_texts(reader: Reader, sources: Iterable[Source]) -> dict[UUID, Withheld]:
    """The sources whose text the reader may not read, each with why; at most one query."""
    closed = [source for source in sources if not reader.is_insider(source.negotiation_id)]
    held = _rules_in_force(source for source in closed if source.attribution not in TEXT_WITHHELD_FROM_VIEWERS)
    found: dict[UUID, Withheld] = {}
    for source in closed:
        is_member = reader.is_member(source.negotiation_id)
        rules = TEXT_WITHHELD_FROM_VIEWERS if is_member else TEXT_WITHHELD
        if {source.attribution, *held.get(source.pk, ())}.intersection(rules):
            found[source.pk] = Withheld.GROUND_RULE
        elif source.text_access == TextAccess.MEMBERS and not is_member:
            found[source.pk] = Withheld.MEMBERS_ONLY
    return found


def _rules_in_force(sources: Iterable[Source]) -> dict[UUID, set[str]]:
    """The rules that withhold a text, by source, of the newest versions of its statements."""
    wanted = [source.pk for source in sources]
    if not wanted:
        return {}
    rows = Statement.objects.filter(source__in=wanted, superseded_by=None, attribution__in=TEXT_WITHHELD)
    held: dict[UUID, set[str]] = {}
    for source_id, attribution in rows.order_by().values_list("source_id", "attribution").distinct():
        held.setdefault(source_id, set()).add(attribution)
    return held


def withheld_reason(reader: Reader, source: Source) -> str | None:
    """Why the reader may not read the source's whole text, in words; null where they may."""
    why = withheld_texts(reader, [source]).get(source.pk)
    return None if why is None else why.value


def text_for(reader: Reader, source: Source) -> SourceText | None:
    """The newest version of the source's canonical text, or null where there is none or it is withheld."""
    if withheld_reason(reader, source) is not None:
        return None
    return source.texts.order_by("-version").first()


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
