"""Query strings: everything that cannot be answered is refused by name, and nothing breaks."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import get_resolver

from positions.api.parameters import Filter
from positions.api.urls import RESOURCES
from positions.models import Coding, Issue, Job, Negotiation, Party, Person, Round, Source, Statement
from tests.api.conftest import ROOT, Api
from tests.factories import make_coding, make_issue, make_negotiation, make_round, make_statement, make_user

OPEN_LISTS = (
    "negotiations",
    "rounds",
    "parties",
    "persons",
    "issues",
    "sources",
    "statements",
    "codings",
    "conditions",
)
ADDRESSES = (*OPEN_LISTS, "positions", "matrix", "timeline", "shifts", "concessions")


@pytest.mark.parametrize("name", ADDRESSES)
def test_unknown_parameter_is_named(api: Api, name: str) -> None:
    make_negotiation("talks")
    errors = api.errors(
        f"{name}/", isue="typo", offset="3", **({} if name == "negotiations" else {"negotiation": "talks"})
    )
    assert {"isue", "offset"} <= set(errors)
    assert errors["isue"][0].startswith("is no parameter of this address; it takes ")


@pytest.mark.parametrize("name", OPEN_LISTS)
def test_detail_takes_fields_only(api: Api, name: str) -> None:
    assert set(api.errors(f"{name}/whatever/", page_size="3")) == {"page_size"}


def test_repeated_parameter_is_refused(api: Api) -> None:
    errors = api.errors("statements/?party=north&party=south&q=a&q=b")
    assert errors == {
        "party": ["is given 2 times; give it once; separate several values with commas"],
        "q": ["is given 2 times; give it once"],
    }


BAD = {
    "negotiation": [],
    "party": ["", "nobody", "North", "a,,b", ",", "n" * 3000, "\x00", "\ud7ff", "наша"],
    "issue": ["", "nothing", "A B", "\x00"],
    "round": ["", "99", "-1", "1.0", "one", "²", "1,99", "99999999999999999999", "\x00"],
    "source": ["", "nonsense", "00000000-0000-4000-8000-000000000000", "00000000000040008000000000000000", "\x00"],
    "move": ["", "shove", "offer,shove", "offer,"],
    "stated_after": ["", "yesterday", "2022-13-01", "2022-02-30", "2022-W01-1", "0000-01-01", "२022-01-01"],
    "recorded_after": ["", "2022-01-01", "2022-01-01T00:00:00", "0001-01-01T00:00:00+23:00", "2022-01-01T25:00:00Z"],
    "retired": ["", "yes", "1", "True"],
    "q": ["", "   ", "\x00", "x\x00y", "q" * 201],
    "ordering": ["", "colour", "stated_on,-stated_on", "--stated_on", "-", "pk"],
    "fields": ["", "id,colour", "id,,key", "codings.id"],
    "credibility": ["0", "7", "one", ""],
}  # fmt: skip


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_bad_value_is_refused_by_name(api: Api, name: str, value: str) -> None:
    make_coding(make_statement(make_negotiation("talks")))
    assert set(api.errors("statements/", negotiation="talks", **{name: value})) == {name}


def test_everything_wrong_is_said_at_once(api: Api) -> None:
    errors = api.errors("statements/", isue="x", retired="perhaps", page_size="0", move="shove")
    assert set(errors) == {"isue", "retired", "page_size", "move"}


@pytest.mark.parametrize(
    "query",
    [
        "negotiation=%00",
        "negotiation=%ff",
        "negotiation=%C3%28",
        "negotiation=",
        "negotiation=a%2Fb",
        "negotiation=Talks",
    ],
)
def test_negotiation_that_cannot_be_is_not_found(api: Api, query: str) -> None:
    make_negotiation("talks")
    answer, missing = api(f"statements/?{query}"), api("statements/?negotiation=nowhere")
    if "%00" in query:
        assert set(answer.json()["errors"]) == {"negotiation"}
    else:
        assert (answer.status_code, answer.content) == (404, missing.content)


def test_parameter_names_are_quoted_back_safely(api: Api) -> None:
    errors = api.errors("statements/?%00%ff%0a<script>=1&" + "n" * 3000 + "=2")
    assert all(len(name) <= 60 and name.isprintable() for name in errors)


def test_thousands_of_parameters_are_refused(api: Api) -> None:
    answer = api("statements/?" + "&".join(f"p{n}=1" for n in range(2000)))
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_names_are_looked_up_in_the_negotiation_asked_about(api: Api) -> None:
    here, there = make_negotiation("here"), make_negotiation("there")
    make_issue(there, "border")
    make_round(there, 7)
    assert set(api.errors("statements/", negotiation="here", issue="border", round="7")) == {"issue", "round"}
    assert api.rows("statements/", negotiation="there", issue="border", round="7") == []
    assert api.rows("statements/", issue="border", round="7") == []
    assert here.slug == "here"


def test_sparse_fields(api: Api) -> None:
    statement = make_coding(make_statement(make_negotiation("talks"))).statement
    assert api.rows("statements/", fields="key,negotiation") == [{"key": statement.key, "negotiation": "talks"}]
    assert api.json(f"statements/{statement.pk}/", fields="start") == {"start": 0}
    assert set(api.rows("positions/", negotiation="talks", fields="party,stance")[0]) == {"party", "stance"}
    assert set(
        api.json("timeline/", negotiation="talks", issue=statement.codings.get().issue.slug, fields="series")
    ) == {"series"}


MODELS: dict[str, Any] = {
    "negotiations": Negotiation, "rounds": Round, "parties": Party, "persons": Person, "issues": Issue,
    "sources": Source, "statements": Statement, "codings": Coding, "jobs": Job,
}  # fmt: skip
# What a list is not filtered on: text of any length, places in a text, the record's own clockwork.
LEFT_OUT = {
    "id", "title", "summary", "name", "proposal", "pole_for", "pole_against", "reference_point", "keywords", "rank",
    "venue", "author", "url", "archive_url", "note", "text", "start", "end", "exact", "prefix", "suffix",
    "speaker_label", "group", "supersedes", "reason", "withdrawal_reason", "comment", "codebook", "coder_user",
    "created_at", "submitted_at", "is_listed", "derivation_kind", "review_policy", "arguments", "cursor",
    "progress_done", "progress_total", "result", "errors", "attempts", "lease_until", "heartbeat_at", "created_by",
    "started_at", "finished_at", "stated_earliest", "published_earliest", "merged_into", "folded",
    "folded_speaker",
}  # fmt: skip
RENAMED = {
    "stated_on": "stated_after", "stated_latest": "stated_before", "published_on": "published_after",
    "published_latest": "published_before", "recorded_at": "recorded_after", "retired_at": "retired",
    "starts_on": "starts_after", "ends_on": "starts_before",
}  # fmt: skip


@pytest.mark.parametrize("name", MODELS)
def test_every_sensible_field_has_a_filter(name: str) -> None:
    filters: tuple[Filter, ...] = RESOURCES[name].filters
    known = {each.name for each in filters}
    columns = {field.name for field in MODELS[name]._meta.concrete_fields} - LEFT_OUT
    if name in ("negotiations", "parties", "persons"):
        columns.discard("slug")
    assert {column for column in columns if column not in known and RENAMED.get(column) not in known} == set()


@pytest.mark.parametrize("name", [*OPEN_LISTS, "events", "jobs"])
def test_every_ordering_is_answered(db: None, name: str) -> None:
    make_coding(make_statement(make_negotiation("talks")), conditions=["one"])
    api = Api(make_user(is_superuser=True))
    for word in RESOURCES[name].ordering.members:
        rows = api.rows(f"{name}/", ordering=word, page_size=1)
        assert len(rows) == len(api.rows(f"{name}/"))


def test_every_address_has_a_name() -> None:
    names = [str(name) for name in get_resolver("positions.api.urls").reverse_dict if isinstance(name, str)]
    assert len(names) == len(set(names)) > 30
    assert all(name.startswith("api-") for name in names)
    assert ROOT == "/api/v1/"
