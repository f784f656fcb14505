"""Reading tables that people fill in: CSV, Excel and JSON lines, a row at a time, every fault at its row and column.

Nothing is guessed: “NA” is the text NA (Namibia, say), not a missing value.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, Final

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from positions.exceptions import BundleRefused, TableProblem, TableRefused
from positions.formats.cells import restore_cell
from positions.formats.json_nodes import load_json
from positions.validators import text_fault

# A row's number as the file's own program shows it, and its cells by column; what is empty is left out.
Row = tuple[int, Mapping[str, Any]]

DELIMITERS = (",", ";", "\t")
LONGEST_CELL = 10_000_000
# A workbook is a zip: what it may unpack to, in all and for each byte that was sent.
MOST_UNPACKED_BYTES = 1_000_000_000
MOST_UNPACKED_TIMES = 200


def read_csv(content: bytes, columns: Sequence[str]) -> Iterator[Row]:
    """Rows of a CSV file in UTF-8, separated by comma, semicolon or tab: whichever names more of ``columns``."""
    text = _decode(content)
    first = text.split("\n", 1)[0]
    named = {sign: len(set(_split(first, sign)) & set(columns)) for sign in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda sign: named[sign])
    csv.field_size_limit(LONGEST_CELL)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    header: list[str] | None = None
    while True:
        number = lines.line_num + 1
        try:
            cells = next(lines, None)
        except csv.Error as error:
            raise TableRefused([TableProblem(number, None, f"is not CSV: {error}")]) from None
        if cells is None:
            break
        if header is None:
            header = _check_header([cell.strip() for cell in cells])
        elif any(cells):
            if len(cells) > len(header):
                raise TableRefused(
                    [
                        TableProblem(
                            number, None, f"has {len(cells)} cells and the header {len(header)}; is a quote open?"
                        )
                    ]
                )
            yield number, {name: restore_cell(cell) for name, cell in zip(header, cells, strict=False) if cell}
    if header is None:
        raise TableRefused([TableProblem(1, None, "the file is empty; its first row names the columns")])


def _split(line: str, delimiter: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        raise TableRefused([TableProblem(row, None, f"is not UTF-8: byte {error.start} cannot be read")]) from None


def _check_header(names: list[str]) -> list[str]:
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    if repeated:
        raise TableRefused([TableProblem(1, repeated[0][:60], "names a column twice")])
    return names


def read_xlsx(content: bytes, columns: Sequence[str]) -> Iterator[Row]:
    """Rows of the sheets of an Excel workbook that begin with the same header as the first."""
    book = _open_workbook(content)
    header: list[str] | None = None
    number = 0
    for sheet in book.worksheets:
        found: list[str] | None = None
        for place, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
            number = place
            if found is None:
                found = [str(cell).strip() if cell is not None else "" for cell in cells]
                if header is not None and found != header:
                    break
                header = _check_header(found)
            else:
                given = {name: _plain(cell) for name, cell in zip(found, cells, strict=False) if cell not in (None, "")}
                if given:
                    yield place, given
    if header is None:
        raise TableRefused([TableProblem(number + 1, None, "the workbook is empty; its first row names the columns")])


def _open_workbook(content: bytes) -> Any:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > min(MOST_UNPACKED_BYTES, MOST_UNPACKED_TIMES * len(content)):
            raise TableRefused([TableProblem(None, None, "the workbook unpacks to more than it may; save it anew")])
        return openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, OSError, SyntaxError) as error:
        # the library says so in many ways, among them XML's syntax errors
        raise TableRefused(
            [TableProblem(None, None, f"is not an Excel workbook (.xlsx) that can be read: {type(error).__name__}")]
        ) from None


def _plain(cell: Any) -> Any:
    """A cell as text or number: Excel keeps days as instants and whole numbers as fractions."""
    match cell:
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime() | date():
            return cell.isoformat()
        case float() if cell.is_integer():
            return int(cell)
    return cell


def read_json_lines(content: bytes, columns: Sequence[str]) -> Iterator[Row]:
    """Rows of a file with a JSON object on each line."""
    text = _decode(content)
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            value = load_json(line)
        except BundleRefused as refusal:
            raise TableRefused([TableProblem(number, None, refusal.problems[0][1])]) from None
        if not isinstance(value, dict):
            raise TableRefused([TableProblem(number, None, "must be a JSON object")])
        yield number, {name: cell for name, cell in value.items() if cell not in (None, "")}


READERS: Final[Mapping[str, Callable[[bytes, Sequence[str]], Iterator[Row]]]] = {
    "csv": read_csv,
    "xlsx": read_xlsx,
    "jsonl": read_json_lines,
}


class Cells:
    """The cells of one row, read by kind; a fault is noted, and a harmless value given instead."""

    def __init__(self, number: int, values: Mapping[str, Any], problems: list[TableProblem]) -> None:
        self.number, self.values, self._problems = number, values, problems

    def refuse(self, column: str | None, message: str) -> None:
        """Note what is wrong with a cell, or with the row."""
        self._problems.append(TableProblem(self.number, column, message))

    def text(self, column: str, default: str = "", *, strip: bool = True) -> str:
        """A cell as text; numbers are taken as they are written."""
        value = self.values.get(column)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            self.refuse(column, "must be text")
            return default
        words = str(value)
        fault = text_fault(words)
        if fault:
            self.refuse(column, fault)
            return default
        return (words.strip() if strip else words) or default

    def texts(self, column: str) -> list[str]:
        """The lines of a cell, or the members of a list."""
        value = self.values.get(column)
        if isinstance(value, list):
            if all(isinstance(member, str) and text_fault(member) is None for member in value):
                return [member.strip() for member in value if member.strip()]
            self.refuse(column, "must be a list of texts")
            return []
        return [line.strip() for line in self.text(column).splitlines() if line.strip()]

    def whole(self, column: str, low: int, high: int) -> int | None:
        """A whole number within bounds; the typographic minus sign is one too."""
        value = self.values.get(column)
        if value is None:
            return None
        written = str(value).strip().replace("\N{MINUS SIGN}", "-").removesuffix(".0")
        try:
            if isinstance(value, bool) or len(written) > 12 or "_" in written:
                raise ValueError
            number = int(written)
        except ValueError:
            self.refuse(column, f"“{written[:40]}” is not a whole number")
            return None
        if not low <= number <= high:
            self.refuse(column, f"{number} is not between {low} and {high}")
            return None
        return number

    def flag(self, column: str) -> bool:
        """Yes or no; empty is no."""
        value = self.values.get(column)
        word = str(value).strip().lower()
        if value is None or word in ("false", "0", "no", "n"):
            return False
        if word not in ("true", "1", "yes", "y"):
            self.refuse(column, f"“{word[:40]}” is neither true nor false")
        return True

    def choice(self, column: str, choices: Iterable[str], default: str) -> str:
        """One of a fixed vocabulary."""
        word = self.text(column, default)
        known = list(choices)
        if word not in known:
            self.refuse(column, f"“{word[:40]}” is none of {', '.join(known)}")
            return default
        return word
