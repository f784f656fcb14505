"""Schemathesis over the whole document, in process: what it makes up must get the answers that the document announces.

``SCHEMATHESIS_EXAMPLES=40 python -m pytest -s tests/api/test_schemathesis.py`` asks longer and prints the report.
"""

from __future__ import annotations

import gc
import itertools
import os
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core import signals
from django.core.handlers.wsgi import WSGIHandler
from django.db import close_old_connections
from hypothesis import given
from pytest_django import Settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup

from positions.api.documents import build_document
from positions.enums import Role, WatchKind
from positions.models import (
    Coding,
    Condition,
    Event,
    Issue,
    Job,
    Member,
    Negotiation,
    Relation,
    Round,
    Source,
    Statement,
    Watch,
    Webhook,
)
from positions.queries.access import reader_of
from positions.services.relations import relate_statements
from positions.services.tokens import create_own_token
from positions.services.watches import WatchFacts, set_watch
from positions.services.webhooks import WebhookFacts, save_webhook, send_test
from tests.factories import (
    add_member,
    make_coding,
    make_issue,
    make_job,
    make_negotiation,
    make_party,
    make_person,
    make_round,
    make_source,
    make_statement,
)

FEW = 2
EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", FEW))
# A value may be well-formed and name nothing, or not go together with another: it is refused by the parameter's name.
load_all_checks()
EXCLUDED = [CHECKS.get_one("positive_data_acceptance")]
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@pytest.fixture
def _kept_connection() -> Iterator[None]:
    """Requests leave the test's own connection open, transaction and all, as Django's test client does."""
    started, finished = signals.request_started, signals.request_finished
    started.disconnect(close_old_connections)
    finished.disconnect(close_old_connections)
    yield
    started.connect(close_old_connections)
    finished.connect(close_old_connections)


@pytest.fixture
def talks(db: None, settings: Settings, _kept_connection: None) -> Negotiation:
    """A small negotiation with something of everything."""
    settings.THROTTLE_ANONYMOUS = settings.THROTTLE_USER = 1_000_000
    negotiation = make_negotiation("talks")
    north, south = make_party("north", is_listed=True), make_party("south", is_listed=True)
    make_round(negotiation, 1, parties=[north, south])
    border = make_issue(negotiation, "border")
    for party, stance in ((north, 2), (south, -1), (north, 1)):
        statement = make_statement(source=make_source(negotiation), asserted_by=party)
        make_coding(statement, issue=border, stance=stance, conditions=["troops leave"])
    make_person("envoy", posts=[(north, "Envoy")])
    first, second = negotiation.statements.all()[:2]
    coder = reader_of(add_member(negotiation, role=Role.ANALYST))
    relate_statements(coder, first, second, "responds_to")
    return negotiation


def headers_of(role: str, negotiation: Negotiation) -> dict[str, str]:
    """The headers of somebody with the role, who has something of everything that is one's own; or of nobody."""
    user = add_member(negotiation, role=role or Role.VIEWER)
    make_job(user, negotiation=negotiation)
    set_watch(reader_of(user), negotiation, WatchFacts(kind=WatchKind.MOVE))
    webhook = save_webhook(reader_of(user), WebhookFacts(url="https://receiver.example.org/"))
    send_test(webhook)
    if not role:
        return {}
    return {"Authorization": f"Bearer {create_own_token(user, 'tool', 'write', None, None).token}"}


def known_values(negotiation: Negotiation) -> dict[str, dict[str, str]]:
    """Names of records that are there: for each resource in an address, and for each parameter or part of a body."""
    models: tuple[tuple[str, type[Any]], ...] = (
        ("sources", Source), ("statements", Statement), ("annotations", Statement), ("codings", Coding),
        ("conditions", Condition), ("relations", Relation), ("rounds", Round), ("issues", Issue), ("members", Member),
        ("events", Event), ("jobs", Job), ("watches", Watch), ("webhooks", Webhook),
    )  # fmt: skip
    found = {name: model.objects.order_by("pk").first() for name, model in models}
    paths = {name: str(row.pk) for name, row in found.items() if row is not None}
    paths |= {"parties": "north", "persons": "envoy", "negotiations": "talks"}
    named = {"negotiation": "talks", "issue": "border", "party": "north", "q": "accept", "asserted_by": "north"}
    return {"path": paths, "query": named, "body": {**named, "source": paths["sources"]}}


