"""The tagging page's JSON: what an analyst saves, what colleagues see of it, and what nobody else learns."""

from __future__ import annotations

import json
import random
import uuid
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from positions.enums import CodingStatus, ReviewPolicy, Role
from positions.models import Coding, Event, Member, Statement, SuggestionRefusal
from tests.admin.conftest import SignIn, Talks, client_of
from tests.factories import (
    add_member,
    make_coding,
    make_party,
    make_source,
    make_statement,
    make_user,
)

EXACT = "We are ready to talk about limits on both sides."
PROBLEM = "application/problem+json"


def address(talks: Talks, tail: str = "", source: Any = None) -> str:
    return f"/admin/positions/source/{(source or talks.source).pk}/tag/{tail}"


def send(client: Client, talks: Talks, tail: str, content: Any, source: Any = None) -> Any:
    body = content if isinstance(content, bytes | str) else json.dumps(content)
    return client.post(address(talks, tail, source), body, content_type="application/json")


def passage(talks: Talks, **changes: Any) -> dict[str, Any]:
    """A valid request on the second sentence of the source."""
    start = talks.source.texts.get().text.index(EXACT)
    content: dict[str, Any] = {
        "key": str(uuid.uuid4()), "start": start, "end": start + len(EXACT), "exact": EXACT,
        "asserted_by": talks.party.slug, "speaker": None, "speaker_label": "", "directness": "verbatim",
        "attribution": "on_record", "credibility": 6, "stated_on": "2022-01-10", "round": 1, "addressees": [],
        "note": "", "submit": True, "suggested": False, "codings": [reading(talks)],
    }  # fmt: skip
    return {**content, **changes}


def reading(talks: Talks, **changes: Any) -> dict[str, Any]:
    content: dict[str, Any] = {
        "key": str(uuid.uuid4()), "party": None, "issue": talks.issue.slug, "state": "coded", "stance": 1,
        "move": "offer", "red_line": False, "reciprocal": False, "confidence": "medium",
        "conditions": [{"kind": "reciprocity", "text": "limits on both sides", "falls_on": None}],
    }  # fmt: skip
    return {**content, **changes}


