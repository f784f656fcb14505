"""Writing what statements hang on: negotiations, rounds, issues, parties, persons, sources; by whom, what it leaves."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from positions.models import CodebookVersion, Member, Negotiation, Party, Source
from tests.api.test_problems import assert_problem
from tests.api.writing import MISSING, READERS, People, nothing_written, one_event, written
from tests.factories import make_coding, make_issue, make_party, make_person, make_round, make_source, make_statement

pytestmark = pytest.mark.django_db

SOURCE = {"negotiation": "talks", "title": "Communiqué", "text": "We agreed.\r\nOn nothing."}
NEW: dict[str, dict[str, Any]] = {
    "negotiations": {"slug": "summit", "title": "Summit"},
    "rounds": {"negotiation": "talks", "number": 7, "title": "Geneva"},
    "issues": {"negotiation": "talks", "slug": "border", "title": "Border", "proposal": "The border is open"},
    "parties": {"slug": "north", "name": "North"},
    "persons": {"slug": "ann", "name": "Ann"},
    "sources": SOURCE,
}
LEADS = {"anonymous": 401, "outsider": 404, "viewer": 403, "analyst": 403, "reviewer": 403, "lead": 201,
         "administrator": 201}  # fmt: skip
ADMINISTRATORS = {**dict.fromkeys(READERS, 403), "anonymous": 401, "administrator": 201}
ANALYSTS = {**dict.fromkeys(READERS, 201), "anonymous": 401, "outsider": 404, "viewer": 403}
WHO = {"negotiations": ADMINISTRATORS, "parties": ADMINISTRATORS, "persons": ADMINISTRATORS, "rounds": LEADS,
       "issues": LEADS, "sources": ANALYSTS}  # fmt: skip


@pytest.fixture
def people() -> People:
    return People()


def numbered(name: str, number: int) -> dict[str, Any]:
    """A new record that clashes with none of another number."""
    body = dict(NEW[name])
    for field in ("slug", "title", "text"):
        if field in body:
            body[field] = f"{body[field]}-{number}"
    return {**body, "number": number} if name == "rounds" else body


@pytest.mark.parametrize("name", NEW)
def test_who_may_add(people: People, name: str) -> None:
    statuses = {}
    for number, reader in enumerate(READERS):
        statuses[reader] = people.writer(reader).post(f"{name}/", numbered(name, number)).status_code
    assert statuses == WHO[name]


@pytest.mark.parametrize("name", NEW)
def test_a_hidden_negotiation_is_unknown(people: People, name: str) -> None:
    if "negotiation" not in NEW[name]:
        return
    hidden, missing = (people.outsider.post(f"{name}/", {**NEW[name], "negotiation": n}) for n in ("talks", "none"))
    assert assert_problem(hidden, 404) == assert_problem(missing, 404)


@pytest.mark.parametrize("name", NEW)
def test_added_is_what_is_read(people: People, name: str) -> None:
    with one_event(
        {
            "negotiations": "negotiation_created",
            "parties": "party_added",
            "persons": "person_added",
            "rounds": "round_added",
            "issues": "issue_added",
            "sources": "source_registered",
        }[name]
    ):
        answer = people.administrator.post(f"{name}/", NEW[name])
    made = written(answer, 201)
    read = people.administrator(answer["Location"])
    assert (read.json(), read["ETag"]) == (made, answer["ETag"])
    assert {field: made[field] for field in NEW[name] if field != "text"} == {
        field: value for field, value in NEW[name].items() if field != "text"
    }


@pytest.mark.parametrize("name", [name for name in NEW if name != "negotiations"])
def test_many_or_none(people: People, name: str) -> None:
    three = [numbered(name, number) for number in range(3)]
    with nothing_written():
        answer = people.administrator.post(f"{name}/", [*three, {**three[0], "title": 5, "name": 5}])
    problem = answer.json()
    assert (answer.status_code, [item["index"] for item in problem["items"]]) == (400, [3])
    made = people.administrator.post(f"{name}/", three).json()
    assert [row.get("slug") or row.get("number") or row["title"] for row in made] == [
        body.get("slug") or body.get("number") or body["title"] for body in three
    ]


@pytest.mark.parametrize("name", [name for name in NEW if name != "negotiations"])
def test_many_cost_the_same_for_each(people: People, name: str) -> None:
    def count(numbers: range) -> int:
        bodies = [numbered(name, number) for number in numbers]
        with CaptureQueriesContext(connection) as caught:
            assert people.administrator.post(f"{name}/", bodies).status_code == 201
        return len(caught)

    one, three = count(range(1)), count(range(10, 13))
    assert (three - one) / 2 <= 12, (one, three)


def test_one_is_no_array(people: People) -> None:
    assert_problem(people.administrator.post("negotiations/", [NEW["negotiations"]]), 400)
    assert_problem(people.administrator.post("parties/", "north"), 400)


def test_a_negotiation_is_opened_and_changed(people: People) -> None:
    written(people.administrator.post("negotiations/", NEW["negotiations"]), 201)
    made = Negotiation.objects.get(slug="summit")
    assert (made.visibility, Member.objects.get(negotiation=made).role) == ("restricted", "lead")
    assert CodebookVersion.objects.filter(negotiation=made).count() == 1
    with one_event("negotiation_updated"):
        changed = people.lead.patch("negotiations/talks/", {"summary": "Long.", "review_policy": "double"})
    assert written(changed, 200)["review_policy"] == "double"
    assert people.viewer.json("negotiations/talks/")["summary"] == "Long."
    assert set(assert_problem(people.lead.patch("negotiations/talks/", {"slug": "x"}), 400)["errors"]) == {"slug"}
    for reader, status in {"viewer": 403, "reviewer": 403, "outsider": 404, "anonymous": 401}.items():
        assert people.writer(reader).patch("negotiations/talks/", {"title": "X"}).status_code == status


def test_review_policy_is_for_members(people: People) -> None:
    Negotiation.objects.update(visibility="public")
    assert people.outsider.json("negotiations/talks/")["review_policy"] is None
    assert people.viewer.json("negotiations/talks/")["review_policy"] == "single"


def test_a_round_with_its_delegations(people: People) -> None:
    make_party("north", is_listed=True)
    make_party("south", is_listed=True)
    make_person("ann", is_listed=True)
    north = {"party": "north", "head": "ann", "members": [{"person": "ann", "title": "Envoy"}]}
    south: dict[str, Any] = {"party": "south", "head": None, "members": []}
    body = {**NEW["rounds"], "starts_on": "2022-01-09", "ends_on": "2022-01-10", "format": "bilateral",
            "status": "held", "venue": "Mission", "delegations": [north, south]}  # fmt: skip
    made = written(people.lead.post("rounds/", body), 201)
    assert {field: made[field] for field in body} == body
    address = f"rounds/{made['id']}/"
    with one_event("round_updated"):
        changed = written(people.lead.patch(address, {"venue": "Palace"}), 200)
    assert (changed["venue"], changed["delegations"]) == ("Palace", [north, south])
    with one_event():
        people.lead.patch(address, {"venue": "Palace"})
    assert written(people.lead.patch(address, {"delegations": [south]}), 200)["delegations"] == [south]
    bad = {"ends_on": "2022-01-01", "delegations": [{"party": "north", "members": [{"person": "bob"}, 4]}, {}]}
    with nothing_written():
        problem = assert_problem(people.lead.patch(address, bad), 400)
        assert problem["errors"] == {
            "delegations[0].members[0].person": ["there is no person “bob”"],
            "delegations[0].members[1]": ["must be an object, not a number"],
            "delegations[1].party": ["This field is required."],
        }
        assert set(assert_problem(people.lead.patch(address, {"ends_on": "2022-01-01"}), 400)["errors"]) == {"ends_on"}
        for day in ("2022-1-9", "20220109", "2022-02-30", 5, True):
            assert set(assert_problem(people.lead.patch(address, {"ends_on": day}), 400)["errors"]) == {"ends_on"}
        clash = make_round(people.talks, 8)
        assert set(assert_problem(people.lead.patch(address, {"number": clash.number}), 400)["errors"]) == {"number"}
        clash.delete()


def test_an_issue_and_its_frozen_poles(people: People) -> None:
    made = written(people.lead.post("issues/", {**NEW["issues"], "keywords": ["line", "fence"]}), 201)
    below = {**NEW["issues"], "slug": "crossing", "parent": "border"}
    assert written(people.lead.post("issues/", below), 201)["parent"] == "border"
    address = f"issues/{made['id']}/"
    changed = written(people.lead.patch(address, {"pole_for": "Open", "rank": 4}), 200)
    assert (changed["pole_for"], changed["rank"], changed["keywords"]) == ("Open", 4, ["line", "fence"])
    assert set(assert_problem(people.lead.patch(address, {"parent": "crossing"}), 400)["errors"]) == {"parent"}
    assert set(assert_problem(people.lead.patch(address, {"parent": "nowhere"}), 400)["errors"]) == {"parent"}
    issue = people.talks.issues.get(slug="border")
    make_coding(make_statement(people.talks), issue=issue)
    frozen = assert_problem(people.lead.patch(address, {"proposal": "The border is shut"}), 400)
    assert frozen["errors"]["proposal"][0].startswith("is frozen")


def test_issues_of_one_array_may_be_parents(people: People) -> None:
    bodies = [NEW["issues"], {**NEW["issues"], "slug": "crossing", "parent": "border"}]
    made = people.lead.post("issues/", bodies).json()
    assert [row["parent"] for row in made] == [None, "border"]


def test_parties_and_their_aliases(people: People) -> None:
    aliases = [{"text": "The Hill", "kind": "metonym", "language": "en"}]
    made = written(people.administrator.post("parties/", {**NEW["parties"], "iso3": "NAM", "aliases": aliases}), 201)
    assert (made["iso3"], made["aliases"], made["is_listed"]) == ("NAM", aliases, False)
    with one_event("party_updated"):
        changed = written(people.administrator.patch("parties/north/", {"name": "The North", "is_listed": True}), 200)
    assert (changed["name"], changed["aliases"]) == ("The North", aliases)
    for reader, status in {"lead": 403, "outsider": 403, "anonymous": 401}.items():
        assert people.writer(reader).patch("parties/north/", {"name": "X"}).status_code == status
    hidden = make_party("hidden")
    assert_problem(people.outsider.patch(f"parties/{hidden.slug}/", {"name": "X"}), 404)
    bad = [{"text": "", "kind": "nickname", "language": "?"}, {"text": "x", "language": "english or so"}]
    problem = assert_problem(people.administrator.patch("parties/north/", {"aliases": bad}), 400)
    assert set(problem["errors"]) == {"aliases[0].text", "aliases[0].kind"}
    assert Party.objects.get(slug="north").aliases.count() == 1
    assert set(assert_problem(people.administrator.patch("parties/north/", {"iso3": "na"}), 400)["errors"]) == {"iso3"}


def test_persons_and_their_posts(people: People) -> None:
    make_party("north")
    posts = [{"party": "north", "title": "Envoy", "starts_on": "2021-01-01", "ends_on": None}]
    made = written(people.administrator.post("persons/", {**NEW["persons"], "appointments": posts}), 201)
    assert made["appointments"] == posts
    assert written(people.administrator.patch("persons/ann/", {"name": "Anna"}), 200)["appointments"] == posts
    assert written(people.administrator.patch("persons/ann/", {"appointments": []}), 200)["appointments"] == []


def test_a_source_and_its_text(people: People) -> None:
    origin = make_source(people.talks)
    made = written(
        people.analyst.post(
            "sources/", {**SOURCE, "derived_from": {"source": str(origin.pk), "kind": "translation"}, "tlp": "RED"}
        ),
        201,
    )
    address = f"sources/{made['id']}/"
    assert people.analyst.json(f"{address}text/")["text"] == "We agreed.\nOn nothing."
    assert (made["derived_from"], made["tlp"]) == ({"source": str(origin.pk), "kind": "translation"}, "RED")
    with one_event("source_updated"):
        changed = written(people.analyst.patch(address, {"derived_from": None, "publisher": "Bureau"}), 200)
    assert (changed["derived_from"], changed["publisher"], changed["sha256"]) == (None, "Bureau", made["sha256"])
    assert set(assert_problem(people.analyst.patch(address, {"text": "New."}), 400)["errors"]) == {"text"}
    again = people.analyst.send("post", f"{address}text/", {"text": "New."}, match=people.analyst.tag(address))
    assert_problem(again, 409)
    bad = {"url": "javascript:alert(1)", "published_on": "soon", "language": "?", "kind": "rumour"}
    assert set(assert_problem(people.analyst.patch(address, bad), 400)["errors"]) == {"kind"}
    del bad["kind"]
    assert set(assert_problem(people.analyst.patch(address, bad), 400)["errors"]) == {"url", "published_on", "language"}


def test_the_text_of_a_source_is_fixed_once(people: People) -> None:
    source = make_source(people.talks, text=None)
    address = f"sources/{source.pk}/"
    assert_problem(people.analyst.send("post", f"{address}text/", {"text": "Said."}), 428)
    with one_event("source_text_fixed"):
        answer = people.analyst.send("post", f"{address}text/", {"text": "Said."}, match=people.analyst.tag(address))
    assert (written(answer, 201)["text"], answer["Location"]) == ("Said.", f"http://testserver/api/v1/{address}text/")
    assert people.analyst(f"{address}text/")["ETag"] == answer["ETag"]
    for reader, status in {"viewer": 403, "outsider": 404, "anonymous": 401}.items():
        writer = people.writer(reader)
        assert writer.send("post", f"{address}text/", {"text": "X"}, match=writer.tag(address)).status_code == status
    assert Source.objects.get(pk=source.pk).texts.count() == 1


def test_a_source_of_another_negotiation_is_no_parent(people: People) -> None:
    elsewhere = make_source(Negotiation.objects.get(slug="elsewhere"))
    for id in (str(elsewhere.pk), MISSING):
        body = {**SOURCE, "derived_from": {"source": id, "kind": "repost"}}
        assert_problem(people.analyst.post("sources/", body), 400)


def test_what_was_merged_is_not_changed(people: People) -> None:
    kept, gone = make_party("kept"), make_party("gone")
    Party.objects.filter(pk=gone.pk).update(merged_into=kept)
    border = make_issue(people.talks, "border")
    old = make_issue(people.talks, "old", merged_into=border)
    with nothing_written():
        assert_problem(people.administrator.patch("parties/gone/", {"name": "X"}), 409)
        problem = assert_problem(people.lead.patch(f"issues/{old.pk}/", {"title": "X"}), 409)
        assert problem["detail"] == "This was merged into another record; change that one."
        below = {**NEW["issues"], "slug": "crossing", "parent": "old"}
        assert set(assert_problem(people.lead.post("issues/", below), 400)["errors"]) == {"parent"}


def test_a_session_needs_its_csrf_token_to_write(people: People) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(people.users["lead"], backend="django.contrib.auth.backends.ModelBackend")
    with nothing_written():
        assert_problem(client.post("/api/v1/rounds/", NEW["rounds"], content_type="application/json"), 403)
    client.cookies["csrftoken"] = "a" * 32
    headers = {"X-CSRFToken": "a" * 32}
    answer = client.post("/api/v1/rounds/", NEW["rounds"], content_type="application/json", headers=headers)
    assert written(answer, 201)["number"] == 7


def test_a_stale_version_changes_nothing(people: People) -> None:
    issue = make_issue(people.talks, "border")
    address = f"issues/{issue.pk}/"
    before = people.lead.tag(address)
    written(people.lead.patch(address, {"title": "Borders"}), 200)
    with one_event():
        assert_problem(people.lead.patch(address, {"title": "Mine"}, match=before), 412)
        assert_problem(people.lead.patch(address, {"title": "Mine"}, match=None), 428)
        assert_problem(people.lead.patch(address, {"title": "Mine"}, match=people.lead.tag("negotiations/talks/")), 412)
        assert_problem(people.viewer.patch(address, {"title": "Mine"}, match=None), 403)
    assert people.lead.json(address)["title"] == "Borders"


@pytest.mark.parametrize(
    ("body", "content_type", "status", "words"),
    [
        (b'{"slug": "a", "slug": "b"}', "application/json", 400, "holds the key “slug” twice"),
        (b'{"slug": NaN}', "application/json", 400, "NaN is not JSON"),
        (b'{"slug": 1e999}', "application/json", 400, "1e999 is too large"),
        (b'{"slug": ' + b"9" * 5000 + b"}", "application/json", 400, "a number of 5000 digits is too large"),
        (b"[" * 100_000, "application/json", 400, "is nested too deeply"),
        (b'{"slug": "\xff"}', "application/json", 400, "is not UTF-8"),
        (b'{"\\ud800": 1, "name": "\\udfff", "slug": "a\\u0000"}', "application/json", 400, "lone surrogate"),
        ('{"name": "é"}'.encode("latin-1"), "application/json; charset=latin-1", 415, "JSON is sent as UTF-8"),
        (b"slug=a", "application/x-www-form-urlencoded", 415, "Unsupported media type"),
        (b'{"slug": "' + b"a" * 10_000_000 + b'"}', "application/json", 400, "slug"),
        (b"", "application/json", 400, "This field is required."),
        (b"null", "application/json", 400, "must be an object, not null"),
        (b"[null]", "application/json", 400, "1 of 1 were refused"),
    ],
)  # fmt: skip
def test_bodies_that_cannot_be_read(people: People, body: bytes, content_type: str, status: int, words: str) -> None:
    with nothing_written():
        answer = people.administrator.client.post("/api/v1/parties/", data=body, content_type=content_type)
    problem = answer.json()
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert words in problem["detail"]
