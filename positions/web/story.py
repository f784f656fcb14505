"""The story of a negotiation: its rounds and documents on one scale of days, with what moved at each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from positions.analysis.shifts import MOVES, shifts
from positions.analysis.types import Shift
from positions.enums import RoundStatus, SourceKind, Tlp
from positions.models import Source
from positions.queries.access import Reader, sources_for
from positions.web.chart_files import ChartFile, link_chart
from positions.web.ledes import Phrase, compose, list_parties, name_issue, name_party
from positions.web.page_view import page
from positions.web.palette import LIGHT_REST, PartyInk
from positions.web.query_string import Asked, read_moment
from positions.web.record import PageRecord, RoundRow, find_negotiation, load_negotiation_record
from positions.web.story_chart import (
    STORY_NARROW,
    STORY_WIDE,
    Happening,
    Lane,
    StoryChart,
    StorySize,
    draw_story,
    group_by_lane,
)
from positions.web.story_stages import Stage, cut_stages
from positions.web.take_away import write_csv
from positions.web.words import FOOTING_WORDS, clip_text, count_of, say_day_short, say_days, sign_position, spell_count

TOLD = (*MOVES, "mixed", "resolved")
SHIFTS_SHOWN = 20
DOCUMENTS_SHOWN = 6
LANES_MOST = 24  # parties with a lane of their own
CSV_COLUMNS = (
    "stage", "round", "item", "on", "kind", "title", "party", "issue", "stance_before", "stance_after", "steps",
    "footing", "address",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Story:
    """What the page and its files show; ``planned`` are rounds not held, ``later`` those after the day asked for.

    ``sources`` are in order of days, those without a day last.
    """

    record: PageRecord
    asked: Asked
    inks: Mapping[str, PartyInk]
    held: tuple[RoundRow, ...]
    planned: tuple[RoundRow, ...]
    later: int
    sources: tuple[Source, ...]
    shifts: tuple[Shift, ...]

    @property
    def marking(self) -> Tlp:
        """The most restrictive marking of the evidence and of the documents listed."""
        return Tlp.strictest([self.record.marking, *(source.tlp for source in self.sources)])


@dataclass(frozen=True, slots=True)
class ShiftLine:
    """A shift as a sentence, and the statement that shows it."""

    phrases: list[Phrase]
    glyph: str
    day: str
    footing: str
    statement: str


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage as a row of the table; ``present`` are the delegations with their colours and heads."""

    name: str
    row: RoundRow | None
    days: str
    present: tuple[tuple[PartyInk, str], ...]
    kinds: tuple[tuple[str, int], ...]
    sources: tuple[Source, ...]
    sources_left_out: int
    shifts: tuple[ShiftLine, ...]
    shifts_left_out: int


def load_story(query: QueryDict, reader: Reader, slug: str) -> Story:
    """The story at the moment asked for. Raises ``NotVisible`` or ``BadParameter``."""
    asked = read_moment(query)
    record = load_negotiation_record(reader, *find_negotiation(reader, slug), asked.moment)
    moment = asked.moment
    # a negotiation looked at as of a day does not know the rounds that began after it
    shown = [row for row in record.rounds if asked.as_of is None or _begins_by(row, asked)]
    found = sources_for(reader).filter(
        Q(published_latest=None) | Q(published_latest__lte=moment.as_of),
        negotiation=record.negotiation,
        recorded_at__lte=moment.known_at,
    )
    sources = sorted(
        found.only("pk", "title", "kind", "publisher", "published_latest", "tlp"),
        key=lambda s: (s.published_latest is None, s.published_latest, s.title, str(s.pk)),
    )
    told = [s for s in shifts(record.history, moment.as_of, moment.known_at, ()) if s.kind in TOLD]
    return Story(
        record=record,
        asked=asked,
        inks=record.inks(),
        held=tuple(row for row in shown if row.round.status == RoundStatus.HELD),
        planned=tuple(row for row in shown if row.round.status != RoundStatus.HELD),
        later=len(record.rounds) - len(shown),
        sources=tuple(sources),
        shifts=tuple(sorted(told, key=lambda s: (s.on, s.issue, s.party))),
    )


def _begins_by(row: RoundRow, asked: Asked) -> bool:
    day = row.round.starts_on or row.round.ends_on
    return day is None or day <= asked.moment.as_of


