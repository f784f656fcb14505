"""Contradictions of all parties: one party on both sides of an issue within a window, or two of its speakers apart."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from positions.analysis.contradictions import SPEAKERS_APART_STEPS, WINDOW_DAYS, Contradiction, contradictions
from positions.models import Issue, Statement
from positions.queries.access import Reader, statements_for
from positions.web.ledes import Phrase, compose, list_parties
from positions.web.page_view import page
from positions.web.palette import PartyInk
from positions.web.query_string import Asked, BadParameter, read_moment, read_parties, read_single
from positions.web.quotations import Quotation, quote_statement
from positions.web.record import PageRecord, find_negotiation, load_negotiation_record, load_statements
from positions.web.take_away import write_csv

LONGEST_WINDOW_DAYS = 365
ROWS_SHOWN = 60
CSV_COLUMNS = (
    "party", "issue", "kind", "days", "steps", "earlier_on", "earlier_stance", "earlier_statement", "later_on",
    "later_stance", "later_statement",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ContradictionRow:
    """Two passages that do not go together, in words."""

    issue: Issue
    found: Contradiction
    words: str
    earlier: Quotation | None
    later: Quotation | None


@dataclass(frozen=True, slots=True)
class ContradictionsAsked:
    """The contradictions asked for, with the names to tell them."""

    record: PageRecord
    asked: Asked
    window_days: int
    inks: Mapping[str, PartyInk]
    found: tuple[Contradiction, ...]


def load_contradictions(request: HttpRequest, reader: Reader, slug: str) -> ContradictionsAsked:
    """What the page and its CSV show. Raises ``NotVisible`` or ``BadParameter``."""
    asked = read_moment(request.GET)
    window_days = read_window(request)
    record = load_negotiation_record(reader, *find_negotiation(reader, slug), asked.moment)
    asked = read_parties(request.GET, record.parties, asked)
    found = contradictions(
        record.history,
        asked.moment.as_of,
        asked.moment.known_at,
        speakers=load_speakers(reader, record, asked.parties or record.parties),
        window_days=window_days,
    )
    shown = [c for c in found if not asked.parties or c.party in asked.parties]
    rank = {party: place for place, party in enumerate(record.parties)}
    shown.sort(key=lambda c: (rank[c.party], -c.later.latest.toordinal(), c.issue))
    return ContradictionsAsked(record, asked, window_days, record.inks(asked.parties), tuple(shown))


def read_window(request: HttpRequest) -> int:
    """``window``: how many days may lie between the two passages. Raises :class:`BadParameter`."""
    value = read_single(request.GET, "window")
    if not value:
        return WINDOW_DAYS
    if not (value.isascii() and value.isdigit()) or len(value) > 4 or not 1 <= int(value) <= LONGEST_WINDOW_DAYS:
        raise BadParameter(
            "window", value, gettext("must be a whole number of days from 1 to {most}").format(most=LONGEST_WINDOW_DAYS)
        )
    return int(value)


@page
def contradictions_page(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    found = load_contradictions(request, reader, slug)
    shown = found.found[:ROWS_SHOWN]
    statements = load_statements(reader, {r.statement for c in shown for r in (c.earlier, c.later)})
    groups: dict[str, list[ContradictionRow]] = {}
    for c in shown:
        groups.setdefault(c.party, []).append(tell_contradiction(c, found.record, statements, reader))
    listed = list(found.record.parties)[:16]
    context = {
        "negotiation": found.record.negotiation,
        "marking": found.record.marking,
        "asked": found.asked,
        "choices": [(found.inks[p], not found.asked.parties or p in found.asked.parties) for p in listed],
        "csv_address": reverse("contradictions-csv", args=[slug]),
        "window": found.window_days,
        "longest_window": LONGEST_WINDOW_DAYS,
        "apart": SPEAKERS_APART_STEPS,
        "lede": tell_contradictions(found),
        "groups": [(found.inks[party], rows) for party, rows in groups.items()],
        "left_out": len(found.found) - len(shown),
    }
    return render(request, "contradictions.html", context)


@page
def contradictions_csv(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    found = load_contradictions(request, reader, slug)
    rows: list[tuple[object, ...]] = []
    for c in found.found:
        sides = [cell for r in (c.earlier, c.later) for cell in (r.latest, r.stance, r.statement)]
        rows.append((c.party, c.issue, c.kind, c.days, c.steps, *sides))
    return write_csv(f"{found.record.negotiation.slug}-contradictions", found.record.marking, CSV_COLUMNS, rows)


def tell_contradictions(found: ContradictionsAsked) -> list[Phrase]:
    """How many there are, whose, and within how many days."""
    days = found.window_days
    if not found.found:
        sentence = ngettext(
            "Nobody was found on both sides of an issue within {count} day.",
            "Nobody was found on both sides of an issue within {count} days.",
            days,
        )
        return [Phrase(sentence.format(count=days))]
    parties = list(dict.fromkeys(c.party for c in found.found))
    window = ngettext("within {count} day", "within {count} days", days).format(count=days)
    sentence = ngettext(
        "{count} pair of passages {window} that cannot both be the party’s position: {parties}.",
        "{count} pairs of passages {window} that cannot both be the party’s position: {parties}.",
        len(found.found),
    )
    return compose(sentence, count=f"{len(found.found)}", window=window, parties=list_parties(parties, found.inks))


def load_speakers(reader: Reader, record: PageRecord, parties: Collection[str]) -> dict[str, str]:
    """Who spoke each of the parties' own statements, where the reader may know; two queries."""
    ids = {r.statement for r in record.history.readings if r.party in parties and r.asserted_by == r.party}
    spoken = statements_for(reader).filter(pk__in=ids, speaker__isnull=False).select_related("source", "speaker")
    spoken = spoken.prefetch_related("superseded_by")
    return {str(s.pk): s.speaker.name for s in spoken if s.speaker is not None and reader.sees_speaker(s)}


def tell_contradiction(
    c: Contradiction, record: PageRecord, statements: Mapping[str, Statement], reader: Reader
) -> ContradictionRow:
    days = (
        ngettext("{count} day apart", "{count} days apart", c.days).format(count=c.days)
        if c.days
        else gettext("on one day")
    )
    if c.kind == "both_sides":
        words = gettext("On both sides, {days}").format(days=days)
    else:
        sentence = ngettext(
            "Two speakers {count} step apart, {days}", "Two speakers {count} steps apart, {days}", c.steps
        )
        words = sentence.format(count=c.steps, days=days)
    quotes: Iterator[Quotation | None] = (
        quote_statement(statements[r.statement], reader) if r.statement in statements else None
        for r in (c.earlier, c.later)
    )
    return ContradictionRow(record.issues[c.issue], c, words, next(quotes), next(quotes))
