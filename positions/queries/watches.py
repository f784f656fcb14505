"""What a watch finds between two instants, and what of it its owner may still see."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from positions.analysis.red_lines import CROSSED, DECLARED, SOFTENED
from positions.analysis.types import Shift
from positions.enums import CodingStatus, ConditionStatus, Role, WatchKind
from positions.models import Coding, ConditionStatusEntry, Notice, Source, Statement, Watch
from positions.queries.access import (
    Reader,
    codings_for,
    negotiations_for,
    published_codings_for,
    sources_for,
    statements_for,
)
from positions.queries.evidence import Moment
from positions.queries.ledgers import red_lines_for
from positions.queries.positions import shifts_for

MOVES = ("moved", "reversed", "mixed", "resolved")
RED_LINES = (DECLARED, SOFTENED, CROSSED)


@dataclass(frozen=True)
class Occurrence:
    """One thing found: the day it happened, and the slugs and ids that tell it."""

    on: date | None
    facts: dict[str, Any]

    @property
    def key(self) -> str:
        """A digest of what makes it one thing: its facts without the passages and counts behind it."""
        told = {name: value for name, value in self.facts.items() if name not in ("statements", "count")}
        return hashlib.sha256(json.dumps([self.on, told], sort_keys=True, default=str).encode()).hexdigest()


def find_occurrences(reader: Reader, watch: Watch, since: datetime, now: Moment) -> list[Occurrence]:
    """What the watch is about and happened in the record after ``since``, as far as the reader may see it now.

    Asked twice of the method, as known then and as known now, with the rights held now: what is in the
    second answer and not in the first is new. A negotiation that came into sight meanwhile is no news.
    """
    if not negotiations_for(reader).filter(pk=watch.negotiation_id).exists():
        return []
    match watch.kind:
        case WatchKind.MOVE:
            found = _new(_moves(reader, watch, then_and_now) for then_and_now in _moments(since, now))
        case WatchKind.RED_LINE:
            found = _new(_red_lines(reader, watch, then_and_now) for then_and_now in _moments(since, now))
        case WatchKind.CONDITION:
            found = list(_conditions(reader, watch, since, now))
        case WatchKind.STATEMENT:
            found = list(_statements(reader, watch, since, now))
        case _:
            found = list(_reviews(reader, watch, since))
    return found


def _moments(since: datetime, now: Moment) -> tuple[Moment, Moment]:
    # the same day twice: a date that comes round is no change of the record
    return Moment(now.as_of, since), now


def _new(answers: Iterable[Iterable[Occurrence]]) -> list[Occurrence]:
    before, after = (list(answer) for answer in answers)
    known = {occurrence.key for occurrence in before}
    return [occurrence for occurrence in after if occurrence.key not in known]


def _chosen(watch: Watch) -> dict[str, Any]:
    return {
        "parties": None if watch.party is None else [watch.party],
        "issues": None if watch.issue is None else [watch.issue],
    }


def _moves(reader: Reader, watch: Watch, moment: Moment) -> Iterator[Occurrence]:
    for shift in shifts_for(reader, watch.negotiation, moment, kinds=MOVES, others=[], **_chosen(watch)):
        yield Occurrence(shift.on, _facts_of_shift(shift))


def _facts_of_shift(shift: Shift) -> dict[str, Any]:
    before = shift.before
    return {
        "party": shift.party,
        "issue": shift.issue,
        "footing": shift.footing,
        "kind": shift.kind,
        "steps": shift.steps,
        "before": None if before is None else before.stance,
        "after": shift.after.stance,
        "low": shift.after.low,
        "high": shift.after.high,
        "statements": [*shift.after.statements[:1], *(before.statements[:1] if before else ())],
    }


def _red_lines(reader: Reader, watch: Watch, moment: Moment) -> Iterator[Occurrence]:
    for line in red_lines_for(reader, watch.negotiation, moment, **_chosen(watch)):
        for entry in line.entries:
            if entry.kind in RED_LINES:
                facts = {
                    "party": line.party,
                    "issue": line.issue,
                    "footing": line.footing,
                    "kind": entry.kind,
                    "after": entry.stance,
                    "low": entry.low,
                    "high": entry.high,
                    "statements": list(entry.statements[:1]),
                }
                yield Occurrence(entry.on, facts)


def _codings(rows: QuerySet[Coding], watch: Watch) -> QuerySet[Coding]:
    rows = rows.filter(negotiation=watch.negotiation_id)
    if watch.party_id:
        rows = rows.filter(party=watch.party_id)
    return rows.filter(issue=watch.issue_id) if watch.issue_id else rows


def _conditions(reader: Reader, watch: Watch, since: datetime, now: Moment) -> Iterator[Occurrence]:
    codings = _codings(published_codings_for(reader), watch).filter(retired_at=None)
    entries = ConditionStatusEntry.objects.filter(
        condition__coding__in=codings, recorded_at__gt=since, recorded_at__lte=now.known_at
    ).exclude(status=ConditionStatus.OPEN)
    for entry in entries.select_related("condition__coding__party", "condition__coding__issue").order_by("recorded_at"):
        coding = entry.condition.coding
        facts = {
            "party": coding.party.slug,
            "issue": coding.issue.slug,
            "kind": entry.status,
            "entry": str(entry.pk),
            "condition": str(entry.condition_id),
            "statements": [str(coding.statement_id)],
        }
        yield Occurrence(entry.on, facts)


def _statements(reader: Reader, watch: Watch, since: datetime, now: Moment) -> Iterator[Occurrence]:
    codings = _codings(published_codings_for(reader), watch).filter(
        retired_at=None, recorded_at__gt=since, recorded_at__lte=now.known_at
    )
    seen: set[UUID] = set()
    for coding in codings.select_related("party", "issue").order_by("recorded_at", "pk"):
        if coding.statement_id in seen:
            continue
        seen.add(coding.statement_id)
        facts = {
            "kind": "published",
            "statement": str(coding.statement_id),
            "party": coding.party.slug,
            "issue": coding.issue.slug,
            "statements": [str(coding.statement_id)],
        }
        yield Occurrence(coding.stated_latest, facts)


def _reviews(reader: Reader, watch: Watch, since: datetime) -> Iterator[Occurrence]:
    if not reader.has_role(watch.negotiation_id, Role.REVIEWER):
        return
    waiting = _codings(codings_for(reader), watch).filter(
        status=CodingStatus.SUBMITTED, retired_at=None, submitted_at__gt=since
    )
    if reader.user is not None:
        waiting = waiting.exclude(coder_user=reader.user)
    found: dict[tuple[UUID, date], int] = {}
    for source, at in waiting.order_by("submitted_at").values_list("statement__source", "submitted_at"):
        assert at is not None  # what was submitted has an instant
        place = (source, at.date())
        found[place] = found.get(place, 0) + 1
    for (source, on), count in found.items():
        yield Occurrence(on, {"kind": "waiting", "source": str(source), "count": count})


# ---------------------------------------------------------------- what may still be told


@dataclass(frozen=True)
class Told:
    """A notice with the records it speaks of, as far as they may be shown."""

    notice: Notice
    statements: tuple[Statement, ...]
    source: Source | None


def notices_of(reader: Reader) -> QuerySet[Notice]:
    """The reader's own notices, newest first, of negotiations they may see now."""
    if reader.user is None:
        return Notice.objects.none()
    seen = negotiations_for(reader).order_by().values("pk")
    rows = Notice.objects.filter(watch__user=reader.user, watch__negotiation__in=seen)
    return rows.select_related("watch__negotiation", "watch__party", "watch__issue")


