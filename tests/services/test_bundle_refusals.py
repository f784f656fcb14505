"""Bad bundles are refused with place and reason, and nothing of them is written."""

# ruff: noqa: E501 - one case a line

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from positions.enums import Role
from positions.exceptions import NotPermitted, NotVisible
from positions.models import Source
from positions.queries.access import SYSTEM, Reader, reader_of
from positions.services.imports import import_bundle
from positions.validators import MAX_TEXT_CHARACTERS
from tests.factories import add_member, make_negotiation, make_party, make_source, make_user
from tests.services.bundles import Document, drop, load, make_bundle, put, refused, row_counts

pytestmark = pytest.mark.django_db

OFFER = "statements[0].codings[1]"


def article(noun: str) -> str:
    return "an" if noun == "issue" else "a"


def changed(path: str, value: Any) -> Document:
    return put(make_bundle(), path, value)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        # wrong types, wherever they stand
        ("negotiation", [], "must be an object, not a list"),
        ("parties", {}, "must be a list, not an object"),
        ("parties[1]", "south", "must be an object, not text"),
        ("statements[0].start", "0", "must be a whole number, not text"),
        ("statements[0].end", 54.0, "must be a whole number, not a fraction"),
        ("statements[0].exact", 54, "must be text, not a number"),
        ("statements[0].codings", "none", "must be a list, not text"),
        (f"{OFFER}.red_line", "yes", "must be true or false, not text"),
        (f"{OFFER}.stance", True, "must be a whole number, not true or false"),
        (f"{OFFER}.conditions[0]", [], "must be an object, not a list"),
        ("issues[0].keywords[1]", 7, "must be text, not a number"),
        ("rounds[0].starts_on", "March", "“March” is not a day; write 2022-01-09"),
        # outside the vocabularies
        ("negotiation.visibility", "secret", "“secret” is none of public, internal, restricted"),
        ("parties[0].kind", "kingdom", "“kingdom” is none of state, alliance, igo, bloc, non_state, secretariat, mediator, media"),
        ("sources[0].reliability", "G", "“G” is none of A, B, C, D, E, F"),
        ("sources[0].tlp", "red", "“red” is none of CLEAR, GREEN, AMBER, AMBER+STRICT, RED"),
        (f"{OFFER}.state", "maybe", "“maybe” is none of coded, unclear, abstained, absent"),
        (f"{OFFER}.status", "final", "“final” is none of draft, submitted, published, rejected"),
        (f"{OFFER}.conditions[0].kind", "hope", "“hope” is none of reciprocity, precondition, sequence, participation, linkage, trigger"),
        (f"{OFFER}.conditions[0].statuses[0].status", "done", "“done” is none of open, met, failed, withdrawn"),
        # unknown names
        ("statements[0].asserted_by", "east", "no party has the slug “east”; add it to “parties”"),
        ("statements[0].addressees[0]", "east", "no party has the slug “east”; add it to “parties”"),
        ("statements[0].speaker", "eve", "no person has the slug “eve”; add them to “persons”"),
        ("statements[0].round", 9, "there is no round 9"),
        ("statements[0].source", "letter", "no source has the key “letter”"),
        (f"{OFFER}.party", "east", "no party has the slug “east”; add it to “parties”"),
        (f"{OFFER}.issue", "fishing", "no issue has the slug “fishing”; add it to “issues”"),
        (f"{OFFER}.codebook", 3, "there is no version 3 of the codebook"),
        (f"{OFFER}.conditions[0].falls_on", "east", "no party has the slug “east”; add it to “parties”"),
        (f"{OFFER}.conditions[0].statuses[0].statement", "nothing", "no statement has the key “nothing”"),
        (f"{OFFER}.supersedes", "nothing", "no coding has the key “nothing”"),
        ("statements[2].supersedes", "nothing", "no statement has the key “nothing”"),
        ("rounds[0].delegations[1].party", "east", "no party has the slug “east”; add it to “parties”"),
        ("rounds[0].delegations[0].head", "eve", "no person has the slug “eve”; add them to “persons”"),
        ("rounds[0].delegations[0].members[0].person", "eve", "no person has the slug “eve”; add them to “persons”"),
        ("persons[0].appointments[0].party", "east", "no party has the slug “east”; add it to “parties”"),
        ("issues[1].parent", "fishing", "no issue has the slug “fishing”"),
        # quotations
        ("statements[0].exact", "We accept nothing", "the quotation is not what stands at 0 to 54: the text has “We accept the old border if the South withdraws first.”, not “We accept nothing”"),
        ("statements[5].exact", "Words it does not have", "the source's text does not contain “Words it does not have”"),
        ("statements[5].exact", "e", "“e” occurs more than once, at 2 and 13; give start and end"),
        # the scale
        (f"{OFFER}.stance", 7, "7 is not on the scale; use −2, −1, 0, +1 or +2"),
        (f"{OFFER}.stance", None, "a coded reading needs a stance from −2 to +2"),
        (f"{OFFER}.stance", 2, "an offer that depends on a condition is at most ±1"),
        (f"{OFFER}.stance", -2, "an offer that depends on a condition is at most ±1"),
        ("statements[0].codings[2].stance", 0, "a reading in state “unclear” carries no stance; leave it empty"),
        # dates
        ("statements[0].stated_on", "soon", "“soon” is not an EDTF date; write 2022-01-09, 2022-01-09~, 2022-01 or 2022-01-28/2022-02-01"),
        ("statements[6].stated_on", "2023-03-06", "“2023-03-06” lies after the source's publication (2023-03-05)"),
        ("sources[0].published_on", "2023-03/..", "“2023-03/..” has an open end; give the last day that is possible"),
        ("rounds[0].ends_on", "2023-02-01", "lies before starts_on"),
        ("persons[0].appointments[0].ends_on", "2022-01-01", "lies before starts_on"),
        # values that no row can hold
        ("statements[0].key", "k" * 201, "is longer than 200 characters"),
        ("statements[3].group", "g" * 201, "Ensure this value has at most 200 characters (it has 201)."),
        ("rounds[0].delegations[0].members[0].title", "t" * 301, "Ensure this value has at most 300 characters (it has 301)."),
        ("sources[0].title", "t" * 501, "Ensure this value has at most 500 characters (it has 501)."),
        (f"{OFFER}.coder", "c" * 151, "Ensure this value has at most 150 characters (it has 151)."),
        ("negotiation.title", "t" * 301, "Ensure this value has at most 300 characters (it has 301)."),
        ("negotiation.slug", "River Talks", "“River Talks” is not a slug: use lower-case letters, digits and single hyphens"),
        ("sources[0].url", "javascript:alert(1)", "Enter a valid URL."),
        ("sources[0].language", "english!", "Use a BCP 47 language tag such as “en”, “ru” or “zh-Hant”."),
        ("parties[0].iso3", "no", "use the three capital letters of ISO 3166, such as NAM for Namibia"),
        ("parties[0].wikidata_id", "159", "Use a Wikidata item id such as “Q159”."),
        ("parties[0].aliases[0].language", "e", "Use a BCP 47 language tag such as “en”, “ru” or “zh-Hant”."),
        ("statements[0].credibility", 7, "Value 7 is not a valid choice."),
        ("rounds[1].number", -1, "cannot be negative"),
        ("codebook[0].version", 0, "counts from 1"),
        ("statements[0].start", 10**12, "is too large a number"),
        # NUL, lone surrogates, emptiness
        ("sources[1].text", "a\x00b", "contains a NUL character at offset 1; remove it"),
        ("sources[1].text", "a\udc80b", "contains a lone surrogate at offset 1; save the text as UTF-8 and try again"),
        ("sources[2].text", " \n\t", "holds only white space; leave it out where a source has no text"),
        ("statements[0].note", "\x00", "contains a NUL character at offset 0; remove it"),
        ("statements[0].speaker_label", "\ud83d", "contains a lone surrogate at offset 0; save the text as UTF-8 and try again"),
        (f"{OFFER}.conditions[0].text", "if\x00", "contains a NUL character at offset 2; remove it"),
        (f"{OFFER}.conditions[0].text", " ", "is empty"),
        (f"{OFFER}.reason", "\ud83d", "contains a lone surrogate at offset 0; save the text as UTF-8 and try again"),
        ("issues[0].proposal", "", "is empty"),
    ],
)  # fmt: skip
def test_one_fault_is_refused_at_its_place(path: str, value: Any, message: str) -> None:
    problems = refused(changed(path, value))
    assert dict(problems)[path if "aliases" not in path else "parties[0].aliases[0].language"] == message


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (
            changed("statements[0].end", 10_000),
            [("statements[0].end", "10000 lies beyond the end of the text, which has 152 characters")],
        ),
        (
            changed("statements[0].start", -1),
            [("statements[0].start", "a passage needs 0 ≤ start < end, not -1 and 54")],
        ),
        (
            changed("statements[0].start", 54),
            [("statements[0].start", "a passage needs 0 ≤ start < end, not 54 and 54")],
        ),
        (drop(make_bundle(), "statements[0].end"), [("statements[0].end", "give both start and end, or neither")]),
        (drop(make_bundle(), "statements[0].start"), [("statements[0].start", "give both start and end, or neither")]),
        (changed("statements[6].exact", "aye"), [("statements[6].exact", "the source has no text to quote from")]),
        (drop(make_bundle(), "statements[0].asserted_by"), [("statements[0].asserted_by", "is missing")]),
        (drop(make_bundle(), "statements[0].stated_on"), [("statements[0].stated_on", "is missing")]),
        (changed("statements[0].stated_on", None), [("statements[0].stated_on", "is null; it must be text")]),
    ],
)
def test_one_fault_is_the_only_problem(document: Document, expected: list[tuple[str, str]]) -> None:
    assert refused(document) == expected


