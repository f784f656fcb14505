"""What codings, and the statuses of their conditions, are written from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from positions.api.inputs.fields import (
    Choice,
    DayIn,
    Flag,
    Input,
    IssueIn,
    Many,
    NegotiationIn,
    PartyIn,
    StatementIn,
    Text,
)
from positions.api.inputs.negotiations import known_issue
from positions.api.names import Names
from positions.enums import CodingState, ConditionKind, ConditionStatus, Confidence, Move, Stance
from positions.models import Coding, Statement
from positions.services.coding import CodingFacts, facts_of
from positions.services.conditions import ConditionFacts, condition_facts


class ConditionIn(Input):
    """What an offer or a threat depends on."""

    text = Text()
    kind = Choice(ConditionKind)
    falls_on = PartyIn(required=False, allow_null=True)


class CodingInput(Input):
    """A new reading, as a draft."""

    negotiation = NegotiationIn(required=False, help_text="That of the statement, which says it already.")
    statement = StatementIn()
    key = Text(max_length=200, required=False, help_text="A name unique in the negotiation; the id by default.")
    party = PartyIn(required=False, help_text="Whoever asserts the statement unless said otherwise.")
    issue = IssueIn()
    state = Choice(CodingState, required=False, help_text="`coded` unless said otherwise.")
    stance = Choice(
        Stance, required=False, allow_null=True, help_text="Required of what is `coded`, and of nothing else."
    )
    move = Choice(Move, required=False, help_text="`procedural` unless said otherwise.")
    red_line = Flag(required=False)
    reciprocal = Flag(required=False)
    confidence = Choice(Confidence, required=False, help_text="`medium` unless said otherwise.")
    conditions = Many(child=ConditionIn(), required=False)


class CodingChange(CodingInput):
    """What is to change of one's own draft."""

    is_change = True
    fixed = ("negotiation", "statement", "key")


class CodingCorrection(CodingInput):
    """What was wrong with a published reading, and why it is put right: what is not named stays as it is."""

    is_change = True
    fixed = ("negotiation", "statement")
    always = ("reason",)
    reason = Text(help_text="Why: the record keeps it.")


class StatusIn(Input):
    """From a day on, a condition stands at a status, as a statement or a reason shows."""

    status = Choice(ConditionStatus)
    on = DayIn()
    statement = StatementIn(required=False, allow_null=True)
    reason = Text(required=False, allow_blank=True)


def coding_facts(
    names: Names, statement: Statement, said: Mapping[str, Any], existing: Coding | None = None
) -> CodingFacts:
    """The facts of a reading. Raises :class:`Invalid` for an issue that is none of the negotiation's."""
    values = {name: value for name, value in said.items() if name not in ("negotiation", "statement", "reason")}
    if "issue" in said:
        values["issue"] = known_issue(names, statement.negotiation, said["issue"])
    if "conditions" in said:
        standing = condition_facts(existing) if existing is not None else ()
        values["conditions"] = _conditions(said["conditions"], standing)
    if existing is not None:
        return facts_of(existing, **values)
    return CodingFacts(**{"party": statement.asserted_by, **values})


def _conditions(said: Sequence[Mapping[str, Any]], standing: Sequence[ConditionFacts]) -> tuple[ConditionFacts, ...]:
    """The conditions named; one that stood as it is named keeps its series of statuses."""
    series = {(each.text, each.kind, each.falls_on): each.statuses for each in standing}
    named = [ConditionFacts(**condition) for condition in said]
    return tuple(replace(each, statuses=series.get((each.text, each.kind, each.falls_on), ())) for each in named)
