"""Every table has its page, open to those whose role allows it, at a price that does not grow with the rows."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from positions.admin.scope import NEGOTIATION_PATHS
from positions.enums import ChangeKind, Role
from positions.models import (
    Appointment,
    BlocMembership,
    CodebookEntry,
    CodebookVersion,
    Condition,
    ConditionStatusEntry,
    DelegationMember,
    Member,
    PartyAlias,
    SourceText,
    StatementGroup,
    WorkerHeartbeat,
)
from positions.queries.access import SYSTEM
from positions.services.housekeeping import record_change_set
from positions.services.relations import relate_statements
from positions.services.suggestions import refuse_suggestion
from tests.admin.conftest import SignIn, Talks, make_talks
from tests.factories import (
    add_member,
    make_coding,
    make_delegation,
    make_event,
    make_issue,
    make_job,
    make_party,
    make_person,
    make_round,
    make_source,
    make_statement,
    make_user,
)

# the machinery of the API, which holds nothing of the domain, and what belongs to a person and not to a negotiation:
# tokens and watches have pages of their own, and the pages of webhooks are tried in tests/services/test_webhooks.py
OWN_PAGES = {"webhook", "webhookdelivery"}
WITHOUT_PAGES = {"eventplace", "feedtoken", "idempotencykey", "notice", "savedview", "tokenterms", "watch"}
TABLES = [model._meta.model_name or "" for model in apps.get_app_config("positions").get_models()]
MODELS = [name for name in TABLES if name not in WITHOUT_PAGES | OWN_PAGES]
ADDED_BY = {
    "source": "analyst",
    "statement": "analyst",
    "coding": "analyst",
    "round": "lead",
    "issue": "lead",
    "codebookversion": "lead",
    "member": "lead",
    "negotiation": "administrator",
    "party": "administrator",
    "person": "administrator",
}
CHANGED_BY = {
    "source": "analyst",
    "round": "lead",
    "issue": "lead",
    "member": "lead",
    "negotiation": "lead",
    "party": "administrator",
    "person": "administrator",
}
RANKS = ["viewer", "analyst", "reviewer", "lead", "administrator"]


def add_row(model: str, talks: Talks, number: int, user: Any) -> None:
    """One more row of a table, within the talks and not tied to other new rows where that can be avoided."""
    negotiation, party = talks.negotiation, make_party()
    negotiation.parties.add(party)
    statement = make_statement(source=talks.source, asserted_by=party)
    coding = make_coding(statement, issue=talks.issue, conditions=["something"])
    condition = coding.conditions.get()
    made: dict[str, Any] = {
        "party": lambda: None,
        "person": lambda: negotiation.persons.add(make_person()),
        "partyalias": lambda: PartyAlias.objects.create(party=party, text=f"alias {number}"),
        "blocmembership": lambda: BlocMembership.objects.create(bloc=party, member=talks.party),
        "appointment": lambda: Appointment.objects.create(person=talks.person, party=party, title="envoy"),
        "negotiation": lambda: add_member(make_talks(f"More{number}").negotiation, user, Role.LEAD),
        "round": lambda: make_round(negotiation),
        "delegation": lambda: make_delegation(make_round(negotiation), party),
        "delegationmember": lambda: DelegationMember.objects.create(
            delegation=make_delegation(make_round(negotiation), party), person=talks.person
        ),
        "member": lambda: add_member(negotiation),
        "issue": lambda: make_issue(negotiation),
        "codebookversion": lambda: CodebookVersion.objects.create(
            negotiation=negotiation, version=number + 10, recorded_at=timezone.now()
        ),
        "codebookentry": lambda: CodebookEntry.objects.create(
            version=talks.coding.codebook, issue=make_issue(negotiation), proposal="It is so"
        ),
        "source": lambda: make_source(negotiation),
        "sourcetext": lambda: make_source(negotiation),
        "statement": lambda: None,
        "statementgroup": lambda: StatementGroup.objects.create(negotiation=negotiation, key=f"group {number}"),
        "coding": lambda: None,
        "condition": lambda: None,
        "conditionstatusentry": lambda: ConditionStatusEntry.objects.create(
            condition=condition, status="met", on=date(2022, 1, 11), statement=statement
        ),
        "relation": lambda: relate_statements(
            SYSTEM, statement, make_statement(source=talks.source, asserted_by=party), "denies"
        ),
        "suggestionrefusal": lambda: refuse_suggestion(
            SYSTEM, talks.source.texts.get(), 0, number + 1, talks.party, talks.issue
        ),
        "changeset": lambda: record_change_set(
            SYSTEM, kind=ChangeKind.REDATE, title=f"change {number}", steps=[], negotiation=negotiation
        ),
        "event": lambda: make_event(negotiation),
        "job": lambda: make_job(user, negotiation=negotiation),
        "workerheartbeat": lambda: WorkerHeartbeat.objects.create(name=f"worker {number}", seen_at=timezone.now()),
    }
    made[model]()


def list_of(model: str) -> str:
    return f"/admin/positions/{model}/"


def test_registry_whole_domain_has_pages() -> None:
    registered = {model._meta.model_name for model in admin.site._registry if model._meta.app_label == "positions"}
    assert registered == {*MODELS, *OWN_PAGES}


@pytest.mark.parametrize("model", MODELS)
def test_page_of_model_is_searchable_and_ordered(model: str) -> None:
    page = admin.site._registry[apps.get_model("positions", model)]
    assert page.search_fields
    assert page.search_help_text
    assert page.ordering
    assert page.actions is None
    assert page.list_display != ("__str__",)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("role", RANKS)
def test_list_opens_by_role(sign_in: SignIn, role: str, model: str) -> None:
    sees = role == "administrator" if model == "workerheartbeat" else role != "viewer"
    assert sign_in(role).get(list_of(model)).status_code == (200 if sees else 403)
    assert sign_in(role).get(f"{list_of(model)}?q=delta+%00+x").status_code == (200 if sees else 403)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("role", RANKS)
def test_add_page_opens_by_role(sign_in: SignIn, role: str, model: str) -> None:
    enough = model in ADDED_BY and RANKS.index(role) >= RANKS.index(ADDED_BY[model])
    response = sign_in(role).get(f"{list_of(model)}add/")
    assert response.status_code == (200 if enough else 302 if model in ("statement", "coding") else 403)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("role", RANKS[1:])
def test_record_page_offers_saving_by_role(sign_in: SignIn, talks: Talks, users: Any, role: str, model: str) -> None:
    add_row(model, talks, 1, users[role])
    record = page_record(model, talks)
    response = sign_in(role).get(f"{list_of(model)}{record.pk}/change/")
    if model == "workerheartbeat" and role != "administrator":
        assert response.status_code in (302, 403)
        return
    assert response.status_code == 200
    enough = model in CHANGED_BY and RANKS.index(role) >= RANKS.index(CHANGED_BY[model])
    assert ('name="_save"' in response.content.decode()) == enough
    assert sign_in(role).get(f"{list_of(model)}{record.pk}/history/").status_code == 200


def page_record(model: str, talks: Talks) -> Model:
    """A row that belongs to the talks."""
    found = {
        "negotiation": talks.negotiation,
        "round": talks.round,
        "issue": talks.issue,
        "source": talks.source,
        "statement": talks.statement,
        "coding": talks.coding,
        "party": talks.party,
        "person": talks.person,
    }.get(model)
    table: Any = apps.get_model("positions", model)
    path = "negotiation" if model in ("event", "job") else NEGOTIATION_PATHS.get(table)
    rows = table._default_manager.filter(**{path: talks.negotiation.pk}) if path else table._default_manager.all()
    record = found or rows.order_by("-pk").first()
    assert record is not None
    return record


@pytest.mark.parametrize("model", MODELS)
def test_list_costs_the_same_for_one_and_three_rows(
    sign_in: SignIn, talks: Talks, users: Any, model: str, django_assert_max_num_queries: Any
) -> None:
    role = "administrator" if model == "workerheartbeat" else "lead"
    client, seen = sign_in(role), []
    add_row(model, talks, 1, users[role])
    client.get(list_of(model))
    for number in (2, 3):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(list_of(model)).status_code == 200
        seen.append(len(queries))
        add_row(model, talks, number, users[role])
        add_row(model, talks, number + 10, users[role])
    assert seen[0] == seen[1]
    assert seen[0] <= 20


@pytest.mark.parametrize("model", [model for model in MODELS if model not in CHANGED_BY])
def test_record_in_force_is_not_changed_by_posting(sign_in: SignIn, talks: Talks, users: Any, model: str) -> None:
    add_row(model, talks, 1, users["lead"])
    record = page_record(model, talks)
    before = type(record)._default_manager.filter(pk=record.pk).values().get()
    response = sign_in("lead").post(f"{list_of(model)}{record.pk}/change/", {"note": "x", "_save": "Save"})
    assert response.status_code in (302, 403)
    assert type(record)._default_manager.filter(pk=record.pk).values().get() == before


def test_nothing_is_written_to_the_stock_log(lead: Client, talks: Talks) -> None:
    from tests.admin.forms import hand_in

    assert (
        hand_in(lead, f"{list_of('issue')}{talks.issue.pk}/change/", "title", {"title": "Renamed"}).status_code == 302
    )
    assert not LogEntry.objects.exists()


def test_staff_without_a_role_is_told_so(client: Client, talks: Talks) -> None:
    client.force_login(make_user(is_staff=True), backend="django.contrib.auth.backends.ModelBackend")
    page = client.get("/admin/").content.decode()
    assert "You have no part in a negotiation here" in page
    assert "Delta" not in page


def test_anonymous_and_plain_users_do_not_get_in(client: Client, talks: Talks) -> None:
    assert client.get(list_of("source")).status_code == 302
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(list_of("source")).status_code == 302


def test_texts_and_conditions_exist_for_talks(talks: Talks) -> None:
    assert SourceText.objects.count() == 1
    assert Condition.objects.count() == 1
    assert Member.objects.count() == 0
