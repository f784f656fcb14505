"""``annotations/``: statements as annotations of the W3C's model."""

from __future__ import annotations

from typing import Any

import pytest
from pyld import jsonld
from pytest_django import DjangoAssertNumQueries

from positions.enums import Attribution, CodingStatus, ConditionKind, Move, Role, TextAccess, Tlp
from positions.formats.webannotation.tags import read_tag
from positions.models import Statement
from positions.queries.access import reader_of
from positions.services.statements import correct_statement, facts_of
from tests.annotation_terms import AS, OA, RDF, load_terms, own, unknown_terms
from tests.api.conftest import Api
from tests.factories import (
    add_member,
    make_coding,
    make_condition,
    make_issue,
    make_negotiation,
    make_party,
    make_person,
    make_round,
    make_source,
    make_statement,
)

pytestmark = pytest.mark.django_db

TEXT = "The envoy 🕊 spoke. “We accept it,” she said.\nThe rest follows."
EXACT = "“We accept it,”"


def expand(document: dict[str, Any]) -> dict[str, Any]:
    """The one node that the document describes; nothing in it lacks a meaning."""
    assert unknown_terms(document) == set()
    (node,) = jsonld.expand(document, {"documentLoader": load_terms})
    return dict(node)


def make_annotated() -> Statement:
    negotiation = make_negotiation("talks")
    source = make_source(negotiation, text=TEXT, title="A “note”", tlp=Tlp.GREEN)
    statement = make_statement(
        source=source, exact=EXACT, asserted_by=make_party("north"), round=make_round(negotiation, 3),
        speaker=make_person("jane"), speaker_label="the envoy", stated_on="2022-01-09~", note="our own words", key="s1",
    )  # fmt: skip
    coding = make_coding(statement, issue=make_issue(negotiation, "border"), stance=2, move=Move.OFFER, red_line=True)
    make_condition(coding, 'if "they" leave\\stay', kind=ConditionKind.SEQUENCE)
    return statement


def test_one_annotation(api: Api) -> None:
    statement = make_annotated()
    coding = statement.codings.get()
    answer = api(f"annotations/{statement.pk}/")
    assert answer.status_code == 200
    assert answer["Content-Type"] == 'application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"'
    assert answer["X-TLP"] == "GREEN"
    document = answer.json()
    root = "http://testserver"
    source = f"{root}/sources/{statement.source_id}/"
    assert document["id"] == f"{root}/api/v1/annotations/{statement.pk}/"
    assert (document["type"], document["motivation"]) == ("Annotation", "classifying")
    assert document["created"] == "2022-02-01T00:00:00Z" or document["created"].endswith("Z")
    assert document["creator"] == {"type": "Organization", "name": f"Analysts of “{statement.negotiation.title}”"}
    start = TEXT.index(EXACT)
    assert document["target"] == {
        "type": "SpecificResource",
        "source": source,
        "selector": [
            {
                "type": "TextQuoteSelector", "exact": EXACT, "prefix": TEXT[max(0, start - 32) : start],
                "suffix": TEXT[start + len(EXACT) : start + len(EXACT) + 32],
            },
            {"type": "TextPositionSelector", "start": start, "end": start + len(EXACT)},
        ],
        "positions:text": {"id": f"{root}/api/v1/sources/{statement.source_id}/text/"},
        "positions:textVersion": 1,
    }  # fmt: skip
    said, read = document["body"]
    assert read_tag(said["value"]) == [
        ("by", "north"), ("on", "2022-01-09~"), ("round", "3"), ("speaker", "jane"), ("speaker_label", "the envoy"),
        ("directness", "verbatim"), ("attribution", "on_record"),
    ]  # fmt: skip
    assert read["id"] == f"{root}/api/v1/codings/{coding.pk}/"
    assert read_tag(read["value"]) == [
        ("party", "north"), ("issue", "border"), ("stance", "+2"), ("state", "coded"), ("move", "offer"),
        ("confidence", "medium"), ("red_line", "true"), ("sequence", 'if "they" leave\\stay'), ("status", "published"),
    ]  # fmt: skip
    assert "creator" not in read
    assert "our own words" not in answer.content.decode()

    node = expand(document)
    assert node["@type"] == [f"{OA}Annotation"]
    assert node[own("statement")] == [{"@id": f"{root}/statements/{statement.pk}/"}]
    assert node[own("marking")] == [{"@value": "TLP:GREEN"}]
    bodies = node[f"{OA}hasBody"]
    assert bodies[1][own("stance")] == [{"@value": 2}]
    assert bodies[1][own("party")] == [{"@value": "north"}]
    assert bodies[1][own("redLine")] == [{"@value": True}]
    assert bodies[1][f"{OA}hasPurpose"] == [{"@id": f"{OA}tagging"}]
    assert bodies[1][f"{RDF}value"][0]["@value"].startswith("party:north issue:border stance:+2 ")
    target = node[f"{OA}hasTarget"][0]
    assert target[f"{OA}hasSource"] == [{"@id": source}]
    assert {selector["@type"][0] for selector in target[f"{OA}hasSelector"]} == {
        f"{OA}TextQuoteSelector", f"{OA}TextPositionSelector",
    }  # fmt: skip


