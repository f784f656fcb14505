"""``negotiations/``, ``rounds/`` and ``issues/``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from positions.api.inputs.negotiations import (
    IssueChange,
    IssueInput,
    NegotiationChange,
    NegotiationInput,
    RoundChange,
    RoundInput,
    issue_facts,
    negotiation_facts,
    round_facts,
)
from positions.api.lookups import InNegotiation, Issues, Negotiations, Parties, Persons, ids_of
from positions.api.parameters import MERGED, Day, Number, OneOf, Question, Words, ordering
from positions.api.serializers.negotiations import IssueSerializer, NegotiationSerializer, RoundSerializer
from positions.api.writing import WritableView
from positions.enums import Role, RoundFormat, RoundStatus, Visibility
from positions.folding import folded
from positions.models import Delegation, DelegationMember, Issue, Negotiation, Person, Round
from positions.queries.access import issues_for, negotiations_for, rounds_for
from positions.services.access import require_role
from positions.services.negotiations import create_negotiation, save_issue, save_round, update_negotiation


def _title_contains(rows: QuerySet[Any], value: str, question: Question) -> QuerySet[Any]:
    return rows.filter(Q(title__icontains=value) | Q(summary__icontains=value))


class NegotiationView(WritableView):
    """The negotiations that exist for the reader. Administrators open them, their leads change them."""

    collection = "negotiations"
    new, change = NegotiationInput, NegotiationChange
    related = ()
    role = Role.LEAD

    queryset = Negotiation.objects.none()
    serializer_class = NegotiationSerializer
    lookup_field = "slug"
    noun = "negotiation"
    filters = (
        Negotiations(description="Slugs of negotiations."),
        OneOf(name="visibility", description="Who may read it.", choices=Visibility, lookup="visibility__in"),
        Words(name="q", description="Words in the title or the summary.", narrow=_title_contains),
    )
    ordering = ordering("title", title="title", slug="slug")

    def visible(self) -> QuerySet[Negotiation]:
        return negotiations_for(self.reader)

    def negotiations_of(self, rows: Iterable[Negotiation]) -> Sequence[Negotiation]:
        return list(rows)

    def permit(self, row: Negotiation) -> None:
        require_role(self.reader, row, self.role)

    def create_one(self, said: dict[str, Any]) -> Negotiation:
        return create_negotiation(self.reader, negotiation_facts(said))

    def change_one(self, row: Negotiation, said: dict[str, Any]) -> Negotiation:
        return update_negotiation(self.reader, row, negotiation_facts(said, row))


def _attended_by(rows: QuerySet[Round], persons: list[Person], question: Question) -> QuerySet[Round]:
    there = Delegation.objects.filter(Q(head__in=persons) | Q(members__person__in=persons))
    return rows.filter(pk__in=there.values("round"))


def _with_keyword(rows: QuerySet[Issue], word: str, question: Question) -> QuerySet[Issue]:
    """Issues are few: their keywords are compared here, in the same way on every database."""
    listed = rows.values_list("pk", "keywords")
    return rows.filter(pk__in=[pk for pk, words in listed if folded(word) in [folded(str(each)) for each in words]])


def _issue_says(rows: QuerySet[Issue], value: str, question: Question) -> QuerySet[Issue]:
    said = Q(pk__in=[])
    for column in ("title", "proposal", "pole_for", "pole_against", "reference_point"):
        said |= Q(**{f"{column}__icontains": value})
    return rows.filter(said)


class RoundView(WritableView):
    """Meetings and other occasions, with who was there. Leads write them."""

    collection = "rounds"
    new, change = RoundInput, RoundChange
    takes_many = True
    role = Role.LEAD

    queryset = Round.objects.none()
    serializer_class = RoundSerializer
    noun = "round"
    filters = (
        ids_of(rounds_for, "round"),
        InNegotiation(),
        Number(
            name="number",
            description="Number of the round.",
            lookup="number",
            low=0,
            high=999_999_999,
            schema={"type": "integer"},
        ),
        OneOf(name="format", description="Kind of occasion.", choices=RoundFormat, lookup="format__in"),
        OneOf(name="status", description="Whether it was held.", choices=RoundStatus, lookup="status__in"),
        Parties(
            description="Slugs of parties, one of which had a delegation there.",
            narrow=lambda rows, parties, question: rows.filter(
                pk__in=Delegation.objects.filter(party__in=parties).values("round")
            ),
        ),
        Persons(name="person", description="Slugs of people, one of whom was there.", narrow=_attended_by),
        Day(name="starts_after", description="Begins on this day or later.", lookup="starts_on__gte"),
        Day(name="starts_before", description="Begins on this day or earlier.", lookup="starts_on__lte"),
        Day(name="ends_after", description="Ends on this day or later.", lookup="ends_on__gte"),
        Day(name="ends_before", description="Ends on this day or earlier.", lookup="ends_on__lte"),
        Words(
            name="q",
            description="Words in the title or the venue.",
            narrow=lambda rows, value, question: rows.filter(Q(title__icontains=value) | Q(venue__icontains=value)),
        ),
    )
    ordering = ordering("number", number="number", starts_on="starts_on", ends_on="ends_on", title="title")

    def visible(self) -> QuerySet[Round]:
        return rounds_for(self.reader)

    def loaded(self, rows: QuerySet[Round]) -> QuerySet[Round]:
        members = DelegationMember.objects.select_related("person").order_by("rank", "person__slug")
        delegations = Delegation.objects.select_related("party", "head").order_by("party__slug")
        return rows.select_related("negotiation").prefetch_related(
            Prefetch("delegations", delegations.prefetch_related(Prefetch("members", members)))
        )

    def create_one(self, said: dict[str, Any]) -> Round:
        return save_round(self.reader, said["negotiation"], round_facts(said))

    def change_one(self, row: Round, said: dict[str, Any]) -> Round:
        return save_round(self.reader, row.negotiation, round_facts(said, row), existing=row)


class IssueView(WritableView):
    """Contested questions, with what +2 and −2 mean on each. Leads write them."""

    collection = "issues"
    new, change = IssueInput, IssueChange
    takes_many = True
    related = ("negotiation", "parent")
    role = Role.LEAD

    queryset = Issue.objects.none()
    serializer_class = IssueSerializer
    noun = "issue"
    filters = (
        ids_of(issues_for, "issue"),
        InNegotiation(),
        Issues(
            name="slug",
            description="Slugs of issues.",
            narrow=lambda rows, issues, question: rows.filter(pk__in=[i.pk for i in issues]),
        ),
        Issues(name="parent", description="Slugs of the issues these belong to.", lookup="parent__in"),
        Words(name="keyword", description="One of its keywords, whole.", narrow=_with_keyword),
        Words(
            name="q",
            description="Words in the title, the proposal, the poles or the reference point.",
            narrow=_issue_says,
        ),
        MERGED,
    )
    ordering = ordering("rank,slug", rank="rank", slug="slug", title="title")

    def visible(self) -> QuerySet[Issue]:
        return issues_for(self.reader)

    def as_listed(self, rows: QuerySet[Issue]) -> QuerySet[Issue]:
        return rows if self.question["retired"] else rows.filter(merged_into=None)

    def loaded(self, rows: QuerySet[Issue]) -> QuerySet[Issue]:
        return rows.select_related("negotiation", "parent", "merged_into")

    def create_one(self, said: dict[str, Any]) -> Issue:
        negotiation = said["negotiation"]
        return save_issue(self.reader, negotiation, issue_facts(self.names, negotiation, said))

    def change_one(self, row: Issue, said: dict[str, Any]) -> Issue:
        facts = issue_facts(self.names, row.negotiation, said, row)
        return save_issue(self.reader, row.negotiation, facts, existing=row)
