"""One engine's figures, as JSON on stdout: run by ``make bench`` with the engine's address in the environment."""

from __future__ import annotations

import gc
import json
import os
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")
os.environ.setdefault("ALLOWED_HOSTS", "testserver")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from rest_framework.renderers import JSONRenderer  # noqa: E402

from benchmarks import bare  # noqa: E402
from benchmarks.generate import Size, generate  # noqa: E402
from positions.api.paging import Term, page_of_rows  # noqa: E402
from positions.api.parameters import Question as Asked  # noqa: E402
from positions.api.resources.statements import StatementView  # noqa: E402
from positions.models import Issue, Negotiation, Party  # noqa: E402
from positions.queries.access import Reader  # noqa: E402
from positions.queries.evidence import Moment  # noqa: E402
from positions.queries.positions import matrix_for, positions_page_for, timeline_for  # noqa: E402

TURNS = 11


@dataclass(frozen=True)
class Question:
    """A read to measure, the bare SQL of the same rows, and how many times as long it may take (null: no goal)."""

    name: str
    ours: Callable[[], int]
    bare: Callable[[], int]
    goal: float | None


def measure(question: Question) -> dict[str, Any]:
    """Median times in milliseconds, taken in turns so that both meet the same machine; memory and queries of ours."""
    ours, theirs = [], []
    rows, bare_rows = question.ours(), question.bare()
    for _ in range(TURNS):
        gc.collect()
        theirs.append(_seconds(question.bare))
        gc.collect()
        ours.append(_seconds(question.ours))
    tracemalloc.start()
    question.ours()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    with CaptureQueriesContext(connection) as captured:
        question.ours()
    return {
        "question": question.name,
        "rows": rows,
        "bare_rows": bare_rows,
        "ours_ms": statistics.median(ours) * 1000,
        "bare_ms": statistics.median(theirs) * 1000,
        "goal": question.goal,
        "peak_mb": peak / 1_000_000,
        "queries": len(captured),
    }


