"""An issue's timeline: the chart, what moved, the evidence, and who may see which of it."""

from __future__ import annotations

import csv
import io
import re
import xml.etree.ElementTree as ET
from datetime import date

import pytest
from django.test import Client

from positions.enums import Attribution, Role, Tlp
from tests.factories import (
    add_member,
    make_coding,
    make_issue,
    make_negotiation,
    make_party,
    make_source,
    make_statement,
)
from tests.web.conftest import CountQueries, Talks

pytestmark = pytest.mark.django_db


def test_lede_tells_the_move_and_who_held(client: Client, talks: Talks) -> None:
    response = client.get(talks.timeline)
    assert "".join(phrase.text for phrase in response.context["lede"]) == (
        "North moved one step on 10 February 2022, from +2 to +1, narrowing the gap to South. South has held at −1. "
    )
    assert response.context["counted"] == "3 statements from 3 sources."


def test_every_dot_leads_to_its_statement(client: Client, talks: Talks) -> None:
    response = client.get(talks.timeline)
    dots = [dot.statement for marks in response.context["chart"].parties for dot in marks.dots]
    assert len(dots) == 3
    for statement in dots:
        assert client.get(f"/statements/{statement}/").status_code == 200
        assert f'href="/statements/{statement}/"' in response.content.decode()


def test_ids_are_unique(client: Client, talks: Talks) -> None:
    ids = re.findall(r'\bid="([^"]+)"', client.get(talks.timeline).content.decode())
    assert sorted(ids) == sorted(set(ids))


def test_shift_card_has_both_quotes_and_its_gap(client: Client, talks: Talks) -> None:
    (card,) = client.get(talks.timeline).context["cards"]
    assert (card.before.stance, card.after.stance, card.steps_words) == ("+2", "+1", "one step")
    assert card.gaps == "Gap to South narrowed, 3 → 2"
    assert card.extras == ("a condition was added",)
    assert [q.text for q in card.before.quotations] == ["We will not accept this proposal."]


def test_as_of_and_known_at_are_said_and_carried(client: Client, talks: Talks) -> None:
    response = client.get(f"{talks.timeline}?as_of=2022-01-31&known_at=2022-03-01T00:00:00Z")
    text = response.content.decode()
    assert "Shown as of 31 January 2022, as the record stood on 1 March 2022, 00:00 UTC." in text
    assert [row.stance for row in response.context["rows"]] == ["−1", "+2"]
    query = "?as_of=2022-01-31&amp;known_at=2022-03-01T00%3A00%3A00Z"
    assert f'href="/n/river-talks/{query}"' in text
    assert f"/statements/{response.context['rows'][0].point.statement}/{query}" in text


def test_known_at_before_the_record_is_empty(client: Client, talks: Talks) -> None:
    response = client.get(f"{talks.timeline}?known_at=2020-01-01")
    assert response.context["rows"] == []
    assert "gap in the record, not neutrality" in response.content.decode()


def test_party_filter_keeps_the_others_offered(client: Client, talks: Talks) -> None:
    response = client.get(f"{talks.timeline}?party=south")
    assert [marks.ink.slug for marks in response.context["chart"].parties] == ["south"]
    assert [(ink.slug, shown) for ink, shown in response.context["choices"]] == [("north", False), ("south", True)]


def test_unknown_party_is_a_400(client: Client, talks: Talks) -> None:
    response = client.get(f"{talks.timeline}?party=nobody")
    assert response.status_code == 400
    assert "nobody" in response.content.decode()


def test_issue_of_another_negotiation_is_a_404(client: Client, talks: Talks) -> None:
    other = make_issue(make_negotiation(), "elsewhere")
    assert client.get(f"/n/river-talks/issues/{other.slug}/").status_code == 404


def test_issue_without_statements(client: Client, talks: Talks) -> None:
    make_issue(talks.negotiation, "bridge")
    response = client.get("/n/river-talks/issues/bridge/")
    assert response.status_code == 200
    assert response.context["chart"].is_empty