@pytest.mark.parametrize(
    ("path", "twin", "noun", "name"),
    [
        ("parties[1].slug", "parties[0]", "party", "north"),
        ("persons[1].slug", "persons[0]", "person", "ada"),
        ("issues[1].slug", "issues[0]", "issue", "border"),
        ("rounds[1].number", "rounds[0]", "round", 1),
        ("sources[1].key", "sources[0]", "source", "briefing"),
        ("codebook[1].version", "codebook[0]", "codebook version", 1),
        ("statements[3].key", "statements[0]", "statement", "offer"),
        ("statements[5].codings[0].key", "statements[0].codings[0]", "coding", "offer-old"),
    ],
)
def test_one_name_twice_is_refused_with_the_place_of_the_first(
    path: str, twin: str, noun: str, name: str | int
) -> None:
    assert (path, f"“{name}” names {article(noun)} {noun} twice; the first is {twin}") in refused(changed(path, name))


@pytest.mark.parametrize("kind", ["issues", "rounds", "sources", "statements", "statements[0].codings"])
def test_one_id_twice_is_refused(kind: str) -> None:
    same = "11111111-1111-1111-1111-111111111111"
    document = put(changed(f"{kind}[0].id", same), f"{kind}[1].id", same)
    noun = kind.rpartition(".")[2].removesuffix("s")
    assert (f"{kind}[1].id", f"“{same}” names {article(noun)} {noun} twice; the first is {kind}[0]") in refused(
        document
    )


