"""Addresses and records as nobody would write them: every page answers with a page or says what is wrong."""

from __future__ import annotations

import re
from datetime import date, timedelta
from urllib.parse import quote

import pytest
from django.test import Client
from django.urls import reverse

from positions.models import Coding, Negotiation
from positions.web.urls import urlpatterns
from tests.factories import (
    make_coding,
    make_issue,
    make_negotiation,
    make_party,
    make_round,
    make_source,
    make_statement,
)

pytestmark = pytest.mark.django_db

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>\u202e\u200b𝕏 =1+1 {{ 7|add:7 }}"
SLOW = {"pdf", "docx", "png"}  # drawn by another program; what they refuse is refused before
UNREADABLE = (
    "as_of=0000-00-00", "as_of=2022-02-30", "as_of=yesterday", "as_of=%00", "as_of=10000-01-01", "known_at=%00",
    "known_at=9999-12-31T23:59:59-14:00", "party=nobody", "party=%00", "issue=nothing", "issue=%00",
    "from=2022-03-01&to=2022-01-01", "from=%00&to=x", "from=round-99&to=round-0", "since=%00", "since=round-99",
    "round=99", "round=%00", "q=%00", "a=%00&b=%00", "a=nobody&b=nobody", "window=-1", "window=9999999999999999999",
    "status=%00", "sort=%00", "page=-1", "page=99999999999999999999", "move=%00", "footing=%00", "credibility=%00",
    "evidence=%00", "source=%00", "url=%00", "format=%00",
)  # fmt: skip
EXTREME = ("as_of=0001-01-01", "as_of=1900-01-01", "as_of=3000-01-01", "as_of=9999-12-31", "known_at=0001-01-01",
           "known_at=9999-12-31", "from=0001-01-01&to=9999-12-31")  # fmt: skip


def page_names() -> list[str]:
    """Every address of a negotiation, but the files that take a program of their own to draw."""
    found = []
    for pattern in urlpatterns:
        route = str(pattern.pattern)
        if route.startswith("n/<slug:slug>/") and route.rpartition(".")[2] not in SLOW:
            found.append(str(pattern.name))
    return found


def address_of(name: str, talks: Negotiation, *, issue: str, party: str, number: int = 1) -> str:
    given = {"slug": talks.slug, "issue": issue, "party": party, "number": number}
    route = next(str(pattern.pattern) for pattern in urlpatterns if pattern.name == name)
    return reverse(name, kwargs={key: given[key] for key in re.findall(r"<\w+:(\w+)>", route)})


def visit(
    client: Client, talks: Negotiation, queries: tuple[str, ...] = ("",), unreadable: tuple[str, ...] = ()
) -> list[str]:
    """What went wrong on the pages of a negotiation: any answer but 200, 400 and 404, or one without words."""
    client.raise_request_exception = False
    issue = talks.issues.first()
    party = Coding.objects.filter(negotiation=talks).values_list("party__slug", flat=True).first()
    wrong = []
    for place, name in enumerate(page_names()):
        address = address_of(name, talks, issue=issue.slug if issue else "none", party=party or "none")
        # each page meets every extreme, and a share of what cannot be read that differs from its neighbours'
        for query in (*queries, *unreadable[place % 5 :: 5]):
            answer = client.get(f"{address}?{query}")
            if answer.status_code not in (200, 400, 404) or (answer.status_code != 200 and not answer.content):
                wrong.append(f"{answer.status_code} {address}?{query}")
    return wrong


def say(talks: Negotiation, **fields: object) -> Coding:
    party, issue = fields.pop("party"), fields.pop("issue")
    source = make_source(talks, published_on=str(fields.get("stated_on", "2022-01-10")).split("/")[-1])
    statement = make_statement(source=source, asserted_by=party, **fields)  # type: ignore[arg-type]
    return make_coding(statement, party=party, issue=issue)  # type: ignore[arg-type]