def test_offsets_are_those_of_the_canonical_text(api: Api) -> None:
    statement = make_annotated()
    text = api.json(f"sources/{statement.source_id}/text/")["text"]
    target = api.json(f"annotations/{statement.pk}/")["target"]
    quote, place = target["selector"]
    assert text[place["start"] : place["end"]] == quote["exact"] == EXACT
    assert text[place["start"] - len(quote["prefix"]) : place["start"]] == quote["prefix"]


def test_collection_and_its_pages(api: Api) -> None:
    source = make_source(make_negotiation("talks"), text="One. Two. Three. Four. Five.", title="Counted")
    for word in ("One.", "Two.", "Three.", "Four.", "Five."):
        make_coding(make_statement(source=source, exact=word))
    elsewhere = make_statement(make_negotiation("others"))
    make_coding(elsewhere)
    root = f"http://testserver/api/v1/annotations/?source={source.pk}"
    whole = api.json("annotations/", source=str(source.pk))
    assert (whole["type"], whole["id"], whole["total"], whole["label"]) == (
        "AnnotationCollection", root, 5, "Statements in “Counted”",
    )  # fmt: skip
    assert whole["last"] == whole["first"]["id"]
    assert "next" not in whole["first"]
    assert sorted(item["target"]["selector"][0]["exact"] for item in whole["first"]["items"]) == [
        "Five.", "Four.", "One.", "Three.", "Two.",
    ]  # fmt: skip

    collection = api.json("annotations/", source=str(source.pk), page_size=2)
    node = expand(collection)
    assert node["@type"] == [f"{AS}OrderedCollection"]
    assert len(node[f"{AS}first"][0][f"{AS}items"][0]["@list"]) == 2
    page, seen, pages = api.json(collection["first"]["id"]), [], []
    assert page["items"] == collection["first"]["items"]
    assert "prev" not in page
    while True:
        assert (page["type"], page["partOf"]) == ("AnnotationPage", root)
        assert expand(page)["@type"] == [f"{AS}OrderedCollectionPage"]
        pages.append(page["id"])
        seen += [item["id"] for item in page["items"]]
        if "next" not in page:
            break
        following = api.json(page["next"])
        assert api.json(following["prev"])["items"] == page["items"]
        page = following
    assert len(pages) == 3
    assert collection["last"] == pages[-1]
    assert seen == [item["id"] for item in whole["first"]["items"]]
    assert len(set(seen)) == 5
    assert api.json("annotations/", negotiation="others")["total"] == 1
    assert api.json("annotations/", negotiation="others", issue=elsewhere.negotiation.issues.get().slug)["total"] == 1


def test_nothing_to_annotate(api: Api) -> None:
    source = make_source(make_negotiation("talks"))
    document = api.json("annotations/", source=str(source.pk))
    assert (document["total"], document["first"]["items"]) == (0, [])
    assert document["first"]["id"] == document["last"]
    assert api.errors("annotations/", source="00000000-0000-4000-8000-000000000000") == {
        "source": ["there is no source “00000000-0000-4000-8000-000000000000”"]
    }
    assert set(api.errors("annotations/", source="one", isue="x")) == {"source", "isue"}
    hidden = make_source(make_negotiation(visibility="restricted"))
    assert api.errors("annotations/", source=str(hidden.pk)) == {"source": [f"there is no source “{hidden.pk}”"]}
    assert api("annotations/", negotiation="nowhere").status_code == 404
    assert api("annotations/not-an-id/").status_code == 404
    assert api.client.post("/api/v1/annotations/", {}, format="json").status_code in (401, 405)


