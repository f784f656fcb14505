"""A statement with its readings in one step, its correction and its withdrawal."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from positions.models import Coding, Party, Statement
from tests.admin.conftest import SignIn, Talks
from tests.admin.forms import errors_of, events, hand_in, row_errors
from tests.admin.test_pages import list_of
from tests.factories import make_party, make_source

QUOTE = "We are ready to talk about limits on both sides."


def add_statement(
    client: Client, talks: Talks, changes: dict[str, Any], *readings: dict[str, Any], button: str = "_save"
) -> Any:
    rows = {
        f"codings-{place}-{name}": value for place, reading in enumerate(readings) for name, value in reading.items()
    }
    url = f"{list_of('statement')}add/?source={talks.source.pk}"
    form = {
        "exact": QUOTE,
        "asserted_by": str(talks.party.pk),
        "codings-TOTAL_FORMS": str(max(1, len(readings))),
        **changes,
        **rows,
    }
    return hand_in(client, url, "exact", form, button)


def reading(talks: Talks, **changes: Any) -> dict[str, Any]:
    facts = {"issue": str(talks.issue.pk), "state": "coded", "stance": "1", "move": "offer", "confidence": "medium"}
    return {**facts, **changes}


def new_statements(talks: Talks) -> list[Statement]:
    return list(Statement.objects.exclude(pk=talks.statement.pk).order_by("asserted_by__slug"))


def test_statement_and_readings_are_recorded_together(analyst: Client, talks: Talks) -> None:
    lines = "recip | the other side does the same | deltaland\nprecondition | talks go on"
    response = add_statement(
        analyst,
        talks,
        {},
        reading(talks, condition_lines=lines),
        reading(talks, party=str(make_other(talks).pk), stance="-1"),
    )
    assert response.headers["Location"] == f"{list_of('source')}{talks.source.pk}/change/"
    [statement] = new_statements(talks)
    assert (statement.exact, statement.start, statement.stated_on) == (QUOTE, 34, "2022-01-10")
    own = Coding.objects.get(statement=statement, party=talks.party)
    assert (own.status, own.stance, own.coder, own.footing) == ("draft", 1, "analyst", "own")
    assert list(own.conditions.values_list("kind", "text", "falls_on__name")) == [
        ("reciprocity", "the other side does the same", "Deltaland"),
        ("precondition", "talks go on", None),
    ]
    assert Coding.objects.filter(statement=statement).count() == 2
    assert events() == ["statement_recorded", "coding_drafted", "coding_drafted"]


def make_other(talks: Talks) -> Party:
    party = make_party()
    talks.negotiation.parties.add(party)
    return party


def test_readings_may_be_handed_in_right_away(analyst: Client, talks: Talks) -> None:
    add_statement(analyst, talks, {"submit_readings": "on"}, reading(talks))
    [statement] = new_statements(talks)
    assert statement.codings.get().status == "submitted"
    assert events() == ["statement_recorded", "coding_drafted", "coding_submitted"]


def test_empty_reading_is_no_reading(analyst: Client, talks: Talks) -> None:
    assert add_statement(analyst, talks, {}).status_code == 302
    [statement] = new_statements(talks)
    assert not statement.codings.exists()


def test_joint_text_is_one_statement_for_each_party(analyst: Client, talks: Talks) -> None:
    other = make_other(talks)
    add_statement(analyst, talks, {"joint_with": [str(other.pk)]}, reading(talks, stance="2", move="demand"))
    made = new_statements(talks)
    assert {statement.asserted_by for statement in made} == {talks.party, other}
    assert len({statement.group_id for statement in made}) == 1
    assert {(c.statement.asserted_by_id, c.party_id) for c in Coding.objects.filter(statement__in=made)} == {
        (talks.party.pk, talks.party.pk),
        (other.pk, other.pk),
    }
    assert events() == ["joint_statement_recorded", "coding_drafted", "coding_drafted"]
    history = analyst.get(f"{list_of('statement')}{made[0].pk}/history/").content.decode()
    assert "Joint statement recorded" in history


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"exact": "not in there"}, "exact", "The source's text does not contain “not in there”"),
        ({"exact": "on"}, "exact", "occurs more than once"),
        ({"exact": "", "start": "5", "end": "5000"}, "end", "lies beyond the end of the text"),
        ({"exact": "other words", "start": "0", "end": "11"}, "exact", "The quotation is not what stands at 0 to 11"),
        ({"exact": "", "start": "5"}, "end", "Give both start and end, or neither"),
        ({"exact": "", "start": "5", "end": "-1"}, "end", "greater than or equal to 0"),
        ({"exact": "nul\x00nul"}, "exact", "Null characters are not allowed."),
        ({"stated_on": "yesterday"}, "stated_on", "is not an EDTF date"),
        ({"stated_on": "2022-01-11"}, "stated_on", "lies after the source's publication"),
        ({"stated_on": ""}, "stated_on", "This field is required."),
        ({"asserted_by": ""}, "asserted_by", "This field is required."),
        ({"credibility": "9"}, "credibility", "Select a valid choice. 9 is not one of the available choices."),
        ({"round": "00000000-0000-4000-8000-000000000000"}, "round", "Choose one that is offered"),
    ],
)
def test_refusals_stand_at_the_fields_of_the_statement(
    analyst: Client, talks: Talks, changes: dict[str, str], field: str, words: str
) -> None:
    response = add_statement(analyst, talks, changes, reading(talks))
    assert list(errors_of(response)) == [field]
    assert words in errors_of(response)[field][0]
    assert new_statements(talks) == []
    assert events() == []


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"stance": "7"}, "stance", "Select a valid choice. 7 is not one of the available choices."),
        ({"stance": ""}, "stance", "A coded reading needs a stance from −2 to +2"),
        (
            {"stance": "2", "condition_lines": "trigger | they leave"},
            "stance",
            "An offer that depends on a condition is at most ±1",
        ),
        ({"state": "unclear"}, "stance", "A reading in state “unclear” carries no stance; leave it empty"),
        ({"move": ""}, "move", "This field is required."),
        ({"issue": ""}, "issue", "This field is required."),
        ({"condition_lines": "whim | they leave"}, "condition_lines", "Line 1: “whim” is no kind of condition"),
        ({"condition_lines": "trigger | they leave\nno bar"}, "condition_lines", "Line 2: write the kind, a bar “|”"),
        ({"condition_lines": "trigger |"}, "condition_lines", "Line 1: say what must happen"),
        (
            {"condition_lines": "trigger | a | Atlantis"},
            "condition_lines",
            "Line 1: there is no party called “Atlantis”",
        ),
        ({"condition_lines": "trigger | a\x00b"}, "condition_lines", "Null characters are not allowed."),
    ],
)
def test_refusals_stand_at_the_fields_of_the_reading(
    analyst: Client, talks: Talks, changes: dict[str, str], field: str, words: str
) -> None:
    response = add_statement(
        analyst, talks, {}, reading(talks), reading(talks, party=str(make_other(talks).pk), **changes)
    )
    first, second = row_errors(response)
    assert (first, list(second)) == ({}, [field])
    assert words in second[field][0]
    assert new_statements(talks) == []
    assert events() == []


def test_same_reading_twice_is_refused_at_its_line(analyst: Client, talks: Talks) -> None:
    response = add_statement(analyst, talks, {}, reading(talks), reading(talks, stance="-1"))
    first, second = row_errors(response)
    assert first == {}
    assert second == {
        "__all__": ["You already have a reading of this statement for this party and issue; edit or correct that one."]
    }
    assert new_statements(talks) == []


def test_next_statement_starts_where_the_last_one_was(analyst: Client, talks: Talks) -> None:
    response = add_statement(
        analyst, talks, {"round": str(talks.round.pk), "submit_readings": "on"}, button="_addanother"
    )
    assert response.headers["Location"] == f"{list_of('statement')}add/?source={talks.source.pk}"
    from tests.admin.forms import read_form

    form = read_form(analyst.get(response.headers["Location"]), "exact")
    assert form["asserted_by"] == str(talks.party.pk)
    assert form["round"] == str(talks.round.pk)
    assert form["submit_readings"] == "on"
    assert form["stated_on"] == "2022-01-10"


def test_source_without_text_takes_a_statement_without_passage(analyst: Client, talks: Talks) -> None:
    vote = make_source(talks.negotiation, text=None, kind="roll_call")
    url = f"{list_of('statement')}add/?source={vote.pk}"
    assert hand_in(analyst, url, "exact", {"asserted_by": str(talks.party.pk)}).status_code == 302
    assert [(s.anchor_status, s.exact) for s in new_statements(talks)] == [("none", "")]


def test_passage_keeps_hostile_and_foreign_words(analyst: Client, talks: Talks) -> None:
    words = "<script>alert('x')</script> قال الوزير 𝔘𝔫𝔦"
    talks.source = make_source(talks.negotiation, text=f"Before.\n{words}\nAfter.")
    add_statement(analyst, talks, {"exact": f"  {words}\r\nAfter. ", "note": words})
    [statement] = new_statements(talks)
    assert statement.exact == f"{words}\nAfter."
    page = analyst.get(f"{list_of('statement')}{statement.pk}/change/").content.decode()
    assert "<script>alert" not in page
    assert "قال الوزير 𝔘𝔫𝔦" in page


def test_correction_replaces_the_statement_and_reissues_its_codings(sign_in: SignIn, talks: Talks) -> None:
    url = f"{list_of('statement')}{talks.statement.pk}/correct/"
    response = hand_in(sign_in("reviewer"), url, "exact", {"exact": QUOTE, "reason": "The wrong sentence"})
    [corrected] = new_statements(talks)
    assert response.headers["Location"] == f"{list_of('statement')}{corrected.pk}/change/"
    assert (corrected.exact, corrected.supersedes, corrected.reason) == (QUOTE, talks.statement, "The wrong sentence")
    assert corrected.speaker == talks.person
    assert list(corrected.addressees.all()) == list(talks.statement.addressees.all())
    assert corrected.codings.get().supersedes == talks.coding
    assert corrected.codings.get().conditions.get().text == "Delta condition"
    assert events() == ["statement_corrected"]
    old = sign_in("reviewer").get(f"{list_of('statement')}{talks.statement.pk}/change/").content.decode()
    assert "This is no longer in force." in old
    assert f"{list_of('statement')}{corrected.pk}/change/" in old
    assert "Correct…" not in old
    history = sign_in("reviewer").get(f"{list_of('statement')}{corrected.pk}/history/").content.decode()
    assert "The wrong sentence" in history


def test_correction_takes_a_reason_and_a_passage_that_is_there(sign_in: SignIn, talks: Talks) -> None:
    url = f"{list_of('statement')}{talks.statement.pk}/correct/"
    assert list(errors_of(hand_in(sign_in("reviewer"), url, "exact", {}))) == ["reason"]
    response = hand_in(sign_in("reviewer"), url, "exact", {"exact": "not in there", "reason": "x"})
    assert list(errors_of(response)) == ["exact"]
    assert new_statements(talks) == []
    assert events() == []


def test_withdrawal_takes_a_reason(sign_in: SignIn, talks: Talks) -> None:
    url = f"{list_of('statement')}{talks.statement.pk}/withdraw/"
    assert errors_of(hand_in(sign_in("lead"), url, "reason", {"reason": " "})) == {
        "reason": ["Say why, in a few words: the record keeps it"]
    }
    assert hand_in(sign_in("lead"), url, "reason", {"reason": "Not said"}).status_code == 302
    talks.statement.refresh_from_db()
    assert talks.statement.retired_at is not None
    assert events() == ["statement_withdrawn"]
    assert sign_in("lead").get(url).status_code == 302


def test_analyst_may_not_touch_what_is_published(analyst: Client, talks: Talks) -> None:
    page = analyst.get(f"{list_of('statement')}{talks.statement.pk}/change/").content.decode()
    assert ("Add a coding" in page, "Correct…" in page, "Withdraw…" in page) == (True, False, False)
    response = analyst.post(f"{list_of('statement')}{talks.statement.pk}/withdraw/", {"reason": "x"}, follow=True)
    assert "“Withdraw” is not possible" in response.content.decode()
    assert events() == []
