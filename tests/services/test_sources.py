"""Registering documents, fixing their text once, and what a new date of publication does to their statements."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from positions.enums import DerivationKind, Role, Tlp, Visibility
from positions.exceptions import Conflict, Invalid, NotPermitted, NotVisible
from positions.models import Coding, Negotiation, Source, SourceText, Statement
from positions.queries.access import Reader
from positions.services import sources
from positions.services.events import snapshot
from positions.services.sources import (
    SourceFacts,
    facts_of,
    fix_text,
    register_source,
    same_text_elsewhere,
    update_source,
)
from tests.factories import TEXT, make_coding, make_source, make_statement
from tests.services.writing import logged, make_talks, member, only_event, outsiders, refused

pytestmark = pytest.mark.django_db

FACTS = SourceFacts(title="Communiqué", kind="communique", publisher="Ministry", published_on="2022-01-10")

Call = Callable[[Reader, Source], object]
CALLS: dict[str, Call] = {
    "register": lambda r, s: register_source(r, s.negotiation, FACTS, text="Another text."),
    "fix": lambda r, s: fix_text(r, s, "Another text."),
    "update": lambda r, s: update_source(r, s, facts_of(s, title="Renamed")),
}


@pytest.mark.parametrize("name", CALLS)
def test_writer_is_refused_to_outsiders_and_viewers(name: str) -> None:
    talks = make_talks()
    source, viewer = make_source(talks, text=None), member(talks, Role.VIEWER)
    for nobody in outsiders():
        with refused(NotVisible):
            CALLS[name](nobody, source)
    with refused(NotPermitted):
        CALLS[name](viewer, source)

    Negotiation.objects.filter(pk=talks.pk).update(visibility=Visibility.PUBLIC)
    source = Source.objects.get(pk=source.pk)
    with refused(NotPermitted):
        CALLS[name](Reader(), source)


# ---------------------------------------------------------------- registering


def test_register_source_keeps_facts_and_canonical_text() -> None:
    talks = make_talks()
    analyst, parent = member(talks), make_source(talks)
    facts = replace(FACTS, key="communique", tlp=Tlp.AMBER, derived_from=parent, derivation_kind="report")
    source = register_source(analyst, talks, facts, text="One\r\ntwo\rthree\n", extraction="typed")

    row = Source.objects.get(key="communique")
    assert (row.pk, row.negotiation, facts_of(row)) == (source.pk, talks, facts)
    assert (row.published_earliest, row.published_latest) == (date(2022, 1, 10), date(2022, 1, 10))
    version = row.texts.get()
    assert (version.version, version.text, version.length) == (1, "One\ntwo\nthree\n", 14)
    assert (version.extraction, version.recorded_at) == ("typed", row.recorded_at)
    assert version.sha256 == hashlib.sha256(b"One\ntwo\nthree\n").hexdigest()
    event = only_event()
    assert (event.action, event.actor, event.before) == ("source_registered", analyst.user, None)
    assert event.after == logged({**snapshot(row), "sha256": version.sha256})


def test_register_source_without_text_is_named_by_its_id() -> None:
    talks = make_talks()
    source = register_source(member(talks), talks, replace(FACTS, published_on=""))
    assert (source.key, source.texts.count(), source.published_latest) == (str(source.pk), 0, None)
    assert logged(only_event().after)["sha256"] is None


def test_text_is_counted_in_code_points_and_otherwise_untouched() -> None:
    talks = make_talks()
    text = "\ufeff  🕊 e\u0301\u200b\t\u2028 "
    version = register_source(member(talks), talks, FACTS, text=text).texts.get()
    assert (version.text, version.length) == (text, len(text))


@pytest.mark.parametrize("text", ["", " \n\t", "a\x00b", "a\ud800b", "x" * 21])
def test_text_that_cannot_be_kept_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_TEXT_CHARACTERS", 20)
    talks = make_talks()
    analyst, bare = member(talks), make_source(talks, text=None)
    with refused(Invalid, "text"):
        register_source(analyst, talks, FACTS, text=text)
    with refused(Invalid, "text"):
        fix_text(analyst, bare, text)


def test_text_of_the_greatest_length_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "MAX_TEXT_CHARACTERS", 20)
    talks = make_talks()
    assert register_source(member(talks), talks, FACTS, text="x" * 20).texts.get().length == 20


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "a\x00b"}, "title"),
        ({"title": "x" * 501}, "title"),
        ({"note": "\ud800"}, "note"),
        ({"kind": "rumour"}, "kind"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"archive_url": "here"}, "archive_url"),
        ({"published_on": "soon"}, "published_on"),
        ({"published_on": "2022-01-10/.."}, "published_on"),
        ({"published_on": "2022-02-30"}, "published_on"),
        ({"language": "in English"}, "language"),
        ({"reliability": "Z"}, "reliability"),
        ({"tlp": "WHITE"}, "tlp"),
        ({"attribution": "whispered"}, "attribution"),
        ({"text_access": "nobody"}, "text_access"),
        ({"derivation_kind": "report"}, "derived_from"),
        ({"key": "taken"}, "key"),
    ],
)
def test_fact_at_fault_is_named(changes: dict[str, Any], field: str) -> None:
    talks = make_talks()
    make_source(talks, key="taken")
    analyst, source = member(talks), make_source(talks)
    before = snapshot(source)
    with refused(Invalid, field):
        register_source(analyst, talks, replace(FACTS, **changes))
    with refused(Invalid, field):
        update_source(analyst, source, replace(FACTS, **changes))
    assert snapshot(Source.objects.get(pk=source.pk)) == before


def test_every_fault_is_named_at_once() -> None:
    talks = make_talks()
    analyst = member(talks)
    facts = replace(FACTS, kind="rumour", published_on="soon", derived_from=make_source())
    with refused(Invalid, "kind", "published_on", "derived_from"):
        register_source(analyst, talks, facts)


@pytest.mark.parametrize(("kind", "fields"), [("", ["derived_from"]), ("rumour", ["derivation_kind", "derived_from"])])
def test_derivation_without_a_known_kind_is_refused(kind: str, fields: list[str]) -> None:
    talks = make_talks()
    analyst, parent = member(talks), make_source(talks)
    with refused(Invalid, *fields):
        register_source(analyst, talks, replace(FACTS, derived_from=parent, derivation_kind=kind))


def test_derivation_across_negotiations_is_refused() -> None:
    talks = make_talks()
    analyst, foreign = member(talks), make_source()
    with refused(Invalid, "derived_from"):
        register_source(analyst, talks, replace(FACTS, derived_from=foreign, derivation_kind="report"))


# ---------------------------------------------------------------- the same text twice


@pytest.mark.parametrize(
    ("changes", "taken"),
    [
        ({}, False),
        ({"key": "other", "title": "Another title", "author": "Somebody"}, False),
        ({"publisher": "Agency"}, True),
        ({"published_on": "2022-01-11"}, True),
    ],
)
def test_same_text_is_refused_only_with_the_same_publisher_and_date(changes: dict[str, Any], taken: bool) -> None:
    talks = make_talks()
    analyst = member(talks)
    first = make_source(talks, publisher="Ministry", published_on="2022-01-10", text="One\ntwo")
    facts = replace(FACTS, **changes)
    if taken:
        again = register_source(analyst, talks, facts, text="One\r\ntwo")
        assert set(same_text_elsewhere(talks, "One\ntwo")) == {first, again}
        return
    with refused(Invalid, "text"):
        register_source(analyst, talks, facts, text="One\r\ntwo")
    bare = register_source(analyst, talks, facts)
    with refused(Invalid, "text"):
        fix_text(analyst, bare, "One\ntwo")


def test_same_text_in_another_negotiation_is_no_duplicate() -> None:
    make_source(make_talks(), publisher="Ministry", text="One")
    talks = make_talks()
    register_source(member(talks), talks, FACTS, text="One")
    assert SourceText.objects.count() == 2


def test_sources_without_text_are_never_duplicates() -> None:
    talks = make_talks()
    analyst = member(talks)
    register_source(analyst, talks, FACTS)
    register_source(analyst, talks, FACTS)
    assert Source.objects.count() == 2


# ---------------------------------------------------------------- fixing the text


def test_fix_text_gives_a_bare_source_its_only_version() -> None:
    talks = make_talks()
    analyst, source = member(talks), make_source(talks, text=None)
    version = fix_text(analyst, source, "One\r\ntwo", extraction="pdf")
    row = SourceText.objects.get()
    assert (row.pk, row.source, row.version, row.text, row.extraction) == (version.pk, source, 1, "One\ntwo", "pdf")
    event = only_event()
    assert (event.action, event.subject_id, event.before) == ("source_text_fixed", str(source.pk), None)
    assert event.after == {"version": 1, "sha256": row.sha256, "length": 7}
    with refused(Conflict):
        fix_text(analyst, source, "Something else")


# ---------------------------------------------------------------- changing


def test_update_source_logs_what_changed_and_nothing_where_nothing_did() -> None:
    talks = make_talks()
    analyst, source = member(talks), make_source(talks)
    before = snapshot(source)
    update_source(analyst, source, facts_of(source))
    update_source(analyst, source, facts_of(source, title="Renamed", key=None))
    row = Source.objects.get()
    assert snapshot(row) == {**before, "title": "Renamed"}
    event = only_event()
    assert (event.action, event.actor) == ("source_updated", analyst.user)
    assert (event.before, event.after) == (logged(before), logged(snapshot(row)))


def test_update_source_recaps_its_statements_and_their_codings() -> None:
    talks = make_talks()
    source = make_source(talks, published_on="2022-01-20")
    dated = make_coding(make_statement(source=source, stated_on="2022-01-05"))
    month = make_coding(make_statement(source=source, stated_on="2022-01"))
    apart = make_coding(make_statement(talks, stated_on="2022-01-10"))
    update_source(member(talks), source, facts_of(source, published_on="2022-01-07"))

    expected = {dated.pk: date(2022, 1, 5), month.pk: date(2022, 1, 7), apart.pk: date(2022, 1, 10)}
    assert dict(Coding.objects.values_list("pk", "stated_latest")) == expected
    assert dict(Coding.objects.values_list("pk", "statement__stated_latest")) == expected
    assert only_event().action == "source_updated"

    update_source(member(talks), source, facts_of(source, published_on=""))
    assert Coding.objects.get(pk=month.pk).stated_latest == date(2022, 1, 31)


@pytest.mark.parametrize(
    ("stated_on", "published_on"), [("2022-01-10", "2022-01-09"), ("2022-01-01/..", ""), ("2022-01-10~", "2021")]
)
def test_new_date_that_a_statement_contradicts_is_refused(stated_on: str, published_on: str) -> None:
    talks = make_talks()
    source = make_source(talks, published_on="2022-01-10")
    make_coding(make_statement(source=source, stated_on="2022-01"))
    make_coding(make_statement(source=source, stated_on=stated_on))
    before = [snapshot(row) for row in (source, *Statement.objects.order_by("pk"), *Coding.objects.order_by("pk"))]
    analyst = member(talks)
    with refused(Invalid, "published_on"):
        update_source(analyst, source, facts_of(source, published_on=published_on))
    rows = [Source.objects.get(), *Statement.objects.order_by("pk"), *Coding.objects.order_by("pk")]
    assert [snapshot(row) for row in rows] == before


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_chain_of_derivations_never_closes_to_a_circle(steps: int) -> None:
    talks = make_talks()
    analyst, first = member(talks), make_source(talks)
    last = first
    for _ in range(steps - 1):
        last = make_source(talks, derived_from=last)
    facts = facts_of(first, derived_from=last, derivation_kind=DerivationKind.EXCERPT)
    with refused(Invalid, "derived_from"):
        update_source(analyst, first, facts)


def test_update_source_never_touches_the_text() -> None:
    talks = make_talks()
    source = make_source(talks)
    update_source(member(talks), source, facts_of(source, language="ru", text_access="members"))
    assert SourceText.objects.get().text == TEXT
