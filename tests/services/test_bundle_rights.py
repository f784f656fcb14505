"""How far an import goes depends on who runs it: history, publication, names, titles."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from positions.enums import Role
from positions.models import Negotiation, PartyAlias
from positions.queries.access import SYSTEM, Reader, reader_of
from positions.queries.evidence import Moment
from positions.queries.positions import positions_for
from positions.services.imports import import_bundle
from tests.factories import add_member, make_user
from tests.services.bundles import load, make_bundle, put

pytestmark = pytest.mark.django_db

RETIRED_LEFT_OUT = (
    "statements[1]",
    "is no longer in force; only an administrator's import keeps history, so it is left out",
)


def stance_of_north(negotiation: Negotiation, known_at: datetime) -> tuple[int | None, str] | None:
    found = positions_for(SYSTEM, negotiation, Moment(timezone.now().date(), known_at))
    return next(((p.stance, p.footing) for p in found if (p.party, p.issue) == ("north", "border")), None)


def member(role: Role) -> Callable[[], Reader]:
    """A reader with a role in the negotiation, which must be there."""
    return lambda: reader_of(add_member(Negotiation.objects.get(slug="river-talks"), role=role))


def administrator() -> Reader:
    return reader_of(make_user(is_superuser=True))


@pytest.mark.parametrize("who", [lambda: SYSTEM, administrator])
def test_history_is_kept_for_administrators(who: Callable[[], Reader]) -> None:
    negotiation = load(make_bundle(), reader=who())
    assert [stance_of_north(negotiation, datetime(2023, 7, day, 12, tzinfo=UTC)) for day in (1, 2, 3)] == [
        (2, "own"), (2, "own"), (1, "own"),
    ]  # fmt: skip
    assert stance_of_north(negotiation, datetime(2023, 7, 1, 8, 30, tzinfo=UTC)) is None
    new = negotiation.codings.select_related("supersedes").get(key="offer-new")
    assert (new.reason, new.supersedes and new.supersedes.key, new.recorded_at) == (
        "It is an offer", "offer-old", datetime(2023, 7, 3, 9, tzinfo=UTC),
    )  # fmt: skip
    assert negotiation.codebook_versions.get(version=1).recorded_at == datetime(2023, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("role", [Role.ANALYST, Role.REVIEWER, Role.LEAD])
def test_history_is_not_kept_for_members(role: Role) -> None:
    negotiation = load({**make_bundle(), "statements": [], "sources": []})
    began = timezone.now()
    report = import_bundle(member(role)(), make_bundle())
    assert RETIRED_LEFT_OUT in report.warnings
    assert sorted(negotiation.statements.values_list("key", flat=True)) == [
        "families-2",
        "joint-n",
        "joint-s",
        "offer",
        "told",
        "vote",
    ]
    assert not negotiation.codings.filter(key__in=["offer-old", "families-1"]).exists()
    assert not negotiation.statements.filter(recorded_at__lt=began).exists()
    assert not negotiation.codings.filter(recorded_at__lt=began).exists()
    assert not negotiation.codings.exclude(supersedes=None, reason="", retired_at=None).exists()


@pytest.mark.parametrize(
    ("role", "status"), [(Role.ANALYST, "submitted"), (Role.REVIEWER, "published"), (Role.LEAD, "published")]
)
def test_published_stands_only_from_a_reviewer_on(role: Role, status: str) -> None:
    negotiation = load({**make_bundle(), "statements": [], "sources": []})
    import_bundle(member(role)(), make_bundle())
    told = negotiation.codings.get(key="told-1")
    assert (told.status, told.recorded_at is None, told.coder_user) == (status, status == "submitted", None)


def test_published_from_an_analyst_becomes_submitted_where_nothing_is_reviewed_too() -> None:
    document = put(make_bundle(), "negotiation.review_policy", "none")
    negotiation = load({**document, "statements": [], "sources": []})
    import_bundle(member(Role.ANALYST)(), document)
    assert set(negotiation.codings.values_list("status", flat=True)) == {"submitted", "draft"}


def test_analyst_never_decides_on_a_coding_by_a_file() -> None:
    negotiation = load(make_bundle())
    report = import_bundle(member(Role.ANALYST)(), put(make_bundle(), "statements[0].codings[3].status", "rejected"))
    assert (
        "statements[0].codings[3].status",
        "stays “submitted”: your role does not decide on this coding",
    ) in report.warnings
    assert (report.counts, negotiation.codings.get(key="offer-sub").status) == ({}, "submitted")


@pytest.mark.parametrize(
    ("role", "status", "becomes"),
    [
        (Role.ANALYST, "submitted", "draft"),
        (Role.ANALYST, "rejected", "draft"),
        (Role.REVIEWER, "published", "draft"),
        (Role.LEAD, "published", "published"),
    ],
)
def test_draft_of_a_colleague_is_theirs(role: Role, status: str, becomes: str) -> None:
    negotiation = load(make_bundle())
    dave: User = make_user("dave")
    negotiation.codings.filter(key="offer-draft").update(coder_user=dave)
    import_bundle(member(role)(), put(make_bundle(), "statements[0].codings[2].status", status))
    assert negotiation.codings.get(key="offer-draft").status == becomes


@pytest.mark.parametrize(("who", "aliases"), [(administrator, 1), (member(Role.ANALYST), 0)])
def test_only_an_administrator_adds_names_to_a_party_on_record(who: Callable[[], Reader], aliases: int) -> None:
    load(make_bundle())
    PartyAlias.objects.all().delete()
    import_bundle(who(), make_bundle())
    assert PartyAlias.objects.count() == aliases


def test_analyst_may_add_missing_parties() -> None:
    negotiation = load(make_bundle())
    document = make_bundle()
    document["parties"].append({"slug": "east", "name": "East"})
    assert import_bundle(member(Role.ANALYST)(), document).counts == {"parties": 1}
    assert negotiation.parties.filter(slug="east").exists()


def test_title_is_the_leads() -> None:
    load(make_bundle())
    report = import_bundle(member(Role.REVIEWER)(), put(make_bundle(), "negotiation.title", "Other"))
    assert ("negotiation", "only a lead changes title and summary; they stay as they are") in report.warnings
    import_bundle(member(Role.LEAD)(), put(make_bundle(), "negotiation.title", "Other"))
    assert Negotiation.objects.get().title == "Other"
