"""Agreement between parties, from the evidence a reader may see at a moment."""

from __future__ import annotations

from collections.abc import Collection

from positions.analysis.agreement import OCCASION, Agreement, party_agreement
from positions.analysis.types import History
from positions.enums import CodingState
from positions.models import Issue, Negotiation, Party
from positions.queries.access import Reader
from positions.queries.evidence import Moment, admitted_codings, load_bare_readings, parents_in


def agreement_for(
    reader: Reader,
    negotiation: Negotiation,
    moment: Moment,
    unit: str,
    *,
    parties: Collection[Party] | None = None,
    issues: Collection[Issue] | None = None,
) -> Agreement:
    """Every pair of parties with evidence. ``issues`` picks the units.

    ``parties`` picks pairs: those that hold the one party named, or those among the several named.
    """
    evidence = admitted_codings(reader, negotiation, moment).filter(state=CodingState.CODED)
    if issues is not None:
        evidence = evidence.filter(issue__in=[issue.pk for issue in issues])
    readings = load_bare_readings(evidence, admitted_at=moment.known_at)
    # only an occasion can hold a copy beside its original
    parents = parents_in(negotiation) if unit == OCCASION else {}
    found = party_agreement(History(tuple(readings), parents, ()), unit, moment.as_of, moment.known_at)
    if parties is None:
        return found
    named = {party.slug for party in parties}
    least = min(2, len(named))
    pairs = tuple(pair for pair in found.pairs if (pair.a in named) + (pair.b in named) >= least)
    shown = {slug for pair in pairs for slug in (pair.a, pair.b)} | named.intersection(found.parties)
    return Agreement(tuple(sorted(shown)), pairs)
