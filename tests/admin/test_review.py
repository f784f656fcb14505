"""The review page: what it shows, what it decides, and that a refused comment is kept."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from pytest_django import DjangoAssertNumQueries

from positions.enums import CodingStatus, ReviewPolicy, Role
from positions.models import Coding, Member, Statement
from tests.admin.conftest import Talks, client_of
from tests.admin.forms import read_form
from tests.admin.test_codings import page_of
from tests.admin.test_pages import list_of
from tests.factories import add_member, make_coding, make_issue, make_source, make_statement, make_user

PAGE_QUERIES = 24


def review_of(coding: Coding) -> str:
    return f"{list_of('coding')}{coding.pk}/review/"


@pytest.fixture
def waiting(talks: Talks, users: dict[str, User]) -> list[Coding]:
    return [
        make_coding(
            make_statement(source=make_source(talks.negotiation), asserted_by=talks.party),
            issue=talks.issue,
            status=CodingStatus.SUBMITTED,
            coder_user=users["analyst"],
        )
        for _ in range(3)
    ]


def test_each_decision_opens_the_next_reading(waiting: list[Coding], users: dict[str, User]) -> None:
    client = client_of(users["reviewer"])
    shown = sorted(waiting, key=lambda coding: str(coding.pk))
    place = client.get(review_of(shown[0])).context["place"]
    assert (place.number, place.total, place.previous, place.next) == (1, 3, shown[2].pk, shown[1].pk)
    for coding, decision in zip(shown, ("accept", "return", "reject"), strict=True):
        answer = client.post(review_of(coding), {"decision": decision, "comment": "Look again"})
        assert answer.status_code == 302, answer.context["form"].errors
    assert answer["Location"] == f"{list_of('coding')}?queue=review"
    statuses = [Coding.objects.get(pk=coding.pk).status for coding in shown]
    assert statuses == [CodingStatus.PUBLISHED, CodingStatus.DRAFT, CodingStatus.REJECTED]


def test_reading_decided_meanwhile_keeps_the_comment(waiting: list[Coding], users: dict[str, User]) -> None:
    client, coding = client_of(users["reviewer"]), waiting[0]
    assert client.post(review_of(coding), {"decision": "accept"}).status_code == 302
    page = client.post(review_of(coding), {"decision": "return", "comment": "My <b>words</b>"}).content.decode()
    assert "it is published. Nothing was saved; your comment is kept below." in page
    assert "My &lt;b&gt;words&lt;/b&gt;" in page


def test_return_without_a_comment_is_refused(waiting: list[Coding], users: dict[str, User]) -> None:
    page = client_of(users["reviewer"]).post(review_of(waiting[0]), {"decision": "return"})
    assert page.context["form"].errors == {"comment": ["Tell the coder why"]}


def test_coder_cannot_decide(waiting: list[Coding], users: dict[str, User]) -> None:
    client_of(users["analyst"]).post(review_of(waiting[0]), {"decision": "accept"})
    assert Coding.objects.get(pk=waiting[0].pk).status == CodingStatus.SUBMITTED


def test_coder_reads_the_page_without_buttons(waiting: list[Coding], users: dict[str, User]) -> None:
    page = client_of(users["analyst"]).get(review_of(waiting[0])).content.decode()
    assert 'name="decision"' not in page
    assert "It is not yours to decide" in page


@pytest.mark.parametrize("number", [1, 3])
def test_page_asks_the_same_however_many_wait(
    number: int, waiting: list[Coding], users: dict[str, User], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Coding.objects.filter(pk__in=[coding.pk for coding in waiting[number:]]).delete()
    make_coding(waiting[0].statement, issue=waiting[0].issue, party=waiting[0].party)
    client = client_of(users["reviewer"])
    with django_assert_num_queries(PAGE_QUERIES):
        page = client.get(review_of(waiting[0]))
    assert page.context["place"].total == number


def test_page_shows_the_words_around_and_the_position_today(talks: Talks, users: dict[str, User]) -> None:
    text = f"{'😀' * 500}We agree.{'é' * 500}"
    source = make_source(talks.negotiation, text=text)
    statement = make_statement(
        source=source, asserted_by=talks.party, start=500, end=509, exact="We agree.", stated_on="2022-01-09"
    )
    issue = make_issue(talks.negotiation)
    reading = make_coding(statement, issue=issue, status=CodingStatus.SUBMITTED, coder_user=users["analyst"])
    earlier = make_statement(source=source, asserted_by=talks.party, stated_on="2022-01-08")
    make_coding(earlier, issue=issue, stance=-1, red_line=True)
    page = client_of(users["reviewer"]).get(review_of(reading))
    shown = page.context["shown"]
    assert (shown.before, shown.after) == ("😀" * 400, "é" * 400)
    assert (shown.present.stance, shown.present.red_line) == (-1, True)
    assert "−1 qualified or implied opposition, red line" in " ".join(page.content.decode().split())


def test_change_with_a_reason_goes_on_to_the_next_reading(waiting: list[Coding], users: dict[str, User]) -> None:
    client = client_of(users["reviewer"])
    first, second = sorted(waiting, key=lambda coding: str(coding.pk))[:2]
    url = page_of(first, "publish-changed")
    answer = client.post(url, {**read_form(client.get(url), "stance"), "stance": "2", "reason": "Without any if"})
    assert answer["Location"] == review_of(second)
    published = Coding.objects.get(supersedes=first)
    assert (published.stance, published.reason, published.coder) == (2, "Without any if", "reviewer")


@pytest.mark.parametrize("role", [Role.ANALYST, None])
def test_role_withdrawn_in_mid_edit_gives_the_comment_back(
    role: Role | None, waiting: list[Coding], users: dict[str, User]
) -> None:
    client = client_of(users["reviewer"])
    page = client.get(page_of(waiting[0], "publish-changed"))
    sent = {**read_form(page, "stance"), "reason": "My\n<b>reason</b>"}
    members = Member.objects.filter(user=users["reviewer"])
    members.update(role=role) if role else members.delete()
    for url, words in (
        (review_of(waiting[0]), {"decision": "return", "comment": "My\n<b>reason</b>"}),
        (page_of(waiting[0], "publish-changed"), sent),
    ):
        answer = client.post(url, words)
        assert "My\n&lt;b&gt;reason&lt;/b&gt;" in answer.content.decode().replace("\r", "")
        assert "Nothing was saved" in answer.content.decode()
    assert Coding.objects.get(pk=waiting[0].pk).status == CodingStatus.SUBMITTED


# ---------------------------------------------------------------- policies, end to end


def set_policy(talks: Talks, policy: ReviewPolicy) -> None:
    talks.negotiation.review_policy = policy
    talks.negotiation.save()


def code_at_desk(talks: Talks, user: User, statement: Statement, stance: int) -> Coding:
    """A reading made with the desk's form and handed in."""
    client = client_of(user)
    url = f"{list_of('coding')}add/?statement={statement.pk}"
    form = read_form(client.get(url), "issue")
    wanted = {"party": str(talks.party.pk), "issue": str(talks.issue.pk), "stance": str(stance), "move": "demand"}
    answer = client.post(url, {**form, **wanted, "_submit": "1"})
    assert answer.status_code == 302, answer.context["errors"]
    return Coding.objects.get(statement=statement, coder_user=user)


