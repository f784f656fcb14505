"""What negotiations, rounds and issues are written from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from positions.api.inputs.fields import (
    Choice,
    DayIn,
    Input,
    IssueIn,
    Many,
    NegotiationIn,
    PartyIn,
    PersonIn,
    Text,
    Whole,
)
from positions.api.names import Names
from positions.api.parameters import shorten
from positions.enums import ReviewPolicy, RoundFormat, RoundStatus, Visibility
from positions.exceptions import Invalid
from positions.models import Issue, Negotiation, Round
from positions.services.negotiations import DelegationFacts, IssueFacts, NegotiationFacts, RoundFacts


class NegotiationInput(Input):
    """A new negotiation. Its slug is an address others rely on: it never changes."""

    slug = Text(max_length=100)
    title = Text(max_length=300)
    summary = Text(required=False, allow_blank=True)
    visibility = Choice(Visibility, required=False, help_text="`restricted` unless said otherwise.")
    review_policy = Choice(ReviewPolicy, required=False, help_text="`single` unless said otherwise.")


class NegotiationChange(NegotiationInput):
    """What is to change of a negotiation."""

    is_change = True
    fixed = ("slug",)


def negotiation_facts(said: Mapping[str, Any], existing: Negotiation | None = None) -> NegotiationFacts:
    """The facts of a negotiation: what is said, over what stands."""
    names = NegotiationFacts.__dataclass_fields__
    standing = {name: getattr(existing, name) for name in names} if existing else {}
    return NegotiationFacts(**{**standing, **said})


class DelegateIn(Input):
    """A person in a delegation, with the title they held then."""

    person = PersonIn()
    title = Text(max_length=300, required=False, allow_blank=True)


class DelegationIn(Input):
    """A party at a round."""

    party = PartyIn()
    head = PersonIn(required=False, allow_null=True)
    members = Many(child=DelegateIn(), required=False)


class RoundInput(Input):
    """A new round."""

    negotiation = NegotiationIn()
    number = Whole()
    title = Text(max_length=300)
    format = Choice(RoundFormat, required=False, help_text="`multilateral` unless said otherwise.")
    venue = Text(max_length=300, required=False, allow_blank=True)
    starts_on = DayIn(required=False, allow_null=True)
    ends_on = DayIn(required=False, allow_null=True)
    status = Choice(RoundStatus, required=False, help_text="`planned` unless said otherwise.")
    delegations = Many(child=DelegationIn(), required=False, help_text="Everybody: what was there before goes.")


class RoundChange(RoundInput):
    """What is to change of a round."""

    is_change = True
    fixed = ("negotiation",)


def round_facts(said: Mapping[str, Any], existing: Round | None = None) -> RoundFacts:
    """The facts of a round; delegations that are not named stay as they are."""
    names = [name for name in RoundFacts.__dataclass_fields__ if name != "delegations"]
    values: dict[str, Any] = {name: getattr(existing, name) for name in names} if existing else {}
    values.update({name: value for name, value in said.items() if name != "negotiation"})
    if "delegations" in said:
        values["delegations"] = tuple(
            DelegationFacts(
                party=seated["party"],
                head=seated.get("head"),
                members=tuple((each["person"], each.get("title", "")) for each in seated.get("members", ())),
            )
            for seated in said["delegations"]
        )
    return RoundFacts(**values)


class IssueInput(Input):
    """A new issue."""

    negotiation = NegotiationIn()
    slug = Text(max_length=100)
    title = Text(max_length=300)
    proposal = Text(help_text="What +2 means.")
    pole_for = Text(required=False, allow_blank=True)
    pole_against = Text(required=False, allow_blank=True)
    reference_point = Text(required=False, allow_blank=True)
    keywords = Many(child=Text(max_length=300), required=False)
    parent = IssueIn(required=False, allow_null=True)  # type: ignore[assignment]
    rank = Whole(required=False, help_text="Place among the negotiation's issues, from 0; last by default.")


class IssueChange(IssueInput):
    """What is to change of an issue. Proposal and poles are frozen once a coding of it is published."""

    is_change = True
    fixed = ("negotiation",)


def issue_facts(
    names: Names, negotiation: Negotiation, said: Mapping[str, Any], existing: Issue | None = None
) -> IssueFacts:
    """The facts of an issue. Raises :class:`Invalid` for a parent that is none of the negotiation's issues."""
    facts = IssueFacts.__dataclass_fields__
    values: dict[str, Any] = {name: getattr(existing, name) for name in facts} if existing else {}
    values.update({name: value for name, value in said.items() if name != "negotiation"})
    if said.get("parent") is not None:
        values["parent"] = known_issue(names, negotiation, said["parent"], "parent")
    return IssueFacts(**{**values, "keywords": tuple(values.get("keywords", ()))})


def known_issue(names: Names, negotiation: Negotiation, slug: str, field: str = "issue") -> Issue:
    """The issue of that slug. Raises :class:`Invalid`."""
    issue = names.issue(negotiation, slug)
    if issue is None:
        raise Invalid({field: f"there is no issue “{shorten(slug)}” in this negotiation"})
    if issue.merged_into_id is not None:
        raise Invalid({field: f"“{shorten(slug)}” was merged into another issue; name that one"})
    return issue


def known_round(names: Names, negotiation: Negotiation, number: int) -> Round:
    """The round of that number. Raises :class:`Invalid`."""
    held = names.round(negotiation, number)
    if held is None:
        raise Invalid({"round": f"there is no round {number} in this negotiation"})
    return held
