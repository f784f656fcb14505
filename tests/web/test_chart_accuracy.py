"""What the chart of an issue shows is what the API says: numbers are read back from the drawing and compared.

Nothing of the drawing's own geometry is used: days come from the labelled ticks, stances from the labelled
levels, as somebody with a ruler would read them.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from positions.analysis.types import History
from tests.analysis.histories import FIRST_DAY, history, read
from tests.analysis.histories import histories as random_histories
from tests.queries.histories import store

pytestmark = pytest.mark.django_db

SVG = "{http://www.w3.org/2000/svg}"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
STATES = {"?": "unclear", "○": "abstained", "×": "absent"}
LINE = re.compile(r"M(\S+) (\S+)H([\d.]+)")
EARLIER_SHOWN_FROM = 12.0  # pixels: a span longer than this must have its whisker

# party, statement, day, stance or state
Mark = tuple[str, str, date, int | str]
# party, first day, day of the end (null while it holds), level
Stretch = tuple[str, date, date | None, int]


@dataclass(frozen=True)
class Ruler:
    """The scales of a drawing, read off its ticks and levels."""

    origin: float
    first: date
    day_width: float
    right: float
    levels: tuple[tuple[float, float, int], ...]

    def day(self, x: float) -> date:
        """The day on which a mark at ``x`` stands."""
        return self.first + timedelta(days=int((x - self.origin) // self.day_width))

    def level(self, y: float) -> int | None:
        """The stance whose band holds ``y``; null beside the bands."""
        return next((level for top, bottom, level in self.levels if top <= y < bottom), None)


def named(root: ET.Element, name: str) -> ET.Element:
    return next(group for group in root.iter(f"{SVG}g") if name in (group.get("class") or "").split())


def read_ruler(root: ET.Element) -> Ruler:
    ticks: list[tuple[float, date]] = []
    year = 0
    for text in named(root, "axis").iter(f"{SVG}text"):
        found = re.fullmatch(r"(?:(\d{1,2}) )?([A-Z][a-z]{2})(?: (\d{4}))?", text.text or "")
        assert found, text.text
        day, month, named_year = found.groups()
        # the label that names a new year may have found no room
        has_turned = bool(ticks) and MONTHS.index(month) + 1 < ticks[-1][1].month
        year = int(named_year or year + has_turned)
        ticks.append((float(text.attrib["x"]), date(year, MONTHS.index(month) + 1, int(day or 1))))
    (x0, first), (x1, last) = ticks[0], ticks[-1]
    width = (x1 - x0) / (last - first).days
    bands = [(float(rect.attrib["y"]), float(rect.attrib["height"])) for rect in named(root, "levels")]
    signs = {
        float(text.attrib["y"]): int((text.text or "").replace("−", "-"))
        for text in named(root, "level-words").iter(f"{SVG}text")
        if text.get("font-weight") == "600"
    }
    levels = tuple(
        (top, top + height, next(level for y, level in signs.items() if top < y < top + height))
        for top, height in bands
    )
    paper = named(root, "levels")[0]
    return Ruler(x0, first, width, float(paper.attrib["x"]) + float(paper.attrib["width"]), levels)


def read_drawing(svg: bytes) -> tuple[Counter[Mark], Counter[Stretch], dict[tuple[str, str], date], Ruler]:
    """Every dot and stretch of a drawing, the first days of dots that have a span, and the ruler used."""
    root = ET.fromstring(svg)
    ruler = read_ruler(root)
    marks: Counter[Mark] = Counter()
    stretches: Counter[Stretch] = Counter()
    earliest: dict[tuple[str, str], date] = {}
    for group in root.iter(f"{SVG}g"):
        party = group.get("data-party")
        if party is None:
            continue
        for link in group.iter(f"{SVG}a"):
            statement = link.attrib["href"].split("/")[-2]
            target = next(link.iter(f"{SVG}circle"))
            level = ruler.level(float(target.attrib["cy"]))
            glyph = [STATES[text.text or ""] for text in link.iter(f"{SVG}text")]
            assert (level is None) == bool(glyph)
            value = glyph[0] if level is None else level
            day = ruler.day(float(target.attrib["cx"]))
            marks[party, statement, day, value] += 1
            for path in link.iter(f"{SVG}path"):
                earliest[party, statement] = ruler.day(float(path.attrib["d"].split()[0][1:]))
        stretches.update(read_stretches(party, group, ruler))
    return marks, stretches, earliest, ruler


def read_stretches(party: str, group: ET.Element, ruler: Ruler) -> list[Stretch]:
    """Lines of a party: what is confirmed, with the dotted part that follows it, is one stretch."""
    confirmed: list[tuple[float, float, float]] = []
    held: list[tuple[float, float, float]] = []
    for path in (child for child in group if child.tag == f"{SVG}path"):
        is_dotted = path.get("stroke-dasharray") == "2 3.4"
        for x1, y, x2 in LINE.findall(path.attrib["d"]):
            (held if is_dotted else confirmed).append((float(x1), float(y), float(x2)))
    found = []
    for x1, y, x2 in held:
        start = next((left for left, level_y, right in confirmed if level_y == y and right == x1), x1)
        level = ruler.level(y)
        assert level is not None
        found.append((party, ruler.day(start), None if x2 >= ruler.right else ruler.day(x2), level))
    assert len(confirmed) == sum(any(y == h[1] and x2 == h[0] for h in held) for _, y, x2 in confirmed)
    return found


def read_answer(answer: dict[str, Any]) -> tuple[Counter[Mark], Counter[Stretch], dict[tuple[str, str], date]]:
    """The same from the API's ``timeline/``; the first days of all dots stated within a span."""
    marks: Counter[Mark] = Counter()
    stretches: Counter[Stretch] = Counter()
    earliest = {}
    for series in answer["series"]:
        party = series["party"]
        for point in series["points"]:
            value = point["state"] if point["stance"] is None else point["stance"]
            marks[party, point["statement"], date.fromisoformat(point["latest"]), value] += 1
            earliest[party, point["statement"]] = date.fromisoformat(point["earliest"])
        for segment in series["segments"]:
            levels = {segment["low"], segment["high"]} if segment["stance"] is None else {segment["stance"]}
            end = segment["end"] and date.fromisoformat(segment["end"])
            stretches.update((party, date.fromisoformat(segment["start"]), end, level) for level in levels)
    return marks, stretches, earliest


