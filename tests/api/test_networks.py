"""``networks/``: what counts, the parameters, the files. The measures are the business of tests/analysis."""

from __future__ import annotations

import csv
import io
from typing import Any

import networkx as nx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from positions.analysis import network
from positions.api.vocabularies import NetworkDuplicates, NetworkMode, NetworkNormalisation, NetworkQualifier
from positions.enums import Attribution, Role
from positions.models import Negotiation
from tests.api.conftest import Api
from tests.api.test_derived import MOST_QUERIES, say
from tests.factories import add_member, make_issue, make_negotiation, make_party
from tests.formats.dl import read_dl


@pytest.fixture
def talks(db: None) -> Negotiation:
    """North and south on two issues over two years; names that are not in the order of slugs."""
    negotiation = make_negotiation("talks")
    north = make_party("north", name="Zemlya", kind="state", iso3="NOR")
    south, east = make_party("south", name="=Alpha"), make_party("east", name="Mid")
    border, transit = (
        make_issue(negotiation, "border", title="Border"),
        make_issue(negotiation, "transit", title="A road"),
    )
    say(negotiation, north, border, 2, "2021-01-05")
    say(negotiation, north, border, 1, "2022-01-05")
    say(negotiation, south, border, 1, "2022-01-05")
    say(negotiation, south, border, -2, "2022-01-06", directness="inferred")
    say(negotiation, north, transit, -1, "2022-01-07")
    say(negotiation, east, transit, 0, "2022-01-07")
    return negotiation


def test_vocabularies_are_those_of_the_analysis() -> None:
    assert set(NetworkMode.values) == set(network.QUALIFIERS_OF)
    assert set(NetworkQualifier.values) == {word for words in network.QUALIFIERS_OF.values() for word in words}
    assert set(NetworkNormalisation.values) == {word for words in network.NORMALISATIONS_OF.values() for word in words}
    assert set(NetworkDuplicates.values) == {network.KEEP, *network.PERIODS}


def test_one_mode(api: Api, talks: Negotiation) -> None:
    # neutrality takes no side: east is not in the network
    assert api.json("networks/", negotiation="talks") == {
        "rows": ["=Alpha", "Zemlya"],
        "columns": ["=Alpha", "Zemlya"],
        "matrix": [[0, 4], [4, 0]],
        "row_slugs": ["south", "north"],
        "column_slugs": ["south", "north"],
        "row_statements": [2, 3],
        "column_statements": [2, 3],
        "method": "http://testserver/method/#discourse-networks",
    }
    assert api.json("networks/", negotiation="talks", qualifier="subtract")["matrix"] == [[0, 0], [0, 0]]
    assert api.json("networks/", negotiation="talks", qualifier="conflict", normalisation="average")["matrix"] == [
        [0, 0.8],
        [0.8, 0],
    ]


def test_two_modes(api: Api, talks: Negotiation) -> None:
    found = api.json("networks/", negotiation="talks", mode="two", qualifier="subtract")
    assert (found["rows"], found["columns"]) == (["=Alpha", "Zemlya"], ["A road", "Border"])
    assert (found["column_slugs"], found["column_statements"]) == (["transit", "border"], [1, 4])
    assert found["matrix"] == [[0, 0], [-1, 2]]
    found = api.json("networks/", negotiation="talks", mode="two", normalisation="prominence", party="south")
    assert (found["rows"], found["columns"], found["matrix"]) == (["=Alpha"], ["A road", "Border"], [[0, 0.5]])


def test_what_is_counted(api: Api, talks: Negotiation) -> None:
    def matrix(**asked: str) -> Any:
        return api.json("networks/", negotiation="talks", mode="two", **{"from_": "2000-01-01", **asked})["matrix"]

    assert matrix() == [[0, 2], [1, 2]]
    assert matrix(from_="2022-01-05", to="2022-01-06") == [[2], [1]]
    assert matrix(from_="2022-01-06", to="2022-01-06") == [[1]]
    assert matrix(as_of="2022-01-05") == [[1], [2]]
    assert matrix(known_at="2000-01-01T00:00:00Z") == []
    assert matrix(exclude_issue="border") == [[1]]
    assert matrix(exclude_issue="border,transit") == []
    assert matrix(issue="border") == [[2], [2]]
    assert matrix(footing="inferred") == [[1]]
    assert matrix(footing="own,inferred") == [[0, 2], [1, 2]]
    assert matrix(duplicates="all") == [[0, 1], [1, 1]]
    assert matrix(duplicates="year") == [[0, 1], [1, 2]]
    assert matrix(duplicates="all", qualifier="combine") == [[0, 3], [2, 1]]
    one = api.json("networks/", negotiation="talks", party="north")
    assert (one["rows"], one["columns"], one["matrix"]) == (["Zemlya"], ["Zemlya"], [[0]])
    assert api.json("networks/", negotiation="talks", fields="rows,columns") == {
        "rows": ["=Alpha", "Zemlya"], "columns": ["=Alpha", "Zemlya"]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"mode": "two", "qualifier": "congruence"}, {"qualifier"}),
        ({"mode": "one", "qualifier": "combine"}, {"qualifier"}),
        ({"mode": "one", "normalisation": "prominence"}, {"normalisation"}),
        ({"mode": "two", "qualifier": "conflict", "normalisation": "jaccard"}, {"qualifier", "normalisation"}),
        ({"mode": "two", "qualifier": "combine", "normalisation": "activity"}, {"normalisation"}),
        ({"mode": "three"}, {"mode"}),
        ({"mode": "one,two"}, {"mode"}),
        ({"duplicates": "decade"}, {"duplicates"}),
        ({"format": "xlsx"}, {"format"}),
        ({"format": "csv", "fields": "rows"}, {"fields"}),
        ({"format": "gexf", "mode": "three"}, {"mode"}),
        ({"from_": "2022-02-01", "to": "2022-01-01"}, {"from", "to"}),
        ({"from_": "soon"}, {"from"}),
        ({"exclude_issue": "border,nothing"}, {"exclude_issue"}),
        ({"issue": "nothing"}, {"issue"}),
        ({"party": "nobody"}, {"party"}),
        ({"footing": "hearsay"}, {"footing"}),
    ],
)
def test_refusals_name_the_parameters(api: Api, talks: Negotiation, asked: dict[str, str], wrong: set[str]) -> None:
    assert set(api.errors("networks/", negotiation="talks", **asked)) == wrong


