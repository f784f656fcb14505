"""A negotiation of any size, the same for the same seed, with copies, conditions, corrections and all footings."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from positions.enums import CodingStatus, ConditionKind, Directness, Move
from positions.models import (
    CodebookVersion,
    Coding,
    Condition,
    ConditionStatusEntry,
    Issue,
    Negotiation,
    Party,
    Round,
    Source,
    Statement,
)
from positions.services.statements import footing_for

FIRST_DAY = date(2015, 1, 1)
DAYS = 3000
BATCH = 5000


@dataclass(frozen=True)
class Size:
    """How large the generated negotiation is."""

    codings: int = 100_000
    parties: int = 40
    issues: int = 25
    sources: int = 2_000
    rounds: int = 60


def generate(size: Size, seed: int = 20220110) -> Negotiation:
    """Write the negotiation, bypassing the services for speed; the constraints still hold."""
    dice = random.Random(seed)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    negotiation = Negotiation.objects.create(slug="benchmark", title="Benchmark", visibility="public", created_at=start)
    codebook = CodebookVersion.objects.create(negotiation=negotiation, version=1, recorded_at=start)
    parties = Party.objects.bulk_create(Party(slug=f"party-{n}", name=f"Party {n}") for n in range(size.parties))
    issues = Issue.objects.bulk_create(
        Issue(negotiation=negotiation, slug=f"issue-{n}", title=f"Issue {n}", proposal="It is done", rank=n)
        for n in range(size.issues)
    )
    step = DAYS // size.rounds
    rounds = Round.objects.bulk_create(
        Round(
            negotiation=negotiation, number=n + 1, title=f"Round {n + 1}", status="held",
            starts_on=FIRST_DAY + timedelta(days=n * step), ends_on=FIRST_DAY + timedelta(days=n * step + 2),
        )
        for n in range(size.rounds)
    )  # fmt: skip
    sources = _sources(negotiation, size, dice, start)
    statements: list[Statement] = []
    codings: list[Coding] = []
    for n in range(size.codings):
        # Nine codings in ten have a statement of their own; the tenth is a second reading of the one before.
        if n % 10 or not statements:
            statements.append(
                _statement(negotiation, dice.choice(sources), dice.choice(parties), dice.choice(rounds), dice, start)
            )
        codings.append(_coding(negotiation, statements[-1], issues[n % size.issues], parties, codebook, dice))
    Statement.objects.bulk_create(statements, batch_size=BATCH)
    Coding.objects.bulk_create(codings, batch_size=BATCH)
    _conditions(codings, parties, dice)
    return negotiation


def _sources(negotiation: Negotiation, size: Size, dice: random.Random, start: datetime) -> list[Source]:
    sources: list[Source] = []
    for n in range(size.sources):
        on = FIRST_DAY + timedelta(days=dice.randrange(DAYS))
        parent = dice.choice(sources) if sources and dice.random() < 0.1 else None
        sources.append(
            Source(
                negotiation=negotiation, key=f"source-{n}", title=f"Source {n}", kind="statement",
                published_on=on.isoformat(),
                published_earliest=on, published_latest=on, derived_from=parent,
                derivation_kind="report" if parent else "", recorded_at=start,
            )
        )  # fmt: skip
    Source.objects.bulk_create(sources, batch_size=BATCH)
    return sources


def _statement(
    negotiation: Negotiation, source: Source, party: Party, held: Round, dice: random.Random, start: datetime
) -> Statement:
    on = source.published_latest or FIRST_DAY
    statement = Statement(
        negotiation=negotiation, source=source, anchor_status="none", asserted_by=party, stated_on=on.isoformat(),
        stated_earliest=on,
        stated_latest=on, directness=dice.choices([Directness.PARAPHRASE, Directness.INFERRED], [9, 1])[0],
        recorded_at=start,
        round=held if dice.random() < 0.7 else None, speaker_label="Spokesperson",
    )  # fmt: skip
    statement.key = str(statement.pk)
    return statement


def _coding(
    negotiation: Negotiation,
    statement: Statement,
    issue: Issue,
    parties: list[Party],
    codebook: CodebookVersion,
    dice: random.Random,
) -> Coding:
    party = statement.asserted_by if dice.random() < 0.8 else dice.choice(parties)
    coded = dice.random() < 0.95
    recorded_at = statement.recorded_at + timedelta(hours=dice.randrange(2000))
    coding = Coding(
        negotiation=negotiation, statement=statement, party=party, issue=issue, state="coded" if coded else "unclear",
        stance=dice.choice([-2, -1, 0, 1, 2]) if coded else None, move=dice.choice(Move.values),
        red_line=dice.random() < 0.05,
        codebook=codebook, coder="generator", status=CodingStatus.PUBLISHED, created_at=recorded_at,
        recorded_at=recorded_at,
        retired_at=recorded_at + timedelta(days=3) if dice.random() < 0.03 else None,
        footing=footing_for(statement, party),
        stated_latest=statement.stated_latest,
    )  # fmt: skip
    coding.key = str(coding.pk)
    return coding


def _conditions(codings: list[Coding], parties: list[Party], dice: random.Random) -> None:
    conditions = [
        Condition(
            coding=coding,
            text="if the other side does likewise",
            kind=dice.choice(ConditionKind.values),
            falls_on=dice.choice(parties),
        )
        for coding in codings
        if dice.random() < 0.1
    ]
    Condition.objects.bulk_create(conditions, batch_size=BATCH)
    ConditionStatusEntry.objects.bulk_create(
        (
            ConditionStatusEntry(
                condition=c,
                status=dice.choice(["met", "failed"]),
                on=c.coding.stated_latest + timedelta(days=30),
                reason="Seen",
            )
            for c in conditions
            if dice.random() < 0.4
        ),
        batch_size=BATCH,
    )
