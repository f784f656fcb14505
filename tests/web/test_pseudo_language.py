"""Every word of a page comes out of the catalogue: with one that puts each message in brackets, none stands outside."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.mofile import write_mo
from django.test import Client
from pytest_django import Settings

from positions.models import Negotiation
from tests.factories import make_round
from tests.run import ROOT
from tests.unmarked import WORDED_ATTRIBUTES, needs_words
from tests.web.conftest import Talks
from tracker.messages import collect_messages

OPEN, CLOSE = "⟦", "⟧"
VOID = {"meta", "link", "input", "br", "img", "hr", "wbr", "col", "source"}
# what is quoted, named or chosen from the record
OF_THE_RECORD = {"bdi", "blockquote", "pre", "code", "option", "script", "style"}
MONTHS = sorted(
    {name for width in ("wide", "abbreviated") for name in Locale("fr").months["format"][width].values()},
    key=len,
    reverse=True,
)
NAMES = (
    "Report of the first meeting", "River talks", "Ferries", "Tolls", "North", "South", "English", "Français",
    "Русский",
    "Round 1", "Round 2", "Round 3", "CLEAR", "as_of", "We will not accept this proposal.",
    "No ferries", "is agreed", "ferries"
)  # fmt: skip


class Outside(HTMLParser):
    """Words that stand in no bracket."""

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.open: list[tuple[str, bool]] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for name in WORDED_ATTRIBUTES:
            self._note(given.get(name) or "", f"{name}: ")
        is_theirs = tag in OF_THE_RECORD or (tag != "html" and "lang" in given) or given.get("dir") == "auto"
        if tag not in VOID:
            self.open.append((tag, is_theirs))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        # a message may be cut by marks around a name: what it opens it closes in a later text
        outside = []
        for sign in data:
            self.depth += (sign == OPEN) - (sign == CLOSE)
            outside.append(sign if self.depth == 0 and sign != CLOSE else " ")
        if not any(is_theirs for _, is_theirs in self.open):
            self._note("".join(outside), "")

    def _note(self, text: str, where: str) -> None:
        left = text
        while (shorter := re.sub(rf"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}", " ", left)) != left:
            left = shorter
        for known in (*NAMES, *MONTHS):
            left = left.replace(known, " ")
        left = re.sub(r"\S*(?:://|/)\S*", " ", left)  # addresses
        left = re.sub(r"(?<!\w)(?:en|[A-F][1-6]?)(?!\w)", " ", left)  # the language of a source, grades
        if needs_words(left):
            self.found.append(where + " ".join(left.split()))


@pytest.fixture
def bracketed(tmp_path: Path, settings: Settings) -> None:
    """French whose every message is the English one in brackets."""
    catalogue = collect_messages(ROOT)
    catalogue.locale = Locale("fr")
    for message in catalogue:
        if message.id:
            forms = message.id if isinstance(message.id, tuple) else (message.id,)
            said = tuple(f"{OPEN}{form}{CLOSE}" for form in forms)
            message.string = said if len(said) > 1 else said[0]
    place = tmp_path / "fr" / "LC_MESSAGES"
    place.mkdir(parents=True)
    with (place / "django.mo").open("wb") as file:
        write_mo(file, catalogue)
    settings.LOCALE_PATHS = [tmp_path]


def addresses(talks: Talks, negotiation: Negotiation) -> list[str]:
    base = f"/n/{negotiation.slug}/"
    statement = talks.source.statements.get()
    pages = (
        "",
        "matrix/",
        "matrix/?since=2022-01-05",
        "parties/north/",
        "parties/south/",
        "rounds/1/",
        "rounds/1/readouts/",
    )
    ledgers = ("compare/", "concessions/", "conditions/", "conditions/?status=open", "red-lines/", "contradictions/")
    others = (
        "changes/?from=2022-01-01&to=2022-03-01",
        "story/",
        "story/?as_of=2022-01-20",
        "coverage/",
        "brief/",
        "brief/?issue=ferries",
        "codebook/",
        "reliability/",
    )
    return [
        "/",
        "/search/",
        "/search/?q=ferries",
        "/method/",
        "/signin/",
        "/nowhere/",
        *(base + page for page in (*pages, *ledgers, *others)),
        talks.timeline,
        f"{talks.timeline}?as_of=2022-01-20&known_at=2030-01-01",
        f"{talks.timeline}?move=demand&footing=own&credibility=3",
        f"{talks.timeline}?as_of=soon",
        f"{talks.timeline}embed/",
        f"/statements/{statement.pk}/",
        f"/sources/{talks.source.pk}/",
    ]


@pytest.mark.either_engine
def test_no_word_of_a_page_bypasses_the_catalogue(client: Client, talks: Talks, bracketed: None) -> None:
    talks.say(talks.north, "2022-02-20", -2, red_line=True)
    talks.say(talks.south, "2022-02-21", None, state="unclear")
    make_round(talks.negotiation, 3, starts_on="2022-03-01", parties=[talks.north, talks.south])  # type: ignore[arg-type]

    outside = {}
    for address in addresses(talks, talks.negotiation):
        page = Outside()
        page.feed(client.get(address, headers={"Accept-Language": "fr"}).content.decode())
        if page.found:
            outside[address] = page.found

    assert outside == {}, "\n".join(f"{a}: {t}" for a, ts in outside.items() for t in ts)
