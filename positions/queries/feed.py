"""Every change since a place in the log, for whoever keeps a copy or wants word of it.

One event of the log is one change. What a change says is decided when it is read, by what its reader
may see then: a draft is silent until its publication, which is an event of its own; a negotiation
that opens to the reader is an event after which everything of it is to be read again. Most events
name their records; those that touch many, or that move the line of what may be seen, ask for the
whole negotiation to be read again, and so does every action that this module does not know.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from positions.enums import FeedKind, ReviewPolicy, Role, Visibility
from positions.models import Event, EventPlace, Negotiation
from positions.queries.access import (
    DRAFTING,
    Reader,
    codings_for,
    conditions_for,
    events_for,
    issues_for,
    negotiations_for,
    parties_for,
    persons_for,
    rounds_for,
    sources_for,
    statements_for,
)

ROWS_AT_ONCE = 200

# What the log keeps for its own sake: no record of a negotiation changes by it.
NO_RECORD = ("user", "job", "suggestionrefusal", "webhook", "watch", "savedview")
NO_CHANGE = ("read_by_administrator", "suggestion_refused")
# A reading that others could see goes back to its coder.
TAKEN_FROM_VIEW = ("coding_recalled", "coding_returned")
# What happens to a reading before it is published, told to those who could see it then.
BEFORE_PUBLICATION = ("coding_submitted", "coding_recalled", "coding_returned", "coding_rejected")
# What touches unpublished readings alone, told to those who read it in the log.
INSIDE = (*(each for each in DRAFTING if each not in TAKEN_FROM_VIEW), "drafts_deleted", "codings_reassigned")

# The column of the log's subject type, the resource of the API it stands for.
RESOURCES = {
    "negotiation": "negotiations",
    "round": "rounds",
    "issue": "issues",
    "party": "parties",
    "person": "persons",
    "source": "sources",
    "statement": "statements",
    "coding": "codings",
    "condition": "conditions",
}
# Actions in a negotiation that name all their records; everything else asks for it to be read again.
NAMED = (
    "negotiation_created", "negotiation_updated", "round_added", "round_updated", "issue_added", "issue_updated",
    "source_registered", "source_text_fixed",
    "statement_recorded", "joint_statement_recorded", "statement_corrected", "statement_withdrawn",
    "statement_reinstated", "passage_tagged", "passage_edited", "passage_withdrawn", "passage_undone",
    "coding_drafted", "coding_edited", "coding_draft_deleted", "coding_submitted", "coding_recalled",
    "coding_returned", "coding_rejected", "coding_published", "codings_adjudicated", "coding_corrected",
    "coding_withdrawn", "coding_reinstated",
    "condition_status_set", "statements_related", "relation_withdrawn",
)  # fmt: skip
# Fields of a record that decide what of it, or of others, may be seen.
LINES_OF_SIGHT = ("visibility", "review_policy", "attribution")


@dataclass(frozen=True)
class Reference:
    """A record by its resource in the API and its id or slug there; ``is_visible`` to the reader now."""

    resource: str
    id: str
    is_visible: bool = True


@dataclass(frozen=True)
class Change:
    """One change, as its reader may know of it.

    ``subject`` is what the event speaks of, first among ``records``. ``action`` and ``actor`` are empty
    for a reader to whom the log is not open.
    """

    place: int
    token: UUID
    at: datetime
    kind: FeedKind
    subject: Reference
    records: tuple[Reference, ...]
    negotiation: Negotiation | None
    action: str = ""
    actor: str = ""


@dataclass(frozen=True)
class Feed:
    """What a reader asks of the feed: all of it, or one negotiation's.

    That something is no longer to be seen is told only where it happened at ``told_since`` or later:
    to a reader whose copy may hold it.
    """

    reader: Reader
    told_since: datetime
    negotiation: Negotiation | None = None

    def after(self, place: int, limit: int) -> tuple[list[Change], bool]:
        """The first ``limit`` changes after a place, and whether there are more."""
        found: list[Change] = []
        for change in self._changes(self._rows().filter(place__gt=place).order_by("place")):
            if len(found) == limit:
                return found, True
            found.append(change)
        return found, False

    def newest(self) -> Change | None:
        """The latest change; null where the reader has none."""
        return next(self._changes(self._rows().order_by("-place")), None)

    def at(self, place: int) -> Change | None:
        """The change at a place; null where the reader may know of none."""
        return next(self._changes(self._rows().filter(place=place).order_by("place")), None)

    def _changes(self, rows: QuerySet[EventPlace]) -> Iterator[Change]:
        descends = rows.query.order_by == ("-place",)
        batch = list(rows[:ROWS_AT_ONCE])
        while batch:
            yield from _told(self, batch)
            if len(batch) < ROWS_AT_ONCE:
                return
            last = batch[-1].place
            batch = list(rows.filter(**{"place__lt" if descends else "place__gt": last})[:ROWS_AT_ONCE])

    def _rows(self) -> QuerySet[EventPlace]:
        """The places whose events may concern the reader: a little more than what they are told."""
        rows = EventPlace.objects.select_related("event__negotiation").filter(place__isnull=False)
        rows = rows.exclude(Q(event__subject_type__in=NO_RECORD) | Q(event__action__in=NO_CHANGE))
        if self.negotiation is not None:
            rows = rows.filter(event__negotiation=self.negotiation)
        if self.reader.is_administrator:
            return rows
        in_sight = Q(event__negotiation__isnull=True) | Q(
            Exists(negotiations_for(self.reader).order_by().filter(pk=OuterRef("event__negotiation_id")))
        )
        readable = Exists(events_for(self.reader).order_by().filter(pk=OuterRef("event_id")))
        shut = Q(event__action="negotiation_updated", event__at__gte=self.told_since) & (
            Q(event__after__visibility=Visibility.RESTRICTED) | Q(event__after__visibility=Visibility.INTERNAL)
        )
        mine = Q()
        if self.reader.user is not None:
            name = self.reader.user.get_username()
            mine = Q(event__action="member_removed", event__before__user=name, event__at__gte=self.told_since)
        insider = Q(event__negotiation__in=self.reader.ids_from(Role.ANALYST))
        others = (
            in_sight
            & (~Q(event__action__in=INSIDE) | Q(readable))
            & (~Q(event__action__in=BEFORE_PUBLICATION) | insider)
        )
        return rows.filter(others | shut | mine)


# ---------------------------------------------------------------- what an event says to its reader


def _told(feed: Feed, batch: Sequence[EventPlace]) -> Iterator[Change]:
    """The changes that the events of a batch are for the reader, in their order."""
    reader = feed.reader
    events = [row.event for row in batch]
    asked = {event.negotiation_id for event in events if event.negotiation_id}
    if reader.is_administrator:
        open_now = asked
    else:
        open_now = set(negotiations_for(reader).filter(pk__in=asked).values_list("pk", flat=True)) if asked else set()
    named = {event.pk: _named(event) for event in events if not _is_wide(event)}
    seen = _seen(reader, named.values())
    for row in batch:
        event = row.event
        if event.negotiation is not None and event.negotiation_id not in open_now:
            change = _closed(feed, row)
        elif event.subject_type == "member":
            change = _wide(feed, row) if _concerns(reader, event) else None
        elif event.pk in named:
            change = _narrow(feed, row, named[event.pk], seen)
        else:
            change = _wide(feed, row)
        if change is not None:
            yield change


def _is_wide(event: Event) -> bool:
    """Whether more may have changed, or come into sight, than the event names."""
    if event.negotiation_id is None:
        return event.subject_type not in ("party", "person")
    if event.action not in NAMED:
        return True
    before, after = event.before or {}, event.after or {}
    return any(name in before and before[name] != after.get(name) for name in LINES_OF_SIGHT)


def _concerns(reader: Reader, event: Event) -> bool:
    """Whether a change of membership is the reader's own: it moves what they may see, and nobody else's view."""
    name = reader.user.get_username() if reader.user else None
    return name is not None and name in ((event.before or {}).get("user"), (event.after or {}).get("user"))


def _closed(feed: Feed, row: EventPlace) -> Change | None:
    """Word that a negotiation is out of sight now, where this event took it from a reader who could see it."""
    event = row.event
    assert row.place is not None
    if event.at < feed.told_since:
        return None
    open_before = {Visibility.PUBLIC, Visibility.INTERNAL} if feed.reader.user else {Visibility.PUBLIC}
    before, after = event.before or {}, event.after or {}
    was_shut = event.action == "negotiation_updated" and (
        before.get("visibility") in open_before and after.get("visibility") not in open_before
    )
    if not was_shut and not (event.action == "member_removed" and _concerns(feed.reader, event)):
        return None
    assert event.negotiation is not None
    subject = Reference("negotiations", event.negotiation.slug, is_visible=False)
    return Change(row.place, row.token, event.at, FeedKind.CLOSED, subject, (subject,), event.negotiation)


def _wide(feed: Feed, row: EventPlace) -> Change | None:
    event = row.event
    assert row.place is not None
    if event.negotiation is None:
        return None
    subject = Reference("negotiations", event.negotiation.slug)
    return Change(
        row.place, row.token, event.at, FeedKind.REREAD, subject, (subject,), event.negotiation,
        **_signature(feed.reader, event),
    )  # fmt: skip


Named = Mapping[str, Sequence[str]]  # resource to ids, the subject's first


def _narrow(feed: Feed, row: EventPlace, named: Named, seen: Mapping[str, Mapping[str, str]]) -> Change | None:
    """The records that the event names, as far as the reader may see them or knew them."""
    event, reader = row.event, feed.reader
    assert row.place is not None
    references = [
        Reference(resource, seen[resource].get(each, each), each in seen[resource])
        for resource, ids in named.items()
        for each in ids
    ]
    if not references:
        return None
    main = references[0].resource
    lost = _reads_log(reader, event) or (event.action in TAKEN_FROM_VIEW and _works_in(reader, event))
    # ids of parties and people are no address: who cannot see them has no slug to drop either
    shown = [each for each in references if each.is_visible or (lost and each.resource not in ("parties", "persons"))]
    if not any(each.resource == main and (each.is_visible or lost) for each in shown):
        return None
    visible = [each for each in shown if each.is_visible]
    kind = FeedKind.CHANGED if any(each.resource == main for each in visible) else FeedKind.GONE
    return Change(
        row.place, row.token, event.at, kind, shown[0], tuple(shown), event.negotiation, **_signature(reader, event)
    )


def _signature(reader: Reader, event: Event) -> dict[str, str]:
    return {"action": event.action, "actor": event.actor_name} if _reads_log(reader, event) else {}


def _works_in(reader: Reader, event: Event) -> bool:
    """Whether the reader sees other people's unpublished readings there."""
    if event.negotiation is None:
        return reader.is_administrator
    open_coding = event.negotiation.review_policy != ReviewPolicy.DOUBLE
    return reader.has_role(event.negotiation.pk, Role.ANALYST if open_coding else Role.LEAD)


