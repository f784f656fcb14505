"""Tagging a passage: a statement and its readings saved, edited or withdrawn in one step, all of it or nothing.

Each step is asked for under a key or digest made by the browser, so that one sent twice is done once,
and leaves an entry in the log that says what came of it: :mod:`positions.services.tagging_undo` reads
that to take the step back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from positions.enums import Role
from positions.exceptions import Conflict, Invalid
from positions.models import Coding, Event, Issue, Party, Source, Statement
from positions.queries.access import Reader
from positions.queries.tagging import digest_of
from positions.services.access import require_role
from positions.services.coding import (
    CodingFacts,
    code_statement,
    coding_snapshot,
    submit_coding,
)
from positions.services.conditions import ConditionFacts
from positions.services.events import record_event
from positions.services.statements import (
    StatementFacts,
    record_joint_statement,
    record_statement,
)

TAGGED = "passage_tagged"


@dataclass(frozen=True, kw_only=True)
class PassageReading:
    """A reading as it is handed in. Without a party it is one of whoever asserts the passage."""

    key: str
    party: Party | None
    issue: Issue
    state: str
    stance: int | None
    move: str
    red_line: bool = False
    reciprocal: bool = False
    confidence: str
    conditions: tuple[ConditionFacts, ...] = ()

    def facts(self, asserted_by: Party, key: str | None) -> CodingFacts:
        """What a coding of it says, on the statement of one asserting party."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return CodingFacts(**{**values, "party": self.party or asserted_by, "key": key})


@dataclass(frozen=True, kw_only=True)
class Passage:
    """What somebody says of a passage: who asserts it (several for a joint text), its facts and its readings.

    ``digest`` tells whether two requests under one key say the same.
    """

    key: str
    asserting: tuple[Party, ...]
    facts: StatementFacts
    readings: tuple[PassageReading, ...] = ()
    submit: bool = False
    suggested: bool = False
    digest: str


@dataclass(frozen=True)
class Tagged:
    """What came of a step: the statements as they are now, those no longer in force, and its entry in the log.

    ``is_repeat`` says that the step was taken before and nothing was written this time.
    """

    statements: list[Statement]
    gone: list[Statement]
    event: Event
    is_repeat: bool = False


class Overtaken(Conflict):
    """The statement is no longer what the writer saw; ``current`` is what stands in its place, if anything does."""

    def __init__(self, message: str, current: Statement | None) -> None:
        super().__init__(message)
        self.current = current


# ---------------------------------------------------------------- a new passage


@transaction.atomic
def save_tagged_passage(reader: Reader, source: Source, passage: Passage) -> Tagged:
    """Record a passage and code it. The same passage under the same key again writes nothing.

    Raises :class:`Invalid` with errors such as ``codings[0].stance``, and :class:`Overtaken` when the
    key already stands for something else.
    """
    require_role(reader, source.negotiation, Role.ANALYST)
    lock_source(source)
    if (earlier := _saved_before(reader, source, passage)) is not None:
        return earlier
    made = _record(reader, source, passage)
    codings = [
        coding
        for place, reading in enumerate(passage.readings)
        for coding in code_reading(reader, made, reading, place, submit=passage.submit)
    ]
    event = record_event(
        actor=reader.user,
        action=TAGGED,
        subject=made[0],
        negotiation=source.negotiation,
        after=step_entry(
            request=passage.digest,
            suggested=passage.suggested,
            statements=[str(statement.pk) for statement in made],
            readings=marks_of(codings),
        ),
    )
    return Tagged(made, [], event)


def step_entry(**members: Any) -> dict[str, Any]:
    """What an entry of the log keeps of a step, so that it can be told from another and taken back."""
    return {"step": members}


def lock_source(source: Source) -> None:
    """One step at a time in one source: whoever comes second finds what the first one wrote."""
    Source.objects.select_for_update(no_key=True).get(pk=source.pk)


def _saved_before(reader: Reader, source: Source, passage: Passage) -> Tagged | None:
    standing = Statement.objects.filter(
        negotiation_id=source.negotiation_id, key__in=(passage.key, f"{passage.key}:1")
    ).first()
    if standing is None:
        return None
    event = own_entry(reader, TAGGED, standing)
    if event is None or event.after["step"]["request"] != passage.digest:
        raise Overtaken(gettext("Something else was saved under this key."), standing_for(standing))
    made = Statement.objects.filter(pk__in=event.after["step"]["statements"])
    return repeat_answer(made, event)


def own_entry(reader: Reader, action: str, statement: Statement) -> Any:
    """The entry of a step that the reader took on a statement, the last one; null where there is none."""
    return Event.objects.filter(
        subject_type="statement", subject_id=str(statement.pk), action=action, actor=reader.user
    ).first()


def repeat_answer(made: Iterable[Statement], event: Event) -> Tagged:
    """The same answer again, or what became of it since."""
    found = {statement.pk: (statement, standing_for(statement)) for statement in made}
    standing = {now.pk: now for _, now in found.values() if now is not None}
    gone = [statement for statement, now in found.values() if now is None or now.pk != statement.pk]
    return Tagged(list(standing.values()), gone, event, is_repeat=True)


def standing_for(statement: Statement) -> Statement | None:
    """What stands in the record for a statement now: itself, what replaced it, or nothing."""
    found: Statement | None = statement
    while found is not None and found.retired_at is not None:
        found = found.superseded_by.order_by("recorded_at").last()
    return found


def _record(reader: Reader, source: Source, passage: Passage) -> list[Statement]:
    if len(passage.asserting) == 1:
        return [record_statement(reader, source, replace(passage.facts, key=passage.key))]
    keys = [f"{passage.key}:{place}" for place, _ in enumerate(passage.asserting, start=1)]
    return record_joint_statement(reader, source, passage.facts, passage.asserting, keys)


def code_reading(
    reader: Reader, made: list[Statement], reading: PassageReading, place: int, *, submit: bool
) -> list[Coding]:
    """Code the statement of the reading's party; without a party, each statement for whoever asserts it."""
    party = reading.party
    fitting = [one for one in made if party is None or one.asserted_by_id == party.pk] or made[:1]
    codings = []
    for number, statement in enumerate(fitting, start=1):
        key = reading.key if len(fitting) == 1 else f"{reading.key}:{number}"
        with errors_of_reading(place):
            coding = code_statement(reader, statement, reading.facts(statement.asserted_by, key))
            codings.append(submit_coding(reader, coding) if submit else coding)
    return codings


@contextmanager
def errors_of_reading(place: int) -> Iterator[None]:
    """Say of each error which reading it is about, such as ``codings[0].stance``."""
    try:
        yield
    except Invalid as refusal:
        prefix = f"codings[{place}]"
        raise Invalid({_field_within(prefix, field): said for field, said in refusal.errors.items()}) from refusal


def _field_within(prefix: str, field: str) -> str:
    """A field's name in the whole request; the reason is one for all readings."""
    if field == "reason":
        return field
    return prefix if field == "__all__" else f"{prefix}.{field}"


def marks_of(codings: Iterable[Coding]) -> dict[str, str]:
    """A digest of each reading by its id: whether it is still as a step left it."""
    return {str(coding.pk): mark_of(coding) for coding in codings}


def mark_of(coding: Coding) -> str:
    """A digest of all that a reading says, of its place in the workflow and of its conditions' series."""
    coding.refresh_from_db()
    statuses = [str(pk) for pk in coding.conditions.order_by("rank").values_list("statuses", flat=True)]
    return digest_of({**coding_snapshot(coding), "statuses": statuses})
