"""Networks as files for other programs: CSV, GraphML and GEXF (networkx, Gephi), UCINET DL.

Names are only ever text: what XML cannot hold is replaced, a spreadsheet takes no label for a formula, and
a DL label is one quoted line.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from positions.formats.cells import guard_cell

# Everything outside the characters of XML 1.0.
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
NOT_IN_LINE = re.compile(r"[\s\"\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A row or column as other programs see it; ``kind`` is the party's, or ``issue``; ``iso3`` may be empty."""

    label: str
    slug: str
    name: str
    kind: str
    iso3: str
    statements: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """A matrix with its rows and columns; of ``two_modes``, or of one, where both are the same nodes."""

    rows: tuple[GraphNode, ...]
    columns: tuple[GraphNode, ...]
    matrix: tuple[tuple[int | float, ...], ...]
    two_modes: bool


def write_matrix_csv(drawing: Drawing) -> bytes:
    """The matrix with labels in the first row and column; formulas are defused by an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["", *(guard_cell(node.label) for node in drawing.columns)])
    for node, weights in zip(drawing.rows, drawing.matrix, strict=True):
        writer.writerow([guard_cell(node.label), *weights])
    return out.getvalue().encode()


def write_graphml(drawing: Drawing) -> bytes:
    """GraphML with node attributes, and ``weight`` on each edge."""
    from networkx import write_graphml_xml  # takes a third of a second that only this address needs

    out = io.BytesIO()
    write_graphml_xml(_as_graph(drawing), out)
    return out.getvalue()


def write_gexf(drawing: Drawing) -> bytes:
    """GEXF 1.2 with node attributes, and ``weight`` on each edge."""
    from networkx import write_gexf as write

    out = io.BytesIO()
    write(_as_graph(drawing), out)
    return out.getvalue()


def _as_graph(drawing: Drawing) -> Any:
    """An undirected graph; ids are slugs, told apart by mode where there are two, and 0 is no edge."""
    from networkx import Graph

    graph: Any = Graph()
    rows, columns = _ids("party", drawing.rows, drawing), _ids("issue", drawing.columns, drawing)
    for ids, nodes, mode in ((rows, drawing.rows, 0), (columns, drawing.columns, 1)):
        if mode and not drawing.two_modes:
            break
        for id, node in zip(ids, nodes, strict=True):
            attributes: dict[str, str | int] = {
                "label": _for_xml(node.label),
                "slug": node.slug,
                "name": _for_xml(node.name),
                "kind": node.kind,
                "iso3": node.iso3,
                "statements": node.statements,
            }
            graph.add_node(id, **attributes, **({"bipartite": mode} if drawing.two_modes else {}))
    numbers_are_whole = all(isinstance(weight, int) for weights in drawing.matrix for weight in weights)
    for i, weights in enumerate(drawing.matrix):
        for j, weight in enumerate(weights if drawing.two_modes else weights[:i]):
            if weight:
                graph.add_edge(rows[i], columns[j], weight=weight if numbers_are_whole else float(weight))
    return graph


def _ids(mode: str, nodes: Iterable[GraphNode], drawing: Drawing) -> list[str]:
    return [f"{mode}:{node.slug}" if drawing.two_modes else node.slug for node in nodes]


def _for_xml(words: str) -> str:
    return NOT_XML.sub("\ufffd", words)


def write_dl(drawing: Drawing) -> bytes:
    """UCINET's DL language, as a full matrix with quoted labels, each on a line of its own."""
    rows, columns = _as_lines(drawing.rows), _as_lines(drawing.columns)
    if drawing.two_modes:
        head = [
            f"dl nr = {len(rows)}, nc = {len(columns)}, format = fullmatrix",
            "row labels:",
            *rows,
            "column labels:",
            *columns,
        ]
    else:
        head = [f"dl n = {len(rows)}, format = fullmatrix", "labels:", *rows]
    weights = [" ".join(map(str, row)) for row in drawing.matrix]
    return "\n".join([*head, "data:", *weights, ""]).encode()


def _as_lines(nodes: Sequence[GraphNode]) -> list[str]:
    """Labels without what ends a label or a line, still different from each other."""
    labels = [NOT_IN_LINE.sub(" ", node.label).strip() or node.slug for node in nodes]
    shared = Counter(labels)
    return [
        f'"{label}"' if shared[label] == 1 else f'"{label} ({node.slug})"'
        for label, node in zip(labels, nodes, strict=True)
    ]
