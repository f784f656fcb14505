"""What waits for whom: the desk's queues, the one place in which they are counted.

Every queue starts from what its reader may see, so under blind coding no number tells a coder of another's reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, Count, Exists, Max, Model, OuterRef, Q, QuerySet, When
from django.db.models.functions import Coalesce, Substr
from django.utils.translation import gettext_lazy

from positions.analysis.matrix import Tally, find_deciding
from positions.analysis.types import Position
from positions.enums import AnchorStatus, CodingState, CodingStatus, ReviewPolicy, Role, RoundStatus
from positions.models import CodebookEntry, Coding, Delegation, Issue, Party, Source, SourceText, Statement
from positions.queries.access import Reader, codings_for, published_codings_for, sources_for, statements_for
from positions.queries.codebook import EntryWords, own_words, words_of
from positions.queries.evidence import Moment
from positions.queries.positions import positions_for

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Queue:
    """Records that wait for the reader; ``unit`` names the columns of which one task is made."""

    slug: str
    title: StrOrPromise
    explanation: StrOrPromise
    rows: Callable[[Reader], QuerySet[Any]]
    unit: tuple[str, ...] = ("pk",)
    model: type[Model] = Coding

    @property
    def model_name(self) -> str:
        """The list of the desk in which the tasks stand: ``coding``, ``statement`` or ``source``."""
        return self.model.__name__.lower()

    def tasks(self, reader: Reader) -> QuerySet[Any, Any]:
        """What makes each task one, once."""
        return self.rows(reader).order_by().values_list(*self.unit).distinct()


def _own(reader: Reader) -> QuerySet[Coding]:
    if reader.user is None:
        return Coding.objects.none()
    return codings_for(reader).filter(coder_user=reader.user, status=CodingStatus.DRAFT, retired_at=None)


def drafts_of(reader: Reader) -> QuerySet[Coding]:
    """The reader's own drafts that nobody sent back."""
    return _own(reader).filter(comment="")


def returned_to(reader: Reader) -> QuerySet[Coding]:
    """The reader's own codings that a reviewer sent back with a comment."""
    return _own(reader).exclude(comment="")


def _handed_in(reader: Reader) -> QuerySet[Coding]:
    waiting = codings_for(reader).filter(status=CodingStatus.SUBMITTED, retired_at=None)
    return waiting if reader.is_administrator else waiting.filter(negotiation__in=reader.ids_from(Role.REVIEWER))


def waiting_for_review_by(reader: Reader) -> QuerySet[Coding]:
    """Submitted codings of others that the reader may publish, return or reject."""
    waiting = _handed_in(reader).exclude(negotiation__review_policy=ReviewPolicy.DOUBLE)
    return waiting.exclude(coder_user=reader.user) if reader.user else waiting


def waiting_for_adjudication_by(reader: Reader) -> QuerySet[Coding]:
    """Submitted readings of two blind coders, neither the reader, over which nothing is published yet."""
    same = {
        "statement": OuterRef("statement"),
        "party": OuterRef("party"),
        "issue": OuterRef("issue"),
        "retired_at": None,
    }
    rivals = Coding.objects.filter(**same, status=CodingStatus.SUBMITTED).exclude(coder=OuterRef("coder"))
    decided = Coding.objects.filter(**same, status=CodingStatus.PUBLISHED)
    waiting = _handed_in(reader).filter(
        Exists(rivals), ~Exists(decided), negotiation__review_policy=ReviewPolicy.DOUBLE
    )
    if reader.user is None:
        return waiting
    own: dict[str, Any] = {**same, "status": CodingStatus.SUBMITTED, "coder_user": reader.user}
    return waiting.exclude(Exists(Coding.objects.filter(**own)))


