"""Small files of DNA 3, made for a test: the tables and columns of the program, and what one test is about."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LAYOUT = """
CREATE TABLE SETTINGS(Property TEXT PRIMARY KEY, Value TEXT NOT NULL);
CREATE TABLE CODERS(ID INTEGER PRIMARY KEY, Name TEXT NOT NULL, Password TEXT NOT NULL);
CREATE TABLE DOCUMENTS(ID INTEGER PRIMARY KEY, Title TEXT, Text TEXT, Coder INTEGER, Author TEXT, Source TEXT,
    Section TEXT, Notes TEXT, Type TEXT, Date INTEGER);
CREATE TABLE STATEMENTTYPES(ID INTEGER PRIMARY KEY, Label TEXT NOT NULL);
CREATE TABLE VARIABLES(ID INTEGER PRIMARY KEY, Variable TEXT, DataType TEXT, StatementTypeId INTEGER);
CREATE TABLE STATEMENTS(ID INTEGER PRIMARY KEY, StatementTypeId INTEGER, DocumentId INTEGER, Start INTEGER,
    Stop INTEGER, Coder INTEGER);
CREATE TABLE ENTITIES(ID INTEGER PRIMARY KEY, VariableId INTEGER, Value TEXT, Red INTEGER, ChildOf INTEGER);
CREATE TABLE DATABOOLEAN(ID INTEGER PRIMARY KEY, StatementId INTEGER, VariableId INTEGER, Value INTEGER);
CREATE TABLE DATAINTEGER(ID INTEGER PRIMARY KEY, StatementId INTEGER, VariableId INTEGER, Value INTEGER);
CREATE TABLE DATASHORTTEXT(ID INTEGER PRIMARY KEY, StatementId INTEGER, VariableId INTEGER, Entity INTEGER);
CREATE TABLE DATALONGTEXT(ID INTEGER PRIMARY KEY, StatementId INTEGER, VariableId INTEGER, Value TEXT);
CREATE TABLE ATTRIBUTEVARIABLES(ID INTEGER PRIMARY KEY, VariableId INTEGER, AttributeVariable TEXT);
CREATE TABLE ATTRIBUTEVALUES(ID INTEGER PRIMARY KEY, EntityId INTEGER, AttributeVariableId INTEGER,
    AttributeValue TEXT);
"""

PERSON, ORGANISATION, CONCEPT, AGREEMENT, PLACE, REMARK = range(1, 7)
TEXT = "The mill must stay, said Ada.\nNo, it floods us, said 😀 Ben.\r\nThe bridge is nobody's business.\n"


class DnaFile:
    """A file with one statement type “DNA Statement” and one “Annotation”, and a coder called Cleo."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(LAYOUT)
        self.add("SETTINGS", ("version", "3.0.11"))
        self.add("CODERS", (1, "Cleo", "secret"))
        self.add("STATEMENTTYPES", (1, "DNA Statement"), (2, "Annotation"))
        self.add(
            "VARIABLES",
            (PERSON, "person", "short text", 1),
            (ORGANISATION, "organization", "short text", 1),
            (CONCEPT, "concept", "short text", 1),
            (AGREEMENT, "agreement", "boolean", 1),
            (PLACE, "place", "short text", 1),
            (REMARK, "note", "long text", 2),
        )

    def run(self, sql: str, *parameters: Any) -> None:
        """Change the file by hand."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.execute(sql, parameters)

    def add(self, table: str, *rows: tuple[Any, ...]) -> None:
        """Add rows, whole."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            for row in rows:
                connection.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)

    def document(self, id: int, text: str, on: str = "2005-01-26", **facts: str) -> None:
        """Add a document of a day at noon."""
        words = {"title": f"Paper {id}", "author": "", "source": "", "section": "", "notes": "", "type": "", **facts}
        moment = datetime.fromisoformat(on).replace(hour=12, tzinfo=UTC)
        self.add(
            "DOCUMENTS",
            (
                id, words["title"], text, 1, words["author"], words["source"], words["section"], words["notes"],
                words["type"], int(moment.timestamp()),
            ),
        )  # fmt: skip

    def entity(self, variable: int, value: str, child_of: int | None = None) -> int:
        """The id of an entity, added where it is not there yet."""
        with closing(sqlite3.connect(self.path)) as connection, connection:
            known = connection.execute(
                "SELECT ID FROM ENTITIES WHERE VariableId = ? AND Value = ?", (variable, value)
            ).fetchone()
            if known:
                return int(known[0])
            made = connection.execute(
                "INSERT INTO ENTITIES VALUES (NULL, ?, ?, 0, ?)", (variable, value, child_of)
            ).lastrowid
        assert made is not None
        return made

    def statement(
        self, id: int, document: int, start: int, stop: int, organisation: str, concept: str, agrees: int,
        person: str = "", place: str = "",
    ) -> None:  # fmt: skip
        """Add a statement of the usual type; ``start`` and ``stop`` count UTF-16 units."""
        self.add("STATEMENTS", (id, 1, document, start, stop, 1))
        for variable, value in ((PERSON, person), (ORGANISATION, organisation), (CONCEPT, concept), (PLACE, place)):
            self.add("DATASHORTTEXT", (None, id, variable, self.entity(variable, value)))
        self.add("DATABOOLEAN", (None, id, AGREEMENT, agrees))


def write_mill_dispute(path: Path) -> DnaFile:
    """Two organisations, two concepts and a parent of one, three statements and a note; one span after an emoji."""
    file = DnaFile(path)
    parent = file.entity(CONCEPT, "Water")
    file.entity(CONCEPT, "The mill should stay.", parent)
    file.document(1, TEXT, author="Dora", source="Gazette", section="12", type="report", notes="Seen twice.")
    file.document(2, "", "2005-02-02", title=" ")
    file.statement(1, 1, 0, 18, "Millers' guild", "The mill should stay.", 1, "Ada", "Lower bank")
    units = len(TEXT[: TEXT.index("Ben")].encode("utf-16-le")) // 2
    file.statement(2, 1, 30, units + 3, "Fishers", "The mill should stay.", 0, "Ben")
    bridge = len(TEXT[: TEXT.index("The bridge")].encode("utf-16-le")) // 2
    file.statement(3, 1, bridge, bridge + 10, "Fishers", "Bridge", 1)
    file.add("STATEMENTS", (4, 2, 1, 4, 8, 1))
    file.add("DATALONGTEXT", (None, 4, REMARK, "Which mill?"))
    file.add("ATTRIBUTEVARIABLES", (1, ORGANISATION, "Alias"), (2, ORGANISATION, "Type"))
    guild = file.entity(ORGANISATION, "Millers' guild")
    file.add("ATTRIBUTEVALUES", (None, guild, 1, "the guild"), (None, guild, 2, "Business"))
    return file
