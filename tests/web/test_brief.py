"""The brief: what it holds, what it must not hold, and its Word document."""

from __future__ import annotations

from io import BytesIO

import pytest
from django.contrib.auth.models import User
from django.test import Client
from docx import Document

from positions.enums import Attribution, Role, Tlp, Visibility
from positions.web.pictures import PictureFailed
from tests.factories import (
    add_member,
    make_coding,
    make_issue,
    make_negotiation,
    make_person,
    make_source,
    make_statement,
    make_user,
)
from tests.web.conftest import CountQueries, Talks

pytestmark = pytest.mark.django_db
BRIEF = "/n/river-talks/brief/"
FORMS = (BRIEF, f"{BRIEF}brief.docx", f"{BRIEF}brief.pdf")


@pytest.fixture(autouse=True)
def _quick_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dot for every chart: how pictures are drawn is tried elsewhere."""
    dot = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010806000000 1f15c4890000000d49444154789c6360606060"
        "0000000500 01a5f645400000000049454e44ae426082"
    )
    monkeypatch.setattr("positions.web.brief_pages.draw_picture", lambda svg, form: dot)


def words_of(client: Client, query: str = "") -> str:
    """Everything written in the Word document, tables, header and footer included."""
    response = client.get(f"{BRIEF}brief.docx{query}")
    assert response.status_code == 200
    document = Document(BytesIO(response.content))
    texts = [paragraph.text for paragraph in document.paragraphs]
    texts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    section = document.sections[0]
    texts += [paragraph.text for part in (section.header, section.footer) for paragraph in part.paragraphs]
    return "\n".join(texts)


def test_page_tells_positions_moves_conditions_and_sources(client: Client, talks: Talks) -> None:
    talks.say(talks.south, "2022-02-11", -2, red_line=True)
    response = client.get(f"{BRIEF}?as_of=2022-03-01")
    brief = response.context["brief"]
    assert (brief.title, brief.marking, [chart.issue.slug for chart in brief.charts]) == (
        "River talks",
        "CLEAR",
        ["ferries"],
    )
    assert [(card.ink.slug, card.after.stance) for card, _, _ in brief.cards] == [("south", "−2"), ("north", "+1")]
    assert [(line.ink.slug, line.words) for line in brief.lines] == [
        ("south", "stands; declared 11 Feb 2022, last spoken 11 Feb 2022")
    ]
    assert [(row.ink.slug, row.text) for row in brief.conditions] == [("north", "the south opens its port")]
    assert [note.number for note in brief.notes] == [1, 2, 3, 4]
    assert "<svg" in response.content.decode()


def test_every_quote_has_its_footnote_on_page_and_in_document(client: Client, talks: Talks) -> None:
    page = client.get(f"{BRIEF}?issue=ferries")
    brief, text, words = page.context["brief"], page.content.decode(), words_of(client, "?issue=ferries")
    assert len(brief.stands) == 2
    assert len(brief.notes) == 3
    for note in brief.notes:
        assert f'href="#note-{note.number}"' in text
        assert f'id="note-{note.number}"' in text
        assert f"{note.quotation.text}\n{note.quotation.who}, {note.quotation.said} {note.number}" in words
        assert f"{note.number}. {note.text} {note.address}" in words
    assert words.endswith("TLP:CLEAR\nTLP:CLEAR")


def test_party_and_issue_narrow_the_brief(client: Client, talks: Talks) -> None:
    other = make_issue(talks.negotiation, "tolls", title="Tolls")
    talks.say(talks.north, "2022-02-11", 2, other)
    brief = client.get(f"{BRIEF}?party=north").context["brief"]
    assert brief.title == "North"
    assert {(stand.ink.slug, stand.issue.slug) for stand in brief.stands} == {("north", "ferries"), ("north", "tolls")}
    brief = client.get(f"{BRIEF}?party=north&issue=tolls").context["brief"]
    assert (brief.title, [(s.ink.slug, s.issue.slug) for s in brief.stands]) == ("North on Tolls", [("north", "tolls")])
    assert brief.conditions == ()


@pytest.mark.parametrize("query", ["?issue=nothing", "?party=nobody", "?party=north,south", "?as_of=soon"])
def test_bad_address_is_named(client: Client, talks: Talks, query: str) -> None:
    for address in FORMS:
        assert client.get(address + query).status_code == 400


def test_negotiation_without_evidence(client: Client) -> None:
    make_negotiation("river-talks", title="River talks")
    assert "That is a gap in the record, not agreement." in client.get(BRIEF).content.decode()
    assert "Nothing is in the record yet." in words_of(client)


def test_brief_holds_only_what_its_reader_may_see(client: Client, talks: Talks) -> None:
    source = make_source(talks.negotiation, published_on="2022-02-12", tlp=Tlp.AMBER)
    secrets = ("No comment on the rest.", "We are ready to talk about limits on both sides.")
    for exact, rule in zip(secrets, (Attribution.DEEP_BACKGROUND, Attribution.CHATHAM_HOUSE), strict=True):
        statement = make_statement(
            source=source, asserted_by=talks.south, exact=exact, attribution=rule, speaker=make_person(name="Ms Secret")
        )
        make_coding(statement, party=talks.south, issue=talks.issue, stance=-2)
    statement = make_statement(source=make_source(talks.negotiation), asserted_by=talks.south, exact=secrets[0])
    make_coding(statement, party=talks.south, issue=talks.issue, stance=2, status="draft")

    def holds(user: User | None) -> tuple[str, list[bool]]:
        if user is not None:
            client.force_login(user)
        page = client.get(f"{BRIEF}?issue=ferries")
        words = page.content.decode() + words_of(client, "?issue=ferries")
        return page.context["brief"].marking, [secret in words for secret in (*secrets, "Ms Secret")]

    # a passage on deep background counts without its words, so its source's marking does too
    assert holds(None) == ("AMBER", [False, False, False])
    assert holds(add_member(talks.negotiation, role=Role.VIEWER))[1] == [False, False, False]
    marking, found = holds(add_member(talks.negotiation, role=Role.ANALYST))
    assert (marking, any(found[:2]), found[2]) == ("AMBER", True, True)


def test_restricted_negotiation_has_no_brief_for_outsiders(client: Client, talks: Talks) -> None:
    talks.negotiation.visibility = Visibility.RESTRICTED
    talks.negotiation.save()
    client.force_login(make_user())
    assert [client.get(address).status_code for address in FORMS] == [404, 404, 404]


def test_hostile_text_stays_text(client: Client, talks: Talks) -> None:
    exact = '=HYPERLINK("x") <w:t>&</w:t> \u202e\u200b\U0001f600\x0b'
    statement = make_statement(
        source=make_source(talks.negotiation, text=exact, title="<script>x</script>", published_on="2022-02-20"),
        asserted_by=talks.south,
        exact=exact,
    )
    make_coding(statement, party=talks.south, issue=talks.issue, stance=-2)
    assert "<script>x" not in client.get(BRIEF).content.decode()
    words = words_of(client)
    assert exact.replace("\x0b", "\ufffd") in words
    assert "<script>x</script>" in words


@pytest.mark.parametrize("number", [1, 3])
def test_queries_do_not_grow(talks: Talks, count_queries: CountQueries, number: int) -> None:
    for place in range(number):
        issue = make_issue(talks.negotiation, f"issue-{place}")
        talks.say(talks.north, "2022-01-10", 2, issue, conditions=["one", "two"])
        talks.say(talks.north, "2022-02-10", -1, issue, red_line=True)
        talks.say(talks.south, "2022-02-10", 1, issue)
    viewer = add_member(talks.negotiation, role=Role.VIEWER)
    assert (count_queries(BRIEF)[0], count_queries(BRIEF, viewer)[0]) == (8, 11)


@pytest.mark.parametrize("as_of", ["1900-01-01", "3000-01-01"])
def test_far_dates_answer(client: Client, talks: Talks, as_of: str) -> None:
    for query in (f"?as_of={as_of}", f"?as_of={as_of}&issue=ferries"):
        assert client.get(BRIEF + query).status_code == 200
        assert client.get(f"{BRIEF}brief.docx{query}").status_code == 200


def test_document_says_where_a_chart_could_not_be_drawn(
    client: Client, talks: Talks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(svg: str, form: str) -> bytes:
        raise PictureFailed("Drawing the picture took too long.")

    monkeypatch.setattr("positions.web.brief_pages.draw_picture", fail)
    assert "The chart could not be drawn here; it is on the page of the brief." in words_of(client)
