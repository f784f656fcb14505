"""``import_annotations``: what becomes of annotations, that they can come again, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from positions.enums import ConditionKind, Role
from positions.exceptions import BundleRefused, NotPermitted
from positions.models import Coding, Negotiation, Source, Statement
from positions.queries.access import SYSTEM, reader_of
from positions.services.annotations_import import AnnotationDefaults, import_annotations
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
from tests.management.test_exit_codes import Manage, manage
from tests.services.bundles import row_counts

__all__ = ["manage"]

pytestmark = pytest.mark.django_db

TEXT = "North speaks 🕊. We accept it.\nSouth speaks. We accept it. Later   they\nleft."
PAGE = "https://example.org/speech"


@pytest.fixture
def talks() -> Negotiation:
    negotiation = make_negotiation("talks")
    negotiation.parties.add(make_party("north", name="Northland"), make_party("south"))
    make_issue(negotiation, "transit", title="Transit of goods")
    make_issue(negotiation, "border")
    make_round(negotiation, 3)
    make_source(negotiation, key="speech", text=TEXT, url=f"{PAGE}/", published_on="2022-01-10")
    return negotiation


def quote(exact: str, **around: Any) -> dict[str, Any]:
    return {"type": "TextQuoteSelector", "exact": exact, **around}


def row(*tags: str, exact: str = "North speaks 🕊.", **fields: Any) -> dict[str, Any]:
    """An annotation as the API of Hypothesis has it."""
    number = fields.pop("number", 1)
    return {
        "id": f"h{number}",
        "created": "2023-03-01T10:00:00.000000+00:00",
        "updated": "2023-03-01T10:00:00.000000+00:00",
        "user": "acct:anna@hypothes.is",
        "uri": PAGE,
        "text": "",
        "tags": list(tags),
        "group": "__world__",
        "permissions": {"read": ["group:__world__"]},
        "document": {"title": ["A speech"]},
        "target": [
            {
                "source": PAGE,
                "selector": [
                    {"type": "RangeSelector", "startContainer": "/p[1]", "endContainer": "/p[1]", "startOffset": 0},
                    {"type": "TextPositionSelector", "start": 4711, "end": 4720},
                    quote(exact, **fields.pop("around", {})),
                ],
            }
        ],
        **fields,
    }


def bring(*entries: dict[str, Any], wrapped: Any = None, **defaults: str) -> dict[str, int]:
    document = wrapped if wrapped is not None else {"total": len(entries), "rows": list(entries)}
    report = import_annotations(SYSTEM, "talks", json.dumps(document).encode(), AnnotationDefaults(**defaults))
    return report.counts


def problems_of(*entries: dict[str, Any], wrapped: Any = None, **defaults: str) -> list[tuple[str, str]]:
    before = row_counts()
    with pytest.raises(BundleRefused) as refusal:
        bring(*entries, wrapped=wrapped, **defaults)
    assert row_counts() == before
    return refusal.value.problems


def test_hypothesis_becomes_statement_and_coding(talks: Negotiation, manage: Manage, tmp_path: Path) -> None:
    file = tmp_path / "export.json"
    entry = row(
        "party:Northland", "issue:transit", "stance:+1", "move:offer", "round:3", "important", 'condition:"they leave"',
        text="A clear offer.",
    )  # fmt: skip
    file.write_text(json.dumps({"export_date": "2023-03-02", "annotations": [entry]}))
    before = row_counts()
    done = manage("import_annotations", str(file), "--negotiation", "talks", "--dry-run")
    assert (done.code, row_counts()) == (0, before)
    assert done.out.startswith("Would import talks: ")
    done = manage("import_annotations", str(file), "--negotiation", "talks")
    assert done.code == 0, done.err
    assert done.out == "Imported talks: 1 codings, 1 conditions, 1 statements.\n"
    statement = Statement.objects.get()
    assert (statement.source.key, statement.start, statement.end, statement.exact) == (
        "speech",
        0,
        15,
        "North speaks 🕊.",
    )
    assert (statement.asserted_by.slug, statement.stated_on, statement.round.number) == ("north", "2022-01-10", 3)  # type: ignore[union-attr]
    coding = statement.codings.get()
    assert (coding.party.slug, coding.issue.slug, coding.stance, coding.move, coding.coder, coding.comment) == (
        "north", "transit", 1, "offer", "anna", "A clear offer.\nTags: important",
    )  # fmt: skip
    assert [(c.text, c.kind) for c in coding.conditions.all()] == [("they leave", ConditionKind.PRECONDITION)]
    after = row_counts()
    assert manage("import_annotations", str(file), "--negotiation", "talks").out == "Imported talks: nothing new.\n"
    assert row_counts() == after


def test_ambiguous_quotation_is_told_by_what_stands_around_it(talks: Negotiation) -> None:
    tags = ("by:south", "issue:transit stance:-2", "issue:border stance:0 party:north")
    assert problems_of(row(*tags, exact="We accept it.")) == [
        (
            "$.rows[0].target[0].selector",
            "“We accept it.” occurs 2 times, at 16, 44; give more of the words before and after it",
        )
    ]
    bring(row(*tags, exact="We accept it.", around={"prefix": "South\nspeaks. ", "suffix": " Later"}))
    statement = Statement.objects.get()
    assert (statement.start, statement.asserted_by.slug) == (44, "south")
    assert sorted(statement.codings.values_list("party__slug", "issue__slug", "stance")) == [
        ("north", "border", 0), ("south", "transit", -2),
    ]  # fmt: skip
    # white space as the page had it, not as the text has it
    bring(row("by:south", exact="Later they left.", number=2))
    assert Statement.objects.get(codings=None).exact == "Later   they\nleft."
    assert problems_of(row("by:south", exact="They never left."))[0][1] == (
        "the source's text does not contain “They never left.”"
    )


def test_several_people_on_one_passage_share_a_statement(talks: Negotiation) -> None:
    tags = ("party:north", "issue:transit", "stance:+2")
    other = row(
        "party:north",
        "issue:transit",
        "stance:+1",
        "status:submitted",
        number=2,
        user="acct:ben@hypothes.is",
        text="Rather +1.",
    )
    bring(row(*tags), row(*tags, number=3))
    bring(row(*tags), other)
    assert Statement.objects.count() == 1
    assert sorted(Coding.objects.values_list("coder", "stance")) == [("anna", 2), ("ben", 1)]
    ((place, words),) = problems_of(row("party:north", "issue:transit", "stance:0", user="acct:cleo@hypothes.is"))
    assert place == "$.rows[0]"
    assert words.startswith("two published codings of one statement, party and issue would be in force")
    assert problems_of(row("party:north", "issue:transit", "stance:-1")) == [
        ("$.rows[0]", "is recorded with another stance; the record is corrected by a coding that supersedes it")
    ]


def test_new_source_holds_the_passages_quoted(talks: Negotiation) -> None:
    entries = [
        row("by:north", "on:2022-02", uri="https://example.org/new#part", exact=words, number=number, text=words)
        for number, words in enumerate(("accept", "We accept it.", "Nothing else."))
    ]
    for entry, start in zip(entries, (40, 30, 10), strict=True):
        entry["target"][0]["selector"][1].update(start=start, end=start + 5)
    bring(*entries)
    source = Source.objects.exclude(key="speech").get()
    assert (source.key, source.url, source.title) == ("https://example.org/new", "https://example.org/new", "A speech")
    assert source.texts.get().text == "Nothing else.\n\nWe accept it.\n\naccept"
    assert sorted(source.statements.values_list("exact", "note", "start")) == [
        ("Nothing else.", "Nothing else.", 0), ("We accept it.", "We accept it.", 15), ("accept", "accept", 30),
    ]  # fmt: skip
    assert bring(*entries) == {}
    assert problems_of(row("by:north", "on:2022-02", uri="https://example.org/new", exact="More."))[0][1] == (
        "the source's text does not contain “More.”"
    )


def test_w3c_annotation_with_own_words(talks: Negotiation) -> None:
    document = {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": "http://example.org/anno/1",
        "type": "Annotation",
        "creator": {"type": "Person", "name": "Cleo"},
        "body": [
            {"type": "TextualBody", "purpose": "tagging", "value": "party:north issue:transit state:unclear"},
            {"type": "TextualBody", "format": "text/html", "value": "<p>no &amp; yes</p>"},
            "http://example.org/post",
        ],
        "target": [
            {"source": f"{PAGE}#top", "selector": {
                "type": "FragmentSelector", "value": "top", "refinedBy": quote("South speaks.")}},
            {"source": PAGE, "selector": {"type": "TextPositionSelector", "start": 0, "end": 12}},
            "http://example.org/video",
        ],
    }  # fmt: skip
    report = import_annotations(
        SYSTEM, "talks", json.dumps([document]).encode(), AnnotationDefaults(stated_on="2022-01-11")
    )
    assert report.warnings == []
    assert sorted(Statement.objects.values_list("exact", "source__key", "stated_on")) == [
        ("", "http://example.org/video", "2022-01-11"),
        ("North speaks", "speech", "2022-01-10"),
        ("South speaks.", "speech", "2022-01-10"),
    ]
    assert set(Coding.objects.values_list("state", "stance", "coder", "comment")) == {
        ("unclear", None, "Cleo", "no & yes\nhttp://example.org/post")
    }
    assert bring(wrapped=document, stated_on="2022-01-11") == {}


def test_what_is_given_out_can_be_taken_in_again(talks: Negotiation) -> None:
    source = Source.objects.get()
    statement = make_statement(
        source=source, exact="South speaks.", asserted_by=talks.parties.get(slug="south"), note="ours", credibility=2,
        speaker=make_person("jane"), speaker_label="an envoy", addressees=[talks.parties.get(slug="north")],
    )  # fmt: skip
    coding = make_coding(statement, issue=talks.issues.get(slug="border"), stance=-1, coder="anna", confidence="high")
    make_condition(coding, "if they leave", kind=ConditionKind.LINKAGE, falls_on=talks.parties.get(slug="north"))
    bare = make_statement(source=make_source(talks, text=None, key="vote", url="https://example.org/vote"))
    make_coding(bare, issue=talks.issues.get(slug="border"), stance=2)
    for reader in (None, add_member(talks, role=Role.ANALYST)):
        given = Api(reader).json("annotations/", negotiation="talks")
        before = row_counts()
        assert bring(wrapped=given) == {}
        assert row_counts() == before
    # into another negotiation that knows the source, with the same outside names
    other = make_negotiation("others")
    for party in (*talks.parties.all(), bare.asserted_by):
        other.parties.add(party)
    other.persons.add(statement.speaker)  # type: ignore[arg-type]
    make_issue(other, "border")
    import_annotations(SYSTEM, "others", json.dumps(given).encode())
    copied = {row.key: row for row in Statement.objects.filter(negotiation=other)}
    assert set(copied) == {statement.key, bare.key}
    assert (copied[statement.key].exact, copied[statement.key].speaker_label) == ("South speaks.", "an envoy")
    assert copied[statement.key].codings.get().conditions.get().kind == ConditionKind.LINKAGE


def test_everything_wrong_is_listed_at_its_place(talks: Negotiation) -> None:
    make_source(talks, key="other", url=PAGE)
    twice = "may stand in “other” or “speech”, which have this address: add a tag “source:” with the key"
    assert problems_of(
        row("party:nobody", "issue:transit", "stance:1"),
        row("party:north", "stance:1", "source:speech"),
        row("party:north", "issue:transit", "stance:7", "source:speech"),
        row("source:unknown", "by:north", "round:x"),
        row("source:speech"),
        row("by:north", "by:south", "source:speech"),
    ) == [
        ("$.rows[1]", "names no issue: add “issue:” to make it a coding"),
        ("$.rows[2]", "the stance must be -2, -1, 0, +1 or +2, not “7”"),
        ("$.rows[5].tags[1]", "“by:” is given twice, as “north” and “south”"),
        ("$.rows[0].target[0].selector", twice),
        ("$.rows[0]", "there is no party “nobody”; add it first"),
        ("$.rows[3]", "there is no source “unknown”; add it first, or leave “source:” out"),
        ("$.rows[3]", "“round:x” is not the number of a round"),
        ("$.rows[4]", "does not say who states it: add a tag “by:”, or say it for the whole file"),
    ]
    moves = "demand, appeal, offer, concession, rejection, threat, condition, concern, denial, vote, procedural"
    assert problems_of(row("party:north issue:transit stance:1 move:jump", "round:9", "source:speech")) == [
        ("$.rows[0].tags[0] move", f"“jump” is none of {moves}"),
        ("$.rows[0] round", "there is no round 9"),
    ]


@pytest.mark.parametrize(
    ("document", "place", "words"),
    [
        (b"{", "$", "is not JSON"),
        (b"[]", "$", "holds no annotations"),
        (b'"text"', "$", "must be an annotation"),
        (b"[1]", "$[0]", "must be an annotation"),
        (b'{"type": "Person"}', "$", "is no annotation"),
        (b'{"type": "Annotation"}', "$.target", "is missing"),
        (b'{"type": "Annotation", "target": 3}', "$.target", "must be an address or an object"),
        (b'{"type": "AnnotationCollection", "first": "http://example.org/1"}', "$.first", "nothing is fetched"),
        (b'{"type": "Annotation", "target": "a\\u0000b"}', "$.target", "contains a NUL character"),
        (b'{"rows": [{"uri": "\\ud800"}]}', "$.rows[0].uri", "contains a lone surrogate"),
        (b"[" * 100_000, "$", "is nested too deeply"),
    ],
)
def test_what_is_no_annotation_is_refused(talks: Negotiation, document: bytes, place: str, words: str) -> None:
    with pytest.raises(BundleRefused) as refusal:
        import_annotations(SYSTEM, "talks", document)
    ((path, message),) = refusal.value.problems
    assert path == place
    assert words in message


def test_answers_and_hidden_ones_are_left_aside(talks: Negotiation) -> None:
    document = {"rows": [row("by:north"), row(number=2, references=["h1"]), row(number=3, hidden=True)]}
    report = import_annotations(SYSTEM, "talks", json.dumps(document).encode())
    assert [place for place, _ in report.warnings] == ["$.rows[1]", "$.rows[2]"]
    assert Statement.objects.count() == 1


def test_only_who_may_write_imports(talks: Negotiation) -> None:
    content = json.dumps([row("by:north")]).encode()
    with pytest.raises(NotPermitted):
        import_annotations(reader_of(add_member(talks, role=Role.VIEWER)), "talks", content)
    analyst = reader_of(add_member(talks, role=Role.ANALYST))
    assert import_annotations(analyst, "talks", content).counts == {"statements": 1}
