"""What a bundle brings into an empty record."""

from __future__ import annotations

import json

import pytest

from positions.enums import Role
from positions.models import Coding, ConditionStatusEntry, Event, Member, Party
from positions.queries.access import SYSTEM, reader_of
from positions.services.imports import import_bundle
from tests.factories import make_user
from tests.services.bundles import drop, export, keyless_bundle, load, make_bundle, put, row_counts

pytestmark = pytest.mark.django_db


def test_import_writes_every_part_and_says_how_much() -> None:
    report = import_bundle(SYSTEM, make_bundle())
    assert (report.warnings, report.counts) == (
        [],
        {
            "aliases": 1,
            "appointments": 1,
            "codebook versions": 2,
            "codings": 10,
            "condition status entries": 2,
            "conditions": 2,
            "issues": 2,
            "negotiations": 1,
            "parties": 3,
            "people": 2,
            "rounds": 2,
            "source texts": 2,
            "sources": 3,
            "statement groups": 1,
            "statements": 7,
        },
    )


def test_import_is_one_entry_of_the_log() -> None:
    user = make_user("root", is_superuser=True)
    negotiation = load(make_bundle(), reader=reader_of(user))
    [event] = Event.objects.all()
    assert (event.actor, event.actor_name, event.action, event.negotiation, event.before) == (
        user,
        "root",
        "bundle_imported",
        negotiation,
        None,
    )
    after = event.after or {}
    assert (after["codings"], len(after["sha256"])) == (10, 64)


def test_administrator_who_imports_a_negotiation_leads_it() -> None:
    user = make_user(is_superuser=True)
    negotiation = load(make_bundle(), reader=reader_of(user))
    assert [(m.negotiation, m.user, m.role) for m in Member.objects.all()] == [(negotiation, user, Role.LEAD)]


def test_new_negotiation_is_restricted_unless_the_file_says_otherwise() -> None:
    document = drop(drop(make_bundle(), "negotiation.visibility"), "negotiation.review_policy")
    negotiation = load(document)
    assert (negotiation.visibility, negotiation.review_policy) == ("restricted", "single")


def test_facts_land_where_they_belong() -> None:
    negotiation = load(make_bundle())
    offer = negotiation.statements.select_related("speaker", "round", "asserted_by", "source").get(key="offer")
    assert (offer.start, offer.end, offer.prefix, offer.suffix) == (0, 54, "", "\nFamilies wait for their sons.\nB")
    assert (offer.asserted_by.slug, offer.speaker and offer.speaker.slug, offer.round and offer.round.number) == (
        "north",
        "ada",
        1,
    )
    assert (offer.stated_on, str(offer.stated_earliest), str(offer.stated_latest)) == (
        "2023-03-01~",
        "2023-03-01",
        "2023-03-01",
    )
    told = negotiation.statements.get(key="told")
    assert (str(told.stated_earliest), str(told.stated_latest)) == ("2023-03-03", "2023-03-10")
    families = negotiation.statements.get(key="families")
    assert (str(families.stated_earliest), str(families.stated_latest)) == (
        "2023-03-01",
        "2023-03-02",
    )  # capped by publication
    vote = negotiation.statements.get(key="vote")
    assert (vote.anchor_status, vote.start, vote.exact, vote.text) == ("none", None, "", None)
    assert negotiation.statements.get(key="joint-n").group == negotiation.statements.get(key="joint-s").group
    footings = dict(Coding.objects.filter(negotiation=negotiation).values_list("key", "footing"))
    assert (footings["offer-new"], footings["told-1"], footings["offer-sub"]) == ("own", "reported", "reported")


def test_party_not_in_the_file_but_on_record_may_be_named() -> None:
    Party.objects.create(slug="east", name="East")
    negotiation = load(put(make_bundle(), "statements[0].addressees", ["east"]))
    assert negotiation.parties.filter(slug="east").exists()


