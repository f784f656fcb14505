"""A brief as a Word document. Text is only ever text: no field, link target or markup is made of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import BytesIO

from django.utils.translation import get_language
from django.utils.translation import gettext as _
from docx import Document
from docx.document import Document as WordDocument
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from positions.web.brief import Brief
from positions.web.brief_outline import Block, Heading, Picture, Quote, Source, Table, Words, outline

# what XML cannot hold
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
RIGHT_TO_LEFT = ("ar", "fa", "he", "ur", "yi", "ps", "dv", "ckb", "syr")
NARROW_COLUMNS = 4  # a table with more of them is set smaller


def write_document(brief: Brief, pictures: Sequence[bytes | None], address: str) -> bytes:
    """The brief as the bytes of a ``.docx``; ``pictures`` are its charts as PNG, in order, ``address`` is its page."""
    document = Document()
    _set_sheet(document, brief)
    document.add_heading(clean(brief.title), level=0)
    for block in outline(brief, address):
        _add(document, block, pictures)
    written = BytesIO()
    document.save(written)
    return written.getvalue()


def clean(text: str) -> str:
    """Text an XML file can hold; what it cannot is shown as a replacement character."""
    return FORBIDDEN.sub("\ufffd", text)


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
    document.core_properties.title = clean(brief.title)[:255]
    document.core_properties.author = "Rapporteur"
    document.core_properties.comments = f"TLP:{brief.marking}"
    document.core_properties.language = get_language() or "en"


def _add(document: WordDocument, block: Block, pictures: Sequence[bytes | None]) -> None:
    match block:
        case Heading(level, text):
            document.add_heading(clean(text), level=level)
        case Words(text, note, is_kept, address):
            paragraph = _say(document, f"{text} {address}" if address else text)
            paragraph.paragraph_format.keep_with_next = is_kept
            if note is not None:
                _refer(paragraph, note)
        case Quote():
            _quote(document, block)
        case Table(head, rows):
            _add_table(document, head, rows)
        case Picture(number, title):
            _add_chart(document, title, block.lines, pictures[number])
        case Source(entry):
            _say(document, f"{entry.number}. {entry.text} {entry.address}")


def _add_chart(document: WordDocument, title: str, lines: Sequence[str], picture: bytes | None) -> None:
    document.add_heading(clean(title), level=2)
    if picture is None:
        _say(document, _("The chart could not be drawn here; it is on the page of the brief."))
    else:
        document.add_picture(BytesIO(picture), width=Mm(170))
        # what stands for the picture where it cannot be seen; its sentences follow it
        document.inline_shapes[-1]._inline.docPr.set("descr", clean(title))
    for line in lines:
        _say(document, line)


def _say(document: WordDocument, text: str) -> Paragraph:
    return document.add_paragraph(clean(text))


def _quote(document: WordDocument, quote: Quote) -> None:
    """The whole passage as one unbroken paragraph, then who said it, with the number of its source."""
    paragraph = document.add_paragraph(clean(quote.text), style="Quote")
    paragraph.paragraph_format.keep_together = True
    paragraph.paragraph_format.keep_with_next = True
    if quote.language.split("-")[0] in RIGHT_TO_LEFT:
        paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
    _refer(_say(document, quote.by), quote.note.number)


def _refer(paragraph: Paragraph, number: int) -> None:
    paragraph.add_run(f" {number}").font.superscript = True


def _add_table(document: WordDocument, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(rows=0, cols=len(head), style="Light Grid Accent 1")
    for row in (head, *rows):
        cells = table.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            cell.text = clean(text)
            if len(head) > NARROW_COLUMNS:
                for run in cell.paragraphs[0].runs:
                    run.font.size = Pt(8)
    # said again at the head of every page the table runs over
    properties = table.rows[0]._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:tblHeader"))
