"""The conditions of a negotiation: what offers and threats hang on, on whom it falls, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext, ngettext, pgettext

from positions.analysis.evidence import status_of
from positions.analysis.types import Condition as ConditionFacts
from positions.analysis.types import Reading, StatusEntry
from positions.enums import ConditionKind, ConditionStatus
from positions.models import Condition, ConditionStatusEntry, Issue
from positions.queries.access import Reader
from positions.queries.evidence import admitted_codings
from positions.web.chart_axis import DayScale
from positions.web.chart_files import link_chart
from positions.web.page_view import page
from positions.web.palette import PartyInk
from positions.web.query_string import Asked, BadParameter, read_moment, read_parties
from positions.web.record import PageRecord, find_negotiation, load_negotiation_record
from positions.web.take_away import write_csv
from positions.web.words import join_choices, join_words, say_day_short

GLYPHS = {"open": "○", "met": "●", "failed": "✕", "withdrawn": "–"}
STRIP_WIDTH = 150.0
CSV_COLUMNS = (
    "text", "kind", "falls_on", "party", "issue", "status", "since", "first_stated_on", "last_stated_on",
    "times_stated", "statements",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stated:
    """One time a condition was stated, with its dated series."""

    statement: str
    on: date
    facts: ConditionFacts


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """A condition of one party on one issue, however often it was stated in the same words.

    ``status`` is that of the latest time it was stated; ``since`` the day of the entry that says so, or
    of the first statement while nothing has been entered. ``reason`` is what the entry rests on.
    """

    text: str
    kind: str
    falls_on: PartyInk | None
    ink: PartyInk
    issue: Issue
    status: str
    glyph: str
    since: date
    reason: str
    shown_by: str
    statements: tuple[str, ...]
    stated_on: tuple[date, ...]
    strip: ConditionStrip | None = None

    @property
    def status_words(self) -> str:
        return name_status(self.status)

    @property
    def since_words(self) -> str:
        return say_day_short(self.since)


@dataclass(frozen=True, slots=True)
class ConditionStrip:
    """A condition on the negotiation's time scale: bands of rounds, dots where it was stated, where it ended."""

    width: float
    bands: tuple[tuple[float, float], ...]
    dots: tuple[float, ...]
    solid: tuple[float, float]
    dotted: tuple[float, float]
    end: float | None
    glyph: str
    colour: str
    css_class: str
    words: str


@dataclass(frozen=True, slots=True)
class ConditionsAsked:
    """The conditions asked for, with the names to tell them."""

    record: PageRecord
    asked: Asked
    inks: Mapping[str, PartyInk]
    status: str
    rows: tuple[ConditionRow, ...]
    counts: Mapping[str, int]

    @property
    def query(self) -> str:
        """The state of the page, for its chart and its file."""
        return replace(self.asked, filters=(("status", self.status),) if self.status else ()).whole_query


def load_conditions(query: QueryDict, reader: Reader, slug: str) -> ConditionsAsked:
    """What the page and its CSV show. Raises ``NotVisible`` or ``BadParameter``."""
    asked = read_moment(query)
    record = load_negotiation_record(reader, *find_negotiation(reader, slug), asked.moment)
    asked = read_parties(query, record.parties, asked)
    status = query.get("status", "")
    if status and status not in ConditionStatus.values:
        raise BadParameter(
            "status", status, gettext("a condition is {statuses}").format(statuses=join_choices(ConditionStatus.values))
        )
    inks = record.inks(asked.parties)
    rows = list(_collect(reader, record, inks))
    if asked.parties:
        named = set(asked.parties)
        rows = [r for r in rows if r.ink.slug in named or (r.falls_on is not None and r.falls_on.slug in named)]
    counts = Counter(row.status for row in rows)
    rows = [row for row in rows if not status or row.status == status]
    return ConditionsAsked(record, asked, inks, status, tuple(rows), counts)


