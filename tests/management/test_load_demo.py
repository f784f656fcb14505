"""The demo: complete, repeatable, honest about being summaries, and its credentials private."""

from __future__ import annotations

import io
import json
import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import RequestFactory
from django.utils import timezone
from knox.auth import TokenAuthentication

from positions.analysis.types import Position
from positions.models import Coding, Event, Member, Negotiation, Source, Statement
from positions.queries.access import SYSTEM
from positions.queries.evidence import Moment
from positions.queries.positions import positions_for
from tests.services.bundles import row_counts

pytestmark = pytest.mark.django_db

ROLES = ["viewer", "analyst", "reviewer", "lead", "administrator"]
DEMO = "european-security-2022"


@pytest.fixture
def data_dir(tmp_path: Path, settings: object) -> Path:
    """A data directory of the test's own."""
    settings.DATA_DIR = tmp_path / "data"  # type: ignore[attr-defined]
    return tmp_path / "data"


def load_demo() -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("load_demo", stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def credentials_in(data_dir: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads((data_dir / "demo-credentials.json").read_text(encoding="utf-8"))
    return found


def test_credentials_are_private_complete_and_work(data_dir: Path) -> None:
    out, _ = load_demo()
    file = data_dir / "demo-credentials.json"
    assert out.splitlines()[-1] == f"Demo credentials written to {file}"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    found = credentials_in(data_dir)
    assert list(found) == ROLES
    assert {frozenset(entry) for entry in found.values()} == {frozenset({"username", "password", "token"})}
    request = RequestFactory().get("/")
    for entry in found.values():
        user = authenticate(request, username=entry["username"], password=entry["password"])
        assert user is not None
        assert TokenAuthentication().authenticate_credentials(entry["token"].encode())[0] == user
    assert len({entry["password"] for entry in found.values()}) == len(ROLES)
    members = dict(Member.objects.filter(negotiation__slug=DEMO).values_list("user__username", "role"))
    assert members == {f"demo-{role}": role for role in ROLES[:-1]}
    flags = {user.username: (user.is_staff, user.is_superuser) for user in User.objects.all()}
    assert flags == {
        "demo-viewer": (False, False),
        "demo-analyst": (True, False),
        "demo-reviewer": (True, False),
        "demo-lead": (True, False),
        "demo-administrator": (True, True),
    }


def test_passwords_are_not_in_the_log(data_dir: Path) -> None:
    load_demo()
    log = json.dumps(list(Event.objects.values("action", "before", "after", "reason", "subject_label")), default=str)
    for entry in credentials_in(data_dir).values():
        assert entry["password"] not in log
        assert entry["token"] not in log


def test_loading_again_changes_nothing(data_dir: Path) -> None:
    load_demo()
    before, found = row_counts(), credentials_in(data_dir)
    out, _ = load_demo()
    assert out == f"{DEMO}: nothing new.\nDemo credentials are in {data_dir / 'demo-credentials.json'}\n"
    assert (row_counts(), credentials_in(data_dir)) == (before, found)


def test_lost_credentials_are_made_anew(data_dir: Path) -> None:
    load_demo()
    old = credentials_in(data_dir)
    (data_dir / "demo-credentials.json").unlink()
    load_demo()
    new = credentials_in(data_dir)
    assert list(new) == ROLES
    assert {role for role in ROLES if new[role]["password"] == old[role]["password"]} == set()
    assert User.objects.count() == len(ROLES)


def test_two_installations_have_other_passwords(data_dir: Path, settings: object) -> None:
    load_demo()
    first = credentials_in(data_dir)
    User.objects.all().delete()
    settings.DATA_DIR = data_dir.parent / "other"  # type: ignore[attr-defined]
    load_demo()
    second = credentials_in(data_dir.parent / "other")
    assert {first[role]["password"] for role in ROLES}.isdisjoint(second[role]["password"] for role in ROLES)


@pytest.mark.usefixtures("data_dir")
def test_demo_is_rich_enough() -> None:
    load_demo()
    in_force = {"negotiation__slug": DEMO, "retired_at": None}
    assert Statement.objects.filter(**in_force).count() >= 60
    assert Coding.objects.filter(**in_force, status="published").count() >= 90
    assert Negotiation.objects.get().visibility == "public"


@pytest.mark.usefixtures("data_dir")
def test_every_source_says_that_it_is_a_summary_and_names_its_document() -> None:
    load_demo()
    texts = {source.key: source.texts.get().text for source in Source.objects.all()}
    assert [key for key, text in texts.items() if "summar" not in text.lower()] == []
    assert [source.key for source in Source.objects.all() if not (source.publisher and source.published_on)] == []


@pytest.mark.usefixtures("data_dir")
def test_two_corrections_show_through_known_at() -> None:
    """At the instant a correction was recorded, some position or its evidence is another than just before."""
    load_demo()
    negotiation = Negotiation.objects.get(slug=DEMO)
    instants = set(Coding.objects.filter(supersedes__isnull=False).values_list("recorded_at", flat=True))
    today = timezone.now().date()

    def answers(known_at: datetime) -> list[Position]:
        return positions_for(SYSTEM, negotiation, Moment(today, known_at))

    before = timedelta(microseconds=1)
    visible = [instant for instant in instants if instant and answers(instant) != answers(instant - before)]
    assert Coding.objects.filter(supersedes__isnull=False, recorded_at__in=visible).count() >= 2
