"""The command line as a shell sees it: exit codes, the two streams, no traceback."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.management import execute_from_command_line
from django.db import connection

from positions.enums import Role
from positions.models import Coding, Event
from tests import factories
from tests.services.bundles import export, load, make_bundle, put, row_counts

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Outcome:
    """How a command ended, and what it wrote where."""

    code: int
    out: str
    err: str


Manage = Callable[..., Outcome]


@pytest.fixture
def manage(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Manage:
    """Run ``manage.py`` with arguments, as the shell does; the test's database connection stays open."""
    monkeypatch.setattr("django.core.management.base.connections.close_all", lambda: None)

    def run(*arguments: str) -> Outcome:
        capsys.readouterr()
        try:
            execute_from_command_line(["manage.py", *arguments])
            code = 0
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return Outcome(code, said.out, said.err)

    return run


@pytest.fixture
def bundle_file(tmp_path: Path) -> Path:
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps(make_bundle()), encoding="utf-8")
    return file


def test_import_says_what_it_did_on_stdout_and_its_steps_on_stderr(manage: Manage, bundle_file: Path) -> None:
    done = manage("import_bundle", str(bundle_file))
    assert (done.code, done.out.count("\n")) == (0, 1)
    assert done.out.startswith("Imported river-talks: 1 aliases, 1 appointments, 2 codebook versions, 10 codings, ")
    assert [line for line in done.err.splitlines() if not line.startswith(("checking ", "writing"))] == []


def test_import_dry_run_writes_nothing(manage: Manage, bundle_file: Path) -> None:
    before = row_counts()
    done = manage("import_bundle", str(bundle_file), "--dry-run")
    assert (done.code, done.out.split(":")[0], row_counts()) == (0, "Would import river-talks", before)


def test_refused_import_ends_with_1_and_lists_every_problem_on_stderr(manage: Manage, tmp_path: Path) -> None:
    document = put(put(make_bundle(), "statements[0].exact", "nothing"), "statements[6].codings[0].stance", 7)
    (tmp_path / "broken.json").write_text(json.dumps(document), encoding="utf-8")
    before = row_counts()
    done = manage("import_bundle", str(tmp_path / "broken.json"))
    assert (done.code, done.out, row_counts()) == (1, "", before)
    lines = [line for line in done.err.splitlines() if not line.startswith("checking ")]
    assert [line.split(": ")[0] for line in lines] == [
        "statements[0].exact",
        "statements[6].codings[0].stance",
        "CommandError",
    ]
    assert lines[-1] == "CommandError: Refused, nothing was written: 2 problems."


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        pytest.param(b"[" * 200_000, id="deep lists"),
        b'{"format": "positions-bundle/1", "negotiation": {"slug": "\\ud800"}}',
        pytest.param(b"\x00" * 100, id="zeros"),
    ],
)
def test_file_that_is_no_bundle_ends_with_1(manage: Manage, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "odd.json").write_bytes(content)
    before = row_counts()
    done = manage("import_bundle", str(tmp_path / "odd.json"))
    assert (done.code, done.out, row_counts()) == (1, "", before)
    assert "CommandError: Refused, nothing was written: " in done.err


def test_texts_beside_the_file_are_found_from_anywhere(
    manage: Manage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = make_bundle()
    (tmp_path / "paper.txt").write_text(document["sources"][1].pop("text"), encoding="utf-8")
    document["sources"][1]["text_file"] = "paper.txt"
    (tmp_path / "bundle.json").write_text(json.dumps(document), encoding="utf-8")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert manage("import_bundle", "../bundle.json").code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("import_bundle",),
        ("import_bundle", "nowhere.json"),
        ("import_bundle", "/"),
        ("import_bundle", "nowhere.json", "--unknown"),
        ("export_bundle",),
        ("export_bundle", "a", "b"),
        ("check_positions", "a", "b"),
        ("check_positions", "--moments", "many"),
        ("create_token",),
        ("create_token", "ann", "--days", "soon"),
        ("load_demo", "now"),
    ],
)
def test_wrong_usage_ends_with_2(manage: Manage, arguments: tuple[str, ...]) -> None:
    done = manage(*arguments)
    assert (done.code, done.out) == (2, "")
    assert f"usage: manage.py {arguments[0]}" in done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("export_bundle", "nowhere"), "No such negotiation."),
        (("export_bundle", "a\x00b"), "No such negotiation."),
        (("check_positions", "nowhere"), "No such negotiation."),
        (("create_token", "nobody"), "There is no active user “nobody”."),
        (("create_token", "gone"), "There is no active user “gone”."),
        (("create_token", "ann", "--days", "0"), "--days takes a whole number from 1 to 3650."),
        (("create_token", "root", "--as", "ann"), "This takes a site administrator."),
        (("export_bundle", "river-talks", "--as", "ann"), "This takes a site administrator."),
        (("export_bundle", "river-talks", "--as", "nobody"), "There is no active user “nobody”."),
        (("export_bundle", "river-talks", "--as", "gone"), "There is no active user “gone”."),
    ],
)
def test_refusal_ends_with_1_and_one_message_on_stderr(
    manage: Manage, arguments: tuple[str, ...], message: str
) -> None:
    negotiation = load(make_bundle())
    factories.add_member(negotiation, factories.make_user("ann"), Role.LEAD)
    factories.make_user("root", is_superuser=True)
    factories.make_user("gone", is_active=False)
    before = row_counts()
    done = manage(*arguments)
    assert (done.code, done.out, row_counts()) == (1, "", before)
    assert done.err.splitlines()[-1] == f"CommandError: {message}"


@pytest.mark.parametrize("as_user", [(), ("--as", "root")])
def test_export_is_json_alone_on_stdout(manage: Manage, as_user: tuple[str, ...]) -> None:
    load(make_bundle())
    factories.make_user("root", is_superuser=True)
    done = manage("export_bundle", "river-talks", *as_user)
    assert (done.code, done.out, done.err) == (0, export() + "\n", "exporting river-talks\n")


def test_user_may_make_a_token_for_themselves(manage: Manage) -> None:
    factories.make_user("ann")
    done = manage("create_token", "ann", "--as", "ann")
    assert (done.code, len(done.out.split()), done.err) == (0, 1, "")
    assert Event.objects.get().actor_name == "ann"


def test_check_positions_agrees_with_0(manage: Manage) -> None:
    load(make_bundle())
    factories.make_negotiation("empty")
    done = manage("check_positions")
    assert (done.code, done.out, sorted(done.err.splitlines())) == (0, "", ["empty: agrees", "river-talks: agrees"])


def test_check_positions_differs_with_1_and_names_the_coding(manage: Manage) -> None:
    load(make_bundle())
    coding = Coding.objects.get(key="offer-new")
    key = coding.pk.hex if connection.vendor == "sqlite" else str(coding.pk)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE positions_coding SET footing = 'reported' WHERE id = %s", [key])
    done = manage("check_positions", "river-talks")
    assert done.code == 1
    assert done.out.splitlines()[0].startswith("river-talks: coding ")
    assert done.err.splitlines() == ["river-talks: differs", "CommandError: 1 difference found."]