def test_every_error_is_listed_at_once() -> None:
    document = changed("statements[0].exact", "nothing of the kind")
    put(document, "statements[6].codings[0].stance", 7)
    put(document, "parties[0].kind", "kingdom")
    put(document, "statements[5].codings[0].party", "east")
    assert sorted(place for place, _ in refused(document)) == [
        "parties[0].kind",
        "statements[0].exact",
        "statements[5].codings[0].party",
        "statements[6].codings[0].stance",
    ]


def test_coding_below_a_bad_quotation_is_checked_too() -> None:
    document = put(changed("statements[0].exact", "nothing of the kind"), f"{OFFER}.stance", 7)
    assert [place for place, _ in refused(document)] == ["statements[0].exact", f"{OFFER}.stance"]


# ---------------------------------------------------------------- the document


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("", [("$", "is not JSON: Expecting value at line 1, column 1")]),
        ("{", [("$", "is not JSON: Expecting property name enclosed in double quotes at line 1, column 2")]),
        ("[]", [("$", "must be an object")]),
        ("null", [("$", "must be an object")]),
        ("{}", [("format", "must be “positions-bundle/1”")]),
        ('{"format": "positions-bundle/2"}', [("format", "must be “positions-bundle/1”")]),
        ('{"format": ["positions-bundle/1"]}', [("format", "must be “positions-bundle/1”")]),
        ('{"format": "positions-bundle/1", "format": "x"}', [("$", "one object holds the key “format” twice")]),
        ('{"format": NaN}', [("$", "NaN is not JSON")]),
        (b"\xff\xfe", [("$", "is not UTF-8: byte 0 cannot be read")]),
        pytest.param('{"a":' * 100_000, [("$", "is nested too deeply")], id="deep objects"),
    ],
)
def test_document_that_is_no_bundle_is_refused(document: str | bytes, expected: list[tuple[str, str]]) -> None:
    assert refused(document) == expected


