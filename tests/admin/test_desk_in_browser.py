"""The desk in a browser: by keyboard, on a narrow screen, on dark paper, under the content policy."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.stack import Stack

pytestmark = pytest.mark.browser
PATIENCE = 30_000  # milliseconds, for an answer of a server that shares its processor
LISTS = ("source", "statement", "coding", "condition", "issue", "round", "negotiation", "party", "event")
MARK_WORDS = """([node, words]) => {
  const text = document.querySelector(node).firstChild;
  const start = text.data.indexOf(words);
  getSelection().setBaseAndExtent(text, start, text, start + words.length);
}"""


def sign_in(page: Page, stack: Stack, role: str) -> None:
    account = stack.credentials[role]
    page.goto(f"{stack.url}/admin/login/")
    page.fill("#id_username", account["username"])
    page.fill("#id_password", account["password"])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What waits for you")).to_be_visible()


def open_first(page: Page, stack: Stack, model: str) -> None:
    page.goto(f"{stack.url}/admin/positions/{model}/")
    page.locator("#result_list tbody th a").first.click()
    page.wait_for_url(re.compile(r"/change/"))


def choose(page: Page, field: str, words: str, name: str) -> None:
    """Pick from a search box with the keyboard alone."""
    page.locator(f"#id_{field} + .select2 .select2-selection").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".select2-container--open .select2-search__field").last).to_be_focused()
    # the box asks once the typing pauses, and a pause between two letters under load makes it ask twice
    with page.expect_response(lambda answer: f"term={words}&" in f"{answer.url}&", timeout=PATIENCE) as answered:
        page.keyboard.type(words)
    assert answered.value.ok, answered.value.status
    expect(page.locator(".select2-results__option--highlighted")).to_have_text(name, timeout=PATIENCE)
    page.keyboard.press("Enter")


def test_marked_passage_is_quoted_and_coded_by_keyboard(page: Page, live_stack: Stack) -> None:
    sign_in(page, live_stack, "analyst")
    page.goto(f"{live_stack.url}/admin/positions/source/add/")
    page.locator("#id_negotiation").select_option(index=1)
    page.fill("#id_title", "Note with a dove")
    page.fill("#id_published_on", "2022-01-10")
    page.fill("#id_text", "A 🕊 flies.\n\nMoscow is ready to count 𝔗anks if others do.")
    page.keyboard.press("Control+End")
    page.locator("input[name=_save]").click()
    page.get_by_role("link", name="Add a statement").click()
    expect(page.locator("#source-text")).to_be_visible()
    page.evaluate(MARK_WORDS, ["#source-text", "ready to count 𝔗anks "])
    page.locator("#source-text").focus()
    page.keyboard.press("Shift")
    assert page.input_value("#id_exact") == "ready to count 𝔗anks"
    assert (page.input_value("#id_start"), page.input_value("#id_end")) == ("22", "42")
    choose(page, "asserted_by", "kremlin", "Russia")
    page.locator("#id_codings-0-issue").select_option(index=1)
    page.locator("#id_codings-0-stance").select_option("1")
    page.locator("#id_codings-0-move").select_option("offer")
    page.fill("#id_codings-0-condition_lines", "recip | others count theirs | NATO")
    page.get_by_role("button", name="Add another Reading").click()
    choose(page, "codings-1-party", "washing", "United States")
    page.locator("#id_codings-1-issue").select_option(index=1)
    page.locator("#id_codings-1-stance").select_option("-1")
    page.locator("#id_codings-1-move").select_option("concern")
    page.locator("input[name=_save]").click()
    expect(page.locator(".messagelist .success").last).to_contain_text("“ready to count 𝔗anks”")
    expect(page.locator("#statements-heading + .results tbody tr")).to_have_count(1)
    page.locator("#statements-heading + .results tbody a").click()
    expect(page.locator(".passage mark")).to_have_text("ready to count 𝔗anks")
    expect(page.locator("#codings-heading + .results tbody tr")).to_have_count(2)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_fit_a_narrow_screen_and_read_well(page: Page, live_stack: Stack, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    sign_in(page, live_stack, "lead")
    page.set_viewport_size({"width": 390, "height": 800})
    for model in LISTS:
        open_first(page, live_stack, model)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, model
    found = {}
    for address in ("/admin/", "/admin/positions/statement/add/", "/admin/positions/coding/"):
        page.goto(live_stack.url + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        rules = Axe().run(page, options={"runOnly": ["color-contrast", "label", "link-name", "button-name", "list"]})
        found[address] = [(v["id"], [n["target"] for n in v["nodes"]]) for v in rules.response["violations"]]
    assert {address: rules for address, rules in found.items() if rules} == {}
