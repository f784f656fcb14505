"""The matrix: who stands where, from counts and the latest evidence of each pair."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max, QuerySet

from positions.analysis.evidence import ancestors_of, split_copies
from positions.analysis.matrix import Tally, find_deciding, make_cells
from positions.analysis.types import Cell, Reading
from positions.db import engine_for
from positions.db.places import codings_at
from positions.enums import CodingState
from positions.models import Coding, Issue, Negotiation, Party, Statement
from positions.queries.access import Reader
from positions.queries.evidence import Moment, admitted_codings, bare_rows, load_readings, parents_in, slugs_of

PAIRS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Matrix:
    """The parties and issues that have evidence, and a cell for each pair that has some."""

    parties: tuple[str, ...]
    issues: tuple[str, ...]
    cells: tuple[Cell, ...]


def matrix_for(
    reader: Reader,
    negotiation: Negotiation,
    moment: Moment,
    *,
    parties: Collection[Party] | None = None,
    issues: Collection[Issue] | None = None,
) -> Matrix:
    """The positions as a table: parties by slug, issues in the negotiation's own order.

    Only counts and the latest occasions are read, whatever lies before them.
    """
    evidence = admitted_codings(reader, negotiation, moment).filter(state=CodingState.CODED)
    if issues is not None:
        evidence = evidence.filter(issue__in=[issue.pk for issue in issues])
    if parties is not None:
        evidence = evidence.filter(party__in=[party.pk for party in parties])
    rows = bare_rows(
        evidence.order_by()
        .annotate(on_issue=_bare_id("issue_id"), who=_bare_id("party_id"))
        .values("on_issue", "who", "footing")
        .annotate(evidence=Count("pk"), latest=Max("stated_latest"))
        .values_list("on_issue", "who", "footing", "evidence", "latest")
    )
    party, issue = slugs_of(Party, {row[1] for row in rows}), slugs_of(Issue, {row[0] for row in rows})
    deciding = find_deciding(
        Tally(party[p], issue[i], footing, evidence, _as_day(latest)) for i, p, footing, evidence, latest in rows
    )
    parents = parents_in(negotiation)
    id_of_party, id_of_issue = {slug: id for id, slug in party.items()}, {slug: id for id, slug in issue.items()}
    places = [(id_of_issue[i], id_of_party[p], d.footing, d.latest) for (p, i), d in deciding.items()]
    latest_readings = list(_readings_at(negotiation, evidence, places, moment))
    cells = make_cells(
        deciding,
        latest_readings,
        _count_copies(evidence, parents, party, issue),
        parents,
        moment.as_of,
        moment.known_at,
    )
    present = {cell.issue for cell in cells}
    ordered = [
        slug for slug in negotiation.issues.order_by("rank", "slug").values_list("slug", flat=True) if slug in present
    ]
    return Matrix(tuple(sorted({cell.party for cell in cells})), tuple(ordered), tuple(cells))


def _bare_id(path: str) -> Any:
    return engine_for(connection.vendor).bare_id(path)


def _as_day(value: date | str) -> date:
    """An aggregated day of a bare row; SQLite has no type for it and gives text."""
    return value if isinstance(value, date) else date.fromisoformat(value)


def _readings_at(
    negotiation: Negotiation, evidence: QuerySet[Coding], places: list[tuple[Any, Any, str, date]], moment: Moment
) -> Iterable[Reading]:
    """The evidence at given (issue, party, footing, day), found by index."""
    for start in range(0, len(places), PAIRS_AT_ONCE):
        chunk = places[start : start + PAIRS_AT_ONCE]
        ids = codings_at(connection, negotiation.pk, chunk)
        yield from load_readings(evidence.filter(pk__in=ids), admitted_at=moment.known_at)


def _count_copies(
    evidence: QuerySet[Coding], parents: Mapping[str, str], party: Mapping[Any, str], issue: Mapping[Any, str]
) -> dict[tuple[str, str, str], int]:
    """By party, issue and footing, how many pieces are copies: only sources in a chain can carry one."""
    chained = {
        UUID(source)
        for source in {*parents, *(ancestor for source in parents for ancestor in ancestors_of(source, parents))}
    }
    if not chained:
        return {}
    in_chain = evidence.filter(statement__in=Statement.objects.filter(source__in=chained).order_by().values("pk"))
    engine = engine_for(connection.vendor)
    buckets: dict[tuple[str, str, str, Any], list[Reading]] = {}
    ids = (_bare_id(path) for path in ("issue_id", "party_id", "statement__asserted_by_id", "statement__source_id"))
    for on_issue, who, asserted_by, source, footing, on in bare_rows(
        in_chain.order_by().values_list(*ids, "footing", "stated_latest")
    ):
        reading = _Piece(engine.read_id(source), asserted_by)
        buckets.setdefault((party[who], issue[on_issue], footing, on), []).append(reading)  # type: ignore[arg-type]
    counts: dict[tuple[str, str, str], int] = {}
    for (who_slug, issue_slug, footing, _), pieces in buckets.items():
        _, copies = split_copies(pieces, parents)
        if copies:
            key = (who_slug, issue_slug, footing)
            counts[key] = counts.get(key, 0) + len(copies)
    return counts


@dataclass(frozen=True, slots=True)
class _Piece:
    """As much of a reading as tells a copy."""

    source: str
    asserted_by: str
