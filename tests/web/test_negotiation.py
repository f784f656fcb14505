"""A negotiation's overview and matrix."""

from __future__ import annotations

import pytest
from django.test import Client

from positions.enums import Role, Visibility
from tests.factories import add_member, make_issue, make_negotiation, make_party
from tests.web.conftest import CountQueries, Talks

pytestmark = pytest.mark.django_db
ADDRESS = "/n/river-talks/"


def lede_of(client: Client, address: str = ADDRESS) -> str:
    return "".join(phrase.text for phrase in client.get(address).context["lede"])


def test_lede_tells_where_the_two_stand_and_who_moved(client: Client, talks: Talks) -> None:
    assert lede_of(client) == (
        "North and South stand on opposite sides of one issue, Ferries. "
        "The last to move was North, on 10 February 2022, on Ferries."
    )


def test_empty_negotiation_says_so(client: Client) -> None:
    make_negotiation("empty")
    assert lede_of(client, "/n/empty/") == "Nothing is in the record yet."


def test_matrix_cells_tell_sign_condition_and_evidence(client: Client, talks: Talks) -> None:
    table = client.get(f"{ADDRESS}matrix/").context["matrix"]
    (row,) = table.rows
    assert [ink.name for ink in table.parties] == ["North", "South"]
    assert [(c.sign, c.tint, c.evidence_count, c.is_conditional) for c in row.cells] == [
        ("+1 if", "for-1", 2, True),
        ("−1", "against-1", 1, False),
    ]
    assert row.span_words == "2 steps"


def test_matrix_as_of_a_day_before_the_move(client: Client, talks: Talks) -> None:
    response = client.get(f"{ADDRESS}matrix/?as_of=2022-01-31")
    (row,) = response.context["matrix"].rows
    assert row.cells[0].sign == "+2"
    assert f"{talks.timeline}?as_of=2022-01-31" in response.content.decode()


def test_round_by_round_follows_the_party_asked_for(client: Client, talks: Talks) -> None:
    table = client.get(f"{ADDRESS}?party=south").context["round_table"]
    assert table.ink.name == "South"
    ((issue, cells, stands),) = table.rows
    assert (issue, [cell for cell in cells if cell], stands.sign) == (talks.issue, [], "−1")


def test_silence_after_a_round_is_listed(client: Client, talks: Talks) -> None:
    ((ink, issue, position),) = client.get(ADDRESS).context["silences"]
    assert (ink.name, issue.slug, position.rounds_silent) == ("South", "ferries", 1)


def test_never_heard_lists_missing_issues(client: Client, talks: Talks) -> None:
    other = make_issue(talks.negotiation, "bridge")
    talks.say(talks.north, "2022-01-12", 1, other)
    ((ink, missing, heard, total),) = client.get(ADDRESS).context["never"]
    assert (ink.name, missing, heard, total) == ("South", [other], 1, 2)


@pytest.mark.parametrize("path", ["", "matrix/"])
def test_hidden_and_missing_negotiations_answer_alike(client: Client, path: str) -> None:
    make_negotiation("secret-talks", visibility=Visibility.RESTRICTED)
    hidden, missing = client.get(f"/n/secret-talks/{path}"), client.get(f"/n/no-such-talks/{path}")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.content.replace(b"secret", b"no-such") == missing.content


def test_hostile_titles_are_only_text(client: Client, talks: Talks) -> None:
    hostile = "<script>alert(1)</script>\u202eevil" + "x" * 200
    issue = make_issue(talks.negotiation, "hostile", title=hostile, proposal=hostile)
    talks.say(make_party(name=hostile), "2022-01-12", 2, issue)
    for path in ("", "matrix/", "issues/hostile/"):
        text = client.get(f"{ADDRESS}{path}").content.decode()
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


@pytest.mark.parametrize("number", [1, 3])
def test_queries_do_not_grow(talks: Talks, count_queries: CountQueries, number: int) -> None:
    for n in range(number - 1):
        issue = make_issue(talks.negotiation)
        for party in (talks.north, make_party()):
            talks.say(party, f"2022-01-1{n + 2}", 2, issue)
            talks.say(party, "2022-02-10", -2, issue, conditions=["something"])
    lead, viewer = (add_member(talks.negotiation, role=role) for role in (Role.LEAD, Role.VIEWER))
    assert count_queries(ADDRESS)[0] == 8
    assert count_queries(ADDRESS, lead)[0] == 10
    assert count_queries(ADDRESS, viewer)[0] == 11
    assert count_queries(f"{ADDRESS}matrix/")[0] == 7
