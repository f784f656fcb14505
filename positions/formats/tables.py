"""Tables as files, written batch by batch: CSV, JSON lines, Excel, Parquet, in memory that does not grow with the rows.

A cell is null, a text, a whole number, true or false, a day or an instant as ISO text, or a list of
texts: what its column says. CSV and Excel write a list as one text, its members on lines of their own.
"""

from __future__ import annotations

import csv
import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from io import StringIO
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from positions.formats.cells import guard_cell

Batch = Sequence[Sequence[Any]]

# What Excel holds: https://support.microsoft.com/office/1672b34d-7043-467e-8e27-269d656771c3
MOST_SHEET_ROWS = 1_048_576
LONGEST_SHEET_TEXT = 32_767
CUT = " […] (longer than a cell of Excel holds; CSV, JSON lines and Parquet have the whole text)"
COPY_BYTES = 64 * 1024


class CellKind(Enum):
    """What a column holds."""

    TEXT = "text"
    WHOLE = "whole number"
    FLAG = "true or false"
    DAY = "day"
    INSTANT = "instant"
    TEXTS = "list of texts"


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    name: str
    kind: CellKind = CellKind.TEXT


@dataclass(frozen=True)
class TableFormat:
    """A kind of file: its ending, its media type, and what writes it from batches of rows."""

    ending: str
    media_type: str
    write: Callable[[Sequence[Column], Iterable[Batch]], Iterator[bytes]]


def write_csv(columns: Sequence[Column], batches: Iterable[Batch]) -> Iterator[bytes]:
    """RFC 4180 in UTF-8, a header first. Texts that a spreadsheet would run are guarded."""
    yield _csv_lines([[column.name for column in columns]])
    for batch in batches:
        yield _csv_lines([[_csv_cell(cell) for cell in row] for row in batch])


def _csv_lines(rows: Iterable[Sequence[str]]) -> bytes:
    buffer = StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def _csv_cell(cell: Any) -> str:
    match _plain(cell):
        case None:
            return ""
        case bool(flag):
            return "true" if flag else "false"
        case str(text):
            return guard_cell(text)
        case number:
            return str(number)


def _plain(cell: Any) -> Any:
    """A cell for a table that knows no lists."""
    return "\n".join(str(member) for member in cell) if isinstance(cell, list | tuple) else cell


def write_json_lines(columns: Sequence[Column], batches: Iterable[Batch]) -> Iterator[bytes]:
    """One JSON object a line (https://jsonlines.org)."""
    names = [column.name for column in columns]
    for batch in batches:
        lines = [json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) for row in batch]
        yield "".join(f"{line}\n" for line in lines).encode()


def write_xlsx(columns: Sequence[Column], batches: Iterable[Batch]) -> Iterator[bytes]:
    """An Excel workbook; rows that one sheet cannot hold go on in the next. No cell is a formula.

    The format has its directory at the end of the file, so the workbook grows on disk and is sent from there.
    """
    book = Workbook(write_only=True)
    try:
        _fill_sheets(book, columns, batches)
        with tempfile.TemporaryFile(prefix="rapporteur-") as file:
            book.save(file)
            file.seek(0)
            yield from iter(lambda: file.read(COPY_BYTES), b"")
    finally:
        book.close()


def _fill_sheets(book: Any, columns: Sequence[Column], batches: Iterable[Batch]) -> None:
    sheet: Any = None
    written = MOST_SHEET_ROWS
    for batch in batches:
        for row in batch:
            if written == MOST_SHEET_ROWS:
                sheet, written = _open_sheet(book, columns), 1
            sheet.append([_xlsx_cell(sheet, cell) for cell in row])
            written += 1
    if sheet is None:
        _open_sheet(book, columns)


def _open_sheet(book: Any, columns: Sequence[Column]) -> Any:
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    sheet.append([_xlsx_cell(sheet, column.name) for column in columns])
    return sheet


def _xlsx_cell(sheet: Any, cell: Any) -> Any:
    value = _plain(cell)
    if not isinstance(value, str):
        return value
    # XML has no place for most control characters; what stands for one shows that something was there
    text = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", value)
    # Excel counts UTF-16 code units
    if len(text.encode("utf-16-le")) // 2 > LONGEST_SHEET_TEXT:
        room = 2 * (LONGEST_SHEET_TEXT - len(CUT))
        text = text.encode("utf-16-le")[:room].decode("utf-16-le", errors="ignore") + CUT
    written = WriteOnlyCell(sheet, value=text)
    # the library takes what begins with = for a formula
    written.data_type = "s"
    return written


PARQUET_TYPES: dict[CellKind, pa.DataType] = {
    CellKind.TEXT: pa.string(),
    CellKind.WHOLE: pa.int32(),
    CellKind.FLAG: pa.bool_(),
    CellKind.DAY: pa.date32(),
    CellKind.INSTANT: pa.timestamp("us", tz="UTC"),
    CellKind.TEXTS: pa.list_(pa.string()),
}


def write_parquet(columns: Sequence[Column], batches: Iterable[Batch]) -> Iterator[bytes]:
    """Apache Parquet with typed columns, a row group a batch."""
    schema = pa.schema([(column.name, PARQUET_TYPES[column.kind]) for column in columns])
    sink = _Collected()
    with pq.ParquetWriter(sink, schema) as writer:
        for batch in batches:
            arrays = [
                pa.array([_typed(row[place], column.kind) for row in batch], PARQUET_TYPES[column.kind])
                for place, column in enumerate(columns)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            yield sink.take()
    yield sink.take()


def _typed(cell: Any, kind: CellKind) -> Any:
    if cell is None:
        return None
    if kind is CellKind.DAY:
        return date.fromisoformat(str(cell))
    if kind is CellKind.INSTANT:
        return datetime.fromisoformat(str(cell))
    return [str(member) for member in cell] if kind is CellKind.TEXTS else cell


class _Collected:
    """As much of a file as the library writes to: what was written since it was last taken."""

    closed = False

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._written = 0

    def write(self, part: Any) -> int:
        written = bytes(part)
        self._parts.append(written)
        self._written += len(written)
        return len(written)

    def tell(self) -> int:
        return self._written

    def flush(self) -> None:
        """Nothing waits here."""

    def close(self) -> None:
        """What was written is still to be taken."""

    def take(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


FORMATS: dict[str, TableFormat] = {
    "csv": TableFormat("csv", "text/csv; charset=utf-8", write_csv),
    "jsonl": TableFormat("jsonl", "application/x-ndjson", write_json_lines),
    "xlsx": TableFormat("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", write_xlsx),
    "parquet": TableFormat("parquet", "application/vnd.apache.parquet", write_parquet),
}