def test_nothing_and_one_statement(client: Client) -> None:
    talks = make_negotiation("empty-talks")
    assert visit(client, talks) == []
    issue, party = make_issue(talks, "ferries"), make_party("north")
    make_round(talks, 1, starts_on=None)
    assert visit(client, talks) == []
    say(talks, party=party, issue=issue, stated_on="2022-01/2022-03")
    assert visit(client, talks, ("", *EXTREME), UNREADABLE) == []
    answer = client.get(f"/n/{talks.slug}/issues/ferries/")
    assert answer.status_code == 200
    assert "1 statement from 1 source." in answer.content.decode()


def test_many_parties_and_rounds_in_a_month(client: Client) -> None:
    talks = make_negotiation("wide-talks")
    issue = make_issue(talks, "ferries", title="F" * 300)
    parties = [make_party(name="P" * 290 + str(number)) for number in range(200)]
    for number in range(1, 61):
        make_round(talks, number, starts_on=date(2022, 1, 1) + timedelta(days=number // 2), title="R" * 300)
    source = make_source(talks, title="S" * 300)
    for party in parties:
        make_coding(make_statement(source=source, asserted_by=party), party=party, issue=issue, stance=1)
    assert visit(client, talks) == []
    text = client.get(f"/n/{talks.slug}/issues/ferries/").content.decode()
    assert "200 statements from 1 source." in text


def test_party_that_was_merged(client: Client) -> None:
    talks = make_negotiation("merged-talks")
    issue = make_issue(talks, "ferries")
    new, old = make_party("new-name"), make_party("old-name")
    for party in (new, old):
        say(talks, party=party, issue=issue)
    old.merged_into = new
    old.save()
    assert visit(client, talks) == []
    for slug in ("old-name", "new-name"):
        assert client.get(f"/n/{talks.slug}/parties/{slug}/").status_code in (200, 301, 302, 404)


def test_hostile_words_are_only_text(client: Client) -> None:
    talks = make_negotiation("hostile-talks", title=HOSTILE)
    issue = make_issue(talks, "ferries", title=HOSTILE, proposal=HOSTILE, pole_for=HOSTILE, pole_against=HOSTILE)
    party = make_party("north", name=HOSTILE)
    make_round(talks, 1, title=HOSTILE, parties=[party])
    source = make_source(talks, title=HOSTILE, text=HOSTILE)
    statement = make_statement(source=source, asserted_by=party, exact=HOSTILE, speaker_label=HOSTILE)
    make_coding(statement, party=party, issue=issue, conditions=[HOSTILE])
    addresses = [address_of(name, talks, issue="ferries", party="north") for name in page_names()]
    others = [reverse("statement", args=[statement.pk]), reverse("source", args=[source.pk]), "/", "/search/?q=script"]
    for address in [*addresses, *others, f"/search/?q={quote(HOSTILE)}"]:
        answer = client.get(address)
        if address.startswith(f"/n/{talks.slug}/changes/") and answer.status_code == 400:
            continue  # asks for two dates
        assert answer.status_code == 200, address
        if answer.headers["Content-Type"].startswith(("text/html", "image/svg")):
            text = answer.content.decode()
            assert "<script>alert" not in text, address
            assert "<img src=x" not in text, address


def test_unknown_names_in_the_address(client: Client) -> None:
    talks = make_negotiation("known-talks")
    client.raise_request_exception = False
    for name in page_names():
        for issue, party, number in (("nothing", "nobody", 99), ("x" * 300, "y" * 300, 10**12)):
            address = address_of(name, talks, issue=issue, party=party, number=number)
            assert client.get(address).status_code in (200, 400, 404), address
            unknown = address.replace("/known-talks/", "/unknown-talks/")
            assert client.get(unknown).status_code == 404, unknown
    for address in ("/sources/", "/statements/"):
        assert client.get(f"{address}00000000-0000-0000-0000-000000000000/").status_code == 404
        assert client.get(f"{address}not-an-id/").status_code == 404
    for query in ("q=%00", "q=%00&issue=%00", f"q={'x' * 5000}", "page=-1", "party=%00&source=%00", "from=9&to=%00"):
        assert client.get(f"/search/?{query}").status_code in (200, 400), query
