"""The server of the Model Context Protocol: its tools over a running installation, as a client sees them."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from positions.clients.mcp.__main__ import main
from positions.clients.mcp.record import Record, Refused, strictest
from positions.clients.mcp.server import make_server
from tests.run import ROOT
from tests.servers import free_port
from tests.stack import Stack

pytestmark = pytest.mark.either_engine

TALKS = "european-security-2022"
TOOLS = ["list_negotiations", "list_issues", "list_parties", "positions", "timeline", "shifts", "search", "statement"]
NOBODY = "00000000-0000-4000-8000-000000000000"


def ask(server: Any, questions: Callable[[Client], Awaitable[None]]) -> None:
    """Put questions to a server, in one session."""

    async def run() -> None:
        async with Client(server, read_timeout_seconds=60) as client:
            await questions(client)

    # a browser of another test may have left a loop running in this thread
    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(asyncio.run, run()).result()


async def answer(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    said = await client.call_tool(tool, arguments)
    assert said.is_error is not True, said.content
    found: dict[str, Any] | None = said.structured_content
    assert found is not None
    return found


async def refusal(client: Client, tool: str, **arguments: Any) -> str:
    said = await client.call_tool(tool, arguments)
    assert said.is_error is True
    return str(said.content[0].text)  # type: ignore[union-attr]


def read(stack: Stack, address: str) -> Any:
    """What the API itself answers to anybody."""
    status, text = stack.get(f"/api/v1/{address}")
    assert status == 200, text
    return json.loads(text)


def test_every_answer_is_the_records_and_cited(live_stack: Stack) -> None:
    site = live_stack.url

    def check_citations(found: dict[str, Any], wanted: set[str]) -> None:
        assert {citation["statement"] for citation in found["citations"]} == wanted
        for citation in found["citations"]:
            row = read(live_stack, f"statements/{citation['statement']}/")
            source = read(live_stack, f"sources/{row['source']}/")
            assert (citation["quote"] or "", citation["stated_on"]) == (row["exact"], row["stated_on"])
            assert citation["address"] == f"{site}/statements/{row['id']}/"
            assert (citation["source"]["title"], citation["marking"]) == (source["title"], f"TLP:{source['tlp']}")
            assert all(part in citation["text"] for part in (row["exact"], row["stated_on"], citation["address"]))
        assert found["marking"] == strictest(citation["marking"] for citation in found["citations"])

    async def questions(client: Client) -> None:
        tools = (await client.list_tools()).tools
        assert [tool.name for tool in tools] == TOOLS
        assert all(tool.annotations and tool.annotations.read_only_hint for tool in tools)
        assert all(tool.description for tool in tools)

        negotiations = await answer(client, "list_negotiations")
        assert TALKS in [row["slug"] for row in negotiations["results"]]
        for tool, path in (("list_issues", "issues"), ("list_parties", "parties")):
            rows = (await answer(client, tool, negotiation=TALKS))["results"]
            assert [row["slug"] for row in rows] == [
                row["slug"] for row in read(live_stack, f"{path}/?negotiation={TALKS}&page_size=500")["results"]
            ]

        found = await answer(client, "positions", negotiation=TALKS, party="russia", as_of="2022-02-01", limit=2)
        page = read(live_stack, f"positions/?negotiation={TALKS}&party=russia&as_of=2022-02-01&page_size=2")
        assert (found["results"], found["more"]) == (page["results"], True)
        assert found["method"] == page["method"]
        check_citations(found, {id for row in page["results"] for id in row["statements"]})

        found = await answer(
            client, "shifts", negotiation=TALKS, party="russia", since="2022-01-15", kind="moved,reversed"
        )
        page = read(live_stack, f"shifts/?negotiation={TALKS}&party=russia&on_after=2022-01-15&kind=moved,reversed")
        assert found["results"] == page["results"] != []
        check_citations(
            found, {id for row in page["results"] for side in ("before", "after") for id in row[side]["statements"]}
        )

        found = await answer(client, "timeline", negotiation=TALKS, issue="nato-open-door", party="united-states")
        whole = read(live_stack, f"timeline/?negotiation={TALKS}&issue=nato-open-door&party=united-states")
        assert (found["results"], found["rounds"], found["older_points_left_out"]) == (
            whole["series"], whole["rounds"], 0,
        )  # fmt: skip
        check_citations(found, {point["statement"] for line in whole["series"] for point in line["points"]})

        found = await answer(client, "search", negotiation=TALKS, words="missiles", limit=2)
        page = read(live_stack, f"search/?negotiation={TALKS}&q=missiles&page_size=2")
        assert [row["id"] for row in found["results"]] == [row["id"] for row in page["results"]]
        check_citations(found, {row["id"] for row in page["results"]})

        one = page["results"][0]["id"]
        found = await answer(client, "statement", id=one)
        assert found["results"] == [read(live_stack, f"statements/{one}/")]
        check_citations(found, {one})

        # what the API refuses is an error of the tool that says what was wrong
        assert "No such negotiation." in await refusal(client, "positions", negotiation="nowhere")
        assert "party: there is no party “atlantis”" in await refusal(
            client, "positions", negotiation=TALKS, party="atlantis"
        )
        assert "as_of: “soon” is not a day" in await refusal(client, "positions", negotiation=TALKS, as_of="soon")
        assert "No such statement." in await refusal(client, "statement", id=NOBODY)
        assert "An id is a UUID" in await refusal(client, "statement", id="../me")
        assert "limit" in await refusal(client, "search", negotiation=TALKS, words="x", limit=5000)
        assert "Unknown tool" in await refusal(client, "record_statement", exact="words")

    ask(make_server(Record(site)), questions)


def test_as_clients_start_it_with_a_token(live_stack: Stack) -> None:
    """Over standard input and output, with the rights of who made the token: what is restricted shows to them alone."""
    made = live_stack.shell(
        "from tests.factories import make_negotiation\n"
        "from django.contrib.auth.models import User\n"
        "from positions.models import Member, Negotiation\n"
        "n = Negotiation.objects.filter(slug='closed-talks').first() or make_negotiation('closed-talks',"
        " visibility='restricted')\n"
        f"u = User.objects.get(username={live_stack.credentials['viewer']['username']!r})\n"
        "Member.objects.get_or_create(negotiation=n, user=u, defaults={'role': 'viewer'})\n"
        "answer = n.slug"
    )

    async def slugs(client: Client) -> list[str]:
        return [row["slug"] for row in (await answer(client, "list_negotiations"))["results"]]

    async def as_viewer(client: Client) -> None:
        assert made in await slugs(client)

    async def as_anybody(client: Client) -> None:
        assert made not in await slugs(client)
        assert "No such negotiation." in await refusal(client, "list_issues", negotiation=made)

    async def as_nobody(client: Client) -> None:
        assert "Set RAPPORTEUR_TOKEN" in await refusal(client, "list_negotiations")

    def started(token: str) -> StdioServerParameters:
        told = {"RAPPORTEUR_URL": live_stack.url, **({"RAPPORTEUR_TOKEN": token} if token else {})}
        return StdioServerParameters(
            command=sys.executable, args=["-m", "positions.clients.mcp"], cwd=str(ROOT), env=told
        )

    ask(started(live_stack.credentials["viewer"]["token"]), as_viewer)
    ask(make_server(Record(live_stack.url)), as_anybody)
    ask(make_server(Record(live_stack.url, "f" * 64)), as_nobody)


def test_where_nothing_answers() -> None:
    with pytest.raises(Refused, match="cannot be reached"):
        Record(f"http://127.0.0.1:{free_port()}").get("me/")


@pytest.mark.parametrize("address", ["", "ftp://example.org", "example.org", "http://", "http://example.org/?a=b"])
def test_address_that_is_none(
    address: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RAPPORTEUR_URL", address)
    monkeypatch.delenv("RAPPORTEUR_TOKEN", raising=False)
    assert main() == 2
    assert "RAPPORTEUR_URL" in capsys.readouterr().err


class Elsewhere(BaseHTTPRequestHandler):
    """Answers with a redirect to itself, and notes what it was asked."""

    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing is printed."""


def test_nothing_else_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that sends somewhere else is not followed, and no proxy of the environment is used."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    monkeypatch.setattr(Elsewhere, "asked", [])
    with HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with pytest.raises(Refused, match="answered with 302"):
                Record(f"http://127.0.0.1:{server.server_port}", "secret").get("me/", party="")
        finally:
            server.shutdown()
            thread.join()
    assert Elsewhere.asked == ["/api/v1/me/"]
    with pytest.raises(ValueError, match="no token has"):
        Record("http://127.0.0.1:9", "a\nb")


def test_tools_and_variables_are_in_the_guide() -> None:
    documented = (ROOT / "docs" / "mcp.md").read_text(encoding="utf-8")
    assert [name for name in (*TOOLS, "RAPPORTEUR_URL", "RAPPORTEUR_TOKEN") if f"`{name}`" not in documented] == []
