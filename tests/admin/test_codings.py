"""Readings from draft to the record: each step shown and allowed to whom it belongs."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from positions.enums import CodingStatus, ReviewPolicy
from positions.models import Coding, Condition, ConditionStatusEntry
from tests.admin.conftest import SignIn, Talks, client_of
from tests.admin.forms import errors_of, events, hand_in, read_form
from tests.admin.test_pages import list_of
from tests.factories import add_member, make_coding, make_issue, make_statement, make_user

OF_SUBMITTED = ["Review", "Publish", "Publish with changes…", "Return…", "Reject…"]


def page_of(coding: Coding, action: str = "change") -> str:
    return f"{list_of('coding')}{coding.pk}/{action}/"


def buttons_on(client: Client, coding: Coding) -> list[str]:
    shown = client.get(page_of(coding)).context["object_actions"]
    return [item["action"].label for item in shown]


@pytest.fixture
def draft(talks: Talks, users: dict[str, User]) -> Coding:
    statement = make_statement(source=talks.source, asserted_by=talks.party)
    return make_coding(
        statement, issue=talks.issue, status=CodingStatus.DRAFT, coder_user=users["analyst"], conditions=["one thing"]
    )


@pytest.fixture
def submitted(draft: Coding) -> Coding:
    Coding.objects.filter(pk=draft.pk).update(status=CodingStatus.SUBMITTED, submitted_at=draft.created_at)
    draft.refresh_from_db()
    return draft


@pytest.mark.parametrize(
    ("role", "of_draft", "of_submitted", "of_published"),
    [
        ("analyst", ["Submit", "Edit draft…"], [], []),
        (
            "reviewer",
            None,
            OF_SUBMITTED,
            ["Correct…", "Withdraw…"],
        ),
        (
            "lead",
            ["Submit", "Edit draft…"],
            OF_SUBMITTED,
            ["Correct…", "Withdraw…"],
        ),
        (
            "administrator",
            ["Submit", "Edit draft…"],
            OF_SUBMITTED,
            ["Correct…", "Withdraw…"],
        ),
    ],
)
def test_buttons_follow_role_and_status(
    sign_in: SignIn,
    talks: Talks,
    draft: Coding,
    role: str,
    of_draft: list[str] | None,
    of_submitted: list[str],
    of_published: list[str],
) -> None:
    client = sign_in(role)
    assert (client.get(page_of(draft)).status_code == 302) == (of_draft is None)
    if of_draft is not None:
        assert buttons_on(client, draft) == of_draft
        assert ("deletelink" in client.get(page_of(draft)).content.decode()) is True
    Coding.objects.filter(pk=draft.pk).update(status=CodingStatus.SUBMITTED)
    assert buttons_on(client, draft) == of_submitted
    assert "deletelink" not in client.get(page_of(draft)).content.decode()
    assert buttons_on(client, talks.coding) == of_published


def test_buttons_lead_to_a_form_or_act_at_once(lead: Client, draft: Coding) -> None:
    page = lead.get(page_of(draft)).content.decode()
    assert f'<a class="button " href="{page_of(draft, "edit")}">Edit draft…</a>' in page
    assert f'<form method="post" action="{page_of(draft, "submit")}">' in page


def test_reading_is_added_to_a_statement(analyst: Client, talks: Talks) -> None:
    issue = make_issue(talks.negotiation, title="Fish")
    url = f"{list_of('coding')}add/?statement={talks.statement.pk}"
    form = read_form(analyst.get(url), "stance")
    assert form["party"] == str(talks.party.pk)
    response = hand_in(analyst, url, "stance", {"issue": str(issue.pk), "stance": "-2", "move": "rejection"})
    coding = Coding.objects.get(issue=issue)
    assert response.headers["Location"] == page_of(coding)
    assert (coding.stance, coding.status, coding.coder) == (-2, "draft", "analyst")
    assert events() == ["coding_drafted"]


def test_reading_is_added_and_submitted_in_one_step(analyst: Client, talks: Talks) -> None:
    issue = make_issue(talks.negotiation)
    url = f"{list_of('coding')}add/?statement={talks.statement.pk}"
    hand_in(analyst, url, "stance", {"issue": str(issue.pk), "stance": "0", "move": "procedural"}, "_submit")
    assert Coding.objects.get(issue=issue).status == "submitted"
    assert events() == ["coding_drafted", "coding_submitted"]


def test_draft_is_edited_and_keeps_the_series_of_its_conditions(analyst: Client, draft: Coding) -> None:
    ConditionStatusEntry.objects.create(
        condition=draft.conditions.get(), status="met", on=draft.stated_latest, reason="seen"
    )
    form = read_form(analyst.get(page_of(draft, "edit")), "stance")
    assert form["condition_lines"] == "precondition | one thing"
    lines = {"condition_lines": "precondition | one thing\r\nlinkage | another"}
    assert hand_in(analyst, page_of(draft, "edit"), "stance", {"stance": "-1", **lines}).status_code == 302
    draft.refresh_from_db()
    assert draft.stance == -1
    assert [(c.text, c.statuses.count()) for c in draft.conditions.order_by("rank")] == [
        ("one thing", 1),
        ("another", 0),
    ]
    hand_in(
        analyst,
        page_of(draft, "edit"),
        "stance",
        {"condition_lines": "precondition | one thing, reworded\r\nlinkage | another"},
    )
    reworded = draft.conditions.get(rank=0)
    assert (reworded.text, reworded.statuses.count()) == ("one thing, reworded", 1)
    assert events() == ["coding_edited", "coding_edited"]


def test_edit_is_refused_at_its_field_and_after_handing_in(analyst: Client, draft: Coding) -> None:
    response = hand_in(analyst, page_of(draft, "edit"), "stance", {"move": "offer", "stance": "2"})
    assert errors_of(response) == {"stance": ["An offer that depends on a condition is at most ±1"]}
    opened = read_form(analyst.get(page_of(draft, "edit")), "stance")
    Coding.objects.filter(pk=draft.pk).update(status=CodingStatus.SUBMITTED)
    late = analyst.post(page_of(draft, "edit"), {**opened, "stance": "0"}, follow=True)
    assert "“Edit draft” is not possible" in late.content.decode()
    assert events() == []


def test_draft_is_submitted_and_published_by_another(sign_in: SignIn, draft: Coding) -> None:
    assert sign_in("analyst").post(page_of(draft, "submit")).status_code == 302
    draft.refresh_from_db()
    assert draft.status == "submitted"
    assert sign_in("reviewer").post(page_of(draft, "publish")).status_code == 302
    draft.refresh_from_db()
    assert (draft.status, draft.recorded_at is not None) == ("published", True)
    assert events() == ["coding_submitted", "coding_published"]


def test_own_reading_is_not_published_by_its_coder(talks: Talks, users: dict[str, User]) -> None:
    statement = make_statement(source=talks.source)
    own = make_coding(statement, issue=talks.issue, status=CodingStatus.SUBMITTED, coder_user=users["reviewer"])
    assert buttons_on(client_of(users["reviewer"]), own) == []
    assert client_of(users["reviewer"]).post(page_of(own, "publish")).status_code == 302
    own.refresh_from_db()
    assert own.status == "submitted"


def test_publishing_what_is_published_meanwhile_is_a_plain_message(sign_in: SignIn, submitted: Coding) -> None:
    make_coding(submitted.statement, issue=submitted.issue)
    response = sign_in("reviewer").post(page_of(submitted, "publish"), follow=True)
    assert "is already published; correct that one instead. Nothing was saved." in response.content.decode()
    submitted.refresh_from_db()
    assert submitted.status == "submitted"
    assert events() == []


@pytest.mark.parametrize(
    ("action", "status", "event"), [("return", "draft", "coding_returned"), ("reject", "rejected", "coding_rejected")]
)
def test_return_and_rejection_take_a_comment(
    sign_in: SignIn, submitted: Coding, action: str, status: str, event: str
) -> None:
    url = page_of(submitted, action)
    assert errors_of(hand_in(sign_in("reviewer"), url, "comment", {})) == {"comment": ["Tell the coder why"]}
    assert hand_in(sign_in("reviewer"), url, "comment", {"comment": "Read it again"}).status_code == 302
    submitted.refresh_from_db()
    assert (submitted.status, submitted.comment) == (status, "Read it again")
    assert events() == [event]
    assert "Read it again" in sign_in("analyst").get(page_of(submitted)).content.decode()


def test_draft_is_deleted_by_its_coder_only(sign_in: SignIn, draft: Coding) -> None:
    url = page_of(draft, "delete")
    assert sign_in("reviewer").post(url, {"post": "yes"}).status_code == 302
    assert Coding.objects.filter(pk=draft.pk).exists()
    assert sign_in("analyst").get(url).status_code == 200
    assert sign_in("analyst").post(url, {"post": "yes"}).status_code == 302
    assert not Coding.objects.filter(pk=draft.pk).exists()
    assert events() == ["coding_draft_deleted"]


def test_submitted_reading_is_not_deleted(sign_in: SignIn, submitted: Coding) -> None:
    for role in ("analyst", "lead", "administrator"):
        sign_in(role).post(page_of(submitted, "delete"), {"post": "yes"})
    assert Coding.objects.filter(pk=submitted.pk).exists()


def test_published_reading_is_corrected_with_a_reason(sign_in: SignIn, talks: Talks) -> None:
    url, client = page_of(talks.coding, "correct"), sign_in("reviewer")
    assert list(errors_of(hand_in(client, url, "stance", {"stance": "-1"}))) == ["reason"]
    response = hand_in(client, url, "stance", {"stance": "-1", "reason": "Misread"})
    corrected = Coding.objects.get(supersedes=talks.coding)
    assert response.headers["Location"] == page_of(corrected)
    assert (corrected.stance, corrected.reason, corrected.status) == (-1, "Misread", "published")
    assert corrected.conditions.get().falls_on == talks.party
    talks.coding.refresh_from_db()
    assert talks.coding.retired_at is not None
    assert events() == ["coding_corrected"]
    assert "Misread" in client.get(page_of(corrected, "history")).content.decode()


def test_published_reading_is_withdrawn_with_a_reason(sign_in: SignIn, talks: Talks) -> None:
    assert hand_in(sign_in("lead"), page_of(talks.coding, "withdraw"), "reason", {"reason": "Gone"}).status_code == 302
    talks.coding.refresh_from_db()
    assert talks.coding.withdrawal_reason == "Gone"
    assert events() == ["coding_withdrawn"]


# ---------------------------------------------------------------- two blind readings


@pytest.fixture
def blind(talks: Talks, users: dict[str, User]) -> list[Coding]:
    """Two readings of one passage that differ in stance and agree otherwise."""
    talks.negotiation.review_policy = ReviewPolicy.DOUBLE
    talks.negotiation.save()
    statement = make_statement(source=talks.source, asserted_by=talks.party)
    coders = [users["analyst"], add_member(talks.negotiation, make_user("second", is_staff=True))]
    return [
        make_coding(statement, issue=talks.issue, stance=stance, coder_user=coder, status=CodingStatus.SUBMITTED)
        for coder, stance in zip(coders, (2, 1), strict=True)
    ]


def test_adjudication_shows_both_readings_and_publishes_a_third(sign_in: SignIn, blind: list[Coding]) -> None:
    client, url = sign_in("reviewer"), page_of(blind[0], "adjudicate")
    assert buttons_on(client, blind[0]) == ["Adjudicate…", "Return…", "Reject…"]
    page = client.get(url)
    compared = {row["name"]: (row["values"], row["differs"]) for row in page.context["compared"]}
    assert compared["stance"] == (
        ["+2 categorical: demand or commitment", "+1 qualified, conditional or exploratory"],
        True,
    )
    assert compared["move"] == (["Demand", "Demand"], False)
    form = read_form(page, "stance")
    assert (form["stance"], form["move"], "party" in form) == ("", "demand", False)
    assert list(errors_of(client.post(url, {**form, "stance": "1"}))) == ["reason"]
    assert list(errors_of(client.post(url, {**form, "reason": "x"}))) == ["stance"]
    assert client.post(url, {**form, "stance": "1", "reason": "The second is right"}).status_code == 302
    third = Coding.objects.get(statement=blind[0].statement, status=CodingStatus.PUBLISHED)
    assert (third.stance, third.coder, third.reason) == (1, "reviewer", "The second is right")
    assert set(Coding.objects.filter(pk__in=[c.pk for c in blind]).values_list("status", flat=True)) == {"submitted"}
    assert events() == ["codings_adjudicated"]
    assert "Adjudicate…" not in buttons_on(client, blind[0])


def test_coder_does_not_adjudicate_nor_publish(sign_in: SignIn, blind: list[Coding]) -> None:
    for action in ("adjudicate", "publish"):
        sign_in("analyst").post(page_of(blind[0], action), {"stance": "1", "reason": "x"})
        sign_in("lead").post(page_of(blind[0], "publish"))
    assert not Coding.objects.filter(statement=blind[0].statement, status=CodingStatus.PUBLISHED).exists()
    assert events() == []


# ---------------------------------------------------------------- conditions


def test_status_of_a_condition_is_set_by_day_and_reason(analyst: Client, talks: Talks) -> None:
    condition = Condition.objects.get()
    url = f"{list_of('condition')}{condition.pk}/status/"
    response = hand_in(analyst, url, "reason", {"status": "met", "on": "2022-01-11", "reason": "They did"})
    assert response.status_code == 302
    assert list(condition.statuses.values_list("status", "reason")) == [("met", "They did")]
    assert events() == ["condition_status_set"]
    assert ">Met<" in analyst.get(f"{list_of('condition')}?coding__retired_at__isempty=1").content.decode()


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"reason": ""}, "reason", "Name the statement that shows it, or say why"),
        ({"on": "2999-01-01"}, "on", "is still to come"),
        ({"on": "soon"}, "on", "Enter a valid date."),
        ({"status": "perhaps"}, "status", "Select a valid choice."),
    ],
)
def test_status_is_refused_at_its_field(
    analyst: Client, talks: Talks, changes: dict[str, Any], field: str, words: str
) -> None:
    url = f"{list_of('condition')}{Condition.objects.get().pk}/status/"
    errors = errors_of(hand_in(analyst, url, "reason", {"status": "met", "on": "2022-01-11", "reason": "x", **changes}))
    assert list(errors) == [field]
    assert words in errors[field][0]
    assert events() == []
