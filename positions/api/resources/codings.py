"""``codings/`` and ``conditions/``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import DateTimeField, Model, OuterRef, Prefetch, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from positions.api.derived_views import AS_OF, KNOWN_AT
from positions.api.inputs.codings import CodingChange, CodingCorrection, CodingInput, StatusIn, coding_facts
from positions.api.inputs.fields import Comment, Nothing, Reason, require_same
from positions.api.lookups import InNegotiation, Issues, Parties, Reference, Rounds, ids_of
from positions.api.paging import MethodPage
from positions.api.parameters import (
    RETIRED,
    Day,
    Flag,
    Instant,
    OneOf,
    Parameter,
    Question,
    Words,
    ordering,
    wants_retired,
)
from positions.api.serializers.codings import CodingSerializer, ConditionSerializer
from positions.api.serializers.succession import load_succession
from positions.api.writing import WritableView
from positions.enums import CodingState, CodingStatus, ConditionKind, ConditionStatus, Confidence, Footing, Move, Role
from positions.models import Coding, Condition, ConditionStatusEntry, Negotiation
from positions.queries.access import Reader, codings_for, conditions_for, sources_for, statements_for
from positions.queries.evidence import Moment, codings_at
from positions.services.access import require_role
from positions.services.coding import (
    code_statement,
    correct_coding,
    delete_draft,
    edit_draft,
    publish_coding,
    recall_coding,
    reject_coding,
    return_coding,
    submit_coding,
    withdraw_coding,
)
from positions.services.conditions import set_condition_status
from positions.services.statements import role_to_correct

STANCES = ("-2", "-1", "0", "1", "2")


def columns_of(model: type[Model]) -> list[str]:
    """The model's own columns, to read them whole beside a few of what they refer to."""
    return [field.attname for field in model._meta.concrete_fields]


def with_names(rows: QuerySet[Coding]) -> QuerySet[Coding]:
    """Codings with the slugs of negotiation, party and issue."""
    return rows.select_related("negotiation", "party", "issue").only(
        *columns_of(Coding), "negotiation__slug", "negotiation__visibility", "party__slug", "issue__slug"
    )


def with_conditions(rows: QuerySet[Coding]) -> QuerySet[Coding]:
    """Codings with their conditions, in a constant number of queries."""
    statuses = ConditionStatusEntry.objects.order_by("rank")
    conditions = (
        Condition.objects.select_related("falls_on").order_by("rank").prefetch_related(Prefetch("statuses", statuses))
    )
    return rows.prefetch_related(Prefetch("conditions", conditions))


def load_coding_succession(reader: Reader, codings: Iterable[Coding]) -> None:
    """Load with codings what replaced them and what they replaced, as far as the reader may see it."""
    load_succession(codings, lambda: codings_for(reader).only("pk", "reason", "supersedes_id"))


def _read_by(rows: QuerySet[Coding], coder: str, question: Question) -> QuerySet[Coding]:
    """Coders are named to members only, so only members may ask by them."""
    reader = question.reader
    return (
        rows.filter(coder=coder)
        if reader.is_administrator
        else rows.filter(coder=coder, negotiation_id__in=list(reader.roles))
    )


