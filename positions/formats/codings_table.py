"""The codings table: one row, one coding of one passage for one party on one issue.

What a row must have is ``party``, ``issue``, ``stance`` or ``state``, and ``stated_on``. Whether what it
names exists, and whether its quotation stands in the text, is for the import to find out.
"""

from __future__ import annotations

from dataclasses import dataclass

from positions.enums import Attribution, CodingState, CodingStatus, Confidence, Directness, Move, SourceKind
from positions.exceptions import TableProblem, TableRefused
from positions.formats.sheets import READERS, Cells

COLUMNS = (
    "round", "source_key", "source_title", "source_kind", "published_on", "party", "asserted_by", "issue", "stance",
    "state", "move", "stated_on", "exact", "start", "end", "speaker_label", "attribution", "directness", "red_line",
    "reciprocal", "condition", "note",
)  # fmt: skip
REQUIRED = ("party", "issue", "stated_on")
# Columns that a table may have besides; an export's other columns are known and not read.
OPTIONAL = ("key", "coder", "confidence", "status")
EXPORTED = (
    "id", "negotiation", "statement", "footing", "recorded_at", "retired_at", "supersedes", "superseded_by",
    "reason",
)  # fmt: skip
HIGHEST_OFFSET = 2_000_000_000
LONGEST_NAME = 200
LONGEST_TITLE = 500


@dataclass(frozen=True)
class TableCoding:
    """A row of the table; ``row`` is its number in the file."""

    row: int
    key: str
    round: int | None
    source_key: str
    source_title: str
    source_kind: str
    published_on: str
    party: str
    asserted_by: str
    issue: str
    stance: int | None
    state: str
    move: str
    stated_on: str
    exact: str
    start: int | None
    end: int | None
    speaker_label: str
    attribution: str
    directness: str
    red_line: bool
    reciprocal: bool
    conditions: tuple[str, ...]
    note: str
    coder: str
    confidence: str
    status: str


def read_codings_table(content: bytes, format: str) -> tuple[list[TableCoding], list[TableProblem]]:
    """The rows of a table in ``csv``, ``xlsx`` or ``jsonl``, and the columns that nobody reads.

    Raises :class:`TableRefused` with everything wrong in the shape of its rows.
    """
    problems: list[TableProblem] = []
    codings: list[TableCoding] = []
    unread: dict[str, int] = {}
    for number, values in READERS[format](content, COLUMNS):
        for name in values:
            if name not in COLUMNS and name not in OPTIONAL and name not in EXPORTED:
                unread.setdefault(name, number)
        codings.append(_coding(Cells(number, values, problems)))
    if not codings and not problems:
        problems.append(TableProblem(None, None, "the table has no rows"))
    if codings:
        _refuse_missing_columns(codings, problems)
    if problems:
        raise TableRefused(problems)
    return codings, [
        TableProblem(row, name[:60], "is not read; is the name of the column right?") for name, row in unread.items()
    ]


def _refuse_missing_columns(codings: list[TableCoding], problems: list[TableProblem]) -> None:
    """A column that no row has is said once, not for each row."""
    for name in REQUIRED:
        if not any(getattr(coding, name) for coding in codings):
            problems[:] = [problem for problem in problems if problem.column != name]
            problems.insert(0, TableProblem(None, name, "is missing from the table; every row needs it"))


def _coding(cells: Cells) -> TableCoding:
    stance = cells.whole("stance", -2, 2)
    given = "state" in cells.values
    state = cells.choice("state", CodingState.values, CodingState.CODED)
    for name in REQUIRED:
        if name not in cells.values:
            cells.refuse(name, "is empty")
    if "stance" not in cells.values and not given:
        cells.refuse("stance", "is empty, and so is state: give one of them")
    for name in ("key", "source_key", "source_title", "party", "asserted_by", "issue"):
        longest = LONGEST_TITLE if name == "source_title" else LONGEST_NAME
        if len(str(cells.values.get(name, ""))) > longest:
            cells.refuse(name, f"is longer than {longest} characters")
    return TableCoding(
        row=cells.number,
        key=cells.text("key"),
        round=cells.whole("round", 0, HIGHEST_OFFSET),
        source_key=cells.text("source_key"),
        source_title=cells.text("source_title"),
        source_kind=cells.choice("source_kind", SourceKind.values, SourceKind.OTHER),
        published_on=cells.text("published_on"),
        party=cells.text("party"),
        asserted_by=cells.text("asserted_by"),
        issue=cells.text("issue"),
        stance=stance,
        state=state,
        move=cells.choice("move", Move.values, Move.PROCEDURAL),
        stated_on=cells.text("stated_on"),
        exact=cells.text("exact", strip=False),
        start=cells.whole("start", 0, HIGHEST_OFFSET),
        end=cells.whole("end", 0, HIGHEST_OFFSET),
        speaker_label=cells.text("speaker_label"),
        attribution=cells.choice("attribution", Attribution.values, Attribution.ON_RECORD),
        directness=cells.choice("directness", Directness.values, Directness.VERBATIM),
        red_line=cells.flag("red_line"),
        reciprocal=cells.flag("reciprocal"),
        conditions=tuple(cells.texts("condition")),
        note=cells.text("note"),
        coder=cells.text("coder", "import"),
        confidence=cells.choice("confidence", Confidence.values, Confidence.MEDIUM),
        status=cells.choice("status", CodingStatus.values, CodingStatus.PUBLISHED),
    )
