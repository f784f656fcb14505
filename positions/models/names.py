"""What people call each table, column, role and standing: the words a page shows, in the language of its reader.

The words of tables and columns are laid over the models once they are made, so that no migration speaks of them; in
English they are the names Django would make of the columns, or those that the models give.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy, pgettext_lazy

from positions.enums import CodingStatus, Role

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

# One and many of each table.
TABLES: dict[str, tuple[StrPromise, StrPromise]] = {
    "Party": (gettext_lazy("party"), gettext_lazy("parties")),
    "PartyAlias": (gettext_lazy("alias"), gettext_lazy("aliases")),
    "BlocMembership": (gettext_lazy("bloc membership"), gettext_lazy("bloc memberships")),
    "Person": (gettext_lazy("person"), gettext_lazy("people")),
    "Appointment": (gettext_lazy("appointment"), gettext_lazy("appointments")),
    "Negotiation": (gettext_lazy("negotiation"), gettext_lazy("negotiations")),
    "Round": (pgettext_lazy("of negotiations", "round"), pgettext_lazy("of negotiations", "rounds")),
    "Delegation": (gettext_lazy("delegation"), gettext_lazy("delegations")),
    "DelegationMember": (gettext_lazy("delegation member"), gettext_lazy("delegation members")),
    "Member": (gettext_lazy("member"), gettext_lazy("members")),
    "ChangeSet": (gettext_lazy("change set"), gettext_lazy("change sets")),
    "Issue": (gettext_lazy("issue"), gettext_lazy("issues")),
    "CodebookVersion": (gettext_lazy("codebook version"), gettext_lazy("codebook versions")),
    "CodebookEntry": (gettext_lazy("codebook entry"), gettext_lazy("codebook entries")),
    "Source": (gettext_lazy("source"), gettext_lazy("sources")),
    "SourceText": (gettext_lazy("source text"), gettext_lazy("source texts")),
    "StatementGroup": (gettext_lazy("statement group"), gettext_lazy("statement groups")),
    "Statement": (gettext_lazy("statement"), gettext_lazy("statements")),
    "Coding": (gettext_lazy("coding"), gettext_lazy("codings")),
    "Condition": (gettext_lazy("condition"), gettext_lazy("conditions")),
    "ConditionStatusEntry": (gettext_lazy("condition status entry"), gettext_lazy("condition status entries")),
    "Event": (pgettext_lazy("the log", "event"), pgettext_lazy("the log", "events")),
    "Job": (gettext_lazy("job"), gettext_lazy("jobs")),
    "Webhook": (gettext_lazy("webhook"), gettext_lazy("webhooks")),
    "WebhookDelivery": (gettext_lazy("webhook delivery"), gettext_lazy("webhook deliveries")),
    "WorkerHeartbeat": (gettext_lazy("worker heartbeat"), gettext_lazy("worker heartbeats")),
    "Relation": (gettext_lazy("relation"), gettext_lazy("relations")),
    "SuggestionRefusal": (gettext_lazy("suggestion refusal"), gettext_lazy("suggestion refusals")),
}
# A column has the same name wherever it stands.
COLUMNS: dict[str, StrPromise] = {
    "action": pgettext_lazy("an event", "action"),
    "actor": gettext_lazy("actor"),
    "actor_name": gettext_lazy("actor name"),
    "addressees": gettext_lazy("addressees"),
    "after": pgettext_lazy("an event", "after"),
    "anchor_status": gettext_lazy("anchor status"),
    "anchors": gettext_lazy("anchors"),
    "archive_url": gettext_lazy("archived at"),
    "arguments": gettext_lazy("arguments"),
    "asserted_by": gettext_lazy("asserted by"),
    "at": pgettext_lazy("the instant", "at"),
    "attempts": gettext_lazy("attempts"),
    "attribution": gettext_lazy("ground rule"),
    "author": gettext_lazy("author"),
    "before": pgettext_lazy("an event", "before"),
    "bloc": gettext_lazy("bloc"),
    "claimed_until": gettext_lazy("claimed until"),
    "codebook": gettext_lazy("codebook"),
    "coder": gettext_lazy("coder"),
    "coder_user": gettext_lazy("coder user"),
    "coding": gettext_lazy("coding"),
    "comment": gettext_lazy("comment"),
    "condition": gettext_lazy("condition"),
    "confidence": gettext_lazy("confidence"),
    "created_at": gettext_lazy("created at"),
    "created_by": gettext_lazy("created by"),
    "credibility": gettext_lazy("credibility"),
    "cursor": gettext_lazy("cursor"),
    "definition": gettext_lazy("definition"),
    "delegation": gettext_lazy("delegation"),
    "derivation_kind": gettext_lazy("derivation kind"),
    "derived_from": gettext_lazy("derived from"),
    "description": gettext_lazy("description"),
    "directness": gettext_lazy("directness"),
    "disabled_at": gettext_lazy("disabled at"),
    "disabled_reason": gettext_lazy("disabled reason"),
    "end": pgettext_lazy("an offset", "end"),
    "ends_on": gettext_lazy("ends on"),
    "errors": gettext_lazy("errors"),
    "exact": pgettext_lazy("a quotation", "exact"),
    "extraction": gettext_lazy("extraction"),
    "falls_on": gettext_lazy("falls on"),
    "finished_at": gettext_lazy("finished at"),
    "footing": gettext_lazy("footing"),
    "format": pgettext_lazy("a round", "format"),
    "group": pgettext_lazy("a joint text", "group"),
    "head": pgettext_lazy("a delegation", "head"),
    "heartbeat_at": gettext_lazy("heartbeat at"),
    "is_enabled": gettext_lazy("is enabled"),
    "is_listed": gettext_lazy("listed as public"),
    "iso3": gettext_lazy("ISO 3166 code"),
    "issue": gettext_lazy("issue"),
    "key": pgettext_lazy("a name for files", "key"),
    "keywords": gettext_lazy("keywords"),
    "kind": gettext_lazy("kind"),
    "kinds": gettext_lazy("kinds"),
    "language": gettext_lazy("language"),
    "last_attempt_at": gettext_lazy("last attempt at"),
    "last_error": gettext_lazy("last error"),
    "last_status": gettext_lazy("last status"),
    "lease_until": gettext_lazy("lease until"),
    "length": gettext_lazy("length"),
    "made_at": gettext_lazy("made at"),
    "made_by": gettext_lazy("made by"),
    "made_by_name": gettext_lazy("made by name"),
    "member": gettext_lazy("member"),
    "merged_into": gettext_lazy("merged into"),
    "move": pgettext_lazy("what a party does", "move"),
    "name": gettext_lazy("name"),
    "negotiation": gettext_lazy("negotiation"),
    "negotiations": gettext_lazy("negotiations"),
    "next_attempt_at": gettext_lazy("next attempt at"),
    "note": gettext_lazy("note"),
    "number": pgettext_lazy("a round", "number"),
    "on": pgettext_lazy("the day", "on"),
    "other": pgettext_lazy("a statement", "other"),
    "owner": gettext_lazy("owner"),
    "parent": pgettext_lazy("an issue", "parent"),
    "parties": gettext_lazy("parties"),
    "party": gettext_lazy("party"),
    "person": gettext_lazy("person"),
    "persons": gettext_lazy("persons"),
    "place": pgettext_lazy("in the order of events", "place"),
    "pole_against": gettext_lazy("pole against"),
    "pole_for": gettext_lazy("pole for"),
    "prefix": pgettext_lazy("a quotation", "prefix"),
    "previous_secret": gettext_lazy("previous secret"),
    "previous_until": gettext_lazy("previous until"),
    "progress_done": gettext_lazy("progress done"),
    "progress_total": gettext_lazy("progress total"),
    "proposal": gettext_lazy("proposal"),
    "published_earliest": gettext_lazy("published earliest"),
    "published_latest": gettext_lazy("published latest"),
    "published_on": gettext_lazy("published on"),
    "publisher": gettext_lazy("publisher"),
    "rank": pgettext_lazy("the order", "rank"),
    "reason": gettext_lazy("reason"),
    "reciprocal": gettext_lazy("reciprocal"),
    "recorded_at": gettext_lazy("recorded at"),
    "red_line": gettext_lazy("red line"),
    "reference_point": gettext_lazy("reference point"),
    "refused_at": gettext_lazy("refused at"),
    "refused_by": gettext_lazy("refused by"),
    "refused_by_name": gettext_lazy("refused by name"),
    "reliability": gettext_lazy("reliability"),
    "result": gettext_lazy("result"),
    "retired_at": gettext_lazy("retired at"),
    "review_policy": gettext_lazy("review policy"),
    "role": gettext_lazy("role"),
    "round": pgettext_lazy("of negotiations", "round"),
    "rules": gettext_lazy("decision rules"),
    "secret": gettext_lazy("secret"),
    "seen_at": gettext_lazy("seen at"),
    "seen_by": gettext_lazy("seen by"),
    "seen_by_user": gettext_lazy("seen by user"),
    "sha256": gettext_lazy("sha256"),
    "slug": gettext_lazy("slug"),
    "source": gettext_lazy("source"),
    "speaker": gettext_lazy("speaker"),
    "speaker_label": gettext_lazy("speaker label"),
    "stance": gettext_lazy("stance"),
    "start": pgettext_lazy("an offset", "start"),
    "started_at": gettext_lazy("started at"),
    "starts_on": gettext_lazy("starts on"),
    "state": pgettext_lazy("a reading or a job", "state"),
    "stated_earliest": gettext_lazy("stated earliest"),
    "stated_latest": gettext_lazy("stated latest"),
    "stated_on": gettext_lazy("stated on"),
    "statement": gettext_lazy("statement"),
    "status": pgettext_lazy("a stage", "status"),
    "steps": gettext_lazy("steps"),
    "subject_id": gettext_lazy("subject id"),
    "subject_label": gettext_lazy("subject label"),
    "subject_type": gettext_lazy("subject type"),
    "submitted_at": gettext_lazy("submitted at"),
    "suffix": pgettext_lazy("a quotation", "suffix"),
    "summary": gettext_lazy("summary"),
    "supersedes": gettext_lazy("supersedes"),
    "text": pgettext_lazy("the words", "text"),
    "text_access": gettext_lazy("text access"),
    "title": pgettext_lazy("a heading", "title"),
    "tlp": gettext_lazy("TLP marking"),
    "type": pgettext_lazy("a message", "type"),
    "undone_at": gettext_lazy("undone at"),
    "undone_by_name": gettext_lazy("undone by name"),
    "url": gettext_lazy("address"),
    "user": gettext_lazy("user"),
    "venue": gettext_lazy("venue"),
    "version": gettext_lazy("version"),
    "visibility": gettext_lazy("visibility"),
    "webhook": gettext_lazy("webhook"),
    "wikidata_id": gettext_lazy("Wikidata item"),
    "withdrawal_reason": gettext_lazy("withdrawal reason"),
}

# A role and a standing in the middle of a sentence; the enumerations say what each allows.
ROLES: dict[str, StrPromise] = {
    Role.VIEWER: pgettext_lazy("role", "viewer"),
    Role.ANALYST: pgettext_lazy("role", "analyst"),
    Role.REVIEWER: pgettext_lazy("role", "reviewer"),
    Role.LEAD: pgettext_lazy("role", "lead"),
}
STATUSES: dict[str, StrPromise] = {
    CodingStatus.DRAFT: pgettext_lazy("status of a reading", "draft"),
    CodingStatus.SUBMITTED: pgettext_lazy("status of a reading", "submitted"),
    CodingStatus.PUBLISHED: pgettext_lazy("status of a reading", "published"),
    CodingStatus.REJECTED: pgettext_lazy("status of a reading", "rejected"),
}


def name_role(role: str) -> str:
    """A role as a sentence names it."""
    return str(ROLES[role])


def name_status(status: str) -> str:
    """How far a reading has come, as a sentence says it."""
    return str(STATUSES[status])


def give_names(tables: Iterable[type[models.Model]]) -> None:
    """Let each table and its columns go by their words; what no page shows keeps the name it has."""
    for table in tables:
        if table.__name__ in TABLES:
            table._meta.verbose_name, table._meta.verbose_name_plural = TABLES[table.__name__]
        for column in (*table._meta.local_fields, *table._meta.local_many_to_many):
            column.verbose_name = COLUMNS.get(column.name, column.verbose_name)
