"""What changed between two days: who moved, who was heard first, who restated what, and who fell silent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext, ngettext, pgettext

from positions.analysis.changes import BETTER_KNOWN, MIXED, MOVED, NEW, RESOLVED, REVERSED, UNCHANGED, Change, changes
from positions.analysis.position import positions
from positions.analysis.shifts import MOVES
from positions.analysis.types import Position, Shift
from positions.enums import RoundStatus
from positions.models import Issue, Round, Statement
from positions.queries.access import Reader
from positions.queries.evidence import Moment
from positions.web.chart_files import link_chart
from positions.web.ledes import Phrase, compose, list_parties, list_phrases, name_issue
from positions.web.page_view import page
from positions.web.palette import PartyInk
from positions.web.query_string import ROUND_PREFIX, Asked, BadParameter, read_moment, read_round_or_day
from positions.web.record import PageRecord, find_negotiation, load_negotiation_record, load_statements
from positions.web.shift_cards import ShiftCard, quoted_in, tell_shifts
from positions.web.take_away import write_csv
from positions.web.words import (
    FOOTING_WORDS,
    name_stance,
    say_day,
    say_day_short,
    say_days,
    sign_position,
    sign_with_condition,
    spell_count,
)

PLACE_OF_ZERO, STEP = 105, 40
ISSUES_NAMED = 3
KINDS = (MOVED, REVERSED, MIXED, RESOLVED)
CSV_COLUMNS = (
    "issue", "party", "kind", "steps", "stance_before", "since_before", "footing_before", "stance_after",
    "occasion_after", "footing_after", "conditional_after", "statements",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """The days asked about (the first excluded), and how each was named in the address."""

    since: date
    until: date
    since_value: str
    until_value: str

    @property
    def query(self) -> str:
        return urlencode({"from": self.since_value, "to": self.until_value})


@dataclass(frozen=True, slots=True)
class ScaleRow:
    """One party on an issue's small scale: where it stood (x of the tick) and stands (x of the dot), in pixels."""

    ink: PartyInk
    from_x: int | None
    to_x: int | None
    is_heard: bool
    is_conditional: bool
    is_told: bool
    words: str

    @property
    def arrow(self) -> str:
        """Path data of the arrow from the old place to the new one; empty without a move."""
        if self.from_x is None or self.to_x is None or self.from_x == self.to_x:
            return ""
        way = 1 if self.to_x > self.from_x else -1
        tip = self.to_x - 7 * way
        return f"M{self.from_x} 9H{tip}M{tip - 5 * way} 5L{tip} 9L{tip - 5 * way} 13"


@dataclass(frozen=True, slots=True)
class Told:
    """One line under an issue: a party, what it holds, and the statement that shows it."""

    ink: PartyInk
    words: str
    statement: str


@dataclass(frozen=True, slots=True)
class IssueChanges:
    """What changed on one issue."""

    issue: Issue
    rows: tuple[ScaleRow, ...]
    cards: tuple[ShiftCard, ...]
    lists: tuple[tuple[str, tuple[Told, ...]], ...]


@dataclass(frozen=True, slots=True)
class ChangesAsked:
    """The changes asked for, with the names to tell them; ``silent`` held a position and were not heard in the span."""

    record: PageRecord
    asked: Asked
    span: Span
    inks: Mapping[str, PartyInk]
    found: tuple[Change, ...]
    silent: tuple[Position, ...]

    @property
    def query(self) -> str:
        """The state of the page, for its chart and its file."""
        ends = (("from", self.span.since_value), ("to", self.span.until_value))
        return replace(self.asked, filters=ends).whole_query


def load_changes(query: QueryDict, reader: Reader, slug: str) -> ChangesAsked:
    """What the page and its CSV show. Raises ``NotVisible`` or ``BadParameter``."""
    asked = read_moment(query)
    negotiation, issues = find_negotiation(reader, slug)
    rounds = list(Round.objects.filter(negotiation=negotiation).order_by("number"))
    span = read_span(query, rounds, asked)
    moment = Moment(span.until, asked.moment.known_at)
    record = load_negotiation_record(reader, negotiation, issues, moment)
    found = changes(record.history, span.since, span.until, moment.known_at)
    heard = {(change.party, change.issue) for change in found}
    before = positions(record.history, span.since, moment.known_at)
    silent = [p for p in before if (p.party, p.issue) not in heard]
    return ChangesAsked(record, asked, span, record.inks(), tuple(found), tuple(silent))


def read_span(query: QueryDict, rounds: Sequence[Round], asked: Asked) -> Span:
    """``from`` and ``to``: days, or rounds as ``round-3``. By default, what changed since the last meeting but one."""
    held = [entry for entry in rounds if entry.status == RoundStatus.HELD and entry.ends_on]
    held = [entry for entry in held if entry.ends_on is not None and entry.ends_on <= asked.moment.as_of]
    held.sort(key=lambda entry: (entry.ends_on or date.min, entry.number))
    until_value = query.get("to", "").strip()
    until = _read_end("to", until_value, rounds, is_start=False) if until_value else asked.moment.as_of
    since_value = query.get("from", "").strip()
    if since_value:
        since = _read_end("from", since_value, rounds, is_start=True)
    else:
        last = held[-2:-1] or held[-1:]
        since = (last[0].ends_on or until) if last else _days_before(until, 30)
    if until < since:
        raise BadParameter(
            "to", until_value, gettext("lies before {day}, the day to start from").format(day=say_day(since))
        )
    return Span(since, until, since_value or since.isoformat(), until_value or until.isoformat())