def as_request(payload: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The request with which the page would save a statement as it got it."""
    names = ("start", "end", "exact", "speaker_label", "directness", "attribution", "credibility", "stated_on", "round")
    fields = ("key", "issue", "state", "stance", "move", "red_line", "reciprocal", "confidence")
    codings = [
        {
            **{name: coding[name] for name in fields},
            "party": coding["party"]["slug"],
            "conditions": [
                {**condition, "falls_on": condition["falls_on"] and condition["falls_on"]["slug"]}
                for condition in coding["conditions"]
            ],
        }
        for coding in payload["codings"]
    ]
    return {
        **{name: payload[name] for name in names},
        "key": str(uuid.uuid4()),
        "asserted_by": payload["asserted_by"]["slug"],
        "speaker": payload["speaker"] and payload["speaker"]["slug"],
        "addressees": [party["slug"] for party in payload["addressees"]],
        "note": payload["note"],
        "codings": codings,
        "submit": True,
        "suggested": False,
        "version": payload["version"],
        "reason": "",
        **changes,
    }


def written() -> tuple[int, int, int]:
    return Statement.objects.count(), Coding.objects.count(), Event.objects.count()


@pytest.fixture
def saved(analyst: Client, talks: Talks) -> dict[str, Any]:
    """The answer to an analyst's first save, with one submitted reading."""
    answer = send(analyst, talks, "statements/", passage(talks))
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


# ---------------------------------------------------------------- saving


def test_saving_writes_statement_and_reading_at_once_and_once(analyst: Client, talks: Talks) -> None:
    content = passage(talks)
    first = send(analyst, talks, "statements/", content)
    assert first.status_code == 201, first.content
    count = written()
    again = send(analyst, talks, "statements/", content)
    assert (again.status_code, again.json(), written()) == (200, first.json(), count)
    [payload] = first.json()["statements"]
    assert (payload["exact"], payload["by"], payload["key"]) == (EXACT, "analyst", content["key"])
    assert [(c["stance"], c["status"], c["mine"]) for c in payload["codings"]] == [(1, "submitted", True)]


def test_same_key_with_other_content_conflicts_and_shows_what_stands(analyst: Client, talks: Talks) -> None:
    content = passage(talks)
    first = send(analyst, talks, "statements/", content).json()
    count = written()
    refused = send(analyst, talks, "statements/", {**content, "note": "another"})
    assert (refused.status_code, refused.headers["Content-Type"]) == (409, PROBLEM)
    assert (refused.json()["current"], written()) == (first["statements"][0], count)


def test_joint_text_is_one_step_and_one_group(analyst: Client, talks: Talks) -> None:
    other = make_party("other-land", name="Otherland")
    talks.negotiation.parties.add(other)
    content = passage(talks, asserted_by=[talks.party.slug, "other-land"])
    answer = send(analyst, talks, "statements/", content).json()
    found = {one["asserted_by"]["slug"]: one for one in answer["statements"]}
    assert set(found) == {talks.party.slug, "other-land"}
    assert {one["key"] for one in answer["statements"]} == {f"{content['key']}:1", f"{content['key']}:2"}
    assert len({one["group"] for one in answer["statements"]}) == 1
    assert {slug: [c["party"]["slug"] for c in one["codings"]] for slug, one in found.items()} == {
        talks.party.slug: [talks.party.slug],
        "other-land": ["other-land"],
    }
    again = send(analyst, talks, "statements/", content)
    assert (again.status_code, again.json()) == (200, answer)


def test_source_without_text_takes_a_statement_without_a_span(analyst: Client, talks: Talks) -> None:
    vote = make_source(talks.negotiation, text=None)
    assert "add a statement without a passage" in analyst.get(address(talks, "", vote)).content.decode()
    assert analyst.get(address(talks, "state/", vote)).json()["source"]["text"] is None
    content = passage(talks, start=None, end=None, exact="")
    answer = send(analyst, talks, "statements/", content, vote)
    assert [one["anchor_status"] for one in answer.json()["statements"]] == ["none"]


def test_faults_are_told_at_their_fields_and_nothing_is_written(analyst: Client, talks: Talks) -> None:
    count = written()
    content = passage(
        talks,
        start=1,
        codings=[reading(talks), reading(talks, stance=2, conditions=[{"kind": "reciprocity", "text": " "}])],
    )
    assert send(analyst, talks, "statements/", content).json()["errors"].keys() == {"exact"}
    content = {**content, "start": content["end"] - len(EXACT)}
    errors = send(analyst, talks, "statements/", content).json()["errors"]
    assert errors == {
        "codings[1].stance": ["an offer that depends on a condition is at most ±1"],
        "codings[1].conditions[0].text": ["say what must happen"],
    }
    assert written() == count


BAD_REQUESTS: list[tuple[Any, set[str]]] = [
    (b"{", {"__all__"}),
    (b"\xff\xfe", {"__all__"}),
    ("[]", {"__all__"}),
    ("[" * 100_000, {"__all__"}),
    ('{"key": "a", "key": "b"}', {"__all__"}),
    ({"start": "12"}, {"start"}),
    ({"start": 1.5}, {"start"}),
    ({"start": 10**12}, {"start"}),
    ({"start": True}, {"start"}),
    ({"start": -1}, {"start"}),
    ({"end": 10_000}, {"end"}),
    ({"start": None}, {"start"}),
    ({"key": "x"}, {"key"}),
    ({"key": None}, {"key"}),
    ({"note": "a\x00b"}, {"note"}),
    ({"note": "x" * 5_000_000}, {"note"}),
    ({"speaker_label": "\ud800"}, {"speaker_label"}),
    ({"speaker_label": "x" * 301}, {"speaker_label"}),
    ({"note": ["x"]}, {"note"}),
    ({"surprise": 1}, {"surprise"}),
    ({"directness": "psychic"}, {"directness"}),
    ({"credibility": 9}, {"credibility"}),
    ({"stated_on": "yesterday"}, {"stated_on"}),
    ({"stated_on": "2023-01-01"}, {"stated_on"}),
    ({"round": 77}, {"round"}),
    ({"round": "1"}, {"round"}),
    ({"asserted_by": None}, {"asserted_by"}),
    ({"asserted_by": []}, {"asserted_by"}),
    ({"asserted_by": "nobody"}, {"asserted_by"}),
    ({"asserted_by": [["x"]]}, {"asserted_by[0]"}),
    ({"asserted_by": ["delta-land", "delta-land"]}, {"asserted_by"}),
    ({"addressees": "delta-land"}, {"addressees"}),
    ({"speaker": "\ud800"}, {"speaker"}),
    ({"codings": {}}, {"codings"}),
    ({"codings": ["x"]}, {"codings[0]"}),
    ({"submit": "yes"}, {"submit"}),
]


@pytest.mark.parametrize(("content", "fields"), BAD_REQUESTS)
def test_bad_requests_name_their_field(analyst: Client, talks: Talks, content: Any, fields: set[str]) -> None:
    count = written()
    body = passage(talks, **content) if isinstance(content, dict) else content
    refused = send(analyst, talks, "statements/", body)
    assert (refused.status_code, refused.headers["Content-Type"]) == (400, PROBLEM)
    assert set(refused.json()["errors"]) == fields
    assert written() == count


def test_bad_readings_name_their_field(analyst: Client, talks: Talks) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"stance": "2"}, "stance"),
        ({"stance": 3}, "stance"),
        ({"stance": None}, "stance"),
        ({"state": "unclear"}, "stance"),
        ({"issue": "nothing"}, "issue"),
        ({"issue": None}, "issue"),
        ({"move": None}, "move"),
        ({"move": "shrug"}, "move"),
        ({"party": "nobody"}, "party"),
        ({"red_line": 1}, "red_line"),
        ({"confidence": "sure"}, "confidence"),
        ({"key": "1"}, "key"),
        ({"extra": 1}, "extra"),
        ({"conditions": [{"kind": "wish", "text": "x"}]}, "conditions[0].kind"),
        ({"conditions": [{"kind": "trigger", "text": "x", "falls_on": "nobody"}]}, "conditions[0].falls_on"),
    ]
    for changes, field in cases:
        refused = send(analyst, talks, "statements/", passage(talks, codings=[reading(talks, **changes)]))
        assert (refused.status_code, set(refused.json()["errors"])) == (400, {f"codings[0].{field}"}), changes
    assert Statement.objects.count() == 1


