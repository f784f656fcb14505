"""The derived reads: positions, timeline, shifts and concessions, for one reader at one moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import ceil

from positions.analysis.concessions import concessions
from positions.analysis.position import positions
from positions.analysis.shifts import PARTIES_COMPARED, shifts
from positions.analysis.timeline import timeline
from positions.analysis.types import Concession, History, Position, Series, Shift
from positions.exceptions import LedgerTooWide
from positions.models import Issue, Negotiation, Party, Round
from positions.queries.access import Reader
from positions.queries.evidence import (
    Moment,
    admitted_codings,
    history_for,
    load_deciding_readings,
    parents_in,
    round_spans,
)
from positions.queries.matrix import Matrix, matrix_for
from positions.queries.shifts import concessions_page_for, parties_with_evidence, shifts_page_for, wide_issues

__all__ = [
    "Matrix",
    "Timeline",
    "concessions_for",
    "concessions_page_for",
    "matrix_for",
    "positions_for",
    "positions_page_for",
    "refuse_wide_ledger",
    "shifts_for",
    "shifts_page_for",
    "timeline_for",
]


@dataclass(frozen=True, slots=True)
class Timeline:
    """An issue's rounds and the series of the parties heard on it."""

    issue: Issue
    rounds: tuple[Round, ...]
    series: tuple[Series, ...]


def positions_for(
    reader: Reader,
    negotiation: Negotiation,
    moment: Moment,
    *,
    parties: Collection[Party] | None = None,
    issues: Collection[Issue] | None = None,
) -> list[Position]:
    """Every position with evidence, sorted by party and issue."""
    return positions(
        history_for(reader, negotiation, moment, parties=parties, issues=issues), moment.as_of, moment.known_at
    )


def positions_page_for(
    reader: Reader,
    negotiation: Negotiation,
    moment: Moment,
    *,
    limit: int,
    after: tuple[str, str] | None = None,
    parties: Collection[Party] | None = None,
    issues: Collection[Issue] | None = None,
) -> tuple[list[Position], bool]:
    """At most ``limit`` positions after the (party, issue) of ``after``, and whether there are more.

    Only the evidence of the page's parties and issues is read.
    """
    asked = list(issues) if issues is not None else list(Issue.objects.filter(negotiation=negotiation).only("slug"))
    heard = admitted_codings(reader, negotiation, moment).filter(issue__in=[issue.pk for issue in asked])
    waiting = parties_with_evidence(heard, limit + 2, since=after[0] if after else "", parties=parties)
    parents, rounds = parents_in(negotiation), tuple(round_spans(negotiation))
    found: list[Position] = []
    # Each party that waits has a position; as many are read as the page needs, more where they say little.
    reach = ceil(limit / max(1, len(asked)))
    while waiting and len(found) < limit:
        chunk, waiting = waiting[:reach], waiting[reach:]
        readings = load_deciding_readings(heard.filter(party__in=chunk), admitted_at=moment.known_at)
        chunk_positions = positions(History(tuple(readings), parents, rounds), moment.as_of, moment.known_at)
        found += [p for p in chunk_positions if after is None or (p.party, p.issue) > after]
        reach *= 2
    return found[:limit], len(found) > limit or bool(waiting)


def timeline_for(
    reader: Reader, negotiation: Negotiation, issue: Issue, moment: Moment, *, parties: Collection[Party] | None = None
) -> Timeline:
    """The line and dots of each party heard on the issue, with the negotiation's rounds."""
    history = history_for(reader, negotiation, moment, parties=parties, issues=[issue], with_rounds=False)
    rounds = tuple(Round.objects.filter(negotiation=negotiation).order_by("number"))
    return Timeline(issue, rounds, tuple(timeline(history, issue.slug, moment.as_of, moment.known_at)))


def shifts_for(
    reader: Reader,
    negotiation: Negotiation,
    moment: Moment,
    *,
    parties: Collection[Party] | None = None,
    issues: Collection[Issue] | None = None,
    kinds: Collection[str] | None = None,
    others: Collection[Party] | None = None,
) -> list[Shift]:
    """Every shift, sorted by party, issue and day; ``others`` names the parties wanted in the gaps.

    Gaps need everybody's evidence on the issue, so ``parties`` picks rows after the computation.
    """
    history = history_for(reader, negotiation, moment, issues=issues)
    named = None if others is None else {party.slug for party in others}
    found: Iterable[Shift] = shifts(history, moment.as_of, moment.known_at, named)
    if parties is not None:
        wanted = {party.slug for party in parties}
        found = (shift for shift in found if shift.party in wanted)
    return [shift for shift in found if kinds is None or shift.kind in kinds]


def concessions_for(
    reader: Reader,
    negotiation: Negotiation,
    moment: Moment,
    *,
    parties: Collection[Party] | None = None,
    issues: Collection[Issue] | None = None,
    others: Collection[Party] | None = None,
) -> list[Concession]:
    """The ledger's rows; ``parties`` picks movers and ``others`` those moved towards.

    Raises what :func:`refuse_wide_ledger` raises where neither is named.
    """
    involving = None
    if parties is not None or others is not None:
        involving = {party.slug for party in (*(parties or ()), *(others or ()))}
    else:
        refuse_wide_ledger(reader, negotiation, moment, issues)
    rows = concessions(
        history_for(reader, negotiation, moment, issues=issues), moment.as_of, moment.known_at, involving
    )
    movers = None if parties is None else {party.slug for party in parties}
    targets = None if others is None else {party.slug for party in others}
    return [
        row for row in rows if (movers is None or row.party in movers) and (targets is None or row.other in targets)
    ]


def refuse_wide_ledger(
    reader: Reader, negotiation: Negotiation, moment: Moment, issues: Collection[Issue] | None
) -> None:
    """Raise :class:`LedgerTooWide` where an issue has too many parties to compare each with each."""
    slugs = None if issues is None else [issue.slug for issue in issues]
    if wide := wide_issues(admitted_codings(reader, negotiation, moment), slugs):
        raise LedgerTooWide(
            f"More than {PARTIES_COMPARED} parties have evidence on “{wide[0]}”; "
            "name the movers with party= or those moved towards with other=."
        )
