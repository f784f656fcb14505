"""Whose readings count towards agreement between coders, and for whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User

from positions.analysis.coders import ONE_CODER, FieldAgreement
from positions.enums import MACHINE_CODER, Attribution, CodingState, CodingStatus, ReviewPolicy, Role, Visibility
from positions.exceptions import NotVisible
from positions.models import Coding, Issue, Negotiation, Statement
from positions.queries.access import SYSTEM, Reader, reader_of
from positions.queries.reliability import EVERYTHING, Selection, coder_readings_for, reliability_for, worst_units_for
from positions.services import statements
from positions.services.coding import (
    CodingFacts,
    adjudicate_codings,
    code_statement,
    correct_coding,
    delete_draft,
    edit_draft,
    facts_of,
    publish_coding,
    recall_coding,
    reject_coding,
    return_coding,
    submit_coding,
)
from tests.factories import (
    RECORDED_AT,
    add_member,
    make_coding,
    make_issue,
    make_negotiation,
    make_party,
    make_source,
    make_statement,
)


class Talks:
    """A negotiation with an issue and a statement for each call of ``say``."""

    def __init__(self, **fields: Any) -> None:
        self.negotiation: Negotiation = make_negotiation("talks", **fields)
        self.issue: Issue = make_issue(self.negotiation, "border")
        self.party = make_party("north")
        self.source = make_source(self.negotiation)

    def say(self, **fields: Any) -> Statement:
        return make_statement(source=self.source, asserted_by=self.party, **fields)

    def read(self, statement: Statement, coder: str | User, stance: int = 1, **fields: Any) -> Coding:
        who = {"coder_user": coder} if isinstance(coder, User) else {"coder": coder}
        fields.setdefault("status", CodingStatus.SUBMITTED)
        fields.setdefault("issue", self.issue)
        return make_coding(statement, stance=stance, **who, **fields)

    def reader(self, role: str) -> Reader:
        return reader_of(add_member(self.negotiation, role=role))

    def on(self, field: str, reader: Reader = SYSTEM, selection: Selection = EVERYTHING) -> FieldAgreement:
        found = reliability_for(coder_readings_for(reader, self.negotiation), selection)
        return next(each for each in found if each.field == field)

    def percent(self, field: str = "stance", reader: Reader = SYSTEM) -> tuple[float | None, int]:
        agreement = self.on(field, reader).agreement
        return agreement.percent_agreement, agreement.units


@pytest.fixture
def talks(db: None) -> Talks:
    return Talks()


def test_fields_have_their_metrics_and_figures(talks: Talks) -> None:
    for anna, ben in ((2, 2), (-2, -2), (1, 2), (0, 0)):
        statement = talks.say()
        talks.read(statement, "anna", anna)
        talks.read(statement, "ben", ben, red_line=ben == 2)
    found = reliability_for(coder_readings_for(SYSTEM, talks.negotiation), EVERYTHING)
    assert [(f.field, f.agreement.metric, f.agreement.units, f.coders, f.multiple) for f in found] == [
        ("stance", "ordinal", 4, 2, 0),
        ("state", "nominal", 4, 2, 0),
        ("move", "nominal", 4, 2, 0),
        ("red_line", "nominal", 4, 2, 0),
        ("issue", "nominal", 4, 2, 0),
        ("party", "nominal", 4, 2, 0),
    ]
    stance = found[0].agreement
    # one pair of seven apart by 2² ranks; the squared ranks expected between the marginals 2, 2, 1 and 3 sum to 624
    assert stance.alpha == pytest.approx(1 - 7 * 8 / 624)
    assert stance.percent_agreement == 0.75
    assert found[1].agreement.reason == "only one value was ever used"


def test_coders_count_once_with_what_they_first_handed_in(talks: Talks) -> None:
    statement = talks.say()
    talks.read(statement, "anna", 2, status=CodingStatus.REJECTED)
    talks.read(statement, "anna", -2, submitted_at=RECORDED_AT + timedelta(hours=1))
    talks.read(statement, "ben", 2)
    assert talks.percent() == (1.0, 1)


def test_drafts_machine_and_adjudicated_readings_are_no_coders(talks: Talks) -> None:
    statement = talks.say()
    talks.read(statement, "anna", 2)
    talks.read(statement, "carl", 1, status=CodingStatus.DRAFT)
    talks.read(statement, MACHINE_CODER, 1)
    talks.read(statement, "dora", 1, status=CodingStatus.PUBLISHED, reason="Both read past the condition.")
    found = talks.on("stance")
    assert (found.coders, found.agreement.units, found.agreement.alpha) == (1, 0, None)
    assert found.agreement.reason == ONE_CODER


def test_corrections_do_not_make_coders_agree(talks: Talks) -> None:
    lead = talks.reader(Role.LEAD)
    statement = talks.say()
    first = talks.read(statement, "anna", 2, status=CodingStatus.PUBLISHED)
    talks.read(statement, "ben", -1)
    correct_coding(lead, first, facts_of(first, stance=-1), "A condition was overlooked.")
    assert talks.percent() == (0.0, 1)


def test_readings_sent_back_count_as_first_handed_in(talks: Talks) -> None:
    anna, reviewer = talks.reader(Role.ANALYST), talks.reader(Role.REVIEWER)
    statement, other = talks.say(), talks.say()
    facts = CodingFacts(party=talks.party, issue=talks.issue, stance=2)
    drafts = [submit_coding(anna, code_statement(anna, each, facts)) for each in (statement, other)]
    for draft, each in zip(drafts, (statement, other), strict=True):
        return_coding(reviewer, draft, "Look at the condition.")
        talks.read(each, "ben", 2)
    edited = edit_draft(anna, drafts[0], CodingFacts(party=talks.party, issue=talks.issue, stance=-1))
    assert talks.percent() == (1.0, 2)
    submit_coding(anna, edited)
    delete_draft(anna, drafts[1])
    assert talks.percent() == (1.0, 2)


def test_reading_taken_back_and_changed_counts_as_first_handed_in(talks: Talks) -> None:
    anna, statement = talks.reader(Role.ANALYST), talks.say()
    facts = CodingFacts(party=talks.party, issue=talks.issue, stance=2)
    handed_in = submit_coding(anna, code_statement(anna, statement, facts))
    talks.read(statement, "ben", 2)
    draft = recall_coding(anna, handed_in)
    submit_coding(anna, edit_draft(anna, draft, replace(facts, stance=-1)))
    assert talks.percent() == (1.0, 1)


def test_reading_taken_back_for_good_counts_no_more(talks: Talks) -> None:
    anna, statement = talks.reader(Role.ANALYST), talks.say()
    facts = CodingFacts(party=talks.party, issue=talks.issue, stance=2)
    handed_in = submit_coding(anna, code_statement(anna, statement, facts))
    talks.read(statement, "ben", -1)
    delete_draft(anna, recall_coding(anna, handed_in))
    assert talks.on("stance").agreement.units == 0


def test_corrected_statement_is_still_one_unit(talks: Talks) -> None:
    lead = talks.reader(Role.LEAD)
    statement = talks.say()
    talks.read(statement, "anna", 2)
    corrected = statements.correct_statement(
        lead, statement, statements.facts_of(statement, note="Said on the steps."), "A note."
    )
    talks.read(corrected, "ben", 2)
    assert talks.percent() == (1.0, 1)


def test_statements_read_twice_by_a_coder_are_counted_as_multiple(talks: Talks) -> None:
    bridge = make_issue(talks.negotiation, "bridge")
    for issues in ([talks.issue], [bridge], [talks.issue, bridge]):
        statement = talks.say()
        talks.read(statement, "anna")
        for issue in issues:
            talks.read(statement, "ben", issue=issue)
    found = talks.on("issue")
    assert (found.agreement.percent_agreement, found.agreement.units, found.multiple) == (0.5, 2, 1)
    narrowed = talks.on("issue", selection=Selection(issues=[bridge]))
    assert (narrowed.agreement.percent_agreement, narrowed.agreement.units, narrowed.multiple) == (0.0, 1, 1)


def test_readings_without_a_stance_have_no_value_for_it(talks: Talks) -> None:
    statement = talks.say()
    talks.read(statement, "anna", 2)
    talks.read(statement, "ben", state=CodingState.UNCLEAR)
    assert talks.percent("stance") == (None, 0)
    assert talks.percent("state") == (0.0, 1)


def test_selection_by_pair_and_codebook(talks: Talks) -> None:
    first = talks.negotiation.codebook_versions.get()
    second = talks.negotiation.codebook_versions.create(version=2, recorded_at=RECORDED_AT)
    statement, other = talks.say(), talks.say()
    for coder, stance in (("anna", 2), ("ben", 2), ("carl", -2)):
        talks.read(statement, coder, stance, codebook=first)
        talks.read(other, coder, stance, codebook=second)
    pair = Selection(coders=("anna", "ben"), codebook=2)
    found = talks.on("stance", selection=pair).agreement
    assert (found.percent_agreement, found.units) == (1.0, 1)
    everybody = talks.on("stance").agreement
    assert everybody.percent_agreement == pytest.approx(1 / 3)
    assert everybody.units == 2
    assert coder_readings_for(SYSTEM, talks.negotiation).coders == ["anna", "ben", "carl"]


def test_hidden_negotiation_has_no_figures(db: None) -> None:
    talks = Talks(visibility=Visibility.RESTRICTED)
    with pytest.raises(NotVisible):
        coder_readings_for(Reader(), talks.negotiation)


def test_outsiders_count_only_what_is_in_the_record_and_open_to_them(talks: Talks) -> None:
    plain, unpublished = talks.say(), talks.say()
    hushed, said_off = talks.say(attribution=Attribution.CHATHAM_HOUSE), talks.say(attribution=Attribution.OFF_RECORD)
    for statement in (plain, hushed, said_off):
        talks.read(statement, "anna", 2, status=CodingStatus.PUBLISHED)
    talks.read(unpublished, "anna", 2)
    for statement in (plain, hushed, said_off, unpublished):
        talks.read(statement, "ben", 2)
    counts = {
        role: talks.percent(reader=talks.reader(role) if role else Reader())[1]
        for role in ("", Role.VIEWER, Role.ANALYST)
    }
    assert counts == {"": 1, Role.VIEWER: 2, Role.ANALYST: 4}


def test_blind_units_count_once_settled(db: None) -> None:
    talks = Talks(review_policy=ReviewPolicy.DOUBLE)
    waiting = talks.reader(Role.ANALYST)
    readers: dict[str, Reader] = {
        role: talks.reader(role) for role in (Role.VIEWER, Role.ANALYST, Role.REVIEWER, Role.LEAD)
    }
    readers[""] = Reader()
    anna, ben = add_member(talks.negotiation), add_member(talks.negotiation)
    statement = talks.say()
    talks.read(talks.say(), anna, status=CodingStatus.PUBLISHED, reason="Settled.")
    first, second = talks.read(statement, anna, 2), talks.read(statement, ben, -2)

    def counted() -> dict[str, int]:
        return {role: talks.percent(reader=reader)[1] for role, reader in readers.items()}

    assert counted() == {Role.VIEWER: 0, Role.ANALYST: 0, Role.REVIEWER: 1, Role.LEAD: 1, "": 0}
    # a reviewer with a reading of their own in hand is as blind as the coders
    draft = talks.read(statement, readers[Role.REVIEWER].user or "", 1, status=CodingStatus.DRAFT)
    assert counted()[Role.REVIEWER] == 0
    draft.delete()
    facts = CodingFacts(party=talks.party, issue=talks.issue, stance=2)
    adjudicate_codings(readers[Role.REVIEWER], [first, second], facts, "The second overlooked a word.")
    assert set(counted().values()) == {1}
    assert talks.percent(reader=waiting) == (0.0, 1)


def test_blind_units_count_once_all_is_rejected(db: None) -> None:
    talks = Talks(review_policy=ReviewPolicy.DOUBLE)
    reviewer, analyst = talks.reader(Role.REVIEWER), talks.reader(Role.ANALYST)
    statement = talks.say()
    readings = [talks.read(statement, add_member(talks.negotiation), stance) for stance in (1, 2)]
    for reading in readings:
        reject_coding(reviewer, reading, "Not about the border.")
        assert talks.percent(reader=analyst)[1] == (0 if reading is readings[0] else 1)


def test_worst_units_come_first_and_only_for_members(talks: Talks) -> None:
    bridge = make_issue(talks.negotiation, "bridge")
    far, near, other = talks.say(), talks.say(), talks.say()
    for statement, stances in ((far, (2, -2)), (near, (2, 1))):
        talks.read(statement, "anna", stances[0], status=CodingStatus.PUBLISHED)
        talks.read(statement, "ben", stances[1])
    talks.read(other, "anna", 1, status=CodingStatus.PUBLISHED)
    talks.read(other, "ben", 1, issue=bridge)
    analyst = talks.reader(Role.ANALYST)
    readings = coder_readings_for(analyst, talks.negotiation)
    worst, total = worst_units_for(analyst, talks.negotiation, readings, EVERYTHING, 2)
    assert total == 3
    assert [(w.statements[0].pk, w.found.fields, w.found.steps) for w in worst] == [
        (other.pk, ("issue",), 0),
        (far.pk, ("stance",), 4),
    ]
    assert [reading.coder for reading in worst[1].found.readings] == ["anna", "ben"]
    assert worst_units_for(Reader(), talks.negotiation, readings, EVERYTHING, 2) == ([], 0)


def test_worst_units_of_a_viewer_hold_no_unpublished_reading(talks: Talks) -> None:
    statement, settled = talks.say(), talks.say()
    talks.read(statement, "anna", 2)
    talks.read(statement, "ben", -2)
    talks.read(settled, "anna", 2, status=CodingStatus.PUBLISHED)
    talks.read(settled, "ben", -2)
    viewer = talks.reader(Role.VIEWER)
    readings = coder_readings_for(viewer, talks.negotiation)
    worst, total = worst_units_for(viewer, talks.negotiation, readings, EVERYTHING, 5)
    assert ([w.statements[0].pk for w in worst], total) == ([settled.pk], 1)


def test_publishing_changes_no_figure(talks: Talks) -> None:
    reviewer = talks.reader(Role.REVIEWER)
    statement = talks.say()
    first = talks.read(statement, "anna", 2)
    talks.read(statement, "ben", 1)
    before = talks.on("stance")
    publish_coding(reviewer, first)
    assert talks.on("stance") == before