def test_oversized_request_is_refused_in_words(analyst: Client, talks: Talks) -> None:
    refused = send(analyst, talks, "statements/", '"' + "x" * 8_000_001 + '"')
    assert (refused.status_code, refused.json()["detail"]) == (
        400,
        "The request is larger than 8 MB; shorten what you entered.",
    )


def test_hostile_text_is_kept_as_text(analyst: Client, talks: Talks) -> None:
    words = "<script>alert(1)</script> \u202e =1+1 \u200b 🜃 é"
    content = passage(talks, note=words, speaker_label=words)
    content["codings"][0]["conditions"][0]["text"] = words
    [payload] = send(analyst, talks, "statements/", content).json()["statements"]
    assert (payload["note"], payload["speaker_label"]) == (words, words)
    assert payload["codings"][0]["conditions"][0]["text"] == words


# ---------------------------------------------------------------- offsets

ALPHABET = [
    "a",
    "é",
    "é",
    "\n",
    "\n\n",
    " ",
    "👩‍👩‍👧",
    "🜃",
    "שלום",
    "مرحبا",
    "한국",
    "\u200b",
    "\u202e",
    "\t",
    "x" * 40,
]


def test_random_selections_come_back_as_the_slice(analyst: Client, talks: Talks) -> None:
    dice = random.Random(3)
    text = "start " + "".join(dice.choice(ALPHABET) for _ in range(3_000)) + " end"
    source = make_source(talks.negotiation, text=text)
    saved = 0
    while saved < 50:
        start = dice.randrange(len(text) - 1)
        end = dice.randrange(start + 1, min(len(text), start + 400) + 1)
        if not text[start:end].strip():
            continue
        content = passage(talks, start=start, end=end, exact=text[start:end], codings=[])
        answer = send(analyst, talks, "statements/", content, source)
        assert [one["exact"] for one in answer.json()["statements"]] == [text[start:end]]
        saved += 1


