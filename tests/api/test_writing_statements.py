"""Writing statements: recorded one or many at a time, corrected, withdrawn; by whom, and what it leaves."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from positions.models import Coding, Event, Source, Statement
from tests.api.test_problems import assert_problem
from tests.api.writing import MISSING, READERS, People, nothing_written, one_event, written
from tests.factories import make_coding, make_issue, make_negotiation, make_party, make_person, make_round, make_source

pytestmark = pytest.mark.django_db

TEXT = "The north wants the river. The south says no. Nobody else spoke."


@pytest.fixture
def people() -> People:
    return People()


@pytest.fixture
def source(people: People) -> Source:
    make_party("north", is_listed=True)
    make_party("south", is_listed=True)
    return make_source(people.talks, text=TEXT, published_on="2022-01-10")


def body_of(source: Source, /, **fields: Any) -> dict[str, Any]:
    """What a statement of the north is written from."""
    return {
        "source": str(source.pk),
        "exact": "The north wants the river.",
        "asserted_by": "north",
        "stated_on": "2022-01-09",
        **fields,
    }


def test_a_statement_is_recorded(people: People, source: Source) -> None:
    make_round(people.talks, 3)
    make_person("ann", is_listed=True)
    said = body_of(
        source, negotiation="talks", key="n1", speaker="ann", speaker_label="Minister", directness="paraphrase",
        attribution="on_background", credibility=2, round=3, addressees=["south"], note="Loud.",
    )  # fmt: skip
    with one_event("statement_recorded"):
        answer = people.analyst.post("statements/", said)
    made = written(answer, 201)
    assert {name: made[name] for name in said} == said
    assert (made["start"], made["end"], made["anchor_status"]) == (0, 26, "exact")
    assert answer["Location"] == f"http://testserver/api/v1/statements/{made['id']}/"
    assert answer["Cache-Control"] == "no-store"
    read = people.analyst(f"statements/{made['id']}/")
    assert (read.json(), read["ETag"]) == (made, answer["ETag"])
    assert Event.objects.get().actor_name == "analyst"


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"asserted_by": "nobody"}, {"asserted_by": ["there is no party “nobody”"]}),
        ({"source": MISSING}, {"source": [f"there is no source “{MISSING}”"]}),
        ({"source": 7}, {"source": ["must be the id of a source, not a number"]}),
        ({"round": 9}, {"round": ["there is no round 9 in this negotiation"]}),
        ({"round": "3"}, {"round": ["must be a whole number, not text"]}),
        ({"addressees": ["south", 1]}, {"addressees[1]": ["must be the slug of a party, not a number"]}),
        ({"addressees": "south"}, {"addressees": ["must be a list, not text"]}),
        ({"credibility": True}, {"credibility": ["must be"]}),
        ({"note": "a\x00b"}, {"note": ["contains a NUL character at offset 1; remove it"]}),
        ({"quote": "x", "id": MISSING}, {"quote": ["is no field here"], "id": ["is no field here"]}),
        ({"negotiation": "elsewhere"}, {"negotiation": ["is not that of the source; leave it out"]}),
        ({"stated_on": "last week"}, {"stated_on": ["“last week” is not"]}),
        ({"exact": "The moon."}, {"exact": [""]}),
        ({"stated_on": None}, {"stated_on": ["This field may not be null."]}),
    ],
)
def test_bad_fields_are_named(
    people: People, source: Source, fields: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    with nothing_written():
        problem = assert_problem(people.analyst.post("statements/", body_of(source, **fields)), 400)
    assert set(problem["errors"]) == set(errors)
    for field, messages in errors.items():
        if field != "credibility":
            assert problem["errors"][field][0].startswith(messages[0])


def test_who_may_record(people: People, source: Source) -> None:
    statuses: dict[str, int] = {}
    for name in READERS:
        answer = people.writer(name).post("statements/", body_of(source))
        statuses[name] = answer.status_code
    assert statuses == {
        "anonymous": 401, "outsider": 400, "viewer": 403, "analyst": 201, "reviewer": 201, "lead": 201,
        "administrator": 201,
    }  # fmt: skip
    unknown = people.outsider.post("statements/", body_of(source, source=MISSING)).json()["errors"]
    hidden = people.outsider.post("statements/", body_of(source)).json()["errors"]
    assert str(hidden).replace(str(source.pk), MISSING) == str(unknown)


def test_many_are_recorded_together(people: People, source: Source) -> None:
    words = ["The north wants the river.", "The south says no.", "Nobody else spoke."]
    with one_event(*["statement_recorded"] * 3):
        answer = people.analyst.post("statements/", [body_of(source, exact=exact) for exact in words])
    assert "Location" not in answer
    made = answer.json()
    assert (answer.status_code, [row["exact"] for row in made]) == (201, words)
    assert made[1] == people.analyst.json(f"statements/{made[1]['id']}/")


def test_one_bad_record_keeps_all_from_being_written(people: People, source: Source) -> None:
    items = [
        body_of(source),
        body_of(source, asserted_by="nobody", stated_on=1),
        "text",
        body_of(source, exact="The moon."),
        body_of(source, key="k"),
        body_of(source, key="k"),
    ]
    with nothing_written():
        answer = people.analyst.post("statements/", items)
    assert answer.status_code == 400
    problem = answer.json()
    assert problem["detail"] == "4 of 6 were refused; nothing was written."
    assert [(item["index"], item["status"], sorted(item["errors"])) for item in problem["items"]] == [
        (1, 400, ["asserted_by", "stated_on"]), (2, 400, ["__all__"]), (3, 400, ["exact"]), (5, 400, ["key"]),
    ]  # fmt: skip
    assert sorted(problem["errors"]) == ["[1].asserted_by", "[1].stated_on", "[2]", "[3].exact", "[5].key"]


def test_a_thousand_at_most(people: People, source: Source) -> None:
    with nothing_written():
        problem = assert_problem(people.analyst.post("statements/", [{}] * 1001), 413)
        assert_problem(people.analyst.post("statements/", []), 400)
    assert problem["detail"] == "1,001 records were sent; one request takes 1,000."


def test_many_by_who_may_not(people: People, source: Source) -> None:
    with nothing_written():
        answer = people.viewer.post("statements/", [body_of(source), body_of(source)])
    assert (answer.status_code, [item["status"] for item in answer.json()["items"]]) == (403, [403, 403])


def count_queries(people: People, source: Source, many: int) -> int:
    """How many queries recording so many takes."""
    items = [body_of(source, addressees=["south"], round=1) for _ in range(many)]
    people.analyst("statements/")
    with CaptureQueriesContext(
        connection,
    ) as caught:
        written_now = people.writer("analyst").post("statements/", items)
    assert written_now.status_code == 201
    return len(caught)


def test_recording_many_costs_the_same_for_each(people: People, source: Source) -> None:
    make_round(people.talks, 1)
    one, three = count_queries(people, source, 1), count_queries(people, source, 3)
    assert (three - one) / 2 <= 17


def test_a_correction_replaces_the_statement(people: People, source: Source) -> None:
    made = written(people.analyst.post("statements/", body_of(source, note="Loud.")), 201)
    statement = Statement.objects.get()
    make_coding(statement, issue=make_issue(people.talks), status="draft", coder_user=people.users["analyst"])
    address = f"statements/{made['id']}/"
    with one_event("statement_corrected"):
        answer = people.analyst.act(
            address, "corrections", {"exact": "The south says no.", "asserted_by": "south", "reason": "Wrong line."}
        )
    fixed = written(answer, 201)
    assert answer["Location"].endswith(f"/statements/{fixed['id']}/")
    assert (fixed["exact"], fixed["asserted_by"], fixed["note"]) == ("The south says no.", "south", "Loud.")
    assert (fixed["supersedes"], fixed["reason"], len(fixed["codings"])) == (made["id"], "Wrong line.", 1)
    old = people.analyst.json(address)
    assert (old["superseded_by"], old["retired_at"]) == (fixed["id"], fixed["recorded_at"])
    assert_problem(people.analyst.act(address, "corrections", {"reason": "Again."}), 409)


def test_a_withdrawal_takes_the_codings_along(people: People, source: Source) -> None:
    made = written(people.analyst.post("statements/", body_of(source)), 201)
    address = f"statements/{made['id']}/"
    assert set(assert_problem(people.analyst.act(address, "withdrawal", {}), 400)["errors"]) == {"reason"}
    assert set(assert_problem(people.analyst.act(address, "withdrawal", {"reason": " "}), 400)["errors"]) == {"reason"}
    with one_event("statement_withdrawn"):
        answer = people.analyst.act(address, "withdrawal", {"reason": "Not said."})
    gone = written(answer, 200)
    assert gone["retired_at"] is not None
    assert (gone["reason"], answer["ETag"]) == ("Not said.", people.analyst.tag(address))


@pytest.mark.parametrize("act", ["corrections", "withdrawal"])
def test_who_may_take_back_what_is_published(act: str) -> None:
    people = People(visibility="internal")
    source = make_source(people.talks, text=TEXT)
    statement = Statement.objects.get(pk=written(people.analyst.post("statements/", body_of_public(source)), 201)["id"])
    make_coding(statement, issue=make_issue(people.talks))
    address = f"statements/{statement.pk}/"
    done = 201 if act == "corrections" else 200
    for name, status in {"anonymous": 401, "outsider": 403, "viewer": 403, "analyst": 403, "reviewer": done}.items():
        answer = people.writer(name).act(address, act, {"reason": "Why not."})
        assert answer.status_code == status, (name, answer.content)


def body_of_public(source: Source) -> dict[str, Any]:
    make_party("north", is_listed=True)
    return body_of(source)


def test_changes_need_the_version_they_change(people: People, source: Source) -> None:
    made = written(people.analyst.post("statements/", body_of(source)), 201)
    address, reason = f"statements/{made['id']}/", {"reason": "Why not."}
    other = written(people.analyst.post("statements/", body_of(source, exact="The south says no.")), 201)
    with nothing_written():
        assert_problem(people.analyst.act(address, "withdrawal", reason, match=None), 428)
        for stale in (
            '"0123"',
            people.analyst.tag(f"statements/{other['id']}/"),
            "W/" + str(people.analyst.tag(address)),
            "",
        ):
            assert_problem(people.analyst.act(address, "withdrawal", reason, match=stale), 412)
        assert_problem(people.viewer.act(address, "withdrawal", reason, match=None), 404)
        assert_problem(people.outsider.act(address, "withdrawal", reason), 404)
        assert_problem(people.analyst.act(f"statements/{MISSING}/", "withdrawal", reason), 404)
    many = f'"0123", {people.analyst.tag(address)}'
    assert people.analyst.act(address, "withdrawal", reason, match=many).status_code == 200
    assert people.analyst.act(f"statements/{other['id']}/", "withdrawal", reason, match="*").status_code == 200


def test_a_statement_is_never_changed_in_place(people: People, source: Source) -> None:
    made = written(people.analyst.post("statements/", body_of(source)), 201)
    for method in ("put", "patch", "delete"):
        assert_problem(people.lead.send(method, f"statements/{made['id']}/", {"note": "x"}), 405)


def test_another_negotiation_stays_hidden(people: People, source: Source) -> None:
    hidden = make_source(make_negotiation("secret", visibility="restricted"), text=TEXT)
    secret = make_party("secret-party")
    with nothing_written():
        for fields in ({"source": str(hidden.pk)}, {"asserted_by": secret.slug}):
            problem = assert_problem(people.analyst.post("statements/", body_of(source, **fields)), 400)
            assert [m.startswith("there is no ") for messages in problem["errors"].values() for m in messages] == [True]
        answers = [people.analyst.post("statements/", body_of(source, negotiation=n)) for n in ("secret", "none", "?")]
        assert {assert_problem(answer, 404)["detail"] for answer in answers} == {"No such negotiation."}
    assert Coding.objects.count() == 0