def _reads_log(reader: Reader, event: Event) -> bool:
    """Whether ``events_for`` shows the reader this entry, asked of a loaded event."""
    if not _works_in(reader, event):
        return False
    own = event.actor_id is not None and reader.user is not None and event.actor_id == reader.user.pk
    lead = event.negotiation is not None and reader.has_role(event.negotiation.pk, Role.LEAD)
    return reader.is_administrator or own or lead or event.action not in DRAFTING


# ---------------------------------------------------------------- which records an event names


def _named(event: Event) -> Named:
    """The records by resource and id, each once, those of the subject's own kind first."""
    before: dict[str, Any] = event.before or {}
    after: dict[str, Any] = event.after or {}
    found: dict[str, list[Any]] = defaultdict(list)
    kind = event.subject_type
    if kind in RESOURCES:
        found[RESOURCES[kind]].append(event.subject_id)
    step: dict[str, Any] = after.get("step") or {}
    if kind == "coding":
        found["codings"].append(after.get("id"))
        found["statements"] += [before.get("statement"), after.get("statement")]
    elif kind == "statement":
        found["statements"] += [after.get("id"), *_listed(step.get("statements"))]
        found["codings"] += _listed(after.get("codings"))
    elif kind in ("party", "person"):
        found[RESOURCES[kind]].append(after.get("kept"))
    elif kind == "statementgroup":
        found["statements"] += _listed(after.get("statements"))
    elif kind == "relation":
        found["statements"] += [{**before, **after}.get("statement"), {**before, **after}.get("other")]
    return {resource: distinct for resource, ids in found.items() if (distinct := _distinct(ids))}