def test_ground_rules_hold_on_the_page(client: Client, talks: Talks) -> None:
    for rule, words in (
        (Attribution.OFF_RECORD, "We said this off the record."),
        (Attribution.CHATHAM_HOUSE, "We said this under the rule."),
        (Attribution.DEEP_BACKGROUND, "We said this on deep background."),
        (Attribution.ON_BACKGROUND, "We said this on background."),
    ):
        source = make_source(talks.negotiation, text=words, published_on="2022-01-20")
        statement = make_statement(
            source=source, asserted_by=talks.south, attribution=rule, speaker_label="Minister X", stated_on="2022-01-20"
        )
        make_coding(statement, party=talks.south, issue=talks.issue, stance=2)
    red = make_source(talks.negotiation, text="We said this in red.", published_on="2022-01-20", tlp=Tlp.RED)
    make_coding(make_statement(source=red, asserted_by=talks.south), party=talks.south, issue=talks.issue, stance=2)

    def seen(role: Role | None) -> tuple[int, list[str], bool]:
        client.logout()
        if role:
            client.force_login(add_member(talks.negotiation, role=role))
        response = client.get(talks.timeline)
        text = response.content.decode()
        shown = re.findall(r"We said this [a-z ]+", text)
        return (
            len(response.context["rows"]),
            sorted({words.removeprefix("We said this ") for words in shown}),
            "Minister X" in text,
        )

    assert seen(None) == (5, ["on background"], False)
    assert seen(Role.VIEWER) == (7, ["in red", "off the record", "on background"], False)
    assert seen(Role.ANALYST) == (
        8, ["in red", "off the record", "on background", "on deep background", "under the rule"], True,
    )  # fmt: skip


def test_svg_is_whole_and_links_to_this_installation(client: Client, talks: Talks) -> None:
    response = client.get(f"{talks.timeline}timeline.svg")
    assert response.headers["Content-Type"].startswith("image/svg+xml")
    root = ET.fromstring(response.content)
    links = [element.get("href") for element in root.iter("{http://www.w3.org/2000/svg}a")]
    assert len(links) == 3
    assert all(link and link.startswith("http://testserver/statements/") for link in links)