class CodingView(WritableView):
    """Readings of statements: those in the record, and for members those on their way into it.

    Analysts write them, as drafts; what is published is corrected or withdrawn, never changed.
    """

    collection = "codings"
    new, change = CodingInput, CodingChange
    takes_many = True
    related = ("negotiation", "statement__source", "statement__negotiation")

    queryset = Coding.objects.none()
    serializer_class = CodingSerializer
    noun = "coding"
    filters = (
        ids_of(codings_for, "coding"),
        InNegotiation(),
        Words(name="key", description="The coding's name in its negotiation.", lookup="key"),
        Reference(
            name="statement",
            description="Id of the statement.",
            lookup="statement",
            visible=statements_for,
            noun="statement",
        ),
        Reference(
            name="source",
            description="Id of the source.",
            lookup="statement__source",
            visible=sources_for,
            noun="source",
        ),
        Rounds(description="Numbers of rounds in which the statement was made.", lookup="statement__round__in"),
        Parties(description="Slugs of the parties coded.", lookup="party__in"),
        Parties(
            name="asserted_by",
            description="Slugs of the parties that assert the statement.",
            lookup="statement__asserted_by__in",
        ),
        Issues(description="Slugs of issues.", lookup="issue__in"),
        OneOf(
            name="state", description="Whether the reading yields a stance.", choices=CodingState, lookup="state__in"
        ),
        OneOf(name="stance", description="Where the party stands.", choices=STANCES, lookup="stance__in"),
        OneOf(name="move", description="What the party does by saying so.", choices=Move, lookup="move__in"),
        OneOf(name="footing", description="On whose word it stands.", choices=Footing, lookup="footing__in"),
        Flag(name="red_line", description="Whether it is a red line.", lookup="red_line"),
        Flag(name="reciprocal", description="Whether it is meant to be reciprocal.", lookup="reciprocal"),
        OneOf(name="confidence", description="How sure the coder is.", choices=Confidence, lookup="confidence__in"),
        OneOf(name="status", description="Where it is in the review.", choices=CodingStatus, lookup="status__in"),
        Words(
            name="coder", description="Name of the coder; matches only where the reader is a member.", narrow=_read_by
        ),
        Day(name="stated_after", description="Said on this day or later.", lookup="stated_latest__gte"),
        Day(name="stated_before", description="Said on this day or earlier.", lookup="stated_latest__lte"),
        Instant(name="recorded_after", description="Published at this instant or later.", lookup="recorded_at__gte"),
        Instant(name="recorded_before", description="Published at this instant or earlier.", lookup="recorded_at__lte"),
        Reference(
            name="supersedes",
            description="Id of the coding these replaced.",
            lookup="supersedes",
            visible=codings_for,
            noun="coding",
        ),
        *RETIRED,
    )
    ordering = ordering("-stated_on", stated_on="stated_latest", recorded_at="recorded_at", stance="stance", key="key")

    def visible(self) -> QuerySet[Coding]:
        return codings_for(self.reader)

    def as_listed(self, rows: QuerySet[Coding]) -> QuerySet[Coding]:
        return rows if wants_retired(self.question) else rows.filter(retired_at=None)

    def loaded(self, rows: QuerySet[Coding]) -> QuerySet[Coding]:
        return with_conditions(rows.select_related("negotiation", "party", "issue", "statement__source"))

    def context_for(self, rows: Sequence[Any]) -> dict[str, Any]:
        load_coding_succession(self.reader, rows)
        return {"reader": self.reader, "moment": Moment.now()}

    def create_one(self, said: dict[str, Any]) -> Coding:
        statement = said["statement"]
        require_same(said, statement)
        return code_statement(self.reader, statement, coding_facts(self.names, statement, said))

    def change_one(self, row: Coding, said: dict[str, Any]) -> Coding:
        return edit_draft(self.reader, row, coding_facts(self.names, row.statement, said, row))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Delete one's own draft; what was handed in stays. `If-Match` is heeded where it is sent."""
        return self.write_below(
            Nothing,
            lambda row, said: delete_draft(self.reader, row),
            answer=lambda gone: Response(status=204),
            needs_match=False,
        )

    def permit_correction(self, row: Coding) -> None:
        """Raise :class:`NotPermitted` where the reader's role does not correct what is published."""
        require_role(self.reader, row.negotiation, role_to_correct(row.negotiation.review_policy, row))

    def permit_review(self, row: Coding) -> None:
        """Raise :class:`NotPermitted` to everybody but reviewers."""
        require_role(self.reader, row.negotiation, Role.REVIEWER)

    @extend_schema(request=CodingCorrection, responses={201: CodingSerializer})
    def correct(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Replace a published reading by one put right."""

        def write(coding: Coding, said: dict[str, Any]) -> Coding:
            facts = coding_facts(self.names, coding.statement, said, coding)
            return correct_coding(self.reader, coding, facts, said["reason"])

        return self.write_below(CodingCorrection, write, permit=self.permit_correction, answer=self.created)

    @extend_schema(request=Reason, responses={200: CodingSerializer})
    def withdraw(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take a published reading out of the record from now on; what was known before stays known."""
        return self.write_below(
            Reason,
            lambda row, said: withdraw_coding(self.reader, row, said["reason"]),
            permit=self.permit_correction,
        )

    @extend_schema(request=Nothing, responses={200: CodingSerializer})
    def submit(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Hand one's own draft in; where the negotiation reviews nothing, that publishes it."""
        return self.write_below(Nothing, lambda row, said: submit_coding(self.reader, row))

    @extend_schema(request=Nothing, responses={200: CodingSerializer})
    def recall(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take one's own reading back to a draft, as long as nobody decided on it."""
        return self.write_below(Nothing, lambda row, said: recall_coding(self.reader, row))

    @extend_schema(request=Nothing, responses={200: CodingSerializer})
    def publish(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Put a reading that was handed in into the record. Its own coder may not."""
        return self.write_below(Nothing, lambda row, said: publish_coding(self.reader, row), permit=self.permit_review)

    @extend_schema(request=Comment, responses={200: CodingSerializer})
    def reject(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Refuse a reading that was handed in, for good."""
        return self.write_below(
            Comment, lambda row, said: reject_coding(self.reader, row, said["comment"]), permit=self.permit_review
        )

    @extend_schema(request=Comment, responses={200: CodingSerializer})
    def send_back(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Send a reading that was handed in back to its coder, as a draft."""
        return self.write_below(
            Comment, lambda row, said: return_coding(self.reader, row, said["comment"]), permit=self.permit_review
        )


def moment_of(question: Question) -> Moment:
    """The moment a question is asked about: now, but for what it says of it."""
    now = Moment.now()
    return Moment(question["as_of"] or now.as_of, question["known_at"] or now.known_at)


def is_past(question: Question) -> bool:
    """Whether the question is about a moment it names."""
    return question["as_of"] is not None or question["known_at"] is not None


def _stands_at(rows: QuerySet[Condition], statuses: list[str], question: Question) -> QuerySet[Condition]:
    """Conditions whose latest entry at the moment has one of the statuses; open without an entry."""
    moment = moment_of(question)
    since = Coalesce(
        "recorded_at", "condition__coding__recorded_at", "condition__coding__created_at", output_field=DateTimeField()
    )
    entries = ConditionStatusEntry.objects.filter(condition=OuterRef("pk"), on__lte=moment.as_of).annotate(since=since)
    latest = entries.filter(since__lte=moment.known_at).order_by("-on", "-since", "-rank").values("status")[:1]
    return rows.annotate(standing=Coalesce(Subquery(latest), Value(ConditionStatus.OPEN.value))).filter(
        standing__in=statuses
    )


class ConditionView(WritableView):
    """What offers and threats depend on, with the series of statuses of each.

    With ``as_of`` or ``known_at`` it is the ledger at that moment: the conditions of the codings that counted
    then, each as it stood then. Analysts add to the series.
    """

    collection = "conditions"
    related = ("coding",)
    queryset = Condition.objects.none()
    serializer_class = ConditionSerializer
    noun = "condition"
    filters = (
        ids_of(conditions_for, "condition"),
        InNegotiation(lookup="coding__negotiation"),
        Reference(name="coding", description="Id of the coding.", lookup="coding", visible=codings_for, noun="coding"),
        Reference(
            name="statement",
            description="Id of the statement.",
            lookup="coding__statement",
            visible=statements_for,
            noun="statement",
        ),
        Parties(description="Slugs of the parties that set it.", lookup="coding__party__in"),
        Issues(description="Slugs of issues.", lookup="coding__issue__in"),
        OneOf(name="kind", description="Kind of condition.", choices=ConditionKind, lookup="kind__in"),
        Parties(name="falls_on", description="Slugs of the parties that would have to meet it.", lookup="falls_on__in"),
        OneOf(
            name="status",
            description="How it stands: now, or at the moment.",
            choices=ConditionStatus,
            narrow=_stands_at,
        ),
        Day(name="stated_after", description="Said on this day or later.", lookup="coding__stated_latest__gte"),
        Day(name="stated_before", description="Said on this day or earlier.", lookup="coding__stated_latest__lte"),
        Words(name="q", description="Words in its text.", lookup="text__icontains"),
        Flag(name="retired", description="`true` also lists those of codings corrected or withdrawn."),
    )
    ordering = ordering("-stated_on", stated_on="coding__stated_latest", kind="kind")
    method_section = "position"
    pagination_class = MethodPage

    def asked_parameters(self) -> tuple[Parameter, ...]:
        return (*super().asked_parameters(), AS_OF, KNOWN_AT) if self.action == "list" else super().asked_parameters()

    def visible(self) -> QuerySet[Condition]:
        return conditions_for(self.reader)

    def as_listed(self, rows: QuerySet[Condition]) -> QuerySet[Condition]:
        question = self.question
        if is_past(question):
            return rows.filter(coding__in=codings_at(codings_for(self.reader), moment_of(question)))
        return rows if question["retired"] else rows.filter(coding__retired_at=None)

    def loaded(self, rows: QuerySet[Condition]) -> QuerySet[Condition]:
        shown = Prefetch("statement", statements_for(self.reader).only("pk"))
        statuses = ConditionStatusEntry.objects.order_by("rank").prefetch_related(shown)
        if is_past(self.question):
            moment = moment_of(self.question)
            since = Coalesce("recorded_at", "condition__coding__recorded_at")
            statuses = statuses.alias(since=since).filter(on__lte=moment.as_of, since__lte=moment.known_at)
        related = ("coding__negotiation", "coding__party", "coding__issue", "falls_on")
        return rows.select_related(*related).prefetch_related(Prefetch("statuses", statuses))

    def context_for(self, rows: Sequence[Any]) -> dict[str, Any]:
        return {"reader": self.reader, "moment": moment_of(self.question)}

    def negotiations_of(self, rows: Iterable[Condition]) -> Sequence[Negotiation]:
        return [row.coding.negotiation for row in rows]

    def permit(self, row: Condition) -> None:
        require_role(self.reader, row.coding.negotiation, self.role)

    @extend_schema(request=StatusIn, responses={201: ConditionSerializer})
    def add_status(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add an entry to the series of statuses: what the condition has stood at since a day."""

        def write(condition: Condition, said: dict[str, Any]) -> Condition:
            shown: dict[str, Any] = {"statement": said.get("statement"), "reason": said.get("reason", "")}
            set_condition_status(self.reader, condition, said["status"], said["on"], **shown)
            return condition

        return self.write_below(StatusIn, write, answer=self.created)
