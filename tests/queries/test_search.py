"""Search finds the same on both engines, in any script, and nothing that the reader may not see."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from positions.enums import AliasKind, Attribution, Role, Visibility
from positions.folding import folded
from positions.models import PartyAlias, Statement
from positions.queries.access import SYSTEM, Reader, reader_of
from positions.queries.search import Facets, SearchResult, read_terms, search_for
from tests.factories import (
    add_member,
    make_coding,
    make_issue,
    make_negotiation,
    make_party,
    make_person,
    make_round,
    make_source,
    make_statement,
)

ANYTHING = Facets()


def say(text: str, **fields: object) -> Statement:
    """A published statement with these words, in a public negotiation unless said otherwise."""
    negotiation = fields.pop("negotiation", None) or make_negotiation(visibility=Visibility.PUBLIC)
    source = fields.pop("source", None) or make_source(negotiation, text=text)  # type: ignore[arg-type]
    statement = make_statement(source=source, exact=text, **fields)  # type: ignore[arg-type]
    make_coding(statement)
    return statement


def found(words: str, reader: Reader = SYSTEM, facets: Facets = ANYTHING) -> SearchResult:
    return search_for(reader, words, facets)


@pytest.mark.parametrize(
    ("words", "terms"),
    [
        ("Open DOOR", ("open", "door")),
        ('"open  door" policy', ("open door", "policy")),
        ("«открытых дверей»", ("открытых двереи",)),
        ("“a b” c", ("a b", "c")),
        ("Zürich zurich", ("zurich",)),
        ('"', ()),
        ('" "', ()),
        ("", ()),
        ("%_\\", ("%_\\",)),
    ],
)
def test_terms_of_a_query(words: str, terms: tuple[str, ...]) -> None:
    assert read_terms(words) == terms


def test_many_words_are_cut_to_a_few() -> None:
    assert len(read_terms(" ".join(f"w{n}" for n in range(99)))) == 12


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Die Lösung liegt in Genf", "losung GENF"),
        ("Політика відкритих дверей НАТО", "ВІДКРИТИХ дверей"),
        ("Ёлка и ракеты средней дальности", "елка РАКЕТЫ"),
        ("لن نقبل نشر الصواريخ", "الصواريخ"),
        ("مُحَمَّد", "محمد"),
        ("不部署中程导弹", "中程导弹"),
        ("ﬁnal ﬀect ＷＩＤＥ", "final wide"),
        ("100% of _all_ \\ missiles", "100% _all_ \\"),
        ("Ein Maß", "mass"),
        ("İstanbul’da", "istanbul"),
    ],
)
def test_words_are_found_in_any_script(text: str, words: str) -> None:
    say("Nothing of the kind.")
    statement = say(text)
    assert found(words).statements == [statement]


@pytest.mark.django_db
def test_all_words_must_be_found_and_a_phrase_must_stand_together() -> None:
    both, apart = say("The open door stays open."), say("The door is open.")
    assert {s.pk for s in found("open door").statements} == {both.pk, apart.pk}
    assert found('"open door"').statements == [both]
    assert found("open window").statements == []


@pytest.mark.django_db
def test_wildcards_are_only_text() -> None:
    say("Nothing of the kind.")
    assert (found("%").statement_count, found("_").statement_count, found("n_thing").statement_count) == (0, 0, 0)


@pytest.mark.django_db
def test_statements_are_found_by_party_alias_and_speaker() -> None:
    russia = make_party("russia", name="Russia")
    PartyAlias.objects.create(party=russia, text="Kremlin", kind=AliasKind.METONYM)
    lavrov = make_person(name="Sergéi Lavrov")
    statement = say("We want talks.", asserted_by=russia, speaker=lavrov)
    say("We want talks too.", speaker_label="A spokesman")
    assert found("kremlin talks").statements == [statement]
    assert found("lavrov").statements == [statement]
    assert found("spokesman").statement_count == 1
    assert found("kremlin").parties == [russia]


@pytest.mark.django_db
def test_search_reveals_nothing_kept_back() -> None:
    restricted = make_negotiation(visibility=Visibility.RESTRICTED)
    hidden = say("A hidden pledge.", negotiation=restricted)
    public = make_negotiation(visibility=Visibility.PUBLIC)
    speaker = make_person(name="Whisperer")
    deep = say("A whispered pledge.", negotiation=public, attribution=Attribution.DEEP_BACKGROUND, speaker=speaker)
    background = say("A told pledge.", negotiation=public, attribution=Attribution.ON_BACKGROUND, speaker=speaker)
    off = say("An unsaid pledge.", negotiation=public, attribution=Attribution.OFF_RECORD)
    draft = make_statement(source=make_source(public, text="A drafted pledge."), exact="A drafted pledge.")
    anybody, member = Reader(), reader_of(add_member(public, role=Role.ANALYST))
    assert found("pledge", anybody).statements == [background]
    assert found("whispered", anybody).statement_count == 0
    assert found("whisperer", anybody).statement_count == 0
    assert {s.pk for s in found("pledge", member).statements} == {deep.pk, background.pk, off.pk, draft.pk}
    assert {s.pk for s in found("whisperer", member).statements} == {deep.pk, background.pk}
    insider = reader_of(add_member(restricted, role=Role.VIEWER))
    assert found("hidden", insider).statements == [hidden]
    assert found("pledge", anybody).facets["source"] == [
        type(found("pledge", anybody).facets["source"][0])(str(background.source_id), background.source.title, 1)
    ]


@pytest.mark.django_db
def test_facets_narrow_and_count() -> None:
    negotiation = make_negotiation("talks", visibility=Visibility.PUBLIC)
    north, issue = make_party("north"), make_issue(negotiation, "missiles")
    held = make_round(negotiation, 3)
    one = make_statement(
        source=make_source(negotiation, text="Missiles one", published_on="2022-01-12"), exact="Missiles one",
        asserted_by=north, round=held, stated_on="2022-01-12",
    )  # fmt: skip
    make_coding(one, party=north, issue=issue, move="offer")
    two = make_statement(
        source=make_source(negotiation, text="Missiles two", published_on="2022-02-12"), exact="Missiles two",
        stated_on="2022-02-12",
    )  # fmt: skip
    make_coding(two, move="demand")
    everything = found("missiles")
    assert everything.statements == [two, one]
    assert ("missiles", 1) in [(c.value, c.count) for c in everything.facets["issue"]]
    for facets in (
        Facets(party="north"), Facets(issue="missiles"), Facets(move="offer"), Facets(round=3),
        Facets(source=one.source_id),
        Facets(until=date(2022, 1, 31)), Facets(negotiation="talks", party="north", issue="missiles", move="offer"),
    ):  # fmt: skip
        assert found("missiles", facets=facets).statements == [one], facets
    assert found("missiles", facets=Facets(since=date(2022, 2, 1))).statements == [two]
    assert found("", facets=Facets(party="north")).statements == [one]
    assert found("missiles", facets=Facets(party="nobody")).statement_count == 0


@pytest.mark.django_db
def test_sources_and_issues_are_found_by_their_own_words() -> None:
    negotiation = make_negotiation(visibility=Visibility.PUBLIC)
    source = make_source(negotiation, title="Note on Überflüge", publisher="Aussenamt")
    issue = make_issue(negotiation, title="Overflights", keywords=["Flüge"])
    assert found("uberfluge aussenamt").sources == [source]
    assert found("fluge").issues == [issue]


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 3])
def test_search_costs_the_same_for_one_and_three(size: int) -> None:
    negotiation = make_negotiation(visibility=Visibility.PUBLIC)
    for number in range(size):
        say(f"Missiles {number}", negotiation=negotiation, speaker=make_person(), round=make_round(negotiation))
    with CaptureQueriesContext(connection) as captured:
        search_for(Reader(), "missiles", ANYTHING)
    assert len(captured) == 9


@pytest.mark.django_db
def test_pages_follow_each_other() -> None:
    negotiation = make_negotiation(visibility=Visibility.PUBLIC)
    source = make_source(negotiation, text="talks " * 40)
    for number in range(31):
        make_coding(make_statement(source=source, exact="talks", start=6 * number, end=6 * number + 5))
    first, second = (search_for(SYSTEM, "talks", ANYTHING, page) for page in (1, 2))
    assert (first.statement_count, first.pages, len(first.statements), len(second.statements)) == (31, 2, 30, 1)
    assert {s.pk for s in first.statements}.isdisjoint({s.pk for s in second.statements})
    assert search_for(SYSTEM, "talks", ANYTHING, 99).page == 2


def test_folding_is_settled() -> None:
    for words in ("İ", "ﬁ", "ẞ", "Å", "Ｗ", "ا\u064eل"):
        assert folded(folded(words)) == folded(words)