def test_csv_has_a_row_for_each_reading_and_no_formulas(client: Client, talks: Talks) -> None:
    talks.say(make_party("formula", name="Formula"), "2022-01-12", -2)
    source = make_source(talks.negotiation, text="=HYPERLINK(1)", title="@risky")
    make_coding(make_statement(source=source, exact="=HYPERLINK(1)", asserted_by=talks.south), issue=talks.issue)
    response = client.get(f"{talks.timeline}timeline.csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert [row["stance"] for row in rows if row["party"] == "formula"] == ["-2"]
    assert {(row["quote"], row["source"]) for row in rows if "HYPER" in row["quote"]} == {("'=HYPERLINK(1)", "'@risky")}


@pytest.mark.parametrize("number", [1, 3])
def test_queries_do_not_grow(talks: Talks, count_queries: CountQueries, number: int) -> None:
    for _ in range(number - 1):
        talks.say(make_party(), "2022-01-12", 2, conditions=["one", "two"])
    lead, viewer = (add_member(talks.negotiation, role=role) for role in (Role.LEAD, Role.VIEWER))
    narrowed = f"{talks.timeline}?move=demand&from=round-1&to=round-2"
    for address in (talks.timeline, narrowed, f"{talks.timeline}timeline.svg", f"{talks.timeline}timeline.csv"):
        assert count_queries(address)[0] == 7
        assert count_queries(address, lead)[0] == 9
        assert count_queries(address, viewer)[0] == 10


def test_long_evidence_is_cut_and_shown_whole_on_request(
    client: Client, talks: Talks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("positions.web.issue_timeline.ROWS_SHOWN", 2)
    response = client.get(talks.timeline)
    assert (len(response.context["rows"]), response.context["rows_left_out"]) == (2, 1)
    assert 'href="?evidence=all#evidence"' in response.content.decode()
    assert len(client.get(f"{talks.timeline}?evidence=all").context["rows"]) == 3


def dots_of(client: Client, address: str) -> list[tuple[str, int | None]]:
    """Party and stance of each dot drawn, by party and time."""
    context = client.get(address).context
    rows = {(row.point.party, row.point.statement): row.point.stance for row in context["rows"]}
    return [(m.ink.slug, rows[m.ink.slug, dot.statement]) for m in context["chart"].parties for dot in m.dots]


def test_filters_hide_dots_and_leave_the_line(client: Client, talks: Talks) -> None:
    talks.say(talks.north, "2022-02-20", 1, move="offer")
    whole = client.get(talks.timeline).context["chart"].parties[0]
    address = f"{talks.timeline}?move=offer&footing=own&credibility=6"
    assert dots_of(client, address) == [("north", 1)]
    response = client.get(address)
    narrowed = next(marks for marks in response.context["chart"].parties if marks.ink.slug == "north")
    assert (narrowed.solid != "", narrowed.label.note) == (True, whole.label.note)
    assert len(narrowed.shifts) == 1
    text = response.content.decode()
    assert "3 readings of 4 not drawn here" in text
    assert "timeline.csv?move=offer&amp;footing=own&amp;credibility=6" in text
    csv_text = client.get(f"{talks.timeline}timeline.csv?move=offer").content.decode()
    assert len(csv_text.splitlines()) == 2


def test_credibility_keeps_better_grades(client: Client, talks: Talks) -> None:
    poor = make_statement(source=make_source(talks.negotiation), asserted_by=talks.south, credibility=5)
    make_coding(poor, party=talks.south, issue=talks.issue, stance=0)
    assert ("south", 0) not in dots_of(client, f"{talks.timeline}?credibility=4")
    assert ("south", 0) in dots_of(client, f"{talks.timeline}?credibility=5")


def test_zoom_to_a_round_holds_the_axis_and_the_line_of_that_day(client: Client, talks: Talks) -> None:
    response = client.get(f"{talks.timeline}?from=round-1&to=2022-01-31")
    chart = response.context["chart"]
    assert (chart.first, chart.last) == (date(2022, 1, 10), date(2022, 1, 31))
    assert [marks.label.note for marks in chart.parties] == ["+2", "−1"]
    assert [marks.shifts for marks in chart.parties] == [(), ()]
    assert 'href="?"' in response.content.decode()
    later = client.get(f"{talks.timeline}?from=2022-02-11&to=2022-02-28").context["chart"]
    assert (later.is_empty, ["V" in marks.solid + marks.dotted for marks in later.parties]) == (True, [False, False])
    assert [marks.label.note for marks in later.parties] == ["+1 if", "−1"]


@pytest.mark.parametrize(
    "query",
    [
        "move=shout", "footing=hearsay", "credibility=7", "credibility=1&credibility=2", "from=round-9",
        "from=yesterday", "to=2022-02-30", "from=2022-02-01&to=2022-01-01",
    ],
)  # fmt: skip
def test_bad_filter_is_a_400_that_names_it(client: Client, talks: Talks, query: str) -> None:
    response = client.get(f"{talks.timeline}?{query}")
    name = query.rpartition("&")[2].partition("=")[0]
    assert (response.status_code, response.context["problem"].name) == (400, name)


def test_each_party_is_told_in_a_sentence(client: Client, talks: Talks) -> None:
    talks.say(talks.south, "2022-02-10", -1)
    told = {ink.slug: words for ink, words in client.get(talks.timeline).context["summaries"]}
    assert told == {
        "north": "at +1 since 10 Feb 2022, +2 before, under an open condition, 2 statements",
        "south": "unchanged at −1 since 11 Jan 2022, 2 statements",
    }


def test_reference_point_is_told_at_the_scale_without_a_number(client: Client, talks: Talks) -> None:
    type(talks.issue).objects.filter(pk=talks.issue.pk).update(reference_point="The old ferry runs <on>")
    notes = [text for _, text in client.get(talks.timeline).context["chart"].notes]
    assert notes == ["◇ If nothing is agreed: The old ferry runs <on>"]
    assert (
        "◇ If nothing is agreed: The old ferry runs &lt;on&gt;"
        in client.get(f"{talks.timeline}timeline.svg").content.decode()
    )


def test_dot_title_says_quote_speaker_rule_and_grade(client: Client, talks: Talks) -> None:
    titles = [
        dot.title.split("\n") for marks in client.get(talks.timeline).context["chart"].parties for dot in marks.dots
    ]
    assert {len(lines) for lines in titles} == {4}
    assert titles[0][2].startswith("North, on the record, ")
    assert titles[0][3].startswith("F6: source reliability cannot be judged, ")


def test_parties_without_a_box_are_in_a_list_and_not_dropped(client: Client, talks: Talks) -> None:
    for number in range(16):
        talks.say(make_party(f"coast-{number:02}", name=f"Coast {number:02}"), "2022-01-12", 1)
    response = client.get(talks.timeline)
    assert {is_ticked for _, is_ticked in response.context["choices"]} == {False}
    offered = {ink.slug for ink, _ in response.context["choices"]} | {i.slug for i in response.context["more_choices"]}
    assert (len(offered), len(response.context["more_choices"])) == (18, 2)
    chosen = response.context["more_choices"][0].slug
    narrowed = client.get(f"{talks.timeline}?party=north&party={chosen}")
    assert [(ink.slug) for ink, is_ticked in narrowed.context["choices"] if is_ticked] == ["north", chosen]
    assert {marks.ink.slot is None for marks in narrowed.context["chart"].parties} == {False}


def test_lede_of_a_crowd_stays_short(client: Client, talks: Talks) -> None:
    for number, (stance, conditions) in enumerate(((2, ["x"]), (1, ["x"]), (0, []), (-1, ["x"]), (-2, []))):
        talks.say(make_party(f"coast-{number}", name=f"Coast {number}"), "2022-01-12", stance, conditions=conditions)
    lede = "".join(phrase.text for phrase in client.get(talks.timeline).context["lede"])
    assert lede.count("held at") == 3
    assert lede.endswith("; 3 others have held elsewhere. ")
