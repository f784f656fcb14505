"""Tables and constraints, nothing else."""

from positions.models.changes import ChangeSet
from positions.models.codings import Coding, Condition, ConditionStatusEntry
from positions.models.events import Event
from positions.models.feed import EventPlace
from positions.models.idempotency import IdempotencyKey
from positions.models.issues import CodebookEntry, CodebookVersion, Issue
from positions.models.jobs import Job, WorkerHeartbeat
from positions.models.names import give_names
from positions.models.negotiations import Delegation, DelegationMember, Member, Negotiation, Round
from positions.models.parties import Appointment, BlocMembership, Party, PartyAlias, Person
from positions.models.relations import Relation
from positions.models.saved_views import SavedView
from positions.models.sources import Source, SourceText
from positions.models.statements import Statement, StatementGroup
from positions.models.suggestions import SuggestionRefusal
from positions.models.tokens import TokenTerms
from positions.models.watches import FeedToken, Notice, Watch
from positions.models.webhooks import Webhook, WebhookDelivery

__all__ = [
    "Appointment",
    "BlocMembership",
    "ChangeSet",
    "CodebookEntry",
    "CodebookVersion",
    "Coding",
    "Condition",
    "ConditionStatusEntry",
    "Delegation",
    "DelegationMember",
    "Event",
    "EventPlace",
    "FeedToken",
    "IdempotencyKey",
    "Issue",
    "Job",
    "Member",
    "Negotiation",
    "Notice",
    "Party",
    "PartyAlias",
    "Person",
    "Relation",
    "Round",
    "SavedView",
    "Source",
    "SourceText",
    "Statement",
    "StatementGroup",
    "SuggestionRefusal",
    "TokenTerms",
    "Watch",
    "Webhook",
    "WebhookDelivery",
    "WorkerHeartbeat",
]

give_names(globals()[name] for name in __all__)
