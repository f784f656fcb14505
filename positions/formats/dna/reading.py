"""From the tables of a DNA 3 file to what it says, with every fault at its place."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from positions.analysis.anchors import canonical_text
from positions.exceptions import BundleRefused
from positions.formats.dna.project import DnaDocument, DnaProject, DnaRoles, DnaSpan, DnaStatement
from positions.formats.dna.tables import DnaTables, Row, open_dna
from positions.validators import visible_characters

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
YES, NO = 2, -2
USUAL_TYPE: Final = "DNA Statement"
SHORT_TEXT, BOOLEAN, INTEGER = "short text", "boolean", "integer"


def read_dna(path: Path, roles: DnaRoles, *, skip_incomplete: bool = False) -> DnaProject:
    """What the file says.

    Raises :class:`BundleRefused` with every problem and its place. A statement without organisation or
    concept is one, unless ``skip_incomplete`` has it left aside.
    """
    with open_dna(path) as tables:
        return _Reader(tables, roles, skip_incomplete).read()


class _Reader:
    """Reads one file; problems are collected, and raised once everything was looked at."""

    def __init__(self, tables: DnaTables, roles: DnaRoles, skip_incomplete: bool) -> None:
        self.tables, self.roles, self.skip_incomplete = tables, roles, skip_incomplete
        self.problems: list[tuple[str, str]] = []
        self.project = DnaProject()
        self.incomplete = 0

    def read(self) -> DnaProject:
        self.labels = {row["ID"]: row["Label"] for row in self.tables.rows("STATEMENTTYPES")}
        self.variables = {row["ID"]: row for row in self.tables.rows("VARIABLES")}
        self.type, self.role_of = self._find_type()
        self.entities = {row["ID"]: row for row in self.tables.rows("ENTITIES")}
        self._read_documents()
        self._read_concepts()
        self._read_spans()
        if self.problems:
            raise BundleRefused(self.problems)
        self._read_attributes()
        if self.incomplete:
            self._leave_aside(f"{self.incomplete} statements", "have no organisation or no concept")
        return self.project

    def _leave_aside(self, what: str, why: str) -> None:
        self.project.left_aside.append((what, f"left aside: {why}"))

    # ------------------------------------------------------------ the statement type

    def _find_type(self) -> tuple[int, dict[int, str]]:
        """The type that is read, and by variable which role it has there."""
        wanted = self.roles.type
        fitting = {}
        for type_id, label in self.labels.items():
            found = self._roles_in(type_id)
            if {"organisation", "concept", "agreement"} <= set(found.values()) and wanted in (None, label):
                fitting[type_id] = found
        usual = [type_id for type_id in fitting if self.labels[type_id] == USUAL_TYPE]
        if len(fitting) > 1 and len(usual) != 1:
            several = ", ".join(f"“{self.labels[type_id][:60]}”" for type_id in fitting)
            raise BundleRefused([("statement types", f"several could be read: {several}; name one with --type")])
        if not fitting:
            raise BundleRefused([("statement types", self._describe_types())])
        chosen = usual[0] if len(fitting) > 1 else next(iter(fitting))
        return chosen, fitting[chosen]

    def _roles_in(self, type_id: int) -> dict[int, str]:
        """By variable, its role in the type; a name in the very spelling wanted goes before one in other case."""
        roles = self.roles
        found: dict[str, int] = {}
        for role, name, kinds in (
            ("organisation", roles.organisation, (SHORT_TEXT,)),
            ("concept", roles.concept, (SHORT_TEXT,)),
            ("person", roles.person, (SHORT_TEXT,)),
            ("agreement", roles.agreement, (BOOLEAN, INTEGER)),
        ):
            fitting = [
                (row["Variable"] != name, variable)
                for variable, row in self.variables.items()
                if row["StatementTypeId"] == type_id
                and row["DataType"] in kinds
                and row["Variable"].casefold() == name.casefold()
            ]
            if fitting:
                found[role] = min(fitting)[1]
        return {variable: role for role, variable in found.items()}

    def _describe_types(self) -> str:
        there = "; ".join(
            f"“{label[:60]}” has "
            + (
                ", ".join(
                    f"{row['Variable'][:40]} ({row['DataType'][:20]})"
                    for row in self.variables.values()
                    if row["StatementTypeId"] == type_id
                )
                or "no variables"
            )
            for type_id, label in self.labels.items()
        )
        roles = self.roles
        which = f"“{roles.type[:60]}”" if roles.type else "none"
        return (
            f"{which} has the short texts “{roles.organisation[:40]}” and “{roles.concept[:40]}” and the boolean or "
            f"integer “{roles.agreement[:40]}”; name type and variables with --type, --organisation, --concept "
            f"and --agreement. The file has: {there or 'no types'}"
        )

    # ------------------------------------------------------------ documents and concepts

    def _read_documents(self) -> None:
        for row in self.tables.rows("DOCUMENTS"):
            on = _day_of(row["Date"])
            if on is None:
                self.problems.append((f"document {row['ID']}", f"its date, {row['Date']}, lies outside the calendar"))
                continue
            text = row["Text"] if row["Text"].strip() else ""
            self.project.documents.append(
                DnaDocument(
                    row["ID"], row["Title"].strip() or f"Document {row['ID']}", text, row["Author"], row["Source"],
                    row["Section"], row["Type"], row["Notes"], on,
                )
            )  # fmt: skip
        self.texts = {document.id: document.text for document in self.project.documents}

    def _read_concepts(self) -> None:
        """Every concept of the file with its parent, used or not: together they are its codebook."""
        of_concept = {variable for variable, role in self.role_of.items() if role == "concept"}
        concepts = {
            id: row
            for id, row in self.entities.items()
            if row["VariableId"] in of_concept and visible_characters(row["Value"])
        }
        for row in concepts.values():
            parent = concepts.get(row["ChildOf"])
            self.project.concepts[row["Value"]] = parent["Value"] if parent and parent is not row else None

    # ------------------------------------------------------------ statements

    def _read_spans(self) -> None:
        coders = {row["ID"]: row["Name"] for row in self.tables.rows("CODERS")}
        values = self._read_values()
        for row in self.tables.rows("STATEMENTS"):
            bounds = self._bounds_of(row)
            if bounds is None:
                continue
            coder = coders.get(row["Coder"]) or "import"
            given = values.get(row["ID"], {})
            if row["StatementTypeId"] == self.type:
                self._read_statement(row, bounds, coder, given)
                continue
            label = self.labels.get(row["StatementTypeId"])
            if label is None:
                self._refuse(row, f"its type, {row['StatementTypeId']}, is none of the file's")
                continue
            named = {self._name_of(variable): str(value) for variable, value in given.items()}
            self.project.other_spans.append((label, DnaSpan(row["ID"], row["DocumentId"], *bounds, coder, named)))

    def _refuse(self, row: Row, message: str) -> None:
        self.problems.append((f"statement {row['ID']}", message))

    def _name_of(self, variable: int) -> str:
        return str(self.variables[variable]["Variable"])

    def _read_values(self) -> dict[int, dict[int, Any]]:
        """By statement and variable, the value: text, or a number."""
        values: dict[int, dict[int, Any]] = defaultdict(dict)
        for table, column in (
            ("DATASHORTTEXT", "Entity"), ("DATALONGTEXT", "Value"), ("DATABOOLEAN", "Value"), ("DATAINTEGER", "Value")
        ):  # fmt: skip
            for row in self.tables.rows(table):
                place, value = f"statement {row['StatementId']}", row[column]
                if row["VariableId"] not in self.variables:
                    self.problems.append((place, f"names a variable that is not there, {row['VariableId']}"))
                    continue
                if column == "Entity":
                    entity = self.entities.get(value)
                    if entity is None or entity["VariableId"] != row["VariableId"]:
                        name = self._name_of(row["VariableId"])
                        self.problems.append((place, f"its {name} is an entity that is not there, {value}"))
                        continue
                    value = entity["Value"]
                values[row["StatementId"]][row["VariableId"]] = value
        return values

    def _bounds_of(self, row: Row) -> tuple[int, int] | None:
        """The span in code points of the canonical text; DNA counts UTF-16 units, as Java does."""
        text = self.texts.get(row["DocumentId"])
        if text is None:
            if not any(place == f"document {row['DocumentId']}" for place, _ in self.problems):
                self._refuse(row, f"its document, {row['DocumentId']}, is not there")
            return None
        start, stop = row["Start"], row["Stop"]
        length = utf16_length(text)
        if not 0 <= start < stop <= length:
            where = f"document {row['DocumentId']}, which has {length} characters"
            self._refuse(row, f"its span, {start} to {stop}, lies outside {where}")
            return None
        first, last = code_points_before(text, start), code_points_before(text, stop)
        if first is None or last is None:
            self._refuse(row, f"its span, {start} to {stop}, cuts a character of document {row['DocumentId']} in two")
            return None
        return len(canonical_text(text[:first])), len(canonical_text(text[:last]))

    def _read_statement(self, row: Row, bounds: tuple[int, int], coder: str, given: dict[int, Any]) -> None:
        of_role: dict[str, Any] = {}
        others: dict[str, str] = {}
        for variable, value in given.items():
            role = self.role_of.get(variable)
            if role is not None:
                of_role[role] = value
            elif str(value).strip():
                others[self._name_of(variable)] = str(value)
        organisation, concept = str(of_role.get("organisation", "")), str(of_role.get("concept", ""))
        empty = [
            name
            for name, value in ((self.roles.organisation, organisation), (self.roles.concept, concept))
            if not visible_characters(value)
        ]
        if empty:
            if self.skip_incomplete:
                self.incomplete += 1
            else:
                self._refuse(
                    row, f"its {' and '.join(empty)} {'is' if len(empty) == 1 else 'are'} empty; code it in DNA, "
                    "or leave such statements out with --skip-incomplete"
                )  # fmt: skip
            return
        stance = self._stance_of(row, of_role.get("agreement"))
        if stance is None:
            return
        person = str(of_role.get("person", ""))
        span = DnaSpan(row["ID"], row["DocumentId"], *bounds, coder, others)
        self.project.statements.append(
            DnaStatement(span, organisation, concept, person if visible_characters(person) else "", stance)
        )

    def _stance_of(self, row: Row, agreement: int | None) -> int | None:
        """Yes is +2 and no −2; an integer variable holds the stance itself."""
        (variable,) = (v for v, role in self.role_of.items() if role == "agreement")
        name = self.roles.agreement
        if agreement is None:
            self._refuse(row, f"has no {name}")
            return None
        if self.variables[variable]["DataType"] == BOOLEAN:
            if agreement in (0, 1):
                return YES if agreement else NO
            self._refuse(row, f"its {name}, {agreement}, is neither 0 nor 1")
            return None
        if not NO <= agreement <= YES:
            self._refuse(row, f"its {name}, {agreement}, is no stance from −2 to +2")
            return None
        return agreement

    # ------------------------------------------------------------ attributes

    def _read_attributes(self) -> None:
        """Aliases of organisations; any other attribute has no place here and is only counted."""
        of_organisation = {variable for variable, role in self.role_of.items() if role == "organisation"}
        attributes = {row["ID"]: row for row in self.tables.rows("ATTRIBUTEVARIABLES")}
        others: Counter[str] = Counter()
        for row in self.tables.rows("ATTRIBUTEVALUES"):
            entity, attribute = self.entities.get(row["EntityId"]), attributes.get(row["AttributeVariableId"])
            value = row["AttributeValue"].strip()
            if entity is None or attribute is None or not value or not visible_characters(entity["Value"]):
                continue
            if attribute["AttributeVariable"].casefold() == "alias" and entity["VariableId"] in of_organisation:
                self.project.aliases[entity["Value"]] = value
            else:
                others[attribute["AttributeVariable"]] += 1
        for name, count in sorted(others.items()):
            self._leave_aside(f"attribute “{name[:60]}” of {count} entities", "attributes have no place here")


def _day_of(seconds: int) -> date | None:
    """The day of an instant in seconds since 1970, in UTC; null outside the years 1 to 9999."""
    try:
        return (EPOCH + timedelta(seconds=seconds)).date()
    except OverflowError:
        return None


def utf16_length(text: str) -> int:
    """The length of a text in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def code_points_before(text: str, units: int) -> int | None:
    """How many code points the first ``units`` UTF-16 units of a text hold; null where they end inside one."""
    if text.isascii():
        return units
    try:
        return len(text.encode("utf-16-le")[: 2 * units].decode("utf-16-le"))
    except UnicodeDecodeError:
        return None
