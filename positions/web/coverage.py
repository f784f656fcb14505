"""What the record lacks: party by issue, when each was last heard and through how many rounds it was silent since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext, ngettext

from positions.analysis.coverage import Coverage, coverage
from positions.analysis.position import held_spans
from positions.models import Issue
from positions.queries.access import Reader
from positions.web.chart_axis import DayScale, choose_days
from positions.web.chart_files import link_chart
from positions.web.ledes import Phrase, compose, name_issue, name_party
from positions.web.page_view import page
from positions.web.palette import PartyInk
from positions.web.query_string import Asked, read_moment, read_parties
from positions.web.record import PageRecord, find_negotiation, load_negotiation_record
from positions.web.take_away import write_csv
from positions.web.words import say_day_short

PARTIES_SHOWN = 10
SILENCES_SHOWN = 40
LINE_WIDTH = 240.0
CSV_COLUMNS = ("party", "issue", "last_heard_on", "last_evidence_on", "rounds_attended", "rounds_silent", "never_heard")


@dataclass(frozen=True, slots=True)
class SilenceLine:
    """A silence in pixels: the dot of the last evidence, a tick for each round attended since, and where it ends."""

    dot: float
    ticks: tuple[float, ...]
    end: float


@dataclass(frozen=True, slots=True)
class Silence:
    """A pair that was heard, and then not at the rounds the party attended."""

    ink: PartyInk
    issue: Issue
    found: Coverage
    line: SilenceLine


@dataclass(frozen=True, slots=True)
class CoverageAsked:
    """Every pair asked for, with the names to tell them; ``attended`` counts the held rounds of a party."""

    record: PageRecord
    asked: Asked
    inks: Mapping[str, PartyInk]
    pairs: tuple[Coverage, ...]
    attended: Mapping[str, int]


def load_coverage(query: QueryDict, reader: Reader, slug: str) -> CoverageAsked:
    """What the page and its CSV show. Raises ``NotVisible`` or ``BadParameter``."""
    asked = read_moment(query)
    record = load_negotiation_record(reader, *find_negotiation(reader, slug), asked.moment)
    asked = read_parties(query, record.parties, asked)
    parties = [party for party in record.parties if not asked.parties or party in asked.parties]
    issues = [slug for slug, issue in record.issues.items() if issue.merged_into_id is None]
    pairs = coverage(record.history, parties, issues, asked.moment.as_of, asked.moment.known_at)
    attended = {party: len(starts) for party, starts in held_spans(record.history.rounds, asked.moment.as_of).items()}
    return CoverageAsked(record, asked, record.inks(asked.parties), tuple(pairs), attended)


@page
def coverage_page(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    found = load_coverage(request.GET, reader, slug)
    silences = list(_tell_silences(found))
    parties = [ink for party, ink in found.inks.items() if any(pair.party == party for pair in found.pairs)]
    shown = parties if found.asked.parties else parties[:PARTIES_SHOWN]
    by_pair = {(pair.issue, pair.party): pair for pair in found.pairs}
    listed = list(found.record.parties)[:16]
    context = {
        "negotiation": found.record.negotiation,
        "marking": found.record.marking,
        "asked": found.asked,
        "choices": [(found.inks[p], not found.asked.parties or p in found.asked.parties) for p in listed],
        "take_away": link_chart(request, "coverage", found.record.negotiation, found.asked.whole_query, slug),
        "lede": tell_coverage(found),
        "silences": silences[:SILENCES_SHOWN],
        "silences_left_out": max(0, len(silences) - SILENCES_SHOWN),
        "parties": shown,
        "parties_left_out": len(parties) - len(shown),
        "rows": [
            (issue, [by_pair[slug_of_issue, ink.slug] for ink in shown])
            for slug_of_issue, issue in found.record.issues.items()
            if issue.merged_into_id is None
        ],
    }
    return render(request, "coverage.html", context)


@page
def coverage_csv(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    found = load_coverage(request.GET, reader, slug)
    rows: list[tuple[object, ...]] = []
    for pair in found.pairs:
        cells = (
            pair.party, pair.issue, pair.heard_on or "", pair.evidence_on or "", found.attended.get(pair.party, 0),
            pair.rounds_silent, str(pair.heard_on is None).lower(),
        )  # fmt: skip
        rows.append(cells)
    return write_csv(f"{found.record.negotiation.slug}-coverage", found.record.marking, CSV_COLUMNS, rows)


def tell_coverage(found: CoverageAsked) -> list[Phrase]:
    """How many of the pairs were never heard, and the longest silence."""
    if not found.pairs:
        return [Phrase(gettext("Nothing is in the record yet."))]
    heard = sum(pair.heard_on is not None for pair in found.pairs)
    pairs = len(found.pairs)
    sentence = ngettext(
        "Of {count} pair of party and issue, {heard} were heard.",
        "Of {count} pairs of party and issue, {heard} were heard.",
        pairs,
    )
    phrases = [Phrase(sentence.format(count=pairs, heard=heard)), Phrase(" ")]
    quiet = rank_silences(found.pairs)
    if not quiet:
        return [*phrases, Phrase(gettext("Nobody was silent at a round it attended after it was heard."))]
    first = quiet[0]
    sentence = ngettext(
        "The longest silence is that of {party} on {issue}: nothing found since {day}, through {count} round.",
        "The longest silence is that of {party} on {issue}: nothing found since {day}, through {count} rounds.",
        first.rounds_silent,
    )
    silence = compose(
        sentence,
        party=name_party(first.party, found.inks),
        issue=name_issue(first.issue, found.record.issues),
        day=_last_word(first),
        count=f"{first.rounds_silent}",
    )
    return phrases + silence


def _last_word(pair: Coverage) -> str:
    last = pair.evidence_on or pair.heard_on
    return say_day_short(last) if last is not None else gettext("the beginning")


def rank_silences(pairs: Sequence[Coverage]) -> list[Coverage]:
    """The pairs heard and then silent, most rounds first, then longest ago."""
    quiet = [pair for pair in pairs if pair.heard_on is not None and pair.silent_at]
    return sorted(quiet, key=lambda pair: (-pair.rounds_silent, pair.evidence_on or pair.heard_on, pair.party))


def _tell_silences(found: CoverageAsked) -> list[Silence]:
    quiet = rank_silences(found.pairs)
    days = [day for pair in quiet for day in (pair.evidence_on or pair.heard_on, *pair.silent_at) if day is not None]
    if not days:
        return []
    first, last = choose_days(days, [])
    scale = DayScale(first, last, 4, LINE_WIDTH - 4)
    return [
        Silence(
            found.inks[pair.party],
            found.record.issues[pair.issue],
            pair,
            SilenceLine(
                scale.at(pair.evidence_on or pair.heard_on or first),
                tuple(scale.at(day) for day in pair.silent_at),
                LINE_WIDTH - 4,
            ),
        )
        for pair in quiet
    ]
