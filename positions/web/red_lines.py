"""The red lines of a negotiation: declared, repeated, softened, crossed, or no longer mentioned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext, ngettext, pgettext, pgettext_lazy

from positions.analysis.red_lines import CROSSED, NOT_REPEATED, SOFTENED, RedLine, red_lines
from positions.models import Issue, Statement
from positions.queries.access import Reader
from positions.web.chart_files import link_chart
from positions.web.ledes import Phrase, compose, list_parties
from positions.web.page_view import page
from positions.web.palette import PartyInk
from positions.web.query_string import Asked, read_moment, read_parties
from positions.web.quotations import Quotation, quote_statement
from positions.web.record import PageRecord, find_negotiation, load_negotiation_record, load_statements
from positions.web.take_away import write_csv
from positions.web.words import say_day_short, sign_position, sign_stance

KIND_WORDS = {
    "declared": pgettext_lazy("a red line", "declared"),
    "repeated": pgettext_lazy("a red line", "repeated"),
    "not_repeated": pgettext_lazy("a red line", "not repeated, which is no withdrawal"),
    "softened": pgettext_lazy("a red line", "softened"),
    "crossed": pgettext_lazy("a red line", "crossed"),
}
GLYPHS = {"declared": "◆", "repeated": "◆", "not_repeated": "◇", "softened": "▽", "crossed": "✕"}
CSV_COLUMNS = (
    "issue", "party", "footing", "declared_on", "last_spoken_on", "stance", "status", "rounds_silent", "on", "kind",
    "statements",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineEntry:
    """One occasion in a line's life, with a passage that shows it."""

    on_words: str
    glyph: str
    words: str
    stance: str
    rounds: tuple[int, ...]
    quotation: Quotation | None
    more: int


@dataclass(frozen=True, slots=True)
class LineStory:
    """A red line for the page."""

    ink: PartyInk
    issue: Issue
    line: RedLine
    stance: str
    pole: str
    status_words: str
    entries: tuple[LineEntry, ...]


@dataclass(frozen=True, slots=True)
class LinesAsked:
    """The red lines asked for, with the names to tell them."""

    record: PageRecord
    asked: Asked
    inks: Mapping[str, PartyInk]
    lines: tuple[RedLine, ...]


def load_lines(query: QueryDict, reader: Reader, slug: str) -> LinesAsked:
    """What the page and its CSV show. Raises ``NotVisible`` or ``BadParameter``."""
    asked = read_moment(query)
    record = load_negotiation_record(reader, *find_negotiation(reader, slug), asked.moment)
    asked = read_parties(query, record.parties, asked)
    found = red_lines(record.history, asked.moment.as_of, asked.moment.known_at)
    chosen = set(asked.parties)
    lines = [line for line in found if not chosen or line.party in chosen]
    rank = {party: place for place, party in enumerate(record.parties)}
    lines.sort(key=lambda line: (rank.get(line.party, len(rank)), line.declared_on, line.issue))
    return LinesAsked(record, asked, record.inks(asked.parties), tuple(lines))