@page
def story_page(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    found = load_story(request.GET, reader, slug)
    dated = [source for source in found.sources if source.published_latest is not None]
    undated = found.sources[len(dated) :]
    context = {
        "negotiation": found.record.negotiation,
        "marking": found.marking,
        "asked": found.asked,
        "lede": tell_story(found),
        "take_away": link_chart(request, "story", found.record.negotiation, found.asked.query, slug),
        "chart": draw_chart(found, STORY_WIDE),
        "chart_narrow": draw_chart(found, STORY_NARROW),
        "chart_title": name_story(found),
        "statement_query": found.asked.query,
        "later": found.later,
        "stages": [_tell_stage(stage, found) for stage in cut_stages(found.held, dated, found.shifts)],
        "planned": [_tell_stage(Stage(row, ""), found) for row in found.planned],
        "undated": undated[:DOCUMENTS_SHOWN],
        "undated_left_out": len(undated[DOCUMENTS_SHOWN:]),
    }
    return render(request, "story.html", context)


def story_file(query: QueryDict, reader: Reader, slug: str) -> ChartFile:
    """The chart as a file or frame of its own. Raises ``NotVisible`` or ``BadParameter``."""
    found = load_story(query, reader, slug)
    context = {
        "chart": draw_chart(found, STORY_WIDE),
        "negotiation": found.record.negotiation,
        "statement_query": found.asked.query,
    }
    return ChartFile(
        negotiation=found.record.negotiation,
        marking=found.marking,
        name=f"{slug}-story",
        title=name_story(found),
        asked=found.asked,
        query=found.asked.query,
        context=context,
        template="charts/story_chart.svg",
        narrow={**context, "chart": draw_chart(found, STORY_NARROW)},
        heading=gettext("The story, round by round"),
        note=gettext("Every mark leads to the document or to the statement that shows the shift."),
    )


@page
def story_csv(request: HttpRequest, reader: Reader, slug: str) -> HttpResponse:
    found = load_story(request.GET, reader, slug)
    base = request.build_absolute_uri("/").rstrip("/")
    return write_csv(f"{slug}-story", found.marking, CSV_COLUMNS, _csv_rows(found, base))


def _csv_rows(found: Story, base: str) -> Iterator[tuple[object, ...]]:
    """The stages in order, of each the round itself, its documents, its shifts; then rounds and documents apart."""
    dated = [source for source in found.sources if source.published_latest is not None]
    planned = [Stage(row, gettext("Round {number}").format(number=row.round.number)) for row in found.planned]
    rest = Stage(None, gettext("No date"), [], list(found.sources[len(dated) :]))
    slug = found.record.negotiation.slug
    for stage in (*cut_stages(found.held, dated, found.shifts), *planned, rest):
        number: object = stage.row.round.number if stage.row else ""
        if stage.row:
            entry = stage.row.round
            present = " ".join(delegation.party for delegation in stage.row.delegations)
            yield (
                stage.name, number, "round", entry.starts_on or "", entry.status, entry.title, present, "", "", "", "",
                "", base + reverse("round", args=[slug, entry.number]),
            )  # fmt: skip
        for source in stage.sources:
            yield (
                stage.name, number, "document", source.published_latest or "", source.kind, source.title, "", "", "",
                "", "", "", base + reverse("source", args=[source.pk]),
            )  # fmt: skip
        for shift in stage.shifts:
            before, after = shift.before, shift.after
            yield (
                stage.name, number, "shift", shift.on, shift.kind, "", shift.party, shift.issue,
                before.stance if before and before.stance is not None else "",
                "" if after.stance is None else after.stance, "" if shift.steps is None else shift.steps,
                shift.footing, base + _path_of(shift, slug),
            )  # fmt: skip


# ---------------------------------------------------------------- words


def name_story(found: Story) -> str:
    """The title of the chart."""
    title = found.record.negotiation.title
    return gettext("{negotiation}: rounds, documents and shifts on one scale").format(negotiation=title)


def tell_story(found: Story) -> list[Phrase]:
    """What there is and who moved, in one sentence."""
    if not (found.held or found.sources or found.record.history.readings):
        return [Phrase(gettext("Nothing of this negotiation is in the record for these days: no round, no document."))]
    counts = {
        "rounds": count_of(len(found.held), "round held"),
        "sources": count_of(len(found.sources), "source"),
        "statements": count_of(len({reading.statement for reading in found.record.history.readings}), "statement"),
    }
    movers = sorted({shift.party for shift in found.shifts}, key=list(found.inks).index)
    if not movers:
        return compose(
            gettext("In the record: {rounds}, {sources}, {statements}; nobody moved along the scale."), **counts
        )
    count = len(found.shifts)
    sentence = ngettext(
        "In the record: {rounds}, {sources}, {statements}; {parties} moved, {count} shift in all.",
        "In the record: {rounds}, {sources}, {statements}; {parties} moved, {count} shifts in all.",
        count,
    )
    return compose(sentence, **counts, parties=list_parties(movers, found.inks), count=spell_count(count))


def tell_shift(shift: Shift, found: Story) -> list[Phrase]:
    """One shift as a sentence: who, how, from where to where, on what."""
    sentences = {
        "moved": gettext("{party} moved from {before} to {after} on {issue}."),
        "reversed": gettext("{party} reversed itself, from {before} to {after}, on {issue}."),
        "mixed": gettext("{party} sent mixed signals, {after} after {before}, on {issue}."),
        "resolved": gettext("{party} became clear again, {after} after {before}, on {issue}."),
    }
    before, after = shift.before or shift.after, shift.after
    return compose(
        sentences[shift.kind],
        party=name_party(shift.party, found.inks),
        before=sign_position(before.stance, before.low, before.high),
        after=sign_position(after.stance, after.low, after.high),
        issue=name_issue(shift.issue, found.record.issues),
    )


def _shape_of(shift: Shift) -> str:
    return shift.kind if shift.kind in ("mixed", "resolved") else "up" if (shift.steps or 0) > 0 else "down"


GLYPHS = {"up": "▲", "down": "▼", "mixed": "◆", "resolved": "◇"}


def _tell_stage(stage: Stage, found: Story) -> StageRow:
    row = stage.row
    delegations = row.delegations if row else ()
    kinds = Counter(source.kind for source in stage.sources)
    return StageRow(
        name=stage.name,
        row=row,
        days=say_days(row.round.starts_on, row.round.ends_on) if row else "",
        present=tuple(
            (found.inks.get(d.party) or PartyInk(d.party, d.name, d.name, None), d.head) for d in delegations
        ),
        kinds=tuple((str(kind.label), kinds[kind.value]) for kind in SourceKind if kinds[kind.value]),
        sources=tuple(stage.sources[:DOCUMENTS_SHOWN]),
        sources_left_out=len(stage.sources[DOCUMENTS_SHOWN:]),
        shifts=tuple(
            ShiftLine(
                tell_shift(shift, found),
                GLYPHS[_shape_of(shift)],
                say_day_short(shift.on),
                "" if shift.footing == "own" else str(FOOTING_WORDS[shift.footing]),
                shift.after.statements[0] if shift.after.statements else "",
            )
            for shift in stage.shifts[:SHIFTS_SHOWN]
        ),
        shifts_left_out=len(stage.shifts[SHIFTS_SHOWN:]),
    )


# ---------------------------------------------------------------- the chart


def draw_chart(found: Story, size: StorySize) -> StoryChart:
    """The chart in a size."""
    return draw_story(
        _lanes(found),
        [row.round for row in found.held],
        [row.round for row in found.planned],
        size=size,
        until=found.asked.until,
        summary="".join(phrase.text for phrase in tell_story(found)),
    )


def _lanes(found: Story) -> list[Lane]:
    """Documents by kind, then shifts by party, the parties most is known of first; the rest share a lane."""
    documents = group_by_lane(
        (source.kind, _mark_source(source, day))
        for source in found.sources
        if (day := source.published_latest) is not None
    )
    lanes = [
        Lane(
            clip_text(str(kind.label), 22), str(kind.label), "pr", LIGHT_REST, documents[kind.value], is_documents=True
        )
        for kind in SourceKind
        if kind.value in documents
    ]
    movers = [slug for slug in found.inks if slug in {shift.party for shift in found.shifts}]
    own = set(movers) if len(movers) <= LANES_MOST else set(movers[: LANES_MOST - 1])
    slug = found.record.negotiation.slug
    moves = group_by_lane(
        (shift.party if shift.party in own else "", _mark_shift(shift, found, slug)) for shift in found.shifts
    )
    for party in movers:
        if party in own:
            ink = found.inks[party]
            lanes.append(Lane(clip_text(ink.name, 20), ink.name, ink.css_class, ink.colour, moves[party]))
    if "" in moves:
        others = gettext("Other parties")
        lanes.append(Lane(others, others, "pr", LIGHT_REST, moves[""]))
    return lanes


def _mark_source(source: Source, day: date) -> Happening:
    title = gettext("{kind}: {title}, {day}").format(
        kind=source.get_kind_display(), title=clip_text(source.title, 160), day=say_day_short(day)
    )
    return Happening(day, "document", reverse("source", args=[source.pk]), title)


def _mark_shift(shift: Shift, found: Story, slug: str) -> Happening:
    said = "".join(phrase.text for phrase in tell_shift(shift, found))
    title = gettext("{day}: {sentence}").format(day=say_day_short(shift.on), sentence=said)
    return Happening(
        shift.on,
        _shape_of(shift),
        _path_of(shift, slug),
        title,
        is_reversal=shift.kind == "reversed",
        is_hollow=shift.footing != "own",
    )


def _path_of(shift: Shift, slug: str) -> str:
    """The statement that shows the shift; the issue's timeline where none does."""
    statements: Sequence[str] = shift.after.statements
    return (
        reverse("statement", args=[statements[0]])
        if statements
        else reverse("issue-timeline", args=[slug, shift.issue])
    )
