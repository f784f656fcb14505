"""A statement's permalink: the quotation in context, who says it, how it is read, and how that changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext, override

from positions.enums import AnchorStatus, Confidence, Credibility, Move, Reliability
from positions.models import Coding, Statement
from positions.queries.access import Reader
from positions.queries.withholding import withheld_reason
from positions.web.citations import Citation, cite_statement, write_bibtex, write_csl, write_plain
from positions.web.page_view import page
from positions.web.passages import Context, quote_in_context
from positions.web.query_string import Asked, read_moment, write_instant
from positions.web.quotations import Quotation, quote_statement
from positions.web.statement_record import ConditionRow, StatementRecord, load_statement
from positions.web.statement_relations import relation_lines
from positions.web.words import (
    FOOTING_WORDS,
    count_of,
    join_words,
    name_stance,
    say_edtf,
    say_instant,
    sign_stance,
)

SCALE = (-2, -1, 0, 1, 2)


@dataclass(frozen=True, slots=True)
class ReadingCard:
    """One coding for the page: the stance on its scale, the verdict on whether it decides, its conditions."""

    coding: Coding
    stance: str
    words: str
    footing: str
    footing_words: str
    scale_x: int | None
    move: str
    confidence: str
    verdict: str
    conditions: tuple[ConditionRow, ...]

    @property
    def condition_count(self) -> str:
        return count_of(len(self.conditions), "condition").capitalize()

    @property
    def has_failed_condition(self) -> bool:
        return any(c.status == "failed" for c in self.conditions) and not any(
            c.status == "open" for c in self.conditions
        )


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One thing that happened to the record of this statement."""

    at: datetime
    when: str
    what: str
    reason: str
    link: str

    @property
    def known_at(self) -> str:
        """The instant for an address that shows the page as it was known then."""
        return write_instant(self.at)


@page
def statement(request: HttpRequest, reader: Reader, pk: UUID) -> HttpResponse:
    asked = read_moment(request.GET)
    record = load_statement(reader, pk, asked.moment)
    found = record.statement
    quotation = quote_statement(found, reader)
    source = found.source
    withheld = withheld_reason(reader, source)
    cards = [_read_card(coding, record) for coding in record.codings]
    cited = _cite(record, reader, request, asked)
    with override(settings.LANGUAGE_CODE):
        # as the files say it, which are English for everyone
        in_english = _cite(record, reader, request, asked)
        bibtex, csl = write_bibtex(in_english), write_csl(in_english)
    context = {
        "asked": asked,
        "statement": found,
        "quotation": quotation,
        "source": source,
        "negotiation": found.negotiation,
        "title": _title(record),
        "lede": _lede(cards, found),
        "context": _context_of(found, quotation, is_shown=withheld is None),
        "can_read_source": withheld is None and found.text_id is not None,
        "source_query": _source_query(found, asked),
        "published": say_edtf(source.published_on, source.published_earliest, source.published_latest)
        if source.published_on and source.published_earliest and source.published_latest
        else "",
        "addressees": record.addressees,
        "speaker_withheld": not reader.sees_speaker(found) and bool(found.speaker_id or found.speaker_label),
        "reliability": [(letter, letter == source.reliability) for letter in Reliability.values],
        "credibility": [(number, number == found.credibility) for number in Credibility.values],
        "anchor": AnchorStatus(found.anchor_status).label,
        "cards": cards,
        "chain": record.chain,
        "translations": [link for link in record.chain if link.beside],
        "relations": relation_lines(reader, found, asked.moment),
        "history": list(_tell_history(record, asked)),
        "is_retired": found.retired_at is not None and found.retired_at <= asked.moment.known_at,
        "is_unknown": found.recorded_at > asked.moment.known_at,
        "replaced_by": record.replaced_by,
        "citation": write_plain(cited),
        "citation_bibtex": bibtex,
        "citation_csl": json.dumps([csl], ensure_ascii=False, indent=2),
        "address": request.build_absolute_uri(reverse("statement", args=[found.pk])),
    }
    return render(request, "statement.html", context)


