"""Webhooks with a real worker and a real receiver: the worker is killed between two tries, and nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from standardwebhooks import Webhook as Verifier

from tests.run import ROOT, clean_environment
from tests.services.test_worker_runs import Workplace

pytestmark = pytest.mark.worker

FAILURES = 3


class Receiver(HTTPServer):
    """Fails three times, then takes what comes; whoever knows an id already does nothing more."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Receives)
        self.tries: list[tuple[str, dict[str, str], bytes]] = []
        self.effects: dict[str, bytes] = {}


class Receives(BaseHTTPRequestHandler):
    """One request to the receiver."""

    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        name = self.headers["webhook-id"]
        self.server.tries.append((name, {key.lower(): value for key, value in self.headers.items()}, body))
        fails = len(self.server.tries) <= FAILURES
        if not fails:
            self.server.effects.setdefault(name, body)
        self.send_response(500 if fails else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def workplace(tmp_path: Path, stack_database: dict[str, str]) -> Iterator[Workplace]:
    environ = clean_environment(str(tmp_path), LOG_LEVEL="INFO", WEBHOOK_PRIVATE_TARGETS="on", **stack_database)
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environ, check=True)
    place = Workplace(environ, tmp_path)
    try:
        yield place
    finally:
        place.stop()


SOON = (
    "from positions.models import Webhook, WebhookDelivery\n"
    "from positions.services.webhook_delivery import ring_webhooks\n"
    "Webhook.objects.update(claimed_until=None)\n"
    "answer = WebhookDelivery.objects.filter(state='pending').update(next_attempt_at=timezone.now())\n"
)


def test_killed_worker_loses_no_message(workplace: Workplace, receiver: Receiver) -> None:
    secret = workplace.run(
        "from django.contrib.auth.models import User\n"
        "from positions.queries.access import reader_of\n"
        "from positions.services.negotiations import NegotiationFacts, create_negotiation\n"
        "from positions.services.webhooks import WebhookFacts, save_webhook\n"
        "reader = reader_of(User.objects.create_superuser('root'))\n"
        f"facts = WebhookFacts(url='http://127.0.0.1:{receiver.server_port}/hook')\n"
        "answer = save_webhook(reader, facts).secret\n"
        "for slug in ('one', 'two'): create_negotiation(reader, NegotiationFacts(slug=slug, title=slug))"
    )
    worker = workplace.start_worker()
    workplace.wait_for(lambda: len(receiver.tries) >= 2, True)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    assert receiver.effects == {}
    assert workplace.run(SOON) == 2
    workplace.start_worker()
    tries = len(receiver.tries)
    workplace.wait_for(lambda: len(receiver.tries) > tries, True)
    states = (
        "from positions.models import WebhookDelivery\n"
        "answer = sorted(WebhookDelivery.objects.values_list('state', flat=True))"
    )
    while workplace.run(states) != ["delivered", "delivered"]:
        assert len(receiver.tries) < 20
        workplace.run(SOON + "ring_webhooks()")
    assert {json.loads(body)["data"]["id"] for body in receiver.effects.values()} == {"one", "two"}
    assert len(receiver.effects) == 2
    assert {name for name, _, _ in receiver.tries} == set(receiver.effects)
    for _, headers, body in receiver.tries:
        assert Verifier(secret).verify(body, headers)["type"] in ("negotiations.changed", "negotiations.reread")
