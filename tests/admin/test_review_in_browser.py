"""Reviewing and adjudicating by keyboard alone, on a wide and a narrow screen, on light and dark paper."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.admin.test_desk_in_browser import sign_in
from tests.browsing import Complaints
from tests.stack import Stack

pytestmark = pytest.mark.browser

# A negotiation of its own, which no other test of the installation looks at: four readings to review, and in a
# second one a passage that two have read blind.
MAKE_TALKS = """
from django.contrib.auth.models import User
from positions.enums import CodingStatus, ReviewPolicy, Role
from tests.factories import (add_member, make_coding, make_issue, make_negotiation, make_party, make_source,
    make_statement, make_user)
reviewer = User.objects.get(username="{reviewer}")
coders = [make_user(f"keyboard-{{name}}", is_staff=True) for name in ("one", "two")]
party = make_party("keyboard-land")
answer = []
for policy, number, readers in ((ReviewPolicy.SINGLE, 4, coders[:1]), (ReviewPolicy.DOUBLE, 1, coders)):
    talks = make_negotiation(review_policy=policy, visibility="restricted")
    for user in (reviewer, *coders):
        add_member(talks, user, Role.REVIEWER if user == reviewer else Role.ANALYST)
    issue = make_issue(talks)
    for _ in range(number):
        statement = make_statement(source=make_source(talks), asserted_by=party)
        for stance, coder in enumerate(readers, start=1):
            coding = make_coding(
                statement, issue=issue, stance=stance, coder_user=coder, status=CodingStatus.SUBMITTED,
                conditions=["others do"] if stance == 1 else [])
        answer.append(coding.pk)
"""
STANDING = """
from positions.models import Coding
answer = list(
    Coding.objects.filter(statement__codings__in={keys!r}, retired_at=None)
    .distinct().order_by("statement", "created_at").values_list("status", "stance", "comment", "reason"))
"""


@pytest.fixture(scope="module")
def readings(live_stack: Stack) -> list[str]:
    """Four readings that wait for a review, and one of the two of a passage read blind."""
    made: list[str] = live_stack.shell(MAKE_TALKS.format(reviewer=live_stack.credentials["reviewer"]["username"]))
    return made


def open_reading(page: Page, stack: Stack, reading: str, action: str = "review") -> None:
    page.goto(f"{stack.url}/admin/positions/coding/{reading}/{action}/")
    expect(page.locator("#review.with-keys")).to_have_count(1)


def press_and_leave(page: Page, key: str) -> None:
    """Press a key that decides, and wait for the page after it."""
    with page.expect_navigation():
        page.keyboard.press(key)


def find_faults(page: Page, complaints: Complaints) -> list[str]:
    """What is wrong with a page for people who cannot see, point or scroll well, at both widths."""
    found = []
    for width in (1200, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        said = len(complaints.found)
        found += [f"{width}: {rule['id']}" for rule in Axe().run(page).response["violations"]]
        del complaints.found[said:]  # the checker's own styles are blocked by the page's policy
    page.set_viewport_size({"width": 1200, "height": 900})
    return found


def test_readings_are_decided_by_keyboard(page: Page, live_stack: Stack, readings: list[str]) -> None:
    sign_in(page, live_stack, "reviewer")
    accepted, changed, returned, rejected, _ = readings
    done = page.locator(".messagelist .success").last

    open_reading(page, live_stack, accepted)
    page.keyboard.press("Control+a")
    page.keyboard.press("?")
    expect(page.locator("#keys kbd").first).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).not_to_be_visible()
    press_and_leave(page, "a")
    expect(done).to_have_text("Published.")

    open_reading(page, live_stack, changed)
    press_and_leave(page, "c")
    page.locator("#id_stance").focus()
    page.keyboard.type("+2")
    page.locator("#id_condition_lines").focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("Delete")
    page.locator("#id_reason").focus()
    page.keyboard.type("It says so twice")
    page.keyboard.press("Tab")
    press_and_leave(page, "Enter")
    expect(done).to_contain_text("Published as changed.")

    for reading, key, words in ((returned, "r", "Read on"), (rejected, "x", "Nobody said so")):
        open_reading(page, live_stack, reading)
        page.keyboard.press(key)
        expect(page.locator("#id_comment")).to_be_focused()
        page.keyboard.type(words)
        press_and_leave(page, "Control+Enter")
    expect(done).to_have_text("Rejected.")
    found = live_stack.shell(STANDING.format(keys=readings[:4]))
    assert sorted(found) == [
        ["draft", 1, "Read on", ""],
        ["published", 1, "", ""],
        ["published", 2, "", "It says so twice"],
        ["rejected", 1, "Nobody said so", ""],
    ]


def test_blind_readings_are_adjudicated_by_keyboard(
    page: Page, live_stack: Stack, readings: list[str], complaints: Complaints
) -> None:
    sign_in(page, live_stack, "reviewer")
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        open_reading(page, live_stack, readings[-1], "adjudicate")
        assert find_faults(page, complaints) == []
    expect(page.locator(".compared .differs th")).to_contain_text(["stance", "conditions"])
    press_and_leave(page, "2")
    expect(page.locator("#id_stance")).to_have_value("2")
    press_and_leave(page, "1")
    expect(page.locator("#id_stance")).to_have_value("1")
    expect(page.locator("#id_condition_lines")).to_have_value(re.compile("others do"))
    page.locator("#id_reason").focus()
    page.keyboard.type("The first read to the end")
    press_and_leave(page, "Control+Enter")
    expect(page.locator(".messagelist .success").last).to_contain_text("Published the adjudicated reading")
    found = live_stack.shell(STANDING.format(keys=readings[-1:]))
    assert sorted(found) == [
        ["published", 1, "", "The first read to the end"],
        ["submitted", 1, "", ""],
        ["submitted", 2, "", ""],
    ]


def test_single_keys_can_be_switched_off(page: Page, live_stack: Stack) -> None:
    sign_in(page, live_stack, "reviewer")
    page.goto(f"{live_stack.url}/admin/positions/coding/?queue=review")
    address = page.locator("#result_list tbody th a").first.get_attribute("href") or ""
    open_reading(page, live_stack, address.split("/")[-3])
    here = page.url
    page.keyboard.press("?")
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    for key in ("r", "n", "?"):
        page.keyboard.press(key)
    expect(page.locator("#review.with-keys")).to_have_count(0)
    expect(page.locator("#keys")).not_to_be_visible()
    assert page.evaluate("document.activeElement.id") != "id_comment"
    assert page.url == here
    page.get_by_role("button", name="Keys").click()
    page.keyboard.press("Space")
    expect(page.locator("#review.with-keys")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible_and_fit(page: Page, live_stack: Stack, complaints: Complaints, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    sign_in(page, live_stack, "lead")
    page.goto(f"{live_stack.url}/admin/positions/coding/?queue=review")
    review = (page.locator("#result_list tbody th a").first.get_attribute("href") or "").split("/")[-3]
    for action in ("review", "publish-changed"):
        page.goto(f"{live_stack.url}/admin/positions/coding/{review}/{action}/")
        assert find_faults(page, complaints) == []
