"""Whatever is wrong with a bundle, an import refuses it with places and reasons, or takes it whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from positions.enums import Role
from positions.exceptions import BundleRefused, NotPermitted
from positions.models import Event
from positions.queries.access import SYSTEM, Reader, reader_of
from positions.services.imports import import_bundle
from tests.factories import add_member
from tests.services.bundles import Document, export, keyless_bundle, load, make_bundle, row_counts

pytestmark = pytest.mark.django_db

quick = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

KNOWN_WORDS = [
    "north",
    "south",
    "gazette",
    "ada",
    "border",
    "transit",
    "briefing",
    "paper",
    "roll",
    "offer",
    "families",
    "vote",
    "offer-old",
    "offer-new",
    "vote-1",
    "joint",
    "draft",
    "submitted",
    "published",
    "rejected",
    "unclear",
    "coded",
    "offer",
    "met",
    "2023-03-02",
    "2023-03",
    "2023-03-01/..",
    "2023-07-02T08:00:00Z",
    "2023-07-03T09:00:00Z",
    "1990-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59.999999Z",
    "0001-01-01T00:00:00-00:01",
    "11111111-1111-1111-1111-111111111111",
    "inferred",
]
ODD_WORDS = [
    "",
    " ",
    "\x00",
    "a\x00b",
    "\ud800",
    "\u202eabc",
    "\u200b",
    "x" * 201,
    "x" * 501,
    "=1+1",
    "<script>",
    "../../etc/passwd",
    "/etc/passwd",
    "𝔸👩‍👩‍👧",
    "\r\n",
    "none",
    "NaN",
    "nowhere",
    "2023-13-01",
    "-",
    "{",
    "%s",
    "' OR 1=1 --",
]
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, 1, 2, -1, -2, 3, 7, 54, 55, 84, 2**31, -(2**31), 10**30]),
    st.sampled_from([0.5, 1e400, -0.0]),
    st.sampled_from(KNOWN_WORDS),
    st.sampled_from(KNOWN_WORDS),
    st.sampled_from(ODD_WORDS),
    st.text(max_size=6),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from([*KNOWN_WORDS, "slug", "key", "text"]), inner, max_size=3),
    ),
    max_leaves=4,
)


def places_of(value: Any, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Every (container, key) of a document."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in members:
        found.append((value, key))
        places_of(inner, found)
    return found


@st.composite
def spoilt(draw: st.DrawFn, keyless: bool = False) -> Document:
    """A valid bundle with one to three changes anywhere: dropped, replaced, added, doubled, or taken from elsewhere."""
    document = keyless_bundle() if keyless else make_bundle()
    for _ in range(draw(st.integers(1, 3))):
        places = places_of(document, [])
        holder, key = places[draw(st.integers(0, len(places) - 1))]
        change = draw(st.sampled_from(["drop", "replace", "replace", "add", "double", "copy", "copy"]))
        if change == "drop":
            del holder[key]
        elif change == "replace":
            holder[key] = draw(values)
        elif change == "add" and isinstance(holder, dict):
            name = draw(
                st.sampled_from(
                    [
                        "id",
                        "key",
                        "retired_at",
                        "recorded_at",
                        "supersedes",
                        "reason",
                        "start",
                        "group",
                        "statuses",
                        "text_file",
                        "odd",
                    ]
                )
            )
            holder[name] = draw(values)
        elif change == "add":
            holder.insert(key, draw(values))
        elif change == "double" and isinstance(holder, list):
            holder.append(json.loads(json.dumps(holder[key])))
        else:
            alike = [h[k] for h, k in places if k == key and type(h) is type(holder)]
            holder[key] = json.loads(json.dumps(alike[draw(st.integers(0, len(alike) - 1))]))
    return document


def assert_refused_or_taken(document: Document, reader: Reader = SYSTEM) -> None:
    """Import inside a savepoint that is always rolled back."""
    before = row_counts()
    with transaction.atomic():
        try:
            import_bundle(reader, json.dumps(document))
        except (BundleRefused, NotPermitted) as refusal:
            assert row_counts() == before
            if isinstance(refusal, BundleRefused):
                assert refusal.problems  # noqa: PT017
                assert all(place and message for place, message in refusal.problems)  # noqa: PT017
        else:
            # what was taken hangs together, and taking it again changes nothing
            connection.check_constraints()
            events = Event.objects.count()
            import_bundle(reader, json.dumps(document))
            assert Event.objects.count() == events
            if reader is SYSTEM:
                written = export(document["negotiation"]["slug"])
                import_bundle(SYSTEM, written)
                assert export(document["negotiation"]["slug"]) == written
        transaction.set_rollback(True)
    assert row_counts() == before


@quick
@given(spoilt())
def test_spoilt_bundle_into_nothing(document: Document) -> None:
    assert_refused_or_taken(document)


@quick
@given(spoilt(keyless=True))
def test_spoilt_bundle_without_keys_into_nothing(document: Document) -> None:
    assert_refused_or_taken(document)


def test_spoilt_bundle_over_its_own_record() -> None:
    load(make_bundle())

    @quick
    @given(spoilt())
    def check(document: Document) -> None:
        assert_refused_or_taken(document)

    check()


@pytest.mark.parametrize("role", [Role.ANALYST, Role.REVIEWER, Role.LEAD])
def test_spoilt_bundle_from_a_member(role: Role) -> None:
    reader = reader_of(add_member(load(make_bundle()), role=role))

    @settings(quick, max_examples=40)
    @given(spoilt())
    def check(document: Document) -> None:
        assert_refused_or_taken(document, reader)

    check()
