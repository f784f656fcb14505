"""A brief for the table: one printable account of a negotiation, an issue or a party, each quote with its source.

The page, the Word document and the PDF are made of the same :class:`Brief`. Everything in it is read as its
reader may see it, so a brief can hold no more than the pages it is taken from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext, ngettext, pgettext

from positions.analysis.evidence import status_of
from positions.analysis.position import positions
from positions.analysis.red_lines import CROSSED, SOFTENED, RedLine, red_lines
from positions.analysis.shifts import shifts
from positions.analysis.timeline import timeline
from positions.analysis.types import Position, Shift
from positions.enums import RoundStatus, Tlp
from positions.models import Issue, Party, Statement
from positions.queries.access import Reader
from positions.web.chart_shapes import WIDE, StepChart
from positions.web.chart_words import name_chart
from positions.web.charts import draw_steps
from positions.web.ledes import Phrase, compose, moved, name_party, tell_issue, tell_negotiation
from positions.web.matrix_table import MatrixTable, lay_matrix
from positions.web.negotiation import find_never_heard, find_silences
from positions.web.palette import PartyInk
from positions.web.query_string import Asked, BadParameter, read_moment, read_parties
from positions.web.quotations import Quotation, quote_statement
from positions.web.record import PageRecord, find_negotiation, load_statements, load_worded_record
from positions.web.red_lines import say_ending
from positions.web.shift_cards import ShiftCard, quoted_in, tell_shifts
from positions.web.words import name_stance, say_day, say_day_short, sign_position, sign_with_condition

PARTIES_SHOWN = 8  # columns that fit on a sheet
MOVES_SHOWN = 6
CHARTS_SHOWN = 3
GAPS_SHOWN = 12
MOVES_TOLD = ("moved", "reversed", "mixed", "resolved")


@dataclass(frozen=True, slots=True)
class Note:
    """A numbered footnote: the source of what is quoted, and the permalink of the statement."""

    number: int
    quotation: Quotation
    address: str

    @property
    def text(self) -> str:
        q = self.quotation
        who = f"{q.party}, {q.speaker}" if q.speaker else q.party
        return gettext("{who}, {said}, {rule}. {directness} in: {source}. {grade}, TLP:{tlp}.").format(
            who=who,
            said=q.said,
            rule=q.rule,
            directness=q.directness.capitalize(),
            source=q.source_title,
            grade=q.grade,
            tlp=q.tlp,
        )


@dataclass(frozen=True, slots=True)
class Stand:
    """Where one party stands on one issue, with a passage that shows it."""

    ink: PartyInk
    issue: Issue
    sign: str
    words: str
    since: str
    note: Note | None


@dataclass(frozen=True, slots=True)
class Line:
    """A red line that stands or was given up, with the passage that last spoke it."""

    ink: PartyInk
    issue: Issue
    words: str
    note: Note | None


@dataclass(frozen=True, slots=True)
class OpenCondition:
    """A condition that is open at the moment, once for each wording of a party on an issue."""

    ink: PartyInk
    issue: Issue
    text: str
    stated: str
    note: Note | None


@dataclass(frozen=True, slots=True)
class BriefChart:
    issue: Issue
    chart: StepChart
    title: str


@dataclass(slots=True)
class Notes:
    """The footnotes in the order in which their statements are first quoted."""

    statements: Mapping[str, Statement]
    reader: Reader
    base: str
    found: dict[str, Note] = field(default_factory=dict)

    def of(self, statement: str) -> Note | None:
        """The footnote of a statement, numbered when first asked for; null where it is not shown to the reader."""
        if statement not in self.found:
            if statement not in self.statements:
                return None
            quotation = quote_statement(self.statements[statement], self.reader)
            address = self.base + reverse("statement", args=[statement])
            self.found[statement] = Note(len(self.found) + 1, quotation, address)
        return self.found[statement]

    def first_of(self, statements: Iterable[str]) -> Note | None:
        return next((note for note in map(self.of, statements) if note is not None), None)


@dataclass(frozen=True, slots=True)
class Brief:
    """All of a brief; ``marking`` is the most restrictive of the sources behind it."""

    record: PageRecord
    asked: Asked
    issue: Issue | None
    party: Party | None
    marking: Tlp
    lede: tuple[Phrase, ...]
    matrix: MatrixTable
    charts: tuple[BriefChart, ...]
    stands: tuple[Stand, ...]
    cards: tuple[tuple[ShiftCard, Note | None, Note | None], ...]
    lines: tuple[Line, ...]
    conditions: tuple[OpenCondition, ...]
    silences: tuple[tuple[PartyInk, Issue, Position], ...]
    never: tuple[tuple[PartyInk, list[Issue], int, int], ...]
    notes: tuple[Note, ...]

    @property
    def title(self) -> str:
        """What the brief is on."""
        parts = (self.party.name if self.party else "", self.issue.title if self.issue else "")
        if all(parts):
            return gettext("{party} on {issue}").format(party=parts[0], issue=parts[1])
        return "".join(parts) or self.record.negotiation.title

    @property
    def moment_words(self) -> str:
        moment = self.record.moment
        known = say_day(moment.known_at.date())
        return gettext("Positions as of {day}, from what was in the record on {known}.").format(
            day=say_day(moment.as_of), known=known
        )

    @property
    def file_name(self) -> str:
        parts = [
            self.record.negotiation.slug,
            self.party.slug if self.party else "",
            self.issue.slug if self.issue else "",
        ]
        return "-".join([part for part in parts if part] + ["brief"])

    @property
    def is_empty(self) -> bool:
        return not self.record.history.readings


@dataclass(frozen=True, slots=True)
class _Facts:
    """What is derived of the record before anything is quoted, narrowed to the issue and the party asked for."""

    issues: Mapping[str, Issue]
    stands: tuple[Position, ...]
    shifts: tuple[Shift, ...]
    lines: tuple[RedLine, ...]
    conditions: tuple[tuple[str, str, str, str, date], ...]  # party, issue, text, statement, day last stated

    @property
    def latest_moves(self) -> list[Shift]:
        moves = [shift for shift in self.shifts if shift.kind in MOVES_TOLD]
        return sorted(moves, key=lambda s: (s.on, s.party, s.issue), reverse=True)[:MOVES_SHOWN]


def load_brief(request: HttpRequest, reader: Reader, slug: str) -> Brief:
    """The brief asked for by ``issue`` and ``party``. Raises ``NotVisible`` or ``BadParameter``."""
    asked = read_moment(request.GET)
    negotiation, issues = find_negotiation(reader, slug)
    record = load_worded_record(reader, negotiation, issues, asked.moment)
    asked = read_parties(request.GET, record.parties, asked)
    if len(asked.parties) > 1:
        raise BadParameter("party", ", ".join(asked.parties), gettext("a brief is on one party, or on all of them"))
    wanted = request.GET.get("issue", "").strip()
    if wanted and wanted not in issues:
        raise BadParameter("issue", wanted, gettext("no issue of this name is in the negotiation"))
    party = record.parties[asked.parties[0]] if asked.parties else None
    issue = issues[wanted] if wanted else None
    inks = record.inks(asked.parties)
    facts = _derive(record, issue, party)
    base = request.build_absolute_uri("/").rstrip("/")
    notes = Notes(load_statements(reader, _quoted(facts)), reader, base)
    is_close = issue is not None or party is not None
    # footnotes are numbered in the order of the brief
    stands = _tell_stands(facts, record, inks, notes) if is_close else ()
    cards = _tell_moves(facts, record, inks, notes)
    return Brief(
        record=record,
        asked=asked,
        issue=issue,
        party=party,
        marking=_mark(record, issue, party),
        lede=tuple(_tell(facts, record, inks, issue, party)),
        matrix=lay_matrix(facts.stands, inks, facts.issues, PARTIES_SHOWN),
        charts=tuple(_draw(facts, record, inks, issue, party)),
        stands=stands,
        cards=cards,
        lines=tuple(_tell_line(line, record, inks, notes) for line in facts.lines),
        conditions=tuple(
            OpenCondition(inks[who], record.issues[on], text, say_day_short(day), notes.of(statement))
            for who, on, text, statement, day in facts.conditions
        ),
        silences=tuple(find_silences(facts.stands, inks, record.issues)[:GAPS_SHOWN]),
        never=tuple(row for row in find_never_heard(facts.stands, inks, facts.issues)),
        notes=tuple(notes.found.values()),
    )


# ---------------------------------------------------------------- deriving


def _derive(record: PageRecord, issue: Issue | None, party: Party | None) -> _Facts:
    history, as_of, known_at = record.history, record.moment.as_of, record.moment.known_at

    def is_wanted(row: Position | Shift | RedLine) -> bool:
        return (issue is None or row.issue == issue.slug) and (party is None or row.party == party.slug)

    return _Facts(
        issues=record.issues if issue is None else {issue.slug: issue},
        stands=tuple(p for p in positions(history, as_of, known_at) if is_wanted(p)),
        shifts=tuple(s for s in shifts(history, as_of, known_at) if is_wanted(s)),
        lines=tuple(line for line in red_lines(history, as_of, known_at) if is_wanted(line)),
        conditions=tuple(_open_conditions(record, issue, party)),
    )


def _open_conditions(
    record: PageRecord, issue: Issue | None, party: Party | None
) -> list[tuple[str, str, str, str, date]]:
    """Open conditions by wording, as the latest statement of each has it; the longest open first."""
    moment, texts = record.moment, record.conditions or {}
    latest: dict[tuple[str, str, str], tuple[date, str, str, bool]] = {}
    for reading in record.history.readings:
        if (issue is not None and reading.issue != issue.slug) or (party is not None and reading.party != party.slug):
            continue
        for condition in texts.get(reading.coding, ()):
            key = (reading.party, reading.issue, " ".join(condition.text.split()).casefold())
            is_open = status_of(condition.facts, moment.as_of, moment.known_at) == "open"
            row = (reading.latest, reading.statement, condition.text, is_open)
            latest[key] = max(latest.get(key, row), row)
    found = ((*key[:2], text, statement, day) for key, (day, statement, text, is_open) in latest.items() if is_open)
    return sorted(found, key=lambda row: (row[4], *row[:3]))


def _mark(record: PageRecord, issue: Issue | None, party: Party | None) -> Tlp:
    """The most restrictive marking of the sources of what the brief tells, of those its reader may see."""
    return Tlp.strictest(
        record.tlps.get(reading.source, Tlp.CLEAR)
        for reading in record.history.readings
        if (issue is None or reading.issue == issue.slug) and (party is None or reading.party == party.slug)
    )


def _quoted(facts: _Facts) -> set[str]:
    """The statements a brief may quote; those a reader may not see are not loaded."""
    spoken = {statement for line in facts.lines for entry in line.entries for statement in entry.statements[:1]}
    stated = {statement for _, _, _, statement, _ in facts.conditions}
    held = {statement for p in facts.stands for statement in p.statements[:1]}
    return quoted_in(facts.latest_moves, most=1) | spoken | stated | held


# ---------------------------------------------------------------- telling


def _tell(
    facts: _Facts, record: PageRecord, inks: Mapping[str, PartyInk], issue: Issue | None, party: Party | None
) -> Sequence[Phrase]:
    if issue is not None or not facts.stands:
        return (
            tell_issue(facts.stands, facts.shifts, inks)
            if facts.stands
            else [Phrase(gettext("Nothing is in the record yet."))]
        )
    if party is None:
        return tell_negotiation(facts.stands, facts.shifts, inks, record.issues)
    moves = len({shift.issue for shift in facts.shifts if moved(shift)})
    sentence = ngettext(
        "{party} has been heard on {heard} of {count} issue and moved on {moved}.",
        "{party} has been heard on {heard} of {count} issues and moved on {moved}.",
        len(record.issues),
    )
    return compose(
        sentence,
        party=name_party(party.slug, inks),
        heard=f"{len(facts.stands)}",
        count=f"{len(record.issues)}",
        moved=f"{moves}" if moves else pgettext("of the issues", "none"),
    )


def _draw(
    facts: _Facts, record: PageRecord, inks: Mapping[str, PartyInk], issue: Issue | None, party: Party | None
) -> list[BriefChart]:
    """The issue's chart; else those of the issues on which somebody moved last."""
    shown = [issue.slug] if issue else list(dict.fromkeys(s.issue for s in facts.latest_moves))[:CHARTS_SHOWN]
    moment = record.moment
    rounds = [row.round for row in record.rounds if row.round.status in (RoundStatus.HELD, RoundStatus.PLANNED)]
    charts = []
    for slug in shown:
        series = timeline(record.history, slug, moment.as_of, moment.known_at)
        lines = [s for s in series if party is None or s.party == party.slug]
        moves = [s for s in facts.shifts if s.issue == slug]
        title = name_chart(facts.issues[slug])
        chart = draw_steps(lines, rounds, inks, moves, None, size=WIDE, until=moment.as_of)
        charts.append(BriefChart(facts.issues[slug], chart, title))
    return charts


