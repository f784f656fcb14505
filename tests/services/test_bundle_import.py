"""What a bundle brings into the record: once, with its history, and as far as its reader may."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from positions.enums import CodingStatus, Role
from positions.models import Coding, ConditionStatusEntry, Event, Member, Negotiation, Party, PartyAlias, Statement
from positions.queries.access import SYSTEM, Reader, reader_of
from positions.queries.evidence import Moment
from positions.queries.positions import positions_for
from positions.services.imports import import_bundle
from tests.factories import add_member, make_user
from tests.services.bundles import Document, drop, export, keyless_bundle, load, make_bundle, put, row_counts

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


# ---------------------------------------------------------------- the first time


def test_import_writes_every_part_and_says_how_much() -> None:
    report = import_bundle(SYSTEM, make_bundle())
    assert (report.warnings, report.counts) == (
        [],
        {
            "aliases": 1,
            "appointments": 1,
            "codebook versions": 2,
            "codings": 10,
            "condition status entries": 2,
            "conditions": 2,
            "issues": 2,
            "negotiations": 1,
            "parties": 3,
            "people": 2,
            "rounds": 2,
            "source texts": 2,
            "sources": 3,
            "statement groups": 1,
            "statements": 7,
        },
    )


def test_import_is_one_entry_of_the_log() -> None:
    user = make_user("root", is_superuser=True)
    negotiation = load(make_bundle(), reader=reader_of(user))
    [event] = Event.objects.all()
    assert (event.actor, event.actor_name, event.action, event.negotiation, event.before) == (
        user,
        "root",
        "bundle_imported",
        negotiation,
        None,
    )
    after = event.after or {}
    assert (after["codings"], len(after["sha256"])) == (10, 64)


def test_administrator_who_imports_a_negotiation_leads_it() -> None:
    user = make_user(is_superuser=True)
    negotiation = load(make_bundle(), reader=reader_of(user))
    assert [(m.negotiation, m.user, m.role) for m in Member.objects.all()] == [(negotiation, user, Role.LEAD)]


def test_new_negotiation_is_restricted_unless_the_file_says_otherwise() -> None:
    document = drop(drop(make_bundle(), "negotiation.visibility"), "negotiation.review_policy")
    negotiation = load(document)
    assert (negotiation.visibility, negotiation.review_policy) == ("restricted", "single")


def test_facts_land_where_they_belong() -> None:
    negotiation = load(make_bundle())
    offer = negotiation.statements.select_related("speaker", "round", "asserted_by", "source").get(key="offer")
    assert (offer.start, offer.end, offer.prefix, offer.suffix) == (0, 54, "", "\nFamilies wait for their sons.\nB")
    assert (offer.asserted_by.slug, offer.speaker and offer.speaker.slug, offer.round and offer.round.number) == (
        "north",
        "ada",
        1,
    )
    assert (offer.stated_on, str(offer.stated_earliest), str(offer.stated_latest)) == (
        "2023-03-01~",
        "2023-03-01",
        "2023-03-01",
    )
    told = negotiation.statements.get(key="told")
    assert (str(told.stated_earliest), str(told.stated_latest)) == ("2023-03-03", "2023-03-10")
    families = negotiation.statements.get(key="families")
    assert (str(families.stated_earliest), str(families.stated_latest)) == (
        "2023-03-01",
        "2023-03-02",
    )  # capped by publication
    vote = negotiation.statements.get(key="vote")
    assert (vote.anchor_status, vote.start, vote.exact, vote.text) == ("none", None, "", None)
    assert negotiation.statements.get(key="joint-n").group == negotiation.statements.get(key="joint-s").group
    footings = dict(Coding.objects.filter(negotiation=negotiation).values_list("key", "footing"))
    assert (footings["offer-new"], footings["told-1"], footings["offer-sub"]) == ("own", "reported", "reported")


def test_party_not_in_the_file_but_on_record_may_be_named() -> None:
    Party.objects.create(slug="east", name="East")
    negotiation = load(put(make_bundle(), "statements[0].addressees", ["east"]))
    assert negotiation.parties.filter(slug="east").exists()


def test_status_without_series_holds_from_the_day_of_the_statement() -> None:
    negotiation = load(keyless_bundle())
    entry = ConditionStatusEntry.objects.get(condition__coding__negotiation=negotiation)
    assert (entry.status, str(entry.on), entry.recorded_at) == ("met", "2023-03-01", None)


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_line_ends_of_text_and_quotation_become_plain(ends: str) -> None:
    document = make_bundle()
    put(document, "sources[1].text", f"The North{ends}accepts.{ends}")
    put(document, "statements[5].exact", f"North{ends}accepts")
    statement = load(document).statements.select_related("text").get(key="told")
    assert (statement.exact, statement.start, statement.text and statement.text.text) == (
        "North\naccepts",
        4,
        "The North\naccepts.\n",
    )


HOSTILE = [
    "\u202eright to left\u202c \u2067isolated\u2069",
    "zero\u200bwidth\u200djoiner\ufeff",
    "𝔸stral 👩‍👩‍👧 🇺🇦 𠜎",
    "<script>alert('x')</script> & &amp; \"quoted\"",
    '=HYPERLINK("http://x") +1 -1 @SUM(A1)',
    "e\u0301 combining, ﬁ ligature, İ dotted, ß",
    "%s {0} ${HOME} `id` '; DROP TABLE positions_event; --",
    "tab\there, vertical\x0b, form\x0c, next\x85, line\u2028 paragraph\u2029, control\x01\x1f\x7f",
    "\ufffe\uffff non-characters",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_come_back_unchanged(words: str) -> None:
    document = make_bundle()
    for path in (
        "negotiation.summary",
        "parties[0].name",
        "parties[0].aliases[0].text",
        "persons[0].name",
        "persons[0].appointments[0].title",
        "issues[0].proposal",
        "issues[0].keywords[0]",
        "rounds[0].venue",
        "rounds[0].delegations[0].members[0].title",
        "sources[0].title",
        "sources[0].publisher",
        "sources[0].note",
        "statements[0].speaker_label",
        "statements[0].note",
        "statements[0].codings[1].reason",
        "statements[0].codings[1].conditions[0].text",
        "statements[0].codings[1].conditions[0].statuses[1].reason",
        "codebook[0].text",
    ):
        put(document, path, words)
    put(document, "sources[1].text", f"x {words} y\n")
    put(document, "statements[5].exact", words.strip())
    load(document)
    written = json.loads(export())
    sources = {source["key"]: source for source in written["sources"]}
    statements = {statement["key"]: statement for statement in written["statements"]}
    new = next(coding for coding in statements["offer"]["codings"] if coding["key"] == "offer-new")
    assert (sources["paper"]["text"], statements["told"]["exact"]) == (f"x {words} y\n", words.strip())
    assert {
        written["negotiation"]["summary"],
        written["parties"][1]["name"],
        written["parties"][1]["aliases"][0]["text"],
        written["persons"][0]["name"],
        written["persons"][0]["appointments"][0]["title"],
        written["issues"][0]["proposal"],
        written["issues"][0]["keywords"][0],
        written["rounds"][0]["venue"],
        written["rounds"][0]["delegations"][0]["members"][0]["title"],
        sources["briefing"]["title"],
        sources["briefing"]["publisher"],
        sources["briefing"]["note"],
        statements["offer"]["speaker_label"],
        statements["offer"]["note"],
        new["reason"],
        new["conditions"][0]["text"],
        new["conditions"][0]["statuses"][1]["reason"],
        written["codebook"][0]["text"],
    } == {words}
    assert import_bundle(SYSTEM, json.dumps(written)).counts == {}


# ---------------------------------------------------------------- once more


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


# ---------------------------------------------------------------- forward


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


# ---------------------------------------------------------------- history, for whom


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


def test_nothing_is_half_written_when_writing_itself_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in the very last step takes everything back, the log's entry included."""

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("positions.services.imports.record_event", fail)
    before = row_counts()
    with pytest.raises(RuntimeError, match="power cut"):
        import_bundle(SYSTEM, make_bundle())
    assert row_counts() == before


def test_status_values_are_ordered_as_the_workflow_goes() -> None:
    """“Forward” in an import follows this order."""
    assert CodingStatus.values == ["draft", "submitted", "published", "rejected"]
