"""The reader: marks on the text, and why a text is withheld."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from positions.enums import Attribution, DerivationKind, Role, TextAccess, Tlp
from tests.factories import TEXT, add_member, make_coding, make_source, make_statement
from tests.web.conftest import CountQueries, Talks

pytestmark = pytest.mark.django_db


def text_of(page: str) -> str:
    """The article's text without the numbers that stand behind passages."""
    article = re.search(r'<article class="reader-text".*?</article>', page, re.DOTALL)
    assert article
    bare = re.sub(r'<a class="ref".*?</a>', "", article.group())
    return html.unescape(re.sub(r"<[^>]+>", "", bare)).strip()


def test_text_is_whole_and_each_statement_is_marked(client: Client, talks: Talks) -> None:
    page = client.get(f"/sources/{talks.source.pk}/").content.decode()
    statement = talks.source.statements.get()
    assert text_of(page) == TEXT
    assert f'<mark id="s-{statement.pk}"' in page
    assert f'<a class="ref" href="/statements/{statement.pk}/">' in page
    alternate = '<link rel="alternate" type="application/ld+json" href="/api/v1/annotations/'
    assert f'{alternate}?source={talks.source.pk}">' in page
    assert f'{alternate}{statement.pk}/">' in client.get(f"/statements/{statement.pk}/").content.decode()


def test_overlapping_statements_have_one_anchor_each(client: Client, talks: Talks) -> None:
    overlap = make_statement(source=talks.source, exact="accept this proposal. We are ready", asserted_by=talks.south)
    make_coding(overlap, party=talks.south, issue=talks.issue)
    page = client.get(f"/sources/{talks.source.pk}/").content.decode()
    assert text_of(page) == TEXT
    anchors = re.findall(r'id="s-([0-9a-f-]+)"', page)
    assert sorted(anchors) == sorted(str(s.pk) for s in talks.source.statements.all())


def test_hostile_text_is_only_text(client: Client, talks: Talks) -> None:
    text = "<img src=x onerror=alert(1)> & \u202e <b>bold</b>"
    source = make_source(talks.negotiation, text=text, title="<i>t</i>", url="javascript:alert(1)")
    page = client.get(f"/sources/{source.pk}/").content.decode()
    assert text_of(page) == text
    assert "<img" not in page
    assert "javascript:" not in page


def test_text_for_members_only_is_withheld_with_the_reason(client: Client, talks: Talks) -> None:
    source = make_source(talks.negotiation, text="Not for all. Quoted.", text_access=TextAccess.MEMBERS)
    make_coding(make_statement(source=source, exact="Quoted.", asserted_by=talks.south), issue=talks.issue)
    page = client.get(f"/sources/{source.pk}/").content.decode()
    assert "Not for all" not in page
    assert "Only members may read the whole text" in page
    assert "Quoted." in page
    client.force_login(add_member(talks.negotiation, role=Role.VIEWER))
    assert "Not for all" in client.get(f"/sources/{source.pk}/").content.decode()


def test_deep_background_withholds_the_text(client: Client, talks: Talks) -> None:
    source = make_source(talks.negotiation, text="Secret words. Other words.")
    make_coding(
        make_statement(source=source, exact="Secret words.", attribution=Attribution.DEEP_BACKGROUND), issue=talks.issue
    )
    page = client.get(f"/sources/{source.pk}/").content.decode()
    assert "words." not in page
    assert "a ground rule keeps a passage of this source from being quoted" in page


def test_red_source_does_not_exist_for_others(client: Client, talks: Talks) -> None:
    source = make_source(talks.negotiation, tlp=Tlp.RED)
    assert client.get(f"/sources/{source.pk}/").status_code == 404
    client.force_login(add_member(talks.negotiation, role=Role.VIEWER))
    assert client.get(f"/sources/{source.pk}/").status_code == 200


def test_hidden_parent_is_not_named(client: Client, talks: Talks) -> None:
    parent = make_source(talks.negotiation, title="Secret original", tlp=Tlp.RED, text="Original.")
    child = make_source(talks.negotiation, text="Copy.", derived_from=parent, derivation_kind=DerivationKind.EXCERPT)
    assert "Secret original" not in client.get(f"/sources/{child.pk}/").content.decode()


def test_known_at_shows_the_statements_of_that_instant(client: Client, talks: Talks) -> None:
    statement = talks.source.statements.get()
    type(statement).objects.filter(pk=statement.pk).update(retired_at=datetime(2022, 3, 1, tzinfo=UTC))
    address = f"/sources/{talks.source.pk}/"
    assert client.get(address).context["notes"] == []
    assert len(client.get(f"{address}?known_at=2022-02-15").context["notes"]) == 1


@pytest.mark.parametrize("number", [1, 3])
def test_queries_do_not_grow(talks: Talks, count_queries: CountQueries, number: int) -> None:
    parent = make_source(talks.negotiation, text="Original.")
    source = make_source(talks.negotiation, text="One. Two. Three.", derived_from=parent)
    for exact in ("One.", "Two.", "Three.")[:number]:
        make_coding(make_statement(source=source, exact=exact, asserted_by=talks.south), issue=talks.issue)
    member = add_member(talks.negotiation, role=Role.VIEWER)
    assert count_queries(f"/sources/{source.pk}/")[0] == 8
    assert count_queries(f"/sources/{source.pk}/", member)[0] <= 12
