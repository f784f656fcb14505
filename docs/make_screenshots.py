# ruff: noqa: INP001  a script, not part of a package
"""Take the pictures of the documentation from a running installation with the demo.

Usage: ``python docs/make_screenshots.py [http://127.0.0.1:8000] [--into docs/images] [--all]
[--desk var/demo-credentials.json]``. Needs playwright and a chromium (``CHROMIUM`` names one). Without
``--all`` only what README.md shows is taken; with it every page, wide and narrow, light and dark, and
printed. ``--desk`` names the demo's accounts and takes the pictures of docs/desk.md as well.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

NEGOTIATION = "/n/european-security-2022/"
TIMELINE = f"{NEGOTIATION}issues/inf-missiles-europe/"
PAGES = {
    "home": "/",
    "negotiation": NEGOTIATION,
    "matrix": f"{NEGOTIATION}matrix/",
    "issue-timeline": TIMELINE,
    "open-door": f"{NEGOTIATION}issues/nato-open-door/",
    "changes": f"{NEGOTIATION}changes/?from=2022-01-09&to=2022-01-27",
    "story": f"{NEGOTIATION}story/",
    "compare": f"{NEGOTIATION}compare/?a=russia&b=united-states",
    "party-dossier": f"{NEGOTIATION}parties/russia/",
    "round": f"{NEGOTIATION}rounds/4/",
    "readouts": f"{NEGOTIATION}rounds/2/readouts/",
    "concessions": f"{NEGOTIATION}concessions/",
    "conditions": f"{NEGOTIATION}conditions/",
    "red-lines": f"{NEGOTIATION}red-lines/",
    "coverage": f"{NEGOTIATION}coverage/",
    "contradictions": f"{NEGOTIATION}contradictions/",
    "brief": f"{NEGOTIATION}brief/",
    "codebook": f"{NEGOTIATION}codebook/",
    "reliability": f"{NEGOTIATION}reliability/",
    "search": "/search/?q=missiles",
    "method": "/method/",
    "signin": "/signin/",
}


@dataclass(frozen=True)
class Shot:
    """One picture: where it goes, of which address, how wide, on which paper, how high (null: all of it)."""

    name: str
    address: str
    width: int = 1200
    scheme: str = "light"
    height: int | None = None
    is_print: bool = False


def list_shots(statement: str, source: str, *, everything: bool) -> Iterator[Shot]:
    yield Shot("issue-timeline", TIMELINE, height=1000)
    if not everything:
        return
    for name, address in {**PAGES, "statement": statement, "source": source}.items():
        yield Shot(f"{name}-wide", address)
        yield Shot(f"{name}-narrow", address, width=390)
        yield Shot(f"{name}-dark", address, scheme="dark")
        yield Shot(f"{name}-print", address, width=794, is_print=True)


def find_evidence(browser: Browser, base: str) -> tuple[str, str]:
    """A statement of the timeline and its place in the source."""
    page = browser.new_page()
    page.goto(base + TIMELINE)
    statement = page.locator(".figure-wide a.dot").nth(3).get_attribute("href") or "/"
    page.goto(base + statement)
    source = page.get_by_role("link", name="Read in the source").get_attribute("href") or "/"
    page.close()
    return statement, source


def take_shot(browser: Browser, base: str, shot: Shot, into: Path) -> None:
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height or 900},
        color_scheme=shot.scheme,  # type: ignore[arg-type]
        device_scale_factor=2 if shot.height else 1,
    )
    page = context.new_page()
    page.goto(base + shot.address)
    if shot.is_print:
        page.emulate_media(media="print")
    page.screenshot(path=into / f"{shot.name}.png", full_page=shot.height is None)
    context.close()


def sign_in(page: Page, base: str, accounts: dict[str, dict[str, str]], role: str) -> None:
    page.goto(f"{base}/admin/login/")
    page.fill("#id_username", accounts[role]["username"])
    page.fill("#id_password", accounts[role]["password"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")


def open_listed(page: Page, base: str, model: str, words: str) -> str:
    """The address of the first record of a list at the desk whose row holds the words."""
    page.goto(f"{base}/admin/positions/{model}/")
    link = page.locator("#result_list tbody tr").filter(has_text=words).locator("th a, td a").first
    return base + (link.get_attribute("href") or "").removesuffix("change/").split("?")[0]


def open_tagging(page: Page, base: str) -> None:
    """The tagging page of a source, a passage selected and its suggestion shown."""
    page.goto(open_listed(page, base, "source", TAGGED_SOURCE) + "tag/")
    page.wait_for_selector("#tagging[data-suggested]", state="attached")
    page.locator("#text").focus()
    page.keyboard.press("n")
    page.keyboard.press("n")


def show_keys(page: Page, base: str) -> None:
    open_tagging(page, base)
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")


def open_review(page: Page, base: str) -> None:
    """The first reading that waits for a reviewer."""
    page.goto(f"{base}/admin/positions/coding/?queue=review")
    link = page.locator("#result_list tbody th a").first.get_attribute("href") or ""
    page.goto(base + link.removesuffix("change/").split("change/")[0] + "review/")
    page.wait_for_selector("#review.with-keys")


def open_page(address: str) -> Callable[[Page, str], None]:
    def visit(page: Page, base: str) -> None:
        page.goto(base + address)

    return visit


TAGGED_SOURCE = "Sherman on the Strategic Stability Dialogue"
# The pictures of docs/desk.md: as whom, and how to get there.
DESK: dict[str, tuple[str, Callable[[Page, str], None]]] = {
    "desk-tagging": ("analyst", open_tagging),
    "desk-keys": ("analyst", show_keys),
    "desk-review": ("reviewer", open_review),
    "desk-conditions": ("analyst", open_page("/admin/positions/condition/board/")),
    "desk-find": ("reviewer", open_page("/admin/positions/coding/find/")),
    "desk-agreement": ("reviewer", open_page(f"{NEGOTIATION}reliability/")),
    "desk-codebook": ("lead", open_page(f"{NEGOTIATION}codebook/")),
}


def take_desk(browser: Browser, base: str, accounts: dict[str, dict[str, str]], into: Path) -> None:
    for name, (role, visit) in DESK.items():
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        sign_in(page, base, accounts, role)
        visit(page, base)
        page.screenshot(path=into / f"{name}.png")
        context.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="Take the pictures of the documentation.")
    parser.add_argument("address", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("--into", type=Path, default=Path(__file__).parent / "images")
    parser.add_argument("--all", action="store_true", help="every page in every form, not only README's picture")
    parser.add_argument("--desk", type=Path, metavar="FILE", help="the demo's accounts; also takes the desk's pictures")
    arguments = parser.parse_args()
    arguments.into.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM", shutil.which("chromium") or "/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        base = arguments.address.rstrip("/")
        for shot in list_shots(*find_evidence(browser, base), everything=arguments.all):
            take_shot(browser, base, shot, arguments.into)
        if arguments.desk:
            take_desk(browser, base, json.loads(arguments.desk.read_text(encoding="utf-8")), arguments.into)
        browser.close()


if __name__ == "__main__":
    main()
