"""Composing the codebook at the desk, and the work list after a change of meaning."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from positions.enums import ChangeKind, CodingStatus, ReviewPolicy, Role
from positions.models import ChangeSet, CodebookVersion, Coding, Issue, Negotiation
from tests.admin.conftest import SignIn, Talks, client_of
from tests.admin.forms import events, hand_in, read_form, said
from tests.factories import add_member, make_coding, make_negotiation, make_statement, make_user

ADD = "/admin/positions/codebookversion/add/"
PROPOSAL, ANCHOR = "delta-water__proposal", "delta-water__anchor_2"


def version_page(talks: Talks, number: int, page: str) -> str:
    version = CodebookVersion.objects.get(negotiation=talks.negotiation, version=number)
    return reverse(f"admin:positions_codebookversion_{page}", args=[version.pk])


def publish(lead: Client, **changes: str) -> Any:
    return hand_in(lead, ADD, "text", {"reason": "Clearer words.", **changes})


def errors_on(response: Any) -> dict[str, list[str]]:
    form = response.context["form"]
    return {name: [str(message) for message in messages] for name, messages in form.errors.items()}


def test_preview_shows_the_difference_and_saves_nothing(lead: Client, talks: Talks) -> None:
    response = hand_in(lead, ADD, "text", {PROPOSAL: "The water is shared"}, button="_preview")
    (change,) = response.context["changes"]
    assert (change["issue"], change["outdated"]) == (talks.issue, 1)
    assert [(d["name"], d["after"]) for d in change["differences"]] == [("proposal", "The water is shared")]
    assert "1 published reading will wait to be confirmed or recoded." in " ".join(response.content.decode().split())
    assert (CodebookVersion.objects.count(), events()) == (1, [])


def test_publishing_writes_entries_and_leads_to_the_version(lead: Client, talks: Talks) -> None:
    anchor = "A demand without conditions\r\nWe insist.\r\n\r\nNo deal without it."
    response = publish(lead, **{PROPOSAL: "The water is shared", ANCHOR: anchor, "text": "Read\r\ntwice."})
    version = CodebookVersion.objects.get(version=2)
    assert response.headers["Location"] == version_page(talks, 2, "change")
    entry = version.entries.get()
    assert (version.text, entry.proposal) == ("Read\ntwice.", "The water is shared")
    assert entry.anchors == {
        "2": {"meaning": "A demand without conditions", "examples": ["We insist.", "No deal without it."]}
    }
    page = lead.get(version_page(talks, 2, "change")).content.decode()
    assert "We insist." in page
    assert 'name="_save"' not in page
    # the form gives back what it was given: nothing untouched counts as changed
    assert read_form(lead.get(ADD), "text")[ANCHOR] == "A demand without conditions\nWe insist.\nNo deal without it."
    again = publish(lead)
    assert errors_on(again) == {
        "__all__": ["This says what the codebook says already; change something, or leave it as it is."]
    }


def test_refusals_are_shown_at_their_fields(lead: Client, talks: Talks) -> None:
    assert list(errors_on(publish(lead, **{PROPOSAL: ""}))) == [PROPOSAL]
    assert list(errors_on(publish(lead, text="New", reason=""))) == ["reason"]
    assert CodebookVersion.objects.count() == 1


def test_form_overtaken_by_another_version_loses_nothing(lead: Client, talks: Talks) -> None:
    mine = read_form(lead.get(ADD), "text") | {"text": "Mine", "reason": "Mine.", "_save": "Save"}
    publish(lead, text="Theirs")
    response = lead.post(ADD, mine)
    assert "Somebody changed the codebook while you had it open." in errors_on(response)["__all__"][0]
    assert 'id="id_text">\nMine</textarea>' in response.content.decode()
    assert list(CodebookVersion.objects.values_list("text", flat=True)) == ["", "Theirs"]


def test_unused_version_is_edited_in_place(lead: Client, talks: Talks) -> None:
    publish(lead, text="Read twice.")
    edit = version_page(talks, 2, "edit")
    assert hand_in(lead, edit, "text", {"text": "Read three times.", "reason": "A slip."}).status_code == 302
    assert list(CodebookVersion.objects.values_list("text", flat=True)) == ["", "Read three times."]
    make_coding(make_statement(talks.negotiation), issue=talks.issue, status=CodingStatus.DRAFT)
    assert lead.get(edit).headers["Location"] == version_page(talks, 2, "change")
    assert events(["codebook_version_added", "codebook_version_edited"]) == [
        "codebook_version_added",
        "codebook_version_edited",
    ]


def test_lead_of_several_negotiations_chooses(lead: Client, talks: Talks, users: Any) -> None:
    other = make_negotiation("epsilon", title="Epsilon talks")
    add_member(other, users["lead"], Role.LEAD)
    page = lead.get(ADD).content.decode()
    assert "Epsilon talks" in page
    assert lead.get(f"{ADD}?negotiation={other.pk}").context["negotiation"] == other
    hidden = make_negotiation("hush", title="Hush talks")
    assert "Hush" not in lead.get(f"{ADD}?negotiation={hidden.pk}").content.decode()
    assert lead.get(f"{ADD}?negotiation=x").status_code == 200


@pytest.mark.parametrize("role", ["viewer", "analyst", "reviewer"])
def test_only_leads_compose(sign_in: SignIn, talks: Talks, role: str) -> None:
    client = sign_in(role)
    assert client.get(ADD).status_code == 403
    assert client.post(ADD, {"text": "Mine", "reason": "Mine."}).status_code == 403
    assert client.get(version_page(talks, 1, "edit")).status_code in (302, 403)


def test_pages_of_a_hidden_negotiation_do_not_exist(lead: Client, talks: Talks, hidden: Talks) -> None:
    for page in ("edit", "worklist"):
        response = lead.get(version_page(hidden, 1, page))
        assert (response.status_code, response.headers["Location"]) == (302, reverse("admin:index"))


# ---------------------------------------------------------------- what is to be confirmed


@pytest.fixture
def outdated(lead: Client, talks: Talks) -> str:
    """The work list after the water came to mean something else."""
    publish(lead, **{PROPOSAL: "The water is shared"})
    return version_page(talks, 2, "worklist")


def decide(client: Client, address: str, button: str, *codings: Coding, **said: str) -> Any:
    form = {"decision": "confirm", "reason": "Means the same here.", **said, button: "x"}
    return client.post(address, {**form, "coding": [str(coding.pk) for coding in codings]})


def test_work_list_is_previewed_and_confirmed(lead: Client, talks: Talks, outdated: str) -> None:
    assert [coding for coding, _ in lead.get(outdated).context["rows"]] == [talks.coding]
    preview = decide(lead, outdated, "_preview", talks.coding)
    assert [(line.before, line.after) for line in preview.context["preview"].lines] == [("codebook 1", "codebook 2")]
    assert preview.context["rows"] == [(talks.coding, True)]
    assert not ChangeSet.objects.exists()
    done = decide(lead, outdated, "_apply", talks.coding)
    assert done.headers["Location"] == outdated
    assert said(lead.get(outdated)) == ["1 reading confirmed under codebook 2. What was known before stays known."]
    confirmed = Coding.objects.get(supersedes=talks.coding)
    assert (confirmed.codebook.version, confirmed.stance, confirmed.reason) == (2, 1, "Means the same here.")
    assert "Nothing waits" in lead.get(outdated).content.decode()


def test_work_list_recodes(lead: Client, talks: Talks, outdated: str) -> None:
    assert (
        decide(lead, outdated, "_apply", talks.coding, decision="recode", stance="-1", red_line="yes").status_code
        == 302
    )
    recoded = Coding.objects.get(supersedes=talks.coding)
    assert (recoded.stance, recoded.red_line, recoded.codebook.version) == (-1, True, 2)
    assert ChangeSet.objects.get().kind == ChangeKind.RECODE


def test_work_list_refuses_clearly(lead: Client, sign_in: SignIn, talks: Talks, outdated: str) -> None:
    assert errors_on(decide(lead, outdated, "_apply")) == {"__all__": ["Choose at least one record."]}
    assert list(errors_on(decide(lead, outdated, "_apply", talks.coding, reason=" "))) == ["reason"]
    assert (
        "nothing was filled in"
        in errors_on(decide(lead, outdated, "_apply", talks.coding, decision="recode"))["__all__"][0]
    )
    analyst = decide(sign_in("analyst"), outdated, "_preview", talks.coding)
    assert [line.refusal for line in analyst.context["preview"].lines] == ["takes a reviewer to confirm"]
    assert not ChangeSet.objects.exists()


def test_work_list_is_narrowed_to_an_issue(lead: Client, talks: Talks, outdated: str) -> None:
    assert lead.get(f"{outdated}?issue=nowhere").context["rows"] == []
    assert len(lead.get(f"{outdated}?issue=delta-water").context["rows"]) == 1


def test_work_list_costs_the_same_for_more_rows(
    lead: Client, talks: Talks, outdated: str, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    first = CodebookVersion.objects.get(version=1)
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            lead.get(outdated)
        counts.append(len(queries))
        for _ in range(2):
            make_coding(make_statement(talks.negotiation), issue=talks.issue, codebook=first)
    assert counts[0] == counts[1]


def test_issue_form_names_the_way_out(lead: Client, talks: Talks) -> None:
    url = reverse("admin:positions_issue_change", args=[talks.issue.pk])
    response = hand_in(lead, url, "proposal", {"proposal": "Something else"})
    assert "Compose the next version of the codebook" in response.content.decode()
    assert Issue.objects.get(pk=talks.issue.pk).proposal == talks.issue.proposal


def test_hostile_words_are_only_text(lead: Client, talks: Talks) -> None:
    words = "<script>alert(1)</script>\u202e𝔘"
    response = hand_in(lead, ADD, "text", {PROPOSAL: words, ANCHOR: words}, button="_preview")
    assert "<script>alert" not in response.content.decode()
    publish(lead, **{PROPOSAL: words, ANCHOR: words})
    for page in (lead.get(version_page(talks, 2, "change")), lead.get("/admin/positions/codebookentry/")):
        assert "<script>alert" not in page.content.decode()


def test_nobody_composes_after_losing_the_role(talks: Talks) -> None:
    user = make_user(is_staff=True)
    add_member(talks.negotiation, user, Role.LEAD)
    client = client_of(user)
    form = read_form(client.get(ADD), "text")
    talks.negotiation.members.filter(user=user).update(role=Role.ANALYST)
    Negotiation.objects.update(review_policy=ReviewPolicy.SINGLE)
    assert client.post(ADD, {**form, "text": "Mine", "reason": "Mine.", "_save": "x"}).status_code == 403