def _source_query(found: Statement, asked: Asked) -> str:
    """What the link to the source carries: the moment, and the version for a passage that stands in an older text."""
    may_be_older = found.retired_at is not None or found.anchor_status in (AnchorStatus.FUZZY, AnchorStatus.ORPHAN)
    if found.text is None or not may_be_older:
        return asked.query
    return f"{asked.query}&text={found.text.version}" if asked.query else f"?text={found.text.version}"


def _read_card(coding: Coding, record: StatementRecord) -> ReadingCard:
    point = record.points.get(str(coding.pk))
    footing = coding.footing
    return ReadingCard(
        coding=coding,
        stance=sign_stance(coding.stance),
        words=name_stance(coding.stance, coding.state),
        footing=footing,
        footing_words=str(FOOTING_WORDS[footing])
        if footing != "reported"
        else gettext("as {party} tells it").format(party=record.statement.asserted_by.name),
        scale_x=None if coding.stance is None else 30 + 50 * (coding.stance + 2),
        move=str(Move(coding.move).label),
        confidence=str(Confidence(coding.confidence).label).lower(),
        verdict=_judge(coding, record, point.set_aside if point else None, is_known=point is not None),
        conditions=record.conditions.get(coding.pk, ()),
    )


def _judge(coding: Coding, record: StatementRecord, set_aside: str | None, *, is_known: bool) -> str:
    """Whether the reading makes its party's position, in a sentence."""
    name = coding.party.name
    if not is_known:
        return gettext("Said after the date this page is shown for, so it decides nothing yet.")
    if coding.state != "coded":
        return gettext("Carries no stance: it is a mark on the timeline and decides nothing.")
    if set_aside == "copy":
        return gettext(
            "Set aside as a copy: a source this one derives from carries the same evidence, so it counts once."
        )
    position = record.positions.get((coding.party.slug, coding.issue.slug))
    if set_aside == "footing" or (position is not None and position.footing != coding.footing):
        return gettext("Does not decide: better evidence of where {party} stands is in the record.").format(party=name)
    if position is not None and str(record.statement.pk) in position.statements:
        return gettext("Makes {party}’s position to this date: nothing newer was found.").format(party=name)
    return gettext("Made {party}’s position on its day; newer evidence has been found since.").format(party=name)


def _title(record: StatementRecord) -> str:
    issues = list(dict.fromkeys(coding.issue.title for coding in record.codings))
    shown = issues[:2] + [_count_others(len(issues) - 2)] * (len(issues) > 2)
    return gettext("on {issues}").format(issues=join_words(shown)) if shown else ""


def _count_others(number: int) -> str:
    return ngettext("{count} other issue", "{count} other issues", number).format(count=number)


def _lede(cards: list[ReadingCard], found: Statement) -> str:
    """Where the passage puts its party, issue by issue, and of whom else it tells."""
    if not cards:
        return gettext("No reading of this passage is in the record at this moment.")
    own = [card for card in cards if card.footing != "reported"]
    told = list(dict.fromkeys(card.coding.party.name for card in cards if card.footing == "reported"))
    parts = []
    if own:
        stands = [
            gettext("at {stance}, {words}, on {issue}").format(
                stance=card.stance, words=card.words, issue=card.coding.issue.title
            )
            for card in own
            if card.scale_x is not None
        ]
        open_ = [
            gettext("{words} on {issue}").format(words=card.words, issue=card.coding.issue.title)
            for card in own
            if card.scale_x is None
        ]
        more = [_count_others(len(stands) + len(open_) - 3)] if len(stands) + len(open_) > 3 else []
        shown = [*stands, *open_][:3]
        parts.append(
            gettext("Here {party} stands {places}").format(
                party=own[0].coding.party.name, places=join_words([*shown, *more])
            )
        )
    if told:
        sentence = ngettext("{party} tells where {others} stands", "{party} tells where {others} stand", len(told))
        parts.append(sentence.format(party=found.asserted_by.name, others=join_words(told)))
    return "; ".join(parts) + "."


def _context_of(found: Statement, quotation: Quotation, *, is_shown: bool) -> Context:
    """The passage in its text where the reader may read that, else alone."""
    if is_shown and quotation.text and found.text is not None and found.start is not None and found.end is not None:
        return quote_in_context(found.text.text, found.start, found.end)
    return Context("", quotation.text, "")


