"""``statements/``, also as ``sources/<id>/statements/``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from positions.api.inputs.fields import Reason, require_same
from positions.api.inputs.statements import StatementCorrection, StatementInput, statement_facts
from positions.api.lookups import InNegotiation, Issues, Parties, Persons, Reference, Rounds, ids_of
from positions.api.parameters import (
    RETIRED,
    Day,
    Filter,
    Instant,
    Number,
    OneOf,
    Question,
    Words,
    ordering,
    wants_retired,
)
from positions.api.resources.codings import STANCES, columns_of, load_coding_succession, with_conditions, with_names
from positions.api.serializers.statements import StatementSerializer
from positions.api.serializers.succession import load_succession
from positions.api.writing import WritableView
from positions.enums import AnchorStatus, Attribution, CodingState, CodingStatus, Directness, Move
from positions.exceptions import NotVisible
from positions.models import Coding, Party, Source, Statement, StatementGroup
from positions.queries.access import Reader, codings_for, codings_of_shown_statements, sources_for, statements_for
from positions.queries.evidence import Moment
from positions.queries.withholding import quote_shown, speaker_shown, withheld_texts
from positions.services.access import require_role
from positions.services.statements import correct_statement, record_statement, role_to_correct, withdraw_statement


def shown_codings(reader: Reader) -> QuerySet[Coding]:
    """The codings that a statement's payload carries: visible, not rejected, in force or retired together with it."""
    return _carried(codings_for(reader))


def _carried(codings: QuerySet[Coding]) -> QuerySet[Coding]:
    standing = Q(retired_at=None) | Q(retired_at__gte=F("statement__retired_at"))
    return codings.filter(standing).exclude(status=CodingStatus.REJECTED)


def by_coding(rows: QuerySet[Statement], question: Question) -> QuerySet[Statement]:
    """Statements with one coding that matches all of ``party``, ``issue``, ``move``, ``state`` and ``stance``.

    Where ``party`` asserts the statement itself, the coding may be for anybody.
    """
    wanted = {
        f"{name}__in": question[name] for name in ("issue", "move", "state", "stance") if question[name] is not None
    }
    if question["party"] is None and not wanted:
        return rows
    matching = shown_codings(question.reader).filter(statement=OuterRef("pk"), **wanted)
    if question["party"] is None:
        return rows.filter(Exists(matching))
    asserted = Q(asserted_by__in=question["party"])
    if wanted:
        asserted &= Q(Exists(matching))
    return rows.filter(asserted | Q(Exists(matching.filter(party__in=question["party"]))))


def _spoken_by(rows: QuerySet[Statement], speakers: Any, question: Question) -> QuerySet[Statement]:
    return rows.filter(speaker_shown(question.reader), speaker__in=speakers)


def _says(rows: QuerySet[Statement], value: str, question: Question) -> QuerySet[Statement]:
    reader = question.reader
    return rows.filter(
        (quote_shown(reader) & Q(exact__icontains=value)) | (speaker_shown(reader) & Q(speaker_label__icontains=value))
    )


def _addressed_to(rows: QuerySet[Statement], parties: list[Party], question: Question) -> QuerySet[Statement]:
    through = Statement.addressees.through.objects
    return rows.filter(Exists(through.filter(statement=OuterRef("pk"), party__in=parties)))


