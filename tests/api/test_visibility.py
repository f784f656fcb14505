"""Nothing leaks: who sees what, at every address, by visibility, role, ground rule and marking.

Each case has words of its own in every field. What a reader may see is written down here as a
table, apart from the code that decides it; every answer that a reader can get is then searched for
every word.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.contrib.auth.models import User

from positions.enums import Attribution, Role, Tlp, Visibility
from positions.models import Coding, Negotiation, Source, Statement
from tests.api.conftest import Api
from tests.factories import (
    add_member,
    make_coding,
    make_condition,
    make_issue,
    make_negotiation,
    make_party,
    make_person,
    make_source,
    make_statement,
    make_user,
)

pytestmark = pytest.mark.django_db

READERS = ("anonymous", "signed-in", "viewer", "analyst", "reviewer", "lead", "administrator")
RULES = ("on_record", "on_background", "deep_background", "chatham_house", "off_record", "red")
MISSING = "00000000-0000-4000-8000-000000000000"

# What a rule leaves to the reader: the statement at all, its quotation, its speaker, the source's text.
LEFT = {
    "outsider": {
        "on_record": "statement quote speaker text",
        "on_background": "statement quote text",
        "deep_background": "statement",
        "chatham_house": "",
        "off_record": "",
        "red": "",
    },
    "viewer": {
        "on_record": "statement quote speaker text",
        "on_background": "statement quote text",
        "deep_background": "statement",
        "chatham_house": "",
        "off_record": "statement quote text",
        "red": "statement quote speaker text",
    },
    "insider": dict.fromkeys(RULES, "statement quote speaker text"),
}
NEGOTIATIONS = {
    "anonymous": {"public"},
    "signed-in": {"public", "internal"},
}


def left_to(reader: str, visibility: str, rule: str) -> set[str]:
    """What the reader may see of a passage under a rule in a negotiation."""
    if visibility not in NEGOTIATIONS.get(reader, {"public", "internal", "restricted"}):
        return set()
    standing = {"anonymous": "outsider", "signed-in": "outsider", "viewer": "viewer"}.get(reader, "insider")
    return set(LEFT[standing][rule].split())


@dataclass
class Case:
    """A passage under a rule, and its words."""

    mark: str
    rule: str
    negotiation: Negotiation
    source: Source
    statement: Statement
    coding: Coding


def make_case(negotiation: Negotiation, rule: str, *, by_source: bool) -> Case:
    """A source with the passage, and beside it a neighbour on the record whose surroundings hold the passage."""
    mark = f"{negotiation.visibility}-{rule.replace('_', '-')}"
    attribution = Attribution.ON_RECORD if rule == "red" else Attribution(rule)
    source = make_source(
        negotiation,
        text=f"Near {mark}. QUOTE-{mark}. REST-{mark} of it.",
        title=f"Title {mark}",
        tlp=Tlp.RED if rule == "red" else Tlp.CLEAR,
        attribution=attribution if by_source else Attribution.ON_RECORD,
    )
    statement = make_statement(
        source=source,
        exact=f"QUOTE-{mark}.",
        asserted_by=make_party(f"party-{mark}"),
        speaker=make_person(f"speaker-{mark}", posts=[(make_party(f"employer-{mark}"), f"POST-{mark}")]),
        speaker_label=f"LABEL-{mark}",
        addressees=[make_party(f"addressee-{mark}")],
        attribution=Attribution.ON_RECORD if by_source else attribution,
        key=f"key-{mark}",
    )
    coding = make_coding(statement, issue=negotiation.issues.get(), stance=1, key=f"coding-{mark}")
    make_condition(coding, f"CONDITION-{mark}", falls_on=make_party(f"burdened-{mark}"))
    neighbour = make_statement(source=source, exact=f"Near {mark}.", asserted_by=make_party(f"neighbour-{mark}"))
    make_coding(neighbour, issue=negotiation.issues.get(), stance=-1)
    return Case(mark, rule, negotiation, source, statement, coding)


def make_reader(name: str) -> User | None:
    """A user with the role in every negotiation that exists."""
    if name == "anonymous":
        return None
    user = make_user(name, is_superuser=name == "administrator")
    if name in Role.values:
        for negotiation in Negotiation.objects.all():
            add_member(negotiation, user, name)
    return user


def make_world(*, by_source: bool) -> list[Case]:
    """Every rule in a negotiation of every visibility."""
    cases = []
    for visibility in Visibility.values:
        negotiation = make_negotiation(f"talks-{visibility}", visibility=visibility)
        make_issue(negotiation, f"issue-{visibility}")
        for rule in RULES:
            if by_source or rule != "red":
                cases.append(make_case(negotiation, rule, by_source=by_source))
    return cases


LISTS = ("negotiations", "issues", "rounds", "parties", "persons", "sources", "statements", "codings", "conditions")


def everything(api: Api, cases: list[Case]) -> str:
    """The text of every answer that the reader gets."""
    bodies = [api(f"{name}/", page_size=500) for name in (*LISTS, "annotations")]
    bodies += [api("statements/", page_size=500, retired="true"), api("codings/", page_size=500, retired="true")]
    for case in cases:
        bodies += [
            api(f"sources/{case.source.pk}/"),
            api(f"sources/{case.source.pk}/text/"),
            api(f"sources/{case.source.pk}/statements/"),
            api(f"statements/{case.statement.pk}/"),
            api(f"annotations/{case.statement.pk}/"),
            api("annotations/", source=str(case.source.pk)),
            api(f"codings/{case.coding.pk}/"),
            api(f"persons/speaker-{case.mark}/"),
        ]
    for negotiation in {case.negotiation.slug: case.negotiation for case in cases}.values():
        slug, issue = negotiation.slug, negotiation.issues.get().slug
        bodies += [api(f"{name}/", negotiation=slug) for name in ("positions", "matrix", "shifts", "concessions")]
        bodies += [api("timeline/", negotiation=slug, issue=issue)]
        bodies += [api(f"{name}/", negotiation=slug) for name in LISTS if name not in ("negotiations",)]
    assert {answer.status_code for answer in bodies} <= {200, 400, 403, 404}
    return "\n".join(answer.content.decode() for answer in bodies)


@pytest.mark.parametrize("by_source", [False, True], ids=["statement", "source"])
@pytest.mark.parametrize("reader", READERS)
def test_every_word_shows_to_exactly_those_who_may_see_it(reader: str, by_source: bool) -> None:
    cases = make_world(by_source=by_source)
    said = everything(Api(make_reader(reader)), cases)
    shown, expected = {}, {}
    for case in cases:
        mark, left = case.mark, left_to(reader, case.negotiation.visibility, case.rule)
        all_seen = reader == "administrator"
        words = {
            f"QUOTE-{mark}": "quote" in left or "text" in left,
            f"REST-{mark}": "text" in left,
            f"speaker-{mark}": "speaker" in left,
            f"LABEL-{mark}": "speaker" in left,
            f'"party-{mark}': "statement" in left,
            f"addressee-{mark}": "statement" in left,
            f"burdened-{mark}": "statement" in left,
            f"CONDITION-{mark}": "statement" in left,
            f"key-{mark}": "statement" in left,
            f"coding-{mark}": "statement" in left,
            # used by nothing but a post of the speaker
            f"employer-{mark}": all_seen,
        }
        for word, may_show in words.items():
            shown[word], expected[word] = word in said, may_show
    assert {word for word in shown if shown[word] != expected[word]} == set()


@pytest.mark.parametrize("by_source", [False, True], ids=["statement", "source"])
@pytest.mark.parametrize("reader", READERS)
def test_hidden_records_are_as_unknown_as_missing_ones(reader: str, by_source: bool) -> None:
    cases = make_world(by_source=by_source)
    api = Api(make_reader(reader))
    for case in cases:
        if "statement" in left_to(reader, case.negotiation.visibility, case.rule):
            continue
        for name, id in (
            ("statements", case.statement.pk), ("annotations", case.statement.pk), ("codings", case.coding.pk),
        ):  # fmt: skip
            hidden, missing = api(f"{name}/{id}/"), api(f"{name}/{MISSING}/")
            assert (
                (hidden.status_code, hidden.content) == (missing.status_code, missing.content) == (404, missing.content)
            )
        hidden_party = api.errors("statements/", party=f"party-{case.mark}")
        missing_party = api.errors("statements/", party=f"nobody-{case.mark}")
        assert str(hidden_party).replace("party-", "nobody-") == str(missing_party)
        hidden_statement = api.errors("codings/", statement=str(case.statement.pk))
        assert str(hidden_statement).replace(str(case.statement.pk), MISSING) == str(
            api.errors("codings/", statement=MISSING)
        )
        assert api.ids("statements/", q=f"QUOTE-{case.mark}") == set()
        assert api.ids("statements/", key=f"key-{case.mark}") == set()
        assert api.ids("conditions/", q=f"CONDITION-{case.mark}") == set()


@pytest.mark.parametrize("reader", READERS)
def test_searching_never_finds_a_hidden_quotation_or_speaker(reader: str) -> None:
    cases = make_world(by_source=False)
    api = Api(make_reader(reader))
    for case in cases:
        left = left_to(reader, case.negotiation.visibility, case.rule)
        found = {str(case.statement.pk)}
        assert api.ids("statements/", q=f"QUOTE-{case.mark}") == (found if "quote" in left else set())
        assert api.ids("statements/", q=f"LABEL-{case.mark}") == (found if "speaker" in left else set())
        by_speaker = api("statements/", speaker=f"speaker-{case.mark}")
        if "speaker" in left:
            assert {row["id"] for row in by_speaker.json()["results"]} == found
        else:
            assert by_speaker.status_code == 400


@pytest.mark.parametrize("reader", READERS)
def test_a_known_speaker_does_not_lead_to_a_hidden_statement(reader: str) -> None:
    negotiation = make_negotiation("talks")
    issue = make_issue(negotiation)
    person = make_person("jane", is_listed=True)
    statement = make_statement(negotiation, speaker=person, attribution=Attribution.ON_BACKGROUND)
    make_coding(statement, issue=issue)
    may_know = reader in ("analyst", "reviewer", "lead", "administrator")
    api = Api(make_reader(reader))
    assert api.ids("statements/", speaker="jane") == ({str(statement.pk)} if may_know else set())
    assert api.ids("persons/", negotiation="talks") == ({"jane"} if may_know else set())


@pytest.mark.parametrize(
    ("reader", "visibility"),
    [("anonymous", "internal"), ("anonymous", "restricted"), ("signed-in", "restricted")],
)
def test_hidden_negotiation_answers_as_one_that_does_not_exist(reader: str, visibility: str) -> None:
    api = Api(make_reader(reader))
    negotiation = make_negotiation("hidden", visibility=visibility)
    issue = make_issue(negotiation, "border")
    make_coding(make_statement(negotiation), issue=issue)
    addresses = [
        "statements/",
        "annotations/",
        "codings/",
        "sources/",
        "issues/",
        "rounds/",
        "parties/",
        "persons/",
        "conditions/",
    ]
    for address in (*addresses, "positions/", "matrix/", "shifts/", "concessions/"):
        hidden, missing = api(address, negotiation="hidden"), api(address, negotiation="nowhere")
        assert (hidden.status_code, hidden.content) == (404, missing.content)
    hidden, missing = (api("timeline/", negotiation=slug, issue="border") for slug in ("hidden", "nowhere"))
    assert (hidden.status_code, hidden.content) == (404, missing.content)
    hidden, missing = api("negotiations/hidden/"), api("negotiations/nowhere/")
    assert (hidden.status_code, hidden.content) == (404, missing.content)
    assert api.errors("issues/", slug="border") == {"slug": ["there is no issue “border”"]}
    assert api.errors("statements/", issue="border") == {"issue": ["there is no issue “border”"]}


@pytest.mark.parametrize("reader", READERS)
def test_positions_count_only_what_the_reader_may_see(reader: str) -> None:
    negotiation = make_negotiation("talks")
    issue, north = make_issue(negotiation, "border"), make_party("north")
    for stance, rule in ((1, "on_record"), (-1, "chatham_house"), (2, "off_record"), (-2, "deep_background")):
        statement = make_statement(negotiation, asserted_by=north, attribution=rule)
        make_coding(statement, issue=issue, stance=stance)
    stances = {
        "outsider": [1, -2],
        "viewer": [1, 2, -2],
        "insider": [1, -1, 2, -2],
    }[{"anonymous": "outsider", "signed-in": "outsider", "viewer": "viewer"}.get(reader, "insider")]
    api = Api(make_reader(reader))
    position = api.rows("positions/", negotiation="talks")[0]
    assert (position["low"], position["high"], position["evidence_count"]) == (min(stances), max(stances), len(stances))
    cell = api.json("matrix/", negotiation="talks")["cells"][0]
    assert (cell["low"], cell["high"], cell["evidence_count"]) == (min(stances), max(stances), len(stances))
    points = api.json("timeline/", negotiation="talks", issue="border")["series"][0]["points"]
    assert sorted(point["stance"] for point in points) == sorted(stances)
    assert api.rows("shifts/", negotiation="talks")[0]["after"]["low"] == min(stances)
    quoted = {point["stance"]: bool(point["exact"]) for point in points}
    assert quoted[-2] is (reader in ("analyst", "reviewer", "lead", "administrator"))


@pytest.mark.parametrize("reader", READERS)
def test_derived_from_names_only_a_source_the_reader_may_see(reader: str) -> None:
    negotiation = make_negotiation("talks")
    parent = make_source(negotiation, tlp=Tlp.RED)
    source = make_source(negotiation, derived_from=parent)
    api = Api(make_reader(reader))
    is_member = reader not in ("anonymous", "signed-in")
    seen = api.json(f"sources/{source.pk}/")["derived_from"]
    assert seen == ({"source": str(parent.pk), "kind": "report"} if is_member else None)
    if is_member:
        assert api.ids("sources/", derived_from=str(parent.pk)) == {str(source.pk)}
    else:
        assert api.errors("sources/", derived_from=str(parent.pk)) == {
            "derived_from": [f"there is no source “{parent.pk}”"]
        }


def test_what_a_stricter_correction_replaced_is_hidden_with_it() -> None:
    negotiation = make_negotiation("talks")
    reader = make_user()
    old = make_statement(negotiation)
    make_coding(old)
    new = make_statement(
        source=old.source, supersedes=old, reason="it was said off the record", attribution=Attribution.OFF_RECORD
    )
    make_coding(new)
    Statement.objects.filter(pk=old.pk).update(retired_at="2022-03-01T00:00:00Z")
    hidden = [Api(reader)(f"statements/{statement.pk}/") for statement in (old, new)]
    assert [answer.status_code for answer in hidden] == [404, 404]
    assert hidden[0].content == hidden[1].content
    assert Api(reader).rows("statements/", negotiation="talks", retired="true") == []
    inside = Api(add_member(negotiation)).json(f"statements/{old.pk}/")
    assert (inside["superseded_by"], inside["reason"]) == (str(new.pk), "it was said off the record")