def _tell_history(record: StatementRecord, asked: Asked) -> Iterator[HistoryEntry]:
    """What happened to the statement and its codings up to the moment asked about, newest first."""
    found = record.statement
    entries = []
    if record.replaces is not None:
        link = reverse("statement", args=[record.replaces.pk])
        entries.append(
            _entry(found.recorded_at, gettext("Recorded as a correction of an earlier statement"), found.reason, link)
        )
    else:
        entries.append(_entry(found.recorded_at, gettext("Statement recorded"), ""))
    for coding in (*record.past_codings, *record.codings):
        entries += _coding_entries(coding, record)
    if found.retired_at is not None:
        after = record.replaced_by[0] if record.replaced_by else None
        what = gettext("Replaced by a corrected statement") if after else gettext("Withdrawn")
        link = reverse("statement", args=[after.pk]) if after else ""
        entries.append(_entry(found.retired_at, what, after.reason if after else found.withdrawal_reason, link))
    shown = [entry for entry in entries if entry.at <= asked.moment.known_at]
    yield from sorted(shown, key=lambda entry: entry.at, reverse=True)


def _coding_entries(coding: Coding, record: StatementRecord) -> Iterator[HistoryEntry]:
    what = gettext("{party} on {issue}: {stance}").format(
        party=coding.party.name, issue=coding.issue.title, stance=_stance_words(coding)
    )
    assert coding.recorded_at is not None  # published codings have one
    if coding.supersedes_id:
        said = gettext("{reading}, corrected to this reading").format(reading=what)
    else:
        said = gettext("{reading}, published").format(reading=what)
    yield _entry(coding.recorded_at, said, coding.reason)
    if coding.retired_at is not None:
        after = next((c for c in (*record.codings, *record.past_codings) if c.supersedes_id == coding.pk), None)
        if after:
            said = gettext("{reading}, replaced by {stance}").format(reading=what, stance=_stance_words(after))
        elif record.replaced_by:
            said = gettext("{reading}, re-issued with the corrected statement").format(reading=what)
        else:
            said = gettext("{reading}, withdrawn").format(reading=what)
        yield _entry(coding.retired_at, said, after.reason if after else coding.withdrawal_reason)


def _stance_words(coding: Coding) -> str:
    return (
        name_stance(None, coding.state)
        if coding.stance is None
        else f"{sign_stance(coding.stance)} {name_stance(coding.stance)}"
    )


def _entry(at: datetime, what: str, reason: str, link: str = "") -> HistoryEntry:
    return HistoryEntry(at, say_instant(at), what, reason, link)


# ---------------------------------------------------------------- citing


@page
def statement_bibtex(request: HttpRequest, reader: Reader, pk: UUID) -> HttpResponse:
    cited = _load_citation(request, reader, pk)
    response = HttpResponse(write_bibtex(cited), content_type="application/x-bibtex; charset=utf-8")
    response.headers["Content-Disposition"] = f'inline; filename="rapporteur-{pk}.bib"'
    return response


@page
def statement_csl(request: HttpRequest, reader: Reader, pk: UUID) -> HttpResponse:
    response = JsonResponse(
        [write_csl(_load_citation(request, reader, pk))],
        safe=False,
        json_dumps_params={"ensure_ascii": False, "indent": 2},
        content_type="application/vnd.citationstyles.csl+json",
    )
    response.headers["Content-Disposition"] = f'inline; filename="rapporteur-{pk}.json"'
    return response


def _load_citation(request: HttpRequest, reader: Reader, pk: UUID) -> Citation:
    asked = read_moment(request.GET)
    return _cite(load_statement(reader, pk, asked.moment), reader, request, asked)


def _cite(record: StatementRecord, reader: Reader, request: HttpRequest, asked: Asked) -> Citation:
    """The citation as its reader may give it, with the permalink; a moment that was asked for goes with it."""
    found = record.statement
    query = asked.query.replace("%3A", ":")  # a per cent sign begins a comment in TeX
    address = request.build_absolute_uri(reverse("statement", args=[found.pk]) + query)
    issues = list(dict.fromkeys(coding.issue.title for coding in record.codings))
    return cite_statement(found, quote_statement(found, reader), issues, address, asked.moment.known_at)
