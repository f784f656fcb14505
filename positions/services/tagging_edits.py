"""Changing or withdrawing a tagged passage: a statement in force and its readings, in one step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from positions.enums import CodingStatus, Role
from positions.exceptions import Invalid
from positions.models import Coding, Source, Statement
from positions.queries.access import Reader, codings_for
from positions.queries.tagging import digest_of, statement_payloads
from positions.services.access import require_role
from positions.services.coding import (
    CodingFacts,
    coding_snapshot,
    correct_coding,
    delete_draft,
    edit_draft,
    facts_of,
    recall_coding,
    submit_coding,
    withdraw_coding,
)
from positions.services.conditions import ConditionFacts
from positions.services.events import record_event
from positions.services.statements import StatementFacts, correct_statement, withdraw_statement
from positions.services.statements import facts_of as facts_of_statement
from positions.services.tagging import (
    Overtaken,
    Passage,
    Tagged,
    code_reading,
    errors_of_reading,
    lock_source,
    marks_of,
    own_entry,
    repeat_answer,
    standing_for,
    step_entry,
)

EDITED, WITHDRAWN = "passage_edited", "passage_withdrawn"
# The reason kept where nothing was published yet and nobody asked for one.
BEFORE_PUBLICATION = "Changed before anything of it was published."


@transaction.atomic
def edit_tagged_passage(reader: Reader, statement: Statement, passage: Passage, version: str, reason: str) -> Tagged:
    """Make a statement and its readings say what ``passage`` says.

    A change of the statement's own facts corrects it. Drafts are edited, added and removed; published
    readings are corrected or withdrawn, for which ``reason`` is needed. Readings of others that wait for
    a decision stay as they are. Raises :class:`Overtaken` when ``version`` is not what stands there now.
    """
    require_role(reader, statement.negotiation, Role.ANALYST)
    lock_source(statement.source)
    statement.refresh_from_db()
    earlier = own_entry(reader, EDITED, statement)
    if earlier is not None and earlier.after["step"]["request"] == passage.digest:
        return repeat_answer([statement], earlier)
    require_version(reader, statement, version)
    if len(passage.asserting) != 1:
        raise Invalid(
            {"asserted_by": gettext("a statement has one asserting party; tag the passage again for the others")}
        )
    reason = reason if reason.strip() or is_published(statement) else BEFORE_PUBLICATION
    before = [{**coding_snapshot(coding), "status": coding.status} for coding in shown_readings(reader, statement)]
    edited = statement
    if not _says(statement, passage.facts):
        edited = correct_statement(reader, statement, replace(passage.facts, key=None), reason)
    became, added = _edit_readings(reader, edited, passage, reason, is_twin=edited.pk != statement.pk)
    event = record_event(
        actor=reader.user,
        action=EDITED,
        subject=statement,
        negotiation=statement.negotiation,
        reason=reason,
        before=step_entry(statement=str(statement.pk), readings=before),
        after=step_entry(
            request=passage.digest,
            statements=[str(edited.pk)],
            readings=marks_of(edited.codings.filter(retired_at=None)),
            became=became,
            added=added,
        ),
    )
    return Tagged([edited], [] if edited.pk == statement.pk else [statement], event)


def require_version(reader: Reader, statement: Statement, version: str) -> None:
    """Raise :class:`Overtaken` unless the statement still says what the writer saw."""
    shown = statement_payloads(reader, statement.source, [statement.pk])
    if not shown or shown[0]["version"] != version:
        words = (
            gettext("This statement was changed since you opened it.")
            if shown
            else gettext("This statement is no longer in force.")
        )
        raise Overtaken(words, standing_for(statement))


def is_published(statement: Statement) -> bool:
    """Whether a reading of the statement is in the record."""
    return statement.codings.filter(status=CodingStatus.PUBLISHED, retired_at=None).exists()


def shown_readings(reader: Reader, statement: Statement) -> list[Coding]:
    """The readings of a statement in force that the reader sees on the tagging page."""
    readings = codings_for(reader).filter(statement=statement, retired_at=None).exclude(status=CodingStatus.REJECTED)
    return list(readings.select_related("party", "issue", "negotiation", "supersedes").order_by("created_at", "id"))


def _says(statement: Statement, facts: StatementFacts) -> bool:
    """Whether the statement says the same as ``facts`` already; a quotation without a span is the one it holds."""
    now = facts_of_statement(statement)
    if facts.start is None and facts.end is None and facts.exact == now.exact:
        facts = replace(facts, start=now.start, end=now.end)
    elif statement.text_id is not None and statement.text_id != newest_id(statement.source):
        return False
    addressees = {party.pk for party in now.addressees}, {party.pk for party in facts.addressees}
    bare = replace(now, addressees=(), key=None), replace(facts, addressees=(), key=None)
    return addressees[0] == addressees[1] and bare[0] == bare[1]


def newest_id(source: Source) -> Any:
    """The id of the source's newest text, which new statements are anchored in."""
    return source.texts.order_by("-version").values_list("pk", flat=True).first()


