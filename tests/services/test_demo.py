"""The demo: loaded as often as one likes, private in its credentials, and with a history to look back on."""

from __future__ import annotations

import json
import stat
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from knox.auth import TokenAuthentication
from pytest_django import Settings

from positions.enums import CodingStatus, Role, Visibility
from positions.models import Coding, Event, Member, Negotiation, Statement
from positions.queries.access import SYSTEM, Reader, negotiations_for
from positions.queries.evidence import Moment
from positions.queries.positions import positions_for
from positions.services.demo import ACCOUNTS, prepare_demo_accounts, write_private
from tests.factories import make_negotiation
from tests.services.bundles import row_counts

pytestmark = pytest.mark.django_db


@pytest.fixture
def credentials(tmp_path: Path, settings: Settings) -> Path:
    """Where the command leaves the credentials."""
    settings.DATA_DIR = tmp_path / "data"
    return tmp_path / "data" / "demo-credentials.json"


@pytest.fixture
def talks() -> Negotiation:
    return make_negotiation()


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# ---------------------------------------------------------------- the record


def test_load_demo_twice_adds_nothing_the_second_time(credentials: Path) -> None:
    call_command("load_demo")
    counts, written, last = row_counts(), credentials.read_bytes(), Event.objects.latest("id")
    call_command("load_demo")
    assert (row_counts(), credentials.read_bytes(), Event.objects.latest("id")) == (counts, written, last)
    assert mode_of(credentials) == 0o600

    talks = Negotiation.objects.get()
    assert (talks.slug, talks.visibility) == ("european-security-2022", Visibility.PUBLIC)
    assert list(negotiations_for(Reader())) == [talks]
    in_force = Coding.objects.filter(status=CodingStatus.PUBLISHED, retired_at=None)
    assert Statement.objects.filter(retired_at=None).count() >= 60
    assert in_force.count() >= 90
    assert in_force.filter(statement__retired_at__isnull=False).count() == 0


def test_demo_was_known_otherwise_before_the_november_corrections(credentials: Path) -> None:
    call_command("load_demo")
    talks = Negotiation.objects.get()

    def known_at(instant: datetime) -> dict[tuple[str, str], int | None]:
        found = [positions_for(SYSTEM, talks, Moment(date(2022, month, 28), instant)) for month in (1, 2)]
        return {(f"{month} {p.party}", p.issue): p.stance for month, ps in enumerate(found, 1) for p in ps}

    before = known_at(datetime(2026, 11, 1, tzinfo=UTC))
    after = known_at(datetime(2026, 11, 20, tzinfo=UTC))
    changed = [place for place in before if after.get(place, before[place]) != before[place]]
    assert (len(before) > 20, len(changed) >= 1) == (True, True)
    assert known_at(datetime(2026, 9, 1, tzinfo=UTC)) == {}


# ---------------------------------------------------------------- its accounts


def test_demo_accounts_sign_in_with_what_the_file_says(talks: Negotiation, tmp_path: Path) -> None:
    file = tmp_path / "new" / "credentials.json"
    assert prepare_demo_accounts(talks, file) is True
    entries = json.loads(file.read_text())
    assert tuple(entries) == ACCOUNTS
    assert (mode_of(file), list(file.parent.iterdir())) == (0o600, [file])
    for role, entry in entries.items():
        user = User.objects.get(username=entry["username"])
        assert user.check_password(entry["password"])
        assert TokenAuthentication().authenticate_credentials(entry["token"].encode())[0] == user
        assert (user.is_staff, user.is_superuser) == (role != "viewer", role == "administrator")
    assert {member.user.username: member.role for member in talks.members.all()} == {
        f"demo-{role}": role for role in Role.values
    }
    assert len({entry["password"] for entry in entries.values()}) == len(ACCOUNTS)


def test_demo_accounts_that_are_there_stay_as_they_are(talks: Negotiation, tmp_path: Path) -> None:
    file = tmp_path / "credentials.json"
    prepare_demo_accounts(talks, file)
    Member.objects.filter(user__username="demo-viewer").update(role=Role.ANALYST)
    Member.objects.filter(user__username="demo-analyst").delete()
    written, hashes = file.read_bytes(), set(User.objects.values_list("password", flat=True))
    assert prepare_demo_accounts(talks, file) is False
    assert (file.read_bytes(), set(User.objects.values_list("password", flat=True))) == (written, hashes)
    roles = dict(Member.objects.values_list("user__username", "role"))
    assert (roles["demo-viewer"], roles["demo-analyst"]) == (Role.ANALYST, Role.ANALYST)


@pytest.mark.parametrize("missing", ["file", "account"])
def test_demo_accounts_are_made_anew_when_something_is_missing(
    talks: Negotiation, tmp_path: Path, missing: str
) -> None:
    file = tmp_path / "credentials.json"
    prepare_demo_accounts(talks, file)
    written = file.read_bytes()
    if missing == "file":
        file.unlink()
    else:
        User.objects.get(username="demo-lead").delete()
    assert prepare_demo_accounts(talks, file) is True
    assert file.read_bytes() != written
    entry = json.loads(file.read_text())["lead"]
    assert User.objects.get(username="demo-lead").check_password(entry["password"])
    assert (User.objects.count(), talks.members.count()) == (len(ACCOUNTS), len(Role.values))


def test_write_private_replaces_an_open_file_and_a_stale_draft(tmp_path: Path) -> None:
    file, stale = tmp_path / "secrets.json", tmp_path / "secrets.json.new"
    for path in (file, stale):
        path.write_text("old")
        path.chmod(0o644)
    write_private(file, "новое")
    assert (file.read_text(encoding="utf-8"), mode_of(file), stale.exists()) == ("новое", 0o600, False)