def _worked_on(reader: Reader, rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows if reader.is_administrator else rows.filter(negotiation__in=reader.ids_from(Role.ANALYST))


def orphaned_quotes_of(reader: Reader) -> QuerySet[Statement]:
    """Statements in force whose words were not found for certain in the current text of their source."""
    lost = (AnchorStatus.FUZZY, AnchorStatus.ORPHAN)
    return _worked_on(reader, statements_for(reader).filter(retired_at=None, anchor_status__in=lost))


def untagged_sources_of(reader: Reader) -> QuerySet[Source]:
    """Sources that have a text and no statement in force."""
    texts = SourceText.objects.filter(source=OuterRef("pk"))
    tagged = Statement.objects.filter(source=OuterRef("pk"), retired_at=None)
    return _worked_on(reader, sources_for(reader).filter(Exists(texts), ~Exists(tagged)))


QUEUES: tuple[Queue, ...] = (
    Queue("drafts", gettext_lazy("My drafts"), gettext_lazy("begun and not handed in"), drafts_of),
    Queue("returned", gettext_lazy("Returned to me"), gettext_lazy("sent back with a comment"), returned_to),
    Queue("review", gettext_lazy("To review"), gettext_lazy("handed in by others"), waiting_for_review_by),
    Queue(
        "adjudicate",
        gettext_lazy("To adjudicate"),
        gettext_lazy("two blind readings of one passage"),
        waiting_for_adjudication_by,
        ("statement", "party", "issue"),
    ),
    Queue(
        "orphaned",
        gettext_lazy("Orphaned quotes"),
        gettext_lazy("not found for certain in the newest text"),
        orphaned_quotes_of,
        model=Statement,
    ),
    Queue(
        "tagging",
        gettext_lazy("To tag"),
        gettext_lazy("sources with a text and no statement"),
        untagged_sources_of,
        model=Source,
    ),
)


@dataclass(frozen=True)
class WaitingQueue:
    """A queue with how many tasks wait in it; ``model_name`` names the list in which they stand."""

    slug: str
    title: StrOrPromise
    explanation: StrOrPromise
    model_name: str
    count: int


def waiting_queues(reader: Reader) -> list[WaitingQueue]:
    """Every queue with its number, in one query; empty for who works on nothing."""
    if not (reader.is_administrator or reader.ids_from(Role.ANALYST)):
        return []
    counts = _count_tasks(reader)
    return [WaitingQueue(q.slug, q.title, q.explanation, q.model_name, counts.get(q.slug, 0)) for q in QUEUES]


def _count_tasks(reader: Reader) -> dict[str, int]:
    """How many tasks wait in each queue, by slug: the first page and the desk ask for all of them at once."""
    parts: list[str] = []
    given: list[Any] = []
    for queue in QUEUES:
        try:
            tasks, values = queue.tasks(reader).query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT '{queue.slug}', COUNT(*) FROM ({tasks}) AS tasks")  # noqa: S608 - built by the ORM
        given += values
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), given)
        return dict(cursor.fetchall())


# ---------------------------------------------------------------- stale positions


@dataclass(frozen=True)
class StalePosition:
    """A party that sat in ``rounds_silent`` held rounds since it was last heard on an issue."""

    party: Party
    issue: Issue
    last_evidence_on: date
    rounds_silent: int


def stale_positions(reader: Reader, today: date, *, at_least: int = 1, limit: int = 20) -> list[StalePosition]:
    """The positions longest not renewed, most rounds first, in four queries.

    ``rounds_silent`` and ``last_evidence_on`` are those of the derived position. As in the matrix only the latest day
    on each footing is read, one row for each party, issue and footing, however much was said.
    """
    sat = _rounds_sat_in(reader, today)
    found: list[tuple[int, date, str, str]] = []
    for (party, issue), decided in find_deciding(_latest_on_each_footing(reader, today)).items():
        negotiation, _, issue_id = issue.partition(" ")
        silent = sum(began > decided.latest for began in sat.get((negotiation, party), ()))
        if silent >= max(1, at_least):
            found.append((silent, decided.latest, party, issue_id))
    found.sort(key=lambda row: (-row[0], *row[1:]))
    shown = found[:limit]
    parties = Party.objects.in_bulk({UUID(row[2]) for row in shown})
    issues = Issue.objects.select_related("negotiation").in_bulk({UUID(row[3]) for row in shown})
    return [
        StalePosition(parties[UUID(party)], issues[UUID(issue)], heard, silent) for silent, heard, party, issue in shown
    ]


def _latest_on_each_footing(reader: Reader, today: date) -> Iterator[Tally]:
    """The evidence in force by party, issue and footing; the issue is named with its negotiation before it."""
    in_force = published_codings_for(reader).filter(retired_at=None, stated_latest__lte=today, state=CodingState.CODED)
    rows = (
        _worked_on(reader, in_force)
        .order_by()
        .values_list("negotiation_id", "party_id", "issue_id", "footing")
        .annotate(evidence=Count("pk"), latest=Max("stated_latest"))
    )
    for negotiation, party, issue, footing, evidence, latest in rows:
        yield Tally(str(party), f"{negotiation} {issue}", footing, evidence, latest)