def _tell_moves(
    facts: _Facts, record: PageRecord, inks: Mapping[str, PartyInk], notes: Notes
) -> tuple[tuple[ShiftCard, Note | None, Note | None], ...]:
    cards = tell_shifts(facts.latest_moves, inks, record.issues, notes.statements, notes.reader)
    return tuple(
        (
            card,
            notes.first_of(move.before.statements[:1]) if move.before else None,
            notes.first_of(move.after.statements[:1]),
        )
        for card, move in zip(cards, facts.latest_moves, strict=True)
    )


def _tell_stands(facts: _Facts, record: PageRecord, inks: Mapping[str, PartyInk], notes: Notes) -> tuple[Stand, ...]:
    """Each position with the passage behind it, in the order of issues and parties."""
    order, rank = list(record.issues), {slug: place for place, slug in enumerate(inks)}
    ranked = sorted(facts.stands, key=lambda p: (order.index(p.issue), rank[p.party]))
    return tuple(
        Stand(
            ink=inks[p.party],
            issue=record.issues[p.issue],
            sign=sign_with_condition(sign_position(p.stance, p.low, p.high), is_conditional=p.conditional),
            words=name_stance(p.stance, p.state),
            since=say_day_short(p.since),
            note=notes.first_of(p.statements[:1]),
        )
        for p in ranked
    )


def _tell_line(line: RedLine, record: PageRecord, inks: Mapping[str, PartyInk], notes: Notes) -> Line:
    last = line.entries[-1]
    if line.status in (SOFTENED, CROSSED):
        words = say_ending(line.status, last.on)
    else:
        words = gettext("stands; declared {declared}, last spoken {spoken}").format(
            declared=say_day_short(line.declared_on), spoken=say_day_short(line.last_spoken_on)
        )
    spoken = next((entry for entry in reversed(line.entries) if entry.on == line.last_spoken_on), last)
    shown = last if line.status in (SOFTENED, CROSSED) else spoken
    return Line(inks[line.party], record.issues[line.issue], words, notes.first_of(shown.statements[:1]))
