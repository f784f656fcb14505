"""What the desk's templates ask for: the queues of who is signed in, and its lists grouped by subject."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import template
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from positions.admin.scope import desk_negotiations, desk_rows, reader_on
from positions.admin.words import name_action as say_action
from positions.models import Negotiation, Source
from positions.queries.review import StalePosition, WaitingQueue, stale_positions, waiting_queues

register = template.Library()

LATEST_SOURCES = 8
STALE_SHOWN = 10
SHOWN_NEGOTIATIONS = 20
SUBJECTS = (
    (
        gettext_lazy("Evidence"),
        ("Source", "Statement", "Coding", "Condition", "SourceText", "ConditionStatusEntry", "StatementGroup"),
    ),
    (
        gettext_lazy("Negotiations"),
        ("Negotiation", "Issue", "Round", "CodebookVersion", "Member", "Delegation", "DelegationMember"),
    ),
    (gettext_lazy("Parties and people"), ("Party", "Person", "PartyAlias", "BlocMembership", "Appointment")),
    (gettext_lazy("Log and work"), ("Event", "Job", "WorkerHeartbeat")),
)


@dataclass(frozen=True)
class Desk:
    """What the first page shows."""

    is_administrator: bool
    negotiations: list[Negotiation]
    queues: list[WaitingQueue]
    stale: list[StalePosition]
    sources: QuerySet[Source]


@register.simple_tag
def desk_of(request: HttpRequest) -> Desk:
    """The desk of whoever is signed in."""
    reader = reader_on(request)
    negotiations = list(desk_negotiations(reader).order_by("title", "slug")[:SHOWN_NEGOTIATIONS])
    queues = waiting_queues(reader) if negotiations else []
    stale = stale_positions(reader, timezone.localdate(), limit=STALE_SHOWN) if negotiations else []
    sources = desk_rows(reader, Source).select_related("negotiation").order_by("-recorded_at", "id")
    return Desk(reader.is_administrator, negotiations, queues, stale, sources[:LATEST_SOURCES])


@register.simple_tag
def group_models(app_list: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """The site's lists, those of the domain grouped by subject and the others after them."""
    apps = app_list or []
    domain = next((app for app in apps if app["app_label"] == "positions"), None)
    others = [app for app in apps if app is not domain]
    if domain is None:
        return others
    models = {model["object_name"]: model for model in domain["models"]}
    groups = [
        {**domain, "name": name, "models": [models.pop(each) for each in names if each in models]}
        for name, names in SUBJECTS
    ]
    left = [{**domain, "name": gettext("More"), "models": list(models.values())}] if models else []
    return [group for group in (*groups, *left) if group["models"]] + others


@register.filter
def name_action(action: str) -> str:
    """``coding_submitted`` as ``coding submitted``."""
    return say_action(action)
