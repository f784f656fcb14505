"""Cells and tables as files: what is written is what is read back, whatever it is."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from positions.formats import tables
from positions.formats.cells import guard_cell, restore_cell
from positions.formats.tables import FORMATS, Batch, CellKind, Column

COLUMNS = (
    Column("words"),
    Column("steps", CellKind.WHOLE),
    Column("red_line", CellKind.FLAG),
    Column("on", CellKind.DAY),
    Column("at", CellKind.INSTANT),
    Column("names", CellKind.TEXTS),
)
HOSTILE = ["=1+1", "'=1+1", "+7", "-2", "@a", "\tx", "＝1", "<b>", "\u202eevil", "a\u200bb", "😀", 'say "no"', "a,b\nc"]
ROWS: list[list[Any]] = [
    *([words, -2, True, "2022-01-10", "2022-01-10T12:00:00.000001Z", ["a", "b"]] for words in HOSTILE),
    [None, None, None, None, None, None],
    ["", 0, False, "0001-01-01", "2022-01-10T12:00:00Z", []],
]


def write(ending: str, batches: list[Batch], columns: tuple[Column, ...] = COLUMNS) -> bytes:
    return b"".join(FORMATS[ending].write(columns, batches))


def batches() -> list[Batch]:
    return [ROWS[:5], [], ROWS[5:]]


@given(st.text())
def test_guarded_cell_is_no_formula_and_comes_back(words: str) -> None:
    written = guard_cell(words)
    assert restore_cell(written) == words
    assert written[:1] not in tuple("=+-@\t\r\n＝＋－＠") or written.lstrip("+-").replace(".", "", 1).isdigit()


@pytest.mark.parametrize("words", HOSTILE)
def test_guarding_twice_comes_back_in_two_steps(words: str) -> None:
    assert restore_cell(restore_cell(guard_cell(guard_cell(words)))) == words


def test_csv_is_read_back() -> None:
    header, *rows = csv.reader(io.StringIO(write("csv", batches()).decode(), newline=""))
    assert header == [column.name for column in COLUMNS]
    assert [restore_cell(row[0]) for row in rows] == [*HOSTILE, "", ""]
    assert rows[0][1:] == ["-2", "true", "2022-01-10", "2022-01-10T12:00:00.000001Z", "a\nb"]
    assert rows[-1][1:] == ["0", "false", "0001-01-01", "2022-01-10T12:00:00Z", ""]


def test_json_lines_are_read_back() -> None:
    lines = write("jsonl", batches()).decode().split("\n")
    assert lines.pop() == ""
    assert [list(json.loads(line).values()) for line in lines] == ROWS


def test_parquet_is_read_back_with_its_types() -> None:
    table = pq.read_table(io.BytesIO(write("parquet", batches())))
    assert [str(kind) for kind in table.schema.types] == [
        "string", "int32", "bool", "date32[day]", "timestamp[us, tz=UTC]", "list<element: string>",
    ]  # fmt: skip
    rows = table.to_pylist()
    assert [row["words"] for row in rows] == [row[0] for row in ROWS]
    assert (rows[0]["on"], rows[0]["at"], rows[0]["names"]) == (
        date(2022, 1, 10),
        datetime(2022, 1, 10, 12, 0, 0, 1, tzinfo=UTC),
        ["a", "b"],
    )


def test_workbook_is_read_back_and_holds_no_formula() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(write("xlsx", batches()))).worksheets[0]
    header, *rows = sheet.iter_rows()
    assert [cell.value for cell in header] == [column.name for column in COLUMNS]
    assert [row[0].value for row in rows] == [*HOSTILE, None, None]
    assert {cell.data_type for row in rows for cell in row} <= {"s", "n", "b", "inlineStr"}
    assert [cell.value for cell in rows[0][1:]] == [-2, True, "2022-01-10", "2022-01-10T12:00:00.000001Z", "a\nb"]


def test_workbook_shows_where_a_character_or_the_end_of_a_text_had_no_place() -> None:
    long = "😀" * 20_000
    written = write("xlsx", [[["a\x07b"], [long]]], (Column("words"),))
    _, bell, cut = (row[0].value for row in openpyxl.load_workbook(io.BytesIO(written)).worksheets[0].iter_rows())
    assert bell == "a\N{REPLACEMENT CHARACTER}b"
    assert isinstance(cut, str)
    assert cut.endswith(tables.CUT)
    assert cut.startswith("😀😀")
    assert len(cut.encode("utf-16-le")) // 2 <= tables.LONGEST_SHEET_TEXT


def test_rows_beyond_a_sheet_go_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_SHEET_ROWS", 3)
    book = openpyxl.load_workbook(io.BytesIO(write("xlsx", [[["a"], ["b"], ["c"]]], (Column("words"),))))
    assert [[row[0].value for row in sheet.iter_rows()] for sheet in book.worksheets] == [
        ["words", "a", "b"],
        ["words", "c"],
    ]


@pytest.mark.parametrize("ending", FORMATS)
def test_table_without_rows_has_its_columns(ending: str) -> None:
    written = write(ending, [])
    match ending:
        case "csv":
            assert written == b"words,steps,red_line,on,at,names\r\n"
        case "jsonl":
            assert written == b""
        case "xlsx":
            [header] = openpyxl.load_workbook(io.BytesIO(written)).worksheets[0].iter_rows()
            assert [cell.value for cell in header] == [column.name for column in COLUMNS]
        case _:
            table = pq.read_table(io.BytesIO(written))
            assert (table.num_rows, table.column_names) == (0, [column.name for column in COLUMNS])


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_rows_are_asked_for_as_the_file_is_sent(ending: str) -> None:
    asked = 0

    def rows() -> Iterator[Batch]:
        nonlocal asked
        for _ in range(100):
            asked += 1
            yield ROWS

    file = FORMATS[ending].write(COLUMNS, rows())
    next(file)
    next(file)
    assert asked <= 2
    file.close()  # type: ignore[attr-defined]
    assert asked <= 2
