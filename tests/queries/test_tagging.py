"""What the tagging page starts from, is told of, and offers to choose from."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from positions.enums import AliasKind, CodingStatus, DerivationKind, Directness, ReviewPolicy, Role, SourceKind
from positions.exceptions import Invalid, NotVisible
from positions.models import Coding, Negotiation, PartyAlias, Source
from positions.queries.access import Reader, reader_of
from positions.queries.choices import choices_for
from positions.queries.tagging import changes_since, cursor_now, source_for, statement_for, statement_payloads
from positions.queries.tagging_state import state_for, usual_directness
from positions.services.coding import CodingFacts, code_statement, delete_draft, submit_coding
from positions.services.statements import StatementFacts, correct_statement, facts_of, record_statement
from tests.factories import (
    add_member,
    make_coding,
    make_issue,
    make_negotiation,
    make_party,
    make_person,
    make_round,
    make_source,
    make_statement,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def negotiation() -> Negotiation:
    return make_negotiation("talks", visibility="restricted", review_policy=ReviewPolicy.SINGLE)


@pytest.fixture
def source(negotiation: Negotiation) -> Source:
    return make_source(negotiation)


@pytest.fixture
def reader(negotiation: Negotiation) -> Reader:
    return reader_of(add_member(negotiation, make_user("ann")))


def colleague(negotiation: Negotiation, role: str = Role.ANALYST) -> Reader:
    return reader_of(add_member(negotiation, make_user(), role))


def names(found: list[dict[str, str]]) -> list[str]:
    return [one["name"] for one in found]


# ---------------------------------------------------------------- choices


def test_metonym_finds_its_party_and_says_so(reader: Reader, negotiation: Negotiation) -> None:
    russia, kremna = make_party("russia", name="Russia"), make_party("kremna", name="Kremna")
    PartyAlias.objects.create(party=russia, text="the Kremlin", kind=AliasKind.METONYM)
    negotiation.parties.add(russia, kremna)
    assert choices_for(reader, negotiation, "party", "KREML") == [
        {"slug": "russia", "name": "Russia", "hint": "the Kremlin"}
    ]
    assert names(choices_for(reader, negotiation, "party", "krem")) == ["Kremna", "Russia"]


def test_choices_put_beginnings_first_and_those_at_the_table_before_others(
    reader: Reader, negotiation: Negotiation
) -> None:
    for name, is_used in (("Mali", True), ("Somalia", True), ("Malta", False), ("New Mali", True), ("Malawi", False)):
        party = make_party(name.lower().replace(" ", "-"), name=name, is_listed=True)
        if is_used:
            negotiation.parties.add(party)
    assert names(choices_for(reader, negotiation, "party", "mal")) == ["Mali", "New Mali", "Malawi", "Malta", "Somalia"]
    assert names(choices_for(reader, negotiation, "party", "mali"))[0] == "Mali"


def test_choices_ignore_case_and_accents_and_are_at_most_twenty(reader: Reader, negotiation: Negotiation) -> None:
    negotiation.parties.add(make_party("turkiye", name="Türkiye"), make_party("moskva", name="МОСКВА"))
    assert names(choices_for(reader, negotiation, "party", "turki")) == ["Türkiye"]
    assert names(choices_for(reader, negotiation, "party", "москва")) == ["МОСКВА"]
    negotiation.parties.add(*(make_party() for _ in range(30)))
    assert len(choices_for(reader, negotiation, "party", "")) == 20
    assert choices_for(reader, negotiation, "party", "\x00 %_\\ '") == []


def test_people_are_found_by_name_and_title_and_those_of_the_party_come_first(
    reader: Reader, negotiation: Negotiation
) -> None:
    russia, france = make_party("russia", name="Russia"), make_party("france", name="France")
    people = [
        make_person("a-ivanov", name="A Ivanov", posts=[(france, "Foreign Minister")]),
        make_person("b-ivanov", name="B Ivanov", posts=[(russia, "Foreign Minister")]),
    ]
    negotiation.parties.add(russia, france)
    negotiation.persons.add(*people)
    assert names(choices_for(reader, negotiation, "person", "ivanov")) == ["A Ivanov", "B Ivanov"]
    assert choices_for(reader, negotiation, "person", "foreign", "russia") == [
        {"slug": "b-ivanov", "name": "B Ivanov", "hint": "Foreign Minister, Russia"},
        {"slug": "a-ivanov", "name": "A Ivanov", "hint": "Foreign Minister, France"},
    ]


def test_merged_and_hidden_parties_are_not_offered(reader: Reader, negotiation: Negotiation) -> None:
    kept = make_party("kept", name="Landia")
    make_party("gone", name="Landia (old)", merged_into=kept, is_listed=True)
    make_party("hidden", name="Landia hidden")
    negotiation.parties.add(kept)
    assert [one["slug"] for one in choices_for(reader, negotiation, "party", "land")] == ["kept"]
    with pytest.raises(Invalid):
        choices_for(reader, negotiation, "ship", "land")


@pytest.mark.parametrize("number", [1, 3])
def test_choices_take_a_fixed_number_of_queries(
    reader: Reader, negotiation: Negotiation, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    for place in range(number):
        party = make_party(name=f"Land {place}", aliases=[f"Other {place}"])
        negotiation.parties.add(party)
        negotiation.persons.add(make_person(name=f"Land {place}", posts=[(party, "Envoy")]))
    with django_assert_num_queries(3):
        assert len(choices_for(reader, negotiation, "party", "land")) == number
    with django_assert_num_queries(3):
        assert len(choices_for(reader, negotiation, "person", "land")) == number


# ---------------------------------------------------------------- state


def test_defaults_come_from_the_source(reader: Reader, negotiation: Negotiation) -> None:
    make_round(negotiation, 1, starts_on=date(2022, 1, 1), ends_on=date(2022, 1, 31))
    make_round(negotiation, 2, starts_on=date(2022, 1, 10), ends_on=date(2022, 1, 12))
    source = make_source(negotiation, kind=SourceKind.NEWS_REPORT, attribution="on_background")
    defaults = state_for(reader, source)["defaults"]
    assert defaults == {
        "asserted_by": None, "speaker": None, "speaker_label": "", "directness": "press_report",
        "attribution": "on_background", "credibility": 6, "stated_on": "2022-01-10", "round": 2, "addressees": [],
        "issue": None, "confidence": "medium",
    }  # fmt: skip


def test_defaults_carry_on_from_the_last_statement_here_else_in_the_negotiation(
    reader: Reader, negotiation: Negotiation, source: Source
) -> None:
    party, speaker, issue = make_party("elbonia"), make_person("envoy"), make_issue(negotiation, "water")
    elsewhere = make_statement(source=make_source(negotiation), asserted_by=party, speaker=speaker, addressees=[party])
    mine: dict[str, Any] = {"coder_user": reader.user, "status": CodingStatus.DRAFT}
    make_coding(elsewhere, issue=issue, confidence="high", **mine)
    make_coding(make_statement(source=source), coder_user=colleague(negotiation).user)
    defaults = state_for(reader, source)["defaults"]
    named = {"slug": "elbonia", "name": "Elbonia"}
    assert (defaults["asserted_by"], defaults["addressees"], defaults["issue"]) == (named, [named], "water")
    assert (defaults["speaker"]["slug"], defaults["confidence"]) == ("envoy", "high")
    here = make_coding(make_statement(source=source), created_at=elsewhere.recorded_at.replace(year=2020), **mine)
    assert state_for(reader, source)["defaults"]["issue"] == here.issue.slug


def test_translation_is_translated_whatever_its_kind(negotiation: Negotiation) -> None:
    report = make_source(
        negotiation, derived_from=make_source(negotiation), derivation_kind=DerivationKind.TRANSLATION, kind="readout"
    )
    assert usual_directness(report) == Directness.TRANSLATED


# ---------------------------------------------------------------- payloads and changes


def test_hidden_source_and_foreign_statement_are_not_found(reader: Reader, source: Source) -> None:
    hidden = make_statement(make_negotiation(visibility="restricted"))
    for asked in (hidden.source_id, "nonsense"):
        with pytest.raises(NotVisible):
            source_for(reader, asked)
    for pk in (hidden.pk, make_statement(source.negotiation).pk):
        with pytest.raises(NotVisible):
            statement_for(reader, source, pk)


def test_version_changes_with_a_reading_and_only_then(reader: Reader, source: Source) -> None:
    statement = make_statement(source=source)
    versions = [statement_payloads(reader, source)[0]["version"] for _ in range(2)]
    coding = make_coding(statement, status=CodingStatus.SUBMITTED)
    versions.append(statement_payloads(reader, source)[0]["version"])
    Coding.objects.filter(pk=coding.pk).update(confidence="high")
    versions.append(statement_payloads(reader, source)[0]["version"])
    assert (versions[0] == versions[1], len(set(versions))) == (True, 3)


def test_statement_in_an_older_text_has_no_place(reader: Reader, source: Source) -> None:
    make_statement(source=source)
    text = source.texts.get()
    text.pk, text.version, text._state.adding = None, 2, True
    text.save(force_insert=True)
    [payload] = statement_payloads(reader, source)
    assert (payload["start"], payload["end"], bool(payload["exact"])) == (None, None, True)


def facts(party: Any, **changes: Any) -> StatementFacts:
    values: dict[str, Any] = {"asserted_by": party, "stated_on": "2022-01-10", "exact": "No comment on the rest."}
    return StatementFacts(**{**values, **changes})


def test_changes_tell_of_statements_readings_corrections_and_deletions(
    reader: Reader, negotiation: Negotiation, source: Source
) -> None:
    party, other = make_party(), colleague(negotiation, Role.LEAD)
    make_statement(source=source)
    elsewhere = make_source(negotiation)
    record_statement(other, elsewhere, facts(party))
    cursor = cursor_now(reader, source)
    assert changes_since(reader, source, cursor).statements == []

    def news(since: str) -> tuple[str, list[str], list[str]]:
        found = changes_since(reader, source, since)
        return found.cursor, [one["id"] for one in found.statements], found.gone

    statement = record_statement(other, source, facts(party))
    record_statement(other, elsewhere, facts(party))
    cursor, told, _ = news(cursor)
    assert told == [str(statement.pk)]
    coding = code_statement(
        other, statement, CodingFacts(party=party, issue=make_issue(negotiation), state="unclear", move="demand")
    )
    delete_draft(other, coding)
    cursor, told, _ = news(cursor)
    assert told == [str(statement.pk)]
    corrected = correct_statement(other, statement, facts_of(statement, note="better"), "better")
    cursor, told, gone = news(cursor)
    assert (told, gone) == ([str(corrected.pk)], [str(statement.pk)])
    assert changes_since(reader, source, cursor).gone == []


def test_blind_coders_cursor_does_not_move_with_the_others_readings(negotiation: Negotiation, source: Source) -> None:
    negotiation.review_policy = ReviewPolicy.DOUBLE
    negotiation.save()
    source.refresh_from_db()
    first, second = colleague(negotiation), colleague(negotiation)
    statement = record_statement(first, source, facts(make_party()))
    cursor = cursor_now(second, source)
    coding = code_statement(
        first,
        statement,
        CodingFacts(party=statement.asserted_by, issue=make_issue(negotiation), state="unclear", move="demand"),
    )
    submit_coding(first, coding)
    assert changes_since(second, source, cursor).cursor == cursor
    assert statement_payloads(second, source)[0]["codings"] == []
    assert [one["status"] for one in statement_payloads(first, source)[0]["codings"]] == ["submitted"]
    lead = colleague(negotiation, Role.LEAD)
    assert changes_since(lead, source, cursor).statements[0]["codings"][0]["status"] == "submitted"


@pytest.mark.parametrize("number", [1, 3])
def test_payloads_take_a_fixed_number_of_queries(
    reader: Reader, source: Source, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    for _ in range(number):
        make_coding(make_statement(source=source, addressees=[make_party()]), conditions=["one", "two"])
    with django_assert_num_queries(6):
        assert len(statement_payloads(reader, source)) == number
    cursor = cursor_now(reader, source)
    with django_assert_num_queries(1):
        changes_since(reader, source, cursor)
