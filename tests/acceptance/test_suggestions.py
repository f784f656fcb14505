"""The seed: suggestions from its codebook, keywords and names alone, compared with its complete hand coding.

A clone without the data runs everything else; ``conftest.py`` here says loudly that this did not run.
"""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from positions.queries.access import SYSTEM
from positions.services.imports import import_bundle
from tests.acceptance.conftest import CHECKS

pytestmark = [pytest.mark.acceptance, pytest.mark.django_db]

SEED = CHECKS.parent / "data" / "seed" / "bundle.json"


def test_suggestions_find_what_the_seed_codes() -> None:
    import_bundle(SYSTEM, SEED.read_bytes(), folder=SEED.parent)
    out = io.StringIO()
    call_command(
        "evaluate_suggestions",
        json.loads(SEED.read_text(encoding="utf-8"))["negotiation"]["slug"],
        "--json",
        stdout=out,
    )
    figures = json.loads(out.getvalue())
    assert figures["gold"] == 51
    assert figures["overlapped"] >= 0.7 * figures["gold"]
    assert figures["party_right"] >= 0.8 * figures["overlapped"]
    # what it reached when it was built; a change that loses more than this should know
    assert figures["overlapped"] >= 48
    assert figures["party_right"] >= 46
    assert figures["issue_right"] >= 34
    assert figures["precision"] >= 0.85
