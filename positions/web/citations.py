"""How to cite a statement: in plain words, as BibTeX and as CSL-JSON.

A citation is made of a :class:`Quotation`, so it holds no speaker and no words that a ground rule
keeps from its reader.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext

from positions.models import Statement
from positions.web.quotations import Quotation
from positions.web.words import clip_text, say_instant

PASSAGE_LENGTH = 160
# what TeX would take for a command, a comment or an end
TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
PLAIN_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?[~?%]?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Citation:
    """What a citation says of a statement; ``address`` is its permalink, ``known_at`` the instant of the record."""

    statement: str
    party: str
    speaker: str
    rule: str
    directness: str
    grade: str
    tlp: str
    said: str
    said_edtf: str
    earliest: date
    latest: date
    passage: str
    title: str
    source_title: str
    publisher: str
    published_on: str
    language: str
    negotiation: str
    address: str
    known_at: datetime

    @property
    def author(self) -> str:
        return f"{self.party}, {self.speaker}" if self.speaker else self.party

    @property
    def note(self) -> str:
        words = gettext("{rule}; {directness}; grade {grade}; TLP:{tlp}").format(
            rule=self.rule, directness=self.directness, grade=self.grade, tlp=self.tlp
        )
        return f"{words[:1].upper()}{words[1:]}"


def cite_statement(
    statement: Statement, quotation: Quotation, issues: list[str], address: str, known_at: datetime
) -> Citation:
    """The citation of a statement as ``quotation`` shows it; ``issues`` are the titles its readings are on."""
    source = statement.source
    title = quotation.party
    if issues:
        title = gettext("{party} on {issues}").format(party=title, issues=", ".join(issues))
    return Citation(
        statement=str(statement.pk),
        party=quotation.party,
        speaker=quotation.speaker,
        rule=quotation.rule,
        directness=quotation.directness,
        grade=quotation.grade,
        tlp=quotation.tlp,
        said=quotation.said,
        said_edtf=statement.stated_on,
        earliest=statement.stated_earliest,
        latest=statement.stated_latest,
        passage=clip_text(quotation.text, PASSAGE_LENGTH),
        title=clip_text(title, 300),
        source_title=source.title,
        publisher=source.publisher,
        published_on=source.published_on,
        language=source.language,
        negotiation=statement.negotiation.title,
        address=address,
        known_at=known_at,
    )


def write_plain(cited: Citation) -> str:
    """The citation as one line."""
    passage = f" “{cited.passage}”" if cited.passage else ""
    document = ", ".join(part for part in (cited.source_title, cited.publisher, cited.published_on) if part)
    return gettext(
        "{author} ({rule}), {said}:{passage} {directness} in: {source}."
        " Rapporteur, {negotiation}, as known on {instant}. {address}"
    ).format(
        author=cited.author,
        rule=cited.rule,
        said=cited.said,
        passage=passage,
        directness=cited.directness.capitalize(),
        source=document,
        negotiation=cited.negotiation,
        instant=say_instant(cited.known_at),
        address=cited.address,
    )


def write_bibtex(cited: Citation) -> str:
    """A BibLaTeX ``@misc`` entry; ``date`` is EDTF, which it reads."""
    fields = {
        "author": f"{{{_tex(cited.author)}}}",
        "title": f"{{{_tex(cited.title)}}}",
        "date": cited.said_edtf,
        "year": str(cited.latest.year),
        "howpublished": _tex(f"{cited.source_title}; Rapporteur, {cited.negotiation}"),
        "publisher": _tex(cited.publisher),
        "note": _tex(_note_of(cited)),
        "abstract": _tex(cited.passage),
        "url": cited.address,
        "urldate": cited.known_at.date().isoformat(),
    }
    lines = [f"  {name:<12} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{rapporteur-{cited.statement},", *lines, "}", ""])


def write_csl(cited: Citation) -> dict[str, Any]:
    """One item of CSL-JSON 1.0.2 (https://citationstyles.org); an interval has two ``date-parts``."""
    item: dict[str, Any] = {
        "type": "document",
        "id": f"rapporteur-{cited.statement}",
        "title": cited.title,
        "author": [{"literal": cited.author}],
        "container-title": cited.source_title,
        "collection-title": cited.negotiation,
        "publisher": cited.publisher,
        "archive": "Rapporteur",
        "language": cited.language,
        "issued": _csl_date(cited.said_edtf, cited.earliest, cited.latest),
        "accessed": {"date-parts": [_parts_of(cited.known_at.date())]},
        "URL": cited.address,
        "abstract": cited.passage,
        "note": _note_of(cited),
    }
    return {name: value for name, value in item.items() if value}


def _note_of(cited: Citation) -> str:
    return gettext("{note}; as known on {instant}").format(note=cited.note, instant=say_instant(cited.known_at))


def _csl_date(edtf: str, earliest: date, latest: date) -> dict[str, Any]:
    """``issued`` with the precision of the EDTF value: a year, a month, a day or an interval; ``circa`` if about."""
    issued: dict[str, Any]
    if PLAIN_DATE.fullmatch(edtf):
        issued = {"date-parts": [[int(part) for part in edtf.rstrip("~?%").split("-")]]}
    else:
        ends = [earliest] if earliest == latest else [earliest, latest]
        issued = {"date-parts": [_parts_of(end) for end in ends]}
    if any(mark in edtf for mark in "~?%"):
        issued["circa"] = True
    return issued


def _parts_of(day: date) -> list[int]:
    return [day.year, day.month, day.day]


def _tex(text: str) -> str:
    """Text for a field in braces, on one line."""
    return "".join(TEX.get(sign, sign) for sign in " ".join(text.split()))
