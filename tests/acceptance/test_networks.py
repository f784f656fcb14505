"""DNA's own sample: its 40 statements imported, and the networks that DNA is known to make of them.

A clone without the file runs everything else; ``conftest.py`` here says loudly that this did not run.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any

import pytest

from positions.analysis.network import Recipe, Stand
from positions.models import Coding, Negotiation, Statement
from positions.queries.access import SYSTEM
from positions.services.dna_import import import_dna
from tests.acceptance.conftest import CHECKS
from tests.analysis.slow_networks import slow_network
from tests.analysis.test_network import RECIPES
from tests.api.conftest import Api

pytestmark = [pytest.mark.acceptance, pytest.mark.django_db]

SAMPLE = CHECKS.parent / "data" / "dna" / "sample.dna"
EPA, SENATE = "Environmental Protection Agency", "Senate"
REFINERS = "National Petrochemical & Refiners Association"
AS_STATED = """
SELECT organisation.Value, concept.Value, agreement.Value, document.ID, document.Date, Start, Stop, document.Text
FROM STATEMENTS JOIN DOCUMENTS AS document ON document.ID = DocumentId
JOIN DATASHORTTEXT AS o ON o.StatementId = STATEMENTS.ID AND o.VariableId = 2
JOIN ENTITIES AS organisation ON organisation.ID = o.Entity
JOIN DATASHORTTEXT AS c ON c.StatementId = STATEMENTS.ID AND c.VariableId = 3
JOIN ENTITIES AS concept ON concept.ID = c.Entity
JOIN DATABOOLEAN AS agreement ON agreement.StatementId = STATEMENTS.ID
WHERE StatementTypeId = 1 ORDER BY document.Date, document.ID, Start
"""


@pytest.fixture
def api(db: None) -> Api:
    """The API over the imported sample, which is opened to all."""
    import_dna(SYSTEM, SAMPLE, "clean-air")
    Negotiation.objects.update(visibility="public")
    return Api()


def rows_of_file() -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"{SAMPLE.as_uri()}?mode=ro", uri=True)) as connection:
        return connection.execute(AS_STATED).fetchall()


def ask(api: Api, **asked: str) -> Any:
    return api.json("networks/", negotiation="clean-air", **asked)


def total(network: Any) -> float:
    return sum(map(sum, network["matrix"]))


def tie(network: Any, a: str, b: str) -> float:
    weight: float = network["matrix"][network["rows"].index(a)][network["columns"].index(b)]
    return weight


def test_networks_of_the_sample(api: Api) -> None:
    assert Coding.objects.count() == 40
    assert [total(ask(api, qualifier=word)) for word in ("ignore", "congruence", "conflict", "subtract")] == [
        276, 160, 116, 44
    ]  # fmt: skip
    assert round(total(ask(api, qualifier="congruence", normalisation="average")), 9) == 25.802436126
    assert round(total(ask(api, qualifier="congruence", normalisation="jaccard")), 10) == 13.6106625259
    assert tie(ask(api, qualifier="congruence"), EPA, SENATE) == 22
    assert tie(ask(api, qualifier="conflict"), EPA, REFINERS) == 20


def test_every_recipe_gives_what_the_formulas_give(api: Api) -> None:
    said = [
        Stand(organisation, concept, agreement == 1, f"{document}", datetime.fromtimestamp(seconds, UTC).date())
        for organisation, concept, agreement, document, seconds, *_ in rows_of_file()
    ]
    windows: list[dict[str, str]] = [{}, {"from_": "2005-02-02", "to": "2005-02-10"}]
    for asked in windows:
        counted = [s for s in said if not asked or date(2005, 2, 2) <= s.on <= date(2005, 2, 10)]
        for recipe in RECIPES if not asked else [Recipe("one", "congruence", "cosine", "week")]:
            words = {
                "mode": recipe.mode,
                "qualifier": recipe.qualifier,
                "normalisation": recipe.normalisation,
                "duplicates": recipe.duplicates,
            }
            network = ask(api, **words, **asked)
            rows, columns, matrix = slow_network(counted, recipe)
            assert (network["rows"], network["columns"]) == (rows, columns)
            for ours, theirs in zip(network["matrix"], matrix, strict=True):
                assert ours == pytest.approx(theirs, abs=1e-12)


def test_quotations_are_the_spans_of_the_file(api: Api) -> None:
    assert sorted(Statement.objects.values_list("exact", flat=True)) == sorted(
        text[start:stop] for *_, start, stop, text in rows_of_file()
    )