def watches_of(reader: Reader) -> QuerySet[Watch]:
    """The reader's own watches, of negotiations they may see now."""
    if reader.user is None:
        return Watch.objects.none()
    seen = negotiations_for(reader).order_by().values("pk")
    return Watch.objects.filter(user=reader.user, negotiation__in=seen).select_related("negotiation", "party", "issue")


def told_to(reader: Reader, notices: Iterable[Notice]) -> list[Told]:
    """The notices whose records the reader may all see now; the others say nothing any more. Two queries."""
    listed = list(notices)
    statements = {key for notice in listed for key in notice.facts.get("statements", ())}
    sources = {notice.facts["source"] for notice in listed if "source" in notice.facts}
    seen = {
        str(row.pk): row
        for row in statements_for(reader)
        .filter(pk__in=statements)
        .select_related("source", "asserted_by", "speaker", "round")
    } if statements else {}  # fmt: skip
    files = {str(row.pk): row for row in sources_for(reader).filter(pk__in=sources)} if sources else {}
    found = []
    for notice in listed:
        named = [str(key) for key in notice.facts.get("statements", ())]
        source = notice.facts.get("source")
        if any(key not in seen for key in named) or (source is not None and source not in files):
            continue
        if source is not None and not reader.has_role(notice.watch.negotiation_id, Role.REVIEWER):
            continue
        found.append(Told(notice, tuple(seen[key] for key in named), files.get(source) if source else None))
    return found