def test_bundle_without_negotiation_is_refused() -> None:
    problems = refused(drop(make_bundle(), "negotiation"))
    assert problems[0] == ("negotiation", "is missing")


def test_byte_order_mark_is_taken() -> None:
    assert load(b"\xef\xbb\xbf" + json.dumps(make_bundle()).encode()).slug == "river-talks"


def test_text_document_with_a_lone_surrogate_where_nobody_reads_is_taken() -> None:
    assert load(json.dumps(changed("negotiation.\ud800", 1), ensure_ascii=False)).slug == "river-talks"


def test_unknown_member_is_a_warning_with_its_path() -> None:
    report = import_bundle(SYSTEM, changed("statements[0].asserted_bye", "x"))
    assert report.warnings == [("statements[0].asserted_bye", "is not read; is the name right?")]


# ---------------------------------------------------------------- history


def test_retirement_before_its_record_is_refused() -> None:
    document = changed("statements[0].codings[0].retired_at", "2023-07-01T08:59:59Z")
    assert ("statements[0].codings[0].retired_at", "is not later than recorded_at") in refused(document)


def test_retirement_at_the_very_instant_of_its_record_is_refused() -> None:
    document = changed("statements[1].retired_at", "2023-07-01T08:00:00Z")
    assert ("statements[1].retired_at", "is not later than recorded_at") in refused(document)


def test_retirement_before_the_import_of_what_is_recorded_now_is_refused() -> None:
    document = changed("statements[5].codings[0].retired_at", "2020-01-01T00:00:00Z")
    assert refused(document) == [("statements[5].codings[0].retired_at", "is not later than recorded_at")]


@pytest.mark.parametrize("path", ["statements[5]", "statements[5].codings[0]"])
def test_retirement_before_what_is_already_on_record_is_refused(path: str) -> None:
    load(make_bundle())
    assert (f"{path}.retired_at", "is not later than recorded_at") in refused(
        changed(f"{path}.retired_at", "2020-01-01T00:00:00Z")
    )


def test_two_published_codings_in_force_at_one_instant_are_refused() -> None:
    document = changed("statements[0].codings[0].retired_at", "2023-07-03T09:00:01Z")
    drop(document, f"{OFFER}.supersedes")
    assert refused(document) == [
        (
            OFFER,
            "two published codings of one statement, party and issue would be in force at one instant; the other is statements[0].codings[0]",
        )
    ]