def test_page_shows_paragraphs_from_which_the_text_can_be_put_together(analyst: Client, talks: Talks) -> None:
    dice = random.Random(4)
    text = "\n\n" + "".join(dice.choice(ALPHABET) for _ in range(20_000)) + "end\n"
    source = make_source(talks.negotiation, text=text)
    paragraphs = analyst.get(address(talks, "", source)).context["paragraphs"]
    assert len(paragraphs) > 100
    for paragraph in paragraphs:
        start, words = paragraph["start"], paragraph["text"] + paragraph["gap"]
        assert text[start : start + len(words)] == words
    whole = "".join(paragraph["text"] + paragraph["gap"] for paragraph in paragraphs)
    assert text[: paragraphs[0]["start"]] + whole == text


def test_whole_text_can_be_one_passage(analyst: Client, talks: Talks) -> None:
    text = talks.source.texts.get().text
    answer = send(analyst, talks, "statements/", passage(talks, start=0, end=len(text), exact=text))
    assert [one["exact"] for one in answer.json()["statements"]] == [text]


def test_white_space_alone_is_no_passage(analyst: Client, talks: Talks) -> None:
    start = talks.source.texts.get().text.index(" ")
    refused = send(analyst, talks, "statements/", passage(talks, start=start, end=start + 1, exact=" "))
    assert set(refused.json()["errors"]) == {"exact"}


# ---------------------------------------------------------------- editing


def test_editing_a_submitted_reading_recalls_and_submits_it_again(
    analyst: Client, talks: Talks, saved: dict[str, Any]
) -> None:
    [payload] = saved["statements"]
    content = as_request(payload)
    content["codings"][0]["stance"] = 0
    content["codings"].append(reading(talks, party="delta-land", issue=talks.issue.slug, stance=-1))
    refused = send(analyst, talks, f"statements/{payload['id']}/", content)
    assert set(refused.json()["errors"]) == {"codings[1]"}
    content["codings"].pop()
    answer = send(analyst, talks, f"statements/{payload['id']}/", content)
    [now] = answer.json()["statements"]
    assert [(c["id"], c["stance"], c["status"]) for c in now["codings"]] == [
        (payload["codings"][0]["id"], 0, "submitted")
    ]
    assert now["id"] == payload["id"]
    again = send(analyst, talks, f"statements/{payload['id']}/", content)
    assert (again.status_code, again.json()) == (200, answer.json())


def test_editing_the_statement_before_publication_needs_no_reason(
    analyst: Client, talks: Talks, saved: dict[str, Any]
) -> None:
    [payload] = saved["statements"]
    answer = send(analyst, talks, f"statements/{payload['id']}/", as_request(payload, note="seen", codings=[]))
    assert answer.status_code == 200, answer.content
    [now] = answer.json()["statements"]
    assert (now["note"], now["codings"], answer.json()["gone"]) == ("seen", [], [payload["id"]])


def test_stale_version_shows_what_stands_now(
    analyst: Client, sign_in: SignIn, talks: Talks, saved: dict[str, Any]
) -> None:
    [payload] = saved["statements"]
    first = send(analyst, talks, f"statements/{payload['id']}/", as_request(payload, note="first"))
    [current] = first.json()["statements"]
    refused = send(analyst, talks, f"statements/{payload['id']}/", as_request(payload, note="second"))
    assert (refused.status_code, refused.json()["current"]) == (409, current)
    gone = send(
        analyst, talks, f"statements/{current['id']}/withdrawal/", {"version": current["version"], "reason": ""}
    )
    assert gone.json()["gone"] == [current["id"]]
    refused = send(analyst, talks, f"statements/{current['id']}/", as_request(current, note="third"))
    assert (refused.status_code, refused.json()["current"]) == (409, None)


def test_published_reading_is_corrected_with_a_reason_by_a_reviewer(
    analyst: Client, sign_in: SignIn, talks: Talks
) -> None:
    reviewer = sign_in("reviewer")
    [payload] = reviewer.get(address(talks, "state/")).json()["statements"]
    content = as_request(payload)
    content["codings"][0]["stance"] = -1
    path = f"statements/{payload['id']}/"
    assert send(analyst, talks, path, {**content, "reason": "misread"}).status_code == 403
    assert set(send(reviewer, talks, path, content).json()["errors"]) == {"reason"}
    answer = send(reviewer, talks, path, {**content, "reason": "misread"}).json()
    [now] = answer["statements"]
    assert [(c["stance"], c["status"], c["coder"]) for c in now["codings"]] == [(-1, "published", "reviewer")]
    talks.coding.refresh_from_db()
    assert talks.coding.retired_at is not None
    assert Coding.objects.get(supersedes=talks.coding).reason == "misread"
    undone = send(reviewer, talks, "undo/", {"token": answer["undo"]}).json()
    assert [c["stance"] for c in undone["statements"][0]["codings"]] == [1]