def test_status_without_series_holds_from_the_day_of_the_statement() -> None:
    negotiation = load(keyless_bundle())
    entry = ConditionStatusEntry.objects.get(condition__coding__negotiation=negotiation)
    assert (entry.status, str(entry.on), entry.recorded_at) == ("met", "2023-03-01", None)


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_line_ends_of_text_and_quotation_become_plain(ends: str) -> None:
    document = make_bundle()
    put(document, "sources[1].text", f"The North{ends}accepts.{ends}")
    put(document, "statements[5].exact", f"North{ends}accepts")
    statement = load(document).statements.select_related("text").get(key="told")
    assert (statement.exact, statement.start, statement.text and statement.text.text) == (
        "North\naccepts",
        4,
        "The North\naccepts.\n",
    )


HOSTILE = [
    "\u202eright to left\u202c \u2067isolated\u2069",
    "zero\u200bwidth\u200djoiner\ufeff",
    "𝔸stral 👩‍👩‍👧 🇺🇦 𠜎",
    "<script>alert('x')</script> & &amp; \"quoted\"",
    '=HYPERLINK("http://x") +1 -1 @SUM(A1)',
    "e\u0301 combining, ﬁ ligature, İ dotted, ß",
    "%s {0} ${HOME} `id` '; DROP TABLE positions_event; --",
    "tab\there, vertical\x0b, form\x0c, next\x85, line\u2028 paragraph\u2029, control\x01\x1f\x7f",
    "\ufffe\uffff non-characters",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_come_back_unchanged(words: str) -> None:
    document = make_bundle()
    for path in (
        "negotiation.summary",
        "parties[0].name",
        "parties[0].aliases[0].text",
        "persons[0].name",
        "persons[0].appointments[0].title",
        "issues[0].proposal",
        "issues[0].keywords[0]",
        "rounds[0].venue",
        "rounds[0].delegations[0].members[0].title",
        "sources[0].title",
        "sources[0].publisher",
        "sources[0].note",
        "statements[0].speaker_label",
        "statements[0].note",
        "statements[0].codings[1].reason",
        "statements[0].codings[1].conditions[0].text",
        "statements[0].codings[1].conditions[0].statuses[1].reason",
        "codebook[0].text",
    ):
        put(document, path, words)
    put(document, "sources[1].text", f"x {words} y\n")
    put(document, "statements[5].exact", words.strip())
    load(document)
    written = json.loads(export())
    sources = {source["key"]: source for source in written["sources"]}
    statements = {statement["key"]: statement for statement in written["statements"]}
    new = next(coding for coding in statements["offer"]["codings"] if coding["key"] == "offer-new")
    assert (sources["paper"]["text"], statements["told"]["exact"]) == (f"x {words} y\n", words.strip())
    assert {
        written["negotiation"]["summary"],
        written["parties"][1]["name"],
        written["parties"][1]["aliases"][0]["text"],
        written["persons"][0]["name"],
        written["persons"][0]["appointments"][0]["title"],
        written["issues"][0]["proposal"],
        written["issues"][0]["keywords"][0],
        written["rounds"][0]["venue"],
        written["rounds"][0]["delegations"][0]["members"][0]["title"],
        sources["briefing"]["title"],
        sources["briefing"]["publisher"],
        sources["briefing"]["note"],
        statements["offer"]["speaker_label"],
        statements["offer"]["note"],
        new["reason"],
        new["conditions"][0]["text"],
        new["conditions"][0]["statuses"][1]["reason"],
        written["codebook"][0]["text"],
    } == {words}
    assert import_bundle(SYSTEM, json.dumps(written)).counts == {}


def test_nothing_is_half_written_when_writing_itself_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault in the very last step takes everything back, the log's entry included."""

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("power cut")

    monkeypatch.setattr("positions.services.imports.record_event", fail)
    before = row_counts()
    with pytest.raises(RuntimeError, match="power cut"):
        import_bundle(SYSTEM, make_bundle())
    assert row_counts() == before
