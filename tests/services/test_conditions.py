"""The dated series of a condition's statuses: who adds to it, what shows it, and when it is known."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from positions.enums import ConditionStatus, Role, Visibility
from positions.exceptions import Conflict, Invalid, NotPermitted, NotVisible
from positions.models import Coding, Condition, ConditionStatusEntry, Negotiation
from positions.queries.access import SYSTEM, Reader
from positions.queries.evidence import Moment
from positions.queries.positions import positions_for
from positions.services.conditions import (
    ConditionFacts,
    StatusFacts,
    condition_facts,
    copy_conditions,
    save_conditions,
    set_condition_status,
)
from tests.factories import make_coding, make_condition, make_party, make_statement
from tests.services.writing import logged, make_talks, member, only_event, outsiders, refused

pytestmark = pytest.mark.django_db

DAY = date(2022, 1, 20)


def make_proviso(talks: Negotiation, *statuses: tuple[str, date]) -> Condition:
    return make_condition(make_coding(make_statement(talks)), statuses=statuses)


def counts(talks: Negotiation, as_of: date, known_at: datetime | None = None) -> dict[str, int]:
    """How many conditions of the only position stand at each status."""
    [position] = positions_for(SYSTEM, talks, Moment(as_of, known_at or timezone.now()))
    found = position.conditions
    return {name: count for name in ConditionStatus.values if (count := getattr(found, name))}


def test_set_condition_status_is_refused_to_outsiders_and_viewers() -> None:
    talks = make_talks()
    condition, viewer = make_proviso(talks), member(talks, Role.VIEWER)
    for nobody in outsiders():
        with refused(NotVisible):
            set_condition_status(nobody, condition, "met", DAY, reason="Seen")
    with refused(NotPermitted):
        set_condition_status(viewer, condition, "met", DAY, reason="Seen")
    Negotiation.objects.filter(pk=talks.pk).update(visibility=Visibility.PUBLIC)
    with refused(NotPermitted):
        set_condition_status(Reader(), condition, "met", DAY, reason="Seen")


def test_set_condition_status_adds_to_the_series() -> None:
    talks = make_talks()
    analyst, condition, shown = member(talks), make_proviso(talks), make_statement(talks)
    set_condition_status(analyst, condition, "met", DAY, statement=shown)

    row = ConditionStatusEntry.objects.get()
    assert (row.condition, row.status, row.on, row.statement, row.reason, row.rank) == (
        condition,
        "met",
        DAY,
        shown,
        "",
        0,
    )
    event = only_event()
    assert (event.action, event.actor, event.subject_id) == ("condition_status_set", analyst.user, str(condition.pk))
    after = {"status": "met", "on": "2022-01-20", "statement": str(shown.pk)}
    assert (event.before, event.after) == ({"status": "open"}, after)


def test_set_condition_status_continues_a_series() -> None:
    talks = make_talks()
    condition = make_proviso(talks, ("open", date(2022, 1, 11)), ("met", DAY))
    set_condition_status(member(talks), condition, "failed", timezone.now().date(), reason="Broken")
    rows = condition.statuses.order_by("rank").values_list("status", "rank", "reason")
    assert list(rows) == [("open", 0, ""), ("met", 1, ""), ("failed", 2, "Broken")]
    event = only_event()
    assert (event.before, event.reason, logged(event.after)["statement"]) == ({"status": "met"}, "Broken", None)


def test_status_holds_from_its_day_and_is_known_from_its_record() -> None:
    talks = make_talks()
    entry = set_condition_status(member(talks), make_proviso(talks), "met", DAY, reason="Seen")
    now = entry.recorded_at
    assert now is not None
    tick = timedelta(microseconds=1)
    answers = [counts(talks, DAY, now), counts(talks, DAY - timedelta(days=1), now), counts(talks, DAY, now - tick)]
    assert answers == [{"met": 1}, {"open": 1}, {"open": 1}]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"status": "lost"}, ["status"]),
        ({"reason": ""}, ["reason"]),
        ({"reason": " \n"}, ["reason"]),
        ({"reason": "a\x00b"}, ["reason"]),
        ({"reason": "\ud800"}, ["reason"]),
        ({"days": 2}, ["on"]),
        ({"status": "lost", "days": 2, "reason": ""}, ["on", "reason", "status"]),
    ],
)
def test_set_condition_status_names_the_fields_at_fault(changes: dict[str, Any], fields: list[str]) -> None:
    talks = make_talks()
    analyst, condition = member(talks), make_proviso(talks)
    said = {"status": "met", "days": 0, "reason": "Seen", **changes}
    on = timezone.now().date() + timedelta(days=said["days"])
    with refused(Invalid, *fields):
        set_condition_status(analyst, condition, said["status"], on, reason=said["reason"])


def test_statement_of_another_negotiation_shows_nothing() -> None:
    talks = make_talks()
    analyst, condition, foreign = member(talks), make_proviso(talks), make_statement()
    with refused(Invalid, "statement"):
        set_condition_status(analyst, condition, "met", DAY, statement=foreign)


def test_condition_of_a_retired_coding_conflicts() -> None:
    talks = make_talks()
    analyst, condition = member(talks), make_proviso(talks)
    Coding.objects.update(retired_at=timezone.now())
    with refused(Conflict):
        set_condition_status(analyst, condition, "met", DAY, reason="Seen")


def test_conditions_survive_being_saved_read_and_copied() -> None:
    talks = make_talks()
    first, second = make_coding(make_statement(talks)), make_coding(make_statement(talks))
    entries = (
        StatusFacts(status="open", on=DAY),
        StatusFacts(status="met", on=DAY, recorded_at=timezone.now(), statement=first.statement, reason="Seen"),
    )
    facts = (
        ConditionFacts(text="a letter", kind="sequence", falls_on=make_party(), statuses=entries),
        ConditionFacts(text="a pause", kind="precondition"),
    )
    save_conditions(first, facts)
    copy_conditions(first.conditions.all(), second)
    assert (condition_facts(first), condition_facts(second)) == (facts, facts)
    assert (Condition.objects.count(), ConditionStatusEntry.objects.count()) == (4, 4)
