"""The check of quotations: quiet where all agree, one line and exit code 1 for each that does not."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from positions.models import Statement
from tests.factories import make_negotiation, make_source, make_statement

pytestmark = pytest.mark.django_db


def check(*slugs: str) -> tuple[str, str, str]:
    """Stdout, stderr, and the message it failed with."""
    out, err, failure = io.StringIO(), io.StringIO(), ""
    try:
        call_command("check_anchors", *slugs, stdout=out, stderr=err)
    except CommandError as refusal:
        failure = f"{refusal.returncode}: {refusal}"
    return out.getvalue(), err.getvalue(), failure


def test_agreeing_quotations_pass() -> None:
    talks = make_negotiation("talks")
    make_statement(talks, exact="A 🕊 flies over e\u0301t\u0065\u0301.")
    make_statement(source=make_source(talks, text=None))
    assert check("talks") == ("", "talks: 1 quotations, 0 differ\n", "")


def test_every_difference_is_named() -> None:
    source = make_source(make_negotiation("talks"), key="paper")
    statement = make_statement(source=source, key="told")
    make_statement(make_negotiation("others"))
    Statement.objects.filter(pk=statement.pk).update(start=1, prefix="forged")
    out, err, failure = check()
    assert out.splitlines() == [
        f"talks: statement told: its {name} is not what stands in version 1 of source paper at 1 to {statement.end}"
        for name in ("exact", "prefix")
    ]
    assert sorted(err.splitlines()) == ["others: 1 quotations, 0 differ", "talks: 1 quotations, 2 differ"]
    assert failure == "1: 2 differences found."
    assert check("others")[2] == ""


def test_unknown_negotiation_is_refused() -> None:
    assert check("nowhere")[2] == "1: No such negotiation."


def test_texts_are_loaded_once_each() -> None:
    talks = make_negotiation("talks")
    source = make_source(talks)
    for _ in range(3):
        make_statement(source=source)
    make_statement(talks)
    with CaptureQueriesContext(connection) as captured:
        check("talks")
    assert sum('FROM "positions_sourcetext"' in query["sql"] for query in captured) == 2