def test_published_coding_beside_one_on_record_is_refused() -> None:
    load(make_bundle())
    document = make_bundle()
    document["statements"][6]["codings"] = [
        {"key": "vote-2", "party": "south", "issue": "transit", "stance": 1, "coder": "eve"}
    ]
    assert refused(document) == [
        (
            "statements[6].codings[0]",
            "two published codings of one statement, party and issue would be in force at one instant; the other is vote-1",
        )
    ]


def test_superseding_what_is_still_in_force_is_refused() -> None:
    document = changed("statements[5].codings[0].supersedes", "vote-1")
    assert refused(document) == [
        ("statements[5].codings[0].supersedes", "“vote-1” must be retired by the time this one is recorded")
    ]


def test_superseding_itself_is_refused() -> None:
    assert refused(changed("statements[5].supersedes", "told")) == [
        ("statements[5].supersedes", "names the record itself")
    ]


def test_coding_that_outlives_its_statement_is_refused() -> None:
    document = drop(make_bundle(), "statements[1].codings[0].retired_at")
    assert (
        "statements[1].codings[0].retired_at",
        "must not lie after its statement's retired_at: a statement takes its codings with it",
    ) in refused(document)


def test_coding_older_than_its_statement_is_refused() -> None:
    document = changed("statements[0].codings[0].recorded_at", "2023-07-01T07:00:00Z")
    assert refused(document) == [("statements[0].codings[0].recorded_at", "lies before its statement's recorded_at")]


@pytest.mark.parametrize("leave_out", [True, False])
def test_retiring_a_statement_and_not_its_coding_on_record_is_refused(leave_out: bool) -> None:
    load(make_bundle())
    document = changed("statements[6].retired_at", "2100-01-01T00:00:00Z")
    if leave_out:
        document["statements"][6]["codings"] = []
    assert refused(document) == [
        ("statements[6].retired_at", "leaves its coding “vote-1” in force: a statement takes its codings with it")
    ]


def test_recorded_instant_of_what_is_not_published_is_refused() -> None:
    document = changed("statements[0].codings[3].recorded_at", "2023-07-01T09:00:00Z")
    assert refused(document) == [
        ("statements[0].codings[3].recorded_at", "only a published coding has one, and this is submitted")
    ]


def test_published_coding_is_never_rejected_by_a_file() -> None:
    load(make_bundle())
    assert refused(changed("statements[6].codings[0].status", "rejected")) == [
        ("statements[6].codings[0].status", "is published already; what is published is withdrawn, never rejected")
    ]


# ---------------------------------------------------------------- circles and repetitions


def test_source_derived_from_itself_is_refused() -> None:
    document = changed("sources[0].derived_from", {"source": "briefing", "kind": "report"})
    assert (
        "sources[0].derived_from",
        "closes a circle: a source cannot derive from itself, directly or through others",
    ) in refused(document)


def test_circle_of_derived_sources_is_refused() -> None:
    document = changed("sources[0].derived_from", {"source": "roll", "kind": "report"})
    put(document, "sources[2].derived_from", {"source": "paper", "kind": "report"})
    assert {place for place, _ in refused(document)} == {f"sources[{n}].derived_from" for n in range(3)}


def chain(**parents: str | None) -> Document:
    document = make_bundle()
    document["statements"] = []
    document["sources"] = [
        {"key": key, "title": key, "derived_from": {"source": parent, "kind": "report"} if parent else None}
        for key, parent in parents.items()
    ]
    return document


def test_circle_that_closes_through_the_record_is_refused() -> None:
    load(chain(a="x", x=None, y=None))
    assert {place for place, _ in refused(chain(x="y", y="a"))} == {
        "sources[0].derived_from",
        "sources[1].derived_from",
    }


@pytest.mark.parametrize("turned", [{"b": "a", "a": None}, {"a": None, "b": "a"}])
def test_chain_turned_round_is_no_circle(turned: dict[str, str | None]) -> None:
    load(chain(b=None, a="b"))
    load(chain(**turned))
    assert dict(Source.objects.values_list("key", "derived_from__key")) == {"a": None, "b": "a"}


