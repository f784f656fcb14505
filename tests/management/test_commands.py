"""Commands by their exit codes, what they print where, and what they leave in the database."""

from __future__ import annotations

import io
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from positions.enums import Role
from positions.models import Coding, Event, Negotiation, Statement
from positions.services.demo import DEMO
from tests import factories

pytestmark = pytest.mark.django_db

DEMO_BUNDLE = DEMO / "european-security-2022" / "bundle.json"


def run(name: str, *arguments: str, **options: Any) -> tuple[str, str]:
    """What a command writes to stdout and stderr."""
    out, err = io.StringIO(), io.StringIO()
    call_command(name, *arguments, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def refused(name: str, *arguments: str) -> tuple[str, str]:
    """The message and stderr of a command that must fail; Django turns the exception into exit code 1."""
    err = io.StringIO()
    with pytest.raises(CommandError) as caught:
        call_command(name, *arguments, stdout=io.StringIO(), stderr=err)
    assert caught.value.returncode == 1
    return str(caught.value), err.getvalue()


def test_import_bundle_twice_adds_nothing_the_second_time() -> None:
    run("import_bundle", str(DEMO_BUNDLE))
    counts = (Statement.objects.count(), Coding.objects.count(), Event.objects.count())
    out, _ = run("import_bundle", str(DEMO_BUNDLE))
    assert out == "Imported european-security-2022: nothing new.\n"
    assert (Statement.objects.count(), Coding.objects.count(), Event.objects.count()) == counts


def test_import_bundle_dry_run_writes_nothing() -> None:
    out, _ = run("import_bundle", str(DEMO_BUNDLE), "--dry-run")
    assert out.startswith("Would import european-security-2022: ")
    assert (Negotiation.objects.count(), Event.objects.count()) == (0, 0)


def test_import_bundle_lists_every_problem_and_writes_nothing(tmp_path: Path) -> None:
    bundle = json.loads(DEMO_BUNDLE.read_text(encoding="utf-8"))
    for source in bundle["sources"]:
        source["text"] = (DEMO_BUNDLE.parent / source.pop("text_file")).read_text(encoding="utf-8")
    bundle["statements"][3]["exact"] = "words that no source contains"
    bundle["statements"][5]["codings"][0]["stance"] = 7
    file = tmp_path / "broken.json"
    file.write_text(json.dumps(bundle), encoding="utf-8")
    message, err = refused("import_bundle", str(file))
    assert message == "Refused, nothing was written: 2 problems."
    problems = [line.partition(":")[0] for line in err.splitlines() if line.startswith("statements[")]
    assert problems == ["statements[3].exact", "statements[5].codings[0].stance"]
    assert (Negotiation.objects.count(), Event.objects.count()) == (0, 0)


def test_import_bundle_names_a_file_that_is_not_there() -> None:
    with pytest.raises(CommandError, match=r"there is no file “nowhere\.json”"):
        call_command("import_bundle", "nowhere.json")


def test_import_bundle_acts_with_the_rights_of_a_user() -> None:
    factories.make_user("lara")
    message, _ = refused("import_bundle", str(DEMO_BUNDLE), "--as", "lara")
    assert message == (
        "There is no negotiation “european-security-2022” that you may import into; "
        "a site administrator creates negotiations."
    )
    assert refused("import_bundle", str(DEMO_BUNDLE), "--as", "nobody")[0] == "There is no active user “nobody”."


def test_export_bundle_writes_json_alone_and_reads_back_unchanged(tmp_path: Path) -> None:
    run("import_bundle", str(DEMO_BUNDLE))
    first, err = run("export_bundle", "european-security-2022")
    assert err == "exporting european-security-2022\n"
    again = tmp_path / "again.json"
    again.write_text(first, encoding="utf-8")
    assert run("import_bundle", str(again))[0] == "Imported european-security-2022: nothing new.\n"
    assert run("export_bundle", "european-security-2022")[0] == first
    assert len(json.loads(first)["statements"]) == Statement.objects.count()


def test_export_bundle_of_an_unknown_negotiation_is_refused() -> None:
    assert refused("export_bundle", "nowhere")[0] == "No such negotiation."


def test_export_bundle_takes_an_administrator() -> None:
    negotiation = factories.make_negotiation("talks")
    factories.add_member(negotiation, factories.make_user("lead"), Role.LEAD)
    assert refused("export_bundle", "talks", "--as", "lead")[0] == "This takes a site administrator."


def test_check_positions_agrees_on_the_demo() -> None:
    run("import_bundle", str(DEMO_BUNDLE))
    assert run("check_positions") == ("", "european-security-2022: agrees\n")


@pytest.mark.parametrize(
    ("column", "value", "said"), [("footing", "reported", "footing"), ("stated_latest", "2022-01-01", "day")]
)
def test_check_positions_finds_a_copy_that_strayed(column: str, value: str, said: str) -> None:
    statement = factories.make_statement(stated_on="2022-01-10")
    coding = factories.make_coding(statement=statement, party=statement.asserted_by)
    key = coding.pk.hex if connection.vendor == "sqlite" else str(coding.pk)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE positions_coding SET {column} = %s WHERE id = %s", [value, key])
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("check_positions", statement.negotiation.slug, stdout=out, stderr=io.StringIO())
    assert f"another {said} than its statement" in out.getvalue()


def test_create_token_prints_the_token_alone() -> None:
    user = factories.make_user("ann")
    out, err = run("create_token", "ann", "--days", "30")
    assert (len(out.split()), err) == (1, "")
    event = Event.objects.get()
    assert (event.action, event.subject_id, event.actor_name) == ("token_created", str(user.pk), "system")
    assert out.strip() not in json.dumps(event.after, default=str)


@pytest.mark.parametrize("arguments", [("nobody",), ("ann", "--days", "0"), ("ann", "--days", "99999")])
def test_create_token_refuses(arguments: tuple[str, ...]) -> None:
    factories.make_user("ann")
    refused("create_token", *arguments)
    assert Event.objects.count() == 0


def test_unknown_slug_for_check_positions_is_refused() -> None:
    assert refused("check_positions", str(uuid.uuid4()))[0] == "No such negotiation."