def _rounds_sat_in(reader: Reader, today: date) -> dict[tuple[str, str], list[date]]:
    """By negotiation and party, the first days of the held rounds over by ``today`` whose delegations name it."""
    seats = Delegation.objects.filter(
        round__status=RoundStatus.HELD, round__starts_on__isnull=False, round__ends_on__lte=today
    )
    if not reader.is_administrator:
        seats = seats.filter(round__negotiation__in=reader.ids_from(Role.ANALYST))
    sat: dict[tuple[str, str], list[date]] = {}
    for negotiation, party, began in seats.order_by().values_list(
        "round__negotiation_id", "party_id", "round__starts_on"
    ):
        if began is not None:
            sat.setdefault((str(negotiation), str(party)), []).append(began)
    return sat


# ---------------------------------------------------------------- one reading under review

CONTEXT_LENGTH = 400
EARLIER_SHOWN = 5


@dataclass(frozen=True)
class Place:
    """Where a task stands in its queue: ``number`` counts from 1 (0: not in it), the neighbours go round in a ring."""

    number: int
    total: int
    previous: UUID | None
    next: UUID | None


@dataclass(frozen=True)
class ReadingInReview:
    """What a reviewer needs beside a reading; ``earlier`` is newest first, ``present`` null without evidence."""

    before: str
    after: str
    words: EntryWords
    earlier: list[Coding]
    present: Position | None


def place_in_review(reader: Reader, coding: Coding) -> Place:
    """Where a reading stands among those the reader may publish, the longest waiting first; three queries."""
    return _place(waiting_for_review_by(reader), coding)


def place_in_adjudication(reader: Reader, coding: Coding) -> Place:
    """Where a passage stands among those to adjudicate; each is named by its reading that has waited longest."""
    waiting = _by_waiting(waiting_for_adjudication_by(reader))
    same = {name: OuterRef(name) for name in ("statement", "party", "issue")}
    older = waiting.filter(_before(OuterRef("waiting_since"), OuterRef("pk")), **same)
    heads = waiting.filter(~Exists(older))
    own = heads.filter(statement=coding.statement_id, party=coding.party_id, issue=coding.issue_id).first()
    return _place(heads, own or coding)


def _by_waiting(waiting: QuerySet[Coding]) -> QuerySet[Any]:
    # an import may not know when a reading was handed in
    return waiting.order_by().annotate(waiting_since=Coalesce("submitted_at", "created_at"))


def _before(instant: Any, key: Any) -> Q:
    return Q(waiting_since__lt=instant) | Q(waiting_since=instant, pk__lt=key)


def _place(waiting: QuerySet[Coding], coding: Coding) -> Place:
    rows = _by_waiting(waiting)
    ahead = _before(coding.submitted_at or coding.created_at, coding.pk)
    counted = rows.aggregate(
        total=Count("pk"), ahead=Count("pk", filter=ahead), queued=Count("pk", filter=Q(pk=coding.pk))
    )
    others = rows.exclude(pk=coding.pk).annotate(is_ahead=Case(When(ahead, then=1), default=0))
    return Place(
        number=counted["ahead"] + 1 if counted["queued"] else 0,
        total=counted["total"],
        previous=others.order_by("-is_ahead", "-waiting_since", "-pk").values_list("pk", flat=True).first(),
        next=others.order_by("is_ahead", "waiting_since", "pk").values_list("pk", flat=True).first(),
    )


def reading_in_review(reader: Reader, coding: Coding) -> ReadingInReview:
    """The quote's surroundings, the codebook's words, the coder's earlier readings and the party's position today."""
    before, after = _around(coding.statement)
    written = CodebookEntry.objects.filter(version=coding.codebook_id, issue=coding.issue_id).select_related("issue")
    entry = written.first()
    earlier = codings_for(reader).filter(
        coder=coding.coder, issue=coding.issue_id, created_at__lte=coding.created_at, retired_at=None
    )
    present = positions_for(reader, coding.negotiation, Moment.now(), parties=[coding.party], issues=[coding.issue])
    return ReadingInReview(
        before=before,
        after=after,
        words=words_of(entry) if entry else own_words(coding.issue),
        earlier=list(
            earlier.exclude(pk=coding.pk)
            .select_related("statement", "party")
            .order_by("-created_at", "pk")[:EARLIER_SHOWN]
        ),
        present=present[0] if present else None,
    )


def _around(statement: Statement) -> tuple[str, str]:
    """The text just before and after the passage, cut in the database: a source may be a megabyte long."""
    if statement.text_id is None or statement.start is None or statement.end is None:
        return statement.prefix, statement.suffix
    from_here = max(0, statement.start - CONTEXT_LENGTH)
    # the database counts characters from 1
    rows = SourceText.objects.filter(pk=statement.text_id).annotate(
        before=Substr("text", from_here + 1, statement.start - from_here),
        after=Substr("text", statement.end + 1, CONTEXT_LENGTH),
    )
    found: tuple[str, str] = rows.values_list("before", "after").get()
    return found
