"""Entering a source: its facts, its text, and the copies of it that are there already."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from positions.models import Source, SourceText
from tests.admin.conftest import Talks
from tests.admin.forms import errors_of, events, hand_in, said
from tests.admin.test_pages import list_of
from tests.factories import TEXT, make_source

ADD = f"{list_of('source')}add/"


def add_source(client: Client, talks: Talks, **changes: Any) -> Any:
    facts = {"negotiation": str(talks.negotiation.pk), "title": "Readout", "published_on": "2022-01-10", **changes}
    return hand_in(client, ADD, "title", facts)


def test_source_with_text_is_registered_once(analyst: Client, talks: Talks) -> None:
    response = add_source(analyst, talks, text="First line.\r\nSecond line.\r\n", key="readout")
    source = Source.objects.get(key="readout")
    assert response.headers["Location"] == f"{list_of('source')}{source.pk}/change/"
    assert source.texts.get().text == "First line.\nSecond line.\n"
    assert source.published_latest is not None
    assert events() == ["source_registered"]
    page = analyst.get(response.headers["Location"]).content.decode()
    assert f'href="/sources/{source.pk}/"' in page
    assert f"/admin/positions/statement/add/?source={source.pk}" in page


def test_source_without_text_gets_it_later_and_only_once(analyst: Client, talks: Talks) -> None:
    add_source(analyst, talks, key="later")
    source = Source.objects.get(key="later")
    url = f"{list_of('source')}{source.pk}/change/"
    assert hand_in(analyst, url, "title", {"text": "Now it is here."}).status_code == 302
    assert source.texts.get().text == "Now it is here."
    assert 'name="text"' not in analyst.get(url).content.decode()
    hand_in(analyst, url, "title", {"text": "Something else."})
    assert SourceText.objects.filter(source=source).count() == 1
    assert events() == ["source_registered", "source_text_fixed"]


def test_unchanged_source_leaves_no_entry_in_the_log(analyst: Client, talks: Talks) -> None:
    url = f"{list_of('source')}{talks.source.pk}/change/"
    assert hand_in(analyst, url, "title", {}).status_code == 302
    assert events() == []
    assert hand_in(analyst, url, "title", {"publisher": "The ministry"}).status_code == 302
    assert events() == ["source_updated"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("published_on", "last week", "“last week” is not an EDTF date"),
        ("published_on", "2022-02-30", "“2022-02-30” is not a day of the calendar"),
        ("published_on", "2022-01/..", "has an open end"),
        ("language", "English!", "Use a BCP 47 language tag"),
        ("title", "nul\x00nul", "Null characters are not allowed."),
        ("title", "", "This field is required."),
        ("text", " \r\n ", "Holds only white space"),
        ("text", "nul\x00nul", "Null characters are not allowed."),
        ("url", "no address", "Enter a valid URL."),
        ("reliability", "Z", "Select a valid choice. Z is not one of the available choices."),
        ("derivation_kind", "repost", "Name the source it derives from"),
        ("key", "delta-source", "“delta-source” already names a source of this negotiation"),
    ],
)
def test_refusals_stand_at_their_fields(analyst: Client, talks: Talks, field: str, value: str, words: str) -> None:
    errors = errors_of(add_source(analyst, talks, **{field: value}))
    # whose fault it is when only the kind of derivation is given: the missing source
    place = "derived_from" if field == "derivation_kind" else field
    assert list(errors) == [place]
    assert words in errors[place][0]
    assert Source.objects.count() == 1
    assert events() == []


def test_same_text_elsewhere_is_a_warning_that_offers_the_derivation(analyst: Client, talks: Talks) -> None:
    response = add_source(analyst, talks, text=TEXT, publisher="Another house", key="copy")
    copy = Source.objects.get(key="copy")
    page = analyst.get(response.headers["Location"])
    warning = next(words for words in said(page) if "The same text is in" in words)
    offer = f"{list_of('source')}{copy.pk}/derivation/?derived_from={talks.source.pk}&derivation_kind=repost"
    assert offer.replace("&", "&amp;") in warning
    assert hand_in(analyst, offer, "derivation_kind", {}).status_code == 302
    copy.refresh_from_db()
    assert (copy.derived_from, copy.derivation_kind) == (talks.source, "repost")
    assert events() == ["source_registered", "source_updated"]


def test_same_text_publisher_and_date_is_the_same_document(analyst: Client, talks: Talks) -> None:
    errors = errors_of(add_source(analyst, talks, text=TEXT))
    assert errors == {"text": ["“Delta communiqué” has the same text, publisher and date: it is the same document"]}


def test_derivation_never_makes_a_circle_or_leaves_the_negotiation(analyst: Client, talks: Talks) -> None:
    child = make_source(talks.negotiation, derived_from=talks.source)
    url = f"{list_of('source')}{talks.source.pk}/derivation/"
    response = hand_in(analyst, url, "derivation_kind", {"derived_from": str(child.pk), "derivation_kind": "report"})
    assert "that would be a circle" in errors_of(response)["derived_from"][0]
    elsewhere = make_source()
    response = hand_in(
        analyst, url, "derivation_kind", {"derived_from": str(elsewhere.pk), "derivation_kind": "report"}
    )
    assert list(errors_of(response)) == ["derived_from"]


def test_hostile_and_foreign_words_are_shown_as_words(analyst: Client, talks: Talks) -> None:
    words = "<script>alert(1)</script> שלום مرحبا 🕊"
    response = add_source(analyst, talks, title=words, text=f"{words}\n\nend", key="odd")
    assert Source.objects.get(key="odd").texts.get().text == f"{words}\n\nend"
    for url in (
        response.headers["Location"],
        list_of("source"),
        "/admin/",
        f"{list_of('source')}{Source.objects.get(key='odd').pk}/history/",
    ):
        page = analyst.get(url).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt; שלום مرحبا 🕊" in page


def test_change_of_another_person_is_not_overwritten(analyst: Client, lead: Client, talks: Talks) -> None:
    from tests.admin.forms import read_form

    url = f"{list_of('source')}{talks.source.pk}/change/"
    opened = read_form(analyst.get(url), "title")
    hand_in(lead, url, "title", {"publisher": "The lead's"})
    response = analyst.post(url, {**opened, "author": "The analyst's", "_save": "Save"})
    assert "Somebody changed this while you had it open." in response.content.decode()
    talks.source.refresh_from_db()
    assert (talks.source.publisher, talks.source.author) == ("The lead's", "")


def test_long_text_is_taken_whole(analyst: Client, talks: Talks, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 44_000_000
    text = "д" * 9_999_990 + "\r\n конец"
    assert add_source(analyst, talks, text=text, key="long").status_code == 302
    assert Source.objects.get(key="long").texts.get().length == 9_999_997
    assert len(analyst.get(f"{list_of('source')}{Source.objects.get(key='long').pk}/change/").content) < 400_000
    response = add_source(analyst, talks, text="x" * 10_000_001, key="longer")
    assert "the limit is 10,000,000" in errors_of(response)["text"][0]


def test_the_project_lets_long_texts_in() -> None:
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE is not None
    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE >= 44_000_000


def test_page_of_a_source_leads_to_tagging_and_to_the_form(analyst: Client, talks: Talks) -> None:
    page = analyst.get(f"{list_of('source')}{talks.source.pk}/change/").content.decode()
    assert f'href="/admin/positions/source/{talks.source.pk}/tag/"' in page
    assert f'href="/admin/positions/statement/add/?source={talks.source.pk}"' in page
