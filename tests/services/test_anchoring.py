"""A source gets a new text: what is found moves with its codings, the rest waits for a person, nothing in silence."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.management import call_command

from positions.enums import Role
from positions.exceptions import Conflict, Invalid, NotPermitted, NotVisible
from positions.models import Coding, Event, Source, Statement
from positions.queries.access import SYSTEM
from positions.services.anchoring import add_text_version, may_settle, proposed_place, settle_anchor
from positions.services.conditions import set_condition_status
from positions.services.relations import relate_statements
from positions.services.statements import newest_text, withdraw_statement
from tests.factories import make_coding, make_issue, make_party, make_source, make_statement
from tests.services.test_bundle_round_trip import assert_round_trip
from tests.services.writing import make_talks, member, outsiders, refused, stances

pytestmark = pytest.mark.django_db

OLD = "First we agree on limits. Then we will not accept the present draft. We reject any delay. They left early."
NEW = "First we agree on limits. Corrected text. Then we will not accept the current draft. We reject any delay."
PASSAGES = {
    "stays": "First we agree on limits.",
    "moves": "We reject any delay.",
    "near": "Then we will not accept the present draft.",
    "lost": "They left early.",
}


def make_talks_with_text() -> tuple[Source, dict[str, Statement]]:
    """A source with four passages, each coded and published; one hangs on a condition, one is a vote besides."""
    talks = make_talks()
    source = make_source(talks, text=OLD)
    party, issue = make_party(), make_issue(talks)
    made = {}
    for day, (name, exact) in enumerate(PASSAGES.items(), start=1):
        made[name] = make_statement(
            source=source, exact=exact, asserted_by=party, key=name, stated_on=f"2022-01-0{day}", addressees=(party,)
        )
        make_coding(made[name], issue=issue, stance=1, conditions=["they stop"])
    return source, made


def replace_text(source: Source, text: str = NEW) -> dict[str, list[str]]:
    done = add_text_version(SYSTEM, source, text, extraction="by hand", reason="The ministry corrected it")
    return {status: sorted(keys) for status, keys in done.statements.items()}


def current(old: Statement) -> Statement:
    return Statement.objects.get(supersedes=old)


def test_statements_are_placed_again_and_every_one_is_in_the_log() -> None:
    source, made = make_talks_with_text()
    relate_statements(SYSTEM, made["moves"], made["stays"], "repeats")
    relate_statements(SYSTEM, made["near"], made["moves"], "clarifies")
    coding = made["moves"].codings.get()
    set_condition_status(SYSTEM, coding.conditions.get(), "met", date(2022, 1, 9), reason="Seen")
    before = stances(source.negotiation)
    found = replace_text(source)
    stays, moves = current(made["stays"]), current(made["moves"])
    assert found == {"exact": [stays.key], "moved": [moves.key], "fuzzy": ["near"], "orphan": ["lost"]}

    version = newest_text(source)
    assert version is not None
    assert (version.version, version.extraction) == (2, "by hand")
    for statement, status in ((stays, "exact"), (moves, "moved")):
        assert (statement.text, statement.anchor_status, statement.reason) == (
            version,
            status,
            "The ministry corrected it",
        )
        assert statement.exact == NEW[statement.start : statement.end]
        assert statement.codings.get().supersedes is not None
        assert list(statement.addressees.all()) == [statement.asserted_by]
    assert [e.status for e in moves.codings.get().conditions.get().statuses.all()] == ["met"]
    for name, status in (("near", "fuzzy"), ("lost", "orphan")):
        waiting = Statement.objects.get(pk=made[name].pk, text__version=1)
        assert (waiting.anchor_status, waiting.retired_at) == (status, None)

    relations = source.negotiation.relations.filter(retired_at=None)
    assert sorted(relations.values_list("kind", "statement", "other")) == [
        ("clarifies", made["near"].pk, moves.pk),
        ("repeats", moves.pk, stays.pk),
    ]
    event = Event.objects.get(action="source_text_replaced")
    assert (event.reason, event.after and [place["key"] for place in event.after["statements"]]) == (
        "The ministry corrected it",
        [stays.key, "near", moves.key, "lost"],
    )
    places = {place["key"]: (place["before"], place["after"]) for place in (event.after or {})["statements"]}
    assert places["lost"] == ([OLD.index("They"), len(OLD)], None)
    assert places[moves.key] == ([69, 89], [NEW.index("We reject"), len(NEW)])

    assert stances(source.negotiation) == before
    call_command("check_positions", source.negotiation.slug, verbosity=0)
    call_command("check_anchors", source.negotiation.slug)
    assert_round_trip(source.negotiation.slug)


def test_drafts_come_along_and_votes_stay() -> None:
    source, made = make_talks_with_text()
    draft = make_coding(made["moves"], status="draft", coder="dave")
    textless = make_statement(source=make_source(source.negotiation, text=None))
    replace_text(source)
    assert current(made["moves"]).codings.get(coder="dave").status == "draft"
    draft.refresh_from_db()
    textless.refresh_from_db()
    assert (draft.retired_at is None, textless.retired_at) == (False, None)


def test_third_text_finds_again_what_waited() -> None:
    source, made = make_talks_with_text()
    replace_text(source)
    found = replace_text(source, OLD + " Postscript.")
    assert {status: len(keys) for status, keys in found.items()} == {"exact": 3, "moved": 1}
    lost = current(made["lost"])
    assert (lost.text and lost.text.version, lost.anchor_status) == (3, "exact")


def test_person_settles_a_near_match() -> None:
    source, made = make_talks_with_text()
    replace_text(source)
    made["near"].refresh_from_db()
    version = newest_text(source)
    assert version is not None
    place = proposed_place(made["near"], version)
    assert (place.start, NEW[place.start : place.end]) == (42, "Then we will not accept the current draft.")
    analyst, reviewer = member(source.negotiation), member(source.negotiation, Role.REVIEWER)
    assert (may_settle(analyst, made["near"]), may_settle(reviewer, made["near"])) == (False, True)
    with refused(NotPermitted):
        settle_anchor(analyst, made["near"], place.start, place.end, "", "The same words")
    with refused(Invalid, "exact"):
        settle_anchor(reviewer, made["near"], None, None, " ", "The same words")
    with refused(Invalid, "end"):
        settle_anchor(reviewer, made["near"], 0, 9999, "", "The same words")
    with refused(Invalid, "reason"):
        settle_anchor(reviewer, made["near"], place.start, place.end, "", "")
    settled = settle_anchor(reviewer, made["near"], place.start, place.end, "", "The same words")
    assert (settled.text, settled.anchor_status, settled.supersedes) == (version, "exact", made["near"])
    assert settled.codings.get().retired_at is None
    with refused(Conflict):
        settle_anchor(reviewer, made["near"], place.start, place.end, "", "The same words")
    with refused(Conflict):
        settle_anchor(reviewer, settled, place.start, place.end, "", "The same words")
    withdraw_statement(reviewer, made["lost"], "It is not in the corrected text")
    assert not Coding.objects.filter(statement__text__version=1, retired_at=None).exists()
    assert_round_trip(source.negotiation.slug)


def test_new_text_is_refused() -> None:
    source, _ = make_talks_with_text()
    analyst, reviewer = member(source.negotiation), member(source.negotiation, Role.REVIEWER)
    for nobody in outsiders():
        with refused(NotVisible):
            add_text_version(nobody, source, NEW, reason="Why")
    with refused(NotPermitted):
        add_text_version(analyst, source, NEW, reason="Why")
    with refused(Invalid, "reason"):
        add_text_version(reviewer, source, NEW, reason=" ")
    with refused(Invalid, "text"):
        add_text_version(reviewer, source, " \n", reason="Why")
    with refused(Invalid, "text"):
        add_text_version(reviewer, source, "a\x00b", reason="Why")
    with refused(Invalid, "extraction"):
        add_text_version(reviewer, source, NEW, extraction="x" * 61, reason="Why")
    with refused(Conflict):
        add_text_version(reviewer, source, OLD.replace(". ", ".\r\n").replace("\r\n", " "), reason="Why")
    textless = make_source(source.negotiation, text=None)
    with refused(Conflict):
        add_text_version(reviewer, textless, NEW, reason="Why")
    twin = make_source(source.negotiation, text=NEW, publisher=source.publisher)
    assert twin.published_on == source.published_on
    with refused(Invalid, "text"):
        add_text_version(reviewer, source, NEW, reason="Why")


def test_analyst_replaces_a_text_of_which_nothing_is_published() -> None:
    talks = make_talks()
    source = make_source(talks, text=OLD)
    statement = make_statement(source=source, exact=PASSAGES["moves"])
    done = add_text_version(member(talks), source, NEW, reason="Better scan")
    assert list(done.statements) == ["moved"]
    assert current(statement).start == NEW.index(PASSAGES["moves"])
