"""Pages in a language written from right to left: nothing sticks out, time still runs from left to right."""

from __future__ import annotations

import http.client
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browsing import Complaints
from tests.run import ROOT
from tests.servers import free_port
from tests.stack import START_SECONDS, Stack

pytestmark = [pytest.mark.browser, pytest.mark.either_engine]
NEGOTIATION = "/n/european-security-2022/"
TIMELINE = f"{NEGOTIATION}issues/inf-missiles-europe/"
PAGES = (
    "/",
    NEGOTIATION,
    f"{NEGOTIATION}matrix/",
    TIMELINE,
    f"{NEGOTIATION}parties/russia/",
    f"{NEGOTIATION}rounds/1/",
    f"{NEGOTIATION}rounds/1/readouts/",
    f"{NEGOTIATION}changes/",
    f"{NEGOTIATION}compare/",
    f"{NEGOTIATION}concessions/",
    f"{NEGOTIATION}conditions/",
    f"{NEGOTIATION}red-lines/",
    f"{NEGOTIATION}contradictions/",
    f"{NEGOTIATION}coverage/",
    f"{NEGOTIATION}brief/",
    f"{NEGOTIATION}codebook/",
    f"{NEGOTIATION}reliability/",
    "/search/?q=missiles",
    "/method/",
)
STICKING_OUT = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# where each dot is drawn on the chart, and where it is seen
PLACES = "all => all.map(e => [Number(e.getAttribute('cx')), Math.round(e.getBoundingClientRect().x)])"


@pytest.fixture(scope="module")
def turned(live_stack: Stack) -> Iterator[str]:
    """The address of a second web server of the installation, which offers a language from right to left."""
    port = free_port()
    environ = {**live_stack.environ, "PORT": str(port), "DJANGO_SETTINGS_MODULE": "tests.rtl_settings"}
    with subprocess.Popen([sys.executable, "-m", "tracker.serve", "web"], cwd=ROOT, env=environ) as process:
        deadline = time.monotonic() + START_SECONDS
        while not answers(port):
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
        process.terminate()


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


@pytest.mark.parametrize("width", [390, 1200])
def test_nothing_sticks_out_when_the_page_is_turned(
    browser: Browser, turned: str, complaints: Complaints, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="ar")
    page = context.new_page()
    complaints.watch(page)
    found = {}
    for path in PAGES:
        answer = page.goto(turned + path)
        assert answer is not None
        found[path] = (answer.status, page.evaluate("document.documentElement.dir"), page.evaluate(STICKING_OUT))
    page.goto(turned + TIMELINE)
    chart = ".figure-wide" if width > 600 else ".figure-narrow"
    dots = page.locator(f"{chart} a.dot .target").evaluate_all(PLACES)
    direction = page.locator(f"{chart} svg").evaluate("svg => getComputedStyle(svg).direction")
    context.close()

    assert found == dict.fromkeys(PAGES, (200, "rtl", 0))
    assert direction == "ltr"
    assert len(dots) > 2
    shown = [x for _, x in sorted(dots)]
    assert shown == sorted(shown)
