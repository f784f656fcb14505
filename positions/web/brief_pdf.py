"""A brief as PDF: tagged for screen readers (PDF/UA-1), its outline, language and marking with it.

Set by Typst in a child process with limits. All text goes there as data for a fixed template, so none of it is ever
markup; the charts go there as the page's own SVG. Latin, Greek, Cyrillic and Hebrew fonts come with Typst, others from
the machine: a letter for which there is none is put down as U+FFFD, and the sheet says so with the passage's address.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from django.core.cache import cache
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from positions.web.brief import Brief
from positions.web.brief_outline import Block, Heading, Picture, Quote, Source, Table, Words, outline

PATIENCE_SECONDS = 40
KEPT_SECONDS = 3600
LARGEST_SHEET = 8_000_000
TEMPLATE = Path(__file__).with_name("brief.typ")
TYPESETTER = Path(__file__).with_name("typesetter.py")
LANGUAGE = re.compile("[a-z]{2,3}")


class PdfFailed(Exception):
    """The brief could not be set; the message says why, in words for the reader."""


def write_pdf(brief: Brief, charts: Sequence[str], address: str, *, system_fonts: bool = True) -> bytes:
    """The brief as the bytes of a PDF; ``charts`` are its charts as SVG, in order, ``address`` is its page.

    Raises :class:`PdfFailed` when it is too large, takes too long or cannot be set.
    """
    day = brief.record.moment.known_at.astimezone(UTC).date()
    created = int(datetime.combine(day, time(), UTC).timestamp())
    return set_sheet(lay_sheet(brief, charts, address), created, system_fonts=system_fonts)


def set_sheet(sheet: dict[str, Any], created: int, *, system_fonts: bool) -> bytes:
    """The PDF of a sheet, as of ``created`` (UNIX seconds). Raises :class:`PdfFailed`."""
    asked = {
        "template": TEMPLATE.read_text(encoding="utf-8"),
        "sheet": sheet,
        "system_fonts": system_fonts,
        "created": created,
    }
    sent = json.dumps(asked).encode()
    if len(sent) > LARGEST_SHEET:
        raise PdfFailed(_("This brief is too large for a PDF; narrow it to an issue or a party, or take it as Word."))
    key = f"brief-pdf:{hashlib.sha256(sent).hexdigest()}"
    kept: bytes | None = cache.get(key)
    if kept is not None:
        return kept
    try:
        done = subprocess.run(  # noqa: S603 - our own program, no shell
            [sys.executable, "-I", str(TYPESETTER)],
            input=sent,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PdfFailed(
            _("Setting the PDF took too long; narrow the brief to an issue or a party, or take it as Word.")
        ) from None
    if done.returncode or not done.stdout:
        raise PdfFailed(_("The PDF could not be set here; print the page, or take the brief as Word."))
    cache.set(key, done.stdout, KEPT_SECONDS)
    return done.stdout


def lay_sheet(brief: Brief, charts: Sequence[str], address: str) -> dict[str, Any]:
    """What the template sets: names, our own sentences, and the brief's blocks as plain dictionaries."""
    language = _language_of(get_language() or "") or "en"
    return {
        "title": brief.title,
        "running": brief.record.negotiation.title[:90],
        "marking": f"TLP:{brief.marking}",
        "description": brief.moment_words,
        "language": language,
        "words": {
            "lost": _(
                "Some characters of this brief could not be set with the fonts at hand and stand as \ufffd. The page "
                "of the brief shows them: %(address)s"
            )
            % {"address": address},
            "lost_quote": _("Some characters of this passage could not be set here. It is whole at"),
            "lost_chart": _("Some characters of this chart could not be set here; the page of the brief shows them."),
        },
        "blocks": [_lay(block, charts, language) for block in outline(brief, address)],
    }


def _lay(block: Block, charts: Sequence[str], language: str) -> dict[str, Any]:
    match block:
        case Heading(level, text):
            return {"kind": "heading", "level": level, "text": text}
        case Words(text, note, is_kept, link):
            return {"kind": "words", "text": text, "note": note, "kept": is_kept, "address": link}
        case Quote(note):
            return {
                "kind": "quote",
                "text": block.text,
                "language": _language_of(block.language) or language,
                "by": block.by,
                "number": note.number,
                "address": note.address,
            }
        case Table(head, rows, is_matrix):
            return {"kind": "table", "head": head, "rows": rows, "matrix": is_matrix}
        case Picture(number, title):
            alt = " ".join((title + ".", *block.lines))
            return {"kind": "chart", "title": title, "svg": charts[number], "alt": alt, "lines": block.lines}
        case Source(note):
            return {"kind": "source", "number": note.number, "text": note.text, "address": note.address}


def _language_of(tag: str) -> str:
    """The language of a BCP 47 tag as two or three letters; empty where there is none."""
    first = tag.lower().split("-")[0]
    return first if LANGUAGE.fullmatch(first) else ""
