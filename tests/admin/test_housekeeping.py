"""Many records at once from the lists: who may, what is shown first, what stays hidden, and the way back."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from positions.enums import CodingStatus, Role
from positions.models import ChangeSet, Coding, Party, Statement
from tests.admin.conftest import SignIn, Talks
from tests.factories import make_coding, make_issue, make_party, make_round, make_statement

HOSTILE = "<script>alert(1)</script> \u202e \U0001f54a =1+1"


def choose(client: Client, model: str, action: str, *records: Any) -> Any:
    """Tick records on a list and choose an entry of its menu."""
    said = {"action": action, "_selected_action": [str(record.pk) for record in records], "index": "0"}
    return client.post(f"/admin/positions/{model}/", said)


def press(client: Client, model: str, action: str, records: list[Any], button: str, **said: Any) -> Any:
    """Hand in the page of an action."""
    ids = ",".join(str(record.pk) for record in records)
    return client.post(f"/admin/positions/{model}/several/{action}/", {"records": ids, button: "1", **said})


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode())


def test_statements_are_dated_anew_after_a_preview_and_undone(sign_in: SignIn, talks: Talks) -> None:
    reviewer = sign_in("reviewer")
    opened = choose(reviewer, "statement", "redate", talks.statement)
    assert "Said on" in text_of(opened)
    shown = press(reviewer, "statement", "redate", [talks.statement], "_preview", stated_on="2022-01-05")
    assert "1 would change, 0 stay as they are, 0 refused." in text_of(shown)
    assert Statement.objects.count() == 1
    refused = press(reviewer, "statement", "redate", [talks.statement], "_confirm", stated_on="2022-01-05", reason=" ")
    assert "Say why, in a few words" in text_of(refused)
    assert Statement.objects.count() == 1
    done = press(reviewer, "statement", "redate", [talks.statement], "_confirm", stated_on="2022-01-05", reason="Tape")
    change = ChangeSet.objects.get()
    assert done.url == f"/admin/positions/changeset/{change.pk}/change/"
    assert Statement.objects.get(retired_at=None).stated_on == "2022-01-05"
    assert "Undo…" in text_of(reviewer.get(done.url))
    reviewer.post(f"/admin/positions/changeset/{change.pk}/undo/")
    assert Statement.objects.get(retired_at=None).stated_on == "2022-01-10"
    assert "Undo…" not in text_of(reviewer.get(done.url))


def test_bad_date_and_no_selection_are_answered_in_words(analyst: Client, talks: Talks) -> None:
    shown = press(analyst, "statement", "redate", [talks.statement], "_preview", stated_on="yesterday")
    assert "is not an EDTF date" in text_of(shown)
    assert press(analyst, "statement", "redate", [], "_confirm").status_code == 302
    assert analyst.get("/admin/positions/statement/several/redate/").status_code == 302
    assert ChangeSet.objects.count() == 0


def test_analyst_previews_but_cannot_change_what_is_published(analyst: Client, talks: Talks) -> None:
    held = make_round(talks.negotiation, 2)
    shown = press(analyst, "statement", "move", [talks.statement], "_preview", round=str(held.pk))
    assert "Refused: takes the role of reviewer" in text_of(shown)
    answer = press(analyst, "statement", "move", [talks.statement], "_confirm", round=str(held.pk), reason="x")
    assert answer.status_code == 200
    assert ChangeSet.objects.count() == 0


def test_drafts_are_reassigned_by_a_lead_and_deleted(sign_in: SignIn, talks: Talks, users: dict[str, Any]) -> None:
    lead = sign_in("lead")
    draft = make_coding(make_statement(talks.negotiation), status=CodingStatus.DRAFT, coder_user=users["analyst"])
    other = str(users["reviewer"].pk)
    assert choose(sign_in("analyst"), "coding", "reassign", draft).status_code == 302
    press(lead, "coding", "reassign", [draft], "_confirm", coder=other, reason="On leave")
    draft.refresh_from_db()
    assert draft.coder == "reviewer"
    assert "1 would change" in text_of(choose(lead, "coding", "delete-drafts", draft))
    press(lead, "coding", "delete-drafts", [draft], "_confirm", reason="Mistake")
    assert not Coding.objects.filter(pk=draft.pk).exists()
    listed = text_of(sign_in("analyst").get("/admin/positions/changeset/"))
    assert "draft deleted" not in listed


def test_readings_are_found_and_recoded(sign_in: SignIn, talks: Talks, hidden: Talks) -> None:
    reviewer = sign_in("reviewer")
    assert "Hush" not in text_of(reviewer.get("/admin/positions/coding/find/"))
    asked: dict[str, Any] = {
        "issue": str(talks.issue.pk),
        "party": str(talks.party.pk),
        "stance": "1",
        "words": "accept",
    }
    found = text_of(reviewer.get("/admin/positions/coding/find/", asked))
    assert "1 found" in found
    assert "We will not accept this proposal." in found
    assert "0 found" in text_of(reviewer.get("/admin/positions/coding/find/", {**asked, "coder": "nobody"}))
    refused = text_of(reviewer.get("/admin/positions/coding/find/", {"issue": str(hidden.issue.pk)}))
    assert "Choose one that is offered" in refused
    shown = text_of(press(reviewer, "coding", "recode", [talks.coding], "_preview", stance="-1"))
    assert "−1" in shown
    press(reviewer, "coding", "recode", [talks.coding], "_confirm", stance="-1", reason="Misread")
    assert Coding.objects.get(retired_at=None, negotiation=talks.negotiation).stance == -1


def test_hidden_records_are_as_good_as_none(sign_in: SignIn, hidden: Talks) -> None:
    lead = sign_in("lead")
    for model, action, record in (
        ("statement", "redate", hidden.statement),
        ("coding", "recode", hidden.coding),
        ("issue", "merge", hidden.issue),
    ):
        for button in ("_preview", "_confirm"):
            answer = press(lead, model, action, [record], button, stated_on="2022-01-05", stance="0", reason="x")
            assert answer.status_code == 302
    assert ChangeSet.objects.count() == 0


def test_parties_are_merged_by_an_administrator_and_leave_the_choices(sign_in: SignIn, talks: Talks) -> None:
    administrator, lead = sign_in("administrator"), sign_in("lead")
    duplicate = make_party("delta-2", name=f"Delta {HOSTILE}")
    make_coding(make_statement(talks.negotiation, asserted_by=duplicate), issue=talks.issue)
    talks.negotiation.parties.add(duplicate)
    pair = [duplicate, talks.party]
    assert press(lead, "party", "merge", pair, "_preview", into=str(talks.party.pk)).status_code == 302
    shown = press(administrator, "party", "merge", pair, "_preview", into=str(talks.party.pk))
    assert "<script>alert" not in shown.content.decode()
    assert "1 statement" in text_of(shown)
    press(administrator, "party", "merge", pair, "_confirm", into=str(talks.party.pk), reason="One state")
    duplicate.refresh_from_db()
    assert duplicate.merged_into == talks.party
    assert "delta-2" not in text_of(administrator.get("/admin/positions/party/"))
    assert "delta-2" in text_of(administrator.get("/admin/positions/party/?merged=merged"))
    page = administrator.get(f"/admin/positions/party/{duplicate.pk}/change/")
    assert "merged into" in text_of(page).lower()
    assert "_save" not in text_of(page)
    question = {"app_label": "positions", "model_name": "coding", "field_name": "party", "term": "delta"}
    offered = administrator.get("/admin/autocomplete/", question).json()["results"]
    assert [choice["text"] for choice in offered] == ["Deltaland"]


def test_issues_need_a_typed_confirmation_and_conflicts_bar_the_button(lead: Client, talks: Talks) -> None:
    duplicate = make_issue(talks.negotiation, "delta-waters", title=HOSTILE)
    coding = make_coding(make_statement(talks.negotiation), issue=duplicate)
    pair, into = [duplicate, talks.issue], str(talks.issue.pk)
    assert "Confirm" in text_of(press(lead, "issue", "merge", pair, "_preview", into=into))
    untyped = press(lead, "issue", "merge", pair, "_confirm", into=into, reason="Same", confirmation="")
    assert "to confirm that the two proposals mean the same" in text_of(untyped)
    make_coding(coding.statement, issue=talks.issue)
    barred = text_of(press(lead, "issue", "merge", pair, "_preview", into=into))
    assert "To be resolved first" in barred
    assert 'name="_confirm"' not in barred
    assert duplicate.merged_into is None


def test_three_parties_are_not_merged_at_once(administrator: Client, talks: Talks) -> None:
    answer = choose(administrator, "party", "merge", talks.party, make_party(), make_party())
    assert answer.status_code == 302
    assert Party.objects.filter(merged_into=None).count() == 3


@pytest.mark.parametrize(("model", "action"), [("statement", "redate"), ("coding", "delete-drafts")])
def test_preview_costs_the_same_for_one_and_three_records(
    sign_in: SignIn, talks: Talks, model: str, action: str
) -> None:
    client = sign_in(Role.LEAD)
    statements = [make_statement(talks.negotiation) for _ in range(3)]
    rows = statements if model == "statement" else [make_coding(s, status=CodingStatus.DRAFT) for s in statements]
    counts = []
    for chosen in (rows[:1], rows):
        with CaptureQueriesContext(connection) as queries:
            press(client, model, action, chosen, "_preview", stated_on="2022-01-05")
        counts.append(len(queries))
    assert counts[0] == counts[1]
