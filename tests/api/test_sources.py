"""``sources/`` and ``sources/<id>/text/``."""

from __future__ import annotations

import hashlib

import pytest
from pytest_django import DjangoAssertNumQueries

from positions.enums import Attribution, Role, TextAccess
from positions.models import Source
from tests.api.conftest import Api
from tests.factories import add_member, make_coding, make_negotiation, make_source, make_statement, make_user


def test_source_payload(api: Api) -> None:
    negotiation = make_negotiation("talks")
    original = make_source(negotiation, text=None, published_on="")
    source = make_source(
        negotiation, text="Ναί. Yes.", key="letter", title="The letter", kind="letter", publisher="North",
        author="Jane", url="https://example.org/letter", published_on="2022-01", language="el", reliability="B",
        note="by hand", derived_from=original, derivation_kind="translation",
    )  # fmt: skip
    assert api.json(f"sources/{source.pk}/") == {
        "id": str(source.pk),
        "key": "letter",
        "negotiation": "talks",
        "title": "The letter",
        "kind": "letter",
        "publisher": "North",
        "author": "Jane",
        "url": "https://example.org/letter",
        "archive_url": "",
        "published_on": "2022-01",
        "language": "el",
        "reliability": "B",
        "tlp": "CLEAR",
        "attribution": "on_record",
        "text_access": "public",
        "derived_from": {"source": str(original.pk), "kind": "translation"},
        "sha256": hashlib.sha256("Ναί. Yes.".encode()).hexdigest(),
        "length": 9,
        "note": None,
        "recorded_at": "2022-02-01T12:00:00Z",
    }
    bare = api.json(f"sources/{original.pk}/")
    assert (bare["derived_from"], bare["sha256"], bare["length"], bare["published_on"]) == (None, None, None, "")


def test_text(api: Api) -> None:
    source, bare = make_source(text="Line one.\nLine two."), make_source(text=None)
    assert api.json(f"sources/{source.pk}/text/") == {
        "text": "Line one.\nLine two.",
        "sha256": hashlib.sha256(b"Line one.\nLine two.").hexdigest(),
        "length": 19,
        "version": 1,
    }
    assert api.json(f"sources/{source.pk}/text/", fields="length") == {"length": 19}
    missing = api(f"sources/{bare.pk}/text/")
    assert (missing.status_code, missing.json()["detail"]) == (404, "This source has no text.")
    assert api("sources/nonsense/text/").json()["detail"] == "No such source."


def hold_passage(source: Source, attribution: str) -> None:
    """Record a passage of the source under a ground rule."""
    make_coding(make_statement(source=source, exact="Second.", attribution=attribution))


@pytest.mark.parametrize("role", [None, *Role.values])
def test_members_only_text_is_withheld_from_outsiders(db: None, role: str | None) -> None:
    source = make_source(text="First. Second.", text_access=TextAccess.MEMBERS)
    make_coding(make_statement(source=source, exact="First."))
    user = make_user() if role is None else add_member(source.negotiation, role=role)
    answer, statement = Api(user)(f"sources/{source.pk}/text/"), Api(user).rows("statements/")[0]
    digest = Api(user).json(f"sources/{source.pk}/")["sha256"]
    assert digest is not None
    if role is None:
        assert answer.status_code == 403
        assert answer.json()["detail"].startswith("Only members may read the whole text")
        assert (statement["exact"], statement["prefix"], statement["suffix"]) == ("First.", "", "")
    else:
        assert answer.json()["text"] == "First. Second."
        assert statement["suffix"] == " Second."


@pytest.mark.parametrize("attribution", Attribution.values)
@pytest.mark.parametrize("role", [None, *Role.values])
def test_text_with_a_passage_under_a_ground_rule(db: None, role: str | None, attribution: str) -> None:
    source = make_source(text="First. Second.")
    make_coding(make_statement(source=source, exact="First."))
    hold_passage(source, attribution)
    user = make_user() if role is None else add_member(source.negotiation, role=role)
    withheld: set[Attribution] = {
        "": {Attribution.DEEP_BACKGROUND, Attribution.CHATHAM_HOUSE, Attribution.OFF_RECORD},
        Role.VIEWER: {Attribution.DEEP_BACKGROUND, Attribution.CHATHAM_HOUSE},
    }.get(role or "", set())
    answer = Api(user)(f"sources/{source.pk}/text/")
    shown = Api(user).json(f"sources/{source.pk}/")
    neighbour = Api(user).rows("statements/", q="First")[0]
    if attribution in withheld:
        assert answer.status_code == 403
        assert (shown["sha256"], shown["length"], neighbour["suffix"]) == (None, None, "")
    else:
        assert answer.json()["text"] == "First. Second."
        assert (shown["length"], neighbour["suffix"]) == (14, " Second.")


def test_filters_and_ordering(api: Api) -> None:
    talks = make_negotiation("talks")
    made_a = make_source(
        talks, key="a", kind="letter", publisher="North", language="ru", reliability="A", tlp="GREEN", title="Note",
        attribution="on_background", text_access="members", published_on="2022-01-05",
    )  # fmt: skip
    made_b = make_source(make_negotiation(), key="b", author="Jane", published_on="2022-01-20", title="Answer")
    made_c = make_source(talks, key="c", published_on="", derived_from=made_a, title="Zero")
    a, b, c = str(made_a.pk), str(made_b.pk), str(made_c.pk)
    assert api.ids("sources/", negotiation="talks") == {a, c}
    assert api.ids("sources/", key="a") == {a}
    assert api.ids("sources/", kind="letter,speech") == {a}
    assert api.ids("sources/", publisher="North") == {a}
    assert api.ids("sources/", language="ru") == {a}
    assert api.ids("sources/", reliability="A") == {a}
    assert api.ids("sources/", tlp="GREEN,AMBER+STRICT") == {a}
    assert api.ids("sources/", attribution="on_background") == {a}
    assert api.ids("sources/", text_access="members") == {a}
    assert api.ids("sources/", derived_from=a) == {c}
    assert api.ids("sources/", published_after="2022-01-06") == {b}
    assert api.ids("sources/", published_before="2022-01-06") == {a}
    assert api.ids("sources/", recorded_after="2022-02-01T12:00:00Z") == {a, b, c}
    assert api.ids("sources/", recorded_before="2022-02-01T11:00:00Z") == set()
    assert api.ids("sources/", q="jane") == {b}
    assert [row["id"] for row in api.rows("sources/")] == [b, a, c]
    assert [row["id"] for row in api.rows("sources/", ordering="published_on")] == [a, b, c]
    assert [row["id"] for row in api.rows("sources/", ordering="title")] == [b, a, c]


@pytest.mark.parametrize("sources", [1, 3])
def test_list_costs_the_same_for_one_and_three(
    api: Api, django_assert_num_queries: DjangoAssertNumQueries, sources: int
) -> None:
    original = make_source(text=None)
    for _ in range(sources):
        make_source(original.negotiation, derived_from=original)
    # which rows, the rows, the originals, what they withhold
    with django_assert_num_queries(4):
        assert len(api.json("sources/")["results"]) == sources + 1