def test_names_that_are_shared_are_told_apart(api: Api, talks: Negotiation) -> None:
    border = talks.issues.get(slug="border")
    say(talks, make_party("far-north", name="Zemlya"), border, 1, "2022-01-05")
    assert api.json("networks/", negotiation="talks")["rows"] == ["=Alpha", "Zemlya (far-north)", "Zemlya (north)"]
    say(talks, make_party("decoy", name="Zemlya (north)"), border, 1, "2022-01-05")
    assert len(set(api.json("networks/", negotiation="talks")["rows"])) == 4


def test_files(api: Api, talks: Negotiation) -> None:
    def file(format: str, kind: str, **asked: str) -> bytes:
        answer = api("networks/", negotiation="talks", format=format, **asked)
        assert (answer.status_code, answer["Content-Type"]) == (200, kind)
        assert answer["Content-Disposition"] == f'attachment; filename="talks-network.{format}"'
        assert (answer["X-TLP"], answer["ETag"][0]) == ("CLEAR", '"')
        body: bytes = answer.content
        return body

    rows = list(csv.reader(io.StringIO(file("csv", "text/csv; charset=utf-8").decode())))
    assert rows == [["", "'=Alpha", "Zemlya"], ["'=Alpha", "0", "4"], ["Zemlya", "4", "0"]]
    dl = read_dl(file("dl", "text/plain; charset=utf-8", mode="two"))
    assert (dl.rows, dl.columns, dl.matrix) == (["=Alpha", "Zemlya"], ["A road", "Border"], [[0, 2], [1, 2]])
    for format, read in (("graphml", nx.read_graphml), ("gexf", nx.read_gexf)):
        graph: Any = read(io.BytesIO(file(format, f"application/{format}+xml")))
        assert graph.edges["south", "north"]["weight"] == 4
        facts = {name: graph.nodes["north"][name] for name in ("name", "slug", "kind", "iso3", "statements")}
        assert facts == {"name": "Zemlya", "slug": "north", "kind": "state", "iso3": "NOR", "statements": 3}
    two: Any = nx.read_graphml(io.BytesIO(file("graphml", "application/graphml+xml", mode="two")))
    assert {id: facts["bipartite"] for id, facts in two.nodes(data=True)} == {
        "party:south": 0, "party:north": 0, "issue:transit": 1, "issue:border": 1
    }  # fmt: skip


def test_file_is_sent_whatever_is_accepted_and_not_sent_again(api: Api, talks: Negotiation) -> None:
    asked = {"negotiation": "talks", "format": "csv"}
    first = api.client.get("/api/v1/networks/", asked, headers={"Accept": "application/json"})
    assert (first.status_code, first["Content-Type"]) == (200, "text/csv; charset=utf-8")
    again = api.client.get("/api/v1/networks/", asked, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    refused = api.client.get("/api/v1/networks/", {"negotiation": "talks"}, headers={"Accept": "text/csv"})
    assert refused.status_code == 406


def test_marking_travels_and_ground_rules_hold(api: Api, talks: Negotiation) -> None:
    border = talks.issues.get(slug="border")
    secret = say(talks, make_party("west"), border, 2, "2022-01-06", attribution=Attribution.OFF_RECORD)
    source = secret.statement.source
    source.tlp = "AMBER+STRICT"
    source.save()
    asked = {"negotiation": "talks", "format": "csv"}
    assert api("networks/", **asked)["X-TLP"] == "CLEAR"
    assert "west" not in api.json("networks/", negotiation="talks")["row_slugs"]
    member = Api(add_member(talks, role=Role.VIEWER))
    answer = member("networks/", **asked)
    assert (answer["X-TLP"], answer["Content-Disposition"]) == (
        "AMBER+STRICT",
        'attachment; filename="talks-network.TLP-AMBER-STRICT.csv"',
    )
    assert "west" in member.json("networks/", negotiation="talks")["row_slugs"]
    hidden = make_negotiation("hidden", visibility="restricted")
    refusals = [api("networks/", negotiation=slug, format="gexf") for slug in (hidden.slug, "nowhere")]
    assert [(refusal.status_code, refusal.content) for refusal in refusals] == [(404, refusals[0].content)] * 2


def test_cost_is_the_same_for_one_and_three(api: Api) -> None:
    costs = []
    for parties in (1, 3):
        negotiation = make_negotiation(f"talks-{parties}")
        for _ in range(parties):
            say(negotiation, make_party(), make_issue(negotiation), 1, "2022-01-05")
        with CaptureQueriesContext(connection) as queries:
            api.json("networks/", negotiation=negotiation.slug, mode="two")
        costs.append(len(queries))
    assert costs[0] == costs[1] <= MOST_QUERIES
