"""Networks as files, read back by what reads them elsewhere: a CSV reader, networkx, and the rules of DL."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest

from positions.formats.graphs import Drawing, GraphNode, write_dl, write_gexf, write_graphml, write_matrix_csv
from tests.formats.dl import DlNetwork, read_dl

HOSTILE = [
    '=HYPERLINK("http://example.org")',
    "</node><script>alert(1)</script>",
    "quote \" and ' and\nline\u2028break",
    "bell \x07 and noncharacter \ufffe",
    "\u202eright to left\u202c 👩‍👩‍👧",
    "-5",
]


def node(label: str, place: int, kind: str = "state", iso3: str = "") -> GraphNode:
    return GraphNode(label, f"slug-{place}", label, kind, iso3, place + 1)


def one_mode(*labels: str) -> Drawing:
    nodes = tuple(node(label, place) for place, label in enumerate(labels))
    size = len(nodes)
    return Drawing(
        nodes, nodes, tuple(tuple(0 if i == j else i * j - 2 for j in range(size)) for i in range(size)), False
    )


def two_modes() -> Drawing:
    rows = (node("North", 0, iso3="NOR"), node("South", 1, kind="bloc"))
    columns = (GraphNode("Border", "slug-0", "Border", "issue", "", 3), node("Transit", 1, kind="issue"))
    return Drawing(rows, columns, ((0.5, -1.25), (0, 1 / 3)), True)


READERS: list[tuple[Callable[[Drawing], bytes], Callable[[Any], Any]]] = [
    (write_graphml, nx.read_graphml),
    (write_gexf, nx.read_gexf),
]


@pytest.mark.parametrize(("write", "read"), READERS)
def test_graph_of_one_mode_is_read_back(write: Callable[[Drawing], bytes], read: Callable[[Any], Any]) -> None:
    drawing = one_mode(*HOSTILE)
    graph = read(io.BytesIO(write(drawing)))
    assert not graph.is_directed()
    assert list(graph.nodes) == [f"slug-{place}" for place in range(6)]
    assert {(a, b): facts["weight"] for a, b, facts in graph.edges(data=True)} == {
        (f"slug-{j}", f"slug-{i}"): i * j - 2 for i in range(6) for j in range(i) if i * j != 2
    }
    assert graph.nodes["slug-1"]["label"] == HOSTILE[1]
    shown = {name: graph.nodes["slug-3"][name] for name in ("name", "slug", "kind", "iso3", "statements")}
    assert shown == {
        "name": "bell � and noncharacter �", "slug": "slug-3", "kind": "state", "iso3": "", "statements": 4
    }  # fmt: skip
    assert [graph.nodes[f"slug-{place}"]["name"] for place in (0, 4, 5)] == [HOSTILE[0], HOSTILE[4], HOSTILE[5]]


@pytest.mark.parametrize(("write", "read"), READERS)
def test_graph_of_two_modes_is_bipartite(write: Callable[[Drawing], bytes], read: Callable[[Any], Any]) -> None:
    graph = read(io.BytesIO(write(two_modes())))
    assert dict(graph.nodes(data="bipartite")) == {
        "party:slug-0": 0, "party:slug-1": 0, "issue:slug-0": 1, "issue:slug-1": 1
    }  # fmt: skip
    assert {(a, b): facts["weight"] for a, b, facts in graph.edges(data=True)} == {
        ("party:slug-0", "issue:slug-0"): 0.5,
        ("party:slug-0", "issue:slug-1"): -1.25,
        ("party:slug-1", "issue:slug-1"): 1 / 3,
    }
    assert nx.is_bipartite(graph)
    assert [graph.nodes[id]["kind"] for id in ("party:slug-1", "issue:slug-0")] == ["bloc", "issue"]
    assert graph.nodes["party:slug-0"]["iso3"] == "NOR"


def test_csv_is_a_matrix_without_formulas() -> None:
    rows = list(csv.reader(io.StringIO(write_matrix_csv(one_mode(*HOSTILE)).decode(), newline="")))
    labels = [f"'{HOSTILE[0]}", *HOSTILE[1:]]
    assert rows[0] == ["", *labels]
    assert [row[0] for row in rows[1:]] == labels
    assert rows[1][1:] == ["0", "-2", "-2", "-2", "-2", "-2"]
    assert list(csv.reader(io.StringIO(write_matrix_csv(two_modes()).decode())))[1:] == [
        ["North", "0.5", "-1.25"],
        ["South", "0", str(1 / 3)],
    ]


def test_dl_is_a_full_matrix_with_quoted_labels() -> None:
    drawing = one_mode(*HOSTILE, "bell   and noncharacter \ufffe", '"')
    network = read_dl(write_dl(drawing))
    assert network.rows == network.columns
    assert network.rows == [
        "=HYPERLINK( http://example.org )",
        HOSTILE[1],
        "quote and ' and line break",
        "bell and noncharacter \ufffe (slug-3)",
        HOSTILE[4],
        "-5",
        "bell and noncharacter \ufffe (slug-6)",
        "slug-7",
    ]
    assert network.matrix == [list(map(float, row)) for row in drawing.matrix]
    assert read_dl(write_dl(two_modes())) == DlNetwork(
        ["North", "South"], ["Border", "Transit"], [[0.5, -1.25], [0.0, 1 / 3]]
    )


@pytest.mark.parametrize("two", [True, False])
def test_empty_network_is_written(two: bool) -> None:
    empty = Drawing((), (), (), two)
    for write, read in READERS:
        assert len(read(io.BytesIO(write(empty)))) == 0
    assert write_matrix_csv(empty) == b'""\r\n'
    assert read_dl(write_dl(empty)) == DlNetwork([], [], [])
