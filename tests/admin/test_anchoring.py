"""A new text at the desk: who gives it, what it says was done, and how a waiting passage is settled."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from positions.models import Relation, Statement
from positions.queries.access import SYSTEM
from positions.services.anchoring import add_text_version
from positions.services.relations import relate_statements
from tests.admin.conftest import SignIn, Talks
from tests.factories import TEXT, make_statement

pytestmark = pytest.mark.django_db

FIRST = "We will not accept this proposal."
CHANGED = TEXT.replace(FIRST, "Corrected. We will never accept this <b>proposal</b>.")


def change(model: str, pk: object, action: str = "change") -> str:
    return f"/admin/positions/{model}/{pk}/{action}/"


@pytest.fixture
def waiting(talks: Talks) -> Statement:
    """The statement of the talks, after its words were changed in the text."""
    add_text_version(SYSTEM, talks.source, CHANGED, reason="Corrected")
    return Statement.objects.get(pk=talks.statement.pk)


def test_new_text_says_what_became_of_the_statements(sign_in: SignIn, talks: Talks) -> None:
    reviewer = sign_in("reviewer")
    assert "New version of the text" in reviewer.get(change("source", talks.source.pk)).content.decode()
    said = {"text": CHANGED, "extraction": "by hand", "reason": "Corrected by the ministry"}
    page = reviewer.post(change("source", talks.source.pk, "new-text"), said, follow=True).content.decode()
    assert "This is version 2 of the text. Statements: 1 are found only nearly and wait for you." in page
    assert f"{change('statement', talks.statement.pk, 'anchor')}" in page
    again = reviewer.post(change("source", talks.source.pk, "new-text"), said).content.decode()
    assert "word for word the text the source has" in again
    assert talks.source.texts.count() == 2


def test_analyst_replaces_no_text_under_published_readings(analyst: Client, talks: Talks) -> None:
    assert "New version of the text" not in analyst.get(change("source", talks.source.pk)).content.decode()
    said = {"text": CHANGED, "extraction": "by hand", "reason": "Corrected"}
    assert analyst.post(change("source", talks.source.pk, "new-text"), said).status_code == 403
    assert talks.source.texts.count() == 1


def test_waiting_passage_is_shown_beside_its_likeliest_place(sign_in: SignIn, waiting: Statement) -> None:
    page = sign_in("reviewer").get(change("statement", waiting.pk, "anchor"))
    text = page.content.decode()
    assert f'<mark id="old-passage">{FIRST}</mark>' in text
    assert '<mark id="proposal">We will never accept this &lt;b&gt;proposal&lt;/b&gt;.</mark>' in text
    assert next(iter(page.context["adminform"].form.fields["decision"].choices))[0] == "here"


def settle(client: Client, statement: Statement, **said: Any) -> Any:
    values = {"version": 2, "decision": "here", "reason": "The same words", "exact": "", "start": "", "end": ""}
    return client.post(change("statement", statement.pk, "anchor"), values | said, follow=True)


def test_person_confirms_the_place(sign_in: SignIn, waiting: Statement) -> None:
    settle(sign_in("reviewer"), waiting)
    settled = Statement.objects.get(supersedes=waiting)
    assert (settled.exact, settled.anchor_status) == ("We will never accept this <b>proposal</b>.", "exact")
    assert settled.codings.get().retired_at is None


def test_person_chooses_another_passage(sign_in: SignIn, waiting: Statement) -> None:
    reviewer = sign_in("reviewer")
    assert "name the passage" in settle(reviewer, waiting, decision="elsewhere").content.decode().lower()
    assert "does not contain" in settle(reviewer, waiting, decision="elsewhere", exact="Nowhere").content.decode()
    settle(reviewer, waiting, decision="elsewhere", exact=" No comment on the rest. ")
    assert Statement.objects.get(supersedes=waiting).exact == "No comment on the rest."


def test_person_withdraws_what_is_gone(sign_in: SignIn, waiting: Statement) -> None:
    assert "say why" in settle(sign_in("reviewer"), waiting, decision="nowhere", reason="").content.decode().lower()
    settle(sign_in("reviewer"), waiting, decision="nowhere", reason="Struck out")
    waiting.refresh_from_db()
    assert waiting.withdrawal_reason == "Struck out"


def test_newer_text_or_a_settled_passage_moves_nothing(sign_in: SignIn, waiting: Statement, talks: Talks) -> None:
    reviewer = sign_in("reviewer")
    assert "A newer text has come" in settle(reviewer, waiting, version=1).content.decode()
    settle(reviewer, waiting)
    assert "not possible" in settle(reviewer, waiting).content.decode()
    assert Statement.objects.filter(source=talks.source, retired_at=None).count() == 1


def test_relation_is_said_on_a_statements_page_and_shown_there(analyst: Client, talks: Talks) -> None:
    other = make_statement(source=talks.source, exact="No comment on the rest.", asserted_by=talks.party)
    assert analyst.get(change("statement", talks.statement.pk, "relate")).status_code == 200
    said = {"kind": "denies", "other": str(other.pk), "note": "<i>plainly</i>"}
    analyst.post(change("statement", talks.statement.pk, "relate"), said)
    relation = Relation.objects.get()
    assert (relation.statement, relation.other, relation.seen_by) == (talks.statement, other, "analyst")
    for statement, words in ((talks.statement, "Denies"), (other, "Is denied by")):
        page = analyst.get(change("statement", statement.pk)).content.decode()
        assert f'{change("relation", relation.pk)}">{words}</a>' in page
        assert "&lt;i&gt;plainly&lt;/i&gt;" in page
    again = analyst.post(change("statement", talks.statement.pk, "relate"), said).content.decode()
    assert "said of these two already" in again
    analyst.post(change("relation", relation.pk, "withdraw"), {"reason": "Not so"})
    relation.refresh_from_db()
    assert relation.withdrawal_reason == "Not so"


def test_search_for_the_other_statement_offers_the_negotiations_own_in_force(
    analyst: Client, talks: Talks, hidden: Talks
) -> None:
    other = make_statement(source=talks.source, exact="No comment on the rest.", asserted_by=talks.party)
    retired = make_statement(source=talks.source, exact="No comment on the rest.", asserted_by=talks.party)
    Statement.objects.filter(pk=retired.pk).update(retired_at="2026-06-01T00:00:00Z")
    asked = {"app_label": "positions", "model_name": "relation", "field_name": "other", "term": "No comment"}
    found = analyst.get("/admin/autocomplete/", asked | {"within": str(talks.negotiation.pk)}).json()["results"]
    assert [row["id"] for row in found] == [str(other.pk)]
    theirs = {"kind": "denies", "other": str(hidden.statement.pk)}
    page = analyst.post(change("statement", talks.statement.pk, "relate"), theirs).content.decode()
    assert "Hush" not in page
    assert Relation.objects.count() == 0


def test_hidden_relation_is_on_no_page(analyst: Client, hidden: Talks) -> None:
    other = make_statement(source=hidden.source, asserted_by=hidden.party)
    relation = relate_statements(SYSTEM, hidden.statement, other, "denies", "Hush note")
    assert "Hush" not in analyst.get("/admin/positions/relation/").content.decode()
    assert analyst.get(change("relation", relation.pk)).status_code == 302
