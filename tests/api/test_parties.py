"""``parties/`` and ``persons/``."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from positions.enums import CodingStatus, Role
from tests.api.conftest import Api
from tests.factories import (
    add_member,
    make_coding,
    make_condition,
    make_issue,
    make_negotiation,
    make_party,
    make_person,
    make_round,
    make_statement,
)


def test_party_payload(api: Api) -> None:
    make_party("namibia", name="Namibia", iso3="NAM", wikidata_id="Q1030", aliases=["Windhoek", "NA"], is_listed=True)
    assert api.json("parties/namibia/") == {
        "slug": "namibia",
        "name": "Namibia",
        "kind": "state",
        "iso3": "NAM",
        "wikidata_id": "Q1030",
        "is_listed": True,
        "aliases": [
            {"text": "NA", "kind": "name", "language": "en"},
            {"text": "Windhoek", "kind": "name", "language": "en"},
        ],
        "merged_into": None,
    }


def test_party_shows_to_whoever_sees_it_used(db: None) -> None:
    hidden, public = make_negotiation(visibility="restricted"), make_negotiation("talks")
    make_party("unused")
    make_party("listed", is_listed=True)
    hidden.parties.add(make_party("roster"))
    make_coding(make_statement(hidden, asserted_by=make_party("asserter")), party=make_party("coded"))
    make_round(hidden, parties=[make_party("delegate")])
    coding = make_coding(
        make_statement(public, asserted_by=make_party("open-asserter"), addressees=[make_party("open-addressee")]),
        party=make_party("open-coded"),
    )
    make_condition(coding, falls_on=make_party("open-burdened"))
    make_round(public, parties=[make_party("open-delegate")])
    make_coding(coding.statement, party=make_party("only-drafted"), status=CodingStatus.DRAFT)
    used = {"open-asserter", "open-addressee", "open-coded", "open-burdened", "open-delegate"}
    assert Api().ids("parties/") == {"listed", *used}
    assert Api().ids("parties/", negotiation="talks") == used
    member = Api(add_member(hidden, role=Role.VIEWER))
    assert member.ids("parties/") == {"listed", *used, "roster", "asserter", "coded", "delegate"}
    assert member.ids("parties/", negotiation=hidden.slug) == {"roster", "asserter", "coded", "delegate"}
    for slug in ("unused", "roster", "only-drafted", "nobody", "%00", "NOT-A-SLUG"):
        assert Api()(f"parties/{slug}/").json() == Api()("parties/nobody/").json()


def test_party_filters_and_ordering(api: Api) -> None:
    make_party("b-land", name="Aland", iso3="ALA", aliases=["Mariehamn"], is_listed=True)
    make_party("a-org", name="Zorg", kind="igo", wikidata_id="Q7", is_listed=True)
    assert api.ids("parties/", kind="igo,bloc") == {"a-org"}
    assert api.ids("parties/", iso3="ALA") == {"b-land"}
    assert api.ids("parties/", wikidata_id="Q7") == {"a-org"}
    assert api.ids("parties/", q="marie") == {"b-land"}
    assert api.ids("parties/", q="zor") == {"a-org"}
    assert [row["slug"] for row in api.rows("parties/")] == ["b-land", "a-org"]
    assert [row["slug"] for row in api.rows("parties/", ordering="slug")] == ["a-org", "b-land"]


def test_person_payload_names_only_parties_the_reader_may_see(db: None) -> None:
    hidden = make_negotiation(visibility="restricted")
    listed, secret = make_party("listed", is_listed=True), make_party("secret")
    hidden.parties.add(secret)
    make_person("jane", name="Jane Doe", posts=[(listed, "Envoy"), (secret, "Agent")], is_listed=True)
    envoy = {"party": "listed", "title": "Envoy", "starts_on": None, "ends_on": None}
    agent = {"party": "secret", "title": "Agent", "starts_on": None, "ends_on": None}
    assert Api().json("persons/jane/") == {
        "slug": "jane",
        "name": "Jane Doe",
        "is_listed": True,
        "appointments": [envoy],
        "merged_into": None,
    }
    assert Api(add_member(hidden)).json("persons/jane/")["appointments"] == [agent, envoy]
    assert Api().errors("persons/", party="secret") == {"party": ["there is no party “secret”"]}


def test_person_filters(api: Api) -> None:
    north = make_party("north", is_listed=True)
    make_person("jane", name="Jane Doe", posts=[(north, "Envoy")], is_listed=True)
    make_person("john", name="John Roe", is_listed=True)
    negotiation = make_negotiation("talks")
    make_coding(make_statement(negotiation, speaker=make_person("speaker")))
    assert api.ids("persons/", party="north") == {"jane"}
    assert api.ids("persons/", q="roe") == {"john"}
    assert api.ids("persons/", negotiation="talks") == {"speaker"}
    assert [row["slug"] for row in api.rows("persons/", ordering="-name")] == ["speaker", "john", "jane"]


@pytest.mark.parametrize("count", [1, 3])
def test_lists_cost_the_same_for_one_and_three(
    api: Api, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _ in range(count):
        party = make_party(aliases=["one", "two"], is_listed=True)
        make_person(posts=[(party, "Envoy"), (party, "Minister")], is_listed=True)
    with django_assert_num_queries(3):
        assert len(api.json("parties/")["results"]) == count
    with django_assert_num_queries(3):
        assert len(api.json("persons/")["results"]) == count


def test_merged_records_are_in_no_list_and_say_what_they_became(api: Api) -> None:
    negotiation = make_negotiation("talks")
    for make, address in (
        (make_party, "parties/{0.slug}/"),
        (make_person, "persons/{0.slug}/"),
        (lambda slug: make_issue(negotiation, slug), "issues/{0.pk}/"),
    ):
        kept, duplicate = make("kept"), make("duplicate")
        for record in (kept, duplicate):
            if hasattr(record, "is_listed"):
                record.is_listed = True
        duplicate.merged_into = kept
        kept.save()
        duplicate.save()
        listed = api.rows(address.partition("/")[0] + "/")
        assert [row["slug"] for row in listed if row["slug"] in ("kept", "duplicate")] == ["kept"]
        assert api.json(address.format(duplicate))["merged_into"] == "kept"
        assert api.json(address.format(kept))["merged_into"] is None