def in_record(statement: Statement) -> list[tuple[int | None, str]]:
    rows = Coding.objects.filter(statement=statement, status=CodingStatus.PUBLISHED, retired_at=None)
    return list(rows.values_list("stance", "coder"))


def test_policy_none_publishes_what_is_handed_in(talks: Talks, users: dict[str, User]) -> None:
    set_policy(talks, ReviewPolicy.NONE)
    statement = make_statement(source=talks.source, asserted_by=talks.party)
    code_at_desk(talks, users["analyst"], statement, 1)
    assert in_record(statement) == [(1, "analyst")]


def test_policy_single_publishes_by_another_than_the_coder(talks: Talks, users: dict[str, User]) -> None:
    set_policy(talks, ReviewPolicy.SINGLE)
    statement = make_statement(source=talks.source, asserted_by=talks.party)
    reading = code_at_desk(talks, users["reviewer"], statement, 1)
    client_of(users["reviewer"]).post(review_of(reading), {"decision": "accept"})
    assert in_record(statement) == []
    client_of(users["lead"]).post(review_of(reading), {"decision": "accept"})
    assert in_record(statement) == [(1, "reviewer")]


def test_policy_double_publishes_a_third_reading(talks: Talks, users: dict[str, User]) -> None:
    set_policy(talks, ReviewPolicy.DOUBLE)
    statement = make_statement(source=talks.source, asserted_by=talks.party)
    second = add_member(talks.negotiation, make_user("second", is_staff=True))
    reviewer = client_of(users["reviewer"])
    first = code_at_desk(talks, users["analyst"], statement, 1)
    # a reading alone is closed to whoever could still be the second coder
    assert reviewer.get(review_of(first)).status_code == 302
    assert "does not exist" in reviewer.get(review_of(first), follow=True).content.decode()
    other = code_at_desk(talks, second, statement, -1)
    adjudication = page_of(first, "adjudicate")
    assert reviewer.get(review_of(first))["Location"] == adjudication
    assert reviewer.post(review_of(first), {"decision": "accept"})["Location"] == adjudication
    assert in_record(statement) == []
    filled = reviewer.post(adjudication, {"take": str(other.pk), "reason": "She says no"})
    form = read_form(filled, "stance")
    assert (form["stance"], form["move"], form["reason"]) == ("-1", "demand", "She says no")
    assert in_record(statement) == []
    assert reviewer.post(adjudication, form)["Location"] == f"{list_of('coding')}?queue=adjudicate"
    assert in_record(statement) == [(-1, "reviewer")]
    assert [Coding.objects.get(pk=reading.pk).status for reading in (first, other)] == ["submitted"] * 2


def test_adjudication_goes_on_to_the_next_passage(talks: Talks, users: dict[str, User]) -> None:
    set_policy(talks, ReviewPolicy.DOUBLE)
    coders = [users["analyst"], add_member(talks.negotiation, make_user("second", is_staff=True))]
    statements = [make_statement(source=talks.source, asserted_by=talks.party) for _ in range(2)]
    for statement in statements:
        for coder in coders:
            make_coding(statement, issue=talks.issue, coder_user=coder, status=CodingStatus.SUBMITTED)
    reviewer = client_of(users["reviewer"])
    url = page_of(Coding.objects.filter(statement=statements[0], coder="second").get(), "adjudicate")
    page = reviewer.get(url)
    assert page.context["place"].total == 2
    answer = reviewer.post(url, {**read_form(page, "stance"), "reason": "Both agree"})
    onward = Coding.objects.get(pk=answer["Location"].split("/")[-3])
    assert onward.statement == statements[1]
    assert answer["Location"] == page_of(onward, "adjudicate")
