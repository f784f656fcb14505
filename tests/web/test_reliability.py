"""Agreement between coders: figures, matrix, worst units, and who sees which of them."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client

from positions.enums import Attribution, CodingStatus, Role, Visibility
from positions.models import Issue, Negotiation
from tests.factories import add_member, make_coding, make_issue, make_negotiation, make_party, make_statement
from tests.web.conftest import CountQueries

pytestmark = pytest.mark.django_db
ADDRESS = "/n/river-talks/reliability/"
MOST_QUERIES = 12


@pytest.fixture
def issue() -> Issue:
    """Three passages that Anna's published and Ben's submitted reading both cover; they differ on one."""
    negotiation = make_negotiation("river-talks", title="River talks")
    issue = make_issue(negotiation, "ferries", title="Ferries")
    north = make_party("north", name="North")
    for anna, ben in ((2, 2), (-1, -1), (1, -2)):
        statement = make_statement(negotiation, asserted_by=north, exact=f"Anna says {anna}, Ben says {ben}.")
        make_coding(statement, issue=issue, stance=anna, coder="anna")
        make_coding(statement, issue=issue, stance=ben, coder="ben", status=CodingStatus.SUBMITTED)
    return issue


def signed_in(negotiation: Negotiation, role: str) -> Client:
    client = Client()
    client.force_login(add_member(negotiation, role=role), backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_outsider_reads_figures_and_neither_coders_nor_units(client: Client, issue: Issue) -> None:
    response = client.get(ADDRESS)
    stance = response.context["rows"][0]
    assert (stance.percent, stance.found.agreement.units, stance.scale is not None) == ("67 %", 3, True)
    assert response.context["lede"].startswith("On stances, 2 coders reach an alpha of ")
    page = response.content.decode()
    assert "n/a because only one value was ever used" in page
    assert response.context["worst"] == []
    for word in ("anna", "ben", "Anna says"):
        assert word not in page


def test_member_reads_the_worst_units_with_quotes(issue: Issue) -> None:
    client = signed_in(issue.negotiation, Role.ANALYST)
    (unit,) = client.get(ADDRESS).context["worst"]
    assert (unit.issue, unit.party, unit.differs_in) == ("Ferries", "North", "Differ in stance, stances 3 steps apart.")
    assert [quotation.text for quotation in unit.quotations] == ["Anna says 1, Ben says -2."]
    assert [(row.coder, row.cells[0]) for row in unit.readings] == [("anna", ("+1", True)), ("ben", ("−2", True))]


def test_matrix_of_the_field_asked_for(client: Client, issue: Issue) -> None:
    matrix = client.get(ADDRESS).context["matrix"]
    assert matrix.labels == ("−2", "−1", "+1", "+2")
    assert [[words for words, _ in cells] for _, cells, _ in matrix.rows] == [
        ["·", "·", "1", "·"],
        ["·", "2", "·", "·"],
        ["1", "·", "·", "·"],
        ["·", "·", "·", "2"],
    ]
    assert client.get(f"{ADDRESS}?field=party").context["matrix"].labels == ("North",)
    assert client.get(f"{ADDRESS}?field=issue").context["matrix"].labels == ("Ferries",)


def test_selection_narrows_figures_and_csv(issue: Issue) -> None:
    client = signed_in(issue.negotiation, Role.VIEWER)
    make_issue(issue.negotiation, "silent")
    assert client.get(f"{ADDRESS}?issue=silent").context["lede"] == (
        "Agreement on stances cannot be computed: nobody handed in a reading."
    )
    query = "?issue=ferries&coders=anna&coders=ben&codebook=1"
    assert client.get(ADDRESS + query).context["take_away"].csv == f"{ADDRESS}reliability.csv{query}"
    rows = list(csv.DictReader(io.StringIO(client.get(f"{ADDRESS}reliability.csv{query}").content.decode())))
    assert [row["field"] for row in rows] == ["stance", "state", "move", "red_line", "issue", "party"]
    assert (rows[0]["units"], rows[1]["alpha"], rows[1]["reason"]) == ("3", "", "only one value was ever used")
    assert client.get(f"{ADDRESS}?coders=anna&coders=").context["asked"].selection.coders is None
    assert client.get(f"{ADDRESS}?coders=anna,ben").context["asked"].selection.coders == ("anna", "ben")


@pytest.mark.parametrize(
    "query", ["issue=nowhere", "field=colour", "codebook=2", "codebook=x", "coders=anna&coders=ben", "as_of=2022-01-01"]
)
def test_bad_address_is_refused_by_name(client: Client, issue: Issue, query: str) -> None:
    response = client.get(f"{ADDRESS}?{query}")
    assert response.status_code == 400
    assert response.context["problem"].name == query.partition("=")[0]


def test_hidden_negotiation_has_no_page(client: Client, issue: Issue) -> None:
    Negotiation.objects.update(visibility=Visibility.RESTRICTED)
    assert client.get(ADDRESS).status_code == 404
    assert client.get(f"{ADDRESS}reliability.csv").status_code == 404


def test_passages_under_a_stricter_rule_stay_out(issue: Issue) -> None:
    statement = make_statement(issue.negotiation, attribution=Attribution.CHATHAM_HOUSE, exact="Behind closed doors.")
    make_coding(statement, issue=issue, stance=2, coder="anna")
    make_coding(statement, issue=issue, stance=-2, coder="ben", status=CodingStatus.SUBMITTED)
    viewer, analyst = (signed_in(issue.negotiation, role).get(ADDRESS) for role in (Role.VIEWER, Role.ANALYST))
    assert (len(viewer.context["worst"]), len(analyst.context["worst"])) == (1, 2)
    assert "Behind closed doors." not in viewer.content.decode()


def test_hostile_names_are_only_text(issue: Issue) -> None:
    statement = make_statement(issue.negotiation, exact="<b>Yes</b>")
    make_coding(statement, issue=issue, stance=2, coder="<script>alert(1)</script>")
    make_coding(statement, issue=issue, stance=-2, coder="\u202eevil", status=CodingStatus.SUBMITTED)
    page = signed_in(issue.negotiation, Role.LEAD).get(ADDRESS).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;Yes&lt;/b&gt;" in page


def test_queries_stay_within_the_budget(issue: Issue, count_queries: CountQueries) -> None:
    counts = []
    users = {role: add_member(issue.negotiation, role=role) for role in (Role.VIEWER, Role.ANALYST, Role.LEAD)}
    for _ in range(2):
        counts.append({role: count_queries(ADDRESS, user)[0] for role, user in users.items()})
        statement = make_statement(issue.negotiation)
        make_coding(statement, issue=issue, stance=2, coder="anna")
        make_coding(statement, issue=issue, stance=0, coder="ben", status=CodingStatus.SUBMITTED)
    assert counts[0] == counts[1]
    assert max(counts[0].values()) <= MOST_QUERIES
