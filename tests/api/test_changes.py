"""``changes/``: the feed of changes, its cursors, and what each reader is told."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from positions.enums import Attribution, CodingStatus, ReviewPolicy, Role, Visibility
from positions.models import Event, Negotiation
from positions.queries.access import SYSTEM, reader_of
from positions.services.coding import CodingFacts, code_statement, publish_coding, recall_coding, submit_coding
from positions.services.negotiations import NegotiationFacts, remove_member, set_member_role, update_negotiation
from positions.services.statements import correct_statement
from positions.services.statements import facts_of as facts_of_statement
from tests.api.conftest import Api
from tests.factories import (
    add_member,
    make_coding,
    make_event,
    make_issue,
    make_negotiation,
    make_party,
    make_statement,
    make_user,
)

pytestmark = pytest.mark.django_db


@contextlib.contextmanager
def hours_later(hours: int) -> Iterator[None]:
    """The API as it answers some hours from now."""
    with mock.patch("positions.api.changes.timezone.now", return_value=timezone.now() + timedelta(hours=hours)):
        yield


class Copy:
    """Somebody who follows the feed: each call reads what is new, page by page."""

    def __init__(self, api: Api, **parameters: Any) -> None:
        self.api, self.parameters, self.since = api, parameters, ""

    def news(self, **more: Any) -> list[dict[str, Any]]:
        # what the transaction of a test has written counts as committed
        connection.check_constraints()
        rows: list[dict[str, Any]] = []
        while True:
            page = self.api.json("changes/", **self.parameters, **more, **({"since": self.since} if self.since else {}))
            self.since = page["cursor"]
            rows += page["results"]
            if page["next"] is None:
                return rows

    def told(self) -> list[tuple[str, str, str]]:
        return [(row["kind"], row["resource"], row["id"]) for row in self.news()]


def facts_of(negotiation: Negotiation, **changes: Any) -> NegotiationFacts:
    values = {name: getattr(negotiation, name) for name in NegotiationFacts.__dataclass_fields__}
    return NegotiationFacts(**{**values, **changes})


def test_payload_and_cursor() -> None:
    negotiation = make_negotiation("talks")
    lead = add_member(negotiation, role=Role.LEAD)
    copy = Copy(Api(lead))
    assert copy.news() == []
    start = copy.since
    coding = make_coding(make_statement(negotiation))
    make_event(
        negotiation, actor=lead, action="coding_published", subject_type="coding", subject_id=str(coding.pk),
        after={"id": coding.pk, "statement": coding.statement_id},
    )  # fmt: skip
    (row,) = copy.news()
    assert row.pop("at").endswith("Z")
    assert row.pop("cursor") == copy.since
    assert len(row.pop("event")) == 36
    root = "http://testserver/api/v1/"
    ids = (str(coding.pk), str(coding.statement_id))
    assert row == {
        "kind": "changed",
        "resource": "codings",
        "id": ids[0],
        "negotiation": "talks",
        "action": "coding_published",
        "actor": lead.username,
        "records": [
            {"resource": "codings", "id": ids[0], "address": f"{root}codings/{ids[0]}/", "is_visible": True},
            {"resource": "statements", "id": ids[1], "address": f"{root}statements/{ids[1]}/", "is_visible": True},
        ],
    }
    assert {copy.api(record["address"]).status_code for record in row["records"]} == {200}
    # nothing new: the same cursor, and nothing sent again to who says what they have
    again = copy.api("changes/", since=copy.since)
    assert (again.json()["cursor"], again.json()["results"]) == (copy.since, [])
    assert copy.api.client.get(
        f"/api/v1/changes/?since={copy.since}", headers={"If-None-Match": again["ETag"]}
    ).status_code == 304  # fmt: skip
    assert copy.api.json("changes/", latest="true")["cursor"] == copy.since
    assert [each["event"] for each in Copy(copy.api).news()] == [copy.api.rows("changes/", since=start)[0]["event"]]


def test_pages_hold_each_change_once() -> None:
    negotiation = make_negotiation("talks")
    for title in "abcdefg":
        make_event(negotiation, after={"title": title})
    make_event(make_negotiation("other"))
    connection.check_constraints()
    api = Api()
    whole = [row["event"] for row in api.rows("changes/", negotiation="talks")]
    assert len(set(whole)) == 7
    for size in (1, 2, 3, 7, 500):
        assert [row["event"] for row in Copy(api, negotiation="talks", page_size=size).news()] == whole
    for row, rest in zip(api.rows("changes/", negotiation="talks"), range(6, -1, -1), strict=True):
        assert len(api.rows("changes/", negotiation="talks", since=row["cursor"])) == rest
    assert len(api.rows("changes/")) == 8
    assert api.rows("changes/", fields="kind,id")[0] == {"kind": "changed", "id": "talks"}


def test_bad_questions_are_refused_by_name() -> None:
    negotiation = make_negotiation("talks")
    make_event(negotiation)
    connection.check_constraints()
    api = Api()
    cursor = api.json("changes/")["cursor"]
    for bad in ("", "x", cursor[:-1], cursor[:-1] + ("A" if cursor[-1] != "A" else "B"), "A" + cursor, cursor.upper()):
        assert set(api.errors("changes/", since=bad)) == {"since"}, bad
    assert set(api.errors("changes/", since="\x00")) == {"since"}
    assert set(api.errors("changes/", since=cursor, negotiation="talks")) == {"since"}
    assert set(api.errors("changes/", since=cursor, latest="true")) == {"latest"}
    assert set(Api(make_user()).errors("changes/", since=cursor)) == {"since"}
    assert set(api.errors("changes/", page_size="501", sinse="x")) == {"page_size", "sinse"}
    assert api("changes/", negotiation="nowhere").json() == api("statements/", negotiation="nowhere").json()


def test_draft_is_silent_until_it_is_published() -> None:
    negotiation = make_negotiation("talks")
    coder, colleague = add_member(negotiation), add_member(negotiation)
    reviewer = add_member(negotiation, role=Role.REVIEWER)
    people = {"outsider": Copy(Api()), "coder": Copy(Api(coder)), "colleague": Copy(Api(colleague))}
    statement, issue = make_statement(negotiation), make_issue(negotiation)

    def told() -> dict[str, list[str]]:
        return {name: [f"{kind} {what}" for kind, what, _ in copy.told()] for name, copy in people.items()}

    told()
    coding = code_statement(reader_of(coder), statement, CodingFacts(party=make_party(), issue=issue, stance=2))
    assert told() == {"outsider": [], "coder": ["changed codings"], "colleague": []}
    submit_coding(reader_of(coder), coding)
    assert told() == {"outsider": [], "coder": ["changed codings"], "colleague": ["changed codings"]}
    recall_coding(reader_of(coder), coding)
    assert told() == {"outsider": [], "coder": ["changed codings"], "colleague": ["gone codings"]}
    submit_coding(reader_of(coder), coding)
    publish_coding(reader_of(reviewer), coding)
    assert told() == {
        "outsider": ["changed codings"], "coder": ["changed codings"] * 2, "colleague": ["changed codings"] * 2,
    }  # fmt: skip
    (row,) = Copy(people["outsider"].api).news()
    assert (row["action"], row["actor"]) == (None, None)
    assert Copy(people["colleague"].api).news()[-1]["actor"] == reviewer.username


def test_blind_readings_are_told_to_nobody_else() -> None:
    negotiation = make_negotiation("talks", review_policy=ReviewPolicy.DOUBLE)
    one, other = add_member(negotiation), add_member(negotiation)
    copy = Copy(Api(other))
    statement, issue = make_statement(negotiation), make_issue(negotiation)
    coding = code_statement(reader_of(one), statement, CodingFacts(party=make_party(), issue=issue, stance=2))
    submit_coding(reader_of(one), coding)
    assert copy.told() == []
    lead = add_member(negotiation, role=Role.LEAD)
    assert len(Copy(Api(lead)).news()) == 2


def test_negotiation_that_closes_and_opens() -> None:
    negotiation = make_negotiation("talks", visibility=Visibility.PUBLIC)
    make_event(negotiation)
    outsider, signed_in = Copy(Api()), Copy(Api(make_user()))
    everybody = (outsider, signed_in)
    assert [len(copy.news()) for copy in everybody] == [1, 1]
    update_negotiation(SYSTEM, negotiation, facts_of(negotiation, visibility=Visibility.INTERNAL))
    assert outsider.told() == [("closed", "negotiations", "talks")]
    assert signed_in.told() == [("reread", "negotiations", "talks")]
    make_coding(make_statement(negotiation))
    make_event(negotiation)
    assert outsider.told() == []
    update_negotiation(SYSTEM, negotiation, facts_of(negotiation, visibility=Visibility.RESTRICTED))
    assert [copy.told() for copy in everybody] == [[], [("closed", "negotiations", "talks")]]
    # a copy begun after it closed is told nothing of it
    with hours_later(2):
        assert Copy(Api()).news() == []
    update_negotiation(SYSTEM, negotiation, facts_of(negotiation, visibility=Visibility.PUBLIC))
    reread = ("reread", "negotiations", "talks")
    # with what happened meanwhile, in its order
    assert [copy.told() for copy in everybody] == [[("changed", "negotiations", "talks"), reread, reread], [reread]]


def test_membership_gained_and_lost() -> None:
    negotiation = make_negotiation("talks", visibility=Visibility.RESTRICTED)
    make_event(negotiation)
    person, bystander = make_user(), add_member(negotiation)
    copy, other, outsider = Copy(Api(person)), Copy(Api(bystander)), Copy(Api(make_user()))
    assert [len(each.news()) for each in (copy, other, outsider)] == [0, 1, 0]
    member = set_member_role(SYSTEM, negotiation, person, Role.VIEWER)
    assert copy.told() == [("changed", "negotiations", "talks"), ("reread", "negotiations", "talks")]
    make_event(negotiation, action="bundle_imported")
    assert copy.told() == [("reread", "negotiations", "talks")]
    remove_member(SYSTEM, member)
    assert copy.told() == [("closed", "negotiations", "talks")]
    assert other.told() == [("reread", "negotiations", "talks")]
    assert outsider.told() == []
    assert Copy(outsider.api).news() == []


def test_correction_under_a_stricter_rule_is_told_without_a_word_of_it() -> None:
    negotiation = make_negotiation("talks")
    coding = make_coding(make_statement(negotiation))
    statement = coding.statement
    copy = Copy(Api())
    copy.news()
    facts = facts_of_statement(statement, attribution=Attribution.OFF_RECORD)
    correct_statement(SYSTEM, statement, facts, "was said in confidence")
    assert copy.told() == [("reread", "negotiations", "talks")]
    assert copy.api(f"statements/{statement.pk}/").status_code == 404


def test_what_was_done_for_the_log_alone_is_no_change() -> None:
    negotiation = make_negotiation("talks", visibility=Visibility.RESTRICTED)
    make_event(negotiation)
    copy = Copy(Api(make_user(is_superuser=True)))
    assert len(copy.news()) == 1
    noted = Event.objects.filter(action="read_by_administrator").count()
    assert noted == 1
    for kind in ("job", "user"):
        make_event(negotiation, subject_type=kind, action=f"{kind}_created")
    assert copy.news() == []


def test_unknown_action_asks_to_read_all_again() -> None:
    negotiation = make_negotiation("talks")
    make_event(negotiation, action="something_new", subject_type="novelty")
    make_event(None, action="something_new", subject_type="novelty")
    assert Copy(Api()).told() == [("reread", "negotiations", "talks")]


@pytest.mark.parametrize("events", [1, 3])
def test_list_costs_the_same_for_one_and_three(django_assert_num_queries: DjangoAssertNumQueries, events: int) -> None:
    negotiation = make_negotiation()
    user = add_member(negotiation)
    for _ in range(events):
        coding = make_coding(make_statement(negotiation), status=CodingStatus.PUBLISHED)
        make_event(
            negotiation, action="coding_published", subject_type="coding", subject_id=str(coding.pk),
            after={"statement": coding.statement_id},
        )  # fmt: skip
    connection.check_constraints()
    api = Api(user)
    # roles, the events, which negotiations are open, which codings and statements are
    with django_assert_num_queries(5):
        assert len(api.json("changes/")["results"]) == events