def _listed(value: Any) -> list[Any]:
    """Ids in a list of ids, or of snapshots."""
    return [each.get("id") if isinstance(each, dict) else each for each in value] if isinstance(value, list) else []


def _distinct(ids: Iterable[Any]) -> list[str]:
    found: dict[str, None] = {}
    for each in ids:
        try:
            found[str(UUID(str(each)))] = None
        except ValueError:
            continue
    return list(found)


def _seen(reader: Reader, named: Iterable[Named]) -> dict[str, dict[str, str]]:
    """Of the records named, by resource: the ids the reader may see, with what addresses them."""
    asked: dict[str, set[str]] = {resource: set() for resource in RESOURCES.values()}
    for each in named:
        for resource, ids in each.items():
            asked[resource].update(ids)
    visible: dict[str, tuple[Any, str]] = {
        "negotiations": (negotiations_for, "slug"),
        "rounds": (rounds_for, "pk"),
        "issues": (issues_for, "pk"),
        "parties": (parties_for, "slug"),
        "persons": (persons_for, "slug"),
        "sources": (sources_for, "pk"),
        "statements": (statements_for, "pk"),
        "codings": (codings_for, "pk"),
        "conditions": (conditions_for, "pk"),
    }
    return {
        resource: {
            str(key): str(address)
            for key, address in rows_for(reader).filter(pk__in=asked[resource]).values_list("pk", column).order_by()
        }
        if asked[resource]
        else {}
        for resource, (rows_for, column) in visible.items()
    }
