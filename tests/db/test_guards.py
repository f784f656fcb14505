"""What the database itself refuses, whoever asks: the log and the texts are append-only, the record is frozen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction

from positions.db.guards import APPEND_ONLY, FROZEN
from positions.enums import CodingStatus
from positions.models import Coding, Condition, ConditionStatusEntry, Event, Relation, Source, SourceText, Statement
from tests.factories import (
    RECORDED_AT,
    make_coding,
    make_event,
    make_issue,
    make_negotiation,
    make_party,
    make_person,
    make_round,
    make_source,
    make_statement,
)

pytestmark = pytest.mark.django_db

LATER = RECORDED_AT + timedelta(days=1)

# For each frozen column another value that the table's own constraints would allow, where there is one.
OTHER: dict[type[models.Model], dict[str, Callable[[], Any]]] = {
    Coding: {
        "negotiation_id": lambda: make_negotiation().pk,
        "key": lambda: "another",
        "statement_id": lambda: make_statement().pk,
        "party_id": lambda: make_party().pk,
        "issue_id": lambda: make_issue().pk,
        "state": lambda: "unclear",
        "stance": lambda: -2,
        "move": lambda: "appeal",
        "red_line": lambda: True,
        "reciprocal": lambda: True,
        "confidence": lambda: "high",
        "codebook_id": lambda: make_issue().negotiation.codebook_versions.get().pk,
        "coder": lambda: "somebody",
        "status": lambda: "draft",
        "recorded_at": lambda: LATER,
        "supersedes_id": lambda: make_coding().pk,
        "reason": lambda: "another",
    },
    Statement: {
        "negotiation_id": lambda: make_negotiation().pk,
        "key": lambda: "another",
        "source_id": lambda: make_source().pk,
        "exact": lambda: "Other words",
        "asserted_by_id": lambda: make_party().pk,
        "speaker_id": lambda: make_person().pk,
        "speaker_label": lambda: "a diplomat",
        "directness": lambda: "reported",
        "attribution": lambda: "off_record",
        "credibility": lambda: 1,
        "stated_on": lambda: "2022-01-09",
        "round_id": lambda: make_round().pk,
        "recorded_at": lambda: LATER,
        "supersedes_id": lambda: make_statement().pk,
        "reason": lambda: "another",
    },
}
OTHER[Relation] = {
    "negotiation_id": lambda: make_negotiation().pk,
    "kind": lambda: "denies",
    "statement_id": lambda: make_statement().pk,
    "other_id": lambda: make_statement().pk,
    "seen_by": lambda: "somebody",
    "note": lambda: "another",
    "recorded_at": lambda: LATER,
}
CASES = [(model, column) for model, columns in OTHER.items() for column in columns]


def make_relation() -> Relation:
    """A relation between two statements of one negotiation."""
    statement = make_statement()
    return Relation.objects.create(
        negotiation=statement.negotiation,
        kind="repeats",
        statement=statement,
        other=make_statement(source=statement.source),
        seen_by="import",
        recorded_at=RECORDED_AT,
    )


MAKERS: dict[type[models.Model], Callable[[], models.Model]] = {
    Coding: make_coding,
    Statement: make_statement,
    Relation: make_relation,
}


@contextmanager
def refused(message: str) -> Iterator[None]:
    """The database refuses the block with this message."""
    with pytest.raises(IntegrityError, match=message), transaction.atomic():
        yield


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def rows_of(model: type[models.Model]) -> list[dict[str, Any]]:
    return list(model._default_manager.order_by("pk").values())


def test_every_guarded_table_and_column_is_tried_here() -> None:
    assert {model._meta.db_table: set(columns) for model, columns in OTHER.items()} == {
        table: set(columns) for table, (_, columns) in FROZEN.items()
    }
    assert set(APPEND_ONLY) == {Event._meta.db_table, SourceText._meta.db_table}


# ---------------------------------------------------------------- append-only


@pytest.mark.parametrize(
    ("model", "make", "column"),
    [(Event, make_event, "action"), (SourceText, make_source, "text")],
    ids=["event", "source text"],
)
def test_append_only_table_is_neither_changed_nor_emptied(
    model: type[models.Model], make: Callable[[], object], column: str
) -> None:
    make()
    before = rows_of(model)
    table, said = model._meta.db_table, f"{model._meta.db_table} is append-only"
    row = model._default_manager.get()
    with refused(said):
        model._default_manager.update(**{column: "forged"})
    with refused(said):
        run(f"UPDATE {table} SET {column} = 'forged'")
    with refused(said):
        row.save(force_update=True)
    with refused(said):
        model._default_manager.all().delete()
    with refused(said):
        run(f"DELETE FROM {table}")
    assert rows_of(model) == before


def test_append_only_table_is_not_truncated() -> None:
    """Empty tables: PostgreSQL truncates none that has rows written in the same transaction."""
    for table in APPEND_ONLY if connection.vendor == "postgresql" else ():  # SQLite knows no TRUNCATE
        with refused(f"{table} is append-only"):
            run(f"TRUNCATE {table} CASCADE")


def test_append_only_table_takes_new_rows() -> None:
    make_event()
    make_event()
    assert Event.objects.count() == 2


# ---------------------------------------------------------------- the record


@pytest.mark.parametrize(("model", "column"), CASES, ids=[f"{m.__name__}.{column}" for m, column in CASES])
def test_record_is_never_changed_in_place(model: type[models.Model], column: str) -> None:
    record = MAKERS[model]()
    value = OTHER[model][column]()
    before = rows_of(model)
    with refused("never changed in place"):
        model._default_manager.filter(pk=record.pk).update(**{column: value})
    setattr(record, column, value)
    with refused("never changed in place"):
        record.save(force_update=True)
    assert rows_of(model) == before


def test_record_withstands_raw_sql() -> None:
    make_coding(make_statement())
    before = rows_of(Coding) + rows_of(Statement)
    for table, change in (
        ("positions_coding", "stance = -2"),
        ("positions_coding", "stance = NULL"),
        ("positions_coding", "status = 'draft', recorded_at = NULL"),
        ("positions_statement", "exact = 'forged'"),
        ("positions_statement", "stated_on = '2021'"),
    ):
        with refused("never changed in place"):
            run(f"UPDATE {table} SET {change}")
    for table in ("positions_coding", "positions_statement"):
        with refused("never deleted"):
            run(f"DELETE FROM {table}")
    assert rows_of(Coding) + rows_of(Statement) == before


@pytest.mark.parametrize("retired_at", [None, LATER])
def test_record_is_never_deleted_even_when_retired(retired_at: Any) -> None:
    coding = make_coding(retired_at=retired_at)
    alone = make_statement(retired_at=retired_at)
    with refused("never deleted"):
        Coding.objects.filter(pk=coding.pk).delete()
    with refused("never deleted"):
        coding.delete()
    with refused("never deleted"):
        Statement.objects.filter(pk=alone.pk).delete()
    assert (Coding.objects.count(), Statement.objects.count()) == (1, 2)


def test_relation_is_never_deleted() -> None:
    relation = make_relation()
    with refused("never deleted"):
        relation.delete()
    with refused("never deleted"):
        run("DELETE FROM positions_relation")
    assert Relation.objects.count() == 1


@pytest.mark.parametrize("model", [Coding, Statement, Relation])
def test_retirement_is_written_once_and_never_taken_back(model: type[models.Model]) -> None:
    rows = model._default_manager.filter(pk=MAKERS[model]().pk)
    rows.update(retired_at=LATER, withdrawal_reason="A hoax")
    for instant in (None, LATER + timedelta(days=1), LATER - timedelta(seconds=1)):
        with refused("never changed in place"):
            rows.update(retired_at=instant)
    with refused("never changed in place"):
        run(f"UPDATE {model._meta.db_table} SET retired_at = NULL")
    rows.update(retired_at=LATER)
    assert list(rows.values_list("retired_at", "withdrawal_reason")) == [(LATER, "A hoax")]


def test_upsert_does_not_slip_past_the_guards() -> None:
    coding = make_coding()
    coding.stance = -2
    with refused("never changed in place"):
        Coding.objects.bulk_create([coding], update_conflicts=True, unique_fields=["id"], update_fields=["stance"])
    assert Coding.objects.get().stance == 1


# ---------------------------------------------------------------- what belongs to a published coding


def make_proviso(status: CodingStatus) -> Condition:
    """A condition with one status entry, of a coding of this status."""
    coding = make_coding(status=status, conditions=["a pause"])
    condition = coding.conditions.get()
    ConditionStatusEntry.objects.create(condition=condition, status="met", on=date(2022, 1, 5), reason="Seen")
    return condition


def test_conditions_and_statuses_of_a_published_coding_stay() -> None:
    condition = make_proviso(CodingStatus.PUBLISHED)
    before = rows_of(Condition) + rows_of(ConditionStatusEntry)
    for table, change in (("condition", "text = 'forged'"), ("conditionstatusentry", "status = 'failed'")):
        said = "what belongs to a published coding stays"
        with refused(said):
            run(f"UPDATE positions_{table} SET {change}")
        with refused(said):
            run(f"DELETE FROM positions_{table}")
    with refused("what belongs to a published coding stays"):
        condition.delete()
    assert rows_of(Condition) + rows_of(ConditionStatusEntry) == before
    ConditionStatusEntry.objects.create(
        condition=condition, status="open", on=date(2022, 1, 6), reason="Not so", rank=1
    )
    assert ConditionStatusEntry.objects.count() == 2


@pytest.mark.parametrize("status", [CodingStatus.DRAFT, CodingStatus.SUBMITTED, CodingStatus.REJECTED])
def test_conditions_of_an_unpublished_coding_are_edited_and_deleted(status: CodingStatus) -> None:
    make_proviso(status)
    Condition.objects.update(text="another")
    ConditionStatusEntry.objects.update(status="failed")
    assert (Condition.objects.get().text, ConditionStatusEntry.objects.get().status) == ("another", "failed")
    Condition.objects.all().delete()
    assert ConditionStatusEntry.objects.count() == 0


# ---------------------------------------------------------------- what stays possible


@pytest.mark.parametrize("status", [CodingStatus.DRAFT, CodingStatus.SUBMITTED, CodingStatus.REJECTED])
def test_unpublished_coding_is_edited_and_deleted(status: CodingStatus) -> None:
    make_coding(status=status, conditions=["a pause"])
    Coding.objects.update(stance=-2, coder="somebody", key="another")
    run("UPDATE positions_coding SET stance = 0")
    assert list(Coding.objects.values_list("stance", "coder", "key")) == [(0, "somebody", "another")]
    Coding.objects.all().delete()
    assert Coding.objects.count() == 0


def test_draft_is_published_once() -> None:
    make_coding(status=CodingStatus.DRAFT)
    Coding.objects.update(status=CodingStatus.PUBLISHED, recorded_at=LATER)
    with refused("never changed in place"):
        Coding.objects.update(status=CodingStatus.DRAFT, recorded_at=None)


def test_derived_columns_and_anchors_follow_their_origin() -> None:
    make_coding()
    Coding.objects.update(stated_latest=date(2022, 1, 5), footing="reported")
    Statement.objects.update(
        stated_earliest=date(2022, 1, 4), stated_latest=date(2022, 1, 5), start=1, end=2, anchor_status="moved"
    )
    assert list(Coding.objects.values_list("stated_latest", "footing")) == [(date(2022, 1, 5), "reported")]
    assert list(Statement.objects.values_list("stated_latest", "start", "anchor_status")) == [
        (date(2022, 1, 5), 1, "moved")
    ]


def test_source_is_updated_beside_its_text() -> None:
    make_source()
    Source.objects.update(title="Renamed")
    assert Source.objects.get().title == "Renamed"
