"""What a bundle leaves out of a record that exists stays as it is: silence never lifts a marking."""

from __future__ import annotations

import pytest

from positions.models import Issue, Negotiation, Round, Source
from positions.queries.access import SYSTEM
from positions.services.imports import import_bundle
from positions.services.sources import SourceFacts, register_source
from tests.factories import make_issue, make_negotiation, make_round

pytestmark = pytest.mark.django_db


def import_only(**lists: object) -> None:
    import_bundle(SYSTEM, {"format": "positions-bundle/1", "negotiation": {"slug": "talks", "title": "Talks"}, **lists})


def test_a_source_keeps_its_marking_access_rule_and_chain() -> None:
    negotiation = make_negotiation("talks", title="Talks", summary="Kept")
    parent = register_source(SYSTEM, negotiation, SourceFacts(key="origin", title="Origin"))
    kept = {
        "tlp": "RED",
        "attribution": "off_record",
        "text_access": "members",
        "reliability": "B",
        "published_on": "2022-01-10",
        "language": "fr",
        "kind": "letter",
        "note": "Handed over in person",
        "derivation_kind": "report",
    }
    register_source(SYSTEM, negotiation, SourceFacts(key="copy", title="Copy", derived_from=parent, **kept))
    import_only(sources=[{"key": "copy", "title": "Copy, renamed"}])
    source = Source.objects.get(key="copy")
    assert (source.title, source.derived_from) == ("Copy, renamed", parent)
    assert {name: getattr(source, name) for name in kept} == kept


def test_an_issue_a_round_and_the_negotiation_keep_what_is_left_out() -> None:
    negotiation = make_negotiation("talks", title="Talks", summary="Kept")
    parent = make_issue(negotiation, "security")
    make_issue(negotiation, "border", pole_against="The river", keywords=["river"], parent=parent)
    make_round(negotiation, number=4, venue="Geneva", status="planned")
    import_only(
        issues=[{"slug": "border", "title": "The border", "proposal": Issue.objects.get(slug="border").proposal}],
        rounds=[{"number": 4, "title": "Fourth"}],
    )
    issue, held = Issue.objects.get(slug="border"), Round.objects.get(number=4)
    assert (issue.title, issue.pole_against, issue.keywords, issue.parent) == (
        "The border",
        "The river",
        ["river"],
        parent,
    )
    assert (held.title, held.venue, held.status) == ("Fourth", "Geneva", "planned")
    assert Negotiation.objects.get().summary == "Kept"
