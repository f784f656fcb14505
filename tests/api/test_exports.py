"""``exports/``: whole tables as files, of what the reader may see and nothing else."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from positions.api import exports
from positions.enums import Attribution, CodingStatus, Role, Tlp, Visibility
from positions.formats.cells import restore_cell
from positions.models import Coding, Negotiation
from tests.api.conftest import Api, give_up
from tests.factories import (
    add_member,
    make_coding,
    make_issue,
    make_negotiation,
    make_party,
    make_round,
    make_source,
    make_statement,
)

TABLES = ("statements", "codings", "positions", "shifts")
FORMULA = '=HYPERLINK("http://example.org","x")'


def file_of(api: Api, table: str, **parameters: Any) -> bytes:
    """The body of an export that is 200."""
    answer = api(f"exports/{table}/", **{"negotiation": "talks", **parameters})
    assert answer.status_code == 200, answer.content
    return b"".join(answer.streaming_content)


def rows_of(api: Api, table: str, **parameters: Any) -> list[dict[str, Any]]:
    """The rows of an export as JSON lines."""
    lines = file_of(api, table, format="jsonl", **parameters).decode().splitlines()
    return [json.loads(line) for line in lines]


@pytest.fixture
def talks(db: None) -> Negotiation:
    """North moves and takes it partly back; South is mixed; one passage is a formula, one waits for review."""
    negotiation = make_negotiation("talks", visibility=Visibility.PUBLIC)
    north, south = make_party("north"), make_party("south")
    border = make_issue(negotiation, "border")
    held = make_round(negotiation, 1, parties=[north, south], starts_on=date(2022, 1, 10), title="Geneva")
    source = make_source(negotiation, text=f"We say {FORMULA} and no more. We may yield.", published_on="2022-01-10")
    said = make_statement(source=source, asserted_by=north, exact=FORMULA, stated_on="2022-01-10", round=held)
    make_coding(said, issue=border, stance=2, red_line=True)
    later = make_statement(source=make_source(negotiation, published_on="2022-02-01"), asserted_by=north,
                           stated_on="2022-02-01")  # fmt: skip
    make_coding(later, issue=border, stance=1, conditions=["troops leave", "=1+1"])
    for stance in (-2, 1):
        mixed = make_statement(source=make_source(negotiation, published_on="2022-01-11"), asserted_by=south,
                               stated_on="2022-01-11")  # fmt: skip
        make_coding(mixed, issue=border, stance=stance)
    waiting = make_statement(source=source, asserted_by=south, exact="We may yield", stated_on="2022-01-10")
    make_coding(waiting, issue=border, stance=0, status=CodingStatus.SUBMITTED, recorded_at=None)
    return negotiation


def test_statements_are_those_of_the_list(api: Api, talks: Negotiation) -> None:
    listed = {row["id"]: row for row in api.rows("statements/", negotiation="talks")}
    rows = rows_of(api, "statements")
    assert {row["id"] for row in rows} == set(listed)
    for row in rows:
        assert row == {**listed[row["id"]], "codings": [coding["id"] for coding in listed[row["id"]]["codings"]]}
    assert [row["stated_latest"] for row in rows] == sorted(row["stated_latest"] for row in rows)


def test_codings_are_those_of_the_list(api: Api, talks: Negotiation) -> None:
    listed = {row["id"]: row for row in api.rows("codings/", negotiation="talks")}
    rows = rows_of(api, "codings")
    assert {row["id"] for row in rows} == set(listed)
    same = set(rows[0]) & (set(listed[rows[0]["id"]]) - {"conditions"})
    assert len(same) == 20
    for row in rows:
        assert {name: row[name] for name in same} == {name: listed[row["id"]][name] for name in same}
    [first] = [row for row in rows if row["red_line"]]
    assert (first["exact"], first["round"], first["asserted_by"], first["condition"]) == (FORMULA, 1, "north", [])
    assert sorted(row["condition"] for row in rows if row["condition"]) == [["troops leave", "=1+1"]]


def test_positions_and_shifts_are_those_of_the_derived_lists(api: Api, talks: Negotiation) -> None:
    moment = {"as_of": "2022-03-01"}
    for table, flatten in (("positions", exports.flat_position), ("shifts", exports.flat_shift)):
        listed = api.rows(f"{table}/", negotiation="talks", **moment)
        rows = rows_of(api, table, **moment)
        assert len(rows) == len(listed) > 1
        for row, payload in zip(rows, listed, strict=True):
            flat = flatten(payload)
            assert (row.pop("negotiation"), row.pop("as_of"), row.pop("known_at")[:4].isdigit()) == (
                "talks", "2022-03-01", True,
            )  # fmt: skip
            assert row == {name: flat[name] for name in row}
    narrowed = rows_of(api, "positions", party="south", state="mixed", **moment)
    assert [(row["party"], row["stance"], row["low"], row["high"]) for row in narrowed] == [("south", None, -2, 1)]
    assert [row["gaps"] for row in rows_of(api, "shifts", kind="moved", **moment)] == [["south"]]


@pytest.mark.parametrize("table", TABLES)
def test_formats_hold_the_same_rows(api: Api, talks: Negotiation, table: str) -> None:
    same = {"known_at": "2100-01-01T00:00:00Z"} if table in ("positions", "shifts") else {}
    rows = rows_of(api, table, **same)
    texts = [[cell_text(cell) for cell in row.values()] for row in rows]
    lines = list(csv.reader(io.StringIO(file_of(api, table, **same).decode(), newline="")))
    assert lines[0] == list(rows[0])
    assert [[restore_cell(cell) for cell in line] for line in lines[1:]] == texts
    book = openpyxl.load_workbook(io.BytesIO(file_of(api, table, format="xlsx", **same)))
    [sheet] = book.worksheets
    cells = [[cell.value for cell in line] for line in sheet.iter_rows(min_row=2)]
    assert [[cell_text(cell) for cell in line] for line in cells] == texts
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    parquet = pq.read_table(io.BytesIO(file_of(api, table, format="parquet", **same)))
    assert parquet.column_names == list(rows[0])
    assert parquet.num_rows == len(rows)


def cell_text(cell: Any) -> str:
    """A cell as the text that every format agrees on."""
    match cell:
        case None:
            return ""
        case bool():
            return str(cell).lower()
        case list():
            return "\n".join(str(member) for member in cell)
    return str(cell)


@pytest.mark.parametrize("table", TABLES)
def test_file_says_what_it_is(api: Api, talks: Negotiation, table: str) -> None:
    make_source(talks, tlp=Tlp.GREEN)
    answer = api(f"exports/{table}/", negotiation="talks")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == f'attachment; filename="{table}-talks.TLP-GREEN.csv"'
    assert (answer["X-TLP"], answer["Cache-Control"]) == ("GREEN", "no-store")
    give_up(answer)


@pytest.mark.parametrize("table", TABLES)
def test_questions_that_cannot_be_answered(api: Api, talks: Negotiation, table: str) -> None:
    address = f"exports/{table}/"
    assert api.errors(address) == {"negotiation": ["is required"]}
    assert list(api.errors(address, negotiation="talks", format="pdf")) == ["format"]
    assert api.errors(address, negotiation="talks", format="csv,xlsx") == {
        "format": ["takes one of csv, jsonl, xlsx, parquet"]
    }
    assert list(api.errors(address, negotiation="talks", fields="nothing")) == ["fields"]
    assert list(api.errors(address, negotiation="talks", party="nobody", page_size="3")) == ["page_size", "party"]


@pytest.mark.parametrize("table", TABLES)
def test_hidden_negotiation_answers_as_one_that_does_not_exist(api: Api, talks: Negotiation, table: str) -> None:
    make_negotiation("closed", visibility=Visibility.RESTRICTED)
    answers = [api(f"exports/{table}/", negotiation=slug) for slug in ("closed", "nowhere")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content


def test_what_ground_rules_keep_back_is_kept_back(talks: Negotiation) -> None:
    source = make_source(talks, text="Deep words. Private words.", published_on="2022-01-12")
    north, border = Coding.objects.first().party, Coding.objects.first().issue  # type: ignore[union-attr]
    for exact, rule in (("Deep words", Attribution.DEEP_BACKGROUND), ("Private words", Attribution.OFF_RECORD)):
        said = make_statement(source=source, asserted_by=north, exact=exact, attribution=rule, speaker_label="An aide",
                              stated_on="2022-01-12", note="A note")  # fmt: skip
        make_coding(said, issue=border, stance=1, coder="anna")
    analyst = add_member(talks, role=Role.ANALYST)
    for table in ("statements", "codings"):
        outside = file_of(Api(), table, format="jsonl").decode()
        assert [word for word in ("Deep words", "Private words", "An aide", "A note", "anna") if word in outside] == []
        inside = file_of(Api(analyst), table, format="jsonl").decode()
        wanted = ["Deep words", "Private words", "An aide", "A note", *(["anna"] if table == "codings" else [])]
        assert [word for word in wanted if word not in inside] == []
    assert "submitted" in file_of(Api(analyst), "codings").decode()
    assert "submitted" not in file_of(Api(), "codings").decode()


def count_queries(api: Api, table: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        file_of(api, table)
    return len(captured)


@pytest.mark.parametrize("table", TABLES)
def test_queries_do_not_grow_within_a_batch(api: Api, talks: Negotiation, table: str) -> None:
    counts = [count_queries(api, table)]
    border = talks.issues.get()
    for number in range(3):
        party = make_party(f"more-{number}")
        for stance in (1, 2):
            said = make_statement(source=make_source(talks, published_on=f"2022-03-0{stance}"), asserted_by=party,
                                  stated_on=f"2022-03-0{stance}")  # fmt: skip
            make_coding(said, issue=border, stance=stance, conditions=["peace"])
    counts.append(count_queries(api, table))
    # shifts read their parties in portions that double
    assert counts[1] <= counts[0] + (5 if table == "shifts" else 0)
    assert counts[1] <= 17


@pytest.mark.parametrize("table", TABLES)
def test_batches_meet_without_gap_or_repeat(
    api: Api, talks: Negotiation, table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = rows_of(api, table, fields="party,issue" if table in ("positions", "shifts") else "id")
    monkeypatch.setattr(exports, "BATCH_ROWS", 1)
    assert rows_of(api, table, fields="party,issue" if table in ("positions", "shifts") else "id") == whole
    assert len(whole) > 1


def test_file_given_up_half_way_leaves_nothing_open(api: Api, talks: Negotiation) -> None:
    for ending in ("csv", "jsonl", "xlsx", "parquet"):
        answer = api("exports/statements/", negotiation="talks", format=ending)
        next(iter(answer.streaming_content))
        give_up(answer)
    assert len(rows_of(api, "statements")) == 4
