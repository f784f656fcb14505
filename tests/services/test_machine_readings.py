"""What the machine suggests never enters the record unless a person decides, and nobody can pass for it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command

from positions.enums import MACHINE_CODER, CodingStatus, ReviewPolicy, Role
from positions.exceptions import Conflict, Invalid, NotPermitted
from positions.models import Coding
from positions.queries.access import SYSTEM
from positions.services.coding import adjudicate_codings, facts_of, publish_coding, submit_coding
from positions.services.imports import import_bundle
from positions.services.users import save_account
from tests.factories import add_member, make_coding, make_source, make_statement
from tests.services.writing import make_talks, member, refused

pytestmark = pytest.mark.django_db


def machine_coding(policy: str, status: str) -> Coding:
    statement = make_statement(source=make_source(make_talks(policy)))
    return make_coding(statement, coder=MACHINE_CODER, status=status)


@pytest.mark.parametrize("name", ["suggestions", "Suggestions", " suggestions ", "ｓuggestions"])
def test_account_under_the_machines_name_is_refused(name: str) -> None:
    with refused(Invalid, "username"):
        save_account(SYSTEM, name, "secret")
    form: UserCreationForm[User] = UserCreationForm(
        {"username": name, "password1": "k3-vast-otter", "password2": "k3-vast-otter"}
    )
    assert list(form.errors) == ["username"]


def test_superuser_under_the_machines_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "k3-vast-otter")
    with pytest.raises(CommandError, match="stands for the machine"):
        call_command("createsuperuser", "--no-input", "--username=suggestions", "--email=a@example.org")
    assert not User.objects.exists()


@pytest.mark.parametrize("policy", [ReviewPolicy.NONE, ReviewPolicy.SINGLE, ReviewPolicy.DOUBLE])
def test_submitting_a_machine_reading_publishes_under_no_policy(policy: str) -> None:
    coding = machine_coding(policy, CodingStatus.DRAFT)
    assert submit_coding(SYSTEM, coding).status == CodingStatus.SUBMITTED


def test_publishing_a_machine_reading_takes_a_person() -> None:
    coding = machine_coding(ReviewPolicy.NONE, CodingStatus.SUBMITTED)
    with refused(NotPermitted):
        publish_coding(SYSTEM, coding)
    assert publish_coding(member(coding.negotiation, Role.REVIEWER), coding).status == CodingStatus.PUBLISHED


def test_machine_reading_is_no_second_coder() -> None:
    machine = machine_coding(ReviewPolicy.DOUBLE, CodingStatus.SUBMITTED)
    coder = add_member(machine.negotiation)
    own = make_coding(
        machine.statement, party=machine.party, issue=machine.issue, coder_user=coder, status=CodingStatus.SUBMITTED
    )
    reviewer = member(machine.negotiation, Role.REVIEWER)
    with refused(Invalid, "__all__"):
        adjudicate_codings(reviewer, [machine, own], facts_of(own), "they agree")
    with refused(Conflict):
        publish_coding(reviewer, machine)


def bundle(**coding: Any) -> dict[str, Any]:
    """One passage with one reading by the machine."""
    reading = {"key": "r", "party": "a", "issue": "i", "stance": 1, "move": "offer", "coder": "Suggestions", **coding}
    recorded = {"recorded_at": coding["recorded_at"]} if "recorded_at" in coding else {}
    statement = {"source": "s", "exact": "We are ready.", "asserted_by": "a", "stated_on": "2022-01-10", "key": "k"}
    return {
        "format": "positions-bundle/1",
        "negotiation": {"slug": "talks", "title": "Talks"},
        "parties": [{"slug": "a", "name": "Aland"}],
        "issues": [{"slug": "i", "title": "Issue", "proposal": "It is agreed"}],
        "sources": [{"key": "s", "title": "S", "text": "We are ready.", "published_on": "2022-01-10"}],
        "statements": [{**statement, **recorded, "codings": [reading]}],
    }


def test_imported_machine_reading_waits_for_a_person() -> None:
    report = import_bundle(SYSTEM, bundle())
    coding = Coding.objects.get()
    assert (coding.coder, coding.status, coding.recorded_at) == (MACHINE_CODER, CodingStatus.SUBMITTED, None)
    assert [path for path, _ in report.warnings] == ["statements[0].codings[0].status"]
    import_bundle(SYSTEM, bundle())
    assert Coding.objects.count() == 1


def test_machine_reading_that_a_person_published_survives_a_move() -> None:
    import_bundle(SYSTEM, bundle(recorded_at="2022-02-01T00:00:00Z"))
    assert Coding.objects.get().status == CodingStatus.PUBLISHED


def test_importing_again_does_not_publish_what_waits() -> None:
    import_bundle(SYSTEM, bundle(status="draft"))
    import_bundle(SYSTEM, bundle())
    assert Coding.objects.get().status == CodingStatus.SUBMITTED
