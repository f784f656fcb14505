"""Refusing a suggestion."""

from __future__ import annotations

import pytest

from positions.enums import Role
from positions.exceptions import Invalid, NotPermitted, NotVisible
from positions.models import Event, SourceText, SuggestionRefusal
from positions.services.suggestions import refuse_suggestion
from tests.factories import make_issue, make_party, make_source
from tests.services.writing import make_talks, member, only_event, outsiders, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def text() -> SourceText:
    return make_source(make_talks()).texts.get()


def test_refusal_is_kept_once_and_logged_once(text: SourceText) -> None:
    negotiation = text.source.negotiation
    analyst, party, issue = member(negotiation), make_party(), make_issue(negotiation)
    kept = refuse_suggestion(analyst, text, 0, 10, party, issue)
    assert refuse_suggestion(analyst, text, 0, 10, party, issue) == kept
    event = only_event()
    assert (event.action, event.negotiation, event.subject_id) == ("suggestion_refused", negotiation, str(kept.pk))
    assert (kept.refused_by, kept.refused_by_name) == (
        analyst.user,
        analyst.user.get_username() if analyst.user else "",
    )
    refuse_suggestion(analyst, text, 0, 10, party, None)
    assert (SuggestionRefusal.objects.count(), Event.objects.count()) == (2, 2)


@pytest.mark.parametrize(
    ("start", "end", "field"), [(-1, 5, "start"), (5, 5, "start"), (0, 10**6, "end"), (7, 3, "start")]
)
def test_refusal_outside_the_text_is_refused(text: SourceText, start: int, end: int, field: str) -> None:
    analyst = member(text.source.negotiation)
    with refused(Invalid, field):
        refuse_suggestion(analyst, text, start, end, None, None)


def test_refusal_for_an_issue_of_another_negotiation_is_refused(text: SourceText) -> None:
    reader, issue = member(text.source.negotiation), make_issue()
    with refused(Invalid, "issue"):
        refuse_suggestion(reader, text, 0, 10, None, issue)


def test_refusal_takes_an_analyst(text: SourceText) -> None:
    viewer = member(text.source.negotiation, Role.VIEWER)
    with refused(NotPermitted):
        refuse_suggestion(viewer, text, 0, 10, None, None)
    for reader in outsiders():
        with refused(NotVisible):
            refuse_suggestion(reader, text, 0, 10, None, None)
