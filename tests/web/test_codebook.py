"""The codebook's page: versions, what changed, and what only members read."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from positions.enums import Role, Visibility
from positions.models import Issue, Negotiation
from positions.queries.access import reader_of
from positions.queries.codebook import own_words
from positions.services.codebook import publish_codebook_version
from tests.factories import add_member, make_coding, make_issue, make_negotiation, make_statement
from tests.web.conftest import CountQueries

pytestmark = pytest.mark.django_db
ADDRESS = "/n/river-talks/codebook/"
MOST_QUERIES = 12


@pytest.fixture
def issue() -> Issue:
    return make_issue(make_negotiation("river-talks", title="River talks"), "ferries", title="Ferries")


@pytest.fixture
def lead(issue: Issue) -> User:
    """A lead, who published the second version."""
    lead = add_member(issue.negotiation, role=Role.LEAD)
    words = own_words(issue)
    second = type(words)(
        issue=issue,
        proposal="Ferries run daily",
        definition="Boats that carry people",
        anchors={"2": {"meaning": "A demand", "examples": ["<b>Every day</b>"]}},
        rules="A wish is +1.",
    )
    publish_codebook_version(reader_of(lead), issue.negotiation, "Code what is said.", [second], "Clearer.")
    return lead


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_member_reads_anchors_rules_and_changes(lead: User) -> None:
    response = client_of(lead).get(ADDRESS)
    (row,) = response.context["rows"]
    assert [(a.sign, a.meaning, a.examples) for a in row.anchors] == [("+2", "A demand", ("<b>Every day</b>",))]
    assert ("proposal", "Ferries is agreed") in [(change.name, change.before) for change in row.changes]
    page = response.content.decode()
    assert "A wish is +1." in page
    assert "Code what is said." in page
    assert "&lt;b&gt;Every day&lt;/b&gt;" in page


def test_outsider_reads_what_stances_mean_only(client: Client, lead: User) -> None:
    page = client.get(ADDRESS).content.decode()
    for shown in ("Ferries run daily", "Boats that carry people"):
        assert shown in page
    for hidden in ("A demand", "Every day", "A wish is +1.", "Code what is said."):
        assert hidden not in page


def test_older_version_is_shown_by_number(client: Client, issue: Issue, lead: User) -> None:
    make_coding(
        make_statement(issue.negotiation), issue=issue, codebook=issue.negotiation.codebook_versions.get(version=1)
    )
    response = client.get(f"{ADDRESS}?version=1")
    assert [(v.version, count, shown) for v, count, shown in response.context["versions"]] == [
        (2, 0, False),
        (1, 1, True),
    ]
    assert [row.words.proposal for row in response.context["rows"]] == ["Ferries is agreed"]
    assert "There is a newer version." in response.content.decode()


def test_bad_versions_are_refused(client: Client, lead: User) -> None:
    for query in ("version=x", "version=-1", "edition=2"):
        response = client.get(f"{ADDRESS}?{query}")
        assert (response.status_code, response.context["problem"].name) == (400, query.partition("=")[0])
    assert client.get(f"{ADDRESS}?version=9").status_code == 404


def test_hidden_negotiation_has_no_codebook(client: Client, lead: User) -> None:
    Negotiation.objects.update(visibility=Visibility.RESTRICTED)
    assert client.get(ADDRESS).status_code == 404


def test_negotiation_without_a_version_says_so(client: Client, issue: Issue) -> None:
    issue.negotiation.codebook_versions.all().delete()
    assert "Nothing is written down yet." in client.get(ADDRESS).content.decode()


def test_queries_do_not_grow_with_the_issues(issue: Issue, lead: User, count_queries: CountQueries) -> None:
    first = count_queries(ADDRESS, lead)[0]
    make_issue(issue.negotiation)
    make_issue(issue.negotiation)
    assert count_queries(ADDRESS, lead)[0] == first <= MOST_QUERIES
