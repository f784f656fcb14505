"""The search page, and the words marked in what it finds."""

from __future__ import annotations

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from positions.enums import Visibility
from positions.queries.search import read_terms
from positions.web.highlights import mark_terms
from tests.factories import make_coding, make_source, make_statement
from tests.web.conftest import CountQueries, Talks

ADDRESS = "/search/"


@pytest.mark.parametrize(
    ("text", "words", "marked"),
    [
        ("Die Lösung in Genf", "losung", ["Lösung"]),
        ("Open doors stay open", "open", ["Open", "open"]),
        ("The ﬁnal word", "final", ["ﬁnal"]),
        ("Nothing", "else", []),
        ("мир и Мир", "мир", ["мир", "Мир"]),
    ],
)
def test_words_are_marked_as_they_stand(text: str, words: str, marked: list[str]) -> None:
    pieces = mark_terms(text, read_terms(words))
    assert [piece for piece, is_marked in pieces if is_marked] == marked
    assert "".join(piece for piece, _ in pieces) == text


def test_long_text_is_cut_around_the_first_word_found() -> None:
    pieces = mark_terms("before " * 100 + "missiles" + " after" * 100, ("missiles",))
    shown = "".join(piece for piece, _ in pieces)
    assert ("missiles", True) in pieces
    assert shown.startswith("… before")
    assert shown.endswith("…")
    assert len(shown) < 300


@given(st.text(max_size=80), st.text(min_size=1, max_size=5))
def test_any_text_comes_back_whole(text: str, words: str) -> None:
    assert "".join(piece for piece, _ in mark_terms(text, read_terms(words))) == " ".join(text.split())


@pytest.mark.django_db
def test_page_marks_what_it_finds(client: Client, talks: Talks) -> None:
    source = make_source(talks.negotiation, title="Note", text="We refuse <b>Bridges</b>.")
    make_coding(
        make_statement(source=source, asserted_by=talks.north, exact="We refuse <b>Bridges</b>."), issue=talks.issue
    )
    content = client.get(f"{ADDRESS}?q=bridges").content.decode()
    assert "1 statement for <bdi>bridges</bdi>" in content
    assert "&lt;b&gt;<mark>Bridges</mark>&lt;/b&gt;" in content


@pytest.mark.django_db
def test_facets_lead_on_and_back(client: Client, talks: Talks) -> None:
    context = client.get(f"{ADDRESS}?q=proposal").context
    links = {title: [(link.label, link.count, link.address) for link in found] for title, found in context["facets"]}
    assert links["Party"] == [
        ("North", 2, "?q=proposal&party=north"),
        ("South", 1, "?q=proposal&party=south"),
    ]
    narrowed = client.get(f"{ADDRESS}?q=proposal&party=north&page=1").context
    (party,) = [found for title, found in narrowed["facets"] if title == "Party"]
    assert (party[0].label, party[0].is_chosen, party[0].address) == ("North", True, "?q=proposal")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("q=%22&page=-1", "page"),
        ("page=x", "page"),
        ("round=-1", "round"),
        ("move=shout", "move"),
        ("source=1", "source"),
        ("since=yesterday", "since"),
        ("q=a%00b", "q"),
        (f"q={'a' * 401}", "q"),
        ("party=%00", "party"),
    ],
)
def test_bad_parameter_is_named(client: Client, query: str, name: str) -> None:
    response = client.get(f"{ADDRESS}?{query}")
    assert (response.status_code, response.context["problem"].name) == (400, name)


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["", "q=", "q=%22", "q=%25", "q=%E2%80%AE", "party=nobody"])
def test_page_answers_where_nothing_is_found(client: Client, talks: Talks, query: str) -> None:
    response = client.get(f"{ADDRESS}?{query}")
    assert (response.status_code, response.context["found"]) == (200, [])


@pytest.mark.django_db
def test_page_costs_the_same_for_one_and_three(talks: Talks, count_queries: CountQueries) -> None:
    one, _ = count_queries(f"{ADDRESS}?q=proposal&party=south")
    three, _ = count_queries(f"{ADDRESS}?q=proposal&party=north")
    assert one == three
    assert one <= 12


@pytest.mark.django_db
def test_hidden_negotiation_is_not_searched(client: Client, talks: Talks) -> None:
    talks.negotiation.visibility = Visibility.RESTRICTED
    talks.negotiation.save()
    context = client.get(f"{ADDRESS}?q=proposal").context
    assert (context["found"], context["negotiations"], context["result"].parties) == ([], [], [])