def test_unknown_parent_source_is_refused() -> None:
    assert refused(changed("sources[1].derived_from.source", "wire")) == [
        ("sources[1].derived_from.source", "no source has the key “wire”")
    ]


def test_circle_of_issues_is_refused() -> None:
    assert {place for place, _ in refused(changed("issues[0].parent", "transit"))} == {
        "issues[0].parent",
        "issues[1].parent",
    }


def test_issues_turned_round_are_no_circle() -> None:
    load(make_bundle())
    load(put(changed("issues[0].parent", "transit"), "issues[1].parent", None))


def test_same_text_publisher_and_date_is_the_same_document() -> None:
    document = make_bundle()
    document["sources"].append({**document["sources"][0], "key": "again"})
    assert refused(document) == [
        (
            "sources[3].text",
            "is the same as that of source “briefing”, with the same publisher and date: it is the same document",
        )
    ]


def test_same_text_of_another_publisher_is_taken() -> None:
    document = make_bundle()
    document["sources"].append({**document["sources"][0], "key": "again", "publisher": "South"})
    load(document)


def test_party_twice_at_a_round_is_refused() -> None:
    document = make_bundle()
    document["rounds"][0]["delegations"].append({"party": "north", "head": None, "members": []})
    assert refused(document) == [("rounds[0].delegations[2].party", "“north” is at this round twice")]


def test_person_twice_in_a_delegation_is_refused() -> None:
    document = make_bundle()
    document["rounds"][0]["delegations"][0]["members"] *= 2
    assert refused(document) == [("rounds[0].delegations[0].members", "name each person once")]


def test_alias_twice_is_refused() -> None:
    document = make_bundle()
    document["parties"][0]["aliases"] *= 2
    assert refused(document) == [("parties[0].aliases[1]", "is listed twice")]


def test_addressee_twice_is_one_addressee() -> None:
    statement = load(changed("statements[0].addressees", ["south", "south"])).statements.get(key="offer")
    assert [party.slug for party in statement.addressees.all()] == ["south"]


def test_two_entries_of_one_passage_without_keys_are_refused() -> None:
    document = make_bundle()
    entry = {"source": "paper", "exact": "the paper says", "asserted_by": "gazette", "stated_on": "2023-03-03"}
    document["statements"] += [dict(entry), dict(entry)]
    assert refused(document) == [("statements[8]", "is the same statement as statements[7]")]


# ---------------------------------------------------------------- what the record holds already


@pytest.mark.parametrize(
    ("path", "value", "place", "message"),
    [
        ("statements[0].note", "m", "statements[0]", "is recorded with another note; the record is corrected by a statement that supersedes it"),
        ("statements[0].addressees", [], "statements[0]", "is recorded with another addressees; the record is corrected by a statement that supersedes it"),
        ("statements[5].stated_on", "2023-03-03", "statements[5]", "is recorded with another stated_on; the record is corrected by a statement that supersedes it"),
        (f"{OFFER}.stance", -1, OFFER, "is recorded with another stance; the record is corrected by a coding that supersedes it"),
        (f"{OFFER}.red_line", False, OFFER, "is recorded with another red_line; the record is corrected by a coding that supersedes it"),
        (f"{OFFER}.conditions[0].text", "other", f"{OFFER}.conditions", "are recorded otherwise; the record is corrected by a coding that supersedes it"),
        ("sources[1].text", "Another text. The North accepts the old border", "sources[1].text", "differs from the text that is fixed for this source; a fixed text never changes"),
        ("issues[0].proposal", "Other", "issues[0].proposal", "is frozen: codings of this issue are published; add a new issue for what +2 is to mean now"),
        ("issues[0].pole_for", "Other", "issues[0].pole_for", "is frozen: codings of this issue are published; add a new issue for what +2 is to mean now"),
        ("issues[0].pole_against", "Other", "issues[0].pole_against", "is frozen: codings of this issue are published; add a new issue for what +2 is to mean now"),
        ("codebook[0].text", "Other", "codebook[0].text", "version 1 of the codebook is recorded with another text; add a new version"),
    ],
)  # fmt: skip
def test_record_is_never_changed_by_a_file(path: str, value: Any, place: str, message: str) -> None:
    load(make_bundle())
    assert refused(changed(path, value)) == [(place, message)]


