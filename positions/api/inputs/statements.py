"""What statements are written from, and corrected by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from positions.api.inputs.fields import (
    Choice,
    Input,
    Many,
    NegotiationIn,
    PartyIn,
    PersonIn,
    RoundIn,
    SourceIn,
    Text,
    Whole,
)
from positions.api.inputs.negotiations import known_round
from positions.api.names import Names
from positions.enums import Attribution, Credibility, Directness
from positions.models import Negotiation, Statement
from positions.services.statements import StatementFacts, facts_of

SPAN: Mapping[str, Any] = {"start": None, "end": None, "exact": ""}


class StatementInput(Input):
    """A new statement.

    Its span is `start` and `end` (and `exact`, which is then checked), or `exact` alone where that
    occurs once in the source's text, or nothing: a recorded vote, an absence.
    """

    negotiation = NegotiationIn(required=False, help_text="That of the source, which says it already.")
    source = SourceIn()  # type: ignore[assignment]
    key = Text(max_length=200, required=False, help_text="A name unique in the negotiation; the id by default.")
    start = Whole(required=False, allow_null=True, help_text="In Unicode code points of the source's text.")
    end = Whole(required=False, allow_null=True)
    exact = Text(required=False, allow_blank=True)
    asserted_by = PartyIn()
    speaker = PersonIn(required=False, allow_null=True)
    speaker_label = Text(max_length=300, required=False, allow_blank=True)
    directness = Choice(Directness, required=False, help_text="`verbatim` unless said otherwise.")
    attribution = Choice(Attribution, required=False, help_text="`on_record` unless said otherwise.")
    credibility = Choice(Credibility, required=False, help_text="6 unless said otherwise.")
    stated_on = Text(max_length=40, help_text="EDTF of level 0 to 1.")
    round = RoundIn(required=False, allow_null=True)
    addressees = Many(child=PartyIn(), required=False)
    note = Text(required=False, allow_blank=True)


class StatementCorrection(StatementInput):
    """What was wrong with a statement, and why it is put right: what is not named stays as it is."""

    is_change = True
    fixed = ("negotiation", "source")
    always = ("reason",)
    reason = Text(help_text="Why: the record keeps it.")


def statement_facts(
    names: Names, negotiation: Negotiation, said: Mapping[str, Any], existing: Statement | None = None
) -> StatementFacts:
    """The facts of a statement. Raises :class:`Invalid` for a round that is none of the negotiation's.

    One that names any of ``start``, ``end`` and ``exact`` names its span anew.
    """
    values = {name: value for name, value in said.items() if name not in ("negotiation", "source", "reason")}
    if said.get("round") is not None:
        values["round"] = known_round(names, negotiation, said["round"])
    if "addressees" in said:
        values["addressees"] = tuple(dict.fromkeys(said["addressees"]))
    if existing is None:
        return StatementFacts(**values)
    return facts_of(existing, **{**(SPAN if any(name in said for name in SPAN) else {}), **values})
