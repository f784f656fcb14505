"""What leads keep: the negotiation, its members, rounds, issues and codebook."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError
from django.test import Client

from positions.exceptions import Conflict, Invalid, NotPermitted
from positions.models import CodebookVersion, Delegation, Issue, Member, Negotiation, Round
from tests.admin.conftest import SignIn, Talks
from tests.admin.forms import errors_of, events, hand_in, read_form, row_errors, said
from tests.admin.test_pages import list_of
from tests.factories import make_coding, make_issue, make_party, make_person, make_statement, make_user


def page_of(talks: Talks) -> str:
    return f"{list_of('negotiation')}{talks.negotiation.pk}/change/"


def test_administrator_opens_a_negotiation_and_leads_it(administrator: Client, users: dict[str, User]) -> None:
    response = hand_in(
        administrator, f"{list_of('negotiation')}add/", "title", {"title": "New talks", "slug": "new-talks"}
    )
    negotiation = Negotiation.objects.get(slug="new-talks")
    assert response.status_code == 302
    assert (negotiation.visibility, negotiation.members.get().user) == ("restricted", users["administrator"])
    assert events() == ["negotiation_created"]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"slug": "delta"}, "slug", "“delta” is already a negotiation"),
        ({"slug": "No Slug"}, "slug", "Use lower-case letters, digits and single hyphens"),
        ({"title": ""}, "title", "This field is required."),
    ],
)
def test_negotiation_is_refused_at_its_field(
    administrator: Client, talks: Talks, changes: dict[str, str], field: str, words: str
) -> None:
    response = hand_in(administrator, f"{list_of('negotiation')}add/", "title", {"title": "x", "slug": "x", **changes})
    assert list(errors_of(response)) == [field]
    assert words in errors_of(response)[field][0]
    assert events() == []


def test_lead_changes_settings_but_never_the_slug(lead: Client, talks: Talks) -> None:
    assert hand_in(lead, page_of(talks), "title", {"visibility": "internal", "slug": "other"}).status_code == 302
    talks.negotiation.refresh_from_db()
    assert (talks.negotiation.visibility, talks.negotiation.slug) == ("internal", "delta")
    assert events() == ["negotiation_updated"]


def test_lead_manages_members_on_the_page(lead: Client, talks: Talks, users: dict[str, User]) -> None:
    make_user("newcomer")
    form = read_form(lead.get(page_of(talks)), "title")
    place = {form[f"members-{n}-id"]: n for n in range(4)}
    analyst, viewer = (Member.objects.get(user=users[role]) for role in ("analyst", "viewer"))
    changes = {
        f"members-{place[str(analyst.pk)]}-role": "reviewer",
        f"members-{place[str(viewer.pk)]}-DELETE": "on",
        "members-TOTAL_FORMS": "5",
        "members-4-username": "newcomer",
        "members-4-role": "analyst",
        "members-4-id": "",
    }
    assert hand_in(lead, page_of(talks), "title", changes).status_code == 302
    assert dict(Member.objects.values_list("user__username", "role")) == {
        "analyst": "reviewer",
        "reviewer": "reviewer",
        "lead": "lead",
        "newcomer": "analyst",
    }
    assert events() == ["member_role_set", "member_role_set", "member_removed"]


@pytest.mark.parametrize(
    ("username", "words"),
    [
        ("nobody-here", "There is no active account of this name"),
        ("analyst", "Is a member already"),
        ("", "This field is required."),
    ],
)
def test_member_is_refused_at_the_line(lead: Client, talks: Talks, username: str, words: str) -> None:
    changes = {"members-TOTAL_FORMS": "5", "members-4-username": username, "members-4-role": "lead", "members-4-id": ""}
    errors = row_errors(hand_in(lead, page_of(talks), "title", changes))
    assert [list(row) for row in errors] == [[], [], [], [], ["username"]]
    assert words in errors[4]["username"][0]
    assert events() == []


def test_last_lead_stays_and_nothing_is_half_written(lead: Client, talks: Talks, users: dict[str, User]) -> None:
    form = read_form(lead.get(page_of(talks)), "title")
    own = str(Member.objects.get(user=users["lead"]).pk)
    place = next(n for n in range(4) if form[f"members-{n}-id"] == own)
    response = hand_in(lead, page_of(talks), "title", {f"members-{place}-role": "viewer", "title": "Renamed"})
    assert (
        "This is the negotiation&#x27;s only lead; make somebody else lead first. Nothing was saved."
        in response.content.decode()
    )
    talks.negotiation.refresh_from_db()
    assert talks.negotiation.title == "Delta talks"
    assert events() == []


def test_member_pages_add_change_and_remove(lead: Client, talks: Talks, users: dict[str, User]) -> None:
    make_user("newcomer")
    add = {"negotiation": str(talks.negotiation.pk), "username": "newcomer", "role": "viewer"}
    assert hand_in(lead, f"{list_of('member')}add/", "username", add).status_code == 302
    member = Member.objects.get(user__username="newcomer")
    assert hand_in(lead, f"{list_of('member')}{member.pk}/change/", "role", {"role": "analyst"}).status_code == 302
    member.refresh_from_db()
    assert member.role == "analyst"
    assert lead.post(f"{list_of('member')}{member.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Member.objects.filter(pk=member.pk).exists()
    own = Member.objects.get(user=users["lead"])
    answer = lead.post(f"{list_of('member')}{own.pk}/delete/", {"post": "yes"}, follow=True)
    assert any("only lead" in words for words in said(answer))
    assert events() == ["member_role_set", "member_role_set", "member_removed"]


# ---------------------------------------------------------------- rounds


def save_new_round(lead: Client, talks: Talks, **changes: Any) -> Any:
    form = {
        "negotiation": str(talks.negotiation.pk),
        "number": "2",
        "title": "Second",
        "starts_on": "2022-02-01",
        **changes,
    }
    return hand_in(lead, f"{list_of('round')}add/", "number", form)


def delegation(place: int, party: Any, head: Any = "", members: str = "") -> dict[str, Any]:
    start = f"delegations-{place}-"
    rows = {"party": str(party.pk) if party else "", "head": str(head.pk) if head else "", "member_lines": members}
    return {"delegations-TOTAL_FORMS": str(place + 1), **{start + name: value for name, value in rows.items()}}


def test_round_with_delegations_is_added_in_one_entry(lead: Client, talks: Talks) -> None:
    deputy = make_person("deputy", name="Deputy Envoy", is_listed=True)
    lines = "Delta envoy | Chief\r\n deputy |  Deputy "
    assert save_new_round(lead, talks, **delegation(0, talks.party, talks.person, lines)).status_code == 302
    seated = Delegation.objects.get(round__number=2)
    assert (seated.party, seated.head) == (talks.party, talks.person)
    assert [(m.person, m.title) for m in seated.members.order_by("rank")] == [
        (talks.person, "Chief"),
        (deputy, "Deputy"),
    ]
    assert events() == ["round_added"]


def test_round_keeps_its_delegations_when_only_its_title_changes(lead: Client, talks: Talks) -> None:
    before = list(Delegation.objects.values_list("pk", flat=True))
    url = f"{list_of('round')}{talks.round.pk}/change/"
    assert read_form(lead.get(url), "number")["delegations-0-member_lines"] == "Delta envoy | Delta delegate"
    assert hand_in(lead, url, "number", {"title": "Renamed"}).status_code == 302
    assert list(Delegation.objects.values_list("pk", flat=True)) == before
    assert hand_in(lead, url, "number", {"delegations-0-DELETE": "on"}).status_code == 302
    assert not Delegation.objects.exists()
    assert events() == ["round_updated", "round_updated"]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"number": "1"}, "number", "Round 1 exists already"),
        ({"number": "-1"}, "number", "greater than or equal to 0"),
        ({"ends_on": "2022-01-31"}, "ends_on", "Lies before the first day"),
        ({"title": "a\x00b"}, "title", "Null characters are not allowed."),
    ],
)
def test_round_is_refused_at_its_field(
    lead: Client, talks: Talks, changes: dict[str, str], field: str, words: str
) -> None:
    errors = errors_of(save_new_round(lead, talks, **changes))
    assert list(errors) == [field]
    assert words in errors[field][0]
    assert Round.objects.count() == 1


def test_delegation_is_refused_at_its_line(lead: Client, talks: Talks, hidden: Talks) -> None:
    response = save_new_round(lead, talks, **delegation(0, talks.party, "", "Delta envoy\nHush envoy | spy"))
    assert row_errors(response)[0]["member_lines"] == [
        "Line 2: there is no person called “Hush envoy” that you can see; ask an administrator to add it"
    ]
    twice = {**delegation(0, talks.party), **delegation(1, talks.party)}
    assert "Delegations: name each party once" in save_new_round(lead, talks, **twice).content.decode()
    assert talks.negotiation.rounds.count() == 1


# ---------------------------------------------------------------- issues and codebook


def save_new_issue(lead: Client, talks: Talks, **changes: Any) -> Any:
    form = {
        "negotiation": str(talks.negotiation.pk),
        "title": "Fish",
        "slug": "fish",
        "proposal": "Fish is shared",
        **changes,
    }
    return hand_in(lead, f"{list_of('issue')}add/", "proposal", form)


def test_issue_is_added_with_keywords_and_parent(lead: Client, talks: Talks) -> None:
    assert (
        save_new_issue(lead, talks, keyword_lines="cod\r\nherring\r\ncod", parent=str(talks.issue.pk)).status_code
        == 302
    )
    issue = Issue.objects.get(slug="fish")
    assert (issue.keywords, issue.parent, issue.rank) == (["cod", "herring"], talks.issue, 1)
    url = f"{list_of('issue')}{issue.pk}/change/"
    assert read_form(lead.get(url), "proposal")["keyword_lines"] == "cod\nherring"
    assert hand_in(lead, url, "proposal", {"proposal": "Fish is divided"}).status_code == 302
    issue.refresh_from_db()
    assert (issue.proposal, issue.keywords) == ("Fish is divided", ["cod", "herring"])
    assert events() == ["issue_added", "issue_updated"]


def test_what_plus_two_means_is_frozen_once_published(lead: Client, talks: Talks) -> None:
    url = f"{list_of('issue')}{talks.issue.pk}/change/"
    response = hand_in(lead, url, "proposal", {"proposal": "Something else", "title": "Renamed"})
    assert list(errors_of(response)) == ["proposal"]
    assert "Is frozen: codings of this issue are published." in errors_of(response)["proposal"][0]
    talks.issue.refresh_from_db()
    assert talks.issue.title == "Delta water"
    assert events() == []


def test_issue_is_refused_at_its_field(lead: Client, talks: Talks) -> None:
    assert list(errors_of(save_new_issue(lead, talks, slug="delta-water"))) == ["slug"]
    elsewhere = make_issue()
    assert list(errors_of(save_new_issue(lead, talks, parent=str(elsewhere.pk)))) == ["parent"]
    child = make_issue(talks.negotiation, parent=talks.issue)
    url = f"{list_of('issue')}{talks.issue.pk}/change/"
    assert errors_of(hand_in(lead, url, "proposal", {"parent": str(child.pk)})) == {"parent": ["Would make a circle"]}


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (IntegrityError("issue_slug_once"), "Somebody saved the same thing at the same moment."),
        (Conflict("It was decided meanwhile."), "It was decided meanwhile. Nothing was saved."),
        (NotPermitted("This takes the role of lead."), "This takes the role of lead. Nothing was saved."),
        (Invalid({"elsewhere": "is wrong"}), "Elsewhere: is wrong"),
    ],
)
def test_whatever_a_service_refuses_is_said_on_the_page(
    lead: Client, talks: Talks, monkeypatch: pytest.MonkeyPatch, refusal: Exception, words: str
) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise refusal

    monkeypatch.setattr("positions.admin.issues.save_issue", refuse)
    response = save_new_issue(lead, talks)
    assert response.status_code == 200
    assert words in response.content.decode()


def test_codebook_version_is_added_and_never_changed(lead: Client, talks: Talks) -> None:
    add = {"text": "Rules, second edition", "reason": "The first were too short."}
    assert hand_in(lead, f"{list_of('codebookversion')}add/", "text", add).status_code == 302
    newest = CodebookVersion.objects.order_by("-version").first()
    assert newest is not None
    assert (newest.version, newest.text) == (2, "Rules, second edition")
    assert 'name="_save"' not in lead.get(f"{list_of('codebookversion')}{newest.pk}/change/").content.decode()
    assert events() == ["codebook_version_added"]


# ---------------------------------------------------------------- parties and people


def test_party_with_aliases_and_members_is_saved(administrator: Client, talks: Talks) -> None:
    form = {
        "name": "The Group",
        "slug": "the-group",
        "kind": "bloc",
        "aliases-TOTAL_FORMS": "1",
        "aliases-0-text": "G",
        "aliases-0-kind": "abbreviation",
        "aliases-0-language": "en",
        "members-TOTAL_FORMS": "1",
        "members-0-member": str(talks.party.pk),
        "members-0-starts_on": "2020-01-01",
    }
    # the address of the field names of bloc members follows the relation
    page = read_form(administrator.get(f"{list_of('party')}add/"), "name")
    prefix = next(
        name.removesuffix("-TOTAL_FORMS") for name in page if name.startswith("bloc") and name.endswith("TOTAL_FORMS")
    )
    form = {name.replace("members-", f"{prefix}-"): value for name, value in form.items()}
    assert hand_in(administrator, f"{list_of('party')}add/", "name", form).status_code == 302
    party = talks.party.bloc_memberships.get().bloc
    assert (party.slug, party.aliases.get().text) == ("the-group", "G")
    assert events() == ["party_added", "bloc_memberships_set"]
    url = f"{list_of('party')}{party.pk}/change/"
    assert hand_in(administrator, url, "name", {"name": "Group"}).status_code == 302
    assert hand_in(administrator, url, "name", {}).status_code == 302
    assert (party.aliases.count(), party.bloc_members.count()) == (1, 1)
    assert events() == ["party_added", "bloc_memberships_set", "party_updated"]
    wrong = {"aliases-0-language": "nonsense!", "iso3": "ab"}
    response = hand_in(administrator, url, "name", wrong)
    assert list(errors_of(response)) == ["iso3"]
    assert 'name="_save"' in response.content.decode()
    response = hand_in(administrator, url, "name", {"aliases-0-language": "nonsense!"})
    assert list(row_errors(response)[0]) == ["language"]
    twice = {
        f"{prefix}-TOTAL_FORMS": "2",
        f"{prefix}-1-member": str(talks.party.pk),
        f"{prefix}-1-starts_on": "2020-01-01",
    }
    response = hand_in(administrator, url, "name", twice)
    assert "Members: name each member once for each first day" in response.content.decode()
    itself = hand_in(administrator, url, "name", {f"{prefix}-0-member": str(party.pk)})
    assert "a bloc is no member of itself" in itself.content.decode()


def test_person_with_posts_is_saved(administrator: Client, talks: Talks) -> None:
    form = {
        "name": "Ana Envoy",
        "slug": "ana-envoy",
        "appointments-TOTAL_FORMS": "1",
        "appointments-0-party": str(talks.party.pk),
        "appointments-0-title": "Minister",
        "appointments-0-starts_on": "2022-01-02",
        "appointments-0-ends_on": "2022-01-01",
    }
    url = f"{list_of('person')}add/"
    response = hand_in(administrator, url, "name", form)
    assert row_errors(response) == [{"ends_on": ["Lies before the first day"]}]
    assert hand_in(administrator, url, "name", {**form, "appointments-0-ends_on": ""}).status_code == 302
    assert talks.party.appointments.get().title == "Minister"
    assert events() == ["person_added"]


def test_party_page_is_read_only_for_members(sign_in: SignIn, talks: Talks) -> None:
    assert 'name="_save"' not in sign_in("lead").get(f"{list_of('party')}{talks.party.pk}/change/").content.decode()
    make_coding(make_statement(source=talks.source, asserted_by=make_party(name="Third")))
    assert "Third" in sign_in("analyst").get(f"{list_of('party')}?q=third").content.decode()
