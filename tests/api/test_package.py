"""``exports/package/``: another installation rebuilds the same positions from what the reader could see."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from positions.enums import Attribution, Role, TextAccess, Visibility
from positions.models import Coding, Negotiation
from positions.queries.access import SYSTEM, Reader, reader_of
from positions.queries.evidence import Moment
from positions.queries.positions import positions_for
from positions.queries.record_bundle import record_bundle_for
from positions.services import coding as codings
from positions.services.imports import import_bundle
from tests.api.conftest import Api
from tests.factories import (
    add_member,
    make_coding,
    make_issue,
    make_negotiation,
    make_party,
    make_person,
    make_round,
    make_source,
    make_statement,
)

pytestmark = pytest.mark.django_db
MOMENT = {"as_of": "2022-06-01", "known_at": "2100-01-01T00:00:00Z"}


def set_up_talks() -> Negotiation:
    """North's offer, copied through a hidden wire; a withheld text; a passage off the record."""
    negotiation = make_negotiation("talks", visibility=Visibility.PUBLIC)
    north, gazette = make_party("north"), make_party("gazette")
    negotiation.parties.add(north, gazette)
    border = make_issue(negotiation, "border", pole_for="Open", pole_against="Closed")
    held = make_round(negotiation, 1, parties=[north])
    speaker = make_person("ada")
    negotiation.persons.add(speaker)
    original = make_source(negotiation, text="We may open the border.", published_on="2022-01-10")
    wire = make_source(negotiation, text="Wire.", published_on="2022-01-10", attribution=Attribution.OFF_RECORD,
                       derived_from=original, derivation_kind="translation")  # fmt: skip
    copy = make_source(negotiation, text="They may open the border.", published_on="2022-01-10", derived_from=wire,
                       derivation_kind="excerpt")  # fmt: skip
    for source, exact, stance in ((original, "We may open the border", 1), (copy, "They may open the border", 2)):
        said = make_statement(source=source, asserted_by=north, exact=exact, stated_on="2022-01-10", round=held,
                              speaker=speaker)  # fmt: skip
        make_coding(said, issue=border, stance=stance, conditions=["peace"])
    closed = make_source(negotiation, text="Secret start. We close it. Secret middle. We do not. Secret end.",
                         text_access=TextAccess.MEMBERS, published_on="2022-02-01")  # fmt: skip
    for exact, stance in (("We close it.", -2), ("We do not.", 1)):
        said = make_statement(source=closed, asserted_by=north, exact=exact, stated_on="2022-02-01", note="A note")
        make_coding(said, issue=border, stance=stance, red_line=True, coder="anna")
    hidden = make_statement(source=original, asserted_by=gazette, exact="open the border", stated_on="2022-01-10",
                            attribution=Attribution.OFF_RECORD)  # fmt: skip
    make_coding(hidden, issue=border, stance=-1)
    return negotiation


@pytest.fixture
def talks() -> Negotiation:
    return set_up_talks()


def take(api: Api) -> zipfile.ZipFile:
    answer = api("exports/package/", negotiation="talks", **MOMENT)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    return zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))


def derived(reader: Reader, negotiation: Negotiation) -> list[Any]:
    rows = positions_for(reader, negotiation, Moment.now())
    names = ("party", "issue", "stance", "low", "high", "state", "footing", "since", "evidence_count", "evidence_total",
             "other_evidence", "red_line", "conditions", "occasion", "statements")  # fmt: skip
    return [tuple(getattr(row, name) for name in names) for row in rows]


