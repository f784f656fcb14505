"""A browser for tests: Debian's chromium, with everything it complains about collected."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

CHROMIUM = os.environ.get("CHROMIUM", shutil.which("chromium") or "/usr/bin/chromium")
WATCH = """
addEventListener("securitypolicyviolation", event =>
  console.error(`blocked ${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile}`));
"""


@dataclass
class Complaints:
    """What pages said on their console at the level of an error or a warning, and their uncaught errors."""

    found: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        def note(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                self.found.append(f"{page.url}: {message.text}")

        page.on("console", note)
        page.on("pageerror", lambda error: self.found.append(f"{page.url}: {error}"))
        page.add_init_script(WATCH)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One chromium for all tests of a process."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """Fails the test when a page complained."""
    complaints = Complaints()
    yield complaints
    assert complaints.found == []


@pytest.fixture
def page(browser: Browser, complaints: Complaints) -> Iterator[Page]:
    """A page of its own, without cookies, 1200 pixels wide."""
    context = browser.new_context(viewport={"width": 1200, "height": 900}, color_scheme="light")
    context.set_default_timeout(10_000)
    page = context.new_page()
    complaints.watch(page)
    yield page
    context.close()
