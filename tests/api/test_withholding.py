"""The many-at-once forms of the ground rules say what positions/queries/access.py says for one."""

from __future__ import annotations

from itertools import product

import pytest

from positions.api.withholding import quote_shown, speaker_shown, withheld_texts
from positions.enums import Attribution, Role, TextAccess
from positions.models import Source, Statement
from positions.queries.access import Reader, reader_of, withheld_reason
from tests.factories import RECORDED_AT, add_member, make_negotiation, make_source, make_statement, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def readers() -> list[Reader]:
    """Sources and statements under every pair of rules, and a reader of each kind."""
    negotiation = make_negotiation("talks")
    for of_source, of_statement, access in product(Attribution.values, Attribution.values, TextAccess.values):
        source = make_source(negotiation, attribution=of_source, text_access=access)
        make_statement(source=source, attribution=of_statement)
    retired = make_source(negotiation)
    make_statement(source=retired, attribution=Attribution.DEEP_BACKGROUND, retired_at=RECORDED_AT.replace(year=2023))
    users = [
        None,
        make_user(),
        make_user(is_superuser=True),
        *(add_member(negotiation, role=role) for role in Role.values),
    ]
    return [reader_of(user) for user in users]


def test_withheld_texts_agree(readers: list[Reader]) -> None:
    sources = list(Source.objects.all())
    for reader in readers:
        expected = {source.pk for source in sources if withheld_reason(reader, source) is not None}
        assert set(withheld_texts(reader, sources)) == expected


def test_speakers_and_quotations_agree(readers: list[Reader]) -> None:
    statements = list(Statement.objects.select_related("source"))
    for reader in readers:
        speakers = set(Statement.objects.filter(speaker_shown(reader)).values_list("pk", flat=True))
        quotes = set(Statement.objects.filter(quote_shown(reader)).values_list("pk", flat=True))
        assert speakers == {statement.pk for statement in statements if reader.sees_speaker(statement)}
        assert quotes == {statement.pk for statement in statements if reader.sees_quote(statement)}
