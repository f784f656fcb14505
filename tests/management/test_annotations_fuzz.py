"""Annotations with any of their values replaced by any other: read, or refused with a place, and never an accident."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from positions.exceptions import BundleRefused
from positions.queries.access import SYSTEM
from positions.services.annotations_import import AnnotationDefaults, import_annotations
from tests.factories import make_issue, make_negotiation, make_party, make_source
from tests.management.test_import_annotations import PAGE, TEXT, quote, row

pytestmark = pytest.mark.django_db

ANNOTATION: dict[str, Any] = {
    "@context": "http://www.w3.org/ns/anno.jsonld",
    "id": "http://example.org/anno/1",
    "type": "Annotation",
    "creator": {"id": "http://example.org/user", "type": "Person", "name": "Cleo"},
    "body": [
        {"type": "TextualBody", "purpose": "tagging", "value": "party:north issue:transit stance:1 move:offer"},
        {"type": "TextualBody", "purpose": "tagging", "value": 'on:2022-01-09 round:3 condition:"they leave"'},
        {"type": "SpecificResource", "source": {"id": "http://example.org/post"}},
    ],
    "target": {
        "source": PAGE,
        "selector": [
            {"type": "FragmentSelector", "value": "char=0,5", "refinedBy": quote("North speaks 🕊.", prefix="")},
            {"type": "TextPositionSelector", "start": 0, "end": 15},
        ],
    },
    "positions:key": "k1",
}
ODD: list[Any] = [
    None, True, 0, -1, 10**12, 1.5, "", " ", "x" * 3000, "\u202e", "🕊", "a\u0000b", "\ud800", [], {}, [[]], [None],
    {"id": 3}, {"type": "Composite", "items": "x"}, "http://[", "https://example.org/[x", "javascript:alert(1)",
    "urn:isbn:1", "/sources/00000000-0000-4000-8000-000000000000/", 'party:"',
    "party:north party:south issue:transit stance:1", "stance:9 issue:transit", "on:never", "round:99", "by:nobody",
    "=1+1", ["Annotation"], {"type": "TextQuoteSelector"}, quote("We accept it."),
    {"type": "TextPositionSelector", "start": 99999, "end": 100000},
]  # fmt: skip


def places_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, member in pairs:
        yield (*path, name)
        yield from places_in(member, (*path, name))


@pytest.mark.parametrize("start", [ANNOTATION, {"rows": [row("by:north", "issue:transit stance:1", "note")]}])
def test_any_value_anywhere_is_read_or_refused(start: dict[str, Any]) -> None:
    negotiation = make_negotiation("talks")
    negotiation.parties.add(make_party("north"), make_party("south"))
    make_issue(negotiation, "transit")
    make_source(negotiation, text=TEXT, url=PAGE, published_on="2022-01-10")
    places, chance = list(places_in(start)), random.Random(20220110)
    tried = [(place, odd) for place in places for odd in ODD]
    unsaid: list[Any] = []
    for place, odd in chance.sample(tried, 120):
        document = copy.deepcopy(start)
        inside: Any = document
        for name in place[:-1]:
            inside = inside[name]
        inside[place[-1]] = odd
        try:
            with transaction.atomic():
                defaults = AnnotationDefaults("south", "2022-01-09")
                import_annotations(SYSTEM, "talks", json.dumps(document).encode(), defaults)
                transaction.set_rollback(True)
        except BundleRefused as refusal:
            unsaid += [(place, odd) for path, words in refusal.problems if not path or not words]
        except Exception as error:
            raise AssertionError(f"{place} as {odd!r}") from error
    assert unsaid == []
