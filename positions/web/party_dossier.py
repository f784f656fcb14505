"""One party across a negotiation: a small chart an issue, its moves, red lines, conditions and contradictions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from positions.analysis.contradictions import WINDOW_DAYS, contradictions
from positions.analysis.position import positions
from positions.analysis.red_lines import RedLine, red_lines
from positions.analysis.shifts import MOVES, shifts
from positions.analysis.timeline import timeline
from positions.analysis.types import Position, Series, Shift
from positions.enums import RoundStatus
from positions.models import Issue, Party, Statement
from positions.queries.access import Reader
from positions.web.chart_files import link_chart
from positions.web.contradictions import load_speakers, tell_contradiction
from positions.web.ledes import Phrase, compose, name_party
from positions.web.page_view import page
from positions.web.palette import PartyInk
from positions.web.query_string import Asked, read_moment
from positions.web.record import PageRecord, find_negotiation, load_negotiation_record, load_statements
from positions.web.red_lines import KIND_WORDS
from positions.web.shift_cards import ShiftCard, quoted_in, tell_shifts
from positions.web.small_multiples import SmallChart, draw_small, shared_days
from positions.web.take_away import write_csv
from positions.web.words import count_of, name_stance, say_day_short, sign_position, sign_with_condition, spell_count

CSV_COLUMNS = (
    "issue", "stance", "low", "high", "state", "footing", "red_line", "conditional", "since", "last_evidence_on",
    "evidence_count", "evidence_total", "rounds_silent",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class IssuePanel:
    """The party on one issue: where it stands, its chart, and what can be said of its movement in a line."""

    issue: Issue
    sign: str
    words: str
    chart: SmallChart
    note: str
    moved: bool
    position: Position | None


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything a party's page is made of."""

    record: PageRecord
    asked: Asked
    party: Party
    ink: PartyInk
    inks: Mapping[str, PartyInk]
    stands: Mapping[str, Position]
    moves: tuple[Shift, ...]


def load_dossier(query: QueryDict, reader: Reader, slug: str, party_slug: str) -> Dossier:
    """The party as the reader sees it. Raises ``NotVisible``, ``Http404`` or ``BadParameter``."""
    asked = read_moment(query)
    moment = asked.moment
    record = load_negotiation_record(reader, *find_negotiation(reader, slug), moment)
    party = record.parties.get(party_slug)
    if party is None:
        raise Http404
    inks = record.inks((party_slug,)) if party_slug not in list(record.parties)[:8] else record.inks()
    everyone = positions(record.history, moment.as_of, moment.known_at)
    moves = [
        s
        for s in shifts(record.history, moment.as_of, moment.known_at)
        if s.party == party_slug and s.kind in (*MOVES, "mixed", "resolved")
    ]
    moves.sort(key=lambda s: (s.on, s.issue), reverse=True)
    stands = {p.issue: p for p in everyone if p.party == party_slug}
    return Dossier(record, asked, party, inks[party_slug], inks, stands, tuple(moves))


@page
def party_dossier(request: HttpRequest, reader: Reader, slug: str, party: str) -> HttpResponse:
    found = load_dossier(request.GET, reader, slug, party)
    record, moment = found.record, found.asked.moment
    speakers = load_speakers(reader, record, (party,))
    apart = [
        c for c in contradictions(record.history, moment.as_of, moment.known_at, speakers=speakers) if c.party == party
    ]
    lines = [line for line in red_lines(record.history, moment.as_of, moment.known_at) if line.party == party]
    quoted = quoted_in(found.moves, most=1) | {s for c in apart for s in (c.earlier.statement, c.later.statement)}
    statements = load_statements(reader, quoted)
    panels = lay_panels(found)
    context = {
        "negotiation": record.negotiation,
        "marking": record.marking,
        "asked": found.asked,
        "party": found.party,
        "ink": found.ink,
        "lede": tell_dossier(found),
        "take_away": link_chart(request, "party-dossier", record.negotiation, found.asked.whole_query, slug, party),
        "moved": [panel for panel in panels if panel.moved],
        "held": [panel for panel in panels if not panel.moved],
        "cards": _cards(found, statements, reader),
        "lines": [(record.issues[line.issue], line, _say_line(line)) for line in lines],
        "contradictions": [tell_contradiction(c, record, statements, reader) for c in apart],
        "window": WINDOW_DAYS,
        "never": [issue for issue_slug, issue in record.issues.items() if issue_slug not in found.stands],
        "conditions_address": f"{reverse('conditions', args=[slug])}?party={party}",
        "open_conditions": sum(p.conditions.open for p in found.stands.values()),
    }
    return render(request, "party_dossier.html", context)


@page
def party_dossier_csv(request: HttpRequest, reader: Reader, slug: str, party: str) -> HttpResponse:
    found = load_dossier(request.GET, reader, slug, party)
    rows: list[tuple[object, ...]] = []
    for issue in found.record.issues:
        p = found.stands.get(issue)
        if p is not None:
            cells = (
                p.issue, "" if p.stance is None else p.stance, p.low, p.high, p.state, p.footing,
                str(p.red_line).lower(), str(p.conditional).lower(), p.since, p.last_evidence_on, p.evidence_count,
                p.evidence_total, p.rounds_silent,
            )  # fmt: skip
            rows.append(cells)
    return write_csv(f"{found.record.negotiation.slug}-{party}", found.record.marking, CSV_COLUMNS, rows)


