"""The conditions of a negotiation as its analysts follow them: what is open, what came of the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Prefetch
from django.utils.translation import gettext

from positions.enums import CodingStatus, ConditionStatus
from positions.exceptions import NotPermitted
from positions.models import Condition, ConditionStatusEntry, Negotiation
from positions.queries.access import Reader, conditions_for
from positions.queries.evidence import Moment

ORDER = {status: place for place, status in enumerate(ConditionStatus.values)}


@dataclass(frozen=True)
class BoardRow:
    """A condition in force: its status, since when, the entry that says so (null while none does), the whole series."""

    condition: Condition
    status: str
    since: date
    entry: ConditionStatusEntry | None
    series: tuple[ConditionStatusEntry, ...]

    @property
    def status_label(self) -> str:
        return str(ConditionStatus(self.status).label)


def conditions_on_board(
    reader: Reader, negotiation: Negotiation, *, status: str = "", party: str = "", issue: str = ""
) -> list[BoardRow]:
    """The conditions of published codings in force, the open ones first and the oldest of them first.

    ``party`` (whose offer or threat, or on whom the condition falls) and ``issue`` are slugs. Raises
    :class:`NotPermitted` for whoever does not work on the negotiation.
    """
    if not reader.is_insider(negotiation.pk):
        raise NotPermitted(gettext("Only analysts, reviewers and leads follow the conditions of a negotiation."))
    now = Moment.now()
    series = ConditionStatusEntry.objects.select_related("statement__asserted_by").order_by("rank")
    found = (
        conditions_for(reader)
        .filter(coding__negotiation=negotiation, coding__status=CodingStatus.PUBLISHED, coding__retired_at=None)
        .select_related("falls_on", "coding__party", "coding__issue", "coding__statement__asserted_by")
        .prefetch_related(Prefetch("statuses", queryset=series))
    )
    if issue:
        found = found.filter(coding__issue__slug=issue)
    rows = [_row(condition, now) for condition in found]
    if party:
        rows = [row for row in rows if party in _parties_of(row.condition)]
    if status:
        rows = [row for row in rows if row.status == status]
    return sorted(rows, key=lambda row: (ORDER[row.status], row.since, row.condition.text, str(row.condition.pk)))


def _parties_of(condition: Condition) -> set[str]:
    falls_on = {condition.falls_on.slug} if condition.falls_on else set()
    return {condition.coding.party.slug} | falls_on


def _row(condition: Condition, now: Moment) -> BoardRow:
    recorded_at = condition.coding.recorded_at
    assert recorded_at is not None  # published codings have an instant
    series = tuple(condition.statuses.all())
    entry = entry_in_force(series, recorded_at, now)
    if entry is None:
        return BoardRow(condition, ConditionStatus.OPEN, condition.coding.stated_latest, None, series)
    return BoardRow(condition, entry.status, entry.on, entry, series)


def entry_in_force(
    series: Iterable[ConditionStatusEntry], coding_recorded_at: datetime, moment: Moment
) -> ConditionStatusEntry | None:
    """The entry by which a condition stands where it stands: the latest by day and instant, the later on a tie."""
    best: tuple[tuple[date, datetime], ConditionStatusEntry] | None = None
    for entry in series:
        recorded_at = entry.recorded_at or coding_recorded_at
        if entry.on > moment.as_of or recorded_at > moment.known_at:
            continue
        if best is None or (entry.on, recorded_at) >= best[0]:
            best = ((entry.on, recorded_at), entry)
    return best[1] if best else None
