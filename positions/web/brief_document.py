"""A brief as a Word document. Text is only ever text: no field, link target or markup is made of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from io import BytesIO

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from positions.web.brief import Brief, Note
from positions.web.words import count_of, say_day_short, sign_position

# what XML cannot hold
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
RIGHT_TO_LEFT = ("ar", "fa", "he", "ur", "yi", "ps", "dv", "ckb", "syr")
NO_PICTURE = "The chart could not be drawn here; it is on the page of the brief."
UNHEARD = "Nothing is in the record yet. That is a gap in the record, not agreement."


def write_document(brief: Brief, pictures: Sequence[bytes | None], address: str) -> bytes:
    """The brief as the bytes of a ``.docx``; ``pictures`` are its charts as PNG, in order, ``address`` is its page."""
    document = Document()
    _set_sheet(document, brief)
    document.add_heading(_clean(brief.title), level=0)
    named = brief.record.negotiation.title
    _say(document, f"TLP:{brief.marking}. {named}. {brief.moment_words}")
    _say(document, "".join(phrase.text for phrase in brief.lede))
    if brief.is_empty:
        _say(document, UNHEARD)
    _add_matrix(document, brief)
    for chart, picture in zip(brief.charts, pictures, strict=True):
        _add_chart(document, chart.title, chart.chart.lines, picture)
    _add_stands(document, brief)
    _add_moves(document, brief)
    _add_lines(document, brief)
    _add_gaps(document, brief)
    _add_notes(document, brief, address)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def _set_sheet(document: WordDocument, brief: Brief) -> None:
    """A4 with the marking at head and foot of every page, as TLP asks."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(20)
    section.top_margin = section.bottom_margin = Mm(20)
    for margin in (section.header, section.footer):
        paragraph = margin.paragraphs[0]
        paragraph.text = f"TLP:{brief.marking}"
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.styles["Normal"].font.size = Pt(10)
    document.core_properties.title = _clean(brief.title)[:255]
    document.core_properties.author = "Rapporteur"
    document.core_properties.comments = f"TLP:{brief.marking}"


def _add_matrix(document: WordDocument, brief: Brief) -> None:
    if not brief.matrix.rows:
        return
    document.add_heading("Where each party stands", level=1)
    rows = [
        [row.issue.title, *(_cell(cell.sign, is_line=cell.is_red_line) if cell else "·" for cell in row.cells)]
        for row in brief.matrix.rows
    ]
    _add_table(document, ["Issue", *(ink.name for ink in brief.matrix.parties)], rows)
    _say(
        document, "+2 categorical for, −2 categorical against; if: under an open condition; ◆: red line; ·: not found."
    )
    if brief.matrix.parties_left_out:
        _say(document, f"{count_of(brief.matrix.parties_left_out, 'party', 'parties')} more not shown here.")


def _cell(sign: str, *, is_line: bool) -> str:
    return f"{sign} ◆" if is_line else sign


def _add_chart(document: WordDocument, title: str, lines: Iterable[str], picture: bytes | None) -> None:
    document.add_heading(_clean(title), level=2)
    if picture is None:
        _say(document, NO_PICTURE)
    else:
        document.add_picture(BytesIO(picture), width=Mm(170))
    for line in lines:
        _say(document, line)


def _add_stands(document: WordDocument, brief: Brief) -> None:
    if not brief.stands:
        return
    document.add_heading("In their words", level=1)
    for stand in brief.stands:
        on = "" if brief.issue else f" on {stand.issue.title}"
        _say(document, f"{stand.ink.name}{on}: {stand.sign}, {stand.words}, since {stand.since}", is_kept=True)
        _quote(document, stand.note)


def _add_moves(document: WordDocument, brief: Brief) -> None:
    document.add_heading("What moved lately", level=1)
    if not brief.cards:
        _say(document, "Nobody moved along the scale in the evidence found.")
    for card, before, after in brief.cards:
        old = card.before.stance if card.before else ""
        words = card.steps_words or card.kind_words
        head = f"{card.ink.name} on {card.issue_title}: {old} → {card.after.stance}, {words}, {card.on_words}"
        document.add_heading(_clean(head), level=2)
        for side, note in (("Before", before), ("After", after)):
            if note is not None:
                _say(document, f"{side}, {note.quotation.said}", is_kept=True)
                _quote(document, note)


def _add_lines(document: WordDocument, brief: Brief) -> None:
    if brief.lines:
        document.add_heading("Red lines", level=1)
    for line in brief.lines:
        _say(document, f"{line.ink.name} on {line.issue.title}: {line.words}", is_kept=True)
        _quote(document, line.note)
    if brief.conditions:
        document.add_heading("Open conditions", level=1)
    for row in brief.conditions:
        paragraph = _say(document, f"{row.ink.name} on {row.issue.title}, {row.stated}: if {row.text}")
        _refer(paragraph, row.note)


def _add_gaps(document: WordDocument, brief: Brief) -> None:
    if not (brief.silences or brief.never):
        return
    document.add_heading("What the record lacks", level=1)
    rows = [
        [ink.name, issue.title, sign_position(p.stance, p.low, p.high), say_day_short(p.last_evidence_on),
         str(p.rounds_silent)]
        for ink, issue, p in brief.silences
    ]  # fmt: skip
    if rows:
        _add_table(document, ["Party", "Issue", "Stands at", "Nothing found since", "Rounds attended since"], rows)
    for ink, missing, heard, total in brief.never:
        named = ", ".join(issue.title for issue in missing[:5])
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        _say(document, f"{ink.name}: heard on {heard} of {total}; nothing on {named}{more}.")


def _add_notes(document: WordDocument, brief: Brief, address: str) -> None:
    document.add_heading("Sources", level=1)
    for note in brief.notes:
        _say(document, f"{note.number}. {note.text} {note.address}")
    _say(document, f"This brief: {address}")


# ---------------------------------------------------------------- parts


def _clean(text: str) -> str:
    """Text an XML file can hold; what it cannot is shown as a replacement character."""
    return FORBIDDEN.sub("\ufffd", text)


def _say(document: WordDocument, text: str, *, is_kept: bool = False) -> Paragraph:
    """A paragraph; ``is_kept`` holds it on the page of what follows."""
    paragraph = document.add_paragraph(_clean(text))
    paragraph.paragraph_format.keep_with_next = is_kept
    return paragraph


def _quote(document: WordDocument, note: Note | None) -> None:
    """The whole passage as one unbroken paragraph, with the number of its source."""
    if note is None:
        return
    quotation = note.quotation
    paragraph = document.add_paragraph(_clean(quotation.text or quotation.instead), style="Quote")
    paragraph.paragraph_format.keep_together = True
    if quotation.text and quotation.language.split("-")[0] in RIGHT_TO_LEFT:
        paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
    _refer(paragraph, note)


def _refer(paragraph: Paragraph, note: Note | None) -> None:
    if note is not None:
        paragraph.add_run(f" {note.number}").font.superscript = True


def _add_table(document: WordDocument, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(rows=0, cols=len(head), style="Light Grid Accent 1")
    for row in (head, *rows):
        cells = table.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            cell.text = _clean(text)