def fill(case: Any, known: dict[str, dict[str, str]], number: int) -> None:
    """Have every second of the cases ask about what is there, so that it reaches the answer."""
    if number % 2:
        return
    resource = case.path.removeprefix("/api/v1/").partition("/")[0]
    for name in case.path_parameters:
        case.path_parameters[name] = known["path"].get(resource, case.path_parameters[name])
    named = {parameter.name for parameter in case.operation.query}
    for name in named & set(known["query"]):
        if name in case.query or name in ("negotiation", "issue" if case.path.endswith("timeline/") else "", "q"):
            case.query[name] = known["query"][name]
    if "If-Match" in {parameter.name for parameter in case.operation.headers}:
        case.headers["If-Match"] = "*"
    if isinstance(case.body, dict):
        case.body.update({name: value for name, value in known["body"].items() if name in case.body})


@dataclass
class Asked:
    """What is asked of the operations, as whom, and the answers so far."""

    headers: dict[str, str]
    known: dict[str, dict[str, str]]
    modes: tuple[GenerationMode, ...] = MODES
    seen: Counter[tuple[str, int]] = field(default_factory=Counter)

    def failures(self, operation: Any) -> Iterator[str]:
        """What is wrong with the answers to made-up requests of one operation."""
        for mode in self.modes:
            try:
                self.ask(operation, mode)
            except hypothesis.errors.Unsatisfiable:
                # there is no wrong request for an address that takes nothing
                continue
            except FailureGroup as found:
                yield f"{operation.label}: " + "; ".join(str(failure) for failure in found.exceptions)
            except Exception as failure:
                yield f"{operation.label}: {failure!r}"

    def ask(self, operation: Any, mode: GenerationMode) -> None:
        """Raises what schemathesis finds wrong."""
        numbers = itertools.count()

        @hypothesis.settings(
            max_examples=EXAMPLES, deadline=None, derandomize=True, database=None,
            phases=[hypothesis.Phase.generate], suppress_health_check=list(hypothesis.HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask_once(case: Any) -> None:
            if mode is GenerationMode.POSITIVE:
                fill(case, self.known, next(numbers))
            response = case.call(headers=self.headers)
            self.seen[operation.label, response.status_code] += 1
            case.validate_response(response, headers=self.headers, excluded_checks=EXCLUDED)

        ask_once()


def tell_report(role: str, operations: int, seen: Counter[tuple[str, int]]) -> str:
    """How many requests got which status."""
    by_status: Counter[int] = Counter()
    for (_, status), times in seen.items():
        by_status[status] += times
    told = ", ".join(f"{times} × {status}" for status, times in sorted(by_status.items()))
    who, version = role or "nobody", metadata.version("schemathesis")
    return f"\nschemathesis {version} as {who}: {operations} operations, {by_status.total()} requests: {told}\n"


@pytest.mark.parametrize("role", ["", Role.VIEWER, Role.LEAD], ids=["anonymous", "viewer", "lead"])
def test_answers_are_as_announced(talks: Negotiation, role: str) -> None:
    schema = schemathesis.openapi.from_dict(build_document())
    # not the installation's own: static files are looked for when it starts
    schema.app = WSGIHandler()
    asked = Asked(headers_of(role, talks), known_values(talks))
    operations = [result.ok() for result in schema.get_all_operations()]  # type: ignore[union-attr]
    if role != Role.LEAD and EXAMPLES == FEW:
        # what is malformed is refused before anybody's role is asked
        asked.modes = MODES[:1]
    with warnings.catch_warnings():
        # the client leaves the temporary files of multipart bodies to the garbage collector
        warnings.simplefilter("ignore", ResourceWarning)
        failures = [failure for operation in operations for failure in asked.failures(operation)]
        gc.collect()
    sys.stdout.write(tell_report(role, len(operations), asked.seen))
    assert failures == [], "\n\n".join(failures)
    assert {label for label, _ in asked.seen} == {operation.label for operation in operations}
