"""``statements/`` and ``sources/<id>/statements/``."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import DjangoAssertNumQueries

from positions.enums import Attribution, CodingStatus, Directness, Move, Role
from positions.models import Statement
from positions.queries.access import reader_of
from positions.services.coding import correct_coding
from positions.services.coding import facts_of as coding_facts
from positions.services.statements import correct_statement, withdraw_statement
from positions.services.statements import facts_of as statement_facts
from tests.api.conftest import Api
from tests.factories import (
    RECORDED_AT,
    add_member,
    make_coding,
    make_issue,
    make_negotiation,
    make_party,
    make_person,
    make_round,
    make_source,
    make_statement,
)

pytestmark = pytest.mark.django_db


def published(**fields: object) -> Statement:
    """A statement in the record of a public negotiation."""
    statement = make_statement(**fields)  # type: ignore[arg-type]
    make_coding(statement)
    return statement


def test_statement_payload_has_the_contracts_fields(api: Api) -> None:
    negotiation = make_negotiation("talks")
    north, south = make_party("north"), make_party("south")
    held = make_round(negotiation, 3)
    issue = make_issue(negotiation, "border")
    person = make_person("jane-doe")
    source = make_source(negotiation, text="Before it. We accept, she said. After it.", key="note")
    statement = make_statement(
        source=source,
        exact="We accept, she said.",
        asserted_by=north,
        speaker=person,
        speaker_label="the envoy",
        round=held,
        addressees=[south],
        note="typed in a hurry",
        stated_on="2022-01-09~",
        key="s1",
        recorded_at=datetime(2022, 2, 1, 12, 0, 0, 500, tzinfo=UTC),
    )
    coding = make_coding(statement, issue=issue, stance=1, conditions=["troops leave"], key="c1", move=Move.OFFER)
    assert api.json(f"statements/{statement.pk}/") == {
        "id": str(statement.pk),
        "key": "s1",
        "negotiation": "talks",
        "source": str(source.pk),
        "start": 11,
        "end": 31,
        "exact": "We accept, she said.",
        "prefix": "Before it. ",
        "suffix": " After it.",
        "anchor_status": "exact",
        "asserted_by": "north",
        "speaker": "jane-doe",
        "speaker_label": "the envoy",
        "directness": "verbatim",
        "attribution": "on_record",
        "credibility": 6,
        "stated_on": "2022-01-09~",
        "stated_earliest": "2022-01-09",
        "stated_latest": "2022-01-09",
        "round": 3,
        "addressees": ["south"],
        "group": None,
        "note": None,
        "recorded_at": "2022-02-01T12:00:00.000500Z",
        "retired_at": None,
        "supersedes": None,
        "superseded_by": None,
        "reason": "",
        "codings": [
            {
                "id": str(coding.pk),
                "key": "c1",
                "negotiation": "talks",
                "statement": str(statement.pk),
                "party": "north",
                "issue": "border",
                "stance": 1,
                "state": "coded",
                "move": "offer",
                "red_line": False,
                "reciprocal": False,
                "conditions": [
                    {"text": "troops leave", "kind": "precondition", "falls_on": None, "status": "open"},
                ],
                "confidence": "medium",
                "footing": "own",
                "coder": None,
                "status": "published",
                "recorded_at": "2022-02-01T12:00:00.000500Z",
                "retired_at": None,
                "supersedes": None,
                "superseded_by": None,
                "reason": "",
            }
        ],
    }


def test_note_and_coder_are_for_members() -> None:
    negotiation = make_negotiation()
    statement = make_statement(negotiation, note="typed in a hurry")
    make_coding(statement, coder="amelie")
    member, outsider = Api(add_member(negotiation, role=Role.VIEWER)), Api(add_member(make_negotiation()))
    seen = [
        (row["note"], row["codings"][0]["coder"])
        for row in (member.rows("statements/")[0], outsider.rows("statements/")[0], Api().rows("statements/")[0])
    ]
    assert seen == [("typed in a hurry", "amelie"), (None, None), (None, None)]


@pytest.mark.parametrize("statements", [1, 3])
def test_list_costs_the_same_for_one_and_three(
    api: Api, django_assert_num_queries: DjangoAssertNumQueries, statements: int
) -> None:
    negotiation = make_negotiation("talks")
    for _ in range(statements):
        statement = make_statement(
            negotiation, speaker=make_person(), round=make_round(negotiation), addressees=[make_party(), make_party()]
        )
        make_coding(statement, conditions=["one", "two"])
        make_coding(statement, conditions=["three"])
    # which rows, the rows, addressees, codings, conditions, statuses, what sources withhold
    with django_assert_num_queries(7):
        assert len(api.json("statements/")["results"]) == statements


def test_list_shows_the_record_as_of_now_and_detail_what_was_retired(api: Api) -> None:
    negotiation = make_negotiation()
    reader = reader_of(add_member(negotiation, role=Role.REVIEWER))
    old = published(negotiation=negotiation)
    new = correct_statement(reader, old, statement_facts(old, stated_on="2022-01-08"), "wrong day")
    assert api.ids("statements/") == {str(new.pk)}
    assert api.ids("statements/", retired="true") == {str(old.pk), str(new.pk)}
    assert api.ids("statements/", retired="false") == {str(new.pk)}
    shown = api.json(f"statements/{old.pk}/")
    assert (shown["superseded_by"], shown["reason"]) == (str(new.pk), "wrong day")
    assert shown["retired_at"] == api.json(f"statements/{new.pk}/")["recorded_at"]
    assert [c["id"] for c in shown["codings"]] == [str(c.pk) for c in old.codings.all()]
    follower = api.json(f"statements/{new.pk}/")
    assert (follower["supersedes"], follower["reason"], follower["superseded_by"]) == (str(old.pk), "wrong day", None)
    assert [c["id"] for c in follower["codings"]] == [str(c.pk) for c in new.codings.all()]


def test_withdrawn_statement_says_why(api: Api) -> None:
    negotiation = make_negotiation()
    reader = reader_of(add_member(negotiation, role=Role.REVIEWER))
    statement = published(negotiation=negotiation)
    withdraw_statement(reader, statement, "a hoax")
    shown = api.json(f"statements/{statement.pk}/")
    assert (shown["superseded_by"], shown["reason"], len(shown["codings"])) == (None, "a hoax", 1)
    assert shown["codings"][0]["reason"] == "a hoax"


def test_codings_are_those_in_force(api: Api) -> None:
    negotiation = make_negotiation()
    reader = reader_of(add_member(negotiation, role=Role.REVIEWER))
    statement = make_statement(negotiation)
    old = make_coding(statement, stance=2)
    new = correct_coding(reader, old, coding_facts(old, stance=1), "too strong")
    make_coding(statement, status=CodingStatus.DRAFT)
    make_coding(statement, status=CodingStatus.REJECTED)
    assert [c["id"] for c in api.rows("statements/")[0]["codings"]] == [str(new.pk)]


def test_unpublished_codings_show_to_those_who_may_see_them() -> None:
    negotiation = make_negotiation()
    lead = Api(add_member(negotiation, role=Role.LEAD))
    viewer = Api(add_member(negotiation, role=Role.VIEWER))
    statement = make_statement(negotiation)
    record, draft = make_coding(statement), make_coding(statement, status=CodingStatus.DRAFT)
    make_coding(statement, status=CodingStatus.REJECTED)
    unread = make_statement(negotiation)
    assert {c["id"] for c in lead.json(f"statements/{statement.pk}/")["codings"]} == {str(record.pk), str(draft.pk)}
    assert {c["id"] for c in viewer.json(f"statements/{statement.pk}/")["codings"]} == {str(record.pk)}
    assert lead.ids("statements/") == {str(statement.pk), str(unread.pk)}
    assert viewer.ids("statements/") == {str(statement.pk)}
    assert viewer(f"statements/{unread.pk}/").status_code == 404


def test_filters(api: Api) -> None:
    negotiation = make_negotiation("talks")
    north, south, chair = make_party("north"), make_party("south"), make_party("chair")
    border, monitors = make_issue(negotiation, "border"), make_issue(negotiation, "monitors")
    first, second = make_round(negotiation, 1), make_round(negotiation, 2)
    jane = make_person("jane-doe")
    letter, speech = make_source(negotiation, text="We refuse. Perhaps."), make_source(negotiation, text="We agree.")
    a = make_statement(
        source=letter, exact="We refuse.", asserted_by=north, round=first, stated_on="2022-01-05", speaker=jane, key="a"
    )
    b = make_statement(
        source=letter, exact="Perhaps.", asserted_by=south, round=second, stated_on="2022-01-08",
        addressees=[chair], credibility=2,
    )  # fmt: skip
    c = make_statement(
        source=speech, exact="We agree.", asserted_by=chair, directness=Directness.PARAPHRASE,
        attribution=Attribution.UNATTRIBUTED, recorded_at=RECORDED_AT + timedelta(days=9),
    )  # fmt: skip
    make_coding(a, issue=border, stance=-2, move=Move.REJECTION)
    make_coding(b, issue=border, stance=1, move=Move.OFFER)
    make_coding(b, issue=monitors, state="unclear", move=Move.CONCERN)
    make_coding(c, party=north, issue=monitors, stance=2, move=Move.OFFER)
    names = {str(a.pk): "a", str(b.pk): "b", str(c.pk): "c"}

    def found(**parameters: str) -> str:
        return "".join(sorted(names[id] for id in api.ids("statements/", **parameters)))

    assert found() == "abc"
    assert found(negotiation="talks") == "abc"
    assert found(source=str(letter.pk)) == "ab"
    assert found(round="1") == "a"
    assert found(round="1,2", negotiation="talks") == "ab"
    assert found(party="north") == "ac"
    assert found(party="chair") == "c"
    assert found(party="north,south") == "abc"
    assert found(asserted_by="north") == "a"
    assert found(issue="border") == "ab"
    assert found(issue="monitors", negotiation="talks") == "bc"
    assert found(move="offer") == "bc"
    assert found(move="offer", issue="border") == "b"
    assert found(move="rejection", issue="monitors") == ""
    assert found(party="chair", issue="border") == ""
    assert found(party="north", issue="monitors", move="offer") == "c"
    assert found(state="unclear") == "b"
    assert found(stance="-2,2") == "ac"
    assert found(attribution="unattributed") == "c"
    assert found(directness="paraphrase") == "c"
    assert found(speaker="jane-doe") == "a"
    assert found(addressee="chair") == "b"
    assert found(credibility="2") == "b"
    assert found(key="a") == "a"
    assert found(stated_after="2022-01-08") == "bc"
    assert found(stated_before="2022-01-08") == "ab"
    assert found(recorded_after="2022-02-05T00:00:00Z") == "c"
    assert found(recorded_before="2022-02-05T00:00:00+00:00") == "ab"
    assert found(q="agree") == "c"
    assert found(anchor_status="none") == ""
    assert {names[id] for id in api.ids(f"sources/{letter.pk}/statements/")} == {"a", "b"}
    assert {names[id] for id in api.ids(f"sources/{letter.pk}/statements/", party="north")} == {"a"}


def test_ordering(api: Api) -> None:
    negotiation = make_negotiation()
    days = ["2022-01-07", "2022-01-05", "2022-01-09"]
    for day in days:
        published(negotiation=negotiation, stated_on=day)
    assert [row["stated_on"] for row in api.rows("statements/")] == sorted(days, reverse=True)
    assert [row["stated_on"] for row in api.rows("statements/", ordering="stated_on")] == sorted(days)


def test_filters_by_coding_do_not_betray_drafts(api: Api) -> None:
    negotiation = make_negotiation("talks")
    statement = published(negotiation=negotiation)
    secret = make_issue(negotiation, "secret-issue")
    other = make_party("listed", is_listed=True)
    make_coding(statement, party=other, issue=secret, status=CodingStatus.DRAFT, move=Move.THREAT)
    assert api.ids("statements/", issue="secret-issue") == set()
    assert api.ids("statements/", move="threat") == set()
    assert api.ids("statements/", party="listed") == set()


def test_unknown_statement_is_404(api: Api) -> None:
    missing = "00000000-0000-4000-8000-000000000000"
    for address in (f"statements/{missing}/", "statements/nonsense/", "statements/%00/"):
        answer = api(address)
        assert answer.status_code == 404
        assert answer.json()["detail"] == "No such statement."
    for address in (f"sources/{missing}/statements/", "sources/nonsense/statements/"):
        assert api(address).json()["detail"] == "No such source."
