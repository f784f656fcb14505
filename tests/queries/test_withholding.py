"""What ground rules withhold: for many rows at once as for one, and of texts as the rules say."""

from __future__ import annotations

from itertools import product

import pytest

from positions.enums import Attribution, Role, TextAccess
from positions.models import Source, Statement
from positions.queries.access import Reader, reader_of
from positions.queries.withholding import Withheld, quote_shown, speaker_shown, withheld_reason, withheld_texts
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


def expected_why(reader: Reader, source: Source) -> Withheld | None:
    """The rule, written out for one source of the fixture, whose statements were never corrected."""
    if reader.is_insider(source.negotiation_id):
        return None
    is_member = reader.is_member(source.negotiation_id)
    rules = {Attribution.DEEP_BACKGROUND, Attribution.CHATHAM_HOUSE}
    if not is_member:
        rules.add(Attribution.OFF_RECORD)
    if rules & {source.attribution, *(statement.attribution for statement in source.statements.all())}:
        return Withheld.GROUND_RULE
    return Withheld.MEMBERS_ONLY if source.text_access == TextAccess.MEMBERS and not is_member else None


def test_texts_withheld(readers: list[Reader]) -> None:
    sources = list(Source.objects.prefetch_related("statements"))
    for reader in readers:
        expected = {source.pk: why for source in sources if (why := expected_why(reader, source)) is not None}
        assert withheld_texts(reader, sources) == expected


def test_reason_of_one_source_is_that_of_many(readers: list[Reader]) -> None:
    sources = list(Source.objects.all()[:6])
    for reader in readers:
        found = withheld_texts(reader, sources)
        assert [withheld_reason(reader, source) for source in sources] == [
            found[source.pk].value if source.pk in found else None for source in sources
        ]


def test_speakers_and_quotations_agree(readers: list[Reader]) -> None:
    statements = list(Statement.objects.select_related("source"))
    for reader in readers:
        speakers = set(Statement.objects.filter(speaker_shown(reader)).values_list("pk", flat=True))
        quotes = set(Statement.objects.filter(quote_shown(reader)).values_list("pk", flat=True))
        assert speakers == {statement.pk for statement in statements if reader.sees_speaker(statement)}
        assert quotes == {statement.pk for statement in statements if reader.sees_quote(statement)}