def _seconds(work: Callable[[], int]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def fetch(sql: str, parameters: dict[str, Any] | Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a bare query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, _bound(parameters))
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _bound(parameters: dict[str, Any] | Sequence[Any]) -> dict[str, Any] | Sequence[Any]:
    """The parameters as the engine's driver takes them."""
    if connection.vendor == "sqlite" and isinstance(parameters, dict):
        return {
            name: value.hex if hasattr(value, "hex") and not isinstance(value, float) else str(value)
            for name, value in parameters.items()
        }
    return parameters


def fetch_named(sql: str, parameters: dict[str, Any] | Sequence[Any]) -> list[dict[str, Any]]:
    """The rows of a bare query by the names of their columns."""
    with connection.cursor() as cursor:
        cursor.execute(sql, _bound(parameters))
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def bare_statements(at: dict[str, Any]) -> int:
    """What ``statements/`` answers with, put together by hand from bare rows and written as JSON."""
    statements = fetch_named(bare.STATEMENTS, at)
    marks, ids = _marks(statement["id"] for statement in statements)
    codings = fetch_named(bare.CODINGS.format(statements=marks), ids)
    addressees: dict[Any, list[str]] = {}
    for statement_id, slug in fetch(bare.ADDRESSEES.format(statements=marks), ids):
        addressees.setdefault(statement_id, []).append(slug)
    marks, ids = _marks(coding["id"] for coding in codings)
    conditions: dict[Any, dict[Any, dict[str, Any]]] = {}
    for row in fetch_named(bare.CONDITIONS.format(codings=marks), ids):
        # The last entry of the series stands.
        conditions.setdefault(row["coding_id"], {})[row["id"]] = row
    carried: dict[Any, list[dict[str, Any]]] = {}
    for coding in codings:
        carried.setdefault(coding["statement_id"], []).append(
            {**coding, "conditions": list(conditions.get(coding["id"], {}).values())}
        )
    payload = [
        {**statement, "addressees": addressees.get(statement["id"], []), "codings": carried.get(statement["id"], [])}
        for statement in statements
    ]
    json.dumps(payload, default=str)
    return len(payload)


def _marks(ids: Iterable[Any]) -> tuple[str, list[Any]]:
    listed = list(ids)
    return ", ".join(["%s"] * len(listed)), listed


def _ids(rows: Sequence[tuple[Any, ...]]) -> tuple[str, list[Any]]:
    return ", ".join(["%s"] * len(rows)), [row[0] for row in rows]


def statement_page(reader: Reader, negotiation: Negotiation) -> tuple[StatementView, list[Term], Asked]:
    """The list of ``statements/`` as the API reads it."""
    view = StatementView()
    asked = Asked(reader, negotiation, {"negotiation": negotiation, "page_size": 50})
    view.reader, view.question = reader, asked
    return view, [*view.ordering.terms(asked), ("pk", False)], asked


def questions(negotiation: Negotiation) -> list[Question]:
    """What is measured, on the generated negotiation, as an anonymous reader."""
    reader, moment = Reader(), Moment.now()
    issue = Issue.objects.get(negotiation=negotiation, slug="issue-3")
    pair = list(Party.objects.filter(slug__in=["party-1", "party-2"]).order_by("slug"))
    known_at = moment.known_at.replace(tzinfo=None) if connection.vendor == "sqlite" else moment.known_at
    at = {"negotiation": negotiation.pk, "as_of": moment.as_of, "known_at": known_at}

    def bare_timeline() -> int:
        rows = fetch(bare.TIMELINE, {**at, "issue": issue.pk, "party_a": pair[0].pk, "party_b": pair[1].pk})
        marks, ids = _ids(rows)
        fetch(bare.TIMELINE_CONDITIONS.format(codings=marks), ids)
        fetch(bare.CHAINS, at)
        fetch(bare.ROUNDS, at)
        return len(rows)

    def bare_positions() -> int:
        parties = list(Party.objects.order_by("slug").values_list("pk", flat=True)[:4])
        names = {f"party_{place}": id for place, id in enumerate(parties)}
        sql = bare.POSITIONS.format(parties=", ".join(f"%({name})s" for name in names))
        return len(fetch(sql, {**at, **names}))

    listing, terms, asked = statement_page(reader, negotiation)

    def our_statements() -> int:
        page = page_of_rows(listing.narrowed(listing.as_listed(listing.visible())), terms, asked, listing.loaded)
        payload = listing.serializer_class(page.rows, many=True, context=listing.context_for(page.rows))
        JSONRenderer().render(payload.data)
        return len(page.rows)

    client = Client()

    def our_answer() -> int:
        answer = client.get("/api/v1/statements/", {"negotiation": negotiation.slug, "page_size": "50"})
        return len(answer.json()["results"])

    return [
        Question(
            "timeline of two parties",
            lambda: sum(
                len(series.points) for series in timeline_for(reader, negotiation, issue, moment, parties=pair).series
            ),
            bare_timeline,
            3,
        ),
        Question(
            "matrix", lambda: len(matrix_for(reader, negotiation, moment).cells), lambda: len(fetch(bare.MATRIX, at)), 3
        ),
        Question(
            "positions, a page of 100",
            lambda: len(positions_page_for(reader, negotiation, moment, limit=100)[0]),
            bare_positions,
            3,
        ),
        Question("50 statements with codings as JSON", our_statements, lambda: bare_statements(at), 4),
        Question("the same over HTTP", our_answer, lambda: bare_statements(at), None),
    ]


def main() -> None:
    """Migrate, generate, measure, print."""
    call_command("migrate", verbosity=0)
    size = Size(codings=int(sys.argv[1]) if len(sys.argv) > 1 else Size.codings)
    start = time.perf_counter()
    negotiation = generate(size)
    if connection.vendor == "postgresql":
        # What autovacuum does by itself; a SQLite file has no statistics unless somebody asks for them.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    print(
        f"generated {size.codings:,} codings in {time.perf_counter() - start:.0f} s on {connection.vendor}",
        file=sys.stderr,
    )
    json.dump([measure(question) for question in questions(negotiation)], sys.stdout)


if __name__ == "__main__":
    main()
