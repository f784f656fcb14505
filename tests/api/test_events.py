"""``events/`` and ``jobs/``, and the note kept of what administrators read."""

from __future__ import annotations

from unittest import mock

import pytest
from django.db import DatabaseError
from pytest_django import DjangoAssertNumQueries

from positions.enums import CodingStatus, Role
from positions.models import Event
from positions.queries.access import reader_of
from positions.services.coding import CodingFacts, code_statement
from tests.api.conftest import Api
from tests.factories import (
    add_member,
    make_coding,
    make_event,
    make_issue,
    make_job,
    make_negotiation,
    make_party,
    make_source,
    make_statement,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_event_payload() -> None:
    negotiation = make_negotiation("talks", title="The talks")
    user = add_member(negotiation)
    event = make_event(
        negotiation,
        actor=user,
        action="negotiation_updated",
        reason="a slip",
        before={"title": "Talk"},
        after={"title": "x"},
    )
    shown = Api(user).json(f"events/{event.pk}/")
    assert shown.pop("at").endswith("Z")
    assert shown == {
        "id": event.pk,
        "actor": user.username,
        "action": "negotiation_updated",
        "subject": {"type": "negotiation", "id": str(negotiation.pk), "label": "The talks"},
        "negotiation": "talks",
        "reason": "a slip",
        "before": {"title": "Talk"},
        "after": {"title": "x"},
    }


def test_who_reads_the_log() -> None:
    negotiation = make_negotiation("talks")
    event, elsewhere = make_event(negotiation), make_event(None)
    seen = {role: Api(add_member(negotiation, role=role)).ids("events/", negotiation="talks") for role in Role.values}
    assert seen == {"viewer": set(), "analyst": {event.pk}, "reviewer": {event.pk}, "lead": {event.pk}}
    outsider, administrator = Api(make_user()), Api(make_user(is_superuser=True))
    assert outsider.ids("events/") == set()
    assert outsider(f"events/{event.pk}/").json()["detail"] == "No such event."
    assert administrator.ids("events/") == {event.pk, elsewhere.pk}
    for bad in ("nonsense", "-1", "9" * 40, "²", "0"):
        assert administrator(f"events/{bad}/").status_code == 404


def test_log_is_newest_first_and_filtered() -> None:
    negotiation = make_negotiation("talks")
    user = add_member(negotiation)
    a = make_event(negotiation, action="round_added", subject_type="round", subject_id="7")
    b = make_event(negotiation, actor=user)
    api = Api(user)
    assert [row["id"] for row in api.rows("events/", page_size=1)] == [b.pk, a.pk]
    assert [row["id"] for row in api.rows("events/", ordering="id")] == [a.pk, b.pk]
    assert api.ids("events/", action="round_added") == {a.pk}
    assert api.ids("events/", actor=user.username) == {b.pk}
    assert api.ids("events/", subject_type="round", subject_id="7") == {a.pk}
    assert api.ids("events/", at_after="2999-01-01T00:00:00Z") == set()
    assert api.ids("events/", at_before="2999-01-01T00:00:00Z") == {a.pk, b.pk}


def test_entries_about_codings_say_only_what_the_reader_may_see() -> None:
    negotiation = make_negotiation("talks")
    coder, colleague = add_member(negotiation), add_member(negotiation)
    lead = add_member(negotiation, role=Role.LEAD)
    statement, issue = make_statement(negotiation), make_issue(negotiation)
    facts = CodingFacts(party=make_party("hawk"), issue=issue, stance=2)
    coding = code_statement(reader_of(coder), statement, facts)
    for user in (coder, lead):
        row = Api(user).rows("events/", action="coding_drafted")[0]
        assert (row["after"] is not None, "Hawk" in row["subject"]["label"]) == (True, True)
        assert row["subject"]["id"] == str(coding.pk)
        assert "label" in Api(user).rows("events/", action="coding_drafted", fields="subject")[0]["subject"]
    assert Api(colleague).rows("events/", action="coding_drafted") == []


@pytest.mark.parametrize("events", [1, 3])
def test_list_costs_the_same_for_one_and_three(django_assert_num_queries: DjangoAssertNumQueries, events: int) -> None:
    negotiation = make_negotiation()
    user = add_member(negotiation)
    for _ in range(events):
        coding = make_coding(make_statement(negotiation), status=CodingStatus.DRAFT)
        make_event(negotiation, subject_type="coding", subject_id=str(coding.pk))
    api = Api(user)
    # roles, which rows, the rows, the codings they speak of
    with django_assert_num_queries(4):
        assert len(api.json("events/")["results"]) == events


def test_jobs_are_those_of_the_user() -> None:
    negotiation = make_negotiation("talks", visibility="restricted")
    user = add_member(negotiation)
    job = make_job(
        user, negotiation=negotiation, progress_done=3, progress_total=10,
        errors=[{"row": 1, "column": "party", "message": "unknown"}], result={"created": 3},
    )  # fmt: skip
    other = make_job(make_user(), kind="export")
    shown = Api(user).json(f"jobs/{job.pk}/")
    assert shown.pop("created_at").endswith("Z")
    assert shown == {
        "id": str(job.pk),
        "kind": "import",
        "state": "queued",
        "negotiation": "talks",
        "progress": {"done": 3, "total": 10},
        "result": {"created": 3},
        "errors": [{"row": 1, "column": "party", "message": "unknown"}],
        "started_at": None,
        "finished_at": None,
    }
    assert Api(user).ids("jobs/") == {str(job.pk)}
    assert Api(user)(f"jobs/{other.pk}/").status_code == 404
    administrator = Api(make_user(is_superuser=True))
    assert administrator.ids("jobs/") == {str(job.pk), str(other.pk)}
    assert administrator.ids("jobs/", kind="export") == {str(other.pk)}
    assert administrator.ids("jobs/", state="running") == set()
    assert administrator.ids("jobs/", negotiation="talks") == {str(job.pk)}
    negotiation.members.all().delete()
    assert Api(user).json(f"jobs/{job.pk}/")["negotiation"] is None


def reads() -> list[str]:
    """The negotiations whose reading was noted, in order."""
    noted = Event.objects.filter(action="read_by_administrator").order_by("id").select_related("negotiation")
    return [event.negotiation.slug for event in noted if event.negotiation is not None]


def test_what_administrators_read_is_noted() -> None:
    open_talks, hidden = make_negotiation("open"), make_negotiation("hidden", visibility="restricted")
    internal = make_negotiation("internal", visibility="internal")
    statements = {}
    for negotiation in (open_talks, hidden, internal):
        issue = make_issue(negotiation, "border")
        statements[negotiation.slug] = make_statement(source=make_source(negotiation))
        make_coding(statements[negotiation.slug], issue=issue)
    api = Api(make_user(is_superuser=True))
    statement = statements["hidden"]

    def noted(address: str, **parameters: str) -> list[str]:
        before = len(reads())
        assert api(address, **parameters).status_code == 200
        return sorted(reads()[before:])

    assert noted("statements/") == ["hidden", "internal"]
    assert noted("statements/", negotiation="open") == []
    assert noted("statements/", negotiation="hidden") == ["hidden"]
    assert noted("statements/", negotiation="hidden", q="nothing like it") == ["hidden"]
    assert noted(f"statements/{statement.pk}/") == ["hidden"]
    assert noted(f"sources/{statement.source_id}/text/") == ["hidden"]
    assert noted(f"sources/{statement.source_id}/statements/") == ["hidden"]
    assert noted("negotiations/hidden/") == ["hidden"]
    assert noted("issues/") == ["hidden", "internal"]
    assert noted("parties/") == []
    assert noted("parties/", negotiation="hidden") == ["hidden"]
    for name in ("positions", "matrix", "shifts", "concessions"):
        assert noted(f"{name}/", negotiation="hidden") == ["hidden"]
    assert noted("timeline/", negotiation="hidden", issue="border") == ["hidden"]


def test_members_read_without_a_note() -> None:
    hidden = make_negotiation("hidden", visibility="restricted")
    make_coding(make_statement(hidden))
    Api(add_member(hidden)).json("statements/", negotiation="hidden")
    Api(add_member(hidden, make_user(is_superuser=True))).json("statements/", negotiation="hidden")
    assert reads() == []


def test_a_log_that_cannot_be_written_breaks_no_read(caplog: pytest.LogCaptureFixture) -> None:
    make_coding(make_statement(make_negotiation("hidden", visibility="restricted")))
    api = Api(make_user(is_superuser=True))
    with mock.patch("positions.services.access.record_event", side_effect=DatabaseError("disk full")):
        assert len(api.json("statements/", negotiation="hidden")["results"]) == 1
    assert "could not be noted" in caplog.text
