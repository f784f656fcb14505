"""What waits for whom: the desk's queues of codings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from positions.enums import CodingStatus, ReviewPolicy, Role
from positions.models import Coding
from positions.queries.access import Reader, codings_for


@dataclass(frozen=True)
class Queue:
    """Codings that wait for the reader; ``unit`` names the columns of which one task is made."""

    slug: str
    title: str
    explanation: str
    rows: Callable[[Reader], QuerySet[Coding]]
    unit: tuple[str, ...] = ("pk",)

    def count(self, reader: Reader) -> int:
        """How many tasks wait."""
        number: int = self.rows(reader).order_by().values(*self.unit).distinct().count()
        return number


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


QUEUES = (
    Queue("drafts", "My drafts", "begun and not handed in", drafts_of),
    Queue("returned", "Returned to me", "sent back with a comment", returned_to),
    Queue("review", "To review", "handed in by others", waiting_for_review_by),
    Queue(
        "adjudicate",
        "To adjudicate",
        "two blind readings of one passage",
        waiting_for_adjudication_by,
        ("statement", "party", "issue"),
    ),
)
