"""What a chart's file shows: the numbers of the API, and how many dots of how many where there are too many."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from django.http import QueryDict
from django.test import Client

from positions.analysis.types import Point, Segment, Series
from positions.queries.access import Reader
from positions.web import issue_timeline
from positions.web.issue_timeline import IssueTimeline, load_timeline
from positions.web.thinning import needed_dots, thin_series
from positions.web.words import sign_position, sign_with_condition
from tests.factories import make_issue, make_party
from tests.web.conftest import Talks

SVG = "{http://www.w3.org/2000/svg}"
DOTS, MOST = 5000, 2000
START = date(2000, 1, 1)
RED_LINE_AT = 3333


def long_series(party: str) -> Series:
    """A dot a day; the line turns every thousand, and one dot is a red line."""
    points = tuple(
        Point(
            party, f"{place:026}", f"coding-{place:04}", day, day, None, 1 + place // 1000 % 2, "coded", "demand",
            place == RED_LINE_AT, False, "own", None,
        )
        for place, day in ((place, START + timedelta(place)) for place in range(DOTS))
    )  # fmt: skip
    turns = range(0, DOTS, 1000)
    segments = tuple(
        Segment(
            points[place].latest, points[place + 1000].latest if place + 1000 < DOTS else None,
            points[place].stance, points[place].stance or 0, points[place].stance or 0, "coded", "own",
            points[place + 999].latest,
        )
        for place in turns
    )  # fmt: skip
    return Series(party, points, segments)


def test_thinning_keeps_the_ends_the_turns_and_red_lines() -> None:
    series = long_series("north")
    fewer = thin_series([series], MOST)
    kept = [p.coding for p in fewer.series[0].points]

    musts = {f"coding-{place:04}" for place in (0, 1000, 2000, 3000, RED_LINE_AT, 4000, DOTS - 1)}
    assert needed_dots(series) == musts
    assert musts <= set(kept)
    assert kept == sorted(set(kept))
    assert (len(kept), fewer.drawn, fewer.all) == (MOST, MOST, DOTS)
    assert fewer.series[0].segments == series.segments
    places = [int(coding.removeprefix("coding-")) for coding in kept]
    assert max(later - earlier for earlier, later in pairwise(places)) <= 3


def test_few_dots_all_stay() -> None:
    series = long_series("north")
    fewer = thin_series([series], DOTS)
    assert (fewer.series, fewer.is_thinned) == ((series,), False)


def test_timeline_says_how_many_dots_it_draws(client: Client, talks: Talks, monkeypatch: pytest.MonkeyPatch) -> None:
    def load_long(query: QueryDict, reader: Reader, slug: str, issue: str) -> IssueTimeline:
        return replace(load_timeline(query, reader, slug, issue), series=(long_series("north"),))

    monkeypatch.setattr(issue_timeline, "load_timeline", load_long)
    # no filter is on; the made-up dots have no readings to look up
    monkeypatch.setattr(issue_timeline, "hide_dots", lambda series, chosen, grades: series)

    shown = client.get(talks.timeline)
    note = shown.content.decode().split('id="thinned">')[1].split("</p>")[0]
    assert note.startswith("2000 of 5000 dots are drawn: each party’s first and last, every turn of its line")
    assert (shown.context["chart"].dots_drawn, shown.context["chart"].dots_in_all) == (MOST, DOTS)
    file = client.get(f"{talks.timeline}timeline.svg").content.decode()
    assert "2000 of 5000 dots are drawn: the first, the last, every turn, every red line, some between." in file
    links = {one.attrib["href"] for one in ET.fromstring(file).iter(f"{SVG}a")}
    assert len(links) == MOST


def test_timeline_of_few_dots_says_nothing_of_thinning(client: Client, talks: Talks) -> None:
    assert 'id="thinned"' not in client.get(talks.timeline).content.decode()
    assert "dots are drawn" not in client.get(f"{talks.timeline}timeline.svg").content.decode()


@pytest.mark.parametrize("moment", ["", "&as_of=2022-01-31"])
def test_matrix_file_shows_what_the_api_says(client: Client, talks: Talks, moment: str) -> None:
    tolls = make_issue(talks.negotiation, "tolls", title="Tolls")
    talks.say(talks.north, "2022-01-12", -2, tolls, red_line=True)
    talks.say(talks.south, "2022-01-13", 0, tolls)
    east = make_party("east", name="East")
    for stance in (2, -1):  # on one day: mixed signals
        talks.say(east, "2022-02-15", stance, tolls)

    answer = client.get(f"/api/v1/matrix/?negotiation=river-talks{moment}").json()
    said = {
        f"{cell['issue']} {cell['party']}": sign_with_condition(
            sign_position(cell["stance"], cell["low"], cell["high"]), is_conditional=cell["conditional"]
        )
        for cell in answer["cells"]
    }
    root = ET.fromstring(client.get(f"/n/river-talks/matrix/matrix.svg?{moment[1:]}").content)
    drawn, name = {}, ""
    for one in root:
        if one.tag == f"{SVG}rect" and "data-name" in one.attrib:
            name = one.attrib["data-name"]
        elif one.tag == f"{SVG}text" and name:
            drawn[name], name = one.text, ""

    assert len(said) == (4 if moment else 5)
    assert drawn == said