def _read_end(name: str, value: str, rounds: Iterable[Round], *, is_start: bool) -> date:
    """The day an end of the span names; a round begins after the day before it and ends with its last."""
    day = read_round_or_day(name, value, rounds, is_start=is_start)
    is_eve = is_start and value.startswith(ROUND_PREFIX) and day > date.min
    return _days_before(day, 1) if is_eve else day


@page
def changes_page(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    found = load_changes(request.GET, reader, slug)
    moves = [s for change in found.found for s in change.shifts if s.kind in (*MOVES, "mixed", "resolved")]
    statements = load_statements(reader, quoted_in(moves, most=1))
    context = {
        "negotiation": found.record.negotiation,
        "marking": found.record.marking,
        # links to other pages carry the end of the span
        "asked": replace(found.asked, as_of=found.asked.as_of or found.span.until),
        "span": found.span,
        "known_at_value": found.asked.known_at_value,
        "rounds": [row.round for row in found.record.rounds if row.round.starts_on],
        "take_away": link_chart(request, "changes", found.record.negotiation, found.query, slug),
        "title": gettext("What changed, {days}").format(days=say_days(found.span.since, found.span.until)),
        "lede": tell_changes(found),
        "counts": _count_kinds(found),
        "issues": list(_tell_issues(found, moves, statements, reader)),
    }
    return render(request, "changes.html", context)


@page
def changes_csv(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    found = load_changes(request.GET, reader, slug)
    rows: list[tuple[object, ...]] = []
    for change in found.found:
        before, after = change.before, change.after
        cells = (
            change.issue, change.party, change.kind, "" if change.steps is None else change.steps,
            "" if before is None or before.stance is None else before.stance, before.since if before else "",
            before.footing if before else "", "" if after.stance is None else after.stance, after.occasion.on,
            after.footing, str(after.conditional).lower(), " ".join(after.statements),
        )  # fmt: skip
        rows.append(cells)
    return write_csv(f"{found.record.negotiation.slug}-changes", found.record.marking, CSV_COLUMNS, rows)


def tell_changes(found: ChangesAsked) -> list[Phrase]:
    """Who moved in the span, on what, and who else was heard."""
    inks, issues = found.inks, found.record.issues
    moved = [change for change in found.found if change.kind in KINDS]
    heard = {change.party for change in found.found}
    if not found.found:
        return [Phrase(gettext("Nothing was found in these days. That is a gap in the record, not agreement."))]
    if not moved:
        parties = sorted(heard, key=list(inks).index)
        return compose(
            ngettext(
                "Nobody moved. {parties} restated or first stated positions.",
                "Nobody moved. {parties} restated or first stated positions.",
                len(parties),
            ),
            parties=list_parties(parties, inks),
        )
    movers = sorted({change.party for change in moved}, key=list(inks).index)
    others = sorted(heard - set(movers), key=list(inks).index)
    if len(movers) == 1 and others:
        sentence = ngettext(
            "Only {parties} moved: {count} change, on {issues}.",
            "Only {parties} moved: {count} changes, on {issues}.",
            len(moved),
        )
    else:
        sentence = ngettext(
            "{parties} moved: {count} change, on {issues}.",
            "{parties} moved: {count} changes, on {issues}.",
            len(moved),
        )
    phrases = compose(
        sentence,
        parties=list_parties(movers, inks),
        count=spell_count(len(moved)),
        issues=_list_issues(list(dict.fromkeys(change.issue for change in moved)), issues),
    )
    phrases.append(Phrase(" "))
    if not others:
        return phrases
    restated = ngettext(
        "{parties} restated what they hold or spoke for the first time.",
        "{parties} restated what they hold or spoke for the first time.",
        len(others),
    )
    return [*phrases, *compose(restated, parties=list_parties(others, inks))]


def _list_issues(slugs: Sequence[str], issues: Mapping[str, Issue]) -> list[Phrase]:
    """Three issues by their titles, the others counted."""
    named = [name_issue(slug, issues) for slug in slugs]
    if len(named) <= ISSUES_NAMED:
        return list_phrases(named)
    most: list[Phrase] = named[:1]
    for phrase in named[1:ISSUES_NAMED]:
        most = compose(pgettext("a list", "{most}, {next}"), most=most, next=phrase)
    rest = len(named) - ISSUES_NAMED
    sentence = ngettext("{issues} and {count} other issue", "{issues} and {count} other issues", rest)
    return compose(sentence, issues=most, count=f"{rest}")


def _count_kinds(found: ChangesAsked) -> list[tuple[int, str]]:
    passages = {s for change in found.found for shift in change.shifts for s in shift.after.statements}
    return [
        (sum(c.kind in KINDS for c in found.found), pgettext("in these days", "moved")),
        (sum(c.kind == NEW for c in found.found), pgettext("in these days", "first heard")),
        (sum(c.kind == UNCHANGED for c in found.found), pgettext("in these days", "restated")),
        (sum(any(s.condition == "added" for s in c.shifts) for c in found.found), gettext("new conditions")),
        (len(found.silent), gettext("not heard")),
        (len(passages), pgettext("in these days", "passages")),
    ]


def _tell_issues(
    found: ChangesAsked, moves: Sequence[Shift], statements: Mapping[str, Statement], reader: Reader
) -> Iterator[IssueChanges]:
    """The issues on which somebody was heard, those with moves first."""
    rank = {slug: place for place, slug in enumerate(found.inks)}
    for issue, here, quiet in group_changes(found):
        rows = [_scale_row(c.before, c.after, found.inks[c.party], is_heard=True) for c in here]
        rows += [_scale_row(p, p, found.inks[p.party], is_heard=False) for p in quiet]
        rows.sort(key=lambda row: rank[row.ink.slug])
        on_it = [s for s in moves if s.issue == issue.slug]
        cards = tell_shifts(on_it, found.inks, found.record.issues, statements, reader)
        yield IssueChanges(issue, tuple(rows), tuple(cards), tuple(_lists(here, quiet, found)))


def group_changes(found: ChangesAsked) -> Iterator[tuple[Issue, list[Change], list[Position]]]:
    """The changes by issue, those with moves first, and who held a position there and was not heard; heaviest first."""
    by_issue: dict[str, list[Change]] = {}
    for change in found.found:
        by_issue.setdefault(change.issue, []).append(change)
    order = list(found.record.issues)
    ranked = sorted(by_issue, key=lambda slug: (not any(c.kind in KINDS for c in by_issue[slug]), order.index(slug)))
    rank = {slug: place for place, slug in enumerate(found.inks)}
    for slug in ranked:
        here = sorted(by_issue[slug], key=lambda change: rank[change.party])
        quiet = sorted((p for p in found.silent if p.issue == slug), key=lambda p: rank[p.party])
        yield found.record.issues[slug], here, quiet


def _scale_row(before: Position | None, after: Position, ink: PartyInk, *, is_heard: bool) -> ScaleRow:
    return ScaleRow(
        ink=ink,
        from_x=None if before is None or before.stance is None else PLACE_OF_ZERO + STEP * before.stance,
        to_x=None if after.stance is None else PLACE_OF_ZERO + STEP * after.stance,
        is_heard=is_heard,
        is_conditional=after.conditional,
        is_told=after.footing != "own",
        words=f"{ink.name}: {say_stand(after)}",
    )


def say_stand(position: Position) -> str:
    """Where a position stands, in signs and words."""
    sign = sign_position(position.stance, position.low, position.high)
    sign = sign_with_condition(sign, is_conditional=position.conditional)
    return f"{sign}, {name_stance(position.stance, position.state)}"


def _lists(
    here: Sequence[Change], quiet: Sequence[Position], found: ChangesAsked
) -> Iterator[tuple[str, tuple[Told, ...]]]:
    def told(chosen: Iterable[Change], say: str = "{stand}, {days}") -> tuple[Told, ...]:
        return tuple(
            Told(
                found.inks[c.party],
                say.format(stand=say_stand(c.after), days=_days(c)) + _footing(c.after),
                c.after.statements[0] if c.after.statements else "",
            )
            for c in chosen
        )

    lists = (
        (gettext("First heard"), told(c for c in here if c.kind == NEW)),
        (
            gettext("Better known"),
            told(
                (c for c in here if c.kind == BETTER_KNOWN),
                gettext("{stand}, {days}; known before on lesser evidence, so no shift is counted"),
            ),
        ),
        (gettext("Restated"), told(c for c in here if c.kind == UNCHANGED)),
        (
            gettext("New condition"),
            told(c for c in here if any(shift.condition == "added" for shift in c.shifts)),
        ),
        (
            gettext("Not heard"),
            tuple(
                Told(
                    found.inks[p.party],
                    gettext("stays at {stance} of {day}").format(
                        stance=sign_position(p.stance, p.low, p.high), day=say_day_short(p.last_evidence_on)
                    ),
                    p.statements[0] if p.statements else "",
                )
                for p in quiet
            ),
        ),
    )
    return (pair for pair in lists if pair[1])


def _days(change: Change) -> str:
    days = [say_day_short(shift.on) for shift in change.shifts]
    if len(days) == 1:
        return days[0]
    if len(days) == 2:
        return gettext("twice, {first} to {last}").format(first=days[0], last=days[-1])
    sentence = ngettext("{count} time, {first} to {last}", "{count} times, {first} to {last}", len(days))
    return sentence.format(count=len(days), first=days[0], last=days[-1])


def _footing(position: Position) -> str:
    return "" if position.footing == "own" else f", {FOOTING_WORDS[position.footing]}"


def _days_before(day: date, count: int) -> date:
    """So many days earlier, or the calendar's first day."""
    return date.min if (day - date.min).days < count else day - timedelta(days=count)