def test_readings_of_others_that_wait_are_left_alone(analyst: Client, talks: Talks) -> None:
    other = add_member(talks.negotiation, make_user("other", is_staff=True))
    statement = make_statement(source=talks.source, asserted_by=talks.party)
    theirs = make_coding(statement, issue=talks.issue, coder_user=other, status=CodingStatus.SUBMITTED)
    payload = next(
        one for one in analyst.get(address(talks, "state/")).json()["statements"] if one["id"] == str(statement.pk)
    )
    path = f"statements/{statement.pk}/"
    content = as_request(payload)
    content["codings"][0]["stance"] = -2
    refused = send(analyst, talks, path, content)
    assert (refused.status_code, refused.json()["detail"]) == (403, "Only its coder, or a lead, may do this.")
    kept = send(analyst, talks, path, as_request(payload, codings=[]))
    assert [c["id"] for c in kept.json()["statements"][0]["codings"]] == [str(theirs.pk)]


# ---------------------------------------------------------------- undo


def test_undo_takes_back_a_save_once(analyst: Client, talks: Talks, saved: dict[str, Any]) -> None:
    [payload] = saved["statements"]
    answer = send(analyst, talks, "undo/", {"token": saved["undo"]})
    assert answer.json() == {"statements": [], "gone": [payload["id"]]}
    assert not Coding.objects.filter(statement=payload["id"]).exists()
    assert send(analyst, talks, "undo/", {"token": saved["undo"]}).json() == answer.json()


def test_undo_is_refused_to_others_and_once_something_was_built_on_it(
    analyst: Client, sign_in: SignIn, talks: Talks, saved: dict[str, Any]
) -> None:
    token = {"token": saved["undo"]}
    assert send(sign_in("lead"), talks, "undo/", token).status_code == 409
    Coding.objects.filter(statement=saved["statements"][0]["id"]).update(comment="seen by a reviewer")
    refused = send(analyst, talks, "undo/", token)
    assert (refused.status_code, "since" in refused.json()["detail"]) == (409, True)
    for nonsense in ("x", "9" * 40, "", "١"):
        assert send(analyst, talks, "undo/", {"token": nonsense}).status_code in (400, 409)
    assert set(send(analyst, talks, "undo/", {"token": 5}).json()["errors"]) == {"token"}


# ---------------------------------------------------------------- looking


def test_state_tells_all_the_page_needs(analyst: Client, talks: Talks) -> None:
    state = analyst.get(address(talks, "state/")).json()
    assert state["me"] == {"username": "analyst", "name": "analyst", "role": "analyst"}
    assert [one["id"] for one in state["statements"]] == [str(talks.statement.pk)]
    assert state["source"]["text"]["length"] == len(talks.source.texts.get().text)
    assert state["defaults"]["round"] == 1
    assert state["vocabularies"]["confidence"][0] == {"value": "low", "label": "Low"}


def test_colleague_learns_of_a_save_by_asking_for_changes(sign_in: SignIn, analyst: Client, talks: Talks) -> None:
    reviewer = sign_in("reviewer")
    cursor = reviewer.get(address(talks, "state/")).json()["cursor"]
    quiet = reviewer.get(address(talks, "changes/"), {"cursor": cursor}).json()
    assert quiet == {"cursor": cursor, "statements": [], "gone": []}
    answer = send(analyst, talks, "statements/", passage(talks)).json()
    news = reviewer.get(address(talks, "changes/"), {"cursor": cursor}).json()
    assert [(one["id"], one["by"]) for one in news["statements"]][-1] == (answer["statements"][0]["id"], "analyst")
    send(analyst, talks, "undo/", {"token": answer["undo"]})
    later = reviewer.get(address(talks, "changes/"), {"cursor": news["cursor"]}).json()
    assert later["gone"] == [answer["statements"][0]["id"]]
    assert reviewer.get(address(talks, "changes/"), {"cursor": "nonsense"}).status_code == 400


