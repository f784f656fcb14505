"""A small bundle that uses every part of the format, and what tests ask about an import."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from positions.exceptions import BundleRefused
from positions.models import Negotiation
from positions.queries.access import SYSTEM, Reader
from positions.queries.bundle import bundle_of
from positions.services.imports import import_bundle

Document = dict[str, Any]
Problems = list[tuple[str, str]]

TEXT = (
    "We accept the old border if the South withdraws first.\n"
    "Families wait for their sons.\n"
    "Both sides support free transit.\n"
    "Monitors are out of the question.\n"
)

BUNDLE: Document = {
    "format": "positions-bundle/1",
    "negotiation": {
        "slug": "river-talks",
        "title": "River talks",
        "summary": "Invented.",
        "visibility": "public",
        "review_policy": "single",
    },
    "parties": [
        {
            "slug": "north",
            "name": "North",
            "kind": "state",
            "iso3": None,
            "wikidata_id": "",
            "aliases": [{"text": "the hills", "kind": "metonym", "language": "en"}],
        },
        {"slug": "south", "name": "South", "kind": "state", "iso3": None, "wikidata_id": "", "aliases": []},
        {"slug": "gazette", "name": "Gazette", "kind": "media", "iso3": None, "wikidata_id": "", "aliases": []},
    ],
    "persons": [
        {
            "slug": "ada",
            "name": "Ada",
            "appointments": [{"party": "north", "title": "Envoy", "starts_on": "2022-12-01", "ends_on": None}],
        },
        {"slug": "ben", "name": "Ben", "appointments": []},
    ],
    "issues": [
        {
            "slug": "border",
            "title": "Border",
            "proposal": "The old border is restored",
            "pole_for": "Restored",
            "pole_against": "The river line stays",
            "reference_point": "The river line",
            "keywords": ["border", "river"],
            "parent": None,
        },
        {
            "slug": "transit",
            "title": "Transit",
            "proposal": "Transit is free",
            "pole_for": "Free",
            "pole_against": "Closed",
            "reference_point": "",
            "keywords": [],
            "parent": "border",
        },
    ],
    "codebook": [
        {"version": 1, "text": "First rules", "recorded_at": "2023-01-01T00:00:00Z"},
        {"version": 2, "text": "Second rules", "recorded_at": "2023-02-01T00:00:00Z"},
    ],
    "rounds": [
        {
            "number": 1,
            "title": "First round",
            "format": "bilateral",
            "venue": "The bridge",
            "starts_on": "2023-03-01",
            "ends_on": "2023-03-02",
            "status": "held",
            "delegations": [
                {"party": "north", "head": "ada", "members": [{"person": "ben", "title": "Adviser"}]},
                {"party": "south", "head": None, "members": []},
            ],
        },
        {
            "number": 2,
            "title": "Second round",
            "format": "bilateral",
            "venue": "",
            "starts_on": None,
            "ends_on": None,
            "status": "planned",
            "delegations": [],
        },
    ],
    "sources": [
        {
            "key": "briefing",
            "title": "Briefing",
            "kind": "briefing",
            "publisher": "North",
            "author": "",
            "url": "https://example.org/briefing",
            "archive_url": "",
            "published_on": "2023-03-02",
            "note": "",
            "language": "en",
            "reliability": "B",
            "tlp": "CLEAR",
            "attribution": "on_record",
            "text_access": "public",
            "derived_from": None,
            "text": TEXT,
        },
        {
            "key": "paper",
            "title": "Newspaper",
            "kind": "news_report",
            "publisher": "Gazette",
            "published_on": "2023-03",
            "derived_from": {"source": "briefing", "kind": "report"},
            "text": "The North accepts the old border, the paper says.\n",
        },
        {"key": "roll", "title": "Roll call", "kind": "roll_call", "published_on": "2023-03-05", "derived_from": None},
    ],
    "statements": [
        {
            "key": "offer",
            "source": "briefing",
            "start": 0,
            "end": 54,
            "exact": TEXT[:54],
            "asserted_by": "north",
            "speaker": "ada",
            "speaker_label": "a senior official",
            "directness": "verbatim",
            "attribution": "on_record",
            "credibility": 2,
            "stated_on": "2023-03-01~",
            "round": 1,
            "addressees": ["south"],
            "note": "n",
            "recorded_at": "2023-07-01T08:00:00Z",
            "codings": [
                {
                    "key": "offer-old",
                    "party": "north",
                    "issue": "border",
                    "stance": 2,
                    "move": "demand",
                    "codebook": 1,
                    "recorded_at": "2023-07-01T09:00:00Z",
                    "retired_at": "2023-07-03T09:00:00Z",
                },
                {
                    "key": "offer-new",
                    "party": "north",
                    "issue": "border",
                    "stance": 1,
                    "state": "coded",
                    "move": "offer",
                    "red_line": True,
                    "reciprocal": True,
                    "confidence": "high",
                    "coder": "carol",
                    "codebook": 2,
                    "recorded_at": "2023-07-03T09:00:00Z",
                    "supersedes": "offer-old",
                    "reason": "It is an offer",
                    "conditions": [
                        {
                            "text": "the South withdraws",
                            "kind": "sequence",
                            "falls_on": "south",
                            "status": "met",
                            "statuses": [
                                {
                                    "status": "failed",
                                    "on": "2023-03-02",
                                    "recorded_at": "2023-07-03T10:00:00Z",
                                    "statement": "families",
                                    "reason": "",
                                },
                                {
                                    "status": "met",
                                    "on": "2023-03-04",
                                    "recorded_at": "2023-07-03T11:00:00Z",
                                    "statement": None,
                                    "reason": "Seen",
                                },
                            ],
                        },
                        {"text": "no shots", "kind": "precondition", "falls_on": None, "status": "open"},
                    ],
                },
                {
                    "key": "offer-draft",
                    "party": "north",
                    "issue": "transit",
                    "state": "unclear",
                    "move": "procedural",
                    "status": "draft",
                    "coder": "dave",
                },
                {
                    "key": "offer-sub",
                    "party": "south",
                    "issue": "transit",
                    "stance": 0,
                    "status": "submitted",
                    "coder": "dave",
                },
            ],
        },
        {
            "key": "families",
            "source": "briefing",
            "start": 55,
            "end": 84,
            "exact": TEXT[55:84],
            "asserted_by": "south",
            "stated_on": "2023-03",
            "recorded_at": "2023-07-01T08:00:00Z",
            "retired_at": "2023-07-02T08:00:00Z",
            "codings": [
                {
                    "key": "families-1",
                    "party": "south",
                    "issue": "border",
                    "stance": -1,
                    "move": "concern",
                    "recorded_at": "2023-07-01T08:30:00Z",
                    "retired_at": "2023-07-02T08:00:00Z",
                }
            ],
        },
        {
            "key": "families-2",
            "source": "briefing",
            "start": 55,
            "end": 84,
            "exact": TEXT[55:84],
            "asserted_by": "south",
            "directness": "paraphrase",
            "stated_on": "2023-03-02",
            "recorded_at": "2023-07-02T08:00:00Z",
            "supersedes": "families",
            "reason": "The day was known",
            "codings": [
                {
                    "key": "families-3",
                    "party": "south",
                    "issue": "border",
                    "stance": -1,
                    "move": "concern",
                    "recorded_at": "2023-07-02T08:00:00Z",
                    "supersedes": "families-1",
                    "reason": "The day was known",
                }
            ],
        },
        {
            "key": "joint-n",
            "group": "joint",
            "source": "briefing",
            "exact": "Both sides support free transit.",
            "asserted_by": "north",
            "stated_on": "2023-03-02",
            "codings": [{"key": "joint-n-1", "party": "north", "issue": "transit", "stance": 2, "move": "appeal"}],
        },
        {
            "key": "joint-s",
            "group": "joint",
            "source": "briefing",
            "exact": "Both sides support free transit.",
            "asserted_by": "south",
            "stated_on": "2023-03-02",
            "codings": [{"key": "joint-s-1", "party": "south", "issue": "transit", "stance": 2, "move": "appeal"}],
        },
        {
            "key": "told",
            "source": "paper",
            "exact": "The North accepts the old border",
            "asserted_by": "gazette",
            "directness": "press_report",
            "attribution": "unattributed",
            "stated_on": "2023-03-03/2023-03-10",
            "codings": [{"key": "told-1", "party": "north", "issue": "border", "stance": 2, "move": "concession"}],
        },
        {
            "key": "vote",
            "source": "roll",
            "asserted_by": "south",
            "stated_on": "2023-03-05",
            "codings": [{"key": "vote-1", "party": "south", "issue": "transit", "stance": 0, "move": "vote"}],
        },
    ],
}


def make_bundle(slug: str = "river-talks") -> Document:
    """A fresh copy of the bundle."""
    made: Document = copy.deepcopy(BUNDLE)
    made["negotiation"]["slug"] = slug
    return made


def keyless_bundle(slug: str = "river-talks") -> Document:
    """Half of it, without keys, history or ids of statements and codings."""
    made = make_bundle(slug)
    made["statements"] = [s for s in made["statements"] if s["key"] in ("offer", "told", "vote")]
    for statement in made["statements"]:
        for name in ("key", "recorded_at"):
            statement.pop(name, None)
        statement["codings"] = [c for c in statement["codings"] if c["key"] in ("offer-new", "told-1", "vote-1")]
        for coding in statement["codings"]:
            for name in ("key", "recorded_at", "supersedes", "reason"):
                coding.pop(name, None)
            for condition in coding.get("conditions", ()):
                condition.pop("statuses", None)
    return made


def place_in(document: Document, path: str) -> tuple[Any, Any]:
    """The container and the last key of a path such as ``statements[0].codings[1].stance``."""
    steps: list[Any] = []
    for part in path.split("."):
        name, *places = part.replace("]", "").split("[")
        steps += [name, *(int(place) for place in places)]
    holder: Any = document
    for step in steps[:-1]:
        holder = holder[step]
    return holder, steps[-1]


def put(document: Document, path: str, value: Any) -> Document:
    """Set one member, in place."""
    holder, last = place_in(document, path)
    holder[last] = value
    return document


def drop(document: Document, path: str) -> Document:
    """Remove one member, in place."""
    holder, last = place_in(document, path)
    del holder[last]
    return document


def row_counts() -> dict[str, int]:
    """How many rows each table of the project holds."""
    return {model._meta.label: model._default_manager.count() for model in apps.get_models(include_auto_created=True)}


def load(document: Any, *, reader: Reader = SYSTEM, folder: Path | None = None) -> Negotiation:
    """Import; the negotiation."""
    return import_bundle(reader, document, folder=folder).negotiation


def refused(document: Any, *, reader: Reader = SYSTEM, folder: Path | None = None) -> Problems:
    """The problems for which an import is refused; nothing at all may have been written."""
    before = row_counts()
    with pytest.raises(BundleRefused) as refusal:
        import_bundle(reader, document, folder=folder)
    assert row_counts() == before
    return refusal.value.problems


def export(slug: str = "river-talks") -> str:
    """The export as text, exactly as the command prints it."""
    return json.dumps(bundle_of(SYSTEM, slug), ensure_ascii=False, indent=1)
