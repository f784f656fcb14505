"""One round: who met, who said what on each issue, what changed, and the accounts of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from positions.analysis.shifts import MOVES, shifts
from positions.analysis.types import Reading, Shift
from positions.models import DelegationMember, Issue, Source
from positions.queries.access import Reader
from positions.web.ledes import Phrase, compose, list_parties
from positions.web.page_view import page
from positions.web.palette import PartyInk
from positions.web.query_string import read_moment
from positions.web.quotations import Quotation, quote_statement
from positions.web.readouts import find_round, pairs_worth_reading, sources_of_round
from positions.web.record import PageRecord, RoundRow, find_negotiation, load_negotiation_record, load_statements
from positions.web.round_table import RoundCell, tell_readings
from positions.web.shift_cards import quoted_in, tell_shifts
from positions.web.words import count_of, say_days, spell_count

QUOTES_SHOWN = 3
PAIRS_SHOWN = 6


@dataclass(frozen=True, slots=True)
class DelegationStory:
    """A party at the round, who headed it, and who else came, with the titles they held."""

    ink: PartyInk
    head: str
    members: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What one party said on one issue at the round: what it amounts to, and the passages."""

    ink: PartyInk
    cell: RoundCell | None
    quotations: tuple[Quotation, ...]
    more: int


@dataclass(frozen=True, slots=True)
class IssueAtRound:
    issue: Issue
    said: tuple[Said, ...]


@page
def round_page(request: HttpRequest, reader: Reader, slug: str, number: int) -> HttpResponse:
    asked = read_moment(request.GET)
    record = load_negotiation_record(reader, *find_negotiation(reader, slug), asked.moment)
    held = find_round(record, number)
    row = next(row for row in record.rounds if row.round == held)
    inks = record.inks()
    readings = [reading for reading in record.history.readings if reading.round == number]
    moves = [
        s
        for s in shifts(record.history, asked.moment.as_of, asked.moment.known_at)
        if s.kind in (*MOVES, "mixed", "resolved") and number in s.after.occasion.rounds
    ]
    quoted = {reading.statement for reading in readings} | quoted_in(moves, most=1)
    statements = load_statements(reader, quoted)
    quotations = {key: quote_statement(statement, reader) for key, statement in statements.items()}
    sources = sources_of_round(reader, record, number)
    numbers = [other.round.number for other in record.rounds]
    place = numbers.index(number)
    context = {
        "negotiation": record.negotiation,
        "marking": record.marking,
        "asked": asked,
        "round": held,
        "days": say_days(held.starts_on, held.ends_on),
        "before": record.rounds[place - 1].round if place else None,
        "after": record.rounds[place + 1].round if place + 1 < len(numbers) else None,
        "lede": tell_round(row, readings, moves, sources, inks),
        "delegations": _tell_delegations(row, inks),
        "issues": _tell_issues(readings, record, inks, quotations),
        "cards": tell_shifts(moves, inks, record.issues, statements, reader),
        "sources": sources,
        "pairs": list(pairs_worth_reading(sources))[:PAIRS_SHOWN],
    }
    return render(request, "round.html", context)


def tell_round(
    row: RoundRow,
    readings: Sequence[Reading],
    moves: Sequence[Shift],
    sources: Sequence[Source],
    inks: Mapping[str, PartyInk],
) -> list[Phrase]:
    """Who met, how much was said, and whether anybody moved."""
    phrases: list[Phrase] = []
    met = [delegation.party for delegation in row.delegations if delegation.party in inks]
    if met:
        sentence = ngettext("{parties} took part.", "{parties} took part.", len(met))
        phrases += compose(sentence, parties=list_parties(sorted(met, key=list(inks).index), inks))
        phrases.append(Phrase(" "))
    if not readings:
        return [*phrases, Phrase(gettext("No passage of it is in the record."))]
    passages = len({reading.statement for reading in readings})
    phrases.append(
        Phrase(
            gettext("{passages} from {sources}.").format(
                passages=count_of(passages, "passage").capitalize(), sources=count_of(len(sources), "source")
            )
        )
    )
    phrases.append(Phrase(" "))
    movers = sorted({shift.party for shift in moves}, key=list(inks).index)
    if movers:
        sentence = ngettext(
            "{parties} moved, {count} shift in all.", "{parties} moved, {count} shifts in all.", len(moves)
        )
        phrases += compose(sentence, parties=list_parties(movers, inks), count=spell_count(len(moves)))
    else:
        phrases.append(Phrase(gettext("Nobody moved along the scale.")))
    return phrases


def _tell_delegations(row: RoundRow, inks: Mapping[str, PartyInk]) -> list[DelegationStory]:
    """The delegations in order of name; one query for their members."""
    members: dict[str, list[tuple[str, str]]] = defaultdict(list)
    listed: QuerySet[DelegationMember] = DelegationMember.objects.filter(delegation__round=row.round)
    for party, name, title in listed.order_by("rank", "person__name").values_list(
        "delegation__party__slug", "person__name", "title"
    ):
        members[party].append((name, title))
    return [
        DelegationStory(
            inks.get(d.party) or PartyInk(d.party, d.name, d.name, None),
            d.head,
            tuple(member for member in members[d.party] if member[0] != d.head or member[1]),
        )
        for d in row.delegations
    ]


def _tell_issues(
    readings: Sequence[Reading], record: PageRecord, inks: Mapping[str, PartyInk], quotations: Mapping[str, Quotation]
) -> list[IssueAtRound]:
    said: dict[tuple[str, str], list[Reading]] = defaultdict(list)
    for reading in readings:
        said[reading.issue, reading.party].append(reading)
    found = []
    for slug, issue in record.issues.items():
        here = [
            _tell_party(said[slug, party], inks[party], issue, quotations) for party in inks if (slug, party) in said
        ]
        if here:
            found.append(IssueAtRound(issue, tuple(here)))
    return found


def _tell_party(readings: list[Reading], ink: PartyInk, issue: Issue, quotations: Mapping[str, Quotation]) -> Said:
    ids = list(dict.fromkeys(r.statement for r in sorted(readings, key=lambda r: (r.latest, r.statement))))
    shown = [quotations[key] for key in ids if key in quotations]
    coded = [reading for reading in readings if reading.state == "coded"]
    return Said(
        ink,
        tell_readings(coded, None, ink, issue, gettext("this round")),
        tuple(shown[:QUOTES_SHOWN]),
        len(ids) - len(shown[:QUOTES_SHOWN]),
    )
