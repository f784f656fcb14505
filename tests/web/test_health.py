"""``/healthz`` and ``/readyz``: what they check, and that they answer probes that come by address."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from positions.models import WorkerHeartbeat
from positions.services.workers import record_worker_seen
from tests.servers import free_port

FINE = {"ok": True, "detail": ""}


@pytest.fixture
def broker_folder(settings: Settings, tmp_path: Path) -> Path:
    """The embedded broker's folder, in place."""
    folder = tmp_path / "messages"
    folder.mkdir()
    settings.CELERY_BROKER_URL = "rapporteur-files://localhost//"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_in": str(folder), "data_folder_out": str(folder)}
    return folder


def answer_of(client: Client, **headers: str) -> tuple[int, Any]:
    answer = client.get("/readyz", **headers)  # type: ignore[arg-type]
    assert answer.headers["Content-Type"] == "application/json"
    assert "no-store" in answer.headers["Cache-Control"]
    return answer.status_code, answer.json()


def test_healthz_needs_no_database(client: Client) -> None:
    answer = client.get("/healthz", HTTP_HOST="10.0.0.7:8000")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
@pytest.mark.usefixtures("broker_folder")
def test_ready_when_every_part_is_fine(client: Client) -> None:
    record_worker_seen("worker@host")

    assert answer_of(client, HTTP_HOST="10.0.0.7:8000") == (
        200,
        {"status": "ok", "checks": {"database": FINE, "migrations": FINE, "broker": FINE, "worker": FINE}},
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("broker_folder")
def test_not_ready_without_a_worker(client: Client) -> None:
    code, body = answer_of(client)

    assert (code, body["status"]) == (503, "unavailable")
    assert body["checks"]["worker"] == {"ok": False, "detail": "no worker has given a sign of life"}


@pytest.mark.django_db
@pytest.mark.usefixtures("broker_folder")
def test_not_ready_when_the_worker_is_silent(client: Client) -> None:
    WorkerHeartbeat.objects.create(name="worker@host", seen_at=timezone.now() - timedelta(seconds=50))

    code, body = answer_of(client)

    assert (code, body["checks"]["worker"]["ok"]) == (503, False)
    assert body["checks"]["worker"]["detail"].startswith("silent for 5")


@pytest.mark.django_db
@pytest.mark.usefixtures("broker_folder")
def test_not_ready_with_a_migration_to_apply(client: Client) -> None:
    record_worker_seen("worker@host")
    MigrationRecorder(connection).record_unapplied("positions", "0001_record")

    code, body = answer_of(client)

    assert (code, body["checks"]["migrations"]) == (
        503,
        {"ok": False, "detail": "1 not applied: run manage.py migrate"},
    )


@pytest.mark.django_db
def test_not_ready_without_the_broker_folder(client: Client, broker_folder: Path) -> None:
    record_worker_seen("worker@host")
    broker_folder.rmdir()

    code, body = answer_of(client)

    detail = "its folder in the data directory is missing or not writable"
    assert (code, body["checks"]["broker"]) == (503, {"ok": False, "detail": detail})


@pytest.mark.django_db
def test_redis_that_answers_is_fine(client: Client, settings: Settings, redis_url: str) -> None:
    settings.CELERY_BROKER_URL = redis_url
    record_worker_seen("worker@host")

    assert answer_of(client)[0] == 200


@pytest.mark.django_db
def test_redis_that_is_away_is_reported_without_its_address(client: Client, settings: Settings) -> None:
    settings.CELERY_BROKER_URL = f"redis://:hidden-word@127.0.0.1:{free_port()}/0"
    record_worker_seen("worker@host")

    code, body = answer_of(client)

    assert (code, body["checks"]["broker"]) == (503, {"ok": False, "detail": "does not answer (ConnectionError)"})


@pytest.mark.django_db
@pytest.mark.usefixtures("broker_folder")
def test_database_that_is_away_is_reported(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise OperationalError("could not connect to 10.1.2.3 as somebody")

    monkeypatch.setattr(connection, "cursor", refuse)

    code, body = answer_of(client)

    unknown = {"ok": False, "detail": "cannot be known without the database"}
    assert (code, body["checks"]) == (
        503,
        {
            "database": {"ok": False, "detail": "does not answer (OperationalError)"},
            "migrations": unknown,
            "broker": FINE,
            "worker": unknown,
        },
    )


def test_probes_take_no_other_method(client: Client) -> None:
    assert client.post("/readyz").status_code == 405
