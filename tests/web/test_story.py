"""The story: rounds, documents and shifts on one scale, and what moved at each."""

from __future__ import annotations

import csv
import io
import itertools
import re
from datetime import date, timedelta

import pytest
from django.test import Client

from positions.enums import Role, RoundStatus, SourceKind, Tlp, Visibility
from positions.web.story_chart import STORY_NARROW, STORY_WIDE, Happening, Lane, StoryChart, draw_story
from tests.factories import add_member, make_coding, make_negotiation, make_round, make_source, make_statement
from tests.web.conftest import CountQueries, Talks

pytestmark = pytest.mark.django_db
ADDRESS = "/n/river-talks/story/"


def words_of(client: Client, query: str = "") -> str:
    return "".join(phrase.text for phrase in client.get(f"{ADDRESS}{query}").context["lede"])


def table_of(client: Client, query: str = "") -> list[tuple[str, list[str], int, list[str]]]:
    return [
        (
            stage.name,
            [f"{line.glyph} {''.join(phrase.text for phrase in line.phrases)}" for line in stage.shifts],
            sum(count for _, count in stage.kinds),
            [ink.name for ink, _ in stage.present],
        )
        for stage in client.get(f"{ADDRESS}{query}").context["stages"]
    ]


def test_each_stage_tells_what_moved_and_what_was_published(client: Client, talks: Talks) -> None:
    talks.say(talks.south, "2022-01-20", 1)
    met = ["North", "South"]

    assert table_of(client) == [
        ("Round 1", [], 1, met),
        ("Between round 1 and round 2", ["▲ South reversed itself, from −1 to +1, on Ferries."], 2, []),
        ("Round 2", ["▼ North moved from +2 to +1 on Ferries."], 1, met),
    ]
    assert words_of(client) == (
        "In the record: 2 rounds held, 4 sources, 4 statements; North and South moved, two shifts in all."
    )


def test_shift_stands_at_the_round_its_evidence_names(client: Client, talks: Talks) -> None:
    held = talks.negotiation.rounds.get(number=2)
    statement = make_statement(
        source=make_source(talks.negotiation, published_on="2022-02-15"),
        asserted_by=talks.south,
        stated_on="2022-02-14",
        round=held,
    )
    make_coding(statement, party=talks.south, issue=talks.issue, stance=0)

    stages = table_of(client)
    assert [(name, len(told), count) for name, told, count, _ in stages][1:] == [
        ("Between round 1 and round 2", 0, 1),
        ("Round 2", 2, 1),
        ("After round 2", 0, 1),
    ]


def test_links_lead_to_the_words_and_documents_with_the_moment(client: Client, talks: Talks) -> None:
    response = client.get(f"{ADDRESS}?as_of=2022-02-20")
    body = response.content.decode()
    chart = response.context["chart"]
    hrefs = [mark.happening.href for placed in chart.lanes for mark in placed.marks]

    assert [placed.lane.name for placed in chart.lanes] == ["Other", "North"]
    assert len(hrefs) == 4
    assert [body.count(f'href="{href}?as_of=2022-02-20" class="dot"') for href in hrefs] == [2] * 4
    assert client.get(hrefs[0]).status_code == client.get(hrefs[-1]).status_code == 200


def test_shapes_say_kind_and_direction(client: Client, talks: Talks) -> None:
    talks.say(talks.north, "2022-03-01", 2)
    talks.say(talks.south, "2022-03-01", -2)
    talks.say(talks.south, "2022-03-01", 2)
    talks.say(talks.south, "2022-03-05", 1)
    chart = client.get(ADDRESS).context["chart"]

    shapes = {placed.lane.name: [mark.happening.shape for mark in placed.marks] for placed in chart.lanes}
    assert (shapes["North"], shapes["South"]) == (["down", "up"], ["mixed", "resolved"])
    assert chart.shapes == {"document", "up", "down", "mixed", "resolved"}


def test_moment_is_honoured_and_said(client: Client, talks: Talks) -> None:
    make_source(talks.negotiation, title="Unknown then", published_on="2022-01-12", recorded_at="2024-05-01T00:00:00Z")

    response = client.get(f"{ADDRESS}?as_of=2022-01-31")
    assert "Shown as of 31 January 2022." in response.content.decode()
    assert "1 round that begins after this day is not shown." in response.content.decode()
    assert [name for name, *_ in table_of(client, "?as_of=2022-01-31")] == ["Round 1", "After round 1"]
    assert "Unknown then" in response.content.decode()
    assert "Unknown then" not in client.get(f"{ADDRESS}?known_at=2024-01-01").content.decode()
    assert words_of(client, "?known_at=1999-01-01").startswith("In the record: 2 rounds held, no sources")


