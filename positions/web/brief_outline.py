"""What a brief says from its first line to its last, as blocks: the one content of its Word document and its PDF.

The page sets the same things with links and colours. No text of the record is markup in any of them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from positions.models import Issue
from positions.web.brief import Brief, Note
from positions.web.chart_shapes import StepChart
from positions.web.matrix_table import MatrixCell
from positions.web.palette import PartyInk
from positions.web.words import say_day_short, sign_stance

MISSING_NAMED = 5
ISOLATE, END_ISOLATE = "\u2068", "\u2069"
TURNING = frozenset({"R", "AL", "RLE", "LRE", "RLO", "LRO", "PDF", "RLI", "LRI", "FSI", "PDI"})


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading below the title; ``level`` 1 or 2."""

    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph; ``note`` is the number of its source, ``address`` what it ends with.

    ``is_kept`` holds it on the page of what follows.
    """

    text: str
    note: int | None = None
    is_kept: bool = False
    address: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """A whole passage, unbroken, and who said it when; the number is its source's."""

    note: Note

    @property
    def text(self) -> str:
        return self.note.quotation.text or self.note.quotation.instead

    @property
    def language(self) -> str:
        """BCP 47; empty where the words are ours."""
        return self.note.quotation.language if self.note.quotation.text else ""

    @property
    def by(self) -> str:
        return f"{isolate(self.note.quotation.who)}, {self.note.quotation.said}"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows as long as the head; ``is_matrix`` where the first column names an issue and the rest are cells."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    is_matrix: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart under its own heading, with the sentences that say the same."""

    number: int
    title: str
    chart: StepChart

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(self.chart.lines)


@dataclass(frozen=True, slots=True)
class Source:
    """A footnote with the permalink of what is quoted."""

    note: Note


Block = Heading | Words | Quote | Table | Picture | Source


def outline(brief: Brief, address: str) -> Iterator[Block]:
    """The brief's blocks after its title, in order; ``address`` is its page."""
    yield Words(" ".join((f"TLP:{brief.marking}.", f"{isolate(brief.record.negotiation.title)}.", brief.moment_words)))
    yield Words("".join(isolate(phrase.text) for phrase in brief.lede))
    if brief.is_empty:
        yield Words(_("That is a gap in the record, not agreement."))
    yield from _matrix(brief)
    for number, chart in enumerate(brief.charts):
        yield Picture(number, chart.title, chart.chart)
    yield from _stands(brief)
    yield from _moves(brief)
    yield from _lines(brief)
    yield from _gaps(brief)
    if brief.notes:
        yield Heading(1, _("Sources"))
    for note in brief.notes:
        yield Source(note)
    yield Words(_("This brief:"), address=address)


def isolate(text: str) -> str:
    """The text so enclosed that no right-to-left word or mark in it turns what stands around it."""
    if any(unicodedata.bidirectional(letter) in TURNING for letter in text):
        return f"{ISOLATE}{text}{END_ISOLATE}"
    return text


def _matrix(brief: Brief) -> Iterator[Block]:
    matrix = brief.matrix
    if not matrix.rows:
        return
    yield Heading(1, _("Where each party stands"))
    yield Table(
        (_("Issue"), *(ink.name for ink in matrix.parties), _("Apart")),
        tuple((row.issue.title, *(_cell(cell) for cell in row.cells), row.span_words) for row in matrix.rows),
        is_matrix=True,
    )
    yield Words(
        _(
            "+2 categorical for, −2 categorical against; if: under an open condition; ◆: red line; ·: nothing found, "
            "which is not 0. Below: latest evidence, passages in all."
        )
    )
    if matrix.parties_left_out:
        shown = {"number": matrix.parties_left_out}
        yield Words(
            ngettext("%(number)s party not shown here.", "%(number)s parties not shown here.", shown["number"]) % shown
        )


def _cell(cell: MatrixCell | None) -> str:
    if cell is None:
        return "·"
    sign = f"{cell.sign} ◆" if cell.is_red_line else cell.sign
    return f"{sign}\n{' · '.join(part for part in (cell.heard, str(cell.evidence_count), cell.note) if part)}"


def _on(ink: PartyInk, issue: Issue | str) -> str:
    title = issue if isinstance(issue, str) else issue.title
    return _("%(party)s on %(issue)s") % {"party": isolate(ink.name), "issue": isolate(title)}


def _stands(brief: Brief) -> Iterator[Block]:
    if brief.stands:
        yield Heading(1, _("In their words"))
    for stand in brief.stands:
        said = {
            "who": isolate(stand.ink.name) if brief.issue else _on(stand.ink, stand.issue),
            "sign": stand.sign,
            "stance": stand.words,
            "day": stand.since,
        }
        yield Words(_("%(who)s: %(sign)s, %(stance)s, since %(day)s") % said, is_kept=True)
        yield from _quote(stand.note)


def _moves(brief: Brief) -> Iterator[Block]:
    yield Heading(1, _("What moved lately"))
    if not brief.cards:
        yield Words(_("Nobody moved along the scale in the evidence found."))
    for card, before, after in brief.cards:
        old = card.before.stance if card.before else ""
        how = card.steps_words or card.kind_words
        yield Heading(2, f"{_on(card.ink, card.issue_title)}: {old} → {card.after.stance}, {how}")
        if before is not None:
            yield Words(_("Before"), is_kept=True)
            yield from _quote(before)
        if after is not None:
            yield Words(_("After"), is_kept=True)
            yield from _quote(after)


def _lines(brief: Brief) -> Iterator[Block]:
    if brief.lines:
        yield Heading(1, _("Red lines"))
    for line in brief.lines:
        yield Words(f"{_on(line.ink, line.issue)}: {line.words}", is_kept=True)
        yield from _quote(line.note)
    if brief.conditions:
        yield Heading(1, _("Open conditions"))
    for row in brief.conditions:
        said = {"which": _on(row.ink, row.issue), "day": row.stated, "condition": isolate(row.text)}
        yield Words(_("%(which)s, %(day)s: if %(condition)s") % said, row.note.number if row.note else None)


def _gaps(brief: Brief) -> Iterator[Block]:
    if not (brief.silences or brief.never):
        return
    yield Heading(1, _("What the record lacks"))
    if brief.silences:
        head = (_("Party"), _("Issue"), _("Stands at"), _("Nothing found since"), _("Rounds attended since"))
        yield Table(
            head,
            tuple(
                (
                    ink.name,
                    issue.title,
                    pgettext("signals", "mixed") if p.stance is None else sign_stance(p.stance),
                    say_day_short(p.last_evidence_on),
                    str(p.rounds_silent),
                )
                for ink, issue, p in brief.silences
            ),
        )
    for ink, missing, heard, total in brief.never:
        yield Words(f"{isolate(ink.name)}: {_never(missing, heard, total)}")


def _never(missing: Sequence[Issue], heard: int, total: int) -> str:
    if len(missing) > heard:
        return _("heard on %(heard)s of %(total)s issues only.") % {"heard": heard, "total": total}
    named = ", ".join(isolate(issue.title) for issue in missing[:MISSING_NAMED])
    more = len(missing) - MISSING_NAMED
    if more > 0:
        return _("nothing on %(issues)s and %(number)s more.") % {"issues": named, "number": more}
    return _("nothing on %(issues)s.") % {"issues": named}


def _quote(note: Note | None) -> Iterator[Block]:
    if note is not None:
        yield Quote(note)
