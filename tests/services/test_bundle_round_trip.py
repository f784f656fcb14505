"""What is exported imports again, elsewhere too, and exports the same."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from positions.models import Coding, Issue, Negotiation, Party, Person, Statement
from positions.queries.access import SYSTEM, reader_of
from positions.services import coding as codings
from positions.services import parties, statements
from positions.services.conditions import ConditionFacts, set_condition_status
from positions.services.demo import DEMO
from positions.services.imports import import_bundle
from positions.services.negotiations import DelegationFacts, RoundFacts, save_round
from tests.factories import (
    add_member,
    make_coding,
    make_issue,
    make_negotiation,
    make_party,
    make_person,
    make_source,
    make_statement,
)
from tests.services.bundles import Document, export, keyless_bundle, load, make_bundle

pytestmark = pytest.mark.django_db


def renamed(written: str, slug: str) -> str:
    """The same export for a negotiation of another name, as another installation has it: without the ids."""

    def without_ids(value: object) -> object:
        if isinstance(value, dict):
            return {key: without_ids(inner) for key, inner in value.items() if key != "id"}
        return [without_ids(inner) for inner in value] if isinstance(value, list) else value

    document = without_ids(json.loads(written))
    assert isinstance(document, dict)
    document["negotiation"]["slug"] = slug
    return json.dumps(document, ensure_ascii=False, indent=1)


def assert_round_trip(slug: str = "river-talks") -> None:
    """In place nothing changes; under another name everything arrives."""
    written = export(slug)
    assert import_bundle(SYSTEM, written).counts == {}
    assert export(slug) == written
    load(renamed(written, "elsewhere"))
    assert renamed(export("elsewhere"), slug) == renamed(written, slug)


def test_bundle_with_everything() -> None:
    load(make_bundle())
    assert_round_trip()


def test_bundle_without_keys() -> None:
    load(keyless_bundle())
    assert_round_trip()


def test_export_keeps_what_the_file_said() -> None:
    """Every member of the file comes back with its value; what it left out comes back as its default."""
    original = make_bundle()
    load(original)
    written = json.loads(export())
    for part, name in (
        ("parties", "slug"),
        ("persons", "slug"),
        ("issues", "slug"),
        ("codebook", "version"),
        ("rounds", "number"),
        ("sources", "key"),
    ):
        found = {entry[name]: entry for entry in written[part]}
        for entry in original[part]:
            assert {key: found[entry[name]][key] for key in entry} == entry
    statements_found = {entry["key"]: entry for entry in written["statements"]}
    for statement in original["statements"]:
        found_statement = statements_found[statement["key"]]
        assert {key: found_statement[key] for key in statement if key != "codings"} == {
            k: v for k, v in statement.items() if k != "codings"
        }
        codings_found = {entry["key"]: entry for entry in found_statement["codings"]}
        for coding in statement["codings"]:
            kept = {key: codings_found[coding["key"]][key] for key in coding if key != "conditions"}
            assert kept == {key: value for key, value in coding.items() if key != "conditions"}


def test_demo() -> None:
    for bundle in sorted(DEMO.glob("*/bundle.json")):
        slug = load(bundle.read_bytes(), folder=bundle.parent).slug
        assert_round_trip(slug)


def test_record_made_by_hand() -> None:
    """Corrections, withdrawals, drafts, joint texts and condition statuses as the desk leaves them."""
    negotiation: Negotiation = make_negotiation("river-talks", review_policy="single")
    analyst, reviewer = (reader_of(add_member(negotiation, role=role)) for role in ("analyst", "reviewer"))
    north, south, east = make_party("north"), make_party("south"), make_party("east")
    issue: Issue = make_issue(negotiation, "border")
    source = make_source(negotiation, text="We might agree. They will not. Both agree on this.")
    first = statements.record_statement(
        analyst,
        source,
        statements.StatementFacts(
            asserted_by=north, stated_on="2022-01-09~", exact="We might agree.", addressees=(south,)
        ),
    )
    statements.record_joint_statement(
        analyst,
        source,
        statements.StatementFacts(asserted_by=north, stated_on="2022-01", exact="Both agree on this."),
        [north, south],
    )
    draft = codings.code_statement(
        analyst,
        first,
        codings.CodingFacts(
            party=north,
            issue=issue,
            stance=1,
            move="offer",
            conditions=(ConditionFacts(text="they stop", kind="precondition", falls_on=south),),
        ),
    )
    coding = codings.publish_coding(reviewer, codings.submit_coding(analyst, draft))
    set_condition_status(analyst, coding.conditions.get(), "failed", date(2022, 1, 11), reason="They did not")
    corrected = codings.correct_coding(reviewer, coding, codings.facts_of(coding, red_line=True), "It is a red line")
    moved = statements.correct_statement(
        reviewer, first, statements.facts_of(first, stated_on="2022-01-08"), "A day earlier"
    )
    codings.withdraw_coding(reviewer, moved.codings.get(), "Not so")
    statements.withdraw_statement(reviewer, moved, "Never said")
    returned = codings.code_statement(
        analyst, negotiation.statements.get(asserted_by=south), codings.CodingFacts(party=south, issue=issue, stance=-1)
    )
    codings.return_coding(reviewer, codings.submit_coding(analyst, returned), "Look again")
    codings.edit_draft(analyst, returned, codings.facts_of(returned, party=east, stance=0))
    assert corrected.pk != coding.pk
    assert_round_trip()


def test_party_of_an_edited_draft_goes_along() -> None:
    negotiation = load(make_bundle())
    analyst = reader_of(add_member(negotiation))
    facts = codings.CodingFacts(
        party=Party.objects.get(slug="south"), issue=negotiation.issues.get(slug="border"), stance=1
    )
    draft = codings.code_statement(analyst, negotiation.statements.get(key="told"), facts)
    codings.edit_draft(analyst, draft, codings.facts_of(draft, party=make_party("east")))
    assert [party["slug"] for party in json.loads(export())["parties"]] == ["east", "gazette", "north", "south"]
    assert_round_trip()


def test_party_of_a_speakers_post_goes_along() -> None:
    load(make_bundle())
    ada = Person.objects.get(slug="ada")
    parties.save_person(
        SYSTEM,
        parties.PersonFacts(
            slug="ada", name="Ada", appointments=(parties.AppointmentFacts(party=make_party("east"), title="Envoy"),)
        ),
        existing=ada,
    )
    assert "east" in [party["slug"] for party in json.loads(export())["parties"]]
    assert_round_trip()


def test_people_of_a_round_go_along() -> None:
    negotiation = load(make_bundle())
    party, person = make_party("east"), make_person("eve")
    save_round(
        SYSTEM,
        negotiation,
        RoundFacts(number=3, title="Third", delegations=(DelegationFacts(party=party, head=person),)),
    )
    assert_round_trip()


def test_reason_of_an_adjudication_stays_its_reason_after_a_correction() -> None:
    negotiation = make_negotiation("river-talks", review_policy="double")
    issue, statement = make_issue(negotiation), make_statement(negotiation)
    negotiation.parties.add(statement.asserted_by)
    readings = [
        make_coding(statement, issue=issue, status="submitted", coder=name, stance=stance)
        for name, stance in (("a", 1), ("b", 2))
    ]
    third = codings.adjudicate_codings(
        SYSTEM,
        readings,
        codings.CodingFacts(party=statement.asserted_by, issue=issue, stance=1),
        "The second overreads",
    )
    codings.correct_coding(SYSTEM, third, codings.facts_of(third, stance=0), "Neutral")
    assert_round_trip()
    copy = Coding.objects.get(negotiation__slug="elsewhere", key=third.key)
    assert (copy.reason, copy.withdrawal_reason) == ("The second overreads", "")


def test_order_of_an_export_does_not_depend_on_the_order_of_entry() -> None:
    document: Document = make_bundle()
    load(document)
    turned = json.loads(json.dumps(document))
    for part in ("parties", "persons", "codebook", "rounds", "sources", "statements"):
        turned[part].reverse()
    turned["negotiation"]["slug"] = "elsewhere"
    for statement in turned["statements"]:
        statement["codings"].reverse()
        statement.setdefault("recorded_at", None)
    load(turned)

    def bare(slug: str) -> list[str]:
        return [statement["key"] for statement in json.loads(export(slug))["statements"]]

    assert bare("elsewhere") == bare("river-talks")
    assert [s["key"] for s in json.loads(export("elsewhere"))["sources"]] == ["briefing", "paper", "roll"]


def test_acceptance_format_with_texts_beside_the_file(tmp_path: Path) -> None:
    document = make_bundle()
    (tmp_path / "paper.txt").write_text(document["sources"][1].pop("text"))
    document["sources"][1]["text_file"] = "paper.txt"
    load(document, folder=tmp_path)
    assert Statement.objects.get(key="told").exact == "The North accepts the old border"
    assert_round_trip()