def test_planned_rounds_stand_apart(client: Client, talks: Talks) -> None:
    make_round(talks.negotiation, 3, starts_on=date(2022, 3, 1), status=RoundStatus.PLANNED)
    make_round(talks.negotiation, 4, starts_on=None, status=RoundStatus.POSTPONED)
    context = client.get(ADDRESS).context

    assert [stage.row.round.number for stage in context["planned"]] == [3, 4]
    assert ([b.number for b in context["chart"].held], [b.number for b in context["chart"].planned]) == ([1, 2], [3])
    assert "Round 3" not in [name for name, *_ in table_of(client)]


def test_documents_without_a_date_are_listed(client: Client, talks: Talks) -> None:
    make_source(talks.negotiation, title="Undated letter", published_on="", kind=SourceKind.LETTER)
    response = client.get(ADDRESS)
    assert [source.title for source in response.context["undated"]] == ["Undated letter"]
    assert "Letter" not in [placed.lane.name for placed in response.context["chart"].lanes]


def test_nothing_and_little_are_said(client: Client, talks: Talks) -> None:
    empty = make_negotiation("empty")
    body = client.get("/n/empty/story/").content.decode()
    assert "Nothing of this negotiation is in the record" in body
    assert "<figure" not in body
    assert client.get("/n/empty/story/story.svg").content.decode().count("Nothing found in the record.") == 1

    make_source(empty, title="Alone", published_on="2022-01-12")
    response = client.get("/n/empty/story/")
    assert [(stage.name, len(stage.sources)) for stage in response.context["stages"]] == [("Outside any round", 1)]
    assert "1 source, no statements; nobody moved along the scale." in response.content.decode()


@pytest.mark.parametrize("file", ["", "story.csv", "story.svg", "story.png", "embed/"])
def test_bad_addresses_and_hidden_negotiations(client: Client, talks: Talks, file: str) -> None:
    assert client.get(f"{ADDRESS}{file}?as_of=2022-13-01").status_code == 400
    assert client.get(f"/n/nowhere/story/{file}").status_code == 404
    talks.negotiation.visibility = Visibility.RESTRICTED
    talks.negotiation.save()
    assert client.get(ADDRESS + file).status_code == 404


def test_kept_back_documents_leave_no_trace(client: Client, talks: Talks) -> None:
    before = client.get(ADDRESS).content
    make_source(talks.negotiation, title="Kept back", published_on="2022-01-12", tlp=Tlp.RED)
    user = add_member(talks.negotiation, role=Role.LEAD)

    assert client.get(ADDRESS).content == before
    assert "Kept back" not in client.get(f"{ADDRESS}story.csv").content.decode()
    client.force_login(user)
    response = client.get(ADDRESS)
    assert "Kept back" in response.content.decode()
    assert response.context["marking"] == Tlp.RED


def test_hostile_titles_are_text(client: Client, talks: Talks) -> None:
    make_source(talks.negotiation, title='=1+1"><script>x</script>\u202e', published_on="2022-01-12")
    assert "<script>x" not in client.get(ADDRESS).content.decode()
    assert "<script>x" not in client.get(f"{ADDRESS}story.svg").content.decode()
    rows = list(csv.DictReader(io.StringIO(client.get(f"{ADDRESS}story.csv").content.decode())))
    assert [row["title"][:2] for row in rows if "script" in row["title"]] == ["'="]


def test_files_say_what_the_page_says(client: Client, talks: Talks) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get(f"{ADDRESS}story.csv").content.decode())))
    assert [(row["stage"], row["item"], row["kind"]) for row in rows] == [
        ("Round 1", "round", "held"),
        ("Round 1", "document", "other"),
        ("Between round 1 and round 2", "document", "other"),
        ("Round 2", "round", "held"),
        ("Round 2", "document", "other"),
        ("Round 2", "shift", "moved"),
    ]
    assert [(r["party"], r["stance_before"], r["stance_after"], r["steps"]) for r in rows[-1:]] == [
        ("north", "2", "1", "-1")
    ]
    svg = client.get(f"{ADDRESS}story.svg")
    assert (svg["Content-Type"], svg["X-TLP"]) == ("image/svg+xml; charset=utf-8", "CLEAR")
    assert svg.content.decode().count('<a href="http://testserver/s') == 4
    assert client.get(f"{ADDRESS}embed/").content.decode().count('<a href="http://testserver/s') == 8
    assert client.get(f"{ADDRESS}story.png").content[:8] == b"\x89PNG\r\n\x1a\n"


