"""The tagging page as tests work it: signed in, on sources of their own, mostly by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browsing import Complaints
from tests.stack import Stack

# Everything a hand does, counted by the test itself: every key, modifiers too, and every press of the mouse.
COUNT_PRESSES = """
window.presses = 0;
for (const kind of ["keydown", "pointerdown"])
  addEventListener(kind, event => { if (!event.repeat) window.presses += 1; }, { capture: true });
"""
PATIENCE = 15_000
NETWORK = re.compile(r"Failed to load resource")


@dataclass
class Tagging:
    """The tagging page of one source, in a context of its own."""

    page: Page
    stack: Stack
    source: str

    @property
    def address(self) -> str:
        return f"{self.stack.url}/admin/positions/source/{self.source}/tag/"

    def open(self) -> Tagging:
        self.page.goto(self.address)
        return self.wait()

    def reload(self) -> Tagging:
        self.page.reload()
        return self.wait()

    def wait(self) -> Tagging:
        expect(self.page.locator("#tagging[data-suggested]")).to_be_attached(timeout=PATIENCE)
        return self

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def focus(self) -> None:
        self.page.locator("#text").focus()

    def select(self, words: str) -> None:
        """Select words as a mouse would, and put the focus on the text."""
        self.focus()
        self.page.evaluate(
            """words => {
              const node = [...document.querySelectorAll("[data-start]")]
                .map(paragraph => paragraph.firstChild).find(text => text.data.includes(words));
              const start = node.data.indexOf(words);
              getSelection().setBaseAndExtent(node, start, node, start + words.length);
            }""",
            words,
        )
        expect(self.exact).to_have_text(words)

    @property
    def exact(self) -> Locator:
        return self.page.locator("#exact")

    def choose(self, key: str, words: str, name: str) -> None:
        """Open a box by its key, type, and take the first choice."""
        self.press(key)
        box = self.page.locator("input[role=combobox]:focus")
        expect(box).to_be_attached()
        self.page.keyboard.type(words)
        expect(self.page.locator("[role=option][aria-selected=true]").first).to_contain_text(name)
        self.press("Enter")

    def expect_saved(self, number: int) -> None:
        """Wait until the page has counted so many saved statements since it was opened."""
        expect(self.page.locator("#effort")).to_have_attribute("data-statements", str(number), timeout=PATIENCE)

    def expect_statements(self, number: int) -> None:
        expect(self.page.locator("#statement-count")).to_have_text(re.compile(rf": {number} "), timeout=PATIENCE)

    def code(self, *keys: str) -> None:
        """Code the passage at hand: Russia on exercises, unless it has a party, and what the keys say."""
        party = self.page.locator("#asserted-by-box")
        if not party.locator("input").input_value() and party.locator(".token").count() == 0:
            self.choose("w", "kremlin", "Russia")
        self.choose("i", "exercises", "xercises")
        self.press(*keys)

    @property
    def presses(self) -> int:
        return int(self.page.evaluate("() => window.presses"))


def sign_in(page: Page, stack: Stack, role: str) -> None:
    account = stack.credentials[role]
    page.goto(f"{stack.url}/admin/login/")
    page.fill("#id_username", account["username"])
    page.fill("#id_password", account["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{stack.url}/admin/")


@pytest.fixture(scope="module")
def cookies(browser: Browser, live_stack: Stack) -> dict[str, Any]:
    """The cookies of an analyst and of a reviewer, each signed in once for all tests."""
    states: dict[str, Any] = {}
    for role in ("analyst", "reviewer"):
        context = browser.new_context()
        sign_in(context.new_page(), live_stack, role)
        states[role] = context.storage_state()
        context.close()
    return states


Opener = Callable[..., Tagging]


@pytest.fixture
def tag(browser: Browser, live_stack: Stack, cookies: dict[str, Any]) -> Iterator[Opener]:
    """Opens tagging pages, each in a context of its own unless one is given; complaints fail the test."""
    contexts: list[BrowserContext] = []
    complaints = Complaints()

    def open_page(
        source: str,
        role: str = "analyst",
        beside: Tagging | None = None,
        suggestions: list[Any] | None = None,
        **options: Any,
    ) -> Tagging:
        if beside is None:
            options.setdefault("viewport", {"width": 1200, "height": 900})
            context = browser.new_context(storage_state=cookies[role], **options)
            context.set_default_timeout(PATIENCE)
            context.add_init_script(COUNT_PRESSES)
            contexts.append(context)
        else:
            context = beside.page.context
        page = context.new_page()
        if suggestions is not None:
            page.route("**/tag/suggestions/", lambda route: route.fulfill(json={"suggestions": suggestions}))
        complaints.watch(page)
        return Tagging(page, live_stack, source).open()

    yield open_page
    for context in contexts:
        context.close()
    # that a request failed is what some of these tests are about
    assert [said for said in complaints.found if not NETWORK.search(said)] == []


# Talks of their own, in which submitting publishes, and an own source for each test.
MAKE_TALKS = """
from django.contrib.auth.models import User
from positions.models import Party, Source
from tests.factories import add_member, make_issue, make_negotiation, make_round, make_source
talks = make_negotiation("water-talks", title="Winter talks on water", visibility="restricted", review_policy="none")
for role in ("analyst", "reviewer"):
    add_member(talks, User.objects.get(username=f"demo-{role}"), role)
parties = list(Party.objects.filter(slug__in=("russia", "united-states", "nato")))
talks.parties.set(parties)
make_issue(talks, "exercises", title="Military exercises", keywords=["exercises"])
make_issue(talks, "troops", title="Troops abroad", keywords=["withdraw"])
make_round(talks, 1, parties=parties)
empty = make_negotiation("bare-talks", title="Winter talks without issues", visibility="restricted")
add_member(empty, User.objects.get(username="demo-analyst"))
sentences = "They will not accept the plan of others. " * 18
long = "\\n\\n".join(f"Paragraph {n} \\U0001f54a. {sentences}" for n in range(1400))
texts = dict(WORDS, long=long, none=None)
answer = {name: str(make_source(talks, title=f"Note {name}", text=text).pk) for name, text in texts.items()}
answer["bare"] = str(make_source(empty).pk)
answer["demo"] = str(Source.objects.get(key="wh-background-8jan").pk)
"""
PLAIN = "Washington is ready to limit its exercises. Moscow refuses to withdraw. Nobody said more."
STRANGE = (
    "A \U0001f54a flies.\n \n\n"
    "Moscow counts \U0001d517anks, \U0001f469\u200d\U0001f469\u200d\U0001f467 and e\u0301tats."
    "\n\n\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645 \U0001f600 <b>bold</b>\u200b."
)
OWN = ("kept", "offline", "session", "twice", "conflict", "joint", "overlap", "typed", "look", "suggested", "role")


@pytest.fixture(scope="module")
def sources(live_stack: Stack) -> dict[str, str]:
    """The ids of the sources of this module, by what they are for."""
    texts = {**dict.fromkeys(OWN, PLAIN), "strange": STRANGE}
    made: dict[str, str] = live_stack.shell(MAKE_TALKS.replace("WORDS", ascii(texts)))
    return made


def statements_of(tagging: Tagging) -> list[dict[str, Any]]:
    """The statements the server has, in the order they came into the record."""
    answer = tagging.page.request.get(f"{tagging.address}state/")
    return sorted(answer.json()["statements"], key=lambda statement: statement["recorded_at"])


def violations(page: Page) -> list[Any]:
    return [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in Axe().run(page).response["violations"]]