@pytest.mark.parametrize("role", [None, Role.VIEWER, Role.ANALYST, Role.LEAD])
def test_another_installation_rebuilds_the_positions(role: Role | None, tmp_path: Path) -> None:
    with transaction.atomic():
        talks = set_up_talks()
        user = add_member(talks, role=role) if role else None
        package = take(Api(user))
        before = derived(reader_of(user), talks)
        # the other installation has never heard of any of it
        transaction.set_rollback(True)
    assert not Negotiation.objects.exists()
    assert len(before) == (1 if role is None else 2)
    (tmp_path / "package.zip").write_bytes(package.fp.getvalue())  # type: ignore[union-attr]
    import_bundle(SYSTEM, package.read("bundle.json"))
    assert derived(SYSTEM, Negotiation.objects.get()) == before
    out = io.StringIO()
    call_command("check_package", str(tmp_path / "package.zip"), stdout=out, stderr=io.StringIO())
    assert out.getvalue() == f"{len(before)} positions, the same as in the package.\n"


def test_package_holds_nothing_that_the_reader_may_not_see(talks: Negotiation) -> None:
    package = take(Api())
    everything = "".join(package.read(name).decode() for name in package.namelist())
    for secret in ("Secret", "A note", "anna", "Wire.", "gazette"):
        assert secret not in everything, secret
    for shown in ("We close it.", "We do not.", "We may open the border"):
        assert shown in everything, shown
    inside = take(Api(add_member(talks))).read("bundle.json").decode()
    assert [word for word in ("Secret", "A note", "anna", "Wire.", "gazette") if word not in inside] == []


def test_quotations_of_a_withheld_text_keep_their_places_in_what_is_made_of_them(talks: Negotiation) -> None:
    bundle = record_bundle_for(Reader(), talks)
    [source] = [each for each in bundle["sources"] if each["text_access"] == TextAccess.MEMBERS]
    said = [each for each in bundle["statements"] if each["source"] == source["key"]]
    assert [source["text"][each["start"] : each["end"]] for each in said] == ["We close it.", "We do not."]


def test_checksums_are_those_of_the_files_and_the_bytes_are_the_same_again(talks: Negotiation) -> None:
    package = take(Api())
    lines = [line.split("  ") for line in package.read("SHA256SUMS").decode().splitlines()]
    sums = {name: digest for digest, name in lines}
    assert set(sums) == set(package.namelist()) - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256(package.read(name)).hexdigest() == digest
    assert take(Api()).fp.getvalue() == package.fp.getvalue()  # type: ignore[union-attr]
    manifest = json.loads(package.read("manifest.json"))
    assert (manifest["negotiation"], manifest["as_of"]) == ("talks", "2022-06-01")


def test_check_finds_a_changed_file_and_a_changed_record(talks: Negotiation, tmp_path: Path) -> None:
    take(Api(add_member(talks, role=Role.LEAD))).extractall(tmp_path)
    call_command("check_package", str(tmp_path), stdout=io.StringIO(), stderr=io.StringIO())
    latest = Coding.objects.get(stance=1, coder="anna")
    codings.withdraw_coding(SYSTEM, latest, reason="Misread.")
    errors = io.StringIO()
    with pytest.raises(CommandError, match="1 of 2 positions differ"):
        call_command("check_package", str(tmp_path), stdout=io.StringIO(), stderr=errors)
    assert "north on border: stance None there, -2 here" in errors.getvalue()
    (tmp_path / "bundle.json").write_text("{}")
    with pytest.raises(CommandError, match=r"bundle\.json.*checksum differs"):
        call_command("check_package", str(tmp_path), stdout=io.StringIO(), stderr=io.StringIO())
    (tmp_path / "bundle.json").unlink()
    with pytest.raises(CommandError, match=r"bundle\.json.*is missing"):
        call_command("check_package", str(tmp_path), stdout=io.StringIO(), stderr=io.StringIO())
    with pytest.raises(CommandError, match="neither a package"):
        call_command("check_package", __file__, stdout=io.StringIO(), stderr=io.StringIO())


def test_hidden_negotiation_is_unknown(talks: Negotiation) -> None:
    Negotiation.objects.update(visibility=Visibility.RESTRICTED)
    assert Api()("exports/package/", negotiation="talks").status_code == 404
