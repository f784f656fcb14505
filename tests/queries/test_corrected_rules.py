"""A passage corrected to a stricter ground rule: what it replaced is kept back as if it had been so all along."""

from __future__ import annotations

from datetime import timedelta

import pytest

from positions.models import Coding, Statement
from positions.queries.access import Reader, published_codings_for, reader_of, statements_for
from positions.queries.evidence import Moment
from positions.queries.positions import positions_for
from positions.queries.withholding import text_for
from tests.factories import RECORDED_AT, add_member, make_coding, make_source, make_statement

pytestmark = pytest.mark.django_db

CORRECTED_AT = RECORDED_AT + timedelta(days=1)
BEFORE = Moment(as_of=RECORDED_AT.date(), known_at=RECORDED_AT + timedelta(hours=1))


def correct_to(*rules: str) -> tuple[Statement, Statement]:
    """A published statement on the record and its newest correction, through statements under ``rules``."""
    source = make_source(text="We will not accept this. Nothing else was said.")
    first = current = make_statement(source=source, start=0, end=24)
    make_coding(statement=first, party=first.asserted_by)
    for step, rule in enumerate(rules):
        at = CORRECTED_AT + timedelta(days=step)
        Coding.objects.filter(statement=current).update(retired_at=at)
        Statement.objects.filter(pk=current.pk).update(retired_at=at)
        current = make_statement(
            source=source,
            start=0,
            end=24,
            attribution=rule,
            asserted_by=first.asserted_by,
            supersedes=current,
            recorded_at=at,
        )
        make_coding(statement=current, party=first.asserted_by, recorded_at=at)
    return Statement.objects.get(pk=first.pk), current


@pytest.mark.parametrize("rules", [("off_record",), ("chatham_house",), ("on_record", "off_record")])
def test_outsiders_never_see_what_a_correction_put_off_the_record(rules: tuple[str, ...]) -> None:
    first, _ = correct_to(*rules)
    outsider = Reader()
    assert list(statements_for(outsider)) == []
    assert list(published_codings_for(outsider)) == []
    assert positions_for(outsider, first.negotiation, BEFORE) == []
    assert text_for(outsider, first.source) is None


def test_insiders_still_see_what_was_known() -> None:
    first, _ = correct_to("off_record")
    analyst = reader_of(add_member(first.negotiation))
    assert [p.stance for p in positions_for(analyst, first.negotiation, BEFORE)] == [first.codings.get().stance]


def test_a_correction_on_the_record_hides_nothing() -> None:
    first, newest = correct_to("on_record")
    assert set(statements_for(Reader())) == {first, newest}


def test_the_speaker_of_a_passage_put_on_background_is_withheld_at_its_old_address_too() -> None:
    first, _ = correct_to("on_background")
    assert not Reader().sees_speaker(first)
    assert Reader().sees_quote(first)


def test_a_rule_lifted_by_a_correction_gives_the_text_back() -> None:
    first, _ = correct_to("off_record", "on_record")
    assert text_for(Reader(), first.source) is not None
