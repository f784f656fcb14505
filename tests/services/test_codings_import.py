"""The codings table: what its rows become, every fault at its row and column, all or nothing."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import openpyxl
import pytest

from positions.enums import Role
from positions.exceptions import NotPermitted, NotVisible, TableRefused
from positions.models import Coding, Event, Negotiation, Source, Statement
from positions.queries.access import SYSTEM, Reader, reader_of
from positions.queries.evidence import Moment
from positions.queries.positions import positions_for
from positions.services.codings_import import import_codings
from tests.api.conftest import Api
from tests.factories import (
    add_member,
    make_coding,
    make_issue,
    make_negotiation,
    make_party,
    make_round,
    make_source,
    make_statement,
    make_user,
)

pytestmark = pytest.mark.django_db
Table = list[dict[str, Any]]


def as_csv(rows: Table, delimiter: str = ",") -> bytes:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    file = io.StringIO()
    writer = csv.DictWriter(file, columns, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def as_xlsx(rows: Table) -> bytes:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(columns)
    for row in rows:
        sheet.append([row.get(name) for name in columns])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def as_jsonl(rows: Table) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


WRITERS = {"csv": as_csv, "xlsx": as_xlsx, "jsonl": as_jsonl}
VOTE = {
    "source_title": "Roll call 12",
    "source_kind": "other",
    "issue": "transit",
    "move": "vote",
    "stated_on": "2022-03-02",
}
VOTES: Table = [
    {**VOTE, "party": "north", "stance": 2, "state": "coded"},
    {**VOTE, "party": "NAM", "stance": -2, "state": "coded"},
    {**VOTE, "party": "The Hills", "stance": 0, "state": "coded"},
    {**VOTE, "party": "east", "state": "absent"},
]


@pytest.fixture
def talks(db: None) -> Negotiation:
    negotiation = make_negotiation("talks")
    parties = [
        make_party("north"),
        make_party("namibia", iso3="NAM"),
        make_party("uplands", aliases=["the hills"]),
        make_party("east"),
    ]
    negotiation.parties.add(*parties)
    make_issue(negotiation, "transit", title="Free transit")
    make_round(negotiation, 1, parties=parties)
    return negotiation


def problems_of(content: bytes, format: str = "csv", **options: Any) -> list[tuple[int | None, str | None, str]]:
    with pytest.raises(TableRefused) as caught:
        import_codings(SYSTEM, "talks", content, format, **options)
    assert not Coding.objects.exists()
    assert not Event.objects.exists()
    return [(problem.row, problem.column, problem.message) for problem in caught.value.problems]


@pytest.mark.parametrize("format", WRITERS)
def test_roll_call_is_one_textless_source_with_a_statement_a_party(talks: Negotiation, format: str) -> None:
    report = import_codings(SYSTEM, "talks", WRITERS[format](VOTES), format)
    assert (report.counts["codings"], report.counts["sources"], report.counts["statements"]) == (4, 1, 4)
    source = Source.objects.get()
    assert (source.key, source.title, source.texts.count()) == ("Roll call 12", "Roll call 12", 0)
    rows = Coding.objects.order_by("party__slug").values_list(
        "party__slug", "stance", "state", "move", "status", "coder"
    )
    assert list(rows) == [
        ("east", None, "absent", "vote", "published", "import"),
        ("namibia", -2, "coded", "vote", "published", "import"),
        ("north", 2, "coded", "vote", "published", "import"),
        ("uplands", 0, "coded", "vote", "published", "import"),
    ]
    assert Event.objects.count() == 1
    again = import_codings(SYSTEM, "talks", WRITERS[format](VOTES), format)
    assert again.counts == {}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiter_is_that_of_the_header(talks: Negotiation, delimiter: str) -> None:
    import_codings(SYSTEM, "talks", b"\xef\xbb\xbf" + as_csv(VOTES, delimiter), "csv")
    assert Coding.objects.count() == 4


def test_rows_of_one_passage_make_one_statement(talks: Negotiation) -> None:
    make_source(talks, key="joint", text="We accept. =Transit is free", published_on="2022-03-01")
    said = {"source_key": "joint", "exact": "=Transit is free", "stated_on": "2022-03-01", "issue": "Free transit",
            "asserted_by": "east", "round": "1", "speaker_label": "A spokesman", "directness": "paraphrase",
            "attribution": "on_record", "red_line": "yes", "condition": "troops leave\nborder opens"}  # fmt: skip
    content = as_csv([{**said, "party": "east", "stance": "+1"}, {**said, "party": "north", "stance": "−1"}])
    import_codings(SYSTEM, "talks", content.replace(b"=Transit", b"'=Transit"), "csv")
    statement = Statement.objects.get()
    assert (statement.exact, statement.start, statement.speaker_label) == ("=Transit is free", 11, "A spokesman")
    assert (statement.round.number if statement.round else None, statement.directness) == (1, "paraphrase")
    codings = statement.codings.order_by("party__slug")
    assert [(c.party.slug, c.stance, c.footing, c.red_line) for c in codings] == [
        ("east", 1, "own", True),
        ("north", -1, "reported", True),
    ]
    assert [c.text for c in codings[0].conditions.order_by("rank")] == ["troops leave", "border opens"]


def test_faults_are_told_together_at_their_rows_and_columns(talks: Negotiation) -> None:
    make_source(talks, key="text", text="We accept.", published_on="2022-03-02")
    rows: Table = [
        {**VOTE, "party": "nobody", "stance": "1"},
        {**VOTE, "party": "north", "stance": "3"},
        {**VOTE, "party": "north", "stance": "1", "issue": "unknown"},
        {**VOTE, "party": "north"},
        {**VOTE, "party": "north", "stance": "1.5", "red_line": "perhaps", "move": "sing"},
    ]
    assert problems_of(as_csv(rows)) == [
        (3, "stance", "3 is not between -2 and 2"),
        (5, "stance", "is empty, and so is state: give one of them"),
        (6, "stance", "“1.5” is not a whole number"),
        (6, "move", problems_of(as_csv(rows))[3][2]),
        (6, "red_line", "“perhaps” is neither true nor false"),
    ]
    assert problems_of(as_csv(rows[:1] + rows[2:3])) == [
        (2, "party", "there is no party “nobody”; add it first, or create what is missing"),
        (3, "issue", "there is no issue “unknown”; add it first, or create what is missing"),
    ]
    late = [
        {**VOTE, "party": "north", "stance": "1", "stated_on": "yesterday"},
        {**VOTE, "party": "north", "stance": "1", "round": "7"},
        {**VOTE, "party": "north", "stance": "1", "source_key": "text", "exact": "We refuse."},
    ]
    assert [(row, column) for row, column, _ in problems_of(as_csv(late))] == [
        (2, "stated_on"),
        (3, "round"),
        (4, "exact"),
    ]


def test_two_rows_that_disagree_about_one_passage_or_source(talks: Negotiation) -> None:
    rows: Table = [
        {**VOTE, "party": "north", "stance": "1", "note": "first"},
        {**VOTE, "party": "north", "stance": "1", "note": "second"},
        {**VOTE, "party": "east", "stance": "1", "source_kind": "communique"},
    ]
    assert problems_of(as_csv(rows)) == [
        (3, "note", "differs from row 2, which is the same passage"),
        (4, "source_kind", "differs from row 2, which names the same source"),
    ]


@pytest.mark.parametrize(
    ("content", "format", "row", "word"),
    [
        (b"", "csv", 1, "empty"),
        (b"party,party\n", "csv", 1, "twice"),
        (b"party,issue\nnorth,transit,2022,too,many\n", "csv", 2, "cells"),
        (b"party,issue,stated_on,stance\n\xff\xfe,a,b,1\n", "csv", 2, "UTF-8"),
        (b'party\n"open', "csv", 2, "CSV"),
        (b"party,issue,stance,stated_on\n", "csv", None, "no rows"),
        (b"PK\x03\x04 nothing", "xlsx", None, "Excel"),
        (b"not a zip", "xlsx", None, "Excel"),
        (b'{"party": "north", "party": "south"}', "jsonl", 1, "twice"),
        (b'\n{"stance": NaN}', "jsonl", 2, "NaN"),
        (b"[1]", "jsonl", 1, "object"),
        (b"{" * 100_000, "jsonl", 1, ""),
    ],
)
def test_file_that_cannot_be_read(talks: Negotiation, content: bytes, format: str, row: int | None, word: str) -> None:
    [(found, _, message)] = problems_of(content, format)
    assert found == row
    assert word in message


def test_column_that_is_missing_is_said_once(talks: Negotiation) -> None:
    assert problems_of(b"party,stance\nnorth,1\nnorth,2\n") == [
        (None, "stated_on", "is missing from the table; every row needs it"),
        (None, "issue", "is missing from the table; every row needs it"),
    ]


def test_column_that_nobody_reads_is_warned_of(talks: Negotiation) -> None:
    report = import_codings(SYSTEM, "talks", as_csv([{**VOTES[0], "stanse": "1"}]), "csv")
    assert report.warnings == [("row 2, column stanse", "is not read; is the name of the column right?")]


def test_na_is_a_name_and_missing_names_are_made(talks: Negotiation) -> None:
    rows: Table = [
        {**VOTE, "party": "NA", "stance": "1"},
        {**VOTE, "party": "Намибия", "stance": "1", "issue": "Ship’s  passage"},
    ]
    report = import_codings(SYSTEM, "talks", as_csv(rows), "csv", create_missing=True)
    assert report.counts["parties"] == 2
    names = dict(Coding.objects.values_list("party__name", "party__slug"))
    assert names["NA"] == "na"
    assert names["Намибия"].startswith("party-")
    assert Coding.objects.get(party__slug="na").issue.slug == "transit"
    assert import_codings(SYSTEM, "talks", as_csv(rows), "csv", create_missing=True).counts == {}


def test_name_that_means_two_parties_is_refused(talks: Negotiation) -> None:
    make_party("valley", aliases=["The hills"])
    [(row, column, message)] = problems_of(as_csv(VOTES[2:3]))
    assert (row, column, message) == (2, "party", "“The Hills” may mean uplands or valley; give the slug")


def test_rights(talks: Negotiation) -> None:
    viewer, analyst, outsider = add_member(talks, role=Role.VIEWER), add_member(talks), make_user()
    talks.visibility = "restricted"
    talks.save()
    with pytest.raises(NotVisible):
        import_codings(reader_of(outsider), "talks", as_csv(VOTES), "csv")
    with pytest.raises(NotPermitted):
        import_codings(reader_of(viewer), "talks", as_csv(VOTES), "csv")
    import_codings(reader_of(analyst), "talks", as_csv(VOTES), "csv")
    assert set(Coding.objects.values_list("status", flat=True)) == {"submitted"}


def test_dry_run_writes_nothing(talks: Negotiation) -> None:
    report = import_codings(SYSTEM, "talks", as_csv(VOTES), "csv", dry_run=True)
    assert report.counts["codings"] == 4
    assert not Coding.objects.exists()


@pytest.mark.parametrize("format", WRITERS)
def test_export_comes_back(talks: Negotiation, format: str) -> None:
    north, transit = talks.parties.get(slug="north"), talks.issues.get()
    for number, words in enumerate(["=1+1", "'=1+1", "@north", "plain"]):
        source = make_source(
            talks, key=f"s{number}", text=f"Quote: {words} and on", published_on=f"2022-03-0{number + 1}"
        )
        said = make_statement(source=source, asserted_by=north, exact=words, stated_on=f"2022-03-0{number + 1}")
        make_coding(said, issue=transit, stance=number - 2, conditions=["peace", "=2"])
    answer = Api()("exports/codings/", negotiation="talks", format=format)
    content = b"".join(answer.streaming_content)
    assert import_codings(SYSTEM, "talks", content, format).counts == {}
    before = [(p.party, p.issue, p.stance, p.since) for p in positions_for(Reader(), talks, Moment.now())]
    other = make_negotiation("other")
    make_issue(other, "transit")
    for number, words in enumerate(["=1+1", "'=1+1", "@north", "plain"]):
        make_source(other, key=f"s{number}", text=f"Quote: {words} and on", published_on=f"2022-03-0{number + 1}")
    import_codings(SYSTEM, "other", content, format)
    assert [(p.party, p.issue, p.stance, p.since) for p in positions_for(Reader(), other, Moment.now())] == before
    assert sorted(Statement.objects.filter(negotiation=other).values_list("exact", flat=True)) == sorted(
        ["=1+1", "'=1+1", "@north", "plain"]
    )


def test_row_changed_after_its_export_is_no_correction(talks: Negotiation) -> None:
    said = make_statement(source=make_source(talks), asserted_by=talks.parties.get(slug="north"))
    make_coding(said, issue=talks.issues.get(), stance=1)
    content = b"".join(Api()("exports/codings/", negotiation="talks", format="jsonl").streaming_content)
    row = {**json.loads(content), "stance": 2}
    with pytest.raises(TableRefused) as caught:
        import_codings(SYSTEM, "talks", as_jsonl([row]), "jsonl")
    [problem] = caught.value.problems
    assert (problem.row, problem.column) == (1, "stance")
    assert "correct it at the desk" in problem.message