def test_coding_key_of_another_statement_is_refused() -> None:
    load(make_bundle())
    document = make_bundle()
    document["statements"][6]["codings"], document["statements"][5]["codings"] = (
        document["statements"][5]["codings"],
        [],
    )
    assert refused(document) == [("statements[6].codings[0]", "“told-1” is recorded as a coding of another statement")]


def test_source_dated_before_its_statements_is_refused() -> None:
    load(make_bundle())
    document = changed("sources[2].published_on", "2023-03-01")
    document["statements"] = []
    assert refused(document) == [
        ("sources[2].published_on", "statement vote: “2023-03-05” lies after the source's publication (2023-03-01)")
    ]


# ---------------------------------------------------------------- texts beside the file


def with_text_file(name: Any) -> Document:
    document = make_bundle()
    document["sources"][2]["text_file"] = name
    return document


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bundle's folder with all kinds of traps in it, and a secret outside."""
    inside = tmp_path / "bundle"
    (inside / "texts").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("secret")
    (inside / "texts" / "good.txt").write_text("Aye\r\nNay\rAbstain\n", newline="")
    (inside / "latin.txt").write_bytes("caf\xe9".encode("latin-1"))
    (inside / "nul.txt").write_bytes(b"a\x00b")
    (inside / "blank.txt").write_text(" \n")
    (inside / "escape.txt").symlink_to(tmp_path / "secret.txt")
    (inside / "up").symlink_to(tmp_path)
    (inside / "loop").symlink_to("pool")
    (inside / "pool").symlink_to("loop")
    (inside / "within.txt").symlink_to("texts/good.txt")
    return inside


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("../../etc/passwd", "“../../etc/passwd” lies outside the bundle's folder"),
        ("../secret.txt", "“../secret.txt” lies outside the bundle's folder"),
        ("/etc/passwd", "“/etc/passwd” lies outside the bundle's folder"),
        ("texts/../../secret.txt", "“texts/../../secret.txt” lies outside the bundle's folder"),
        ("escape.txt", "“escape.txt” lies outside the bundle's folder"),
        ("up/secret.txt", "“up/secret.txt” lies outside the bundle's folder"),
        ("..", "“..” lies outside the bundle's folder"),
        ("texts", "“texts” cannot be read; is it beside the bundle?"),
        (".", "“.” cannot be read; is it beside the bundle?"),
        ("missing.txt", "“missing.txt” cannot be read; is it beside the bundle?"),
        ("loop", "“loop” cannot be read; is it beside the bundle?"),
        pytest.param("n" * 5000, f"“{'n' * 80}” cannot be read; is it beside the bundle?", id="long name"),
        ("latin.txt", "“latin.txt” is not UTF-8: byte 3 cannot be read"),
        ("nul.txt", "contains a NUL character at offset 1; remove it"),
        ("blank.txt", "holds only white space; leave it out where a source has no text"),
        ("good\x00.txt", "contains a NUL character at offset 4; remove it"),
        (7, "must be text, not a number"),
    ],
)
def test_text_file_is_refused(folder: Path, name: Any, message: str) -> None:
    assert refused(with_text_file(name), folder=folder) == [("sources[2].text_file", message)]


@pytest.mark.parametrize("name", ["texts/good.txt", "within.txt", "./texts/../texts/good.txt"])
def test_text_file_within_the_folder_is_taken_with_plain_line_ends(folder: Path, name: str) -> None:
    source = load(with_text_file(name), folder=folder).sources.get(key="roll")
    assert source.texts.get().text == "Aye\nNay\nAbstain\n"


def test_text_file_without_folder_is_refused() -> None:
    assert refused(with_text_file("texts/good.txt")) == [
        ("sources[2].text_file", "a bundle that comes without its folder must carry its texts in “text”")
    ]