def test_choices_need_a_known_kind(analyst: Client, talks: Talks) -> None:
    assert analyst.get(address(talks, "choices/"), {"kind": "party", "q": "delta"}).json() == {
        "results": [{"slug": "delta-land", "name": "Deltaland", "hint": ""}]
    }
    assert set(analyst.get(address(talks, "choices/"), {"kind": "ship"}).json()["errors"]) == {"kind"}


def test_suggestion_is_refused_once(analyst: Client, talks: Talks) -> None:
    assert analyst.get(address(talks, "suggestions/")).status_code == 200
    content = {"start": 0, "end": 10, "party": talks.party.slug, "issue": talks.issue.slug}
    for _ in range(2):
        assert send(analyst, talks, "refusals/", content).status_code == 204
    assert SuggestionRefusal.objects.count() == 1
    assert set(send(analyst, talks, "refusals/", {**content, "end": 10**6}).json()["errors"]) == {"end"}
    assert set(send(analyst, talks, "refusals/", {**content, "party": "x y"}).json()["errors"]) == {"party"}


# ---------------------------------------------------------------- who may

READS = ("state/", "changes/?cursor=0.x", "choices/?kind=party&q=hush", "suggestions/")


@pytest.mark.parametrize("tail", READS)
def test_hidden_source_does_not_exist(analyst: Client, hidden: Talks, tail: str) -> None:
    answer = analyst.get(address(hidden, tail))
    missing = analyst.get(address(hidden, tail).replace(str(hidden.source.pk), str(uuid.uuid4())))
    assert (answer.status_code, answer.content) == (404, missing.content)
    assert "Hush" not in answer.content.decode()


def test_hidden_names_are_refused_as_missing_ones(analyst: Client, talks: Talks, hidden: Talks) -> None:
    for slug in (hidden.party.slug, "nobody-land"):
        refused = send(analyst, talks, "statements/", passage(talks, asserted_by=slug)).json()
        assert refused["errors"] == {"asserted_by": [f"“{slug}” is no party here; choose one that is offered"]}
    refused = send(analyst, talks, "statements/", passage(talks, codings=[reading(talks, issue=hidden.issue.slug)]))
    assert set(refused.json()["errors"]) == {"codings[0].issue"}
    assert analyst.get(address(talks, "choices/"), {"kind": "party", "q": "hush"}).json() == {"results": []}
    assert analyst.get(address(talks, "choices/"), {"kind": "person", "q": "hush"}).json() == {"results": []}
    assert send(analyst, talks, f"statements/{hidden.statement.pk}/", passage(talks)).status_code == 404


def test_viewer_and_outsider_are_refused_and_write_nothing(sign_in: SignIn, talks: Talks, users: Any) -> None:
    count = written()
    viewer, outsider = sign_in("viewer"), client_of(make_user(is_staff=True))
    for client, status in ((viewer, 403), (outsider, 404), (client_of(make_user()), 403)):
        answers = [client.get(address(talks, tail)) for tail in READS]
        answers += [send(client, talks, "statements/", passage(talks)), send(client, talks, "undo/", {"token": "1"})]
        assert {(answer.status_code, answer.headers["Content-Type"]) for answer in answers} == {(status, PROBLEM)}
    assert written() == count


def test_session_gone_is_said_in_json_and_no_redirect(client: Client, talks: Talks) -> None:
    answers = [client.get(address(talks, tail)) for tail in READS]
    answers.append(send(client, talks, "statements/", passage(talks)))
    assert {(answer.status_code, answer.headers["Content-Type"]) for answer in answers} == {(401, PROBLEM)}
    assert "Sign in again" in answers[0].json()["detail"]
    assert client.get(address(talks)).status_code == 302