class StatementView(WritableView):
    """Passages of sources, each with its codings in force. Analysts record them; nothing recorded is ever changed."""

    collection = "statements"
    new = StatementInput
    takes_many = True
    related = ("negotiation", "source")

    queryset = Statement.objects.none()
    serializer_class = StatementSerializer
    noun = "statement"
    filters: ClassVar[tuple[Filter, ...]] = (
        ids_of(statements_for, "statement"),
        InNegotiation(),
        Reference(name="source", description="Id of the source.", lookup="source", visible=sources_for, noun="source"),
        Words(name="key", description="The statement's name in its negotiation.", lookup="key"),
        Rounds(description="Numbers of rounds.", lookup="round__in"),
        Parties(description="Slugs of parties that assert the statement or are coded in it."),
        Issues(description="Slugs of issues it is coded on."),
        OneOf(name="move", description="Moves it is coded as.", choices=Move),
        OneOf(name="state", description="States it is coded in.", choices=CodingState),
        OneOf(name="stance", description="Stances it is coded at.", choices=STANCES),
        Parties(name="asserted_by", description="Slugs of parties that assert it.", lookup="asserted_by__in"),
        Persons(description="Slugs of the people who say it.", narrow=_spoken_by),
        Parties(name="addressee", description="Slugs of parties it is addressed to.", narrow=_addressed_to),
        OneOf(
            name="directness", description="How near to the words spoken.", choices=Directness, lookup="directness__in"
        ),
        OneOf(
            name="attribution",
            description="The statement's own ground rule.",
            choices=Attribution,
            lookup="attribution__in",
        ),
        Number(
            name="credibility",
            description="Admiralty grade.",
            lookup="credibility",
            low=1,
            high=6,
            schema={"type": "integer"},
        ),
        OneOf(
            name="anchor_status",
            description="How it sits in the text.",
            choices=AnchorStatus,
            lookup="anchor_status__in",
        ),
        Day(
            name="stated_after",
            description="Said on this day or later (by its last possible day).",
            lookup="stated_latest__gte",
        ),
        Day(
            name="stated_before",
            description="Said on this day or earlier (by its last possible day).",
            lookup="stated_latest__lte",
        ),
        Instant(name="recorded_after", description="Recorded at this instant or later.", lookup="recorded_at__gte"),
        Instant(name="recorded_before", description="Recorded at this instant or earlier.", lookup="recorded_at__lte"),
        Words(name="q", description="Words in the quotation or the speaker's label.", narrow=_says),
        Reference(
            name="group",
            description="Id of a joint text: its statements.",
            lookup="group",
            visible=lambda reader: StatementGroup.objects.filter(statements__in=statements_for(reader)),
            noun="joint text",
        ),
        Reference(
            name="supersedes",
            description="Id of the statement these replaced.",
            lookup="supersedes",
            visible=statements_for,
            noun="statement",
        ),
        *RETIRED,
    )
    ordering = ordering("-stated_on", stated_on="stated_latest", recorded_at="recorded_at", key="key")

    def visible(self) -> QuerySet[Statement]:
        return statements_for(self.reader)

    def as_listed(self, rows: QuerySet[Statement]) -> QuerySet[Statement]:
        return by_coding(rows if wants_retired(self.question) else rows.filter(retired_at=None), self.question)

    def loaded(self, rows: QuerySet[Statement]) -> QuerySet[Statement]:
        reader = self.reader
        codings = with_names(_carried(codings_of_shown_statements(reader)))
        named = rows.select_related("negotiation", "source", "asserted_by", "speaker", "round").only(
            *columns_of(Statement), "negotiation__slug", "negotiation__visibility", "asserted_by__slug",
            "speaker__slug", "round__number", "source__negotiation_id", "source__attribution", "source__text_access",
        )  # fmt: skip
        return named.prefetch_related(
            Prefetch("addressees", Party.objects.order_by("slug").only("slug")),
            Prefetch(
                "codings",
                with_conditions(codings.order_by("party__slug", "issue__slug", "created_at", "pk")),
                to_attr="shown_codings",
            ),
        )

    def context_for(self, rows: Sequence[Any]) -> dict[str, Any]:
        sources = {row.source_id: row.source for row in rows}
        load_succession(rows, lambda: statements_for(self.reader))
        load_coding_succession(self.reader, (coding for row in rows for coding in row.shown_codings))
        return {
            "reader": self.reader,
            "withheld": withheld_texts(self.reader, sources.values()),
            "moment": Moment.now(),
        }

    def create_one(self, said: dict[str, Any]) -> Statement:
        source = said["source"]
        require_same(said, source)
        return record_statement(self.reader, source, statement_facts(self.names, source.negotiation, said))

    def permit_correction(self, row: Statement) -> None:
        """Raise :class:`NotPermitted` where the reader's role does not correct what is published."""
        require_role(self.reader, row.negotiation, role_to_correct(row.negotiation.review_policy, row))

    @extend_schema(request=StatementCorrection, responses={201: StatementSerializer})
    def correct(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Replace a statement by one put right; its codings are made anew on that, at the same instant."""

        def write(statement: Statement, said: dict[str, Any]) -> Statement:
            facts = statement_facts(self.names, statement.negotiation, said, statement)
            return correct_statement(self.reader, statement, facts, said["reason"])

        return self.write_below(StatementCorrection, write, permit=self.permit_correction, answer=self.created)

    @extend_schema(request=Reason, responses={200: StatementSerializer})
    def withdraw(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Take a statement and its codings out of the record from now on; what was known before stays known."""
        return self.write_below(
            Reason,
            lambda row, said: withdraw_statement(self.reader, row, said["reason"]),
            permit=self.permit_correction,
        )


class SourceStatementView(StatementView):
    """The statements of one source."""

    filters = tuple(each for each in StatementView.filters if each.name not in ("negotiation", "source"))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        question = self.question
        source: Source | None = None
        if self.is_key(self.kwargs["id"]):
            source = sources_for(self.reader).filter(pk=self.kwargs["id"]).select_related("negotiation").first()
        if source is None:
            raise NotVisible("No such source.")
        self.question = Question(question.reader, source.negotiation, question.values)
        return self.answer_list(self.as_listed(self.visible().filter(source=source)))
