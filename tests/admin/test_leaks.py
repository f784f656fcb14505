"""Restricted talks do not exist for their outsiders: on no page, in no search, box, filter, history or error."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from positions.enums import CodingStatus, ReviewPolicy, Role
from positions.models import Event, Member, Party
from tests.admin.conftest import Talks, client_of
from tests.admin.forms import errors_of, hand_in
from tests.admin.test_pages import MODELS, add_row, list_of, page_record
from tests.factories import add_member, make_coding, make_statement, make_user

AUTOCOMPLETES = [
    ("statement", "source", "source"),
    ("statement", "asserted_by", "party"),
    ("statement", "speaker", "person"),
    ("statement", "round", "round"),
    ("statement", "addressees", "party"),
    ("coding", "issue", "issue"),
    ("coding", "statement", "statement"),
    ("coding", "party", "party"),
    ("source", "derived_from", "source"),
    ("source", "negotiation", "negotiation"),
    ("issue", "parent", "issue"),
    ("delegation", "head", "person"),
    ("conditionstatusentry", "statement", "statement"),
    ("conditionstatusentry", "condition", "condition"),
    ("condition", "coding", "coding"),
    ("event", "negotiation", "negotiation"),
    ("sourcetext", "source", "source"),
    ("statement", "text", "sourcetext"),
    ("coding", "codebook", "codebookversion"),
    ("member", "negotiation", "negotiation"),
]


def search(client: Client, model: str, field: str, term: str, **more: str) -> list[str]:
    query = urlencode({"app_label": "positions", "model_name": model, "field_name": field, "term": term, **more})
    response = client.get(f"/admin/autocomplete/?{query}")
    assert response.status_code == 200
    return [row["text"] for row in response.json()["results"]]


@pytest.mark.parametrize("model", [model for model in MODELS if model != "workerheartbeat"])
@pytest.mark.parametrize("role", ["analyst", "lead"])
def test_lists_and_filters_hide_restricted_talks(sign_in: Any, hidden: Talks, role: str, model: str) -> None:
    page = sign_in(role).get(list_of(model)).content.decode()
    assert "Hush" not in page
    assert "hush" not in page
    searched = sign_in(role).get(f"{list_of(model)}?q=hush&standing=all").content.decode()
    assert str(hidden.negotiation.pk) not in searched
    assert "Hush" not in searched


@pytest.mark.parametrize("model", [model for model in MODELS if model != "workerheartbeat"])
def test_pages_of_hidden_and_missing_records_answer_alike(analyst: Client, hidden: Talks, model: str) -> None:
    add_row(model, hidden, 1, make_user())
    theirs = page_record(model, hidden)
    missing = "00000000-0000-4000-8000-000000000000" if model != "event" else "999999999"
    for page in ("change", "history", "delete"):
        answers = [analyst.get(f"{list_of(model)}{pk}/{page}/") for pk in (theirs.pk, missing)]
        assert [answer.status_code for answer in answers] in ([302, 302], [403, 403])
        assert answers[0].headers.get("Location") == answers[1].headers.get("Location")


@pytest.mark.parametrize(
    "path",
    [
        "source/{source}/derivation/",
        "source/{source}/new-text/",
        "statement/{statement}/anchor/",
        "statement/{statement}/relate/",
        "statement/{statement}/correct/",
        "statement/{statement}/withdraw/",
        "coding/{coding}/correct/",
        "coding/{coding}/withdraw/",
        "coding/{coding}/publish/",
        "coding/{coding}/adjudicate/",
    ],
)
def test_actions_on_hidden_records_answer_as_on_missing_ones(analyst: Client, hidden: Talks, path: str) -> None:
    known = {name: getattr(hidden, name).pk for name in ("source", "statement", "coding")}
    missing = dict.fromkeys(known, "00000000-0000-4000-8000-000000000000")
    for method in (analyst.get, analyst.post):
        answers = [method(f"/admin/positions/{path.format(**ids)}") for ids in (known, missing)]
        assert [answer.status_code for answer in answers] == [302, 302]
        assert {answer.headers["Location"] for answer in answers} == {"/admin/"}
    page = analyst.get("/admin/").content.decode()
    assert "Hush" not in page
    assert not Event.objects.exclude(subject_label__endswith=" event").exists()


def test_tagging_page_of_a_hidden_source_is_as_unknown_as_a_missing_one(analyst: Client, hidden: Talks) -> None:
    missing = "00000000-0000-4000-8000-000000000000"
    answers = [analyst.get(f"/admin/positions/source/{pk}/tag/") for pk in (hidden.source.pk, missing)]
    assert [answer.status_code for answer in answers] == [404, 404]
    pages = [re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode()) for answer in answers]
    assert pages[0].replace(str(hidden.source.pk), missing) == pages[1]
    assert "Hush" not in pages[0]


@pytest.mark.parametrize(("model", "field", "remote"), AUTOCOMPLETES)
def test_search_boxes_hide_restricted_talks(lead: Client, hidden: Talks, model: str, field: str, remote: str) -> None:
    offered = search(lead, model, field, "")
    assert not [text for text in offered if "Hush" in text]
    assert search(lead, model, field, "hush") == []
    assert search(lead, model, field, "\x00") == offered
    assert search(lead, model, field, "", within=str(hidden.negotiation.pk)) == (
        [] if remote not in ("party", "person") else offered
    )


def test_search_box_within_a_negotiation_offers_only_its_rows(
    lead: Client, talks: Talks, users: Any, hidden: Talks
) -> None:
    add_member(hidden.negotiation, users["lead"], Role.LEAD)
    assert sorted(search(lead, "coding", "issue", "water")) == ["Delta water", "Hush water"]
    assert search(lead, "coding", "issue", "water", within=str(talks.negotiation.pk)) == ["Delta water"]
    assert search(lead, "coding", "issue", "water", within="nonsense") == []


def test_users_are_not_offered_to_members(lead: Client) -> None:
    query = urlencode({"app_label": "positions", "model_name": "member", "field_name": "user", "term": ""})
    assert lead.get(f"/admin/autocomplete/?{query}").status_code == 403


def test_posting_a_hidden_choice_is_refused_as_a_missing_one(analyst: Client, talks: Talks, hidden: Talks) -> None:
    messages = []
    for pk in (hidden.negotiation.pk, "00000000-0000-4000-8000-000000000000"):
        response = hand_in(analyst, f"{list_of('source')}add/", "title", {"title": "x", "negotiation": str(pk)})
        messages.append(errors_of(response)["negotiation"])
    assert messages[0] == messages[1] == ["Choose one that is offered; this one does not exist or is not open to you."]
    url = f"{list_of('statement')}add/?source={talks.source.pk}"
    response = hand_in(
        analyst, url, "exact", {"asserted_by": str(hidden.party.pk), "round": str(hidden.round.pk), "stated_on": "2022"}
    )
    assert errors_of(response)["asserted_by"] == errors_of(response)["round"] == messages[0]
    assert "Hush" not in response.content.decode()


def test_statement_of_hidden_source_cannot_be_started(analyst: Client, hidden: Talks) -> None:
    page = analyst.get(f"{list_of('statement')}add/?source={hidden.source.pk}").content.decode()
    assert "Hush" not in page
    assert "Nothing here is open to you by that address." in page


@pytest.mark.parametrize(
    "query",
    [
        "negotiations__id__exact={negotiation}",
        "asserted_statements__isnull=False",
        "negotiations__title__startswith=H",
        "codings__move=offer",
    ],
)
def test_lookups_through_other_tables_are_refused(analyst: Client, hidden: Talks, query: str) -> None:
    assert analyst.get(f"{list_of('party')}?{query.format(negotiation=hidden.negotiation.pk)}").status_code == 400


def test_filter_by_a_hidden_negotiation_tells_nothing(analyst: Client, hidden: Talks) -> None:
    for pk in (hidden.negotiation.pk, "00000000-0000-4000-8000-000000000000", "nonsense"):
        answer = analyst.get(f"{list_of('coding')}?negotiation__id__exact={pk}")
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{list_of('coding')}?e=1")


def test_party_used_by_others_only_is_invisible_but_listed_ones_show(analyst: Client, hidden: Talks) -> None:
    assert search(analyst, "coding", "party", "land") == ["Deltaland"]
    Party.objects.filter(pk=hidden.party.pk).update(is_listed=True)
    assert search(analyst, "coding", "party", "land") == ["Deltaland", "Hushland"]


def test_viewer_of_one_and_analyst_of_another_sees_only_the_latter(users: Any, analyst: Client, hidden: Talks) -> None:
    add_member(hidden.negotiation, users["analyst"], Role.VIEWER)
    assert "Hush" not in analyst.get(list_of("source")).content.decode()


def test_blind_coders_do_not_see_each_other(talks: Talks) -> None:
    talks.negotiation.review_policy = ReviewPolicy.DOUBLE
    talks.negotiation.save()
    statement = make_statement(source=talks.source, asserted_by=talks.party)
    coders = [add_member(talks.negotiation, make_user(name, is_staff=True)) for name in ("first", "second")]
    for coder in coders:
        make_coding(statement, issue=talks.issue, coder_user=coder, status=CodingStatus.SUBMITTED)
    page = client_of(coders[0]).get(f"{list_of('statement')}{statement.pk}/change/").content.decode()
    assert ("first" in page, ">second<" in page) == (True, False)
    listed = client_of(coders[0]).get(f"{list_of('coding')}?status__exact=submitted").context["cl"].result_list
    assert [coding.coder for coding in listed] == ["first"]


def test_administrator_reads_all_and_each_reading_is_logged(administrator: Client, hidden: Talks, talks: Talks) -> None:
    def reads() -> list[str]:
        rows = Event.objects.filter(action="read_by_administrator").order_by("id")
        return [str(row.negotiation) for row in rows.select_related("negotiation")]

    assert "Hush communiqué" in administrator.get(list_of("source")).content.decode()
    assert sorted(reads()) == ["Delta talks", "Hush talks"]
    administrator.get(f"{list_of('source')}{hidden.source.pk}/change/")
    assert reads()[2:] == ["Hush talks"]
    administrator.get(f"{list_of('coding')}{hidden.coding.pk}/history/")
    assert reads()[3:] == ["Hush talks"]
    administrator.get(f"{list_of('statement')}add/?source={hidden.source.pk}")
    assert reads()[4:] == ["Hush talks"]
    administrator.get(list_of("negotiation"))
    assert len(reads()) == 5


def test_role_withdrawn_while_editing_is_said_plainly(lead: Client, users: Any, talks: Talks) -> None:
    url = f"{list_of('issue')}{talks.issue.pk}/change/"
    page = lead.get(url)
    Member.objects.filter(user=users["lead"]).update(role=Role.ANALYST)
    from tests.admin.forms import read_form

    answer = lead.post(url, {**read_form(page, "title"), "title": "Taken over"}, follow=True)
    talks.issue.refresh_from_db()
    assert talks.issue.title == "Delta water"
    assert "Your role does not allow this, or no longer does. Nothing was saved." in answer.content.decode()
    Member.objects.filter(user=users["lead"]).delete()
    add_member(hidden_elsewhere(), users["lead"], Role.LEAD)
    gone = lead.post(url, {"title": "Taken over"}, follow=True)
    assert (
        "Nothing here is open to you by that address. It may never have existed, or your role changed."
        in gone.content.decode()
    )


def hidden_elsewhere() -> Any:
    """Other talks, so that the desk still opens."""
    from tests.admin.conftest import make_talks

    return make_talks("Elsewhere").negotiation
