"""Random histories as rows of the database, under the ids they have there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from positions.analysis.types import History
from positions.enums import AnchorStatus, DerivationKind, RoundStatus
from positions.models import (
    Coding,
    Condition,
    ConditionStatusEntry,
    Delegation,
    Issue,
    Negotiation,
    Party,
    Round,
    Source,
    Statement,
)
from tests.factories import make_negotiation

BEFORE_ALL = datetime(2022, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Stored:
    """A negotiation in the database, and the history it should be read as."""

    negotiation: Negotiation
    parties: dict[str, Party]
    issues: dict[str, Issue]
    history: History


def store(facts: History) -> Stored:
    """Write a history, each reading with a statement of its own."""
    negotiation = make_negotiation()
    readings = [r._replace(coding=str(uuid4()), statement=str(uuid4())) for r in facts.readings]
    names = (
        {r.party for r in readings}
        | {r.asserted_by for r in readings}
        | {p for span in facts.rounds for p in span.parties}
    )
    parties = {name: Party(slug=name, name=name) for name in names}
    Party.objects.bulk_create(parties.values())
    issues = {
        name: Issue(negotiation=negotiation, slug=name, title=name, proposal=name)
        for name in {r.issue for r in readings}
    }
    Issue.objects.bulk_create(issues.values())
    rounds = {
        span.number: Round(
            negotiation=negotiation,
            number=span.number,
            title="R",
            status=span.status,
            starts_on=span.starts_on,
            ends_on=span.ends_on,
        )
        for span in facts.rounds
    }
    for number in {r.round for r in readings if r.round is not None} - set(rounds):
        rounds[number] = Round(negotiation=negotiation, number=number, title="R", status=RoundStatus.CANCELLED)
    Round.objects.bulk_create(rounds.values())
    Delegation.objects.bulk_create(
        Delegation(round=rounds[span.number], party=parties[name]) for span in facts.rounds for name in span.parties
    )
    keys = {r.source for r in readings} | set(facts.parents) | set(facts.parents.values())
    sources = {key: Source(negotiation=negotiation, key=key, title=key, recorded_at=BEFORE_ALL) for key in keys}
    for key, parent in facts.parents.items():
        sources[key].derived_from, sources[key].derivation_kind = sources[parent], DerivationKind.REPORT
    Source.objects.bulk_create(sources.values())
    codebook = negotiation.codebook_versions.get()
    statements, codings, conditions, entries = [], [], [], []
    for r in readings:
        statement = Statement(
            id=r.statement,
            negotiation=negotiation,
            key=r.statement,
            source=sources[r.source],
            anchor_status=AnchorStatus.NONE,
            asserted_by=parties[r.asserted_by],
            directness=r.directness,
            stated_on=f"{r.earliest}/{r.latest}",
            stated_earliest=r.earliest,
            stated_latest=r.latest,
            round=rounds[r.round] if r.round is not None else None,
            recorded_at=BEFORE_ALL,
        )
        footing = "reported" if r.party != r.asserted_by else "inferred" if r.directness == "inferred" else "own"
        coding = Coding(
            id=r.coding,
            negotiation=negotiation,
            key=r.coding,
            statement=statement,
            party=parties[r.party],
            issue=issues[r.issue],
            state=r.state,
            stance=r.stance,
            move=r.move,
            red_line=r.red_line,
            codebook=codebook,
            coder="import",
            status=r.status,
            created_at=BEFORE_ALL,
            recorded_at=r.recorded_at,
            retired_at=r.retired_at,
            footing=footing,
            stated_latest=r.latest,
        )
        statements.append(statement)
        codings.append(coding)
        for rank, facts_of_condition in enumerate(r.conditions):
            condition = Condition(coding=coding, text="if", kind="precondition", rank=rank)
            conditions.append(condition)
            entries += [
                ConditionStatusEntry(
                    condition=condition, status=e.status, on=e.on, recorded_at=e.recorded_at, rank=place
                )
                for place, e in enumerate(facts_of_condition.entries)
            ]
    Statement.objects.bulk_create(statements)
    Coding.objects.bulk_create(codings)
    Condition.objects.bulk_create(conditions)
    ConditionStatusEntry.objects.bulk_create(entries)
    id_of = {key: str(source.pk) for key, source in sources.items()}
    read_as = History(
        tuple(r._replace(source=id_of[r.source]) for r in readings),
        {id_of[source]: id_of[parent] for source, parent in facts.parents.items()},
        facts.rounds,
    )
    return Stored(negotiation, parties, issues, read_as)
