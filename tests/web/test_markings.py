"""The marking that pages and files carry: the most restrictive of the sources behind them."""

from __future__ import annotations

import pytest
from django.test import Client

from positions.enums import Role, Tlp
from positions.web.take_away import mark_name
from tests.factories import add_member, make_coding, make_source, make_statement
from tests.web.conftest import Talks

pytestmark = pytest.mark.django_db
ADDRESS = "/n/river-talks/"
PAGES = (
    "issues/ferries/",
    "", "matrix/", "parties/north/", "rounds/1/", "rounds/1/readouts/", "changes/", "compare/", "concessions/",
    "conditions/", "red-lines/", "coverage/", "contradictions/", "story/",
)  # fmt: skip
FILES = (
    "matrix/matrix.csv",
    "issues/ferries/timeline.csv",
    "parties/north/party.csv", "rounds/1/readouts/readouts.csv", "changes/changes.csv", "compare/compare.csv",
    "concessions/concessions.csv", "conditions/conditions.csv", "red-lines/red-lines.csv",
    "story/story.csv",
    "coverage/coverage.csv", "contradictions/contradictions.csv",
)  # fmt: skip


def mark(talks: Talks, tlp: str, on: str = "2022-01-20") -> None:
    """One more statement, from a source so marked."""
    source = make_source(talks.negotiation, published_on=on, tlp=tlp)
    make_coding(make_statement(source=source, stated_on=on), party=talks.south, issue=talks.issue, stance=-1)


def marking_of(client: Client, address: str) -> str:
    response = client.get(address)
    foot = response.content.decode().rsplit('<footer class="foot">', 1)[1]
    assert f'<span class="tlp">{response.context["marking"].label}</span>' in foot
    return str(response.context["marking"].value)


def test_pages_carry_the_most_restrictive_marking(client: Client, talks: Talks) -> None:
    assert [marking_of(client, ADDRESS + page) for page in PAGES] == ["CLEAR"] * len(PAGES)
    mark(talks, Tlp.AMBER)
    mark(talks, Tlp.GREEN)
    assert [marking_of(client, ADDRESS + page) for page in PAGES] == ["AMBER"] * len(PAGES)


def test_files_carry_it_in_header_and_name(client: Client, talks: Talks) -> None:
    assert [client.get(ADDRESS + file)["X-TLP"] for file in FILES] == ["CLEAR"] * len(FILES)
    assert "TLP" not in client.get(f"{ADDRESS}compare/compare.csv")["Content-Disposition"]
    mark(talks, Tlp.AMBER_STRICT)
    answers = [client.get(ADDRESS + file) for file in FILES]
    assert [answer["X-TLP"] for answer in answers] == ["AMBER+STRICT"] * len(FILES)
    assert [answer["Content-Disposition"].endswith('.TLP-AMBER-STRICT.csv"') for answer in answers] == [True] * len(
        FILES
    )


def test_chart_carries_it_in_a_corner(client: Client, talks: Talks) -> None:
    address = f"{talks.timeline}timeline.svg"
    assert client.get(address).content.decode().count("TLP:CLEAR</text>") == 1
    mark(talks, Tlp.AMBER)
    answer = client.get(address)
    assert (answer["X-TLP"], answer["Content-Disposition"]) == ("AMBER", 'inline; filename="ferries.TLP-AMBER.svg"')
    assert answer.content.decode().count("TLP:AMBER</text>") == 1
    assert client.get(f"{talks.timeline}embed/").content.decode().count("TLP:AMBER</text>") >= 1


def test_reader_is_not_told_of_a_source_they_may_not_see(client: Client, talks: Talks) -> None:
    mark(talks, Tlp.GREEN)
    mark(talks, Tlp.RED)
    assert {marking_of(client, ADDRESS + page) for page in PAGES} == {"GREEN"}
    assert {client.get(ADDRESS + file)["X-TLP"] for file in FILES} == {"GREEN"}
    client.force_login(add_member(talks.negotiation, role=Role.VIEWER))
    assert {marking_of(client, ADDRESS + page) for page in PAGES} == {"RED"}


def test_passage_kept_back_does_not_mark_the_page(client: Client, talks: Talks) -> None:
    source = make_source(talks.negotiation, tlp=Tlp.AMBER, attribution="chatham_house")
    make_coding(make_statement(source=source), party=talks.north, issue=talks.issue, stance=2)
    assert marking_of(client, ADDRESS) == "CLEAR"
    client.force_login(add_member(talks.negotiation, role=Role.LEAD))
    assert marking_of(client, ADDRESS) == "AMBER"


def test_page_before_the_marked_source_is_clear(client: Client, talks: Talks) -> None:
    mark(talks, Tlp.AMBER)
    assert marking_of(client, f"{ADDRESS}matrix/?as_of=2022-01-19") == "CLEAR"
    assert marking_of(client, f"{ADDRESS}matrix/?as_of=2022-01-20") == "AMBER"


def test_search_is_marked_by_what_it_found(client: Client, talks: Talks) -> None:
    mark(talks, Tlp.GREEN)
    assert marking_of(client, "/search/?negotiation=river-talks") == "GREEN"
    assert marking_of(client, "/search/?q=nothingofthekind") == "CLEAR"


def test_strictest_marking_and_its_name() -> None:
    assert (Tlp.strictest([]), Tlp.strictest(["GREEN", "AMBER+STRICT", "AMBER"])) == (Tlp.CLEAR, Tlp.AMBER_STRICT)
    assert (mark_name("a", Tlp.CLEAR), mark_name("a", Tlp.AMBER_STRICT)) == ("a", "a.TLP-AMBER-STRICT")
