"""The timeline of an issue in a browser: walking its dots, its card, its brush; and its picture against the API."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browsing import Complaints
from tests.stack import Stack

pytestmark = pytest.mark.browser
DEMO = "european-security-2022"
TIMELINE = f"/n/{DEMO}/issues/inf-missiles-europe/"
PAGE_BYTES = 150_000
SVG = "{http://www.w3.org/2000/svg}"
Reading = tuple[str, str, int | None, date]  # party, statement, stance, day


def read_picture(text: str) -> list[Reading]:
    """The dots of a chart, read back from where they are drawn."""
    root = ET.fromstring(text)
    first, last = (date.fromisoformat(root.attrib[f"data-{end}"]) for end in ("first", "last"))
    left, right = (float(root.attrib[f"data-{side}"]) for side in ("left", "right"))
    bands = next(g for g in root.iter(f"{SVG}g") if g.get("class") == "levels")
    tops = [float(rect.attrib["y"]) for rect in bands]
    bottom = tops[-1] + float(bands[-1].attrib["height"])
    days = (last - first).days + 1
    found = []
    for series in (g for g in root.iter(f"{SVG}g") if g.get("data-party")):
        for link in series.iter(f"{SVG}a"):
            target = next(mark for mark in link if mark.get("class") == "target")
            x, y = float(target.attrib["cx"]), float(target.attrib["cy"])
            stance = None if y > bottom else 3 - sum(top <= y for top in tops)
            day = first + timedelta(days=int((x - left) / (right - left) * days))
            statement = urlsplit(link.attrib["href"]).path.strip("/").rpartition("/")[2]
            found.append((series.attrib["data-party"], statement, stance, day))
    return sorted(found, key=str)


def test_picture_says_what_the_api_says(live_stack: Stack) -> None:
    _, listed = live_stack.get(f"/n/{DEMO}/")
    issues = sorted(set(re.findall(rf"/n/{DEMO}/issues/([a-z0-9-]+)/", listed)))
    assert len(issues) > 10
    for issue in issues:
        status, picture = live_stack.get(f"/n/{DEMO}/issues/{issue}/timeline.svg")
        assert status == 200
        _, answer = live_stack.get(f"/api/v1/timeline/?negotiation={DEMO}&issue={issue}")
        said = [
            (series["party"], point["statement"], point["stance"], date.fromisoformat(point["latest"]))
            for series in json.loads(answer)["series"]
            for point in series["points"]
        ]
        assert read_picture(picture) == sorted(said, key=str), issue
        _, whole = live_stack.get(f"/n/{DEMO}/issues/{issue}/")
        assert len(whole.encode()) < PAGE_BYTES, issue


def test_keys_walk_the_dots_and_the_card_follows(page: Page, live_stack: Stack) -> None:
    page.goto(live_stack.url + TIMELINE)
    dots, card = page.locator(".figure-wide a.dot"), page.locator(".dot-card")
    expect(page.get_by_text("Arrow keys walk from dot to dot")).to_be_visible()
    assert page.locator('.figure-wide a.dot[tabindex="0"]').count() == 1
    dots.first.focus()
    for key, said in (
        ("End", "Russia, 17 February"),
        ("Home", "Russia, 17 December"),
        ("ArrowDown", "United States, 8"),
    ):
        page.keyboard.press(key)
        expect(page.locator("a.dot:focus")).to_have_attribute("aria-label", re.compile(f"^{said}"))
        expect(card).to_contain_text(said)
    expect(card).to_contain_text("on background")
    expect(card).to_contain_text(re.compile("[A-F][1-6]: source "))
    assert Axe().run(page).violations_count == 0
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/statements/"))


def test_pointer_may_rest_on_the_card(page: Page, live_stack: Stack) -> None:
    page.goto(live_stack.url + TIMELINE)
    page.locator(".figure-wide a.dot").last.hover()
    card = page.locator(".dot-card")
    card.hover()
    card.get_by_role("link", name="Open the statement").click()
    expect(page).to_have_url(re.compile("/statements/"))


def test_touch_shows_the_card_first(browser: Browser, live_stack: Stack, complaints: Complaints) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    page = context.new_page()
    complaints.watch(page)
    page.goto(live_stack.url + TIMELINE)
    dot = page.locator(".figure-narrow a.dot").last
    dot.tap()
    expect(page.locator(".dot-card .dot-card-grade")).to_be_visible()
    assert page.url == live_stack.url + TIMELINE
    dot.tap()
    expect(page).to_have_url(re.compile("/statements/"))
    context.close()


def test_dates_dragged_along_the_axis_are_shown(page: Page, live_stack: Stack) -> None:
    page.goto(f"{live_stack.url}{TIMELINE}?party=russia")
    zone = page.locator(".figure-wide .brush-zone")
    zone.scroll_into_view_if_needed()
    box = zone.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.2, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, y, steps=3)
    page.mouse.up()
    expect(page).to_have_url(re.compile("from="))
    asked = parse_qs(urlsplit(page.url).query)
    chart = page.locator(".figure-wide svg.chart")
    assert (asked["party"], chart.get_attribute("data-first"), chart.get_attribute("data-last")) == (
        ["russia"],
        asked["from"][0],
        asked["to"][0],
    )
    assert Axe().run(page).violations_count == 0
    page.get_by_role("link", name="Whole time").click()
    expect(page).to_have_url(f"{live_stack.url}{TIMELINE}?party=russia")
