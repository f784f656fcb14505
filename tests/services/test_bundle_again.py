"""Importing a bundle once more: nothing twice, and what is newer in the next file moves the record on."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from positions.enums import CodingStatus, Role
from positions.models import ConditionStatusEntry, Negotiation, Party, Statement
from positions.queries.access import SYSTEM, Reader, reader_of
from positions.services.imports import import_bundle
from tests.factories import add_member
from tests.services.bundles import Document, drop, export, keyless_bundle, load, make_bundle, put, row_counts

pytestmark = pytest.mark.django_db

RETIRED_LEFT_OUT = (
    "statements[1]",
    "is no longer in force; only an administrator's import keeps history, so it is left out",
)


def member(role: Role) -> Callable[[], Reader]:
    """A reader with a role in the negotiation, which must be there."""
    return lambda: reader_of(add_member(Negotiation.objects.get(slug="river-talks"), role=role))


@pytest.mark.parametrize("make", [make_bundle, keyless_bundle])
def test_import_twice_changes_nothing(make: Callable[[], Document]) -> None:
    load(make())
    before, written = row_counts(), export()
    report = import_bundle(SYSTEM, make())
    assert (report.counts, report.warnings, row_counts(), export()) == ({}, [], before, written)


@pytest.mark.parametrize("role", [Role.ANALYST, Role.REVIEWER, Role.LEAD])
@pytest.mark.parametrize("make", [make_bundle, lambda: json.loads(export())])
def test_import_again_by_a_member_changes_nothing(role: Role, make: Callable[[], Document]) -> None:
    load(make_bundle())
    reader = member(role)()
    before, written = row_counts(), export()
    report = import_bundle(reader, make())
    assert (report.counts, report.warnings, row_counts(), export()) == ({}, [RETIRED_LEFT_OUT], before, written)


def test_dry_run_writes_nothing_and_says_what_it_would() -> None:
    before = row_counts()
    report = import_bundle(SYSTEM, make_bundle(), dry_run=True)
    assert (report.counts["codings"], row_counts()) == (10, before)


def test_keyless_entries_match_what_they_describe() -> None:
    """A file with keys, then the same passages without: they are the same records."""
    load(make_bundle())
    before = row_counts()
    document = keyless_bundle()
    put(document, "statements[0].codings[0].conditions[0].status", "open")
    assert (import_bundle(SYSTEM, document).counts, row_counts()) == ({}, before)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("statements[1].stated_on", "2023-03-04"),
        ("statements[1].exact", "accepts the old border"),
        ("statements[1].round", 1),
        ("statements[1].asserted_by", "south"),
    ],
)
def test_keyless_statement_with_another_identity_is_another_statement(path: str, value: Any) -> None:
    load(keyless_bundle())
    counts = import_bundle(SYSTEM, put(keyless_bundle(), path, value)).counts
    assert (counts["statements"], counts["codings"]) == (1, 1)


def test_votes_without_span_are_told_apart_by_their_issue() -> None:
    document = keyless_bundle()
    vote = {"source": "roll", "asserted_by": "south", "stated_on": "2023-03-05"}
    document["statements"].append(
        {**vote, "codings": [{"party": "south", "issue": "border", "stance": 1, "move": "vote"}]}
    )
    negotiation = load(document)
    assert negotiation.statements.filter(anchor_status="none").count() == 2
    assert import_bundle(SYSTEM, document).counts == {}


def test_keyless_codings_are_told_apart_by_party_issue_and_coder() -> None:
    load(keyless_bundle())
    document = keyless_bundle()
    document["statements"][1]["codings"] += [
        {"party": "north", "issue": "transit", "stance": 1},
        {"party": "south", "issue": "border", "stance": 1},
        {"party": "north", "issue": "border", "stance": 1, "coder": "carol", "status": "submitted"},
    ]
    assert import_bundle(SYSTEM, document).counts == {"codings": 3}
    assert import_bundle(SYSTEM, document).counts == {}


def test_keyless_entry_is_matched_among_records_in_force() -> None:
    """Once a statement was withdrawn, the same passage is a new statement."""
    document = keyless_bundle()
    negotiation = load(document)
    now = timezone.now() + timedelta(seconds=1)
    told = negotiation.statements.get(source__key="paper")
    told.codings.update(retired_at=now)
    Statement.objects.filter(pk=told.pk).update(retired_at=now)
    assert import_bundle(SYSTEM, document).counts == {"codings": 1, "statements": 1}


def test_one_bundle_under_two_slugs_is_two_negotiations() -> None:
    load(make_bundle())
    counts = import_bundle(SYSTEM, make_bundle("other-talks")).counts
    assert (counts["codings"], counts.get("parties"), Party.objects.count()) == (10, None, 3)


def test_submitted_coding_is_published_by_the_next_file() -> None:
    negotiation = load(make_bundle())
    load(put(make_bundle(), "statements[0].codings[3].status", "published"))
    coding = negotiation.codings.get(key="offer-sub")
    assert (coding.status, coding.recorded_at is not None, coding.submitted_at is not None) == ("published", True, True)


def test_draft_is_submitted_by_the_next_file() -> None:
    negotiation = load(make_bundle())
    load(put(make_bundle(), "statements[0].codings[2].status", "submitted"))
    assert negotiation.codings.get(key="offer-draft").status == "submitted"


def test_published_coding_is_not_taken_back_by_an_older_file() -> None:
    negotiation = load(make_bundle())
    document = put(make_bundle(), "statements[6].codings[0].status", "draft")
    assert import_bundle(SYSTEM, document).counts == {}
    assert negotiation.codings.get(key="vote-1").status == "published"


def test_withdrawal_in_the_next_file_retires() -> None:
    negotiation = load(make_bundle())
    document = make_bundle()
    later = (timezone.now() + timedelta(minutes=1)).isoformat()
    for path in ("statements[6]", "statements[6].codings[0]"):
        put(document, f"{path}.retired_at", later)
        put(document, f"{path}.reason", "Not what was voted on")
    assert import_bundle(SYSTEM, document).counts == {"changed": 2}
    vote = negotiation.statements.get(key="vote")
    assert (vote.retired_at, vote.withdrawal_reason, vote.reason) == (
        datetime.fromisoformat(later),
        "Not what was voted on",
        "",
    )
    assert negotiation.codings.get(key="vote-1").retired_at == vote.retired_at
    assert import_bundle(SYSTEM, document).counts == {}


def test_correction_in_the_next_file_replaces_a_coding_in_force() -> None:
    document = make_bundle()
    drop(document, "statements[0].codings[0].retired_at")
    del document["statements"][0]["codings"][1]
    negotiation = load(document)
    load(make_bundle())
    old, new = (negotiation.codings.get(key=key) for key in ("offer-old", "offer-new"))
    assert (new.supersedes, old.retired_at) == (old, new.recorded_at)


def test_correction_of_a_statement_in_the_next_file_replaces_it_and_its_coding() -> None:
    document = make_bundle()
    put(document, "statements[0].codings[1].conditions", [])
    first = json.loads(json.dumps(document))
    drop(first, "statements[1].retired_at")
    drop(first, "statements[1].codings[0].retired_at")
    del first["statements"][2]
    load(first)
    assert import_bundle(SYSTEM, document).counts == {"changed": 2, "codings": 1, "statements": 1}


def test_newer_status_of_a_condition_is_added_once() -> None:
    load(make_bundle())
    document = make_bundle()
    newer = {
        "status": "withdrawn",
        "on": "2023-03-09",
        "recorded_at": "2023-08-01T00:00:00Z",
        "reason": "No longer asked",
    }
    document["statements"][0]["codings"][1]["conditions"][0]["statuses"].append(newer)
    assert import_bundle(SYSTEM, document).counts == {"condition status entries": 1}
    assert import_bundle(SYSTEM, document).counts == {}
    assert list(ConditionStatusEntry.objects.order_by("rank").values_list("status", "rank")) == [
        ("failed", 0),
        ("met", 1),
        ("withdrawn", 2),
    ]


def test_status_listed_twice_leaves_room_for_a_newer_one() -> None:
    document = make_bundle()
    statuses = [{"status": "met", "on": "2023-03-02", "reason": "Seen"}] * 2
    put(document, "statements[0].codings[1].conditions[0].statuses", statuses)
    load(document)
    put(
        document,
        "statements[0].codings[1].conditions[0].statuses",
        [*statuses, {"status": "failed", "on": "2023-03-05", "reason": "Undone"}],
    )
    assert import_bundle(SYSTEM, document).counts == {"condition status entries": 1}


def test_source_facts_follow_the_file_and_their_statements_last_days_too() -> None:
    negotiation = load(make_bundle())
    load(put(put(make_bundle(), "sources[1].published_on", "2023-03-05"), "sources[1].reliability", "C"))
    source = negotiation.sources.get(key="paper")
    told = negotiation.statements.get(key="told")
    assert (source.reliability, str(source.published_latest)) == ("C", "2023-03-05")
    assert (str(told.stated_latest), str(told.codings.get().stated_latest)) == ("2023-03-05", "2023-03-05")


def test_visibility_and_policy_of_a_negotiation_stay() -> None:
    load(make_bundle())
    document = put(put(make_bundle(), "negotiation.visibility", "restricted"), "negotiation.review_policy", "none")
    report = import_bundle(SYSTEM, document)
    report.negotiation.refresh_from_db()
    assert (report.negotiation.visibility, report.negotiation.review_policy) == ("public", "single")
    assert report.warnings == [
        ("negotiation.visibility", "stays “public”: an import never changes who may read a negotiation")
    ]


def test_another_group_of_a_statement_on_record_adds_nothing() -> None:
    load(make_bundle())
    assert import_bundle(SYSTEM, put(make_bundle(), "statements[3].group", "else")).counts == {}


def test_status_values_are_ordered_as_the_workflow_goes() -> None:
    """“Forward” in an import follows this order."""
    assert CodingStatus.values == ["draft", "submitted", "published", "rejected"]
