"""Tables and constraints, nothing else."""

from positions.models.codings import Coding, Condition, ConditionStatusEntry
from positions.models.events import Event
from positions.models.issues import CodebookVersion, Issue
from positions.models.jobs import Job, WorkerHeartbeat
from positions.models.negotiations import Delegation, DelegationMember, Member, Negotiation, Round
from positions.models.parties import Appointment, BlocMembership, Party, PartyAlias, Person
from positions.models.sources import Source, SourceText
from positions.models.statements import Statement, StatementGroup

__all__ = [
    "Appointment",
    "BlocMembership",
    "CodebookVersion",
    "Coding",
    "Condition",
    "ConditionStatusEntry",
    "Delegation",
    "DelegationMember",
    "Event",
    "Issue",
    "Job",
    "Member",
    "Negotiation",
    "Party",
    "PartyAlias",
    "Person",
    "Round",
    "Source",
    "SourceText",
    "Statement",
    "StatementGroup",
    "WorkerHeartbeat",
]
