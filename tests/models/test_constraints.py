"""Every named constraint refuses the row it is there for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.auth.models import User
from django.db import IntegrityError, connection, models, transaction
from knox.models import AuthToken

from positions.models import (
    Appointment,
    BlocMembership,
    ChangeSet,
    CodebookEntry,
    CodebookVersion,
    Condition,
    ConditionStatusEntry,
    Delegation,
    IdempotencyKey,
    Relation,
    SuggestionRefusal,
    TokenTerms,
    Webhook,
)
from tests import factories
from tests.factories import RECORDED_AT

pytestmark = pytest.mark.django_db

MAY_9, MAY_8 = date(2022, 5, 9), date(2022, 5, 8)


def _twice(make: Callable[[], Any]) -> Callable[[], Any]:
    def act() -> None:
        make()
        make()

    return act


def _notice_twice() -> None:
    watch = factories.make_watch()
    for _ in range(2):
        watch.notices.create(key="a", found_at=RECORDED_AT)


def _deliver(*deliveries: dict[str, Any]) -> None:
    webhook = Webhook.objects.create(owner=factories.make_user(), url="https://example.org", created_at=RECORDED_AT)
    for fields in deliveries:
        webhook.deliveries.create(type="ping", created_at=RECORDED_AT, **fields)


def _same_negotiation(make: Callable[..., Any], **fields: Any) -> Callable[[], Any]:
    def act() -> None:
        negotiation = factories.make_negotiation()
        make(negotiation, **fields)
        make(negotiation, **fields)

    return act


def _coding_twice_in_force() -> None:
    coding = factories.make_coding()
    factories.make_coding(coding.statement, party=coding.party, issue=coding.issue)


def _own_parent() -> None:
    issue = factories.make_issue()
    type(issue).objects.filter(pk=issue.pk).update(parent=issue)


def _own_source() -> None:
    source = factories.make_source()
    type(source).objects.filter(pk=source.pk).update(derived_from=source, derivation_kind="report")


def _second_text() -> None:
    text = factories.make_source().texts.get()
    text.pk = "11111111-1111-1111-1111-111111111111"
    text.save(force_insert=True)


def _delegation_twice() -> None:
    party = factories.make_party()
    factories.make_round(parties=[party, party])


def _delegate_twice() -> None:
    person = factories.make_person()
    factories.make_delegation(factories.make_round(), factories.make_party(), members=[(person, ""), (person, "")])


def _member_twice() -> None:
    negotiation, user = factories.make_negotiation(), factories.make_user()
    factories.add_member(negotiation, user)
    factories.add_member(negotiation, user)


def _bloc(**fields: Any) -> Callable[[], Any]:
    def act() -> None:
        bloc, member = factories.make_party(kind="bloc"), factories.make_party()
        BlocMembership.objects.create(bloc=bloc, member=member, **fields)
        BlocMembership.objects.create(bloc=bloc, member=member, **fields)

    return act


def _bloc_in_itself() -> None:
    bloc = factories.make_party()
    BlocMembership.objects.create(bloc=bloc, member=bloc)


def _appointment(**fields: Any) -> Callable[[], Any]:
    def act() -> None:
        person, party = factories.make_person(), factories.make_party()
        Appointment.objects.create(person=person, party=party, title="Envoy", **fields)
        Appointment.objects.create(person=person, party=party, title="Envoy", **fields)

    return act


def _condition_rank() -> None:
    coding = factories.make_coding(conditions=["if"])
    Condition.objects.create(coding=coding, text="or if", kind="trigger", rank=0)


def _status_rank() -> None:
    condition = factories.make_condition(factories.make_coding(), statuses=[("met", MAY_9)])
    ConditionStatusEntry.objects.create(condition=condition, status="failed", on=MAY_9, rank=0)


def _token_of_all_powers() -> None:
    token, _ = AuthToken.objects.create(user=factories.make_user())
    TokenTerms.objects.create(token=token, scope="admin")


def _idempotency_key(**fields: Any) -> None:
    user, _ = User.objects.get_or_create(username="amelie")
    until = RECORDED_AT + timedelta(days=1)
    IdempotencyKey.objects.create(
        user=user, key_digest="0", request_digest="0", attempt=uuid4(), claimed_until=until, expires_at=until, **fields
    )


def _codebook_twice() -> None:
    CodebookVersion.objects.create(negotiation=factories.make_negotiation(), version=1, recorded_at=RECORDED_AT)


def _relation(**fields: Any) -> Relation:
    """A statement that answers another of the same negotiation."""
    statement = factories.make_statement()
    values: dict[str, Any] = {
        "negotiation": statement.negotiation, "kind": "responds_to", "statement": statement,
        "other": factories.make_statement(statement.negotiation), "seen_by": "amelie", "recorded_at": RECORDED_AT,
    }  # fmt: skip
    return Relation.objects.create(**{**values, **fields})


def _relation_twice() -> None:
    relation = _relation()
    _relation(statement=relation.statement, other=relation.other)


def _relation_to_itself() -> None:
    statement = factories.make_statement()
    _relation(statement=statement, other=statement)


def _change_set(**fields: Any) -> ChangeSet:
    return ChangeSet.objects.create(
        **{"kind": "redate", "title": "Dated anew", "made_by_name": "amelie", "made_at": RECORDED_AT, **fields}
    )


def _entry_twice() -> None:
    issue = factories.make_issue()
    version = issue.negotiation.codebook_versions.get()
    for _ in range(2):
        CodebookEntry.objects.create(version=version, issue=issue, proposal="Limits")


def _refusal_of_nothing() -> None:
    SuggestionRefusal.objects.create(
        text=factories.make_source().texts.get(), start=5, end=5, refused_by_name="amelie", refused_at=RECORDED_AT
    )


CASES: dict[str, Callable[[], Any]] = {
    "relation_kind_known": lambda: _relation(kind="rhymes_with"),
    "relation_not_to_itself": _relation_to_itself,
    "relation_once_in_force": _relation_twice,
    "relation_retired_after_record": lambda: _relation(retired_at=RECORDED_AT),
    "change_set_kind_known": lambda: _change_set(kind="shuffle"),
    "change_set_undone_after_made": lambda: _change_set(undone_at=RECORDED_AT),
    "codebook_entry_once": _entry_twice,
    "suggestion_refusal_span_in_order": _refusal_of_nothing,
    "negotiation_visibility_known": lambda: factories.make_negotiation(visibility="secret"),
    "negotiation_review_policy_known": lambda: factories.make_negotiation(review_policy="triple"),
    "round_number_once": _same_negotiation(factories.make_round, number=1),
    "round_format_known": lambda: factories.make_round(format="duel"),
    "round_status_known": lambda: factories.make_round(status="lost"),
    "round_ends_after_start": lambda: factories.make_round(starts_on=MAY_9, ends_on=MAY_8),
    "delegation_once": _delegation_twice,
    "delegation_member_once": _delegate_twice,
    "member_once": _member_twice,
    "token_scope_known": _token_of_all_powers,
    "idempotency_key_once": _twice(_idempotency_key),
    "idempotency_key_keeps_what_was_done": lambda: _idempotency_key(status=400),
    "member_role_known": lambda: factories.add_member(factories.make_negotiation(), role="king"),
    "party_kind_known": lambda: factories.make_party(kind="kingdom"),
    "party_iso3_three_capitals": lambda: factories.make_party(iso3="na"),
    "party_alias_once": lambda: factories.make_party(aliases=["Moscow", "Moscow"]),
    "party_alias_kind_known": lambda: factories.make_party(aliases=["x"]).aliases.update(kind="nickname"),
    "bloc_membership_not_in_itself": _bloc_in_itself,
    "bloc_membership_ends_after_start": lambda: BlocMembership.objects.create(
        bloc=factories.make_party(), member=factories.make_party(), starts_on=MAY_9, ends_on=MAY_8
    ),
    "appointment_ends_after_start": lambda: Appointment.objects.create(
        person=factories.make_person(), party=factories.make_party(), title="Envoy", starts_on=MAY_9, ends_on=MAY_8
    ),
    "bloc_membership_once": _bloc(starts_on=MAY_9),
    "bloc_membership_once_undated": _bloc(),
    "appointment_once": _appointment(starts_on=MAY_9),
    "appointment_once_undated": _appointment(),
    "issue_slug_once": _same_negotiation(factories.make_issue, slug="border"),
    "issue_not_its_own_parent": _own_parent,
    "codebook_version_once": _codebook_twice,
    "source_key_once": _same_negotiation(factories.make_source, key="a"),
    "source_kind_known": lambda: factories.make_source(kind="rumour"),
    "source_reliability_known": lambda: factories.make_source(reliability="G"),
    "source_tlp_known": lambda: factories.make_source(tlp="PINK"),
    "source_attribution_known": lambda: factories.make_source(attribution="whispered"),
    "source_text_access_known": lambda: factories.make_source(text_access="nobody"),
    "source_not_derived_from_itself": _own_source,
    "source_derivation_has_kind": lambda: factories.make_source(derivation_kind="report"),
    "source_text_version_once": _second_text,
    "statement_key_once": _same_negotiation(factories.make_statement, key="a"),
    "statement_directness_known": lambda: factories.make_statement(directness="guessed"),
    "statement_attribution_known": lambda: factories.make_statement(attribution="whispered"),
    "statement_credibility_known": lambda: factories.make_statement(credibility=7),
    "statement_anchor_status_known": lambda: factories.make_statement(anchor_status="lost"),
    "statement_span_or_none": lambda: factories.make_statement(exact="No comment", end=0),
    "statement_bounds_in_order": lambda: factories.make_statement(stated_earliest=MAY_9, stated_latest=MAY_8),
    "statement_retired_after_record": lambda: factories.make_statement(retired_at=RECORDED_AT),
    "coding_one_published_in_force": _coding_twice_in_force,
    "coding_state_known": lambda: factories.make_coding(state="asleep"),
    "coding_move_known": lambda: factories.make_coding(move="dance"),
    "coding_confidence_known": lambda: factories.make_coding(confidence="blind"),
    "coding_status_known": lambda: factories.make_coding(status="lost"),
    "coding_stance_only_when_coded": lambda: factories.make_coding(stance=None),
    "coding_recorded_when_published": lambda: factories.make_coding(recorded_at=None),
    "coding_retired_after_record": lambda: factories.make_coding(retired_at=RECORDED_AT),
    "condition_kind_known": lambda: factories.make_condition(factories.make_coding(), kind="hope"),
    "condition_rank_once": _condition_rank,
    "condition_status_known": lambda: factories.make_condition(factories.make_coding(), statuses=[("done", MAY_9)]),
    "condition_status_rank_once": _status_rank,
    "notice_told_once": _notice_twice,
    "watch_delivery_known": lambda: factories.make_watch(delivery="pigeon"),
    "watch_kind_known": lambda: factories.make_watch(kind="sneeze"),
    "webhook_delivery_state_known": lambda: _deliver({"state": "lost"}),
    "webhook_told_once": lambda: _deliver({"place": 1}, {"place": 1}),
    "job_state_known": lambda: factories.make_job(state="asleep"),
    "saved_view_shared_in_negotiation": lambda: factories.make_saved_view(negotiation=None, is_shared=True),
    "job_running_has_lease": lambda: factories.make_job(state="running"),
}


def named_constraints() -> set[str]:
    return {
        constraint.name
        for model in apps.get_app_config("positions").get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, models.CheckConstraint | models.UniqueConstraint)
    }


@pytest.mark.parametrize("name", sorted(CASES))
def test_constraint_refuses(name: str) -> None:
    assert name in named_constraints()
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        CASES[name]()
    # SQLite names check constraints and the columns of unique ones; PostgreSQL names both
    assert name in str(refusal.value) or "UNIQUE constraint failed" in str(refusal.value)


def test_every_constraint_has_a_test_or_a_reason() -> None:
    others = {
        "coding_key_once",  # as for statements: below
        "coding_footing_known",  # set by the services alone: below
        "statement_group_key_once",  # below
    }
    assert named_constraints() - set(CASES) - others == set()


def test_keys_and_footings_of_codings_are_held_too() -> None:
    coding = factories.make_coding(key="a")
    for act in (
        lambda: factories.make_coding(factories.make_statement(coding.negotiation), key="a"),
        lambda: type(coding).objects.filter(pk=coding.pk).update(footing="hearsay"),
        _twice(lambda: coding.negotiation.statement_groups.create(key="g")),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()


@pytest.mark.parametrize(
    "fields",
    [
        {"anchor_status": "none"},  # a span, and none
        {"exact": ""},
        {"start": None},
        {"text": None},
        {"start": 5, "end": 5},
        {"start": 6, "end": 5},
    ],
)
def test_statement_has_a_whole_span_or_none(fields: dict[str, Any]) -> None:
    statement = factories.make_statement()
    values = {
        name: getattr(statement, name)
        for name in ("source", "asserted_by", "text", "start", "end", "exact", "anchor_status")
    }
    values |= {
        "stated_on": "2022",
        "stated_earliest": MAY_8,
        "stated_latest": MAY_9,
        "recorded_at": RECORDED_AT,
        "key": "other",
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        type(statement).objects.create(negotiation=statement.negotiation, **{**values, **fields})


@pytest.mark.parametrize("stance", [3, -3, 7])
def test_stance_beyond_the_scale_is_refused_by_the_database(stance: int) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_coding(stance=stance)


@pytest.mark.parametrize("state", ["unclear", "abstained", "absent"])
def test_state_without_stance_carries_none_in_the_database(state: str) -> None:
    coding = factories.make_coding(state=state, status="draft")
    with pytest.raises(IntegrityError), transaction.atomic():
        type(coding).objects.filter(pk=coding.pk).update(stance=0)


@pytest.mark.parametrize("status", ["draft", "submitted", "rejected"])
def test_second_unpublished_or_retired_coding_is_allowed(status: str) -> None:
    coding = factories.make_coding()
    factories.make_coding(coding.statement, party=coding.party, issue=coding.issue, status=status)
    type(coding).objects.filter(pk=coding.pk).update(retired_at=RECORDED_AT + timedelta(days=1))
    factories.make_coding(coding.statement, party=coding.party, issue=coding.issue)


def test_what_is_referred_to_is_not_deleted() -> None:
    coding = factories.make_coding()
    for record in (coding.negotiation, coding.issue, coding.party, coding.statement.source, coding.codebook):
        with pytest.raises(models.ProtectedError), transaction.atomic():
            record.delete()


def test_delegation_goes_with_its_round() -> None:
    held = factories.make_round(parties=[factories.make_party()])
    held.delete()
    assert Delegation.objects.count() == 0


def test_index_and_constraint_names_are_unique_and_fit() -> None:
    names = [
        thing.name
        for model in apps.get_app_config("positions").get_models()
        for thing in (*model._meta.constraints, *model._meta.indexes)
    ]
    assert len(names) == len(set(names))
    assert [name for name in names if len(name) > 63] == []


def test_foreign_keys_are_held() -> None:
    held, nobody = factories.make_round(), "11111111-1111-1111-1111-111111111111"
    savepoint = transaction.savepoint()
    Delegation.objects.create(round=held, party_id=nobody)
    with pytest.raises(IntegrityError):
        connection.check_constraints()
    transaction.savepoint_rollback(savepoint)


@pytest.mark.parametrize("model", list(apps.get_app_config("positions").get_models()), ids=lambda m: m.__name__)
def test_every_model_says_what_it_is(model: type[models.Model]) -> None:
    assert model.__doc__
    assert not model.__doc__.startswith(f"{model.__name__}(")
