"""Who sits at the desk, and the rows its pages may show them.

An analyst works on the negotiations in which they hold the role of analyst or more, an administrator
on all of them. Whatever lies outside does not exist on any page: not in a list, a filter, a search,
a select box, a history or an error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest

from positions.enums import Role
from positions.models import (
    Appointment,
    BlocMembership,
    ChangeSet,
    CodebookEntry,
    CodebookVersion,
    Coding,
    Condition,
    ConditionStatusEntry,
    Delegation,
    DelegationMember,
    Event,
    Issue,
    Job,
    Member,
    Negotiation,
    Party,
    PartyAlias,
    Person,
    Relation,
    Round,
    Source,
    SourceText,
    Statement,
    StatementGroup,
    SuggestionRefusal,
    WorkerHeartbeat,
)
from positions.queries import access
from positions.queries.access import Reader, reader_of
from positions.queries.relations import relations_open_to
from positions.queries.suggestions import refusals_for
from positions.services.access import note_administrator_read

# The lookup path from a row to its negotiation; models without one belong to all negotiations.
NEGOTIATION_PATHS: dict[type[Model], str] = {
    Negotiation: "pk",
    Round: "negotiation",
    Delegation: "round__negotiation",
    DelegationMember: "delegation__round__negotiation",
    Member: "negotiation",
    Issue: "negotiation",
    CodebookVersion: "negotiation",
    CodebookEntry: "version__negotiation",
    Source: "negotiation",
    SourceText: "source__negotiation",
    Statement: "negotiation",
    StatementGroup: "negotiation",
    Coding: "negotiation",
    Condition: "coding__negotiation",
    ConditionStatusEntry: "condition__coding__negotiation",
    Relation: "negotiation",
    SuggestionRefusal: "text__source__negotiation",
}

READABLE: dict[type[Model], Callable[[Reader], QuerySet[Any]]] = {
    Negotiation: access.negotiations_for,
    Round: access.rounds_for,
    Issue: access.issues_for,
    Source: access.sources_for,
    Statement: access.statements_for,
    Coding: access.codings_for,
    Condition: access.conditions_for,
    Relation: relations_open_to,
    SuggestionRefusal: refusals_for,
    Event: access.events_for,
    ChangeSet: access.change_sets_for,
    Job: lambda reader: access.jobs_for(reader).filter(
        Q(negotiation=None) | Q(negotiation__in=access.negotiations_for(reader))
    ),
    Party: access.parties_for,
    Person: access.persons_for,
    ConditionStatusEntry: lambda reader: ConditionStatusEntry.objects.filter(
        condition__in=access.conditions_for(reader)
    ),
    PartyAlias: lambda reader: PartyAlias.objects.filter(party__in=access.parties_for(reader)),
    BlocMembership: lambda reader: BlocMembership.objects.filter(
        bloc__in=access.parties_for(reader), member__in=access.parties_for(reader)
    ),
    Appointment: lambda reader: Appointment.objects.filter(
        person__in=access.persons_for(reader), party__in=access.parties_for(reader)
    ),
    WorkerHeartbeat: lambda reader: (
        WorkerHeartbeat.objects.all() if reader.is_administrator else WorkerHeartbeat.objects.none()
    ),
}


def reader_on(request: HttpRequest) -> Reader:
    """The reader behind a request, looked up once."""
    reader: Reader | None = getattr(request, "_desk_reader", None)
    if reader is None:
        reader = reader_of(request.user)
        request._desk_reader = reader  # type: ignore[attr-defined]
    return reader


def desk_negotiations(reader: Reader, role: Role = Role.ANALYST) -> QuerySet[Negotiation]:
    """The negotiations the reader works on as ``role`` or more."""
    negotiations = access.negotiations_for(reader)
    return negotiations if reader.is_administrator else negotiations.filter(pk__in=reader.ids_from(role))


def desk_rows(reader: Reader, model: type[Model]) -> QuerySet[Any]:
    """The rows of ``model`` that the reader works with."""
    rows: QuerySet[Any] = READABLE[model](reader) if model in READABLE else model._default_manager.all()
    path = NEGOTIATION_PATHS.get(model)
    if path is None or reader.is_administrator:
        return rows
    return rows.filter(**{f"{path}__in": reader.ids_from(Role.ANALYST)})


def negotiation_of(record: Model) -> Negotiation | None:
    """The negotiation a record belongs to; null for what all negotiations share."""
    if isinstance(record, Negotiation):
        return record
    if isinstance(record, Event | Job | ChangeSet):
        return record.negotiation
    path = NEGOTIATION_PATHS.get(type(record))
    if path is None:
        return None
    found: Any = record
    for step in path.split("__"):
        found = getattr(found, step)
    assert isinstance(found, Negotiation)
    return found


def note_reads(request: HttpRequest, *negotiations: Negotiation | None) -> None:
    """Log, once a request, that an administrator looked into negotiations that are not theirs."""
    noted: set[object] = getattr(request, "_desk_noted", set())
    for negotiation in negotiations:
        if negotiation is not None and negotiation.pk not in noted:
            noted.add(negotiation.pk)
            note_administrator_read(reader_on(request), negotiation)
    request._desk_noted = noted  # type: ignore[attr-defined]
