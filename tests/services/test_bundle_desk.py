"""What the desk adds to a bundle: codebook entries, relations, merges, earlier texts. Old files import unchanged."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from positions.enums import Role
from positions.models import CodebookEntry, Negotiation, Relation, SourceText
from positions.queries.access import SYSTEM, reader_of
from positions.services.imports import import_bundle
from tests.factories import add_member
from tests.services.bundles import TEXT, Document, export, load, make_bundle, put, refused
from tests.services.test_bundle_round_trip import assert_round_trip

pytestmark = pytest.mark.django_db

OLD_TEXT = "Draft of the briefing.\nWe might accept the old border.\n" + TEXT
ENTRY = {
    "issue": "border",
    "definition": "Where the line runs",
    "proposal": "The old border is restored",
    "pole_for": "Restored",
    "pole_against": "The river line stays",
    "reference_point": "The river line",
    "rules": "A map is no stance.",
    "anchors": {
        "2": {"meaning": "Restore it", "examples": ["We want it back"]},
        "-2": {"meaning": "Never", "examples": []},
    },
}
RELATIONS = [
    {
        "kind": "contradicts",
        "statement": "told",
        "other": "families",
        "seen_by": "carol",
        "note": "The paper has it otherwise",
        "recorded_at": "2023-07-01T12:00:00Z",
        "retired_at": "2023-07-02T08:00:00Z",
        "withdrawal_reason": "The day was known",
    },
    {
        "kind": "contradicts",
        "statement": "told",
        "other": "families-2",
        "seen_by": "carol",
        "note": "The paper has it otherwise",
        "recorded_at": "2023-07-03T08:00:00Z",
    },
]


def make_desk_bundle() -> Document:
    """The bundle with everything the desk adds."""
    made = make_bundle()
    made["codebook"][1]["entries"] = [copy.deepcopy(ENTRY)]
    made["relations"] = [dict(entry) for entry in RELATIONS]
    told = next(statement for statement in made["statements"] if statement["key"] == "told")
    told["recorded_at"] = "2023-07-01T08:00:00Z"
    made["parties"].append({"slug": "nord", "name": "Nord", "merged_into": "north"})
    made["persons"].append({"slug": "adah", "name": "Adah", "merged_into": "ada"})
    made["issues"].append({"slug": "line", "title": "Line", "proposal": "A line", "merged_into": "border"})
    made["sources"][0]["earlier_texts"] = [
        {"text": OLD_TEXT, "extraction": "scan", "recorded_at": "2023-06-30T08:00:00Z"}
    ]
    made["statements"].append(
        {
            "key": "might",
            "source": "briefing",
            "text_version": 1,
            "anchor_status": "orphan",
            "start": 23,
            "end": 53,
            "exact": OLD_TEXT[23:53],
            "asserted_by": "north",
            "stated_on": "2023-03-01",
        }
    )
    return made


def test_everything_lands_and_comes_back() -> None:
    report = import_bundle(SYSTEM, make_desk_bundle())
    assert report.warnings == []
    entry = CodebookEntry.objects.select_related("version", "issue").get()
    assert (entry.version.version, entry.issue.slug, entry.rules) == (2, "border", "A map is no stance.")
    assert entry.anchors["-2"] == {"meaning": "Never", "examples": []}
    assert list(
        Relation.objects.order_by("recorded_at").values_list("statement__key", "other__key", "withdrawal_reason")
    ) == [("told", "families", "The day was known"), ("told", "families-2", "")]
    negotiation = report.negotiation
    might = negotiation.statements.select_related("text").get(key="might")
    assert might.text is not None
    assert (might.text.version, might.text.extraction, might.anchor_status) == (1, "scan", "orphan")
    assert [(t.version, t.text == TEXT) for t in SourceText.objects.filter(source__key="briefing")] == [
        (1, False),
        (2, True),
    ]
    merged = negotiation.issues.get(slug="line").merged_into
    assert merged is not None
    assert merged.slug == "border"
    assert [p.slug for p in negotiation.parties.filter(merged_into__slug="north")] == ["nord"]
    assert [p.slug for p in negotiation.persons.filter(merged_into__slug="ada")] == ["adah"]
    assert_round_trip()


def test_export_without_any_of_it_names_none_of_it() -> None:
    load(make_bundle())
    written = export()
    for word in ("relations", "entries", "merged_into", "earlier_texts", "text_version", "anchor_status"):
        assert f'"{word}"' not in written


def test_file_without_any_of_it_leaves_it_as_it_is() -> None:
    load(make_desk_bundle())
    before = export()
    old = make_bundle()
    told = next(statement for statement in old["statements"] if statement["key"] == "told")
    told["recorded_at"] = "2023-07-01T08:00:00Z"
    assert import_bundle(SYSTEM, old).counts == {}
    assert export() == before


def test_relation_withdrawn_in_the_next_file_is_retired() -> None:
    load(make_desk_bundle())
    document = make_desk_bundle()
    document["relations"][1] |= {"retired_at": "2023-08-01T08:00:00Z", "withdrawal_reason": "A slip"}
    assert import_bundle(SYSTEM, document).counts == {"changed": 1}
    assert Relation.objects.get(other__key="families-2").withdrawal_reason == "A slip"
    assert_round_trip()


def test_member_imports_relations_in_force_only() -> None:
    document = make_desk_bundle()
    plain = {key: value for key, value in document.items() if key != "relations"}
    load(plain)
    lead = reader_of(add_member(Negotiation.objects.get(slug="river-talks"), role=Role.LEAD))
    report = import_bundle(lead, document)
    assert [path for path, _ in report.warnings if path.startswith("relations")] == ["relations[0]"]
    assert list(Relation.objects.values_list("other__key", "seen_by", "retired_at")) == [("families-2", "carol", None)]


@pytest.mark.parametrize(
    ("path", "value", "place", "message"),
    [
        ("codebook[1].entries[0].issue", "nowhere", None, "no issue has the slug “nowhere”; add it to “issues”"),
        ("codebook[1].entries[0].proposal", "", None, "is empty"),
        ("codebook[1].entries", [ENTRY, ENTRY], "codebook[1].entries[1].issue", "“border” names an issue twice"),
        ("codebook[1].entries[0].anchors", {"3": {}}, "codebook[1].entries[0].anchors.3", "is no stance"),
        ("codebook[1].entries[0].anchors.2", "Yes", None, "must be an object, not text"),
        ("codebook[1].entries[0].anchors.2.examples[0]", 7, None, "must be text, not a number"),
        ("relations", {}, None, "must be a list, not an object"),
        ("relations[1].kind", "likes", None, "“likes” is none of responds_to"),
        ("relations[1].statement", "nowhere", None, "no statement has the key “nowhere”"),
        ("relations[1].other", "told", None, "is the statement itself"),
        ("relations[1].other", "families", None, "“families” is no longer in force: its relations end with it"),
        ("relations[1].recorded_at", "2023-07-01T09:00:00Z", None, "lies before the recorded_at of “families-2”"),
        ("relations[0].retired_at", "2023-07-02T09:00:00Z", None, "must not lie after the retired_at of “families”"),
        ("relations[1].seen_by", "x" * 151, None, "at most 150 characters"),
        ("parties[3].merged_into", "nowhere", None, "no party has the slug “nowhere”"),
        ("issues[2].merged_into", "nowhere", None, "no issue has the slug “nowhere”"),
        ("issues[0].merged_into", "line", None, "makes a circle of merges"),
        ("sources[0].earlier_texts[0].text", " ", None, "is empty"),
        ("sources[1].earlier_texts", [{"text": "x", "extraction": "y" * 61}], "sources[1].earlier_texts[0].extraction",
         "at most 60 characters"),
        ("sources[2].earlier_texts", [{"text": "x"}], None, "needs “text”, the newest version"),
        ("statements[7].text_version", 3, None, "the source has no text 3"),
        ("statements[7].text_version", None, "statements[7].anchor_status", "is orphan: give text_version"),
    ],
)  # fmt: skip
def test_refused_with_its_place(path: str, value: Any, place: str | None, message: str) -> None:
    problems = dict(refused(put(make_desk_bundle(), path, value)))
    assert message in problems.get(place or path, f"nothing at {place or path}: {problems}")


def test_two_relations_of_one_kind_at_one_instant_are_refused() -> None:
    document = make_desk_bundle()
    document["relations"].append(RELATIONS[1] | {"recorded_at": "2023-07-04T08:00:00Z"})
    assert [path for path, _ in refused(document)] == ["relations[2]"]


def test_other_entries_of_a_recorded_version_are_refused() -> None:
    load(make_desk_bundle())
    document = put(make_desk_bundle(), "codebook[1].entries[0].rules", "Another rule")
    assert [path for path, _ in refused(document)] == ["codebook[1].entries"]


def test_other_words_of_a_recorded_relation_are_refused() -> None:
    load(make_desk_bundle())
    document = put(make_desk_bundle(), "relations[1].note", "Otherwise")
    assert refused(document) == [
        ("relations[1]", "is recorded with another note; the record is corrected by a relation of its own")
    ]


def test_another_version_of_a_fixed_text_is_refused() -> None:
    load(make_bundle())
    document = make_bundle()
    document["sources"][0]["earlier_texts"] = [{"text": OLD_TEXT}]
    assert refused(document) == [
        (
            "sources[0].text",
            "its versions differ from those that are fixed for this source; add a new version at the desk",
        )
    ]


def test_statement_retired_by_a_file_that_does_not_know_its_relation_is_refused() -> None:
    load(make_desk_bundle())
    document = make_desk_bundle()
    del document["relations"]
    families = next(statement for statement in document["statements"] if statement["key"] == "families-2")
    families["retired_at"] = families["codings"][0]["retired_at"] = "2023-09-01T08:00:00Z"
    assert refused(document) == [
        ("statements[2].retired_at", "leaves a relation of it in force: it takes them with it")
    ]


def test_members_of_anchors_come_in_the_order_of_the_scale() -> None:
    document = make_desk_bundle()
    anchors = document["codebook"][1]["entries"][0]["anchors"]
    document["codebook"][1]["entries"][0] = ENTRY | {"anchors": dict(reversed(anchors.items()))}
    load(document)
    written = json.loads(export())["codebook"][1]["entries"][0]["anchors"]
    assert list(written) == ["2", "-2"]
