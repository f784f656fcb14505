"""Addresses of the API, below ``/api/v1/``."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, path, re_path

from positions.api.agreement import AgreementView
from positions.api.annotations import AnnotationView
from positions.api.changes import ChangesView
from positions.api.derived import ConcessionsView, MatrixView, PositionsView, ShiftsView, TimelineView
from positions.api.documents import DocsView, SchemaView
from positions.api.exports import CodingExport, PositionExport, ShiftExport, StatementExport
from positions.api.imports import ImportView
from positions.api.ledgers import CoverageView, RedLinesView
from positions.api.networks import NetworkView
from positions.api.package import PackageView
from positions.api.problems import unknown_address
from positions.api.resources.codings import CodingView, ConditionView
from positions.api.resources.events import EventView, JobView
from positions.api.resources.members import MemberView
from positions.api.resources.negotiations import IssueView, NegotiationView, RoundView
from positions.api.resources.parties import PartyView, PersonView
from positions.api.resources.relations import RelationView
from positions.api.resources.reliability import ReliabilityView
from positions.api.resources.search import SearchView
from positions.api.resources.sources import SourceTextView, SourceView
from positions.api.resources.statements import SourceStatementView, StatementView
from positions.api.resources.watches import WatchView
from positions.api.resources.webhooks import DeliveryView, WebhookView
from positions.api.tokens import MeView, TokenView

RESOURCES: dict[str, Any] = {
    "negotiations": NegotiationView,
    "rounds": RoundView,
    "parties": PartyView,
    "persons": PersonView,
    "issues": IssueView,
    "sources": SourceView,
    "statements": StatementView,
    "codings": CodingView,
    "conditions": ConditionView,
    "relations": RelationView,
    "members": MemberView,
    "events": EventView,
    "jobs": JobView,
    "watches": WatchView,
    "webhooks": WebhookView,
}

# What is done to a record by a POST below its address.
ACTS: dict[str, dict[str, str]] = {
    "statements": {"corrections": "correct", "withdrawal": "withdraw"},
    "codings": {
        "submission": "submit",
        "recall": "recall",
        "publication": "publish",
        "rejection": "reject",
        "return": "send_back",
        "corrections": "correct",
        "withdrawal": "withdraw",
    },
    "conditions": {"statuses": "add_status"},
    "relations": {"withdrawal": "withdraw"},
    "jobs": {"cancellation": "cancel"},
    "webhooks": {"secret": "rotate", "ping": "ping", "replay": "replay"},
}


def resource_patterns(name: str, view: Any) -> list[URLPattern]:
    """The list of a resource, one address for each record, and those below it for what is done to it."""
    many, one = {"get": "list"}, {"get": "retrieve"}
    if getattr(view, "new", None):
        many["post"] = "create"
    if getattr(view, "change", None):
        one["patch"] = "partial_update"
    if hasattr(view, "destroy"):
        one["delete"] = "destroy"
    key = f"<str:{view.lookup_field}>"
    return [
        path(f"{name}/", view.as_view(many), name=f"api-{name}"),
        path(f"{name}/{key}/", view.as_view(one), name=f"api-{name}-one"),
        *(
            path(f"{name}/{key}/{act}/", view.as_view({"post": method}), name=f"api-{name}-{act}")
            for act, method in ACTS.get(name, {}).items()
        ),
    ]


urlpatterns: list[URLPattern] = [
    *(pattern for name, view in RESOURCES.items() for pattern in resource_patterns(name, view)),
    path("sources/<str:id>/text/", SourceTextView.as_view({"get": "retrieve", "post": "fix"}), name="api-source-text"),
    path("sources/<str:id>/statements/", SourceStatementView.as_view({"get": "list"}), name="api-source-statements"),
    path("annotations/", AnnotationView.as_view({"get": "read_all"}), name="api-annotations"),
    path("annotations/<str:id>/", AnnotationView.as_view({"get": "retrieve"}), name="api-annotations-one"),
    path("positions/", PositionsView.as_view({"get": "list"}), name="api-positions"),
    path("matrix/", MatrixView.as_view(), name="api-matrix"),
    path("timeline/", TimelineView.as_view(), name="api-timeline"),
    path("shifts/", ShiftsView.as_view({"get": "list"}), name="api-shifts"),
    path("concessions/", ConcessionsView.as_view({"get": "list"}), name="api-concessions"),
    path("red-lines/", RedLinesView.as_view({"get": "list"}), name="api-red-lines"),
    path("coverage/", CoverageView.as_view({"get": "list"}), name="api-coverage"),
    path("search/", SearchView.as_view({"get": "list"}), name="api-search"),
    path("agreement/", AgreementView.as_view(), name="api-agreement"),
    path("networks/", NetworkView.as_view(), name="api-networks"),
    path("reliability/", ReliabilityView.as_view(), name="api-reliability"),
    path("exports/statements/", StatementExport.as_view({"get": "export"}), name="api-exports-statements"),
    path("exports/codings/", CodingExport.as_view({"get": "export"}), name="api-exports-codings"),
    path("exports/positions/", PositionExport.as_view({"get": "export"}), name="api-exports-positions"),
    path("exports/shifts/", ShiftExport.as_view({"get": "export"}), name="api-exports-shifts"),
    path("exports/package/", PackageView.as_view(), name="api-exports-package"),
    path("imports/", ImportView.as_view(), name="api-imports"),
    path("webhooks/<str:id>/deliveries/", DeliveryView.as_view({"get": "list"}), name="api-webhooks-deliveries"),
    path("changes/", ChangesView.as_view(), name="api-changes"),
    path("me/", MeView.as_view(), name="api-me"),
    path("tokens/", TokenView.as_view({"get": "list", "post": "create"}), name="api-tokens"),
    path("tokens/<str:id>/", TokenView.as_view({"get": "retrieve", "delete": "destroy"}), name="api-tokens-one"),
    path("schema/", SchemaView.as_view(), name="api-schema"),
    path("docs/", DocsView.as_view(), name="api-docs"),
    re_path(r"", unknown_address),
]
