"""From tables to the facts the analysis reads: the codings a reader may see, copy chains, rounds."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from positions.analysis.types import Condition as ConditionFacts
from positions.analysis.types import History, Reading, RoundSpan, StatusEntry
from positions.models import Coding, Condition, Delegation, Issue, Negotiation, Party, Round, Source
from positions.queries.access import Reader, published_codings_for


@dataclass(frozen=True, slots=True)
class Moment:
    """The date a question is asked about, and the instant whose knowledge answers it."""

    as_of: date
    known_at: datetime

    @classmethod
    def now(cls) -> Moment:
        """Today, with all that is known."""
        instant = timezone.now()
        return cls(instant.date(), instant)


def admitted_codings(reader: Reader, negotiation: Negotiation, moment: Moment) -> QuerySet[Coding]:
    """The codings of the negotiation that the reader may see and the moment admits (method, section 1)."""
    return published_codings_for(reader).filter(
        Q(retired_at=None) | Q(retired_at__gt=moment.known_at),
        negotiation=negotiation,
        recorded_at__lte=moment.known_at,
        stated_latest__lte=moment.as_of,
    )


def history_for(
    reader: Reader,
    negotiation: Negotiation,
    moment: Moment,
    *,
    parties: Collection[Party] | None = None,
    issues: Collection[Issue] | None = None,
) -> History:
    """What the method may look at: the admitted codings, picked by party and issue where these are named."""
    codings = admitted_codings(reader, negotiation, moment)
    if issues is not None:
        codings = codings.filter(issue__in=issues)
    if parties is not None:
        codings = codings.filter(party__in=parties)
    return History(tuple(load_readings(codings)), parents_in(negotiation), tuple(round_spans(negotiation)))


def load_readings(codings: QuerySet[Coding]) -> list[Reading]:
    """The readings of a queryset, with their conditions, in four queries and the order of the index."""
    conditions = load_conditions(codings)
    rows = codings.order_by("issue_id", "party_id", "stated_latest", "pk").values_list(
        "pk", "statement_id", "statement__source_id", "party_id", "issue_id", "statement__asserted_by_id", "statement__directness",
        "state", "stance", "move", "red_line", "status", "recorded_at", "retired_at", "statement__stated_earliest", "stated_latest",
        "statement__round__number",
    )  # fmt: skip
    loaded = list(rows.iterator(chunk_size=5000))
    party = dict(Party.objects.filter(pk__in={r[3] for r in loaded} | {r[5] for r in loaded}).values_list("pk", "slug"))
    issue = dict(Issue.objects.filter(pk__in={r[4] for r in loaded}).values_list("pk", "slug"))
    return [
        Reading(
            str(r[0]), str(r[1]), str(r[2]), party[r[3]], issue[r[4]], party[r[5]], r[6], r[7], r[8], r[9], r[10], r[11], r[12], r[13],
            r[14], r[15], r[16], conditions.get(r[0], ()),
        )
        for r in loaded
    ]  # fmt: skip


def load_conditions(codings: QuerySet[Coding]) -> dict[UUID, tuple[ConditionFacts, ...]]:
    """The conditions of each coding that has some, their series in listed order."""
    entries: dict[UUID, list[StatusEntry]] = {}
    order: dict[UUID, list[UUID]] = {}
    rows = (
        Condition.objects.filter(coding__in=codings)
        .order_by("coding_id", "rank", "statuses__rank")
        .values_list("pk", "coding_id", "statuses__status", "statuses__on", "statuses__recorded_at", "coding__recorded_at")
    )
    for condition, coding, status, on, recorded_at, coding_recorded_at in rows:
        if condition not in entries:
            entries[condition] = []
            order.setdefault(coding, []).append(condition)
        if status is not None:
            entries[condition].append(StatusEntry(status, on, recorded_at or coding_recorded_at))
    return {coding: tuple(ConditionFacts(tuple(entries[c])) for c in conditions) for coding, conditions in order.items()}


def parents_in(negotiation: Negotiation) -> dict[str, str]:
    """Which source derives from which, as the record stands now, whoever asks."""
    rows = Source.objects.filter(negotiation=negotiation, derived_from__isnull=False).values_list("pk", "derived_from_id")
    return {str(source): str(parent) for source, parent in rows}


def round_spans(negotiation: Negotiation) -> list[RoundSpan]:
    """The negotiation's rounds with the parties their delegations name."""
    named: dict[UUID, set[str]] = {}
    for held, party in Delegation.objects.filter(round__negotiation=negotiation).values_list("round_id", "party__slug"):
        named.setdefault(held, set()).add(party)
    rounds = Round.objects.filter(negotiation=negotiation).order_by("number")
    return [RoundSpan(r.number, r.status, r.starts_on, r.ends_on, frozenset(named.get(r.pk, ()))) for r in rounds]
