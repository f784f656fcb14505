"""The tables of a DNA 3 file: SQLite, opened without trusting what is in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from positions.exceptions import BundleRefused
from positions.validators import text_fault

SQLITE_HEAD: Final = b"SQLite format 3\x00"
# Table by table, the columns that are read. DNA writes more; passwords are among them.
COLUMNS: Final = {
    "SETTINGS": ("Property", "Value"),
    "CODERS": ("ID", "Name"),
    "DOCUMENTS": ("ID", "Title", "Text", "Author", "Source", "Section", "Type", "Notes", "Date"),
    "STATEMENTTYPES": ("ID", "Label"),
    "VARIABLES": ("ID", "Variable", "DataType", "StatementTypeId"),
    "STATEMENTS": ("ID", "StatementTypeId", "DocumentId", "Start", "Stop", "Coder"),
    "ENTITIES": ("ID", "VariableId", "Value", "ChildOf"),
    "DATABOOLEAN": ("StatementId", "VariableId", "Value"),
    "DATAINTEGER": ("StatementId", "VariableId", "Value"),
    "DATASHORTTEXT": ("StatementId", "VariableId", "Entity"),
    "DATALONGTEXT": ("StatementId", "VariableId", "Value"),
    "ATTRIBUTEVARIABLES": ("ID", "VariableId", "AttributeVariable"),
    "ATTRIBUTEVALUES": ("EntityId", "AttributeVariableId", "AttributeValue"),
}
# What else a value may be in SQLite, whatever the column was declared as.
WHOLE: Final = frozenset({
    "ID", "StatementTypeId", "DocumentId", "Start", "Stop", "VariableId", "StatementId", "Entity", "EntityId",
    "AttributeVariableId", "Date",
})  # fmt: skip
OPTIONAL: Final = frozenset({"Coder", "ChildOf"})

Row = dict[str, Any]


class DnaTables:
    """The rows of the tables, checked for their kinds."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, table: str) -> list[Row]:
        """The rows of a table by their first column. Raises :class:`BundleRefused` for a value of another kind."""
        columns = COLUMNS[table]
        quoted = ", ".join(f'"{column}"' for column in columns)
        found = self._connection.execute(f'SELECT {quoted} FROM "{table}" ORDER BY 1')  # noqa: S608 - names are ours
        return [self._checked(table, dict(zip(columns, row, strict=True))) for row in found]

    def _checked(self, table: str, row: Row) -> Row:
        for column, value in row.items():
            if column in OPTIONAL and value is None:
                continue
            if column in WHOLE or column in OPTIONAL or (column == "Value" and table in ("DATABOOLEAN", "DATAINTEGER")):
                if not isinstance(value, int):
                    raise BundleRefused([(_place(table, row), f"{column} is not a whole number")])
            elif value is None:
                row[column] = ""
            elif not isinstance(value, str):
                raise BundleRefused([(_place(table, row), f"{column} is not text")])
            elif fault := text_fault(value):
                raise BundleRefused([(_place(table, row), f"{column} {fault}")])
        return row


def _place(table: str, row: Row) -> str:
    return f"table {table}, {next(iter(row))} {next(iter(row.values()))!r:.40}"


@contextmanager
def open_dna(path: Path) -> Iterator[DnaTables]:
    """The tables of a file, for reading only.

    Raises :class:`BundleRefused` for anything but a whole file of DNA 3.
    """
    _check_head(path)
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            # what is no UTF-8 becomes lone surrogates, and is refused with its place
            connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
            for pragma in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON"):
                connection.execute(f"PRAGMA {pragma}")
            _check_whole(connection)
            _check_layout(connection)
            yield DnaTables(connection)
    except sqlite3.Error as error:
        raise BundleRefused([("file", f"is damaged or incomplete: {error}")]) from None
    except UnicodeDecodeError:  # what SQLite says of damage quotes the damage
        raise BundleRefused([("file", "is damaged or incomplete: its tables cannot be read")]) from None


def _check_head(path: Path) -> None:
    """The first 100 bytes: that it is SQLite at all, and as long as it says; SQLite itself would fill up with zeros."""
    try:
        with path.open("rb") as file:
            head, size = file.read(100), path.stat().st_size
    except OSError as error:
        raise BundleRefused([("file", f"cannot be read: {error.strerror}")]) from None
    if not head.startswith(SQLITE_HEAD):
        raise BundleRefused([("file", _not_sqlite(head))])
    page_size, changes, pages, counted_at = (
        int.from_bytes(head[start : start + length]) for start, length in ((16, 2), (24, 4), (28, 4), (92, 4))
    )
    page_size = 65536 if page_size == 1 else page_size
    # the number of pages holds if it was written together with the last change
    expected = pages * page_size if changes == counted_at else 0
    if len(head) < 100 or not page_size or size % page_size or size < expected:
        raise BundleRefused([("file", f"is damaged or incomplete: it has {size:,} bytes, {expected:,} are announced")])


def _not_sqlite(head: bytes) -> str:
    if not head:
        return "is empty"
    if head.lstrip().startswith(b"<"):
        return "is no SQLite file; files of DNA 1 are XML: open and save it with DNA 3"
    return "is no SQLite file; a .dna file of DNA 3 is one"


def _check_whole(connection: sqlite3.Connection) -> None:
    findings = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")]
    if findings != ["ok"]:
        raise BundleRefused([("file", f"is damaged or incomplete: {finding}") for finding in findings])


def _check_layout(connection: sqlite3.Connection) -> None:
    """The version first: what another one lacks is no fault of the file."""
    made = {
        str(name).upper(): str(sql).lstrip().upper()
        for name, sql in connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    }
    if "SETTINGS" not in made:
        raise BundleRefused([("file", "is an SQLite file, but none of DNA: it has no table SETTINGS")])
    problems = _missing_columns(connection, "SETTINGS", made)
    if not problems:
        versions = [
            str(value)
            for name, value in connection.execute('SELECT "Property", "Value" FROM "SETTINGS"')
            if str(name).lower() == "version"
        ]
        version = versions[0] if versions else ""
        if version.split(".")[0].strip() != "3":
            said = f"of DNA {version[:20]}" if version else "that names no version of DNA"
            raise BundleRefused([("file", f"is a file {said}; only DNA 3 is read: open and save it with that")])
    for table in COLUMNS:
        if table != "SETTINGS":
            problems += _missing_columns(connection, table, made)
    if problems:
        raise BundleRefused(problems)


def _missing_columns(connection: sqlite3.Connection, table: str, made: dict[str, str]) -> list[tuple[str, str]]:
    if table not in made or not made[table].startswith("CREATE TABLE"):
        return [("file", f"has no table {table}, which files of DNA 3 have")]
    there = {str(row[1]).upper() for row in connection.execute(f'PRAGMA table_info("{table}")')}
    missing = [column for column in COLUMNS[table] if column.upper() not in there]
    return [("file", f"its table {table} has no column {column}") for column in missing]