def test_text_file_of_excessive_size_is_refused_unread(folder: Path) -> None:
    with (folder / "huge.txt").open("wb") as huge:
        huge.truncate(4 * MAX_TEXT_CHARACTERS + 1)
    assert refused(with_text_file("huge.txt"), folder=folder) == [
        ("sources[2].text_file", "“huge.txt” is larger than 40,000,000 bytes")
    ]


def test_text_and_text_file_together_are_refused(folder: Path) -> None:
    document = put(with_text_file("texts/good.txt"), "sources[2].text", "Aye")
    assert refused(document, folder=folder) == [("sources[2].text_file", "give either text or text_file")]


def test_text_of_fifty_megabytes_is_refused() -> None:
    assert refused(changed("sources[2].text", "a" * 50_000_000)) == [
        (
            "sources[2].text",
            "has 50,000,000 characters; the limit is 10,000,000. Split the document into several sources.",
        )
    ]


# ---------------------------------------------------------------- who may import


def analyst() -> Reader:
    return reader_of(add_member(load(make_bundle())))


def outsider() -> Reader:
    make_negotiation("river-talks", visibility="restricted")
    return reader_of(make_user())


def viewer() -> Reader:
    return reader_of(add_member(load(make_bundle()), role=Role.VIEWER))


@pytest.mark.parametrize(
    ("who", "slug", "message"),
    [
        (
            analyst,
            "other-talks",
            "There is no negotiation “other-talks” that you may import into; a site administrator creates negotiations.",
        ),
        (
            outsider,
            "river-talks",
            "There is no negotiation “river-talks” that you may import into; a site administrator creates negotiations.",
        ),
        (viewer, "river-talks", "This takes the role of analyst in “River talks”."),
    ],
)
def test_import_is_not_permitted(who: Callable[[], Reader], slug: str, message: str) -> None:
    reader = who()
    before = row_counts()
    with pytest.raises((NotPermitted, NotVisible)) as refusal:
        import_bundle(reader, make_bundle(slug))
    assert (str(refusal.value), row_counts()) == (message, before)


@pytest.mark.parametrize(
    ("path", "value", "place", "message"),
    [
        ("rounds[0].venue", "Elsewhere", "rounds[0]", "only a lead changes a round"),
        ("rounds[0].delegations", [], "rounds[0]", "only a lead changes a round's delegations"),
        ("rounds[1].number", 5, "rounds[1]", "only a lead adds a round"),
        ("issues[0].title", "Other", "issues[0]", "only a lead changes an issue"),
        ("issues[1].parent", None, "issues[1]", "only a lead changes an issue"),
        ("issues[1].slug", "fishing", "issues[1]", "only a lead adds an issue"),
        ("codebook[1].version", 3, "codebook[1]", "only a lead adds a version of the codebook"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("role", [Role.ANALYST, Role.REVIEWER])
def test_frame_is_the_leads(role: Role, path: str, value: Any, place: str, message: str) -> None:
    reader = reader_of(add_member(load(make_bundle()), role=role))
    document = changed(path, value)
    document["statements"] = []
    assert (place, message) in refused(document, reader=reader)


def test_parties_on_record_are_never_altered() -> None:
    make_party("north", name="The North", kind="bloc")
    report = import_bundle(SYSTEM, make_bundle())
    assert report.warnings == [("parties[0]", "“north” is already known under another name or kind; it stays as it is")]
    assert report.negotiation.parties.get(slug="north").name == "The North"


def test_ids_of_another_negotiation_are_not_taken_over() -> None:
    taken = make_source()
    source = load(changed("sources[0].id", str(taken.pk))).sources.get(key="briefing")
    assert (source.pk != taken.pk, Source.objects.get(pk=taken.pk).negotiation_id) == (True, taken.negotiation_id)


def test_ids_of_the_file_are_kept() -> None:
    wanted = "11111111-1111-1111-1111-111111111111"
    assert str(load(changed("sources[0].id", wanted)).sources.get(key="briefing").pk) == wanted
