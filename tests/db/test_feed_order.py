"""The places of events: in the order of commits, whatever the order of their ids."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from positions.models import Event, EventPlace
from tests.factories import make_event


@pytest.mark.django_db
def test_every_event_gets_a_place_and_a_random_name() -> None:
    first, second = make_event(), make_event()
    connection.check_constraints()
    rows = list(EventPlace.objects.values_list("event_id", "token"))
    assert [event for event, _ in rows] == [first.pk, second.pk]
    assert len({token for _, token in rows}) == 2


@pytest.mark.django_db
def test_event_taken_back_leaves_no_place() -> None:
    point = transaction.savepoint()
    make_event()
    transaction.savepoint_rollback(point)
    kept = make_event()
    connection.check_constraints()
    assert list(EventPlace.objects.values_list("event_id", flat=True)) == [kept.pk]


@pytest.mark.postgresql_only
@pytest.mark.django_db(transaction=True)
def test_event_that_commits_late_comes_after_one_with_a_higher_id() -> None:
    written, may_commit = threading.Event(), threading.Event()
    late: list[int] = []

    def write_slowly() -> None:
        try:
            with transaction.atomic():
                late.append(make_event().pk)
                written.set()
                may_commit.wait(20)
        finally:
            connection.close()

    thread = threading.Thread(target=write_slowly)
    thread.start()
    assert written.wait(20)
    quick = make_event().pk
    read = list(EventPlace.objects.values_list("event_id", flat=True))
    may_commit.set()
    thread.join()
    assert late[0] < quick
    assert read == [quick]
    assert list(EventPlace.objects.order_by("place").values_list("event_id", flat=True)) == [quick, late[0]]
    assert Event.objects.count() == 2