def test_role_withdrawn_in_mid_edit_writes_nothing(analyst: Client, users: Any, talks: Talks, saved: Any) -> None:
    [payload] = saved["statements"]
    Member.objects.filter(user=users["analyst"]).update(role=Role.VIEWER)
    count = written()
    for tail, content in (
        ("statements/", passage(talks)),
        (f"statements/{payload['id']}/", as_request(payload, note="late")),
        (f"statements/{payload['id']}/withdrawal/", {"version": payload["version"], "reason": "late"}),
        ("undo/", {"token": saved["undo"]}),
    ):
        assert send(analyst, talks, tail, content).status_code == 403
    assert written() == count


def test_blind_coder_learns_nothing_of_the_other(talks: Talks) -> None:
    talks.negotiation.review_policy = ReviewPolicy.DOUBLE
    talks.negotiation.save()
    coders = [add_member(talks.negotiation, make_user(name, is_staff=True)) for name in ("first", "second")]
    first, second = (client_of(coder) for coder in coders)
    made = send(first, talks, "statements/", passage(talks, codings=[])).json()["statements"][0]
    cursor = second.get(address(talks, "state/")).json()["cursor"]
    coded = send(first, talks, f"statements/{made['id']}/", as_request(made, codings=[reading(talks)]))
    assert [c["status"] for c in coded.json()["statements"][0]["codings"]] == ["submitted"]
    news = second.get(address(talks, "changes/"), {"cursor": cursor}).json()
    assert (news["cursor"], news["statements"]) == (cursor, [])
    shown = next(one for one in second.get(address(talks, "state/")).json()["statements"] if one["id"] == made["id"])
    assert (shown["codings"], shown["version"]) == ([], made["version"])
    mine = send(second, talks, f"statements/{made['id']}/", as_request(shown, codings=[reading(talks, stance=-1)]))
    assert [c["coder"] for c in mine.json()["statements"][0]["codings"]] == ["second"]


def test_reviewer_who_codes_does_not_publish_own_work(sign_in: SignIn, talks: Talks) -> None:
    [payload] = send(sign_in("reviewer"), talks, "statements/", passage(talks)).json()["statements"]
    assert [c["status"] for c in payload["codings"]] == ["submitted"]


def test_administrator_reading_restricted_talks_is_noted(sign_in: SignIn, hidden: Talks) -> None:
    administrator = sign_in("administrator")
    assert administrator.get(address(hidden, "state/")).json()["me"]["role"] == "administrator"
    assert Event.objects.filter(action="read_by_administrator", negotiation=hidden.negotiation).count() == 1


def test_request_without_a_form_token_is_refused(users: dict[str, User], talks: Talks) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(users["analyst"], backend="django.contrib.auth.backends.ModelBackend")
    refused = send(strict, talks, "statements/", passage(talks))
    assert (refused.status_code, "json" in refused.headers["Content-Type"]) == (403, False)
    page = strict.get(address(talks))
    token = str(page.context["csrf_token"])
    saved = strict.post(
        address(talks, "statements/"), passage(talks), content_type="application/json", headers={"X-CSRFToken": token}
    )
    assert saved.status_code == 201


def test_history_of_a_tagged_passage_speaks_in_words(analyst: Client, talks: Talks, saved: dict[str, Any]) -> None:
    page = analyst.get(f"/admin/positions/statement/{saved['statements'][0]['id']}/history/").content.decode()
    assert ("passage tagged" in page.lower(), "readings:" in page.lower()) == (True, False)


def test_wrong_method_is_answered_in_json(analyst: Client, talks: Talks) -> None:
    answer = analyst.get(address(talks, "statements/"))
    assert (answer.status_code, answer.headers["Allow"], answer.headers["Content-Type"]) == (405, "POST", PROBLEM)


# ---------------------------------------------------------------- queries


@pytest.mark.parametrize("number", [1, 3])
def test_state_and_changes_take_a_fixed_number_of_queries(
    analyst: Client,
    talks: Talks,
    users: dict[str, User],
    django_assert_num_queries: DjangoAssertNumQueries,
    number: int,
) -> None:
    for _ in range(number):
        statement = make_statement(source=talks.source, asserted_by=make_party(), addressees=[make_party()])
        make_coding(statement, issue=talks.issue, conditions=["one", "two"], coder_user=users["analyst"])
    with django_assert_num_queries(19):
        cursor = analyst.get(address(talks, "state/")).json()["cursor"]
    with django_assert_num_queries(5):
        analyst.get(address(talks, "changes/"), {"cursor": cursor})
