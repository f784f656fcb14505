"""Discourse networks, from the statements a reader may see at a moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from positions.analysis.network import TWO, Network, Recipe, Stand, draw_network
from positions.db import engine_for
from positions.enums import CodingState, Tlp
from positions.formats.graphs import Drawing, GraphNode
from positions.models import Coding, Issue, Negotiation, Party
from positions.queries.access import Reader
from positions.queries.evidence import Moment, admitted_codings, bare_rows


@dataclass(frozen=True, slots=True)
class Selection:
    """Which statements are counted; null takes all. ``first`` and ``last`` bound the day, both included.

    ``parties`` picks rows (in one mode columns too) after the computation.
    """

    parties: Collection[Party] | None = None
    issues: Collection[Issue] | None = None
    without_issues: Collection[Issue] | None = None
    footings: Collection[str] | None = None
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class DrawnNetwork:
    """A network with its nodes, and the most restrictive marking of the sources behind it."""

    drawing: Drawing
    marking: Tlp


ALL_THERE_IS = Selection()


def network_for(
    reader: Reader, negotiation: Negotiation, moment: Moment, recipe: Recipe, chosen: Selection = ALL_THERE_IS
) -> DrawnNetwork:
    """The network of every statement that takes a side, whoever tells it, copies included.

    Rows and columns are in the order of their labels: names, with the slug where two share one.
    """
    rows = _load_rows(admitted_codings(reader, negotiation, moment), chosen)
    parties = {
        str(party.pk): party
        for party in Party.objects.filter(pk__in={row[0] for row in rows}).only("slug", "name", "kind", "iso3")
    }
    issues = {
        str(issue.pk): issue for issue in Issue.objects.filter(pk__in={row[1] for row in rows}).only("slug", "title")
    }
    party_labels = _tell_apart({id: (party.name, party.slug) for id, party in parties.items()})
    issue_labels = _tell_apart({id: (issue.title, issue.slug) for id, issue in issues.items()})
    stands = [Stand(party_labels[row[0]], issue_labels[row[1]], row[2] > 0, row[3], row[4]) for row in rows]
    network = draw_network(stands, recipe)
    of_party = {party_labels[id]: party for id, party in parties.items()}
    of_issue = {issue_labels[id]: issue for id, issue in issues.items()}
    drawing = _pick_parties(_as_drawing(network, of_party, of_issue, two_modes=recipe.mode == TWO), chosen.parties)
    return DrawnNetwork(drawing, Tlp.strictest({row[5] for row in rows}))


def _load_rows(admitted: QuerySet[Coding], chosen: Selection) -> list[tuple[str, str, int, str, date, str]]:
    """Party, issue, stance, source, day and marking of each statement counted, in the order in which they were made.

    Within a day that is the order of the documents by key, and within a document that of the text.
    """
    evidence = admitted.filter(state=CodingState.CODED).exclude(stance=0)
    if chosen.issues is not None:
        evidence = evidence.filter(issue__in=[issue.pk for issue in chosen.issues])
    if chosen.without_issues is not None:
        evidence = evidence.exclude(issue__in=[issue.pk for issue in chosen.without_issues])
    if chosen.footings is not None:
        evidence = evidence.filter(footing__in=chosen.footings)
    if chosen.first is not None:
        evidence = evidence.filter(stated_latest__gte=chosen.first)
    if chosen.last is not None:
        evidence = evidence.filter(stated_latest__lte=chosen.last)
    engine = engine_for(connection.vendor)
    ids = (engine.bare_id(path) for path in ("party_id", "issue_id", "statement__source_id", "pk"))
    columns = ("stance", "stated_latest", "statement__source__key", "statement__start", "statement__source__tlp")
    found = [
        (engine.read_id(party), engine.read_id(issue), stance, engine.read_id(source), engine.read_day(on), tlp, key,
         -1 if start is None else start, engine.read_id(coding))
        for party, issue, source, coding, stance, on, key, start, tlp in bare_rows(
            evidence.order_by().values_list(*ids, *columns)
        )
    ]  # fmt: skip
    found.sort(key=lambda row: (row[4], row[6], row[7], row[8]))
    return [row[:6] for row in found]


def _tell_apart(named: dict[str, tuple[str, str]]) -> dict[str, str]:
    """By id, the name; where several have the same one, the slug is added."""
    shared = Counter(name for name, _ in named.values())
    labels = {id: name if shared[name] == 1 else f"{name} ({slug})" for id, (name, slug) in named.items()}
    if len(set(labels.values())) == len(labels):
        return labels
    # somebody is called what another is called with the slug
    return {id: f"{name} ({slug})" for id, (name, slug) in named.items()}


def _as_drawing(
    network: Network, of_party: dict[str, Party], of_issue: dict[str, Issue], *, two_modes: bool
) -> Drawing:
    rows = tuple(
        _party_node(label, of_party[label], count)
        for label, count in zip(network.rows, network.statements_of_row, strict=True)
    )
    if not two_modes:
        return Drawing(rows, rows, network.matrix, two_modes)
    columns = tuple(
        GraphNode(label, of_issue[label].slug, of_issue[label].title, "issue", "", count)
        for label, count in zip(network.columns, network.statements_of_column, strict=True)
    )
    return Drawing(rows, columns, network.matrix, two_modes)


def _party_node(label: str, party: Party, statements: int) -> GraphNode:
    return GraphNode(label, party.slug, party.name, party.kind, party.iso3 or "", statements)


def _pick_parties(drawing: Drawing, parties: Collection[Party] | None) -> Drawing:
    if parties is None:
        return drawing
    named = {party.slug for party in parties}
    places = [place for place, node in enumerate(drawing.rows) if node.slug in named]
    rows = tuple(drawing.rows[place] for place in places)
    if drawing.two_modes:
        return Drawing(rows, drawing.columns, tuple(drawing.matrix[place] for place in places), True)
    matrix: tuple[tuple[Any, ...], ...] = tuple(tuple(drawing.matrix[i][j] for j in places) for i in places)
    return Drawing(rows, rows, matrix, False)