def test_what_ground_rules_keep_back_is_absent() -> None:
    negotiation = make_negotiation("talks")
    issue = make_issue(negotiation, "border")
    deep = make_statement(negotiation, exact="Deep words.", attribution=Attribution.DEEP_BACKGROUND)
    around = make_source(negotiation, text="Before. Quoted words. After.", text_access=TextAccess.MEMBERS)
    quoted = make_statement(source=around, exact="Quoted words.", speaker_label="an aide",
                            attribution=Attribution.ON_BACKGROUND)  # fmt: skip
    off = make_statement(negotiation, exact="Off the record.", attribution=Attribution.OFF_RECORD)
    for statement in (deep, quoted, off):
        make_coding(statement, issue=issue, coder="anna")
    api = Api()
    document = api.json(f"annotations/{deep.pk}/")
    assert document["target"] == f"http://testserver/sources/{deep.source_id}/"
    assert "Deep words" not in str(document)
    document = api.json(f"annotations/{quoted.pk}/")
    assert document["target"]["selector"][0] == {"type": "TextQuoteSelector", "exact": "Quoted words."}
    assert "an aide" not in str(document)
    assert "anna" not in str(document)
    assert api(f"annotations/{off.pk}/").status_code == 404
    assert api.json("annotations/", negotiation="talks")["total"] == 2
    inside = Api(add_member(negotiation, role=Role.ANALYST))
    assert inside.json("annotations/", negotiation="talks")["total"] == 3
    document = inside.json(f"annotations/{deep.pk}/")
    assert document["target"]["selector"][0]["exact"] == "Deep words."
    assert document["body"][1]["creator"] == {"type": "Person", "name": "anna"}


def test_only_what_is_in_force_is_listed(api: Api) -> None:
    statement = make_annotated()
    member = add_member(statement.negotiation, role=Role.LEAD)
    make_coding(statement, issue=make_issue(statement.negotiation, "tariffs"), status=CodingStatus.DRAFT)
    assert len(api.json(f"annotations/{statement.pk}/")["body"]) == 2
    assert [read_tag(body["value"])[-1] for body in Api(member).json(f"annotations/{statement.pk}/")["body"][1:]] == [  # type: ignore[index]
        ("status", "published"), ("status", "draft"),
    ]  # fmt: skip
    new = correct_statement(reader_of(member), statement, facts_of(statement), "misread")
    listed = api.json("annotations/", source=str(statement.source_id))["first"]["items"]
    assert [item["positions:statement"]["id"] for item in listed] == [f"http://testserver/statements/{new.pk}/"]
    old = api.json(f"annotations/{statement.pk}/")
    assert old["positions:supersededBy"] == str(new.pk)
    assert expand(old)[own("retiredAt")] == [{"@value": old["positions:retiredAt"]}]


def test_media_types_and_etags(api: Api) -> None:
    statement = make_annotated()
    address = f"/api/v1/annotations/{statement.pk}/"
    profile = 'application/ld+json; profile="http://www.w3.org/ns/anno.jsonld"'
    for accept, media in (
        ("*/*", profile), ("application/ld+json", profile), (profile, profile),
        ("application/json", "application/json"),
    ):  # fmt: skip
        answer = api.client.get(address, headers={"Accept": accept})
        assert (answer.status_code, answer["Content-Type"]) == (200, media), accept
    assert api.client.get(address, headers={"Accept": "text/turtle"}).status_code == 406
    etag = api(address)["ETag"]
    assert api.client.get(address, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize("count", [1, 3])
def test_annotations_cost_the_same_queries_however_many(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    source = make_source(make_negotiation("talks"), text="One. Two. Three.")
    issue = make_issue(source.negotiation)
    for word in ("One.", "Two.", "Three.")[:count]:
        make_coding(make_statement(source=source, exact=word, addressees=[make_party()]), issue=issue, conditions=["x"])
    api = Api(add_member(source.negotiation, role=Role.VIEWER))
    with django_assert_num_queries(11):
        assert api.json("annotations/", source=str(source.pk))["total"] == count