def _edit_readings(
    reader: Reader, statement: Statement, passage: Passage, reason: str, *, is_twin: bool
) -> tuple[dict[str, str | None], list[str]]:
    """What became of each reading (null: removed), by id as it was before the step, and the ids of those added.

    ``is_twin`` says that the readings were issued anew with a corrected statement: the request names those before.
    """
    wanted = {reading.key: (place, reading) for place, reading in enumerate(passage.readings)}
    became: dict[str, str | None] = {}
    kept: list[tuple[str, Coding]] = []
    for coding in shown_readings(reader, statement):
        origin = coding.supersedes if is_twin and coding.supersedes is not None else coding
        kept.append((origin.key, coding))
        became[str(origin.pk)] = str(coding.pk)
        if origin.key not in wanted and remove_reading(reader, coding, reason):
            became[str(origin.pk)] = None
    for key, coding in kept:
        if key in wanted:
            place, reading = wanted.pop(key)
            facts = _with_series(reading.facts(statement.asserted_by, None), coding)
            with errors_of_reading(place):
                now = _bring_along(reader, coding, facts, submit=passage.submit, reason=reason)
            became = {origin: str(now.pk) if pk == str(coding.pk) else pk for origin, pk in became.items()}
    added = [
        str(coding.pk)
        for place, reading in wanted.values()
        for coding in code_reading(reader, [statement], reading, place, submit=passage.submit)
    ]
    return became, added


def _with_series(facts: CodingFacts, coding: Coding) -> CodingFacts:
    """The facts with the dated statuses that the reading's conditions have: the page shows and sends none.

    A condition is the same when its words are, or when it stands at the same place.
    """
    standing = list(facts_of(coding).conditions)
    conditions: list[ConditionFacts] = []
    unplaced = {place for place, _ in enumerate(standing)}
    for place, condition in enumerate(facts.conditions):
        same = [at for at in sorted(unplaced) if standing[at].text == condition.text]
        same = same or [at for at in unplaced if at == place and standing[at].kind == condition.kind]
        unplaced.difference_update(same[:1])
        conditions.append(replace(condition, statuses=standing[same[0]].statuses) if same else condition)
    return replace(facts, conditions=tuple(conditions))


def _bring_along(reader: Reader, coding: Coding, facts: CodingFacts, *, submit: bool, reason: str) -> Coding:
    """An edit of one reading; what others have waiting is only touched when the request changes it."""
    differs = facts != facts_of(coding)
    if not differs and (not is_own(reader, coding) or not submit):
        return coding
    stays = coding.status == CodingStatus.SUBMITTED and not differs
    return bring_to(reader, coding, facts, CodingStatus.SUBMITTED if submit or stays else CodingStatus.DRAFT, reason)


def is_own(reader: Reader, coding: Coding) -> bool:
    """Whether the reader made the reading."""
    return coding.coder_user_id == (reader.user.pk if reader.user else None)


def bring_to(reader: Reader, coding: Coding, facts: CodingFacts, status: CodingStatus, reason: str) -> Coding:
    """Make a reading say ``facts``: by a correction where it is published, otherwise in place, then at ``status``."""
    differs = facts != facts_of(coding)
    if coding.status == CodingStatus.PUBLISHED:
        return correct_coding(reader, coding, facts, reason) if differs else coding
    if coding.status == CodingStatus.SUBMITTED and (differs or status == CodingStatus.DRAFT):
        coding = recall_coding(reader, coding)
    if differs:
        coding = edit_draft(reader, coding, facts)
    if coding.status == CodingStatus.DRAFT and status != CodingStatus.DRAFT:
        coding = submit_coding(reader, coding)
    return coding


def remove_reading(reader: Reader, coding: Coding, reason: str) -> bool:
    """Withdraw a published reading, or let one's own go; those of others that wait are left. Whether it went."""
    if coding.status == CodingStatus.PUBLISHED:
        withdraw_coding(reader, coding, reason)
        return True
    if not is_own(reader, coding):
        return False
    if coding.status == CodingStatus.SUBMITTED:
        coding = recall_coding(reader, coding)
    delete_draft(reader, coding)
    return True


# ---------------------------------------------------------------- withdrawing


@transaction.atomic
def withdraw_tagged_passage(reader: Reader, statement: Statement, version: str, reason: str) -> Tagged:
    """Take a statement and its readings out of the record. Raises :class:`Overtaken` as an edit does."""
    require_role(reader, statement.negotiation, Role.ANALYST)
    lock_source(statement.source)
    statement.refresh_from_db()
    request = digest_of([version, reason])
    earlier = own_entry(reader, WITHDRAWN, statement)
    if earlier is not None and earlier.after["step"]["request"] == request:
        return repeat_answer([statement], earlier)
    require_version(reader, statement, version)
    reason = reason if reason.strip() or is_published(statement) else BEFORE_PUBLICATION
    withdrawn = withdraw_statement(reader, statement, reason)
    event = record_event(
        actor=reader.user,
        action=WITHDRAWN,
        subject=statement,
        negotiation=statement.negotiation,
        reason=reason,
        after=step_entry(request=request, statements=[str(statement.pk)]),
    )
    return Tagged([], [withdrawn], event)
