"""``Idempotency-Key``: what is sent again is not done again."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient

from positions.enums import Role
from positions.models import IdempotencyKey, Issue, Job, Member, Round
from positions.services import idempotency
from positions.services.idempotency import forget_expired_keys
from positions.services.negotiations import save_round
from positions.tasks import sweep_jobs
from tests.api.test_problems import assert_problem
from tests.api.writing import People, nothing_written, one_event, written
from tests.factories import make_issue

BODY = {"negotiation": "talks", "number": 1, "title": "Geneva"}


@pytest.fixture
def people(db: None) -> People:
    return People()


def test_a_request_sent_again_is_answered_as_the_first_time(people: People) -> None:
    with one_event("round_added"):
        first = people.lead.post("rounds/", BODY, key="k1")
        again = people.lead.post("rounds/", {"title": "Geneva", "number": 1, "negotiation": "talks"}, key="k1")
    assert (first.status_code, again.status_code, first.content) == (201, 201, again.content)
    assert [first[name] for name in ("Location", "ETag")] == [again[name] for name in ("Location", "ETag")]
    assert ("Idempotency-Replayed" in first, again["Idempotency-Replayed"]) == (False, "true")
    assert Round.objects.count() == 1
    kept = IdempotencyKey.objects.get()
    assert "k1" not in (kept.key_digest, kept.request_digest)


def test_the_same_key_with_another_request_is_refused(people: People) -> None:
    written(people.lead.post("rounds/", BODY, key="k1"), 201)
    with nothing_written():
        for address, body in (("rounds/", {**BODY, "number": 2}), ("issues/", BODY)):
            assert "another request" in assert_problem(people.lead.post(address, body, key="k1"), 422)["detail"]


def test_keys_are_each_users_own(people: People) -> None:
    first = written(people.lead.post("rounds/", BODY, key="k1"), 201)
    other = people.administrator.post("rounds/", {**BODY, "number": 2}, key="k1")
    assert written(other, 201)["id"] != first["id"]
    assert_problem(people.outsider.post("rounds/", BODY, key="k1"), 404)


def test_after_a_refusal_the_key_may_be_used_again(people: People) -> None:
    assert_problem(people.lead.post("rounds/", {**BODY, "number": "one"}, key="k1"), 400)
    assert IdempotencyKey.objects.count() == 0
    assert written(people.lead.post("rounds/", BODY, key="k1"), 201)["number"] == 1


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "x" * 201])
def test_keys_that_are_none(people: People, key: str) -> None:
    with nothing_written():
        problem = assert_problem(people.lead.post("rounds/", BODY, key=key), 400)
    assert set(problem["errors"]) == {"Idempotency-Key"}


def test_what_is_done_to_a_record_is_done_once(people: People) -> None:
    issue = make_issue(people.talks, "border")
    assert Issue.objects.get() == issue
    many = [{**BODY, "number": number} for number in (1, 2)]
    with one_event("round_added", "round_added"):
        first, again = (people.lead.post("rounds/", many, key="k2") for _ in range(2))
    assert (first.status_code, again.content) == (201, first.content)


def test_an_answer_with_a_secret_is_not_kept(people: People) -> None:
    first = people.lead.post("tokens/", {"name": "notebook"}, key="k1")
    secret = written(first, 201)["token"]
    with nothing_written():
        assert "not kept" in assert_problem(people.lead.post("tokens/", {"name": "notebook"}, key="k1"), 409)["detail"]
    assert IdempotencyKey.objects.get().body is None
    assert secret not in str(IdempotencyKey.objects.values().get())


def test_an_answer_is_not_repeated_to_who_lost_a_role(people: People) -> None:
    written(people.lead.post("rounds/", BODY, key="k1"), 201)
    Member.objects.filter(user=people.users["lead"]).update(role=Role.VIEWER)
    assert "Geneva" not in str(assert_problem(people.lead.post("rounds/", BODY, key="k1"), 409))
    Member.objects.filter(user=people.users["lead"]).delete()
    assert "Geneva" not in str(assert_problem(people.lead.post("rounds/", BODY, key="k1"), 409))


def test_keys_are_forgotten_after_a_day(people: People) -> None:
    written(people.lead.post("rounds/", BODY, key="k1"), 201)
    kept = IdempotencyKey.objects.get()
    assert abs(kept.expires_at - timezone.now() - timedelta(hours=24)) < timedelta(minutes=1)
    assert forget_expired_keys() == 0
    IdempotencyKey.objects.update(expires_at=timezone.now())
    assert set(assert_problem(people.lead.post("rounds/", BODY, key="k1"), 400)["errors"]) == {"number"}
    written(people.lead.post("rounds/", {**BODY, "number": 2}, key="k1"), 201)
    IdempotencyKey.objects.update(expires_at=timezone.now())
    sweep_jobs()
    assert IdempotencyKey.objects.count() == 0


def test_a_form_with_a_file_is_sent_once(people: People) -> None:
    def send(content: bytes) -> Any:
        form = {"format": "csv", "negotiation": "talks", "file": SimpleUploadedFile("codings.csv", content)}
        return lead.client.post("/api/v1/imports/", form, format="multipart", headers={"Idempotency-Key": "k1"})

    lead = people.lead
    first, again = send(b"party,issue,stance,stated_on\n"), send(b"party,issue,stance,stated_on\n")
    assert (first.status_code, again.status_code, first.content) == (202, 202, again.content)
    assert Job.objects.count() == 1
    assert_problem(send(b"party,issue,stance,stated_on\nnorth,border,1,2022\n"), 422)


def test_while_the_first_is_being_answered(people: People) -> None:
    def ask_meanwhile(*arguments: Any, **options: Any) -> Any:
        answers.append(people.lead.post("rounds/", BODY, key="k1"))
        return save_round(*arguments, **options)

    answers: list[Any] = []
    with mock.patch("positions.api.resources.negotiations.save_round", ask_meanwhile):
        first = people.lead.post("rounds/", BODY, key="k1")
    assert "still being answered" in assert_problem(answers[0], 409)["detail"]
    assert (first.status_code, Round.objects.count()) == (201, 1)


def test_a_request_that_died_is_taken_over(people: People) -> None:
    user = people.users["lead"]
    with mock.patch.object(idempotency, "CLAIMED", timedelta(0)):
        written(people.lead.post("rounds/", BODY, key="k1"), 201)
    IdempotencyKey.objects.update(status=None, body=None)
    Round.objects.all().delete()
    assert written(people.lead.post("rounds/", BODY, key="k1"), 201)["number"] == 1
    assert IdempotencyKey.objects.get().user == user


def test_a_failure_leaves_no_key(people: People) -> None:
    lead = people.lead
    lead.client.raise_request_exception = False
    with mock.patch("positions.api.resources.negotiations.save_round", side_effect=RuntimeError("broken")):
        assert_problem(lead.post("rounds/", BODY, key="k1"), 500)
    assert (IdempotencyKey.objects.count(), Round.objects.count()) == (0, 0)


@pytest.mark.postgresql_only
@pytest.mark.django_db(transaction=True)
def test_the_same_request_from_many_at_once_is_done_once() -> None:
    people = People()
    user = people.users["lead"]
    start = threading.Barrier(6)
    statuses: list[int] = []

    def ask() -> None:
        client = APIClient()
        client.force_authenticate(user)
        start.wait()
        answer = client.post("/api/v1/rounds/", BODY, format="json", headers={"Idempotency-Key": "k1"})
        statuses.append(answer.status_code)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {201, 409}
    assert 201 in statuses
    assert Round.objects.count() == 1
    again = people.lead.post("rounds/", BODY, key="k1")
    assert (again.status_code, again["Idempotency-Replayed"]) == (201, "true")


@pytest.mark.postgresql_only
@pytest.mark.django_db(transaction=True)
def test_of_many_changes_of_one_version_one_is_made() -> None:
    people = People()
    issue = make_issue(people.talks, "border")
    user, tag = people.users["lead"], people.lead.tag(f"issues/{issue.pk}/")
    start = threading.Barrier(5)
    statuses: list[int] = []

    def change(number: int) -> None:
        client = APIClient()
        client.force_authenticate(user)
        start.wait()
        answer = client.patch(
            f"/api/v1/issues/{issue.pk}/", {"title": f"Border {number}"}, format="json", headers={"If-Match": tag}
        )
        statuses.append(answer.status_code)
        connection.close()

    threads = [threading.Thread(target=change, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 412, 412, 412, 412]