def tell_dossier(found: Dossier) -> list[Phrase]:
    """On how many issues the party moved, and where it stands on how many."""
    inks, stands = found.inks, found.stands
    if not stands:
        sentence = gettext("{party} has taken no position in the evidence found.")
        return compose(sentence, party=name_party(found.party.slug, inks))
    moved = len({shift.issue for shift in found.moves if shift.kind in MOVES})
    if moved:
        sentence = ngettext(
            "{party} moved on {moved} of {count} issue.", "{party} moved on {moved} of {count} issues.", len(stands)
        )
    else:
        sentence = ngettext(
            "{party} has been heard on {count} issue and moved on none.",
            "{party} has been heard on {count} issues and moved on none.",
            len(stands),
        )
    phrases = compose(
        sentence,
        party=name_party(found.party.slug, inks),
        moved=spell_count(moved),
        count=spell_count(len(stands)),
    )
    places: dict[str, int] = {}
    for p in stands.values():
        sign = sign_position(p.stance, p.low, p.high)
        sign = gettext("{stance} under a condition").format(stance=sign) if p.conditional else sign
        places[sign] = places.get(sign, 0) + 1
    told = [
        ngettext("at {stance} on {count}", "at {stance} on {count}", n).format(stance=sign, count=spell_count(n))
        for sign, n in sorted(places.items(), key=lambda pair: -pair[1])[:4]
    ]
    return [*phrases, Phrase(" "), Phrase(gettext("It stands {places}.").format(places=", ".join(told)))]


def lay_panels(found: Dossier) -> list[IssuePanel]:
    """A chart for each issue the party was heard on, latest evidence first."""
    record, moment, party = found.record, found.asked.moment, found.party.slug
    rounds = [row.round for row in record.rounds if row.round.status in (RoundStatus.HELD, RoundStatus.PLANNED)]
    lines = {slug: _line_of(found, slug) for slug in record.issues}
    drawn = {slug: series for slug, series in lines.items() if series is not None}
    days = shared_days(list(drawn.values()), rounds, found.asked.until)
    everyone = positions(record.history, moment.as_of, moment.known_at)
    panels = []
    for slug, series in drawn.items():
        others = [(found.inks[p.party], p) for p in everyone if p.issue == slug and p.party != party]
        others = [(ink, p) for ink, p in others if ink.slot is not None]
        p = found.stands.get(slug)
        moves = [shift for shift in found.moves if shift.issue == slug]
        panels.append(
            IssuePanel(
                issue=record.issues[slug],
                sign="–"
                if p is None
                else sign_with_condition(sign_position(p.stance, p.low, p.high), is_conditional=p.conditional),
                words=gettext("no stance") if p is None else name_stance(p.stance, p.state),
                chart=draw_small(series, found.ink, days, rounds, others),
                note=_note(p, moves),
                moved=bool(moves),
                position=p,
            )
        )
    panels.sort(key=lambda panel: panel.position.last_evidence_on if panel.position else days[0], reverse=True)
    return panels


def _line_of(found: Dossier, issue: str) -> Series | None:
    moment = found.asked.moment
    for series in timeline(found.record.history, issue, moment.as_of, moment.known_at):
        if series.party == found.party.slug:
            return series
    return None


def _note(p: Position | None, moves: Sequence[Shift]) -> str:
    """``Moved 17 Feb 2022, from +2 of 17 Dec 2021.`` or ``Unchanged since 17 Dec 2021.``"""
    if p is None:
        return gettext("Heard, without a stance.")
    tail = []
    if p.rounds_silent:
        sentence = ngettext("Not heard in {count} later round.", "Not heard in {count} later rounds.", p.rounds_silent)
        tail.append(sentence.format(count=p.rounds_silent))
    if moves and moves[0].before is not None:
        before = moves[0].before
        sign = sign_position(before.stance, before.low, before.high)
        told = gettext("Moved {day}, from {before} of {since}.").format(
            day=say_day_short(moves[0].on), before=sign, since=say_day_short(before.occasion.on)
        )
        return " ".join([told, *tail])
    if p.footing == "reported":
        tail.insert(0, gettext("Known from others only."))
    elif p.footing == "inferred":
        tail.insert(0, gettext("Inferred from its conduct."))
    told = gettext("Unchanged since {day}, {passages}.").format(
        day=say_day_short(p.since), passages=count_of(p.evidence_total, "passage")
    )
    return " ".join([told, *tail])


def _cards(found: Dossier, statements: Mapping[str, Statement], reader: Reader) -> list[ShiftCard]:
    return tell_shifts(found.moves, found.inks, found.record.issues, statements, reader)


def _say_line(line: RedLine) -> str:
    last = line.entries[-1]
    if line.status in ("softened", "crossed"):
        return f"{KIND_WORDS[line.status]} {say_day_short(last.on)}"
    days = {"declared": say_day_short(line.declared_on), "spoken": say_day_short(line.last_spoken_on)}
    if not line.rounds_silent:
        return gettext("declared {declared}, last spoken {spoken}").format(**days)
    sentence = ngettext(
        "declared {declared}, last spoken {spoken}, {count} round since",
        "declared {declared}, last spoken {spoken}, {count} rounds since",
        line.rounds_silent,
    )
    return sentence.format(count=line.rounds_silent, **days)
