"""The command that compares suggestions with the published codings."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from positions.enums import CodingStatus
from positions.models import Negotiation
from tests.factories import add_member, make_coding, make_issue, make_party, make_source, make_statement, make_user
from tests.services.writing import make_talks

pytestmark = pytest.mark.django_db


@pytest.fixture
def talks() -> Negotiation:
    """One published statement that a suggestion meets, and a draft that does not count."""
    negotiation = make_talks()
    party = make_party(name="Freedonia")
    negotiation.parties.add(party)
    source = make_source(negotiation, text="Freedonia rejects any limit on fishing. It wants more fishing.")
    issue = make_issue(negotiation, "fishing", keywords=["fishing"])
    make_coding(make_statement(source=source, exact="rejects any limit", asserted_by=party), issue=issue)
    draft = make_statement(source=source, exact="wants more", asserted_by=party)
    make_coding(draft, issue=issue, status=CodingStatus.DRAFT)
    return negotiation


def output(*arguments: str) -> str:
    out = io.StringIO()
    call_command("evaluate_suggestions", *arguments, stdout=out)
    return out.getvalue()


def test_json_holds_counts_precision_and_recall(talks: Negotiation) -> None:
    assert json.loads(output(talks.slug, "--json")) == {
        "gold": 1,
        "overlapped": 1,
        "party_right": 1,
        "issue_right": 1,
        "suggested": 2,
        "precision": 0.5,
        "recall": 1.0,
    }


def test_table_says_the_same(talks: Negotiation) -> None:
    lines = [line.split() for line in output(talks.slug).splitlines()]
    assert [line[-2:] for line in lines] == [
        ["passage", "1"],
        ["1", "100%"],
        ["1", "100%"],
        ["1", "100%"],
        ["Suggestions", "2"],
        ["1", "50%"],
    ]


def test_negotiation_without_published_codings_is_null_not_an_error() -> None:
    figures = json.loads(output(make_talks().slug, "--json"))
    assert (figures["gold"], figures["precision"], figures["recall"]) == (0, None, None)


def test_unknown_and_hidden_negotiations_are_refused_alike(talks: Negotiation) -> None:
    stranger = make_user().get_username()
    for arguments in (["nowhere"], [talks.slug, "--as", stranger]):
        with pytest.raises(CommandError, match=r"No such negotiation\.") as refusal:
            output(*arguments)
        assert refusal.value.returncode == 1


def test_it_takes_an_analyst(talks: Negotiation) -> None:
    with pytest.raises(CommandError, match="role of analyst"):
        output(talks.slug, "--as", add_member(talks, role="viewer").get_username())
    assert output(talks.slug, "--as", add_member(talks).get_username())
