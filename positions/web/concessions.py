"""The concession ledger: who came closer to whom, first or in answer, and why other moves are no concession."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from positions.analysis.concessions import concessions
from positions.analysis.shifts import MOVES, PARTIES_COMPARED, shifts
from positions.analysis.types import Concession, Gap, Shift
from positions.enums import CodingState, RoundStatus
from positions.models import Issue, Statement
from positions.queries.access import Reader
from positions.web.chart_files import link_chart
from positions.web.ledes import Phrase, compose, list_parties
from positions.web.move_scale import MoveScale, draw_move
from positions.web.page_view import page
from positions.web.palette import PartyInk
from positions.web.query_string import Asked, read_moment, read_parties
from positions.web.quotations import Quotation, quote_statement
from positions.web.record import PageRecord, find_negotiation, load_negotiation_record, load_statements
from positions.web.take_away import write_csv
from positions.web.words import say_day_short, spell_count

CSV_COLUMNS = (
    "issue", "on", "party", "other", "steps", "footing", "gap_before", "gap_after", "moved_first", "answered",
    "statements_before", "statements_after",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Toward:
    """One row of the ledger: the party moved closer to, and whether it answered."""

    ink: PartyInk
    row: Concession
    answer: str


@dataclass(frozen=True, slots=True)
class MoveStory:
    """A move along the scale with the three questions a concession must answer yes to.

    ``had_counterpart``, ``came_closer`` and ``came_across`` are yes, no, or null where the question
    before was answered no; ``why`` says in words what the last answer rests on.
    """

    ink: PartyInk
    issue: Issue
    shift: Shift
    on_words: str
    scale: MoveScale
    before: tuple[Quotation, ...]
    after: tuple[Quotation, ...]
    had_counterpart: bool
    came_closer: bool | None
    came_across: bool | None
    counterparts: str
    gaps: str
    why: str
    toward: tuple[Toward, ...]


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger of a negotiation as asked for: every move, and those rows that are concessions."""

    record: PageRecord
    asked: Asked
    inks: Mapping[str, PartyInk]
    moves: tuple[Shift, ...]
    rows: tuple[Concession, ...]
    wide: tuple[Issue, ...]


def load_ledger(query: QueryDict, reader: Reader, slug: str) -> Ledger:
    """Everything the page and its CSV show. Raises ``NotVisible`` or ``BadParameter``."""
    asked = read_moment(query)
    record = load_negotiation_record(reader, *find_negotiation(reader, slug), asked.moment)
    asked = read_parties(query, record.parties, asked)
    moment, chosen = asked.moment, set(asked.parties)
    wide = () if chosen else tuple(_find_wide(record))
    left_out = {issue.slug for issue in wide}
    found = shifts(record.history, moment.as_of, moment.known_at, None)
    moves = [s for s in found if s.kind in MOVES and s.issue not in left_out]
    if chosen:
        named = {s.party for s in moves} | chosen
        with_gaps = shifts(record.history, moment.as_of, moment.known_at, named)
        moves = [s for s in with_gaps if s.kind in MOVES and _takes_part(s, chosen)]
    rows = concessions(record.history, moment.as_of, moment.known_at, chosen or None)
    return Ledger(
        record=record,
        asked=asked,
        inks=record.inks(asked.parties),
        moves=tuple(sorted(moves, key=lambda s: (s.on, s.party, s.issue), reverse=True)),
        rows=tuple(row for row in rows if row.issue not in left_out),
        wide=wide,
    )


def _find_wide(record: PageRecord) -> Iterator[Issue]:
    """The issues on which too many parties have evidence to compare each with each."""
    heard: dict[str, set[str]] = {}
    for reading in record.history.readings:
        if reading.state == CodingState.CODED:
            heard.setdefault(reading.issue, set()).add(reading.party)
    for slug, issue in record.issues.items():
        if len(heard.get(slug, ())) > PARTIES_COMPARED:
            yield issue


def _takes_part(shift: Shift, chosen: set[str]) -> bool:
    return shift.party in chosen or any(gap.party in chosen for gap in shift.gaps or ())