@page
def red_line_ledger(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    found = load_lines(request.GET, reader, slug)
    quoted = {entry.statements[0] for line in found.lines for entry in line.entries if entry.statements}
    statements = load_statements(reader, quoted)
    stories = [_tell(line, found, statements, reader) for line in found.lines]
    groups: dict[str, list[LineStory]] = {}
    for story in stories:
        groups.setdefault(story.ink.slug, []).append(story)
    context = {
        "negotiation": found.record.negotiation,
        "marking": found.record.marking,
        "asked": found.asked,
        "choices": _choices(found),
        "take_away": link_chart(request, "red-lines", found.record.negotiation, found.asked.whole_query, slug),
        "lede": tell_lines(found),
        "groups": [(listed[0].ink, listed) for listed in groups.values()],
        "key": [(GLYPHS[kind], words) for kind, words in KIND_WORDS.items() if kind != "repeated"],
    }
    return render(request, "red_lines.html", context)


@page
def red_line_ledger_csv(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    found = load_lines(request.GET, reader, slug)
    rows: list[tuple[object, ...]] = []
    for line in found.lines:
        for entry in line.entries:
            cells = (
                line.issue, line.party, line.footing, line.declared_on, line.last_spoken_on,
                "" if line.stance is None else line.stance, line.status, line.rounds_silent, entry.on, entry.kind,
                " ".join(entry.statements),
            )  # fmt: skip
            rows.append(cells)
    return write_csv(f"{found.record.negotiation.slug}-red-lines", found.record.marking, CSV_COLUMNS, rows)


def tell_lines(found: LinesAsked) -> list[Phrase]:
    """How many red lines, whose, and what became of them."""
    if not found.lines:
        return [Phrase(gettext("No party has declared a red line in the evidence found."))]
    parties = list(dict.fromkeys(line.party for line in found.lines))
    became = Counter(line.status for line in found.lines)
    sentence = ngettext("{parties} drew {count} red line.", "{parties} drew {count} red lines.", len(found.lines))
    drew = compose(sentence, parties=list_parties(parties, found.inks), count=f"{len(found.lines)}")
    softened, crossed = became[SOFTENED], became[CROSSED]
    if not softened and not crossed:
        return [*drew, Phrase(" "), Phrase(gettext("None was softened or crossed."))]
    told = []
    if softened:
        told.append(ngettext("{count} was softened", "{count} were softened", softened).format(count=softened))
    if crossed:
        told.append(ngettext("{count} was crossed", "{count} were crossed", crossed).format(count=crossed))
    standing = len(found.lines) - crossed - softened
    stand = ngettext("{count} stands", "{count} stand", standing).format(count=standing)
    told.append(stand if standing else gettext("none stands"))
    return [*drew, Phrase(" "), Phrase(f"{'; '.join(told)}.")]


def _choices(found: LinesAsked) -> list[tuple[PartyInk, bool]]:
    chosen = found.asked.parties
    shown = list(found.record.parties)[:16]
    shown += [slug for slug in chosen if slug not in shown]
    return [(found.inks[slug], not chosen or slug in chosen) for slug in shown]


def _tell(line: RedLine, found: LinesAsked, statements: Mapping[str, Statement], reader: Reader) -> LineStory:
    issue = found.record.issues[line.issue]
    stance = line.stance
    pole = "" if not stance else (issue.pole_for or issue.proposal) if stance > 0 else issue.pole_against
    return LineStory(
        ink=found.inks[line.party],
        issue=issue,
        line=line,
        stance=sign_stance(stance) if stance is not None else pgettext("signals", "mixed"),
        pole=pole,
        status_words=say_status(line),
        entries=tuple(_entries(line, statements, reader)),
    )


def say_status(line: RedLine) -> str:
    """What became of a line, in words."""
    if line.status in (SOFTENED, CROSSED):
        return say_ending(line.status, line.entries[-1].on)
    if line.status == NOT_REPEATED:
        words = gettext("not repeated since; last spoken on {day}").format(day=say_day_short(line.last_spoken_on))
    else:
        words = gettext("stands, last spoken on {day}").format(day=say_day_short(line.last_spoken_on))
    if not line.rounds_silent:
        return words
    sentence = ngettext("{line}, silent for {count} round", "{line}, silent for {count} rounds", line.rounds_silent)
    return sentence.format(line=words, count=line.rounds_silent)


def say_ending(status: str, on: date) -> str:
    """``softened on 17 Feb 2022``."""
    return gettext("{change} on {day}").format(change=KIND_WORDS[status], day=say_day_short(on))


def _entries(line: RedLine, statements: Mapping[str, Statement], reader: Reader) -> Sequence[LineEntry]:
    entries = []
    for entry in line.entries:
        shown = statements.get(entry.statements[0]) if entry.statements else None
        entries.append(
            LineEntry(
                on_words=say_day_short(entry.on),
                glyph=GLYPHS[entry.kind],
                words=str(KIND_WORDS[entry.kind]),
                stance=sign_position(entry.stance, entry.low, entry.high),
                rounds=entry.occasion.rounds,
                quotation=quote_statement(shown, reader) if shown is not None else None,
                more=len(entry.statements) - (shown is not None),
            )
        )
    return entries
