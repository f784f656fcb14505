"""Taking away with a browser: tables as Markdown, citations by a button, and a brief on paper."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browsing import Complaints
from tests.stack import Stack

pytestmark = pytest.mark.browser
NEGOTIATION = "/n/european-security-2022/"
BRIEFS = (
    f"{NEGOTIATION}brief/",
    f"{NEGOTIATION}brief/?issue=inf-missiles-europe",
    f"{NEGOTIATION}brief/?party=russia",
)
HOSTILE = """async (address) => {
  const {tableToMarkdown} = await import(address);
  const table = document.createElement("table");
  table.innerHTML = "<thead><tr><th>A|B</th><th>C</th></tr></thead><tbody>" +
    "<tr><td>one<br>two `x` &amp;lt;</td><td><a href='/n/(x)/?a=|'>*go*</a></td></tr>" +
    "<tr><td colspan='2'>[no](javascript:x)</td></tr></tbody>";
  return tableToMarkdown(table);
}"""


def clipboard_of(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_matrix_is_copied_as_markdown(page: Page, live_stack: Stack) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{live_stack.url}{NEGOTIATION}matrix/")
    button = page.get_by_role("button", name="Copy as Markdown").first
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    lines = clipboard_of(page).splitlines()
    rows, columns = page.locator(".matrix tr").count(), page.locator(".matrix thead th").count()
    assert (len(lines), lines[1]) == (rows + 1, "| " + " | ".join(["---"] * columns) + " |")
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in lines} == {columns + 1}
    assert f"]({live_stack.url}{NEGOTIATION}issues/" in lines[2]


def test_markdown_holds_pipes_breaks_and_addresses(page: Page, live_stack: Stack) -> None:
    page.goto(f"{live_stack.url}{NEGOTIATION}matrix/")
    script = page.locator("script[src*=markdown_table]").get_attribute("src")
    assert page.evaluate(HOSTILE, script).splitlines() == [
        r"| A\|B | C |",
        "| --- | --- |",
        rf"| one two \`x\` \&lt; | [\*go\*]({live_stack.url}/n/%28x%29/?a=%7C) |",
        r"| \[no\](javascript:x) |  |",
    ]


def test_citation_is_copied(page: Page, live_stack: Stack) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{live_stack.url}{NEGOTIATION}issues/inf-missiles-europe/")
    page.goto(live_stack.url + (page.locator(".figure-wide a.dot").first.get_attribute("href") or ""))
    page.get_by_role("button", name="Copy BibTeX").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert clipboard_of(page).startswith("@misc{rapporteur-")


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (390, "dark")])
def test_briefs_fit_and_have_no_accessibility_violation(
    browser: Browser, live_stack: Stack, complaints: Complaints, width: int, scheme: str
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    complaints.watch(page)
    problems = []
    for address in BRIEFS:
        page.goto(live_stack.url + address)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            problems.append(f"{address} is wider than {width}")
        found = Axe().run(page).response["violations"]
        problems += [f"{address}: {v['id']} {[node['target'] for node in v['nodes']][:3]}" for v in found]
    context.close()
    assert problems == []


def test_brief_on_paper_has_marking_and_no_controls(page: Page, live_stack: Stack) -> None:
    page.goto(live_stack.url + BRIEFS[0])
    page.emulate_media(media="print")
    for hidden in (".moment", ".masthead nav", ".negotiation-nav", ".copy-bar"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".foot .tlp")).to_have_text("TLP:CLEAR")
    breaks = page.locator(".brief-item").evaluate_all("list => list.map(e => getComputedStyle(e).breakInside)")
    assert set(breaks) == {"avoid"}
    assert page.pdf(format="A4")[:5] == b"%PDF-"
