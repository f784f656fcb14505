"""Many records at once in a browser: by keyboard, read by axe, narrow and dark."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.admin.test_desk_in_browser import sign_in
from tests.browsing import Complaints
from tests.stack import Stack

pytestmark = pytest.mark.browser


def violations(page: Page, complaints: Complaints) -> list[str]:
    """What axe finds; the checker's own styles are blocked by the page's policy, which is no complaint of ours."""
    said = len(complaints.found)
    found = [rule["id"] for rule in Axe().run(page).response["violations"]]
    del complaints.found[said:]
    return found


def test_statements_are_dated_by_keyboard_and_the_change_is_undone(
    page: Page, live_stack: Stack, complaints: Complaints
) -> None:
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 390, "height": 800})
    sign_in(page, live_stack, "lead")
    page.goto(f"{live_stack.url}/admin/positions/statement/?stated_latest__year=2022")
    page.locator("#result_list .action-select").first.focus()
    page.keyboard.press("Space")
    page.locator("select[name=action]").select_option("redate")
    page.locator(".actions button[type=submit]").press("Enter")
    page.locator("#id_stated_on").fill("2021-12")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 would change")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page, complaints) == []
    page.locator("#id_reason").fill("The transcript names December")
    page.get_by_role("button", name="Confirm: date anew").press("Enter")
    expect(page.locator(".messagelist .success")).to_contain_text("1 statement: dated 2021-12")
    assert violations(page, complaints) == []
    page.get_by_role("link", name="Undo…").press("Enter")
    page.locator(".submit-row input[type=submit]").press("Enter")
    expect(page.locator(".messagelist .success").last).to_contain_text("Undone.")


def test_finding_page_fits_a_narrow_screen_and_reads_well(
    page: Page, live_stack: Stack, complaints: Complaints
) -> None:
    sign_in(page, live_stack, "lead")
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{live_stack.url}/admin/positions/coding/find/")
    page.locator("#id_issue").select_option(index=1)
    page.get_by_role("button", name="Find").press("Enter")
    expect(page.get_by_role("heading", name="found")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page, complaints) == []
