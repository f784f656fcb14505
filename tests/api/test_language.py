"""The API speaks English, whatever language its reader prefers: its words are part of a contract."""

from __future__ import annotations

import uuid

import pytest
from django.utils import translation

from tests.api.conftest import ROOT, Api
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_words_of_a_service_are_asked_for_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Services speak to people in their language; over the API each message is looked up in English."""
    translation.gettext("")  # the function to be replaced is there only once it was used
    catalogue = translation._trans  # type: ignore[attr-defined]
    monkeypatch.setattr(catalogue, "gettext", lambda message: f"[{translation.get_language()}] {message}")
    answer = Api(make_user()).client.delete(f"{ROOT}tokens/{uuid.uuid4()}/", headers={"Accept-Language": "fr"})
    assert (answer.status_code, answer.json()["detail"]) == (404, "[en] No such token.")
