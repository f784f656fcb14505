"""Every chart as SVG, PNG, CSV and frame: offered on its page, carrying its state, closed where its page is."""

from __future__ import annotations

import re
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from positions.enums import Tlp, Visibility
from positions.web.chart_kinds import KINDS, ChartKind
from tests.factories import (
    add_member,
    make_coding,
    make_issue,
    make_negotiation,
    make_party,
    make_source,
    make_statement,
)
from tests.web.conftest import CountQueries, Talks

pytestmark = pytest.mark.django_db
EACH = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
MOMENT = "?as_of=2022-02-28&known_at=2030-01-01T00%3A00%3A00Z"
WITHOUT_MOMENT = {"reliability"}  # agreement is counted as of now


def names_of(kind: ChartKind) -> dict[str, str]:
    """The path parameters of a chart's addresses in the river talks."""
    every = {"slug": "river-talks", "issue": "ferries", "party": "north"}
    return {name: value for name, value in every.items() if f":{name}>" in kind.route}


def address_of(kind: ChartKind, form: str) -> str:
    return reverse(f"{kind.name}-{form}", kwargs=names_of(kind))


def page_of(kind: ChartKind) -> str:
    return reverse(kind.page, kwargs=names_of(kind))


def drawing_of(content: bytes) -> ET.Element:
    """The file as XML; it must be well formed and bring its own colours."""
    root = ET.fromstring(content)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert not [one for one in root.iter() if one.tag.endswith("}style") or "style" in one.attrib]
    return root


@EACH
def test_file_says_what_it_is_and_leads_back(client: Client, talks: Talks, kind: ChartKind) -> None:
    talks.say(talks.north, "2022-02-12", -2, red_line=True)
    answer = client.get(address_of(kind, "svg") + ("" if kind.name in WITHOUT_MOMENT else MOMENT))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml; charset=utf-8")
    assert answer["X-TLP"] == "CLEAR"
    root = drawing_of(answer.content)
    title, described = (root.find(f"{{http://www.w3.org/2000/svg}}{tag}") for tag in ("title", "desc"))
    assert title is not None
    assert title.text
    assert described is not None
    assert described.text
    links = [one.attrib["href"] for one in root.iter("{http://www.w3.org/2000/svg}a")]
    evidence = ("statements/", "sources/", "n/river-talks/rounds/") if kind.name == "story" else ("statements/",)
    assert all(link.removeprefix("http://testserver/").startswith(evidence) for link in links)
    assert all("as_of=2022-02-28" in link and "known_at=2030" in link for link in links)


@EACH
def test_page_offers_the_files_with_its_state(client: Client, talks: Talks, kind: ChartKind) -> None:
    query = "" if kind.name in WITHOUT_MOMENT else "?as_of=2022-02-28&known_at=2030-01-01"
    text = client.get(page_of(kind) + query).content.decode()
    for form in ("svg", "png", "csv", "embed"):
        found = re.search(rf'href="{re.escape(address_of(kind, form))}([^"]*)"', text)
        assert found, form
        assert not query or ("as_of=2022-02-28" in found[1] and "known_at=2030-01-01T23" in found[1])
    assert 'type="application/json+oembed"' in text


@EACH
def test_frame_may_stand_anywhere_and_carries_nobodys_rights(
    client: Client, talks: Talks, kind: ChartKind, django_user_model: type[User]
) -> None:
    answer = client.get(address_of(kind, "embed"))
    assert answer.status_code == 200
    assert "frame-ancestors *" in answer["Content-Security-Policy"]
    assert answer["Cache-Control"] == "public, max-age=300"
    assert b"<svg" in answer.content
    assert b"<script" not in answer.content
    described = client.get(f"/oembed/?url={quote('http://testserver' + address_of(kind, 'embed'))}").json()
    assert f'src="http://testserver{address_of(kind, "embed")}' in described["html"]
    talks.negotiation.visibility = Visibility.RESTRICTED
    talks.negotiation.save()
    client.force_login(add_member(talks.negotiation))
    assert client.get(page_of(kind)).status_code == 200
    assert client.get(address_of(kind, "svg")).status_code == 200
    hidden = client.get(address_of(kind, "embed"))
    unknown = client.get(address_of(kind, "embed").replace("river-talks", "no-talks"))
    assert (hidden.status_code, unknown.status_code) == (404, 404)
    told = [client.get(f"/oembed/?url={quote(address)}") for address in (page_of(kind), "/n/no-talks/")]
    assert [one.status_code for one in told] == [404, 404]
    assert told[0].json() == told[1].json()
    assert 'type="application/json+oembed"' not in client.get(page_of(kind)).content.decode()


@EACH
def test_hidden_chart_answers_like_none(client: Client, talks: Talks, kind: ChartKind) -> None:
    talks.negotiation.visibility = Visibility.RESTRICTED
    talks.negotiation.save()
    for form in ("svg", "png", "csv", "embed"):
        assert client.get(address_of(kind, form)).status_code == 404


@EACH
def test_marking_is_in_the_file_and_its_name(client: Client, talks: Talks, kind: ChartKind) -> None:
    if kind.name == "reliability":
        return  # figures of agreement quote no source
    source = make_source(talks.negotiation, tlp=Tlp.AMBER, published_on="2022-02-11")
    statement = make_statement(source=source, asserted_by=talks.north, stated_on="2022-02-11")
    make_coding(statement, party=talks.north, issue=talks.issue, stance=-1, red_line=True, conditions=["a port opens"])
    client.force_login(add_member(talks.negotiation))
    answer = client.get(address_of(kind, "svg"))
    assert answer["X-TLP"] == "AMBER"
    assert "TLP-AMBER" in answer["Content-Disposition"]
    assert "TLP:AMBER" in answer.content.decode()


@EACH
def test_negotiation_without_statements_has_an_empty_chart(client: Client, kind: ChartKind) -> None:
    empty = make_negotiation("river-talks")
    make_issue(empty, "ferries")
    make_party("north", name="North")
    answer = client.get(address_of(kind, "svg"))
    # a party nobody has heard has no page, and so no chart
    assert answer.status_code == (404 if kind.name == "party-dossier" else 200)
    if answer.status_code == 200:
        drawing_of(answer.content)


@EACH
def test_hostile_names_stay_text(client: Client, talks: Talks, kind: ChartKind) -> None:
    hostile = '"><script>alert(1)</script>\u202e\U0001f6a2 ' + "long " * 50
    for thing in (talks.negotiation, talks.issue):
        thing.title = hostile[:300]
        thing.save()
    talks.north.name = hostile[:200]
    talks.north.save()
    text = client.get(address_of(kind, "svg")).content
    drawing_of(text)
    assert b"<script" not in text


@EACH
def test_chart_costs_the_same_for_one_and_three(talks: Talks, kind: ChartKind, count_queries: CountQueries) -> None:
    forms = ("svg", "csv", "embed")
    one = [count_queries(address_of(kind, form))[0] for form in forms]
    for number in range(3):
        talks.say(make_party(), "2022-01-13", 1, make_issue(talks.negotiation, f"more-{number}"))
    assert [count_queries(address_of(kind, form))[0] for form in forms] == one
    assert max(one) <= 12


def test_one_figure_as_a_picture(client: Client, talks: Talks) -> None:
    answer = client.get("/n/river-talks/matrix/matrix.png")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer.content[:4] == b"\x89PNG"
