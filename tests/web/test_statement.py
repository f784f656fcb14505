"""A statement's permalink: context, readings, conditions, copies, corrections, and what is withheld."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from positions.enums import Attribution, Role
from positions.models import Statement
from positions.queries.access import SYSTEM
from positions.services.anchoring import add_text_version
from positions.services.relations import relate_statements
from tests.factories import (
    add_member,
    make_coding,
    make_condition,
    make_party,
    make_person,
    make_source,
    make_statement,
)
from tests.web.conftest import CountQueries, Talks

pytestmark = pytest.mark.django_db
RETIRED = datetime(2022, 3, 1, 12, tzinfo=UTC)


def first_of(talks: Talks) -> Statement:
    return talks.source.statements.get()


def test_quote_stands_in_its_context_and_leads_to_the_source(client: Client, talks: Talks) -> None:
    statement = first_of(talks)
    response = client.get(f"/statements/{statement.pk}/")
    context = response.context["context"]
    assert (context.before, context.exact) == ("", "We will not accept this proposal.")
    assert context.after == "We are ready to talk about limits on both sides. No comment on the rest."
    assert f'href="/sources/{talks.source.pk}/#s-{statement.pk}"' in response.content.decode()


def test_verdict_says_what_decides(client: Client, talks: Talks) -> None:
    def verdicts(address: str) -> list[str]:
        return [card.verdict for card in client.get(address).context["cards"]]

    first = f"/statements/{first_of(talks).pk}/"
    assert verdicts(first) == ["Made North’s position on its day; newer evidence has been found since."]
    assert verdicts(f"{first}?as_of=2022-02-01") == ["Makes North’s position to this date: nothing newer was found."]
    assert verdicts(f"{first}?as_of=2022-01-01") == [
        "Said after the date this page is shown for, so it decides nothing yet."
    ]


def test_told_by_somebody_else_does_not_decide(client: Client, talks: Talks) -> None:
    statement = make_statement(source=make_source(talks.negotiation), asserted_by=talks.south)
    make_coding(statement, party=talks.north, issue=talks.issue, stance=-2)
    (card,) = client.get(f"/statements/{statement.pk}/").context["cards"]
    assert card.footing_words == "as South tells it"
    assert card.verdict == "Does not decide: better evidence of where North stands is in the record."


def test_copy_is_set_aside_and_the_chain_shown(client: Client, talks: Talks) -> None:
    original = first_of(talks)
    repost = make_source(talks.negotiation, title="Re-post", derived_from=talks.source)
    copy = make_statement(source=repost, asserted_by=talks.north)
    make_coding(copy, party=talks.north, issue=talks.issue, stance=2)
    response = client.get(f"/statements/{copy.pk}/")
    (card,) = response.context["cards"]
    assert card.verdict.startswith("Set aside as a copy")
    assert [(link.source.title, link.is_here, link.is_copy) for link in response.context["chain"]] == [
        (talks.source.title, False, False),
        ("Re-post", True, True),
    ]
    assert client.get(f"/statements/{original.pk}/").context["chain"][0].is_here


def test_original_and_translation_stand_side_by_side(client: Client, talks: Talks) -> None:
    original = first_of(talks)
    translated = make_source(
        talks.negotiation, text="Мы не примем.", language="ru", derived_from=talks.source, derivation_kind="translation"
    )
    copy = make_statement(source=translated, asserted_by=talks.north, exact="Мы не примем.")
    make_coding(copy, party=talks.north, issue=talks.issue, stance=2)

    def beside(statement: Statement) -> list[tuple[str, str]]:
        response = client.get(f"/statements/{statement.pk}/")
        return [(p.statement, p.text) for link in response.context["translations"] for p in link.beside]

    assert beside(original) == [(str(copy.pk), "Мы не примем.")]
    assert beside(copy) == [(str(original.pk), "We will not accept this proposal.")]
    secret = make_statement(
        source=translated, asserted_by=talks.north, exact="Мы", attribution=Attribution.DEEP_BACKGROUND
    )
    make_coding(secret, party=talks.north, issue=talks.issue, stance=2)
    assert beside(original) == [(str(copy.pk), "Мы не примем.")]
    client.force_login(add_member(talks.negotiation, role=Role.ANALYST))
    assert [text for _, text in sorted(beside(original), key=lambda pair: len(pair[1]))] == ["Мы", "Мы не примем."]


def test_report_is_no_translation(client: Client, talks: Talks) -> None:
    report = make_source(talks.negotiation, derived_from=talks.source)
    make_coding(make_statement(source=report, asserted_by=talks.north), party=talks.north, issue=talks.issue, stance=2)
    assert client.get(f"/statements/{first_of(talks).pk}/").context["translations"] == []


def test_conditions_have_a_dated_history(client: Client, talks: Talks) -> None:
    coding = talks.say(talks.south, "2022-01-20", 1)
    make_condition(coding, "the bridge opens", statuses=[("open", date(2022, 1, 20)), ("failed", date(2022, 2, 5))])
    address = f"/statements/{coding.statement_id}/"
    (card,) = client.get(address).context["cards"]
    assert [(c.text, c.status, len(c.entries)) for c in card.conditions] == [("the bridge opens", "failed", 2)]
    assert card.has_failed_condition
    (card,) = client.get(f"{address}?as_of=2022-02-01").context["cards"]
    assert [(c.status, len(c.entries)) for c in card.conditions] == [("open", 1)]


def test_retired_statement_says_what_replaced_it(client: Client, talks: Talks) -> None:
    old = first_of(talks)
    coding = old.codings.get()
    new = make_statement(
        source=talks.source, asserted_by=talks.north, supersedes=old, recorded_at=RETIRED, reason="wrong day"
    )
    make_coding(new, party=talks.north, issue=talks.issue, stance=2, recorded_at=RETIRED, supersedes=coding)
    Statement.objects.filter(pk=old.pk).update(retired_at=RETIRED)
    type(coding).objects.filter(pk=coding.pk).update(retired_at=RETIRED)
    response = client.get(f"/statements/{old.pk}/")
    text = response.content.decode()
    assert response.status_code == 200
    assert "No longer in force" in text
    assert f'href="/statements/{new.pk}/"' in text
    assert "wrong day" in text
    assert response.context["cards"] == []
    before = client.get(f"/statements/{old.pk}/?known_at=2022-02-15")
    assert [card.stance for card in before.context["cards"]] == ["+2"]
    assert "No longer in force" not in before.content.decode()
    entries = [entry.what for entry in client.get(f"/statements/{new.pk}/").context["history"]]
    assert "Recorded as a correction of an earlier statement" in entries


def test_background_withholds_the_speaker_everywhere(client: Client, talks: Talks) -> None:
    statement = make_statement(
        source=talks.source,
        asserted_by=talks.south,
        exact="No comment on the rest.",
        speaker=make_person(name="Ms Secret"),
        attribution=Attribution.ON_BACKGROUND,
    )
    make_coding(statement, party=talks.south, issue=talks.issue)
    address = f"/statements/{statement.pk}/"
    page = client.get(address).content.decode()
    assert "Ms Secret" not in page
    assert "Name withheld by the ground rule." in page
    client.force_login(add_member(talks.negotiation, role=Role.ANALYST))
    assert "Ms Secret" in client.get(address).content.decode()


def test_deep_background_withholds_quote_and_context(client: Client, talks: Talks) -> None:
    statement = make_statement(
        source=talks.source,
        asserted_by=talks.south,
        exact="No comment on the rest.",
        attribution=Attribution.DEEP_BACKGROUND,
    )
    make_coding(statement, party=talks.south, issue=talks.issue)
    page = client.get(f"/statements/{statement.pk}/").content.decode()
    assert "No comment" not in page
    assert "We will not accept" not in page
    assert "Withheld: spoken on deep background." in page


@pytest.mark.parametrize("rule", [Attribution.OFF_RECORD, Attribution.CHATHAM_HOUSE])
def test_what_is_not_counted_does_not_exist(client: Client, talks: Talks, rule: Attribution) -> None:
    statement = make_statement(source=make_source(talks.negotiation), asserted_by=talks.south, attribution=rule)
    make_coding(statement, party=talks.south, issue=talks.issue)
    assert client.get(f"/statements/{statement.pk}/").status_code == 404


def test_statement_without_published_reading_is_for_the_team(client: Client, talks: Talks) -> None:
    statement = make_statement(source=talks.source, asserted_by=talks.south, exact="No comment on the rest.")
    assert client.get(f"/statements/{statement.pk}/").status_code == 404
    client.force_login(add_member(talks.negotiation, role=Role.ANALYST))
    assert client.get(f"/statements/{statement.pk}/").status_code == 200


def test_act_without_text(client: Client, talks: Talks) -> None:
    source = make_source(talks.negotiation, text=None, kind="roll_call")
    statement = make_statement(source=source, asserted_by=talks.south)
    make_coding(statement, party=talks.south, issue=talks.issue, stance=0, move="vote")
    assert "A recorded act" in client.get(f"/statements/{statement.pk}/").content.decode()


def test_citation_names_party_day_source_and_address(client: Client, talks: Talks) -> None:
    statement = first_of(talks)
    citation = client.get(f"/statements/{statement.pk}/?known_at=2022-03-01T00:00:00Z").context["citation"]
    assert citation == (
        "North (on the record), 10 January 2022: “We will not accept this proposal.” Verbatim in: Report of the first"
        " meeting, 2022-01-10. Rapporteur, River talks, as known on 1 March 2022, 00:00 UTC."
        f" http://testserver/statements/{statement.pk}/?known_at=2022-03-01T00:00:00Z"
    )


@pytest.mark.parametrize("number", [1, 3])
def test_queries_do_not_grow(talks: Talks, count_queries: CountQueries, number: int) -> None:
    parent = make_source(talks.negotiation)
    source = make_source(talks.negotiation, derived_from=parent)
    statement = make_statement(source=source, asserted_by=talks.south, addressees=[talks.north])
    for _ in range(number):
        party = make_party()
        make_coding(statement, party=party, issue=talks.issue, conditions=["one", "two"])
        relate_statements(SYSTEM, statement, talks.say(talks.north, "2022-01-20", 1).statement, "denies")
    viewer = add_member(talks.negotiation, role=Role.VIEWER)
    assert count_queries(f"/statements/{statement.pk}/")[0] == 9
    assert count_queries(f"/statements/{statement.pk}/", viewer)[0] == 12


def relation_words(client: Client, statement: Statement, query: str = "") -> list[tuple[str, str, str, str]]:
    lines = client.get(f"/statements/{statement.pk}/{query}").context["relations"]
    return [(line.words, line.quotation.text, line.note, line.seen_by) for line in lines]


def test_relations_show_from_both_sides(client: Client, talks: Talks) -> None:
    first = first_of(talks)
    answer = talks.say(talks.south, "2022-01-20", -2).statement
    relate_statements(SYSTEM, answer, first, "responds_to", "<b>A day later</b>")
    assert relation_words(client, answer) == [("Responds to", first.exact, "", "")]
    assert relation_words(client, first) == [("Is answered by", answer.exact, "", "")]
    assert relation_words(client, first, "?known_at=2022-05-01") == []
    client.force_login(add_member(talks.negotiation, role=Role.VIEWER))
    assert relation_words(client, first) == [("Is answered by", answer.exact, "<b>A day later</b>", "system")]
    assert "&lt;b&gt;A day later" in client.get(f"/statements/{first.pk}/").content.decode()


def test_relation_shows_only_to_who_may_see_both(client: Client, talks: Talks) -> None:
    first = first_of(talks)
    secret = make_statement(source=talks.source, asserted_by=talks.south, attribution=Attribution.OFF_RECORD)
    make_coding(secret, party=talks.south, issue=talks.issue)
    uncoded = make_statement(source=talks.source, asserted_by=talks.south)
    deep = make_statement(
        source=make_source(talks.negotiation), asserted_by=talks.south, attribution=Attribution.DEEP_BACKGROUND
    )
    make_coding(deep, party=talks.south, issue=talks.issue)
    for other in (secret, uncoded, deep):
        relate_statements(SYSTEM, first, other, "denies")
    assert relation_words(client, first) == [("Denies", "", "", "")]
    assert "Withheld: spoken on deep background." in client.get(f"/statements/{first.pk}/").content.decode()
    client.force_login(add_member(talks.negotiation, role=Role.ANALYST))
    assert len(relation_words(client, first)) == 3


def test_waiting_passage_is_read_in_the_text_it_stands_in(client: Client, talks: Talks) -> None:
    first = first_of(talks)
    add_text_version(SYSTEM, talks.source, "Quite another text.", reason="Corrected")
    page = client.get(f"/statements/{first.pk}/").content.decode()
    assert f"/sources/{talks.source.pk}/?text=1#s-{first.pk}" in page
    old = client.get(f"/sources/{talks.source.pk}/?text=1")
    assert (old.context["version"].version, old.context["newest_version"]) == (1, 2)
    assert f'id="s-{first.pk}"' in old.content.decode()
    new = client.get(f"/sources/{talks.source.pk}/")
    assert (new.context["version"].version, new.context["newest_version"]) == (2, 0)
    for bad in ("0", "3", "x", "-1", "１", "9" * 40):
        assert client.get(f"/sources/{talks.source.pk}/?text={bad}").status_code == 400
