"""``import_dna``: what becomes of a file, that it can come again, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from positions.enums import PartyKind, Role
from positions.exceptions import BundleRefused
from positions.formats.dna import DnaRoles
from positions.models import Coding, Event, Issue, Negotiation, Party, Person, Source, Statement
from positions.queries.access import SYSTEM
from positions.services.dna_import import DnaOptions, import_dna
from tests.api.conftest import Api
from tests.dna_files import AGREEMENT, ORGANISATION, TEXT, DnaFile, write_mill_dispute
from tests.factories import add_member, make_negotiation, make_party, make_user
from tests.management.test_exit_codes import Manage, manage
from tests.services.bundles import row_counts

__all__ = ["manage"]

pytestmark = pytest.mark.django_db

MILL = "The mill should stay."


@pytest.fixture
def dispute(tmp_path: Path) -> DnaFile:
    return write_mill_dispute(tmp_path / "mill_dispute.dna")


def problems_of(file: DnaFile | Path, **options: Any) -> list[tuple[str, str]]:
    """What a file is refused for, and that nothing of it was written."""
    before = row_counts()
    with pytest.raises(BundleRefused) as refusal:
        import_dna(SYSTEM, file if isinstance(file, Path) else file.path, "mill", DnaOptions(**options))
    assert row_counts() == before
    return refusal.value.problems


def test_file_becomes_a_negotiation(manage: Manage, dispute: DnaFile) -> None:
    done = manage("import_dna", str(dispute.path), "--negotiation", "mill")
    assert done.code == 0
    assert done.out == (
        "Imported mill: 1 aliases, 1 codebook versions, 3 codings, 3 issues, 1 negotiations, 2 parties, 2 people, "
        "1 source texts, 2 sources, 3 statements.\n"
    )
    assert "found 2 documents and 3 statements\n" in done.err
    assert "warning: attribute “Type” of 1 entities: left aside: attributes have no place here\n" in done.err
    negotiation = Negotiation.objects.get()
    assert (negotiation.slug, negotiation.title, negotiation.visibility) == ("mill", "Mill", "restricted")
    assert list(Party.objects.values_list("slug", "name", "kind")) == [
        ("fishers", "Fishers", PartyKind.NON_STATE),
        ("millers-guild", "Millers' guild", PartyKind.NON_STATE),
    ]
    assert [alias.text for alias in Party.objects.get(slug="millers-guild").aliases.all()] == ["the guild"]
    assert list(Issue.objects.values_list("slug", "title", "proposal", "parent__slug")) == [
        ("water", "Water", "Water", None),
        ("the-mill-should-stay", MILL, MILL, "water"),
        ("bridge", "Bridge", "Bridge", None),
    ]
    paper, blank = Source.objects.order_by("key")
    assert (paper.key, paper.title, paper.author, paper.publisher) == ("dna-000001", "Paper 1", "Dora", "Gazette")
    assert (paper.published_on, paper.language, paper.kind) == ("2005-01-26", "und", "other")
    assert paper.note == "Section: 12\nType: report\nNotes: Seen twice.\nAnnotation at 4–8 by Cleo: note: Which mill?"
    assert (blank.title, blank.texts.count()) == ("Document 2", 0)


def test_statements_keep_their_words_speakers_and_sides(dispute: DnaFile) -> None:
    import_dna(SYSTEM, dispute.path, "mill")
    rows = Statement.objects.order_by("key").values_list(
        "key", "exact", "asserted_by__slug", "speaker__name", "stated_on", "directness", "note"
    )
    # offsets count UTF-16 units there and code points here; line ends are LF
    assert list(rows) == [
        (
            "dna-statement-1",
            "The mill must stay",
            "millers-guild",
            "Ada",
            "2005-01-26",
            "paraphrase",
            "place: Lower bank",
        ),
        ("dna-statement-2", "No, it floods us, said 😀 Ben", "fishers", "Ben", "2005-01-26", "paraphrase", ""),
        ("dna-statement-3", "The bridge", "fishers", None, "2005-01-26", "paraphrase", ""),
    ]
    assert Statement.objects.get(key="dna-statement-3").start == TEXT.replace("\r", "").index("The bridge")
    codings = Coding.objects.order_by("key").values_list("party__slug", "issue__slug", "stance", "coder", "status")
    assert list(codings) == [
        ("millers-guild", "the-mill-should-stay", 2, "Cleo", "published"),
        ("fishers", "the-mill-should-stay", -2, "Cleo", "published"),
        ("fishers", "bridge", 2, "Cleo", "published"),
    ]
    assert [event.action for event in Event.objects.all()] == ["bundle_imported"]


def test_network_of_the_file(dispute: DnaFile) -> None:
    import_dna(SYSTEM, dispute.path, "mill")
    api = Api(make_user(is_superuser=True))
    assert api.json("networks/", negotiation="mill", qualifier="conflict")["matrix"] == [[0, 1], [1, 0]]
    two = api.json("networks/", negotiation="mill", mode="two", qualifier="subtract")
    assert (two["rows"], two["columns"], two["matrix"]) == (
        ["Fishers", "Millers' guild"],
        ["Bridge", MILL],
        [[1, -1], [0, 1]],
    )


def test_file_comes_again_and_grows(manage: Manage, dispute: DnaFile) -> None:
    asked = ("import_dna", str(dispute.path), "--negotiation", "mill")
    assert manage(*asked).code == 0
    counts = row_counts()
    assert manage(*asked).out == "Imported mill: nothing new.\n"
    assert row_counts() == counts
    Negotiation.objects.update(title="Renamed")
    Issue.objects.filter(slug="bridge").update(title="The old bridge")
    dispute.statement(5, 1, 0, 8, "Millers' guild", "Bridge", 0)
    assert manage(*asked).out == "Imported mill: 1 codings, 1 statements.\n"
    assert Negotiation.objects.get().title == "Renamed"
    assert set(Issue.objects.values_list("title", flat=True)) == {"Water", MILL, "The old bridge"}


def test_changed_file_is_refused_at_its_place(dispute: DnaFile) -> None:
    import_dna(SYSTEM, dispute.path, "mill")
    dispute.run("UPDATE DATABOOLEAN SET Value = 0 WHERE StatementId = 1")
    ((place, message),) = problems_of(dispute)
    assert (place, message[:35]) == ("statement 1 codings[0]", "is recorded with another stance; th")


def test_names_that_are_known_are_used(dispute: DnaFile) -> None:
    make_party("old-fishers", name="Fishers", kind="bloc")
    make_party("millers-guild", name="Another guild")
    Person.objects.create(slug="ada-1", name="Ada")
    report = import_dna(SYSTEM, dispute.path, "mill")
    assert sorted(Coding.objects.values_list("party__slug", flat=True)) == [
        "millers-guild-2",
        "old-fishers",
        "old-fishers",
    ]
    assert Statement.objects.filter(key="dna-statement-1", speaker__slug="ada-1").count() == 1
    assert ("organisation “Fishers”", "is the party “old-fishers”, which is known already") in report.warnings
    assert ("person “Ada”", "is “ada-1”, who is known already") in report.warnings
    assert Party.objects.get(slug="old-fishers").kind == "bloc"
    assert "known already" not in str(import_dna(SYSTEM, dispute.path, "mill").warnings)


def test_name_of_several_is_refused_unless_one_takes_part(dispute: DnaFile) -> None:
    first = make_party("fishers-a", name="Fishers")
    make_party("fishers-b", name="Fishers")
    assert problems_of(dispute) == [
        ("organisation “Fishers”", "several are called so: “fishers-a”, “fishers-b”; merge or rename them")
    ]
    make_negotiation("mill").parties.add(first)
    import_dna(SYSTEM, dispute.path, "mill")
    assert Coding.objects.filter(party=first).count() == 2


def test_name_without_latin_letters_has_a_slug(tmp_path: Path) -> None:
    file = DnaFile(tmp_path / "x.dna")
    file.document(1, "Слово и дело.")
    file.statement(1, 1, 0, 5, "Союз", "Дело", 1)
    for _ in range(2):
        import_dna(SYSTEM, file.path, "union")
    assert Party.objects.get().slug == f"party-{sha256('Союз'.encode()).hexdigest()[:10]}"
    assert (Party.objects.get().name, Issue.objects.get().title) == ("Союз", "Дело")


def test_two_files_in_one_negotiation_have_two_prefixes(tmp_path: Path, dispute: DnaFile) -> None:
    import_dna(SYSTEM, dispute.path, "mill")
    other = DnaFile(tmp_path / "other.dna")
    other.document(1, "Another paper.")
    other.statement(1, 1, 0, 7, "Fishers", "Bridge", 0)
    assert problems_of(other)[0][0] == "document 1 text"
    import_dna(SYSTEM, other.path, "mill", DnaOptions(prefix="second"))
    assert Coding.objects.filter(party__name="Fishers", issue__slug="bridge").count() == 2


def test_other_variables_and_whole_stances(tmp_path: Path) -> None:
    file = DnaFile(tmp_path / "x.dna")
    file.run("UPDATE VARIABLES SET Variable = 'Actor' WHERE ID = ?", ORGANISATION)
    file.run("UPDATE VARIABLES SET DataType = 'integer', Variable = 'strength' WHERE ID = ?", AGREEMENT)
    file.document(1, "A paper.")
    file.statement(1, 1, 0, 7, "North", "Bridge", 0)
    file.run("DELETE FROM DATABOOLEAN")
    file.add("DATAINTEGER", (1, 1, AGREEMENT, -1))
    ((place, message),) = problems_of(file)
    assert place == "statement types"
    assert (
        "“DNA Statement” has person (short text), Actor (short text), concept (short text), strength (integer)"
        in message
    )
    roles = DnaRoles(organisation="actor", agreement="strength")
    import_dna(SYSTEM, file.path, "mill", DnaOptions(roles=roles))
    assert Coding.objects.get().stance == -1
    file.run("UPDATE DATAINTEGER SET Value = 5")
    assert problems_of(file, roles=roles) == [("statement 1", "its strength, 5, is no stance from −2 to +2")]


def test_type_must_be_clear(tmp_path: Path) -> None:
    file = DnaFile(tmp_path / "x.dna")
    file.run("UPDATE STATEMENTTYPES SET Label = 'First' WHERE ID = 1")
    for place, (name, kind) in enumerate(
        [("organization", "short text"), ("concept", "short text"), ("agreement", "boolean")]
    ):
        file.add("VARIABLES", (20 + place, name, kind, 2))
    assert problems_of(file) == [
        ("statement types", "several could be read: “First”, “Annotation”; name one with --type")
    ]
    import_dna(SYSTEM, file.path, "mill", DnaOptions(roles=DnaRoles(type="First")))
    assert problems_of(file, roles=DnaRoles(type="Third"))[0][1].startswith("“Third” has the short texts")


# ---------------------------------------------------------------- refusals

FAULTS: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "span beyond the text": (
        "UPDATE STATEMENTS SET Stop = 5000 WHERE ID = 1",
        [("statement 1", "its span, 0 to 5000, lies outside document 1, which has 95 characters")],
    ),
    "span turned round": (
        "UPDATE STATEMENTS SET Start = 9, Stop = 3 WHERE ID = 1",
        [("statement 1", "its span, 9 to 3, lies outside document 1, which has 95 characters")],
    ),
    "span into a character": (
        "UPDATE STATEMENTS SET Start = 54 WHERE ID = 2",
        [("statement 2", "its span, 54 to 59, cuts a character of document 1 in two")],
    ),
    "span in a document without text": (
        "UPDATE STATEMENTS SET DocumentId = 2 WHERE ID = 1",
        [("statement 1", "its span, 0 to 18, lies outside document 2, which has 0 characters")],
    ),
    "document gone": (
        "UPDATE STATEMENTS SET DocumentId = 77 WHERE ID = 1",
        [("statement 1", "its document, 77, is not there")],
    ),
    "organisation empty": (
        "UPDATE ENTITIES SET Value = '\u200b ' WHERE Value = 'Fishers'",
        [
            (
                f"statement {id}",
                "its organization is empty; code it in DNA, or leave such statements out with --skip-incomplete",
            )
            for id in (2, 3)
        ],
    ),
    "no agreement": ("DELETE FROM DATABOOLEAN WHERE StatementId = 3", [("statement 3", "has no agreement")]),
    "agreement of two": (
        "UPDATE DATABOOLEAN SET Value = 2 WHERE StatementId = 3",
        [("statement 3", "its agreement, 2, is neither 0 nor 1")],
    ),
    "entity gone": (
        "UPDATE DATASHORTTEXT SET Entity = 99 WHERE StatementId = 1 AND VariableId = 3",
        [
            ("statement 1", "its concept is an entity that is not there, 99"),
            (
                "statement 1",
                "its concept is empty; code it in DNA, or leave such statements out with --skip-incomplete",
            ),
        ],
    ),
    "variable gone": (
        "UPDATE DATABOOLEAN SET VariableId = 99 WHERE StatementId = 1",
        [("statement 1", "names a variable that is not there, 99"), ("statement 1", "has no agreement")],
    ),
    "type gone": (
        "UPDATE STATEMENTS SET StatementTypeId = 9 WHERE ID = 4",
        [("statement 4", "its type, 9, is none of the file's")],
    ),
    "date in milliseconds": (
        "UPDATE DOCUMENTS SET Date = 1106697600000 WHERE ID = 2",
        [("document 2", "its date, 1106697600000, lies outside the calendar")],
    ),
    "text that is bytes": (
        "UPDATE DOCUMENTS SET Text = x'00ff' WHERE ID = 2",
        [("table DOCUMENTS, ID 2", "Text is not text")],
    ),
    "text that is no UTF-8": (
        "UPDATE DOCUMENTS SET Text = CAST(x'ff41' AS TEXT) WHERE ID = 2",
        [
            (
                "table DOCUMENTS, ID 2",
                "Text contains a lone surrogate at offset 0; save the text as UTF-8 and try again",
            )
        ],
    ),
    "place that is text": (
        "UPDATE STATEMENTS SET Start = 'here' WHERE ID = 2",
        [("table STATEMENTS, ID 2", "Start is not a whole number")],
    ),
    "name too long": (
        "UPDATE ENTITIES SET Value = substr(hex(zeroblob(400)), 1, 400) WHERE Value = 'Fishers'",
        [(f"organisation “{'0' * 400}” name", "Ensure this value has at most 300 characters (it has 400).")],
    ),
    "file of DNA 2": (
        "UPDATE SETTINGS SET Value = '2.0 beta 25'",
        [("file", "is a file of DNA 2.0 beta 25; only DNA 3 is read: open and save it with that")],
    ),
    "file without version": (
        "DELETE FROM SETTINGS",
        [("file", "is a file that names no version of DNA; only DNA 3 is read: open and save it with that")],
    ),
    "column missing": (
        "ALTER TABLE DOCUMENTS DROP COLUMN Date",
        [("file", "its table DOCUMENTS has no column Date")],
    ),
    "table missing": ("DROP TABLE ENTITIES", [("file", "has no table ENTITIES, which files of DNA 3 have")]),
    "no settings": ("DROP TABLE SETTINGS", [("file", "is an SQLite file, but none of DNA: it has no table SETTINGS")]),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faulty_file_is_refused_with_its_place(dispute: DnaFile, fault: str) -> None:
    sql, expected = FAULTS[fault]
    dispute.run(sql)
    assert problems_of(dispute) == expected


def cut(body: bytes) -> bytes:
    return body[: len(body) // 2]


def scramble(body: bytes) -> bytes:
    return body[:100] + b"\xff" * (len(body) - 100)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda body: b"", "is empty"),
        (lambda body: b"\x00" * 500, "is no SQLite file; a .dna file of DNA 3 is one"),
        (
            lambda body: b"<?xml version='1.0'?><dna/>",
            "is no SQLite file; files of DNA 1 are XML: open and save it with DNA 3",
        ),
        (cut, "is damaged or incomplete: "),
        (lambda body: body[:-1], "is damaged or incomplete: it has "),
        (scramble, "is damaged or incomplete: "),
        (lambda body: body[:16], "is damaged or incomplete: "),
    ],
)
def test_damaged_file_is_refused(
    manage: Manage, dispute: DnaFile, damage: Callable[[bytes], bytes], message: str
) -> None:
    dispute.path.write_bytes(damage(dispute.path.read_bytes()))
    before = row_counts()
    done = manage("import_dna", str(dispute.path), "--negotiation", "mill")
    assert (done.code, done.out, row_counts()) == (1, "", before)
    assert f"file: {message}" in done.err
    assert done.err.splitlines()[-1].startswith("CommandError: Refused, nothing was written: ")


def test_incomplete_statements_may_be_left_out(manage: Manage, dispute: DnaFile) -> None:
    dispute.run("UPDATE ENTITIES SET Value = '' WHERE Value = 'Fishers'")
    done = manage("import_dna", str(dispute.path), "--negotiation", "mill", "--skip-incomplete")
    assert (done.code, Coding.objects.count()) == (0, 1)
    assert "warning: 2 statements: left aside: have no organisation or no concept\n" in done.err


def test_dry_run_writes_nothing(manage: Manage, dispute: DnaFile) -> None:
    before = row_counts()
    done = manage("import_dna", str(dispute.path), "--negotiation", "mill", "--title", "Mill", "--dry-run")
    assert (done.code, done.out.split(":")[0], row_counts()) == (0, "Would import mill", before)


def test_usage_and_rights(manage: Manage, dispute: DnaFile) -> None:
    assert manage("import_dna", str(dispute.path)).code == 2
    assert manage("import_dna", "nowhere.dna", "--negotiation", "mill").code == 2
    refused = manage("import_dna", str(dispute.path), "--negotiation", "The Mill")
    assert (refused.code, "negotiation.slug: " in refused.err) == (1, True)
    negotiation = make_negotiation("mill")
    add_member(negotiation, make_user("ann"), Role.VIEWER)
    before = row_counts()
    assert manage("import_dna", str(dispute.path), "--negotiation", "mill", "--as", "ann").code == 1
    assert row_counts() == before
