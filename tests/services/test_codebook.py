"""Versions of the codebook, what they freeze, and the readings a new meaning leaves to be confirmed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from positions.enums import ChangeKind, CodingStatus, ReviewPolicy, Role
from positions.exceptions import Conflict, Invalid, NotPermitted
from positions.models import ChangeSet, CodebookEntry, CodebookVersion, Coding, Event, Issue, Negotiation
from positions.queries.access import Reader, reader_of
from positions.queries.codebook import (
    EntryWords,
    codebook_for,
    codings_by_version,
    codings_to_confirm,
    newest_version,
    own_words,
    words_in_force,
)
from positions.services.codebook import (
    confirm_codings,
    edit_codebook_version,
    is_editable,
    preview_confirming,
    publish_codebook_version,
)
from positions.services.negotiations import IssueFacts, save_issue
from tests.factories import add_member, make_coding, make_issue, make_negotiation, make_statement

pytestmark = pytest.mark.django_db
ANCHORS = {"2": {"meaning": "A demand without conditions", "examples": ["We insist.", "No deal without it."]}}


class Talks:
    """A negotiation with two issues and a lead."""

    def __init__(self) -> None:
        self.negotiation: Negotiation = make_negotiation("talks")
        self.border: Issue = make_issue(self.negotiation, "border", rank=0)
        self.bridge: Issue = make_issue(self.negotiation, "bridge", rank=1)
        self.lead = self.reader(Role.LEAD)

    def reader(self, role: str) -> Reader:
        return reader_of(add_member(self.negotiation, role=role))

    def words(self, issue: Issue, **changes: Any) -> EntryWords:
        issue.refresh_from_db()
        held = {w.issue.pk: w for w in words_in_force(self.negotiation, newest_version(self.negotiation))}
        return replace(held[issue.pk], **changes)

    def publish(self, *entries: EntryWords, text: str = "", reason: str = "Clearer words.") -> CodebookVersion:
        return publish_codebook_version(self.lead, self.negotiation, text, entries, reason)

    def read(self, issue: Issue | None = None, **fields: Any) -> Coding:
        return make_coding(make_statement(self.negotiation), issue=issue or self.border, **fields)

    def waiting(self) -> list[Coding]:
        return list(codings_to_confirm(self.lead, self.negotiation).order_by("created_at", "pk"))


@pytest.fixture
def talks() -> Talks:
    return Talks()


def test_next_version_holds_every_issue_and_updates_the_issues(talks: Talks) -> None:
    words = talks.words(talks.border, proposal="The border is open", anchors=ANCHORS, rules="When in doubt, +1.")
    version = talks.publish(words, text="Code what is said.")
    assert (version.version, version.text) == (2, "Code what is said.")
    entries = {entry.issue.slug: entry for entry in version.entries.select_related("issue")}
    assert sorted(entries) == ["border", "bridge"]
    assert (entries["border"].proposal, entries["border"].anchors) == ("The border is open", ANCHORS)
    assert entries["bridge"].proposal == talks.bridge.proposal
    talks.border.refresh_from_db()
    assert talks.border.proposal == "The border is open"
    event = Event.objects.get()
    assert (event.action, event.reason) == ("codebook_version_added", "Clearer words.")
    assert event.before is not None
    assert event.after is not None
    assert event.before["entries"]["border"]["proposal"] == "Border is agreed"
    assert event.after["entries"]["border"]["proposal"] == "The border is open"
    third = talks.publish(text="Code only what is said.")
    copied = third.entries.get(issue=talks.border)
    assert (copied.anchors, copied.rules) == (ANCHORS, "When in doubt, +1.")


def test_version_that_says_nothing_new_is_refused(talks: Talks) -> None:
    with pytest.raises(Invalid, match="says already"):
        talks.publish(talks.words(talks.border))
    assert talks.negotiation.codebook_versions.count() == 1


def test_version_takes_a_lead_and_a_reason(talks: Talks) -> None:
    with pytest.raises(NotPermitted):
        publish_codebook_version(talks.reader(Role.REVIEWER), talks.negotiation, "New", (), "Why")
    with pytest.raises(Invalid, match="reason"):
        talks.publish(text="New", reason=" ")


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"proposal": ""}, "entries[0].proposal"),
        ({"rules": "a\x00b"}, "entries[0].rules"),
        ({"anchors": {"3": {"meaning": "Beyond", "examples": []}}}, "entries[0].anchor 3"),
        ({"anchors": {"1": {"meaning": "", "examples": ["Perhaps."]}}}, "entries[0].anchor 1"),
        ({"anchors": {"1": {"meaning": "Some", "examples": ["x\x00"]}}}, "entries[0].anchor 1"),
        ({"anchors": {"1": {"meaning": "Some", "examples": ["x"] * 21}}}, "entries[0].anchor 1"),
    ],
)
def test_entry_is_refused_at_its_place(talks: Talks, changes: dict[str, Any], path: str) -> None:
    with pytest.raises(Invalid) as refusal:
        talks.publish(talks.words(talks.border, **changes))
    assert list(refusal.value.errors) == [path]
    assert not CodebookEntry.objects.exists()


def test_entry_of_another_negotiation_or_named_twice_is_refused(talks: Talks) -> None:
    for entries in ([own_words(make_issue())], [talks.words(talks.border)] * 2):
        with pytest.raises(Invalid) as refusal:
            talks.publish(*entries)
        assert list(refusal.value.errors) == [f"entries[{len(entries) - 1}].issue"]


def test_unused_version_is_edited_in_place_and_a_used_one_not(talks: Talks) -> None:
    version = talks.publish(text="Code what is said.")
    words = talks.words(talks.border, proposal="The border is open")
    edit_codebook_version(talks.lead, version, "Code it.", [words], "A slip.")
    version.refresh_from_db()
    talks.border.refresh_from_db()
    assert (version.text, version.entries.get(issue=talks.border).proposal) == ("Code it.", "The border is open")
    assert talks.border.proposal == "The border is open"
    assert version.entries.count() == 2
    talks.read(status=CodingStatus.DRAFT, codebook=version)
    assert not is_editable(version)
    with pytest.raises(Conflict, match="compose the next version"):
        edit_codebook_version(talks.lead, version, "Again.", [], "A slip.")


def test_editing_keeps_what_the_version_before_left_to_the_issues(talks: Talks) -> None:
    version = talks.publish(text="Code what is said.")
    words = talks.words(talks.border, proposal="The border is open")
    edit_codebook_version(talks.lead, version, version.text, [words], "A slip.")
    first = codebook_for(talks.lead, talks.negotiation, 1)
    assert first is not None
    assert [words.proposal for words in first.entries] == ["Border is agreed", "Bridge is agreed"]


def test_older_version_is_not_edited(talks: Talks) -> None:
    first = talks.negotiation.codebook_versions.get()
    talks.publish(text="Code what is said.")
    with pytest.raises(Conflict):
        edit_codebook_version(talks.lead, first, "Again.", [], "A slip.")


def issue_facts(issue: Issue, **changes: Any) -> IssueFacts:
    names = ("slug", "title", "proposal", "pole_for", "pole_against", "reference_point")
    return IssueFacts(**{**{name: getattr(issue, name) for name in names}, **changes})


def test_poles_are_frozen_with_the_way_out_named(talks: Talks) -> None:
    talks.read()
    with pytest.raises(Invalid) as refusal:
        save_issue(talks.lead, talks.negotiation, issue_facts(talks.border, pole_for="Open"), existing=talks.border)
    assert refusal.value.errors == {
        "pole_for": [
            (
                "is frozen: codings of this issue are published. Compose the next version of the codebook, under which "
                "they are confirmed or recoded, or add a new issue for what +2 is to mean now."
            )
        ]
    }


def test_poles_are_frozen_for_drafts_made_by_a_written_codebook(talks: Talks) -> None:
    version = talks.publish(text="Code what is said.")
    talks.read(status=CodingStatus.DRAFT, codebook=version)
    with pytest.raises(Invalid, match="made by what the codebook says"):
        save_issue(talks.lead, talks.negotiation, issue_facts(talks.border, pole_for="Open"), existing=talks.border)


def test_codebook_follows_an_issue_nobody_coded(talks: Talks) -> None:
    version = talks.publish(text="Code what is said.")
    save_issue(talks.lead, talks.negotiation, issue_facts(talks.bridge, pole_for="A bridge"), existing=talks.bridge)
    assert version.entries.get(issue=talks.bridge).pole_for == "A bridge"


# ---------------------------------------------------------------- what is to be confirmed


def test_new_meaning_lists_the_codings_made_before(talks: Talks) -> None:
    first = talks.read()
    talks.read(talks.bridge)
    talks.read(status=CodingStatus.SUBMITTED)
    version = talks.publish(talks.words(talks.border, proposal="The border is open"))
    talks.read(codebook=version)
    assert talks.waiting() == [first]
    kept = first.codebook.entries.get()
    assert (kept.issue, kept.proposal) == (talks.border, "Border is agreed")
    assert codings_by_version(talks.lead, talks.negotiation) == {1: (2, 3), 2: (1, 1)}


def test_words_where_there_were_none_and_new_examples_change_no_meaning(talks: Talks) -> None:
    talks.read()
    talks.publish(talks.words(talks.border, anchors=ANCHORS, definition="Where we meet", rules="When in doubt, +1."))
    assert talks.waiting() == []
    more = {"2": {**ANCHORS["2"], "examples": ["We insist."]}}
    talks.publish(talks.words(talks.border, anchors=more))
    assert talks.waiting() == []
    talks.publish(talks.words(talks.border, anchors={"2": {"meaning": "A wish", "examples": []}}))
    assert len(talks.waiting()) == 1


def test_confirming_keeps_the_reading_under_the_newest_codebook(talks: Talks) -> None:
    first = talks.read(stance=-2, red_line=True, conditions=["the other side does the same"])
    second = talks.read()
    version = talks.publish(talks.words(talks.border, proposal="The border is open"))
    preview = preview_confirming(talks.lead, talks.waiting())
    assert [(line.before, line.after) for line in preview.changed] == [("codebook 1", "codebook 2")] * 2
    change_set = confirm_codings(talks.lead, [first, second], "Means the same here.")
    assert change_set.kind == ChangeKind.CONFIRM
    assert change_set.title == "2 readings confirmed under codebook 2"
    confirmed = Coding.objects.get(supersedes=first)
    assert {"coding": str(first.pk), "became": str(confirmed.pk)} in ChangeSet.objects.get().steps
    first.refresh_from_db()
    assert (first.retired_at, confirmed.codebook) == (confirmed.recorded_at, version)
    assert (confirmed.stance, confirmed.red_line, confirmed.reason) == (-2, True, "Means the same here.")
    assert [c.text for c in confirmed.conditions.all()] == ["the other side does the same"]
    assert talks.waiting() == []
    assert Event.objects.filter(action="codings_confirmed").count() == 1
    with pytest.raises(Invalid):
        confirm_codings(talks.lead, [confirmed], "Once more.")


def test_confirming_takes_who_may_correct_and_published_codings(talks: Talks) -> None:
    draft = talks.read(status=CodingStatus.DRAFT)
    published = talks.read()
    talks.publish(talks.words(talks.border, proposal="The border is open"))
    with pytest.raises(Invalid, match="only published readings are confirmed"):
        confirm_codings(talks.lead, [draft], "Means the same.")
    with pytest.raises(Invalid, match="takes a reviewer"):
        confirm_codings(talks.reader(Role.ANALYST), [published], "Means the same.")
    Negotiation.objects.update(review_policy=ReviewPolicy.NONE)
    with pytest.raises(NotPermitted):
        confirm_codings(talks.reader(Role.VIEWER), [published], "Means the same.")
    confirm_codings(talks.reader(Role.ANALYST), Coding.objects.filter(pk=published.pk), "Means the same.")  # type: ignore[arg-type]


# ---------------------------------------------------------------- who reads what


def test_outsiders_read_what_stances_mean_and_nothing_more(talks: Talks) -> None:
    words = talks.words(talks.border, definition="Where we meet", anchors=ANCHORS, rules="When in doubt, +1.")
    talks.publish(words, text="Code what is said.")
    seen = codebook_for(Reader(), talks.negotiation)
    assert seen is not None
    assert not seen.is_whole
    border = seen.entries[0]
    assert (border.definition, border.proposal) == ("Where we meet", "Border is agreed")
    assert (border.anchors, border.rules) == ({}, "")
    assert all("anchor 2" not in changed and "rules" not in changed for changed in seen.differences.values())
    member = codebook_for(talks.reader(Role.VIEWER), talks.negotiation)
    assert member is not None
    assert (member.is_whole, member.entries[0].anchors) == (True, ANCHORS)


def test_versions_are_read_by_number(talks: Talks) -> None:
    talks.publish(talks.words(talks.border, proposal="The border is open"))
    first = codebook_for(talks.lead, talks.negotiation, 1)
    newest = codebook_for(talks.lead, talks.negotiation)
    assert first is not None
    assert newest is not None
    assert [words.proposal for words in first.entries] == ["Border is agreed", "Bridge is agreed"]
    assert [words.proposal for words in newest.entries] == ["The border is open", "Bridge is agreed"]
    assert newest.differences[talks.border.pk] == {"proposal": ("Border is agreed", "The border is open")}
    assert codebook_for(talks.lead, talks.negotiation, 9) is None
