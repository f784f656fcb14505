"""``jobs/<id>/cancellation/``: background work stopped by whoever started it."""

from __future__ import annotations

import pytest

from positions.enums import JobState
from positions.models import Job
from tests.api.test_problems import assert_problem
from tests.api.writing import People, one_event, written
from tests.factories import make_job

pytestmark = pytest.mark.django_db


def test_who_may_cancel() -> None:
    people = People()
    job = make_job(people.users["analyst"], negotiation=people.talks)
    address = f"jobs/{job.pk}/"
    assert_problem(people.anonymous.act(address, "cancellation", match="*"), 401)
    for name in ("outsider", "viewer", "lead"):
        assert_problem(people.writer(name).act(address, "cancellation", match="*"), 404)
    assert_problem(people.analyst.act(address, "cancellation", match=None), 428)
    assert_problem(people.analyst.act(address, "cancellation", match='"0"'), 412)
    with one_event("job_cancelled"):
        answer = people.analyst.act(address, "cancellation")
    assert written(answer, 200)["state"] == "cancelled"
    assert answer["ETag"] == people.analyst.tag(address)
    assert (
        "already ended" in assert_problem(people.administrator.act(address, "cancellation", match="*"), 409)["detail"]
    )
    assert Job.objects.get().state == JobState.CANCELLED


def test_an_administrator_cancels_any() -> None:
    people = People()
    address = f"jobs/{make_job(people.users['analyst']).pk}/"
    assert written(people.administrator.act(address, "cancellation"), 200)["state"] == "cancelled"
