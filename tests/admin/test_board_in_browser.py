"""The board by keyboard: walk the rows, set a status, come back to the row; readable and quiet at both widths."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.admin.test_desk_in_browser import sign_in
from tests.browsing import Complaints
from tests.stack import Stack

pytestmark = pytest.mark.browser


def test_status_is_set_by_keyboard(page: Page, live_stack: Stack) -> None:
    sign_in(page, live_stack, "reviewer")
    page.goto(f"{live_stack.url}/admin/positions/condition/board/?status=open")
    text = page.locator(".board-row h3").nth(1).inner_text()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("f")
    expect(page.locator("#id_status")).to_be_focused()
    expect(page.locator("#id_status")).to_have_value("failed")
    page.locator("#id_reason").focus()
    page.keyboard.type("They did not")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".messagelist")).to_contain_text("Failed from")
    page.goto(f"{live_stack.url}/admin/positions/condition/board/?status=failed")
    expect(page.locator(".board-row", has_text=text)).to_contain_text("They did not")


def test_board_is_accessible_and_fits(page: Page, live_stack: Stack, complaints: Complaints) -> None:
    sign_in(page, live_stack, "analyst")
    page.goto(f"{live_stack.url}/admin/positions/condition/board/")
    page.locator(".board-row a.button").first.click()
    expect(page.locator(".board-form [role=combobox]")).to_have_attribute("aria-label", "Statement")
    found = []
    for width in (1200, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        said = len(complaints.found)
        found += [rule["id"] for rule in Axe().run(page).response["violations"]]
        del complaints.found[said:]  # the checker's own styles are blocked by the page's policy
    assert found == []
