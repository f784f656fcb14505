"""Every field of a list can be filtered by, or it is written here why not."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from positions.api.derived_views import PagedDerivedView
from positions.api.exports import Exported
from positions.api.resources.search import SearchView
from positions.api.resources.statements import SourceStatementView
from positions.api.resources.webhooks import DeliveryView
from positions.api.serializers.fields import field_names
from positions.api.tokens import TokenView
from positions.api.urls import RESOURCES, urlpatterns
from positions.api.views import ResourceView
from positions.enums import Attribution, JobState, Role
from positions.models import Coding, Statement, StatementGroup
from positions.services.sources import digest_of
from tests.api.conftest import Api
from tests.factories import (
    TEXT,
    add_member,
    make_coding,
    make_delegation,
    make_issue,
    make_job,
    make_negotiation,
    make_party,
    make_person,
    make_round,
    make_source,
    make_statement,
    make_user,
)

SEARCHED = "its words are among those that q looks through"
AMONG_OTHERS = "an account of the record: read it, do not look records up by it"

# Filters that go by another name than the field they filter on, ``list.field`` or, for every list, ``field``.
BY_ANOTHER_NAME = {
    "stated_on": ("stated_after", "stated_before"),
    "stated_earliest": ("stated_after", "stated_before"),
    "stated_latest": ("stated_after", "stated_before"),
    "published_on": ("published_after", "published_before"),
    "starts_on": ("starts_after", "starts_before"),
    "ends_on": ("ends_after", "ends_before"),
    "recorded_at": ("recorded_after", "recorded_before"),
    "retired_at": ("retired", "retired_after", "retired_before"),
    "created_at": ("created_after", "created_before"),
    "started_at": ("started_after", "started_before"),
    "finished_at": ("finished_after", "finished_before"),
    "checked_at": ("checked_after", "checked_before"),
    "disabled_at": ("disabled_after", "disabled_before"),
    "next_attempt_at": ("next_attempt_after", "next_attempt_before"),
    "last_attempt_at": ("last_attempt_after", "last_attempt_before"),
    "attempts": ("attempts_min",),
    "webhooks.negotiations": ("negotiation",),
    "at": ("at_after", "at_before"),
    "merged_into": ("retired",),
    "addressees": ("addressee",),
    "keywords": ("keyword",),
    "archive_url": ("url",),
    "delegations": ("party", "person"),
    "appointments": ("party", "post"),
    "aliases": ("q",),
    "subject": ("subject_type", "subject_id"),
    "statements.codings": ("party", "issue", "move", "state", "stance"),
    "conditions.statuses": ("status",),
    "since": ("since_after", "since_before"),
    "on": ("on_after", "on_before"),
    "last_evidence_on": ("last_evidence_after", "last_evidence_before"),
    "last_heard_on": ("last_heard_after", "last_heard_before"),
    "declared_on": ("declared_after", "declared_before"),
    "last_spoken_on": ("last_spoken_after", "last_spoken_before"),
    "rounds_silent": ("rounds_silent_min",),
    "rounds_attended": ("rounds_attended_min",),
    "source_count": ("source_count_min",),
}
# Fields without a filter, and why.
REASONS = {
    "seen_by": "for members only: nobody may find out by asking",
    "review_policy": "for members only: nobody may find out by asking",
    "title": SEARCHED,
    "summary": SEARCHED,
    "venue": SEARCHED,
    "name": SEARCHED,
    "proposal": SEARCHED,
    "pole_for": SEARCHED,
    "pole_against": SEARCHED,
    "reference_point": SEARCHED,
    "exact": SEARCHED,
    "speaker_label": SEARCHED,
    "conditions.text": SEARCHED,
    "rank": "a place in an order: order by it",
    "length": "a measure of the text",
    "start": "a place in the source: take the source's statements",
    "end": "a place in the source: take the source's statements",
    "prefix": "the surroundings of a quotation",
    "suffix": "the surroundings of a quotation",
    "note": "working notes of the members",
    "reason": AMONG_OTHERS,
    "before": AMONG_OTHERS,
    "after": AMONG_OTHERS,
    "superseded_by": "one record: its address is in the field, and it is found by supersedes",
    "codings.conditions": "conditions/ lists and filters them",
    "conditions.since": "worked out from the series: take status, and as_of",
    "events.id": "a running number: order by it, or take at_after",
    "progress": "how far a job has come: take its state",
    "result": "what a job gave",
    "errors": "what a job gave",
    "low": "the end of a range: take stance and state",
    "high": "the end of a range: take stance and state",
    "positions.conditions": "counts: take conditional, or conditions/",
    "occasion": "a day: take last_evidence_after and last_evidence_before",
    "evidence_count": "a count of passages: take source_count_min",
    "evidence_total": "a count of passages: take source_count_min",
    "other_evidence": "a count of passages: take footing",
    "statements": "statements/ lists and filters them",
    "statements_before": "statements/ lists and filters them",
    "statements_after": "statements/ lists and filters them",
    "steps": "a difference: take kind",
    "gaps": "with names the parties wanted in it",
    "gap_before": "a difference: every row is a narrowing",
    "gap_after": "a difference: every row is a narrowing",
    "entries": "take status",
    "silent_at": "days: take rounds_silent_min",
    "description": "a note of one's own: there are twenty webhooks at most",
    "kinds": "a list of one's own: there are twenty webhooks at most",
    "disabled_reason": "words for its owner: take is_enabled",
    "last_error": "words for its owner: take last_status",
}
LISTS: dict[str, type[ResourceView] | type[PagedDerivedView]] = {
    **RESOURCES,
    "deliveries": DeliveryView,
    **{
        str(pattern.pattern).rstrip("/"): pattern.callback.cls  # type: ignore[attr-defined]
        for pattern in urlpatterns
        if issubclass(getattr(pattern.callback, "cls", object), PagedDerivedView)
        # a file is no list: it takes the filters of one
        and not issubclass(getattr(pattern.callback, "cls", object), Exported)
    },
}


def parameters_of(name: str) -> set[str]:
    view = LISTS[name](action="list") if issubclass(LISTS[name], ResourceView) else LISTS[name]()
    return {each.name for each in view.asked_parameters()}


@pytest.mark.parametrize("name", LISTS)
def test_every_field_has_a_filter_or_a_reason(name: str) -> None:
    taken = parameters_of(name)
    missing = []
    for field in field_names(LISTS[name].serializer_class):
        if field in taken or f"{name}.{field}" in REASONS or field in REASONS:
            continue
        filters = BY_ANOTHER_NAME.get(f"{name}.{field}") or BY_ANOTHER_NAME.get(field)
        if filters is None or not set(filters) <= taken:
            missing.append(field)
    assert missing == [], f"{name}/ cannot be filtered by these: add a filter, or the reason why not to REASONS"


@pytest.mark.parametrize("name", LISTS)
def test_every_list_is_ordered_and_cut(name: str) -> None:
    assert {"ordering", "fields", "cursor", "page_size"} <= parameters_of(name)


def test_no_list_of_records_is_left_out() -> None:
    lists = {
        pattern.callback.cls  # type: ignore[attr-defined]
        for pattern in urlpatterns
        if getattr(pattern.callback, "actions", {}).get("get") == "list"
    }
    # what words find are statements, with their filters; tokens are kept by their hashes, and a user has few
    assert lists - {*LISTS.values(), SearchView, SourceStatementView, TokenView} == set()


def test_reasons_are_those_of_fields_that_exist() -> None:
    fields = {field for view in LISTS.values() for field in field_names(view.serializer_class)}
    known = fields | {f"{name}.{field}" for name in LISTS for field in field_names(LISTS[name].serializer_class)}
    assert {entry for entry in (*REASONS, *BY_ANOTHER_NAME) if entry not in known} == set()


def test_records_by_id(api: Api) -> None:
    negotiation = make_negotiation("talks")
    rounds = [make_round(negotiation, number) for number in (1, 2, 3)]
    wanted = [str(rounds[0].pk), str(rounds[2].pk)]
    assert api.ids("rounds/", id=",".join(wanted)) == set(wanted)
    hidden = make_round(make_negotiation(visibility="restricted"), 1)
    unknown = "00000000-0000-4000-8000-000000000000"
    assert api.errors("rounds/", id=f"{wanted[0]},{hidden.pk}") == {"id": [f"there is no round “{hidden.pk}”"]}
    assert api.errors("rounds/", id=unknown) == {"id": [f"there is no round “{unknown}”"]}


def test_negotiations_by_slug(api: Api) -> None:
    make_negotiation("talks")
    make_negotiation("others")
    make_negotiation("hidden", visibility="restricted")
    assert api.ids("negotiations/", slug="talks") == {"talks"}
    assert api.errors("negotiations/", slug="hidden") == {"slug": ["there is no negotiation “hidden”"]}


def test_rounds_by_who_was_there_and_when(api: Api) -> None:
    negotiation = make_negotiation("talks")
    north, envoy, clerk = make_party("north"), make_person("envoy"), make_person("clerk")
    first = make_round(negotiation, 1, starts_on=date(2022, 1, 1), ends_on=date(2022, 1, 5), venue="Villa La Grange")
    make_round(negotiation, 2, starts_on=date(2022, 2, 1))
    make_delegation(first, north, head=envoy, members=[(clerk, "Clerk")])

    def numbers(**parameters: str) -> list[int]:
        return [row["number"] for row in api.rows("rounds/", **parameters)]

    assert numbers(person="envoy") == numbers(person="clerk") == numbers(q="la grange") == [1]
    assert numbers(ends_before="2022-01-05") == [1]
    assert numbers(ends_after="2022-01-06") == [2]
    assert numbers(q="round") == [1, 2]


def test_issues_by_keyword_and_any_of_their_words(api: Api) -> None:
    negotiation = make_negotiation("talks")
    border = make_issue(negotiation, "border", keywords=["Übergang", "fence"], reference_point="The line of 1950")
    make_issue(negotiation, "old", merged_into=border)
    make_issue(negotiation, "ferry", keywords=["fences"])
    assert api.ids("issues/", keyword="ubergang") == {str(border.pk)}
    assert api.ids("issues/", keyword="FENCE") == {str(border.pk)}
    assert api.ids("issues/", q="line of 1950") == {str(border.pk)}
    assert {row["slug"] for row in api.rows("issues/", retired="true")} == {"border", "old", "ferry"}


def test_parties_and_people(api: Api) -> None:
    north = make_party("north", is_listed=True)
    make_party("norden", is_listed=True, merged_into=north)
    ghost = make_party("ghost")
    make_person("envoy", posts=[(north, "Head of delegation"), (ghost, "Secret agent")])
    make_statement(asserted_by=north)
    assert api.ids("parties/", slug="north") == {"north"}
    assert api.ids("parties/") == {"north"}
    assert api.ids("parties/", retired="true") == {"north", "norden"}
    negotiation = make_negotiation()
    make_delegation(
        make_round(negotiation), north, head=type(north)._meta.apps.get_model("positions", "Person").objects.get()
    )
    assert api.ids("persons/", slug="envoy") == api.ids("persons/", post="head of") == {"envoy"}
    # a post for a party that the reader does not see is not in the payload, and finds nobody
    assert api.ids("persons/", post="secret") == set()


def test_sources_by_author_address_and_digest(api: Api) -> None:
    negotiation = make_negotiation("talks")
    known = make_source(
        negotiation, author="A. Writer", url="https://example.org/a", archive_url="https://example.org/b"
    )
    closed = make_source(negotiation, attribution=Attribution.DEEP_BACKGROUND)
    assert api.ids("sources/", author="A. Writer") == {str(known.pk)}
    for address in ("https://example.org/a", "https://example.org/b"):
        assert api.ids("sources/", url=address) == {str(known.pk)}
    # who may not read a text does not learn which text it is either
    assert api.ids("sources/", sha256=digest_of(TEXT).upper()) == {str(known.pk)}
    assert Api(add_member(negotiation, role=Role.ANALYST)).ids("sources/", sha256=digest_of(TEXT)) == {
        str(known.pk), str(closed.pk),
    }  # fmt: skip


def test_what_was_retired_when(api: Api) -> None:
    negotiation = make_negotiation("talks")
    old, new = make_statement(negotiation), make_statement(negotiation)
    group = StatementGroup.objects.create(negotiation=negotiation, key="joint")
    joint = make_statement(negotiation, group=group)
    for statement in (old, new, joint):
        make_coding(statement, issue=negotiation.issues.first())
    at = datetime(2022, 4, 1, tzinfo=UTC)
    Coding.objects.filter(statement=old).update(retired_at=at)
    Statement.objects.filter(pk=old.pk).update(retired_at=at)
    later = make_statement(negotiation, supersedes=old, reason="misread")
    make_coding(later, issue=negotiation.issues.first())
    ids = {name: str(each.pk) for name, each in (("old", old), ("new", new), ("joint", joint), ("later", later))}
    assert api.ids("statements/") == {ids["new"], ids["joint"], ids["later"]}
    assert api.ids("statements/", retired_after="2022-04-01T00:00:00Z") == {ids["old"]}
    assert api.ids("statements/", retired_before="2022-03-31T23:59:59Z") == set()
    assert api.ids("codings/", retired_before="2022-04-01T00:00:00Z") == {str(old.codings.get().pk)}
    assert api.ids("statements/", supersedes=ids["old"]) == {ids["later"]}
    assert api.ids("statements/", group=str(group.pk)) == {ids["joint"]}
    assert set(api.errors("statements/", group=ids["old"])) == {"group"}


def test_jobs_by_when_they_ran(db: None) -> None:
    user = make_user()
    job = make_job(created_by=user, state=JobState.SUCCEEDED, finished_at=datetime(2022, 1, 2, tzinfo=UTC))
    api = Api(user)
    assert api.ids("jobs/", finished_after="2022-01-02T00:00:00Z") == {str(job.pk)}
    assert api.ids("jobs/", finished_after="2022-01-02T00:00:01Z") == set()
    assert api.ids("jobs/", created_before="2000-01-01T00:00:00Z") == set()


def test_filters_on_what_was_derived(api: Api) -> None:
    negotiation = make_negotiation("talks")
    border = make_issue(negotiation, "border")
    for name, stance, day in (("north", 2, "2022-01-02"), ("south", -1, "2022-02-02"), ("north", 1, "2022-02-10")):
        party = make_party(name) if not negotiation.statements.filter(asserted_by__slug=name) else None
        party = party or negotiation.statements.filter(asserted_by__slug=name).first().asserted_by  # type: ignore[union-attr]
        source = make_source(negotiation, published_on=day)
        make_coding(make_statement(source=source, asserted_by=party, stated_on=day), issue=border, stance=stance)

    def positions(**parameters: str) -> list[str]:
        return [row["party"] for row in api.rows("positions/", negotiation="talks", **parameters)]

    def shifts(**parameters: str) -> list[tuple[str, str]]:
        return [(row["party"], row["on"]) for row in api.rows("shifts/", negotiation="talks", **parameters)]

    def concessions(**parameters: str) -> int:
        return len(api.rows("concessions/", negotiation="talks", **parameters))

    assert positions(stance="1,2") == ["north"]
    assert positions(stance="null") == []
    assert positions(last_evidence_after="2022-02-03") == positions(since_after="2022-02-03") == ["north"]
    assert positions(last_heard_before="2022-02-02") == ["south"]
    assert positions(source_count_min="2") == positions(rounds_silent_min="1") == []
    assert shifts(on_after="2022-02-10") == [("north", "2022-02-10")]
    assert shifts(on_before="2022-01-02", within_range="false") == [("north", "2022-01-02")]
    assert shifts(condition="null", red_line="null", kind="moved") == [("north", "2022-02-10")]
    assert shifts(red_line="declared") == []
    assert (concessions(), concessions(moved_first="true"), concessions(moved_first="false")) == (1, 1, 0)
    assert (concessions(answered="null"), concessions(answered="true,false")) == (1, 0)
    assert (concessions(on_after="2022-02-11"), concessions(footing="own")) == (0, 1)