def test_page_costs_the_same_for_one_and_three(talks: Talks, count_queries: CountQueries) -> None:
    one, _ = count_queries(ADDRESS)
    for number in range(3, 6):
        make_round(talks.negotiation, number, starts_on=date(2022, number, 1), parties=[talks.north])
        talks.say(talks.north, f"2022-0{number}-01", (-1) ** number)
    three, response = count_queries(ADDRESS)
    assert len([line for stage in response.context["stages"] for line in stage.shifts]) == 4  # type: ignore[attr-defined]
    assert one == three
    assert one <= 12


# ---------------------------------------------------------------- geometry, without a database


class Meeting:
    """A round as a chart needs it."""

    def __init__(self, number: int, on: date, until: date | None = None) -> None:
        self.number, self.title, self.starts_on, self.ends_on = number, f"Meeting number {number}", on, until or on


def lane_of(days: list[date], *, is_documents: bool = True) -> Lane:
    shape = "document" if is_documents else "up"
    return Lane("Letter", "Letter", "pr", "#000", [Happening(d, shape, "/", "x") for d in days], is_documents)


def overlaps(chart: StoryChart) -> list[tuple[float, float]]:
    spots = sorted((mark.x, mark.y) for placed in chart.lanes for mark in placed.marks)
    return [a for i, a in enumerate(spots) for b in spots[i + 1 : i + 40] if b[0] - a[0] < 11 and abs(a[1] - b[1]) < 11]


def test_marks_of_a_day_are_stacked_apart() -> None:
    day = date(2022, 1, 10)
    chart = draw_story([lane_of([day] * 5 + [day + timedelta(days=1)] * 3)], [Meeting(1, day)], [])
    assert (chart.mark_count, chart.left_out, overlaps(chart)) == (8, 0, [])
    assert len({(mark.x, mark.y) for mark in chart.lanes[0].marks}) == 8


@pytest.mark.parametrize("size", [STORY_WIDE, STORY_NARROW])
def test_more_marks_than_find_room_are_thinned(size: object) -> None:
    day = date(2020, 1, 1)
    lanes = [lane_of([day + timedelta(days=n // 3) for n in range(3000)]) for _ in range(3)]
    chart = draw_story(lanes, [Meeting(1, day)], [], size=size)  # type: ignore[arg-type]
    assert 0 < chart.mark_count <= 2000
    assert chart.mark_count + chart.left_out + chart.off_scale == 9000
    assert overlaps(chart) == []


def test_sixty_rounds_in_a_month_have_labels_that_do_not_collide() -> None:
    first = date(2022, 3, 1)
    chart = draw_story([], [Meeting(n, first + timedelta(days=(n - 1) // 2)) for n in range(1, 61)], [])
    labels = sorted((band.label_x, len(band.label or "")) for band in chart.held if band.label)
    assert len(chart.held) == 60
    assert len(labels) >= 20
    assert [b for a, b in itertools.pairwise(labels) if b[0] - a[0] < 6.4 * (a[1] + b[1]) / 2] == []


def test_document_from_long_before_does_not_squeeze_the_rounds() -> None:
    held = [Meeting(1, date(2022, 1, 10)), Meeting(2, date(2022, 2, 10))]
    chart = draw_story([lane_of([date(1949, 4, 4), date(2022, 1, 12)])], held, [])
    assert (chart.first.year, chart.mark_count, chart.off_scale) == (2022, 1, 1)


def test_outlines_are_numbers() -> None:
    for shape in ("document", "up", "down", "mixed", "resolved"):
        happening = Happening(date(2022, 1, 1), shape, "/", "", is_reversal=shape == "up")
        chart = draw_story([Lane("a", "a", "pr", "#000", [happening])], [], [])
        (mark,) = chart.lanes[0].marks
        assert re.fullmatch(r"M[\d.]+ [\d.]+[lhvz\d. -]+z", mark.outline)
        assert bool(mark.bar) == (shape == "up")
