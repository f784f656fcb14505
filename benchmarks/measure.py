"""One engine's figures, as JSON on stdout: run by ``make bench`` with the engine's address in the environment."""

from __future__ import annotations

import gc
import json
import os
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence
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

from benchmarks import bare  # noqa: E402
from benchmarks.generate import Size, generate  # noqa: E402
from positions.api.paging import Term, page_of_rows  # noqa: E402
from positions.api.parameters import Question as Asked  # noqa: E402
from positions.api.resources.statements import StatementView  # noqa: E402
from positions.models import Issue, Negotiation, Party  # noqa: E402
from positions.queries.access import Reader  # noqa: E402
from positions.queries.evidence import Moment  # noqa: E402
from positions.queries.positions import matrix_for, positions_page_for, timeline_for  # noqa: E402

TURNS = 7


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
    if connection.vendor == "sqlite" and isinstance(parameters, dict):
        parameters = {
            name: value.hex if hasattr(value, "hex") and not isinstance(value, float) else str(value)
            for name, value in parameters.items()
        }
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def _ids(rows: Sequence[tuple[Any, ...]]) -> tuple[str, list[Any]]:
    return ", ".join(["%s"] * len(rows)), [row[0] for row in rows]


def statement_page(reader: Reader, negotiation: Negotiation) -> tuple[StatementView, list[Term], Asked]:
    """The list of ``statements/`` as the API reads it, up to where the payload is written."""
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

    def bare_statements() -> int:
        statements = fetch(bare.STATEMENTS, at)
        marks, ids = _ids(statements)
        codings = fetch(bare.CODINGS.format(statements=marks), ids)
        fetch(bare.ADDRESSEES.format(statements=marks), ids)
        marks, ids = _ids(codings)
        fetch(bare.CONDITIONS.format(codings=marks), ids)
        return len(statements)

    listing, terms, asked = statement_page(reader, negotiation)

    def our_statements() -> int:
        page = page_of_rows(listing.narrowed(listing.as_listed(listing.visible())), terms, asked, listing.loaded)
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
        Question("50 statements with codings", our_statements, bare_statements, 4),
        Question("the same as JSON over HTTP", our_answer, bare_statements, None),
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
