"""Citation files: their shape, their dates, hostile text, and what a ground rule keeps out of them."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from positions.enums import Attribution, Role
from tests.factories import add_member, make_coding, make_person, make_source, make_statement
from tests.web.conftest import Talks

pytestmark = pytest.mark.django_db
KNOWN = "?known_at=2022-03-01T00:00:00Z"


def csl_of(client: Client, pk: object) -> dict[str, object]:
    response = client.get(f"/statements/{pk}/cite.json")
    assert response["Content-Type"] == "application/vnd.citationstyles.csl+json"
    (item,) = json.loads(response.content)
    return dict(item)


def test_files_say_who_when_where_and_as_known_on(client: Client, talks: Talks) -> None:
    pk = talks.source.statements.get().pk
    (item,) = json.loads(client.get(f"/statements/{pk}/cite.json{KNOWN}").content)
    address = f"http://testserver/statements/{pk}/{KNOWN}"
    assert item == {
        "type": "document",
        "id": f"rapporteur-{pk}",
        "title": "North on Ferries",
        "author": [{"literal": "North"}],
        "container-title": "Report of the first meeting",
        "collection-title": "River talks",
        "archive": "Rapporteur",
        "language": "en",
        "issued": {"date-parts": [[2022, 1, 10]]},
        "accessed": {"date-parts": [[2022, 3, 1]]},
        "URL": address,
        "abstract": "We will not accept this proposal.",
        "note": "On the record; verbatim; grade F6; TLP:CLEAR; as known on 1 March 2022, 00:00 UTC",
    }
    bibtex = client.get(f"/statements/{pk}/cite.bib{KNOWN}")
    assert bibtex["Content-Type"] == "application/x-bibtex; charset=utf-8"
    lines = bibtex.content.decode().splitlines()
    assert lines[0] == f"@misc{{rapporteur-{pk},"
    assert "  date         = {2022-01-10}," in lines
    assert f"  url          = {{{address}}}," in lines
    assert lines[-1] == "}"


@pytest.mark.parametrize(
    ("stated_on", "issued"),
    [
        ("2022", {"date-parts": [[2022]]}),
        ("2022-01", {"date-parts": [[2022, 1]]}),
        ("2022-01-09~", {"date-parts": [[2022, 1, 9]], "circa": True}),
        ("2022-01-28/2022-02-01", {"date-parts": [[2022, 1, 28], [2022, 2, 1]]}),
    ],
)
def test_date_keeps_its_precision(client: Client, talks: Talks, stated_on: str, issued: object) -> None:
    source = make_source(talks.negotiation, published_on="2023-01-01")
    statement = make_statement(source=source, asserted_by=talks.north, stated_on=stated_on)
    make_coding(statement, party=talks.north, issue=talks.issue)
    assert csl_of(client, statement.pk)["issued"] == issued


@pytest.mark.parametrize("rule", [Attribution.ON_BACKGROUND, Attribution.DEEP_BACKGROUND])
def test_withheld_speaker_and_words_are_in_no_citation(client: Client, talks: Talks, rule: Attribution) -> None:
    statement = make_statement(
        source=make_source(talks.negotiation),
        asserted_by=talks.south,
        exact="No comment on the rest.",
        speaker=make_person(name="Ms Secret"),
        attribution=rule,
    )
    make_coding(statement, party=talks.south, issue=talks.issue)
    address = f"/statements/{statement.pk}/"
    answers = "".join(client.get(address + form).content.decode() for form in ("", "cite.bib", "cite.json"))
    assert "Ms Secret" not in answers
    assert ("No comment" in answers) == (rule == Attribution.ON_BACKGROUND)
    client.force_login(add_member(talks.negotiation, role=Role.ANALYST))
    assert csl_of(client, statement.pk)["author"] == [{"literal": "South, Ms Secret"}]


def test_hostile_text_breaks_no_file(client: Client, talks: Talks) -> None:
    source = make_source(talks.negotiation, title='}, url={http://x.example}, %\n\\input{x} "<b>\u202e')
    statement = make_statement(source=source, asserted_by=talks.north)
    make_coding(statement, party=talks.north, issue=talks.issue)
    bibtex = client.get(f"/statements/{statement.pk}/cite.bib").content.decode()
    assert r"\}, url=\{http://x.example\}, \% \textbackslash{}input\{x\}" in bibtex
    bare = bibtex.replace(r"\{", "").replace(r"\}", "")
    assert bare.count("{") == bare.count("}")
    assert csl_of(client, statement.pk)["container-title"] == source.title
    assert "<b>" not in client.get(f"/statements/{statement.pk}/").content.decode()


def test_unseen_statement_has_no_citation(client: Client, talks: Talks) -> None:
    uncoded = make_statement(source=talks.source, asserted_by=talks.south, exact="No comment on the rest.")
    assert [client.get(f"/statements/{uncoded.pk}/cite.{form}").status_code for form in ("bib", "json")] == [404, 404]


def test_page_in_another_language_shows_the_files_as_they_are(client: Client, talks: Talks) -> None:
    pk = talks.source.statements.get().pk
    context = client.get(f"/statements/{pk}/{KNOWN}", headers={"Accept-Language": "fr"}).context

    assert context["citation_bibtex"] == client.get(f"/statements/{pk}/cite.bib{KNOWN}").text
    assert json.loads(context["citation_csl"]) == json.loads(client.get(f"/statements/{pk}/cite.json{KNOWN}").content)
    assert "10 janvier 2022" in context["citation"]
