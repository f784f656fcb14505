"""The brief as PDF, set for real: the words of page and Word document, text only ever text, no letter lost unsaid."""

from __future__ import annotations

import json
import re
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from django.http import HttpRequest
from django.test import Client
from docx import Document
from lxml import html  # type: ignore[import-untyped]
from pypdf import PdfReader

from positions.enums import Tlp
from positions.models import Statement
from positions.queries.access import Reader
from positions.web import brief_pages, brief_pdf
from positions.web.brief import load_brief
from positions.web.brief_outline import Block, Heading, Picture, Quote, Source, Table, Words, outline
from positions.web.brief_pdf import lay_sheet, write_pdf
from positions.web.typesetter import find_unset, mark_lost
from tests.factories import make_coding, make_issue, make_party, make_round, make_source, make_statement
from tests.web.conftest import Talks

pytestmark = pytest.mark.django_db
BRIEF = "/n/river-talks/brief/"
PDF = f"{BRIEF}brief.pdf"
# read in words, not in signs: what a form adds for a screen or for breaking a line
INVISIBLE = re.compile("[\\s\u00ad\u200b\u2068\u2069]")
MARKUP = '#read("/etc/passwd") #{1+1} $x^2$ *b* _i_ `c` \\ \\# @note <label> "q" \'q\' = head - item // no ~ ---'
APART = ".//nav | .//form | .//svg | .//*[@class='crumbs' or @class='matrix-key' or @class='matrix-pole']"