@page
def condition_ledger(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    found = load_conditions(request.GET, reader, slug)
    rows = _with_strips(found.rows, found.record)
    groups: dict[str, tuple[PartyInk | None, list[ConditionRow]]] = {}
    for row in rows:
        groups.setdefault(row.falls_on.slug if row.falls_on else "", (row.falls_on, []))[1].append(row)
    context = {
        "negotiation": found.record.negotiation,
        "marking": found.record.marking,
        "asked": found.asked,
        "choices": _choices(found),
        "take_away": link_chart(request, "conditions", found.record.negotiation, found.query, slug),
        "lede": tell_conditions(found.counts),
        "groups": sorted(groups.values(), key=lambda group: (group[0] is None, -len(group[1]))),
        "counts": [
            (GLYPHS[status], found.counts.get(status, 0), status, found.status == status, name_status(status))
            for status in ConditionStatus.values
        ],
        "status": found.status,
        "status_words": name_status(found.status) if found.status else "",
    }
    return render(request, "conditions.html", context)


@page
def condition_ledger_csv(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    found = load_conditions(request.GET, reader, slug)
    rows: list[tuple[object, ...]] = []
    for row in found.rows:
        cells = (
            row.text, row.kind, row.falls_on.slug if row.falls_on else "", row.ink.slug, row.issue.slug, row.status,
            row.since, row.stated_on[0], row.stated_on[-1], len(row.statements), " ".join(row.statements),
        )  # fmt: skip
        rows.append(cells)
    return write_csv(f"{found.record.negotiation.slug}-conditions", found.record.marking, CSV_COLUMNS, rows)


def tell_conditions(counts: Mapping[str, int]) -> str:
    """``Nine of ten conditions are open; none has been met, one failed.``"""
    total = sum(counts.values())
    if not total:
        return gettext("No offer or threat in the evidence found hangs on a condition.")
    none = pgettext("of the conditions", "none")
    numbers = {status: str(counts.get(status, 0) or none) for status in ConditionStatus.values}
    sentence = ngettext(
        "{count} condition: {open} open, {met} met, {failed} failed, {withdrawn} withdrawn.",
        "{count} conditions: {open} open, {met} met, {failed} failed, {withdrawn} withdrawn.",
        total,
    )
    return sentence.format(count=total, **numbers)


def name_status(status: str) -> str:
    """``open``, in the reader's language."""
    return str(ConditionStatus(status).label).lower()


def _choices(found: ConditionsAsked) -> list[tuple[PartyInk, bool]]:
    chosen = found.asked.parties
    shown = list(found.record.parties)[:16]
    shown += [slug for slug in chosen if slug not in shown]
    return [(found.inks[slug], not chosen or slug in chosen) for slug in shown]


# ---------------------------------------------------------------- loading


def _collect(reader: Reader, record: PageRecord, inks: Mapping[str, PartyInk]) -> Iterator[ConditionRow]:
    """One row for each wording of a party on an issue; open ones first, the oldest of them first."""
    readings = {reading.coding: reading for reading in record.history.readings}
    wordings: dict[tuple[str, str, str, str, str], list[tuple[Condition, Stated]]] = {}
    codings = admitted_codings(reader, record.negotiation, record.moment)
    found = (
        Condition.objects.filter(coding__in=codings)
        .select_related("falls_on")
        .prefetch_related("statuses")
        .order_by("coding_id", "rank")
    )
    for condition in found:
        reading = readings[str(condition.coding_id)]
        key = (
            reading.party,
            reading.issue,
            " ".join(condition.text.split()).casefold(),
            condition.kind,
            condition.falls_on.slug if condition.falls_on else "",
        )
        wordings.setdefault(key, []).append((condition, _stated(condition, reading)))
    rows = [_row(stated, key, record, inks) for key, stated in wordings.items()]
    order = {status: place for place, status in enumerate(ConditionStatus.values)}
    yield from sorted(rows, key=lambda row: (order[row.status], row.stated_on[0], row.ink.slug, row.issue.slug))


def _stated(condition: Condition, reading: Reading) -> Stated:
    recorded_at = reading.recorded_at
    assert recorded_at is not None  # published codings have an instant
    entries = (
        StatusEntry(entry.status, entry.on, entry.recorded_at or recorded_at) for entry in condition.statuses.all()
    )
    return Stated(reading.statement, reading.latest, ConditionFacts(tuple(entries)))


def _row(
    listed: Sequence[tuple[Condition, Stated]],
    key: tuple[str, str, str, str, str],
    record: PageRecord,
    inks: Mapping[str, PartyInk],
) -> ConditionRow:
    moment = record.moment
    listed = sorted(listed, key=lambda pair: (pair[1].on, pair[1].statement))
    condition, latest = listed[-1]
    status = status_of(latest.facts, moment.as_of, moment.known_at)
    entry = _entry_behind(condition, latest, record)
    burdened = condition.falls_on
    ink = None
    if burdened is not None:
        ink = inks.get(burdened.slug) or PartyInk(burdened.slug, burdened.name, burdened.name, None)
    return ConditionRow(
        text=condition.text,
        kind=str(ConditionKind(condition.kind).label),
        falls_on=ink,
        ink=inks[key[0]],
        issue=record.issues[key[1]],
        status=status,
        glyph=GLYPHS[status],
        since=entry.on if entry is not None else listed[0][1].on,
        reason=entry.reason if entry is not None else "",
        shown_by=str(entry.statement_id) if entry is not None and entry.statement_id else "",
        statements=tuple(dict.fromkeys(stated.statement for _, stated in listed)),
        stated_on=tuple(dict.fromkeys(stated.on for _, stated in listed)),
    )


def _entry_behind(condition: Condition, stated: Stated, record: PageRecord) -> ConditionStatusEntry | None:
    """The entry by which the condition stands where it stands; null while nothing has been entered."""
    moment = record.moment
    best: tuple[tuple[date, object], ConditionStatusEntry] | None = None
    for facts, entry in zip(stated.facts.entries, condition.statuses.all(), strict=True):
        if facts.on <= moment.as_of and facts.recorded_at <= moment.known_at:
            when = (facts.on, facts.recorded_at)
            if best is None or when >= best[0]:
                best = (when, entry)
    return best[1] if best else None


# ---------------------------------------------------------------- drawing


def _with_strips(rows: Iterable[ConditionRow], record: PageRecord) -> list[ConditionRow]:
    listed = list(rows)
    rounds = [row.round for row in record.rounds if row.round.starts_on is not None]
    days = [day for row in listed for day in (*row.stated_on, row.since)]
    days += [day for entry in rounds for day in (entry.starts_on, entry.ends_on) if day is not None]
    if not days or min(days) == max(days):
        return listed
    scale = DayScale(min(days), max(days), 4, STRIP_WIDTH - 10)
    bands = tuple(
        (
            scale.at(entry.starts_on, 0),
            max(1.5, round(scale.at(entry.ends_on or entry.starts_on, 1) - scale.at(entry.starts_on, 0), 1)),
        )
        for entry in rounds
        if entry.starts_on is not None
    )
    return [_draw(row, scale, bands) for row in listed]


def _draw(row: ConditionRow, scale: DayScale, bands: tuple[tuple[float, float], ...]) -> ConditionRow:
    dots = tuple(scale.at(day) for day in row.stated_on)
    ended = row.status != ConditionStatus.OPEN
    end = scale.at(row.since) if ended else None
    sentence = gettext("Stated {days}; {status} since {since}") if ended else gettext("Stated {days}; {status}")
    words = sentence.format(
        days=join_words([say_day_short(day) for day in row.stated_on]),
        status=row.status_words,
        since=row.since_words,
    )
    strip = ConditionStrip(
        width=STRIP_WIDTH,
        bands=bands,
        dots=dots,
        solid=(dots[0], dots[-1]),
        dotted=(dots[-1], end if end is not None else scale.right),
        end=end,
        glyph=row.glyph,
        colour=row.ink.colour,
        css_class=row.ink.css_class,
        words=words,
    )
    return ConditionRow(**{name: getattr(row, name) for name in ConditionRow.__slots__ if name != "strip"}, strip=strip)
