"""Importing a codings table: rows become a bundle's entries, so that one importer checks and writes them all."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q
from django.utils.text import slugify

from positions.enums import ConditionKind, PartyKind, Role
from positions.exceptions import BundleRefused, TableProblem, TableRefused
from positions.formats.bundle import FORMAT
from positions.formats.codings_table import TableCoding, read_codings_table
from positions.models import Coding, Issue, Negotiation, Party, PartyAlias, Source
from positions.queries.access import Reader, negotiation_for, parties_for
from positions.services.access import require_role
from positions.services.imports import ImportReport, import_bundle

# Of a bundle's field, the column of the table that it came from.
COLUMN_OF = {
    "source": "source_key",
    "conditions": "condition",
    "title": "source_title",
    "kind": "source_kind",
    "text": "exact",
}
PLACE = re.compile(r"(statements|sources|parties|issues)\[(\d+)\](?:\.codings\[(\d+)\])?\.?(\w*)")
TABLE_SOURCE = "Imported table"
LONGEST_SLUG = 100
LONGEST_KEY = 200
KEPT_OF_TITLE = 150
# What a row that names a recorded coding by its key must agree with.
COMPARED = ("party", "issue", "stance", "state", "move", "red_line", "stated_on", "exact")


def import_codings(
    reader: Reader,
    slug: str,
    content: bytes,
    format: str,
    *,
    create_missing: bool = False,
    dry_run: bool = False,
    on_step: Callable[[str], None] | None = None,
) -> ImportReport:
    """Bring the rows of a codings table into the record of a negotiation, or none of them.

    Parties are named by slug, ISO 3166 code (three letters), name or alias; issues by slug or title.
    With ``create_missing`` those that nobody knows are added. Raises :class:`TableRefused` with every
    problem and its row and column, :class:`NotVisible` and :class:`NotPermitted`.
    """
    negotiation = negotiation_for(reader, slug)
    require_role(reader, negotiation, Role.ANALYST)
    if on_step:
        on_step("reading the table")
    rows, warnings = read_codings_table(content, format)
    document = TableDocument(reader, negotiation, create_missing)
    recorded = _recorded_codings(negotiation, [row.key for row in rows if row.key])
    for row in rows:
        document.add(row, recorded.get(row.key))
    if document.problems:
        raise TableRefused(document.problems)
    try:
        report = import_bundle(reader, document.as_bundle(), dry_run=dry_run, on_step=on_step)
    except BundleRefused as refusal:
        raise TableRefused(sorted(document.located(refusal), key=lambda problem: problem.row or 0)) from refusal
    report.warnings = [
        *((f"row {problem.row}, column {problem.column}", problem.message) for problem in warnings),
        *((str(document.place_of(path)[0] or path), message) for path, message in report.warnings),
    ]
    return report


@dataclass
class TableDocument:
    """The bundle that the rows of a table stand for, and from which row each of its entries came."""

    reader: Reader
    negotiation: Negotiation
    create_missing: bool
    problems: list[TableProblem] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.parties = Named("party", party_names(self.reader, self.negotiation))
        self.issues = Named("issue", issue_names(self.negotiation))
        self.known_sources = set(Source.objects.filter(negotiation=self.negotiation).values_list("key", flat=True))
        self.sources: dict[str, tuple[int, dict[str, Any]]] = {}
        self.statements: dict[tuple[Any, ...], tuple[TableCoding, dict[str, Any], list[int]]] = {}

    def add(self, row: TableCoding, recorded: Coding | None = None) -> None:
        """Take in a row, unless its coding is ``recorded`` already; what is wrong with it is noted."""
        party = self._find(self.parties, "party", row.party, row)
        asserted_by = self._find(self.parties, "asserted_by", row.asserted_by, row) if row.asserted_by else party
        issue = self._find(self.issues, "issue", row.issue, row)
        source = self._source(row)
        if party is None or asserted_by is None or issue is None:
            return
        if recorded is not None:
            self._compare(row, party, issue, recorded)
            return
        said = {
            "source": source,
            "asserted_by": asserted_by,
            "stated_on": row.stated_on,
            "round": row.round,
            "exact": row.exact,
            "start": row.start,
            "end": row.end,
            "speaker_label": row.speaker_label,
            "attribution": row.attribution,
            "directness": row.directness,
            "note": row.note,
        }
        has_span = bool(row.exact) or row.start is not None
        place = (
            source,
            row.exact,
            row.start,
            row.end,
            asserted_by,
            row.stated_on,
            row.round,
            "" if has_span else issue,
        )
        first, statement, coded = self.statements.setdefault(place, (row, {**said, "codings": []}, []))
        different = [name for name, value in said.items() if statement[name] != value]
        for name in different:
            self._refuse(row, name, f"differs from row {first.row}, which is the same passage")
        statement["codings"].append(self._coding(row, party, issue))
        coded.append(row.row)

    def _compare(self, row: TableCoding, party: str, issue: str, recorded: Coding) -> None:
        """A row that was exported from here says nothing new; one that was changed since is no way to correct it."""
        statement = recorded.statement
        here = (recorded.party.slug, recorded.issue.slug, recorded.stance, recorded.state, recorded.move,
                recorded.red_line, statement.stated_on, statement.exact)  # fmt: skip
        said = (
            party,
            issue,
            row.stance,
            row.state,
            row.move,
            row.red_line,
            row.stated_on,
            row.exact or statement.exact,
        )
        for name, value, known in zip(COMPARED, said, here, strict=True):
            if value != known:
                self._refuse(row, name, f"the coding “{row.key[:60]}” is recorded otherwise; correct it at the desk")

    def _coding(self, row: TableCoding, party: str, issue: str) -> dict[str, Any]:
        return {
            **({"key": row.key} if row.key else {}),
            "party": party,
            "issue": issue,
            "stance": row.stance,
            "state": row.state,
            "move": row.move,
            "red_line": row.red_line,
            "reciprocal": row.reciprocal,
            "confidence": row.confidence,
            "coder": row.coder,
            "status": row.status,
            "conditions": [{"text": text, "kind": ConditionKind.PRECONDITION} for text in row.conditions],
        }

    def _find(self, named: Named, column: str, words: str, row: TableCoding) -> str | None:
        found = named.find(words)
        if len(found) == 1:
            return found[0]
        if found:
            self._refuse(row, column, f"“{words[:60]}” may mean {' or '.join(found[:5])}; give the slug")
            return None
        if self.create_missing:
            return named.create(words, row.row)
        self._refuse(row, column, f"there is no {named.noun} “{words[:60]}”; add it first, or create what is missing")
        return None

    def _source(self, row: TableCoding) -> str:
        title = row.source_title or row.source_key or TABLE_SOURCE
        key = row.source_key or (title if len(title) <= LONGEST_KEY else f"{title[:KEPT_OF_TITLE]}-{digest(title)}")
        if key in self.known_sources:
            return key
        facts = {"key": key, "title": title, "kind": row.source_kind, "published_on": row.published_on}
        first, known = self.sources.setdefault(key, (row.row, facts))
        for name, column in (("title", "source_title"), ("kind", "source_kind"), ("published_on", "published_on")):
            if known[name] != facts[name]:
                self._refuse(row, column, f"differs from row {first}, which names the same source")
        return key

    def _refuse(self, row: TableCoding, column: str, message: str) -> None:
        self.problems.append(TableProblem(row.row, column, message))

    def as_bundle(self) -> dict[str, Any]:
        """The bundle; what the table leaves out of a statement is left out of it too."""
        parties = [{"slug": slug, "name": name, "kind": PartyKind.STATE} for slug, name, _ in self.parties.created]
        issues = [{"slug": slug, "title": name, "proposal": name} for slug, name, _ in self.issues.created]
        return {
            "format": FORMAT,
            "negotiation": {"slug": self.negotiation.slug, "title": self.negotiation.title},
            "parties": parties,
            "issues": issues,
            "sources": [facts for _, facts in self.sources.values()],
            "statements": [
                {name: value for name, value in statement.items() if value not in (None, "")}
                for _, statement, _ in self.statements.values()
            ],
        }

    def located(self, refusal: BundleRefused) -> Iterable[TableProblem]:
        """The problems of the bundle as problems of the table."""
        for path, message in refusal.problems:
            row, column = self.place_of(path)
            yield TableProblem(row, column, message if row or column else f"{path}: {message}")

    def place_of(self, path: str) -> tuple[int | None, str | None]:
        """The row and the column that a place in the bundle came from."""
        match = PLACE.match(path)
        if match is None:
            return None, None
        listed, place, coding, name = match[1], int(match[2]), match[3], match[4]
        column = COLUMN_OF.get(name, name) or None
        if listed == "statements":
            _, _, rows = list(self.statements.values())[place]
            return rows[int(coding)] if coding else rows[0], column
        if listed == "sources":
            return list(self.sources.values())[place][0], column
        created = self.parties.created if listed == "parties" else self.issues.created
        return created[place][2], "party" if listed == "parties" else "issue"


class Named:
    """Records by what a table may call them: the slug first, then other names in any case."""

    def __init__(self, noun: str, names: Iterable[tuple[str, str]]) -> None:
        self.noun = noun
        self.created: list[tuple[str, str, int]] = []
        self._slugs: set[str] = set()
        self._names: dict[str, set[str]] = {}
        for slug, name in names:
            self._slugs.add(slug)
            self._names.setdefault(name.casefold(), set()).add(slug)

    def find(self, words: str) -> list[str]:
        """The slugs that the words may mean."""
        if words in self._slugs:
            return [words]
        return sorted(self._names.get(words.casefold(), ()))

    def create(self, words: str, row: int) -> str:
        """The slug of a record that is to be added under these words."""
        slug = slugify(words)[:LONGEST_SLUG].strip("-")
        if not slug or slug in self._slugs:
            # no Latin letter in it, or another name that shortens to the same
            slug = f"{self.noun}-{digest(words)}"
        self._slugs.add(slug)
        self._names.setdefault(words.casefold(), set()).add(slug)
        self.created.append((slug, words, row))
        return slug


def _recorded_codings(negotiation: Negotiation, keys: list[str]) -> dict[str, Coding]:
    found: dict[str, Coding] = {}
    for start in range(0, len(keys), 500):
        rows = Coding.objects.filter(negotiation=negotiation, key__in=keys[start : start + 500])
        found |= {coding.key: coding for coding in rows.select_related("statement", "party", "issue")}
    return found


def digest(words: str) -> str:
    """A short name for words that are too long or hold no Latin letter."""
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def party_names(reader: Reader, negotiation: Negotiation) -> Iterable[tuple[str, str]]:
    """Slugs with every name of the parties that the reader sees: a hidden one is as unknown as none."""
    seen = Party.objects.filter(Q(pk__in=parties_for(reader).order_by().values("pk")) | Q(negotiations=negotiation))
    for slug, name, iso3 in seen.order_by("slug").values_list("slug", "name", "iso3").distinct():
        yield slug, name
        if iso3:
            yield slug, iso3
    aliases = PartyAlias.objects.filter(party__in=seen.order_by().values("pk")).order_by("party__slug", "text")
    yield from aliases.values_list("party__slug", "text")


def issue_names(negotiation: Negotiation) -> Iterable[tuple[str, str]]:
    """Slugs and titles of a negotiation's issues."""
    return Issue.objects.filter(negotiation=negotiation).order_by("slug").values_list("slug", "title")