@pytest.fixture(autouse=True)
def _own_fonts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the fonts that come with the typesetter: what a bare machine has."""
    monkeypatch.setattr("positions.web.brief_pages.write_pdf", partial(write_pdf, system_fonts=False))


def read_pdf(client: Client, query: str = "") -> PdfReader:
    response = client.get(PDF + query)
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf"), response.content
    return PdfReader(BytesIO(response.content))


def words_of(pdf: PdfReader) -> str:
    return "\n".join(page.extract_text() for page in pdf.pages)


def squeeze(text: str) -> str:
    return INVISIBLE.sub("", text)


def strings_of(block: Block) -> list[str]:
    match block:
        case Heading(_, text):
            return [text]
        case Words(text, note, _, address):
            return [f"{text}{address} {'' if note is None else note}"]
        case Quote(note):
            return [block.text, f"{block.by} {note.number}"]
        case Table(head, rows, _):
            return [*head, *(cell for row in rows for cell in row)]
        case Picture(_, title):
            return [title, *block.lines]
        case Source(note):
            return [f"{note.text} {note.address}"]


def say_in_turn(whole: str, strings: list[str]) -> list[str]:
    """The strings that do not follow each other in the text."""
    text, place, missing = squeeze(whole), 0, []
    for string in map(squeeze, strings):
        found = text.find(string, place)
        if found < 0:
            missing.append(string)
        else:
            place = found + len(string)
    return missing


def permalink_of(statement: Statement) -> str:
    return f"http://testserver/statements/{statement.pk}/"


def page_words(content: str) -> str:
    [main] = html.fromstring(content).xpath("//main")
    for part in main.xpath(APART):
        part.drop_tree()
    for hidden in main.xpath(".//*[@class='visually-hidden']"):
        hidden.drop_tree()
    return " ".join(main.itertext())


def document_words(content: bytes) -> str:
    document = Document(BytesIO(content))
    parts = [part.text for part in document.element.body.iter() if part.tag.endswith("}t") or part.tag.endswith("}br")]
    return "".join(part or "\n" for part in parts)


@pytest.mark.parametrize("query", ["?as_of=2022-03-01", "?party=south&as_of=2022-03-01", "?issue=ferries"])
def test_page_word_and_pdf_say_the_same(
    client: Client, talks: Talks, monkeypatch: pytest.MonkeyPatch, query: str
) -> None:
    talks.say(talks.south, "2022-02-11", -2, red_line=True)
    talks.say(talks.south, "2021-12-20", 2, make_issue(talks.negotiation, "tolls", title="Tolls"))
    for number in (3, 4):
        make_round(talks.negotiation, number, starts_on="2022-02-20", parties=[talks.north, talks.south])  # type: ignore[arg-type]
    monkeypatch.setattr("positions.web.brief_pages._picture_of", lambda chart: None)
    page, pdf = client.get(BRIEF + query), read_pdf(client, query)
    brief = page.context["brief"]
    blocks = list(outline(brief, page.context["address"]))
    said = [string for block in blocks for string in strings_of(block)]
    assert {type(block) for block in blocks} >= {Heading, Words, Picture, Source}
    assert say_in_turn(words_of(pdf), said) == []
    document = document_words(client.get(f"{BRIEF}brief.docx{query}").content)
    assert say_in_turn(document, said) == []

    # the page says the negotiation and the marking in its own places, and explains the matrix by samples
    own = (f"TLP:{brief.marking}. ", "+2 categorical for", "This brief:")
    shown = [string for string in said if not string.startswith(own)]
    assert say_in_turn(page_words(page.content.decode()), shown) == []
    numbers = re.compile(r"[+−]?\d+")
    addresses = re.compile(r"http://\S+")
    on_page = addresses.sub("", page_words(page.content.decode()).partition(brief.moment_words)[2])
    in_document = addresses.sub("", " ".join(string for string in shown if string != brief.title))
    assert sorted(numbers.findall(on_page)) == sorted(numbers.findall(in_document))


def test_pdf_is_tagged_named_and_marked_on_every_page(client: Client, talks: Talks) -> None:
    for place in range(30):
        source = make_source(talks.negotiation, published_on="2022-02-12", tlp=Tlp.AMBER_STRICT)
        statement = make_statement(source=source, asserted_by=talks.south, stated_on="2022-02-12")
        issue = make_issue(talks.negotiation, f"issue-{place}")
        make_coding(statement, party=talks.south, issue=issue, stance=-2, red_line=True)
    response = client.get(f"{PDF}?party=south")
    assert (response["X-TLP"], response["Content-Disposition"]) == (
        "AMBER+STRICT",
        'inline; filename="river-talks-south-brief.TLP-AMBER-STRICT.pdf"',
    )
    pdf = PdfReader(BytesIO(response.content))
    root: Any = pdf.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"], "/StructTreeRoot" in root) == ("en", True, True)
    assert pdf.metadata is not None
    assert pdf.metadata.title == "South"
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert [entry.title for entry in pdf.outline if not isinstance(entry, list)] == [
        "Where each party stands", "In their words", "What moved lately", "Red lines", "What the record lacks",
        "Sources",
    ]  # fmt: skip
    assert len(pdf.pages) > 3
    assert {page.extract_text().count("TLP:AMBER+STRICT") >= 2 for page in pdf.pages} == {True}
    word = client.get(f"{BRIEF}brief.docx?party=south&issue=ferries")
    assert (word["X-TLP"], word["Content-Disposition"]) == (
        "CLEAR",
        'attachment; filename="river-talks-south-ferries-brief.docx"',
    )


def test_hostile_text_is_only_text(client: Client, talks: Talks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("positions.web.brief.CHARTS_SHOWN", 0)  # their letters have places of their own
    turned = f"{MARKUP} \u202eabc\u202c \u200b\u200f"
    long = ("#" * 150 + "$" * 150)[:300]
    talks.issue.title = long
    talks.issue.save()
    talks.north.name = "*North* #let x = 1; @all"
    talks.north.save()
    source = make_source(talks.negotiation, text=turned, title=long, published_on="2022-02-20")
    statement = make_statement(source=source, asserted_by=talks.south, exact=turned, speaker_label="#panic()")
    make_coding(statement, party=talks.south, issue=talks.issue, stance=-2)
    pdf = read_pdf(client)
    words = squeeze(words_of(pdf))
    # a word processor's words, set as they are; letters turned by a mark come in the order they are read
    assert squeeze(MARKUP) in words
    assert words.count(squeeze(long)) >= 3
    assert squeeze("*North* #let x = 1; @all") in words
    assert squeeze("#panic(), ") in words
    # a word longer than its line goes on in the next one
    assert max(len(line) for line in words_of(pdf).splitlines()) < 160


def test_letters_without_a_font_are_never_lost_unsaid(client: Client, talks: Talks) -> None:
    exact = "我们不接受这一提议。 We will not accept it. \U0001f600"
    source = make_source(talks.negotiation, text=exact, language="zh-Hant-HK", published_on="2022-02-20")
    statement = make_statement(source=source, asserted_by=talks.south, exact=exact, stated_on="2022-02-20")
    make_coding(statement, party=talks.south, issue=talks.issue, stance=-2)
    pdf = read_pdf(client)
    words = " ".join(words_of(pdf).split())
    assert squeeze("\ufffd" * 10 + " We will not accept it. \ufffd") in squeeze(words)
    assert "Some characters of this brief could not be set with the fonts at hand" in words
    told = f"Some characters of this passage could not be set here. It is whole at {permalink_of(statement)}"
    assert squeeze(words).count(squeeze(told)) == 1
    # Greek, Cyrillic, Hebrew and Arabic letters come with the typesetter
    names = "Ελλάδα Україна ישראל مصر"
    make_coding(
        make_statement(source=make_source(talks.negotiation, published_on="2022-02-21"), stated_on="2022-02-21"),
        party=make_party("many", name=names), issue=talks.issue, stance=1,
    )  # fmt: skip
    assert squeeze("Ελλάδα Україна") in squeeze(words_of(read_pdf(client)))


def test_letters_of_a_chart_are_set_and_missing_ones_told(client: Client, talks: Talks) -> None:
    words = words_of(read_pdf(client))
    # said by the chart's axis alone
    assert squeeze("categorical against") in squeeze(words.partition("over time")[2])
    assert "could not be set" not in words
    talks.north.name = "北"
    talks.north.save()
    words = " ".join(words_of(read_pdf(client)).split())
    assert "Some characters of this chart could not be set here; the page of the brief shows them." in words


def test_control_characters_are_shown_as_lost(client: Client, talks: Talks) -> None:
    request = client.get(BRIEF).wsgi_request
    sheet = sheet_of(request)
    block = next(block for block in sheet["blocks"] if block["kind"] == "words")
    block["text"] = "a\x00b\x01c"
    pdf = PdfReader(BytesIO(brief_pdf.set_sheet(sheet, 0, system_fonts=False)))
    assert "a\ufffdb\ufffdc" in words_of(pdf)


def sheet_of(request: HttpRequest) -> dict[str, Any]:
    brief = load_brief(request, Reader(), "river-talks")
    return lay_sheet(brief, [brief_pages._draw(chart) for chart in brief.charts], "http://testserver/")


def test_brief_that_cannot_be_set_is_refused_in_words(
    client: Client, talks: Talks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusal() -> tuple[int, str]:
        response = client.get(PDF)
        return response.status_code, response.content.decode()

    for name, value, words in (
        ("LARGEST_SHEET", 100, "too large"),
        ("PATIENCE_SECONDS", 0.001, "took too long"),
        ("TEMPLATE", brief_pdf.TYPESETTER, "could not be set here"),
    ):
        with monkeypatch.context() as changed:
            changed.setattr(brief_pdf, name, value)
            status, said = refusal()
        assert (status, words in said) == (503, True), said
    assert client.get(PDF).status_code == 200


def test_an_empty_negotiation_and_far_dates_have_a_pdf(client: Client, talks: Talks) -> None:
    assert "That is a gap in the record, not agreement." in words_of(read_pdf(client, "?as_of=1900-01-01"))
    assert len(read_pdf(client, "?as_of=3000-01-01&known_at=2999-01-01").pages) >= 1


def test_missing_letters_are_read_from_the_compilers_words() -> None:
    said = r"""error: PDF/UA-1 error: the text `"中"` could not be displayed with font `"A"`
error: PDF/UA-1 error: the text `"\u{0}"` could not be displayed with font `"A"`
error: PDF/UA-1 error: the text `"\"\\e\u{301}"` could not be displayed"""
    unset = find_unset(said)
    assert unset == ['"\\e\u0301', *sorted(["中", "\0"], key=unset.index)]
    sheet = {"title": "a", "blocks": [{"text": "x中", "rows": [["ok"], ["\0"]]}, {"text": "ok"}]}
    assert mark_lost(sheet, unset)
    assert json.loads(json.dumps(sheet)) == {
        "title": "a",
        "lost": True,
        "blocks": [{"text": "x\ufffd", "rows": [["ok"], ["\ufffd"]], "lost": True}, {"text": "ok"}],
    }
    assert not mark_lost(sheet, ["中"])
