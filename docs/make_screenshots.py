# ruff: noqa: INP001  a script, not part of a package
"""Take the pictures of the documentation from a running installation with the demo.

Usage: ``python docs/make_screenshots.py [http://127.0.0.1:8000] [--into docs/images] [--all]``. Needs
playwright and a chromium (``CHROMIUM`` names one). Without ``--all`` only what README.md shows is
taken; with it every page, wide and narrow, light and dark, and printed.
"""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

NEGOTIATION = "/n/european-security-2022/"
TIMELINE = f"{NEGOTIATION}issues/inf-missiles-europe/"
PAGES = {
    "home": "/",
    "negotiation": NEGOTIATION,
    "matrix": f"{NEGOTIATION}matrix/",
    "issue-timeline": TIMELINE,
    "open-door": f"{NEGOTIATION}issues/nato-open-door/",
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


def main() -> None:
    parser = argparse.ArgumentParser(description="Take the pictures of the documentation.")
    parser.add_argument("address", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("--into", type=Path, default=Path(__file__).parent / "images")
    parser.add_argument("--all", action="store_true", help="every page in every form, not only README's picture")
    arguments = parser.parse_args()
    arguments.into.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM", shutil.which("chromium") or "/usr/bin/chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        base = arguments.address.rstrip("/")
        for shot in list_shots(*find_evidence(browser, base), everything=arguments.all):
            take_shot(browser, base, shot, arguments.into)
        browser.close()


if __name__ == "__main__":
    main()