@page
def concession_ledger(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    ledger = load_ledger(request.GET, reader, slug)
    quoted = {key for s in ledger.moves for side in (s.before, s.after) if side for key in side.statements[:1]}
    statements = load_statements(reader, quoted)
    stories = [_tell(shift, ledger, statements, reader) for shift in ledger.moves]
    context = {
        "negotiation": ledger.record.negotiation,
        "marking": ledger.record.marking,
        "asked": ledger.asked,
        "choices": _choices(ledger),
        "take_away": link_chart(request, "concessions", ledger.record.negotiation, ledger.asked.whole_query, slug),
        "lede": tell_ledger(ledger),
        "stories": [story for story in stories if story.toward],
        "others": [story for story in stories if not story.toward],
        "wide": ledger.wide,
        "most": PARTIES_COMPARED,
        "counts": _count_answers(stories),
    }
    return render(request, "concessions.html", context)


@page
def concession_ledger_csv(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    ledger = load_ledger(request.GET, reader, slug)
    rows: list[tuple[object, ...]] = []
    for row in ledger.rows:
        answered = "" if row.answered is None else str(row.answered).lower()
        cells = (
            row.issue, row.on, row.party, row.other, row.steps, row.footing, row.gap_before, row.gap_after,
            str(row.moved_first).lower(), answered, " ".join(row.statements_before), " ".join(row.statements_after),
        )  # fmt: skip
        rows.append(cells)
    return write_csv(f"{ledger.record.negotiation.slug}-concessions", ledger.record.marking, CSV_COLUMNS, rows)


def tell_ledger(ledger: Ledger) -> list[Phrase]:
    """How many concessions there are, whose, and out of how many moves."""
    inks, moves, rows = ledger.inks, len(ledger.moves), ledger.rows
    held = sum(entry.round.status == RoundStatus.HELD for entry in ledger.record.rounds)
    if not moves:
        return [Phrase(gettext("Nobody moved along the scale in the evidence found, so there is nothing to concede."))]
    span = ngettext("{count} move", "{count} moves", moves).format(count=spell_count(moves))
    if held:
        sentence = ngettext("{moves} in {count} round held", "{moves} in {count} rounds held", held)
        span = sentence.format(moves=span, count=spell_count(held))
    if not rows:
        return [Phrase(gettext("None on record. Of {moves}, none went toward the other side.").format(moves=span))]
    steps = {(row.party, row.issue, row.on) for row in rows}
    movers = sorted({row.party for row in rows}, key=lambda slug: list(inks).index(slug))
    answered = len({(row.party, row.issue, row.on) for row in rows if row.answered})
    sentence = ngettext(
        "{count} concession, by {parties}, out of {moves}; {answered} answered.",
        "{count} concessions, by {parties}, out of {moves}; {answered} answered.",
        len(steps),
    )
    return compose(
        sentence,
        count=spell_count(len(steps)).capitalize(),
        parties=list_parties(movers, inks),
        moves=span,
        answered=spell_count(answered) if answered else pgettext("of the concessions", "none"),
    )


def _count_answers(stories: Sequence[MoveStory]) -> dict[str, int]:
    return {
        "moves": len(stories),
        "counterpart": sum(story.had_counterpart for story in stories),
        "closer": sum(bool(story.came_closer) for story in stories),
        "across": sum(bool(story.came_across) for story in stories),
    }


def _choices(ledger: Ledger) -> list[tuple[PartyInk, bool]]:
    chosen = ledger.asked.parties
    shown = list(ledger.record.parties)[:16]
    shown += [slug for slug in chosen if slug not in shown]
    return [(ledger.inks[slug], not chosen or slug in chosen) for slug in shown]


def _tell(shift: Shift, ledger: Ledger, statements: Mapping[str, Statement], reader: Reader) -> MoveStory:
    inks, record = ledger.inks, ledger.record
    known = [gap for gap in shift.gaps or () if gap.before is not None and gap.party in inks]
    mine = [row for row in ledger.rows if (row.party, row.issue, row.on) == (shift.party, shift.issue, shift.on)]
    before = shift.before.stance if shift.before is not None and shift.before.stance is not None else 0
    after = shift.after.stance or 0
    closer = [gap for gap in known if gap.effect == "narrowed"]
    came_closer = bool(closer) if known else None
    came_across = bool(mine) if closer else None
    return MoveStory(
        ink=inks[shift.party],
        issue=record.issues[shift.issue],
        shift=shift,
        on_words=say_day_short(shift.on),
        scale=draw_move(
            inks[shift.party],
            before,
            after,
            list(find_standing(shift, known, inks)),
            is_conditional=shift.condition == "added",
        ),
        before=_quote(shift.before.statements if shift.before else (), statements, reader),
        after=_quote(shift.after.statements, statements, reader),
        had_counterpart=bool(known),
        came_closer=came_closer,
        came_across=came_across,
        counterparts=", ".join(inks[gap.party].name for gap in known),
        gaps="; ".join(f"{inks[gap.party].name} {gap.before} → {gap.after}" for gap in (closer or known)),
        why=_why(shift, known, closer, bool(mine), inks),
        toward=tuple(Toward(inks[row.other], row, str(ANSWERS[row.answered])) for row in mine if row.other in inks),
    )


ANSWERS = {True: _("answered"), False: _("not answered"), None: _("window still open")}


def find_standing(shift: Shift, known: Iterable[Gap], inks: Mapping[str, PartyInk]) -> Iterator[tuple[PartyInk, int]]:
    """Where the others stood the day before, from the distances of the mover's two places to them."""
    before = shift.before.stance if shift.before is not None else None
    after = shift.after.stance
    if before is None or after is None:
        return
    for gap in known:
        for stance in range(-2, 3):
            if abs(before - stance) == gap.before and abs(after - stance) == gap.after:
                yield inks[gap.party], stance
                break


def _quote(ids: Sequence[str], statements: Mapping[str, Statement], reader: Reader) -> tuple[Quotation, ...]:
    return tuple(quote_statement(statements[key], reader) for key in ids[:1] if key in statements)


def _why(
    shift: Shift, known: Sequence[Gap], closer: Sequence[Gap], is_concession: bool, inks: Mapping[str, PartyInk]
) -> str:
    """Why the move is no concession; empty where it is one."""
    if is_concession:
        return ""
    if not known:
        return gettext("Nobody else’s position on this was known the day before.")
    if not closer:
        away = [gap for gap in known if gap.effect == "widened"]
        if not away:
            return gettext("No gap changed.")
        sentence = ngettext("It moved away from {count} party.", "It moved away from {count} parties.", len(away))
        return sentence.format(count=len(away))
    if shift.within_range:
        return gettext("It stressed one of the things it had said before.")
    same = [inks[gap.party].name for gap in closer if gap.same_side]
    if len(same) == len(closer):
        return gettext("It came closer to parties on its own side only.")
    return gettext("Those it came closer to are on its own side or take none.")