def spread_days(facts: History, times: int) -> History:
    """The same history with its days ``times`` as far apart."""

    def move(day: date | None) -> Any:
        return day and FIRST_DAY + (day - FIRST_DAY) * times

    readings = tuple(
        r._replace(earliest=move(r.earliest), latest=move(r.latest), conditions=()) for r in facts.readings
    )
    rounds = tuple(replace(r, starts_on=move(r.starts_on), ends_on=move(r.ends_on)) for r in facts.rounds)
    return History(readings, facts.parents, rounds)


def fetch(client: Client, slug: str, issue: str, query: dict[str, str]) -> tuple[bytes, dict[str, Any]]:
    drawing = client.get(f"/n/{slug}/issues/{issue}/timeline.svg", query)
    answer = client.get("/api/v1/timeline/", {**query, "negotiation": slug, "issue": issue})
    assert (drawing.status_code, answer.status_code) == (200, 200)
    return drawing.content, answer.json()


def compare_drawing(svg: bytes, answer: dict[str, Any]) -> None:
    marks, stretches, spans, ruler = read_drawing(svg)
    said_marks, said_stretches, earliest = read_answer(answer)
    assert marks == said_marks
    assert stretches == said_stretches
    # two readings of one statement share its words, and so its days
    latest = {(party, statement): day for party, statement, day, _ in said_marks}
    wide = {key for key, day in earliest.items() if (latest[key] - day).days * ruler.day_width > EARLIER_SHOWN_FROM}
    assert set(spans) == wide
    assert {key: earliest[key] for key in spans} == spans


@settings(
    max_examples=12,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
)
@given(facts=random_histories(), times=st.sampled_from([1, 3, 9, 20]), cut=st.sampled_from([None, 2, 4]))
def test_drawing_says_what_the_api_says(client: Client, facts: History, times: int, cut: int | None) -> None:
    query = {} if cut is None else {"as_of": (FIRST_DAY + timedelta(days=cut * times)).isoformat()}
    with transaction.atomic():
        rows = store(spread_days(facts, times))
        for issue in rows.issues:
            svg, answer = fetch(client, rows.negotiation.slug, issue, query)
            if answer["series"]:
                compare_drawing(svg, answer)
        transaction.set_rollback(True)


def test_changed_drawing_is_told_from_the_answer(client: Client) -> None:
    facts = history(read(2, 1), read(1, 20), read(None, 30, state="absent"), read(-1, 40, party="south"), read(1, 60))
    rows = store(facts)
    svg, answer = fetch(client, rows.negotiation.slug, "border", {})
    compare_drawing(svg, answer)
    text = svg.decode()
    target = re.search(r'class="target" cx="([\d.]+)" cy="([\d.]+)"', text)
    line = re.search(r'M([\d.]+) ([\d.]+)H([\d.]+)(?= M|")', text)
    assert target is not None
    assert line is not None
    day_width = read_drawing(svg)[3].day_width
    levels = [round((top + bottom) / 2, 1) for top, bottom, _ in read_drawing(svg)[3].levels]
    x, y = float(target[1]), float(target[2])
    other = max(levels, key=lambda level: abs(level - y))
    changed = [
        text.replace(target[0], target[0].replace(target[1], f"{x + day_width:.1f}"), 1),
        text.replace(target[0], target[0].replace(f'cy="{target[2]}"', f'cy="{other}"'), 1),
        text.replace(line[0], f"M{line[1]} {line[2]}H{float(line[3]) - day_width:.1f}", 1),
        text.replace(line[0], "M0 0", 1),
        re.sub(r"(\d{4})</text>", lambda year: f"{int(year[1]) - 1}</text>", text, count=1),
        re.sub(r'<a href="[^"]+" class="dot">.*?</a>', "", text, count=1, flags=re.DOTALL),
    ]
    assert [place for place, one in enumerate(changed) if one == text] == []
    for one in changed:
        with pytest.raises(AssertionError):
            compare_drawing(one.encode(), answer)


def test_levels_are_in_order_and_touch(client: Client) -> None:
    rows = store(history(read(2, 1), read(-2, 9)))
    ruler = read_drawing(fetch(client, rows.negotiation.slug, "border", {})[0])[3]
    assert [level for *_, level in ruler.levels] == [2, 1, 0, -1, -2]
    assert all(abs(above[1] - below[0]) < 0.2 for above, below in pairwise(ruler.levels))
