"""Asking the API in tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connections
from rest_framework.test import APIClient

Ask = Callable[..., Any]

ROOT = "/api/v1/"


class Api:
    """Requests to ``/api/v1/`` as one user, or as nobody."""

    def __init__(self, user: User | None = None) -> None:
        self.client = APIClient()
        if user is not None:
            self.client.force_authenticate(user)

    def __call__(self, address: str, **parameters: Any) -> Any:
        """The answer to a GET; a parameter ``with_`` is sent as ``with``."""
        query = {name.removesuffix("_"): value for name, value in parameters.items()}
        path = address if address.startswith(("/", "http")) else ROOT + address
        return self.client.get(path, query or None)

    def json(self, address: str, **parameters: Any) -> Any:
        """The body of an answer that is 200."""
        answer = self(address, **parameters)
        assert answer.status_code == 200, (answer.status_code, answer.content[:500])
        return answer.json()

    def rows(self, address: str, **parameters: Any) -> list[dict[str, Any]]:
        """Every row of a paged list."""
        page = self.json(address, **parameters)
        rows: list[dict[str, Any]] = page["results"]
        while page["next"]:
            page = self.json(page["next"])
            rows += page["results"]
        return rows

    def ids(self, address: str, **parameters: Any) -> set[Any]:
        """The ids, or else the slugs, in a paged list."""
        return {row["id"] if "id" in row else row["slug"] for row in self.rows(address, **parameters)}

    def errors(self, address: str, **parameters: Any) -> dict[str, list[str]]:
        """What a 400 says is wrong, by parameter."""
        answer = self(address, **parameters)
        assert answer.status_code == 400, (answer.status_code, answer.content[:500])
        assert answer["Content-Type"] == "application/problem+json"
        errors: dict[str, list[str]] = answer.json()["errors"]
        return errors


def give_up(answer: Any) -> None:
    """End an answer before it is read to its end, as when a client goes away; the test keeps its connection."""
    with mock.patch.object(connections["default"], "close_if_unusable_or_obsolete"):
        answer.close()


@pytest.fixture(scope="session", autouse=True)
def _directory_of_static_files(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whitenoise warns of a directory that is missing, as it is until static files are collected."""
    settings.STATIC_ROOT = tmp_path_factory.mktemp("static")


@pytest.fixture
def api(db: None) -> Api:
    """The API as anybody sees it."""
    return Api()
