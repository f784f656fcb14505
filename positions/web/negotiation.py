"""A negotiation's overview: who stands where, what moved last, what the record lacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext

from positions.analysis.position import positions
from positions.analysis.shifts import shifts
from positions.analysis.types import Position, Shift
from positions.enums import RoundStatus
from positions.models import Issue
from positions.queries.access import Reader
from positions.web.chart_files import link_chart
from positions.web.ledes import moved, tell_negotiation
from positions.web.matrix import CSV_COLUMNS, list_positions
from positions.web.matrix_table import lay_matrix
from positions.web.page_view import page
from positions.web.palette import PartyInk
from positions.web.query_string import Asked, read_moment, read_parties
from positions.web.record import PageRecord, RoundRow, find_negotiation, load_negotiation_record, load_statements
from positions.web.round_table import CSV_COLUMNS as ROUND_COLUMNS
from positions.web.round_table import choose_party, lay_rounds, list_rounds
from positions.web.rounds_strip import draw_strip
from positions.web.shift_cards import quoted_in, tell_shifts
from positions.web.take_away import write_csv
from positions.web.words import count_of, say_days

CARDS_SHOWN = 3
PARTIES_SHOWN = 10
SILENCES_SHOWN = 12
ROUNDS_SHOWN = 24


@dataclass(frozen=True, slots=True)
class RoundStory:
    """One round of the process: when, who met, how many passages each party has, what moved."""

    row: RoundRow
    days: str
    is_over: bool
    passages: tuple[tuple[PartyInk, int], ...]
    moves: tuple[tuple[PartyInk, Issue, str], ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """What the page and its charts are made of; ``chosen`` is the party of the round-by-round table."""

    record: PageRecord
    asked: Asked
    inks: Mapping[str, PartyInk]
    stands: Sequence[Position]
    shifts: Sequence[Shift]
    chosen: PartyInk | None


def load_overview(query: QueryDict, reader: Reader, slug: str) -> Overview:
    """The negotiation as asked for. Raises ``NotVisible`` or ``BadParameter``."""
    asked = read_moment(query)
    moment = asked.moment
    record = load_negotiation_record(reader, *find_negotiation(reader, slug), moment)
    asked = read_parties(query, record.parties, asked)
    inks = record.inks()
    stands = positions(record.history, moment.as_of, moment.known_at)
    found = shifts(record.history, moment.as_of, moment.known_at)
    return Overview(record, asked, inks, stands, found, choose_party(inks, stands, asked.parties))


@page
def negotiation(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    overview = load_overview(request.GET, reader, slug)
    record, asked, inks, stands = overview.record, overview.asked, overview.inks, overview.stands
    found, chosen, query = overview.shifts, overview.chosen, overview.asked.whole_query
    moves = sorted((s for s in found if moved(s)), key=lambda s: (s.on, s.party, s.issue), reverse=True)
    statements = load_statements(reader, quoted_in(moves[:CARDS_SHOWN], most=1))
    sources = {reading.source for reading in record.history.readings}
    context = {
        "negotiation": record.negotiation,
        "marking": record.marking,
        "take_away": link_chart(
            request, "negotiation", record.negotiation, query, slug, title=gettext("Where each party stands")
        ),
        "take_rounds": link_chart(request, "rounds", record.negotiation, query, slug, title=gettext("Round by round")),
        "asked": asked,
        "strip": draw_strip([row.round for row in record.rounds if row.round.status != RoundStatus.CANCELLED]),
        "tabs": _party_tabs(request, asked, inks, stands, chosen),
        "round_table": lay_rounds(record, chosen, stands, found) if chosen and record.rounds else None,
        "lede": tell_negotiation(stands, found, inks, record.issues),
        "counted": _count_all(record, len(sources)),
        "cards": tell_shifts(moves[:CARDS_SHOWN], inks, record.issues, statements, reader),
        "earlier": [(inks[s.party], record.issues[s.issue], s) for s in moves[CARDS_SHOWN : CARDS_SHOWN + 6]],
        "matrix": lay_matrix(stands, inks, record.issues, PARTIES_SHOWN),
        "rounds": _tell_rounds(record, inks, moves)[:ROUNDS_SHOWN],
        "rounds_left_out": max(0, len(record.rounds) - ROUNDS_SHOWN),
        "silences": find_silences(stands, inks, record.issues)[:SILENCES_SHOWN],
        "never": find_never_heard(stands, inks, record.issues),
    }
    return render(request, "negotiation.html", context)


@page
def negotiation_csv(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    found = load_overview(request.GET, reader, slug)
    rows = list_positions(found.record, found.stands)
    return write_csv(f"{found.record.negotiation.slug}-overview", found.record.marking, CSV_COLUMNS, rows)


@page
def rounds_csv(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    found = load_overview(request.GET, reader, slug)
    rows = list_rounds(found.record, found.chosen, found.shifts) if found.chosen else ()
    name = f"{found.record.negotiation.slug}-rounds"
    return write_csv(name, found.record.marking, ROUND_COLUMNS, rows)


def _party_tabs(
    request: HttpRequest,
    asked: Asked,
    inks: Mapping[str, PartyInk],
    stands: Sequence[Position],
    chosen: PartyInk | None,
) -> list[tuple[PartyInk, str, bool]]:
    """The parties of the round-by-round table as links to this page, at most ten."""
    heard = {p.party for p in stands}
    shown = [ink for slug, ink in inks.items() if slug in heard][:PARTIES_SHOWN]
    addresses = [f"{request.path}{replace(asked, parties=(ink.slug,)).whole_query}#round-by-round" for ink in shown]
    return [(ink, address, ink == chosen) for ink, address in zip(shown, addresses, strict=True)]


def _count_all(record: PageRecord, sources: int) -> str:
    statements = len({reading.statement for reading in record.history.readings})
    held = sum(row.round.status == RoundStatus.HELD for row in record.rounds)
    return gettext("{statements} from {sources}, {rounds}.").format(
        statements=count_of(statements, "statement"),
        sources=count_of(sources, "source"),
        rounds=count_of(held, "round held"),
    )


def _tell_rounds(record: PageRecord, inks: Mapping[str, PartyInk], moves: Sequence[Shift]) -> list[RoundStory]:
    """The rounds in order, each with the passages said at it and the moves dated to it."""
    said: dict[int, Counter[str]] = {}
    for reading in {(r.statement, r.party): r for r in record.history.readings if r.round is not None}.values():
        said.setdefault(reading.round or 0, Counter())[reading.party] += 1
    order = {slug: rank for rank, slug in enumerate(inks)}
    stories = []
    for row in record.rounds:
        entry = row.round
        counts = sorted(said.get(entry.number, Counter()).items(), key=lambda item: order[item[0]])
        here = tuple(
            (
                inks[s.party],
                record.issues[s.issue],
                f"{'▲' if (s.steps or 0) > 0 else '▼'} {count_of(abs(s.steps or 0), 'step')}",
            )
            for s in reversed(moves)
            if entry.number in s.after.occasion.rounds
        )
        last = entry.ends_on or entry.starts_on
        is_over = last is not None and last <= record.moment.as_of
        passages = tuple((inks[slug], number) for slug, number in counts)
        stories.append(RoundStory(row, say_days(entry.starts_on, entry.ends_on), is_over, passages, here))
    return stories


def find_silences(
    stands: Sequence[Position], inks: Mapping[str, PartyInk], issues: Mapping[str, Issue]
) -> list[tuple[PartyInk, Issue, Position]]:
    """Parties that attended rounds since they were last heard on an issue, longest silence first."""
    quiet = [p for p in stands if p.rounds_silent]
    quiet.sort(key=lambda p: (-p.rounds_silent, p.last_evidence_on, p.party, p.issue))
    return [(inks[p.party], issues[p.issue], p) for p in quiet]


def find_never_heard(
    stands: Sequence[Position], inks: Mapping[str, PartyInk], issues: Mapping[str, Issue]
) -> list[tuple[PartyInk, list[Issue], int, int]]:
    """For each of the main parties: the issues nothing was found on, on how many something was, of how many."""
    heard: dict[str, set[str]] = {}
    for p in stands:
        heard.setdefault(p.party, set()).add(p.issue)
    named = [ink for ink in inks.values() if ink.slot is not None and ink.slug in heard]
    rows = []
    for ink in named:
        missing = [issue for issue in issues.values() if issue.slug not in heard[ink.slug]]
        if missing:
            rows.append((ink, missing, len(heard[ink.slug]), len(issues)))
    return rows
